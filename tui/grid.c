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
  wid_text_init(&g->detail);
  g->typing = false;
}

void tui_grid_done(struct tui_grid *g) {
  wid_table_done(&g->table);
  wid_edit_done(&g->edit);
  wid_text_done(&g->detail);
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

/* Lines that a text takes in w columns, at most TUI_DETAIL_LINES. */
static int detail_lines(struct tui_grid *g, unsigned style, const char *text, int w) {
  wid_text_clear(&g->detail);
  wid_text_add(&g->detail, style, 2, wid_str_from(text));
  int lines = (int)wid_text_height(&g->detail, w);
  return lines < TUI_DETAIL_LINES ? lines : TUI_DETAIL_LINES;
}

void tui_grid_say(struct tui_grid *g, WINDOW *win, struct wid_rect *r, unsigned style,
                  const char *text, bool whole) {
  int lines = 1;
  if (whole && r->h > 2 * TUI_DETAIL_LINES) {
    lines = detail_lines(g, style, text, r->w);
    wid_text_draw(&g->detail, win, (struct wid_rect){r->y, r->x, lines, r->w});
  } else {
    wid_cells_put(win, wid_rect_line(*r, 0), style, wid_str_from(text), WID_ALIGN_LEFT,
                  WID_CLIP_END);
  }
  r->y += lines;
  r->h -= lines;
}

static void draw_detail(struct tui_grid *g, WINDOW *win, struct wid_rect *r, const char *text) {
  if (!text[0] || r->h < 3 + TUI_DETAIL_LINES)
    return;
  int lines = detail_lines(g, WID_NORMAL, text, r->w - 4);
  r->h -= lines + 1;
  wid_cells_hline(win, (struct wid_rect){r->y + r->h, r->x, 1, r->w}, WID_BORDER);
  wid_text_draw(&g->detail, win, (struct wid_rect){r->y + r->h + 1, r->x + 2, lines, r->w - 4});
  wid_text_clear(&g->detail); /* wipes it */
}

void tui_grid_draw(struct tui_grid *g, WINDOW *win, struct wid_rect r, bool focused,
                   const char *detail) {
  if (g->typing && r.h > 1) {
    struct wid_rect line = wid_rect_line(r, r.h - 1);
    r.h--;
    wid_cells_add_c(win, &line, WID_HINT_KEY, "/");
    wid_edit_draw(&g->edit, win, line, WID_FIELD_FOCUS, true);
  } else if (focused) {
    draw_detail(g, win, &r, detail);
  }
  wid_table_draw(&g->table, win, r, focused);
}

void tui_grid_describe(const struct tui_grid *g, char *out, size_t size) {
  size_t marks = wid_table_mark_count(&g->table), used = 0;
  out[0] = '\0';
  if (marks)
    used = (size_t)snprintf(out, size, "%zu marked%s", marks, g->table.filter[0] ? ", " : "");
  if (g->table.filter[0] && used < size)
    snprintf(out + used, size - used, "/%s %zu of %zu", g->table.filter, wid_table_shown(&g->table),
             wid_table_total(&g->table));
}
