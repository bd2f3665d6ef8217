/* A list to pick from, narrowed by typing. */
#include "widgets/private.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <widgets/bar.h>
#include <widgets/cells.h>
#include <widgets/menu.h>

#define TYPED_MAX 256
#define WIDTH 72
#define LABEL_COLUMNS 40
#define PALETTE_ROWS 8

/* ---- matching -------------------------------------------------------------------------------- */

static void select_items(struct wid_menu *m) {
  struct wid_str typed = wid_edit_value(&m->typed);
  m->n_shown = 0;
  for (int starts = 1; starts >= 0; starts--) /* those that start with it stand first */
    for (size_t i = 0; i < m->n_items; i++) {
      size_t at = wid_str_find(m->items[i].label, typed);
      if (at == WID_NONE && !m->palette && wid_str_find(m->items[i].detail, typed) != WID_NONE)
        at = 1;
      if (at != WID_NONE && (at == 0) == starts)
        m->shown[m->n_shown++] = (uint32_t)i;
    }
  m->selected = m->top = 0;
}

bool wid_menu_init(struct wid_menu *m, const char *title, const struct wid_menu_item *items,
                   size_t n, bool palette) {
  *m = (struct wid_menu){.title = title, .palette = palette, .items = items};
  m->n_items = n < WID_MENU_ITEMS_MAX ? n : WID_MENU_ITEMS_MAX;
  wid_edit_init(&m->typed, TYPED_MAX);
  m->shown = malloc((m->n_items + 1) * sizeof *m->shown);
  if (m->shown)
    select_items(m);
  return m->shown != NULL;
}

void wid_menu_done(struct wid_menu *m) {
  wid_edit_done(&m->typed);
  free(m->shown);
  m->shown = NULL;
  m->n_shown = m->n_items = 0;
}

const struct wid_menu_item *wid_menu_selected(const struct wid_menu *m) {
  return m->selected < m->n_shown ? &m->items[m->shown[m->selected]] : NULL;
}

size_t wid_menu_index(const struct wid_menu *m) {
  return m->selected < m->n_shown ? m->shown[m->selected] : WID_NONE;
}

/* ---- completion ------------------------------------------------------------------------------ */

static bool starts_with(struct wid_str s, struct wid_str start) {
  return s.n >= start.n && wid_str_find((struct wid_str){s.p, start.n}, start) == 0;
}

static size_t common_start(struct wid_str a, struct wid_str b) {
  size_t n = 0;
  while (n < a.n && n < b.n && wid_fold(a.p[n]) == wid_fold(b.p[n]))
    n++;
  return n;
}

static void complete(struct wid_menu *m) {
  struct wid_str typed = wid_edit_value(&m->typed), longest = {NULL, 0};
  for (size_t i = 0; i < m->n_shown; i++) {
    struct wid_str label = m->items[m->shown[i]].label;
    if (!starts_with(label, typed))
      continue;
    longest.n = longest.p ? common_start(longest, label) : label.n;
    longest.p = longest.p ? longest.p : label.p;
  }
  const struct wid_menu_item *item = wid_menu_selected(m);
  if (longest.n <= typed.n && item)
    longest = item->label;
  if (longest.n > 0 && !wid_str_eq(longest, typed)) {
    wid_edit_set(&m->typed, longest);
    select_items(m);
  }
}

/* ---- events ---------------------------------------------------------------------------------- */

static enum wid_result move_by(struct wid_menu *m, bool down, size_t rows) {
  size_t last = m->n_shown > 0 ? m->n_shown - 1 : 0, before = m->selected;
  if (down)
    m->selected = rows < last - before ? before + rows : last;
  else
    m->selected = rows < before ? before - rows : 0;
  return before == m->selected ? WID_REDRAW : WID_CHANGED;
}

