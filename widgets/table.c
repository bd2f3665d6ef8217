/* A table's state: cursor, marks, sort and filter over rows that live elsewhere. */
#include "widgets/table_private.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHEEL_ROWS 3
#define PAGE_BEFORE_FIRST_DRAW 10

void wid_cell_printf(struct wid_cell *cell, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(cell->scratch, sizeof cell->scratch, fmt, args);
  va_end(args);
  size_t length = n < 0 ? 0 : (size_t)n;
  if (length >= sizeof cell->scratch)
    length = sizeof cell->scratch - 1;
  cell->text = (struct wid_str){cell->scratch, length};
}

void wid_cell_set(struct wid_cell *cell, const char *text) {
  cell->text = wid_str_from(text);
}

void wid_table_init(struct wid_table *t, const struct wid_column *columns, int n_columns,
                    const struct wid_source *source, void *data) {
  *t = (struct wid_table){.columns = columns,
                          .n_columns = n_columns,
                          .source = source,
                          .data = data,
                          .sort_column = -1,
                          .wrap_column = -1,
                          .page = PAGE_BEFORE_FIRST_DRAW};
  if (t->n_columns > WID_TABLE_COLUMNS_MAX)
    t->n_columns = WID_TABLE_COLUMNS_MAX;
}

void wid_table_done(struct wid_table *t) {
  wid_table_mark_clear(t);
  free(t->marks);
  free(t->order);
  free(t->nodes);
  free(t->key);
  *t = (struct wid_table){0};
}

/* ---- cursor ---------------------------------------------------------------------------------- */

static struct wid_str key_at(const struct wid_table *t, size_t shown) {
  return t->source->key(t->data, t->order[shown]);
}

static bool keep_key(struct wid_table *t, struct wid_str key) {
  if (t->key && wid_str_eq(key, (struct wid_str){t->key, t->n_key}))
    return true;
  char *copy = malloc(key.n + 1);
  if (!copy)
    return false;
  if (key.n > 0)
    memcpy(copy, key.p, key.n);
  copy[key.n] = '\0';
  free(t->key);
  t->key = copy;
  t->n_key = key.n;
  return true;
}

static void set_cursor(struct wid_table *t, size_t shown) {
  t->cursor = shown;
  t->wished = false;
  keep_key(t, key_at(t, shown));
}

static size_t find_key(const struct wid_table *t) {
  struct wid_str key = {t->key, t->n_key};
  if (!t->key)
    return WID_NONE;
  if (t->cursor < t->n_order && wid_str_eq(key_at(t, t->cursor), key))
    return t->cursor;
  for (size_t i = 0; i < t->n_order; i++)
    if (wid_str_eq(key_at(t, i), key))
      return i;
  return WID_NONE;
}

/* After the order changed: the same row as before, or, when it is gone, the one in its place. */
static void restore_cursor(struct wid_table *t) {
  if (t->n_order == 0) {
    t->cursor = t->top = 0;
    return;
  }
  if (t->follow && t->cursor == 0 && !t->wished) {
    set_cursor(t, 0);
    return;
  }
  size_t found = find_key(t);
  if (found != WID_NONE)
    set_cursor(t, found);
  else if (t->wished)
    t->cursor = t->cursor < t->n_order ? t->cursor : t->n_order - 1;
  else
    set_cursor(t, t->cursor < t->n_order ? t->cursor : t->n_order - 1);
}

void wid_table_update(struct wid_table *t, uint64_t generation) {
  if (t->fresh && t->generation == generation)
    return;
  if (t->generation != generation)
    t->narrowed = false;
  wid_table_reorder(t);
  t->generation = generation;
  t->fresh = true;
  t->narrowed = false;
  restore_cursor(t);
}

size_t wid_table_shown(const struct wid_table *t) {
  return t->n_order;
}

size_t wid_table_total(const struct wid_table *t) {
  return t->n_source;
}

size_t wid_table_row(const struct wid_table *t) {
  return wid_table_row_at(t, t->cursor);
}

size_t wid_table_row_at(const struct wid_table *t, size_t i) {
  return i < t->n_order ? t->order[i] : WID_NONE;
}

void wid_table_visible(const struct wid_table *t, size_t *first, size_t *n) {
  size_t left = t->top < t->n_order ? t->n_order - t->top : 0;
  *first = t->top;
  *n = left < t->page ? left : t->page;
}

