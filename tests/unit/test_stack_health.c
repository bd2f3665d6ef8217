/* What counts as a fault, and in which words: one row of a table each. */
#include "config.h"

#include "test.h"

#include "stack/action.h"
#include "stack_fake.h"

#include <stdio.h>
#include <unistd.h>

struct rated {
  const char *op, *items; /* the answer that differs from the shop that is well */
  enum stack_kind kind;
  enum stack_level level;
  const char *says;      /* part of the reason; NULL: none */
  enum stack_level path; /* what the whole path comes to */
};

#define TARGET(state, reason) TARGET_AT("0", state, reason)
#define TARGET_AT(net, state, reason)                                                              \
  "{\"Target\":{\"Id\":\"10.0." net "." #state                                                     \
  "\",\"Port\":80},\"TargetHealth\":{\"State\":\"" #state "\",\"Reason\":\"" reason "\"}}"
#define SERVICE(desired, running, pending, deployments)                                            \
  SERVICE_IS("ACTIVE", desired, running, pending, deployments)
#define SERVICE_IS(status, desired, running, pending, deployments)                                 \
  "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":\"" FAKE_CLUSTER   \
  "\",\"status\":\"" status "\",\"desiredCount\":" #desired ",\"runningCount\":" #running          \
  ",\"pendingCount\":" #pending                                                                    \
  ",\"taskDefinition\":\"" FAKE_TASKDEF("42") "\",\"deployments\":[" deployments "]}]"
#define DEPLOYMENT(status, rev, desired, running, failed, state)                                   \
  "{\"id\":\"ecs-svc/" rev "\",\"status\":\"" status "\",\"taskDefinition\":\"" FAKE_TASKDEF(      \
      rev) "\",\"desiredCount\":" #desired ",\"runningCount\":" #running                           \
           ",\"failedTasks\":" #failed ",\"rolloutState\":\"" state "\",\"updatedAt\":1768474790}"
#define STABLE DEPLOYMENT("PRIMARY", "42", 4, 4, 0, "COMPLETED")
#define DATABASE(status, more)                                                                     \
  "[{\"DBInstanceIdentifier\":\"shop-db\",\"DBInstanceStatus\":\"" status "\"" more "}]"
#define CLUSTER(status, members)                                                                   \
  "[{\"DBClusterIdentifier\":\"shop\",\"Status\":\"" status "\",\"DBClusterMembers\":[" members    \
  "]}]"
#define ALARM(name, state)                                                                         \
  "[{\"AlarmName\":\"" name "\",\"AlarmArn\":\"a\",\"StateValue\":\"" state                        \
  "\",\"StateReason\":\"3 points above\",\"Namespace\":\"AWS/Other\"}]"
#define GROUP(lbs)                                                                                 \
  "[{\"TargetGroupArn\":\"" FAKE_GROUP                                                             \
  "\",\"TargetGroupName\":\"web\",\"Port\":80," FAKE_GROUP_CHECKS "," lbs "}]"
#define LB(state)                                                                                  \
  "[{\"LoadBalancerArn\":\"" FAKE_LB                                                               \
  "\",\"LoadBalancerName\":\"front\",\"State\":{\"Code\":\"" state "\"}}]"
#define EDGE(status, enabled)                                                                      \
  "[{\"Id\":\"E1\",\"ARN\":\"" FAKE_DISTRIBUTION "\",\"Status\":\"" status                         \
  "\",\"Enabled\":" enabled "}]"

