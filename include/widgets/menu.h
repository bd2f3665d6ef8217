/* A list to pick from, narrowed by typing: pickers in a box, and the ':' palette in a line. */
#ifndef CAWSOLE_WIDGETS_MENU_H
#define CAWSOLE_WIDGETS_MENU_H

#include <widgets/edit.h>

#define WID_MENU_ITEMS_MAX 4096

struct wid_menu_item {
  struct wid_str label;  /* what is matched and completed */
  struct wid_str detail; /* said beside it; matched too unless the menu is a palette */
  unsigned style;
  int id; /* the caller's */
};

struct wid_menu {
  const char *title; /* the box's title, or the palette's prompt (":") */
  bool palette; /* matches the label's start first; Tab completes; free text may be submitted */
  struct wid_edit typed; /* what was typed */
  const char *nothing;   /* said when nothing matches; borrowed, NULL: a palette says nothing */
  /* private */
  const struct wid_menu_item *items;
  size_t n_items;
  uint32_t *shown;
  size_t n_shown, selected, top;
  struct wid_rect list;
};

/* items (at most WID_MENU_ITEMS_MAX, the rest is left out) are borrowed for the menu's life. */
bool wid_menu_init(struct wid_menu *m, const char *title, const struct wid_menu_item *items,
                   size_t n, bool palette) WID_MUST_CHECK;
void wid_menu_done(struct wid_menu *m);
/* Up, Down, Ctrl-N, Ctrl-P, PgUp, PgDn: select; typing narrows; Tab (palette) completes to the
 * longest common start, then to the selected; Enter or a double press: SUBMIT; Esc: CANCEL. */
enum wid_result wid_menu_event(struct wid_menu *m, const struct wid_event *event);
/* The selected item, NULL when nothing matches. */
const struct wid_menu_item *wid_menu_selected(const struct wid_menu *m);
size_t wid_menu_index(const struct wid_menu *m); /* its index in items, or WID_NONE */

/* The box in the middle of screen, or (palette) the prompt in screen's last line with the matches
 * above it. */
void wid_menu_draw(struct wid_menu *m, WINDOW *win, struct wid_rect screen);

#endif
