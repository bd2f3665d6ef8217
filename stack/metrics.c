/* CloudWatch metrics for what is on screen and for the path: one call a minute and region, since
 * every series of every call costs money.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
#include "config.h"

#include "stack/budget.h"
#include "stack/happening.h"
#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/cloudwatch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
  MINUTE = 60000,
  SERIES_MAX = 400,    /* wanted at once; a call takes 100 of them */
  SHORT_POINTS = 10,   /* asked again of a series that is known already */
  PATH_MAX_THINGS = 4, /* of a kind on the path */
  AFTER_MINUTE_MS = 5000,
  ASKED_AGAIN_MS = 1000, /* Ctrl-R held down */
  SOON_MS = 400,         /* rows scrolled into view: let the scrolling end */
  DENIED_WAIT_MS = 5 * MINUTE,
  SPEAKS_MS = 10 * MINUTE, /* what was last measured before that tells nothing of now */
  OLD_MS = 2 * MINUTE + 30000,
  FORGET_MS = 10 * MINUTE
};

/* USD for one series asked once. */
#define PRICE_EACH 0.00001
#define RUNS_A_MONTH (30.0 * 24 * 60)

/* What the path strip shows, on screen at all times. */
static const enum stack_kind path_kinds[] = {STACK_DISTRIBUTION, STACK_API, STACK_LOAD_BALANCER,
                                             STACK_DB_INSTANCE};

struct series {
  struct stack_series pub;
  const struct stack_measure *def;
  char *key;                   /* "<metric's number>|<id>" */
  struct aws_str id;           /* within key */
  double points[STACK_POINTS]; /* of the hour before end */
  aws_ms end;                  /* wall: exclusive, whole minutes; 0: never asked */
  aws_ms wanted_at;            /* mono */
  unsigned refresh;            /* the refresh that wants it */
  bool answered;
};

struct run { /* one GetMetricData in one region */
  struct stack *s;
  struct aws_call *call;
  struct series **v;
  size_t n, cap;
  aws_ms from, end;
  struct aws_error error; /* of the last time */
  bool read;              /* at least once */
  aws_ms read_at, as_of;  /* mono and wall: when it ended well last */
};

struct stack_metrics {
  struct series **all;
  size_t n, cap;
  struct aws_map index;
  struct run runs[2]; /* the region's, and the edge's */
  struct aws_timer *timer;
  aws_ms timer_at;
  bool ended; /* the first time is over */
  bool denied;
  aws_ms asked_at;  /* mono: by the operator */
  unsigned refresh; /* counts them */
  aws_ms whole_end; /* wall: the minute of the last refresh of everything wanted */
};

/* ---- series ---------------------------------------------------------------------------------- */

static struct aws_str make_key(char *out, size_t size, size_t metric, struct aws_str id) {
  int n = snprintf(out, size, "%zu|%.*s", metric, AWS_STR_ARG(id));
  return (struct aws_str){out, n < 0 || (size_t)n >= size ? 0 : (size_t)n};
}

static struct series *find(const struct stack *s, size_t metric, struct aws_str id) {
  char text[700];
  struct aws_str key = make_key(text, sizeof text, metric, id);
  return key.n ? aws_map_get(&s->metrics->index, key) : NULL;
}

static struct series *add(struct stack *s, size_t metric, struct aws_str id) {
  struct stack_metrics *m = s->metrics;
  char text[700];
  struct aws_str key = make_key(text, sizeof text, metric, id);
  if (!key.n || m->n >= SERIES_MAX || !aws_grow(&m->all, &m->cap, m->n + 1, sizeof *m->all))
    return NULL;
  struct series *e = aws_calloc(1, sizeof *e);
  char *copy = aws_calloc(key.n + 1, 1);
  if (!e || !copy) {
    free(e);
    free(copy);
    return NULL;
  }
  memcpy(copy, text, key.n);
  e->key = copy;
  e->def = &stack_measures[metric];
  e->id = (struct aws_str){strchr(copy, '|') + 1, 0};
  e->id.n = strlen(e->id.p);
  e->pub.last = NAN;
  e->pub.unit = e->def->unit;
  if (!aws_map_put(&m->index, (struct aws_str){copy, key.n}, e)) {
    free(copy);
    free(e);
    return NULL;
  }
  return m->all[m->n++] = e;
}

