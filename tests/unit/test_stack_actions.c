/* Scale, redeploy and roll back, each played to its end on the simulator; and all that keeps an
 * action from being sent. */
#include "config.h"

#include "aws/api.h"
#include "stack/audit.h"
#include "stack/path.h"
#include "stack_world.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world world;

static int set_up(void **state) {
  world_start(&world, NULL);
  *state = &world;
  return 0;
}

static int set_up_bad_deploy(void **state) {
  world_start(&world, "bad-deploy");
  *state = &world;
  return 0;
}

static int set_up_still_deploy(void **state) {
  world_start_still(&world, "bad-deploy");
  *state = &world;
  return 0;
}

static int tear_down(void **state) {
  world_stop(*state);
  return 0;
}

static const struct ecs_service *service(struct world *w, const char *name) {
  return world_row(w, STACK_SERVICE, name)->item;
}

/* The body of the only write: exactly these members. */
static void check_body(const struct world *w, const char *member, const char *json) {
  assert_int_equal(w->nwrites, 1);
  assert_string_equal(w->writes[0].op, "UpdateService");
  cJSON *body = cJSON_Parse(w->writes[0].body);
  assert_int_equal(cJSON_GetArraySize(body), 3);
  assert_string_equal(json_text(body, "cluster"),
                      "arn:aws:ecs:eu-west-1:123456789012:cluster/shop-prod");
  assert_non_null(strstr(json_text(body, "service"), ":service/shop-prod/"));
  char *value = cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(body, member));
  assert_string_equal(value, json);
  cJSON_free(value);
  cJSON_Delete(body);
}

static void check_line(struct world *w, int i, const char *event, const char *action,
                       const char *outcome) {
  cJSON *l = world_journal(w, i);
  aws_ms when = 0;

  assert_string_equal(json_text(l, "event"), event);
  assert_string_equal(json_text(l, "action"), action);
  assert_string_equal(json_text(l, "outcome"), outcome);
  assert_string_equal(json_text(l, "caller"),
                      "arn:aws:sts::123456789012:assumed-role/OpsRole/operator");
  assert_string_equal(json_text(l, "account"), "123456789012");
  assert_string_equal(json_text(l, "region"), "eu-west-1");
  assert_string_equal(json_text(l, "stack"), "shop");
  assert_true(aws_time_parse(aws_str_from(json_text(l, "time")), &when));
  assert_true(aws_clock_system.wall(NULL) - when < 60000);
  assert_true(cJSON_GetObjectItem(l, "number")->valueint >= 1);
  assert_true(json_text(l, "before")[0] && json_text(l, "after")[0]);
  cJSON_Delete(l);
}

/* The last three lines tell of one action that was sent. */
static void check_journal(struct world *w, const char *action, const char *outcome) {
  check_line(w, -3, "planned", action, "");
  check_line(w, -2, "sent", action, "");
  check_line(w, -1, "ended", action, outcome);
  cJSON *sent = world_journal(w, -2), *ended = world_journal(w, -1);
  assert_string_equal(json_text(sent, "request_id"), "");
  assert_true(strlen(json_text(ended, "request_id")) >= 8);
  assert_true(json_text(ended, "text")[0]);
  cJSON_Delete(sent);
  cJSON_Delete(ended);
}

/* ---- scale --------------------------------------------------------------------------------------
 */

static void scaling_up_asks_yes_or_no(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  assert_string_equal(v->inputs[0].initial, "4");
  world_input(w, a, "+2");
  assert_true(stack_production(w->stack));
  assert_false(v->typed);
  assert_string_equal(v->subject, "service shop-prod/web");
  assert_true(world_plan_says(v, STACK_OK, "desired count 4 → 6"));
  assert_true(world_plan_says(v, STACK_OK, "autoscaling keeps it within 2 and 10"));
  assert_true(world_plan_says(v, STACK_NOTE, "it may move the count again"));
  assert_int_equal(w->nwrites, 0);
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_string_equal(v->progress, "6 of 6 tasks run");
  assert_true(v->fraction == 1 && v->sent);
  assert_string_equal(v->way_back, "scale it back to 4");
  check_body(w, "desiredCount", "6");
  check_journal(w, "scale", "done");
  cJSON *ended = world_journal(w, -1);
  assert_string_equal(json_text(ended, "before"), "desired 4, running 4");
  assert_string_equal(json_text(ended, "after"), "desired 6");
  cJSON_Delete(ended);
  WORLD_UNTIL(w, service(w, "web")->desired == 6);
}

