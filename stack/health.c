/* Every thing rated, with the reason in words. One function a kind; the table at the end says
 * which, and what else than the thing itself the rating looks at.
 */
#include "config.h"

#include "stack/internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  STUCK_MS = 5 * 60000,
  RECENT_STOP_MS = 10 * 60000,
  TIME_EVERY_MS = 30000,
  TRACKED_MAX = 256
};

static void rated(struct stack_rating *r, enum stack_level level, const char *fmt, ...)
    AWS_PRINTF(3, 4);

/* The worst that is said stays. */
static void rated(struct stack_rating *r, enum stack_level level, const char *fmt, ...) {
  if (level <= r->level)
    return;
  va_list ap;
  va_start(ap, fmt);
  r->level = level;
  r->symptom = false;
  vsnprintf(r->reason, sizeof r->reason, fmt, ap);
  va_end(ap);
}

/* A rate beyond its threshold: felt here, be the cause here or further down the path. */
static void felt(struct stack_rating *r, const char *what, double value, double limit,
                 const char *unit) {
  if (limit <= 0 || !(value > limit) || r->level >= STACK_WARN)
    return;
  rated(r, STACK_WARN, "%s %.*f%s (limit %.*f%s)", what, value < 100, value, unit, limit < 100,
        limit, unit);
  r->symptom = true;
}

const char *stack_level_name(enum stack_level l) {
  static const char *const names[] = {"ok", "note", "unknown", "warn", "bad"};
  return names[l];
}

/* ---- words for states -------------------------------------------------------------- */

struct state_row {
  const char *state; /* a trailing '*' stands for anything */
  enum stack_level level;
};

static bool state_fits(struct aws_str state, const char *pattern) {
  size_t n = strlen(pattern);
  if (n && pattern[n - 1] == '*')
    return state.n >= n - 1 && !memcmp(state.p, pattern, n - 1);
  return aws_str_eq_c(state, pattern);
}

/* A state that no row names is not known to be well. */
static enum stack_level state_level(const struct state_row *rows, size_t n, struct aws_str state) {
  for (size_t i = 0; i < n; i++)
    if (state_fits(state, rows[i].state))
      return rows[i].level;
  return STACK_UNKNOWN;
}
#define STATE_LEVEL(rows, state) state_level(rows, sizeof(rows) / sizeof *(rows), state)

/* https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html and, for
 * clusters,
 * .../AuroraUserGuide/accessing-monitoring.html */
static const struct state_row database_states[] = {
    {"available", STACK_OK},
    {"backing-up", STACK_NOTE},
    {"configuring-*", STACK_NOTE},
    {"converting-*", STACK_NOTE},
    {"creating", STACK_NOTE},
    {"backtracking", STACK_NOTE},
    {"cloning-*", STACK_NOTE},
    {"deleting", STACK_NOTE},
    {"delete-precheck", STACK_NOTE},
    {"maintenance", STACK_NOTE},
    {"migrating", STACK_NOTE},
    {"modifying", STACK_NOTE},
    {"moving-to-vpc", STACK_NOTE},
    {"preparing-data-migration", STACK_NOTE},
    {"promoting", STACK_NOTE},
    {"renaming", STACK_NOTE},
    {"resetting-master-credentials", STACK_NOTE},
    {"starting", STACK_NOTE},
    {"storage-config-upgrade", STACK_NOTE},
    {"storage-initialization", STACK_NOTE},
    {"storage-optimization", STACK_NOTE},
    {"update-iam-db-auth", STACK_NOTE},
    {"upgrading", STACK_NOTE},
    {"scaling-*", STACK_NOTE},
    {"failing-over", STACK_WARN},
    {"rebooting", STACK_WARN},
    {"stopped", STACK_WARN},
    {"stopping", STACK_WARN},
    {"migration-failed", STACK_WARN},
    {"failed", STACK_BAD},
    {"cluster-*", STACK_BAD},
    {"inaccessible-*", STACK_BAD},
    {"incompatible-*", STACK_BAD},
    {"insufficient-capacity", STACK_BAD},
    {"restore-error", STACK_BAD},
    {"storage-full", STACK_BAD},
};

static const struct state_row load_balancer_states[] = {
    {"active", STACK_OK},
    {"provisioning", STACK_NOTE},
    {"active_impaired", STACK_WARN},
    {"failed", STACK_BAD},
};

