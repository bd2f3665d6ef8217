/* What the operator asks to be read once: the raw reply of a row, the versions of a parameter. */
#include "config.h"

#include "aws/api.h"
#include "stack_world.h"

#include <stdio.h>

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

static struct stack_lookup *look(struct world *w, enum stack_lookup_kind what, enum stack_kind k,
                                 struct aws_str id) {
  struct aws_error err = {0};
  const struct aws_error *failed = NULL;
  struct stack_lookup *l = stack_lookup(w->stack, what, k, id, &err);

  if (!l)
    fail_msg("%s: %s", stack_kind_singular(k), err.text);
  WORLD_UNTIL(w, stack_lookup_done(l, &failed));
  if (failed)
    fail_msg("%s: %s", stack_kind_singular(k), failed->text);
  return l;
}

static void make_an_invalidation(struct world *w) {
  struct stack_action *a = world_act(w, "invalidate", STACK_DISTRIBUTION, "shop.example.com");
  world_input(w, a, "/a");
  stack_action_confirm(a, NULL);
  world_step(w, a, STACK_STEP_WATCHING);
}

static void every_kind_has_its_raw_reply(void **state) {
  struct world *w = *state;
  struct aws_error err;
  world_open(w);
  make_an_invalidation(w);
  for (int i = 0; i < STACK_KINDS; i++) {
    enum stack_kind k = (enum stack_kind)i;
    stack_show_kind(w->stack, k, true);
    if (k == STACK_DB_EVENT) /* nothing happens to the databases of this one */
      continue;
    WORLD_UNTIL(w, stack_collection(w->stack, k)->n > 0);
    const struct stack_row *row = stack_collection(w->stack, k)->rows[0];
    if (k == STACK_SCALING_POLICY) {
      assert_null(stack_lookup(w->stack, STACK_LOOKUP_RAW, k, row->id, &err));
      assert_string_equal(err.text, "AWS has no request for a single scaling policy");
      continue;
    }
    char name[256];
    struct aws_str tail =
        aws_str_after_last(aws_str_after_last(aws_str_after_last(row->id, ':'), '/'), '|');
    snprintf(name, sizeof name, "%.*s",
             AWS_STR_ARG(k == STACK_TARGET ? AWS_STR_LIT("TargetHealth") : tail));
    struct stack_lookup *l = look(w, STACK_LOOKUP_RAW, k, row->id);
    if (!aws_str_has(stack_lookup_raw(l), aws_str_from(name)))
      fail_msg("%s: no %s in %.300s", stack_kind_singular(k), name, stack_lookup_raw(l).p);
    stack_lookup_free(l);
  }
}

static void alarms_are_asked_for_where_they_live(void **state) {
  struct world *w = *state;
  static const char *const alarms[] = {"shop-prod-cloudfront-5xx", "shop-prod-web-cpu"};
  world_open(w);
  for (size_t i = 0; i < COUNT(alarms); i++) {
    const struct stack_row *row = world_row(w, STACK_ALARM, alarms[i]);
    struct stack_lookup *l = look(w, STACK_LOOKUP_RAW, STACK_ALARM, row->id);
    assert_true(aws_str_has(stack_lookup_raw(l), aws_str_from(alarms[i])));
    stack_lookup_free(l);
  }
}

static void a_raw_reply_shows_no_secret(void **state) {
  struct world *w = *state;
  world_open(w);
  const struct stack_row *row = world_row(w, STACK_PARAMETER, "/shop/prod/db/password");
  struct stack_lookup *l = look(w, STACK_LOOKUP_RAW, STACK_PARAMETER, row->id);
  assert_true(aws_str_has(stack_lookup_raw(l), AWS_STR_LIT("SecureString")));
  assert_false(aws_str_has(stack_lookup_raw(l), AWS_STR_LIT("example-db-password")));
  stack_lookup_free(l);
}

