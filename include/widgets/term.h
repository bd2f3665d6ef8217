/* The terminal: taken at start, given back on every way out. The one widget with global state, for
 * a process has one terminal.
 *
 * Signals are the caller's: SIGWINCH calls wid_term_resize, SIGTSTP wid_term_suspend, SIGCONT (when
 * the stop was not ours) wid_term_resume. Only the fatal ones are handled here.
 */
#ifndef CAWSOLE_WIDGETS_TERM_H
#define CAWSOLE_WIDGETS_TERM_H

#include <stdio.h>
#include <widgets/base.h>

enum wid_depth { WID_MONO, WID_COLOR_8, WID_COLOR_16, WID_COLOR_256, WID_DEPTH_AUTO };

struct wid_term_options {
  FILE *in, *out;       /* NULL: stdin and stdout */
  enum wid_depth depth; /* AUTO: as terminfo says; mono when NO_COLOR is set and not empty */
  bool ascii;           /* ASCII although the locale is UTF-8 */
  bool no_mouse;
};

/* The smallest screen the layouts are made for. */
#define WID_TERM_MIN_H 24
#define WID_TERM_MIN_W 80
/* The longest paste that is delivered and the longest text that is copied; more is cut. */
#define WID_PASTE_MAX 65536
#define WID_COPY_MAX 65536

/* Takes the terminal (setlocale must have been called). On failure the terminal is untouched and
 * *why is a sentence (static text). Catches fatal signals from here on and registers the way back
 * with atexit. */
bool wid_term_init(const struct wid_term_options *options, const char **why) WID_MUST_CHECK;
/* Gives it back; harmless when it was not taken, or twice. */
void wid_term_done(void);
/* Both are safe in a signal handler, and do nothing where no terminal was taken. The first throws
 * away what the terminal did not take yet, so that a write to one that nobody reads goes on; the
 * second gives the terminal back as far as that can be done at once, for a program that ends there.
 */
void wid_term_unblock(void);
void wid_term_abandon(void);

/* For running another program on the terminal: leave, run it, resume. */
void wid_term_leave(void);
void wid_term_resume(void);
/* Leaves, stops the process as SIGTSTP would, and resumes once it is continued. */
void wid_term_suspend(void);

/* Reads the size and makes it the screen's. Returns whether it changed. */
bool wid_term_resize(void);
struct wid_rect wid_term_size(void); /* y and x are 0 */
/* The sentence to show in place of everything when the screen is below the minimum, else NULL.
 * Borrowed until the next call. */
const char *wid_term_too_small(void);
enum wid_depth wid_term_depth(void); /* for tests */

/* ---- reading --------------------------------------------------------------------------------- */

/* The descriptor to wait on for input. */
int wid_term_fd(void);
/* The next event if one is there: returns false and NONE when none is. Never waits (after a lone
 * ESC at most 25 ms), never draws. Read until false, for curses may hold more than the descriptor
 * shows. EOF when the terminal hung up. Unknown escape sequences are swallowed. */
bool wid_term_read(struct wid_event *event);

/* ---- drawing --------------------------------------------------------------------------------- */

/* Starts a frame: the screen's window, blank, no cursor shown. */
WINDOW *wid_term_begin(void);
/* Shows the cursor there once the frame ends. Called by the widget that is being typed in. */
void wid_term_cursor(int y, int x);
/* Ends the frame: writes what differs from the last, which may be nothing at all. */
void wid_term_end(void);
/* The next frame is written whole (Ctrl-L). */
void wid_term_repaint(void);

void wid_term_bell(void);
/* Hands text to the terminal's clipboard (OSC 52), at most WID_COPY_MAX bytes. Returns false, and
 * sends nothing, when text is longer or the terminal is not one that could take it. */
bool wid_term_copy(struct wid_str text);

#endif
