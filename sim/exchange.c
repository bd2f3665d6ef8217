/* From a request's bytes to its answer queued, with the waits in between. */
#include "sim/http.h"

#include <stdlib.h>
#include <time.h>

#define HEADERS_MAX 64
#define REQUEST_ARENA_MAX ((size_t)32 << 20)

struct header_list {
  struct sim_http_header h[HEADERS_MAX];
  size_t n;
};

static enum MHD_Result collect_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value) {
  struct header_list *list = arg;

  (void)kind;
  if (list->n == HEADERS_MAX)
    return MHD_NO;
  list->h[list->n++] = (struct sim_http_header){name, value ? value : ""};
  return MHD_YES;
}

/* ---- one request ----------------------------------------------------------------------------- */

void *exchange_begin(void *arg, const char *target, struct MHD_Connection *c) {
  struct exchange *x = aws_calloc(1, sizeof *x);

  if (!x)
    return NULL;
  x->server = arg;
  x->connection = c;
  x->target = strdup(target);
  aws_buf_init(&x->body, SIM_BODY_MAX);
  return x;
}

void exchange_end(void *arg, struct MHD_Connection *c, void **state,
                  enum MHD_RequestTerminationCode why) {
  struct exchange *x = *state;

  (void)arg;
  (void)c;
  (void)why;
  if (!x)
    return;
  if (x->wire.fault == SIM_WIRE_AFTER || x->wire.fault == SIM_WIRE_WITHIN ||
      x->wire.fault == SIM_WIRE_LONG)
    wire_end(x);
  if (x->response)
    MHD_destroy_response(x->response);
  free(x->target);
  aws_buf_done(&x->body);
  free(x);
  *state = NULL;
}

static void add_headers(struct MHD_Response *r, const struct sim_request *rq) {
  bool s3 = rq->service->s3_errors;

  MHD_add_response_header(r, "Content-Type", sim_content_type(rq));
  MHD_add_response_header(r, s3 ? "x-amz-request-id" : "x-amzn-RequestId", rq->id);
  if (s3)
    MHD_add_response_header(r, "x-amz-id-2", "c2ltdWxhdGVkIGhvc3QgaWQ=");
  if (rq->protocol == SIM_CBOR)
    MHD_add_response_header(r, "smithy-protocol", "rpc-v2-cbor");
  for (size_t i = 0; i < rq->nheaders; i++)
    MHD_add_response_header(r, rq->headers[i].name, rq->headers[i].value);
}

static void add_date(struct MHD_Response *r, aws_ms wall) {
  const time_t seconds = (time_t)(wall / 1000);
  struct tm tm = {0};
  char text[40];

  if (gmtime_r(&seconds, &tm) && strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
    MHD_add_response_header(r, "Date", text);
}

/* Leaves the answer in x. */
static void answer(struct exchange *x, const char *method) {
  struct header_list headers = {.n = 0};
  struct aws_arena arena;
  struct aws_str query = aws_str_from(x->target), path = aws_str_split(&query, '?');
  const struct sim_now now = sim_server_now();

  aws_arena_init(&arena, REQUEST_ARENA_MAX);
  MHD_get_connection_values(x->connection, MHD_HEADER_KIND, collect_header, &headers);
  struct sim_http h = {method, path, query, headers.h, headers.n, x->body.p, x->body.n};
  struct sim_request rq = {.arena = &arena};
  sim_answer(x->server->gate, &h, &now, &rq);
  x->status = rq.status;
  x->wire = rq.wire;
  x->response = wire_response(x, &rq);
  if (x->response) {
    add_headers(x->response, &rq);
    if (rq.clock_ahead)
      add_date(x->response, now.wall + rq.clock_ahead);
  }
  aws_buf_done(&rq.out.buf);
  aws_arena_done(&arena);
}

static void too_large(struct exchange *x) {
  x->status = MHD_HTTP_CONTENT_TOO_LARGE;
  x->response = MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result queue(struct exchange *x) {
  if (!x->response) {
    wire_end(x);
    return MHD_NO;
  }
  return MHD_queue_response(x->connection, x->status, x->response);
}

/* The whole request is there. It is called again after each wait. */
static enum MHD_Result whole(struct exchange *x, const char *method) {
  struct sim_server *s = x->server;

  if (!x->answered && !x->too_large && control_answer(x, method))
    return queue(x);
  /* A connection from before does not outlive a fault that lets no new one in. */
  if (sim_faults_cut(s->gate->faults, sim_server_now().mono))
    return MHD_NO;
  if (s->options->latency > 0 && !x->waited) {
    x->waited = true;
    exchange_park(x, s->options->latency);
    return MHD_YES;
  }
  if (!x->answered) {
    x->answered = true;
    if (x->too_large)
      too_large(x);
    else
      answer(x, method);
    if (x->wire.delay > 0) {
      exchange_park(x, x->wire.delay);
      return MHD_YES;
    }
  }
  return queue(x);
}

/* Called for the head, then for each piece of the body, then once with none left. */
enum MHD_Result exchange_step(void *arg, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *nupload, void **state) {
  struct exchange *x = *state;

  (void)arg;
  (void)c;
  (void)url;
  (void)version;
  if (!x || !x->target)
    return MHD_NO;
  if (!x->begun) {
    x->begun = true;
    return MHD_YES;
  }
  if (*nupload) {
    x->too_large |= !aws_buf_add(&x->body, upload, *nupload);
    *nupload = 0;
    return MHD_YES;
  }
  return whole(x, method);
}
