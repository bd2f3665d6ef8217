/* Who is refreshed when: every part has a due time; one timer starts what is due, what is on screen
 * first, as far as the request budget goes.
 */
#include "config.h"

#include "stack/internal.h"

#include <stdlib.h>

enum {
  PARTS_MAX = 20000,
  DENIED_MS = 300000,     /* a missing permission seldom comes back by itself */
  RETRY_FIRST_MS = 5000,
  RETRY_MOST_MS = 300000,
  ASKED_AGAIN_MS = 1000,  /* Ctrl-R held down asks once a second */
  USUAL_INTERVAL_S = 5    /* the configuration's default interval, of which the table's are made */
};

static const aws_ms NEVER = INT64_MAX;

/* ---- parts --------------------------------------------------------------------------------------- */

static bool is_wanted(const struct stack_feed *f) {
  return !f->def->wanted || f->def->wanted(f->s);
}

static void part_free(struct stack_part *p) {
  if (p->call) {
    aws_call_cancel(p->call);
    stack_bucket_end(stack_bucket(p->s, p->feed->def->op));
  }
  cJSON_Delete(p->listing);
  cJSON_Delete(p->listed);
  stack_sheets_clear(&p->shown);
  stack_sheets_clear(&p->fresh);
  free((char *)(uintptr_t)p->key.p);
  free(p);
}

static struct stack_part *part_new(struct stack_feed *f, struct aws_str key) {
  struct stack_part *p = aws_calloc(1, sizeof *p);
  char *text = aws_calloc(key.n + 1, 1);
  if (!p || !text || f->n >= PARTS_MAX || !aws_grow(&f->parts, &f->cap, f->n + 1, sizeof *f->parts)) {
    free(p);
    free(text);
    return NULL;
  }
  if (key.n)
    memcpy(text, key.p, key.n);
  p->s = f->s;
  p->feed = f;
  p->key = (struct aws_str){text, key.n};
  p->due = stack_mono(f->s);
  if (!aws_map_put(&f->index, p->key, p)) {
    part_free(p);
    return NULL;
  }
  f->parts[f->n++] = p;
  return p;
}

static void add_key(struct stack_feed *f, struct aws_str key) {
  struct stack_part *p = aws_map_get(&f->index, key);
  if (p)
    p->gone = false;
  else
    part_new(f, key);
}

/* ---- periods ------------------------------------------------------------------------------------- */

static aws_ms jitter(struct stack *s, aws_ms ms) {
  return ms + (aws_ms)((stack_random(s) - 0.5) * 0.1 * (double)ms);
}

static bool on_screen(const struct stack_part *p) {
  return p->on_screen || (p->s->on_screen & STACK_BIT(p->feed->def->kind)) != 0;
}

/* The table's period, the operator's pace, and never more calls than the API's share allows. */
static aws_ms period(struct stack_part *p) {
  struct stack *s = p->s;
  const struct stack_feed_def *d = p->feed->def;
  int hurry = d->hurry_s ? d->hurry_s(p) : 0;
  int seconds = hurry ? hurry : on_screen(p) ? d->on_s : d->off_s;
  if (!seconds)
    return p->loaded ? NEVER : RETRY_FIRST_MS;
  double ms = seconds * 1000.0;
  if (s->cfg.interval_s > 0)
    ms = ms * s->cfg.interval_s / USUAL_INTERVAL_S;
  struct stack_bucket *b = stack_bucket(s, d->op);
  ms *= b->use.slowed;
  double calls = (double)(p->replies ? p->replies : 1) * (double)p->feed->n;
  double floor = calls / stack_bucket_pace(s, b) * 1000;
  return (aws_ms)(s->settled_at && floor > ms ? floor : ms);
}

static aws_ms retry_wait(struct stack_part *p) {
  if (p->denied)
    return DENIED_MS;
  aws_ms wait = RETRY_FIRST_MS << (p->fails < 7 ? p->fails - 1 : 6), usual = period(p);
  if (wait < usual && usual != NEVER && p->loaded)
    wait = usual;
  if (wait > RETRY_MOST_MS)
    wait = RETRY_MOST_MS;
  return wait > p->error.retry_after_ms ? wait : p->error.retry_after_ms;
}

static void plan_next(struct stack_part *p, bool first) {
  struct stack *s = p->s;
  aws_ms wait = p->error.code != AWS_OK ? retry_wait(p) : period(p);
  p->next_try = 0;
  if (s->deps.once || wait == NEVER) {
    p->due = NEVER;
    return;
  }
  /* The first fill asks for everything at once: from then on the calls are spread. */
  wait = first ? (aws_ms)((0.3 + 0.7 * stack_random(s)) * (double)wait) : jitter(s, wait);
  p->due = p->ended_at + wait;
  if (p->error.code != AWS_OK)
    p->next_try = stack_wall(s) + wait;
}

