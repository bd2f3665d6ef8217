/* Invalidations, from the paths that are typed to the end that CloudFront tells of. */
#include "config.h"

#include "aws/api.h"
#include "stack_world.h"

#include <stdio.h>

#define DISTRIBUTION "shop.example.com"

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

static struct stack_action *act(struct world *w) {
  return world_act(w, "invalidate", STACK_DISTRIBUTION, DISTRIBUTION);
}

/* ---- paths --------------------------------------------------------------------------------------
 */

static void paths_are_checked_as_cloudfront_checks_them(void **state) {
  struct world *w = *state;
  char longer[4002];
  memset(longer, 'a', sizeof longer);
  longer[0] = '/';
  longer[4001] = '\0';
  const struct {
    const char *text, *says;
  } bad[] = {{"", "at least one path"},         {" \n \n", "at least one path"},
             {"index.html", "begins with /"},   {"*", "begins with /"},
             {"/a*b", "only at the end"},       {"/*/b", "only at the end"},
             {"/**", "only at the end"},        {"/~user", "with ~"},
             {"/a b", "percent-encoded"},       {"/caf\xc3\xa9", "percent-encoded"},
             {"/a\"b", "percent-encoded"},      {"/a<b", "percent-encoded"},
             {"/a#b", "percent-encoded"},       {"/a[0]", "percent-encoded"},
             {"/a\\b", "percent-encoded"},      {"/a^b", "percent-encoded"},
             {"/a`b", "percent-encoded"},       {"/{a}", "percent-encoded"},
             {"/a|b", "percent-encoded"},       {"/a\tb", "percent-encoded"},
             {"/a\x7f", "percent-encoded"},     {"/50%", "two hexadecimal digits"},
             {"/%2", "two hexadecimal digits"}, {"/%zz", "two hexadecimal digits"},
             {longer, "at most 4,000"},         {"/good\n/a\nbad", "bad: a path begins with /"}};
  world_open(w);
  struct stack_action *a = act(w);
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  assert_int_equal(v->inputs[0].kind, STACK_INPUT_LINES);
  for (size_t i = 0; i < COUNT(bad); i++) {
    stack_action_input(a, &bad[i].text);
    assert_int_equal(v->step, STACK_STEP_INPUT);
    if (!strstr(v->input_error, bad[i].says))
      fail_msg("\"%.60s\": %s", bad[i].text, v->input_error);
  }
  longer[4000] = '\0';
  static const char *const good[] = {"/",       "/*",      "/a/b.html",     "/caf%C3%A9",
                                     "/a*",     "/a/b/*",  "/a?size=1&b=2", "/$-_.+!'(),;:@=",
                                     "/a%20b*", "\n /a \n"};
  for (size_t i = 0; i <= COUNT(good); i++) {
    a = act(w);
    v = world_input(w, a, i < COUNT(good) ? good[i] : longer);
    assert_true(world_plan_says(v, STACK_OK, "1 path, "));
    stack_action_cancel(a);
  }
}

static void a_path_given_twice_counts_once_and_too_many_are_refused(void **state) {
  struct world *w = *state;
  struct aws_buf text;
  const char *p;
  world_open(w);
  struct stack_action *a = act(w);
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);
  aws_buf_init(&text, 1 << 20);
  for (int i = 0; i <= 3000; i++)
    aws_buf_addf(&text, "/picture/%d.jpg\n", i);
  p = text.p;
  stack_action_input(a, &p);
  assert_string_equal(v->input_error, "that is too much at once: at most 3000 paths");
  text.p[text.n - strlen("/picture/3000.jpg\n")] = '\0';
  stack_action_input(a, &p);
  assert_int_equal(v->step, STACK_STEP_CONFIRM);
  assert_true(world_plan_says(v, STACK_OK, "3000 paths, 0 with a wildcard"));
  assert_true(world_plan_says(v, STACK_OK, "  and 2988 more"));
  aws_buf_done(&text);
  a = act(w);
  v = world_input(w, a, "/b\n/a\n/b\n/a\n/c*");
  assert_true(world_plan_says(v, STACK_OK, "3 paths, 1 with a wildcard"));
}

/* ---- to the end ---------------------------------------------------------------------------------
 */

static bool has_paths(struct world *w) {
  const struct stack_collection *c = stack_collection(w->stack, STACK_INVALIDATION);
  return ((const struct cloudfront_invalidation *)c->rows[0]->item)->paths.n == 2;
}

/* What is shown of it while it runs: the paths, and not only that there is one. */
static void its_row_carries_its_paths(void **state) {
  struct world *w = *state;
  world_open(w);
  WORLD_UNTIL(w, stack_settled(w->stack));
  for (int i = 0; i < 4; i++) { /* nothing is left of what polls may ask */
    world_trick(w, (struct trick){"ListInvalidations", TRICK_ANSWER, 1, 400, "Throttling", ""});
    world_jump(w, 10000);
    stack_refresh(w->stack, STACK_INVALIDATION);
    WORLD_UNTIL(w, !w->tricks[0].times);
  }
  struct stack_action *a = act(w);
  world_input(w, a, "/index.html\n/img/*");
  stack_action_confirm(a, NULL);
  const struct stack_collection *c = stack_collection(w->stack, STACK_INVALIDATION);
  WORLD_UNTIL(w, c->n > 0);
  WORLD_UNTIL(w, has_paths(w));
  const struct cloudfront_invalidation *v = c->rows[0]->item;
  assert_true(aws_str_eq_c(v->status, "InProgress"));
}

