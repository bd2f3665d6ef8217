/* Who is refreshed when: every part has a due time; one timer starts what is due, what is on screen
 * first, as far as the request budget goes.
 */
#include "config.h"

#include "stack/asking.h"
#include "stack/budget.h"
#include "stack/judged.h"

#include "aws/api/ecs.h"

#include <stdlib.h>

enum {
  ASKED_AGAIN_MS = 1000, /* Ctrl-R held down asks once a second */
  SHOWN_LEAD_MS = 30000,
  KIND_LEAD_MS = 15000,
  FIRST_LEAD_MS = 3600000,
  ASKED_LEAD_MS = 24 * 3600000
};

static void add_key(struct stack_feed *f, struct aws_str key) {
  struct stack_part *p = aws_map_get(&f->index, key);
  if (p)
    p->gone = false;
  else if (!stack_part_new(f, key))
    f->lost = true;
}

/* ---- which parts there are ------------------------------------------------------------------- */

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

/* Rows that found no memory are missing, not gone. */
static bool sources_lost(const struct stack_feed *f) {
  for (int k = 0; k < STACK_KINDS; k++)
    if ((f->def->sources & STACK_BIT(k)) && f->s->kinds[k].lost)
      return true;
  return false;
}

static void reconcile(struct stack_feed *f) {
  bool whole = stack_feed_sources_are(f, stack_feed_loaded);
  size_t before = f->n;
  for (size_t i = 0; whole && i < f->n; i++)
    f->parts[i]->gone = true;
  bool lost = f->lost;
  f->lost = false;
  f->def->keys(f->s, f, add_key);
  f->lost = f->lost || sources_lost(f);
  if (whole && !f->lost)
    drop_gone(f);
  if (whole != f->seeded || before != f->n || lost != f->lost)
    stack_flags_touched(f->s, f->def->kind);
  f->seeded = whole;
}

static void reconcile_all(struct stack *s) {
  while (s->reconcile) {
    unsigned kinds = s->reconcile;
    s->reconcile = 0;
    for (size_t i = 0; i < s->nfeeds; i++)
      if ((s->feeds[i].def->sources & kinds) && stack_feed_wanted(&s->feeds[i]))
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
  for (size_t i = 0; i < s->nfeeds; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (!stack_feed_wanted(f))
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
  struct stack_bucket *b = stack_bucket(s, p->feed->def->op);
  aws_ms wait = 0;
  if (p->asked || stack_bucket_ready(s, b, &wait)) {
    stack_fetch_start(p);
    return;
  }
  aws_ms at = stack_mono(s) + wait;
  *next = at < *next ? at : *next;
  wait += (aws_ms)(b->waiting++ / stack_bucket_pace(b) * 1000); /* those before it in line */
  if (p->error.code == AWS_OK)
    return;
  p->next_try = stack_wall(s) + wait;
  stack_flags_touched(s, p->feed->def->kind);
}

/* Those that found no memory to stand in line go as they come. */
static void start_unsorted(struct stack *s, aws_ms *next) {
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < s->nfeeds; i++)
    for (size_t j = 0; stack_feed_wanted(&s->feeds[i]) && j < s->feeds[i].n; j++) {
      struct stack_part *p = s->feeds[i].parts[j];
      if (p->step == STACK_PART_IDLE && p->due <= now)
        start_one(s, p, next);
    }
}

static void start_due(struct stack *s, aws_ms *next) {
  struct due *due;
  bool whole;
  size_t n = gather(s, &due, next, &whole);
  stack_budget_round(s);
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
  if (!stack_metrics_first(s))
    return;
  for (size_t i = 0; i < s->nfeeds; i++)
    if (!stack_feed_ended(&s->feeds[i]))
      return;
  s->settled_at = stack_mono(s);
  for (size_t i = 0; s->deps.once && i < s->nfeeds; i++)
    leave_out(&s->feeds[i]);
  stack_budget_settle(s);
  for (size_t k = 0; k < STACK_KINDS; k++)
    s->kinds[k].flags_ok = false;
  stack_changed(s, STACK_CHANGED_STATE);
}

static void tick(struct stack *s) {
  aws_ms next = STACK_NEVER;
  reconcile_all(s);
  start_due(s, &next);
  stack_health_tick(s);
  stack_reading_tick(s);
  check_settled(s);
  if (next != STACK_NEVER)
    stack_wake_at(s, next);
}

void stack_poll_reconcile(struct stack *s, enum stack_kind changed) {
  s->reconcile |= STACK_BIT(changed);
  stack_wake(s);
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
        stack_item(stack_rows_find(s, STACK_SERVICE, s->shown[STACK_SERVICE].ids[i]));
    struct stack_part *p = v ? aws_map_get(&f->index, v->task_definition) : NULL;
    if (p)
      p->on_screen = true;
  }
}

