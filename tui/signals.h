/* Signals as bytes in a pipe, so that the one wait sees them like any descriptor. */
#ifndef CAWSOLE_TUI_SIGNALS_H
#define CAWSOLE_TUI_SIGNALS_H

#include "aws/base.h"

/* Installs handlers for SIGWINCH SIGTSTP SIGCONT SIGTERM SIGHUP SIGINT SIGQUIT SIGCHLD and ignores
 * SIGPIPE. Returns the readable end (non-blocking, closed on exec), or -1 with *err set. */
int tui_signals_open(struct aws_error *err);
/* The next signal that came, or 0. */
int tui_signals_next(void);
void tui_signals_close(void);

#endif
