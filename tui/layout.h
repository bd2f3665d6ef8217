/* Where the panes of the board stand. Pure arithmetic: cells in, cells out. */
#ifndef CAWSOLE_TUI_LAYOUT_H
#define CAWSOLE_TUI_LAYOUT_H

#include "widgets/base.h"

#define TUI_PANES 6

struct tui_layout {
  bool tabs;           /* one pane at a time, the others as tabs in the first line of the area */
  struct wid_rect bar; /* the tabs' line */
  struct wid_rect panes[TUI_PANES]; /* h 0: not on the screen */
};

/* area: what is left between path strip and hint line. screen_w, screen_h: the whole terminal.
 * want[i]: lines that pane i would fill, frame included. zoom: the focused pane takes all. */
void tui_layout(struct tui_layout *out, struct wid_rect area, int screen_w, int screen_h,
                const int want[TUI_PANES], size_t focus, bool zoom);

#endif
