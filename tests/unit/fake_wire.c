#include "config.h"

#include "aws/auth/file.h"
#include "fake_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

struct fake_wire wire;

/* ---- clock and loop -------------------------------------------------------------------------- */

static aws_ms wall(void *arg) {
  (void)arg;
  return wire.now;
}

static aws_ms mono(void *arg) {
  (void)arg;
  return wire.mono;
}

const struct aws_clock wire_clock = {.wall = wall, .mono = mono};

bool wire_run(struct aws_io *io, const bool *done, aws_ms ms) {
  for (aws_ms end = wire.mono + ms; !*done && wire.mono < end;) {
    while (aws_io_turn(io, 0))
      ;
    if (wire.real_ms > 0)
      usleep((unsigned)wire.real_ms * 1000);
    wire.now += 100;
    wire.mono += 100;
  }
  return *done;
}

/* ---- transfers ------------------------------------------------------------------------------- */

struct fake_transfer {
  struct aws_io *io;
  struct aws_later later;
  struct wire_answer answer;
  aws_http_fn fn;
  void *arg;
};

static void on_turn(void *arg) {
  struct fake_transfer *t = arg;
  struct aws_http_reply reply = {.status = t->answer.status,
                                 .body = aws_str_from(t->answer.body),
                                 .headers = t->answer.headers,
                                 .nheaders = t->answer.nheaders};
  struct aws_error err = {0};
  if (t->answer.status == 0) {
    aws_error_set(&err, AWS_E_NETWORK, "nobody answers");
    err.retryable = true;
  }
  t->fn(t->arg, t->answer.status ? &reply : NULL, t->answer.status ? NULL : &err);
  free(t);
}

struct aws_transfer *__wrap_aws_io_http(struct aws_io *io, const struct aws_http_request *rq,
                                        aws_http_fn fn, void *arg, struct aws_error *err);
struct aws_transfer *__wrap_aws_io_http(struct aws_io *io, const struct aws_http_request *rq,
                                        aws_http_fn fn, void *arg, struct aws_error *err) {
  struct fake_transfer *t = calloc(1, sizeof *t);
  (void)err;
  t->io = io;
  t->fn = fn;
  t->arg = arg;
  wire.requests++;
  wire.fn(wire.arg, rq, &t->answer);
  aws_io_later(io, &t->later, on_turn, t);
  return (struct aws_transfer *)(void *)t;
}

void __wrap_aws_io_cancel(struct aws_io *io, struct aws_transfer *transfer);
void __wrap_aws_io_cancel(struct aws_io *io, struct aws_transfer *transfer) {
  struct fake_transfer *t = (struct fake_transfer *)(void *)transfer;
  if (!t)
    return;
  aws_io_later_cancel(io, &t->later);
  free(t);
}

struct aws_str wire_header(const struct aws_http_request *rq, const char *name) {
  for (size_t i = 0; i < rq->nheaders; i++)
    if (rq->headers[i].name.n == strlen(name) &&
        strncasecmp(rq->headers[i].name.p, name, strlen(name)) == 0)
      return rq->headers[i].value;
  return AWS_STR_LIT("");
}

static int hex(char c) {
  const char *digits = "0123456789ABCDEF", *at = strchr(digits, c);
  return at && c ? (int)(at - digits) : 0;
}

void wire_param(struct aws_str form, const char *name, char *out, size_t n) {
  size_t k = 0;
  while (form.n > 0) {
    struct aws_str value = aws_str_split(&form, '&'), key = aws_str_split(&value, '=');
    if (!aws_str_eq_c(key, name))
      continue;
    for (size_t i = 0; i < value.n && k + 1 < n; i++) {
      bool escaped = value.p[i] == '%' && i + 2 < value.n;
      out[k++] = escaped ? (char)(hex(value.p[i + 1]) * 16 + hex(value.p[i + 2])) : value.p[i];
      i += escaped ? 2 : 0;
    }
  }
  out[k] = '\0';
}

/* ---- files ----------------------------------------------------------------------------------- */

enum aws_file __real_aws_file_read(const char *path, struct aws_buf *out, struct aws_error *err);
enum aws_file __wrap_aws_file_read(const char *path, struct aws_buf *out, struct aws_error *err);
enum aws_file __wrap_aws_file_read(const char *path, struct aws_buf *out, struct aws_error *err) {
  char below[1024];
  snprintf(below, sizeof below, "%s%s", wire.root, path);
  return __real_aws_file_read(below, out, err);
}

bool __real_aws_file_replace(const char *path, struct aws_str text, struct aws_error *err);
bool __wrap_aws_file_replace(const char *path, struct aws_str text, struct aws_error *err);
bool __wrap_aws_file_replace(const char *path, struct aws_str text, struct aws_error *err) {
  char below[1024];
  wire.writes++;
  snprintf(below, sizeof below, "%s%s", wire.root, path);
  return !wire.keep_writes || __real_aws_file_replace(below, text, err);
}
