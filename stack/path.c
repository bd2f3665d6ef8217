/* The request path as hops: the worst thing of each, its facts, and the first one that is at fault.
 */
#include "config.h"

#include "stack/derived.h"
#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"

#include <stdio.h>
#include <stdlib.h>

struct hop_def {
  const char *title;
  bool beside;
  unsigned kinds;   /* rated into the hop, in order of what is named first */
  unsigned reads;   /* looked at by those ratings: must be readable too */
  unsigned lasting; /* of both: what seldom changes, or only adds to the others; it may be old */
  unsigned metrics; /* of both: rated by their metrics before all else */
  const char *namespace; /* alarms on metrics of this namespace belong to it */
};

/* ---- the table ------------------------------------------------------------------------------- */

static const struct hop_def hops[STACK_HOPS] = {
    [STACK_HOP_CDN] = {.title = "CloudFront",
                       .kinds = STACK_BIT(STACK_DISTRIBUTION) | STACK_BIT(STACK_VPC_ORIGIN),
                       .metrics = STACK_BIT(STACK_DISTRIBUTION),
                       .namespace = "AWS/CloudFront"},
    [STACK_HOP_API] = {.title = "API",
                       .kinds = STACK_BIT(STACK_API),
                       .metrics = STACK_BIT(STACK_API),
                       .namespace = "AWS/ApiGateway"},
    [STACK_HOP_ALB] = {.title = "ALB",
                       .kinds = STACK_BIT(STACK_LOAD_BALANCER) | STACK_BIT(STACK_TARGET_GROUP),
                       .reads = STACK_BIT(STACK_TARGET),
                       .metrics = STACK_BIT(STACK_LOAD_BALANCER),
                       .namespace = "AWS/ApplicationELB"},
    [STACK_HOP_ECS] = {.title = "ECS",
                       .kinds = STACK_BIT(STACK_CLUSTER) | STACK_BIT(STACK_SERVICE),
                       .reads = STACK_BIT(STACK_TASK),
                       .lasting = STACK_BIT(STACK_CLUSTER) | STACK_BIT(STACK_TASK),
                       .namespace = "AWS/ECS"},
    [STACK_HOP_DB] = {.title = "RDS",
                      .kinds = STACK_BIT(STACK_DB_INSTANCE) | STACK_BIT(STACK_DB_CLUSTER),
                      .namespace = "AWS/RDS"},
    [STACK_HOP_S3] = {.title = "S3",
                      .beside = true,
                      .kinds = STACK_BIT(STACK_BUCKET),
                      .namespace = "AWS/S3"},
    [STACK_HOP_SSM] = {.title = "SSM",
                       .beside = true,
                       .kinds = STACK_BIT(STACK_PARAMETER),
                       .namespace = "AWS/SSM"},
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
  const struct stack_collection *c = stack_rows_of(s, k);
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

/* The cause first: what stands behind it may be cut. */
static void say_unread(struct stack *s, struct stack_hop *h, enum stack_kind k, const char *what,
                       const struct stack_reading *r) {
  char since[16] = "";
  h->rating.level = STACK_UNKNOWN;
  if (r->as_of)
    snprintf(since, sizeof since, " since %s", stack_clock_words(r->as_of).text);
  if (r->stale)
    snprintf(h->rating.reason, sizeof h->rating.reason, "%s: %s not read%s", h->stale_why, what,
             since);
  else
    snprintf(h->rating.reason, sizeof h->rating.reason, "%s not read yet", what);
  worst_is(s, h, k, (struct aws_str){"", 0});
}

/* Calls wait for keys, and those for the operator. */
static const char *cause_of(const struct stack *s, const struct aws_error *e) {
  const char *asked = stack_asked(s);
  bool keys =
      !e || e->code == AWS_E_EXPIRED || e->code == AWS_E_CREDENTIALS || e->code == AWS_E_CANCELLED;
  if (asked && keys)
    return asked;
  return e ? stack_cause(e) : stack_held(s) ? STACK_HELD_WHY : "overdue";
}

/* What could not be read stays as it was, and is said to be of then; too old, it is not known. */
static void rate_reading(struct stack *s, struct stack_hop *h, enum stack_kind k, const char *what,
                         struct stack_reading r, bool lasting) {
  bool oldest = !h->as_of || (r.as_of && r.as_of < h->as_of);
  if (r.error)
    h->present = true;
  if (lasting && r.loaded && !s->deps.once)
    return; /* its age is not the hop's */
  if (r.stale && (!h->stale || oldest))
    snprintf(h->stale_why, sizeof h->stale_why, "%s", cause_of(s, r.error));
  if (r.stale ? !h->stale || oldest : !h->stale && oldest)
    h->as_of = r.as_of;
  h->stale = h->stale || r.stale;
  if (r.loaded && (!r.stale || !r.old))
    return;
  if (h->rating.level < STACK_UNKNOWN)
    say_unread(s, h, k, what, &r);
}

/* Where no rate is rated, a missing one says nothing. */
static bool rates_metrics(const struct stack *s, enum stack_kind k) {
  const struct stack_thresholds *t = &s->cfg.thresholds;
  return t->error_rate_percent > 0 || (k == STACK_LOAD_BALANCER && t->latency_ms > 0);
}

static void rate_readings(struct stack *s, struct stack_hop *h, const struct hop_def *def) {
  for (int i = 0; i < STACK_KINDS; i++) {
    enum stack_kind k = (enum stack_kind)i;
    if ((def->kinds | def->reads) & STACK_BIT(k))
      rate_reading(s, h, k, stack_kind_words(k), stack_reading_of(s, k),
                   (def->lasting & STACK_BIT(k)) != 0);
    if ((def->metrics & STACK_BIT(k)) && rates_metrics(s, k))
      rate_reading(s, h, k, "metrics", stack_metrics_reading(s, k), false);
  }
}

static void rate_alarms(struct stack *s, struct stack_hop *h, const char *namespace) {
  const struct stack_collection *c = stack_rows_of(s, STACK_ALARM);
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

/* Nothing at all can be read: whatever was well is not known to be. */
static void say_silent(struct stack *s, struct stack_hop *h) {
  h->stale = true;
  snprintf(h->stale_why, sizeof h->stale_why, "%s", cause_of(s, &s->silence.error));
  if (h->rating.level >= STACK_UNKNOWN)
    return;
  h->rating.level = STACK_UNKNOWN;
  snprintf(h->rating.reason, sizeof h->rating.reason, "%s since %s", h->stale_why,
           stack_clock_words(s->silence.since).text);
}

/* Nothing is read before it is known whose the keys are: it is of then, whatever it was. */
static void say_held(struct stack *s, struct stack_hop *h) {
  if (h->stale || !h->present)
    return;
  h->stale = true;
  snprintf(h->stale_why, sizeof h->stale_why, "%s", STACK_HELD_WHY);
  if (!h->as_of)
    h->as_of = stack_wall(s) - (stack_mono(s) - s->who_since);
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
  rate_readings(s, h, def);
  if (h->present)
    rate_alarms(s, h, def->namespace);
  if (kind == STACK_HOP_DB)
    h->title = stack_database_title(s, h);
  if (stack_silent(s))
    say_silent(s, h);
  if (stack_held(s))
    say_held(s, h);
  stack_hop_facts(s, h);
}

/* ---- the whole path -------------------------------------------------------------------------- */

static const char *level_word(enum stack_level l) {
  static const char *const words[] = {"healthy", "healthy", "unknown", "degraded", "failing"};
  return words[l];
}

/* One of a state that is none that we know. */
static const struct stack_row *strange_alarm(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_ALARM);
  for (size_t i = 0; i < c->n; i++)
    if (c->rows[i]->rating.level == STACK_UNKNOWN)
      return c->rows[i];
  return NULL;
}

static size_t count_alarms(struct stack *s, const struct stack_row **first) {
  const struct stack_collection *c = stack_rows_of(s, STACK_ALARM);
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++) {
    if (!aws_str_eq_c(((const struct cloudwatch_alarm *)c->rows[i]->item)->state, "ALARM"))
      continue;
    n++;
    if (first && c->rows[i]->rating.level >= STACK_WARN && !*first)
      *first = c->rows[i];
  }
  return n;
}

