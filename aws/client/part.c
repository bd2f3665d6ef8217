/* One request after another until the last page, each sent again when that is right. */
#include "config.h"

#include "aws/client/errors.h"
#include "aws/client/internal.h"
#include "aws/client/page.h"
#include "aws/client/request.h"
#include "aws/client/trace.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGES_MAX = 1000, SKEW_WORTH_MS = 30000 };

static void enqueue(struct aws_part *p) {
  aws_host_add(p->call->host, p);
}

/* ---- errors ---------------------------------------------------------------------------------- */

static void on_retry_time(void *arg) {
  struct aws_part *p = arg;
  p->timer = NULL;
  enqueue(p);
  aws_host_pump(p->call->client, p->call->host);
}

static void on_late_error(void *arg) {
  struct aws_part *p = arg;
  aws_call_finish(p->call, &p->late);
}

static bool retry_in(struct aws_part *p, aws_ms delay) {
  struct aws_io *io = p->call->client->io;
  const struct aws_clock *clock = aws_io_clock(io);
  p->timer = aws_io_timer(io, clock->mono(clock->arg) + delay, on_retry_time, p);
  return p->timer != NULL;
}

/* A write that may have reached AWS must not be sent again. An answer that is an error below 500,
 * or a throttle, says that nothing was done. */
static bool may_be_done(const struct aws_op *op, const struct aws_error *err) {
  if (!op->write)
    return false;
  if (err->http_status == 0)
    return err->maybe_done;
  return err->code != AWS_E_THROTTLED && (err->http_status >= 500 || err->http_status < 300);
}

static bool is_worth_it(const struct aws_part *p, const struct aws_error *err) {
  const struct aws_call *call = p->call;
  if (p->ntokens > 0) /* one refused page must not cost the two hundred before it */
    return true;
  bool again = call->opt.again && err->code == AWS_E_THROTTLED;
  if (again && call->op->write)
    return err->http_status >= 400 && err->http_status < 500;
  return call->opt.asked || (again && aws_retry_spare(&call->client->retry));
}

