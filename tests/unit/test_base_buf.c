/* Owned text: limits, and the three escapings. */
#include "aws/base.h"
#include "tests/unit/test.h"

#include <float.h>
#include <math.h>

static void test_append(void **state) {
  (void)state;
  struct aws_buf b;
  aws_buf_init(&b, 1000);
  assert_string_equal(aws_buf_str(&b).p, "");
  assert_true(aws_buf_add_c(&b, "ab"));
  assert_true(aws_buf_add_char(&b, 'c'));
  assert_true(aws_buf_add_str(&b, AWS_STR_LIT("de")));
  assert_true(aws_buf_addf(&b, "-%d-%s", 42, "x"));
  assert_true(aws_buf_add(&b, NULL, 0));
  assert_string_equal(b.p, "abcde-42-x");
  assert_int_equal(b.n, 10);
  aws_buf_clear(&b);
  assert_int_equal(b.n, 0);
  assert_string_equal(b.p, "");
  aws_buf_done(&b);
  assert_null(b.p);
}

static void test_limit(void **state) {
  (void)state;
  struct aws_buf b;
  aws_buf_init(&b, 100);
  for (int i = 0; i < 20; i++)
    assert_true(aws_buf_add_c(&b, "12345"));
  assert_int_equal(b.n, 100);
  assert_false(b.failed);
  assert_false(aws_buf_add_char(&b, 'x'));
  assert_true(b.failed);
  assert_int_equal(b.n, 100);
  assert_false(aws_buf_add(&b, NULL, 0));
  assert_false(aws_buf_addf(&b, "%s", ""));
  aws_buf_clear(&b);
  assert_true(aws_buf_addf(&b, "%0100d", 7));
  assert_false(aws_buf_addf(&b, "%d", 7));
  aws_buf_wipe_done(&b);
  assert_false(aws_buf_add(&b, "x", SIZE_MAX));
}

static void test_uri(void **state) {
  (void)state;
  struct aws_buf b;
  aws_buf_init(&b, 1000);
  assert_true(aws_buf_add_uri(&b, AWS_STR_LIT("aZ09-._~ /:%\xc3\xa9\0+"), false));
  assert_string_equal(b.p, "aZ09-._~%20%2F%3A%25%C3%A9%00%2B");
  aws_buf_clear(&b);
  assert_true(aws_buf_add_uri(&b, AWS_STR_LIT("/a b/c"), true));
  assert_string_equal(b.p, "/a%20b/c");
  assert_true(aws_buf_add_uri(&b, (struct aws_str){NULL, 0}, true));
  aws_buf_done(&b);
}

static void test_json(void **state) {
  (void)state;
  static const struct {
    struct aws_str in;
    const char *out;
  } rows[] = {
      {{"", 0}, "\"\""},
      {AWS_STR_LIT("a\"b\\c\n\r\t\x01\x7f"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007F\""},
      {AWS_STR_LIT("a\0b"), "\"a\\u0000b\""},
      {AWS_STR_LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
       "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
      {AWS_STR_LIT("\xc2\x9b\xe2\x80\xae\xef\xbb\xbf\xd8\x9c\xc2\xa0"),
       "\"\\u009B\\u202E\\uFEFF\\u061C\xc2\xa0\""},
      {AWS_STR_LIT("x\xc3"), "\"x\xef\xbf\xbd\""},
      {AWS_STR_LIT("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {AWS_STR_LIT("\xed\xa0\x80z"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\""},
      {AWS_STR_LIT("\xf4\x90\x80\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_buf b;
    aws_buf_init(&b, 1000);
    assert_true(aws_buf_add_json(&b, rows[i].in));
    assert_string_equal(b.p, rows[i].out);
    aws_buf_done(&b);
  }
}

static void test_xml(void **state) {
  (void)state;
  struct aws_buf b;
  aws_buf_init(&b, 1000);
  assert_true(aws_buf_add_xml(&b, AWS_STR_LIT("a<b>&\"'\n\t\r\x01\xff.")));
  assert_string_equal(b.p, "a&lt;b&gt;&amp;&quot;&apos;\n\t&#13;\xef\xbf\xbd\xef\xbf\xbd.");
  aws_buf_done(&b);
  aws_buf_init(&b, 4);
  assert_false(aws_buf_add_xml(&b, AWS_STR_LIT("a<b")));
  aws_buf_done(&b);
}

static void test_double(void **state) {
  (void)state;
  static const struct {
    double v;
    const char *out;
  } rows[] = {{0, "0"}, {1, "1"}, {-0.5, "-0.5"}, {0.1, "0.1"}, {1e21, "1e+21"}, {70, "70"}};
  struct aws_buf b;
  aws_buf_init(&b, 100);
  for (size_t i = 0; i < COUNT(rows); i++) {
    aws_buf_clear(&b);
    assert_true(aws_buf_add_double(&b, rows[i].v));
    assert_string_equal(b.p, rows[i].out);
  }
  static const double exact[] = {1.0 / 3, DBL_MAX, DBL_MIN, -2.0 / 7};
  for (size_t i = 0; i < COUNT(exact); i++) {
    double back = 0;
    aws_buf_clear(&b);
    assert_true(aws_buf_add_double(&b, exact[i]));
    assert_true(b.p[0] == '-' || b.n < 30);
    /* DBL_MAX written has an explicit plus, which our own reader takes. */
    assert_true(aws_str_to_double(aws_buf_str(&b), &back));
    assert_memory_equal(&back, &exact[i], sizeof back);
  }
  assert_false(aws_buf_add_double(&b, (double)INFINITY));
  aws_buf_done(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_append), cmocka_unit_test(test_limit), cmocka_unit_test(test_uri),
      cmocka_unit_test(test_json),   cmocka_unit_test(test_xml),   cmocka_unit_test(test_double),
  };
  return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
