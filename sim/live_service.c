/* The service scheduler: rollouts within the deployment's bounds, circuit breaker, service events.
 */
#include "sim/engine.h"

#include <stdio.h>
#include <stdlib.h>

#define START_AT_ONCE 10
#define STEADY_REMINDER (6 * SIM_HOUR)
#define ID_LIST 1200

/* ---- events ---------------------------------------------------------------------------------- */

void sim_event_free(struct sim_event *e) {
  free(e->message);
  free(e);
}

void sim_service_event(struct sim_world *w, struct sim_service *s, const char *fmt, ...) {
  char text[ID_LIST + 512];
  va_list ap;
  struct sim_event *e = aws_calloc(1, sizeof *e);

  if (!e)
    return;
  int n = snprintf(text, sizeof text, "(service %s) ", s->name);
  va_start(ap, fmt);
  vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
  va_end(ap);
  sim_random_uuid(w, e->id);
  e->created = w->now;
  e->message = strdup(text);
  if (!e->message || !sim_vec_add(&s->events, e)) {
    sim_event_free(e);
    return;
  }
  if (s->events.n > SIM_EVENTS_MAX) {
    sim_event_free(s->events.v[0]);
    sim_vec_remove(&s->events, 0);
  }
}

/* " (task ID)" for each, as AWS lists them. */
struct id_list {
  char text[ID_LIST];
  size_t n;
  int count;
};

static void add_id(struct id_list *l, const struct sim_task *t) {
  l->count++;
  if (l->n + 48 < sizeof l->text)
    l->n += (size_t)snprintf(l->text + l->n, sizeof l->text - l->n, "%s(task %s)", l->n ? " " : "",
                             t->id);
}

/* ---- deployments ----------------------------------------------------------------------------- */

struct sim_deployment *sim_deployment_new(struct sim_world *w, struct sim_service *s,
                                          struct sim_task_definition *definition) {
  struct sim_deployment *d = aws_calloc(1, sizeof *d);

  if (!d || !sim_vec_add(&s->deployments, d)) {
    free(d);
    return NULL;
  }
  memmove(s->deployments.v + 1, s->deployments.v, (s->deployments.n - 1) * sizeof(void *));
  s->deployments.v[0] = d;
  for (size_t i = 1; i < s->deployments.n; i++)
    ((struct sim_deployment *)s->deployments.v[i])->primary = false;
  d->number = sim_random(w) % UINT64_C(9000000000000000000) + UINT64_C(1000000000000000000);
  snprintf(d->id, sizeof d->id, "ecs-svc/%llu", (unsigned long long)d->number);
  d->definition = definition;
  d->primary = true;
  d->desired = s->desired;
  d->created = d->updated = w->now;
  d->rollout = SIM_ROLLOUT_IN_PROGRESS;
  snprintf(d->reason, sizeof d->reason, "ECS deployment %s in progress.", d->id);
  s->definition = definition;
  s->steady = false;
  return d;
}

/* A deployment that had completed takes over again, with the tasks it still has. */
static bool revive(struct sim_world *w, struct sim_service *s,
                   struct sim_task_definition *definition) {
  for (size_t i = 1; i < s->deployments.n; i++) {
    struct sim_deployment *d = s->deployments.v[i];
    if (d->definition != definition || d->rollout == SIM_ROLLOUT_FAILED)
      continue;
    memmove(s->deployments.v + 1, s->deployments.v, i * sizeof(void *));
    s->deployments.v[0] = d;
    ((struct sim_deployment *)s->deployments.v[1])->primary = false;
    d->primary = true;
    d->updated = w->now;
    d->failed_tasks = 0;
    d->rollout = SIM_ROLLOUT_IN_PROGRESS;
    s->definition = definition;
    s->steady = false;
    return true;
  }
  return false;
}

