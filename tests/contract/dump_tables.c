/* Prints the tables of aws/api as JSON, for check_tables.py to hold against AWS's service models.
 */
#include "aws/api.h"

#include <stdio.h>

static void add_text(struct aws_buf *b, const char *name, const char *value) {
  aws_buf_addf(b, ",\"%s\":", name);
  if (value)
    aws_buf_add_json(b, aws_str_from(value));
  else
    aws_buf_add_c(b, "null");
}

static void add_flag(struct aws_buf *b, const char *name, bool value) {
  aws_buf_addf(b, ",\"%s\":%s", name, value ? "true" : "false");
}

static void add_type(struct aws_buf *b, const struct aws_type *t) {
  static const struct {
    const char *name;
    size_t size;
  } kinds[] = {
      [AWS_KIND_STR] = {"str", sizeof(struct aws_str)},
      [AWS_KIND_INT] = {"int", sizeof(int64_t)},
      [AWS_KIND_COUNT] = {"int", sizeof(int64_t)},
      [AWS_KIND_DOUBLE] = {"double", sizeof(double)},
      [AWS_KIND_BOOL] = {"bool", sizeof(bool)},
      [AWS_KIND_TIME] = {"time", sizeof(aws_ms)},
      [AWS_KIND_STRUCT] = {"struct", 0},
      [AWS_KIND_LIST] = {"list", sizeof(struct aws_list)},
      [AWS_KIND_STRS] = {"strs", sizeof(struct aws_list)},
      [AWS_KIND_DOUBLES] = {"doubles", sizeof(struct aws_list)},
      [AWS_KIND_TIMES] = {"times", sizeof(struct aws_list)},
      [AWS_KIND_MAP] = {"map", sizeof(struct aws_list)},
  };
  aws_buf_addf(b, "{\"name\":\"%s\",\"size\":%zu,\"fields\":[", t->name, t->size);
  for (size_t i = 0; i < t->nfields; i++) {
    const struct aws_field *f = &t->fields[i];
    aws_buf_addf(b, "%s{\"path\":\"%s\",\"kind\":\"%s\",\"offset\":%zu,\"size\":%zu,\"type\":",
                 i ? "," : "", f->path, kinds[f->kind].name, f->offset,
                 f->kind == AWS_KIND_STRUCT ? f->type->size : kinds[f->kind].size);
    if (f->type)
      add_type(b, f->type);
    else
      aws_buf_add_c(b, "null");
    aws_buf_add_char(b, '}');
  }
  aws_buf_add_c(b, "]}");
}

static void add_service(struct aws_buf *b, const struct aws_service *s) {
  static const char *const protocols[] = {
      [AWS_JSON_1_0] = "json-1.0", [AWS_JSON_1_1] = "json-1.1",   [AWS_QUERY] = "query",
      [AWS_REST_XML] = "rest-xml", [AWS_REST_JSON] = "rest-json",
  };
  aws_buf_addf(b, "{\"id\":\"%s\"", s->id);
  add_text(b, "endpoint_var", s->endpoint_var);
  add_text(b, "host_prefix", s->host_prefix);
  add_text(b, "signing_name", s->signing_name);
  add_text(b, "protocol", protocols[s->protocol]);
  add_text(b, "version", s->version);
  add_text(b, "target_prefix", s->target_prefix);
  add_text(b, "xmlns", s->xmlns);
  add_flag(b, "global", s->global);
  add_flag(b, "query_mode", s->query_mode);
  aws_buf_add_char(b, '}');
}

static void add_op(struct aws_buf *b, const struct aws_op *op) {
  aws_buf_addf(b, "{\"name\":\"%s\"", op->name);
  add_text(b, "service", op->service->id);
  add_text(b, "method", op->method);
  add_text(b, "path", op->path);
  add_text(b, "query", op->query);
  add_text(b, "header", op->header);
  add_text(b, "lists", op->lists);
  add_text(b, "root", op->root);
  add_text(b, "items", op->items);
  add_text(b, "token_in", op->token_in);
  add_text(b, "token_out", op->token_out);
  add_text(b, "more", op->more);
  add_text(b, "size_in", op->size_in);
  add_text(b, "size_not_with", op->size_not_with);
  aws_buf_addf(b, ",\"size\":%d", op->size);
  add_flag(b, "size_text", op->size_text);
  add_text(b, "batch", op->batch);
  aws_buf_addf(b, ",\"batch_max\":%d", op->batch_max);
  add_flag(b, "write", op->write);
  add_flag(b, "anonymous", op->anonymous);
  aws_buf_addf(b, ",\"limit\":{\"name\":\"%s\",\"rate\":", op->limit->name);
  aws_buf_add_double(b, op->limit->rate);
  aws_buf_add_c(b, ",\"burst\":");
  aws_buf_add_double(b, op->limit->burst);
  add_flag(b, "published", op->limit->published);
  aws_buf_add_c(b, "},\"item\":");
  if (op->item)
    add_type(b, op->item);
  else
    aws_buf_add_c(b, "null");
  aws_buf_add_char(b, '}');
}

int main(void) {
  struct aws_buf b;
  aws_buf_init(&b, 1 << 24);
  aws_buf_add_c(&b, "{\"services\":[");
  for (size_t i = 0; i < aws_services_n; i++) {
    if (i)
      aws_buf_add_char(&b, ',');
    add_service(&b, aws_services[i]);
  }
  aws_buf_add_c(&b, "],\"ops\":[");
  for (size_t i = 0; i < aws_ops_n; i++) {
    if (i)
      aws_buf_add_char(&b, ',');
    add_op(&b, aws_ops[i]);
  }
  aws_buf_add_c(&b, "]}\n");
  bool ok = !b.failed && fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
  aws_buf_done(&b);
  return ok ? 0 : 1;
}
