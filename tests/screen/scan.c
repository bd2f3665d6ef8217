/* Looks for what a curses program has no reason to write: with data from outside on the screen, a
 * sequence that is not the program's own may be somebody else's. */
#include "config.h"

#include "private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Final bytes of the CSI sequences that move, erase, insert, repeat and colour. */
static const char plain_finals[] = "@ABCDGHJKLMPSTXdbfmr";
/* Private modes (CSI ? N h or l) that a full-screen program switches: cursor keys, wrap, cursor
 * blink and visibility, mouse buttons and their SGR form, focus, the alternate screen, bracketed
 * paste. */
static const char *const modes[] = {"1",    "7",    "12",   "25",   "1000",
                                    "1002", "1006", "1049", "2004", "1034"};

static bool known_mode(const char *p, size_t n) {
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    if (strlen(modes[i]) == n && memcmp(modes[i], p, n) == 0)
      return true;
  return false;
}

/* Each mode of "1006;1000" must be a known one. */
static bool known_modes(const char *p, size_t n) {
  size_t from = 0;
  for (size_t i = 0; i <= n; i++)
    if (i == n || p[i] == ';') {
      if (!known_mode(p + from, i - from))
        return false;
      from = i + 1;
    }
  return true;
}

/* A CSI sequence whose parameters begin at p. Sets *length, final byte included. */
static bool known_csi(const char *p, size_t n, size_t *length) {
  size_t i = 0;
  while (i < n && p[i] >= 0x20 && p[i] < 0x40)
    i++;
  *length = i < n ? i + 1 : i;
  if (i == n)
    return true; /* cut off at the end of what was read */
  if (p[0] == '?')
    return (p[i] == 'h' || p[i] == 'l') && known_modes(p + 1, i - 1);
  if (i == 1 && p[0] == '4' && (p[i] == 'h' || p[i] == 'l')) /* insert mode */
    return true;
  if (p[i] == 't') /* xterm's title stack, part of its smcup and rmcup */
    return i == 6 && (memcmp(p, "22;0;0", 6) == 0 || memcmp(p, "23;0;0", 6) == 0);
  if (p[i] == 'p') /* soft reset, in is2 */
    return i == 1 && p[0] == '!';
  return strchr(plain_finals, p[i]) && !memchr(p, '>', i);
}

/* An escape sequence, ESC at p[0]. */
static bool known_escape(const char *p, size_t n, size_t *length) {
  static const char clipboard[] = "]52;";
  *length = n < 2 ? n : 2;
  if (n < 2 || strchr("78=>MH", p[1]))
    return true;
  if (p[1] == '[') {
    bool known = known_csi(p + 2, n - 2, length);
    *length += 2;
    return known;
  }
  if (p[1] == '(' || p[1] == ')') { /* character sets: ASCII and line drawing */
    *length = n < 3 ? n : 3;
    return n < 3 || p[2] == 'B' || p[2] == '0';
  }
  if (n > 5 && memcmp(p + 1, clipboard, 4) == 0) {
    size_t i = 5;
    while (i < n && (unsigned char)p[i] >= 0x20)
      i++;
    *length = i;
    return i == n || p[i] == '\a' || p[i] == '\033';
  }
  return p[1] == '\\' && p[0] == '\033';
}

/* The length of the UTF-8 character at p (cut short at n), or 0 when it is none or a C1 control. */
static size_t utf8_length(const unsigned char *p, size_t n) {
  size_t want = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  if (!want || (p[0] == 0xc2 && n > 1 && p[1] < 0xa0))
    return 0;
  for (size_t i = 1; i < want && i < n; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  return want < n ? want : n;
}

/* Overrides of the writing direction (U+202A..202E, U+2066..2069): text may not turn the line. */
static bool turns_text(const unsigned char *p, size_t length) {
  return length == 3 && p[0] == 0xe2 &&
         ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
          (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static char *describe(const struct screen *s, size_t at, size_t length) {
  char *text = malloc(160);
  size_t n = 0;
  if (!text)
    fail_msg("no memory");
  n += (size_t)snprintf(text, 160, "at byte %zu:", at);
  for (size_t i = 0; i < length + 4 && i < 24 && at + i < s->n; i++) {
    unsigned char c = (unsigned char)s->raw[at + i];
    n += (size_t)snprintf(text + n, 160 - n, c >= 0x20 && c < 0x7f ? " %c" : " %02x", c);
  }
  return text;
}

char *screen_foreign(const struct screen *s) {
  for (size_t i = 0; i < s->n;) {
    const unsigned char *p = (const unsigned char *)s->raw + i;
    size_t length = 1;
    bool known = true;
    if (*p == 033)
      known = known_escape(s->raw + i, s->n - i, &length);
    else if (*p < 0x20)
      known = strchr("\a\b\t\n\r\016\017", *p) != NULL && *p;
    else if (*p == 0x7f)
      known = false;
    else if (*p >= 0x80) {
      length = utf8_length(p, s->n - i);
      known = length && !turns_text(p, length);
    }
    if (!known)
      return describe(s, i, length);
    i += length;
  }
  return NULL;
}
