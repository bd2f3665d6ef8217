/* One line of text being typed. */
#include "widgets/private.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <widgets/cells.h>
#include <widgets/edit.h>
#include <widgets/term.h>

#define FIRST_BYTES 64

void wid_edit_init(struct wid_edit *e, size_t max) {
  *e = (struct wid_edit){.max = max < WID_EDIT_MAX ? max : WID_EDIT_MAX};
}

void wid_edit_done(struct wid_edit *e) {
  if (e->text)
    wid_wipe(e->text, e->cap);
  free(e->text);
  *e = (struct wid_edit){.max = e->max};
}

struct wid_str wid_edit_value(const struct wid_edit *e) {
  return (struct wid_str){wid_edit_c(e), e->n};
}

const char *wid_edit_c(const struct wid_edit *e) {
  return e->text ? e->text : "";
}

/* Not realloc, which would leave a copy behind. */
static bool make_room(struct wid_edit *e, size_t more) {
  size_t need = e->n + more + 1;
  if (need <= e->cap)
    return true;
  size_t cap = need + need / 2 + FIRST_BYTES;
  char *text = malloc(cap);
  if (!text)
    return false;
  memcpy(text, wid_edit_c(e), e->n + 1);
  if (e->text)
    wid_wipe(e->text, e->cap);
  free(e->text);
  e->text = text;
  e->cap = cap;
  return true;
}

static bool may_be_typed(uint32_t c) {
  return c >= 0x20 && !(c >= 0x7f && c < 0xa0);
}

static bool insert_code(struct wid_edit *e, uint32_t c) {
  char bytes[4];
  size_t n = may_be_typed(c) ? wid_utf8_encode(c, bytes) : 0;
  if (n == 0 || n > e->max - e->n || !make_room(e, n))
    return false;
  memmove(e->text + e->cursor + n, e->text + e->cursor, e->n - e->cursor + 1);
  memcpy(e->text + e->cursor, bytes, n);
  e->cursor += n;
  e->n += n;
  return true;
}

static bool insert_text(struct wid_edit *e, struct wid_str s) {
  bool any = false;
  while (s.n > 0) {
    uint32_t c = 0;
    size_t n = wid_utf8_decode(s, &c);
    if (n > 0)
      any = insert_code(e, c == '\n' || c == '\t' ? ' ' : c) || any;
    n = n > 0 ? n : 1;
    s = (struct wid_str){s.p + n, s.n - n};
  }
  return any;
}

void wid_edit_set(struct wid_edit *e, struct wid_str s) {
  if (e->text)
    wid_wipe(e->text, e->n);
  e->n = e->cursor = e->first = 0;
  e->chosen = false;
  insert_text(e, s);
}

void wid_edit_choose(struct wid_edit *e) {
  e->chosen = e->n > 0;
}

/* ---- moving ---------------------------------------------------------------------------------- */

static size_t next_of(const struct wid_edit *e, size_t at) {
  struct wid_glyph g;
  return at + wid_cells_next((struct wid_str){wid_edit_c(e) + at, e->n - at}, &g);
}

static size_t before_of(const struct wid_edit *e, size_t at) {
  size_t before = 0;
  for (size_t next = 0; next < at; next = next_of(e, next))
    before = next;
  return before;
}

static size_t word_before(const struct wid_edit *e) {
  size_t at = e->cursor;
  while (at > 0 && e->text[at - 1] == ' ')
    at--;
  while (at > 0 && e->text[at - 1] != ' ')
    at--;
  return at;
}

static enum wid_result move_to(struct wid_edit *e, size_t at) {
  e->cursor = at;
  return WID_REDRAW;
}

static enum wid_result cut_out(struct wid_edit *e, size_t from, size_t to) {
  if (from >= to)
    return WID_REDRAW;
  memmove(e->text + from, e->text + to, e->n - to);
  wid_wipe(e->text + e->n - (to - from), to - from);
  e->n -= to - from;
  e->cursor = from;
  return WID_CHANGED;
}

