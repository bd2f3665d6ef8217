/* The request path as hops: the worst thing of each, its facts, and the first one that is at fault.
 */
#include "config.h"

#include "stack/derived.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const aws_ms CAUSE_WITHIN = 10 * 60000;

typedef void (*facts_fn)(struct stack *s, struct stack_hop *h);

struct hop_def {
  const char *title;
  bool beside;
  unsigned kinds;        /* rated into the hop, in order of what is named first */
  unsigned reads;        /* must be readable besides, or the hop is unknown */
  const char *namespace; /* alarms on metrics of this namespace belong to it */
  facts_fn facts;
};

/* ---- facts ----------------------------------------------------------------------------------- */

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

/* Sum over the kind's things; NaN when none has it. The first series found is the hop's sparkline.
 */
static double sum_of(struct stack *s, enum stack_kind k, const char *metric,
                     const struct stack_series **spark) {
  const struct stack_collection *c = stack_collection(s, k);
  double sum = NAN;
  for (size_t i = 0; i < c->n; i++) {
    const struct stack_series *v = stack_metric(s, k, c->rows[i]->id, metric);
    if (!v || isnan(v->last))
      continue;
    sum = isnan(sum) ? v->last : sum + v->last;
    if (spark && !*spark)
      *spark = v;
  }
  return sum;
}

static double most_of(struct stack *s, enum stack_kind k, const char *metric,
                      const struct stack_series **spark) {
  const struct stack_collection *c = stack_collection(s, k);
  double most = NAN;
  for (size_t i = 0; i < c->n; i++) {
    const struct stack_series *v = stack_metric(s, k, c->rows[i]->id, metric);
    if (!v || isnan(v->last) || v->last <= most)
      continue;
    most = v->last;
    if (spark)
      *spark = v;
  }
  return most;
}

static void percent_failed(struct stack_hop *h, size_t i, double failed, double all) {
  if (!isnan(failed) && all > 0)
    fact(h, i, "5xx %.1f%%", failed * 100 / all);
}

static void facts_cdn(struct stack *s, struct stack_hop *h) {
  char text[16];
  double requests = sum_of(s, STACK_DISTRIBUTION, "Requests", &h->spark);
  double errors = most_of(s, STACK_DISTRIBUTION, "5xxErrorRate", NULL);
  if (!isnan(requests))
    fact(h, 0, "%s rpm", short_number(requests, text));
  if (!isnan(errors))
    fact(h, 1, "5xx %.1f%%", errors);
  const struct stack_collection *c = stack_collection(s, STACK_DISTRIBUTION);
  for (size_t i = 0; i < c->n; i++)
    if (aws_str_eq_c(((const struct cloudfront_distribution *)c->rows[i]->item)->status,
                     "InProgress"))
      h->moving = true;
  size_t open = 0;
  c = stack_collection(s, STACK_INVALIDATION);
  for (size_t i = 0; i < c->n; i++)
    open += aws_str_eq_c(((const struct cloudfront_invalidation *)c->rows[i]->item)->status,
                         "InProgress");
  if (open)
    fact(h, 2, "%zu invalidating", open);
  h->moving = h->moving || open;
}

static void facts_api(struct stack *s, struct stack_hop *h) {
  char text[16];
  double requests = sum_of(s, STACK_API, "Count", &h->spark);
  if (!isnan(requests))
    fact(h, 0, "%s rps", short_number(requests / 60, text));
  percent_failed(h, 1, sum_of(s, STACK_API, "5xx", NULL), requests);
}