static const struct rated rows[] = {
    /* edge */
    {"ListDistributions", EDGE("InProgress", "true"), STACK_DISTRIBUTION, STACK_NOTE, "deployed",
     STACK_NOTE},
    {"ListDistributions", EDGE("Deployed", "false"), STACK_DISTRIBUTION, STACK_NOTE, "disabled",
     STACK_NOTE},
    /* load balancing */
    {"DescribeLoadBalancers", LB("active"), STACK_LOAD_BALANCER, STACK_OK, NULL, STACK_OK},
    {"DescribeLoadBalancers", LB("provisioning"), STACK_LOAD_BALANCER, STACK_NOTE, "provisioning",
     STACK_NOTE},
    {"DescribeLoadBalancers", LB("active_impaired"), STACK_LOAD_BALANCER, STACK_WARN,
     "active_impaired", STACK_WARN},
    {"DescribeLoadBalancers", LB("failed"), STACK_LOAD_BALANCER, STACK_BAD, "failed", STACK_BAD},
    {"DescribeTargetHealth", "[" TARGET(healthy, "") "," TARGET(initial, "") "]",
     STACK_TARGET_GROUP, STACK_NOTE, "1/1 healthy, 1 starting", STACK_NOTE},
    {"DescribeTargetHealth", "[" TARGET(healthy, "") "," TARGET(draining, "") "]",
     STACK_TARGET_GROUP, STACK_NOTE, "1/1 healthy, 1 draining", STACK_NOTE},
    {"DescribeTargetHealth",
     "[" TARGET(healthy, "") "," TARGET_AT("1", healthy, "") "," TARGET(unhealthy,
                                                                        "Target.Timeout") "]",
     STACK_TARGET_GROUP, STACK_WARN, "2/3 healthy: Timeout", STACK_WARN},
    {"DescribeTargetHealth",
     "[" TARGET(healthy, "") "," TARGET(unhealthy, "") "," TARGET_AT("1", unhealthy, "") "]",
     STACK_TARGET_GROUP, STACK_BAD, "1/3 healthy", STACK_BAD},
    {"DescribeTargetHealth", "[" TARGET(initial, "") "]", STACK_TARGET_GROUP, STACK_BAD,
     "none healthy, 1 starting", STACK_BAD},
    {"DescribeTargetHealth", "[" TARGET(unused, "Target.NotInUse") "]", STACK_TARGET_GROUP,
     STACK_NOTE, "unused", STACK_NOTE},
    {"DescribeTargetHealth", "[" TARGET(unavailable, "Target.HealthCheckDisabled") "]",
     STACK_TARGET_GROUP, STACK_NOTE, "without health checks", STACK_NOTE},
    {"DescribeTargetHealth", "[]", STACK_TARGET_GROUP, STACK_BAD, "no targets", STACK_BAD},
    {"DescribeTargetGroups", GROUP("\"LoadBalancerArns\":[]"), STACK_TARGET_GROUP, STACK_NOTE,
     "no load balancer", STACK_NOTE},
    {"DescribeTargetHealth", "[" TARGET(unhealthy, "Target.Timeout") "]", STACK_TARGET, STACK_BAD,
     "unhealthy: Timeout", STACK_BAD},
    {"DescribeTargetHealth", "[" TARGET(healthy, "") "," TARGET(unavailable, "") "]", STACK_TARGET,
     STACK_OK, NULL, STACK_NOTE},
    {"DescribeTargetHealth", "[" TARGET(unhealthier, "") "," TARGET(unwell, "") "]",
     STACK_TARGET_GROUP, STACK_UNKNOWN, "0/2 healthy, 2 not understood", STACK_UNKNOWN},
    {"DescribeTargetHealth", "[" TARGET(healthy, "") "," TARGET(healthy.soon, "") "]",
     STACK_TARGET_GROUP, STACK_UNKNOWN, "1/2 healthy, 1 not understood", STACK_UNKNOWN},
    {"DescribeTargetHealth", "[" TARGET(unhealthy, "") "," TARGET(unwell, "") "]",
     STACK_TARGET_GROUP, STACK_WARN, "0/2 healthy, 1 not understood", STACK_WARN},
    {"DescribeTargetHealth", "[" TARGET(unavailable, "") "]", STACK_TARGET_GROUP, STACK_UNKNOWN,
     "0/1 healthy, 1 unavailable", STACK_UNKNOWN},
    {"DescribeTargetHealth", "[" TARGET(unhealthier, "") "]", STACK_TARGET, STACK_UNKNOWN,
     "its state is not understood: unhealthier", STACK_UNKNOWN},
    {"DescribeLoadBalancers", LB("resting"), STACK_LOAD_BALANCER, STACK_UNKNOWN,
     "its state is not understood: resting", STACK_UNKNOWN},
    {"ListDistributions", EDGE("Redeployed", "false"), STACK_DISTRIBUTION, STACK_UNKNOWN,
     "its status is not understood: Redeployed", STACK_UNKNOWN},
    /* ECS */
    {"DescribeServices", SERVICE(4, 4, 0, STABLE), STACK_SERVICE, STACK_OK, NULL, STACK_OK},
    {"DescribeServices", SERVICE_IS("RESTING", 4, 4, 0, STABLE), STACK_SERVICE, STACK_UNKNOWN,
     "its status is not understood: RESTING", STACK_UNKNOWN},
    {"DescribeServices", SERVICE_IS("RESTING", 4, 3, 0, STABLE), STACK_SERVICE, STACK_WARN,
     "3/4 running", STACK_WARN},
    {"DescribeServices", SERVICE(4, 4, 0, DEPLOYMENT("PRIMARY", "42", 4, 4, 0, "COMPLETE")),
     STACK_SERVICE, STACK_UNKNOWN, "its rollout state is not understood: COMPLETE", STACK_UNKNOWN},
    {"DescribeServices", SERVICE(4, 4, 0, DEPLOYMENT("FIRST", "42", 4, 4, 0, "COMPLETED")),
     STACK_SERVICE, STACK_UNKNOWN, "its rollout state is not understood: FIRST", STACK_UNKNOWN},
    {"DescribeServices", SERVICE(4, 4, 0, DEPLOYMENT("PRIMARY", "x", 4, 1, 0, "IN_PROGRESS")),
     STACK_SERVICE, STACK_NOTE, "rolling out rev ?: 1/4", STACK_NOTE},
    {"DescribeClusters",
     "[{\"clusterArn\":\"" FAKE_CLUSTER "\",\"clusterName\":\"shop\",\"status\":\"RESTING\"}]",
     STACK_CLUSTER, STACK_UNKNOWN, "its status is not understood: RESTING", STACK_UNKNOWN},
    {"DescribeServices", SERVICE(4, 3, 0, STABLE), STACK_SERVICE, STACK_WARN, "3/4 running",
     STACK_WARN},
    {"DescribeServices", SERVICE(4, 3, 1, STABLE), STACK_SERVICE, STACK_WARN, "1 starting",
     STACK_WARN},
    {"DescribeServices", SERVICE(4, 0, 0, STABLE), STACK_SERVICE, STACK_BAD, "none of 4",
     STACK_BAD},
    {"DescribeServices", SERVICE(0, 0, 0, STABLE), STACK_SERVICE, STACK_NOTE, "scaled to none",
     STACK_NOTE},
    {"DescribeServices",
     SERVICE(4, 4, 0,
             DEPLOYMENT("PRIMARY", "42", 4, 1, 0, "IN_PROGRESS") "," DEPLOYMENT("ACTIVE", "41", 4,
                                                                                3, 0, "COMPLETED")),
     STACK_SERVICE, STACK_NOTE, "rolling out rev 42: 1/4", STACK_NOTE},
    {"DescribeServices", SERVICE(4, 4, 0, DEPLOYMENT("PRIMARY", "42", 4, 0, 2, "IN_PROGRESS")),
     STACK_SERVICE, STACK_WARN, "rev 42 failing: 2 tasks failed", STACK_WARN},
    {"DescribeServices", SERVICE(4, 4, 0, DEPLOYMENT("PRIMARY", "42", 4, 4, 0, "FAILED")),
     STACK_SERVICE, STACK_WARN, "rollout of rev 42 failed", STACK_WARN},
    {"DescribeServices", SERVICE(4, 2, 0, DEPLOYMENT("PRIMARY", "42", 4, 2, 0, "FAILED")),
     STACK_SERVICE, STACK_BAD, "rollout of rev 42 failed", STACK_BAD},
    /* databases */
    {"DescribeDBInstances", DATABASE("backing-up", ""), STACK_DB_INSTANCE, STACK_NOTE, "backing-up",
     STACK_NOTE},
    {"DescribeDBInstances", DATABASE("modifying", ""), STACK_DB_INSTANCE, STACK_NOTE, NULL,
     STACK_NOTE},
    {"DescribeDBInstances", DATABASE("maintenance", ""), STACK_DB_INSTANCE, STACK_NOTE, NULL,
     STACK_NOTE},
    {"DescribeDBInstances", DATABASE("storage-full", ""), STACK_DB_INSTANCE, STACK_BAD,
     "storage-full", STACK_BAD},
    {"DescribeDBInstances", DATABASE("incompatible-network", ""), STACK_DB_INSTANCE, STACK_BAD,
     NULL, STACK_BAD},
    {"DescribeDBInstances", DATABASE("inaccessible-encryption-credentials", ""), STACK_DB_INSTANCE,
     STACK_BAD, NULL, STACK_BAD},
    {"DescribeDBInstances", DATABASE("failed", ""), STACK_DB_INSTANCE, STACK_BAD, NULL, STACK_BAD},
    {"DescribeDBInstances", DATABASE("rebooting", ""), STACK_DB_INSTANCE, STACK_WARN, "rebooting",
     STACK_WARN},
    {"DescribeDBInstances", DATABASE("a-new-word", ""), STACK_DB_INSTANCE, STACK_UNKNOWN,
     "its status is not understood: a-new-word", STACK_UNKNOWN},
    {"DescribeDBClusters",
     CLUSTER("cluster-renewal", "{\"DBInstanceIdentifier\":\"a\",\"IsClusterWriter\":true}"),
     STACK_DB_CLUSTER, STACK_UNKNOWN, "its status is not understood: cluster-renewal",
     STACK_UNKNOWN},
    {"DescribeDBInstances",
     DATABASE("available", ",\"DBParameterGroups\":[{\"DBParameterGroupName\":\"pg15\","
                           "\"ParameterApplyStatus\":\"pending-reboot\"}]"),
     STACK_DB_INSTANCE, STACK_NOTE, "pg15 pending reboot", STACK_NOTE},
    {"DescribeDBClusters",
     CLUSTER("failing-over", "{\"DBInstanceIdentifier\":\"a\",\"IsClusterWriter\":true}"),
     STACK_DB_CLUSTER, STACK_WARN, "failing-over", STACK_WARN},
    {"DescribeDBClusters", CLUSTER("available", "{\"DBInstanceIdentifier\":\"a\"}"),
     STACK_DB_CLUSTER, STACK_WARN, "no writer", STACK_WARN},
    /* alarms */
    {"DescribeAlarms", ALARM("web-5xx", "ALARM"), STACK_ALARM, STACK_WARN, "3 points", STACK_WARN},
    {"DescribeAlarms", ALARM("web-5xx", "INSUFFICIENT_DATA"), STACK_ALARM, STACK_OK, NULL,
     STACK_OK},
    {"DescribeAlarms", ALARM("web-5xx", "RESTING"), STACK_ALARM, STACK_UNKNOWN,
     "its state is not understood: RESTING", STACK_UNKNOWN},
    {"DescribeAlarms", ALARM("TargetTracking-service/shop/web-AlarmLow-1", "ALARM"), STACK_ALARM,
     STACK_NOTE, "autoscaling", STACK_OK},
};