static void want(struct stack *s, enum stack_kind k, struct aws_str id) {
  const struct stack_row *row = stack_rows_find(s, k, id);
  for (size_t i = 0; row && i < stack_measures_n; i++) {
    if (stack_measures[i].kind != k || !stack_measures[i].applies(row->item))
      continue;
    struct series *e = find(s, i, id);
    if (!e)
      e = add(s, i, id);
    if (e) {
      e->wanted_at = stack_mono(s);
      e->refresh = s->metrics->refresh;
    }
  }
}

static void want_all(struct stack *s) {
  for (size_t i = 0; i < sizeof path_kinds / sizeof *path_kinds; i++) {
    const struct stack_collection *c = stack_rows_of(s, path_kinds[i]);
    for (size_t j = 0; j < c->n && j < PATH_MAX_THINGS; j++)
      want(s, path_kinds[i], c->rows[j]->id);
  }
  for (int k = 0; k < STACK_KINDS; k++)
    for (size_t i = 0; i < s->shown[k].n; i++)
      want(s, (enum stack_kind)k, s->shown[k].ids[i]);
}

static void series_free(struct series *e) {
  free(e->key);
  free(e);
}

/* Series that nobody looked at for a while go; the map is made anew. */
static void forget(struct stack *s) {
  struct stack_metrics *m = s->metrics;
  aws_ms before = stack_mono(s) - FORGET_MS;
  size_t kept = 0;
  for (size_t i = 0; i < m->n; i++) {
    if (m->all[i]->wanted_at < before)
      series_free(m->all[i]);
    else
      m->all[kept++] = m->all[i];
  }
  if (kept == m->n)
    return;
  m->n = kept;
  s->dirty |= STACK_BIT_METRICS; /* the path may point at one that went */
  aws_map_done(&m->index);
  for (size_t i = 0; i < m->n; i++)
    if (!aws_map_put(&m->index, aws_str_from(m->all[i]->key), m->all[i]))
      break;
}

/* Moves the hour that the points stand for. */
static void slide(struct series *e, aws_ms end) {
  double moved[STACK_POINTS];
  aws_ms by = (end - e->end) / MINUTE;
  for (aws_ms i = 0; i < STACK_POINTS; i++) {
    aws_ms from = i + by;
    moved[i] = e->end && from >= 0 && from < STACK_POINTS ? e->points[from] : NAN;
  }
  memcpy(e->points, moved, sizeof moved);
  e->end = end;
}

static size_t trusted_points(const struct series *e) {
  return (size_t)(STACK_POINTS - e->def->lag);
}

static bool speaks(const struct series *e, size_t point, aws_ms now) {
  return now - (e->end - (aws_ms)(STACK_POINTS - point) * MINUTE) <= SPEAKS_MS + MINUTE;
}

/* What the public sees: no points that are still to come; gaps of counters are none. */
static void publish(struct series *e) {
  size_t trusted = trusted_points(e), n = 0;
  for (size_t i = 0; i < STACK_POINTS; i++) {
    if (isnan(e->points[i]) && e->def->counter && i < trusted)
      e->points[i] = 0;
    if (!isnan(e->points[i]))
      n = i + 1;
  }
  memcpy(e->pub.points, e->points, sizeof e->pub.points);
  e->pub.n = n;
  e->pub.last_at = n ? e->end - (aws_ms)(STACK_POINTS - n + 1) * MINUTE : 0;
  /* What is counted is still being counted in the newest minute; what is measured is measured. */
  size_t from = e->def->counter && n == STACK_POINTS ? n - 1 : n;
  e->pub.last = NAN;
  for (size_t i = from; i-- > 0 && isnan(e->pub.last) && speaks(e, i, e->end);)
    e->pub.last = e->points[i];
  e->pub.stale = false;
  e->answered = true;
}