/* ---- a run of one part ------------------------------------------------------------------------------ */

static void part_done(void *arg, const struct aws_error *err);

static void rows_came(struct stack_part *p) {
  stack_rows_moved(p->s, p->feed->def->kind);
  p->s->reconcile |= STACK_BIT(p->feed->def->kind);
  stack_poll_wake(p->s);
}

static void take_sheet(struct stack_part *p, struct aws_page *page) {
  size_t at = p->fresh.n;
  if (!p->progressive && at < p->shown.n && stack_page_same(p->shown.v[at]->page, page)) {
    struct stack_sheet *same = p->shown.v[at];
    for (size_t i = 0; i < same->n; i++)
      same->rows[i].fetched_at = page->fetched_at;
    stack_sheets_add(&p->fresh, stack_sheet_ref(same));
    return;
  }
  struct stack_sheet *sh = stack_sheet_new(p->s, p, page);
  if (!p->progressive) {
    stack_sheets_add(&p->fresh, sh);
    return;
  }
  if (stack_sheets_add(&p->shown, sh))
    rows_came(p);
}

static void part_page(void *arg, struct aws_page *page) {
  struct stack_part *p = arg;
  p->replies++;
  if (p->step == STACK_PART_READING) {
    take_sheet(p, page);
    return;
  }
  for (size_t i = 0; i < page->n; i++) {
    const struct aws_str *id = aws_page_item(page, i);
    if (id->p)
      cJSON_AddItemToArray(p->listing, cJSON_CreateString(id->p));
  }
}

static int by_text(const void *a, const void *b) {
  return strcmp((*(cJSON *const *)a)->valuestring, (*(cJSON *const *)b)->valuestring);
}

/* AWS lists ids in no order. Sorted, the same things come in the same pages every time. */
static cJSON *sorted(cJSON *list) {
  size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
  cJSON **v = aws_calloc(n ? n : 1, sizeof *v);
  if (!v)
    return list;
  for (cJSON *c = list->child; c && i < n;) {
    cJSON *next = c->next;
    v[i++] = c;
    c = next;
  }
  qsort(v, i, sizeof *v, by_text);
  for (size_t k = 0; k < i; k++) { /* cJSON's list: the first one's prev is the last */
    v[k]->prev = k ? v[k - 1] : v[i - 1];
    v[k]->next = k + 1 < i ? v[k + 1] : NULL;
  }
  list->child = i ? v[0] : NULL;
  free(v);
  return list;
}

static bool start_call(struct stack_part *p, bool list, struct aws_error *err) {
  const struct stack_feed_def *d = p->feed->def;
  struct stack *s = p->s;
  cJSON *in = d->input ? d->input(p, list) : cJSON_CreateObject();
  if (in && !list && d->list)
    cJSON_AddItemToObject(in, d->ids, cJSON_Duplicate(p->listed, true));
  if (!in) {
    aws_error_set(err, AWS_E_MEMORY, "no memory to ask for %s", stack_kind_plural(d->kind));
    return false;
  }
  const struct aws_call_options opt = {.region = d->edge ? stack_edge_region(s) : NULL,
                                       .asked = p->asked || s->deps.once,
                                       .max_pages = d->max_pages};
  p->step = list ? STACK_PART_LISTING : STACK_PART_READING;
  p->call = aws_call(s->client, list ? d->list : d->op, in, &opt, part_page, part_done, p, err);
  return p->call != NULL;
}

static void part_end(struct stack_part *p, const struct aws_error *err);

/* The second step of list-and-describe. Nothing listed: nothing to ask. */
static void part_read(struct stack_part *p) {
  struct aws_error err = {0};
  if (p->feed->def->list && !p->listed->child)
    part_end(p, NULL);
  else if (!start_call(p, false, &err))
    part_end(p, &err);
}

static void part_start(struct stack_part *p) {
  const struct stack_feed_def *d = p->feed->def;
  aws_ms now = stack_mono(p->s);
  bool list = d->list && (!p->listed || p->asked || now - p->listed_at >= d->list_s * 1000);
  struct aws_error err = {0};
  stack_bucket_begin(stack_bucket(p->s, d->op));
  p->replies = 0;
  p->progressive = !p->loaded && !p->shown.n;
  stack_flags_touched(p->s, d->kind);
  if (!list) {
    part_read(p);
    return;
  }
  p->listing = cJSON_CreateArray();
  if (!p->listing || !start_call(p, true, &err)) {
    if (err.code == AWS_OK)
      aws_error_set(&err, AWS_E_MEMORY, "no memory to list %s", stack_kind_plural(d->kind));
    part_end(p, &err);
  }
}

