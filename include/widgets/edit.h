/* One line of text being typed: the filter line, the palette, the fields of a form. */
#ifndef CAWSOLE_WIDGETS_EDIT_H
#define CAWSOLE_WIDGETS_EDIT_H

#include <widgets/base.h>

#define WID_EDIT_MAX 8192

struct wid_edit {
  size_t max;  /* bytes it may grow to, at most WID_EDIT_MAX */
  bool secret; /* shown as dots */
  bool chosen; /* all of it is selected: what is typed takes its place */
  /* read-only for the caller: valid UTF-8, NUL-terminated once initialised */
  char *text;
  size_t n;
  /* private */
  size_t cursor, cap;
  size_t first; /* byte shown first when the text is wider than the field */
};

void wid_edit_init(struct wid_edit *e, size_t max);
void wid_edit_done(struct wid_edit *e); /* wipes the text */
/* Replaces the text (cut at max; invalid bytes and controls left out), cursor at its end. */
void wid_edit_set(struct wid_edit *e, struct wid_str s);
struct wid_str wid_edit_value(const struct wid_edit *e);
const char *wid_edit_c(const struct wid_edit *e); /* never NULL */

/* Selects all of the text, until a key other than one that types moves or cuts. */
void wid_edit_choose(struct wid_edit *e);

/* Typing, arrows, Home End Ctrl-A Ctrl-E, Backspace, Delete, Ctrl-W (word before), Ctrl-U (all
 * before), Ctrl-K (all after), and pastes (newlines become blanks). CHANGED when the text changed,
 * REDRAW when only the cursor moved, IGNORED for every other key (Enter, Esc, Tab, Up, Down). */
enum wid_result wid_edit_event(struct wid_edit *e, const struct wid_event *event);
/* In the first line of r; focused shows the cursor there. */
void wid_edit_draw(struct wid_edit *e, WINDOW *win, struct wid_rect r, unsigned style,
                   bool focused);

#endif