static void facts_alb(struct stack *s, struct stack_hop *h) {
  char text[16];
  double p95 = most_of(s, STACK_LOAD_BALANCER, "TargetResponseTime", &h->spark);
  double all = sum_of(s, STACK_LOAD_BALANCER, "RequestCount", h->spark ? NULL : &h->spark);
  double target = sum_of(s, STACK_LOAD_BALANCER, "HTTPCode_Target_5XX_Count", NULL);
  double own = sum_of(s, STACK_LOAD_BALANCER, "HTTPCode_ELB_5XX_Count", NULL);
  if (!isnan(p95))
    fact(h, 0, "p95 %.0fms", p95);
  if (!isnan(target) || !isnan(own))
    percent_failed(h, 1, (isnan(target) ? 0 : target) + (isnan(own) ? 0 : own), all);
  if (!isnan(all))
    fact(h, 2, "%s rps", short_number(all / 60, text));
}

/* The revision that a rollout comes from: that of the deployment it replaces. */
static int64_t revision_before(const struct ecs_service *v) {
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++)
    if (!aws_str_eq_c(d[i].status, "PRIMARY"))
      return stack_revision(d[i].task_definition);
  return 0;
}

static void facts_ecs(struct stack *s, struct stack_hop *h) {
  const struct stack_collection *c = stack_collection(s, STACK_SERVICE);
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
  if (worst) {
    const struct ecs_service *v = worst->item;
    fact(h, 0, "%.*s %" PRId64 "/%" PRId64, AWS_STR_ARG(worst->name), v->running, v->desired);
  } else if (c->n)
    fact(h, 0, "%" PRId64 "/%" PRId64 " tasks", running, desired);
  if (rolling) {
    const struct ecs_service *v = rolling->item;
    int64_t before = revision_before(v), after = stack_revision(v->task_definition);
    if (before && before != after)
      fact(h, 1, "rev %" PRId64 "→%" PRId64, before, after);
    else
      fact(h, 1, "rev %" PRId64 " rolling", after);
  }
  double cpu = most_of(s, STACK_SERVICE, "CPUUtilization", &h->spark);
  if (!isnan(cpu))
    fact(h, 2, "cpu %.0f%%", cpu);
}

static void facts_db(struct stack *s, struct stack_hop *h) {
  static const char *const moving[] = {"failing-over", "rebooting", "modifying",
                                       "upgrading",    "starting",  "stopping"};
  char text[16];
  double cpu = most_of(s, STACK_DB_INSTANCE, "CPUUtilization", &h->spark);
  double conn = sum_of(s, STACK_DB_INSTANCE, "DatabaseConnections", NULL);
  double lag = most_of(s, STACK_DB_INSTANCE, "AuroraReplicaLag", NULL);
  if (!isnan(cpu))
    fact(h, 0, "cpu %.0f%%", cpu);
  if (!isnan(conn))
    fact(h, 1, "conn %s", short_number(conn, text));
  if (!isnan(lag))
    fact(h, 2, "lag %.0fms", lag);
  const struct stack_collection *c = stack_collection(s, STACK_DB_CLUSTER);
  h->title = c->n ? "Aurora" : "RDS";
  for (size_t m = 0; m < sizeof moving / sizeof *moving; m++) {
    for (size_t i = 0; i < c->n; i++)
      h->moving = h->moving ||
                  aws_str_eq_c(((const struct rds_cluster *)c->rows[i]->item)->status, moving[m]);
    const struct stack_collection *d = stack_collection(s, STACK_DB_INSTANCE);
    for (size_t i = 0; i < d->n; i++)
      h->moving = h->moving ||
                  aws_str_eq_c(((const struct rds_instance *)d->rows[i]->item)->status, moving[m]);
  }
}