static void scaling_to_none_wants_the_name(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "worker");
  const struct stack_action_view *v = world_input(w, a, "0");
  assert_true(v->typed);
  assert_string_equal(v->type_this, "worker");
  assert_true(world_plan_says(v, STACK_WARN, "every task is stopped"));
  assert_true(
      world_plan_says(v, STACK_WARN, "0 is below its minimum: at its next action it sets 2"));
  static const char *const wrong[] = {NULL, "", "y", "worke", "worker ", "Worker", "workers"};
  for (size_t i = 0; i < COUNT(wrong); i++) {
    stack_action_confirm(a, wrong[i]);
    assert_int_equal(v->step, STACK_STEP_CONFIRM);
    assert_non_null(strstr(v->input_error, "worker"));
  }
  world_turn(w);
  assert_int_equal(w->nwrites, 0);
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_string_equal(v->progress, "0 of 0 tasks run");
  check_body(w, "desiredCount", "0");
}

static void scaling_down_by_half_wants_the_name(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  assert_false(world_input(w, a, "-1")->typed);
  stack_action_cancel(a);
  a = world_act(w, "scale", STACK_SERVICE, "web");
  assert_true(world_input(w, a, "-2")->typed);
  assert_true(world_plan_says(stack_action_view(a), STACK_WARN, "half of the tasks are stopped"));
  stack_action_cancel(a);
  a = world_act(w, "scale", STACK_SERVICE, "web");
  assert_true(world_input(w, a, "-3")->typed);
  assert_true(world_plan_says(stack_action_view(a), STACK_WARN, "more than half of the tasks"));
  stack_action_cancel(a);
  a = world_act(w, "scale", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_input(w, a, "12");
  assert_true(v->typed);
  assert_string_equal(v->title, "Scale web (4 running, autoscaling 2-10)");
  assert_true(
      world_plan_says(v, STACK_WARN, "12 is above its maximum: at its next action it sets 10"));
  assert_int_equal(w->nwrites, 0);
}

static void a_stack_that_is_not_production_asks_yes_or_no(void **state) {
  struct world *w = *state;
  w->cfg.production = false;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "worker");
  assert_false(world_input(w, a, "0")->typed);
  a = world_act(w, "scale", STACK_SERVICE, "web");
  assert_false(world_input(w, a, "8")->typed);
  a = world_act(w, "scale", STACK_SERVICE, "web"); /* a slip of a digit is one anywhere */
  assert_true(world_input(w, a, "46")->typed);
  assert_true(world_plan_says(stack_action_view(a), STACK_WARN, "46 is above its maximum"));
  a = world_act(w, "scale", STACK_SERVICE, "web");
  assert_true(world_input(w, a, "9")->typed);
  assert_true(world_plan_says(stack_action_view(a), STACK_WARN, "more than twice as many"));
  a = world_act(w, "scale", STACK_SERVICE, "worker");
  assert_true(world_input(w, a, "1")->typed); /* below its minimum */
  a = world_act(w, "redeploy", STACK_SERVICE, "worker");
  assert_false(world_step(w, a, STACK_STEP_CONFIRM)->typed);
}

static void counts_that_are_none_are_refused(void **state) {
  struct world *w = *state;
  static const struct {
    const char *text, *says;
  } bad[] = {
      {"", "not a count"},      {"x", "not a count"},       {"3x", "not a count"},
      {"3.5", "not a count"},   {"+", "not a count"},       {"-", "not a count"},
      {"+-3", "not a count"},   {"++3", "not a count"},     {"+ 3", "not a count"},
      {"0x10", "not a count"},  {"5001", "not a count"},    {"99999999999999999999", "not a count"},
      {"-5", "would be -1"},    {"+4997", "would be 5001"}, {"4", "it is 4 already"},
      {"+0", "it is 4 already"}};
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  for (size_t i = 0; i < COUNT(bad); i++) {
    stack_action_input(a, &bad[i].text);
    assert_int_equal(v->step, STACK_STEP_INPUT);
    if (!strstr(v->input_error, bad[i].says))
      fail_msg("\"%s\": %s", bad[i].text, v->input_error);
  }
  const char *good = " 5 ";
  stack_action_input(a, &good);
  assert_string_equal(v->input_error, "");
  assert_int_equal(v->step, STACK_STEP_CONFIRM);
}

