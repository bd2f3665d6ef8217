/* Inside the widgets room: what the files of the terminal share. */
#ifndef CAWSOLE_WIDGETS_TERM_PRIVATE_H
#define CAWSOLE_WIDGETS_TERM_PRIVATE_H

#include "widgets/private.h"
#include <termios.h>
#include <widgets/term.h>

/* Codes that curses returns for the marks around a paste. */
#define WID_CODE_PASTE_START (KEY_MAX + 1)
#define WID_CODE_PASTE_END (KEY_MAX + 2)

/* ---- style.c: works out colour pairs for a depth, or the next lower one that works --------------
 */
enum wid_depth wid_style_init(enum wid_depth depth);

/* ---- term_input.c ---------------------------------------------------------------------------- */
/* tigetstr without its two ways of saying no; NULL: the terminal has no such thing. */
const char *wid_capability(const char *name);
bool wid_input_init(int fd);
void wid_input_done(void);

/* ---- term_fatal.c: the way back from a fatal signal --------------------------------------------
 */
/* Keeps the bytes and modes that make fd an ordinary terminal again, and catches fatal signals
 * until disarmed. */
void wid_fatal_arm(int fd, const struct termios *modes, const char *reset);
void wid_fatal_disarm(void);

/* Writes all n bytes, waiting at most a second in all for a terminal that does not take them. Safe
 * in a signal handler. */
void wid_write_all(int fd, const char *p, size_t n);

#endif
