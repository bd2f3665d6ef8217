/* What happened, newest first. Events are kept in order of time; the oldest go when there are too
 * many. Like events near each other become one row, and an event that two sources report is one.
 */
#include "config.h"

#include "stack/happening.h"

#include <stdio.h>
#include <stdlib.h>

enum { TOGETHER_MS = 60000, MEMBERS_MAX = 2000 };

struct row {
  struct stack_event pub;
  uint64_t like;  /* what this row folds; 0: nothing */
  uint64_t whole; /* hash of the id of what its members are parts of */
  enum stack_kind whole_kind;
  bool divides;    /* what happens to the whole before it is not to be told with what follows */
  aws_ms reported; /* when AWS's own words for it were said, which it stands for; 0: none */
  char many[160];  /* the text for several, with # for their number; one: for a single one */
  char one[256];
  struct stack_member *members;
  size_t n, cap;
};

struct stack_timeline {
  struct row *at[STACK_TIMELINE_MAX]; /* newest first */
  size_t n;
  uint64_t generation;
};

static uint64_t hash(struct aws_str s) {
  return aws_hash(s.p, s.n);
}

/* ---- rows ------------------------------------------------------------------------------------ */

bool stack_timeline_init(struct stack *s) {
  s->timeline = aws_calloc(1, sizeof *s->timeline);
  return s->timeline != NULL;
}

static void row_free(struct row *r) {
  free(r->members);
  free(r);
}

void stack_timeline_free(struct stack *s) {
  if (!s->timeline)
    return;
  for (size_t i = 0; i < s->timeline->n; i++)
    row_free(s->timeline->at[i]);
  free(s->timeline);
  s->timeline = NULL;
}

size_t stack_timeline_count(const struct stack *s) {
  return s->timeline->n;
}

const struct stack_event *stack_timeline_at(const struct stack *s, size_t i) {
  return i < s->timeline->n ? &s->timeline->at[i]->pub : NULL;
}

uint64_t stack_timeline_generation(const struct stack *s) {
  return s->timeline->generation;
}