bool sim_deploy(struct sim_world *w, struct sim_service *s, struct sim_task_definition *definition,
                bool rollback) {
  if (!definition)
    definition = s->definition;
  if (!(rollback && revive(w, s, definition)) && !sim_deployment_new(w, s, definition))
    return false;
  struct sim_deployment *d = s->deployments.v[0];
  d->is_rollback = rollback;
  if (rollback)
    snprintf(d->reason, sizeof d->reason,
             "ECS deployment circuit breaker: rolling back to deploymentId %s.", d->id);
  return true;
}

void sim_scale(struct sim_world *w, struct sim_service *s, int desired) {
  struct sim_deployment *d = s->deployments.n ? s->deployments.v[0] : NULL;

  if (desired == s->desired)
    return;
  s->desired = desired;
  s->steady = false;
  if (d) {
    d->desired = desired;
    d->updated = w->now;
  }
}

struct sim_task_definition *sim_new_revision(struct sim_world *w,
                                             const struct sim_task_definition *of,
                                             const char *image, int answers) {
  struct sim_task_definition *d = aws_arena_alloc(&w->arena, sizeof *d);
  char hex[65];

  if (!d)
    return NULL;
  *d = *of;
  d->shares = true;
  for (size_t i = 0; i < w->task_definitions.n; i++) {
    const struct sim_task_definition *t = w->task_definitions.v[i];
    if (!strcmp(t->family, of->family) && t->revision >= d->revision)
      d->revision = t->revision + 1;
  }
  sim_random_hex(w, hex, 64);
  d->image = sim_text(w, "%s.dkr.ecr.%s.amazonaws.com/%s", w->account, w->region, image);
  d->digest = sim_text(w, "sha256:%s", hex);
  d->answers = answers;
  d->registered = w->now;
  return d->image && d->digest ? sim_definition_add(w, d) : NULL;
}

/* ---- counting -------------------------------------------------------------------------------- */

static bool is_of(const struct sim_task *t, const struct sim_deployment *d) {
  return !d || !strcmp(t->deployment, d->id);
}

int sim_count_running(const struct sim_service *s, const struct sim_deployment *d) {
  int n = 0;

  for (size_t i = 0; i < s->tasks.n; i++) {
    const struct sim_task *t = s->tasks.v[i];
    n += t->status == SIM_TASK_RUNNING && is_of(t, d);
  }
  return n;
}

int sim_count_pending(const struct sim_service *s, const struct sim_deployment *d) {
  int n = 0;

  for (size_t i = 0; i < s->tasks.n; i++) {
    const struct sim_task *t = s->tasks.v[i];
    n += t->status < SIM_TASK_RUNNING && is_of(t, d);
  }
  return n;
}

/* What the scheduler decides on. "fresh": of the primary deployment; "old": of any other, those
 * that still drain or stop counted apart. */
struct tally {
  int fresh, fresh_ready, old, old_ready, leaving, old_leaving;
};

static struct tally count(const struct sim_service *s, const struct sim_deployment *primary) {
  struct tally n = {0};

  for (size_t i = 0; i < s->tasks.n; i++) {
    const struct sim_task *t = s->tasks.v[i];
    int ready = sim_task_ready(t);
    if (t->stop_wanted) {
      n.leaving++;
      n.old_leaving += !is_of(t, primary) && t->status < SIM_TASK_DEPROVISIONING;
    } else if (is_of(t, primary)) {
      n.fresh++;
      n.fresh_ready += ready;
    } else {
      n.old++;
      n.old_ready += ready;
    }
  }
  return n;
}

/* ---- starting and stopping ------------------------------------------------------------------- */

static void start_tasks(struct sim_world *w, struct sim_service *s, const struct sim_deployment *d,
                        int n) {
  struct id_list ids = {.n = 0};

  for (int i = 0; i < n && i < START_AT_ONCE; i++) {
    struct sim_task *t = sim_task_new(w, s, d);
    if (!t)
      break;
    add_id(&ids, t);
  }
  if (ids.count)
    sim_service_event(w, s, "has started %d tasks: %s.", ids.count, ids.text);
  s->steady = false;
}