/* ---- redeploy -----------------------------------------------------------------------------------
 */

static void redeploying_replaces_the_tasks(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "redeploy", STACK_SERVICE, "api");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_CONFIRM);
  assert_true(v->typed);
  assert_true(world_plan_says(v, STACK_OK, "a new deployment of shop-prod-api:87 replaces all 4"));
  assert_true(world_plan_says(v, STACK_OK, "meanwhile between 2 and 8 tasks run"));
  assert_true(world_plan_says(v, STACK_NOTE, "circuit breaker: on"));
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_non_null(strstr(v->progress, "shop-prod-api:87 runs 4 of 4 tasks"));
  check_body(w, "forceNewDeployment", "true");
  check_journal(w, "redeploy", "done");
}

static void a_rollout_that_fails_is_told(void **state) {
  struct world *w = *state;
  world_open(w);
  WORLD_UNTIL(w, aws_str_ends(service(w, "web")->task_definition, ":42"));
  struct stack_action *scale = world_act(w, "scale", STACK_SERVICE, "web");
  world_input(w, scale, "+1"); /* the old tasks and the new ones are no count to scale from */
  assert_string_equal(stack_action_view(scale)->title,
                      "Scale web (4 wanted, in a rollout, autoscaling 2-10)");
  assert_true(world_plan_says(stack_action_view(scale), STACK_OK, "now, old and new ones)"));
  stack_action_cancel(scale);
  struct stack_action *a = world_act(w, "redeploy", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_CONFIRM);
  assert_true(world_plan_says(v, STACK_WARN, "a rollout of shop-prod-web:42 is under way"));
  world_confirm(w, a, STACK_OUTCOME_FAILED);
  assert_non_null(strstr(v->progress, "the rollout failed, the service now deploys shop-prod-web"));
  assert_non_null(strstr(v->progress, "circuit breaker"));
  assert_string_equal(v->way_back, ""); /* nobody wants what failed back */
  check_journal(w, "redeploy", "failed");
}

static const char *behind(struct world *w, enum stack_kind k, const char *name, size_t *n) {
  static char found[64];
  const struct stack_row *row = stack_service_behind(w->stack, k, world_row(w, k, name)->id, n);
  snprintf(found, sizeof found, "%.*s", row ? (int)row->name.n : 1, row ? row->name.p : "-");
  return found;
}

static bool is_at_fault(struct world *w, const char *name) {
  const struct stack_row *row = stack_service_at_fault(w->stack);
  return row && aws_str_eq_c(row->name, name);
}

