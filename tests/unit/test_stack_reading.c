/* What could not be read: said of when it is, at once; unknown when it is too old, or when nothing
 * at all can be read. */
#include "config.h"

#include "test.h"

#include "stack/judged.h"
#include "stack_fake.h"

static const struct stack_hop *hop(struct stack *s, enum stack_hop_kind k) {
  return &stack_path(s)->hops[k];
}

static bool told(struct stack *s, const char *text) {
  for (size_t i = 0; i < stack_timeline_count(s); i++)
    if (strstr(stack_timeline_at(s, i)->text, text))
      return true;
  return false;
}

/* Every operation that a stack asks. */
#define ALL(row)                                                                                   \
  row("ListDistributions"), row("ListInvalidations"), row("DescribeLoadBalancers"),                \
      row("DescribeTargetGroups"), row("DescribeTargetHealth"), row("DescribeListeners"),          \
      row("DescribeRules"), row("ListClusters"), row("DescribeClusters"), row("ListServices"),     \
      row("DescribeServices"), row("ListTasks"), row("DescribeTasks"),                             \
      row("DescribeTaskDefinition"), row("DescribeScalableTargets"),                               \
      row("DescribeScalingPolicies"), row("DescribeDBInstances"), row("DescribeDBClusters"),       \
      row("DescribeEvents"), row("DescribeParameters"), row("ListSecrets"), row("DescribeAlarms"), \
      row("ListBuckets"), row("GetApis"), row("GetMetricData")
#define REFUSED(name)                                                                              \
  { .op = name, .error = AWS_E_NETWORK }
#define EXPIRED(name)                                                                              \
  { .op = name, .error = AWS_E_EXPIRED }
static const struct fake_answer gone[] = {ALL(REFUSED)};
static const struct fake_answer expired[] = {ALL(EXPIRED)};

static void nothing_that_answers_is_unknown_within_a_round(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  stack_show_kind(s, STACK_PARAMETER, true);
  fake_pass(s, 60000);
  fake_answers(gone, COUNT(gone), NULL, 0);
  fake_pass(s, 20000);
  const struct stack_path *p = stack_path(s);
  assert_int_equal(p->level, STACK_UNKNOWN);
  assert_true(p->stale);
  assert_string_equal(p->stale_why, "no connection");
  assert_string_equal(p->summary, "unknown: no connection since 11:01");
  for (size_t i = 0; i < p->n; i++) {
    assert_true(p->hops[i].stale && p->hops[i].facts_stale);
    assert_false(p->hops[i].first_fault);
    assert_int_equal(p->hops[i].rating.level, STACK_UNKNOWN); /* as the whole is */
  }
  assert_true(told(s, "AWS cannot be asked"));
  /* Nothing on the screen goes on looking fresh until its own turn comes. */
  assert_int_equal(stack_collection(s, STACK_PARAMETER)->error.code, AWS_E_NETWORK);
  char why[80];
  assert_int_equal(stack_health(s, why, sizeof why), STACK_UNKNOWN);
  fake_pass(s, 20 * 60000); /* long enough for every wait to have grown */
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 12000);
  p = stack_path(s);
  assert_int_equal(p->level, STACK_OK);
  assert_false(p->stale);
  assert_true(told(s, "AWS answers again"));
  for (int k = 0; k < STACK_KINDS; k++)
    assert_int_equal(stack_collection(s, (enum stack_kind)k)->error.code, AWS_OK);
  fake_free(s);
}

static void expired_credentials_are_named(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(expired, COUNT(expired), NULL, 0);
  fake_pass(s, 30000);
  assert_string_equal(stack_path(s)->summary, "unknown: credentials expired since 11:00");
  fake_free(s);
}

static void never_read_is_not_none(void **state) {
  (void)state;
  static const struct fake_answer who[] = {
      {.op = "GetCallerIdentity", .items = "[{\"Account\":\"123456789012\",\"Arn\":\"a\"}]"}};
  fake_answers(who, 1, gone, COUNT(gone));
  struct stack *s = fake_stack(NULL, false);
  fake_pass(s, 5000);
  assert_int_equal(stack_path(s)->level, STACK_UNKNOWN);
  for (int k = 0; k < STACK_KINDS; k++) {
    const struct stack_collection *c = stack_collection(s, (enum stack_kind)k);
    assert_false(c->loaded);
    assert_int_equal(c->fetched_at, 0);
  }
  fake_free(s);
  s = fake_stack(NULL, true);
  fake_pass(s, 60000);
  assert_true(stack_settled(s));
  assert_int_equal(stack_path(s)->level, STACK_UNKNOWN);
  assert_false(stack_collection(s, STACK_SERVICE)->loaded);
  fake_free(s);
}

