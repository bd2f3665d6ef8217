#include "tui/page.h"

#include "tui/grid.h"
#include "widgets/bar.h"
#include "widgets/cells.h"

#include <stdio.h>

void tui_page_init(struct tui_page *p) {
  wid_text_init(&p->text);
  wid_edit_init(&p->edit, WID_TEXT_FIND_MAX - 1);
  p->typing = p->lost = false;
  p->found = p->at = 0;
}

void tui_page_done(struct tui_page *p) {
  wid_text_done(&p->text);
  wid_edit_done(&p->edit);
}

static void find(struct tui_page *p, int direction) {
  p->lost = !wid_text_find(&p->text, wid_edit_c(&p->edit), direction);
  p->found = wid_text_found(&p->text, &p->at);
}

static enum tui_result type(struct tui_page *p, const struct wid_event *e) {
  if (e->kind == WID_EVENT_KEY && (e->key == WID_KEY_ENTER || e->key == WID_KEY_ESC)) {
    p->typing = false;
    if (e->key == WID_KEY_ENTER && p->edit.n)
      find(p, 1);
    return TUI_REDRAW;
  }
  return wid_edit_event(&p->edit, e) == WID_IGNORED && e->kind != WID_EVENT_KEY ? TUI_IGNORED
                                                                                : TUI_REDRAW;
}

enum tui_result tui_page_event(struct tui_page *p, const struct wid_event *e) {
  if (e->kind == WID_EVENT_MOUSE)
    return wid_text_mouse(&p->text, &e->mouse) == WID_IGNORED ? TUI_IGNORED : TUI_REDRAW;
  return p->typing ? type(p, e) : TUI_IGNORED;
}

bool tui_page_can(const struct tui_page *p, enum tui_command c) {
  return tui_move_of(c) != WID_MOVE_NONE || c == TUI_FILTER ||
         ((c == TUI_FIND_NEXT || c == TUI_FIND_PREVIOUS) && p->edit.n);
}

enum tui_result tui_page_command(struct tui_page *p, enum tui_command c) {
  if (tui_move_of(c) != WID_MOVE_NONE)
    wid_text_move(&p->text, tui_move_of(c));
  else if (c == TUI_FILTER)
    p->typing = true;
  else
    find(p, c == TUI_FIND_NEXT ? 1 : -1);
  return TUI_REDRAW;
}

void tui_page_draw(struct tui_page *p, WINDOW *win, struct wid_rect r, const char *title,
                   const char *right) {
  struct wid_frame frame = {
      .title = wid_str_from(title), .right = wid_str_from(right), .focused = true};
  char sought[WID_TEXT_FIND_MAX + 48];
  if (p->edit.n && !p->typing && !p->found)
    snprintf(sought, sizeof sought, "/%s not found", wid_edit_c(&p->edit));
  else if (p->edit.n && !p->typing)
    snprintf(sought, sizeof sought, "/%s %zu of %zu%s", wid_edit_c(&p->edit), p->at, p->found,
             p->lost ? ", no further" : "");
  else
    sought[0] = '\0';
  frame.extra = wid_str_from(sought);
  struct wid_rect inside = wid_frame_draw(win, r, &frame);
  if (p->typing && inside.h > 1) {
    struct wid_rect line = wid_rect_line(inside, inside.h - 1);
    inside.h--;
    wid_cells_add_c(win, &line, WID_HINT_KEY, "/");
    wid_edit_draw(&p->edit, win, line, WID_FIELD_FOCUS, true);
  }
  wid_text_draw(&p->text, win, wid_rect_inset(inside, 0, 1));
}
