#include "config.h"

#include "aws/identity/fetch.h"
#include "aws/identity/keys.h"

static void send(struct aws_fetch *f);

static void on_pause_over(void *arg) {
  struct aws_fetch *f = arg;
  f->timer = NULL;
  send(f);
}

static void on_late(void *arg) {
  struct aws_fetch *f = arg;
  f->fn(f->arg, NULL, &f->late);
}

static bool again(struct aws_fetch *f, const struct aws_http_reply *reply,
                  const struct aws_error *err) {
  int most = f->rq->attempts;
  if (reply) {
    if (reply->status != 429 && reply->status < 500)
      return false;
    most = f->rq->refusals > most ? f->rq->refusals : most;
  } else if (!err->retryable) {
    return false;
  }
  const struct aws_clock *clock = aws_io_clock(f->io);
  if (f->attempt >= most)
    return false;
  f->timer = aws_io_timer(f->io, clock->mono(clock->arg) + f->rq->pause_ms, on_pause_over, f);
  return f->timer != NULL;
}

static void on_reply(void *arg, const struct aws_http_reply *reply, const struct aws_error *err) {
  struct aws_fetch *f = arg;
  f->transfer = NULL;
  if (!again(f, reply, err))
    f->fn(f->arg, reply, err);
}

static void send(struct aws_fetch *f) {
  const struct aws_fetch_request *rq = f->rq;
  struct aws_http_request http = {.method = rq->method,
                                  .url = rq->url,
                                  .headers = rq->headers,
                                  .nheaders = rq->nheaders,
                                  .body = rq->body,
                                  .body_max = AWS_KEYS_MAX_BYTES,
                                  .connect_ms = rq->timeout_ms,
                                  .total_ms = rq->timeout_ms,
                                  .secret = true};
  f->attempt++;
  f->transfer = aws_io_http(f->io, &http, on_reply, f, &f->late);
  if (!f->transfer)
    aws_io_later(f->io, &f->later, on_late, f);
}

void aws_fetch_start(struct aws_fetch *f, struct aws_io *io, const struct aws_fetch_request *rq,
                     aws_http_fn fn, void *arg) {
  *f = (struct aws_fetch){.io = io, .rq = rq, .fn = fn, .arg = arg};
  send(f);
}

void aws_fetch_cancel(struct aws_fetch *f) {
  if (!f->io)
    return;
  aws_io_cancel(f->io, f->transfer);
  aws_io_timer_cancel(f->io, f->timer);
  aws_io_later_cancel(f->io, &f->later);
  f->transfer = NULL;
  f->timer = NULL;
}
