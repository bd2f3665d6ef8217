/* Errors as values. */
#include "aws/base.h"
#include "tests/unit/test.h"

static void test_set(void **state) {
  (void)state;
  struct aws_error e;
  memset(&e, 0xff, sizeof e);
  aws_error_set(&e, AWS_E_CONFIG, "%s:%d: no '='", "config", 12);
  assert_int_equal(e.code, AWS_E_CONFIG);
  assert_string_equal(e.text, "config:12: no '='");
  assert_string_equal(e.aws_code, "");
  assert_false(e.retryable);
  e.http_status = 400;
  aws_error_wrap(&e, "profile %s", "dev");
  assert_string_equal(e.text, "profile dev: config:12: no '='");
  assert_int_equal(e.http_status, 400);
  aws_error_clear(&e);
  assert_int_equal(e.code, AWS_OK);
  assert_string_equal(e.text, "");
  aws_error_set(NULL, AWS_E_USAGE, "nobody listens");
  aws_error_wrap(NULL, "nobody listens");
}

static void test_long(void **state) {
  (void)state;
  struct aws_error e;
  /* One byte, then two-byte characters: the cut would fall into the middle of one. */
  char text[1000] = "x";
  for (size_t i = 1; i + 2 < sizeof text; i += 2)
    memcpy(text + i, "\xc3\xa9", 3);
  for (int shift = 0; shift < 2; shift++) {
    aws_error_set(&e, AWS_E_BODY, "%s", text + shift);
    size_t n = strlen(e.text);
    assert_true(n >= sizeof e.text - 3 && n < sizeof e.text);
    assert_int_equal((unsigned char)e.text[n - 1], 0xa9);
    aws_error_wrap(&e, "a");
    n = strlen(e.text);
    assert_int_equal((unsigned char)e.text[n - 1], 0xa9);
  }
}

static void test_names(void **state) {
  (void)state;
  for (int code = AWS_OK; code <= AWS_E_CANCELLED; code++) {
    assert_non_null(aws_errc_name((enum aws_errc)code));
    assert_string_not_equal(aws_errc_name((enum aws_errc)code), "unknown");
  }
  assert_string_equal(aws_errc_name(AWS_E_THROTTLED), "throttled");
  assert_string_equal(aws_errc_name((enum aws_errc)99), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_set),
      cmocka_unit_test(test_long),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
