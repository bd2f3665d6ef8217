/* Writes whose answer is lost or refused: sent once, looked up by reading or by their token, and
 * unknown when nothing tells. */
#include "config.h"

#include "stack_world.h"

#include "aws/api/ecs.h"

#include "stack/timeline.h"

#include <stdio.h>

#define LOST(name) ((struct trick){(name), TRICK_LOSE_ANSWER, 1, 0, "", ""})
#define NEVER_CAME(name) ((struct trick){(name), TRICK_LOSE_REQUEST, 1, 0, "", ""})
#define ANSWER(name, status, error, body)                                                          \
  ((struct trick){(name), TRICK_ANSWER, 1, (status), (error), (body)})

static struct world world;

static int set_up(void **state) {
  world_start(&world, NULL);
  *state = &world;
  return 0;
}

static int tear_down(void **state) {
  world_stop(*state);
  return 0;
}

/* The action, ready to be confirmed; another n asks for something else. */
static struct stack_action *ready_with(struct world *w, const char *action, size_t n) {
  bool edge = !strcmp(action, "invalidate");
  struct stack_action *a = world_act(w, action, edge ? STACK_DISTRIBUTION : STACK_SERVICE,
                                     edge ? "shop.example.com" : "web");
  const struct stack_action_view *v = stack_action_view(a);

  WORLD_UNTIL(w, v->step != STACK_STEP_READING);
  if (!strcmp(action, "scale"))
    world_input(w, a, n ? "6" : "5");
  else if (edge)
    world_input(w, a, "/a");
  else if (!strcmp(action, "rollback"))
    world_input(w, a, v->inputs[0].choices[0].value);
  return a;
}

static struct stack_action *ready(struct world *w, const char *action) {
  return ready_with(w, action, 0);
}

static void check_journal(struct world *w, const char *outcome) {
  cJSON *l = world_journal(w, -1);
  assert_int_equal(world_journal_lines(w), 3);
  assert_string_equal(json_text(l, "event"), "ended");
  assert_string_equal(json_text(l, "outcome"), outcome);
  cJSON_Delete(l);
}

/* ---- ECS: no token, so the service is read ------------------------------------------------------
 */

static void play_lost(struct world *w, const char *action) {
  world_open(w);
  struct stack_action *a = ready(w, action);
  world_trick(w, LOST("UpdateService"));
  const struct stack_action_view *v = stack_action_view(a);
  world_send(w, a, 1);
  WORLD_UNTIL(w, strstr(v->progress, "the answer was lost"));
  assert_int_equal(v->step, STACK_STEP_SENDING);
  assert_int_equal(v->error.code, AWS_E_NETWORK);
  world_step(w, a, STACK_STEP_WATCHING);
  assert_int_equal(v->error.code, AWS_OK);
  world_step(w, a, STACK_STEP_ENDED);
  assert_string_equal(stack_outcome_name(v->outcome), "done");
  assert_int_equal(w->nwrites, 1);
  check_journal(w, "done");
}

static void a_lost_scaling_is_found_by_reading(void **state) {
  play_lost(*state, "scale");
}

static void a_lost_redeployment_is_found_by_reading(void **state) {
  play_lost(*state, "redeploy");
}

static void a_lost_rollback_is_found_by_reading(void **state) {
  play_lost(*state, "rollback");
}

/* An answer without the id of the new deployment: another one's failure is not taken for its. */
static void a_garbled_answer_is_not_believed(void **state) {
  struct world *w = *state;
  char body[512] = "";
  world_open(w);
  struct stack_action *a = ready(w, "redeploy");
  const struct stack_action_view *v = stack_action_view(a);
  const struct stack_collection *c = stack_collection(w->stack, STACK_SERVICE);
  for (size_t i = 0; i < c->n; i++)
    if (aws_str_eq_c(c->rows[i]->name, "web"))
      snprintf(body, sizeof body,
               "{\"service\":{\"serviceName\":\"web\",\"status\":\"ACTIVE\",\"deployments\":["
               "{\"status\":\"PRIMARY\",\"taskDefinition\":\"%.*s\"}]}}",
               AWS_STR_ARG(((const struct ecs_service *)c->rows[i]->item)->task_definition));
  world_trick(w, ANSWER("UpdateService", 200, "", body));
  stack_action_confirm(a, v->typed ? v->type_this : NULL);
  world_step(w, a, STACK_STEP_ENDED);
  assert_string_equal(stack_outcome_name(v->outcome), "unknown");
  assert_non_null(strstr(v->progress, "does not show the change"));
}