/* What is asked about goes on living. */
static void what_changed_meanwhile_is_told_and_planned_anew(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *redeploy = world_act(w, "redeploy", STACK_SERVICE, "web");
  struct stack_action *scale = world_act(w, "scale", STACK_SERVICE, "web");
  struct stack_action *back = world_act(w, "rollback", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, redeploy, STACK_STEP_CONFIRM);
  world_step(w, scale, STACK_STEP_INPUT);
  world_step(w, back, STACK_STEP_INPUT);
  assert_false(stack_action_outdated(redeploy) || stack_action_outdated(scale) ||
               stack_action_outdated(back));
  world_live(w, 25); /* it deploys after 15 seconds */
  WORLD_UNTIL(w, aws_str_ends(service(w, "web")->task_definition, ":42"));
  assert_true(stack_action_outdated(redeploy) && stack_action_outdated(scale) &&
              stack_action_outdated(back));
  stack_action_anew(redeploy);
  assert_int_not_equal(v->step, STACK_STEP_CONFIRM);
  world_step(w, redeploy, STACK_STEP_CONFIRM);
  assert_true(world_plan_says(v, STACK_WARN, "This is the new plan"));
  assert_true(world_plan_says(v, STACK_OK, "a new deployment of shop-prod-web:42 replaces"));
  assert_false(stack_action_outdated(redeploy));
  stack_action_anew(scale);
  assert_int_equal(world_step(w, scale, STACK_STEP_INPUT)->step, STACK_STEP_INPUT);
  assert_string_equal(stack_action_view(scale)->title,
                      "Scale web (4 wanted, in a rollout, autoscaling 2-10)");
  stack_action_anew(back);
  v = world_step(w, back, STACK_STEP_INPUT);
  assert_true(aws_str_ends(aws_str_from(v->inputs[0].choices[0].value), ":41"));
  assert_non_null(strstr(v->inputs[0].choices[0].title, ", tasks of it still run"));
  assert_null(strstr(v->inputs[0].choices[1].title, ", "));
  world_input(w, back, v->inputs[0].choices[0].value);
  stack_action_anew(back); /* what differs is asked anew, too */
  world_step(w, back, STACK_STEP_INPUT);
  assert_int_equal(w->nwrites, 0);
}

/* At night one acts on what the cursor happens to stand on. */
static void the_plan_names_the_service_at_fault(void **state) {
  struct world *w = *state;
  size_t n;
  world_open(w);
  WORLD_UNTIL(w, stack_settled(w->stack));
  assert_null(stack_service_at_fault(w->stack));
  assert_string_equal(behind(w, STACK_SERVICE, "api", &n), "api");
  assert_string_equal(behind(w, STACK_TARGET_GROUP, "shop-prod-web", &n), "web");
  assert_string_equal(behind(w, STACK_LOAD_BALANCER, "shop-prod", &n), "-");
  assert_int_equal(n, 2);
  const struct stack_collection *c = stack_collection(w->stack, STACK_TARGET);
  assert_true(c->n > 0);
  for (size_t i = 0; i < c->n; i++)
    assert_non_null(stack_service_behind(w->stack, STACK_TARGET, c->rows[i]->id, &n));
  WORLD_UNTIL(w, is_at_fault(w, "web"));
  struct stack_action *a = world_act(w, "redeploy", STACK_SERVICE, "api");
  assert_true(world_plan_says(world_step(w, a, STACK_STEP_CONFIRM), STACK_WARN,
                              "api is healthy; at fault is web"));
  a = world_act(w, "scale", STACK_SERVICE, "api");
  assert_true(world_plan_says(world_input(w, a, "+1"), STACK_WARN, "at fault is web"));
  a = world_act(w, "scale", STACK_SERVICE, "web");
  assert_false(world_plan_says(world_input(w, a, "+1"), STACK_WARN, "at fault is"));
}

/* ---- roll back ----------------------------------------------------------------------------------
 */

static void rolling_back_offers_what_differs(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "rollback", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  assert_int_equal(v->inputs[0].kind, STACK_INPUT_CHOICE);
  assert_int_equal(v->inputs[0].nchoices, 2);
  const struct stack_choice *c = v->inputs[0].choices;
  assert_true(aws_str_ends(aws_str_from(c[0].value), "/shop-prod-web:40"));
  assert_true(aws_str_ends(aws_str_from(c[1].value), "/shop-prod-web:39"));
  assert_true(aws_str_starts(aws_str_from(c[0].title), "shop-prod-web:40"));
  assert_non_null(strstr(c[0].detail, "web image: "));
  assert_non_null(strstr(c[0].detail, "shop/web:2026.11.1 → "));
  assert_string_equal(v->inputs[0].initial, c[0].value);
  const char *forged = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-web:4";
  stack_action_input(a, &forged);
  assert_string_equal(v->input_error, "choose one of the revisions shown");
  world_input(w, a, c[0].value);
  assert_true(v->typed);
  assert_true(world_plan_says(v, STACK_OK, "task definition shop-prod-web:41 → shop-prod-web:40"));
  assert_true(world_plan_says(v, STACK_OK, "  web image: "));
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_non_null(strstr(v->progress, "shop-prod-web:40 runs 4 of 4 tasks"));
  check_body(w, "taskDefinition",
             "\"arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-prod-web:40\"");
  check_journal(w, "rollback", "done");
  WORLD_UNTIL(w, aws_str_ends(service(w, "web")->task_definition, ":40"));
}

