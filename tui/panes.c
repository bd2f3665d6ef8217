/* Which panes there are, in the order of their numbers. */
#include "tui/pane.h"

const struct pane_ops *const tui_panes[TUI_PANES] = {
    &pane_cloudfront, &pane_targets, &pane_ecs, &pane_databases, &pane_parameters, &pane_timeline};

size_t tui_board_panes(void) {
  return TUI_PANES;
}

const char *tui_board_pane_name(size_t pane) {
  return tui_panes[pane]->name;
}

size_t tui_board_pane_of(enum stack_kind k) {
  for (size_t i = 0; i < TUI_PANES; i++)
    for (size_t j = 0; j < tui_panes[i]->nkinds; j++)
      if (tui_panes[i]->kinds[j] == k)
        return i;
  return TUI_PANES;
}
