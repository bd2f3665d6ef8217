/* What is worked out from the rows: ratings, references, the path. It is brought up to date when
 * somebody looks, so that everything that the outside may look at is handed out here. Nothing below
 * calls this: those who work it out read the rows themselves (rows.c).
 */
#include "config.h"

#include "stack/derived.h"
#include "stack/judged.h"
#include "stack/things.h"

#include <stdio.h>

void stack_update(const struct stack *cs) {
  struct stack *s = (struct stack *)(uintptr_t)cs;
  if (!s->dirty)
    return;
  unsigned dirty = s->dirty;
  s->dirty = 0;
  dirty |= stack_health_rate(s, dirty);
  stack_path_update(s, dirty);
  if (dirty & STACK_BIT(STACK_PARAMETER))
    stack_values_rows(s);
}

/* ---- rows ------------------------------------------------------------------------------------ */

const struct stack_collection *stack_collection(const struct stack *s, enum stack_kind k) {
  stack_update(s);
  return stack_rows_of(s, k);
}

const struct stack_row *stack_find(const struct stack *s, enum stack_kind k, struct aws_str id) {
  stack_update(s);
  return stack_rows_find(s, k, id);
}

const struct stack_row *const *stack_children(struct stack *s, enum stack_kind k, struct aws_str id,
                                              size_t *n) {
  stack_update(s);
  return stack_rows_children(s, k, id, n);
}

const struct stack_row *const *stack_service_tasks(struct stack *s, struct aws_str service_arn,
                                                   bool stopped, size_t *n) {
  stack_update(s);
  return stack_rows_tasks(s, service_arn, stopped, n);
}

/* ---- the path -------------------------------------------------------------------------------- */

const struct stack_path *stack_path(const struct stack *s) {
  stack_update(s);
  return &s->derived->path;
}

enum stack_level stack_health(const struct stack *s, char *reason, size_t size) {
  const struct stack_path *p = stack_path(s);
  if (s->state == STACK_REFUSED) {
    snprintf(reason, size, "%s", s->refusal.text);
    return STACK_UNKNOWN;
  }
  snprintf(reason, size, "%s", p->summary);
  return p->level;
}

size_t stack_refs(const struct stack *cs, const struct stack_ref **out) {
  struct stack *s = (struct stack *)(uintptr_t)cs;
  stack_update(s);
  stack_refs_update(s);
  *out = s->derived->refs;
  return s->derived->nrefs;
}