static enum wid_result on_mouse(struct wid_menu *m, const struct wid_mouse *mouse) {
  if (!wid_rect_has(m->list, mouse->y, mouse->x))
    return WID_REDRAW;
  if (mouse->kind == WID_MOUSE_WHEEL_UP || mouse->kind == WID_MOUSE_WHEEL_DOWN)
    return move_by(m, mouse->kind == WID_MOUSE_WHEEL_DOWN, 1);
  size_t at = m->top + (size_t)(mouse->y - m->list.y);
  if (at >= m->n_shown)
    return WID_REDRAW;
  m->selected = at;
  return mouse->kind == WID_MOUSE_DOUBLE ? WID_SUBMIT : WID_CHANGED;
}

static enum wid_result on_key(struct wid_menu *m, const struct wid_event *event) {
  size_t page = m->list.h > 1 ? (size_t)m->list.h - 1 : 1;
  switch (event->key) {
  case WID_KEY_ESC:
    return WID_CANCEL;
  case WID_KEY_ENTER:
    return m->palette || wid_menu_selected(m) ? WID_SUBMIT : WID_REDRAW;
  case WID_KEY_UP:
  case WID_CTRL('P'):
    return move_by(m, false, 1);
  case WID_KEY_DOWN:
  case WID_CTRL('N'):
    return move_by(m, true, 1);
  case WID_KEY_PAGE_UP:
    return move_by(m, false, page);
  case WID_KEY_PAGE_DOWN:
    return move_by(m, true, page);
  case WID_KEY_TAB:
    if (m->palette)
      complete(m);
    return WID_CHANGED;
  default:
    break;
  }
  enum wid_result result = wid_edit_event(&m->typed, event);
  if (result == WID_CHANGED)
    select_items(m);
  return result;
}

