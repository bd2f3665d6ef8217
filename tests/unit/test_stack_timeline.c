/* What happened: order, bounds, repeats, and what a refresh tells that the one before did not. */
#include "config.h"

#include "test.h"

#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "stack/happening.h"
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
  assert_string_equal(stack_timeline_at(s, 0)->text, "ECS web: started 2 tasks");
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
                        EVENT("e9", 1768474805, "(service web) is unable to place a task"))},
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
  assert_true(told(s, "ECS web rev 41 rolling out"));
  assert_true(told(s, "ECS web rev 41 rollout FAILED: why"));
  assert_true(told(s, "ECS web wants 5 tasks, was 2"));
  assert_true(told(s, "ECS web: is unable to place a task"));
  assert_true(told(s, "target 10.0.10.17:8080 unhealthy: 502"));
  assert_true(told(s, "db db: rebooting, was available"));
  assert_true(told(s, "moved to eu-west-1b"));
  assert_true(told(s, "c: writer is two, was one"));
  assert_true(told(s, "db: Multi-AZ failover started"));
  assert_int_equal(count(s, "alarm web-5xx ALARM: 3 points"), 1);
  fake_free(s);
}

/* ---- whose it is, and told once ---------------------------------------------------------------
 */

static const struct stack_event *find_event(struct stack *s, const char *text, size_t *at) {
  for (size_t i = 0; i < stack_timeline_count(s); i++)
    if (strstr(stack_timeline_at(s, i)->text, text)) {
      *at = i;
      return stack_timeline_at(s, i);
    }
  fail_msg("not told: %s", text);
  return NULL;
}