static void facts_count(struct stack *s, struct stack_hop *h) {
  (void)s;
  if (h->count)
    fact(h, 0, "%zu", h->count);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct hop_def hops[STACK_HOPS] = {
    [STACK_HOP_CDN] = {"CloudFront", false,
                       STACK_BIT(STACK_DISTRIBUTION) | STACK_BIT(STACK_VPC_ORIGIN), 0,
                       "AWS/CloudFront", facts_cdn},
    [STACK_HOP_API] = {"API", false, STACK_BIT(STACK_API), 0, "AWS/ApiGateway", facts_api},
    [STACK_HOP_ALB] = {"ALB", false, STACK_BIT(STACK_LOAD_BALANCER) | STACK_BIT(STACK_TARGET_GROUP),
                       STACK_BIT(STACK_TARGET), "AWS/ApplicationELB", facts_alb},
    [STACK_HOP_ECS] = {"ECS", false, STACK_BIT(STACK_CLUSTER) | STACK_BIT(STACK_SERVICE),
                       STACK_BIT(STACK_TASK), "AWS/ECS", facts_ecs},
    [STACK_HOP_DB] = {"RDS", false, STACK_BIT(STACK_DB_INSTANCE) | STACK_BIT(STACK_DB_CLUSTER), 0,
                      "AWS/RDS", facts_db},
    [STACK_HOP_S3] = {"S3", true, STACK_BIT(STACK_BUCKET), 0, "AWS/S3", facts_count},
    [STACK_HOP_SSM] = {"SSM", true, STACK_BIT(STACK_PARAMETER), 0, "AWS/SSM", facts_count},
};

/* ---- rating a hop ---------------------------------------------------------------------------- */

static void worst_is(struct stack *s, struct stack_hop *h, enum stack_kind k, struct aws_str id) {
  char *copy = s->derived->worst_ids[h->kind];
  size_t n = id.n < sizeof s->derived->worst_ids[0] ? id.n : 0;
  if (n)
    memcpy(copy, id.p, n);
  copy[n] = '\0';
  h->worst_kind = k;
  h->worst_id = (struct aws_str){copy, n};
}

static void rate_rows(struct stack *s, struct stack_hop *h, enum stack_kind k) {
  const struct stack_collection *c = stack_collection(s, k);
  const struct stack_row *worst = NULL;
  h->count += c->n;
  for (size_t i = 0; i < c->n; i++) {
    const struct stack_rating *r = &c->rows[i]->rating;
    bool cause = r->level == h->rating.level && h->rating.symptom && !r->symptom;
    if (r->level <= h->rating.level && !cause)
      continue;
    worst = c->rows[i];
    h->rating.level = r->level;
    h->rating.symptom = r->symptom;
  }
  if (!worst)
    return;
  snprintf(h->rating.reason, sizeof h->rating.reason, "%.*s %.150s", AWS_STR_ARG(worst->name),
           worst->rating.reason);
  worst_is(s, h, k, worst->id);
}

/* Twice failed, or never read: what the rows say is no longer what is. */
static void rate_reading(struct stack *s, struct stack_hop *h, enum stack_kind k) {
  const struct stack_collection *c = stack_collection(s, k);
  if (c->loaded && (c->error.code == AWS_OK || !stack_poll_stale(s, k)))
    return;
  if (c->error.code != AWS_OK)
    h->present = true;
  if (h->rating.level >= STACK_UNKNOWN)
    return;
  h->rating.level = STACK_UNKNOWN;
  if (c->error.code == AWS_OK)
    snprintf(h->rating.reason, sizeof h->rating.reason, "%s not read yet", stack_kind_plural(k));
  else
    snprintf(h->rating.reason, sizeof h->rating.reason, "%s could not be read: %.120s",
             stack_kind_plural(k), c->error.text);
  worst_is(s, h, k, (struct aws_str){"", 0});
}

static void rate_alarms(struct stack *s, struct stack_hop *h, const char *namespace) {
  const struct stack_collection *c = stack_collection(s, STACK_ALARM);
  for (size_t i = 0; i < c->n; i++) {
    const struct cloudwatch_alarm *v = c->rows[i]->item;
    if (c->rows[i]->rating.level <= h->rating.level || c->rows[i]->rating.level < STACK_WARN ||
        !aws_str_eq_c(v->namespace, namespace))
      continue;
    h->rating.level = c->rows[i]->rating.level;
    h->rating.symptom = true;
    snprintf(h->rating.reason, sizeof h->rating.reason, "alarm %.*s", AWS_STR_ARG(v->name));
    worst_is(s, h, STACK_ALARM, c->rows[i]->id);
  }
}

static void make_hop(struct stack *s, struct stack_hop *h, enum stack_hop_kind kind) {
  const struct hop_def *def = &hops[kind];
  *h = (struct stack_hop){.kind = kind, .title = def->title, .beside = def->beside};
  for (int k = 0; k < STACK_KINDS; k++)
    if (def->kinds & STACK_BIT(k)) {
      if (!h->worst_id.p)
        h->worst_kind = (enum stack_kind)k;
      rate_rows(s, h, (enum stack_kind)k);
    }
  h->present = h->count > 0;
  for (int k = 0; k < STACK_KINDS; k++)
    if ((def->kinds | def->reads) & STACK_BIT(k))
      rate_reading(s, h, (enum stack_kind)k);
  if (h->present)
    rate_alarms(s, h, def->namespace);
  def->facts(s, h);
}

/* ---- the whole path -------------------------------------------------------------------------- */

static const char *level_word(enum stack_level l) {
  static const char *const words[] = {"healthy", "healthy", "unknown", "degraded", "failing"};
  return words[l];
}

static size_t count_alarms(struct stack *s, const struct stack_row **first) {
  const struct stack_collection *c = stack_collection(s, STACK_ALARM);
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (!aws_str_eq_c(((const struct cloudwatch_alarm *)c->rows[i]->item)->state, "ALARM"))
      continue;
    n++;
    if (c->rows[i]->rating.level >= STACK_WARN && !*first)
      *first = c->rows[i];
  }
  return n;
}

