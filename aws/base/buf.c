/* Owned text with a maximum. */
#include "config.h"

#include "aws/base.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAP = 64 };

void aws_buf_init(struct aws_buf *b, size_t max) {
  *b = (struct aws_buf){.max = max};
}

void aws_buf_done(struct aws_buf *b) {
  free(b->p);
  aws_buf_init(b, b->max);
}

void aws_buf_wipe_done(struct aws_buf *b) {
  if (b->p)
    aws_wipe(b->p, b->cap);
  aws_buf_done(b);
}

void aws_buf_clear(struct aws_buf *b) {
  b->n = 0;
  b->failed = false;
  if (b->p)
    b->p[0] = '\0';
}

/* Room for n more bytes and the NUL. The old block is overwritten before it goes, so that a buffer
 * which held a secret leaves no copy behind where it grew. */
static bool reserve(struct aws_buf *b, size_t n) {
  if (b->failed)
    return false;
  if (n > b->max || b->n > b->max - n || b->max == SIZE_MAX) {
    b->failed = true;
    return false;
  }
  size_t need = b->n + n + 1;
  if (need <= b->cap)
    return true;
  size_t cap = b->cap ? b->cap : FIRST_CAP;
  while (cap < need)
    cap = cap > SIZE_MAX / 2 ? need : cap * 2;
  if (cap > b->max + 1)
    cap = b->max + 1;
  char *p = malloc(cap);
  if (!p) {
    b->failed = true;
    return false;
  }
  if (b->p) {
    memcpy(p, b->p, b->n);
    aws_wipe(b->p, b->cap);
    free(b->p);
  }
  b->p = p;
  b->cap = cap;
  return true;
}

bool aws_buf_add(struct aws_buf *b, const void *p, size_t n) {
  if (!reserve(b, n))
    return false;
  if (n)
    memcpy(b->p + b->n, p, n);
  b->n += n;
  b->p[b->n] = '\0';
  return true;
}

bool aws_buf_add_str(struct aws_buf *b, struct aws_str s) {
  return aws_buf_add(b, s.p, s.n);
}

bool aws_buf_add_c(struct aws_buf *b, const char *cstr) {
  return aws_buf_add(b, cstr, strlen(cstr));
}

bool aws_buf_add_char(struct aws_buf *b, char c) {
  return aws_buf_add(b, &c, 1);
}

bool aws_buf_addf(struct aws_buf *b, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  int want = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  if (want < 0) {
    b->failed = true;
    return false;
  }
  if (!reserve(b, (size_t)want))
    return false;
  va_start(ap, fmt);
  vsnprintf(b->p + b->n, (size_t)want + 1, fmt, ap);
  va_end(ap);
  b->n += (size_t)want;
  return true;
}

struct aws_str aws_buf_str(const struct aws_buf *b) {
  return (struct aws_str){b->p ? b->p : "", b->n};
}

bool aws_buf_add_double(struct aws_buf *b, double v) {
  char text[40];
  const char *point = localeconv()->decimal_point;

  if (!isfinite(v)) {
    b->failed = true;
    return false;
  }
  snprintf(text, sizeof text, "%.15g", v);
  if (strtod(text, NULL) < v || strtod(text, NULL) > v)
    snprintf(text, sizeof text, "%.17g", v);
  char *at = *point ? strstr(text, point) : NULL;
  if (!at)
    return aws_buf_add_c(b, text);
  return aws_buf_add(b, text, (size_t)(at - text)) && aws_buf_add_char(b, '.') &&
         aws_buf_add_c(b, at + strlen(point));
}
