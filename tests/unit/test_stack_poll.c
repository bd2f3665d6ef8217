/* Who is asked when: the first fill, the budget, throttles, permissions, the account pin. */
#include "config.h"

#include "test.h"

#include "stack/budget.h"
#include "stack_fake.h"

#include <stdio.h>

static const struct stack_collection *coll(struct stack *s, enum stack_kind k) {
  return stack_collection(s, k);
}

static void fills_everything_once(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  for (int k = 0; k < STACK_KINDS; k++) {
    assert_true(coll(s, (enum stack_kind)k)->loaded);
    assert_int_equal(coll(s, (enum stack_kind)k)->error.code, AWS_OK);
  }
  assert_int_equal(coll(s, STACK_TARGET)->n, 2);
  assert_int_equal(coll(s, STACK_TASK)->n, 2);
  assert_int_equal(coll(s, STACK_TASK_DEFINITION)->n, 1);
  assert_string_equal(stack_role(s).p, "OpsRole");
  assert_string_equal(stack_account(s).p, "123456789012");
  assert_int_equal(stack_path(s)->level, STACK_OK);
  /* Ids are asked for in order, whatever order AWS lists them in. */
  const char *asked = fake_last_input("DescribeTasks");
  assert_true(strstr(asked, "task/shop/a1") < strstr(asked, "task/shop/b2"));
  /* CloudFront's alarms live in us-east-1: both regions are asked. */
  assert_int_equal(fake_sent("DescribeAlarms"), 2);
  size_t n;
  stack_service_tasks(s, AWS_STR_LIT(FAKE_SERVICE), false, &n);
  assert_int_equal(n, 2);
  stack_children(s, STACK_TARGET, AWS_STR_LIT(FAKE_GROUP), &n);
  assert_int_equal(n, 2);
  fake_free(s);
}

static void once_asks_once(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  assert_true(stack_settled(s));
  size_t sent = fake_sent(NULL);
  assert_int_equal(fake_sent("GetMetricData"), 2); /* the region's and CloudFront's */
  assert_string_equal(fake_last_region("GetMetricData"), "us-east-1");
  fake_pass(s, 600000);
  assert_int_equal(fake_sent(NULL), sent);
  fake_free(s);
}

/* A thousand task definitions are more than a single look may wait for. */
static void once_leaves_out_what_takes_too_long(void **state) {
  (void)state;
  struct aws_buf services;
  aws_buf_init(&services, 1 << 20);
  for (int i = 0; i < 1000; i++)
    aws_buf_addf(&services,
                 "%s{\"serviceArn\":\"" FAKE_SERVICE
                 "%d\",\"serviceName\":\"web%d\",\"clusterArn\":"
                 "\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\",\"desiredCount\":1,\"runningCount\":1,"
                 "\"taskDefinition\":\"" FAKE_ARN("ecs", "task-definition/web%d:1") "\"}",
                 i ? "," : "[", i, i, i);
  aws_buf_add_char(&services, ']');
  const struct fake_answer many[] = {{.op = "DescribeServices", .items = services.p}};
  fake_answers(many, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 12000);
  assert_true(stack_settled(s));
  size_t asked = fake_sent("DescribeTaskDefinition");
  assert_in_range(asked, 100, 50 + 12 * 20); /* the bucket and what flows into it */
  const struct stack_collection *c = coll(s, STACK_TASK_DEFINITION);
  char says[64];
  snprintf(says, sizeof says, "%zu of 1000 task definitions were not asked for", 1000 - asked);
  if (!strstr(c->error.text, says))
    fail_msg("%s", c->error.text);
  assert_int_equal(stack_path(s)->level, STACK_OK); /* nothing is rated by them */
  fake_pass(s, 60000);
  assert_int_equal(fake_sent("DescribeTaskDefinition"), asked);
  fake_free(s);
  aws_buf_done(&services);
}

static void rows_stay_when_nothing_changed(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  uint64_t before = coll(s, STACK_SERVICE)->generation;
  const struct stack_row *row = coll(s, STACK_SERVICE)->rows[0];
  aws_ms fetched = coll(s, STACK_SERVICE)->fetched_at;
  fake_forget();
  fake_pass(s, 30000);
  assert_true(fake_sent("DescribeServices") >= 2);
  assert_int_equal(coll(s, STACK_SERVICE)->generation, before);
  assert_ptr_equal(coll(s, STACK_SERVICE)->rows[0], row);
  assert_true(coll(s, STACK_SERVICE)->fetched_at > fetched);
  fake_free(s);
}