static void a_bad_deployment_is_rolled_back_by_hand(void **state) {
  struct world *w = *state;
  world_open(w);
  WORLD_UNTIL(w, aws_str_ends(service(w, "web")->task_definition, ":42"));
  struct stack_action *a = world_act(w, "rollback", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  assert_true(aws_str_ends(aws_str_from(v->inputs[0].choices[0].value), ":41"));
  world_input(w, a, v->inputs[0].choices[0].value);
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_non_null(strstr(v->progress, "shop-prod-web:41 runs 4 of 4 tasks"));
  assert_null(strstr(v->way_back, "42"));
}

/* ---- what keeps an action from being sent -------------------------------------------------------
 */

static void read_only_stacks_refuse(void **state) {
  struct world *w = *state;
  static const char *const actions[] = {"scale", "redeploy", "rollback"};
  struct aws_error err;
  for (int by_flag = 0; by_flag < 2; by_flag++) {
    w->deps.read_only = by_flag;
    w->cfg.read_only = !by_flag;
    world_open(w);
    const struct stack_row *row = world_row(w, STACK_SERVICE, "web");
    for (size_t i = 0; i < COUNT(actions); i++) {
      const struct stack_action_def *d = stack_action_find(actions[i]);
      const char *why = by_flag ? "--read-only" : "the configuration says read_only";
      assert_false(stack_action_allowed(w->stack, d, STACK_SERVICE, &err));
      assert_non_null(strstr(err.text, why));
      assert_null(stack_action_start(w->stack, d, STACK_SERVICE, &row->id, 1, &err));
      assert_non_null(strstr(err.text, "read-only"));
    }
    world_close(w);
  }
  assert_int_equal(w->nwrites, 0);
  assert_int_equal(world_journal_lines(w), 0);
}

static void actions_are_for_their_kind_and_for_one_row(void **state) {
  struct world *w = *state;
  struct aws_error err;
  const struct stack_action_def *scale = stack_action_find("scale");
  struct stack *young = stack_new(&w->cfg, &w->deps, &err);
  assert_false(stack_action_allowed(young, scale, STACK_SERVICE, &err));
  assert_non_null(strstr(err.text, "not connected yet"));
  stack_free(young);
  world_open(w);
  assert_true(stack_action_allowed(w->stack, scale, STACK_SERVICE, &err));
  assert_false(stack_action_allowed(w->stack, scale, STACK_CLUSTER, &err));
  struct aws_str two[2] = {AWS_STR_LIT("a"), AWS_STR_LIT("b")};
  assert_null(stack_action_start(w->stack, scale, STACK_SERVICE, two, 2, &err));
  assert_non_null(strstr(err.text, "one row"));
  char longer[600];
  memset(longer, 'x', sizeof longer);
  two[0] = (struct aws_str){longer, sizeof longer};
  assert_null(stack_action_start(w->stack, scale, STACK_SERVICE, two, 1, &err));
  struct stack_action *a = stack_action_start(w->stack, scale, STACK_SERVICE, &two[1], 1, &err);
  assert_int_equal(stack_action_view(a)->outcome, STACK_OUTCOME_REFUSED);
  assert_non_null(strstr(stack_action_view(a)->progress, "no longer among the services"));
}

static void done(void *arg, const struct aws_error *err) {
  assert_null(err);
  *(bool *)arg = true;
}

/* What somebody else does meanwhile. */
static void set_desired(struct world *w, const char *name, int n) {
  struct aws_error err;
  bool over = false;
  cJSON *in = cJSON_CreateObject();
  cJSON_AddStringToObject(in, "cluster", "shop-prod");
  cJSON_AddStringToObject(in, "service", name);
  cJSON_AddNumberToObject(in, "desiredCount", n);
  assert_non_null(aws_call(stack_client(w->stack), &ecs_update_service, in,
                           &(struct aws_call_options){0}, NULL, done, &over, &err));
  WORLD_UNTIL(w, over);
  w->nwrites = 0;
}

static void what_changed_since_the_plan_is_planned_again(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_input(w, a, "6");
  set_desired(w, "web", 8);
  stack_action_confirm(a, NULL);
  assert_int_equal(v->step, STACK_STEP_SENDING);
  world_step(w, a, STACK_STEP_CONFIRM);
  assert_int_equal(w->nwrites, 0);
  assert_int_equal(v->plans, 2);
  assert_true(world_plan_says(v, STACK_WARN, "It changed since the plan was made"));
  assert_true(world_plan_says(v, STACK_OK, "desired count 8 → 6"));
  assert_string_equal(v->way_back, "scale it back to 8");
  set_desired(w, "web", 6);
  stack_action_confirm(a, NULL);
  world_step(w, a, STACK_STEP_ENDED);
  assert_int_equal(v->outcome, STACK_OUTCOME_REFUSED);
  assert_string_equal(v->progress, "somebody set it to 6 already");
  assert_string_equal(v->way_back, ""); /* nothing was done that could be undone */
  assert_int_equal(v->nplan, 0);
  assert_false(v->sent);
  assert_int_equal(w->nwrites, 0);
  assert_int_equal(world_journal_lines(w), 3);
  check_line(w, 0, "planned", "scale", "");
  check_line(w, 1, "planned", "scale", "");
  check_line(w, 2, "ended", "scale", "refused");
}

static void cancelling_sends_nothing(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  stack_action_cancel(a); /* while it reads */
  assert_int_equal(stack_action_view(a)->outcome, STACK_OUTCOME_CANCELLED);
  a = world_act(w, "scale", STACK_SERVICE, "web");
  world_step(w, a, STACK_STEP_INPUT);
  stack_action_cancel(a);
  assert_int_equal(world_journal_lines(w), 0); /* nothing was planned */
  a = world_act(w, "scale", STACK_SERVICE, "web");
  world_input(w, a, "6");
  stack_action_cancel(a);
  check_line(w, -1, "ended", "scale", "cancelled");
  a = world_act(w, "scale", STACK_SERVICE, "web");
  world_input(w, a, "6");
  stack_action_confirm(a, NULL); /* the last look is under way */
  stack_action_cancel(a);
  check_line(w, -1, "ended", "scale", "cancelled");
  stack_action_cancel(a);
  stack_action_confirm(a, NULL);
  assert_int_equal(stack_action_view(a)->step, STACK_STEP_ENDED);
  for (int i = 0; i < 20; i++)
    world_turn(w);
  assert_int_equal(w->nwrites, 0);
  assert_int_equal(world_journal_lines(w), 4);
  struct stack_action *const *all;
  assert_int_equal(stack_actions(w->stack, &all), 4);
}

static void no_journal_no_change(void **state) {
  struct world *w = *state;
  free(w->cfg.audit_path);
  w->cfg.audit_path = strdup("/dev/full");
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  stack_action_input(a, &(const char *){"6"});
  assert_int_equal(v->outcome, STACK_OUTCOME_FAILED);
  assert_non_null(strstr(v->error.text, "the journal /dev/full cannot be written: No space left"));
  assert_int_equal(w->nwrites, 0);
}

static void a_journal_that_breaks_before_sending_stops_it(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_input(w, a, "6");
  assert_int_equal(remove(w->journal), 0);
  assert_int_equal(symlink("/dev/full", w->journal), 0); /* by its looks it can be written */
  world_confirm(w, a, STACK_OUTCOME_FAILED);
  assert_non_null(strstr(v->error.text, "cannot be written: No space left"));
  assert_int_equal(w->nwrites, 0);
}

/* ---- the journal itself -------------------------------------------------------------------------
 */

static void the_journal_is_private_and_survives_a_torn_line(void **state) {
  struct world *w = *state;
  struct stat st;
  world_open(w);
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  world_input(w, a, "6");
  assert_int_equal(stat(w->journal, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  char dir[96];
  snprintf(dir, sizeof dir, "%s/state", w->dir);
  assert_int_equal(stat(dir, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0700);
  FILE *f = fopen(w->journal, "ae");
  fputs("{\"time\":\"20", f); /* a crash in the middle of a line */
  fclose(f);
  assert_int_equal(chmod(w->journal, 0664), 0); /* and one that was open to others */
  stack_action_cancel(a);
  check_line(w, -1, "ended", "scale", "cancelled");
  assert_int_equal(world_journal_lines(w), 3);
  assert_int_equal(stat(w->journal, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
}

static void the_journal_has_its_place(void **state) {
  struct world *w = *state;
  char path[512];
  free(w->cfg.audit_path);
  w->cfg.audit_path = NULL;
  world_open(w);
  setenv("HOME", "/home/ann", 1);
  setenv("XDG_STATE_HOME", "/var/ann", 1);
  assert_true(audit_path(w->stack, path, sizeof path));
  assert_string_equal(path, "/var/ann/cawsole/audit.jsonl");
  assert_false(audit_path(w->stack, path, 20));
  setenv("XDG_STATE_HOME", "not/absolute", 1);
  assert_true(audit_path(w->stack, path, sizeof path));
  assert_string_equal(path, "/home/ann/.local/state/cawsole/audit.jsonl");
  unsetenv("HOME");
  unsetenv("XDG_STATE_HOME");
  const struct stack_action_def *d = stack_action_find("redeploy");
  const struct stack_row *row = world_row(w, STACK_SERVICE, "web");
  struct aws_error err;
  assert_true(stack_read_only(w->stack)); /* known before anybody fills in a form */
  assert_string_equal(stack_read_only_why(w->stack), "no journal");
  assert_null(stack_action_start(w->stack, d, STACK_SERVICE, &row->id, 1, &err));
  assert_non_null(strstr(err.text, "set HOME, XDG_STATE_HOME or journal in the configuration"));
  world_close(w);
  setenv("HOME", "/home/ann", 1);
  w->deps.demo = true; /* a demo's actions are nobody's */
  world_open(w);
  assert_true(audit_path(w->stack, path, sizeof path));
  assert_string_equal(path, "/home/ann/.local/state/cawsole/demo-audit.jsonl");
}

/* Where it cannot be written, that is known before anybody fills in a form, and it is made by the
 * first line alone, not by looking. */
static void a_journal_that_cannot_be_written_is_known_at_once(void **state) {
  struct world *w = *state;
  struct aws_error err;
  const struct stack_action_def *d = stack_action_find("redeploy");
  static const struct {
    const char *path, *why;
  } cases[] = {{"/dev/null/state/audit.jsonl", "Not a directory"}, {"/tmp", "Is a directory"}};
  world_open(w);
  assert_true(stack_journal_ok(w->stack, &err));
  assert_int_equal(access(w->journal, F_OK), -1);
  world_close(w);
  for (size_t i = 0; i < COUNT(cases); i++) {
    free(w->cfg.audit_path);
    w->cfg.audit_path = strdup(cases[i].path);
    world_open(w);
    assert_false(stack_journal_ok(w->stack, &err));
    assert_non_null(strstr(err.text, cases[i].why));
    assert_string_equal(stack_read_only_why(w->stack), "no journal");
    assert_false(stack_action_allowed(w->stack, d, STACK_SERVICE, &err));
    assert_non_null(strstr(err.text, cases[i].path));
    world_close(w);
  }
}

static void only_so_many_ended_actions_are_kept(void **state) {
  struct world *w = *state;
  struct stack_action *const *all;
  world_open(w);
  struct stack_action *open = world_act(w, "scale", STACK_SERVICE, "web");
  world_step(w, open, STACK_STEP_INPUT);
  for (int i = 0; i < 120; i++)
    stack_action_cancel(world_act(w, "redeploy", STACK_SERVICE, "web"));
  assert_int_equal(stack_actions(w->stack, &all), 100);
  assert_ptr_equal(all[0], open);
  assert_int_equal(stack_action_view(open)->step, STACK_STEP_INPUT);
}

static void closing_while_it_is_watched_is_journalled(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *planned = world_act(w, "scale", STACK_SERVICE, "api");
  world_input(w, planned, "5");
  struct stack_action *a = world_act(w, "redeploy", STACK_SERVICE, "web");
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_CONFIRM);
  stack_action_confirm(a, v->type_this);
  world_step(w, a, STACK_STEP_WATCHING);
  world_close(w);
  check_line(w, -2, "ended", "scale", "cancelled");
  check_line(w, -1, "ended", "redeploy", "unknown");
  cJSON *l = world_journal(w, -1);
  assert_string_equal(json_text(l, "text"), "cawsole stopped following it before it ended");
  assert_true(strlen(json_text(l, "request_id")) >= 8);
  cJSON_Delete(l);
}

/* Quit in the very moment: the request is on its way, or looked for, and nobody hears the answer.
 */
static void closing_while_it_is_sent_is_journalled(void **state) {
  struct world *w = *state;
  static const char *const actions[] = {"scale", "redeploy", "rollback", "invalidate"};
  world_open(w);
  for (size_t i = 0; i < COUNT(actions); i++) {
    bool edge = !strcmp(actions[i], "invalidate");
    struct stack_action *a = world_act(w, actions[i], edge ? STACK_DISTRIBUTION : STACK_SERVICE,
                                       edge ? "shop.example.com" : "api");
    const struct stack_action_view *v = stack_action_view(a);
    WORLD_UNTIL(w, v->step == STACK_STEP_INPUT || v->step == STACK_STEP_CONFIRM);
    if (v->step == STACK_STEP_INPUT)
      world_input(w, a, edge ? "/a" : i ? v->inputs[0].choices[0].value : "+1");
    world_trick(w, (struct trick){edge ? "CreateInvalidation" : "UpdateService", TRICK_LOSE_ANSWER,
                                  100, 0, "", ""});
    stack_action_confirm(a, v->typed ? v->type_this : NULL);
    size_t lines = world_journal_lines(w);
    WORLD_UNTIL(w, world_journal_lines(w) > lines);
    check_line(w, -1, "sent", actions[i], "");
    assert_int_equal(v->step, STACK_STEP_SENDING);
    world_close(w);
    check_line(w, -1, "ended", actions[i], "unknown");
    cJSON *l = world_journal(w, -1);
    assert_string_equal(json_text(l, "text"), "cawsole stopped following it before it ended");
    cJSON_Delete(l);
    w->tricks[0].times = 0;
    world_open(w);
  }
  struct stack_action *a = world_act(w, "scale", STACK_SERVICE, "web");
  world_input(w, a, "5");
  stack_action_confirm(a, NULL); /* the last look is under way: nothing was sent yet */
  world_close(w);
  check_line(w, -1, "ended", "scale", "cancelled");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(scaling_up_asks_yes_or_no),
      TEST(scaling_to_none_wants_the_name),
      TEST(scaling_down_by_half_wants_the_name),
      TEST(a_stack_that_is_not_production_asks_yes_or_no),
      TEST(counts_that_are_none_are_refused),
      TEST(redeploying_replaces_the_tasks),
      cmocka_unit_test_setup_teardown(a_rollout_that_fails_is_told, set_up_bad_deploy, tear_down),
      cmocka_unit_test_setup_teardown(what_changed_meanwhile_is_told_and_planned_anew,
                                      set_up_still_deploy, tear_down),
      cmocka_unit_test_setup_teardown(the_plan_names_the_service_at_fault, set_up_bad_deploy,
                                      tear_down),
      TEST(rolling_back_offers_what_differs),
      cmocka_unit_test_setup_teardown(a_bad_deployment_is_rolled_back_by_hand, set_up_bad_deploy,
                                      tear_down),
      TEST(read_only_stacks_refuse),
      TEST(actions_are_for_their_kind_and_for_one_row),
      TEST(what_changed_since_the_plan_is_planned_again),
      TEST(cancelling_sends_nothing),
      TEST(no_journal_no_change),
      TEST(a_journal_that_breaks_before_sending_stops_it),
      TEST(the_journal_is_private_and_survives_a_torn_line),
      TEST(the_journal_has_its_place),
      TEST(a_journal_that_cannot_be_written_is_known_at_once),
      TEST(only_so_many_ended_actions_are_kept),
      TEST(closing_while_it_is_watched_is_journalled),
      TEST(closing_while_it_is_sent_is_journalled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
