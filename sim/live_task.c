/* A task's life, from PROVISIONING to STOPPED and out of sight. */
#include "sim/engine.h"

#include <stdio.h>
#include <stdlib.h>

#define STOPPED_VISIBLE SIM_HOUR
#define CONTAINER_CHECK (30 * SIM_SECOND)
#define CONTAINER_RETRIES 3

/* How long a task stays in a state, seconds; DEACTIVATING is left when its target has drained. */
static const struct {
  int least, most;
} stays[] = {
    [SIM_TASK_PROVISIONING] = {3, 7},    [SIM_TASK_PENDING] = {6, 14},
    [SIM_TASK_ACTIVATING] = {1, 3},      [SIM_TASK_RUNNING] = {0, 0},
    [SIM_TASK_DEACTIVATING] = {0, 0},    [SIM_TASK_STOPPING] = {2, 5},
    [SIM_TASK_DEPROVISIONING] = {5, 10}, [SIM_TASK_STOPPED] = {0, 0},
};

static aws_ms stay(struct sim_world *w, enum sim_task_status status) {
  uint64_t spread = (uint64_t)(stays[status].most - stays[status].least) * 1000 + 1;

  return stays[status].least * SIM_SECOND + (aws_ms)sim_random_below(w, spread);
}

/* The zone with the fewest of the service's tasks. */
static struct sim_zone *choose_zone(struct sim_world *w, const struct sim_service *s) {
  int n[SIM_ZONES] = {0}, best = 0;

  for (size_t i = 0; i < s->tasks.n; i++) {
    const struct sim_task *t = s->tasks.v[i];
    n[t->zone - w->zones] += !t->stop_wanted;
  }
  for (int i = 1; i < SIM_ZONES; i++)
    if (n[i] < n[best])
      best = i;
  return &w->zones[best];
}

static void give_address(struct sim_world *w, struct sim_task *t, struct sim_zone *z) {
  unsigned zone = (unsigned)(z - w->zones), n = z->addresses++;

  t->zone = z;
  if (n < 245)
    snprintf(t->ip, sizeof t->ip, "10.0.%u.%u", 10 * (zone + 1), n + 5);
  else
    snprintf(t->ip, sizeof t->ip, "10.%u.%u.%u", (zone + 1) % 255, (n - 245) / 250 % 255,
             (n - 245) % 250 + 4);
  memcpy(t->eni, "eni-0", 5);
  sim_random_hex(w, t->eni + 5, 16);
  snprintf(t->mac, sizeof t->mac, "06:%02x:%02x:%02x:%02x:%02x", (n >> 8) & 255, n & 255,
           (unsigned)sim_random_below(w, 256), (unsigned)sim_random_below(w, 256),
           (unsigned)sim_random_below(w, 256));
}

struct sim_task *sim_task_new(struct sim_world *w, struct sim_service *s,
                              const struct sim_deployment *d) {
  struct sim_task *t = aws_calloc(1, sizeof *t);

  if (!t || !sim_vec_add(&s->tasks, t)) {
    free(t);
    return NULL;
  }
  sim_random_hex(w, t->id, 32);
  struct sim_task **bucket = &w->task_buckets[sim_task_bucket(t->id)];
  t->next_in_bucket = *bucket;
  *bucket = t;
  t->seq = ++w->next_seq;
  t->service = s;
  t->definition = d->definition;
  snprintf(t->deployment, sizeof t->deployment, "%s", d->id);
  t->exit_code = -1;
  t->created = w->now;
  s->tasks.n--; /* not itself when the zones are counted */
  give_address(w, t, choose_zone(w, s));
  s->tasks.n++;
  t->status = SIM_TASK_PROVISIONING;
  t->next = w->now + stay(w, t->status);
  return t;
}

void sim_task_free(struct sim_world *w, struct sim_task *t) {
  struct sim_task **at = &w->task_buckets[sim_task_bucket(t->id)];

  while (*at && *at != t)
    at = &(*at)->next_in_bucket;
  if (*at)
    *at = t->next_in_bucket;
  if (t->target)
    t->target->task = NULL;
  free(t);
}

bool sim_task_ready(const struct sim_task *t) {
  if (t->status != SIM_TASK_RUNNING || t->stop_wanted || t->healthy != 1)
    return false;
  return !t->service->group || (t->target && t->target->state == SIM_TARGET_HEALTHY);
}

