/* A text with the habits that every text view has: scrolling, and finding with / n N. */
#ifndef CAWSOLE_TUI_PAGE_H
#define CAWSOLE_TUI_PAGE_H

#include "tui/tui.h"
#include "widgets/edit.h"
#include "widgets/text.h"

struct tui_page {
  struct wid_text text;
  struct wid_edit edit;
  bool typing, lost; /* lost: there is no further place of what was sought */
  size_t found, at;  /* places of it, and which of them was found last; from 1 */
};

void tui_page_init(struct tui_page *p);
void tui_page_done(struct tui_page *p);
enum tui_result tui_page_event(struct tui_page *p, const struct wid_event *e);
bool tui_page_can(const struct tui_page *p, enum tui_command c);
enum tui_result tui_page_command(struct tui_page *p, enum tui_command c);
/* In a frame with that title. */
void tui_page_draw(struct tui_page *p, WINDOW *win, struct wid_rect r, const char *title,
                   const char *right);

#endif
