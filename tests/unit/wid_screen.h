/* A terminal of our own for tests of widgets: a pty that takes what curses writes. */
#ifndef CAWSOLE_TESTS_UNIT_WID_SCREEN_H
#define CAWSOLE_TESTS_UNIT_WID_SCREEN_H

#include <widgets/cells.h>
#include <widgets/term.h>

#define SCREEN_LINE_MAX 1024

/* Takes a terminal of that size as TERM=term. Fails the test when it cannot. */
void screen_open(const char *term, int h, int w, enum wid_depth depth);
void screen_close(void);
/* The columns [x, x + w) of line y as curses last got them, as UTF-8 without blanks at the end.
 * Borrowed until the next call. */
const char *screen_line(int y, int x, int w);
/* The other end: what is typed. */
void screen_type(const char *bytes);
/* Changes the size, as dragging a window's corner does (no signal is sent). */
void screen_set_size(int h, int w);
/* Hangs up. */
void screen_hang_up(void);
/* What was written since the last call, NUL-terminated. Borrowed. */
const char *screen_written(size_t *n);

#endif