static const struct state_row target_states[] = {
    {"healthy", STACK_OK},  {"initial", STACK_NOTE},   {"draining", STACK_NOTE},
    {"unused", STACK_NOTE}, {"unhealthy*", STACK_BAD},
};

/* ---- edge -------------------------------------------------------------------------- */

static void rate_distribution(struct stack *s, const struct stack_row *row,
                              struct stack_rating *r) {
  const struct cloudfront_distribution *d = row->item;
  double limit = s->cfg.thresholds.error_rate_percent;
  double rate = stack_metric_last(s, STACK_DISTRIBUTION, row->id, "5xxErrorRate");
  if (aws_str_eq_c(d->status, "InProgress"))
    rated(r, STACK_NOTE, "a change is being deployed");
  else if (!aws_str_eq_c(d->status, "Deployed"))
    rated(r, STACK_UNKNOWN, "status %.*s", AWS_STR_ARG(d->status));
  if (!d->enabled)
    rated(r, STACK_NOTE, "disabled");
  felt(r, "5xx", rate, limit, "%");
}

static void rate_invalidation(struct stack *s, const struct stack_row *row,
                              struct stack_rating *r) {
  const struct cloudfront_invalidation *v = row->item;
  (void)s;
  if (aws_str_eq_c(v->status, "InProgress"))
    rated(r, STACK_NOTE, "in progress");
}

static void rate_vpc_origin(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct cloudfront_vpc_origin *v = row->item;
  (void)s;
  if (aws_str_eq_c(v->status, "Failed"))
    rated(r, STACK_BAD, "VPC origin failed");
  else if (!aws_str_eq_c(v->status, "Deployed"))
    rated(r, STACK_NOTE, "%.*s", AWS_STR_ARG(v->status));
}

/* ---- load balancing ---------------------------------------------------------------- */

static void rate_load_balancer(struct stack *s, const struct stack_row *row,
                               struct stack_rating *r) {
  const struct elbv2_load_balancer *v = row->item;
  const struct stack_thresholds *t = &s->cfg.thresholds;
  enum stack_level level = STATE_LEVEL(load_balancer_states, v->state_code);
  rated(r, level, "%.*s%s%.*s", AWS_STR_ARG(v->state_code), v->state_reason.n ? ": " : "",
        AWS_STR_ARG(v->state_reason));
  double all = stack_metric_last(s, STACK_LOAD_BALANCER, row->id, "RequestCount");
  double target = stack_metric_last(s, STACK_LOAD_BALANCER, row->id, "HTTPCode_Target_5XX_Count");
  double own = stack_metric_last(s, STACK_LOAD_BALANCER, row->id, "HTTPCode_ELB_5XX_Count");
  double failed = (isnan(target) ? 0 : target) + (isnan(own) ? 0 : own);
  felt(r, "5xx", all > 0 ? failed * 100 / all : 0, t->error_rate_percent, "%");
  double p95 = stack_metric_last(s, STACK_LOAD_BALANCER, row->id, "TargetResponseTime");
  felt(r, "p95", p95, t->latency_ms, " ms");
}

static bool check_disabled(const struct elbv2_target *v) {
  return aws_str_eq_c(v->reason, "Target.HealthCheckDisabled");
}

static void rate_target(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct elbv2_target *v = row->item;
  (void)s;
  if (check_disabled(v)) {
    rated(r, STACK_NOTE, "health checks disabled");
    return;
  }
  struct aws_str why = v->description.n ? v->description : v->reason;
  rated(r, STATE_LEVEL(target_states, v->state), "%.*s%s%.*s", AWS_STR_ARG(v->state),
        why.n ? ": " : "", AWS_STR_ARG(why));
}

struct counts {
  size_t all, healthy, unhealthy, other, unused;
  const struct elbv2_target *first_unhealthy;
};

static struct counts count_targets(struct stack *s, struct aws_str group) {
  struct counts c = {0};
  const struct stack_row *const *rows = stack_children(s, STACK_TARGET, group, &c.all);
  for (size_t i = 0; i < c.all; i++) {
    const struct elbv2_target *v = rows[i]->item;
    if (aws_str_eq_c(v->state, "healthy"))
      c.healthy++;
    else if (aws_str_starts(v->state, "unhealthy")) {
      c.unhealthy++;
      c.first_unhealthy = c.first_unhealthy ? c.first_unhealthy : v;
    } else if (aws_str_eq_c(v->state, "unused") || check_disabled(v))
      c.unused++;
    else
      c.other++;
  }
  return c;
}

