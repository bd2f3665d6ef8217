/* Memory that is freed all at once. */
#include "config.h"

#include "aws/base.h"

#include <stdlib.h>

enum { BLOCK_MIN = 4 * 1024, BLOCK_MAX = 256 * 1024 };

struct aws_arena_block {
  struct aws_arena_block *next;
  size_t n, cap;
  _Alignas(max_align_t) char bytes[];
};

void aws_arena_init(struct aws_arena *a, size_t max) {
  *a = (struct aws_arena){.max = max};
}

void aws_arena_done(struct aws_arena *a) {
  struct aws_arena_block *next;
  for (struct aws_arena_block *b = a->blocks; b; b = next) {
    next = b->next;
    free(b);
  }
  aws_arena_init(a, a->max);
}

void aws_arena_wipe_done(struct aws_arena *a) {
  for (struct aws_arena_block *b = a->blocks; b; b = b->next)
    aws_wipe(b->bytes, b->n);
  aws_arena_done(a);
}

/* A block for at least n bytes. The block being filled stays in front when n is large enough for a
 * block of its own: its rest is not lost. */
static struct aws_arena_block *add_block(struct aws_arena *a, size_t n) {
  size_t cap = a->blocks ? a->blocks->cap * 2 : BLOCK_MIN;
  bool own = n > BLOCK_MAX / 4;

  if (cap > BLOCK_MAX)
    cap = BLOCK_MAX;
  if (cap < n || own)
    cap = n;
  if (cap > SIZE_MAX - sizeof(struct aws_arena_block))
    return NULL;
  struct aws_arena_block *b = malloc(sizeof *b + cap);
  if (!b)
    return NULL;
  b->n = 0;
  b->cap = cap;
  if (own && a->blocks) {
    b->next = a->blocks->next;
    a->blocks->next = b;
  } else {
    b->next = a->blocks;
    a->blocks = b;
  }
  return b;
}

void *aws_arena_alloc_raw(struct aws_arena *a, size_t n, size_t align) {
  if (n > a->max || a->used > a->max - n) {
    a->failed = true;
    return NULL;
  }
  struct aws_arena_block *b = a->blocks;
  size_t at = b ? (b->n + align - 1) & ~(align - 1) : 0;
  if (!b || at > b->cap || n > b->cap - at) {
    b = add_block(a, n);
    if (!b) {
      a->failed = true;
      return NULL;
    }
    at = 0;
  }
  b->n = at + n;
  a->used += n;
  return b->bytes + at;
}

void *aws_arena_alloc(struct aws_arena *a, size_t n) {
  void *p = aws_arena_alloc_raw(a, n, _Alignof(max_align_t));
  if (p && n)
    memset(p, 0, n);
  return p;
}

void *aws_arena_alloc_n(struct aws_arena *a, size_t n, size_t size) {
  if (size && n > SIZE_MAX / size)
    return NULL;
  return aws_arena_alloc(a, n * size);
}

struct aws_str aws_arena_copy(struct aws_arena *a, struct aws_str s) {
  if (!s.p || s.n == SIZE_MAX)
    return (struct aws_str){NULL, 0};
  char *p = aws_arena_alloc_raw(a, s.n + 1, 1);
  if (!p)
    return (struct aws_str){NULL, 0};
  memcpy(p, s.p, s.n);
  p[s.n] = '\0';
  return (struct aws_str){p, s.n};
}

void *aws_calloc(size_t n, size_t size) {
  if (n == 0 || size == 0)
    return calloc(1, 1);
  return calloc(n, size);
}

bool aws_grow(void *items_ptr, size_t *cap, size_t want, size_t size) {
  void *items, *grown;
  size_t n = *cap ? *cap : 8;

  if (want <= *cap)
    return true;
  while (n < want)
    n = n > SIZE_MAX / 2 ? want : n * 2;
  if (size && n > SIZE_MAX / size)
    return false;
  /* items_ptr is the address of a pointer of any type: copied, since it may not be aliased. */
  memcpy(&items, items_ptr, sizeof items);
  grown = realloc(items, n * size);
  if (!grown)
    return false;
  memset((char *)grown + *cap * size, 0, (n - *cap) * size);
  memcpy(items_ptr, &grown, sizeof grown);
  *cap = n;
  return true;
}
