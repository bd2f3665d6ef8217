/* What happened: order, bounds, repeats, and what a refresh tells that the one before did not. */
#include "config.h"

#include "test.h"

#include "stack_fake.h"

#include <math.h>
#include <stdio.h>

static bool told(struct stack *s, const char *text) {
  for (size_t i = 0; i < stack_timeline_count(s); i++)
    if (strstr(stack_timeline_at(s, i)->text, text))
      return true;
  return false;
}

static size_t count(struct stack *s, const char *text) {
  size_t n = 0;
  for (size_t i = 0; i < stack_timeline_count(s); i++)
    n += strstr(stack_timeline_at(s, i)->text, text) != NULL;
  return n;
}

static void keeps_order_and_bounds(void **state) {
  (void)state;
  fake_answers(NULL, 0, NULL, 0);
  struct stack *s = fake_stack(NULL, true);
  struct stack_event e = {.source = STACK_EVENT_ACTION, .id = "x"};
  for (int i = 0; i < 2 * STACK_TIMELINE_MAX; i++) {
    e.at = FAKE_START + (i * 7919) % (2 * STACK_TIMELINE_MAX);
    snprintf(e.text, sizeof e.text, "event %d", i);
    stack_timeline_add(s, &e);
  }
  assert_int_equal(stack_timeline_count(s), STACK_TIMELINE_MAX);
  for (size_t i = 1; i < STACK_TIMELINE_MAX; i++)
    assert_true(stack_timeline_at(s, i - 1)->at >= stack_timeline_at(s, i)->at);
  assert_int_equal(stack_timeline_at(s, 0)->at, FAKE_START + 2 * STACK_TIMELINE_MAX - 1);
  assert_null(stack_timeline_at(s, STACK_TIMELINE_MAX));
  uint64_t before = stack_timeline_generation(s);
  stack_timeline_add(s, stack_timeline_at(s, 0)); /* told already */
  e.at = FAKE_START - 1000;                       /* older than the oldest that is kept */
  stack_timeline_add(s, &e);
  assert_int_equal(stack_timeline_generation(s), before);
  e.at = FAKE_START + 100000;
  stack_timeline_add(s, &e);
  assert_int_equal(stack_timeline_count(s), STACK_TIMELINE_MAX);
  assert_string_equal(stack_timeline_at(s, 0)->text, e.text);
  fake_free(s);
}

#define EVENT(id, at, text) "{\"id\":\"" id "\",\"createdAt\":" #at ",\"message\":\"" text "\"}"
#define SERVICE(desired, deployments, events)                                                      \
  "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":\"" FAKE_CLUSTER   \
  "\",\"status\":\"ACTIVE\",\"desiredCount\":" #desired ",\"runningCount\":" #desired              \
  ",\"taskDefinition\":\"" FAKE_TASKDEF("41") "\",\"deployments\":[" deployments                   \
                                              "],\"events\":[" events "]}]"
#define DEPLOYMENT(id, rev, at, state)                                                             \
  "{\"id\":\"" id "\",\"status\":\"PRIMARY\",\"taskDefinition\":\"" FAKE_TASKDEF(                  \
      rev) "\",\"createdAt\":" #at ",\"rolloutState\":\"" state                                    \
           "\",\"rolloutStateReason\":\"why\"}"

