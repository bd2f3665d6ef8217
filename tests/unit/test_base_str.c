/* Borrowed text. */
#include "aws/base.h"
#include "tests/unit/test.h"

static struct aws_str str(const char *c) {
  return aws_str_from(c);
}

static void test_from(void **state) {
  (void)state;
  assert_null(aws_str_from(NULL).p);
  assert_int_equal(aws_str_from(NULL).n, 0);
  assert_non_null(aws_str_from("").p);
  assert_int_equal(AWS_STR_LIT("web").n, 3);
}

static void test_compare(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    int sign;
  } rows[] = {{"", "", 0},     {"a", "a", 0},  {"a", "b", -1},   {"b", "a", 1},
              {"a", "ab", -1}, {"ab", "a", 1}, {"\xff", "a", 1}, {"", "a", -1}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int c = aws_str_cmp(str(rows[i].a), str(rows[i].b));
    assert_int_equal((c > 0) - (c < 0), rows[i].sign);
    assert_int_equal(aws_str_eq(str(rows[i].a), str(rows[i].b)), rows[i].sign == 0);
    assert_int_equal(aws_str_eq_c(str(rows[i].a), rows[i].b), rows[i].sign == 0);
  }
}

static void test_parts(void **state) {
  (void)state;
  struct aws_str s = str("service/shop/web");
  assert_true(aws_str_starts(s, "service/"));
  assert_true(aws_str_starts(s, ""));
  assert_false(aws_str_starts(str("ser"), "service"));
  assert_true(aws_str_ends(s, "/web"));
  assert_false(aws_str_ends(s, "/wed"));
  assert_true(aws_str_has(s, str("shop")));
  assert_true(aws_str_has(str("aab"), str("ab")));
  assert_true(aws_str_has(s, str("")));
  assert_false(aws_str_has(s, str("shopx")));
  assert_false(aws_str_has(str("sho"), str("shop")));
  assert_true(aws_str_eq_c(aws_str_after_last(s, '/'), "web"));
  assert_true(aws_str_eq_c(aws_str_after_last(s, ':'), "service/shop/web"));
  assert_true(aws_str_eq_c(aws_str_after_last(str("a/"), '/'), ""));
}

static void test_split(void **state) {
  (void)state;
  struct aws_str rest = str("a//b/");
  static const char *const want[] = {"a", "", "b", ""};
  for (size_t i = 0; i < COUNT(want); i++) {
    struct aws_str part = aws_str_split(&rest, '/');
    assert_non_null(part.p);
    assert_true(aws_str_eq_c(part, want[i]));
  }
  assert_null(aws_str_split(&rest, '/').p);
}

static void test_trim(void **state) {
  (void)state;
  assert_true(aws_str_eq_c(aws_str_trim(str(" \t a b\r\n")), "a b"));
  assert_true(aws_str_eq_c(aws_str_trim(str(" \n ")), ""));
  assert_null(aws_str_trim((struct aws_str){NULL, 0}).p);
}

static void test_to_int(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool ok;
    int64_t value;
  } rows[] = {{"0", true, 0},
              {"-0", true, 0},
              {"42", true, 42},
              {"-42", true, -42},
              {"9223372036854775807", true, INT64_MAX},
              {"-9223372036854775808", true, INT64_MIN},
              {"9223372036854775808", false, 0},
              {"-9223372036854775809", false, 0},
              {"99999999999999999999", false, 0},
              {"", false, 0},
              {"-", false, 0},
              {"+1", false, 0},
              {" 1", false, 0},
              {"1 ", false, 0},
              {"1.0", false, 0},
              {"0x1", false, 0}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int64_t value = -7;
    assert_int_equal(aws_str_to_int(str(rows[i].text), &value), rows[i].ok);
    assert_true(value == (rows[i].ok ? rows[i].value : -7));
  }
}

static void test_to_double(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool ok;
    double value;
  } rows[] = {{"0.5", true, 0.5}, {"-2", true, -2},   {"1e3", true, 1000}, {"1.5E-1", true, 0.15},
              {".5", true, 0.5},  {"5.", true, 5},    {"1e999", false, 0}, {"NaN", false, 0},
              {"inf", false, 0},  {"0x10", false, 0}, {"", false, 0},      {"-", false, 0},
              {"1e", false, 0},   {"1,5", false, 0},  {" 1", false, 0},    {"1.5.2", false, 0}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    double value = -7;
    assert_int_equal(aws_str_to_double(str(rows[i].text), &value), rows[i].ok);
    double want = rows[i].ok ? rows[i].value : -7;
    assert_memory_equal(&value, &want, sizeof want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_from),      cmocka_unit_test(test_compare),
      cmocka_unit_test(test_parts),     cmocka_unit_test(test_split),
      cmocka_unit_test(test_trim),      cmocka_unit_test(test_to_int),
      cmocka_unit_test(test_to_double),
  };
  return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
