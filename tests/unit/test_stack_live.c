/* A whole stack on a living simulator: what the path says while things go wrong, and when they are
 * well again. */
#include "config.h"

#include "stack_world.h"

#include "aws/api/ecs.h"
#include "stack/path.h"
#include "stack/timeline.h"

static struct world w;

static bool told(const char *text) {
  for (size_t i = 0; i < stack_timeline_count(w.stack); i++)
    if (strstr(stack_timeline_at(w.stack, i)->text, text))
      return true;
  return false;
}

static const struct stack_hop *fault(void) {
  const struct stack_path *p = stack_path(w.stack);
  for (size_t i = 0; i < p->n; i++)
    if (p->hops[i].first_fault)
      return &p->hops[i];
  return NULL;
}

static bool at_fault(enum stack_hop_kind kind) {
  return fault() && fault()->kind == kind && stack_path(w.stack)->level >= STACK_WARN;
}

static void watch(const char *scenario) {
  world_start(&w, scenario);
  w.cfg.metrics = false; /* they lag behind, and their clock does not run fast */
  world_open(&w);
  WORLD_UNTIL(&w, stack_settled(w.stack));
}

static void reference_stack_is_well(void **state) {
  (void)state;
  watch("steady");
  assert_int_equal(stack_path(w.stack)->level, STACK_OK);
  for (size_t i = 0; i < STACK_HOPS; i++)
    assert_true(stack_path(w.stack)->hops[i].present);
  for (int k = 0; k < STACK_KINDS; k++) {
    const struct stack_collection *c = stack_collection(w.stack, (enum stack_kind)k);
    if (!c->loaded || c->error.code != AWS_OK)
      fail_msg("%s: %s", stack_kind_plural((enum stack_kind)k), c->error.text);
  }
  const struct stack_ref *refs;
  size_t n = stack_refs(w.stack, &refs);
  assert_true(n > 10);
  for (size_t i = 0; i < n; i++)
    if (!refs[i].to.p)
      fail_msg("%s: %s", refs[i].what, refs[i].why);
  uint64_t before = stack_budget(w.stack).calls_total;
  aws_ms from = world_real_ms();
  WORLD_UNTIL(&w, world_real_ms() - from > 60000 / WORLD_SPEED * 2);
  assert_in_range(stack_budget(w.stack).calls_total - before, 20, 2 * 120);
  world_stop(&w);
}

static void bad_deploy_is_seen_from_its_first_target_to_the_rollback(void **state) {
  (void)state;
  watch("bad-deploy");
  WORLD_UNTIL(&w, at_fault(STACK_HOP_ALB) || at_fault(STACK_HOP_ECS));
  assert_non_null(strstr(stack_path(w.stack)->summary, "web"));
  assert_non_null(strstr(stack_path(w.stack)->since, "since "));
  WORLD_UNTIL(&w, told("rollout FAILED"));
  WORLD_UNTIL(&w, stack_path(w.stack)->hops[STACK_HOP_ECS].rating.level <= STACK_NOTE &&
                      !stack_path(w.stack)->hops[STACK_HOP_ECS].moving);
  assert_true(told("ECS web rev 41→42 rolling out"));
  assert_true(told("unhealthy"));
  const struct stack_row *web = world_row(&w, STACK_SERVICE, "web");
  const struct ecs_service *v = web->item;
  assert_int_equal(v->running, v->desired);
  world_stop(&w);
}

/* The fault lasts a second at this speed: a busy machine may sleep through it, so it is looked for
 * more than once. */
static bool failover_was_seen(void) {
  watch("db-failover");
  WORLD_UNTIL(&w, at_fault(STACK_HOP_DB) || told("writer is "));
  return at_fault(STACK_HOP_DB);
}

static void failover_is_seen_with_its_new_writer(void **state) {
  (void)state;
  for (int left = 4; !failover_was_seen(); left--) {
    assert_true(left > 0);
    world_stop(&w);
  }
  assert_true(stack_path(w.stack)->hops[STACK_HOP_DB].moving);
  WORLD_UNTIL(&w, told("writer is "));
  WORLD_UNTIL(&w, stack_path(w.stack)->hops[STACK_HOP_DB].rating.level == STACK_OK);
  world_stop(&w);
}

/* Those that are throttled are slowed down, the rest goes on, and rows that were read stay. */
static void throttling_slows_what_is_throttled(void **state) {
  (void)state;
  watch("throttled");
  WORLD_UNTIL(&w, stack_budget(w.stack).throttles_last_minute > 3);
  const struct stack_api_use *uses;
  size_t n = stack_api_uses(w.stack, &uses), slowed = 0;
  for (size_t i = 0; i < n; i++) {
    slowed += uses[i].slowed > 1;
    assert_true(uses[i].slowed == 1 || uses[i].throttles > 0);
  }
  assert_in_range(slowed, 1, n - 1);
  WORLD_UNTIL(&w, stack_collection(w.stack, STACK_SERVICE)->n == 3);
  world_stop(&w);
}

/* Four calls of ten refused: the services are read all the same, and most of the time they are no
 * older than half a minute. */
static void throttling_leaves_the_board_current(void **state) {
  (void)state;
  watch("throttled");
  WORLD_UNTIL(&w, stack_collection(w.stack, STACK_SERVICE)->n == 3);
  size_t looks = 0, young = 0;
  for (aws_ms from = world_real_ms(), now = from; now - from < 240000 / WORLD_SPEED; looks++) {
    world_turn(&w);
    now = world_real_ms();
    aws_ms read = stack_collection(w.stack, STACK_SERVICE)->fetched_at;
    young += (aws_clock_system.wall(aws_clock_system.arg) - read) * WORLD_SPEED < 30000;
  }
  if (young * 10 < looks * 7)
    fail_msg("current in %zu looks of %zu", young, looks);
  world_stop(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reference_stack_is_well),
      cmocka_unit_test(bad_deploy_is_seen_from_its_first_target_to_the_rollback),
      cmocka_unit_test(failover_is_seen_with_its_new_writer),
      cmocka_unit_test(throttling_slows_what_is_throttled),
      cmocka_unit_test(throttling_leaves_the_board_current),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
