/* Times in, times out. */
#include "config.h"

#include "aws/base.h"
#include "tests/unit/test.h"

#include <time.h>

#define NOON 1768478400000 /* 2026-01-15T12:00:00Z */

static void test_parse(void **state) {
  (void)state;
  static const struct {
    const char *text;
    aws_ms t;
  } good[] = {
      {"2026-01-15T12:00:00Z", NOON},
      {"2026-01-15T12:00:00.123Z", NOON + 123},
      {"2026-01-15T12:00:00.1Z", NOON + 100},
      {"2026-01-15T12:00:00.123999999Z", NOON + 123},
      {"2026-01-15T14:00:00+02:00", NOON},
      {"2026-01-15T07:30:00.000-0430", NOON},
      {"2026-01-15T12:00:00+00", NOON},
      {"2026-01-15t12:00:00z", NOON},
      {"2026-01-15 12:00:00", NOON},
      {"2026-01-15", NOON - 12 * 3600000},
      {"20260115T120000Z", NOON},
      {"20260115t120000.123", NOON + 123},
      {"20260115T140000+0200", NOON},
      {"20260115", INT64_C(20260115000)}, /* a number */
      {"2024-02-29T00:00:00Z", 1709164800000},
      {"1969-12-31T23:59:59Z", -1000},
      {"1768478400", NOON},
      {"1768478400.123", NOON + 123},
      {"1768478400.1239999999999999999", NOON + 123},
      {"1.768478400123E9", NOON + 123},
      {"1.7684784e+9", NOON},
      {"17684784000e-1", NOON},
      {"0", 0},
      {"-1.5", -1500},
      {"0e500", 0},
      {"Thu, 15 Jan 2026 12:00:00 GMT", NOON},
      {"15 Jan 2026 12:00:00 +0000", NOON},
      {"Thu, 1 Jan 1970 00:00:00 GMT", 0},
      {"2016-12-31T23:59:60Z", 1483228800000},
  };
  for (size_t i = 0; i < COUNT(good); i++) {
    aws_ms t = -7;
    if (!aws_time_parse(aws_str_from(good[i].text), &t) || t != good[i].t)
      fail_msg("%s: read as %lld", good[i].text, (long long)t);
  }
  static const char *const bad[] = {
      "",
      "x",
      "-",
      ".",
      "1e",
      "2026-13-01T00:00:00Z",
      "2026-00-01",
      "2026-02-29T00:00:00Z",
      "2026-01-15T24:00:00Z",
      "2026-01-15T12:60:00Z",
      "2026-01-15T12:00:00.Z",
      "2026-01-15T12:00:00Zx",
      "2026-01-15T12:00:00+0",
      "2026-01-15T12:00:00+24:00",
      "2026-1-15",
      "20260115 120000Z",
      "20260115T12:00:00Z",
      "2026-01-15T120000Z",
      "2026-0115T120000Z",
      "20260115T",
      "20260115T1200Z",
      "20261301T000000Z",
      "1e400",
      "99999999999999999999",
      "9223372036854775.807",
      "253402300800",
      "0000-01-01T00:00:00+01:00",
      "1.2.3",
      "12 ",
      "Thu, 15 Xxx 2026 12:00:00 GMT",
      "Thu, 15 Jan 2026 12:00:00",
      "Thu, 15 Jan 2026 12:00:00 ",
      "nan",
      "0x10",
  };
  for (size_t i = 0; i < COUNT(bad); i++) {
    aws_ms t = -7;
    if (aws_time_parse(aws_str_from(bad[i]), &t) || t != -7)
      fail_msg("'%s' taken for a time", bad[i]);
  }
  aws_ms t = -7;
  assert_false(aws_time_parse((struct aws_str){NULL, 0}, &t));
}

static void test_write(void **state) {
  (void)state;
  static const struct {
    aws_ms t;
    const char *iso, *amz;
  } rows[] = {
      {0, "1970-01-01T00:00:00Z", "19700101T000000Z"},
      {NOON, "2026-01-15T12:00:00Z", "20260115T120000Z"},
      {NOON + 7, "2026-01-15T12:00:00.007Z", "20260115T120000Z"},
      {-1, "1969-12-31T23:59:59.999Z", "19691231T235959Z"},
      {INT64_MAX, "9999-12-31T23:59:59.999Z", "99991231T235959Z"},
      {INT64_MIN, "0000-01-01T00:00:00Z", "00000101T000000Z"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char out[AWS_TIME_MAX];
    aws_time_iso(rows[i].t, out);
    assert_string_equal(out, rows[i].iso);
    aws_time_amz(rows[i].t, out);
    assert_string_equal(out, rows[i].amz);
  }
}

/* Every day of 400 years, against the C library and back through the reader. */
static void test_calendar(void **state) {
  (void)state;
  for (int64_t day = -30000; day < 120000; day++) {
    time_t s = (time_t)(day * 86400 + 3661);
    char want[32], got[AWS_TIME_MAX];
    struct tm tm;
    assert_non_null(gmtime_r(&s, &tm));
    strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &tm);
    aws_time_iso((aws_ms)s * 1000, got);
    assert_string_equal(got, want);
    aws_ms back;
    assert_true(aws_time_parse(aws_str_from(got), &back));
    assert_true(back == (aws_ms)s * 1000);
  }
}

static void test_clock(void **state) {
  (void)state;
  const struct aws_clock *c = &aws_clock_system;
  assert_true(c->wall(c->arg) > NOON - 31536000000);
  aws_ms before = c->mono(c->arg);
  assert_true(c->mono(c->arg) >= before);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parse),
      cmocka_unit_test(test_write),
      cmocka_unit_test(test_calendar),
      cmocka_unit_test(test_clock),
  };
  return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}
