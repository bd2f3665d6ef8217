/* The client: who asks, from where, with which keys; and the beginning of every call. */
#include "config.h"

#include "aws/client/internal.h"
#include "aws/client/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum { PER_HOST = 8, CONNECT_MS = 5000, TOTAL_MS = 20000 };

/* ---- making and ending ----------------------------------------------------------------------- */

static uint64_t seed_from_system(const struct aws_client *c) {
  uint64_t seed;
  if (getentropy(&seed, sizeof seed) != 0)
    seed = (uint64_t)aws_client_now(c); /* for jitter the time will do */
  return seed;
}

struct aws_client *aws_client_new(const struct aws_client_config *cfg, struct aws_error *err) {
  struct aws_client *c = aws_calloc(1, sizeof *c);
  aws_json_watch();
  if (c)
    c->keys = aws_key_cache_new();
  if (!c || !c->keys) {
    free(c);
    aws_error_set(err, AWS_E_MEMORY, "no memory for the AWS client");
    return NULL;
  }
  c->io = cfg->io;
  c->settings = cfg->settings;
  c->send = aws_part_send;
  if (cfg->region && strlen(cfg->region) >= sizeof c->region) {
    aws_error_set(err, AWS_E_CONFIG, "\"%.63s...\" is not the name of a region", cfg->region);
    aws_client_free(c);
    return NULL;
  }
  if (cfg->region)
    memcpy(c->region, cfg->region, strlen(cfg->region) + 1);
  c->per_host = cfg->per_host > 0 ? cfg->per_host : PER_HOST;
  c->connect_ms = cfg->connect_ms > 0 ? cfg->connect_ms : CONNECT_MS;
  c->total_ms = cfg->total_ms > 0 ? cfg->total_ms : TOTAL_MS;
  struct aws_retry_settings retry = {AWS_RETRY_STANDARD, 3};
  if (cfg->settings)
    retry = aws_settings_retry(cfg->settings);
  aws_retry_init(&c->retry, retry, cfg->seed ? cfg->seed : seed_from_system(c));
  aws_client_set_agent(c);
  return c;
}

aws_ms aws_client_patience(const struct aws_client *c) {
  return (aws_ms)c->retry.how.max_attempts * c->total_ms + aws_retry_delays(&c->retry);
}

bool aws_client_set_region(struct aws_client *c, const char *region) {
  if (strlen(region) >= sizeof c->region)
    return false;
  memcpy(c->region, region, strlen(region) + 1);
  return true;
}

void aws_client_free(struct aws_client *c) {
  if (!c)
    return;
  while (c->calls)
    aws_call_free(c->calls);
  aws_hosts_free(c);
  aws_creds_done(&c->creds);
  aws_key_cache_free(c->keys);
  free(c);
}

void aws_client_on_sent(struct aws_client *c, aws_sent_fn fn, void *arg) {
  c->on_sent = fn;
  c->on_sent_arg = arg;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static bool resolve(const struct aws_client *c, const struct aws_service *service,
                    const char *region, struct aws_endpoint *out, struct aws_error *err) {
  struct aws_endpoint_ask ask = {.service = service->id,
                                 .host_prefix = service->host_prefix,
                                 .global = service->global,
                                 .region = region ? region : c->region};
  if (c->settings) {
    ask.override = aws_settings_endpoint(c->settings, service->endpoint_var);
    ask.fips = aws_settings_fips(c->settings);
    ask.dualstack = aws_settings_dualstack(c->settings);
  }
  return aws_endpoint_resolve(&ask, out, err);
}

bool aws_client_endpoint(const struct aws_client *c, const struct aws_service *service,
                         struct aws_client_host *out, struct aws_error *err) {
  struct aws_endpoint e;
  if (!resolve(c, service, NULL, &e, err))
    return false;
  memcpy(out->scheme, e.scheme, sizeof out->scheme);
  memcpy(out->host, e.host, sizeof out->host);
  return true;
}

static bool has_any(const cJSON *in, const char *names) {
  struct aws_str rest = aws_str_from(names);
  while (rest.n > 0) {
    struct aws_str name = aws_str_split(&rest, ' ');
    for (const cJSON *c = in->child; c; c = c->next)
      if (aws_str_eq_c(name, c->string))
        return true;
  }
  return false;
}

/* The page size that AWS allows at most; its own defaults are small. */
static bool add_size(const struct aws_op *op, cJSON *in) {
  if (!op->size_in || has_any(in, op->size_in) || has_any(in, op->size_not_with))
    return true;
  char text[16];
  snprintf(text, sizeof text, "%d", op->size);
  return op->size_text ? cJSON_AddStringToObject(in, op->size_in, text) != NULL
                       : cJSON_AddNumberToObject(in, op->size_in, op->size) != NULL;
}

static void on_nothing_to_do(void *arg) {
  aws_call_finish(arg, NULL);
}

/* An input that does not fit is told at once: the first part is built for that alone. */
static bool check_input(const struct aws_call *call, struct aws_error *err) {
  if (call->nparts == 0)
    return true;
  struct aws_request rq;
  aws_request_init(&rq);
  bool ok = aws_request_build(&rq, call->op, call->parts[0].in, &call->endpoint, err);
  aws_request_done(&rq);
  return ok;
}

static bool start(struct aws_call *call, struct aws_error *err) {
  struct aws_client *c = call->client;
  call->host = aws_host_get(c, &call->endpoint);
  if (!call->host) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a call");
    return false;
  }
  if (call->nparts == 0)
    aws_io_later(c->io, &call->nothing, on_nothing_to_do, call);
  call->next = c->calls;
  if (c->calls)
    c->calls->prev = call;
  c->calls = call;
  for (size_t i = 0; i < call->nparts; i++)
    aws_host_add(call->host, &call->parts[i]);
  aws_host_pump(c, call->host);
  return true;
}

