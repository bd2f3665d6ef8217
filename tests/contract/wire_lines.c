/* Builds the requests that come as JSON ({"service","operation","region","input"}), one a line, and
 * prints what would be sent as JSON, one a line: for check_requests.py. */
#include "config.h"

#include "aws/api.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 1 << 20 };

static struct aws_str text(const cJSON *o, const char *name) {
  return aws_str_from(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name)));
}

static void add(struct aws_buf *out, const char *name, const struct aws_buf *value) {
  aws_buf_addf(out, "%s\"%s\":", out->n ? "," : "{", name);
  aws_buf_add_json(out, value->p ? aws_buf_str(value) : AWS_STR_LIT(""));
}

static bool build(struct aws_client *c, const struct aws_creds *creds, const cJSON *o) {
  const struct aws_op *op = aws_op_find(text(o, "service").p, text(o, "operation").p);
  struct aws_wire w;
  struct aws_error err = {0};
  if (!op || !aws_call_wire(c, op, cJSON_GetObjectItemCaseSensitive(o, "input"),
                            text(o, "region").p, creds, INT64_C(1768478400000), &w, &err)) {
    puts(op ? err.text : "no such operation");
    return false;
  }
  struct aws_buf out;
  aws_buf_init(&out, 4 * LINE_MAX_BYTES);
  add(&out, "method", &w.method);
  add(&out, "url", &w.url);
  add(&out, "headers", &w.headers);
  add(&out, "body", &w.body);
  aws_buf_add_char(&out, '}');
  puts(out.p);
  aws_buf_done(&out);
  aws_wire_done(&w);
  return true;
}

int main(void) {
  char *line = malloc(LINE_MAX_BYTES);
  struct aws_error err = {0};
  struct aws_creds creds = {.key_id = "AKIDEXAMPLE"};
  struct aws_io *io = aws_io_new(NULL, NULL, &err);
  struct aws_client_config cfg = {.io = io, .seed = 1};
  struct aws_client *c = io ? aws_client_new(&cfg, &err) : NULL;
  bool ok = line && c && aws_secret_set(&creds.secret, AWS_STR_LIT("secret"));
  while (ok && fgets(line, LINE_MAX_BYTES, stdin)) {
    cJSON *o = cJSON_Parse(line);
    ok = o && build(c, &creds, o);
    cJSON_Delete(o);
  }
  aws_client_free(c);
  aws_io_free(io);
  aws_creds_done(&creds);
  free(line);
  return ok ? 0 : 1;
}