static void a_network_that_is_away_for_a_while_is_waited_for(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = ready(w, "scale");
  const struct stack_action_view *v = stack_action_view(a);
  world_trick(w, LOST("UpdateService"));
  world_send(w, a, 1);
  world_trick(w, (struct trick){"DescribeServices", TRICK_LOSE_REQUEST, 40, 0, "", ""});
  world_step(w, a, STACK_STEP_ENDED);
  assert_string_equal(stack_outcome_name(v->outcome), "done");
  assert_int_equal(w->nwrites, 1);
}

static void without_a_network_nothing_is_sent(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = ready(w, "scale");
  const struct stack_action_view *v = stack_action_view(a);
  world_trick(w, (struct trick){"DescribeServices", TRICK_LOSE_REQUEST, 100, 0, "", ""});
  stack_action_confirm(a, NULL);
  world_step(w, a, STACK_STEP_ENDED);
  assert_int_equal(v->outcome, STACK_OUTCOME_FAILED);
  assert_true(aws_str_starts(aws_str_from(v->progress), "not sent, the service could not be read"));
  assert_string_equal(v->way_back, "");
  assert_false(v->sent);
  assert_int_equal(w->nwrites, 0);
  assert_int_equal(world_journal_lines(w), 2); /* planned, ended */
}

static void a_service_that_went_away_is_told(void **state) {
  struct world *w = *state;
  static const struct {
    const char *body, *says;
  } went[] = {{"{\"services\":[],\"failures\":[{\"arn\":\"x\",\"reason\":\"MISSING\"}]}",
               "is not there any more"},
              {"{\"services\":[{\"serviceArn\":\"arn:web\",\"serviceName\":\"web\",\"clusterArn\":"
               "\"arn:c\",\"status\":\"DRAINING\",\"desiredCount\":1,\"runningCount\":1,"
               "\"pendingCount\":0,\"createdAt\":1}],\"failures\":[]}",
               "is DRAINING, not ACTIVE"}};
  world_open(w);
  for (size_t i = 0; i < COUNT(went); i++) {
    struct stack_action *a = ready(w, "scale");
    const struct stack_action_view *v = stack_action_view(a);
    world_trick(w, (struct trick){"DescribeServices", TRICK_ANSWER, 100, 200, "", went[i].body});
    stack_action_confirm(a, NULL);
    world_step(w, a, STACK_STEP_ENDED);
    assert_int_equal(v->outcome, STACK_OUTCOME_REFUSED);
    assert_non_null(strstr(v->progress, went[i].says));
    w->tricks[0].times = 0;
  }
  assert_int_equal(w->nwrites, 0);
}

/* Reads of ECS lag behind what it accepted. */
static void play_stale(struct world *w, const char *action, unsigned times,
                       enum stack_outcome outcome) {
  struct stack_action *a = ready(w, action);
  const struct stack_action_view *v = stack_action_view(a);
  w->nwrites = 0;
  world_send(w, a, 1);
  world_trick(w, (struct trick){"DescribeServices", TRICK_STALE, times, 0, "", ""});
  WORLD_UNTIL(w, !strcmp(v->progress, "accepted, not started yet"));
  world_step(w, a, STACK_STEP_ENDED);
  if (v->outcome != outcome)
    fail_msg("%s: %s", action, v->progress);
  assert_int_equal(w->nwrites, 1);
  w->tricks[0].times = 0;
}

