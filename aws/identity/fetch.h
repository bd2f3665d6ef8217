/* One small thing from one of the machine's own addresses, asked for again when that can help. */
#ifndef CAWSOLE_AWS_IDENTITY_FETCH_H
#define CAWSOLE_AWS_IDENTITY_FETCH_H

#include "aws/io.h"

/* Everything borrowed until the end. */
struct aws_fetch_request {
  const char *method, *url;
  const struct aws_http_header *headers;
  size_t nheaders;
  struct aws_str body;
  int timeout_ms, pause_ms;
  int attempts; /* when no answer comes */
  int refusals; /* when the answer is 429 or 5xx; attempts at least */
};

/* Lies in the state of whoever asks, zeroed. */
struct aws_fetch {
  struct aws_io *io;
  const struct aws_fetch_request *rq;
  struct aws_transfer *transfer;
  struct aws_timer *timer;
  struct aws_later later; /* tells `late` */
  struct aws_error late;
  int attempt;
  aws_http_fn fn;
  void *arg;
};

/* Never calls back before it returns; fn is as that of aws_io_http. What is sent and what comes is
 * overwritten afterwards. */
void aws_fetch_start(struct aws_fetch *f, struct aws_io *io, const struct aws_fetch_request *rq,
                     aws_http_fn fn, void *arg);
void aws_fetch_cancel(struct aws_fetch *f); /* not under way is fine */

#endif