/* The hop that the request meets first with a fault of its own. Else the last one where trouble is
 * felt: an error is passed on all the way up, so that it comes from the deepest that has it. Else
 * what could not be told. */
static struct stack_hop *first_fault(struct stack_path *p) {
  enum stack_level least = p->level >= STACK_WARN ? STACK_WARN : STACK_UNKNOWN;
  struct stack_hop *felt = NULL;
  for (size_t i = 0; i < p->n; i++) {
    struct stack_hop *h = &p->hops[i];
    bool unread = h->rating.level == STACK_UNKNOWN && !h->stale && !h->as_of;
    if (!h->present || h->rating.level < least || unread)
      continue;
    if (!h->rating.symptom)
      return h;
    if (!felt || !h->beside)
      felt = h;
  }
  return felt;
}

enum { MANY = 3 };

/* The hops that one cause keeps from being read, by their names, as a sentence: "ALB, ECS, RDS
 * throttled". Returns how many; *since: the oldest that they are of. */
static size_t say_together(const struct stack *s, const struct stack_path *p, const char *why,
                           bool unread, char *out, size_t size, aws_ms *since) {
  size_t n = 0, used = 0, present = 0;
  const char *asked = stack_asked(s);
  out[0] = '\0';
  *since = 0;
  for (size_t i = 0; i < p->n; i++) {
    const struct stack_hop *h = &p->hops[i];
    present += h->present;
    if (!h->present || !h->stale || strcmp(h->stale_why, why) != 0 ||
        (unread && h->rating.level != STACK_UNKNOWN))
      continue;
    if (used < size)
      used += (size_t)snprintf(out + used, size - used, "%s%s", n ? ", " : "", h->title);
    if (h->as_of && (!*since || h->as_of < *since))
      *since = h->as_of;
    n++;
  }
  if (asked && !strcmp(why, asked)) /* it is not theirs */
    snprintf(out, size, "%s", why);
  else if (n == present || used + 1 + strlen(why) >= size)
    snprintf(out, size, "%s %s", n == present ? "everything" : "most", why);
  else
    snprintf(out + used, size - used, " %s", why);
  return n;
}

