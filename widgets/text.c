/* A scrolling view of styled lines. */
#include "widgets/private.h"
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <widgets/cells.h>
#include <widgets/text.h>

#define TAB_COLUMNS 8
#define WHEEL_ROWS 3
#define FORMATTED_MAX 4096

/* label bytes first, drawn in ACCENT from column 0; the rest from column first, and on further rows
 * from column hang. */
struct wid_text_line {
  uint32_t at, n;
  uint32_t rows; /* at the width drawn last */
  uint16_t label, first, hang;
  uint16_t style;
};

void wid_text_init(struct wid_text *t) {
  *t = (struct wid_text){.page = 1, .found = WID_NONE};
}

void wid_text_done(struct wid_text *t) {
  wid_text_clear(t);
  free(t->bytes);
  free(t->lines);
  *t = (struct wid_text){.page = 1, .found = WID_NONE};
}

void wid_text_clear(struct wid_text *t) {
  wid_wipe(t->bytes, t->n_bytes);
  t->n_bytes = t->n_lines = t->n_rows = t->top = t->seen = 0;
  t->found = WID_NONE;
  t->truncated = t->wrapped = false;
}

void wid_text_restart(struct wid_text *t) {
  size_t top = t->top, found = t->found;
  wid_text_clear(t);
  t->top = top;
  t->found = found;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* Not realloc: what is shown may be a secret, and a copy left behind is never wiped. */
static bool make_room(struct wid_text *t, size_t more) {
  size_t need = t->n_bytes + more;
  if (need > WID_TEXT_MAX)
    return false;
  if (need <= t->cap_bytes)
    return true;
  size_t cap = need + need / 2 + 256;
  char *bytes = malloc(cap);
  if (!bytes)
    return false;
  if (t->n_bytes > 0)
    memcpy(bytes, t->bytes, t->n_bytes);
  wid_wipe(t->bytes, t->n_bytes);
  free(t->bytes);
  t->bytes = bytes;
  t->cap_bytes = cap;
  return true;
}

static struct wid_text_line *new_line(struct wid_text *t) {
  if (t->n_lines == WID_TEXT_LINES_MAX)
    return NULL;
  if (t->n_lines == t->cap_lines) {
    size_t cap = t->cap_lines + t->cap_lines / 2 + 64;
    struct wid_text_line *lines = realloc(t->lines, cap * sizeof *lines);
    if (!lines)
      return NULL;
    t->lines = lines;
    t->cap_lines = cap;
  }
  return &t->lines[t->n_lines];
}

static size_t count_tabs(struct wid_str s) {
  size_t tabs = 0;
  for (size_t i = 0; i < s.n; i++)
    tabs += s.p[i] == '\t';
  return tabs;
}

/* Copies s, its tabs as blanks; room for it was made. */
static void copy_tabs(struct wid_text *t, struct wid_str s) {
  struct wid_glyph g;
  size_t col = 0;
  for (size_t n; (n = wid_cells_next(s, &g)) > 0; s = (struct wid_str){s.p + n, s.n - n}) {
    if (*s.p != '\t') {
      memcpy(t->bytes + t->n_bytes, s.p, n);
      t->n_bytes += n;
      col += (size_t)g.width;
      continue;
    }
    do {
      t->bytes[t->n_bytes++] = ' ';
    } while (++col % TAB_COLUMNS != 0);
  }
}

static uint16_t short_of(int columns) {
  return (uint16_t)(columns < 0 ? 0 : columns > SHRT_MAX ? SHRT_MAX : columns);
}

static void add_line(struct wid_text *t, struct wid_str label, struct wid_str s, unsigned style,
                     int first, int hang, bool tabs) {
  struct wid_text_line *line = new_line(t);
  size_t most = label.n + s.n + (tabs ? count_tabs(s) * (TAB_COLUMNS - 1) : 0);
  if (!line || label.n > UINT16_MAX || s.n > WID_TEXT_MAX || !make_room(t, most)) {
    t->truncated = true;
    return;
  }
  size_t at = t->n_bytes;
  if (label.n > 0)
    memcpy(t->bytes + at, label.p, label.n);
  t->n_bytes += label.n;
  if (tabs)
    copy_tabs(t, s);
  else if (s.n > 0)
    memcpy(t->bytes + t->n_bytes, s.p, s.n);
  t->n_bytes += tabs ? 0 : s.n;
  *line = (struct wid_text_line){.at = (uint32_t)at,
                                 .n = (uint32_t)(t->n_bytes - at),
                                 .label = (uint16_t)label.n,
                                 .first = short_of(first),
                                 .hang = short_of(hang),
                                 .style = (uint16_t)style};
  t->n_lines++;
  t->wrapped = false;
  t->seen = 0;
}

void wid_text_add_lines(struct wid_text *t, unsigned style, int indent, struct wid_str s) {
  for (;;) {
    const char *end = s.n > 0 ? memchr(s.p, '\n', s.n) : NULL;
    size_t n = end ? (size_t)(end - s.p) : s.n;
    bool cr = n > 0 && s.p[n - 1] == '\r';
    add_line(t, WID_STR_LIT(""), (struct wid_str){s.p, n - cr}, style, 0, indent, true);
    if (!end)
      return;
    s = (struct wid_str){end + 1, s.n - n - 1};
  }
}

void wid_text_add(struct wid_text *t, unsigned style, int indent, struct wid_str s) {
  add_line(t, WID_STR_LIT(""), s, style, 0, indent, false);
}

void wid_text_addf(struct wid_text *t, unsigned style, const char *fmt, ...) {
  char text[FORMATTED_MAX];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (n >= 0)
    wid_text_add(t, style, 0, wid_str_from(text));
}

void wid_text_add_pair(struct wid_text *t, int label, const char *name, unsigned style,
                       struct wid_str value) {
  add_line(t, wid_str_from(name), value, style, label, label, false);
}

/* ---- wrapping -------------------------------------------------------------------------------- */

static struct wid_str value_of(const struct wid_text *t, const struct wid_text_line *line) {
  return (struct wid_str){t->bytes + line->at + line->label, line->n - line->label};
}

static int room_of(int from, int width) {
  return width - from > 8 ? width - from : width > 8 ? 8 : width;
}

/* Bytes of s that stand in one row: up to the last blank that fits, or as many as fit. */
static size_t row_of(struct wid_str s, int cols) {
  struct wid_glyph g;
  size_t at = 0, blank = 0, n;
  int used = 0;
  for (; (n = wid_cells_next((struct wid_str){s.p + at, s.n - at}, &g)) > 0; at += n) {
    if (used + g.width > cols)
      return blank > 0 ? blank : at > 0 ? at : n;
    used += g.width;
    if (s.p[at] == ' ')
      blank = at + 1;
  }
  return at;
}

static uint32_t rows_of(const struct wid_text *t, const struct wid_text_line *line, int width) {
  struct wid_str s = value_of(t, line);
  uint32_t rows = 1;
  int first = room_of(line->first, width), rest = room_of(line->hang, width);
  if (s.n <= (size_t)first)
    return 1;
  for (size_t n = row_of(s, first); n < s.n; rows++) {
    s = (struct wid_str){s.p + n, s.n - n};
    n = row_of(s, rest);
  }
  return rows;
}

/* The line that row belongs to; *within is the row's place in it. */
static size_t line_at(const struct wid_text *t, size_t row, size_t *within) {
  size_t i = 0;
  while (i < t->n_lines && row >= t->lines[i].rows)
    row -= t->lines[i++].rows;
  *within = row;
  return i;
}

static size_t first_row(const struct wid_text *t, size_t line) {
  size_t row = 0;
  for (size_t i = 0; i < line && i < t->n_lines; i++)
    row += t->lines[i].rows;
  return row;
}

bool wid_text_at_top(const struct wid_text *t) {
  return t->top == 0;
}

bool wid_text_seen(const struct wid_text *t) {
  return t->wrapped && t->seen >= t->n_rows;
}

/* Works out the rows at this width; the line at the top stays there. */
static void wrap(struct wid_text *t, int width) {
  if (t->wrapped && t->width == width)
    return;
  size_t within = 0, top_line = 0;
  if (t->n_rows > 0)
    top_line = line_at(t, t->top, &within);
  bool same_width = t->width == width, seen = wid_text_seen(t);
  t->n_rows = 0;
  for (size_t i = 0; i < t->n_lines; i++) {
    t->lines[i].rows = rows_of(t, &t->lines[i], width);
    t->n_rows += t->lines[i].rows;
  }
  if (!same_width)
    t->top = first_row(t, top_line);
  t->seen = seen ? t->n_rows : 0;
  t->width = width;
  t->wrapped = true;
}

size_t wid_text_height(struct wid_text *t, int w) {
  wrap(t, w);
  return t->n_rows;
}

/* Keys may come faster than the first drawing, which settles the width. */
static void wrap_undrawn(struct wid_text *t) {
  if (!t->wrapped)
    wrap(t, t->width > 0 ? t->width : 80);
}

/* ---- moving ---------------------------------------------------------------------------------- */

static size_t last_top(const struct wid_text *t) {
  size_t page = (size_t)t->page;
  return t->n_rows > page ? t->n_rows - page : 0;
}

static enum wid_result scroll_by(struct wid_text *t, bool down, size_t rows) {
  size_t before = t->top, last = last_top(t);
  if (down)
    t->top = before < last && rows < last - before ? before + rows : last;
  else
    t->top = rows < before ? before - rows : 0;
  return t->top == before ? WID_REDRAW : WID_CHANGED;
}

enum wid_result wid_text_move(struct wid_text *t, enum wid_move move) {
  size_t page = t->page > 1 ? (size_t)t->page - 1 : 1;
  wrap_undrawn(t);
  switch (move) {
  case WID_MOVE_UP:
  case WID_MOVE_DOWN:
    return scroll_by(t, move == WID_MOVE_DOWN, 1);
  case WID_MOVE_PAGE_UP:
  case WID_MOVE_PAGE_DOWN:
    return scroll_by(t, move == WID_MOVE_PAGE_DOWN, page);
  case WID_MOVE_HOME:
  case WID_MOVE_END:
    return scroll_by(t, move == WID_MOVE_END, t->n_rows);
  case WID_MOVE_NONE:
    break;
  }
  return WID_IGNORED;
}

enum wid_result wid_text_mouse(struct wid_text *t, const struct wid_mouse *mouse) {
  if (mouse->kind != WID_MOUSE_WHEEL_UP && mouse->kind != WID_MOUSE_WHEEL_DOWN)
    return WID_IGNORED;
  return scroll_by(t, mouse->kind == WID_MOUSE_WHEEL_DOWN, WHEEL_ROWS);
}

/* ---- finding --------------------------------------------------------------------------------- */

static bool holds(const struct wid_text *t, size_t line) {
  struct wid_str s = {t->bytes + t->lines[line].at, t->lines[line].n};
  return t->find[0] && wid_str_find(s, wid_str_from(t->find)) != WID_NONE;
}

bool wid_text_find(struct wid_text *t, const char *what, int direction) {
  size_t within;
  wrap_undrawn(t);
  if (strncmp(t->find, what, sizeof t->find - 1) != 0) {
    snprintf(t->find, sizeof t->find, "%s", what);
    t->found = WID_NONE;
  }
  size_t from = t->found != WID_NONE ? t->found : line_at(t, t->top, &within);
  if (t->found == WID_NONE && from < t->n_lines && holds(t, from)) {
    t->found = from;
  } else {
    size_t step = direction < 0 ? (size_t)-1 : 1;
    size_t i = from + step;
    while (i < t->n_lines && !holds(t, i)) /* below 0 wraps round to above n_lines */
      i += step;
    if (i >= t->n_lines)
      return false;
    t->found = i;
  }
  t->top = first_row(t, t->found);
  if (t->top > last_top(t))
    t->top = last_top(t);
  return true;
}

size_t wid_text_found(const struct wid_text *t, size_t *at) {
  size_t n = 0;
  *at = 0;
  for (size_t i = 0; i < t->n_lines; i++) {
    n += holds(t, i);
    if (i == t->found)
      *at = n;
  }
  return n;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* One row of a line, skipping those above it. */
static void draw_row(const struct wid_text *t, WINDOW *win, struct wid_rect r, size_t line,
                     size_t within) {
  const struct wid_text_line *l = &t->lines[line];
  struct wid_str s = value_of(t, l);
  unsigned on = holds(t, line) ? WID_ON_FAINT_CURSOR : 0;
  int from = l->first;
  for (size_t row = 0; row < within; row++, from = l->hang) {
    size_t n = row_of(s, room_of(from, r.w));
    s = (struct wid_str){s.p + n, s.n - n};
  }
  if (within == 0 && l->label > 0) {
    struct wid_rect label = {r.y, r.x, r.h, l->first - 1 < r.w ? l->first - 1 : r.w};
    wid_cells_put(win, label, WID_ACCENT | on, (struct wid_str){t->bytes + l->at, l->label},
                  WID_ALIGN_LEFT, WID_CLIP_END);
  }
  int room = room_of(from, r.w);
  struct wid_rect rest = {r.y, r.x + r.w - room < r.x + from ? r.x + r.w - room : r.x + from, r.h,
                          room};
  s.n = row_of(s, room);
  wid_cells_add(win, &rest, l->style | on, s);
}

void wid_text_draw(struct wid_text *t, WINDOW *win, struct wid_rect r) {
  if (r.h <= 0 || r.w <= 0)
    return;
  bool at_end = t->top >= last_top(t);
  wrap(t, r.w);
  t->page = r.h;
  if (t->top > last_top(t) || (t->follow && at_end))
    t->top = last_top(t);
  if (t->seen >= t->top && t->seen < t->top + (size_t)r.h)
    t->seen = t->top + (size_t)r.h;
  size_t within;
  size_t line = line_at(t, t->top, &within);
  for (int y = 0; y < r.h && line < t->n_lines; y++) {
    draw_row(t, win, wid_rect_line(r, y), line, within);
    if (++within >= t->lines[line].rows) {
      within = 0;
      line++;
    }
  }
}
