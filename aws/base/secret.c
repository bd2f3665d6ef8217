/* Text that is overwritten before it is freed. */
#include "config.h"

#include "aws/base.h"

#include <stdlib.h>
#include <strings.h>

void aws_wipe(void *p, size_t n) {
#ifdef HAVE_EXPLICIT_BZERO
  explicit_bzero(p, n);
#else
  volatile unsigned char *at = p;
  while (n--)
    *at++ = 0;
#endif
}

bool aws_secret_set(struct aws_secret *s, struct aws_str value) {
  char *p = NULL;
  if (value.p) {
    if (value.n == SIZE_MAX)
      return false;
    p = malloc(value.n + 1);
    if (!p)
      return false;
    memcpy(p, value.p, value.n);
    p[value.n] = '\0';
  }
  aws_secret_done(s);
  s->p = p;
  s->n = value.n;
  return true;
}

void aws_secret_done(struct aws_secret *s) {
  if (s->p)
    aws_wipe(s->p, s->n);
  free(s->p);
  s->p = NULL;
  s->n = 0;
}

struct aws_str aws_secret_str(const struct aws_secret *s) {
  return (struct aws_str){s->p, s->n};
}
