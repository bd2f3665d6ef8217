/* Faults begun and ended while it runs, by a path that no operation of AWS has:
 *   POST /_sim/faults           a play a line in the body begins
 *   GET /_sim/faults            those there are
 *   DELETE /_sim/faults[?NAME]  those of that name, or all, end
 */
#include "sim/http.h"

#include <stdio.h>

#define PATH "/_sim/faults"
#define TEXT_MAX 65536

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

static unsigned obey(struct exchange *x, const char *method, struct aws_str name,
                     struct aws_buf *out) {
  struct sim_faults *f = x->server->gate->faults;
  const aws_ms now = sim_server_now().mono;
  char text[64];

  if (!strcmp(method, "POST"))
    return add_lines(f, aws_buf_str(&x->body), now, out);
  if (!strcmp(method, "GET")) {
    sim_faults_list(f, now, out);
    return MHD_HTTP_OK;
  }
  if (strcmp(method, "DELETE") != 0)
    return MHD_HTTP_METHOD_NOT_ALLOWED;
  snprintf(text, sizeof text, "%.*s", AWS_STR_ARG(name));
  aws_buf_addf(out, "%zu ended\n", sim_faults_end(f, name.n ? text : NULL));
  return MHD_HTTP_OK;
}

bool control_answer(struct exchange *x, const char *method) {
  struct aws_str query = aws_str_from(x->target), path = aws_str_split(&query, '?');
  struct aws_buf out;

  if (!aws_str_eq_c(path, PATH))
    return false;
  aws_buf_init(&out, TEXT_MAX);
  x->answered = true;
  x->status = obey(x, method, query, &out);
  x->response = MHD_create_response_from_buffer(out.n, out.p ? out.p : (void *)(uintptr_t) "",
                                                MHD_RESPMEM_MUST_COPY);
  aws_buf_done(&out);
  return true;
}