static void rates_by_the_table(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    const struct rated *r = &rows[i];
    const struct fake_answer one = {.op = r->op, .items = r->items};
    fake_answers(&one, 1, fake_shop, fake_shop_n);
    struct stack *s = fake_settled(NULL);
    const struct stack_collection *c = stack_collection(s, r->kind);
    if (!c->n)
      fail_msg("row %zu: nothing of this kind", i);
    const struct stack_rating *got = &c->rows[0]->rating;
    if (got->level != r->level || (r->says && !strstr(got->reason, r->says)) ||
        (r->level == STACK_OK && got->reason[0]))
      fail_msg("row %zu: %s \"%s\", not %s \"%s\"", i, stack_level_name(got->level), got->reason,
               stack_level_name(r->level), r->says ? r->says : "");
    if (stack_path(s)->level != r->path)
      fail_msg("row %zu: the path is %s: %s", i, stack_level_name(stack_path(s)->level),
               stack_path(s)->summary);
    fake_free(s);
  }
}

/* ---- over time ------------------------------------------------------------------------------- */

static void rollout_that_stands_is_a_fault(void **state) {
  (void)state;
  static const struct fake_answer one = {
      .op = "DescribeServices",
      .items = SERVICE(4, 4, 0, DEPLOYMENT("PRIMARY", "42", 4, 1, 0, "IN_PROGRESS"))};
  static const struct fake_answer two = {
      .op = "DescribeServices",
      .items = SERVICE(4, 4, 0, DEPLOYMENT("PRIMARY", "42", 4, 2, 0, "IN_PROGRESS"))};
  fake_answers(&one, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  const struct stack_collection *c = stack_collection(s, STACK_SERVICE);
  assert_int_equal(c->rows[0]->rating.level, STACK_NOTE);
  fake_pass(s, 6 * 60000);
  c = stack_collection(s, STACK_SERVICE);
  assert_int_equal(c->rows[0]->rating.level, STACK_WARN);
  assert_non_null(strstr(c->rows[0]->rating.reason, "not advancing"));
  fake_answers(&two, 1, fake_shop, fake_shop_n); /* it moves again */
  fake_pass(s, 60000);
  c = stack_collection(s, STACK_SERVICE);
  assert_int_equal(c->rows[0]->rating.level, STACK_NOTE);
  fake_free(s);
}

#define STOPPED(rev, code, reason, exit)                                                           \
  "[{\"taskArn\":\"" FAKE_ARN(                                                                     \
      "ecs", "task/shop/c3") "\",\"clusterArn\":\"" FAKE_CLUSTER                                   \
                             "\",\"group\":\"service:web\",\"lastStatus\":\"STOPPED\","            \
                             "\"desiredStatus\":\"STOPPED\","                                      \
                             "\"taskDefinitionArn\":\"" FAKE_TASKDEF(                              \
                                 rev) "\",\"stopCode\":\"" code "\",\"stoppedReason\":"            \
                                      "\"" reason "\",\"stoppedAt\":1768474790,\"containers\":[{"  \
                                      "\"name\":\"web\",\"exitCode\":" exit "}]}]"

static struct stack *with_stopped(const char *task) {
  static struct fake_answer more[3];
  more[0] = (struct fake_answer){
      .op = "ListTasks", .has = "STOPPED", .items = "[\"" FAKE_ARN("ecs", "task/shop/c3") "\"]"};
  more[1] = (struct fake_answer){.op = "DescribeTasks", .has = "task/shop/c3", .items = task};
  fake_answers(more, 2, fake_shop, fake_shop_n);
  return fake_settled(NULL);
}

static void tasks_that_stop_with_errors_are_a_fault(void **state) {
  (void)state;
  struct stack *s =
      with_stopped(STOPPED("41", "EssentialContainerExited", "Essential container exited", "137"));
  const struct stack_collection *c = stack_collection(s, STACK_SERVICE);
  assert_int_equal(c->rows[0]->rating.level, STACK_WARN);
  assert_non_null(strstr(c->rows[0]->rating.reason, "web: exit 137"));
  fake_pass(s, 11 * 60000); /* it was long ago */
  c = stack_collection(s, STACK_SERVICE);
  assert_int_equal(c->rows[0]->rating.level, STACK_OK);
  fake_free(s);

  s = with_stopped(STOPPED("40", "EssentialContainerExited", "Essential container exited", "1"));
  c = stack_collection(s, STACK_SERVICE); /* of a revision that the service has left */
  assert_int_equal(c->rows[0]->rating.level, STACK_OK);
  fake_free(s);

  s = with_stopped(STOPPED("41", "ServiceSchedulerInitiated", "Scaling activity", "0"));
  c = stack_collection(s, STACK_SERVICE);
  assert_int_equal(c->rows[0]->rating.level, STACK_OK);
  fake_free(s);
}

static struct fake_answer metrics_at_97(char items[4000]) {
  strcpy(items, "[");
  for (int i = 0; i < 8; i++) { /* whatever the series */
    char one[400];
    snprintf(one, sizeof one,
             "%s{\"Id\":\"m%d\",\"Timestamps\":[1768474620,1768474680,1768474740],\"Values\":"
             "[97,97,97]}",
             i ? "," : "", i);
    strcat(items, one);
  }
  strcat(items, "]");
  return (struct fake_answer){.op = "GetMetricData", .items = items};
}

static void metrics_beyond_thresholds_are_a_fault(void **state) {
  (void)state;
  char items[4000];
  const struct fake_answer one = metrics_at_97(items);
  fake_answers(&one, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  const struct stack_collection *c = stack_collection(s, STACK_DB_INSTANCE);
  assert_int_equal(c->rows[0]->rating.level, STACK_WARN);
  assert_non_null(strstr(c->rows[0]->rating.reason, "cpu 97%"));
  fake_free(s);
}

/* One task less is little, but not for those that carry 97 % each. */
static void a_count_too_small_for_the_load_wants_the_name(void **state) {
  static const struct {
    const char *count, *says;
  } counts[] = {{"4", "5 tasks use 97 % of their cpu, 4 would need 121 %"}, {"6", NULL}};
  char items[4000], path[] = "/tmp/cawsole-test-XXXXXX";
  const struct fake_answer rare[] = {
      metrics_at_97(items),
      {.op = "DescribeServices",
       .items = "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":"
                "\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\",\"desiredCount\":5,"
                "\"runningCount\":5}]"}};
  (void)state;
  int fd = mkstemp(path);
  assert_true(fd >= 0 && close(fd) == 0);
  struct stack_config cfg = {
      .name = "shop", .audit_path = path, .production = true, .metrics = true};
  fake_answers(rare, 2, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(&cfg);
  struct aws_error err = {0};
  struct aws_str id = AWS_STR_LIT(FAKE_SERVICE);
  stack_show_kind(s, STACK_SERVICE, true);
  stack_show_rows(s, STACK_SERVICE, &id, 1);
  fake_pass(s, 30000);
  for (size_t i = 0; i < COUNT(counts); i++) {
    struct stack_action *a =
        stack_action_start(s, stack_action_find("scale"), STACK_SERVICE, &id, 1, &err);
    assert_non_null(a);
    fake_pass(s, 1000);
    stack_action_input(a, &counts[i].count);
    const struct stack_action_view *v = stack_action_view(a);
    assert_int_equal(v->step, STACK_STEP_CONFIRM);
    assert_int_equal(v->typed, counts[i].says != NULL);
    bool says = false;
    for (size_t l = 0; l < v->nplan; l++)
      says = says || strstr(v->plan[l].text, counts[i].says ? counts[i].says : "% of their cpu");
    assert_int_equal(says, counts[i].says != NULL);
  }
  fake_free(s);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rates_by_the_table),
      cmocka_unit_test(rollout_that_stands_is_a_fault),
      cmocka_unit_test(tasks_that_stop_with_errors_are_a_fault),
      cmocka_unit_test(metrics_beyond_thresholds_are_a_fault),
      cmocka_unit_test(a_count_too_small_for_the_load_wants_the_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