static void make_stale(struct stack *s, struct stack_path *p) {
  p->stale = stack_silent(s);
  p->as_of = p->stale ? s->silence.since : 0;
  p->stale_why[0] = '\0';
  if (p->stale)
    snprintf(p->stale_why, sizeof p->stale_why, "%s", cause_of(s, &s->silence.error));
  for (size_t i = 0; i < p->n && !stack_silent(s); i++) {
    const struct stack_hop *h = &p->hops[i];
    if (!h->present || !h->stale || (p->stale && (!h->as_of || h->as_of >= p->as_of)))
      continue;
    p->stale = true;
    p->as_of = h->as_of;
    snprintf(p->stale_why, sizeof p->stale_why, "%s %s", h->title, h->stale_why);
    char all[sizeof p->stale_why];
    aws_ms since;
    size_t n = say_together(s, p, h->stale_why, false, all, sizeof all, &since);
    if (n >= MANY || (stack_asked(s) && !strcmp(h->stale_why, stack_asked(s))))
      memcpy(p->stale_why, all, sizeof all);
  }
}

/* Where one cause is behind many, one of them says little. */
static bool name_together(const struct stack *s, struct stack_path *p,
                          const struct stack_hop *fault) {
  char all[sizeof p->stale_why];
  const char *asked = stack_asked(s);
  aws_ms since;
  if (p->level != STACK_UNKNOWN || !fault->stale ||
      strncmp(fault->rating.reason, fault->stale_why, strlen(fault->stale_why)) != 0)
    return false;
  size_t n = say_together(s, p, fault->stale_why, true, all, sizeof all, &since);
  if (n < MANY && !(asked && !strcmp(fault->stale_why, asked)))
    return false;
  snprintf(p->summary, sizeof p->summary, "unknown: %s%s%s", all,
           since ? ", not read since " : ", not read", since ? stack_clock_words(since).text : "");
  return true;
}