static void part_done(void *arg, const struct aws_error *err) {
  struct stack_part *p = arg;
  p->call = NULL;
  if (err || p->step == STACK_PART_READING) {
    part_end(p, err);
    return;
  }
  cJSON_Delete(p->listed);
  p->listed = sorted(p->listing);
  p->listing = NULL;
  p->listed_at = stack_mono(p->s);
  part_read(p);
}

/* ---- the end of a run --------------------------------------------------------------------------------- */

static bool same_sheets(const struct stack_part *p) {
  if (p->shown.n != p->fresh.n)
    return false;
  for (size_t i = 0; i < p->shown.n; i++)
    if (p->shown.v[i] != p->fresh.v[i])
      return false;
  return true;
}

static void commit(struct stack_part *p) {
  static const struct stack_sheets nothing = {NULL, 0, 0};
  bool first = !p->loaded;
  p->loaded = true;
  p->fails = 0;
  p->denied = false;
  aws_error_clear(&p->error);
  p->fetched_at = stack_wall(p->s);
  if (p->progressive) {
    stack_timeline_diff(p->s, p, &nothing, &p->shown, true);
    rows_came(p);
    return;
  }
  if (same_sheets(p) && !first) {
    stack_sheets_clear(&p->fresh);
    return;
  }
  stack_timeline_diff(p->s, p, &p->shown, &p->fresh, first);
  struct stack_sheets old = p->shown;
  p->shown = p->fresh;
  p->fresh = nothing;
  rows_came(p);
  stack_sheets_clear(&old);
}

static void fail(struct stack_part *p, const struct aws_error *err) {
  stack_sheets_clear(&p->fresh);
  if (!strcmp(err->aws_code, "ClusterNotFoundException") || err->code == AWS_E_NOT_FOUND)
    p->listed_at = 0;
  p->error = *err;
  p->fails++;
  p->denied = err->code == AWS_E_DENIED;
  stack_flags_moved(p->s, p->feed->def->kind);
  p->s->dirty |= STACK_BIT(p->feed->def->kind); /* what cannot be read is rated unknown */
}

static void part_end(struct stack_part *p, const struct aws_error *err) {
  struct stack *s = p->s;
  enum aws_errc before = p->error.code;
  bool first = !p->ended;
  stack_bucket_end(stack_bucket(s, p->feed->def->op));
  cJSON_Delete(p->listing);
  p->listing = NULL;
  p->step = STACK_PART_IDLE;
  p->asked = false;
  p->ended = true;
  p->ended_at = stack_mono(s);
  if (err)
    fail(p, err);
  else
    commit(p);
  if (!err && before != AWS_OK) {
    stack_flags_moved(s, p->feed->def->kind);
    s->dirty |= STACK_BIT(p->feed->def->kind);
  }
  stack_flags_touched(s, p->feed->def->kind);
  s->reconcile |= STACK_BIT(p->feed->def->kind);
  plan_next(p, first);
  stack_poll_wake(s);
}

/* ---- which parts there are ------------------------------------------------------------------------------ */

/* Feeds of a kind that stand before f in the table: what f's parts are found through. */
static bool sources_are(const struct stack_feed *f, bool (*test)(const struct stack_feed *)) {
  for (const struct stack_feed *g = f->s->feeds; g < f->s->feeds + stack_feed_defs_n; g++)
    if ((f->def->sources & STACK_BIT(g->def->kind)) && g < f && !test(g))
      return false;
  return true;
}

static bool feed_loaded(const struct stack_feed *f) {
  if (!is_wanted(f))
    return true;
  for (size_t i = 0; i < f->n; i++)
    if (!f->parts[i]->loaded)
      return false;
  return f->seeded;
}

static bool feed_ended(const struct stack_feed *f) {
  if (!is_wanted(f))
    return true;
  for (size_t i = 0; i < f->n; i++)
    if (!f->parts[i]->ended)
      return false;
  return !f->def->sources || sources_are(f, feed_ended);
}

