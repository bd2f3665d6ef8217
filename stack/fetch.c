/* One run of a part: its calls, its pages made into sheets, what comes of them, and when it is due
 * again. */
#include "config.h"

#include "stack/asking.h"
#include "stack/budget.h"
#include "stack/happening.h"
#include "stack/judged.h"

#include <stdlib.h>

enum {
  DENIED_MS = 300000,    /* a permission that never was seldom comes by itself */
  DENIED_NOW_MS = 30000, /* one that was there a moment ago may be back as soon */
  DENIED_TRIES = 8,      /* so often */
  RETRY_FIRST_MS = 5000,
  RETRY_LEAST_MS = 10000,
  RETRY_MOST_MS = 300000,
  RECONNECT_SHOWN_MS = 10000, /* without a connection nothing is asked of AWS: nobody is burdened */
  RECONNECT_MS = 30000,
  THROTTLED_SHOWN_MS = 30000, /* a board that is minutes old helps nobody */
  THROTTLED_MS = 60000,
  CATCH_UP_MS = 5000,   /* in which all else is read once AWS answers again */
  PROBE_AFTER = 3,      /* failures in a row: from then on one call each time */
  LIST_KEPT_MS = 30000, /* of ids whose things could not be read */
  LIST_STRETCH = 5      /* times as long as it is good, where there is no newer one */
};

/* ---- periods --------------------------------------------------------------------------------- */

static aws_ms jitter(struct stack *s, aws_ms ms) {
  return ms + (aws_ms)((stack_random(s) - 0.5) * 0.1 * (double)ms);
}

/* Missed on the board, or there is nothing yet to make do with. */
static bool is_wanted_soon(const struct stack_part *p) {
  return stack_part_missed(p) || !p->loaded;
}

/* What is missed on the board is tried as often as it would have been read: that is no more than
 * AWS bears, and what was wrong may be over. */
static aws_ms longest_wait(const struct stack_part *p, aws_ms usual) {
  const bool soon = is_wanted_soon(p), known = usual != STACK_NEVER;
  if (p->error.code == AWS_E_THROTTLED)
    return soon ? THROTTLED_SHOWN_MS : THROTTLED_MS;
  if (p->denied)
    return p->loaded && p->fails <= DENIED_TRIES ? DENIED_NOW_MS : DENIED_MS;
  if (p->loaded && soon && known && usual < RETRY_LEAST_MS)
    return usual;
  if (p->error.code == AWS_E_NETWORK)
    return soon ? RECONNECT_SHOWN_MS : RECONNECT_MS;
  if (!known)
    return RETRY_MOST_MS;
  return usual > RETRY_LEAST_MS ? usual : RETRY_LEAST_MS;
}

/* A little later each time, up to the longest. A throttle has slowed the usual period down. */
static aws_ms retry_wait(struct stack_part *p) {
  const bool throttled = p->error.code == AWS_E_THROTTLED;
  const aws_ms first = throttled && !is_wanted_soon(p) ? THROTTLED_MS / 2 : RETRY_FIRST_MS;
  aws_ms wait = first << (p->fails < 7 ? p->fails - 1 : 6), usual = stack_part_period(p);
  aws_ms most = longest_wait(p, usual);
  if (wait > most || (p->denied && !p->loaded))
    wait = most;
  if (throttled) /* not together with all others that were refused */
    wait = (aws_ms)((0.75 + 0.5 * stack_random(p->s)) * (double)wait);
  return wait > p->error.retry_after_ms ? wait : p->error.retry_after_ms;
}

static void plan_next(struct stack_part *p, bool first) {
  struct stack *s = p->s;
  aws_ms wait = p->error.code != AWS_OK ? retry_wait(p) : stack_part_period(p);
  p->next_try = 0;
  if (s->deps.once || wait == STACK_NEVER) {
    p->due = STACK_NEVER;
    return;
  }
  /* The first fill asks for everything at once: from then on the calls are spread. */
  wait = first ? (aws_ms)((0.3 + 0.7 * stack_random(s)) * (double)wait) : jitter(s, wait);
  p->due = p->ended_at + wait;
  if (p->error.code != AWS_OK)
    p->next_try = stack_wall(s) + wait;
}

