/* Ratings of what runs on ECS: clusters, services and how their rollouts advance, tasks. */
#include "config.h"

#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/ecs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { STUCK_MS = 5 * 60000, RECENT_STOP_MS = 10 * 60000, TRACKED_MAX = 256 };

void stack_rate_cluster(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct ecs_cluster *v = row->item;
  (void)s;
  if (!stack_state_known(STACK_CLUSTER, v->status))
    stack_rated_strange(r, "status", v->status);
  else if (aws_str_eq_c(v->status, "FAILED"))
    stack_rated(r, STACK_BAD, "failed");
  else
    stack_rated(r, stack_state_level(STACK_CLUSTER, v->status), "%.*s", AWS_STR_ARG(v->status));
}

/* How a rollout stood when it last moved. */
struct tracked {
  char id[128];
  int64_t running, failed;
  aws_ms since, seen;
};
struct stack_progress {
  struct tracked rows[TRACKED_MAX];
  size_t n;
};

static struct tracked *track(struct stack *s, struct aws_str id) {
  struct stack_progress *g = s->progress;
  struct tracked *oldest = &g->rows[0];
  for (size_t i = 0; i < g->n; i++) {
    if (aws_str_eq_c(id, g->rows[i].id))
      return &g->rows[i];
    if (g->rows[i].seen < oldest->seen)
      oldest = &g->rows[i];
  }
  struct tracked *t = g->n < TRACKED_MAX ? &g->rows[g->n++] : oldest;
  *t = (struct tracked){.running = -1};
  snprintf(t->id, sizeof t->id, "%.*s", AWS_STR_ARG(id));
  return t;
}

/* Since when (wall clock) the rollout has not moved. */
static aws_ms standing_since(struct stack *s, const struct ecs_deployment *d) {
  struct tracked *t = track(s, d->id);
  aws_ms now = stack_wall(s);
  if (t->running < 0)
    t->since = d->updated ? d->updated : d->created ? d->created : now;
  else if (t->running != d->running)
    t->since = now;
  t->running = d->running;
  t->failed = d->failed_tasks;
  t->seen = now;
  return t->since;
}

static void rate_rollout(struct stack *s, const struct ecs_deployment *d,
                         const struct stack_rollout *o, struct stack_rating *r) {
  aws_ms stood = stack_wall(s) - standing_since(s, d);
  if (d->failed_tasks > 0)
    stack_rated(r, STACK_WARN, "rollout of rev %s failing: %" PRId64 " task%s failed",
                stack_rev(o->rev).text, d->failed_tasks, d->failed_tasks == 1 ? "" : "s");
  else if (d->running < d->desired && stood > STUCK_MS)
    stack_rated(r, STACK_WARN, "rollout of rev %s not advancing for %d min: %" PRId64 "/%" PRId64,
                stack_rev(o->rev).text, (int)(stood / 60000), d->running, d->desired);
  if (o->taken_rev)
    stack_rated(r, STACK_NOTE, "rolling back from rev %s to %s: %" PRId64 "/%" PRId64,
                stack_rev(o->taken_rev).text, stack_rev(o->rev).text, d->running, d->desired);
  stack_rated(r, STACK_NOTE, "rolling out rev %s: %" PRId64 "/%" PRId64, stack_rev(o->rev).text,
              d->running, d->desired);
}

/* While it rolls back, that is what is going on; the reason of the failure stands in the timeline.
 */
static void rate_failed_rollouts(const struct ecs_service *v, const struct stack_rollout *o,
                                 struct stack_rating *r) {
  const struct ecs_deployment *d = v->deployments.items, *now = stack_primary(v);
  for (size_t i = 0; i < v->deployments.n; i++) {
    int64_t rev = stack_revision(d[i].task_definition);
    bool over = now && &d[i] != now && !o->rolling; /* it was left: remembered as a note */
    if (over || !aws_str_eq_c(d[i].rollout_state, "FAILED"))
      continue;
    enum stack_level level = &d[i] == now && v->running < v->desired ? STACK_BAD : STACK_WARN;
    if (o->back && now)
      stack_rated(r, level, "rev %s failed, rolling back to %s: %" PRId64 "/%" PRId64,
                  stack_rev(rev).text, stack_rev(o->rev).text, now->running, now->desired);
    else
      stack_rated(r, level, "rollout of rev %s failed%s%.*s", stack_rev(rev).text,
                  d[i].rollout_state_reason.n ? ": " : "", AWS_STR_ARG(d[i].rollout_state_reason));
  }
}

bool stack_task_failed(const struct ecs_task *t, char *why, size_t size) {
  static const char *const bad_codes[] = {"TaskFailedToStart", "EssentialContainerExited",
                                          "InfrastructureHealth"};
  bool failed = aws_str_has(t->stopped_reason, AWS_STR_LIT("health check"));
  for (size_t i = 0; i < sizeof bad_codes / sizeof *bad_codes; i++)
    failed = failed || aws_str_eq_c(t->stop_code, bad_codes[i]);
  if (!failed)
    return false;
  struct aws_str text = t->stopped_reason.n ? t->stopped_reason : t->stop_code;
  const struct ecs_container *c = t->containers.items;
  snprintf(why, size, "%.*s", AWS_STR_ARG(text));
  for (size_t i = 0; i < t->containers.n; i++)
    if (c[i].exit_code) {
      snprintf(why, size, "%.*s (%.*s: exit %" PRId64 ")", AWS_STR_ARG(text),
               AWS_STR_ARG(c[i].name), c[i].exit_code);
      break;
    }
  return true;
}

