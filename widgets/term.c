/* The terminal: taken, given back, sized and written to. */
#include "widgets/term_private.h"
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>
#include <widgets/cells.h>

#define ESCAPE_DELAY_MS 25
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h" /* presses and the wheel, in decimal; no motion */
#define MOUSE_OFF "\033[?1000l\033[?1006l"

static struct {
  SCREEN *screen;
  FILE *in, *out;
  struct termios before;
  enum wid_depth depth;
  bool modern; /* knows mouse, bracketed paste and the clipboard */
  bool mouse;  /* and is asked to report it */
  bool taken, cursor, cursor_shown;
  int cursor_y, cursor_x;
  pid_t pid;
} term;

static void send_bytes(const char *bytes) {
  wid_write_all(fileno(term.out), bytes, strlen(bytes));
}

/* Appends a capability without the padding ("$<5>") that only curses can act on. */
static void add_capability(char *out, size_t cap, const char *name) {
  const char *value = wid_capability(name);
  size_t n = strlen(out);
  while (value && *value && n + 1 < cap) {
    const char *end = value[0] == '$' && value[1] == '<' ? strchr(value, '>') : NULL;
    if (end)
      value = end + 1;
    else
      out[n++] = *value++;
  }
  out[n] = '\0';
}

static void arm(void) {
  static const char *const names[] = {"rmkx", "sgr0", "op", "cnorm", "rmcup"};
  char reset[256] = "";
  if (term.modern)
    strcpy(reset, MOUSE_OFF PASTE_OFF);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    add_capability(reset, sizeof reset, names[i]);
  wid_fatal_arm(fileno(term.out), &term.before, reset);
}

/* https://no-color.org; what the configuration says goes before it. */
static enum wid_depth wanted_depth(enum wid_depth configured) {
  const char *no_color = getenv("NO_COLOR");
  return configured == WID_DEPTH_AUTO && no_color && *no_color ? WID_MONO : configured;
}

static enum wid_depth best_depth(enum wid_depth wanted) {
  if (wanted != WID_DEPTH_AUTO)
    return wanted;
  return COLORS >= 256 ? WID_COLOR_256 : COLORS >= 16 ? WID_COLOR_16 : WID_COLOR_8;
}

/* Ctrl-S, Ctrl-Q, Ctrl-V and Ctrl-O are keys here: flow control would stop the console in the
 * middle of a write. */
static void take_control_keys(void) {
  struct termios modes;
  if (tcgetattr(fileno(term.out), &modes) < 0)
    return;
  modes.c_iflag &= ~(tcflag_t)IXON;
  modes.c_lflag &= ~(tcflag_t)IEXTEN;
  tcsetattr(fileno(term.out), TCSADRAIN, &modes);
  def_prog_mode();
}

static void modern_on(void) {
  if (term.modern)
    send_bytes(PASTE_ON);
  if (term.mouse)
    send_bytes(MOUSE_ON);
}

static void modern_off(void) {
  if (term.mouse)
    send_bytes(MOUSE_OFF);
  if (term.modern)
    send_bytes(PASTE_OFF);
}