/* ---- a run ----------------------------------------------------------------------------------- */

static void part_done(void *arg, const struct aws_error *err);

static void rows_came(struct stack_part *p) {
  stack_rows_moved(p->s, p->feed->def->kind);
  p->s->reconcile |= STACK_BIT(p->feed->def->kind);
  stack_wake(p->s);
}

static void take_sheet(struct stack_part *p, struct aws_page *page) {
  size_t at = p->fresh.n;
  if (!p->progressive && at < p->shown.n && stack_page_same(p->shown.v[at]->page, page)) {
    struct stack_sheet *same = p->shown.v[at];
    for (size_t i = 0; i < same->n; i++)
      same->rows[i].fetched_at = page->fetched_at;
    p->lost = !stack_sheets_add(&p->fresh, stack_sheet_ref(same)) || p->lost;
    return;
  }
  struct stack_sheet *sh = stack_sheet_new(p->s, p, page);
  bool taken = stack_sheets_add(p->progressive ? &p->shown : &p->fresh, sh);
  p->lost = p->lost || !taken;
  if (p->progressive && taken)
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
    if (id->n > STACK_ID_MAX)
      p->long_id = id->n;
    else if (id->p)
      aws_json_add(p->listing, NULL, cJSON_CreateString(id->p));
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
    aws_json_add(in, d->ids, cJSON_Duplicate(p->listed, true));
  if (!in) {
    aws_error_set(err, AWS_E_MEMORY, "no memory to ask for %s", stack_kind_words(d->kind));
    return false;
  }
  const struct aws_call_options opt = {.region = d->edge ? stack_edge_region(s) : NULL,
                                       .asked = p->asked || s->deps.once,
                                       .again = p->fails < PROBE_AFTER,
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

/* What was listed and could not be read need not be listed again. */
static aws_ms list_good_ms(const struct stack_part *p) {
  aws_ms good = p->feed->def->list_s * 1000;
  return p->unread && good < LIST_KEPT_MS ? LIST_KEPT_MS : good;
}

void stack_fetch_start(struct stack_part *p) {
  const struct stack_feed_def *d = p->feed->def;
  aws_ms now = stack_mono(p->s);
  bool list = d->list && (!p->listed || p->asked || now - p->listed_at >= list_good_ms(p));
  struct aws_error err = {0};
  stack_bucket_begin(stack_bucket(p->s, d->op));
  p->replies = 0;
  p->lost = false;
  p->long_id = 0;
  p->without = NULL;
  p->progressive = !p->loaded && !p->shown.n;
  stack_flags_touched(p->s, d->kind);
  if (!list) {
    part_read(p);
    return;
  }
  p->listing = cJSON_CreateArray();
  if (!p->listing || !start_call(p, true, &err)) {
    if (err.code == AWS_OK)
      aws_error_set(&err, AWS_E_MEMORY, "no memory to list %s", stack_kind_words(d->kind));
    part_end(p, &err);
  }
}

/* Whether all that came in can be what AWS has. False: *err says what cannot. */
static bool is_sound(const struct stack_part *p, struct aws_error *err) {
  const struct stack_feed_def *d = p->feed->def;
  const char *name = (p->step == STACK_PART_LISTING ? d->list : d->op)->name;
  if (p->lost)
    aws_error_set(err, AWS_E_MEMORY, "no memory for all of the %s", stack_kind_plural(d->kind));
  else if (p->long_id)
    aws_error_set(err, AWS_E_BODY, "%s %s: the answer has a name of %zu bytes", d->op->service->id,
                  name, p->long_id);
  else if (p->without)
    aws_error_set(err, AWS_E_BODY, "%s %s: the answer has a %s without a %s", d->op->service->id,
                  name, stack_kind_singular(d->kind), p->without);
  return err->code == AWS_OK;
}

/* Where ids seldom change those of before will do: things that are gone are left out by AWS. */
static bool old_list_will_do(const struct stack_part *p, const struct aws_error *err) {
  aws_ms most = (aws_ms)p->feed->def->list_s * 1000 * LIST_STRETCH;
  return p->step == STACK_PART_LISTING && p->listed && err->code == AWS_E_THROTTLED &&
         stack_mono(p->s) - p->listed_at < most;
}

static void take_list(struct stack_part *p) {
  cJSON_Delete(p->listed);
  p->listed = sorted(p->listing);
  p->listing = NULL;
  p->listed_at = stack_mono(p->s);
  p->unread = true;
  if (!p->loaded) { /* what is found through these may begin */
    p->s->reconcile |= STACK_BIT(p->feed->def->kind);
    stack_wake(p->s);
  }
}

static void part_done(void *arg, const struct aws_error *err) {
  struct stack_part *p = arg;
  struct aws_error odd = {0};
  p->call = NULL;
  p->lost = aws_json_lost() || p->lost;
  if (!err && !is_sound(p, &odd))
    err = &odd;
  if (err && old_list_will_do(p, err)) {
    part_read(p);
    return;
  }
  if (err || p->step == STACK_PART_READING) {
    part_end(p, err);
    return;
  }
  take_list(p);
  part_read(p);
}

/* ---- the end of a run ------------------------------------------------------------------------ */

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
  p->unread = false;
  p->fails = 0;
  p->denied = false;
  aws_error_clear(&p->error);
  p->fetched_at = stack_wall(p->s);
  p->read_at = stack_mono(p->s);
  p->late = p->old = false;
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
  if (!first)
    stack_feeds_nudge(p->s, p->feed->def->nudges);
}

static void fail(struct stack_part *p, const struct aws_error *err) {
  stack_sheets_clear(&p->fresh);
  if (err->code == AWS_E_NOT_FOUND) /* what it was found through has changed */
    stack_part_ask_sources(p);
  p->error = *err;
  p->fails++;
  p->denied = err->code == AWS_E_DENIED;
  stack_flags_moved(p->s, p->feed->def->kind);
  p->s->dirty |= STACK_BIT(p->feed->def->kind); /* what cannot be read is rated unknown */
}

static aws_ms later(aws_ms a, aws_ms b) {
  return a > b ? a : b;
}

static void hasten(struct stack_part *p, aws_ms at, bool throttled) {
  if (at >= p->due || p->step != STACK_PART_IDLE)
    return;
  p->due = at;
  if (throttled)
    p->next_try = stack_wall(p->s) + at - stack_mono(p->s);
  stack_flags_touched(p->s, p->feed->def->kind);
}

/* AWS answers again what it throttled: what waits for longer than it usually does is read soon.
 * Once all of that API is read, others that were throttled are tried, too. */
static void catch_up(struct stack *s, struct stack_bucket *b) {
  const aws_ms now = stack_mono(s);
  bool whole = b->use.slowed <= 1;
  for (int others = 0; others < 2 && (!others || whole); others++)
    for (size_t i = 0; i < s->nfeeds; i++)
      for (size_t j = 0; j < s->feeds[i].n; j++) {
        struct stack_part *p = s->feeds[i].parts[j];
        const bool throttled = p->error.code == AWS_E_THROTTLED;
        const aws_ms soon = now + (aws_ms)(stack_random(s) * CATCH_UP_MS);
        if ((stack_bucket(s, p->feed->def->op) != b) != (others == 1))
          continue;
        if (throttled)
          hasten(p, soon, true);
        else if (!others && stack_part_period(p) != STACK_NEVER)
          hasten(p, later(soon, p->ended_at + stack_part_period(p)), false);
        whole = whole && (others || !throttled);
      }
  b->recovers = !whole;
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
  stack_heard(s, p, err);
  stack_flags_touched(s, p->feed->def->kind);
  s->reconcile |= STACK_BIT(p->feed->def->kind);
  plan_next(p, first);
  struct stack_bucket *b = stack_bucket(s, p->feed->def->op);
  if (!err && b->recovers && !s->deps.once)
    catch_up(s, b);
  stack_wake(s);
}