static void drop_gone(struct stack_feed *f) {
  struct stack_part **gone = aws_calloc(f->n ? f->n : 1, sizeof *gone);
  size_t kept = 0, ngone = 0;
  bool rows = false;
  if (!gone)
    return; /* they stay until there is memory to drop them */
  for (size_t i = 0; i < f->n; i++) {
    if (f->parts[i]->gone)
      gone[ngone++] = f->parts[i];
    else
      f->parts[kept++] = f->parts[i];
  }
  f->n = kept;
  if (ngone) {
    aws_map_done(&f->index);
    for (size_t i = 0; i < f->n; i++)
      if (!aws_map_put(&f->index, f->parts[i]->key, f->parts[i]))
        break;
  }
  for (size_t i = 0; i < ngone; i++) {
    rows = rows || gone[i]->shown.n;
    part_free(gone[i]);
  }
  free(gone);
  if (rows)
    stack_rows_moved(f->s, f->def->kind);
}

static void reconcile(struct stack_feed *f) {
  bool whole = sources_are(f, feed_loaded);
  size_t before = f->n;
  for (size_t i = 0; whole && i < f->n; i++)
    f->parts[i]->gone = true;
  f->def->keys(f->s, f, add_key);
  if (whole)
    drop_gone(f);
  if (whole != f->seeded || before != f->n)
    stack_flags_touched(f->s, f->def->kind);
  f->seeded = whole;
}

static void reconcile_all(struct stack *s) {
  while (s->reconcile) {
    unsigned kinds = s->reconcile;
    s->reconcile = 0;
    for (size_t i = 0; i < stack_feed_defs_n; i++)
      if ((s->feeds[i].def->sources & kinds) && is_wanted(&s->feeds[i]))
        reconcile(&s->feeds[i]);
  }
}

/* ---- the scheduler -------------------------------------------------------------------------------------- */

struct due {
  struct stack_part *p;
  int rank; /* 0: the operator asked; then what is on screen */
  size_t order;
};

static int by_rank(const void *a, const void *b) {
  const struct due *x = a, *y = b;
  if (x->rank != y->rank)
    return x->rank - y->rank;
  if (x->p->due != y->p->due)
    return x->p->due < y->p->due ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

static int rank_of(const struct stack_part *p) {
  return p->asked ? 0 : p->on_screen ? 1 : on_screen(p) ? 2 : 3;
}

/* Gathers what is due now; *next: when the first of the others is. */
static size_t gather(struct stack *s, struct due **out, aws_ms *next) {
  aws_ms now = stack_mono(s);
  size_t n = 0, cap = 0;
  *out = NULL;
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (!is_wanted(f))
      continue;
    for (size_t j = 0; j < f->n; j++) {
      struct stack_part *p = f->parts[j];
      if (p->step != STACK_PART_IDLE)
        continue;
      if (p->due > now) {
        *next = p->due < *next ? p->due : *next;
        continue;
      }
      if (!aws_grow(out, &cap, n + 1, sizeof **out))
        return n;
      (*out)[n] = (struct due){p, rank_of(p), n};
      n++;
    }
  }
  return n;
}

static void start_due(struct stack *s, aws_ms *next) {
  struct due *due;
  size_t n = gather(s, &due, next);
  if (n)
    qsort(due, n, sizeof *due, by_rank);
  for (size_t i = 0; i < n; i++) {
    struct stack_part *p = due[i].p;
    aws_ms wait = 0;
    if (p->asked || stack_bucket_ready(s, stack_bucket(s, p->feed->def->op), &wait)) {
      part_start(p);
      continue;
    }
    aws_ms at = stack_mono(s) + wait;
    *next = at < *next ? at : *next;
  }
  free(due);
}

static void check_settled(struct stack *s) {
  if (s->settled_at || s->reconcile)
    return;
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    if (!feed_ended(&s->feeds[i]))
      return;
  if (!stack_metrics_settled(s))
    return;
  s->settled_at = stack_mono(s);
  stack_budget_settle(s);
  for (size_t k = 0; k < STACK_KINDS; k++)
    s->kinds[k].flags_ok = false;
  stack_changed(s, STACK_CHANGED_STATE);
}

static void arm(struct stack *s, aws_ms at);

static void tick(void *arg) {
  struct stack *s = arg;
  aws_ms next = NEVER;
  s->tick = NULL;
  s->tick_at = NEVER;
  if (!s->polling)
    return;
  reconcile_all(s);
  start_due(s, &next);
  stack_health_tick(s);
  check_settled(s);
  if (next != NEVER)
    arm(s, next);
}

static void arm(struct stack *s, aws_ms at) {
  if (s->tick && s->tick_at <= at)
    return;
  if (s->tick)
    aws_io_timer_cancel(s->io, s->tick);
  s->tick = aws_io_timer(s->io, at, tick, s);
  s->tick_at = at;
}

void stack_poll_wake(struct stack *s) {
  if (s->polling)
    arm(s, stack_mono(s));
}