static void set_modes(const struct wid_term_options *options) {
  cbreak();
  noecho();
  nonl();
  intrflush(stdscr, FALSE);
  set_escdelay(ESCAPE_DELAY_MS);
  take_control_keys();
  const char *mouse = wid_capability("kmous");
  term.modern = mouse && *mouse;
  term.mouse = term.modern && !options->no_mouse;
  enum wid_depth wanted = wanted_depth(options->depth);
  if (wanted != WID_MONO && has_colors())
    start_color(); /* sets COLORS; without colours it would still paint black */
  term.depth = wid_style_init(best_depth(wanted));
  wid_cells_set_ascii(options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
  leaveok(stdscr, TRUE);
  curs_set(0);
  term.cursor_shown = false;
  modern_on();
}

/* A child that exits without exec must not give back what its parent holds. */
static void at_exit(void) {
  if (term.pid == getpid())
    wid_term_done();
}

static bool can_place_the_cursor(void) {
  const char *to = wid_capability("cup");
  return to && *to;
}

bool wid_term_init(const struct wid_term_options *options, const char **why) {
  static bool registered;
  term.in = options->in ? options->in : stdin;
  term.out = options->out ? options->out : stdout;
  *why = NULL;
  if (tcgetattr(fileno(term.out), &term.before) < 0 || !isatty(fileno(term.in)))
    *why = "standard input and output must be a terminal";
  else if (!(term.screen = newterm(NULL, term.out, term.in)))
    *why = "this terminal is not known: set TERM to one that terminfo describes";
  if (!*why && !can_place_the_cursor()) {
    *why = "this terminal cannot place its cursor (TERM names a dumb one): set TERM to what it "
           "really is, xterm-256color or tmux-256color perhaps";
    delscreen(term.screen);
    term.screen = NULL;
    tcsetattr(fileno(term.out), TCSADRAIN, &term.before); /* newterm has changed them already */
  }
  if (*why)
    return false;
  term.taken = true;
  term.pid = getpid();
  set_modes(options);
  arm();
  if (!registered && atexit(at_exit) == 0)
    registered = true;
  if (!wid_input_init(fileno(term.in))) {
    wid_term_done();
    *why = "out of memory";
    return false;
  }
  wid_term_resize();
  return true;
}

void wid_term_done(void) {
  if (!term.taken)
    return;
  term.taken = false;
  wid_term_leave();
  wid_fatal_disarm();
  wid_input_done();
  delscreen(term.screen);
  term.screen = NULL;
}

void wid_term_leave(void) {
  if (!term.screen || isendwin())
    return;
  modern_off();
  endwin();
  wid_fatal_disarm();
}

void wid_term_resume(void) {
  if (!term.taken)
    return;
  wid_term_resize();
  wid_term_repaint();
  if (isendwin())
    doupdate(); /* takes curses back from endwin */
  else
    reset_prog_mode();
  modern_on();
  arm();
}

void wid_term_suspend(void) {
  if (!term.taken)
    return;
  struct sigaction stop = {.sa_handler = SIG_DFL}, before;
  sigset_t only, mask;
  wid_term_leave();
  sigemptyset(&stop.sa_mask);
  sigemptyset(&only);
  sigaddset(&only, SIGTSTP);
  sigaction(SIGTSTP, &stop, &before);
  sigprocmask(SIG_UNBLOCK, &only, &mask);
  raise(SIGTSTP); /* returns once the process is continued */
  sigprocmask(SIG_SETMASK, &mask, NULL);
  sigaction(SIGTSTP, &before, NULL);
  wid_term_resume();
}

/* ---- size ------------------------------------------------------------------------------------ */

bool wid_term_resize(void) {
  struct winsize size;
  if (!term.taken || ioctl(fileno(term.out), TIOCGWINSZ, &size) < 0 || size.ws_row == 0 ||
      size.ws_col == 0 || (size.ws_row == LINES && size.ws_col == COLS))
    return false;
  /* not resizeterm: that would push a key of its own into the input */
  if (resize_term(size.ws_row, size.ws_col) == ERR)
    return false;
  wid_term_repaint(); /* terminals differ in what they leave on the screen */
  return true;
}

struct wid_rect wid_term_size(void) {
  return (struct wid_rect){0, 0, LINES, COLS};
}

const char *wid_term_too_small(void) {
  static char message[96];
  if (LINES >= WID_TERM_MIN_H && COLS >= WID_TERM_MIN_W)
    return NULL;
  snprintf(message, sizeof message, "needs %dx%d, this terminal is %dx%d", WID_TERM_MIN_W,
           WID_TERM_MIN_H, COLS, LINES);
  return message;
}

enum wid_depth wid_term_depth(void) {
  return term.depth;
}

/* ---- drawing --------------------------------------------------------------------------------- */

WINDOW *wid_term_begin(void) {
  term.cursor = false;
  werase(stdscr);
  return stdscr;
}

void wid_term_cursor(int y, int x) {
  term.cursor = true;
  term.cursor_y = y;
  term.cursor_x = x;
}

void wid_term_end(void) {
  if (term.cursor != term.cursor_shown) {
    leaveok(stdscr, !term.cursor);
    curs_set(term.cursor);
    term.cursor_shown = term.cursor;
  }
  if (term.cursor)
    wmove(stdscr, term.cursor_y, term.cursor_x);
  wnoutrefresh(stdscr);
  doupdate();
}

void wid_term_repaint(void) {
  clearok(curscr, TRUE);
}

void wid_term_bell(void) {
  beep();
}

/* ---- clipboard ------------------------------------------------------------------------------- */

/* Returns where it ended. */
static char *base64(struct wid_str s, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *p = (const unsigned char *)s.p;
  for (size_t i = 0; i < s.n; i += 3) {
    size_t left = s.n - i;
    uint32_t v = (uint32_t)p[i] << 16;
    v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
    v |= left > 2 ? p[i + 2] : 0;
    *out++ = digits[v >> 18];
    *out++ = digits[v >> 12 & 63];
    *out++ = left > 1 ? digits[v >> 6 & 63] : '=';
    *out++ = left > 2 ? digits[v & 63] : '=';
  }
  return out;
}

bool wid_term_copy(struct wid_str text) {
  static const char start[] = "\033]52;c;", end[] = "\a";
  if (!term.taken || !term.modern || text.n > WID_COPY_MAX)
    return false;
  size_t cap = sizeof start + (text.n + 2) / 3 * 4 + sizeof end;
  char *sequence = malloc(cap);
  if (!sequence)
    return false;
  memcpy(sequence, start, sizeof start);
  char *at = base64(text, sequence + sizeof start - 1);
  memcpy(at, end, sizeof end);
  send_bytes(sequence);
  wid_wipe(sequence, cap);
  free(sequence);
  return true;
}