static void a_read_that_lags_is_not_somebody_elses_doing(void **state) {
  struct world *w = *state;
  world_open(w);
  play_stale(w, "redeploy", 3, STACK_OUTCOME_DONE);
  play_stale(w, "scale", 3, STACK_OUTCOME_DONE);
}

static void a_change_that_never_shows_has_failed(void **state) {
  struct world *w = *state;
  world_open(w);
  play_stale(w, "redeploy", 1000, STACK_OUTCOME_FAILED);
  play_stale(w, "scale", 1000, STACK_OUTCOME_FAILED);
}

static void a_lost_change_is_looked_for_as_long_as_reads_lag(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = ready(w, "scale");
  const struct stack_action_view *v = stack_action_view(a);
  world_trick(w, LOST("UpdateService"));
  world_send(w, a, 1);
  world_trick(w, (struct trick){"DescribeServices", TRICK_STALE, 6, 0, "", ""});
  world_step(w, a, STACK_STEP_ENDED);
  assert_string_equal(stack_outcome_name(v->outcome), "done");
}

static void what_aws_took_is_not_called_lost(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = ready(w, "scale");
  const struct stack_action_view *v = stack_action_view(a);
  world_trick(w, ANSWER("UpdateService", 200, "",
                        "{\"service\":{\"serviceArn\":\"arn:web\",\"serviceName\":\"web\","
                        "\"clusterArn\":\"arn:c\",\"status\":\"ACTIVE\",\"desiredCount\":1,"
                        "\"runningCount\":1,\"pendingCount\":0,\"createdAt\":1}}"));
  stack_action_confirm(a, NULL);
  world_step(w, a, STACK_STEP_ENDED);
  assert_string_equal(stack_outcome_name(v->outcome), "unknown");
  assert_true(aws_str_starts(aws_str_from(v->progress), "sent once, AWS took it, and the service "
                                                        "does not show the change"));
}

/* ---- what AWS refuses ---------------------------------------------------------------------------
 */

static void play_refused(struct world *w, const char *action, const char *op, int status,
                         const char *code, const char *body, const char *sentence) {
  struct stack_action *a = ready(w, action);
  world_trick(w, ANSWER(op, status, code, body));
  w->nwrites = 0;
  const struct stack_action_view *v = world_confirm(w, a, STACK_OUTCOME_FAILED);
  if (!strstr(v->progress, sentence))
    fail_msg("%s", v->progress);
  assert_string_equal(v->error.aws_code, code);
  assert_string_equal(v->way_back, "");
  assert_int_equal(w->nwrites, 1);
  cJSON *l = world_journal(w, -1);
  assert_string_equal(json_text(l, "outcome"), "failed");
  assert_string_equal(json_text(l, "request_id"), "forged-by-the-proxy");
  assert_non_null(strstr(json_text(l, "text"), sentence));
  cJSON_Delete(l);
}

static void a_refusal_is_told_and_not_tried_again(void **state) {
  struct world *w = *state;
  world_open(w);
  play_refused(w, "scale", "UpdateService", 400, "AccessDeniedException",
               "{\"message\":\"User: x is not authorized\"}",
               "not permitted for this role (AccessDeniedException): User: x is not authorized");
  play_refused(w, "rollback", "UpdateService", 400, "ServiceNotActiveException",
               "{\"message\":\"Service was not ACTIVE.\"}", "Service was not ACTIVE.");
  play_refused(w, "invalidate", "CreateInvalidation", 400, "TooManyInvalidationsInProgress",
               "<ErrorResponse><Error><Code>TooManyInvalidationsInProgress</Code><Message>You have "
               "exceeded the limit.</Message></Error></ErrorResponse>",
               "TooManyInvalidationsInProgress: You have exceeded the limit.");
}

static void play_throttled(struct world *w, unsigned times, enum stack_outcome outcome,
                           unsigned writes) {
  struct stack_action *a = ready(w, "redeploy");
  world_trick(w, (struct trick){"UpdateService", TRICK_ANSWER, times, 400, "ThrottlingException",
                                "{\"message\":\"Rate exceeded\"}"});
  w->nwrites = 0;
  const struct stack_action_view *v = world_confirm(w, a, outcome);
  assert_int_equal(w->nwrites, writes);
  if (outcome == STACK_OUTCOME_FAILED)
    assert_non_null(strstr(v->progress, "nothing was changed: ecs UpdateService: AWS asks to slow "
                                        "down (ThrottlingException)"));
}