/* Stops n of the tasks that are (or are not) of the deployment: those not ready first. */
static void stop_tasks(struct sim_world *w, struct sim_service *s, const struct sim_deployment *d,
                       bool of_it, int n) {
  struct id_list ids = {.n = 0};
  int targets = 0;

  for (int pass = 0; pass < 2; pass++)
    for (size_t i = s->tasks.n; i-- > 0 && ids.count < n;) {
      struct sim_task *t = s->tasks.v[i];
      if (t->stop_wanted || is_of(t, d) != of_it || (pass == 0 && sim_task_ready(t)))
        continue;
      targets += t->target != NULL;
      add_id(&ids, t);
      sim_task_stop(w, t, "ServiceSchedulerInitiated",
                    "Scaling activity initiated by (deployment %s)",
                    ((struct sim_deployment *)s->deployments.v[0])->id);
    }
  if (!ids.count)
    return;
  if (targets) {
    sim_service_event(w, s, "deregistered %d targets in (target-group %s)", targets, s->group->arn);
    sim_service_event(w, s, "has begun draining connections on %d tasks.", targets);
  }
  sim_service_event(w, s, "has stopped %d running tasks: %s.", ids.count, ids.text);
  s->steady = false;
}

static const char *why_unhealthy(const struct sim_target *t, char out[80]) {
  if (t->answer)
    snprintf(out, 80, "Health checks failed with these codes: [%d]", t->answer);
  else
    snprintf(out, 80, "Request timed out");
  return out;
}

/* Replaces tasks whose targets fail, once their grace is over. */
static void replace_unhealthy(struct sim_world *w, struct sim_service *s) {
  char why[80];

  for (size_t i = 0; s->group && i < s->tasks.n; i++) {
    struct sim_task *t = s->tasks.v[i];
    if (t->stop_wanted || !t->target || t->target->state != SIM_TARGET_UNHEALTHY ||
        w->now < t->started + s->grace_s * SIM_SECOND)
      continue;
    sim_service_event(w, s,
                      "(task %s) (port %d) is unhealthy in (target-group %s) due to (reason %s).",
                      t->id, t->target->port, s->group->arn, why_unhealthy(t->target, why));
    sim_service_event(w, s, "has stopped 1 running tasks: (task %s).", t->id);
    sim_task_stop(w, t, "ServiceSchedulerInitiated",
                  "Task failed ELB health checks in (target-group %s)", s->group->arn);
    sim_task_failed(t);
    s->steady = false;
  }
}

/* Says which targets came since it last looked. */
static void announce_targets(struct sim_world *w, struct sim_service *s) {
  int n = 0;

  for (size_t i = 0; s->group && i < s->tasks.n; i++) {
    const struct sim_task *t = s->tasks.v[i];
    n += t->status == SIM_TASK_RUNNING && t->target && t->started == w->now;
  }
  if (n)
    sim_service_event(w, s, "registered %d targets in (target-group %s)", n, s->group->arn);
}

/* ---- the course of a deployment -------------------------------------------------------------- */

/* AWS: half of the desired count, at least 3, at most 200. */
static int breaker_threshold(const struct sim_service *s) {
  int n = (s->desired + 1) / 2;

  return n < 3 ? 3 : n > 200 ? 200 : n;
}

static bool watch_breaker(struct sim_world *w, struct sim_service *s, struct sim_deployment *d) {
  if (d->rollout != SIM_ROLLOUT_IN_PROGRESS || !s->breaker ||
      d->failed_tasks < breaker_threshold(s))
    return false;
  d->rollout = SIM_ROLLOUT_FAILED;
  d->updated = w->now;
  snprintf(d->reason, sizeof d->reason, "ECS deployment circuit breaker: tasks failed to start.");
  sim_service_event(w, s, "(deployment %s) deployment failed: tasks failed to start.", d->id);
  if (!s->breaker_rollback || s->last_good == d->definition ||
      !sim_deploy(w, s, s->last_good, true))
    return true;
  sim_service_event(w, s, "rolling back to deployment %s.",
                    ((struct sim_deployment *)s->deployments.v[0])->id);
  return true;
}

