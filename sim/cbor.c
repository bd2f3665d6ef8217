/* CBOR requests (CloudWatch's newest protocol) read into the same tree as everything else. */
#include "sim/params.h"

#include <math.h>

#define CBOR_DEPTH 32

struct cbor {
  struct aws_arena *arena;
  const unsigned char *p, *end;
};

static bool read_uint(struct cbor *c, unsigned info, uint64_t *out) {
  size_t bytes = info == 24 ? 1 : info == 25 ? 2 : info == 26 ? 4 : info == 27 ? 8 : 0;

  if (info > 27)
    return false;
  if (info < 24) {
    *out = info;
    return true;
  }
  if ((size_t)(c->end - c->p) < bytes)
    return false;
  *out = 0;
  while (bytes--)
    *out = *out << 8 | *c->p++;
  return true;
}

static cJSON *number(struct cbor *c, double value) {
  cJSON *n = sim_node(c->arena, cJSON_Number);

  if (n)
    n->valuedouble = value;
  return n;
}

static double half_float(uint64_t bits) {
  int exponent = (int)(bits >> 10 & 31);
  double mantissa = (double)(bits & 1023);
  double value = exponent ? ldexp(mantissa + 1024, exponent - 25) : ldexp(mantissa, -24);

  return bits & 0x8000 ? -value : value;
}

static cJSON *simple(struct cbor *c, unsigned info) {
  uint64_t bits;
  float f;
  double d;

  if (info == 20 || info == 21)
    return sim_node(c->arena, info == 21 ? cJSON_True : cJSON_False);
  if (info == 22 || info == 23)
    return sim_node(c->arena, cJSON_NULL);
  if (info < 25 || !read_uint(c, info, &bits))
    return NULL;
  if (info == 25)
    return number(c, half_float(bits));
  if (info == 26) {
    uint32_t low = (uint32_t)bits;
    memcpy(&f, &low, sizeof f);
    return number(c, (double)f);
  }
  memcpy(&d, &bits, sizeof d);
  return number(c, d);
}

static struct aws_str text(struct cbor *c, unsigned info) {
  uint64_t n;

  if (!read_uint(c, info, &n) || n > (uint64_t)(c->end - c->p))
    return (struct aws_str){0};
  struct aws_str s = aws_arena_copy(c->arena, (struct aws_str){(const char *)c->p, (size_t)n});
  c->p += n;
  return s;
}

static cJSON *value(struct cbor *c, int depth);

static bool at_break(struct cbor *c) {
  if (c->p >= c->end || *c->p != 0xff)
    return false;
  c->p++;
  return true;
}

static cJSON *container(struct cbor *c, unsigned info, bool map, int depth) {
  bool open = info == 31;
  uint64_t n = 0;
  cJSON *node = sim_node(c->arena, map ? cJSON_Object : cJSON_Array);

  if (!node || (!open && !read_uint(c, info, &n)))
    return NULL;
  for (uint64_t i = 0; open ? !at_break(c) : i < n; i++) {
    struct aws_str name = {0};
    if (map) {
      if (c->p >= c->end || *c->p >> 5 != 3)
        return NULL;
      unsigned head = *c->p++ & 31;
      name = text(c, head);
      if (!name.p)
        return NULL;
    }
    cJSON *item = value(c, depth + 1);
    if (!item)
      return NULL;
    sim_node_add(node, name.p, item);
  }
  return node;
}

static cJSON *value(struct cbor *c, int depth) {
  uint64_t n;

  if (c->p >= c->end || depth > CBOR_DEPTH)
    return NULL;
  unsigned major = *c->p >> 5, info = *c->p & 31;
  c->p++;
  switch (major) {
  case 0:
    return read_uint(c, info, &n) ? number(c, (double)n) : NULL;
  case 1:
    return read_uint(c, info, &n) ? number(c, -1.0 - (double)n) : NULL;
  case 2:
  case 3: {
    struct aws_str s = text(c, info);
    return s.p ? sim_node_text(c->arena, s) : NULL;
  }
  case 4:
  case 5:
    return container(c, info, major == 5, depth);
  case 6: /* a tag: only 1, epoch seconds, is sent, and its number says it all */
    return read_uint(c, info, &n) ? value(c, depth + 1) : NULL;
  default:
    return simple(c, info);
  }
}

cJSON *sim_cbor_parse(struct aws_arena *a, const unsigned char *p, size_t n) {
  struct cbor c = {a, p, p + n};
  cJSON *root = value(&c, 0);

  return root && c.p == c.end ? root : NULL;
}