void stack_poll_reconcile(struct stack *s, enum stack_kind changed) {
  s->reconcile |= STACK_BIT(changed);
  stack_poll_wake(s);
}

/* ---- what is on screen, what was asked for --------------------------------------------------------------- */

/* Target health is asked group by group: those that the screen shows, first. */
static void mark_targets(struct stack *s, struct stack_feed *f) {
  for (size_t i = 0; i < f->n; i++)
    f->parts[i]->on_screen = false;
  static const enum stack_kind shown[] = {STACK_TARGET_GROUP, STACK_TARGET};
  for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
    for (size_t i = 0; i < s->shown[shown[k]].n; i++) {
      struct aws_str id = s->shown[shown[k]].ids[i]; /* a target's begins with its group's */
      struct stack_part *p = aws_map_get(&f->index, aws_str_split(&id, '|'));
      if (p)
        p->on_screen = true;
    }
}

void stack_poll_shown(struct stack *s, enum stack_kind k) {
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (f->def->kind == STACK_TARGET && (k == STACK_TARGET || k == STACK_TARGET_GROUP))
      mark_targets(s, f);
    if (f->def->kind != k)
      continue;
    for (size_t j = 0; j < f->n; j++) {
      struct stack_part *p = f->parts[j];
      if (!p->loaded || p->error.code != AWS_OK || p->step != STACK_PART_IDLE || p->due == NEVER)
        continue;
      aws_ms wait = period(p);
      if (wait != NEVER && p->ended_at + wait < p->due)
        p->due = p->ended_at + wait;
    }
  }
  stack_poll_wake(s);
}

void stack_refresh(struct stack *s, enum stack_kind k) {
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (f->def->kind != k)
      continue;
    for (size_t j = 0; j < f->n; j++) {
      struct stack_part *p = f->parts[j];
      bool settled_for_good = p->loaded && p->due == NEVER;
      if (p->step != STACK_PART_IDLE || settled_for_good ||
          (p->ended && now - p->ended_at < ASKED_AGAIN_MS))
        continue;
      p->asked = true;
      p->due = now;
    }
  }
  stack_poll_wake(s);
}

void stack_refresh_all(struct stack *s) {
  for (int k = 0; k < STACK_KINDS; k++)
    stack_refresh(s, (enum stack_kind)k);
}

const struct stack_part *stack_part_of(const struct stack *s, enum stack_kind k,
                                       struct aws_str key) {
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    const struct stack_part *p =
        s->feeds[i].def->kind == k ? aws_map_get(&s->feeds[i].index, key) : NULL;
    if (p)
      return p;
  }
  return NULL;
}

bool stack_poll_stale(const struct stack *s, enum stack_kind k) {
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    for (size_t j = 0; s->feeds[i].def->kind == k && j < s->feeds[i].n; j++)
      if (s->feeds[i].parts[j]->fails > 1 || (s->feeds[i].parts[j]->fails && s->deps.once))
        return true;
  return false;
}

/* ---- life ------------------------------------------------------------------------------------------------- */

bool stack_poll_init(struct stack *s) {
  s->tick_at = NEVER;
  s->feeds = aws_calloc(stack_feed_defs_n, sizeof *s->feeds);
  if (!s->feeds)
    return false;
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    s->feeds[i].def = &stack_feed_defs[i];
    s->feeds[i].s = s;
  }
  return true;
}

void stack_poll_start(struct stack *s) {
  s->polling = true;
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (!f->def->sources && is_wanted(f)) {
      f->seeded = part_new(f, AWS_STR_LIT("")) != NULL;
      stack_flags_touched(s, f->def->kind);
    }
  }
  stack_poll_wake(s);
}

void stack_poll_stop(struct stack *s) {
  s->polling = false;
  if (s->tick)
    aws_io_timer_cancel(s->io, s->tick);
  s->tick = NULL;
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    for (size_t j = 0; j < s->feeds[i].n; j++) {
      struct stack_part *p = s->feeds[i].parts[j];
      if (!p->call)
        continue;
      aws_call_cancel(p->call);
      p->call = NULL;
      p->step = STACK_PART_IDLE;
      stack_bucket_end(stack_bucket(s, p->feed->def->op));
    }
}

void stack_poll_free(struct stack *s) {
  if (!s->feeds)
    return;
  stack_poll_stop(s);
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    for (size_t j = 0; j < s->feeds[i].n; j++)
      part_free(s->feeds[i].parts[j]);
    free(s->feeds[i].parts);
    aws_map_done(&s->feeds[i].index);
  }
  free(s->feeds);
  s->feeds = NULL;
}