void stack_poll_shown(struct stack *s, enum stack_kind k) {
  for (size_t i = 0; i < s->nfeeds; i++) {
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
  stack_wake(s);
}

void stack_refresh(struct stack *s, enum stack_kind k) {
  aws_ms now = stack_mono(s);
  for (size_t i = 0; i < s->nfeeds; i++) {
    struct stack_feed *f = &s->feeds[i];
    if (f->def->kind != k)
      continue;
    for (size_t j = 0; j < f->n; j++) {
      struct stack_part *p = f->parts[j];
      bool settled_for_good = p->loaded && p->due == STACK_NEVER;
      p->fails = 0; /* waits begin anew */
      if (p->step != STACK_PART_IDLE || settled_for_good ||
          (p->ended && now - p->ended_at < ASKED_AGAIN_MS))
        continue;
      p->asked = true;
      p->due = now;
    }
  }
  stack_wake(s);
}

void stack_refresh_all(struct stack *s) {
  stack_identity_asked(s);
  for (int k = 0; k < STACK_KINDS; k++)
    stack_refresh(s, (enum stack_kind)k);
  stack_metrics_asked(s);
}

/* ---- life ------------------------------------------------------------------------------------ */

bool stack_poll_init(struct stack *s) {
  stack_wake_init(s, tick);
  s->feeds = aws_calloc(stack_feed_defs_n, sizeof *s->feeds);
  if (!s->feeds)
    return false;
  s->nfeeds = stack_feed_defs_n;
  for (size_t i = 0; i < s->nfeeds; i++) {
    s->feeds[i].def = &stack_feed_defs[i];
    s->feeds[i].s = s;
  }
  return true;
}

/* Once more, after a stop: all that is read again and again is due. */
static void make_due(struct stack_feed *f) {
  for (size_t i = 0; i < f->n; i++)
    if (f->parts[i]->due != STACK_NEVER)
      f->parts[i]->due = stack_mono(f->s);
}

void stack_poll_start(struct stack *s) {
  s->polling = true;
  for (size_t i = 0; i < s->nfeeds; i++) {
    struct stack_feed *f = &s->feeds[i];
    make_due(f);
    if (!f->def->sources && !f->n && stack_feed_wanted(f)) {
      f->seeded = stack_part_new(f, AWS_STR_LIT("")) != NULL;
      stack_flags_touched(s, f->def->kind);
    }
  }
  stack_wake(s);
}

/* What came of the run so far is dropped. */
static void stop_part(struct stack_part *p) {
  if (!p->call)
    return;
  aws_call_cancel(p->call);
  p->call = NULL;
  p->step = STACK_PART_IDLE;
  cJSON_Delete(p->listing);
  p->listing = NULL;
  stack_sheets_clear(&p->fresh);
  stack_bucket_end(stack_bucket(p->s, p->feed->def->op));
}

void stack_poll_stop(struct stack *s) {
  s->polling = false;
  stack_wake_stop(s);
  for (size_t i = 0; i < s->nfeeds; i++)
    for (size_t j = 0; j < s->feeds[i].n; j++)
      stop_part(s->feeds[i].parts[j]);
}

static void drop_parts(struct stack_feed *f) {
  for (size_t i = 0; i < f->n; i++)
    stack_part_free(f->parts[i]);
  f->n = 0;
  f->seeded = false;
  aws_map_done(&f->index);
}

void stack_poll_forget(struct stack *s) {
  stack_poll_stop(s);
  for (size_t i = 0; i < s->nfeeds; i++) {
    drop_parts(&s->feeds[i]);
    stack_rows_moved(s, s->feeds[i].def->kind);
  }
}

void stack_poll_free(struct stack *s) {
  if (!s->feeds)
    return;
  stack_poll_stop(s);
  for (size_t i = 0; i < s->nfeeds; i++) {
    drop_parts(&s->feeds[i]);
    free(s->feeds[i].parts);
  }
  free(s->feeds);
  s->feeds = NULL;
  s->nfeeds = 0;
}
