/* Which ECS service stands behind a thing that requests go through, and which is at fault. */
#include "config.h"

#include "stack/derived.h"
#include "stack/things.h"

#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"

static bool hangs_on(const struct elbv2_target_group *g, struct aws_str load_balancer) {
  const struct aws_str *arns = g ? g->load_balancer_arns.items : NULL;
  for (size_t i = 0; g && i < g->load_balancer_arns.n; i++)
    if (aws_str_eq(arns[i], load_balancer))
      return true;
  return false;
}

static bool serves(const struct stack *s, const struct ecs_service *v, struct aws_str lb) {
  const struct ecs_load_balancer *at = v->load_balancers.items;
  for (size_t i = 0; i < v->load_balancers.n; i++)
    if (hangs_on(stack_item(stack_rows_find(s, STACK_TARGET_GROUP, at[i].target_group_arn)), lb))
      return true;
  return false;
}

static bool is_behind(const struct stack *s, const struct stack_row *service, enum stack_kind k,
                      struct aws_str id) {
  switch (k) {
  case STACK_SERVICE:
    return aws_str_eq(service->id, id);
  case STACK_TARGET_GROUP:
    return stack_registers_in(service->item, id);
  case STACK_LOAD_BALANCER:
    return serves(s, service->item, id);
  default:
    return false;
  }
}

/* The only one, or NULL; *n says how many there are. */
static const struct stack_row *only_service(const struct stack *s, enum stack_kind k,
                                            struct aws_str id, size_t *n) {
  const struct stack_collection *c = stack_rows_of(s, STACK_SERVICE);
  const struct stack_row *row = stack_rows_find(s, k, id), *found = NULL;
  *n = 0;
  if (k == STACK_TASK) {
    found = row ? stack_service_of(s, row->item) : NULL;
    *n = found != NULL;
    return found;
  }
  if (k == STACK_TARGET) { /* tasks come and go, the group stays */
    id = row ? row->parent : (struct aws_str){NULL, 0};
    k = STACK_TARGET_GROUP;
  }
  for (size_t i = 0; i < c->n; i++)
    if (is_behind(s, c->rows[i], k, id)) {
      found = c->rows[i];
      ++*n;
    }
  return *n == 1 ? found : NULL;
}

const struct stack_hop *stack_path_fault(const struct stack *s) {
  const struct stack_path *p = stack_path(s);
  for (size_t i = 0; i < p->n; i++)
    if (p->hops[i].present && p->hops[i].first_fault)
      return &p->hops[i];
  return NULL;
}

static const struct stack_row *only_unwell(const struct stack *s) {
  const struct stack_collection *c = stack_collection(s, STACK_SERVICE);
  const struct stack_row *found = NULL;
  for (size_t i = 0; i < c->n; i++) {
    if (c->rows[i]->rating.level < STACK_WARN)
      continue;
    if (found)
      return NULL;
    found = c->rows[i];
  }
  return found;
}

const struct stack_row *stack_service_at_fault(const struct stack *s) {
  const struct stack_hop *h = stack_path_fault(s);
  size_t n;
  if (!h || h->rating.level < STACK_WARN || h->beside || h->kind == STACK_HOP_DB)
    return NULL;
  const struct stack_row *row = only_service(s, h->worst_kind, h->worst_id, &n);
  if (!row)
    row = stack_find(s, STACK_SERVICE, aws_str_from(s->derived->onsets[h->kind].service));
  return row ? row : only_unwell(s);
}

const struct stack_row *stack_service_behind(const struct stack *s, enum stack_kind k,
                                             struct aws_str id, size_t *n) {
  const struct stack_row *row = only_service(s, k, id, n);
  const struct stack_hop *h = row ? NULL : stack_path_fault(s);
  if (h && h->worst_kind == k && aws_str_eq(h->worst_id, id))
    row = stack_service_at_fault(s);
  return row;
}
