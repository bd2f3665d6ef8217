/* Targets: registered, checked, healthy or not, drained. */
#include "sim/engine.h"

#include <stdio.h>
#include <stdlib.h>

struct sim_target *sim_target_new(struct sim_world *w, struct sim_target_group *g,
                                  struct sim_task *task) {
  struct sim_target *t = aws_calloc(1, sizeof *t);

  if (!t || !sim_vec_add(&g->targets, t)) {
    free(t);
    return NULL;
  }
  snprintf(t->ip, sizeof t->ip, "%s", task->ip);
  t->port = task->service->container_port;
  t->zone = task->zone;
  t->task = task;
  t->state = SIM_TARGET_INITIAL;
  t->registering = true;
  t->next_check = w->now + SIM_SECOND + (aws_ms)sim_random_below(w, (uint64_t)g->interval_s * 500);
  return t;
}

void sim_target_drain(struct sim_world *w, struct sim_target_group *g, struct sim_target *t) {
  if (t->state == SIM_TARGET_DRAINING)
    return;
  t->state = SIM_TARGET_DRAINING;
  t->drained = w->now + g->drain_s * SIM_SECOND;
}

/* Whether a status code fits a matcher such as "200,301-302". */
static bool matches(const char *matcher, int code) {
  struct aws_str rest = aws_str_from(matcher);

  while (rest.n) {
    struct aws_str high = aws_str_split(&rest, ',');
    struct aws_str low = aws_str_split(&high, '-');
    int64_t from, to;
    if (!aws_str_to_int(low, &from))
      continue;
    if (!high.p || !aws_str_to_int(high, &to))
      to = from;
    if (code >= from && code <= to)
      return true;
  }
  return false;
}

/* The load balancer's own word on one check. */
static void check(struct sim_world *w, const struct sim_target_group *g, struct sim_target *t) {
  const struct sim_task *task = t->task;

  t->next_check = w->now + g->interval_s * SIM_SECOND;
  t->registering = false;
  t->answer = !task ? 200 : task->status == SIM_TASK_RUNNING ? task->definition->answers : 0;
  bool passed = t->answer && matches(g->matcher, t->answer);
  if (passed)
    t->streak = t->streak > 0 ? t->streak + 1 : 1;
  else
    t->streak = t->streak < 0 ? t->streak - 1 : -1;
  if (t->streak >= g->healthy_threshold)
    t->state = SIM_TARGET_HEALTHY;
  else if (-t->streak >= g->unhealthy_threshold)
    t->state = SIM_TARGET_UNHEALTHY;
}

static void deregister(struct sim_target_group *g, size_t at) {
  struct sim_target *t = g->targets.v[at];

  if (t->task)
    t->task->target = NULL;
  sim_vec_remove(&g->targets, at);
  free(t);
}

void sim_targets_step(struct sim_world *w, struct sim_target_group *g) {
  for (size_t i = g->targets.n; i-- > 0;) {
    struct sim_target *t = g->targets.v[i];
    if (t->state == SIM_TARGET_DRAINING) {
      if (w->now >= t->drained)
        deregister(g, i);
    } else if (w->now >= t->next_check) {
      check(w, g, t);
    }
  }
}

int sim_count_targets(const struct sim_target_group *g, enum sim_target_state state) {
  int n = 0;

  for (size_t i = 0; i < g->targets.n; i++) {
    const struct sim_target *t = g->targets.v[i];
    n += t->state == state;
  }
  return n;
}
