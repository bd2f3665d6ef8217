/* The time as AWS has it, learned from its answers. */
#include "config.h"

#include "aws/client/internal.h"

enum { SKEW_IGNORED_MS = 2000 };

aws_ms aws_client_now(const struct aws_client *c) {
  const struct aws_clock *clock = aws_io_clock(c->io);
  return clock->wall(clock->arg) + c->skew_ms;
}

int64_t aws_client_skew(const struct aws_client *c) {
  return c->skew_ms / 1000;
}

void aws_client_learn_clock(struct aws_client *c, const struct aws_http_reply *reply) {
  aws_ms date;
  if (!aws_time_parse(aws_http_header(reply, "date"), &date) || aws_http_header(reply, "age").p)
    return;
  const struct aws_clock *clock = aws_io_clock(c->io);
  int64_t skew = date + 500 - (clock->wall(clock->arg) - reply->elapsed_ms / 2);
  c->skew_ms = skew > SKEW_IGNORED_MS || skew < -SKEW_IGNORED_MS ? skew : 0;
}