/* The first place whose event is not newer than t. */
static size_t place_of(const struct stack_timeline *t, aws_ms at) {
  size_t lo = 0, hi = t->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (t->at[mid]->pub.at > at)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

static bool known(const struct stack_timeline *t, size_t from, const struct stack_event *e) {
  for (size_t i = from; i < t->n && t->at[i]->pub.at == e->at; i++) {
    const struct stack_event *old = &t->at[i]->pub;
    if (old->source == e->source && !strcmp(old->id, e->id) && !strcmp(old->text, e->text))
      return true;
  }
  return false;
}

static void changed(struct stack *s) {
  s->timeline->generation++;
  stack_changed(s, STACK_CHANGED_TIMELINE);
}

/* NULL: it is known, too old to be kept, or there is no memory. */
static struct row *insert(struct stack *s, const struct stack_event *e) {
  struct stack_timeline *t = s->timeline;
  size_t at = place_of(t, e->at);
  if (at >= STACK_TIMELINE_MAX || known(t, at, e))
    return NULL;
  struct row *r = aws_calloc(1, sizeof *r);
  if (!r)
    return NULL;
  if (t->n == STACK_TIMELINE_MAX)
    row_free(t->at[--t->n]);
  r->pub = *e;
  memmove(&t->at[at + 1], &t->at[at], (t->n - at) * sizeof t->at[0]);
  t->at[at] = r;
  t->n++;
  changed(s);
  return r;
}

void stack_timeline_add(struct stack *s, const struct stack_event *e) {
  insert(s, e);
}

static void remove_row(struct stack *s, size_t i) {
  struct stack_timeline *t = s->timeline;
  row_free(t->at[i]);
  t->n--;
  memmove(&t->at[i], &t->at[i + 1], (t->n - i) * sizeof t->at[0]);
  changed(s);
}

/* ---- several told as one --------------------------------------------------------------------- */

uint64_t stack_member_thing(enum stack_kind k, struct aws_str id) {
  struct aws_str name = k == STACK_TASK ? stack_short(id) : id; /* AWS's messages have no ARN */
  const uint64_t parts[] = {k, aws_hash(name.p, name.n)};
  return aws_hash(parts, sizeof parts);
}

void stack_fold_member(struct stack_fold *f, const char *word, enum stack_kind k, struct aws_str id,
                       unsigned weight, bool once) {
  if (f->n == STACK_FOLD_MEMBERS)
    return;
  uint64_t thing = stack_member_thing(k, id);
  const uint64_t parts[] = {thing, aws_hash(word, strlen(word))};
  f->members[f->n++] = (struct stack_member){
      .what = aws_hash(parts, sizeof parts), .thing = thing, .weight = weight, .once = once};
}

static size_t find_member(const struct row *r, uint64_t what) {
  size_t i = 0;
  while (i < r->n && r->members[i].what != what)
    i++;
  return i;
}

/* The text of a row by the number it stands for. */
static void say(struct row *r) {
  char text[sizeof r->pub.text];
  const char *number = strchr(r->many, '#');
  bool several = r->pub.count > 1 && number;
  if (several)
    snprintf(text, sizeof text, "%.*s%u%s", (int)(number - r->many), r->many, r->pub.count,
             number + 1);
  else
    snprintf(text, sizeof text, "%s", r->one);
  stack_cut(text, sizeof text);
  memcpy(r->pub.text, text, sizeof text);
}

static void add_members(struct row *r, const struct stack_fold *f) {
  for (size_t i = 0; i < f->n; i++) {
    const struct stack_member *m = &f->members[i];
    if (!m->weight || find_member(r, m->what) < r->n || r->n >= MEMBERS_MAX ||
        !aws_grow(&r->members, &r->cap, r->n + 1, sizeof *r->members))
      continue;
    r->members[r->n++] = *m;
    r->pub.count += m->weight;
  }
}

/* Is it where the story of f's whole goes on otherwise: a rollout, a way back, an act of ours? */
static bool divides(const struct row *r, const struct stack_fold *f) {
  if (r->pub.source == STACK_EVENT_ACTION)
    return r->pub.kind == f->kind && aws_str_eq_c(f->id, r->pub.id);
  return r->divides && r->whole_kind == f->kind && r->whole == hash(f->id);
}

/* Does something stand between the row and what happened then? */
static bool parted(const struct stack_timeline *t, const struct row *from, aws_ms at,
                   const struct stack_fold *f) {
  aws_ms lo = from->pub.at < at ? from->pub.at : at, hi = from->pub.at < at ? at : from->pub.at;
  for (size_t i = 0; i < t->n; i++) {
    const struct row *r = t->at[i];
    bool between = (r->pub.at > lo && r->pub.at <= hi) || (r->reported > lo && r->reported <= hi);
    if (r != from && between && divides(r, f))
      return true;
  }
  return false;
}

/* A row with the same words about parts of the same thing, not long before or after, and nothing
 * between. */
static struct row *find_like(const struct stack_timeline *t, uint64_t like, aws_ms at,
                             const struct stack_fold *f) {
  for (size_t i = place_of(t, at + TOGETHER_MS); i < t->n && t->at[i]->pub.at >= at - TOGETHER_MS;
       i++)
    if (t->at[i]->like == like && !parted(t, t->at[i], at, f))
      return t->at[i];
  return NULL;
}

/* Takes out of r, which tells the same in AWS's words, what f tells better; true: nothing is left.
 */
static bool take_out(struct row *r, const struct stack_fold *f) {
  for (size_t m = 0; m < f->n; m++) {
    size_t at = f->members[m].once ? find_member(r, f->members[m].what) : r->n;
    if (at == r->n)
      continue;
    r->pub.count -= r->members[at].weight;
    r->members[at] = r->members[--r->n];
  }
  if (r->pub.count)
    say(r);
  return r->pub.count == 0;
}

static void leave_out(struct row *r, aws_ms at, struct stack_fold *f) {
  for (size_t m = 0; m < f->n; m++)
    if (f->members[m].once && find_member(r, f->members[m].what) < r->n) {
      f->members[m].weight = 0;
      r->reported = at;
    }
}

/* What happens once is told once: the console's own words say more than AWS's service events, whose
 * time is *reported. True: something is left to tell. */
static bool settle(struct stack *s, const struct stack_event *one, struct stack_fold *f,
                   aws_ms *reported) {
  struct stack_timeline *t = s->timeline;
  uint64_t whole = hash(f->id);
  for (size_t i = t->n; i-- > 0;) {
    struct row *r = t->at[i];
    if (!r->like || r->whole != whole || r->whole_kind != f->kind || r->pub.source == one->source)
      continue;
    if (one->source == STACK_EVENT_SERVICE) {
      leave_out(r, one->at, f);
    } else if (r->pub.source == STACK_EVENT_SERVICE && take_out(r, f)) {
      *reported = r->pub.at;
      remove_row(s, i);
    }
  }
  for (size_t m = 0; m < f->n; m++)
    if (f->members[m].weight)
      return true;
  return false;
}

static uint64_t like_of(enum stack_event_source source, const struct stack_fold *f) {
  const uint64_t parts[] = {source, f->kind, hash(f->id), hash(aws_str_from(f->many))};
  return aws_hash(parts, sizeof parts) | 1;
}

void stack_timeline_fold(struct stack *s, const struct stack_event *one, struct stack_fold *f) {
  aws_ms reported = 0;
  if (!settle(s, one, f, &reported))
    return;
  uint64_t like = like_of(one->source, f);
  struct row *r = find_like(s->timeline, like, one->at, f);
  if (!r) {
    struct stack_event first = *one;
    first.count = 0;
    r = insert(s, &first);
    if (!r)
      return;
    r->like = like;
    r->whole = hash(f->id);
    r->whole_kind = f->kind;
    r->divides = f->divides;
    r->reported = reported;
    snprintf(r->many, sizeof r->many, "%s", f->many);
    snprintf(r->one, sizeof r->one, "%s", one->text);
  }
  add_members(r, f);
  if (r->pub.count > 1) {
    r->pub.kind = f->kind;
    snprintf(r->pub.id, sizeof r->pub.id, "%.*s", AWS_STR_ARG(f->id));
  }
  say(r);
  changed(s);
}

bool stack_timeline_concerns(const struct stack *s, size_t i, enum stack_kind k,
                             struct aws_str id) {
  if (i >= s->timeline->n)
    return false;
  const struct row *r = s->timeline->at[i];
  if (r->pub.kind == k && aws_str_eq_c(id, r->pub.id))
    return true;
  if (r->like && r->whole_kind == k && r->whole == hash(id))
    return true;
  uint64_t thing = stack_member_thing(k, id);
  for (size_t m = 0; m < r->n; m++)
    if (r->members[m].thing == thing)
      return true;
  return false;
}

void stack_event_addf(struct stack *s, aws_ms at, enum stack_event_source source,
                      enum stack_level level, enum stack_kind k, struct aws_str id, const char *fmt,
                      ...) {
  struct stack_event e = {
      .at = at ? at : stack_wall(s), .source = source, .level = level, .kind = k};
  snprintf(e.id, sizeof e.id, "%.*s", AWS_STR_ARG(id));
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(e.text, sizeof e.text, fmt, ap);
  va_end(ap);
  stack_cut(e.text, sizeof e.text);
  stack_timeline_add(s, &e);
}
