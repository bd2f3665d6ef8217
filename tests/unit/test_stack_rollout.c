/* Rollouts that fail and go back, counts that are raised, and since when a hop is at fault. */
#include "config.h"

#include "test.h"

#include "stack_fake.h"

#include <stdlib.h>

#define DEPLOYMENT(id, status, rev, run, state, made, moved)                                       \
  "{\"id\":\"ecs-svc/" id "\",\"status\":\"" status                                                \
  "\",\"taskDefinition\":\"" FAKE_TASKDEF(rev) "\",\"desiredCount\":4,\"runningCount\":" #run      \
                                               ",\"rolloutState\":\"" state                        \
                                               "\",\"createdAt\":" #made ",\"updatedAt\":" #moved  \
                                               "}"
#define EVENT(id, at, text) "{\"id\":\"" id "\",\"createdAt\":" #at ",\"message\":\"" text "\"}"
#define SERVICE(desired, running, rev, deployments, events)                                        \
  "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":\"" FAKE_CLUSTER   \
  "\",\"status\":\"ACTIVE\",\"desiredCount\":" #desired ",\"runningCount\":" #running              \
  ",\"loadBalancers\":[{\"targetGroupArn\":\"" FAKE_GROUP                                          \
  "\"}],\"taskDefinition\":\"" FAKE_TASKDEF(rev) "\",\"deployments\":[" deployments                \
                                                 "],\"events\":[" events "]}]"

/* 11:00:00 is 1768474800. Revision 41 is five days old. */
#define OLD(state, moved) DEPLOYMENT("1", "PRIMARY", "41", 4, state, 1768042800, moved)
#define FAILED DEPLOYMENT("2", "ACTIVE", "42", 0, "FAILED", 1768474680, 1768474790)
#define GOES_BACK EVENT("e2", 1768474792, "(service web) rolling back to deployment ecs-svc/1.")
#define HAS_FAILED                                                                                 \
  EVENT("e1", 1768474790,                                                                          \
        "(service web) (deployment ecs-svc/2) deployment failed: tasks failed "                    \
        "to start.")

static const struct fake_answer well = {
    .op = "DescribeServices", .items = SERVICE(4, 4, "41", OLD("COMPLETED", 1768042900), "")};
static const struct fake_answer rolling = {
    .op = "DescribeServices",
    .items = SERVICE(4, 4, "42",
                     DEPLOYMENT("2", "PRIMARY", "42", 1, "IN_PROGRESS", 1768474680,
                                1768474700) "," DEPLOYMENT("1", "ACTIVE", "41", 4, "COMPLETED",
                                                           1768042800, 1768042900),
                     "")};
static const struct fake_answer back = {
    .op = "DescribeServices",
    .items =
        SERVICE(4, 3, "41", OLD("IN_PROGRESS", 1768474791) "," FAILED, GOES_BACK "," HAS_FAILED)};
static const struct fake_answer over = {
    .op = "DescribeServices",
    .items = SERVICE(4, 4, "41", OLD("COMPLETED", 1768474850), GOES_BACK "," HAS_FAILED)};

static struct stack *with(const struct fake_answer *one) {
  fake_answers(one, 1, fake_shop, fake_shop_n);
  return fake_settled(NULL);
}

static const struct stack_row *web(struct stack *s) {
  const struct stack_row *row = stack_find(s, STACK_SERVICE, AWS_STR_LIT(FAKE_SERVICE));
  assert_non_null(row);
  return row;
}

static void rated(struct stack *s, enum stack_level level, const char *reason) {
  const struct stack_rating *r = &web(s)->rating;
  if (r->level != level || strcmp(r->reason, reason) != 0)
    fail_msg("%s: %s", stack_level_name(r->level), r->reason);
}

/* ---- ways back ------------------------------------------------------------------------------- */

static void way_back_begins_when_it_began(void **state) {
  (void)state;
  struct stack *s = with(&rolling);
  struct stack_rollout r = stack_rollout_of(s, web(s));
  assert_true(r.rolling && !r.back);
  assert_int_equal(r.rev, 42);
  assert_int_equal(r.from, 41);
  assert_int_equal(r.since, 1768474680000);
  fake_free(s);
  s = with(&back);
  r = stack_rollout_of(s, web(s));
  assert_true(r.rolling && r.back);
  assert_int_equal(r.rev, 41);
  assert_int_equal(r.from, 42);
  assert_int_equal(r.since, 1768474792000); /* not five days ago */
  rated(s, STACK_WARN, "rev 42 failed, rolling back to 41: 4/4");
  assert_string_equal(stack_path(s)->hops[STACK_HOP_ECS].facts[1], "back 42→41");
  fake_free(s);
}

