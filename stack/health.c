/* Every thing rated, with the reason in words. One function a kind; the table at the end says
 * which, and what else than the thing itself the rating looks at.
 */
#include "config.h"

#include "stack/happening.h"
#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/autoscaling.h"
#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"

#include <math.h>
#include <stdio.h>

enum { TIME_EVERY_MS = 30000 };

/* A rate beyond its threshold: felt here, be the cause here or further down the path. */
static void felt(struct stack_rating *r, const char *what, double value, double limit,
                 const char *unit) {
  if (limit <= 0 || !(value > limit) || r->level >= STACK_WARN)
    return;
  stack_rated(r, STACK_WARN, "%s %.*f%s (limit %.*f%s)", what, value < 100, value, unit,
              limit < 100, limit, unit);
  r->symptom = true;
}

/* ---- edge ------------------------------------------------------------------------------------ */

/* One limit for all that answer requests: what fails behind one is felt at those before it too. */
static void rate_errors(struct stack *s, const struct stack_row *row, enum stack_kind k,
                        struct stack_rating *r) {
  felt(r, "5xx", stack_metric_5xx_percent(s, k, row->id), s->cfg.thresholds.error_rate_percent,
       "%");
}

static void rate_distribution(struct stack *s, const struct stack_row *row,
                              struct stack_rating *r) {
  const struct cloudfront_distribution *d = row->item;
  if (!stack_state_known(STACK_DISTRIBUTION, d->status))
    stack_rated_strange(r, "status", d->status);
  if (aws_str_eq_c(d->status, "InProgress"))
    stack_rated(r, STACK_NOTE, "a change is being deployed");
  if (!d->enabled)
    stack_rated(r, STACK_NOTE, "disabled");
  rate_errors(s, row, STACK_DISTRIBUTION, r);
}

static void rate_api(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  rate_errors(s, row, STACK_API, r);
}

static void rate_invalidation(struct stack *s, const struct stack_row *row,
                              struct stack_rating *r) {
  const struct cloudfront_invalidation *v = row->item;
  (void)s;
  if (!stack_state_known(STACK_INVALIDATION, v->status))
    stack_rated_strange(r, "status", v->status);
  if (aws_str_eq_c(v->status, "InProgress"))
    stack_rated(r, STACK_NOTE, "in progress");
}

static void rate_vpc_origin(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct cloudfront_vpc_origin *v = row->item;
  (void)s;
  if (!stack_state_known(STACK_VPC_ORIGIN, v->status))
    stack_rated_strange(r, "status", v->status);
  else if (aws_str_eq_c(v->status, "Failed"))
    stack_rated(r, STACK_BAD, "VPC origin failed");
  else
    stack_rated(r, stack_state_level(STACK_VPC_ORIGIN, v->status), "%.*s", AWS_STR_ARG(v->status));
}

/* ---- load balancing -------------------------------------------------------------------------- */

static void rate_load_balancer(struct stack *s, const struct stack_row *row,
                               struct stack_rating *r) {
  const struct elbv2_load_balancer *v = row->item;
  const struct stack_thresholds *t = &s->cfg.thresholds;
  enum stack_level level = stack_state_level(STACK_LOAD_BALANCER, v->state_code);
  if (!stack_state_known(STACK_LOAD_BALANCER, v->state_code))
    stack_rated_strange(r, "state", v->state_code);
  stack_rated(r, level, "%.*s%s%.*s", AWS_STR_ARG(v->state_code), v->state_reason.n ? ": " : "",
              AWS_STR_ARG(v->state_reason));
  rate_errors(s, row, STACK_LOAD_BALANCER, r);
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
    stack_rated(r, STACK_NOTE, "health checks disabled");
    return;
  }
  if (!stack_state_known(STACK_TARGET, v->state)) {
    stack_rated_strange(r, "state", v->state);
    return;
  }
  char why[120];
  stack_target_why(v, why, sizeof why);
  if (!why[0])
    stack_plain_words(v->description, why, sizeof why);
  stack_rated(r, stack_state_level(STACK_TARGET, v->state), "%.*s%s%s", AWS_STR_ARG(v->state),
              why[0] ? ": " : "", why);
}

