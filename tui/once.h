/* --once: everything read once, printed, and an exit status that says how well it is. */
#ifndef CAWSOLE_TUI_ONCE_H
#define CAWSOLE_TUI_ONCE_H

#include "tui/tui.h"

/* The session is open. Returns an exit status (enum tui_exit). */
int tui_once(struct tui *t);
/* Reads everything once, or until the stack refuses. */
void tui_once_read(struct tui *t);
/* Says on standard error why it refused. Returns the exit status. */
int tui_once_refused(const struct tui *t);
/* The exit status that stands for a level. */
int tui_once_status(enum stack_level l);

#endif
