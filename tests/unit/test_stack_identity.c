/* Who is asking, while the console runs: keys that end, come back, or become another account's. */
#include "config.h"

#include "stack/action.h"
#include "stack_fake.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

static const struct aws_creds newer = {.key_id = "ASIANEWER", .provider = "sso"};

static const struct fake_answer other[] = {
    {.op = "GetCallerIdentity",
     .items = "[{\"Account\":\"999999999999\",\"Arn\":\"arn:aws:iam::999999999999:user/bob\"}]"}};

static struct aws_error no_login(void) {
  struct aws_error err = {0};
  aws_error_set(&err, AWS_E_CREDENTIALS, "run `aws sso login`");
  return err;
}

static void the_board_stays_without_new_keys(void **state) {
  struct aws_error err = no_login();
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_keys(NULL, &err);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_string_equal(stack_keys_error(s)->text, "run `aws sso login`");
  assert_int_equal(stack_collection(s, STACK_TASK)->n, 2);
  fake_forget();
  fake_keys(&newer, NULL);
  fake_pass(s, 100);
  assert_null(stack_keys_error(s));
  assert_string_equal(stack_keys(s)->key_id, "ASIANEWER");
  assert_int_equal(fake_sent("GetCallerIdentity"), 1); /* it may be somebody else now */
  assert_int_equal(stack_state(s), STACK_RUNNING);
  fake_free(s);
}

