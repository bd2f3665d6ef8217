/* Who is refreshed when: every part has a due time; one timer starts what is due, what is on screen
 * first, as far as the request budget goes.
 */
#include "config.h"

#include "stack/internal.h"

#include <stdlib.h>

enum {
  ASKED_AGAIN_MS = 1000,   /* Ctrl-R held down asks once a second */
  SOURCE_AGAIN_MS = 10000, /* a thing that is gone has its group looked at again, now and then */
  NUDGE_AFTER_MS = 8000,   /* since the last time */
  SHOWN_LEAD_MS = 30000,
  KIND_LEAD_MS = 15000,
  FIRST_LEAD_MS = 3600000,
  ASKED_LEAD_MS = 24 * 3600000,
  ONCE_PATIENCE_MS = 10000 /* headless: so long what need not be read is waited for */
};

static bool is_wanted(const struct stack_feed *f) {
  return !f->def->wanted || f->def->wanted(f->s);
}

static void add_key(struct stack_feed *f, struct aws_str key) {
  struct stack_part *p = aws_map_get(&f->index, key);
  if (p)
    p->gone = false;
  else if (!stack_part_new(f, key))
    f->lost = true;
}

/* ---- which parts there are ------------------------------------------------------------------- */

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

/* What is read once and for all, a thousand task definitions say, may take longer than the budget
 * lets the first fill last; nothing is rated by it. */
static bool is_put_off(const struct stack_feed *f) {
  struct stack *s = f->s;
  bool forever = !f->def->on_s && !f->def->off_s;
  if (!forever || (s->deps.once && stack_mono(s) - s->started < ONCE_PATIENCE_MS))
    return false;
  return stack_bucket_spent(s, stack_bucket(s, f->def->op));
}

/* Headless, and there is more than can be waited for: what is left out is said so. */
static void leave_out(struct stack_feed *f) {
  size_t left = 0;
  for (size_t i = 0; i < f->n; i++)
    left += !f->parts[i]->ended;
  for (size_t i = 0; left && i < f->n; i++) {
    struct stack_part *p = f->parts[i];
    if (p->ended)
      continue;
    p->due = STACK_NEVER;
    aws_error_set(&p->error, AWS_E_CANCELLED,
                  "%zu of %zu %s were not asked for: within AWS's limit of %g a second that takes "
                  "longer than this look may",
                  left, f->n, stack_kind_words(f->def->kind),
                  stack_bucket(f->s, f->def->op)->use.limit->rate);
  }
}

static bool feed_ended(const struct stack_feed *f) {
  if (!is_wanted(f))
    return true;
  bool all = true;
  for (size_t i = 0; all && i < f->n; i++)
    all = f->parts[i]->ended;
  if (!all && !is_put_off(f))
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
    stack_part_free(gone[i]);
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
  bool lost = f->lost;
  f->lost = false;
  f->def->keys(f->s, f, add_key);
  if (whole)
    drop_gone(f);
  if (whole != f->seeded || before != f->n || lost != f->lost)
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

/* ---- the scheduler --------------------------------------------------------------------------- */

struct due {
  struct stack_part *p;
  aws_ms rank; /* the least first */
  size_t order;
};

static int by_rank(const void *a, const void *b) {
  const struct due *x = a, *y = b;
  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* What the operator asked for; what was never read; then by due time, with a lead for what is on
 * screen. A lead and no more: where the budget is short all get their turn. */
static aws_ms rank_of(const struct stack_part *p) {
  aws_ms lead = p->on_screen ? SHOWN_LEAD_MS : stack_part_on_screen(p) ? KIND_LEAD_MS : 0;
  return p->due - lead - (p->asked ? ASKED_LEAD_MS : p->ended ? 0 : FIRST_LEAD_MS);
}

/* Gathers what is due now; *next: when the first of the others is. *whole: there was memory for
 * all.
 */
static size_t gather(struct stack *s, struct due **out, aws_ms *next, bool *whole) {
  aws_ms now = stack_mono(s);
  size_t n = 0, cap = 0;
  *out = NULL;
  *whole = true;
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
      *whole = *whole && aws_grow(out, &cap, n + 1, sizeof **out);
      if (!*whole)
        continue;
      (*out)[n] = (struct due){p, rank_of(p), n};
      n++;
    }
  }
  return n;
}

/* Where the budget lets it. */
static void start_one(struct stack *s, struct stack_part *p, aws_ms *next) {
  aws_ms wait = 0;
  if (p->asked || stack_bucket_ready(s, stack_bucket(s, p->feed->def->op), &wait)) {
    stack_part_start(p);
    return;
  }
  aws_ms at = stack_mono(s) + wait;
  *next = at < *next ? at : *next;
}