struct aws_call *aws_call(struct aws_client *c, const struct aws_op *op, cJSON *in,
                          const struct aws_call_options *opt, aws_page_fn on_page,
                          aws_done_fn on_done, void *arg, struct aws_error *err) {
  struct aws_call *call = aws_calloc(1, sizeof *call);
  in = in ? in : cJSON_CreateObject();
  if (!call || !in || !add_size(op, in) || aws_json_lost()) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a call");
    free(call);
    cJSON_Delete(in);
    return NULL;
  }
  call->client = c;
  call->op = op;
  call->keys_serial = c->keys_serial;
  call->on_page = on_page;
  call->on_done = on_done;
  call->arg = arg;
  if (opt)
    call->opt = *opt;
  if (!resolve(c, op->service, call->opt.region, &call->endpoint, err) ||
      !aws_call_split(call, in, err)) {
    cJSON_Delete(in);
    aws_call_free(call);
    return NULL;
  }
  call->opt.region = NULL; /* borrowed until here */
  if (check_input(call, err) && start(call, err))
    return call;
  aws_call_free(call);
  return NULL;
}

/* ---- looking at a request without sending it ------------------------------------------------- */

static bool fill_wire(struct aws_wire *out, const struct aws_request *rq) {
  aws_buf_add_c(&out->method, rq->method);
  aws_buf_add_str(&out->url, aws_buf_str(&rq->url));
  aws_buf_add(&out->body, rq->body.p ? rq->body.p : "", rq->body.n);
  for (size_t i = 0; i < rq->nheaders; i++)
    aws_buf_addf(&out->headers, "%.*s: %.*s\n", AWS_STR_ARG(rq->headers[i].name),
                 AWS_STR_ARG(rq->headers[i].value));
  return !out->method.failed && !out->url.failed && !out->body.failed && !out->headers.failed;
}

bool aws_call_wire(struct aws_client *c, const struct aws_op *op, const cJSON *in,
                   const char *region, const struct aws_creds *creds, aws_ms now,
                   struct aws_wire *out, struct aws_error *err) {
  struct aws_endpoint endpoint;
  struct aws_request rq;
  aws_buf_init(&out->method, 16);
  aws_buf_init(&out->url, 1 << 20);
  aws_buf_init(&out->headers, 1 << 20);
  aws_buf_init(&out->body, 8 << 20);
  aws_request_init(&rq);
  cJSON *copy = in ? cJSON_Duplicate(in, true) : cJSON_CreateObject();
  bool ok = copy && add_size(op, copy) && !aws_json_lost();
  if (!ok)
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request");
  ok = ok && resolve(c, op->service, region, &endpoint, err) &&
       aws_request_build(&rq, op, copy, &endpoint, err) &&
       aws_request_sign(&rq, creds, now, c->keys, err);
  if (ok && !fill_wire(out, &rq)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request");
    ok = false;
  }
  cJSON_Delete(copy);
  aws_request_done(&rq);
  if (!ok)
    aws_wire_done(out);
  return ok;
}

void aws_wire_done(struct aws_wire *w) {
  aws_buf_done(&w->method);
  aws_buf_done(&w->url);
  aws_buf_wipe_done(&w->headers);
  aws_buf_wipe_done(&w->body);
}
