/* What a hop says of itself in a few words: rates, counts, revisions. */
#include "config.h"

#include "stack/derived.h"
#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/cloudfront.h"
#include "aws/api/ecs.h"
#include "aws/api/rds.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void fact(struct stack_hop *h, size_t i, const char *fmt, ...) AWS_PRINTF(3, 4);

static void fact(struct stack_hop *h, size_t i, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(h->facts[i], sizeof h->facts[i], fmt, ap);
  va_end(ap);
}

/* "812", "12.3k", "4.5M". */
static const char *short_number(double v, char out[16]) {
  if (v >= 1e6)
    snprintf(out, 16, "%.1fM", v / 1e6);
  else if (v >= 1e4)
    snprintf(out, 16, "%.1fk", v / 1e3);
  else
    snprintf(out, 16, "%.0f", v);
  return out;
}

/* ---- metrics of all things of a kind --------------------------------------------------------- */

static const struct stack_series *series(struct stack *s, struct stack_hop *h, enum stack_kind k,
                                         struct aws_str id, const char *metric) {
  const struct stack_series *v = stack_metric(s, k, id, metric);
  if (!v || isnan(v->last))
    return NULL;
  h->facts_stale = h->facts_stale || v->stale;
  return v;
}

/* NaN when none has it. */
static double sum_of(struct stack *s, struct stack_hop *h, enum stack_kind k, const char *metric) {
  const struct stack_collection *c = stack_rows_of(s, k);
  double sum = NAN;
  for (size_t i = 0; i < c->n; i++) {
    const struct stack_series *v = series(s, h, k, c->rows[i]->id, metric);
    if (v)
      sum = isnan(sum) ? v->last : sum + v->last;
  }
  return sum;
}

/* Of the thing that has most of it; NaN when none has it. */
static double most_of(struct stack *s, struct stack_hop *h, enum stack_kind k, const char *metric) {
  const struct stack_collection *c = stack_rows_of(s, k);
  double most = NAN;
  for (size_t i = 0; i < c->n; i++) {
    const struct stack_series *v = series(s, h, k, c->rows[i]->id, metric);
    if (v && !(v->last <= most))
      most = v->last;
  }
  return most;
}

/* The worst of them, for the hop is rated by it. */
static double most_failed(struct stack *s, enum stack_kind k) {
  const struct stack_collection *c = stack_rows_of(s, k);
  double most = NAN;
  for (size_t i = 0; i < c->n; i++) {
    double percent = stack_metric_5xx_percent(s, k, c->rows[i]->id);
    if (!isnan(percent) && !(percent <= most))
      most = percent;
  }
  return most;
}

static void say_failed(struct stack *s, struct stack_hop *h, enum stack_kind k) {
  double percent = most_failed(s, k);
  if (!isnan(percent))
    fact(h, 1, "5xx %.1f%%", percent);
}

/* ---- one hop each ---------------------------------------------------------------------------- */

static void facts_cdn(struct stack *s, struct stack_hop *h) {
  char text[16];
  double requests = sum_of(s, h, STACK_DISTRIBUTION, "Requests");
  if (!isnan(requests))
    fact(h, 0, "%s rpm", short_number(requests, text));
  say_failed(s, h, STACK_DISTRIBUTION);
  const struct stack_collection *c = stack_rows_of(s, STACK_DISTRIBUTION);
  for (size_t i = 0; i < c->n; i++)
    if (aws_str_eq_c(((const struct cloudfront_distribution *)c->rows[i]->item)->status,
                     "InProgress"))
      h->moving = true;
  size_t open = 0;
  c = stack_rows_of(s, STACK_INVALIDATION);
  for (size_t i = 0; i < c->n; i++)
    open += aws_str_eq_c(((const struct cloudfront_invalidation *)c->rows[i]->item)->status,
                         "InProgress");
  if (open)
    fact(h, 2, "%zu invalidating", open);
  h->moving = h->moving || open;
}

static void facts_api(struct stack *s, struct stack_hop *h) {
  char text[16];
  double requests = sum_of(s, h, STACK_API, "Count");
  if (!isnan(requests))
    fact(h, 0, "%s rps", short_number(requests / 60, text));
  say_failed(s, h, STACK_API);
}

static void facts_alb(struct stack *s, struct stack_hop *h) {
  char text[16];
  double p95 = most_of(s, h, STACK_LOAD_BALANCER, "TargetResponseTime");
  double all = sum_of(s, h, STACK_LOAD_BALANCER, "RequestCount");
  if (!isnan(p95))
    fact(h, 0, "p95 %.0fms", p95);
  say_failed(s, h, STACK_LOAD_BALANCER);
  if (!isnan(all))
    fact(h, 2, "%s rps", short_number(all / 60, text));
}

/* Of the service that fares worst. While it rolls out, the old revision may still do all of the
 * work: nobody is to take the new one's count for an outage. */
static void say_service(struct stack *s, struct stack_hop *h, const struct stack_row *row) {
  const struct ecs_service *v = row->item;
  struct stack_rollout r = stack_rollout_of(s, row);
  if (r.rolling && r.old > 0)
    fact(h, 0, "new %" PRId64 "/%" PRId64 ", old %" PRId64 "/%" PRId64, r.running, r.desired, r.old,
         v->desired);
  else
    fact(h, 0, "%.*s %" PRId64 "/%" PRId64, AWS_STR_ARG(v->name),
         r.rolling ? r.running : v->running, r.rolling ? r.desired : v->desired);
}

