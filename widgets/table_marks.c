/* Rows that are marked, by their keys: they stay so wherever they move. */
#include "widgets/table_private.h"
#include <stdlib.h>
#include <string.h>
#include <widgets/table.h>

struct wid_mark {
  char *key;
  size_t n;
};

static size_t find_mark(const struct wid_table *t, struct wid_str key) {
  for (size_t i = 0; i < t->n_marks; i++)
    if (wid_str_eq(key, (struct wid_str){t->marks[i].key, t->marks[i].n}))
      return i;
  return WID_NONE;
}

bool wid_table_mark_toggle(struct wid_table *t) {
  if (t->cursor >= t->n_order)
    return false;
  struct wid_str key = t->source->key(t->data, t->order[t->cursor]);
  size_t at = find_mark(t, key);
  if (at != WID_NONE) {
    free(t->marks[at].key);
    t->marks[at] = t->marks[--t->n_marks];
    return true;
  }
  if (t->n_marks == WID_TABLE_MARKS_MAX)
    return false;
  struct wid_mark *marks = realloc(t->marks, (t->n_marks + 1) * sizeof *marks);
  if (!marks)
    return false;
  t->marks = marks;
  struct wid_mark *mark = &marks[t->n_marks];
  mark->key = malloc(key.n + 1);
  if (!mark->key)
    return false;
  if (key.n > 0)
    memcpy(mark->key, key.p, key.n);
  mark->n = key.n;
  t->n_marks++;
  return true;
}

void wid_table_mark_clear(struct wid_table *t) {
  while (t->n_marks > 0)
    free(t->marks[--t->n_marks].key);
}

size_t wid_table_mark_count(const struct wid_table *t) {
  return t->n_marks;
}

bool wid_table_marked(const struct wid_table *t, size_t row) {
  return t->n_marks > 0 && row < t->n_source &&
         find_mark(t, t->source->key(t->data, row)) != WID_NONE;
}
