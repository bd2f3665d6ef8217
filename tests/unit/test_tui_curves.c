/* On which scale a curve is drawn: what is well must not look like what is ill. */
#include "test.h"

#include "tui/curves.h"
#include "widgets/spark.h"

#include <math.h>

static struct tui_curve curve_of(const double *points, size_t n) {
  struct tui_curve c = {.n = n};
  memcpy(c.points, points, n * sizeof *points);
  return c;
}

static const char *drawn(struct tui_curve *c, double high) {
  static char text[3 * STACK_POINTS + 1];
  wid_spark_text(text, sizeof text, c->points, c->n, (int)c->n, 0, high);
  return text;
}

static void no_failure_stands_lowest(void **state) {
  static const double none[] = {0, 0, 0, 0}, few[] = {0, 0.4, 0.1, 0}, many[] = {0, 0.1, 10, 20};
  (void)state;
  struct tui_curve c = curve_of(none, 4);
  assert_string_equal(drawn(&c, tui_curve_high_errors(&c, 5)), "▁▁▁▁");
  c = curve_of(few, 4);
  assert_string_equal(drawn(&c, tui_curve_high_errors(&c, 5)), "▁▁▁▁");
  c = curve_of(many, 4);
  assert_string_equal(drawn(&c, tui_curve_high_errors(&c, 5)), "▁▁▅█");
}

static void the_threshold_fills_it(void **state) {
  static const double some[] = {0, 1, 2};
  (void)state;
  struct tui_curve c = curve_of(some, 3);
  assert_true(tui_curve_high_errors(&c, 2) == 2.0);
  assert_true(tui_curve_high_errors(&c, 0) == 5.0); /* none is set */
}

static void the_usual_stands_in_the_middle(void **state) {
  static const double steady[] = {100, 101, NAN, 99, 100}, burst[] = {10, 10, 10, 80},
                      nothing[] = {NAN, NAN};
  (void)state;
  struct tui_curve c = curve_of(steady, 5);
  assert_string_equal(drawn(&c, tui_curve_high_usual(&c)), "▅▅ ▄▅");
  c = curve_of(burst, 4);
  assert_string_equal(drawn(&c, tui_curve_high_usual(&c)), "▂▂▂█");
  c = curve_of(nothing, 2);
  assert_true(tui_curve_high_usual(&c) == 0.0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_failure_stands_lowest),
      cmocka_unit_test(the_threshold_fills_it),
      cmocka_unit_test(the_usual_stands_in_the_middle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
