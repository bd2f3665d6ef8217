/* From structs back to JSON, by the same tables. */
#include "config.h"

#include "aws/doc.h"

#include <inttypes.h>
#include <math.h>

static void add_double(struct aws_buf *b, double v) {
  if (isfinite(v))
    aws_buf_add_double(b, v);
  else
    aws_buf_add_c(b, isnan(v) ? "\"NaN\"" : v > 0 ? "\"Infinity\"" : "\"-Infinity\"");
}

static void add_time(struct aws_buf *b, aws_ms t) {
  char text[AWS_TIME_MAX];
  aws_time_iso(t, text);
  aws_buf_addf(b, "\"%s\"", text);
}

static void add_map(struct aws_buf *b, const struct aws_list *l) {
  const struct aws_pair *pairs = l->items;
  aws_buf_add_char(b, '{');
  for (size_t i = 0; i < l->n; i++) {
    if (i)
      aws_buf_add_char(b, ',');
    aws_buf_add_json(b, pairs[i].name);
    aws_buf_add_char(b, ':');
    aws_buf_add_json(b, pairs[i].value);
  }
  aws_buf_add_char(b, '}');
}

static void add_list(struct aws_buf *b, const struct aws_field *f, const struct aws_list *l) {
  aws_buf_add_char(b, '[');
  for (size_t i = 0; i < l->n; i++) {
    if (i)
      aws_buf_add_char(b, ',');
    if (f->kind == AWS_KIND_LIST)
      aws_item_json(b, f->type, (const char *)l->items + i * f->type->size);
    else if (f->kind == AWS_KIND_STRS)
      aws_buf_add_json(b, ((const struct aws_str *)l->items)[i]);
    else if (f->kind == AWS_KIND_DOUBLES)
      add_double(b, ((const double *)l->items)[i]);
    else
      add_time(b, ((const aws_ms *)l->items)[i]);
  }
  aws_buf_add_char(b, ']');
}

static void add_value(struct aws_buf *b, const struct aws_field *f, const void *at) {
  switch (f->kind) {
  case AWS_KIND_STR:
    aws_buf_add_json(b, *(const struct aws_str *)at);
    break;
  case AWS_KIND_INT:
  case AWS_KIND_COUNT:
    aws_buf_addf(b, "%" PRId64, *(const int64_t *)at);
    break;
  case AWS_KIND_DOUBLE:
    add_double(b, *(const double *)at);
    break;
  case AWS_KIND_BOOL:
    aws_buf_add_c(b, *(const bool *)at ? "true" : "false");
    break;
  case AWS_KIND_TIME:
    add_time(b, *(const aws_ms *)at);
    break;
  case AWS_KIND_STRUCT:
    aws_item_json(b, f->type, at);
    break;
  case AWS_KIND_MAP:
    add_map(b, at);
    break;
  case AWS_KIND_LIST:
  case AWS_KIND_STRS:
  case AWS_KIND_DOUBLES:
  case AWS_KIND_TIMES:
    add_list(b, f, at);
    break;
  }
}

/* Writes the present ones of fields [from, to), whose paths agree in their first `skip` bytes, as
 * one object; those that go deeper by the same name become an object in it. */
static void add_object(struct aws_buf *b, const struct aws_type *type, const void *item,
                       size_t from, size_t to, size_t skip) {
  bool first = true;

  aws_buf_add_char(b, '{');
  for (size_t i = from; i < to;) {
    const char *at = type->fields[i].path + skip;
    size_t n = strcspn(at, "/"), next = i + 1;
    bool present = aws_has(item, i);
    if (at[n] == '/')
      for (; next < to && strncmp(type->fields[next].path + skip, at, n + 1) == 0; next++)
        present = present || aws_has(item, next);
    if (present) {
      if (!first)
        aws_buf_add_char(b, ',');
      first = false;
      aws_buf_add_json(b, (struct aws_str){at, n});
      aws_buf_add_char(b, ':');
      if (at[n] == '/')
        add_object(b, type, item, i, next, skip + n + 1);
      else
        add_value(b, &type->fields[i], (const char *)item + type->fields[i].offset);
    }
    i = next;
  }
  aws_buf_add_char(b, '}');
}

void aws_item_json(struct aws_buf *out, const struct aws_type *type, const void *item) {
  add_object(out, type, item, 0, type->nfields, 0);
}