/* ---- the call -------------------------------------------------------------------------------- */

static void on_page(void *arg, struct aws_page *page) {
  struct run *run = arg;
  for (size_t i = 0; i < page->n; i++) {
    const struct cloudwatch_series *v = aws_page_item(page, i);
    int64_t number;
    if (v->id.n < 2 || !aws_str_to_int((struct aws_str){v->id.p + 1, v->id.n - 1}, &number) ||
        number < 0 || (size_t)number >= run->n)
      continue;
    struct series *e = run->v[number];
    const aws_ms *at = v->timestamps.items;
    const double *value = v->values.items;
    size_t n = v->timestamps.n < v->values.n ? v->timestamps.n : v->values.n;
    for (size_t j = 0; j < n; j++) {
      aws_ms place = STACK_POINTS - (e->end - at[j] + MINUTE - 1) / MINUTE;
      if (place >= 0 && place < STACK_POINTS)
        e->points[place] = value[j] * e->def->scale;
    }
  }
}

static void schedule(struct stack *s, aws_ms at);

/* One line in the timeline for as long as it goes on; the sentence stays with the panes. */
static void tell_failure(struct stack *s, struct run *run, const struct aws_error *err) {
  struct stack_metrics *m = s->metrics;
  bool told = run->error.code != AWS_OK || m->denied;
  run->error = *err;
  m->denied = err->code == AWS_E_DENIED;
  if (!told)
    stack_event_addf(s, 0, STACK_EVENT_STATE, STACK_NOTE, STACK_ALARM, aws_str_from(""),
                     "metrics could not be read: %s", err->text);
}

static void went_well(struct stack *s, struct run *run) {
  aws_error_clear(&run->error);
  s->metrics->denied = false;
  run->read = true;
  run->read_at = stack_mono(s);
  run->as_of = stack_wall(s);
}

static void on_done(void *arg, const struct aws_error *err) {
  struct run *run = arg;
  struct stack *s = run->s;
  struct stack_metrics *m = s->metrics;
  run->call = NULL;
  if (err)
    tell_failure(s, run, err);
  else
    went_well(s, run);
  for (size_t i = 0; i < run->n; i++)
    if (err)
      run->v[i]->pub.stale = true;
    else
      publish(run->v[i]);
  run->n = 0;
  s->dirty |= STACK_BIT_METRICS;
  stack_changed(s, STACK_CHANGED_METRICS);
  if (m->runs[0].call || m->runs[1].call)
    return;
  m->ended = true;
  stack_wake(s);
}

static bool run_start(struct stack *s, struct run *run, const char *region) {
  const struct aws_call_options opt = {.region = region, .asked = s->deps.once, .again = true};
  struct aws_error err = {0};
  cJSON *in = cJSON_CreateObject(), *queries = cJSON_AddArrayToObject(in, "MetricDataQueries");
  size_t kept = 0;
  for (size_t i = 0; i < run->n; i++) {
    const struct stack_row *row = stack_rows_find(s, run->v[i]->def->kind, run->v[i]->id);
    if (!row)
      continue;
    slide(run->v[i], run->end);
    aws_json_add(queries, NULL, stack_measure_query(run->v[i]->def, row, kept));
    run->v[kept++] = run->v[i];
  }
  run->n = kept;
  if (!kept) {
    cJSON_Delete(in);
    return false;
  }
  cJSON_AddNumberToObject(in, "StartTime", (double)(run->from / 1000));
  cJSON_AddNumberToObject(in, "EndTime", (double)(run->end / 1000));
  cJSON_AddStringToObject(in, "ScanBy", "TimestampAscending");
  run->s = s;
  run->call =
      aws_call(s->client, &cloudwatch_get_metric_data, in, &opt, on_page, on_done, run, &err);
  if (!run->call)
    tell_failure(s, run, &err);
  return run->call != NULL;
}