/* The hop that the request meets first: with a fault of its own; else one where trouble is felt,
 * since what fails further down is felt all the way up; else what could not be told. */
static struct stack_hop *first_fault(struct stack_path *p) {
  enum stack_level least = p->level >= STACK_WARN ? STACK_WARN : STACK_UNKNOWN;
  for (int felt = 0; felt < 2; felt++)
    for (size_t i = 0; i < p->n; i++) {
      struct stack_hop *h = &p->hops[i];
      if (h->present && h->rating.level >= least && (felt || !h->rating.symptom))
        return h;
    }
  return NULL;
}

static void summarise(struct stack *s, struct stack_path *p) {
  const struct stack_row *alarm = NULL;
  const struct stack_collection *alarms = stack_collection(s, STACK_ALARM);
  p->alarms = count_alarms(s, &alarm);
  p->level = STACK_OK;
  for (size_t i = 0; i < p->n; i++)
    if (p->hops[i].rating.level > p->level)
      p->level = p->hops[i].rating.level;
  struct stack_hop *hop = NULL;
  if (p->level == STACK_UNKNOWN)
    snprintf(p->summary, sizeof p->summary, "unknown: being read");
  if (p->level >= STACK_UNKNOWN && (hop = first_fault(p))) {
    hop->first_fault = true;
    snprintf(p->summary, sizeof p->summary, "%s: %s %.150s", level_word(p->level), hop->title,
             hop->rating.reason);
  }
  if (alarm && p->level < STACK_WARN) {
    p->level = STACK_WARN;
    snprintf(p->summary, sizeof p->summary, "degraded: alarm %.*s", AWS_STR_ARG(alarm->name));
  }
  bool unread =
      !alarms->loaded || (alarms->error.code != AWS_OK && stack_poll_stale(s, STACK_ALARM));
  if (unread && p->level < STACK_UNKNOWN) {
    p->level = STACK_UNKNOWN;
    snprintf(p->summary, sizeof p->summary, "unknown: alarms %s%.120s",
             alarms->error.code != AWS_OK ? "could not be read: " : "not read yet",
             alarms->error.text);
  }
}

/* ---- since when ------------------------------------------------------------------------------ */

/* What the trouble began with: the newest deployment that was started in the last minutes, else the
 * first warning of them, else now. */
