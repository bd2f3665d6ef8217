#include "tui/grid.h"

#include "widgets/cells.h"

#include <stdio.h>

enum wid_move tui_move_of(enum tui_command c) {
  switch (c) {
  case TUI_UP:
    return WID_MOVE_UP;
  case TUI_DOWN:
    return WID_MOVE_DOWN;
  case TUI_PAGE_UP:
    return WID_MOVE_PAGE_UP;
  case TUI_PAGE_DOWN:
    return WID_MOVE_PAGE_DOWN;
  case TUI_TOP:
    return WID_MOVE_HOME;
  case TUI_BOTTOM:
    return WID_MOVE_END;
  default:
    return WID_MOVE_NONE;
  }
}

void tui_grid_init(struct tui_grid *g, const struct wid_column *columns, int n,
                   const struct wid_source *source, void *data) {
  wid_table_init(&g->table, columns, n, source, data);
  wid_edit_init(&g->edit, WID_TABLE_FILTER_MAX - 1);
  g->typing = false;
}

void tui_grid_done(struct tui_grid *g) {
  wid_table_done(&g->table);
  wid_edit_done(&g->edit);
}

static enum wid_result type_filter(struct tui_grid *g, const struct wid_event *e) {
  if (e->kind == WID_EVENT_KEY && (e->key == WID_KEY_ENTER || e->key == WID_KEY_ESC)) {
    g->typing = false;
    if (e->key == WID_KEY_ESC)
      wid_table_filter(&g->table, NULL);
    return WID_REDRAW;
  }
  if (e->kind == WID_EVENT_KEY && wid_move_of_key(e->key) != WID_MOVE_NONE &&
      e->key != WID_KEY_HOME && e->key != WID_KEY_END)
    return wid_table_move(&g->table, wid_move_of_key(e->key));
  enum wid_result r = wid_edit_event(&g->edit, e);
  if (r == WID_CHANGED)
    wid_table_filter(&g->table, wid_edit_c(&g->edit));
  return r == WID_IGNORED && e->kind == WID_EVENT_KEY ? WID_REDRAW : r;
}

enum wid_result tui_grid_event(struct tui_grid *g, const struct wid_event *e) {
  if (g->typing && e->kind != WID_EVENT_MOUSE)
    return type_filter(g, e);
  return e->kind == WID_EVENT_MOUSE ? wid_table_mouse(&g->table, &e->mouse) : WID_IGNORED;
}

bool tui_grid_can(const struct tui_grid *g, enum tui_command c) {
  if (tui_move_of(c) != WID_MOVE_NONE)
    return true;
  switch (c) {
  case TUI_BACK:
    return g->table.filter[0] != '\0';
  case TUI_FILTER:
  case TUI_SORT_LEFT:
  case TUI_SORT_RIGHT:
    return true;
  case TUI_SORT_TURN:
    return g->table.sort_column >= 0;
  default:
    return false;
  }
}

enum tui_result tui_grid_command(struct tui_grid *g, enum tui_command c) {
  if (tui_move_of(c) != WID_MOVE_NONE) {
    wid_table_move(&g->table, tui_move_of(c));
    return TUI_REDRAW;
  }
  switch (c) {
  case TUI_BACK:
    wid_table_filter(&g->table, NULL);
    return TUI_REDRAW;
  case TUI_FILTER:
    g->typing = true;
    wid_edit_set(&g->edit, wid_str_from(g->table.filter));
    return TUI_REDRAW;
  case TUI_SORT_LEFT:
  case TUI_SORT_RIGHT:
    wid_table_sort_step(&g->table, c == TUI_SORT_LEFT ? -1 : 1);
    return TUI_REDRAW;
  case TUI_SORT_TURN:
    wid_table_sort_step(&g->table, 0);
    return TUI_REDRAW;
  default:
    return TUI_IGNORED;
  }
}

void tui_grid_draw(struct tui_grid *g, WINDOW *win, struct wid_rect r, bool focused) {
  if (g->typing && r.h > 1) {
    struct wid_rect line = wid_rect_line(r, r.h - 1);
    r.h--;
    wid_cells_add_c(win, &line, WID_HINT_KEY, "/");
    wid_edit_draw(&g->edit, win, line, WID_FIELD_FOCUS, true);
  }
  wid_table_draw(&g->table, win, r, focused);
}

void tui_grid_describe(const struct tui_grid *g, char *out, size_t size) {
  out[0] = '\0';
  if (g->table.filter[0])
    snprintf(out, size, "/%s %zu of %zu", g->table.filter, wid_table_shown(&g->table),
             wid_table_total(&g->table));
}