static void nothing_is_shown_under_another_account(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(other, 1, fake_shop, fake_shop_n);
  fake_keys(&newer, NULL);
  fake_pass(s, 100);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  assert_non_null(strstr(stack_refusal(s)->text, "account 999999999999"));
  assert_string_equal(stack_account(s).p, "123456789012");
  fake_forget();
  fake_pass(s, 120000);
  assert_int_equal(fake_sent(NULL), 0);
  fake_answers(fake_shop, fake_shop_n, NULL, 0); /* and back */
  fake_keys(&newer, NULL);
  fake_pass(s, 150000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_null(stack_refusal(s));
  assert_true(fake_sent("DescribeServices") > 0);
  assert_true(fake_sent("GetMetricData") > 1);
  fake_free(s);
}

static void a_pin_holds_when_keys_are_renewed(void **state) {
  struct stack_config cfg;
  (void)state;
  stack_config_init(&cfg);
  cfg.account = strdup("123456789012");
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(&cfg);
  stack_config_done(&cfg);
  fake_latency(20000);
  fake_keys(&newer, NULL);
  fake_forget();
  fake_pass(s, 19000);
  assert_int_equal(fake_sent(NULL), 0); /* but for who is asking, which was asked at once */
  assert_int_equal(stack_state(s), STACK_RUNNING);
  fake_latency(1);
  fake_pass(s, 20000);
  assert_true(fake_sent("DescribeServices") > 0);
  fake_free(s);
}

/* ---- where we are ---------------------------------------------------------------------------- */

static void the_instance_says_where_it_is(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_region(NULL, "eu-west-3");
  struct stack *s = fake_stack(NULL, true);
  assert_int_equal(stack_state(s), STACK_STARTING);
  assert_string_equal(stack_waits(s).what, "asking the instance for its region");
  assert_int_equal(fake_sent(NULL), 0);
  fake_pass(s, 60000);
  assert_string_equal(stack_region(s), "eu-west-3");
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_true(stack_settled(s));
  fake_free(s);
  fake_region("eu-west-1", "eu-west-3"); /* what somebody said comes first */
  s = fake_stack(NULL, true);
  assert_string_equal(stack_region(s), "eu-west-1");
  fake_free(s);
}

static void no_region_is_no_start(void **state) {
  (void)state;
  fake_region(NULL, NULL);
  struct stack *s = fake_stack(NULL, true);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  assert_non_null(strstr(stack_refusal(s)->text, "no region: none on the command line"));
  assert_non_null(strstr(stack_refusal(s)->text, "no instance metadata tells one"));
  fake_free(s);
  fake_region(NULL, "no-where");
  s = fake_stack(NULL, true);
  fake_pass(s, 2000);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  assert_non_null(strstr(stack_refusal(s)->text, "\"no-where\" is no region"));
  assert_int_equal(fake_sent(NULL), 0);
  fake_free(s);
  fake_region("eu-west-1", NULL);
}

/* ---- whose the new keys are, when STS does not say ------------------------------------------- */

static const struct fake_answer sts_down[] = {{.op = "GetCallerIdentity", .error = AWS_E_NETWORK}};
#define ARN_BEA "arn:aws:sts::123456789012:assumed-role/AuditRole/bea"

/* What may go on, a quarter of an hour long. */
static struct stack *renewed_without_sts(const struct aws_creds *creds) {
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(sts_down, 1, fake_shop, fake_shop_n);
  fake_keys(creds, NULL);
  fake_forget();
  fake_pass(s, 15 * 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_true(fake_sent("GetCallerIdentity") > 5);
  return s;
}

static void nothing_is_read_with_keys_of_nobody_knows_whom(void **state) {
  static const struct aws_creds claimed = {.key_id = "AKIDOTHER", .account = "123456789012"};
  const struct aws_creds *all[] = {&newer, &claimed};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct stack *s = renewed_without_sts(all[i]);
    assert_int_equal(fake_sent(NULL), fake_sent("GetCallerIdentity"));
    assert_string_equal(stack_waits(s).what, "asking STS who we are");
    assert_true(stack_waits(s).held);
    assert_in_range(stack_waits(s).for_ms, 14 * 60000, 15 * 60000);
    assert_int_equal(stack_collection(s, STACK_TASK)->n, 2); /* as they were */
    const struct stack_path *p = stack_path(s);
    assert_int_equal(p->level, STACK_UNKNOWN);
    assert_non_null(strstr(p->summary, "keys not checked"));
    fake_answers(fake_shop, fake_shop_n, NULL, 0);
    fake_forget();
    fake_pass(s, 61000);
    assert_true(fake_sent("DescribeServices") > 0);
    assert_null(stack_waits(s).what);
    assert_false(stack_path(s)->stale);
    assert_int_equal(stack_path(s)->level, STACK_OK);
    fake_free(s);
  }
}

static unsigned told(const struct stack *s, const char *words) {
  const struct stack_event *e;
  unsigned n = 0;
  for (size_t i = 0; (e = stack_timeline_at(s, i)) != NULL; i++)
    n += strstr(e->text, words) != NULL;
  return n;
}

/* New keys are not known everywhere at once; and a policy or a proxy may think better of it. */
static void a_board_that_stands_is_not_taken_away(void **state) {
  static const enum aws_errc all[] = {AWS_E_NETWORK, AWS_E_CREDENTIALS, AWS_E_EXPIRED,
                                      AWS_E_DENIED};
  (void)state;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    const struct fake_answer refused[] = {{.op = "GetCallerIdentity", .error = all[i]}};
    fake_answers(fake_shop, fake_shop_n, NULL, 0);
    struct stack *s = fake_settled(NULL);
    fake_answers(refused, 1, fake_shop, fake_shop_n);
    fake_keys(&newer, NULL);
    fake_forget();
    fake_pass(s, 15 * 60000);
    assert_int_equal(stack_state(s), STACK_RUNNING);
    assert_true(fake_sent("GetCallerIdentity") > 5);
    assert_int_equal(fake_sent(NULL), fake_sent("GetCallerIdentity"));
    assert_int_equal(stack_collection(s, STACK_TASK)->n, 2);
    assert_non_null(strstr(stack_path(s)->summary, "keys not checked"));
    assert_int_equal(told(s, "STS does not say whose the new keys are, and nothing else"), 1);
    assert_int_equal(stack_keys_error(s) != NULL, all[i] != AWS_E_NETWORK);
    fake_answers(fake_shop, fake_shop_n, NULL, 0);
    fake_forget();
    stack_refresh_all(s); /* the operator does not wait for the next try */
    fake_pass(s, 1000);
    assert_int_equal(fake_sent("GetCallerIdentity"), 1);
    assert_true(fake_sent("DescribeServices") > 0);
    assert_null(stack_waits(s).what);
    assert_null(stack_keys_error(s));
    fake_free(s);
  }
}

static void what_is_shown_is_marked_old_soon(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_latency(20000);
  fake_keys(&newer, NULL);
  fake_pass(s, 1000);
  assert_false(stack_path(s)->stale); /* an ordinary renewal is not worth a word */
  fake_pass(s, 2000);
  assert_true(stack_path(s)->stale);
  assert_non_null(strstr(stack_path(s)->stale_why, "keys not checked"));
  fake_latency(1);
  fake_pass(s, 18000);
  assert_false(stack_path(s)->stale);
  assert_int_equal(fake_sent("GetCallerIdentity"), 2); /* the first, and this one */
  fake_free(s);
}