static void rate_target_group(struct stack *s, const struct stack_row *row,
                              struct stack_rating *r) {
  const struct elbv2_target_group *g = row->item;
  struct counts c = count_targets(s, row->id);
  const struct stack_part *p = stack_part_of(s, STACK_TARGET, row->id);
  if (!p || !p->loaded) {
    rated(r, STACK_UNKNOWN,
          p && p->error.code != AWS_OK ? "target health could not be read"
                                       : "target health not read yet");
    return;
  }
  if (!g->load_balancer_arns.n) {
    rated(r, STACK_NOTE, "no load balancer uses it");
    return;
  }
  if (!c.all) {
    rated(r, STACK_BAD, "no targets registered");
    return;
  }
  if (c.unused == c.all) {
    rated(r, STACK_NOTE, "targets unused or without health checks");
    return;
  }
  struct aws_str why = {NULL, 0};
  if (c.first_unhealthy)
    why = c.first_unhealthy->reason;
  enum stack_level level = !c.healthy || c.unhealthy * 2 > c.all ? STACK_BAD
                           : c.unhealthy                         ? STACK_WARN
                           : c.other                             ? STACK_NOTE
                                                                 : STACK_OK;
  rated(r, level, "%zu/%zu healthy%s%.*s", c.healthy, c.all, why.n ? ": " : "", AWS_STR_ARG(why));
}

/* ---- ECS --------------------------------------------------------------------------- */

static void rate_cluster(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct ecs_cluster *v = row->item;
  (void)s;
  if (aws_str_eq_c(v->status, "FAILED"))
    rated(r, STACK_BAD, "failed");
  else if (!aws_str_eq_c(v->status, "ACTIVE"))
    rated(r, STACK_NOTE, "%.*s", AWS_STR_ARG(v->status));
}

const struct ecs_deployment *stack_primary(const struct ecs_service *v) {
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++)
    if (aws_str_eq_c(d[i].status, "PRIMARY"))
      return &d[i];
  return NULL;
}

