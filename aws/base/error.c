/* Errors are values. */
#include "config.h"

#include "aws/base.h"

#include <stdio.h>

static const char *const errc_names[] = {
    [AWS_OK] = "ok",
    [AWS_E_MEMORY] = "memory",
    [AWS_E_USAGE] = "usage",
    [AWS_E_CONFIG] = "config",
    [AWS_E_CREDENTIALS] = "credentials",
    [AWS_E_NETWORK] = "network",
    [AWS_E_BODY] = "body",
    [AWS_E_SERVICE] = "service",
    [AWS_E_DENIED] = "denied",
    [AWS_E_THROTTLED] = "throttled",
    [AWS_E_EXPIRED] = "expired",
    [AWS_E_NOT_FOUND] = "not_found",
    [AWS_E_CANCELLED] = "cancelled",
};

const char *aws_errc_name(enum aws_errc code) {
  size_t i = (size_t)code;
  return i < sizeof errc_names / sizeof errc_names[0] ? errc_names[i] : "unknown";
}

/* A sentence that was cut must not end within a character. */
static void trim_partial_utf8(char *text, size_t size) {
  size_t n = strlen(text);
  if (n + 1 < size)
    return;
  size_t start = n;
  while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
    start--;
  if (start == 0)
    return;
  unsigned char lead = (unsigned char)text[start - 1];
  size_t len = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (n - (start - 1) < len)
    text[start - 1] = '\0';
}

void aws_error_clear(struct aws_error *e) {
  if (e)
    *e = (struct aws_error){.code = AWS_OK};
}

void aws_error_set(struct aws_error *e, enum aws_errc code, const char *fmt, ...) {
  va_list ap;
  if (!e)
    return;
  aws_error_clear(e);
  e->code = code;
  va_start(ap, fmt);
  vsnprintf(e->text, sizeof e->text, fmt, ap);
  va_end(ap);
  trim_partial_utf8(e->text, sizeof e->text);
}

void aws_error_wrap(struct aws_error *e, const char *fmt, ...) {
  char prefix[sizeof e->text], old[sizeof e->text];
  va_list ap;
  if (!e)
    return;
  va_start(ap, fmt);
  vsnprintf(prefix, sizeof prefix, fmt, ap);
  va_end(ap);
  memcpy(old, e->text, sizeof old);

  struct aws_str parts[] = {aws_str_from(prefix), AWS_STR_LIT(": "), aws_str_from(old)};
  size_t n = 0;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    size_t room = sizeof e->text - 1 - n;
    size_t take = parts[i].n < room ? parts[i].n : room;
    memcpy(e->text + n, parts[i].p, take);
    n += take;
  }
  e->text[n] = '\0';
  trim_partial_utf8(e->text, sizeof e->text);
}