/* ---- the pin --------------------------------------------------------------------------------- */

static void pin_mismatch_sends_nothing_else(void **state) {
  (void)state;
  struct stack_config cfg;
  stack_config_init(&cfg);
  char pin[] = "999999999999";
  cfg.account = pin;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_stack(&cfg, false);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  assert_non_null(strstr(stack_refusal(s)->text, "999999999999"));
  assert_int_equal(fake_sent(NULL), 1);
  assert_int_equal(fake_sent("GetCallerIdentity"), 1);
  fake_free(s);
}

static void pin_waits_for_the_network(void **state) {
  (void)state;
  struct stack_config cfg;
  stack_config_init(&cfg);
  char pin[] = "123456789012";
  cfg.account = pin;
  static const struct fake_answer down[] = {{.op = "GetCallerIdentity", .error = AWS_E_NETWORK}};
  fake_answers(down, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(&cfg, false);
  fake_pass(s, 30000);
  assert_int_equal(stack_state(s), STACK_STARTING);
  assert_int_equal(fake_sent(NULL), fake_sent("GetCallerIdentity"));
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_int_equal(coll(s, STACK_TARGET)->n, 2);
  fake_free(s);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void failure_keeps_rows(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  static const struct fake_answer down[] = {{.op = "DescribeServices", .error = AWS_E_NETWORK}};
  fake_answers(down, 1, fake_shop, fake_shop_n);
  uint64_t before = coll(s, STACK_SERVICE)->generation;
  fake_pass(s, 16000);
  const struct stack_collection *c = coll(s, STACK_SERVICE);
  assert_int_equal(c->n, 1);
  assert_true(c->loaded);
  assert_int_equal(c->error.code, AWS_E_NETWORK);
  assert_true(c->next_try > FAKE_START + fake_now());
  assert_int_not_equal(c->generation, before);
  const struct stack_path *path = stack_path(s); /* at once it is said of when it is */
  const struct stack_hop *ecs = &path->hops[STACK_HOP_ECS];
  assert_int_equal(path->level, STACK_OK);
  assert_true(path->stale && ecs->stale && ecs->facts_stale);
  assert_false(path->hops[STACK_HOP_ALB].stale);
  assert_string_equal(path->stale_why, "ECS no connection");
  assert_in_range(FAKE_START + fake_now() - ecs->as_of, 1000, 20000);
  assert_int_equal(path->as_of, ecs->as_of);
  fake_pass(s, 130000); /* too old to be told as true */
  path = stack_path(s);
  assert_int_equal(path->level, STACK_UNKNOWN);
  assert_string_equal(path->summary, "unknown: ECS no connection: services not read since 11:00");
  assert_true(path->hops[STACK_HOP_ECS].first_fault);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 11000); /* what is missed on the board is looked for without delay */
  assert_false(stack_path(s)->stale);
  assert_int_equal(coll(s, STACK_SERVICE)->error.code, AWS_OK);
  assert_int_equal(coll(s, STACK_SERVICE)->next_try, 0);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  fake_free(s);
}

static void what_was_left_out_is_not_nought(void **state) {
  (void)state;
  static const struct fake_answer without[] = {{.op = "DescribeClusters",
                                                .items = "[{\"clusterArn\":\"" FAKE_CLUSTER
                                                         "\",\"clusterName\":\"shop\",\"status\":"
                                                         "\"ACTIVE\"}]"}},
                                  with[] = {
                                      {.op = "DescribeClusters",
                                       .items = "[{\"clusterArn\":\"" FAKE_CLUSTER
                                                "\",\"clusterName\":\"shop\","
                                                "\"status\":\"ACTIVE\",\"pendingTasksCount\":0}]"}};
  fake_answers(without, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  uint64_t before = coll(s, STACK_CLUSTER)->generation;
  fake_answers(with, 1, fake_shop, fake_shop_n);
  fake_pass(s, 2000);
  stack_refresh(s, STACK_CLUSTER);
  fake_pass(s, 1000);
  assert_int_not_equal(coll(s, STACK_CLUSTER)->generation, before);
  fake_free(s);
}

static void denied_is_asked_seldom(void **state) {
  (void)state;
  static const struct fake_answer no[] = {
      {.op = "DescribeTargetHealth", .error = AWS_E_DENIED, .aws_code = "AccessDenied"}};
  fake_answers(no, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  assert_int_equal(coll(s, STACK_TARGET)->error.code, AWS_E_DENIED);
  assert_true(coll(s, STACK_TARGET)->next_try > 0);
  assert_int_equal(stack_path(s)->level, STACK_UNKNOWN);
  assert_int_equal(stack_path(s)->hops[STACK_HOP_ALB].rating.level, STACK_UNKNOWN);
  fake_forget();
  fake_pass(s, 240000);
  assert_int_equal(fake_sent("DescribeTargetHealth"), 0);
  assert_true(fake_sent("DescribeServices") > 10); /* only that API stands still */
  fake_pass(s, 120000);
  assert_int_equal(fake_sent("DescribeTargetHealth"), 1);
  fake_free(s);
}

static void unread_source_is_told(void **state) {
  (void)state;
  static const struct fake_answer no[] = {{.op = "DescribeLoadBalancers", .error = AWS_E_DENIED}};
  fake_answers(no, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  assert_false(coll(s, STACK_LISTENER)->loaded);
  assert_int_equal(coll(s, STACK_LISTENER)->error.code, AWS_E_DENIED);
  assert_non_null(strstr(coll(s, STACK_LISTENER)->error.text, "DescribeLoadBalancers"));
  fake_free(s);
}

/* ---- the budget ------------------------------------------------------------------------------ */

static void throttle_slows_that_api_alone(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_forget();
  fake_pass(s, 120000);
  size_t services = fake_sent("DescribeServices"), health = fake_sent("DescribeTargetHealth");
  static const struct fake_answer slow[] = {
      {.op = "DescribeServices", .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException"}};
  fake_answers(slow, 1, fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  fake_forget();
  fake_pass(s, 120000);
  assert_true(fake_sent("DescribeServices") * 2 < services);
  assert_true(fake_sent("DescribeTargetHealth") + 1 >= health);
  assert_true(stack_budget(s).throttles_last_minute > 0);
  const struct stack_api_use *uses;
  size_t n = stack_api_uses(s, &uses);
  for (size_t i = 0; i < n; i++)
    assert_true(uses[i].slowed > 1 ? uses[i].throttles > 0 : uses[i].slowed == 1);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 600000); /* it comes back to its pace */
  fake_forget();
  fake_pass(s, 120000);
  assert_true(fake_sent("DescribeServices") + 2 >= services);
  fake_free(s);
}

/* Everything was refused for minutes, and no longer is: the board does not wait for what it was
 * slowed down to, and it did not ask more than before. */
static void a_throttle_that_is_over_is_over(void **state) {
  static struct fake_answer all[64];
  size_t n = 0, worst = 0;
  (void)state;
  for (size_t i = 0; i < fake_shop_n; i++)
    if (strcmp(fake_shop[i].op, "GetCallerIdentity") != 0)
      all[n++] = (struct fake_answer){
          .op = fake_shop[i].op, .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException"};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_SERVICE, true);
  fake_pass(s, 120000);
  fake_forget();
  fake_pass(s, 60000);
  const size_t usual = fake_sent(NULL);
  fake_answers(all, n, fake_shop, fake_shop_n);
  for (int i = 0; i < 5; i++) {
    fake_forget();
    fake_pass(s, 60000);
    worst = fake_sent(NULL) > worst ? fake_sent(NULL) : worst;
  }
  assert_true(worst <= usual + usual / 4);
  assert_int_equal(stack_path(s)->level, STACK_UNKNOWN);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  int seconds = 0;
  for (bool well = false; !well && seconds < 300; seconds++) {
    fake_pass(s, 1000);
    well = stack_path(s)->level == STACK_OK && !stack_path(s)->stale;
    for (int k = 0; k < STACK_KINDS; k++)
      well = well && coll(s, (enum stack_kind)k)->error.code == AWS_OK;
  }
  assert_in_range(seconds, 1, 60);
  fake_pass(s, 60000);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  assert_false(stack_path(s)->stale);
  fake_free(s);
}

/* ---- throttled in the middle of a chain ------------------------------------------------------ */

#define THROTTLED(name)                                                                            \
  { .op = name, .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException" }

/* What was listed needs not be listed again; and where a list cannot be had, the last one does. */
static void a_lost_call_does_not_set_back_its_chain(void **state) {
  (void)state;
  static const struct fake_answer no_tasks[] = {THROTTLED("DescribeTasks")},
                                  no_lists[] = {THROTTLED("ListServices")};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_TASK, true);
  stack_show_kind(s, STACK_SERVICE, true);
  fake_pass(s, 20000);
  fake_answers(no_tasks, 1, fake_shop, fake_shop_n);
  fake_pass(s, 20000);
  assert_int_equal(coll(s, STACK_TASK)->error.code, AWS_E_THROTTLED);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_forget();
  for (int i = 0; i < 40 && coll(s, STACK_TASK)->error.code != AWS_OK; i++)
    fake_pass(s, 1000);
  assert_int_equal(coll(s, STACK_TASK)->error.code, AWS_OK);
  assert_false(fake_was_sent("ListTasks", "RUNNING"));
  fake_answers(no_lists, 1, fake_shop, fake_shop_n);
  fake_forget();
  fake_pass(s, 120000); /* the list of services is asked for, in vain, and they are read */
  assert_true(fake_sent("ListServices") > 0);
  assert_in_range(fake_sent("DescribeServices"), 4, 20);
  assert_int_equal(coll(s, STACK_SERVICE)->error.code, AWS_OK);
  fake_free(s);
}

/* However long it goes on, what is on screen is tried twice a minute; Ctrl-R begins anew. */
static void back_off_of_what_is_on_screen_ends(void **state) {
  (void)state;
  static const struct fake_answer no[] = {THROTTLED("DescribeServices")};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_SERVICE, true);
  fake_answers(no, 1, fake_shop, fake_shop_n);
  fake_pass(s, 10 * 60000);
  aws_ms most = 0;
  for (int i = 0; i < 60; i++) {
    aws_ms left = coll(s, STACK_SERVICE)->next_try - FAKE_START - fake_now();
    most = left > most ? left : most;
    fake_pass(s, 1000);
  }
  assert_in_range(most, 15000, 38000);
  for (int i = 0; i < 3; i++) {
    stack_refresh_all(s);
    fake_pass(s, 2000);
  }
  assert_in_range(coll(s, STACK_SERVICE)->next_try - FAKE_START - fake_now(), 0, 7000);
  fake_free(s);
}

/* The reference stack of ten groups, twenty services, 200 tasks and 500 parameters, all on screen.
 */
enum { GROUPS = 10, SERVICES = 20, GROUPS_MAX = 60, SERVICES_MAX = 300 };
static char groups_json[GROUPS_MAX * 400], services_json[SERVICES_MAX * 700],
    list_json[SERVICES_MAX * 120];

static void make_stack(struct fake_answer out[6], int groups, int services) {
  size_t g = 0, v = 0, l = 0;
  for (int i = 0; i < groups; i++)
    g += (size_t)snprintf(
        groups_json + g, sizeof groups_json - g,
        "%s{\"TargetGroupArn\":\"%s%d\",\"TargetGroupName\":\"g%d\",\"Port\":80," FAKE_GROUP_CHECKS
        "}",
        i ? "," : "[", FAKE_GROUP, i, i);
  snprintf(groups_json + g, sizeof groups_json - g, "]");
  for (int i = 0; i < services; i++) {
    l += (size_t)snprintf(list_json + l, sizeof list_json - l, "%s\"%s%02d\"", i ? "," : "[",
                          FAKE_SERVICE, i);
    v += (size_t)snprintf(services_json + v, sizeof services_json - v,
                          "%s{\"serviceArn\":\"%s%02d\",\"serviceName\":\"web%02d\",\"clusterArn\":"
                          "\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\",\"desiredCount\":10,"
                          "\"runningCount\":10,\"taskDefinition\":\"%s%d\"}",
                          i ? "," : "[", FAKE_SERVICE, i, i, FAKE_TASKDEF("4"), i);
  }
  snprintf(services_json + v, sizeof services_json - v, "]");
  snprintf(list_json + l, sizeof list_json - l, "]");
  out[0] = (struct fake_answer){.op = "DescribeTargetGroups", .items = groups_json};
  out[1] = (struct fake_answer){.op = "ListServices", .items = list_json};
  out[2] = (struct fake_answer){.op = "DescribeServices", .items = services_json};
  out[3] = (struct fake_answer){.op = "DescribeParameters",
                                .items = "[{\"Name\":\"/shop/a\",\"Type\":\"String\"}]",
                                .pages = 10};
  out[4] = (struct fake_answer){.op = "ListTasks", .items = "[\"t\"]", .pages = 2};
  out[5] = (struct fake_answer){.op = "DescribeTasks", .items = "[]", .pages = 2};
}

static void make_reference(struct fake_answer out[6]) {
  make_stack(out, GROUPS, SERVICES);
}

static struct stack *reference_on_screen(void) {
  static struct fake_answer reference[6]; /* borrowed by the stack that is made of it */
  make_reference(reference);
  fake_answers(reference, 6, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_TARGET, true);
  fake_pass(s, 60000);
  return s;
}

static uint64_t calls_of(const struct stack *s, const char *limit) {
  const struct stack_api_use *uses;
  size_t n = stack_api_uses(s, &uses);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(uses[i].limit->name, limit))
      return uses[i].calls;
  return 0;
}

static void steady_stack_is_polite(void **state) {
  (void)state;
  struct fake_answer reference[6];
  make_reference(reference);
  fake_answers(reference, 6, fake_shop, fake_shop_n);
  fake_latency(50);
  struct stack *s = fake_settled(NULL);
  assert_true(fake_most_in_flight("DescribeTargetHealth") >= 8); /* the first fill is parallel */
  for (int k = 0; k < STACK_KINDS; k++)
    stack_show_kind(s, (enum stack_kind)k, true);
  fake_pass(s, 60000);
  uint64_t before = stack_budget(s).calls_total, elb = calls_of(s, "ELB read");
  fake_pass(s, 600000);
  uint64_t calls = stack_budget(s).calls_total - before;
  assert_true(calls <= 10 * 120);
  assert_true(calls >= 10 * 60);
  assert_true(calls_of(s, "ELB read") - elb <= 600); /* a tenth of ten a second */
  fake_free(s);
}

/* Ctrl-R pressed again and again does not make what is on screen old. */
static void asking_again_and_again_starves_nothing(void **state) {
  (void)state;
  struct stack *s = reference_on_screen();
  for (int i = 0; i < 20; i++) {
    stack_refresh_all(s);
    fake_pass(s, 2000);
  }
  aws_ms oldest = 0;
  for (int i = 0; i < 120; i++) {
    fake_pass(s, 1000);
    aws_ms age = FAKE_START + fake_now() - coll(s, STACK_TARGET)->fetched_at;
    oldest = age > oldest ? age : oldest;
  }
  assert_in_range(oldest, 1000, 45000);
  fake_free(s);
}

static void no_minute_passes_a_tenth(void **state) {
  (void)state;
  struct stack *s = reference_on_screen();
  for (int minute = 0; minute < 10; minute++) {
    const struct stack_api_use *uses;
    uint64_t was[STACK_BUCKETS_MAX];
    size_t n = stack_api_uses(s, &uses);
    for (size_t i = 0; i < n; i++)
      was[i] = uses[i].calls;
    fake_pass(s, 60000);
    stack_api_uses(s, &uses);
    for (size_t i = 0; i < n; i++)
      if (uses[i].limit->published)
        assert_true((double)(uses[i].calls - was[i]) <= uses[i].limit->rate * 6);
  }
  fake_free(s);
}

/* Names that AWS has none of: the rows that were good stay, and it is said why. */
static void odd_names_are_not_believed(void **state) {
  static char items[6000], arn[5000];
  static struct fake_answer odd[] = {{.op = "DescribeServices", .items = items}};
  (void)state;
  memset(arn, 'x', sizeof arn - 1);
  for (int nameless = 0; nameless < 2; nameless++) {
    snprintf(items, sizeof items, "[{\"serviceArn\":\"%s\",\"serviceName\":\"x\"}]",
             nameless ? "" : arn);
    fake_answers(fake_shop, fake_shop_n, NULL, 0);
    struct stack *s = fake_settled(NULL);
    fake_answers(odd, 1, fake_shop, fake_shop_n);
    fake_pass(s, 16000);
    const struct stack_collection *c = coll(s, STACK_SERVICE);
    assert_int_equal(c->n, 1);
    assert_string_equal(c->rows[0]->id.p, FAKE_SERVICE);
    assert_string_equal(c->error.text, nameless ? "ecs DescribeServices: the answer has a service "
                                                  "without a name"
                                                : "ecs DescribeServices: the answer has a name of "
                                                  "4999 bytes");
    fake_free(s);
  }
}

#define INSTANCE(id, engine)                                                                       \
  "{\"DBInstanceIdentifier\":\"" id "\",\"DBInstanceArn\":\"arn:aws:rds:eu-west-1:1:db:" id        \
  "\",\"Engine\":\"" engine "\",\"DBInstanceStatus\":\"available\"}"

/* What the same API answers for and is none of ours is passed over, and the rest is good. A thing
 * that is listed twice is one; what cannot be is believed of nobody. */
static void what_is_listed_is_what_is_there(void **state) {
  static const struct {
    const char *items;
    size_t n;
    const char *error; /* NULL: none */
  } rows[] = {
      {"[" INSTANCE("a", "mysql") "," INSTANCE("b", "docdb") "," INSTANCE("c", "neptune") "]", 1,
       NULL},
      {"[" INSTANCE("a", "mysql") "," INSTANCE("a", "mysql") "," INSTANCE("b", "mysql") "]", 2,
       NULL},
      {"[" INSTANCE("a", "mysql") "," INSTANCE("b", "aurora-mysql") "]", 0,
       "rds DescribeDBInstances: the answer has a database instance without a cluster"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    const struct fake_answer listed[] = {{.op = "DescribeDBInstances", .items = rows[i].items}};
    fake_answers(listed, 1, fake_shop, fake_shop_n);
    struct stack *s = fake_settled(NULL);
    const struct stack_collection *c = coll(s, STACK_DB_INSTANCE);
    if (rows[i].error)
      assert_string_equal(c->error.text, rows[i].error);
    else
      assert_int_equal(c->error.code, AWS_OK);
    if (!rows[i].error)
      assert_int_equal(c->n, rows[i].n);
    fake_free(s);
  }
}

/* Whatever was wrong with an answer, the next one comes when it would have come anyway. */
static void what_failed_is_tried_within_its_interval(void **state) {
  static const enum aws_errc wrong[] = {AWS_E_BODY, AWS_E_SERVICE, AWS_E_NETWORK, AWS_E_DENIED};
  (void)state;
  for (size_t i = 0; i < COUNT(wrong); i++) {
    const struct fake_answer down[] = {{.op = "DescribeServices", .error = wrong[i]}};
    const struct stack_config often = {.name = "shop", .interval_s = 2};
    fake_answers(fake_shop, fake_shop_n, NULL, 0);
    struct stack *s = fake_settled(&often);
    stack_show_kind(s, STACK_SERVICE, true);
    fake_answers(down, 1, fake_shop, fake_shop_n);
    fake_pass(s, 20000);
    assert_int_equal(coll(s, STACK_SERVICE)->error.code, wrong[i]);
    aws_ms next = coll(s, STACK_SERVICE)->next_try - FAKE_START - fake_now();
    assert_in_range(next, 0, wrong[i] == AWS_E_DENIED ? 33000 : 6000);
    fake_answers(fake_shop, fake_shop_n, NULL, 0);
    fake_pass(s, next + 100);
    assert_int_equal(coll(s, STACK_SERVICE)->error.code, AWS_OK);
    fake_free(s);
  }
}

/* What is read every five minutes is not old for five minutes because it failed once. */
static void what_is_read_seldom_is_tried_again_soon(void **state) {
  static const struct fake_answer down[] = {{.op = "GetApis", .error = AWS_E_SERVICE}};
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 2000);
  fake_answers(down, 1, fake_shop, fake_shop_n);
  stack_refresh(s, STACK_API);
  fake_pass(s, 1000);
  assert_int_equal(coll(s, STACK_API)->error.code, AWS_E_SERVICE);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 6000);
  assert_int_equal(coll(s, STACK_API)->error.code, AWS_OK);
  fake_free(s);
}

/* Where no connection stands, AWS has counted nothing. */
static void what_reaches_nobody_uses_nothing_up(void **state) {
  static const struct fake_answer down[] = {{.op = "DescribeTargetHealth", .error = AWS_E_NETWORK}};
  static const char *const others[] = {"DescribeLoadBalancers", "DescribeTargetGroups",
                                       "DescribeListeners", "DescribeRules"};
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_TARGET, true);
  fake_answers(down, 1, fake_shop, fake_shop_n);
  uint64_t before = calls_of(s, "ELB read"), all = stack_budget(s).calls_total, elsewhere = 0;
  fake_forget();
  fake_pass(s, 60000);
  for (size_t i = 0; i < COUNT(others); i++)
    elsewhere += fake_sent(others[i]);
  assert_true(fake_sent("DescribeTargetHealth") > 4);
  assert_int_equal(calls_of(s, "ELB read") - before, elsewhere);
  assert_int_equal(stack_budget(s).calls_total - all,
                   fake_sent(NULL) - fake_sent("DescribeTargetHealth"));
  fake_free(s);
}

/* The next try is told as it will be, not as it was meant to be. */
static void next_try_waits_for_the_limit(void **state) {
  static const struct fake_answer busy[] = {
      {.op = "DescribeTargetHealth", .error = AWS_E_BODY},
      {.op = "DescribeListeners", .items = "[]", .pages = 10}};
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_TARGET, true);
  fake_answers(busy, COUNT(busy), fake_shop, fake_shop_n);
  fake_forget();
  while (!fake_sent("DescribeTargetHealth"))
    fake_pass(s, 1000);
  fake_forget();
  for (int i = 0; i < 20; i++) {
    stack_refresh(s, STACK_LISTENER);
    fake_pass(s, 1000);
  }
  assert_int_equal(fake_sent("DescribeTargetHealth"), 0);
  assert_true(coll(s, STACK_TARGET)->next_try > FAKE_START + fake_now() + 10000);
  fake_free(s);
}

static void asked_now_is_asked_at_once_but_not_twice(void **state) {
  (void)state;
  struct fake_answer reference[6];
  make_reference(reference);
  fake_answers(reference, 6, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 5000);
  fake_forget();
  stack_refresh(s, STACK_TARGET);
  fake_pass(s, 0);
  assert_int_equal(fake_sent("DescribeTargetHealth"),
                   GROUPS); /* the operator asked: all, at once */
  fake_forget();
  stack_refresh(s, STACK_TARGET); /* a key held down */
  fake_pass(s, 0);
  assert_int_equal(fake_sent("DescribeTargetHealth"), 0);
  fake_free(s);
}

/* ---- large clusters -------------------------------------------------------------------------- */

/* More target groups on screen than the API's share lets be asked in time, and more task
 * definitions than a burst: all else is read all the same, and the first fill ends. */
static void large_stack_settles(void **state) {
  (void)state;
  struct fake_answer large[6];
  make_stack(large, GROUPS_MAX, SERVICES_MAX);
  fake_answers(large, 6, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, false);
  stack_show_kind(s, STACK_TARGET, true);
  fake_pass(s, 30000);
  assert_true(stack_settled(s));
  assert_true(coll(s, STACK_LISTENER)->loaded);
  assert_true(fake_sent("DescribeTaskDefinition") < SERVICES_MAX);
  fake_pass(s, 300000);
  assert_int_equal(fake_sent("DescribeTaskDefinition"), SERVICES_MAX);
  fake_forget();
  fake_pass(s, 600000);
  assert_true(fake_sent("DescribeListeners") >= 2); /* of a period of 240 s */
  fake_free(s);
}

/* Read one by one, what is on screen does not wait for its turn. */
static void definitions_on_screen_come_first(void **state) {
  (void)state;
  struct fake_answer large[6];
  make_stack(large, 1, SERVICES_MAX);
  fake_answers(large, 6, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, false);
  fake_pass(s, 5000);
  const struct aws_str last = coll(s, STACK_SERVICE)->rows[SERVICES_MAX - 1]->id;
  stack_show_rows(s, STACK_SERVICE, &last, 1);
  fake_pass(s, 1000);
  assert_true(fake_sent("DescribeTaskDefinition") < SERVICES_MAX / 2);
  char name[16];
  snprintf(name, sizeof name, ":4%d", SERVICES_MAX - 1);
  assert_true(fake_was_sent("DescribeTaskDefinition", name));
  fake_free(s);
}

static void huge_cluster_is_not_swept(void **state) {
  (void)state;
  static const struct fake_answer huge[] = {{.op = "DescribeClusters",
                                             .items = "[{\"clusterArn\":\"" FAKE_CLUSTER
                                                      "\",\"clusterName\":\"shop\",\"status\":"
                                                      "\"ACTIVE\",\"runningTasksCount\":4000}]"}};
  fake_answers(huge, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  assert_int_equal(fake_sent("ListTasks"), 0);
  assert_true(coll(s, STACK_TASK)->loaded);
  stack_show_service(s, AWS_STR_LIT(FAKE_SERVICE));
  fake_pass(s, 2000);
  assert_int_equal(fake_sent("ListTasks"), 2);
  assert_non_null(strstr(fake_last_input("ListTasks"), "\"serviceName\":\"web\""));
  assert_int_equal(coll(s, STACK_TASK)->n, 2);
  stack_show_service(s, (struct aws_str){NULL, 0});
  fake_pass(s, 2000);
  assert_int_equal(coll(s, STACK_TASK)->n, 0);
  fake_free(s);
}

static void vanished_things_go(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  static const struct fake_answer none[] = {{.op = "DescribeTargetGroups", .items = "[]"}};
  fake_answers(none, 1, fake_shop, fake_shop_n);
  fake_pass(s, 130000);
  assert_int_equal(coll(s, STACK_TARGET_GROUP)->n, 0);
  assert_int_equal(coll(s, STACK_TARGET)->n, 0);
  assert_null(stack_find(s, STACK_TARGET, AWS_STR_LIT(FAKE_GROUP "|10.0.10.17:8080")));
  fake_forget();
  fake_pass(s, 60000);
  assert_int_equal(fake_sent("DescribeTargetHealth"), 0);
  fake_free(s);
}

/* Topology is asked seldom; that a thing of it is gone makes it be asked at once. */
static void gone_thing_has_its_group_read_again(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  static const struct fake_answer gone[] = {
      {.op = "DescribeTargetHealth", .error = AWS_E_NOT_FOUND, .aws_code = "TargetGroupNotFound"},
      {.op = "DescribeTargetGroups", .items = "[]"}};
  fake_pass(s, 11000);
  fake_answers(gone, 2, fake_shop, fake_shop_n);
  fake_forget();
  fake_pass(s, 17000);
  assert_int_equal(coll(s, STACK_TARGET_GROUP)->n, 0);
  assert_int_equal(coll(s, STACK_TARGET)->n, 0);
  assert_int_equal(coll(s, STACK_TARGET)->error.code, AWS_OK);
  fake_free(s);
}

static void change_has_its_consequences_read_soon(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_forget(); /* tasks are off the screen, and were just asked again: */
  while (!fake_sent("DescribeTasks"))
    fake_pass(s, 1000);
  fake_forget();
  fake_pass(s, 25000);
  assert_int_equal(fake_sent("DescribeTasks"), 0);
  static const struct fake_answer one[] = {
      {.op = "DescribeServices",
       .items = "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":"
                "\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\",\"desiredCount\":2,"
                "\"runningCount\":1}]"}};
  fake_answers(one, 1, fake_shop, fake_shop_n);
  fake_pass(s, 13000);
  assert_true(fake_sent("DescribeTasks") >= 1);
  fake_free(s);
}

static void filters_keep_what_fits(void **state) {
  (void)state;
  struct stack_config cfg;
  char kind[] = "services", pattern[] = "api-*";
  struct stack_filter filter = {kind, pattern};
  stack_config_init(&cfg);
  cfg.filters = &filter;
  cfg.nfilters = 1;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(&cfg);
  assert_int_equal(coll(s, STACK_SERVICE)->n, 0);
  assert_int_equal(coll(s, STACK_TARGET_GROUP)->n, 1);
  fake_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_everything_once),
      cmocka_unit_test(once_asks_once),
      cmocka_unit_test(once_leaves_out_what_takes_too_long),
      cmocka_unit_test(rows_stay_when_nothing_changed),
      cmocka_unit_test(pin_mismatch_sends_nothing_else),
      cmocka_unit_test(pin_waits_for_the_network),
      cmocka_unit_test(failure_keeps_rows),
      cmocka_unit_test(what_was_left_out_is_not_nought),
      cmocka_unit_test(denied_is_asked_seldom),
      cmocka_unit_test(unread_source_is_told),
      cmocka_unit_test(throttle_slows_that_api_alone),
      cmocka_unit_test(a_throttle_that_is_over_is_over),
      cmocka_unit_test(asking_again_and_again_starves_nothing),
      cmocka_unit_test(a_lost_call_does_not_set_back_its_chain),
      cmocka_unit_test(back_off_of_what_is_on_screen_ends),
      cmocka_unit_test(steady_stack_is_polite),
      cmocka_unit_test(no_minute_passes_a_tenth),
      cmocka_unit_test(odd_names_are_not_believed),
      cmocka_unit_test(what_is_listed_is_what_is_there),
      cmocka_unit_test(what_failed_is_tried_within_its_interval),
      cmocka_unit_test(what_is_read_seldom_is_tried_again_soon),
      cmocka_unit_test(what_reaches_nobody_uses_nothing_up),
      cmocka_unit_test(next_try_waits_for_the_limit),
      cmocka_unit_test(asked_now_is_asked_at_once_but_not_twice),
      cmocka_unit_test(large_stack_settles),
      cmocka_unit_test(definitions_on_screen_come_first),
      cmocka_unit_test(huge_cluster_is_not_swept),
      cmocka_unit_test(vanished_things_go),
      cmocka_unit_test(gone_thing_has_its_group_read_again),
      cmocka_unit_test(change_has_its_consequences_read_soon),
      cmocka_unit_test(filters_keep_what_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