/* It was not done: it may be sent again, and when that is of no use either, it is said so. */
static void a_throttled_write_is_sent_again(void **state) {
  struct world *w = *state;
  world_open(w);
  play_throttled(w, 1, STACK_OUTCOME_DONE, 2);
  play_throttled(w, 3, STACK_OUTCOME_FAILED, 3);
}

/* ---- CloudFront: the CallerReference tells ------------------------------------------------------
 */

static size_t invalidations(struct world *w) {
  const struct stack_collection *c = stack_collection(w->stack, STACK_INVALIDATION);
  return c->n;
}

static void play_invalidation(struct world *w, struct trick t) {
  world_open(w);
  stack_show_kind(w->stack, STACK_INVALIDATION, true);
  WORLD_UNTIL(w, stack_collection(w->stack, STACK_INVALIDATION)->loaded);
  size_t before = invalidations(w);
  struct stack_action *a = ready(w, "invalidate");
  world_trick(w, t);
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_int_equal(w->nwrites, 2);
  assert_string_equal(w->writes[0].body, w->writes[1].body); /* CallerReference and paths */
  WORLD_UNTIL(w, invalidations(w) > before);
  for (int i = 0; i < 50; i++)
    world_turn(w);
  assert_int_equal(invalidations(w), before + 1);
  check_journal(w, "done");
}

static void a_lost_invalidation_is_found_by_its_reference(void **state) {
  play_invalidation(*state, LOST("CreateInvalidation"));
}

static void an_invalidation_that_never_came_is_made_by_the_lookup(void **state) {
  play_invalidation(*state, NEVER_CAME("CreateInvalidation"));
}

static void an_invalidation_that_nothing_tells_of_is_unknown(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = ready(w, "invalidate");
  world_trick(w, LOST("CreateInvalidation"));
  /* That the lookup is refused does not tell that the first one was. */
  world_trick(w, (struct trick){"CreateInvalidation", TRICK_ANSWER, 100, 403, "AccessDenied", ""});
  const struct stack_action_view *v = world_confirm(w, a, STACK_OUTCOME_UNKNOWN);
  assert_non_null(strstr(v->progress, "CallerReference cawsole-"));
  assert_int_equal(w->nwrites, 6);
  for (size_t i = 1; i < w->nwrites; i++)
    assert_string_equal(w->writes[0].body, w->writes[i].body);
  check_journal(w, "unknown");
}

static void a_network_that_comes_back_finds_the_invalidation(void **state) {
  struct world *w = *state;
  world_open(w);
  WORLD_UNTIL(w, stack_collection(w->stack, STACK_INVALIDATION)->loaded);
  size_t before = invalidations(w);
  struct stack_action *a = ready(w, "invalidate");
  world_trick(w, LOST("CreateInvalidation"));
  world_trick(w, (struct trick){"CreateInvalidation", TRICK_LOSE_REQUEST, 12, 0, "", ""});
  world_confirm(w, a, STACK_OUTCOME_DONE);
  WORLD_UNTIL(w, invalidations(w) > before);
  for (int i = 0; i < 50; i++)
    world_turn(w);
  assert_int_equal(invalidations(w), before + 1);
  check_journal(w, "done");
}

/* ---- all four, whatever becomes of the answer ---------------------------------------------------
 */

/* What the timeline says of the last thing that was done, and of what. */
static void check_timeline(struct world *w, const char *action, const char *word,
                           enum stack_level level) {
  enum stack_kind k = strcmp(action, "invalidate") ? STACK_SERVICE : STACK_DISTRIBUTION;
  for (size_t i = 0; i < stack_timeline_count(w->stack); i++) {
    const struct stack_event *e = stack_timeline_at(w->stack, i);
    if (e->source != STACK_EVENT_ACTION)
      continue;
    if (!strstr(e->text, word) || e->level != level)
      fail_msg("%s: %s", action, e->text);
    assert_non_null(stack_find(w->stack, k, aws_str_from(e->id)));
    assert_int_equal(e->kind, k);
    return;
  }
  fail_msg("%s: the timeline does not tell", action);
}

