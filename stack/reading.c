/* How far what was read can be trusted: what is overdue, what is too old to stand for the present,
 * and whether AWS answers at all. */
#include "config.h"

#include "stack/happening.h"
#include "stack/judged.h"
#include "stack/things.h"

enum {
  LOOK_EVERY_MS = 5000,
  LATE_GRACE_MS = 20000,
  SILENT_AFTER = 3 /* failures in a row, of two services at least: it is not one API's trouble */
};

const char *stack_cause(const struct aws_error *e) {
  switch (e->code) {
  case AWS_E_NETWORK:
    return "no connection";
  case AWS_E_THROTTLED:
    return "throttled";
  case AWS_E_DENIED:
    return "not permitted";
  case AWS_E_EXPIRED:
    return "credentials expired";
  case AWS_E_CREDENTIALS:
  case AWS_E_CANCELLED: /* the operator gave none */
    return "no credentials";
  case AWS_E_MEMORY:
    return "no memory";
  default:
    return "errors";
  }
}

/* ---- one kind -------------------------------------------------------------------------------- */

static bool is_late(struct stack_part *p) {
  aws_ms period = p->loaded && !p->s->deps.once ? stack_part_period(p) : STACK_NEVER;
  return period != STACK_NEVER && stack_mono(p->s) - p->read_at > 2 * period + LATE_GRACE_MS;
}

/* Longer ago than what it says can be told as true: two of its intervals, however slow AWS wants us
 * to be. A single run has no second chance. */
static bool is_old(const struct stack_part *p) {
  const struct stack *s = p->s;
  if (!p->loaded || s->deps.once)
    return true;
  return stack_mono(s) - p->read_at > 2 * stack_part_interval(p) + LATE_GRACE_MS;
}

static void add_part(struct stack_reading *r, const struct stack_part *p) {
  bool failed = p->error.code != AWS_OK, stale = failed || p->late;
  bool oldest = p->loaded && (!r->as_of || p->fetched_at < r->as_of);
  if (stale ? !r->stale || oldest : !r->stale && oldest)
    r->as_of = p->loaded ? p->fetched_at : 0;
  if (!stale)
    return;
  r->stale = true;
  r->old = r->old || is_old(p);
  if (failed && (!r->error || r->error->code != AWS_E_THROTTLED))
    r->error = &p->error;
}

struct stack_reading stack_reading_of(const struct stack *s, enum stack_kind k) {
  struct stack_reading r = {.loaded = true};
  const struct stack_collection *c = stack_rows_of(s, k);
  for (size_t i = 0; i < s->nfeeds; i++)
    for (size_t j = 0; s->feeds[i].def->kind == k && j < s->feeds[i].n; j++)
      add_part(&r, s->feeds[i].parts[j]);
  r.loaded = c->loaded;
  if (!c->loaded && c->error.code != AWS_OK) { /* be it for what it is found through */
    r.stale = r.old = true;
    r.error = r.error ? r.error : &c->error;
  }
  return r;
}

static bool some_metrics_old(const struct stack *s) {
  bool old = false;
  for (int k = 0; k < STACK_KINDS; k++)
    old = old || stack_metrics_reading(s, (enum stack_kind)k).old;
  return old;
}

/* Rows do not change when a part becomes overdue, or what it brought too old: what was worked out
 * from them has to be looked at again all the same. */
void stack_reading_tick(struct stack *s) {
  aws_ms now = stack_mono(s);
  if (s->deps.once || now - s->looked_at < LOOK_EVERY_MS)
    return;
  s->looked_at = now;
  bool metrics_old = some_metrics_old(s);
  if (metrics_old != s->metrics_old)
    s->dirty |= STACK_BIT_TIME;
  s->metrics_old = metrics_old;
  for (size_t i = 0; i < s->nfeeds; i++) {
    struct stack_feed *f = &s->feeds[i];
    for (size_t j = 0; (f->def->on_s || f->def->off_s) && j < f->n; j++) {
      struct stack_part *p = f->parts[j];
      bool late = is_late(p), old = (late || p->error.code != AWS_OK) && is_old(p);
      if (late != p->late || old != p->old)
        s->dirty |= STACK_BIT_TIME;
      p->late = late;
      p->old = old;
    }
  }
}

/* ---- all of AWS ------------------------------------------------------------------------------ */

/* These are answers. */
static bool is_answer(const struct aws_error *err) {
  return err->code == AWS_E_THROTTLED || err->code == AWS_E_DENIED || err->code == AWS_E_NOT_FOUND;
}

bool stack_silent(const struct stack *s) {
  const struct stack_silence *v = &s->silence;
  return v->fails >= SILENT_AFTER && v->several;
}

static bool was_missed(const struct stack_part *p) {
  return p->error.code != AWS_OK && !is_answer(&p->error);
}

/* What looks fresh on the screen and is not to be relied on. */
static bool is_shown_as_fresh(const struct stack_part *p) {
  return p->error.code == AWS_OK && p->due != STACK_NEVER && stack_part_on_screen(p);
}

static void ask_now(struct stack *s, bool (*whom)(const struct stack_part *)) {
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < s->nfeeds; i++)
    for (size_t j = 0; j < s->feeds[i].n; j++) {
      struct stack_part *p = s->feeds[i].parts[j];
      if (p->due > now && whom(p))
        p->due = now;
    }
  stack_wake(s);
}

void stack_heard(struct stack *s, const struct stack_part *p, const struct aws_error *err) {
  struct stack_silence *v = &s->silence;
  const struct aws_service *service = p->feed->def->op->service;
  bool before = stack_silent(s);
  if (!err || is_answer(err)) {
    *v = (struct stack_silence){0};
    if (!before || s->deps.once)
      return;
    stack_event_addf(s, 0, STACK_EVENT_STATE, STACK_OK, STACK_ALARM, aws_str_from(""),
                     "AWS answers again");
    s->dirty |= STACK_BIT_TIME;
    ask_now(s, was_missed);
    if (stack_metrics_error(s))
      stack_metrics_asked(s);
    return;
  }
  if (!v->fails) {
    v->since = stack_wall(s);
    v->service = service;
  }
  v->several = v->several || v->service != service;
  v->fails++;
  v->error = *err;
  if (stack_silent(s) == before)
    return;
  s->dirty |= STACK_BIT_TIME;
  if (!s->deps.once)
    ask_now(s, is_shown_as_fresh);
  stack_event_addf(s, v->since, STACK_EVENT_STATE, STACK_WARN, STACK_ALARM, aws_str_from(""),
                   "AWS cannot be asked: %s", err->text);
}