/* Whether the key cuts what is selected or puts something in its place. */
static bool replaces(int32_t key) {
  return key == WID_KEY_BACKSPACE || key == WID_KEY_DELETE || key == WID_CTRL('D') ||
         key == WID_CTRL('W') || key == WID_CTRL('K') ||
         (key <= 0x10ffff && may_be_typed((uint32_t)key));
}

/* True: the key is dealt with. */
static bool cut_chosen(struct wid_edit *e, const struct wid_event *event) {
  bool paste = event->kind == WID_EVENT_PASTE;
  bool typed = paste || (event->kind == WID_EVENT_KEY && replaces(event->key));
  bool cut = e->chosen && typed;
  if (event->kind == WID_EVENT_KEY || paste)
    e->chosen = false;
  if (cut)
    cut_out(e, 0, e->n);
  return cut && !paste && (event->key > 0x10ffff || !may_be_typed((uint32_t)event->key));
}

static enum wid_result on_key(struct wid_edit *e, int32_t key) {
  switch (key) {
  case WID_KEY_LEFT:
  case WID_CTRL('B'):
    return move_to(e, before_of(e, e->cursor));
  case WID_KEY_RIGHT:
  case WID_CTRL('F'):
    return move_to(e, next_of(e, e->cursor));
  case WID_KEY_HOME:
  case WID_CTRL('A'):
    return move_to(e, 0);
  case WID_KEY_END:
  case WID_CTRL('E'):
    return move_to(e, e->n);
  case WID_KEY_BACKSPACE:
    return cut_out(e, before_of(e, e->cursor), e->cursor);
  case WID_KEY_DELETE:
  case WID_CTRL('D'):
    return cut_out(e, e->cursor, next_of(e, e->cursor));
  case WID_CTRL('W'):
    return cut_out(e, word_before(e), e->cursor);
  case WID_CTRL('U'):
    return cut_out(e, 0, e->cursor);
  case WID_CTRL('K'): {
    size_t at = e->cursor;
    return cut_out(e, at, e->n);
  }
  default:
    if (key > 0x10ffff || !may_be_typed((uint32_t)key))
      return WID_IGNORED;
    return insert_code(e, (uint32_t)key) ? WID_CHANGED : WID_REDRAW;
  }
}

enum wid_result wid_edit_event(struct wid_edit *e, const struct wid_event *event) {
  if (cut_chosen(e, event))
    return WID_CHANGED;
  if (event->kind == WID_EVENT_PASTE)
    return insert_text(e, event->paste) ? WID_CHANGED : WID_REDRAW;
  return event->kind == WID_EVENT_KEY ? on_key(e, event->key) : WID_IGNORED;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int cols_between(const struct wid_edit *e, size_t from, size_t to) {
  struct wid_str s = {wid_edit_c(e) + from, to - from};
  if (!e->secret)
    return wid_cells_width(s, INT_MAX);
  int glyphs = 0;
  for (size_t at = from; at < to; at = next_of(e, at))
    glyphs++;
  return glyphs;
}

static void scroll_to_cursor(struct wid_edit *e, int w) {
  if (e->first > e->cursor)
    e->first = e->cursor;
  while (e->first < e->cursor && cols_between(e, e->first, e->cursor) > w - 1)
    e->first = next_of(e, e->first);
}

void wid_edit_draw(struct wid_edit *e, WINDOW *win, struct wid_rect r, unsigned style,
                   bool focused) {
  if (r.w <= 0 || r.h <= 0)
    return;
  scroll_to_cursor(e, r.w);
  struct wid_str shown = {wid_edit_c(e) + e->first, e->n - e->first};
  wid_cells_put(win, r, style, e->secret ? WID_STR_LIT("") : shown, WID_ALIGN_LEFT, WID_CLIP_END);
  if (e->chosen && focused && !e->secret) {
    struct wid_rect all = wid_rect_line(r, 0);
    wid_cells_add(win, &all, WID_TITLE_WARN, shown);
  }
  if (e->secret) {
    struct wid_rect rest = wid_rect_line(r, 0);
    for (int i = cols_between(e, e->first, e->n); i > 0 && rest.w > 0; i--)
      wid_cells_add_c(win, &rest, style, "•");
  }
  if (focused)
    wid_term_cursor(r.y, r.x + cols_between(e, e->first, e->cursor));
}