static void the_board_goes_on_with_keys_of_the_same_account(void **state) {
  static const struct aws_creds same = {
      .key_id = "ASIANEWER", .account = "123456789012", .account_sure = true, .arn = ARN_BEA};
  (void)state;
  struct stack *s = renewed_without_sts(&same);
  assert_true(fake_sent("DescribeServices") > 10);
  assert_false(stack_waits(s).held);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  assert_string_equal(stack_role(s).p, "AuditRole"); /* as AWS said with the keys */
  assert_string_equal(stack_caller_arn(s).p, ARN_BEA);
  fake_free(s);
}

/* What STS refuses says nothing of what goes on. */
static void keys_that_work_are_not_said_to_be_none(void **state) {
  static const struct aws_creds same = {
      .key_id = "ASIANEWER", .account = "123456789012", .account_sure = true};
  static const struct fake_answer denied[] = {{.op = "GetCallerIdentity", .error = AWS_E_DENIED}};
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  fake_answers(denied, 1, fake_shop, fake_shop_n);
  fake_keys(&same, NULL);
  fake_forget();
  fake_pass(s, 15 * 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_true(fake_sent("DescribeServices") > 10);
  assert_null(stack_keys_error(s));
  assert_int_equal(told(s, "STS does not say whose the new keys are: "), 1);
  fake_free(s);
}

static void the_same_key_needs_no_proof(void **state) {
  static const struct aws_creds again = {.key_id = "AKIDEXAMPLE"};
  (void)state;
  struct stack *s = renewed_without_sts(&again);
  assert_true(fake_sent("DescribeServices") > 10);
  fake_free(s);
}

static void an_account_that_was_said_wrongly_is_found_out(void **state) {
  static const struct aws_creds same = {
      .key_id = "ASIANEWER", .account = "123456789012", .account_sure = true};
  (void)state;
  struct stack *s = renewed_without_sts(&same);
  fake_answers(other, 1, fake_shop, fake_shop_n);
  fake_pass(s, 61000);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  fake_free(s);
}

/* STS never said whose the first keys were. */
static void rows_of_nobody_are_read_again(void **state) {
  (void)state;
  fake_answers(sts_down, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, false);
  fake_pass(s, 10 * 60000);
  assert_int_equal(stack_collection(s, STACK_TASK)->n, 2);
  assert_false(stack_waits(s).held);
  fake_keys(&newer, NULL);
  fake_forget();
  fake_pass(s, 120000);
  assert_int_equal(fake_sent(NULL), fake_sent("GetCallerIdentity"));
  fake_answers(other, 1, NULL, 0); /* an account with nothing in it */
  fake_pass(s, 90000);
  assert_string_equal(stack_account(s).p, "999999999999");
  assert_int_equal(stack_state(s), STACK_RUNNING);
  for (int k = 0; k < STACK_KINDS; k++)
    assert_int_equal(stack_collection(s, (enum stack_kind)k)->n, 0);
  fake_free(s);
}

/* Without a pin the feeds begin with keys that turn out to be refused. */
static void nothing_stands_twice_when_keys_are_mended(void **state) {
  static const struct fake_answer expired[] = {
      {.op = "GetCallerIdentity", .error = AWS_E_EXPIRED, .aws_code = "ExpiredToken"}};
  (void)state;
  fake_answers(expired, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, false);
  fake_pass(s, 10000);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_keys(&newer, NULL);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_int_equal(stack_collection(s, STACK_LOAD_BALANCER)->n, 1);
  assert_int_equal(stack_collection(s, STACK_TARGET_GROUP)->n, 1);
  assert_int_equal(stack_collection(s, STACK_DB_INSTANCE)->n, 1);
  assert_int_equal(stack_collection(s, STACK_TASK)->n, 2);
  fake_free(s);
}

static void keys_that_come_late_start_the_board(void **state) {
  struct aws_error err = no_login();
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_stack(NULL, false);
  fake_keys(NULL, &err);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  fake_keys(&newer, NULL);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_true(stack_settled(s));
  fake_free(s);
}

/* ---- acting ---------------------------------------------------------------------------------- */

static char journal[64];

/* The plan to redeploy the service stands, and waits to be confirmed. */
static struct stack *with_a_plan(struct stack_action **a) {
  struct stack_config cfg;
  struct aws_error err = {0};
  const struct aws_str id = AWS_STR_LIT(FAKE_SERVICE);
  snprintf(journal, sizeof journal, "/tmp/cawsole-test-%ld.jsonl", (long)getpid());
  stack_config_init(&cfg);
  cfg.environment = strdup("test");
  cfg.production = false;
  cfg.audit_path = strdup(journal);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(&cfg);
  stack_config_done(&cfg);
  *a = stack_action_start(s, stack_action_find("redeploy"), STACK_SERVICE, &id, 1, &err);
  assert_non_null(*a);
  fake_pass(s, 100);
  assert_int_equal(stack_action_view(*a)->step, STACK_STEP_CONFIRM);
  return s;
}

static void end_plan(struct stack *s) {
  fake_free(s);
  unlink(journal);
}

static void a_plan_is_not_sent_under_another_account(void **state) {
  struct stack_action *a;
  (void)state;
  struct stack *s = with_a_plan(&a);
  fake_answers(other, 1, fake_shop, fake_shop_n);
  fake_keys(&newer, NULL);
  fake_pass(s, 100);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  fake_forget();
  stack_action_confirm(a, NULL);
  fake_pass(s, 60000);
  assert_int_equal(fake_sent(NULL), 0);
  assert_int_equal(stack_action_view(a)->outcome, STACK_OUTCOME_REFUSED);
  assert_non_null(strstr(stack_action_view(a)->progress, "nothing was sent"));
  end_plan(s);
}

static void a_plan_is_not_sent_before_it_is_known_whose_the_keys_are(void **state) {
  struct stack_action *a;
  struct aws_error err = {0};
  const struct aws_str id = AWS_STR_LIT(FAKE_SERVICE);
  (void)state;
  struct stack *s = with_a_plan(&a);
  fake_answers(sts_down, 1, fake_shop, fake_shop_n);
  fake_keys(&newer, NULL);
  fake_forget();
  stack_action_confirm(a, NULL);
  assert_null(stack_action_start(s, stack_action_find("redeploy"), STACK_SERVICE, &id, 1, &err));
  assert_non_null(strstr(err.text, "the keys have changed"));
  fake_pass(s, 60000);
  assert_int_equal(fake_sent(NULL), fake_sent("GetCallerIdentity"));
  assert_int_equal(stack_action_view(a)->outcome, STACK_OUTCOME_REFUSED);
  end_plan(s);
}

static void nothing_is_done_in_an_account_that_is_not_known(void **state) {
  struct aws_error err = {0};
  const struct aws_str id = AWS_STR_LIT(FAKE_SERVICE);
  struct stack_config cfg;
  (void)state;
  stack_config_init(&cfg);
  cfg.audit_path = strdup("/tmp/cawsole-test.jsonl");
  fake_answers(sts_down, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(&cfg, false);
  stack_config_done(&cfg);
  fake_pass(s, 60000);
  assert_int_equal(stack_state(s), STACK_RUNNING);
  assert_null(stack_action_start(s, stack_action_find("redeploy"), STACK_SERVICE, &id, 1, &err));
  assert_non_null(strstr(err.text, "STS has not said yet"));
  fake_free(s);
}

/* The check before sending was under way when the keys became another account's. */
static void a_confirmed_plan_is_not_sent_under_another_account(void **state) {
  struct stack_action *a;
  (void)state;
  struct stack *s = with_a_plan(&a);
  fake_answers(other, 1, fake_shop, fake_shop_n);
  stack_action_confirm(a, NULL);
  fake_keys(&newer, NULL);
  fake_forget();
  fake_pass(s, 60000);
  stack_action_confirm(a, NULL);
  fake_pass(s, 60000);
  assert_int_equal(fake_sent("UpdateService"), 0);
  assert_int_equal(stack_action_view(a)->outcome, STACK_OUTCOME_REFUSED);
  end_plan(s);
}

static void new_keys_want_another_yes(void **state) {
  struct stack_action *a;
  (void)state;
  struct stack *s = with_a_plan(&a);
  stack_action_confirm(a, NULL);
  fake_keys(&newer, NULL);
  fake_forget();
  fake_pass(s, 1000);
  const struct stack_action_view *v = stack_action_view(a);
  assert_int_equal(fake_sent("UpdateService"), 0);
  assert_int_equal(v->step, STACK_STEP_CONFIRM);
  assert_int_equal(v->plans, 2);
  assert_non_null(strstr(v->plan[0].text, "The keys were renewed"));
  stack_action_confirm(a, NULL);
  fake_pass(s, 1000);
  assert_int_equal(fake_sent("UpdateService"), 1);
  end_plan(s);
}

/* What is followed is asked for no more once the stack is refused. */
static void nothing_is_watched_under_another_account(void **state) {
  struct stack_action *a;
  (void)state;
  struct stack *s = with_a_plan(&a);
  stack_action_confirm(a, NULL);
  fake_pass(s, 1000);
  assert_true(stack_action_view(a)->sent);
  fake_answers(other, 1, fake_shop, fake_shop_n);
  fake_keys(&newer, NULL);
  fake_pass(s, 100);
  assert_int_equal(stack_state(s), STACK_REFUSED);
  fake_forget();
  fake_pass(s, 60000);
  assert_int_equal(fake_sent(NULL), 0);
  end_plan(s);
}

static void what_cannot_be_followed_is_said_to_be_unknown(void **state) {
  static const struct fake_answer redeployed[] = {
      {.op = "UpdateService",
       .items = "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"taskDefinition\":"
                "\"" FAKE_TASKDEF("41") "\",\"deployments\":[{\"id\":\"ecs-svc/2\",\"status\":"
                                        "\"PRIMARY\",\"taskDefinition\":\"" FAKE_TASKDEF(
                                            "41") "\"}]}]"}};
  struct stack_action *a;
  (void)state;
  struct stack *s = with_a_plan(&a);
  fake_answers(redeployed, 1, fake_shop, fake_shop_n);
  stack_action_confirm(a, NULL);
  fake_no_timers(true);
  fake_pass(s, 100);
  fake_no_timers(false);
  assert_true(stack_action_view(a)->sent);
  assert_int_equal(stack_action_view(a)->outcome, STACK_OUTCOME_UNKNOWN);
  assert_non_null(strstr(stack_action_view(a)->progress, "no memory to follow it"));
  end_plan(s);
}

/* Bounded, and each keeps its number when the oldest is dropped. */
static void actions_are_numbered_and_not_without_end(void **state) {
  const struct aws_str id = AWS_STR_LIT(FAKE_SERVICE);
  const struct stack_action_def *def = stack_action_find("redeploy");
  struct stack_action *const *all;
  struct stack_action *a;
  struct aws_error err = {0};
  (void)state;
  struct stack *s = with_a_plan(&a);
  for (int i = 1; i < STACK_ACTIONS_MAX; i++)
    assert_non_null(stack_action_start(s, def, STACK_SERVICE, &id, 1, &err));
  assert_null(stack_action_start(s, def, STACK_SERVICE, &id, 1, &err));
  assert_string_equal(err.text,
                      "Redeploy service: 100 actions are under way: wait until one has ended");
  stack_action_cancel(a);
  assert_non_null(stack_action_start(s, def, STACK_SERVICE, &id, 1, &err));
  assert_int_equal(stack_actions(s, &all), STACK_ACTIONS_MAX);
  assert_int_equal(stack_action_view(all[0])->number, 2);
  assert_int_equal(stack_action_view(all[STACK_ACTIONS_MAX - 1])->number, STACK_ACTIONS_MAX + 1);
  end_plan(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_instance_says_where_it_is),
      cmocka_unit_test(no_region_is_no_start),
      cmocka_unit_test(the_board_stays_without_new_keys),
      cmocka_unit_test(nothing_is_shown_under_another_account),
      cmocka_unit_test(a_pin_holds_when_keys_are_renewed),
      cmocka_unit_test(nothing_is_read_with_keys_of_nobody_knows_whom),
      cmocka_unit_test(a_board_that_stands_is_not_taken_away),
      cmocka_unit_test(what_is_shown_is_marked_old_soon),
      cmocka_unit_test(the_board_goes_on_with_keys_of_the_same_account),
      cmocka_unit_test(keys_that_work_are_not_said_to_be_none),
      cmocka_unit_test(the_same_key_needs_no_proof),
      cmocka_unit_test(an_account_that_was_said_wrongly_is_found_out),
      cmocka_unit_test(rows_of_nobody_are_read_again),
      cmocka_unit_test(nothing_stands_twice_when_keys_are_mended),
      cmocka_unit_test(keys_that_come_late_start_the_board),
      cmocka_unit_test(a_plan_is_not_sent_under_another_account),
      cmocka_unit_test(a_plan_is_not_sent_before_it_is_known_whose_the_keys_are),
      cmocka_unit_test(nothing_is_done_in_an_account_that_is_not_known),
      cmocka_unit_test(a_confirmed_plan_is_not_sent_under_another_account),
      cmocka_unit_test(new_keys_want_another_yes),
      cmocka_unit_test(nothing_is_watched_under_another_account),
      cmocka_unit_test(what_cannot_be_followed_is_said_to_be_unknown),
      cmocka_unit_test(actions_are_numbered_and_not_without_end),
  };
  return cmocka_run_group_tests_name("stack identity", tests, NULL, NULL);
}
