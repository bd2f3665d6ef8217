/* Hashing and the map. */
#include "aws/base.h"
#include "tests/unit/test.h"

#include <stdio.h>

/* The first rows of the reference vectors: key 00..0f, message 00, 00 01, ... */
static void test_siphash(void **state) {
  (void)state;
  static const uint64_t key[2] = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u};
  static const struct {
    size_t n;
    uint64_t hash;
  } rows[] = {{0, 0x726fdb47dd0e0e31u}, {1, 0x74f839c593dc67fdu}, {15, 0xa129ca6149be45e5u}};
  unsigned char message[15];
  for (size_t i = 0; i < sizeof message; i++)
    message[i] = (unsigned char)i;
  for (size_t i = 0; i < COUNT(rows); i++)
    assert_true(aws_siphash(key, message, rows[i].n) == rows[i].hash);
  assert_true(aws_hash("a", 1) == aws_hash("a", 1));
  assert_true(aws_hash("a", 1) != aws_hash("b", 1));
}

static void test_map(void **state) {
  (void)state;
  enum { N = 5000 };
  static char keys[N][16];
  struct aws_map m = {0};
  assert_null(aws_map_get(&m, AWS_STR_LIT("x")));
  for (int i = 0; i < N; i++) {
    snprintf(keys[i], sizeof keys[i], "k%d", i);
    assert_true(aws_map_put(&m, aws_str_from(keys[i]), keys[i]));
  }
  assert_int_equal(m.n, N);
  for (int i = 0; i < N; i++)
    assert_ptr_equal(aws_map_get(&m, aws_str_from(keys[i])), keys[i]);
  assert_null(aws_map_get(&m, AWS_STR_LIT("k5000")));
  assert_null(aws_map_get(&m, (struct aws_str){NULL, 0}));
  assert_true(aws_map_put(&m, AWS_STR_LIT("k7"), keys[8]));
  assert_ptr_equal(aws_map_get(&m, AWS_STR_LIT("k7")), keys[8]);
  assert_int_equal(m.n, N);
  assert_true(aws_map_put(&m, AWS_STR_LIT(""), keys[9]));
  assert_ptr_equal(aws_map_get(&m, AWS_STR_LIT("")), keys[9]);
  assert_false(aws_map_put(&m, (struct aws_str){NULL, 0}, keys[9]));
  aws_map_done(&m);
  assert_null(aws_map_get(&m, AWS_STR_LIT("k7")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_siphash),
      cmocka_unit_test(test_map),
  };
  return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
