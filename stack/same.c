/* Whether two answers say the same: most refreshes bring nothing new, and then no row has to move.
 */
#include "config.h"

#include "stack/things.h"

static bool same_item(const struct aws_type *type, const char *a, const char *b);

static bool same_str(const struct aws_str *a, const struct aws_str *b) {
  if (!a->p || !b->p)
    return a->p == b->p;
  return a->n == b->n && !memcmp(a->p, b->p, a->n);
}

static bool same_list(const struct aws_field *f, const struct aws_list *a,
                      const struct aws_list *b) {
  if (a->n != b->n)
    return false;
  if (!a->n)
    return true;
  switch (f->kind) {
  case AWS_KIND_DOUBLES:
    return !memcmp(a->items, b->items, a->n * sizeof(double));
  case AWS_KIND_TIMES:
    return !memcmp(a->items, b->items, a->n * sizeof(aws_ms));
  case AWS_KIND_STRS: {
    const struct aws_str *x = a->items, *y = b->items;
    for (size_t i = 0; i < a->n; i++)
      if (!same_str(&x[i], &y[i]))
        return false;
    return true;
  }
  case AWS_KIND_MAP: {
    const struct aws_pair *x = a->items, *y = b->items;
    for (size_t i = 0; i < a->n; i++)
      if (!same_str(&x[i].name, &y[i].name) || !same_str(&x[i].value, &y[i].value))
        return false;
    return true;
  }
  default: {
    const char *x = a->items, *y = b->items;
    for (size_t i = 0; i < a->n; i++)
      if (!same_item(f->type, x + i * f->type->size, y + i * f->type->size))
        return false;
    return true;
  }
  }
}

static bool same_field(const struct aws_field *f, const char *a, const char *b) {
  const void *x = a + f->offset, *y = b + f->offset;
  switch (f->kind) {
  case AWS_KIND_STR:
    return same_str(x, y);
  case AWS_KIND_INT:
  case AWS_KIND_COUNT:
    return *(const int64_t *)x == *(const int64_t *)y;
  case AWS_KIND_DOUBLE:
    return !memcmp(x, y, sizeof(double));
  case AWS_KIND_BOOL:
    return *(const bool *)x == *(const bool *)y;
  case AWS_KIND_TIME:
    return *(const aws_ms *)x == *(const aws_ms *)y;
  case AWS_KIND_STRUCT:
    return same_item(f->type, x, y);
  case AWS_KIND_LIST:
  case AWS_KIND_STRS:
  case AWS_KIND_DOUBLES:
  case AWS_KIND_TIMES:
  case AWS_KIND_MAP:
    return same_list(f, x, y);
  }
  return false;
}

/* A member that AWS left out is not one that is 0. */
static bool same_has(const void *a, const void *b) {
  return *(const uint64_t *)a == *(const uint64_t *)b;
}

static bool same_item(const struct aws_type *type, const char *a, const char *b) {
  if (!same_has(a, b))
    return false;
  for (size_t i = 0; i < type->nfields; i++)
    if (!same_field(&type->fields[i], a, b))
      return false;
  return true;
}

bool stack_page_same(const struct aws_page *a, const struct aws_page *b) {
  if (a->type != b->type || a->n != b->n || !a->type)
    return false;
  const char *x = a->items, *y = b->items;
  for (size_t i = 0; i < a->n; i++)
    if (!same_item(a->type, x + i * a->type->size, y + i * a->type->size))
      return false;
  return true;
}
