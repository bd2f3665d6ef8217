/* Looks for what a curses program has no reason to write: with data from outside on the screen, a
 * sequence that is not the program's own may be somebody else's. */
#include "config.h"

#include "private.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Final bytes of the CSI sequences that move, erase, insert, repeat and colour. */
static const char plain_finals[] = "@ABCDGHKLMPSTXdbfr";
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

/* A colour's or an attribute's number that the theme has: no blinking, no hiding, no striking out.
 */
static bool known_style(long n) {
  return n <= 4 || n == 7 || n == 10 || (n >= 22 && n <= 27) || n == 39 || n == 49 ||
         (n >= 30 && n <= 37) || (n >= 40 && n <= 47) || (n >= 90 && n <= 97) ||
         (n >= 100 && n <= 107);
}

/* The parameters of CSI m: "", "0;1", "38;5;71". */
static bool known_styles(const char *p, size_t n) {
  char text[40], *at = text;
  if (n >= sizeof text)
    return false;
  memcpy(text, p, n);
  text[n] = '\0';
  if (n && strspn(text, "0123456789;") != n)
    return false;
  while (*at) {
    long number = strtol(at, &at, 10);
    if ((number == 38 || number == 48) && !strncmp(at, ";5;", 3))
      strtol(at + 3, &at, 10);
    else if (!known_style(number))
      return false;
    at += *at == ';';
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
  if (p[i] == 'm')
    return known_styles(p, i);
  if (p[i] == 'J') /* to the end, to the beginning, all; not what has scrolled out */
    return i == 0 || (i == 1 && p[0] <= '2');
  if (p[i] == 't') /* xterm's title stack, part of its smcup and rmcup */
    return i == 6 && (memcmp(p, "22;0;0", 6) == 0 || memcmp(p, "23;0;0", 6) == 0);
  if (p[i] == 'p') /* soft reset, in is2 */
    return i == 1 && p[0] == '!';
  return strchr(plain_finals, p[i]) && !memchr(p, '>', i);
}

/* A copy to the clipboard, "ESC ] 52 ; c ; BASE64 BEL"; not the one that hostile texts ask for. */
static bool known_copy(const char *p, size_t n, size_t *length) {
  static const char start[] = "\033]52;c;", theirs[] = "aGk=";
  size_t from = sizeof start - 1, i = from;
  while (i < n && (isalnum((unsigned char)p[i]) || strchr("+/=", p[i])) && p[i])
    i++;
  *length = i;
  return memcmp(p, start, n < from ? n : from) == 0 && (i == n || p[i] == '\a') &&
         !(i - from == sizeof theirs - 1 && memcmp(p + from, theirs, i - from) == 0);
}

static bool is_copy(const char *p, size_t n) {
  return n > 4 && memcmp(p, "\033]52", 4) == 0;
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
  if (n > 5 && memcmp(p + 1, clipboard, 4) == 0)
    return known_copy(p, n, length);
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

/* What turns the direction of text, and what has no width. */
static bool is_strange(const unsigned char *p, size_t length) {
  static const struct {
    unsigned first, last;
  } ranges[] = {
      {0x61c, 0x61c}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}};
  unsigned code = length == 2   ? (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu)
                  : length == 3 ? (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu)
                                : 0;
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (code >= ranges[i].first && code <= ranges[i].last)
      return true;
  return false;
}

static char *describe(const char *raw, size_t size, size_t at, size_t length) {
  char *text = malloc(160);
  size_t n = 0;
  if (!text)
    fail_msg("no memory");
  n += (size_t)snprintf(text, 160, "at byte %zu:", at);
  for (size_t i = 0; i < length + 4 && i < 24 && at + i < size; i++) {
    unsigned char c = (unsigned char)raw[at + i];
    n += (size_t)snprintf(text + n, 160 - n, c >= 0x20 && c < 0x7f ? " %c" : " %02x", c);
  }
  return text;
}

/* controls: those that stand for themselves. */
static bool known_character(const char *text, size_t n, const char *controls, size_t *length) {
  const unsigned char *p = (const unsigned char *)text;
  *length = 1;
  if (*p < 0x20)
    return *p && strchr(controls, *p);
  if (*p < 0x80)
    return *p != 0x7f;
  *length = utf8_length(p, n);
  bool known = *length && !is_strange(p, *length);
  *length += !*length;
  return known;
}

char *screen_foreign(const struct screen *s) {
  unsigned copies = 0;
  for (size_t i = 0; i < s->n;) {
    const char *p = s->raw + i;
    size_t length;
    bool known = *p == 033 ? known_escape(p, s->n - i, &length)
                           : known_character(p, s->n - i, "\a\b\t\n\r\016\017", &length);
    copies += is_copy(p, s->n - i);
    if (!known || copies > s->copies)
      return describe(s->raw, s->n, i, length);
    i += length;
  }
  return NULL;
}

char *screen_foreign_text(const char *text, size_t n) {
  size_t length;
  for (size_t i = 0; i < n; i += length)
    if (!known_character(text + i, n - i, "\n", &length))
      return describe(text, n, i, length);
  return NULL;
}
