/* Why an alarm rings, in a few words. */
#include "test.h"

#include "tui/alarm.h"

static const struct cloudwatch_dimension balancer[] = {
    {.value = AWS_STR_LIT("app/shop-prod/50dc6c495c0c9188")}};
static const struct cloudwatch_dimension service[] = {{.value = AWS_STR_LIT("shop-prod")},
                                                      {.value = AWS_STR_LIT("web")}};

static void says_value_threshold_and_dimension(void **state) {
  static const struct {
    struct aws_str comparison, reason;
    double threshold;
    struct aws_list dimensions;
    const char *why;
  } cases[] = {
      {AWS_STR_LIT("GreaterThanThreshold"),
       AWS_STR_LIT("Threshold Crossed: 2 out of the last 2 datapoints [140.0 (22/11/26 15:51:00), "
                   "155.0 (22/11/26 15:52:00)] were greater than the threshold (50.0)"),
       50,
       {(void *)balancer, 1},
       "155 > 50 (2 of 2), app/shop-prod"},
      {AWS_STR_LIT("LessThanOrEqualToThreshold"),
       AWS_STR_LIT("Threshold Crossed: 1 datapoint [0.25 (22/11/26 15:52:00)] was less than or "
                   "equal to the threshold (1.5)."),
       1.5,
       {(void *)service, 2},
       "0.25 <= 1.5 (1 of 1), shop-prod, web"},
      {AWS_STR_LIT("GreaterThanOrEqualToThreshold"),
       AWS_STR_LIT("Threshold Crossed: 1 out of the last 2 datapoints [12.0 (22/11/26 15:52:00)] "
                   "was not greater than or equal to the threshold (50.0)."),
       50,
       {NULL, 0},
       "12, not >= 50"},
      {AWS_STR_LIT("LessThanThreshold"),
       AWS_STR_LIT("Threshold Crossed: 1 out of the last 1 datapoints [42949672960.0 (22/11/26)] "
                   "was not less than the threshold (5368709120.0)"),
       5368709120,
       {NULL, 0},
       "42.9G, not < 5.4G"},
      {AWS_STR_LIT("GreaterThanThreshold"),
       AWS_STR_LIT("Threshold Crossed: 1 out of the last 1 datapoints [65.6448231 (22/11/26)] was "
                   "greater than the threshold (1500.0)"),
       1500,
       {NULL, 0},
       "65.64 > 1500 (1 of 1)"},
      {AWS_STR_LIT("GreaterThanThreshold"),
       AWS_STR_LIT("Insufficient Data: 2 datapoints were unknown."),
       50,
       {(void *)balancer, 1},
       "Insufficient Data: 2 datapoints were unknown., app/shop-prod"},
      {AWS_STR_LIT("GreaterThanUpperThreshold"),
       AWS_STR_LIT("Thresholds Crossed: 1 datapoint [9.0 (x)]"),
       0,
       {NULL, 0},
       "Thresholds Crossed: 1 datapoint [9.0 (x)]"},
      {AWS_STR_LIT("GreaterThanThreshold"),
       AWS_STR_LIT("Threshold Crossed: 2 datapoints [, (x"),
       0,
       {NULL, 0},
       "Threshold Crossed: 2 datapoints [, (x"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cloudwatch_alarm a = {.comparison = cases[i].comparison,
                                 .reason = cases[i].reason,
                                 .threshold = cases[i].threshold,
                                 .dimensions = cases[i].dimensions};
    char why[200], few[8];
    tui_alarm_why(&a, why, sizeof why);
    assert_string_equal(why, cases[i].why);
    tui_alarm_why(&a, few, sizeof few);
    assert_true(strlen(few) == sizeof few - 1 && strncmp(few, why, sizeof few - 1) == 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(says_value_threshold_and_dimension)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