void sim_task_stop(struct sim_world *w, struct sim_task *t, const char *code, const char *fmt,
                   ...) {
  va_list ap;

  if (t->stop_wanted)
    return;
  t->stop_wanted = true;
  t->stop_code = code;
  t->stopping = w->now;
  va_start(ap, fmt);
  vsnprintf(t->reason, sizeof t->reason, fmt, ap);
  va_end(ap);
  if (t->status < SIM_TASK_RUNNING) { /* nothing to drain, nothing to end */
    t->status = SIM_TASK_DEPROVISIONING;
    t->next = w->now + stay(w, t->status);
    return;
  }
  if (t->status > SIM_TASK_RUNNING)
    return;
  if (t->target && t->service->group)
    sim_target_drain(w, t->service->group, t->target);
  t->status = SIM_TASK_DEACTIVATING;
  t->next = w->now;
}

void sim_task_failed(const struct sim_task *t) {
  const struct sim_service *s = t->service;
  struct sim_deployment *d = s->deployments.n ? s->deployments.v[0] : NULL;

  if (d && d->rollout == SIM_ROLLOUT_IN_PROGRESS && !strcmp(t->deployment, d->id))
    d->failed_tasks++;
}

/* Its essential container ended by itself. */
static void die(struct sim_world *w, struct sim_task *t) {
  t->exit_code = 1;
  t->execution_stopped = w->now;
  sim_task_stop(w, t, "EssentialContainerExited", "Essential container in task exited");
  sim_task_failed(t);
}

static void enter(struct sim_world *w, struct sim_task *t, enum sim_task_status status) {
  t->status = status;
  t->next = w->now + stay(w, status);
  switch (status) {
  case SIM_TASK_PENDING:
    t->pull_started = w->now + SIM_SECOND;
    break;
  case SIM_TASK_ACTIVATING:
    t->pull_stopped = w->now - SIM_SECOND / 2;
    break;
  case SIM_TASK_RUNNING:
    t->started = w->now;
    if (t->service->group)
      t->target = sim_target_new(w, t->service->group, t);
    break;
  case SIM_TASK_DEPROVISIONING:
    if (!t->execution_stopped)
      t->execution_stopped = w->now;
    if (t->exit_code < 0)
      t->exit_code = 0;
    break;
  case SIM_TASK_STOPPED:
    t->stopped = w->now;
    t->next = w->now + STOPPED_VISIBLE;
    break;
  default:
    break;
  }
}

/* A running task's own doings: its container's health, and its end where it has one. */
static void run(struct sim_world *w, struct sim_task *t) {
  const struct sim_task_definition *d = t->definition;
  bool good = d->answers < 500;
  aws_ms verdict = t->started + (good ? 1 : CONTAINER_RETRIES) * CONTAINER_CHECK;
  aws_ms end = d->dies_after_s ? t->started + d->dies_after_s * SIM_SECOND : 0;

  if (end && w->now >= end) {
    die(w, t);
    return;
  }
  if (!t->healthy && w->now >= verdict) {
    t->healthy = good ? 1 : -1;
    if (!good) {
      sim_task_stop(w, t, "ServiceSchedulerInitiated", "Task failed container health checks");
      sim_task_failed(t);
      return;
    }
  }
  t->next = t->healthy ? end : end && end < verdict ? end : verdict;
}

static void take_step(struct sim_world *w, struct sim_task *t) {
  switch (t->status) {
  case SIM_TASK_RUNNING:
    run(w, t);
    break;
  case SIM_TASK_DEACTIVATING:
    if (!t->target || t->exit_code >= 0)
      enter(w, t, SIM_TASK_STOPPING);
    break;
  default:
    enter(w, t, t->status + 1);
  }
}

void sim_tasks_step(struct sim_world *w, struct sim_service *s) {
  for (size_t i = 0; i < s->tasks.n; i++) {
    struct sim_task *t = s->tasks.v[i];
    if (!t->next || w->now < t->next)
      continue;
    take_step(w, t);
    if (t->status == SIM_TASK_STOPPED && sim_vec_add(&s->stopped, t))
      sim_vec_remove(&s->tasks, i--);
  }
  while (s->stopped.n) {
    struct sim_task *oldest = s->stopped.v[0];
    if (w->now < oldest->next)
      break;
    sim_vec_remove(&s->stopped, 0);
    sim_task_free(w, oldest);
  }
}