static bool is_apart(const struct stack *s, const struct series *e) {
  return e->def->edge && stack_edge_region(s);
}

/* only_new: rows that have just come into view, between the minutes. */
static void fill_run(struct stack *s, struct run *run, bool edge, bool only_new) {
  struct stack_metrics *m = s->metrics;
  run->n = 0;
  run->end = stack_wall(s) / MINUTE * MINUTE;
  run->from = run->end - SHORT_POINTS * MINUTE;
  for (size_t i = 0; i < m->n; i++) {
    struct series *e = m->all[i];
    if (is_apart(s, e) != edge || e->refresh != m->refresh || (only_new && e->answered))
      continue;
    if (!aws_grow(&run->v, &run->cap, run->n + 1, sizeof *run->v))
      break;
    if (!e->answered || run->end - e->end > SHORT_POINTS / 2 * MINUTE)
      run->from = run->end - STACK_POINTS * MINUTE;
    run->v[run->n++] = e;
  }
}

static void refresh(struct stack *s, bool only_new) {
  struct stack_metrics *m = s->metrics;
  if (m->runs[0].call || m->runs[1].call)
    return;
  m->refresh++;
  want_all(s);
  if (!only_new) {
    forget(s);
    m->whole_end = stack_wall(s) / MINUTE * MINUTE;
  }
  bool going = false;
  size_t asked = 0;
  for (int i = 0; i < 2; i++) {
    fill_run(s, &m->runs[i], i == 1, only_new);
    asked += m->runs[i].n;
    going = run_start(s, &m->runs[i], i ? stack_edge_region(s) : NULL) || going;
  }
  if (!only_new && !s->deps.once)
    stack_budget_metrics(s, (double)asked * PRICE_EACH * RUNS_A_MONTH);
  if (!going)
    m->ended = true;
}

/* ---- when ------------------------------------------------------------------------------------ */

static aws_ms next_minute(const struct stack *s) {
  aws_ms wall = stack_wall(s);
  aws_ms wait = MINUTE - wall % MINUTE + AFTER_MINUTE_MS;
  if (s->metrics->denied)
    wait += DENIED_WAIT_MS;
  return stack_mono(s) + wait;
}

static void on_minute(void *arg) {
  struct stack *s = arg;
  struct stack_metrics *m = s->metrics;
  m->timer = NULL;
  aws_ms wall = stack_wall(s);
  /* a timer may come a moment before its time on the wall's clock, and this is the minute's only */
  bool whole = wall - m->whole_end >= MINUTE + AFTER_MINUTE_MS / 2;
  if (s->polling) /* else nothing is asked, until it is again */
    refresh(s, !whole);
  schedule(s, next_minute(s));
}

static void schedule(struct stack *s, aws_ms at) {
  struct stack_metrics *m = s->metrics;
  if (m->timer && m->timer_at <= at)
    return;
  if (m->timer)
    aws_io_timer_cancel(s->io, m->timer);
  m->timer = aws_io_timer(s->io, at, on_minute, s);
  m->timer_at = at;
}

void stack_metrics_wanted(struct stack *s) {
  if (s->metrics->ended && s->cfg.metrics && !s->deps.once && !s->metrics->denied)
    schedule(s, stack_mono(s) + SOON_MS);
}

bool stack_metrics_first(struct stack *s) {
  struct stack_metrics *m = s->metrics;
  if (!s->cfg.metrics || m->ended)
    return true;
  if (m->runs[0].call || m->runs[1].call)
    return false;
  unsigned kinds = 0;
  for (size_t i = 0; i < sizeof path_kinds / sizeof *path_kinds; i++)
    kinds |= STACK_BIT(path_kinds[i]);
  if (!stack_feeds_ended(s, kinds))
    return false;
  refresh(s, false);
  if (!s->deps.once)
    schedule(s, next_minute(s));
  return m->ended;
}

/* ---- readers --------------------------------------------------------------------------------- */

