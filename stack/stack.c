/* One stack from its beginning to its end. */
#include "config.h"

#include "action_internal.h"
#include "stack/asking.h"
#include "stack/budget.h"
#include "stack/derived.h"
#include "stack/happening.h"
#include "stack/judged.h"

#include <stdio.h>
#include <stdlib.h>

/* Enough that the longest chain of calls, and not their number, decides how soon the board is
 * whole. */
enum { PER_HOST = 16 };

/* The region may be missing: then the instance is asked for it, once the stack starts. */
static bool make_client(struct stack *s, struct aws_error *err) {
  const char *region = aws_settings_region(s->deps.settings); /* what was asked for is in it */
  region = region ? region : s->cfg.region;
  if (region && *region)
    stack_region_set(s, region);
  const struct aws_client_config cc = {.io = s->io,
                                       .settings = s->deps.settings,
                                       .region = s->region,
                                       .per_host = PER_HOST,
                                       .seed = s->deps.seed};
  s->client = aws_client_new(&cc, err);
  if (!s->client)
    return false;
  aws_client_on_sent(s->client, stack_budget_sent, s);
  return true;
}

struct stack *stack_new(const struct stack_config *cfg, const struct stack_deps *deps,
                        struct aws_error *err) {
  struct stack *s = aws_calloc(1, sizeof *s);
  if (!s) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a stack");
    return NULL;
  }
  s->deps = *deps;
  s->io = deps->io;
  if (!s->deps.clock)
    s->deps.clock = &aws_clock_system;
  s->random = deps->seed ? deps->seed : (uint64_t)stack_wall(s) ^ (uint64_t)(uintptr_t)s;
  s->generation = 1;
  for (size_t k = 0; k < STACK_KINDS; k++)
    aws_arena_init(&s->shown[k].text, 4u << 20);
  aws_arena_init(&s->show_service.text, 4096);
  if (!stack_config_copy(&s->cfg, cfg) || !stack_budget_init(s) || !stack_rows_init(s) ||
      !stack_poll_init(s) || !stack_health_init(s) || !stack_path_init(s) ||
      !stack_metrics_init(s) || !stack_timeline_init(s)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the stack \"%s\"", cfg->name ? cfg->name : "");
    stack_free(s);
    return NULL;
  }
  if (!make_client(s, err) || !stack_actions_init(s, err) || !stack_values_init(s, err)) {
    stack_free(s);
    return NULL;
  }
  return s;
}

void stack_free(struct stack *s) {
  if (!s)
    return;
  stack_actions_free(s);
  stack_values_free(s);
  stack_identity_stop(s);
  stack_metrics_free(s);
  stack_path_free(s);
  stack_rows_free(s);
  stack_poll_free(s);
  stack_health_free(s);
  stack_timeline_free(s);
  aws_client_free(s->client);
  stack_budget_free(s);
  for (size_t k = 0; k < STACK_KINDS; k++)
    aws_arena_done(&s->shown[k].text);
  aws_arena_done(&s->show_service.text);
  stack_config_done(&s->cfg);
  free(s);
}

void stack_start(struct stack *s) {
  s->started = stack_mono(s);
  if (s->state == STACK_REFUSED) {
    stack_changed(s, STACK_CHANGED_STATE);
    return;
  }
  stack_identity_start(s);
}

unsigned stack_take_changes(struct stack *s) {
  stack_update(s); /* may add to them */
  unsigned changes = s->changes;
  s->changes = 0;
  return changes;
}

bool stack_settled(const struct stack *s) {
  return s->state == STACK_REFUSED || s->settled_at != 0;
}