enum wid_result wid_menu_event(struct wid_menu *m, const struct wid_event *event) {
  switch (event->kind) {
  case WID_EVENT_MOUSE:
    return on_mouse(m, &event->mouse);
  case WID_EVENT_KEY:
    return on_key(m, event);
  case WID_EVENT_PASTE:
    return WID_REDRAW; /* a stray clipboard runs no command */
  default:
    return WID_IGNORED;
  }
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Details stand below each other, wherever labels leave them room. */
static int label_columns(const struct wid_menu *m, int room) {
  bool details = false;
  int most = 0;
  for (size_t i = 0; i < m->n_items; i++)
    details |= m->items[i].detail.n > 0;
  int limit = details && room > LABEL_COLUMNS ? LABEL_COLUMNS : room;
  for (size_t i = 0; i < m->n_items; i++) {
    int w = wid_cells_width(m->items[i].label, limit);
    most = w > most ? w : most;
  }
  return most;
}

static void draw_list(struct wid_menu *m, WINDOW *win, struct wid_rect r) {
  m->list = r;
  size_t page = r.h > 0 ? (size_t)r.h : 1;
  if (m->selected < m->top)
    m->top = m->selected;
  if (m->selected >= m->top + page)
    m->top = m->selected - page + 1;
  int label = label_columns(m, r.w - 2);
  for (int y = 0; y < r.h && m->top + (size_t)y < m->n_shown; y++) {
    const struct wid_menu_item *item = &m->items[m->shown[m->top + (size_t)y]];
    bool here = m->top + (size_t)y == m->selected;
    unsigned on = here ? WID_ON_CURSOR : 0;
    struct wid_rect line = wid_rect_line(r, y);
    wid_cells_fill(win, line, WID_NORMAL | on);
    wid_cells_add_c(win, &line, WID_BOLD | on, here ? "▸ " : "  ");
    struct wid_rect name = {line.y, line.x, 1, label < line.w ? label : line.w};
    wid_cells_put(win, name, item->style | on, item->label, WID_ALIGN_LEFT, WID_CLIP_MIDDLE);
    line.x += label + 2;
    line.w -= label + 2;
    if (line.w > 0)
      wid_cells_add(win, &line, WID_DIM | on, item->detail);
  }
}

static struct wid_rect draw_box(const struct wid_menu *m, WINDOW *win, struct wid_rect box) {
  wid_cells_fill(win, box, WID_NORMAL);
  struct wid_frame frame = {.title = wid_str_from(m->palette ? "" : m->title), .focused = true};
  return wid_frame_draw(win, box, &frame);
}

/* On the border, how much more there is than the list shows. */
static void draw_more(const struct wid_menu *m, WINDOW *win, struct wid_rect box) {
  struct wid_rect line = {box.y + box.h - 1, box.x + 2, 1, box.w - 4};
  size_t rows = m->list.h > 0 ? (size_t)m->list.h : 0;
  if (box.h > 1 && m->n_shown > rows)
    wid_cells_addf(win, &line, WID_HINT, " ↑↓ %zu more ", m->n_shown - rows);
}

static void draw_keys(WINDOW *win, struct wid_rect line) {
  static const struct wid_hint hints[] = {
      {WID_STR_LIT("Enter"), WID_STR_LIT("choose"), true},
      {WID_STR_LIT("Esc"), WID_STR_LIT("leave it"), true},
      {WID_STR_LIT("\xe2\x86\x91\xe2\x86\x93"), WID_STR_LIT("another"), false},
  };
  line.x--; /* a hint line has a margin of its own */
  line.w += 2;
  wid_hints_draw(win, line, hints, sizeof hints / sizeof hints[0]);
}

static void draw_palette(struct wid_menu *m, WINDOW *win, struct wid_rect screen) {
  struct wid_rect prompt = wid_rect_line(screen, screen.h - 1);
  wid_cells_fill(win, prompt, WID_NORMAL);
  wid_cells_add_c(win, &prompt, WID_HINT_KEY, m->title);
  wid_edit_draw(&m->typed, win, prompt, WID_NORMAL, true);
  int rows = m->n_shown < PALETTE_ROWS ? (int)m->n_shown : PALETTE_ROWS;
  if (rows > screen.h - 3)
    rows = screen.h - 3;
  m->list = (struct wid_rect){0, 0, 0, 0};
  bool none = m->n_shown == 0 && m->nothing && screen.h > 3;
  if (rows <= 0 && !none)
    return;
  rows += none;
  int w = screen.w < WIDTH ? screen.w : WIDTH;
  struct wid_rect box = {screen.y + screen.h - 1 - rows - 2, screen.x, rows + 2, w};
  if (none) {
    struct wid_rect line = wid_rect_line(draw_box(m, win, box), 0);
    wid_cells_addf(win, &line, WID_DIM, "  %s", m->nothing);
    return;
  }
  draw_list(m, win, draw_box(m, win, box));
  draw_more(m, win, box);
}

void wid_menu_draw(struct wid_menu *m, WINDOW *win, struct wid_rect screen) {
  if (m->palette) {
    draw_palette(m, win, screen);
    return;
  }
  int w = screen.w - 4 < WIDTH ? screen.w - 4 : WIDTH;
  int most = screen.h - 7 > 1 ? screen.h - 7 : 1; /* the border, the typed line, a rule, the keys */
  int rows = m->n_items < (size_t)most ? (int)m->n_items : most;
  struct wid_rect box = wid_rect_center(screen, rows + 5, w);
  struct wid_rect inner = draw_box(m, win, box), typed = wid_rect_line(inner, 0);
  wid_cells_add_c(win, &typed, WID_HINT_KEY, "/ ");
  wid_edit_draw(&m->typed, win, typed, WID_NORMAL, true);
  wid_cells_hline(win, wid_rect_line(inner, 1), WID_BORDER);
  struct wid_rect list = {inner.y + 2, inner.x, inner.h - 3, inner.w};
  draw_list(m, win, list);
  draw_more(m, win, box);
  if (inner.h > 3)
    draw_keys(win, wid_rect_line(inner, inner.h - 1));
  if (m->n_shown == 0) {
    struct wid_rect line = wid_rect_line(list, 0);
    wid_cells_addf(win, &line, WID_DIM, "  %s", m->nothing ? m->nothing : "nothing matches");
  }
}
