/* From a tree to plain structs, driven by const tables.
 *
 * One pass over an object's members: each is looked up among the fields by name. Members mostly
 * come in the order of the table, so the search begins behind the last hit.
 */
#include "config.h"

#include "aws/doc.h"

#include <math.h>

enum { TWICE_MOST = 256 }; /* as many elements are compared with each other */

struct decoder {
  struct aws_arena *arena;
  struct aws_odd odd;
  const struct aws_type *in; /* whose member is being read, and which */
  const char *at;
  bool failed; /* out of memory */
};

static void note_odd(struct decoder *d, const struct aws_type *type, const char *path,
                     bool missing) {
  if (d->odd.n++ == 0)
    d->odd = (struct aws_odd){1, type ? type->name : NULL, path, missing};
}

static bool decode_object(struct decoder *d, const struct aws_type *type, const cJSON *node,
                          void *out);

bool aws_has(const void *item, size_t field) {
  uint64_t has;
  memcpy(&has, item, sizeof has);
  return field < 64 && (has >> field & 1);
}

static void set_has(void *item, size_t field) {
  uint64_t has;
  memcpy(&has, item, sizeof has);
  has |= (uint64_t)1 << field;
  memcpy(item, &has, sizeof has);
}

/* ---- scalars: true when the node is one of that kind ----------------------------------------- */

static bool node_text(const cJSON *node, struct aws_str *out) {
  if (!cJSON_IsString(node))
    return false;
  *out = aws_str_from(node->valuestring);
  return true;
}

static bool decode_str(struct decoder *d, const cJSON *node, void *out) {
  struct aws_str text;
  if (!node_text(node, &text) || text.n > AWS_TEXT_MOST)
    return false;
  struct aws_str *s = out;
  *s = aws_arena_copy(d->arena, text);
  d->failed = d->failed || !s->p;
  return true;
}

static bool decode_int(struct decoder *d, const cJSON *node, void *out) {
  struct aws_str text;
  (void)d;
  if (node_text(node, &text))
    return aws_str_to_int(aws_str_trim(text), out);
  if (!cJSON_IsNumber(node))
    return false;
  double v = node->valuedouble;
  if (!(v >= -9223372036854775808.0 && v < 9223372036854775808.0) || v > floor(v))
    return false;
  *(int64_t *)out = (int64_t)v;
  return true;
}

static bool decode_count(struct decoder *d, const cJSON *node, void *out) {
  int64_t v;
  if (!decode_int(d, node, &v) || v < 0 || v > AWS_COUNT_MOST)
    return false;
  *(int64_t *)out = v;
  return true;
}

static bool decode_double(struct decoder *d, const cJSON *node, void *out) {
  static const struct {
    const char *text;
    double value;
  } special[] = {
      {"NaN", (double)NAN}, {"Infinity", (double)INFINITY}, {"-Infinity", -(double)INFINITY}};
  struct aws_str text;
  double *v = out;

  (void)d;
  if (cJSON_IsNumber(node)) {
    *v = node->valuedouble;
    return isfinite(*v);
  }
  if (!node_text(node, &text))
    return false;
  text = aws_str_trim(text);
  for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
    if (aws_str_eq_c(text, special[i].text)) {
      *v = special[i].value;
      return true;
    }
  }
  return aws_str_to_double(text, v);
}

static bool decode_bool(struct decoder *d, const cJSON *node, void *out) {
  static const char *const yes[] = {"true", "TRUE", "True", "1"};
  static const char *const no[] = {"false", "FALSE", "False", "0"};
  struct aws_str text;
  bool *v = out;

  (void)d;
  if (cJSON_IsBool(node)) {
    *v = cJSON_IsTrue(node);
    return true;
  }
  if (!node_text(node, &text))
    return false;
  text = aws_str_trim(text);
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    *v = aws_str_eq_c(text, yes[i]);
    if (*v || aws_str_eq_c(text, no[i]))
      return true;
  }
  return false;
}