/* A list of clusters that never changes takes nothing away from what is known of the services. */
static void throttled_list_leaves_the_rest_known(void **state) {
  (void)state;
  static const struct fake_answer slow[] = {
      {.op = "DescribeClusters", .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException"},
      {.op = "ListTasks", .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException"}};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(slow, 2, fake_shop, fake_shop_n);
  fake_pass(s, 20 * 60000);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  assert_false(stack_path(s)->stale); /* the hop is as old as its services, no older */
  assert_int_equal(stack_collection(s, STACK_CLUSTER)->error.code, AWS_E_THROTTLED);
  fake_free(s);
}

static void throttled_services_are_unknown_with_the_cause_first(void **state) {
  (void)state;
  static const struct fake_answer slow[] = {
      {.op = "DescribeServices", .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException"}};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 75000);
  fake_answers(slow, 1, fake_shop, fake_shop_n);
  fake_pass(s, 25000);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  assert_true(hop(s, STACK_HOP_ECS)->stale);
  fake_pass(s, 25000); /* two of its intervals, and time for an answer */
  assert_string_equal(stack_path(s)->summary,
                      "unknown: ECS throttled: services not read since 11:01");
  size_t before = fake_sent("DescribeServices");
  fake_pass(s, 10 * 60000); /* as long as it goes on, no more than twice a minute */
  assert_in_range(fake_sent("DescribeServices") - before, 16, 26);
  fake_free(s);
}

#define SLOW(name)                                                                                 \
  { .op = name, .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException" }

/* One hop of many would look like the only one. */
static void what_throttles_many_is_said_of_all(void **state) {
  (void)state;
  static const struct fake_answer three[] = {SLOW("DescribeServices"), SLOW("DescribeTargetHealth"),
                                             SLOW("DescribeDBInstances")};
  static const struct fake_answer all[] = {ALL(SLOW)};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 75000);
  fake_answers(three, COUNT(three), fake_shop, fake_shop_n);
  fake_pass(s, 10 * 60000);
  assert_string_equal(stack_path(s)->stale_why, "ALB, ECS, RDS throttled");
  assert_non_null(
      strstr(stack_path(s)->summary, "unknown: ALB, ECS, RDS throttled, not read since "));
  fake_answers(all, COUNT(all), NULL, 0);
  fake_pass(s, 20 * 60000);
  assert_string_equal(stack_path(s)->stale_why, "everything throttled");
  fake_free(s);
}

static void no_code_is_no_credentials(void **state) {
  (void)state;
  const struct aws_error none = {.code = AWS_E_CANCELLED};
  assert_string_equal(stack_cause(&none), "no credentials");
}

static unsigned shown, hidden;

static void on_show(void *arg, struct aws_prompt *p) {
  (void)arg, (void)p;
  shown++;
}

static void on_hide(void *arg, struct aws_prompt *p) {
  (void)arg, (void)p;
  hidden++;
}

/* Calls that wait for the operator's code are not AWS's delay. */
static void what_waits_for_the_operator_says_so(void **state) {
  (void)state;
  const struct aws_operator who = {on_show, on_hide, NULL};
  struct aws_prompt asked = {.kind = AWS_PROMPT_CODE};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  s->deps.operator= & who;
  fake_pass(s, 30000);
  s->operator.show(s->operator.arg, &asked);
  fake_latency(10 * 60000);
  fake_pass(s, 60000);
  assert_string_equal(hop(s, STACK_HOP_ECS)->stale_why, "waiting for the MFA code");
  assert_string_equal(stack_path(s)->stale_why, "waiting for the MFA code");
  assert_non_null(
      strstr(stack_path(s)->summary, "unknown: waiting for the MFA code, not read since 11:0"));
  s->operator.hide(s->operator.arg, &asked);
  assert_string_equal(hop(s, STACK_HOP_ECS)->stale_why, "overdue");
  asked.kind = AWS_PROMPT_LOGIN;
  s->operator.show(s->operator.arg, &asked);
  assert_string_equal(hop(s, STACK_HOP_ECS)->stale_why, "waiting for the login");
  s->operator.hide(s->operator.arg, &asked);
  assert_int_equal(shown, 2);
  assert_int_equal(hidden, 2);
  fake_latency(1);
  s->deps.operator= NULL;
  fake_free(s);
}

/* An answer that does not come is missed before its time-out says so. */
static void overdue_is_stale(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_pass(s, 30000);
  fake_latency(120000);
  fake_pass(s, 60000);
  assert_true(hop(s, STACK_HOP_ECS)->stale);
  assert_string_equal(hop(s, STACK_HOP_ECS)->stale_why, "overdue");
  assert_int_equal(hop(s, STACK_HOP_ECS)->rating.level, STACK_UNKNOWN);
  assert_int_equal(hop(s, STACK_HOP_CDN)->rating.level, STACK_OK); /* asked every other minute */
  fake_latency(1);
  fake_free(s);
}

static void metrics_refused(enum aws_errc code, bool rated, enum stack_level wanted) {
  const struct fake_answer no[] = {
      {.op = "GetMetricData", .error = code, .aws_code = "AccessDenied"}};
  struct stack_config cfg;
  stack_config_init(&cfg);
  cfg.metrics = rated;
  fake_answers(no, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(&cfg);
  fake_pass(s, 20000);
  assert_int_equal(stack_path(s)->level, wanted);
  assert_int_equal(hop(s, STACK_HOP_CDN)->rating.level, wanted);
  assert_int_equal(hop(s, STACK_HOP_ALB)->rating.level, wanted);
  assert_int_equal(hop(s, STACK_HOP_ECS)->rating.level, STACK_OK); /* rests on counts */
  assert_int_equal(hop(s, STACK_HOP_DB)->rating.level, STACK_OK);
  assert_int_equal(hop(s, STACK_HOP_S3)->rating.level, STACK_OK);
  if (rated)
    assert_string_equal(stack_path(s)->summary,
                        "unknown: CloudFront not permitted: metrics not read");
  fake_free(s);
  s = fake_stack(&cfg, true);
  fake_pass(s, 20000);
  assert_true(stack_settled(s));
  assert_int_equal(stack_path(s)->level, wanted);
  fake_free(s);
}

static void unread_metrics_are_unknown(void **state) {
  (void)state;
  metrics_refused(AWS_E_DENIED, true, STACK_UNKNOWN);
  metrics_refused(AWS_E_DENIED, false, STACK_OK); /* not asked for, not missed */
}

/* What was measured stands for two minutes; then it does not stand for now. */
static void metrics_grow_old(void **state) {
  (void)state;
  static const struct fake_answer no[] = {
      {.op = "GetMetricData", .error = AWS_E_THROTTLED, .aws_code = "Throttling"}};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(no, 1, fake_shop, fake_shop_n);
  fake_pass(s, 90000);
  assert_true(hop(s, STACK_HOP_CDN)->stale);
  assert_int_equal(hop(s, STACK_HOP_CDN)->rating.level, STACK_OK);
  fake_pass(s, 90000);
  assert_int_equal(hop(s, STACK_HOP_CDN)->rating.level, STACK_UNKNOWN);
  assert_int_equal(hop(s, STACK_HOP_ALB)->rating.level, STACK_UNKNOWN);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  stack_refresh_all(s); /* the operator need not wait for the next minute */
  fake_pass(s, 1000);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  fake_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_that_answers_is_unknown_within_a_round),
      cmocka_unit_test(expired_credentials_are_named),
      cmocka_unit_test(never_read_is_not_none),
      cmocka_unit_test(throttled_list_leaves_the_rest_known),
      cmocka_unit_test(throttled_services_are_unknown_with_the_cause_first),
      cmocka_unit_test(what_throttles_many_is_said_of_all),
      cmocka_unit_test(no_code_is_no_credentials),
      cmocka_unit_test(what_waits_for_the_operator_says_so),
      cmocka_unit_test(overdue_is_stale),
      cmocka_unit_test(unread_metrics_are_unknown),
      cmocka_unit_test(metrics_grow_old),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