static void some_paths_ask_yes_or_no_and_are_followed(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = act(w);
  const struct stack_action_view *v = world_input(w, a, "/index.html\n/img/*");
  assert_false(v->typed);
  assert_string_equal(v->subject, "distribution E1A2B3C4D5E6F7 " DISTRIBUTION);
  assert_true(world_plan_says(v, STACK_OK, "in progress now: 0 of 3000 paths, 0 of 15 wildcards"));
  assert_true(world_plan_says(v, STACK_OK, "  /img/*"));
  assert_int_equal(w->nwrites, 0);
  stack_action_confirm(a, NULL);
  world_step(w, a, STACK_STEP_WATCHING);
  WORLD_UNTIL(w, strstr(v->progress, "in progress, 0m "));
  world_step(w, a, STACK_STEP_ENDED);
  assert_int_equal(v->outcome, STACK_OUTCOME_DONE);
  assert_non_null(strstr(v->progress, " completed after "));
  assert_int_equal(w->nwrites, 1);
  assert_string_equal(w->writes[0].op, "CreateInvalidation");
  assert_non_null(strstr(w->writes[0].body,
                         "<Paths><Quantity>2</Quantity><Items><Path>/index.html</Path><Path>/img/*"
                         "</Path></Items></Paths><CallerReference>cawsole-"));
  cJSON *l = world_journal(w, -1);
  assert_int_equal(world_journal_lines(w), 3);
  assert_string_equal(json_text(l, "action"), "invalidate");
  assert_string_equal(json_text(l, "outcome"), "done");
  assert_string_equal(json_text(l, "before"), "0 paths in progress");
  assert_string_equal(json_text(l, "after"), "invalidate 2 paths /index.html /img/*");
  assert_string_equal(json_text(l, "resource"),
                      "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7");
  assert_true(strlen(json_text(l, "request_id")) >= 8);
  cJSON_Delete(l);
}

static void everything_wants_the_name(void **state) {
  struct world *w = *state;
  world_open(w);
  struct stack_action *a = act(w);
  const struct stack_action_view *v = world_input(w, a, "/a\n/*");
  assert_true(v->typed);
  assert_string_equal(v->type_this, "shop.example.com"); /* the name people know */
  assert_string_equal(v->title, "Invalidate shop.example.com");
  assert_true(world_plan_says(v, STACK_WARN, "everything is fetched from the origins again"));
  stack_action_confirm(a, "y");
  assert_int_equal(v->step, STACK_STEP_CONFIRM);
  assert_int_equal(w->nwrites, 0);
  world_confirm(w, a, STACK_OUTCOME_DONE);
  assert_int_equal(w->nwrites, 1);
}

/* ---- limits -------------------------------------------------------------------------------------
 */

static void what_is_in_progress_is_counted(void **state) {
  struct world *w = *state;
  struct aws_buf text;
  world_open(w);
  aws_buf_init(&text, 4096);
  for (int i = 0; i < 14; i++)
    aws_buf_addf(&text, "/%d/*\n", i);
  struct stack_action *late = act(w), *a = act(w);
  const struct stack_action_view *later = world_input(w, late, "/x/*\n/y/*");
  const struct stack_action_view *v = world_input(w, a, text.p);
  aws_buf_done(&text);
  stack_action_confirm(a, NULL);
  world_step(w, a, STACK_STEP_WATCHING);
  /* Planned before that one was sent, looked at again before it is sent itself. */
  stack_action_confirm(late, NULL);
  world_step(w, late, STACK_STEP_ENDED);
  assert_int_equal(later->outcome, STACK_OUTCOME_REFUSED);
  assert_string_equal(later->progress, "14 wildcard paths are in progress and CloudFront takes 15 "
                                       "at a time: wait, or give fewer");
  cJSON *l = world_journal(w, -1);
  assert_string_equal(json_text(l, "outcome"), "refused");
  cJSON_Delete(l);
  assert_int_equal(w->nwrites, 1);
  struct stack_action *one = act(w);
  const struct stack_action_view *o = world_input(w, one, "/x/*");
  assert_true(world_plan_says(o, STACK_OK, "14 of 3000 paths, 14 of 15 wildcards"));
  stack_action_cancel(one);
  world_step(w, a, STACK_STEP_ENDED);
  assert_int_equal(v->outcome, STACK_OUTCOME_DONE);
}

static void a_distribution_that_is_gone_is_refused(void **state) {
  struct world *w = *state;
  world_open(w);
  world_trick(w, (struct trick){"/2020-05-31/distribution/E1A2B3C4D5E6F7", TRICK_ANSWER, 50, 404,
                                "NoSuchDistribution", ""});
  struct stack_action *a = act(w);
  const struct stack_action_view *v = stack_action_view(a);
  WORLD_UNTIL(w, v->step == STACK_STEP_ENDED);
  assert_int_equal(v->outcome, STACK_OUTCOME_REFUSED);
  assert_non_null(strstr(v->progress, "is not there any more"));
}

static void read_only_stacks_refuse(void **state) {
  struct world *w = *state;
  struct aws_error err;
  w->deps.read_only = true;
  world_open(w);
  const struct stack_row *row = world_row(w, STACK_DISTRIBUTION, DISTRIBUTION);
  const struct stack_action_def *d = stack_action_find("invalidate");
  assert_null(stack_action_start(w->stack, d, STACK_DISTRIBUTION, &row->id, 1, &err));
  assert_non_null(strstr(err.text, "--read-only"));
  assert_int_equal(w->nwrites, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(paths_are_checked_as_cloudfront_checks_them),
      TEST(a_path_given_twice_counts_once_and_too_many_are_refused),
      TEST(some_paths_ask_yes_or_no_and_are_followed),
      TEST(its_row_carries_its_paths),
      TEST(everything_wants_the_name),
      TEST(what_is_in_progress_is_counted),
      TEST(a_distribution_that_is_gone_is_refused),
      TEST(read_only_stacks_refuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