/* Those that come and go are told, but not counted: they are not meant to be in service. Of those
 * that are unavailable AWS does not know how they are, of the strange ones we do not. */
struct counts {
  size_t all, healthy, unhealthy, starting, draining, unused, unavailable, strange;
  const struct elbv2_target *first_unhealthy;
};

static struct counts count_targets(struct stack *s, struct aws_str group) {
  struct counts c = {0};
  const struct stack_row *const *rows = stack_rows_children(s, STACK_TARGET, group, &c.all);
  for (size_t i = 0; i < c.all; i++) {
    const struct elbv2_target *v = rows[i]->item;
    if (aws_str_eq_c(v->state, "healthy"))
      c.healthy++;
    else if (!stack_state_known(STACK_TARGET, v->state))
      c.strange++;
    else if (aws_str_ends(v->state, "draining")) /* unhealthy.draining too */
      c.draining++;
    else if (aws_str_eq_c(v->state, "unhealthy")) {
      c.unhealthy++;
      c.first_unhealthy = c.first_unhealthy ? c.first_unhealthy : v;
    } else if (aws_str_eq_c(v->state, "unused") || check_disabled(v))
      c.unused++;
    else if (aws_str_eq_c(v->state, "initial"))
      c.starting++;
    else
      c.unavailable++;
  }
  return c;
}

/* What is known to be bad is said; what may be well is not called bad for it. */
static enum stack_level level_of(const struct counts *c, size_t in_service) {
  size_t open = c->unavailable + c->strange;
  if (c->unhealthy * 2 > in_service || (!c->healthy && !open))
    return STACK_BAD;
  if (c->unhealthy)
    return STACK_WARN;
  if (c->strange || !c->healthy)
    return STACK_UNKNOWN;
  return c->starting + c->draining + open ? STACK_NOTE : STACK_OK;
}

static void say_counts(const struct counts *c, struct stack_rating *r) {
  size_t in_service = c->healthy + c->unhealthy + c->unavailable + c->strange;
  enum stack_level level = level_of(c, in_service);
  char why[80] = "", coming[48] = "", going[48] = "", open[96] = "";
  if (c->first_unhealthy)
    stack_target_why(c->first_unhealthy, why, sizeof why);
  if (c->starting)
    snprintf(coming, sizeof coming, ", %zu starting", c->starting);
  if (c->draining)
    snprintf(going, sizeof going, ", %zu draining", c->draining);
  if (c->strange)
    snprintf(open, sizeof open, ", %zu not understood", c->strange);
  else if (c->unavailable)
    snprintf(open, sizeof open, ", %zu unavailable", c->unavailable);
  if (in_service)
    stack_rated(r, level, "%zu/%zu healthy%s%s%s%s%s", c->healthy, in_service, why[0] ? ": " : "",
                why, open, coming, going);
  else
    stack_rated(r, level, "none healthy%s%s", coming, going);
}

static void rate_target_group(struct stack *s, const struct stack_row *row,
                              struct stack_rating *r) {
  const struct elbv2_target_group *g = row->item;
  struct counts c = count_targets(s, row->id);
  const struct stack_part *p = stack_part_of(s, STACK_TARGET, row->id);
  if (!p || !p->loaded)
    stack_rated(r, STACK_UNKNOWN,
                p && p->error.code != AWS_OK ? "target health could not be read"
                                             : "target health not read yet");
  else if (!g->load_balancer_arns.n)
    stack_rated(r, STACK_NOTE, "no load balancer uses it");
  else if (!c.all)
    stack_rated(r, STACK_BAD, "no targets registered");
  else if (c.unused == c.all)
    stack_rated(r, STACK_NOTE, "targets unused or without health checks");
  else
    say_counts(&c, r);
}

static void rate_scalable_target(struct stack *s, const struct stack_row *row,
                                 struct stack_rating *r) {
  const struct autoscaling_target *t = row->item;
  (void)s;
  if (t->in_suspended || t->out_suspended || t->scheduled_suspended)
    stack_rated(r, STACK_NOTE, "autoscaling suspended");
}

