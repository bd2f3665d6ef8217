/* What happened, newest first. Events are kept in order of time; the oldest go when there are too
 * many. */
#include "config.h"

#include "stack/internal.h"

#include <stdio.h>
#include <stdlib.h>

struct stack_timeline {
  struct stack_event *at[STACK_TIMELINE_MAX]; /* newest first */
  size_t n;
  uint64_t generation;
};

bool stack_timeline_init(struct stack *s) {
  s->timeline = aws_calloc(1, sizeof *s->timeline);
  return s->timeline != NULL;
}

void stack_timeline_free(struct stack *s) {
  if (!s->timeline)
    return;
  for (size_t i = 0; i < s->timeline->n; i++)
    free(s->timeline->at[i]);
  free(s->timeline);
  s->timeline = NULL;
}

size_t stack_timeline_count(const struct stack *s) {
  return s->timeline->n;
}

const struct stack_event *stack_timeline_at(const struct stack *s, size_t i) {
  return i < s->timeline->n ? s->timeline->at[i] : NULL;
}

uint64_t stack_timeline_generation(const struct stack *s) {
  return s->timeline->generation;
}

/* The first place whose event is not newer than t. */
static size_t place_of(const struct stack_timeline *t, aws_ms at) {
  size_t lo = 0, hi = t->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (t->at[mid]->at > at)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

static bool known(const struct stack_timeline *t, size_t from, const struct stack_event *e) {
  for (size_t i = from; i < t->n && t->at[i]->at == e->at; i++)
    if (t->at[i]->source == e->source && !strcmp(t->at[i]->id, e->id) &&
        !strcmp(t->at[i]->text, e->text))
      return true;
  return false;
}

void stack_timeline_add(struct stack *s, const struct stack_event *e) {
  struct stack_timeline *t = s->timeline;
  size_t at = place_of(t, e->at);
  if (at >= STACK_TIMELINE_MAX || known(t, at, e))
    return;
  struct stack_event *copy =
      t->n == STACK_TIMELINE_MAX ? t->at[--t->n] : aws_calloc(1, sizeof *copy);
  if (!copy)
    return;
  *copy = *e;
  memmove(&t->at[at + 1], &t->at[at], (t->n - at) * sizeof t->at[0]);
  t->at[at] = copy;
  t->n++;
  t->generation++;
  stack_changed(s, STACK_CHANGED_TIMELINE);
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
  stack_timeline_add(s, &e);
}
