/* What stands on the screen: text, styles, and the state of the terminal. */
#include "config.h"

#include "private.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LINE_MAX_BYTES 4096

/* ---- the terminal ---------------------------------------------------------------------------- */

static int on_property(VTermProp prop, VTermValue *value, void *user) {
  struct screen *s = user;
  switch (prop) {
  case VTERM_PROP_ALTSCREEN:
    s->alternate = value->boolean;
    s->started = s->started || s->alternate;
    break;
  case VTERM_PROP_MOUSE:
    s->mouse = value->number;
    break;
  default:
    break;
  }
  return 1;
}

static int on_bell(void *user) {
  ((struct screen *)user)->bells++;
  return 1;
}

void screen_vterm_new(struct screen *s) {
  static const VTermScreenCallbacks callbacks = {.settermprop = on_property, .bell = on_bell};
  s->vt = vterm_new(s->rows, s->cols);
  if (!s->vt)
    fail_msg("no memory for a terminal");
  vterm_set_utf8(s->vt, 1);
  s->vts = vterm_obtain_screen(s->vt);
  vterm_screen_set_callbacks(s->vts, &callbacks, s);
  vterm_screen_enable_altscreen(s->vts, 1);
  vterm_screen_reset(s->vts, 1);
}

/* ---- text ------------------------------------------------------------------------------------ */

static size_t put_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xc0 | (c >> 6));
    out[1] = (char)(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xe0 | (c >> 12));
    out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | (c >> 18));
  out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
  out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
  out[3] = (char)(0x80 | (c & 0x3f));
  return 4;
}

static VTermScreenCell cell_at(const struct screen *s, int row, int col) {
  VTermScreenCell cell;
  memset(&cell, 0, sizeof cell);
  vterm_screen_get_cell(s->vts, (VTermPos){.row = row, .col = col}, &cell);
  return cell;
}

/* Writes the row's text; start[col] is where the cell's bytes begin. Returns the length. */
static size_t row_text(const struct screen *s, int row, char *line, size_t size, size_t *start) {
  size_t n = 0, last = 0;
  for (int col = 0; col < s->cols && n + 4 * VTERM_MAX_CHARS_PER_CELL < size; col++) {
    VTermScreenCell cell = cell_at(s, row, col);
    if (start)
      start[col] = n;
    if (cell.chars[0] == (uint32_t)-1) /* the right half of a wide character */
      continue;
    if (!cell.chars[0])
      cell.chars[0] = ' ';
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
      n += put_utf8(line + n, cell.chars[i]);
    if (cell.chars[0] != ' ')
      last = n;
  }
  line[last] = '\0';
  return last;
}

void screen_line(const struct screen *s, int row, char *line, size_t size) {
  char text[LINE_MAX_BYTES];
  row_text(s, row, text, sizeof text, NULL);
  snprintf(line, size, "%s", text);
}

char *screen_text(const struct screen *s) {
  char *text = malloc((size_t)s->rows * LINE_MAX_BYTES + 1);
  size_t n = 0;
  if (!text)
    fail_msg("no memory for the screen's text");
  for (int row = 0; row < s->rows; row++) {
    n += row_text(s, row, text + n, LINE_MAX_BYTES, NULL);
    text[n++] = '\n';
  }
  text[n] = '\0';
  return text;
}

/* ---- finding --------------------------------------------------------------------------------- */

static void compile_or_fail(regex_t *re, const char *regex) {
  if (regcomp(re, regex, REG_EXTENDED) != 0)
    fail_msg("the test's expression is wrong: %s", regex);
}

int screen_row(const struct screen *s, const char *regex) {
  regex_t re;
  char line[LINE_MAX_BYTES];
  int found = -1;
  compile_or_fail(&re, regex);
  for (int row = 0; row < s->rows && found < 0; row++) {
    row_text(s, row, line, sizeof line, NULL);
    if (regexec(&re, line, 0, NULL, 0) == 0)
      found = row;
  }
  regfree(&re);
  return found;
}

int screen_col(const struct screen *s, int row, const char *regex) {
  regex_t re;
  regmatch_t match;
  char line[LINE_MAX_BYTES];
  size_t start[LINE_MAX_BYTES] = {0};
  int found = -1;
  row_text(s, row, line, sizeof line, start);
  compile_or_fail(&re, regex);
  if (regexec(&re, line, 1, &match, 0) == 0)
    for (int col = 0; col < s->cols && start[col] <= (size_t)match.rm_so; col++)
      found = col;
  regfree(&re);
  return found;
}