static const struct stack_event *find_cause(const struct stack *s) {
  const struct stack_event *cause = NULL;
  aws_ms from = stack_wall(s) - CAUSE_WITHIN;
  size_t n = stack_timeline_count(s);
  for (size_t i = 0; i < n; i++) {
    const struct stack_event *e = stack_timeline_at(s, i);
    if (e->at < from)
      break;
    if (e->source == STACK_EVENT_DEPLOYMENT && e->level == STACK_NOTE)
      return e;
    if (e->level >= STACK_WARN)
      cause = e;
  }
  return cause;
}

static size_t count_unhealthy(struct stack *s, struct aws_str *why) {
  const struct stack_collection *c = stack_collection(s, STACK_TARGET);
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++) {
    const struct elbv2_target *v = c->rows[i]->item;
    if (!aws_str_starts(v->state, "unhealthy"))
      continue;
    if (!n++)
      *why = v->reason;
  }
  return n;
}

static void say_since(struct stack *s, struct stack_path *p, enum stack_level before) {
  struct stack_derived *d = s->derived;
  if (p->level < STACK_WARN) {
    p->since_at = 0;
    p->since[0] = '\0';
    return;
  }
  if (before < STACK_WARN || !p->since_at) {
    const struct stack_event *e = find_cause(s);
    p->since_at = e ? e->at : stack_wall(s);
    snprintf(d->cause, sizeof d->cause, "%s", e ? e->text : "");
  }
  struct tm tm;
  time_t t = (time_t)(p->since_at / 1000);
  if (!localtime_r(&t, &tm))
    return;
  struct aws_str why = {NULL, 0};
  size_t unhealthy = count_unhealthy(s, &why);
  int n = snprintf(p->since, sizeof p->since, "since %02d:%02d%s%.120s", tm.tm_hour, tm.tm_min,
                   d->cause[0] ? ": " : "", d->cause);
  if (unhealthy && n > 0 && (size_t)n < sizeof p->since)
    snprintf(p->since + n, sizeof p->since - (size_t)n, "%s %zu target%s unhealthy",
             d->cause[0] ? "," : ":", unhealthy, unhealthy == 1 ? "" : "s");
}

static void ring(struct stack *s, const struct stack_path *p) {
  enum stack_level *was = s->derived->hop_was;
  for (size_t i = 0; i < p->n; i++) {
    if (s->settled_at && p->hops[i].rating.level == STACK_BAD && was[i] != STACK_BAD)
      stack_changed(s, STACK_CHANGED_BELL);
    was[i] = p->hops[i].rating.level;
  }
}

void stack_path_update(struct stack *s, unsigned dirty) {
  struct stack_path *p = &s->derived->path;
  enum stack_level before = p->level;
  if (dirty & stack_ref_kinds)
    s->derived->refs_ok = false; /* followed when somebody asks */
  p->n = STACK_HOPS;
  p->summary[0] = '\0';
  for (size_t i = 0; i < p->n; i++)
    make_hop(s, &p->hops[i], (enum stack_hop_kind)i);
  summarise(s, p);
  say_since(s, p, before);
  ring(s, p);
  stack_changed(s, STACK_CHANGED_STATE);
}

const struct stack_path *stack_path(const struct stack *s) {
  stack_update(s);
  return &s->derived->path;
}

enum stack_level stack_health(const struct stack *s, char *reason, size_t size) {
  const struct stack_path *p = stack_path(s);
  if (s->state == STACK_REFUSED) {
    snprintf(reason, size, "%s", s->refusal.text);
    return STACK_UNKNOWN;
  }
  snprintf(reason, size, "%s", p->summary);
  return p->level;
}

bool stack_path_init(struct stack *s) {
  s->derived = aws_calloc(1, sizeof *s->derived);
  s->dirty = STACK_BITS_ALL; /* the first look finds everything unread */
  return s->derived && stack_names_init(s);
}

void stack_path_free(struct stack *s) {
  if (!s->derived)
    return;
  stack_names_free(s);
  free(s->derived->refs);
  free(s->derived);
  s->derived = NULL;
}
