/* What is asked of the simulator itself while it runs, by paths that no operation of AWS has:
 *   POST /_sim/faults           a play a line in the body begins
 *   GET /_sim/faults            those there are
 *   DELETE /_sim/faults[?NAME]  those of that name, or all, end
 *   GET /_sim/calls             how often each operation was asked for, done, and spoilt
 *   POST /_sim/clock            the world goes on by so many seconds, which the body says
 */
#include "sim/http.h"

#include "sim/live.h"

#include <stdio.h>

#define TEXT_MAX 65536
#define SECONDS_MAX 7200

static unsigned add_lines(struct sim_faults *f, struct aws_str body, aws_ms now,
                          struct aws_buf *out) {
  while (body.n) {
    struct aws_str line = aws_str_trim(aws_str_split(&body, '\n'));
    struct aws_error err = {0};
    char spec[256];
    snprintf(spec, sizeof spec, "%.*s", AWS_STR_ARG(line));
    if (line.n && !sim_faults_add(f, spec, now, &err)) {
      aws_buf_addf(out, "%s\n", err.text);
      return MHD_HTTP_BAD_REQUEST;
    }
  }
  return MHD_HTTP_OK;
}

/* Connections are refused, or taken again, by the time this is answered. */
static unsigned faults(struct exchange *x, const char *method, struct aws_str name,
                       struct aws_buf *out) {
  struct sim_faults *f = x->server->gate->faults;
  const aws_ms now = sim_server_now().mono;
  unsigned status = MHD_HTTP_OK;
  char text[64];

  if (!strcmp(method, "GET")) {
    sim_faults_list(f, now, out);
    return status;
  }
  if (!strcmp(method, "POST")) {
    status = add_lines(f, aws_buf_str(&x->body), now, out);
  } else if (!strcmp(method, "DELETE")) {
    snprintf(text, sizeof text, "%.*s", AWS_STR_ARG(name));
    aws_buf_addf(out, "%zu ended\n", sim_faults_end(f, name.n ? text : NULL));
  } else {
    return MHD_HTTP_METHOD_NOT_ALLOWED;
  }
  listen_obey(x->server);
  return status;
}

static unsigned calls(struct exchange *x, const char *method, struct aws_str query,
                      struct aws_buf *out) {
  (void)query;
  if (strcmp(method, "GET") != 0)
    return MHD_HTTP_METHOD_NOT_ALLOWED;
  sim_tallies_list(&x->server->gate->tallies, out);
  return MHD_HTTP_OK;
}

static unsigned clock_on(struct exchange *x, const char *method, struct aws_str query,
                         struct aws_buf *out) {
  struct sim_world *w = x->server->gate->world;
  int64_t seconds;

  (void)query;
  if (strcmp(method, "POST") != 0)
    return MHD_HTTP_METHOD_NOT_ALLOWED;
  if (w->speed > 0) {
    aws_buf_add_c(out, "the world runs by itself: it is told at --speed 0 alone\n");
    return MHD_HTTP_CONFLICT;
  }
  if (!aws_str_to_int(aws_str_trim(aws_buf_str(&x->body)), &seconds) || seconds < 1 ||
      seconds > SECONDS_MAX) {
    aws_buf_addf(out, "seconds from 1 to %d, in the body\n", SECONDS_MAX);
    return MHD_HTTP_BAD_REQUEST;
  }
  sim_live(w, w->now + seconds * SIM_SECOND);
  aws_buf_addf(out, "%lld\n", (long long)(w->now / SIM_SECOND));
  return MHD_HTTP_OK;
}

static const struct {
  const char *path;
  unsigned (*obey)(struct exchange *x, const char *method, struct aws_str query,
                   struct aws_buf *out);
} paths[] = {{"/_sim/faults", faults}, {"/_sim/calls", calls}, {"/_sim/clock", clock_on}};

bool control_answer(struct exchange *x, const char *method) {
  struct aws_str query = aws_str_from(x->target), path = aws_str_split(&query, '?');
  size_t i = 0;
  struct aws_buf out;

  while (i < sizeof paths / sizeof *paths && !aws_str_eq_c(path, paths[i].path))
    i++;
  if (i == sizeof paths / sizeof *paths)
    return false;
  aws_buf_init(&out, TEXT_MAX);
  x->answered = true;
  x->status = paths[i].obey(x, method, query, &out);
  x->response = MHD_create_response_from_buffer(out.n, out.p ? out.p : (void *)(uintptr_t) "",
                                                MHD_RESPMEM_MUST_COPY);
  aws_buf_done(&out);
  return true;
}