/* Each answer is lost in each way. What reached AWS is found, what did not is unknown, or made by
 * the lookup with the token; nothing is done twice, and both journal and timeline say how it is. */
static void every_write_is_accounted_for(void **state) {
  struct world *w = *state;
  static const char *const actions[] = {"scale", "redeploy", "rollback", "invalidate"};
  static const struct {
    enum trick_kind kind;
    int status;
    const char *error, *body;
    bool reached, edge; /* edge: tried on the invalidation too, which takes its time */
  } ways[] = {
      {TRICK_LOSE_ANSWER, 0, "", "", true, true},
      {TRICK_LOSE_REQUEST, 0, "", "", false, false},
      {TRICK_ANSWER, 500, "InternalError", "", false, true},
      {TRICK_ANSWER, 503, "", "<html>busy</html>", false, false},
      {TRICK_ANSWER, 200, "", "{\"service\":{\"ser", false, false},
      {TRICK_ANSWER, 200, "", "<Invalidation><Id>I", false, true},
  };
  world_open(w);
  WORLD_UNTIL(w, stack_collection(w->stack, STACK_INVALIDATION)->loaded);
  for (size_t i = 0; i < COUNT(actions); i++)
    for (size_t k = 0; k < COUNT(ways); k++) {
      bool edge = !strcmp(actions[i], "invalidate");
      bool known = ways[k].reached || edge;
      if (edge && !ways[k].edge)
        continue;
      size_t before = invalidations(w);
      struct stack_action *a = ready_with(w, actions[i], k);
      world_trick(w, (struct trick){edge ? "CreateInvalidation" : "UpdateService", ways[k].kind, 1,
                                    ways[k].status, ways[k].error, ways[k].body});
      w->nwrites = 0;
      world_confirm(w, a, known ? STACK_OUTCOME_DONE : STACK_OUTCOME_UNKNOWN);
      assert_int_equal(w->nwrites, edge ? 2 : 1);
      check_timeline(w, actions[i], known ? edge ? "completed" : "of" : "sent once",
                     known ? STACK_NOTE : STACK_UNKNOWN);
      cJSON *l = world_journal(w, -1);
      assert_string_equal(json_text(l, "outcome"), known ? "done" : "unknown");
      cJSON_Delete(l);
      if (edge) {
        WORLD_UNTIL(w, invalidations(w) > before);
        assert_int_equal(invalidations(w), before + 1);
      }
      for (int turn = 0; turn < 20; turn++)
        world_turn(w);
      assert_int_equal(w->nwrites, edge ? 2 : 1); /* nor later */
    }
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_lost_scaling_is_found_by_reading),
      TEST(a_lost_redeployment_is_found_by_reading),
      TEST(a_lost_rollback_is_found_by_reading),
      TEST(a_garbled_answer_is_not_believed),
      TEST(a_network_that_is_away_for_a_while_is_waited_for),
      TEST(without_a_network_nothing_is_sent),
      TEST(a_service_that_went_away_is_told),
      TEST(a_read_that_lags_is_not_somebody_elses_doing),
      TEST(a_change_that_never_shows_has_failed),
      TEST(a_lost_change_is_looked_for_as_long_as_reads_lag),
      TEST(what_aws_took_is_not_called_lost),
      TEST(a_refusal_is_told_and_not_tried_again),
      TEST(a_throttled_write_is_sent_again),
      TEST(a_lost_invalidation_is_found_by_its_reference),
      TEST(an_invalidation_that_never_came_is_made_by_the_lookup),
      TEST(an_invalidation_that_nothing_tells_of_is_unknown),
      TEST(a_network_that_comes_back_finds_the_invalidation),
      TEST(every_write_is_accounted_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
