/* --once: everything read once, printed, and an exit status that says how well it is. */
#ifndef CAWSOLE_TUI_ONCE_H
#define CAWSOLE_TUI_ONCE_H

#include "tui/tui.h"

#include <stdio.h>

/* The session is open. Returns an exit status (enum tui_exit). */
int tui_once(struct tui *t);
/* Reads everything once, or until the stack refuses; says once on standard error what is waited for
 * when that takes more than five seconds: the region, the credentials, who we are. */
void tui_once_read(struct tui *t);
/* What to do about a refusal that says too little: STS itself failed. False: it is another one. */
bool tui_once_remedy(const struct tui *t, char *out, size_t size);
/* Says on standard error why it refused. Returns the exit status. */
int tui_once_refused(const struct tui *t);
/* After the last that is printed: when it did not arrive, says so on standard error. Returns the
 * status, or TUI_EXIT_UNKNOWN in its place. */
int tui_printed(int status);
/* What there is and how it is, for people: no line ends in blanks, no control character of AWS's
 * comes through. */
void tui_once_table(struct stack *s, FILE *out);
/* The exit status that stands for a level. */
int tui_once_status(enum stack_level l);

#endif
