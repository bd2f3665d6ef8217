/* One tree, decoded as everything that AWS could have meant by it. */
#include "tests/fuzz/decode_all.h"

#include "aws/api.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_MAX = 8 << 20, TEXT_MAX = 8 << 20 };

/* What the writer makes of a decoded item is JSON, always. */
static void check_json(const struct aws_type *type, const void *item) {
  struct aws_arena a;
  struct aws_buf text;
  aws_arena_init(&a, 8 * (size_t)ARENA_MAX);
  aws_buf_init(&text, TEXT_MAX);
  aws_item_json(&text, type, item);
  if (!text.failed)
    FUZZ_HOLDS(aws_json_parse(&a, text.p, text.n, NULL) != NULL);
  aws_buf_done(&text);
  aws_arena_done(&a);
}

static void check_strs(const struct aws_list *l) {
  const struct aws_str *s = l->items;
  for (size_t i = 0; i < l->n; i++)
    FUZZ_HOLDS(s[i].p != NULL && s[i].p[s[i].n] == '\0');
}

static void decode_op(const struct aws_op *op, const cJSON *root) {
  struct aws_arena a;
  struct aws_list l;
  struct aws_odd odd = {0};

  aws_arena_init(&a, ARENA_MAX);
  if (aws_decode_list(&a, op->item, aws_doc_at(root, op->items), &l, &odd)) {
    if (!op->item)
      check_strs(&l);
    for (size_t i = 0; op->item && i < l.n && i < 8; i++)
      check_json(op->item, (const char *)l.items + i * op->item->size);
  }
  void *item = op->item ? aws_arena_alloc(&a, op->item->size) : NULL;
  if (item && aws_decode(&a, op->item, root, item, &odd))
    check_json(op->item, item);
  aws_arena_done(&a);
}

void fuzz_decode_all(const cJSON *root) {
  for (size_t i = 0; i < aws_ops_n; i++)
    decode_op(aws_ops[i], root);
}
