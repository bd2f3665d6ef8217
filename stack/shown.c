/* What the operator looks at, and who has to know: the scheduler, the metrics, the values. */
#include "config.h"

#include "stack/asking.h"
#include "stack/derived.h"
#include "stack/judged.h"

static bool same_ids(const struct stack_shown *v, const struct aws_str *ids, size_t n) {
  if (v->n != n)
    return false;
  for (size_t i = 0; i < n; i++)
    if (!aws_str_eq(v->ids[i], ids[i]))
      return false;
  return true;
}

static bool keep_ids(struct stack_shown *v, const struct aws_str *ids, size_t n) {
  if (same_ids(v, ids, n))
    return false;
  size_t max = v->text.max;
  aws_arena_done(&v->text);
  aws_arena_init(&v->text, max);
  v->n = 0;
  v->ids = aws_arena_alloc_n(&v->text, n, sizeof *v->ids);
  for (size_t i = 0; v->ids && i < n; i++) {
    v->ids[v->n] = aws_arena_copy(&v->text, ids[i]);
    v->n += v->ids[v->n].p != NULL;
  }
  return true;
}

void stack_show_kind(struct stack *s, enum stack_kind k, bool on_screen) {
  unsigned now = on_screen ? s->on_screen | STACK_BIT(k) : s->on_screen & ~STACK_BIT(k);
  if (now == s->on_screen)
    return;
  s->on_screen = now;
  stack_poll_shown(s, k);
}

void stack_show_rows(struct stack *s, enum stack_kind k, const struct aws_str *ids, size_t n) {
  if (!keep_ids(&s->shown[k], ids, n))
    return;
  stack_poll_shown(s, k);
  stack_metrics_wanted(s);
  if (k == STACK_PARAMETER)
    stack_values_rows(s);
}

void stack_show_service(struct stack *s, struct aws_str service_arn) {
  if (keep_ids(&s->show_service, &service_arn, service_arn.n ? 1 : 0))
    stack_poll_reconcile(s, STACK_CLUSTER);
}
