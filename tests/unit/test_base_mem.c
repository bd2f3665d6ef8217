/* Arenas, growing arrays, secrets. */
#include "aws/base.h"
#include "tests/unit/test.h"

static void test_arena(void **state) {
  (void)state;
  struct aws_arena a;
  aws_arena_init(&a, 32 * 1024 * 1024);
  static const size_t sizes[] = {1, 3, 4096, 70000, 16, 300000, 5, 0, 33};
  char *kept[COUNT(sizes) * 50];
  size_t total = 0;
  for (size_t i = 0; i < COUNT(kept); i++) {
    size_t n = sizes[i % COUNT(sizes)];
    kept[i] = aws_arena_alloc(&a, n);
    total += n;
    assert_non_null(kept[i]);
    assert_int_equal((uintptr_t)kept[i] % _Alignof(max_align_t), 0);
    for (size_t k = 0; k < n; k++)
      assert_int_equal(kept[i][k], 0);
    memset(kept[i], 0x5a, n);
  }
  assert_int_equal(a.used, total);
  aws_arena_done(&a);
  assert_int_equal(a.used, 0);
  assert_null(a.blocks);
}

static void test_arena_limit(void **state) {
  (void)state;
  struct aws_arena a;
  aws_arena_init(&a, 100);
  assert_non_null(aws_arena_alloc(&a, 60));
  assert_null(aws_arena_alloc(&a, 41));
  assert_non_null(aws_arena_alloc(&a, 40));
  assert_null(aws_arena_alloc(&a, 1));
  assert_null(aws_arena_alloc(&a, SIZE_MAX));
  aws_arena_done(&a);
  aws_arena_init(&a, SIZE_MAX);
  assert_null(aws_arena_alloc_n(&a, SIZE_MAX / 4, 8));
  assert_null(aws_arena_alloc(&a, SIZE_MAX - 8));
  assert_non_null(aws_arena_alloc_n(&a, 4, 8));
  aws_arena_done(&a);
}

static void test_arena_copy(void **state) {
  (void)state;
  struct aws_arena a;
  aws_arena_init(&a, 8);
  struct aws_str s = aws_arena_copy(&a, AWS_STR_LIT("a\0b"));
  assert_int_equal(s.n, 3);
  assert_memory_equal(s.p, "a\0b", 4);
  assert_null(aws_arena_copy(&a, (struct aws_str){NULL, 0}).p);
  s = aws_arena_copy(&a, AWS_STR_LIT(""));
  assert_non_null(s.p);
  assert_null(aws_arena_copy(&a, AWS_STR_LIT("abcd")).p);
  aws_arena_wipe_done(&a);
}

static void test_grow(void **state) {
  (void)state;
  uint32_t *items = NULL;
  size_t cap = 0;
  assert_true(aws_grow(&items, &cap, 1, sizeof *items));
  assert_true(cap >= 1);
  items[0] = 42;
  size_t was = cap;
  assert_true(aws_grow(&items, &cap, was + 1, sizeof *items));
  assert_int_equal(items[0], 42);
  for (size_t i = 1; i < cap; i++)
    assert_int_equal(items[i], 0);
  was = cap;
  assert_false(aws_grow(&items, &cap, SIZE_MAX / 2, sizeof *items));
  assert_int_equal(cap, was);
  free(items);
}

static void test_checked_calloc(void **state) {
  (void)state;
  /* Volatile, so that the compiler does not warn of a size it can see is too large. */
  volatile size_t huge = SIZE_MAX / 2;
  assert_null(aws_calloc(huge, 4));
  void *p = aws_calloc(0, 8);
  assert_non_null(p);
  free(p);
}

static void test_secret(void **state) {
  (void)state;
  struct aws_secret s = {NULL, 0};
  assert_true(aws_secret_set(&s, AWS_STR_LIT("hunter2")));
  assert_string_equal(s.p, "hunter2");
  assert_true(aws_secret_set(&s, aws_secret_str(&s)));
  assert_true(aws_str_eq_c(aws_secret_str(&s), "hunter2"));
  assert_true(aws_secret_set(&s, (struct aws_str){NULL, 0}));
  assert_null(s.p);
  aws_secret_done(&s);

  char bytes[] = "hunter2";
  aws_wipe(bytes, sizeof bytes);
  for (size_t i = 0; i < sizeof bytes; i++)
    assert_int_equal(bytes[i], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_arena),          cmocka_unit_test(test_arena_limit),
      cmocka_unit_test(test_arena_copy),     cmocka_unit_test(test_grow),
      cmocka_unit_test(test_checked_calloc), cmocka_unit_test(test_secret),
  };
  return cmocka_run_group_tests_name("base/mem", tests, NULL, NULL);
}
