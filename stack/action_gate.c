/* Whether anything may be changed now: asked when an action begins, is confirmed and is sent. */
#include "action_internal.h"

static const char *refusal_of(const struct stack *s, const struct stack_action_def *d,
                              enum stack_kind k, struct aws_error *err) {
  if (stack_state(s) == STACK_REFUSED)
    return stack_refusal(s)->text;
  if (stack_state(s) != STACK_RUNNING)
    return "not connected yet: wait until the account in the title line is known";
  if (!s->account[0])
    return "STS has not said yet whose the keys are: wait until the account is in the title line";
  if (s->held)
    return "the keys have changed, and STS has not said yet whose they are: wait for its answer, "
           "then ask again";
  if (s->deps.read_only)
    return "read-only: cawsole was started with --read-only";
  if (stack_cfg(s)->read_only)
    return "read-only: the configuration says read_only for this stack";
  if (!stack_journal_ok(s, err))
    return err->text;
  if (!(d->kinds & (1u << k)))
    return "this action is not for the selected row";
  return NULL;
}

bool stack_action_allowed(const struct stack *s, const struct stack_action_def *d,
                          enum stack_kind k, struct aws_error *err) {
  struct aws_error journal;
  const char *why = refusal_of(s, d, k, &journal);

  if (why)
    aws_error_set(err, AWS_E_USAGE, "%s: %s", d->title, why);
  return !why;
}