/* ---- databases ------------------------------------------------------------------------------- */

static void rate_db_instance(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct rds_instance *v = row->item;
  const struct rds_parameter_group *g = v->parameter_groups.items;
  const struct stack_thresholds *t = &s->cfg.thresholds;
  if (!stack_state_known(STACK_DB_INSTANCE, v->status))
    stack_rated_strange(r, "status", v->status);
  stack_rated(r, stack_state_level(STACK_DB_INSTANCE, v->status), "%.*s", AWS_STR_ARG(v->status));
  for (size_t i = 0; i < v->parameter_groups.n; i++)
    if (aws_str_eq_c(g[i].apply_status, "pending-reboot"))
      stack_rated(r, STACK_NOTE, "parameter group %.*s pending reboot", AWS_STR_ARG(g[i].name));
  double cpu = stack_metric_last(s, STACK_DB_INSTANCE, row->id, "CPUUtilization");
  double gib = stack_metric_last(s, STACK_DB_INSTANCE, row->id, "FreeStorageSpace");
  if (t->cpu_percent > 0 && cpu > t->cpu_percent)
    stack_rated(r, STACK_WARN, "cpu %.0f%% (limit %.0f%%)", cpu, t->cpu_percent);
  if (t->free_storage_gib > 0 && gib < t->free_storage_gib)
    stack_rated(r, STACK_WARN, "%.1f GiB free (limit %.1f)", gib, t->free_storage_gib);
}

static void rate_db_cluster(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct rds_cluster *v = row->item;
  const struct rds_member *m = v->members.items;
  bool writer = false;
  (void)s;
  if (!stack_state_known(STACK_DB_CLUSTER, v->status))
    stack_rated_strange(r, "status", v->status);
  stack_rated(r, stack_state_level(STACK_DB_CLUSTER, v->status), "%.*s", AWS_STR_ARG(v->status));
  for (size_t i = 0; i < v->members.n; i++) {
    writer = writer || m[i].writer;
    if (aws_str_eq_c(m[i].parameter_group_status, "pending-reboot"))
      stack_rated(r, STACK_NOTE, "%.*s: parameter group pending reboot",
                  AWS_STR_ARG(m[i].instance_id));
  }
  if (v->members.n && !writer)
    stack_rated(r, STACK_WARN, "no writer");
}

/* ---- alarms ---------------------------------------------------------------------------------- */

/* Target tracking makes alarms of its own, and the low one of an idle service is always in ALARM.
 */
static void rate_alarm(struct stack *s, const struct stack_row *row, struct stack_rating *r) {
  const struct cloudwatch_alarm *v = row->item;
  (void)s;
  if (!stack_state_known(STACK_ALARM, v->state))
    stack_rated_strange(r, "state", v->state);
  if (!aws_str_eq_c(v->state, "ALARM"))
    return;
  if (aws_str_starts(v->name, "TargetTracking-")) {
    stack_rated(r, STACK_NOTE, "autoscaling's own alarm");
    return;
  }
  stack_rated(r, STACK_WARN, "%.*s", AWS_STR_ARG(v->reason.n ? v->reason : v->name));
  r->symptom = true;
}

/* ---- the table ------------------------------------------------------------------------------- */

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
    [STACK_CLUSTER] = {stack_rate_cluster, 0},
    [STACK_SERVICE] = {stack_rate_service,
                       STACK_BIT(STACK_TASK) | STACK_BIT_METRICS | STACK_BIT_TIME},
    [STACK_TASK] = {stack_rate_task, 0},
    [STACK_SCALABLE_TARGET] = {rate_scalable_target, 0},
    [STACK_DB_INSTANCE] = {rate_db_instance, STACK_BIT_METRICS},
    [STACK_DB_CLUSTER] = {rate_db_cluster, 0},
    [STACK_ALARM] = {rate_alarm, 0},
    [STACK_API] = {rate_api, STACK_BIT_METRICS},
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
  for (size_t i = 0; i < s->nfeeds; i++) {
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
