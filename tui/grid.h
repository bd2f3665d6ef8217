/* A table with the habits that every list of the console has: moving, sorting, a filter typed in
 * its last line, the mouse. */
#ifndef CAWSOLE_TUI_GRID_H
#define CAWSOLE_TUI_GRID_H

#include "tui/tui.h"
#include "widgets/edit.h"
#include "widgets/table.h"
#include "widgets/text.h"

struct tui_grid {
  struct wid_table table;
  struct wid_edit edit; /* the filter while it is typed */
  bool typing;
  struct wid_text detail; /* as drawn last */
};

#define TUI_DETAIL_LINES 3

void tui_grid_init(struct tui_grid *g, const struct wid_column *columns, int n,
                   const struct wid_source *source, void *data);
void tui_grid_done(struct tui_grid *g);
/* WID_SUBMIT: the row under the cursor is to be opened. */
enum wid_result tui_grid_event(struct tui_grid *g, const struct wid_event *e);
bool tui_grid_can(const struct tui_grid *g, enum tui_command c);
enum tui_result tui_grid_command(struct tui_grid *g, enum tui_command c);
/* detail: what the row under the cursor has no room for; shown whole below the rows when there is
 * room,
 * "" for none. */
void tui_grid_draw(struct tui_grid *g, WINDOW *win, struct wid_rect r, bool focused,
                   const char *detail);
/* A sentence over the rows: whole when `whole`, else its first line. Takes its lines off *r. */
void tui_grid_say(struct tui_grid *g, WINDOW *win, struct wid_rect *r, unsigned style,
                  const char *text, bool whole);
/* "/text 3 of 20", or "" when no filter is set. */
void tui_grid_describe(const struct tui_grid *g, char *out, size_t size);

/* What a move command means to a widget; WID_MOVE_NONE: it is none. */
enum wid_move tui_move_of(enum tui_command c);

#endif