/* Controllers without a rollout state are rolling while there is more than one deployment. */
bool stack_rolling(const struct ecs_service *v) {
  const struct ecs_deployment *d = stack_primary(v);
  if (d && d->rollout_state.n)
    return aws_str_eq_c(d->rollout_state, "IN_PROGRESS");
  return v->deployments.n > 1;
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

static void rate_rollout(struct stack *s, const struct ecs_service *v,
                         const struct ecs_deployment *d, struct stack_rating *r) {
  int64_t rev = stack_revision(d->task_definition);
  aws_ms stood = stack_wall(s) - standing_since(s, d);
  if (d->failed_tasks > 0)
    rated(r, STACK_WARN, "rollout of rev %" PRId64 " failing: %" PRId64 " task%s failed", rev,
          d->failed_tasks, d->failed_tasks == 1 ? "" : "s");
  else if (d->running < d->desired && stood > STUCK_MS)
    rated(r, STACK_WARN,
          "rollout of rev %" PRId64 " not advancing for %d min: %" PRId64 "/%" PRId64, rev,
          (int)(stood / 60000), d->running, d->desired);
  rated(r, STACK_NOTE, "rolling out rev %" PRId64 ": %" PRId64 "/%" PRId64, rev, d->running,
        d->desired);
  (void)v;
}

static void rate_failed_rollouts(const struct ecs_service *v, struct stack_rating *r) {
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++) {
    if (!aws_str_eq_c(d[i].rollout_state, "FAILED"))
      continue;
    bool primary = aws_str_eq_c(d[i].status, "PRIMARY");
    rated(r, primary && v->running < v->desired ? STACK_BAD : STACK_WARN,
          "rollout of rev %" PRId64 " failed%s%.*s", stack_revision(d[i].task_definition),
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
  const struct stack_row *const *rows = stack_service_tasks(s, row->id, true, &n);
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
    rated(r, STACK_WARN, "%zu task%s stopped with errors: %s", failed, failed == 1 ? "" : "s", why);
}

static void rate_service_use(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct stack_thresholds *t = &s->cfg.thresholds;
  double cpu = stack_metric_last(s, STACK_SERVICE, row->id, "CPUUtilization");
  double memory = stack_metric_last(s, STACK_SERVICE, row->id, "MemoryUtilization");
  if (t->cpu_percent > 0 && cpu > t->cpu_percent)
    rated(r, STACK_WARN, "cpu %.0f%% (limit %.0f%%)", cpu, t->cpu_percent);
  if (t->memory_percent > 0 && memory > t->memory_percent)
    rated(r, STACK_WARN, "memory %.0f%% (limit %.0f%%)", memory, t->memory_percent);
}

static void rate_service(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct ecs_service *v = row->item;
  const struct ecs_deployment *d = stack_primary(v);
  bool rolling = stack_rolling(v);
  if (v->desired > 0 && !v->running)
    rated(r, STACK_BAD, "none of %" PRId64 " running", v->desired);
  rate_failed_rollouts(v, r);
  if (rolling && d)
    rate_rollout(s, v, d, r);
  else if (v->running < v->desired)
    rated(r, STACK_WARN,
          v->pending ? "%" PRId64 "/%" PRId64 " running, %" PRId64 " starting"
                     : "%" PRId64 "/%" PRId64 " running",
          v->running, v->desired, v->pending);
  rate_stopped_tasks(s, row, r);
  rate_service_use(s, row, r);
  if (aws_str_eq_c(v->status, "DRAINING"))
    rated(r, STACK_NOTE, "being deleted");
  if (!v->desired)
    rated(r, STACK_NOTE, "scaled to none");
}

static void rate_task(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct ecs_task *t = row->item;
  char why[150];
  (void)s;
  if (aws_str_eq_c(t->desired_status, "STOPPED")) {
    if (stack_task_failed(t, why, sizeof why))
      rated(r, STACK_BAD, "%s", why);
    rated(r, STACK_NOTE, "%.*s",
          AWS_STR_ARG(t->stopped_reason.n ? t->stopped_reason : t->last_status));
  } else if (aws_str_eq_c(t->health_status, "UNHEALTHY"))
    rated(r, STACK_WARN, "container health check fails");
  else if (!aws_str_eq_c(t->last_status, "RUNNING"))
    rated(r, STACK_NOTE, "%.*s", AWS_STR_ARG(t->last_status));
}

static void rate_scalable_target(struct stack *s, const struct stack_row *row,
                                 struct stack_rating *r) {
  const struct autoscaling_target *t = row->item;
  (void)s;
  if (t->in_suspended || t->out_suspended || t->scheduled_suspended)
    rated(r, STACK_NOTE, "autoscaling suspended");
}

/* ---- databases --------------------------------------------------------------------- */

enum stack_level stack_database_level(struct aws_str status) {
  return STATE_LEVEL(database_states, status);
}

static void rate_db_instance(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct rds_instance *v = row->item;
  const struct rds_parameter_group *g = v->parameter_groups.items;
  const struct stack_thresholds *t = &s->cfg.thresholds;
  rated(r, STATE_LEVEL(database_states, v->status), "%.*s", AWS_STR_ARG(v->status));
  for (size_t i = 0; i < v->parameter_groups.n; i++)
    if (aws_str_eq_c(g[i].apply_status, "pending-reboot"))
      rated(r, STACK_NOTE, "parameter group %.*s pending reboot", AWS_STR_ARG(g[i].name));
  double cpu = stack_metric_last(s, STACK_DB_INSTANCE, row->id, "CPUUtilization");
  double gib = stack_metric_last(s, STACK_DB_INSTANCE, row->id, "FreeStorageSpace");
  if (t->cpu_percent > 0 && cpu > t->cpu_percent)
    rated(r, STACK_WARN, "cpu %.0f%% (limit %.0f%%)", cpu, t->cpu_percent);
  if (t->free_storage_gib > 0 && gib < t->free_storage_gib)
    rated(r, STACK_WARN, "%.1f GiB free (limit %.1f)", gib, t->free_storage_gib);
}

static void rate_db_cluster(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct rds_cluster *v = row->item;
  const struct rds_member *m = v->members.items;
  bool writer = false;
  (void)s;
  rated(r, STATE_LEVEL(database_states, v->status), "%.*s", AWS_STR_ARG(v->status));
  for (size_t i = 0; i < v->members.n; i++) {
    writer = writer || m[i].writer;
    if (aws_str_eq_c(m[i].parameter_group_status, "pending-reboot"))
      rated(r, STACK_NOTE, "%.*s: parameter group pending reboot", AWS_STR_ARG(m[i].instance_id));
  }
  if (v->members.n && !writer)
    rated(r, STACK_WARN, "no writer");
}

/* ---- alarms ------------------------------------------------------------------------ */

/* Target tracking makes alarms of its own, and the low one of an idle service is always in ALARM.
 */
static void rate_alarm(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct cloudwatch_alarm *v = row->item;
  (void)s;
  if (!aws_str_eq_c(v->state, "ALARM"))
    return;
  if (aws_str_starts(v->name, "TargetTracking-")) {
    rated(r, STACK_NOTE, "autoscaling's own alarm");
    return;
  }
  rated(r, STACK_WARN, "%.*s", AWS_STR_ARG(v->reason.n ? v->reason : v->name));
  r->symptom = true;
}

/* ---- the table --------------------------------------------------------------------- */

static const struct {
  void (*rate)(struct stack *s, const struct stack_row *row, struct stack_rating *r);
  unsigned looks_at; /* besides the thing itself */
} ratings[STACK_KINDS] = {
    [STACK_DISTRIBUTION] = {rate_distribution, STACK_BIT_METRICS},
    [STACK_INVALIDATION] = {rate_invalidation, 0},
    [STACK_VPC_ORIGIN] = {rate_vpc_origin, 0},
    [STACK_LOAD_BALANCER] = {rate_load_balancer, STACK_BIT_METRICS},
    [STACK_TARGET_GROUP] = {rate_target_group, STACK_BIT(STACK_TARGET)},
    [STACK_TARGET] = {rate_target, 0},
    [STACK_CLUSTER] = {rate_cluster, 0},
    [STACK_SERVICE] = {rate_service, STACK_BIT(STACK_TASK) | STACK_BIT_METRICS | STACK_BIT_TIME},
    [STACK_TASK] = {rate_task, 0},
    [STACK_SCALABLE_TARGET] = {rate_scalable_target, 0},
    [STACK_DB_INSTANCE] = {rate_db_instance, STACK_BIT_METRICS},
    [STACK_DB_CLUSTER] = {rate_db_cluster, 0},
    [STACK_ALARM] = {rate_alarm, 0},
};

/* True when the rating is another one now. */
static bool rate_row(struct stack *s, enum stack_kind k, struct stack_row *row) {
  struct stack_rating r;
  r.level = STACK_OK;
  r.reason[0] = '\0';
  r.symptom = false;
  ratings[k].rate(s, row, &r);
  if (r.level == row->rating.level && !strcmp(r.reason, row->rating.reason))
    return false;
  row->rating = r;
  return true;
}

static bool rate_kind(struct stack *s, enum stack_kind k, bool all) {
  bool moved = false;
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    const struct stack_feed *f = &s->feeds[i];
    for (size_t j = 0; f->def->kind == k && j < f->n; j++)
      for (size_t n = 0; n < f->parts[j]->shown.n; n++) {
        struct stack_sheet *sh = f->parts[j]->shown.v[n];
        for (size_t r = 0; (all || !sh->rated) && r < sh->n; r++)
          moved = rate_row(s, k, &sh->rows[r]) || moved;
        sh->rated = true;
      }
  }
  return moved;
}

unsigned stack_health_rate(struct stack *s, unsigned dirty) {
  unsigned moved = 0;
  for (int k = 0; k < STACK_KINDS; k++) {
    bool all = (dirty & ratings[k].looks_at) != 0;
    if (!ratings[k].rate || (!all && !(dirty & STACK_BIT(k))))
      continue;
    if (!rate_kind(s, (enum stack_kind)k, all))
      continue;
    moved |= STACK_BIT(k);
    s->kinds[k].pub.generation = ++s->generation;
    stack_changed(s, STACK_CHANGED_ROWS);
  }
  return moved;
}

void stack_health_tick(struct stack *s) {
  aws_ms now = stack_mono(s);
  if (now - s->timed_at < TIME_EVERY_MS)
    return;
  s->timed_at = now;
  s->dirty |= STACK_BIT_TIME;
}

bool stack_health_init(struct stack *s) {
  s->progress = aws_calloc(1, sizeof *s->progress);
  return s->progress != NULL;
}

void stack_health_free(struct stack *s) {
  free(s->progress);
  s->progress = NULL;
}