/* Those that found no memory to stand in line go as they come. */
static void start_unsorted(struct stack *s, aws_ms *next) {
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    for (size_t j = 0; is_wanted(&s->feeds[i]) && j < s->feeds[i].n; j++) {
      struct stack_part *p = s->feeds[i].parts[j];
      if (p->step == STACK_PART_IDLE && p->due <= now)
        start_one(s, p, next);
    }
}

static void start_due(struct stack *s, aws_ms *next) {
  struct due *due;
  bool whole;
  size_t n = gather(s, &due, next, &whole);
  if (n)
    qsort(due, n, sizeof *due, by_rank);
  for (size_t i = 0; i < n; i++)
    start_one(s, due[i].p, next);
  free(due);
  if (!whole)
    start_unsorted(s, next);
}

static void check_settled(struct stack *s) {
  if (s->settled_at || s->reconcile || (s->deps.once && !s->identified))
    return;
  if (!stack_metrics_first(s) && s->deps.once)
    return;
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    if (!feed_ended(&s->feeds[i]))
      return;
  s->settled_at = stack_mono(s);
  for (size_t i = 0; s->deps.once && i < stack_feed_defs_n; i++)
    leave_out(&s->feeds[i]);
  stack_budget_settle(s);
  for (size_t k = 0; k < STACK_KINDS; k++)
    s->kinds[k].flags_ok = false;
  stack_changed(s, STACK_CHANGED_STATE);
}

static void arm(struct stack *s, aws_ms at);

static void tick(void *arg) {
  struct stack *s = arg;
  aws_ms next = STACK_NEVER;
  s->tick = NULL;
  s->tick_at = STACK_NEVER;
  if (!s->polling)
    return;
  reconcile_all(s);
  start_due(s, &next);
  stack_health_tick(s);
  stack_reading_tick(s);
  check_settled(s);
  if (next != STACK_NEVER)
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

/* ---- what is on screen, what was asked for --------------------------------------------------- */

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

/* Task definitions are read one by one: those of services that the screen shows, first. */
static void mark_definitions(struct stack *s, struct stack_feed *f) {
  for (size_t i = 0; i < f->n; i++)
    f->parts[i]->on_screen = false;
  for (size_t i = 0; i < s->shown[STACK_SERVICE].n; i++) {
    const struct ecs_service *v =
        stack_item(stack_find(s, STACK_SERVICE, s->shown[STACK_SERVICE].ids[i]));
    struct stack_part *p = v ? aws_map_get(&f->index, v->task_definition) : NULL;
    if (p)
      p->on_screen = true;
  }
}

void stack_poll_shown(struct stack *s, enum stack_kind k) {
  for (size_t i = 0; i < stack_feed_defs_n; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (f->def->kind == STACK_TARGET && (k == STACK_TARGET || k == STACK_TARGET_GROUP))
      mark_targets(s, f);
    if (f->def->kind == STACK_TASK_DEFINITION && k == STACK_SERVICE)
      mark_definitions(s, f);
    if (f->def->kind != k)
      continue;
    for (size_t j = 0; j < f->n; j++) {
      struct stack_part *p = f->parts[j];
      if (!p->loaded || p->error.code != AWS_OK || p->step != STACK_PART_IDLE ||
          p->due == STACK_NEVER)
        continue;
      aws_ms wait = stack_part_period(p);
      if (wait != STACK_NEVER && p->ended_at + wait < p->due)
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
      bool settled_for_good = p->loaded && p->due == STACK_NEVER;
      if (p->step != STACK_PART_IDLE || settled_for_good ||
          (p->ended && now - p->ended_at < ASKED_AGAIN_MS))
        continue;
      p->asked = true;
      p->due = now;
    }
  }
  stack_poll_wake(s);
}

void stack_poll_nudge(struct stack *s, unsigned kinds) {
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    for (size_t j = 0; (STACK_BIT(s->feeds[i].def->kind) & kinds) && j < s->feeds[i].n; j++) {
      struct stack_part *p = s->feeds[i].parts[j];
      aws_ms at = p->ended_at + NUDGE_AFTER_MS;
      if (p->loaded && p->error.code == AWS_OK && p->due > at)
        p->due = at;
    }
}

void stack_poll_sources(const struct stack_part *p) {
  struct stack *s = p->s;
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < stack_feed_defs_n; i++)
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

bool stack_poll_ended(const struct stack *s, unsigned kinds) {
  for (size_t i = 0; i < stack_feed_defs_n; i++)
    if ((STACK_BIT(s->feeds[i].def->kind) & kinds) && !feed_ended(&s->feeds[i]))
      return false;
  return true;
}

/* ---- life ------------------------------------------------------------------------------------ */

bool stack_poll_init(struct stack *s) {
  s->tick_at = STACK_NEVER;
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
      f->seeded = stack_part_new(f, AWS_STR_LIT("")) != NULL;
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
      stack_part_free(s->feeds[i].parts[j]);
    free(s->feeds[i].parts);
    aws_map_done(&s->feeds[i].index);
  }
  free(s->feeds);
  s->feeds = NULL;
}