static void roll(struct sim_world *w, struct sim_service *s, struct sim_deployment *d,
                 const struct tally *n) {
  int most = s->desired * s->max_percent / 100, least = (s->desired * s->min_percent + 99) / 100;
  int room, keep = s->desired - n->fresh_ready;
  bool failed = d->rollout == SIM_ROLLOUT_FAILED;

  if (most < 1)
    most = s->desired;
  room = most - n->fresh - n->old;
  if (n->fresh > s->desired)
    stop_tasks(w, s, d, true, n->fresh - s->desired);
  if (failed)
    return;
  /* No room to start anything: make some. What does not work goes first; what does, as far as the
   * minimum lets it. */
  if (room <= 0 && n->fresh < s->desired) {
    int spare = n->old_ready < n->old ? n->old_ready : least - n->fresh_ready;
    if (keep > spare)
      keep = spare;
  }
  if (keep < 0)
    keep = 0;
  if (n->old > keep)
    stop_tasks(w, s, d, false, n->old - keep);
  if (n->fresh < s->desired && room > 0)
    start_tasks(w, s, d, s->desired - n->fresh < room ? s->desired - n->fresh : room);
}

static void complete(struct sim_world *w, struct sim_service *s, struct sim_deployment *d,
                     const struct tally *n) {
  bool there = n->fresh == s->desired && n->fresh_ready == s->desired && !n->old && !n->old_leaving;

  if (there && d->rollout == SIM_ROLLOUT_IN_PROGRESS) {
    d->rollout = SIM_ROLLOUT_COMPLETED;
    d->updated = w->now;
    s->last_good = d->definition;
    if (!d->is_rollback)
      snprintf(d->reason, sizeof d->reason, "ECS deployment %s completed.", d->id);
    sim_service_event(w, s, "(deployment %s) deployment completed.", d->id);
  }
  if (there && !n->leaving && !s->steady && d->rollout == SIM_ROLLOUT_COMPLETED) {
    s->steady = true;
    sim_service_event(w, s, "has reached a steady state.");
  }
  const struct sim_event *last = s->events.n ? s->events.v[s->events.n - 1] : NULL;
  if (s->steady && last && w->now - last->created >= STEADY_REMINDER)
    sim_service_event(w, s, "has reached a steady state.");
}

/* Drops deployments that have no task any more, and keeps the others' counts. */
static void tidy(struct sim_service *s, const struct sim_deployment *primary) {
  for (size_t i = s->deployments.n; i-- > 1;) {
    struct sim_deployment *d = s->deployments.v[i];
    int alive = 0, wanted = 0;
    for (size_t j = 0; j < s->tasks.n; j++) {
      const struct sim_task *t = s->tasks.v[j];
      alive += is_of(t, d);
      wanted += is_of(t, d) && !t->stop_wanted;
    }
    d->desired = d->rollout == SIM_ROLLOUT_FAILED ? 0 : wanted;
    if (alive || d == primary || primary->rollout == SIM_ROLLOUT_IN_PROGRESS)
      continue;
    sim_vec_remove(&s->deployments, i);
    free(d);
  }
}

void sim_service_step(struct sim_world *w, struct sim_service *s) {
  if (!s->deployments.n)
    return;
  announce_targets(w, s);
  replace_unhealthy(w, s);
  watch_breaker(w, s, s->deployments.v[0]);
  struct sim_deployment *d = s->deployments.v[0];
  struct tally n = count(s, d);
  if (n.fresh != s->desired || n.old || d->rollout == SIM_ROLLOUT_IN_PROGRESS)
    roll(w, s, d, &n);
  n = count(s, d);
  complete(w, s, d, &n);
  if (s->deployments.n > 1)
    tidy(s, d);
}
