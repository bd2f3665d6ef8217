/* The feeds and their parts: what there is to ask for, how often, and what of it was read. */
#include "config.h"

#include "stack/budget.h"
#include "stack/things.h"

#include <stdlib.h>

enum {
  PARTS_MAX = 20000,
  FILL_RETRY_MS = 5000,     /* of what is read once and for all, and was not yet */
  SOURCE_AGAIN_MS = 10000,  /* a thing that is gone has its group looked at again, now and then */
  NUDGE_AFTER_MS = 8000,    /* since the last time */
  ONCE_PATIENCE_MS = 10000, /* headless: so long what need not be read is waited for */
  SHORT_S = 30,
  USUAL_S = 60, /* for what is read once and for all */
  SLOWED_SHOWN_MS = 25000,
  USUAL_INTERVAL_S = 5 /* the configuration's default interval, of which the table's are made */
};

/* ---- parts ----------------------------------------------------------------------------------- */

void stack_part_free(struct stack_part *p) {
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

struct stack_part *stack_part_new(struct stack_feed *f, struct aws_str key) {
  struct stack_part *p = aws_calloc(1, sizeof *p);
  char *text = aws_calloc(key.n + 1, 1);
  if (!p || !text || f->n >= PARTS_MAX ||
      !aws_grow(&f->parts, &f->cap, f->n + 1, sizeof *f->parts)) {
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
    stack_part_free(p);
    return NULL;
  }
  f->parts[f->n++] = p;
  return p;
}

const struct stack_part *stack_part_of(const struct stack *s, enum stack_kind k,
                                       struct aws_str key) {
  for (size_t i = 0; i < s->nfeeds; i++) {
    const struct stack_part *p =
        s->feeds[i].def->kind == k ? aws_map_get(&s->feeds[i].index, key) : NULL;
    if (p)
      return p;
  }
  return NULL;
}

/* ---- periods --------------------------------------------------------------------------------- */

bool stack_part_on_screen(const struct stack_part *p) {
  return p->on_screen || (p->s->on_screen & STACK_BIT(p->feed->def->kind)) != 0;
}

bool stack_part_missed(const struct stack_part *p) {
  const struct stack_feed_def *d = p->feed->def;
  return stack_part_on_screen(p) || (d->off_s && d->off_s <= SHORT_S);
}

static double paced(const struct stack *s, int seconds) {
  double ms = seconds * 1000.0;
  return s->cfg.interval_s > 0 ? ms * s->cfg.interval_s / USUAL_INTERVAL_S : ms;
}

/* Never more calls than the API's share allows. */
static double least(const struct stack_part *p, double pace) {
  double calls = (double)(p->replies ? p->replies : 1) * (double)p->feed->n;
  return calls / pace * 1000;
}

aws_ms stack_part_interval(const struct stack_part *p) {
  const struct stack_feed_def *d = p->feed->def;
  const struct stack_bucket *b = stack_bucket(p->s, d->op);
  int seconds = stack_part_on_screen(p) ? d->on_s : d->off_s;
  double ms = paced(p->s, seconds ? seconds : USUAL_S);
  double floor = least(p, stack_bucket_pace(b) * b->use.slowed);
  return (aws_ms)(floor > ms ? floor : ms);
}

/* A throttle makes it longer; what is missed stays in sight all the same. */
static double slowed(const struct stack_part *p, double ms) {
  double much = ms * stack_bucket(p->s, p->feed->def->op)->use.slowed;
  if (!stack_part_missed(p) || much < SLOWED_SHOWN_MS)
    return much;
  return ms > SLOWED_SHOWN_MS ? ms : SLOWED_SHOWN_MS;
}

/* The table's period, the operator's pace, and never more calls than the API's share allows. */
aws_ms stack_part_period(struct stack_part *p) {
  struct stack *s = p->s;
  const struct stack_feed_def *d = p->feed->def;
  int hurry = d->hurry_s ? d->hurry_s(p) : 0;
  int seconds = hurry ? hurry : stack_part_on_screen(p) ? d->on_s : d->off_s;
  if (!seconds)
    return p->loaded ? STACK_NEVER : FILL_RETRY_MS;
  double ms = slowed(p, paced(s, seconds)),
         floor = least(p, stack_bucket_pace(stack_bucket(s, d->op)));
  return (aws_ms)(floor > ms ? floor : ms);
}

/* ---- sooner than planned --------------------------------------------------------------------- */

void stack_feeds_nudge(struct stack *s, unsigned kinds) {
  for (size_t i = 0; i < s->nfeeds; i++)
    for (size_t j = 0; (STACK_BIT(s->feeds[i].def->kind) & kinds) && j < s->feeds[i].n; j++) {
      struct stack_part *p = s->feeds[i].parts[j];
      aws_ms at = p->ended_at + NUDGE_AFTER_MS;
      if (p->loaded && p->error.code == AWS_OK && p->due > at)
        p->due = at;
    }
}

void stack_part_ask_sources(const struct stack_part *p) {
  struct stack *s = p->s;
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < s->nfeeds; i++)
    for (size_t j = 0; j < s->feeds[i].n; j++) {
      struct stack_part *q = s->feeds[i].parts[j];
      bool source = (p->feed->def->sources & STACK_BIT(s->feeds[i].def->kind)) != 0;
      if (!source || &s->feeds[i] >= p->feed || now - q->ended_at < SOURCE_AGAIN_MS ||
          q->due == STACK_NEVER)
        continue;
      q->due = now;
      q->listed_at = now - INT32_MAX;
    }
}

/* ---- feeds ----------------------------------------------------------------------------------- */

bool stack_feed_wanted(const struct stack_feed *f) {
  return !f->def->wanted || f->def->wanted(f->s);
}

/* Feeds of a kind that stand before f in the table: what f's parts are found through. */
bool stack_feed_sources_are(const struct stack_feed *f, bool (*test)(const struct stack_feed *)) {
  for (const struct stack_feed *g = f->s->feeds; g < f->s->feeds + f->s->nfeeds; g++)
    if ((f->def->sources & STACK_BIT(g->def->kind)) && g < f && !test(g))
      return false;
  return true;
}

bool stack_feed_loaded(const struct stack_feed *f) {
  if (!stack_feed_wanted(f))
    return true;
  for (size_t i = 0; i < f->n; i++)
    if (!f->parts[i]->loaded)
      return false;
  return f->seeded;
}

/* What is read once and for all, a thousand task definitions say, may take longer than the budget
 * lets the first fill last; nothing is rated by it. */
static bool is_put_off(const struct stack_feed *f) {
  struct stack *s = f->s;
  bool forever = !f->def->on_s && !f->def->off_s;
  if (!forever || (s->deps.once && stack_mono(s) - s->started < ONCE_PATIENCE_MS))
    return false;
  return stack_bucket_spent(s, stack_bucket(s, f->def->op));
}

bool stack_feed_ended(const struct stack_feed *f) {
  if (!stack_feed_wanted(f))
    return true;
  bool all = true;
  for (size_t i = 0; all && i < f->n; i++)
    all = f->parts[i]->ended;
  if (!all && !is_put_off(f))
    return false;
  return !f->def->sources || stack_feed_sources_are(f, stack_feed_ended);
}

bool stack_feeds_ended(const struct stack *s, unsigned kinds) {
  for (size_t i = 0; i < s->nfeeds; i++)
    if ((STACK_BIT(s->feeds[i].def->kind) & kinds) && !stack_feed_ended(&s->feeds[i]))
      return false;
  return true;
}