static void name_fault(const struct stack *s, struct stack_path *p) {
  struct stack_hop *hop = first_fault(p);
  if (p->level == STACK_UNKNOWN)
    snprintf(p->summary, sizeof p->summary, "unknown: being read");
  if (!hop)
    return;
  hop->first_fault = true;
  if (name_together(s, p, hop))
    return;
  snprintf(p->summary, sizeof p->summary, "%s: %s %.150s", level_word(p->level), hop->title,
           hop->rating.reason);
}

/* Alarms that belong to no hop, and alarms that nobody could read. */
static void add_alarms(struct stack *s, struct stack_path *p) {
  const struct stack_row *alarm = NULL;
  struct stack_reading r = stack_reading_of(s, STACK_ALARM);
  p->alarms = count_alarms(s, &alarm);
  if (alarm && p->level < STACK_WARN) {
    p->level = STACK_WARN;
    snprintf(p->summary, sizeof p->summary, "degraded: alarm %.*s", AWS_STR_ARG(alarm->name));
  }
  const struct stack_row *strange = strange_alarm(s);
  if (strange && p->level < STACK_UNKNOWN) {
    p->level = STACK_UNKNOWN;
    snprintf(p->summary, sizeof p->summary, "unknown: alarm %.*s: %.100s",
             AWS_STR_ARG(strange->name), strange->rating.reason);
  }
  if ((r.loaded && !(r.stale && r.old)) || p->level >= STACK_UNKNOWN)
    return;
  p->level = STACK_UNKNOWN;
  snprintf(p->summary, sizeof p->summary, "unknown: %s%salarms not read%s",
           r.error ? stack_cause(r.error) : "", r.error ? ": " : "", r.stale ? "" : " yet");
}

/* What only leads to buckets needs nothing in the region. */
static bool leads_elsewhere(const struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_DISTRIBUTION);
  for (size_t i = 0; i < c->n; i++) {
    const struct cloudfront_distribution *d = c->rows[i]->item;
    const struct cloudfront_origin *o = d->origins.items;
    for (size_t j = 0; j < d->origins.n; j++)
      if (!aws_str_has(o[j].domain_name, AWS_STR_LIT(".s3")))
        return true;
  }
  return !c->n;
}

/* It is more likely that one looks in the wrong place than that all is well there. */
static void say_nothing_found(struct stack *s, struct stack_path *p) {
  bool any = false;
  for (size_t i = 0; i < p->n; i++)
    any = any || (p->hops[i].present && !p->hops[i].beside && p->hops[i].kind != STACK_HOP_CDN);
  if (any || p->level >= STACK_UNKNOWN || !leads_elsewhere(s))
    return;
  p->level = STACK_UNKNOWN;
  snprintf(p->summary, sizeof p->summary, "unknown: nothing found in %s", s->region);
}

static void summarise(struct stack *s, struct stack_path *p) {
  p->level = STACK_OK;
  for (size_t i = 0; i < p->n; i++)
    if (p->hops[i].rating.level > p->level)
      p->level = p->hops[i].rating.level;
  make_stale(s, p);
  if (stack_silent(s)) { /* whatever it was */
    p->level = STACK_UNKNOWN;
    p->alarms = count_alarms(s, NULL);
    snprintf(p->summary, sizeof p->summary, "unknown: %s since %s", p->stale_why,
             stack_clock_words(s->silence.since).text);
    return;
  }
  if (p->level >= STACK_UNKNOWN)
    name_fault(s, p);
  add_alarms(s, p);
  say_nothing_found(s, p);
}

/* ---- change -----------------------------------------------------------------------------------
 */

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
  if (dirty & stack_ref_kinds)
    s->derived->refs_ok = false; /* followed when somebody asks */
  p->n = STACK_HOPS;
  p->summary[0] = '\0';
  for (size_t i = 0; i < p->n; i++)
    make_hop(s, &p->hops[i], (enum stack_hop_kind)i);
  summarise(s, p);
  stack_since(s, p);
  ring(s, p);
  stack_changed(s, STACK_CHANGED_STATE);
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