/* Somebody who comes a minute later learns of it, be the console new or not. */
static void failed_rollout_is_remembered(void **state) {
  (void)state;
  struct stack *s = with(&back);
  fake_answers(&over, 1, fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  rated(s, STACK_NOTE, "rev 42 failed 10:59, rolled back to 41");
  assert_int_equal(stack_path(s)->level, STACK_NOTE);
  fake_pass(s, 50 * 60000);
  rated(s, STACK_NOTE, "rev 42 failed 10:59, rolled back to 41");
  fake_pass(s, 15 * 60000);
  rated(s, STACK_OK, "");
  fake_free(s);
  s = with(&over);
  rated(s, STACK_NOTE, "a rollout failed 10:59, rolled back to 41");
#define STOPPED FAKE_ARN("ecs", "task/shop/c3")
  static const struct fake_answer tasks[] = {
      {.op = "DescribeServices",
       .items = SERVICE(4, 4, "41", OLD("COMPLETED", 1768474850), GOES_BACK "," HAS_FAILED)},
      {.op = "ListTasks", .has = "STOPPED", .items = "[\"" STOPPED "\"]"},
      {.op = "DescribeTasks",
       .has = STOPPED,
       .items =
           "[{\"taskArn\":\"" STOPPED "\",\"clusterArn\":\"" FAKE_CLUSTER
           "\",\"group\":\"service:web\",\"desiredStatus\":\"STOPPED\",\"lastStatus\":\"STOPPED\","
           "\"startedBy\":\"ecs-svc/2\",\"taskDefinitionArn\":\"" FAKE_TASKDEF("42") "\"}]"}};
  fake_answers(tasks, COUNT(tasks), fake_shop, fake_shop_n);
  fake_pass(s, 120000); /* its tasks tell which revision it was */
  rated(s, STACK_NOTE, "rev 42 failed 10:59, rolled back to 41");
  fake_free(s);
}

/* What failed may stay in the list until its tasks are gone. */
static void failed_rollout_that_was_left_is_no_fault(void **state) {
  (void)state;
  static const struct fake_answer left = {
      .op = "DescribeServices",
      .items =
          SERVICE(4, 4, "41", OLD("COMPLETED", 1768474850) "," FAILED, GOES_BACK "," HAS_FAILED)};
  static const struct fake_answer mended = {
      .op = "DescribeServices",
      .items = SERVICE(4, 4, "43",
                       DEPLOYMENT("3", "PRIMARY", "43", 1, "IN_PROGRESS", 1768474900,
                                  1768474900) "," DEPLOYMENT("2", "ACTIVE", "42", 3, "FAILED",
                                                             1768474680, 1768474790),
                       "")};
  struct stack *s = with(&left);
  rated(s, STACK_NOTE, "rev 42 failed 10:59, rolled back to 41");
  fake_answers(&mended, 1, fake_shop, fake_shop_n);
  fake_pass(s, 15000); /* the operator's own way out is no way back of AWS's */
  assert_true(stack_rollout_of(s, web(s)).rolling);
  assert_false(stack_rollout_of(s, web(s)).back);
  rated(s, STACK_WARN, "rollout of rev 42 failed");
  fake_free(s);
}

static void next_rollout_ends_the_memory(void **state) {
  (void)state;
  static const struct fake_answer next = {
      .op = "DescribeServices",
      .items = SERVICE(4, 4, "43",
                       DEPLOYMENT("3", "PRIMARY", "43", 4, "COMPLETED", 1768474900, 1768474950),
                       GOES_BACK "," HAS_FAILED)};
  struct stack *s = with(&back);
  fake_answers(&next, 1, fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  rated(s, STACK_OK, "");
  fake_free(s);
}

/* ---- counts ---------------------------------------------------------------------------------- */

#define COUNTED(desired, running)                                                                  \
  {                                                                                                \
    .op = "DescribeServices",                                                                      \
    .items = SERVICE(desired, running, "41", OLD("COMPLETED", 1768042900), "")                     \
  }

static void scaling_out_is_no_fault(void **state) {
  (void)state;
  static const struct fake_answer more = COUNTED(6, 4), fewer = COUNTED(6, 3);
  struct stack *s = with(&well);
  fake_answers(&more, 1, fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  rated(s, STACK_NOTE, "scaling out: 4/6 running");
  assert_int_equal(stack_path(s)->level, STACK_NOTE);
  fake_answers(&fewer, 1, fake_shop, fake_shop_n);
  fake_pass(s, 15000); /* one of those that had run is lost */
  rated(s, STACK_WARN, "3/6 running");
  fake_answers(&more, 1, fake_shop, fake_shop_n);
  fake_pass(s, 15000);
  rated(s, STACK_NOTE, "scaling out: 4/6 running");
  fake_pass(s, 6 * 60000); /* it should have happened by now */
  rated(s, STACK_WARN, "4/6 running");
  fake_free(s);
  s = with(&more); /* nobody saw that it was raised */
  rated(s, STACK_WARN, "4/6 running");
  fake_free(s);
}

/* ---- since when ------------------------------------------------------------------------------ */

#define TARGETS(state, why)                                                                        \
  "[{\"Target\":{\"Id\":\"a\",\"Port\":80},\"TargetHealth\":{\"State\":\"healthy\"}},"             \
  "{\"Target\":{\"Id\":\"b\",\"Port\":80},\"TargetHealth\":{\"State\":\"" state "\"" why "}}]"
#define CODE_502                                                                                   \
  ",\"Reason\":\"Target.ResponseCodeMismatch\",\"Description\":\"Health checks failed with these " \
  "codes: [502]\""
#define ALARM                                                                                      \
  "[{\"AlarmName\":\"unhealthy\",\"AlarmArn\":\"al\",\"StateValue\":\"ALARM\",\"Namespace\":"      \
  "\"AWS/ApplicationELB\",\"StateReason\":\"1 >= 1\",\"StateTransitionedTimestamp\":"              \
  "\"2026-01-15T11:00:20Z\"}]"

static void line_follows_the_fault_that_is_named(void **state) {
  (void)state;
  const struct fake_answer sick[] = {
      rolling, {.op = "DescribeTargetHealth", .items = TARGETS("unhealthy", CODE_502)}};
  const struct fake_answer after[] = {over, {.op = "DescribeAlarms", .items = ALARM}};
  struct stack *s = with(&well);
  fake_answers(sick, COUNT(sick), fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  assert_string_equal(stack_path(s)->summary, "degraded: ALB web 1/2 healthy: 502");
  assert_string_equal(stack_path(s)->since,
                      "since 10:58: ECS web rev 42 rolling out, 1 target unhealthy (502)");
  const struct fake_answer still[] = {back, sick[1]};
  fake_answers(still, COUNT(still), fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  assert_string_equal(stack_path(s)->since,
                      "since 10:58: ECS web rev 42 failed 10:59, rolling back "
                      "to 41, 1 target unhealthy (502)");
  fake_answers(&back, 1, fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  assert_string_equal(stack_path(s)->summary,
                      "degraded: ECS web rev 42 failed, rolling back to 41: 4/4");
  assert_string_equal(stack_path(s)->since, "since 10:59: rev 42 was being rolled out from 10:58");
  assert_int_equal(stack_path(s)->since_at, 1768474790000);
  fake_answers(after, COUNT(after), fake_shop, fake_shop_n);
  fake_pass(s, 70000);
  assert_string_equal(stack_path(s)->summary, "degraded: ALB alarm unhealthy");
  assert_string_equal(stack_path(s)->since, "since 11:00: 1 >= 1");
  assert_int_equal(stack_path(s)->since_at, 1768474820000);
  fake_free(s);
}

/* Revision 42 of 10:58 taken back by hand at 10:59: it is the cause, the way back is the cure. */
#define BY_HAND(run, state) DEPLOYMENT("3", "PRIMARY", "41", run, state, 1768474780, 1768474781)
#define TAKEN_BACK DEPLOYMENT("2", "ACTIVE", "42", 4, "IN_PROGRESS", 1768474680, 1768474700)

static const struct fake_answer by_hand = {
    .op = "DescribeServices",
    .items = SERVICE(4, 4, "41", BY_HAND(0, "IN_PROGRESS") "," TAKEN_BACK, "")};
static const struct fake_answer by_hand_done = {
    .op = "DescribeServices", .items = SERVICE(4, 4, "41", BY_HAND(4, "COMPLETED"), "")};

static void cure_is_not_blamed(void **state) {
  (void)state;
  const struct fake_answer targets = {.op = "DescribeTargetHealth",
                                      .items = TARGETS("unhealthy", CODE_502)};
  const struct fake_answer sick[] = {by_hand, targets}, done[] = {by_hand_done, targets};
  struct stack *s = with(&rolling);
  fake_answers(sick, COUNT(sick), fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  const struct stack_path *p = stack_path(s);
  rated(s, STACK_NOTE, "rolling back from rev 42 to 41: 0/4");
  assert_string_equal(p->hops[STACK_HOP_ECS].facts[0], "new 0/4, old 4/4");
  assert_string_equal(p->hops[STACK_HOP_ECS].facts[1], "back 42→41");
  assert_string_equal(p->since, "since 10:58: ECS web rev 42, rolling back to 41 since 10:59: 0/4, "
                                "1 target unhealthy (502)");
  fake_answers(done, COUNT(done), fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  rated(s, STACK_NOTE, "rolled back from rev 42 to 41 at 10:59");
  p = stack_path(s);
  assert_string_equal(p->hops[STACK_HOP_ECS].facts[0], "web 4/4");
  assert_string_equal(p->since, "since 10:58: ECS web rev 42, rolled back to 41 at 10:59, "
                                "1 target unhealthy (502)");
  fake_free(s);
  s = with(&by_hand); /* it was under way when we came */
  fake_answers(sick, COUNT(sick), fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  assert_non_null(strstr(stack_path(s)->since, "since 10:58: ECS web rev 42, rolling back to 41"));
  fake_free(s);
}

/* Another database's incident, over and done with, is not this one's beginning. */
static void line_is_of_the_database_that_is_at_fault(void **state) {
  (void)state;
#define TWO(one, two)                                                                              \
  "[{\"DBInstanceIdentifier\":\"one\",\"DBInstanceArn\":\"arn:one\",\"Engine\":\"postgres\","      \
  "\"DBInstanceStatus\":\"" one "\"},{\"DBInstanceIdentifier\":\"two\",\"DBInstanceArn\":"         \
  "\"arn:two\",\"Engine\":\"aurora-postgresql\",\"DBClusterIdentifier\":\"c\","                    \
  "\"DBInstanceStatus\":\"" two "\"}]"
  static const struct fake_answer none = {.op = "DescribeDBInstances",
                                          .items = TWO("available", "available")};
  static const struct fake_answer first = {.op = "DescribeDBInstances",
                                           .items = TWO("rebooting", "available")};
  static const struct fake_answer second = {.op = "DescribeDBInstances",
                                            .items = TWO("available", "rebooting")};
  struct stack *s = with(&none);
  assert_string_equal(stack_path(s)->hops[STACK_HOP_DB].title, "Databases");
  fake_answers(&first, 1, fake_shop, fake_shop_n);
  fake_pass(s, 70000);
  assert_string_equal(stack_path(s)->summary, "degraded: RDS one rebooting");
  assert_non_null(strstr(stack_path(s)->since, "one: rebooting, was available"));
  fake_answers(&second, 1, fake_shop, fake_shop_n);
  fake_pass(s, 70000);
  assert_string_equal(stack_path(s)->summary, "degraded: Aurora two rebooting");
  assert_non_null(strstr(stack_path(s)->since, "two: rebooting, was available"));
  assert_null(strstr(stack_path(s)->since, "one"));
  fake_free(s);
}

static void nothing_known_is_no_line(void **state) {
  (void)state;
  static const struct fake_answer full = {
      .op = "DescribeDBInstances",
      .items = "[{\"DBInstanceIdentifier\":\"one\",\"DBInstanceStatus\":\"storage-full\"}]"};
  struct stack *s = with(&full); /* it may have been so for days */
  assert_int_equal(stack_path(s)->level, STACK_BAD);
  assert_string_equal(stack_path(s)->since, "");
  assert_int_equal(stack_path(s)->since_at, 0);
  fake_free(s);
}

int main(void) {
  setenv("TZ", "UTC", 1);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(way_back_begins_when_it_began),
      cmocka_unit_test(failed_rollout_is_remembered),
      cmocka_unit_test(failed_rollout_that_was_left_is_no_fault),
      cmocka_unit_test(next_rollout_ends_the_memory),
      cmocka_unit_test(scaling_out_is_no_fault),
      cmocka_unit_test(line_follows_the_fault_that_is_named),
      cmocka_unit_test(cure_is_not_blamed),
      cmocka_unit_test(line_is_of_the_database_that_is_at_fault),
      cmocka_unit_test(nothing_known_is_no_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