static void say_rollout(struct stack *s, struct stack_hop *h, const struct stack_row *row) {
  struct stack_rollout r = stack_rollout_of(s, row);
  if (r.from && r.from != r.rev)
    fact(h, 1, "%s %s→%s", r.back || r.taken_rev ? "back" : "rev", stack_rev(r.from).text,
         stack_rev(r.rev).text);
  else
    fact(h, 1, "rev %s rolling", stack_rev(r.rev).text);
}

static void facts_ecs(struct stack *s, struct stack_hop *h) {
  const struct stack_collection *c = stack_rows_of(s, STACK_SERVICE);
  const struct stack_row *worst = NULL, *rolling = NULL;
  int64_t running = 0, desired = 0;
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_service *v = c->rows[i]->item;
    running += v->running;
    desired += v->desired;
    if (c->rows[i]->rating.level != STACK_OK &&
        (!worst || c->rows[i]->rating.level > worst->rating.level))
      worst = c->rows[i];
    if (stack_rolling(v) && (!rolling || c->rows[i] == worst))
      rolling = c->rows[i];
  }
  h->moving = rolling != NULL;
  if (worst)
    say_service(s, h, worst);
  else if (c->n)
    fact(h, 0, "%" PRId64 "/%" PRId64 " tasks", running, desired);
  if (rolling)
    say_rollout(s, h, rolling);
  double cpu = most_of(s, h, STACK_SERVICE, "CPUUtilization");
  if (!isnan(cpu))
    fact(h, 2, "cpu %.0f%%", cpu);
}

static bool db_moving(struct aws_str status) {
  static const char *const moving[] = {"failing-over", "rebooting", "modifying",
                                       "upgrading",    "starting",  "stopping"};
  for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
    if (aws_str_eq_c(status, moving[i]))
      return true;
  return false;
}

static void facts_db(struct stack *s, struct stack_hop *h) {
  char text[16];
  double cpu = most_of(s, h, STACK_DB_INSTANCE, "CPUUtilization");
  double conn = sum_of(s, h, STACK_DB_INSTANCE, "DatabaseConnections");
  double lag = most_of(s, h, STACK_DB_INSTANCE, "AuroraReplicaLag");
  if (!isnan(cpu))
    fact(h, 0, "cpu %.0f%%", cpu);
  if (!isnan(conn))
    fact(h, 1, "conn %s", short_number(conn, text));
  if (!isnan(lag))
    fact(h, 2, "lag %.0fms", lag);
  const struct stack_collection *c = stack_rows_of(s, STACK_DB_CLUSTER);
  for (size_t i = 0; i < c->n; i++)
    h->moving = h->moving || db_moving(((const struct rds_cluster *)c->rows[i]->item)->status);
  c = stack_rows_of(s, STACK_DB_INSTANCE);
  for (size_t i = 0; i < c->n; i++)
    h->moving = h->moving || db_moving(((const struct rds_instance *)c->rows[i]->item)->status);
}

static void facts_count(struct stack *s, struct stack_hop *h) {
  (void)s;
  if (h->count)
    fact(h, 0, "%zu", h->count);
}

void stack_hop_facts(struct stack *s, struct stack_hop *h) {
  static void (*const facts[STACK_HOPS])(struct stack *, struct stack_hop *) = {
      [STACK_HOP_CDN] = facts_cdn,  [STACK_HOP_API] = facts_api, [STACK_HOP_ALB] = facts_alb,
      [STACK_HOP_ECS] = facts_ecs,  [STACK_HOP_DB] = facts_db,   [STACK_HOP_S3] = facts_count,
      [STACK_HOP_SSM] = facts_count};
  h->facts_stale = h->stale;
  facts[h->kind](s, h);
}

/* ---- databases have two names ---------------------------------------------------------------- */

/* One that is at fault gives the hop its name; else what there is does. */
const char *stack_database_title(struct stack *s, const struct stack_hop *h) {
  const struct stack_collection *c = stack_rows_of(s, STACK_DB_INSTANCE);
  size_t aurora = 0, plain = 0;
  for (size_t i = 0; i < c->n; i++) {
    const struct rds_instance *v = c->rows[i]->item;
    bool is_aurora = aws_str_starts(v->engine, "aurora");
    plain += !is_aurora;
    aurora += is_aurora;
    if (h->rating.level >= STACK_WARN && h->worst_kind == STACK_DB_INSTANCE &&
        aws_str_eq(h->worst_id, c->rows[i]->id))
      return is_aurora ? "Aurora" : "RDS";
  }
  c = stack_rows_of(s, STACK_DB_CLUSTER);
  for (size_t i = 0; i < c->n; i++) { /* RDS has Multi-AZ clusters of its own */
    bool is_aurora =
        aws_str_starts(((const struct rds_cluster *)c->rows[i]->item)->engine, "aurora");
    plain += !is_aurora;
    aurora += is_aurora;
    if (h->rating.level >= STACK_WARN && h->worst_kind == STACK_DB_CLUSTER &&
        aws_str_eq(h->worst_id, c->rows[i]->id))
      return is_aurora ? "Aurora" : "RDS";
  }
  return aurora && plain ? "Databases" : aurora ? "Aurora" : "RDS";
}