static bool decode_time(struct decoder *d, const cJSON *node, void *out) {
  struct aws_str text;
  (void)d;
  if (node_text(node, &text))
    return aws_time_parse(aws_str_trim(text), out);
  if (!cJSON_IsNumber(node))
    return false;
  double ms = round(node->valuedouble * 1000);
  if (!(ms >= (double)AWS_MS_LEAST && ms <= (double)AWS_MS_MOST))
    return false;
  *(aws_ms *)out = (aws_ms)ms;
  return true;
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* JSON arrays, XML elements with children, and the empty element that XML has for an empty list. */
static bool is_list(const cJSON *node) {
  return cJSON_IsArray(node) || cJSON_IsObject(node) ||
         (cJSON_IsString(node) && node->valuestring[0] == '\0');
}

static size_t count_children(const cJSON *node) {
  size_t n = 0;
  for (const cJSON *c = node->child; c; c = c->next)
    n++;
  return n;
}

typedef bool (*decode_fn)(struct decoder *d, const cJSON *node, void *out);

/* keep: an element that cannot be read stays, as `blank`, since its place counts (parallel lists);
 * otherwise it is left out. */
static bool decode_scalars(struct decoder *d, const cJSON *node, struct aws_list *out, size_t size,
                           decode_fn decode, const void *blank) {
  if (!is_list(node))
    return false;
  size_t n = count_children(node);
  char *items = n ? aws_arena_alloc_n(d->arena, n, size) : NULL;
  if (n && !items) {
    d->failed = true;
    return false;
  }
  *out = (struct aws_list){items, 0};
  for (const cJSON *c = node->child; c && items && !d->failed; c = c->next) {
    char *item = items + out->n * size;
    if (decode(d, c, item)) {
      out->n++;
      continue;
    }
    note_odd(d, d->in, d->at, false);
    if (blank) {
      memcpy(item, blank, size);
      out->n++;
    }
  }
  return true;
}

/* Whether a list within an answer has an element of that name already: it begins with the one that
 * each must have. */
static bool is_twice(const struct decoder *d, const struct aws_type *type,
                     const struct aws_list *l) {
  const struct aws_field *name = &type->fields[0];
  struct aws_str a, b;
  if (!d->at || !name->must || name->kind != AWS_KIND_STR || l->n > TWICE_MOST)
    return false;
  const char *items = l->items;
  memcpy(&b, items + l->n * type->size + name->offset, sizeof b);
  for (size_t i = 0; i < l->n; i++) {
    memcpy(&a, items + i * type->size + name->offset, sizeof a);
    if (aws_str_eq(a, b))
      return true;
  }
  return false;
}

static bool decode_structs(struct decoder *d, const cJSON *node, const struct aws_type *type,
                           struct aws_list *out) {
  if (!is_list(node))
    return false;
  size_t n = count_children(node);
  char *items = n ? aws_arena_alloc_n(d->arena, n, type->size) : NULL;
  if (n && !items) {
    d->failed = true;
    return false;
  }
  *out = (struct aws_list){items, 0};
  for (const cJSON *c = node->child; c && items && !d->failed; c = c->next) {
    char *item = items + out->n * type->size;
    if (!decode_object(d, type, c, item))
      note_odd(d, type, NULL, false);
    else if (is_twice(d, type, out))
      memset(item, 0, type->size);
    else
      out->n++;
  }
  return true;
}

/* {"name":"value"} of JSON, <entry><key/><value/></entry> of XML. */
static bool decode_map(struct decoder *d, const cJSON *node, struct aws_list *out) {
  if (!is_list(node) || cJSON_IsArray(node))
    return false;
  size_t n = count_children(node);
  struct aws_pair *pairs = n ? aws_arena_alloc_n(d->arena, n, sizeof *pairs) : NULL;
  if (n && !pairs) {
    d->failed = true;
    return false;
  }
  *out = (struct aws_list){pairs, 0};
  for (const cJSON *c = node->child; c && pairs && !d->failed; c = c->next) {
    struct aws_str name = aws_str_from(c->string), value = {NULL, 0};
    if (cJSON_IsObject(c)) {
      name = aws_doc_str(c, "key");
      value = aws_doc_str(c, "value");
    } else if (!node_text(c, &value)) {
      name.p = NULL;
    }
    if (!name.p) {
      note_odd(d, d->in, d->at, false);
      continue;
    }
    struct aws_pair *pair = &pairs[out->n++];
    pair->name = aws_arena_copy(d->arena, name);
    pair->value = aws_arena_copy(d->arena, value);
    d->failed = !pair->name.p || (value.p && !pair->value.p);
  }
  return true;
}

/* ---- objects --------------------------------------------------------------------------------- */

static bool decode_value(struct decoder *d, const struct aws_field *f, const cJSON *node,
                         void *out) {
  static const double nan_value = (double)NAN;
  static const aws_ms no_time = 0;

  switch (f->kind) {
  case AWS_KIND_STR:
    return decode_str(d, node, out);
  case AWS_KIND_INT:
    return decode_int(d, node, out);
  case AWS_KIND_COUNT:
    return decode_count(d, node, out);
  case AWS_KIND_DOUBLE:
    return decode_double(d, node, out);
  case AWS_KIND_BOOL:
    return decode_bool(d, node, out);
  case AWS_KIND_TIME:
    return decode_time(d, node, out);
  case AWS_KIND_STRUCT:
    return decode_object(d, f->type, node, out);
  case AWS_KIND_LIST:
    return decode_structs(d, node, f->type, out);
  case AWS_KIND_STRS:
    return decode_scalars(d, node, out, sizeof(struct aws_str), decode_str, NULL);
  case AWS_KIND_DOUBLES:
    return decode_scalars(d, node, out, sizeof(double), decode_double, &nan_value);
  case AWS_KIND_TIMES:
    return decode_scalars(d, node, out, sizeof(aws_ms), decode_time, &no_time);
  case AWS_KIND_MAP:
    return decode_map(d, node, out);
  }
  return false;
}

/* A run of fields whose paths are the same up to `skip` bytes. */
struct run {
  const struct aws_type *type;
  size_t from, to, skip;
};

static bool segment_is(const struct aws_field *f, size_t skip, const char *name, size_t n) {
  const char *at = f->path + skip;
  return at[0] == name[0] && strncmp(at, name, n) == 0 && (at[n] == '/' || at[n] == '\0');
}

static size_t find_field(const struct run *r, size_t hint, const char *name, size_t n) {
  for (size_t i = hint; i < r->to; i++)
    if (segment_is(&r->type->fields[i], r->skip, name, n))
      return i;
  for (size_t i = r->from; i < hint; i++)
    if (segment_is(&r->type->fields[i], r->skip, name, n))
      return i;
  return r->to;
}

/* An empty element of XML, where a number, a time or yes and no are meant: it is not set. */
static bool is_unset(const struct aws_field *f, const cJSON *node) {
  return f->kind >= AWS_KIND_INT && f->kind <= AWS_KIND_TIME && cJSON_IsString(node) &&
         node->valuestring[0] == '\0';
}

static void decode_field(struct decoder *d, const struct aws_type *type, size_t i,
                         const cJSON *node, void *out) {
  const struct aws_field *f = &type->fields[i];
  if (aws_has(out, i) || is_unset(f, node)) /* a name that came twice: the first one counts */
    return;
  const struct decoder outer = *d;
  d->in = type;
  d->at = f->path;
  if (decode_value(d, f, node, (char *)out + f->offset))
    set_has(out, i);
  else
    note_odd(d, type, f->path, false);
  d->in = outer.in;
  d->at = outer.at;
}

static void note_missing(struct decoder *d, const struct aws_type *type, const void *item) {
  for (size_t i = 0; i < type->nfields; i++) {
    const struct aws_field *f = &type->fields[i];
    struct aws_str text = {NULL, 1};
    if (f->must && f->kind == AWS_KIND_STR)
      memcpy(&text, (const char *)item + f->offset, sizeof text);
    if (f->must && (!aws_has(item, i) || text.n == 0))
      note_odd(d, type, f->path, true);
  }
}

static void decode_run(struct decoder *d, const struct run *r, const cJSON *node, void *out) {
  size_t hint = r->from;

  for (const cJSON *c = node->child; c && !d->failed; c = c->next) {
    if (!c->string || cJSON_IsNull(c))
      continue;
    size_t n = strlen(c->string);
    size_t i = find_field(r, hint, c->string, n);
    while (i < r->to && segment_is(&r->type->fields[i], r->skip, c->string, n)) {
      if (r->type->fields[i].path[r->skip + n] == '\0') {
        decode_field(d, r->type, i++, c, out);
      } else {
        struct run below = {r->type, i, i, r->skip + n + 1};
        while (below.to < r->to && segment_is(&r->type->fields[below.to], r->skip, c->string, n) &&
               r->type->fields[below.to].path[r->skip + n] == '/')
          below.to++;
        decode_run(d, &below, c, out);
        i = below.to;
      }
      hint = i;
    }
  }
}

static bool decode_object(struct decoder *d, const struct aws_type *type, const cJSON *node,
                          void *out) {
  struct run all = {type, 0, type->nfields, 0};
  if (cJSON_IsObject(node))
    decode_run(d, &all, node, out);
  else if (!cJSON_IsString(node) || node->valuestring[0] != '\0') /* <Endpoint/> */
    return false;
  note_missing(d, type, out);
  return true;
}

static void add_odd(struct aws_odd *to, const struct decoder *d) {
  if (!to)
    return;
  if (to->n == 0)
    *to = d->odd;
  else
    to->n += d->odd.n;
}

bool aws_decode(struct aws_arena *a, const struct aws_type *type, const cJSON *node, void *out,
                struct aws_odd *odd) {
  struct decoder d = {.arena = a};
  memset(out, 0, type->size);
  if (!node || !decode_object(&d, type, node, out))
    note_odd(&d, type, NULL, !node);
  add_odd(odd, &d);
  return !d.failed;
}

bool aws_decode_list(struct aws_arena *a, const struct aws_type *type, const cJSON *node,
                     struct aws_list *out, struct aws_odd *odd) {
  struct decoder d = {.arena = a};
  *out = (struct aws_list){NULL, 0};
  if (node && !cJSON_IsNull(node)) {
    bool ok = type ? decode_structs(&d, node, type, out)
                   : decode_scalars(&d, node, out, sizeof(struct aws_str), decode_str, NULL);
    if (!ok)
      note_odd(&d, type, NULL, false);
  }
  add_odd(odd, &d);
  return !d.failed;
}