static void handle_error(struct aws_part *p, struct aws_error *err) {
  struct aws_call *call = p->call;
  struct aws_client *c = call->client;
  err->maybe_done = may_be_done(call->op, err);
  int64_t moved = c->skew_ms - p->skew_used;
  if (aws_error_is_clock(err) && !p->resigned &&
      (moved > SKEW_WORTH_MS || moved < -SKEW_WORTH_MS)) {
    p->resigned = true;
    enqueue(p);
    return;
  }
  if (aws_part_rekey(p, err)) {
    enqueue(p);
    return;
  }
  int64_t delay = -1;
  if (is_worth_it(p, err) && !err->maybe_done)
    delay = aws_retry_delay(&c->retry, err, p->attempt, &p->cost);
  if (delay >= 0 && retry_in(p, delay))
    p->attempt++;
  else
    aws_call_finish(call, err);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static bool seen_before(struct aws_part *p, const char *token, struct aws_error *err) {
  uint64_t h = aws_hash(token, strlen(token));
  for (size_t i = 0; i < p->ntokens; i++)
    if (p->tokens[i] == h) {
      aws_error_set(err, AWS_E_BODY,
                    "%s %s: AWS gave the same page token twice; stopped after %d pages",
                    p->call->op->service->id, p->call->op->name, p->call->pages);
      return true;
    }
  if (!aws_grow(&p->tokens, &p->tokens_cap, p->ntokens + 1, sizeof *p->tokens)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the pages of %s", p->call->op->name);
    return true;
  }
  p->tokens[p->ntokens++] = h;
  return false;
}

/* Makes the part ask for the page at `token`. */
static bool turn_page(struct aws_part *p, const char *token, struct aws_error *err) {
  const struct aws_op *op = p->call->op;
  if (seen_before(p, token, err))
    return false;
  if (p->ntokens >= PAGES_MAX && p->call->opt.max_pages == 0) {
    aws_error_set(err, AWS_E_BODY, "%s %s: more than %d pages; narrow the request down",
                  op->service->id, op->name, PAGES_MAX);
    return false;
  }
  cJSON_DeleteItemFromObjectCaseSensitive(p->in, op->token_in);
  if (!cJSON_AddStringToObject(p->in, op->token_in, token)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the pages of %s", op->name);
    return false;
  }
  p->attempt = 1;
  p->invocation[0] = '\0';
  p->cost = 0;
  p->resigned = p->rekeyed = false;
  return true;
}

static void handle_page(struct aws_part *p, const struct aws_http_reply *reply) {
  struct aws_call *call = p->call;
  struct aws_client *c = call->client;
  struct aws_error err = {0};
  char *token = NULL;
  struct aws_page *page =
      aws_page_decode(call->op, reply, call->opt.secret, aws_client_now(c), &token, &err);
  if (!page) {
    handle_error(p, &err);
    return;
  }
  aws_retry_give_back(&c->retry, p->cost);
  call->pages++;
  bool enough = call->opt.max_pages > 0 && call->pages >= call->opt.max_pages;
  bool more = token && !enough, ok = !more || turn_page(p, token, &err);
  free(token);
  if (more && ok) { /* the next page is on its way while this one is looked at */
    enqueue(p);
    aws_host_pump(c, call->host);
  }
  if (!aws_call_deliver(call, page, reply->body))
    return;
  if (!ok) {
    aws_call_finish(call, &err);
  } else if (!more) {
    p->done = true;
    if (--call->parts_left == 0 || enough)
      aws_call_finish(call, NULL);
  }
}

/* ---- one exchange ---------------------------------------------------------------------------- */

static void tell_sent(struct aws_part *p, const struct aws_http_reply *reply,
                      const struct aws_error *err) {
  struct aws_client *c = p->call->client;
  if (!c->on_sent)
    return;
  const struct aws_clock *clock = aws_io_clock(c->io);
  struct aws_sent sent = {.op = p->call->op,
                          .http_status = reply ? reply->status : 0,
                          .reached = reply || err->maybe_done,
                          .throttled = err->code == AWS_E_THROTTLED,
                          .retried = p->attempt > 1 || p->resigned || p->rekeyed,
                          .elapsed_ms = reply ? reply->elapsed_ms : 0,
                          .at = clock->wall(clock->arg),
                          .bytes = reply ? reply->bytes : 0};
  c->on_sent(c->on_sent_arg, &sent);
}

static void on_reply(void *arg, const struct aws_http_reply *reply,
                     const struct aws_error *neterr) {
  struct aws_part *p = arg;
  struct aws_client *c = p->call->client;
  struct aws_host *host = p->call->host;
  const struct aws_op *op = p->call->op;
  struct aws_error err = {0};
  p->transfer = NULL;
  host->active--;
  if (reply) {
    aws_client_learn_clock(c, reply);
    if (!p->call->opt.secret)
      aws_trace_answer(aws_io_log_of(c->io), op, reply->body);
    if (reply->status < 200 || reply->status > 299)
      aws_error_from_reply(&err, op, reply);
  } else {
    err = *neterr;
    aws_error_wrap(&err, "%s %s", op->service->id, op->name);
  }
  tell_sent(p, reply, &err);
  if (reply && err.code == AWS_OK)
    handle_page(p, reply);
  else
    handle_error(p, &err);
  aws_host_pump(c, host); /* the part and its call may be gone */
}

static bool send_request(struct aws_part *p, struct aws_request *rq, struct aws_error *err) {
  struct aws_call *call = p->call;
  struct aws_client *c = call->client;
  if (!aws_request_build(rq, call->op, p->in, &call->endpoint, err) ||
      !aws_request_sign(rq, &c->creds, aws_client_now(c), c->keys, err))
    return false;
  bool may_retry = call->opt.asked || call->opt.again || p->ntokens > 0;
  if (!p->invocation[0])
    aws_uuid(p->invocation);
  aws_request_mark(rq, c->agent, p->invocation, p->attempt,
                   may_retry ? c->retry.how.max_attempts : 1);
  char what[64];
  snprintf(what, sizeof what, "%s %s", call->op->service->id, call->op->name);
  struct aws_http_request http = {.method = rq->method,
                                  .url = rq->url.p,
                                  .headers = rq->headers,
                                  .nheaders = rq->nheaders,
                                  .body = aws_buf_str(&rq->body),
                                  .body_max = AWS_BODY_MAX,
                                  .connect_ms = c->connect_ms,
                                  .total_ms = c->total_ms,
                                  .once = call->op->write,
                                  .secret = call->opt.secret,
                                  .what = what};
  p->skew_used = c->skew_ms;
  p->keys_used = c->keys_serial;
  p->transfer = aws_io_http(c->io, &http, on_reply, p, err);
  if (p->transfer && !call->opt.secret)
    aws_trace_input(aws_io_log_of(c->io), call->op, p->in);
  return p->transfer != NULL;
}

static bool check_leave(const struct aws_part *p, struct aws_error *err) {
  const struct aws_op *op = p->call->op;
  if (aws_part_may_go(p))
    return true;
  aws_error_set(err, AWS_E_CREDENTIALS,
                "%s %s was not sent, nothing was changed: the keys that it was asked for with are "
                "no longer in use. Ask for it again",
                op->service->id, op->name);
  return false;
}

void aws_part_send(struct aws_part *p) {
  struct aws_request rq;
  aws_request_init(&rq);
  if (check_leave(p, &p->late) && send_request(p, &rq, &p->late))
    p->call->host->active++;
  else
    aws_io_later(p->call->client->io, &p->later, on_late_error, p);
  aws_request_done(&rq);
}