/* Every row leads to the thing it is about: describe finds it. */
static void every_event_leads_to_its_thing(void **state) {
  (void)state;
#define TASK(id) FAKE_ARN("ecs", "task/shop/" id)
  static const struct fake_answer before[] = {
      {.op = "DescribeServices",
       .items = SERVICE(2, DEPLOYMENT("ecs-svc/1", "41", 1768400000, "COMPLETED"), "")},
  };
  static const struct fake_answer after[] = {
      {.op = "DescribeServices",
       .items = SERVICE(2,
                        DEPLOYMENT("ecs-svc/2", "42", 1768474805,
                                   "FAILED") ",{\"id\":\"ecs-svc/1\","
                                             "\"status\":\"ACTIVE\",\"taskDefinition\":"
                                             "\"" FAKE_TASKDEF("41") "\"}",
                        EVENT("e1", 1768474806,
                              "(service web) (task t1) (port 80) is unhealthy in "
                              "(target-group " FAKE_GROUP
                              ") due to (reason Health checks failed with these codes: "
                              "[502]).") "," EVENT("e2", 1768474805,
                                                   "(service web) registered 2 targets in "
                                                   "(target-group " FAKE_GROUP ")"))},
      {.op = "DescribeDBInstances",
       .items = "[{\"DBInstanceIdentifier\":\"shop-db\",\"DBInstanceArn\":\"" FAKE_ARN(
           "rds", "db:shop-db") "\",\"DBInstanceStatus\":\"rebooting\","
                                "\"Engine\":\"postgres\"}]"},
      {.op = "DescribeEvents",
       .items =
           "[{\"SourceIdentifier\":\"shop-db\",\"SourceType\":\"db-instance\","
           "\"SourceArn\":\"" FAKE_ARN(
               "rds", "db:shop-db") "\",\"Date\":\"2026-01-15T11:00:01Z\",\"Message\":"
                                    "\"Multi-AZ instance failover "
                                    "started\"},{\"SourceIdentifier\":\"snap\","
                                    "\"SourceType\":\"db-snapshot\",\"SourceArn\":\"x\",\"Date\":"
                                    "\"2026-01-15T11:00:02Z\",\"Message\":\"Snapshot created\"}]"},
      {.op = "DescribeTargetHealth",
       .items = "[{\"Target\":{\"Id\":\"10.0.10.17\",\"Port\":8080},\"TargetHealth\":{\"State\":"
                "\"draining\"}},{\"Target\":{\"Id\":\"10.0.20.31\",\"Port\":8080},"
                "\"TargetHealth\":{\"State\":\"healthy\"}}]"},
  };
  fake_answers(before, COUNT(before), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  fake_answers(after, COUNT(after), fake_shop, fake_shop_n);
  fake_pass(s, 130000);
  assert_true(stack_timeline_count(s) >= 7);
  for (size_t i = 0; i < stack_timeline_count(s); i++) {
    const struct stack_event *e = stack_timeline_at(s, i);
    if (!stack_find(s, e->kind, aws_str_from(e->id)))
      fail_msg("\"%s\" leads to no %s \"%s\"", e->text, stack_kind_singular(e->kind), e->id);
    assert_null(strstr(e->text, "arn:"));
    assert_null(strstr(e->text, "ecs-svc"));
    assert_null(strstr(e->text, "(service"));
  }
  size_t at;
  assert_int_equal(find_event(s, "shop-db: Multi-AZ", &at)->kind, STACK_DB_INSTANCE);
  assert_int_equal(find_event(s, "Snapshot created", &at)->kind, STACK_DB_EVENT);
  assert_true(find_event(s, "failover started", &at)->turning);
  assert_int_equal(find_event(s, "registered 2 targets", &at)->kind, STACK_SERVICE);
  find_event(s, "ECS web: 1 task unhealthy in web due to 502", &at);
  find_event(s,
             "ECS web rev 41\xe2\x86\x92"
             "42 rolling out",
             &at);
  find_event(s, "target 10.0.10.17:8080 draining", &at);
  assert_true(stack_timeline_concerns(s, at, STACK_TARGET_GROUP, aws_str_from(FAKE_GROUP)));
  assert_false(stack_timeline_concerns(s, at, STACK_SERVICE, aws_str_from(FAKE_SERVICE)));
  assert_false(stack_timeline_concerns(s, 100000, STACK_SERVICE, aws_str_from(FAKE_SERVICE)));
  fake_free(s);
}

#define TARGET_IS(ip, health)                                                                      \
  "{\"Target\":{\"Id\":\"10.0.10." ip "\",\"Port\":8080},\"TargetHealth\":{" health "}}"
#define SICK                                                                                       \
  "\"State\":\"unhealthy\",\"Reason\":\"Target.ResponseCodeMismatch\",\"Description\":"            \
  "\"Health checks failed with these codes: [502]\""
#define WELL "\"State\":\"healthy\""

static void like_changes_are_one_row(void **state) {
  (void)state;
  static const struct fake_answer well[] = {
      {.op = "DescribeTargetHealth",
       .items = "[" TARGET_IS("1", WELL) "," TARGET_IS("2", WELL) "," TARGET_IS("3", WELL) "]"}};
  static const struct fake_answer two[] = {
      {.op = "DescribeTargetHealth",
       .items = "[" TARGET_IS("1", SICK) "," TARGET_IS("2", SICK) "," TARGET_IS("3", WELL) "]"}};
  static const struct fake_answer three[] = {
      {.op = "DescribeTargetHealth",
       .items = "[" TARGET_IS("1", SICK) "," TARGET_IS("2", SICK) "," TARGET_IS("3", SICK) "]"}};
  fake_answers(well, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  fake_answers(two, 1, fake_shop, fake_shop_n);
  fake_pass(s, 16000);
  size_t at;
  aws_ms first = find_event(s, "2 targets unhealthy: 502 (web)", &at)->at;
  fake_answers(three, 1, fake_shop, fake_shop_n);
  fake_pass(s, 16000);
  const struct stack_event *e = find_event(s, "3 targets unhealthy: 502 (web)", &at);
  assert_int_equal(e->at, first);
  assert_int_equal(e->count, 3);
  assert_int_equal(e->level, STACK_WARN);
  assert_int_equal(e->kind, STACK_TARGET_GROUP);
  assert_string_equal(e->id, FAKE_GROUP);
  assert_int_equal(count(s, "unhealthy"), 1);
  assert_true(
      stack_timeline_concerns(s, at, STACK_TARGET, AWS_STR_LIT(FAKE_GROUP "|10.0.10.2:8080")));
  assert_false(
      stack_timeline_concerns(s, at, STACK_TARGET, AWS_STR_LIT(FAKE_GROUP "|10.0.10.9:8080")));
  fake_answers(well, 1, fake_shop, fake_shop_n);
  fake_pass(s, 120000);
  fake_answers(two, 1, fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  assert_int_equal(count(s, "unhealthy"), 2); /* another time is another row */
  fake_free(s);
}

#define STOPPED(id, reason)                                                                        \
  "{\"taskArn\":\"" TASK(                                                                          \
      id) "\",\"clusterArn\":\"" FAKE_CLUSTER "\",\"group\":\"service:web\","                      \
          "\"lastStatus\":\"STOPPED\",\"desiredStatus\":\"STOPPED\",\"stoppedAt\":1768474803,"     \
          "\"stoppedReason\":\"" reason "\",\"taskDefinitionArn\":\"" FAKE_TASKDEF("41") "\"}"

/* AWS says that three tasks stopped; the console knows why two of them did. */
static void a_stop_is_told_once(void **state) {
  (void)state;
  static const struct fake_answer after[] = {
      {.op = "DescribeServices",
       .items = SERVICE(2, DEPLOYMENT("ecs-svc/1", "41", 1768400000, "COMPLETED"),
                        EVENT("e1", 1768474803,
                              "(service web) has stopped 3 running tasks: (task s1) (task s2) "
                              "(task s3).") "," EVENT("e0", 1768474802,
                                                      "(service web) has stopped 1 running tasks: "
                                                      "(task s4)."))},
      {.op = "ListTasks", .has = "STOPPED", .items = "[\"" TASK("s1") "\",\"" TASK("s2") "\"]"},
      {.op = "DescribeTasks",
       .has = "task/shop/s1",
       .items = "[" STOPPED(
           "s1", "Task failed ELB health checks in (target-group " FAKE_GROUP
                 ")") "," STOPPED("s2", "Task failed ELB health checks in (target-group " FAKE_GROUP
                                        ")") "]"},
  };
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(after, COUNT(after), fake_shop, fake_shop_n);
  fake_pass(s, 130000);
  size_t at;
  const struct stack_event *e =
      find_event(s, "2 tasks of web stopped: Task failed ELB health checks in web", &at);
  assert_string_equal(e->id, FAKE_SERVICE);
  assert_true(stack_timeline_concerns(s, at, STACK_TASK, AWS_STR_LIT(TASK("s2"))));
  find_event(s, "ECS web: stopped 2 tasks", &at); /* s3, s4: nobody knows why */
  assert_int_equal(count(s, "stopped"), 2);
  fake_free(s);
}

/* What ECS and the deployment itself say of one rollout. */
static void a_rollback_is_told_once_and_marked(void **state) {
  (void)state;
#define OLD(state, reason)                                                                         \
  "{\"id\":\"ecs-svc/1\",\"status\":\"PRIMARY\",\"taskDefinition\":\"" FAKE_TASKDEF(               \
      "41") "\",\"createdAt\":1768400000,\"rolloutState\":\"" state                                \
            "\",\"rolloutStateReason\":\"" reason "\"}"
#define NEW(state, reason)                                                                         \
  "{\"id\":\"ecs-svc/2\",\"status\":\"ACTIVE\",\"taskDefinition\":\"" FAKE_TASKDEF(                \
      "42") "\",\"createdAt\":1768474790,\"rolloutState\":\"" state                                \
            "\",\"rolloutStateReason\":\"" reason "\"}"
  static const struct fake_answer before[] = {
      {.op = "DescribeServices",
       .items = SERVICE(2, OLD("COMPLETED", "done") "," NEW("IN_PROGRESS", "in progress"), "")}};
  static const struct fake_answer after[] = {
      {.op = "DescribeServices",
       .items = SERVICE(
           2,
           OLD("IN_PROGRESS", "ECS deployment circuit breaker: rolling back to deploymentId "
                              "ecs-svc/1.") "," NEW("FAILED", "ECS deployment circuit breaker: "
                                                              "tasks failed to start."),
           EVENT("e2", 1768474806, "(service web) rolling back to deployment ecs-svc/1.") "," EVENT(
               "e1", 1768474805,
               "(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start."))}};
  static const struct fake_answer end[] = {
      {.op = "DescribeServices",
       .items = SERVICE(
           2,
           OLD("COMPLETED", "ECS deployment circuit breaker: rolling back to "
                            "deploymentId ecs-svc/1."),
           EVENT("e3", 1768474830, "(service web) (deployment ecs-svc/1) deployment completed."))}};
  fake_answers(before, COUNT(before), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  fake_answers(after, COUNT(after), fake_shop, fake_shop_n);
  fake_pass(s, 20000);
  size_t at;
  const struct stack_event *e =
      find_event(s, "ECS web rev 42 rollout FAILED: tasks failed to start", &at);
  assert_true(e->turning);
  assert_int_equal(e->level, STACK_BAD);
  e = find_event(s,
                 "ECS web rev 42\xe2\x86\x92"
                 "41 rolling back",
                 &at);
  assert_true(e->turning);
  assert_int_equal(e->level, STACK_WARN);
  assert_int_equal(count(s, "rolling back"), 1);
  assert_int_equal(count(s, "failed"), 1);
  fake_answers(end, COUNT(end), fake_shop, fake_shop_n);
  fake_pass(s, 20000);
  e = find_event(s, "ECS web rev 41 rolled back", &at);
  assert_int_equal(e->level, STACK_OK);
  assert_int_equal(count(s, "completed"), 0);
  fake_free(s);
  fake_answers(after, COUNT(after), fake_shop, fake_shop_n); /* somebody who comes late */
  s = fake_settled(NULL);
  assert_true(find_event(s, "ECS web: rolling back", &at)->turning);
  assert_true(find_event(s, "deployment failed: tasks failed to start", &at)->turning);
  fake_free(s);
}

#define STARTED(id, at) EVENT(id, at, "(service web) has started 4 tasks: (task " id ").")

/* The tasks of a deployment that was rolled back by hand, and those of the way back. */
static void a_rollout_divides_what_is_told(void **state) {
  (void)state;
  static const struct fake_answer bad[] = {
      {.op = "DescribeServices",
       .items = SERVICE(4, DEPLOYMENT("ecs-svc/2", "42", 1768474790, "IN_PROGRESS"),
                        STARTED("b", 1768474796) "," STARTED("a", 1768474794))}};
  static const struct fake_answer back[] = {
      {.op = "DescribeServices",
       .items = SERVICE(4, DEPLOYMENT("ecs-svc/3", "41", 1768474802, "IN_PROGRESS"),
                        STARTED("d", 1768474806) "," STARTED("c", 1768474804) "," STARTED(
                            "b", 1768474796) "," STARTED("a", 1768474794))}};
  static const struct fake_answer breaker[] = {
      {.op = "DescribeServices",
       .items = SERVICE(
           4,
           OLD("IN_PROGRESS", "ECS deployment circuit breaker: rolling back to deploymentId "
                              "ecs-svc/1.") "," NEW("FAILED", "tasks failed to start."),
           STARTED("c", 1768474803) "," EVENT(
               "r", 1768474802,
               "(service web) rolling back to deployment ecs-svc/1.") "," STARTED("b",
                                                                                  1768474796))}};
  static const struct fake_answer rolling[] = {
      {.op = "DescribeServices",
       .items = SERVICE(4, OLD("COMPLETED", "done") "," NEW("IN_PROGRESS", "in progress"),
                        STARTED("b", 1768474796))}};
  fake_answers(bad, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  assert_int_equal(count(s, "ECS web: started 8 tasks"), 1);
  fake_answers(back, 1, fake_shop, fake_shop_n);
  fake_pass(s, 20000);
  size_t at;
  assert_int_equal(count(s, "ECS web: started 8 tasks"), 2);
  find_event(s, "started 8 tasks", &at);
  assert_int_equal(stack_timeline_at(s, at)->at, 1768474804000);
  assert_int_equal(count(s, "started"), 2);
  fake_free(s);
  fake_answers(rolling, 1, fake_shop, fake_shop_n); /* and by ECS itself */
  s = fake_settled(NULL);
  fake_answers(breaker, 1, fake_shop, fake_shop_n);
  fake_pass(s, 20000);
  assert_int_equal(count(s, "ECS web: started 4 tasks"), 2);
  assert_int_equal(count(s, "rolling back"), 1);
  fake_free(s);
  fake_answers(bad, 1, fake_shop, fake_shop_n); /* an act of ours */
  s = fake_settled(NULL);
  struct stack_event act = {.source = STACK_EVENT_ACTION,
                            .kind = STACK_SERVICE,
                            .id = FAKE_SERVICE,
                            .at = 1768474800000,
                            .text = "scale web"};
  stack_timeline_add(s, &act);
  static const struct fake_answer more[] = {
      {.op = "DescribeServices",
       .items = SERVICE(4, DEPLOYMENT("ecs-svc/2", "42", 1768474790, "IN_PROGRESS"),
                        STARTED("c", 1768474803) "," STARTED("b", 1768474796))}};
  fake_answers(more, 1, fake_shop, fake_shop_n);
  fake_pass(s, 20000);
  assert_int_equal(count(s, "ECS web: started 8 tasks"), 1);
  assert_int_equal(count(s, "ECS web: started 4 tasks"), 1);
  fake_free(s);
}

static void alarms_say_numbers(void **state) {
  (void)state;
  static const struct {
    const char *reason, *words, *metric;
  } rows[] = {
      {"Threshold Crossed: 2 out of the last 2 datapoints [2.0 (12/09/26 10:00:00), 1.0 (12/09/26 "
       "09:59:00)] were greater than or equal to the threshold (1.0)",
       "UnHealthyHostCount 2 >= 1", "UnHealthyHostCount"},
      {"Threshold Crossed: 2 out of the last 2 datapoints [155.0 (12/09/26 10:00:00), 60.0 "
       "(12/09/26 09:59:00)] were greater than the threshold (50.0)",
       "155 > 50", ""},
      {"Threshold Crossed: 1 out of the last 1 datapoints [2.5 (12/09/26 10:00:00)] was less than "
       "or equal to the threshold (3.0)",
       "2.5 <= 3", ""},
      {"Insufficient Data: 2 datapoints were unknown.",
       "Insufficient Data: 2 datapoints were unknown.", "CPUUtilization"},
      {"", "", ""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char text[160];
    struct cloudwatch_alarm v = {.reason = aws_str_from(rows[i].reason),
                                 .metric = aws_str_from(rows[i].metric)};
    stack_alarm_why(&v, text, sizeof text);
    assert_string_equal(text, rows[i].words);
  }
}

static void plain_words_stand_anything(void **state) {
  (void)state;
  static const struct {
    const char *says, *words;
  } rows[] = {
      {"(service web) has reached a steady state.", "has reached a steady state"},
      {"(instance i-1) (port 80) x", "(instance i-1) x"},
      {"(task 0123456789abcdef) a  b\t\nc", "01234567 a b c"},
      {"open ( never closed", "open ( never closed"},
      {"(reason (reason (task", "(reason (reason (task"},
      {"(reason (reason x) y)", "x y"},
      {"codes: Health checks failed with these codes: [50", "codes: 50"},
      {"in arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/1, and arn:aws:a:b:c:d/e",
       "in web, and e"},
      {"(task ) () (reason )", "()"},
      {")]:", ")]"},
      {"", ""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char text[100], little[5];
    stack_plain_words(aws_str_from(rows[i].says), text, sizeof text);
    assert_string_equal(text, rows[i].words);
    stack_plain_words(aws_str_from(rows[i].says), little, sizeof little);
    assert_true(strlen(little) < sizeof little);
  }
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
  struct aws_buf json;
  aws_buf_init(&json, 1 << 20);
  stack_json(s, &json);
  assert_non_null(strstr(json.p, "{\"DistributionId\":\"E1\",\"Id\":\"I1\""));
  aws_buf_done(&json);
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

/* The wall clock begins at 11:00:01; the newest whole minute is 10:59: what is counted may still be
 * incomplete, what is measured stands. */
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
  assert_true(v->last == 9000); /* seconds to milliseconds */
  assert_true(v->points[58] == 250);
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

/* Said for as long as it lasts, and told once. */
static void failing_metrics_are_known(void **state) {
  (void)state;
  static const struct fake_answer away[] = {
      {.op = "GetMetricData", .error = AWS_E_NETWORK, .aws_code = "no route"}};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 5000);
  assert_null(stack_metrics_error(s));
  fake_answers(away, 1, fake_shop, fake_shop_n);
  fake_pass(s, 300000);
  assert_int_equal(stack_metrics_error(s)->code, AWS_E_NETWORK);
  assert_in_range(count(s, "metrics could not be read"), 1, 2); /* in two regions */
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 120000);
  assert_null(stack_metrics_error(s));
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
      cmocka_unit_test(every_event_leads_to_its_thing),
      cmocka_unit_test(like_changes_are_one_row),
      cmocka_unit_test(a_stop_is_told_once),
      cmocka_unit_test(a_rollback_is_told_once_and_marked),
      cmocka_unit_test(a_rollout_divides_what_is_told),
      cmocka_unit_test(alarms_say_numbers),
      cmocka_unit_test(plain_words_stand_anything),
      cmocka_unit_test(follows_an_invalidation),
      cmocka_unit_test(places_points_by_their_time),
      cmocka_unit_test(asks_for_what_is_on_screen),
      cmocka_unit_test(failing_metrics_are_known),
      cmocka_unit_test(metrics_can_be_switched_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