static void first_fill_tells_the_last_hour_alone(void **state) {
  (void)state;
  static const struct fake_answer one[] = {
      {.op = "DescribeServices",
       .items = SERVICE(2, DEPLOYMENT("d1", "41", 1768400000, "COMPLETED"),
                        EVENT("e2", 1768474000, "has started 2 tasks") "," EVENT("e1", 1768400000,
                                                                                 "was long ago"))},
      {.op = "DescribeAlarms",
       .items = "[{\"AlarmName\":\"old\",\"AlarmArn\":\"a\",\"StateValue\":\"ALARM\","
                "\"StateTransitionedTimestamp\":\"2026-01-10T00:00:00Z\"}]"}};
  fake_answers(one, COUNT(one), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  assert_int_equal(stack_timeline_count(s), 1);
  assert_string_equal(stack_timeline_at(s, 0)->text, "has started 2 tasks");
  assert_int_equal(stack_timeline_at(s, 0)->source, STACK_EVENT_SERVICE);
  assert_int_equal(stack_timeline_at(s, 0)->at, 1768474000000);
  fake_pass(s, 60000); /* the same answers again tell nothing */
  assert_int_equal(stack_timeline_count(s), 1);
  fake_free(s);
}

static void tells_what_a_refresh_changed(void **state) {
  (void)state;
  static const struct fake_answer before[] = {
      {.op = "DescribeServices",
       .items = SERVICE(2, DEPLOYMENT("d1", "41", 1768474790, "IN_PROGRESS"), "")},
      {.op = "DescribeDBInstances",
       .items = "[{\"DBInstanceIdentifier\":\"db\",\"DBInstanceStatus\":\"available\","
                "\"AvailabilityZone\":\"eu-west-1a\"}]"},
      {.op = "DescribeDBClusters",
       .items = "[{\"DBClusterIdentifier\":\"c\",\"Status\":\"available\",\"DBClusterMembers\":[{"
                "\"DBInstanceIdentifier\":\"one\",\"IsClusterWriter\":true},{"
                "\"DBInstanceIdentifier\":\"two\"}]}]"},
      {.op = "DescribeAlarms",
       .items = "[{\"AlarmName\":\"web-5xx\",\"AlarmArn\":\"a\",\"StateValue\":\"OK\"}]"},
  };
  static const struct fake_answer after[] = {
      {.op = "DescribeServices",
       .items = SERVICE(5, DEPLOYMENT("d1", "41", 1768474790, "FAILED"),
                        EVENT("e9", 1768474805, "is unable to place a task"))},
      {.op = "DescribeTargetHealth",
       .items = "[{\"Target\":{\"Id\":\"10.0.10.17\",\"Port\":8080},\"TargetHealth\":{\"State\":"
                "\"unhealthy\",\"Reason\":\"Target.ResponseCodeMismatch\",\"Description\":"
                "\"Health checks failed with these codes: [502]\"}}]"},
      {.op = "DescribeDBInstances",
       .items = "[{\"DBInstanceIdentifier\":\"db\",\"DBInstanceStatus\":\"rebooting\","
                "\"AvailabilityZone\":\"eu-west-1b\"}]"},
      {.op = "DescribeDBClusters",
       .items =
           "[{\"DBClusterIdentifier\":\"c\",\"Status\":\"failing-over\",\"DBClusterMembers\":[{"
           "\"DBInstanceIdentifier\":\"one\"},{\"DBInstanceIdentifier\":\"two\","
           "\"IsClusterWriter\":true}]}]"},
      {.op = "DescribeEvents",
       .items = "[{\"SourceIdentifier\":\"db\",\"SourceArn\":\"arn\",\"Date\":"
                "\"2026-01-15T11:00:01Z\",\"Message\":\"Multi-AZ failover started\"}]"},
      {.op = "DescribeAlarms",
       .items = "[{\"AlarmName\":\"web-5xx\",\"AlarmArn\":\"a\",\"StateValue\":\"ALARM\","
                "\"StateReason\":\"3 "
                "points\",\"StateTransitionedTimestamp\":\"2026-01-15T11:00:01Z\"}]"},
  };
  fake_answers(before, COUNT(before), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  fake_answers(after, COUNT(after), fake_shop, fake_shop_n);
  fake_pass(s, 130000);
  assert_true(told(s, "ECS web deployment d1 rev 41"));
  assert_true(told(s, "ECS web rev 41 rollout FAILED: why"));
  assert_true(told(s, "desired count 5, was 2"));
  assert_true(told(s, "is unable to place a task"));
  assert_true(
      told(s, "target 10.0.10.17:8080 unhealthy: Health checks failed with these codes: [502]"));
  assert_true(told(s, "database instance db: rebooting, was available"));
  assert_true(told(s, "moved to eu-west-1b"));
  assert_true(told(s, "c: writer is two, was one"));
  assert_true(told(s, "db: Multi-AZ failover started"));
  assert_int_equal(count(s, "alarm web-5xx ALARM: 3 points"), 1);
  fake_free(s);
}

static void follows_an_invalidation(void **state) {
  (void)state;
#define LISTED(status)                                                                             \
  "[{\"Id\":\"I1\",\"Status\":\"" status "\",\"CreateTime\":\"2026-01-15T10:59:50Z\"}]"
#define WHOLE(status)                                                                              \
  "[{\"Id\":\"I1\",\"Status\":\"" status "\",\"CreateTime\":\"2026-01-15T10:59:50Z\","             \
  "\"InvalidationBatch\":{\"Paths\":{\"Items\":[\"/app/*\",\"/x\"]}}}]"
  static const struct fake_answer open[] = {
      {.op = "ListInvalidations", .items = LISTED("InProgress")},
      {.op = "GetInvalidation", .items = WHOLE("InProgress")}};
  static const struct fake_answer done[] = {
      {.op = "ListInvalidations", .items = LISTED("InProgress")},
      {.op = "GetInvalidation", .items = WHOLE("Completed")}};
  fake_answers(open, COUNT(open), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  const struct stack_collection *c = stack_collection(s, STACK_INVALIDATION);
  assert_int_equal(c->n, 1);
  const struct cloudfront_invalidation *v = c->rows[0]->item;
  assert_int_equal(v->paths.n, 2); /* the whole thing, not its summary */
  assert_true(aws_str_eq_c(c->rows[0]->parent, FAKE_DISTRIBUTION));
  assert_true(stack_path(s)->hops[STACK_HOP_CDN].moving);
  assert_true(told(s, "invalidation I1 started: /app/* and more"));
  assert_non_null(strstr(fake_last_input("GetInvalidation"), "\"DistributionId\":\"E1\""));
  fake_forget();
  fake_pass(s, 30000);
  assert_in_range(fake_sent("GetInvalidation"), 4, 7); /* looked at closely while it runs */
  fake_answers(done, COUNT(done), fake_shop, fake_shop_n);
  fake_pass(s, 10000);
  assert_int_equal(count(s, "invalidation I1 Completed"), 1);
  fake_forget();
  fake_pass(s, 300000);
  assert_int_equal(fake_sent("GetInvalidation"), 0);
  assert_int_equal(count(s, "invalidation I1"), 2);
  fake_free(s);
}

/* ---- metrics --------------------------------------------------------------------------------- */

/* The wall clock begins at 11:00:01; the newest whole minute is 10:59, and it may lack its last
 * points. */
static void places_points_by_their_time(void **state) {
  (void)state;
  static const struct fake_answer points[] = {
      {.op = "GetMetricData",
       .has = "RequestCount",
       .items = "[{\"Id\":\"m0\",\"Timestamps\":[1768471200,1768474500,1768474740],\"Values\":"
                "[7,30,5]},{\"Id\":\"m1\",\"Timestamps\":[1768474680,1768474740],\"Values\":"
                "[0.25,9]},{\"Id\":\"m9999\",\"Timestamps\":[1],\"Values\":[1]},{\"Id\":\"x\"}]"}};
  fake_answers(points, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  const struct aws_str id = AWS_STR_LIT(FAKE_LB);
  const struct stack_series *v = stack_metric(s, STACK_LOAD_BALANCER, id, "RequestCount");
  assert_non_null(v);
  assert_int_equal(v->n, STACK_POINTS);
  assert_true(v->points[0] == 7);   /* 10:00 */
  assert_true(v->points[55] == 30); /* 10:55 */
  assert_true(v->points[56] == 0);  /* no request, no point */
  assert_true(v->points[59] == 5);
  assert_true(v->last == 0); /* 10:58: the newest may be incomplete */
  assert_int_equal(v->last_at, 1768474740000);
  assert_string_equal(v->unit, "/min");
  v = stack_metric(s, STACK_LOAD_BALANCER, id, "TargetResponseTime");
  assert_true(v->last == 250); /* seconds to milliseconds */
  assert_true(isnan(v->points[57]));
  assert_null(stack_metric(s, STACK_LOAD_BALANCER, id, "NoSuchMetric"));
  fake_free(s);
}

static void asks_for_what_is_on_screen(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 5000);
  assert_null(strstr(fake_last_input("GetMetricData"), "AWS/ECS"));
  fake_forget();
  const struct aws_str row = AWS_STR_LIT(FAKE_SERVICE);
  stack_show_rows(s, STACK_SERVICE, &row, 1);
  fake_pass(s, 2000);
  assert_int_equal(fake_sent("GetMetricData"), 1); /* the new row alone, without waiting */
  const char *in = fake_last_input("GetMetricData");
  assert_non_null(strstr(in, "\"Name\":\"ServiceName\",\"Value\":\"web\""));
  assert_null(strstr(in, "AWS/RDS"));
  fake_forget();
  fake_pass(s, 180000);
  assert_int_equal(fake_sent("GetMetricData"), 2 * 3); /* each minute, in two regions */
  assert_true(stack_budget(s).metrics_cost_month > 0);
  fake_free(s);
}

static void metrics_can_be_switched_off(void **state) {
  (void)state;
  struct stack_config cfg;
  stack_config_init(&cfg);
  cfg.metrics = false;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(&cfg);
  fake_pass(s, 180000);
  assert_int_equal(fake_sent("GetMetricData"), 0);
  assert_true(stack_budget(s).metrics_cost_month == 0);
  fake_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keeps_order_and_bounds),
      cmocka_unit_test(first_fill_tells_the_last_hour_alone),
      cmocka_unit_test(tells_what_a_refresh_changed),
      cmocka_unit_test(follows_an_invalidation),
      cmocka_unit_test(places_points_by_their_time),
      cmocka_unit_test(asks_for_what_is_on_screen),
      cmocka_unit_test(metrics_can_be_switched_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