static enum wid_result move_by(struct wid_table *t, bool down, size_t rows) {
  if (t->n_order == 0)
    return WID_REDRAW;
  size_t last = t->n_order - 1, before = t->cursor, to;
  if (down)
    to = rows < last - before ? before + rows : last;
  else
    to = rows < before ? before - rows : 0;
  set_cursor(t, to);
  return to == before ? WID_REDRAW : WID_CHANGED;
}

enum wid_result wid_table_move(struct wid_table *t, enum wid_move move) {
  size_t page = t->page > 1 ? t->page - 1 : 1;
  switch (move) {
  case WID_MOVE_UP:
    return move_by(t, false, 1);
  case WID_MOVE_DOWN:
    return move_by(t, true, 1);
  case WID_MOVE_PAGE_UP:
    return move_by(t, false, page);
  case WID_MOVE_PAGE_DOWN:
    return move_by(t, true, page);
  case WID_MOVE_HOME:
    return move_by(t, false, t->n_order);
  case WID_MOVE_END:
    return move_by(t, true, t->n_order);
  case WID_MOVE_NONE:
    break;
  }
  return WID_IGNORED;
}

bool wid_table_select(struct wid_table *t, struct wid_str key) {
  if (!keep_key(t, key))
    return false;
  size_t found = find_key(t);
  t->wished = found == WID_NONE;
  if (!t->wished)
    t->cursor = found;
  return !t->wished;
}

/* ---- sort and filter ---------------------------------------------------------------------------
 */

void wid_table_filter(struct wid_table *t, const char *filter) {
  char before[WID_TABLE_FILTER_MAX];
  memcpy(before, t->filter, sizeof before);
  snprintf(t->filter, sizeof t->filter, "%s", filter ? filter : "");
  if (strcmp(before, t->filter) == 0)
    return;
  /* typing on: what did not match before cannot match now */
  t->narrowed = t->fresh && !t->source->depth && before[0] != '!' && before[0] &&
                strncmp(before, t->filter, strlen(before)) == 0;
  t->fresh = false;
}

void wid_table_sort(struct wid_table *t, int column, bool descending) {
  if (column >= t->n_columns)
    column = -1;
  if (column == t->sort_column && descending == t->sort_descending)
    return;
  t->sort_column = column;
  t->sort_descending = descending;
  t->fresh = t->narrowed = false;
}

void wid_table_sort_step(struct wid_table *t, int step) {
  int n = t->n_columns + 1; /* one for the source's order */
  if (step == 0)
    wid_table_sort(t, t->sort_column, !t->sort_descending);
  else
    wid_table_sort(t, (t->sort_column + 1 + step + n) % n - 1, false);
}

/* ---- mouse ----------------------------------------------------------------------------------- */

static enum wid_result press_head(struct wid_table *t, int x) {
  int left = t->rect.x + WID_TABLE_GUTTER;
  for (int c = 0; c < t->n_columns; c++) {
    if (t->widths[c] == 0)
      continue;
    if (x >= left && x < left + t->widths[c]) {
      wid_table_sort(t, c, c == t->sort_column && !t->sort_descending);
      return WID_CHANGED;
    }
    left += t->widths[c] + 1;
  }
  return WID_REDRAW;
}

enum wid_result wid_table_mouse(struct wid_table *t, const struct wid_mouse *mouse) {
  if (!wid_rect_has(t->rect, mouse->y, mouse->x))
    return WID_IGNORED;
  if (mouse->kind == WID_MOUSE_WHEEL_UP || mouse->kind == WID_MOUSE_WHEEL_DOWN)
    return move_by(t, mouse->kind == WID_MOUSE_WHEEL_DOWN, WHEEL_ROWS);
  int line = mouse->y - t->rect.y - 1;
  if (line < 0)
    return press_head(t, mouse->x);
  size_t shown = t->top;
  int spare = wid_table_spare(t);
  while (shown < t->n_order && (line -= wid_table_lines(t, shown, &spare)) >= 0)
    shown++;
  if (shown >= t->n_order)
    return WID_REDRAW;
  set_cursor(t, shown);
  return mouse->kind == WID_MOUSE_DOUBLE ? WID_SUBMIT : WID_CHANGED;
}