static const struct series *find_named(const struct stack *s, enum stack_kind k, struct aws_str id,
                                       const char *metric) {
  for (size_t i = 0; i < stack_measures_n; i++)
    if (stack_measures[i].kind == k && !strcmp(stack_measures[i].name, metric))
      return find(s, i, id);
  return NULL;
}

const struct stack_series *stack_metric(const struct stack *s, enum stack_kind k, struct aws_str id,
                                        const char *metric) {
  const struct series *e = find_named(s, k, id, metric);
  return e && e->pub.n ? &e->pub : NULL;
}

double stack_metric_last(const struct stack *s, enum stack_kind k, struct aws_str id,
                         const char *metric) {
  const struct series *e = find_named(s, k, id, metric);
  size_t n = e ? e->pub.n : 0;
  return n && speaks(e, n - 1, stack_wall(s)) ? e->pub.last : NAN;
}

const struct aws_error *stack_metrics_error(const struct stack *s) {
  const struct stack_metrics *m = s->metrics;
  for (size_t i = 0; i < sizeof m->runs / sizeof *m->runs; i++)
    if (m->runs[i].error.code != AWS_OK)
      return &m->runs[i].error;
  return NULL;
}

static bool rests_on_metrics(const struct stack *s, enum stack_kind k) {
  const struct stack_collection *c = stack_rows_of(s, k);
  for (size_t i = 0; s->cfg.metrics && i < stack_measures_n; i++)
    for (size_t j = 0; stack_measures[i].kind == k && j < c->n; j++)
      if (stack_measures[i].applies(c->rows[j]->item))
        return true;
  return false;
}

static const struct run *run_of(const struct stack *s, enum stack_kind k) {
  bool edge = false;
  for (size_t i = 0; i < stack_measures_n; i++)
    edge = edge || (stack_measures[i].kind == k && stack_measures[i].edge && stack_edge_region(s));
  return &s->metrics->runs[edge];
}

struct stack_reading stack_metrics_reading(const struct stack *s, enum stack_kind k) {
  const struct run *run = run_of(s, k);
  struct stack_reading r = {.loaded = true};
  if (!rests_on_metrics(s, k))
    return r;
  aws_ms since = stack_mono(s) - run->read_at;
  r.loaded = run->read;
  r.as_of = run->as_of;
  r.error = run->error.code != AWS_OK ? &run->error : NULL;
  r.stale = r.error || (run->read && since > OLD_MS);
  r.old = r.stale && (!run->read || since > OLD_MS || s->deps.once);
  return r;
}

size_t stack_metrics_series(const struct stack *s, bool edge, const struct aws_error **err) {
  const struct stack_metrics *m = s->metrics;
  size_t n = 0;
  for (size_t i = 0; i < m->n; i++)
    n += edge == is_apart(s, m->all[i]);
  *err = m->runs[edge].error.code != AWS_OK ? &m->runs[edge].error : NULL;
  return n;
}

void stack_metrics_asked(struct stack *s) {
  struct stack_metrics *m = s->metrics;
  aws_ms now = stack_mono(s);
  if (!s->cfg.metrics || !s->polling || s->deps.once || now - m->asked_at < ASKED_AGAIN_MS)
    return;
  m->asked_at = now;
  m->whole_end = 0;
  schedule(s, now);
}

bool stack_metrics_init(struct stack *s) {
  s->metrics = aws_calloc(1, sizeof *s->metrics);
  return s->metrics != NULL;
}

void stack_metrics_free(struct stack *s) {
  struct stack_metrics *m = s->metrics;
  if (!m)
    return;
  for (size_t i = 0; i < 2; i++) {
    if (m->runs[i].call)
      aws_call_cancel(m->runs[i].call);
    free(m->runs[i].v);
  }
  if (m->timer)
    aws_io_timer_cancel(s->io, m->timer);
  for (size_t i = 0; i < m->n; i++)
    series_free(m->all[i]);
  free(m->all);
  aws_map_done(&m->index);
  free(m);
  s->metrics = NULL;
}