/* ---- styles ---------------------------------------------------------------------------------- */

static void add_word(char *style, size_t size, const char *word) {
  size_t n = strlen(style);
  snprintf(style + n, size - n, "%s%s", n ? " " : "", word);
}

static void add_color(char *style, size_t size, const char *which, const VTermColor *c) {
  char word[24];
  if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
    return;
  if (VTERM_COLOR_IS_INDEXED(c))
    snprintf(word, sizeof word, "%s%u", which, (unsigned)c->indexed.idx);
  else
    snprintf(word, sizeof word, "%s#%02x%02x%02x", which, (unsigned)c->rgb.red,
             (unsigned)c->rgb.green, (unsigned)c->rgb.blue);
  add_word(style, size, word);
}

void screen_style(const struct screen *s, int row, int col, char *style, size_t size) {
  VTermScreenCell cell = cell_at(s, row, col);
  style[0] = '\0';
  if (cell.attrs.bold)
    add_word(style, size, "bold");
  if (cell.attrs.underline)
    add_word(style, size, "underline");
  if (cell.attrs.italic)
    add_word(style, size, "italic");
  if (cell.attrs.blink)
    add_word(style, size, "blink");
  if (cell.attrs.reverse)
    add_word(style, size, "reverse");
  add_color(style, size, "fg", &cell.fg);
  add_color(style, size, "bg", &cell.bg);
  if (!style[0])
    add_word(style, size, "plain");
}

char *screen_styles(const struct screen *s) {
  enum { KINDS = 52, WIDTH = 64 };
  char known[KINDS][WIDTH], style[WIDTH];
  size_t nknown = 0, n = 0, size = (size_t)s->rows * ((size_t)s->cols + 1) + KINDS * (WIDTH + 4);
  char *text = malloc(size);
  if (!text)
    fail_msg("no memory for the screen's styles");
  for (int row = 0; row < s->rows; row++) {
    for (int col = 0; col < s->cols; col++) {
      size_t i = 0;
      screen_style(s, row, col, style, sizeof style);
      while (i < nknown && strcmp(known[i], style) != 0)
        i++;
      if (i == nknown && nknown < KINDS)
        memcpy(known[nknown++], style, sizeof style);
      text[n++] = i < KINDS ? (char)(i < 26 ? 'a' + (int)i : 'A' + (int)i - 26) : '?';
    }
    text[n++] = '\n';
  }
  for (size_t i = 0; i < nknown; i++)
    n += (size_t)snprintf(text + n, size - n, "%c %s\n", i < 26 ? 'a' + (int)i : 'A' + (int)i - 26,
                          known[i]);
  text[n] = '\0';
  return text;
}

/* ---- after the end --------------------------------------------------------------------------- */

/* Whether the last of the two sequences that was written is the one that switches off. */
static bool last_is_off(const struct screen *s, const char *on, const char *off) {
  size_t last_on = 0, last_off = 0, non = strlen(on), noff = strlen(off);
  for (size_t i = 0; i < s->n; i++) {
    if (s->n - i >= non && memcmp(s->raw + i, on, non) == 0)
      last_on = i + 1;
    if (s->n - i >= noff && memcmp(s->raw + i, off, noff) == 0)
      last_off = i + 1;
  }
  return last_off >= last_on;
}

const char *screen_taken(const struct screen *s) {
  struct termios now;
  if (s->alternate)
    return "the alternate screen is still shown";
  if (!last_is_off(s, "\033[?25l", "\033[?25h")) /* libvterm mixes it up with ESC 7 and 8 */
    return "the cursor is still hidden";
  if (s->mouse != VTERM_PROP_MOUSE_NONE)
    return "the mouse is still reported";
  if (!last_is_off(s, "\033[?2004h", "\033[?2004l"))
    return "pastes are still bracketed";
  if (!last_is_off(s, "\033[?1h", "\033[?1l"))
    return "the cursor keys are still in application mode";
  if (s->slave < 0 || tcgetattr(s->slave, &now) < 0)
    return "the terminal's modes cannot be read";
  if (now.c_iflag != s->before.c_iflag || now.c_oflag != s->before.c_oflag ||
      now.c_cflag != s->before.c_cflag || now.c_lflag != s->before.c_lflag ||
      memcmp(now.c_cc, s->before.c_cc, sizeof now.c_cc) != 0)
    return "the terminal's modes are not as they were";
  return NULL;
}

const char *screen_unrestored(const struct screen *s) {
  return s->ended ? screen_taken(s) : "the program still runs";
}
