/* Percentiles of what was added, within an eighth. */
#include "config.h"

#include "aws/base.h"
#include "tests/unit/test.h"

#include <stdlib.h>

static int cmp(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void test_percentiles(void **state) {
  (void)state;
  enum { N = 4000 };
  static int64_t values[N];
  static const unsigned percents[] = {1, 50, 95, 99, 100};
  uint64_t random = 1;
  for (int round = 0; round < 4; round++) {
    struct aws_spread s = {.total = 0};
    for (int i = 0; i < N; i++) {
      random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
      values[i] = (int64_t)(random >> 33) % (round == 0 ? 15 : round == 1 ? 300 : 90000);
      aws_spread_add(&s, values[i]);
    }
    qsort(values, N, sizeof values[0], cmp);
    for (size_t i = 0; i < COUNT(percents); i++) {
      int64_t exact = values[(N * percents[i] + 99) / 100 - 1];
      int64_t got = aws_spread_at(&s, percents[i]);
      assert_true(got >= exact && got <= exact + exact / 8);
    }
  }
}

static void test_edges(void **state) {
  (void)state;
  struct aws_spread s = {.total = 0};
  assert_int_equal(aws_spread_at(&s, 50), -1);
  aws_spread_add(&s, -5);
  assert_int_equal(aws_spread_at(&s, 99), 0);
  aws_spread_add(&s, INT64_MAX);
  assert_true(aws_spread_at(&s, 99) > 60000);
  assert_int_equal(aws_spread_at(&s, 50), 0);
}

/* What was long ago weighs less and less. */
static void test_fading(void **state) {
  (void)state;
  struct aws_spread s = {.total = 0};
  for (int i = 0; i < 20000; i++)
    aws_spread_add(&s, 1000);
  for (int i = 0; i < 20000; i++)
    aws_spread_add(&s, 10);
  assert_int_equal(aws_spread_at(&s, 95), 10);
  assert_true(s.total < 4096);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_percentiles),
      cmocka_unit_test(test_edges),
      cmocka_unit_test(test_fading),
  };
  return cmocka_run_group_tests_name("aws/base spread", tests, NULL, NULL);
}
