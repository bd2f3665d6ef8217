/* A past for a stack that was just read: as if it had run for days. */
#include "sim/reader.h"

#include <stdio.h>

#define RECENT (20 * SIM_MINUTE)
#define STEADY_EVENTS 99 /* with the deployment's as many as ECS keeps */
#define STEADY_EVERY (6 * SIM_HOUR)

static bool running_task(struct sim_world *w, struct sim_service *s, const struct sim_deployment *d,
                         aws_ms age) {
  struct sim_task *t = sim_task_new(w, s, d);

  if (!t)
    return false;
  t->status = SIM_TASK_RUNNING;
  t->created = w->began - age;
  t->pull_started = t->created + 6 * SIM_SECOND;
  t->pull_stopped = t->created + 14 * SIM_SECOND;
  t->started = t->created + 17 * SIM_SECOND;
  t->healthy = 1;
  t->next = d->definition->dies_after_s ? w->began + d->definition->dies_after_s * SIM_SECOND : 0;
  if (!s->group)
    return true;
  t->target = sim_target_new(w, s->group, t);
  if (!t->target)
    return false;
  t->target->registering = false;
  t->target->state = SIM_TARGET_HEALTHY;
  t->target->streak = s->group->healthy_threshold;
  t->target->answer = d->definition->answers;
  return true;
}

/* As many events as ECS keeps: steady ever since, and the deployment in between. The first
 * service's newest is recent: no timeline begins empty. */
static void past_events(struct sim_world *w, struct sim_service *s,
                        const struct sim_deployment *d) {
  const aws_ms span = s == w->services.v[0] ? RECENT : STEADY_EVERY;
  aws_ms since = (aws_ms)sim_random_below(w, (uint64_t)span), last = 0;

  for (int i = STEADY_EVENTS; i-- > 0;) {
    aws_ms at = w->began - since - i * STEADY_EVERY;
    if (last < d->updated && d->updated <= at) {
      w->now = d->updated;
      sim_service_event(w, s, "(deployment %s) deployment completed.", d->id);
    }
    w->now = last = at;
    sim_service_event(w, s, "has reached a steady state.");
  }
  w->now = w->began;
}

static bool past_service(struct sim_world *w, struct sim_service *s) {
  aws_ms age = SIM_DAY + (aws_ms)sim_random_below(w, (uint64_t)(5 * SIM_DAY));

  w->now = w->began - age;
  struct sim_deployment *d = sim_deployment_new(w, s, s->definition);
  if (!d)
    return false;
  d->rollout = SIM_ROLLOUT_COMPLETED;
  d->updated = d->created + 4 * SIM_MINUTE;
  snprintf(d->reason, sizeof d->reason, "ECS deployment %s completed.", d->id);
  for (int i = 0; i < s->desired; i++)
    if (!running_task(w, s, d, age - (aws_ms)sim_random_below(w, (uint64_t)(3 * SIM_MINUTE))))
      return false;
  past_events(w, s, d);
  s->steady = true;
  aws_ms first = w->traced - (SIM_TRACE_MINUTES - 1) * SIM_MINUTE;
  for (aws_ms m = first; m <= w->traced; m += SIM_MINUTE)
    sim_trace(s, m, true);
  return true;
}

/* The checks of a group's targets do not all fall into the first second. */
static void spread_checks(struct sim_world *w) {
  for (size_t i = 0; i < w->target_groups.n; i++) {
    struct sim_target_group *g = w->target_groups.v[i];
    for (size_t j = 0; j < g->targets.n; j++) {
      struct sim_target *t = g->targets.v[j];
      t->next_check = w->began + (aws_ms)sim_random_below(w, (uint64_t)g->interval_s * 1000);
    }
  }
}

bool sim_past(struct sim_world *w) {
  w->stepped = w->began / SIM_SECOND * SIM_SECOND;
  w->traced = w->began / SIM_MINUTE * SIM_MINUTE;
  for (size_t i = 0; i < w->services.n; i++)
    if (!past_service(w, w->services.v[i]))
      return false;
  spread_checks(w);
  return true;
}