/* Tasks of an earlier revision that failed are over once the service has left that revision. */
static void rate_stopped_tasks(struct stack *s, const struct stack_row *row,
                               struct stack_rating *r) {
  const struct ecs_service *v = row->item;
  size_t n, failed = 0;
  char why[120] = "", one[120];
  const struct stack_row *const *rows = stack_rows_tasks(s, row->id, true, &n);
  for (size_t i = 0; i < n; i++) {
    const struct ecs_task *t = rows[i]->item;
    aws_ms at = t->stopped ? t->stopped : t->stopping;
    if (at < stack_wall(s) - RECENT_STOP_MS || !stack_task_failed(t, one, sizeof one))
      continue;
    if (!stack_rolling(v) && !aws_str_eq(t->task_definition, v->task_definition))
      continue;
    if (!failed++)
      memcpy(why, one, sizeof why);
  }
  if (failed)
    stack_rated(r, STACK_WARN, "%zu task%s stopped with errors: %s", failed, failed == 1 ? "" : "s",
                why);
}

static void rate_service_use(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct stack_thresholds *t = &s->cfg.thresholds;
  double cpu = stack_metric_last(s, STACK_SERVICE, row->id, "CPUUtilization");
  double memory = stack_metric_last(s, STACK_SERVICE, row->id, "MemoryUtilization");
  if (t->cpu_percent > 0 && cpu > t->cpu_percent)
    stack_rated(r, STACK_WARN, "cpu %.0f%% (limit %.0f%%)", cpu, t->cpu_percent);
  if (t->memory_percent > 0 && memory > t->memory_percent)
    stack_rated(r, STACK_WARN, "memory %.0f%% (limit %.0f%%)", memory, t->memory_percent);
}

static void rate_count(const struct ecs_service *v, bool scaling_out, struct stack_rating *r) {
  if (v->running >= v->desired)
    return;
  if (scaling_out)
    stack_rated(r, STACK_NOTE, "scaling out: %" PRId64 "/%" PRId64 " running", v->running,
                v->desired);
  else
    stack_rated(r, STACK_WARN,
                v->pending ? "%" PRId64 "/%" PRId64 " running, %" PRId64 " starting"
                           : "%" PRId64 "/%" PRId64 " running",
                v->running, v->desired, v->pending);
}

static void rate_past_failure(const struct ecs_deployment *d, const struct stack_rollout *o,
                              struct stack_rating *r) {
  if (o->taken_rev && !o->rolling)
    stack_rated(r, STACK_NOTE, "rolled back from rev %s to %s at %s", stack_rev(o->taken_rev).text,
                stack_rev(o->rev).text, stack_clock_words(o->taken_at).text);
  if (!o->failed_at || o->rolling || !d || aws_str_eq_c(d->rollout_state, "FAILED"))
    return;
  const struct stack_clock_text at = stack_clock_words(o->failed_at);
  if (o->failed_rev)
    stack_rated(r, STACK_NOTE, "rev %s failed %s, rolled back to %s", stack_rev(o->failed_rev).text,
                at.text, stack_rev(o->rev).text);
  else
    stack_rated(r, STACK_NOTE, "a rollout failed %s, rolled back to %s", at.text,
                stack_rev(o->rev).text);
}

/* What is counted can be told all the same. */
static void rate_strange(const struct ecs_service *v, struct stack_rating *r) {
  if (!stack_state_known(STACK_SERVICE, v->status))
    stack_rated_strange(r, "status", v->status);
  struct aws_str odd = stack_rollout_strange(v);
  if (odd.p)
    stack_rated_strange(r, "rollout state", odd);
}

void stack_rate_service(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct ecs_service *v = row->item;
  const struct ecs_deployment *d = stack_primary(v);
  bool scaling_out = stack_service_seen(s, row);
  struct stack_rollout o = stack_rollout_of(s, row);
  if (v->desired > 0 && !v->running)
    stack_rated(r, STACK_BAD, "none of %" PRId64 " running", v->desired);
  rate_failed_rollouts(v, &o, r);
  if (o.rolling && d)
    rate_rollout(s, d, &o, r);
  else
    rate_count(v, scaling_out, r);
  rate_stopped_tasks(s, row, r);
  rate_service_use(s, row, r);
  rate_past_failure(d, &o, r);
  rate_strange(v, r);
  if (aws_str_eq_c(v->status, "DRAINING"))
    stack_rated(r, STACK_NOTE, "being deleted");
  if (!v->desired)
    stack_rated(r, STACK_NOTE, "scaled to none");
}

void stack_rate_task(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct ecs_task *t = row->item;
  char why[150];
  (void)s;
  if (aws_str_eq_c(t->desired_status, "STOPPED")) {
    if (stack_task_failed(t, why, sizeof why))
      stack_rated(r, STACK_BAD, "%s", why);
    stack_rated(r, STACK_NOTE, "%.*s",
                AWS_STR_ARG(t->stopped_reason.n ? t->stopped_reason : t->last_status));
  } else if (aws_str_eq_c(t->health_status, "UNHEALTHY"))
    stack_rated(r, STACK_WARN, "container health check fails");
  else if (!stack_state_known(STACK_TASK, t->last_status))
    stack_rated_strange(r, "status", t->last_status);
  else
    stack_rated(r, stack_state_level(STACK_TASK, t->last_status), "%.*s",
                AWS_STR_ARG(t->last_status));
}

bool stack_health_init(struct stack *s) {
  s->progress = aws_calloc(1, sizeof *s->progress);
  return s->progress && stack_rollouts_init(s);
}

void stack_health_free(struct stack *s) {
  stack_rollouts_free(s);
  free(s->progress);
  s->progress = NULL;
}
