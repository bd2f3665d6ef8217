/* Borrowed text. */
#include "config.h"

#include "aws/base.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

struct aws_str aws_str_from(const char *cstr) {
  return (struct aws_str){cstr, cstr ? strlen(cstr) : 0};
}

bool aws_str_eq(struct aws_str a, struct aws_str b) {
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool aws_str_eq_c(struct aws_str a, const char *cstr) {
  return aws_str_eq(a, aws_str_from(cstr));
}

int aws_str_cmp(struct aws_str a, struct aws_str b) {
  size_t n = a.n < b.n ? a.n : b.n;
  int c = n ? memcmp(a.p, b.p, n) : 0;
  if (c)
    return c;
  return (a.n > b.n) - (a.n < b.n);
}

bool aws_str_starts(struct aws_str s, const char *prefix) {
  size_t n = strlen(prefix);
  return n <= s.n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

bool aws_str_ends(struct aws_str s, const char *suffix) {
  size_t n = strlen(suffix);
  return n <= s.n && (n == 0 || memcmp(s.p + s.n - n, suffix, n) == 0);
}

bool aws_str_has(struct aws_str s, struct aws_str needle) {
  if (needle.n == 0)
    return true;
  while (s.n >= needle.n) {
    const char *hit = memchr(s.p, needle.p[0], s.n - needle.n + 1);
    if (!hit)
      return false;
    if (memcmp(hit, needle.p, needle.n) == 0)
      return true;
    s.n -= (size_t)(hit + 1 - s.p);
    s.p = hit + 1;
  }
  return false;
}

struct aws_str aws_str_after_last(struct aws_str s, char c) {
  for (size_t i = s.n; i > 0; i--)
    if (s.p[i - 1] == c)
      return (struct aws_str){s.p + i, s.n - i};
  return s;
}

struct aws_str aws_str_split(struct aws_str *rest, char c) {
  struct aws_str part = *rest;
  const char *at = rest->n ? memchr(rest->p, c, rest->n) : NULL;
  if (!at) {
    *rest = (struct aws_str){NULL, 0};
    return part;
  }
  part.n = (size_t)(at - part.p);
  rest->n -= part.n + 1;
  rest->p = at + 1;
  return part;
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

struct aws_str aws_str_trim(struct aws_str s) {
  while (s.n && is_space(s.p[0])) {
    s.p++;
    s.n--;
  }
  while (s.n && is_space(s.p[s.n - 1]))
    s.n--;
  return s;
}

bool aws_str_to_int(struct aws_str s, int64_t *out) {
  size_t i = 0;
  bool negative = s.n && s.p[0] == '-';
  uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
  uint64_t value = 0;

  if (negative)
    i++;
  if (i == s.n)
    return false;
  for (; i < s.n; i++) {
    if (s.p[i] < '0' || s.p[i] > '9')
      return false;
    uint64_t digit = (uint64_t)(s.p[i] - '0');
    if (value > (limit - digit) / 10)
      return false;
    value = value * 10 + digit;
  }
  if (!negative)
    *out = (int64_t)value;
  else
    *out = value == limit ? INT64_MIN : -(int64_t)value;
  return true;
}

/* [-] digits [. digits] [e [+-] digits], nothing else: strtod alone takes hex, "nan(x)" and blanks.
 */
static bool is_decimal(struct aws_str s) {
  size_t i = 0, digits = 0;
  if (i < s.n && s.p[i] == '-')
    i++;
  for (; i < s.n && isdigit((unsigned char)s.p[i]); i++)
    digits++;
  if (i < s.n && s.p[i] == '.')
    for (i++; i < s.n && isdigit((unsigned char)s.p[i]); i++)
      digits++;
  if (digits == 0)
    return false;
  if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
    i++;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
      i++;
    if (i == s.n)
      return false;
    while (i < s.n && isdigit((unsigned char)s.p[i]))
      i++;
  }
  return i == s.n;
}

bool aws_str_to_double(struct aws_str s, double *out) {
  char text[128];
  size_t n = 0;

  if (!is_decimal(s) || s.n >= sizeof text / 2)
    return false;
  /* strtod wants the locale's own decimal point, which may be longer than one byte. */
  const char *point = localeconv()->decimal_point;
  size_t point_n = strlen(point);
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] != '.') {
      text[n++] = s.p[i];
    } else if (point_n < sizeof text / 2) {
      memcpy(text + n, point, point_n);
      n += point_n;
    }
  }
  text[n] = '\0';
  double value = strtod(text, NULL);
  if (!isfinite(value))
    return false;
  *out = value;
  return true;
}