static size_t count_versions(const struct stack_lookup *l, int64_t *newest, bool *decrypted) {
  size_t n = 0;
  const struct aws_page *page;
  for (size_t i = 0; (page = stack_lookup_page(l, i)); i++)
    for (size_t k = 0; k < page->n; k++, n++) {
      const struct ssm_parameter_version *v = aws_page_item(page, k);
      *newest = v->version > *newest ? v->version : *newest;
      *decrypted |= aws_str_has(v->value, AWS_STR_LIT("example-db-password"));
    }
  return n;
}

static void a_parameter_has_its_versions(void **state) {
  struct world *w = *state;
  static const struct {
    const char *name;
    int64_t newest;
  } rows[] = {{"/shop/prod/web/feature-flags", 12}, {"/shop/prod/db/password", 7}};
  world_open(w);
  for (size_t i = 0; i < COUNT(rows); i++) {
    int64_t newest = 0;
    bool decrypted = false;
    const struct stack_row *row = world_row(w, STACK_PARAMETER, rows[i].name);
    struct stack_lookup *l = look(w, STACK_LOOKUP_VERSIONS, STACK_PARAMETER, row->id);
    assert_int_equal(count_versions(l, &newest, &decrypted), rows[i].newest);
    assert_int_equal(newest, rows[i].newest);
    assert_false(decrypted);
    stack_lookup_free(l);
  }
}

static void what_goes_wrong_is_said(void **state) {
  struct world *w = *state;
  struct aws_error err;
  const struct aws_error *failed = NULL;
  world_open(w);
  assert_null(stack_lookup(w->stack, STACK_LOOKUP_RAW, STACK_SERVICE, AWS_STR_LIT("x"), &err));
  assert_string_equal(err.text, "the service is no longer there");
  struct aws_str id = world_row(w, STACK_PARAMETER, "/shop/prod/db/password")->id;
  world_trick(w, (struct trick){"GetParameterHistory", TRICK_ANSWER, 1, 400,
                                "AccessDeniedException", "{\"message\":\"no\"}"});
  struct stack_lookup *l = stack_lookup(w->stack, STACK_LOOKUP_VERSIONS, STACK_PARAMETER, id, &err);
  WORLD_UNTIL(w, stack_lookup_done(l, &failed));
  assert_int_equal(failed->code, AWS_E_DENIED);
  stack_lookup_free(l);
  l = stack_lookup(w->stack, STACK_LOOKUP_VERSIONS, STACK_PARAMETER, id, &err);
  stack_lookup_free(l); /* under way: cancelled */
  stack_lookup_free(NULL);
}

static void a_long_reply_is_cut_and_says_so(void **state) {
  struct world *w = *state;
  struct aws_error err;
  const struct aws_error *failed = NULL;
  struct aws_buf body;
  world_open(w);
  struct aws_str id = world_row(w, STACK_CLUSTER, "shop-prod")->id;
  aws_buf_init(&body, 2 << 20);
  aws_buf_add_c(&body, "{\"clusters\":[],\"x\":\"");
  for (int i = 0; i < 1200; i++)
    aws_buf_addf(&body, "%01000d", i);
  aws_buf_add_c(&body, "\"}");
  world_trick(w, (struct trick){"DescribeClusters", TRICK_ANSWER, 100, 200, "", body.p});
  struct stack_lookup *l = stack_lookup(w->stack, STACK_LOOKUP_RAW, STACK_CLUSTER, id, &err);
  WORLD_UNTIL(w, stack_lookup_done(l, &failed));
  assert_non_null(strstr(failed->text, "only its beginning is shown"));
  assert_int_equal(stack_lookup_raw(l).n, 1 << 20);
  stack_lookup_free(l);
  world_close(w);
  aws_buf_done(&body);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_kind_has_its_raw_reply), TEST(alarms_are_asked_for_where_they_live),
      TEST(a_raw_reply_shows_no_secret),  TEST(a_parameter_has_its_versions),
      TEST(what_goes_wrong_is_said),      TEST(a_long_reply_is_cut_and_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
