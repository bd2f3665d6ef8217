/* The actions that there are, and those under way, as the outside sees them. */
#include "action_internal.h"

#include <stdio.h>
#include <stdlib.h>

struct stack_actions {
  struct stack_action **v;
  size_t n, cap;
  uint64_t number; /* of the last one */
};

static const struct action_ops *const all_ops[] = {&action_scale, &action_redeploy,
                                                   &action_rollback, &action_invalidate};
#define N_OPS (sizeof all_ops / sizeof all_ops[0])

const struct stack_action_def *stack_action_defs(size_t *n) {
  static struct stack_action_def defs[N_OPS];

  for (size_t i = 0; i < N_OPS; i++)
    defs[i] = all_ops[i]->def;
  *n = N_OPS;
  return defs;
}

static const struct action_ops *find_ops(const char *id) {
  for (size_t i = 0; i < N_OPS; i++)
    if (strcmp(all_ops[i]->def.id, id) == 0)
      return all_ops[i];
  return NULL;
}

const struct stack_action_def *stack_action_find(const char *id) {
  const struct action_ops *ops = find_ops(id);
  return ops ? &ops->def : NULL;
}

/* ---- one under way -----------------------------------------------------------------------------
 */

/* What is left under way when the program ends goes on in AWS: the journal says so. */
static void journal_left(struct stack_action *a) {
  struct aws_error err;

  if (!a->planned)
    return;
  a->view.outcome = a->view.sent ? STACK_OUTCOME_UNKNOWN : STACK_OUTCOME_CANCELLED;
  a->view.step = STACK_STEP_ENDED;
  snprintf(a->view.progress, sizeof a->view.progress, "%s",
           a->view.sent ? "cawsole stopped following it before it ended"
                        : "cawsole was closed, nothing was sent");
  if (!action_journal(a, "ended", &err))
    fprintf(stderr, "cawsole: %s\n", err.text);
}

static void action_free(struct stack_action *a) {
  journal_left(a);
  action_stop_timer(a);
  for (unsigned i = 0; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  if (a->ops->done)
    a->ops->done(a);
  free(a->work);
  free(a);
}

/* Drops the oldest ended action when there are too many. False: *err set. */
static bool make_room(struct stack_actions *all, const struct stack_action_def *d,
                      struct aws_error *err) {
  if (!aws_grow(&all->v, &all->cap, all->n + 1, sizeof *all->v)) {
    aws_error_set(err, AWS_E_MEMORY, "%s: out of memory", d->title);
    return false;
  }
  if (all->n < STACK_ACTIONS_MAX)
    return true;
  for (size_t i = 0; i < all->n; i++) {
    if (all->v[i]->view.step != STACK_STEP_ENDED)
      continue;
    action_free(all->v[i]);
    memmove(&all->v[i], &all->v[i + 1], (all->n - i - 1) * sizeof all->v[0]);
    all->n--;
    return true;
  }
  aws_error_set(err, AWS_E_USAGE, "%s: %d actions are under way: wait until one has ended",
                d->title, STACK_ACTIONS_MAX);
  return false;
}

struct stack_action *stack_action_start(struct stack *s, const struct stack_action_def *d,
                                        enum stack_kind k, const struct aws_str *ids, size_t n,
                                        struct aws_error *err) {
  const struct action_ops *ops = find_ops(d->id);

  if (!stack_action_allowed(s, d, k, err))
    return NULL;
  if (!ops || n != 1 || ids[0].n >= sizeof((struct stack_action *)0)->id) {
    aws_error_set(err, AWS_E_USAGE, "%s: %s", d->title,
                  !ops || n != 1 ? "select one row" : "its name is longer than AWS allows");
    return NULL;
  }
  if (!make_room(s->actions, d, err))
    return NULL;
  struct stack_action *a = calloc(1, sizeof *a);
  void *work = calloc(1, ops->work_size);
  if (!a || !work) {
    free(a);
    free(work);
    aws_error_set(err, AWS_E_MEMORY, "%s: out of memory", d->title);
    return NULL;
  }
  a->s = s;
  a->ops = ops;
  a->work = work;
  a->kind = k;
  a->view.number = ++s->actions->number;
  memcpy(a->id, ids[0].p, ids[0].n);
  a->view.def = &ops->def;
  a->view.id = (struct aws_str){a->id, ids[0].n};
  a->view.fraction = -1;
  a->view.started = stack_wall(s);
  snprintf(a->view.subject, sizeof a->view.subject, "%.127s", a->id);
  stack_cut(a->view.subject, sizeof a->view.subject);
  snprintf(a->view.title, sizeof a->view.title, "%s", ops->def.title);
  s->actions->v[s->actions->n++] = a;
  action_set_step(a, STACK_STEP_READING);
  ops->read(a);
  return a;
}

const struct stack_action_view *stack_action_view(const struct stack_action *a) {
  return &a->view;
}

void stack_action_input(struct stack_action *a, const char *const *values) {
  if (a->view.step != STACK_STEP_INPUT)
    return;
  a->view.input_error[0] = '\0';
  if (a->ops->input(a, values))
    action_plan(a);
  action_changed(a);
}

void stack_action_confirm(struct stack_action *a, const char *typed) {
  if (a->view.step != STACK_STEP_CONFIRM)
    return;
  if (a->view.typed && (!typed || strcmp(typed, a->view.type_this) != 0)) {
    snprintf(a->view.input_error, sizeof a->view.input_error,
             "That is not the name. Type %.100s to go on, or Esc to leave it.", a->view.type_this);
    action_changed(a);
    return;
  }
  struct aws_error err;
  if (!stack_action_allowed(a->s, &a->ops->def, a->kind, &err)) {
    action_refuse(a, "nothing was sent. %s", err.text);
    return;
  }
  a->view.input_error[0] = '\0';
  snprintf(a->confirmed_as, sizeof a->confirmed_as, "%s", stack_keys(a->s)->key_id);
  a->rechecking = true;
  action_set_step(a, STACK_STEP_SENDING);
  a->ops->read(a);
}

bool stack_action_outdated(const struct stack_action *a) {
  bool asks = a->view.step == STACK_STEP_INPUT || a->view.step == STACK_STEP_CONFIRM;
  return asks && a->ops->outdated && a->ops->outdated(a);
}

void stack_action_anew(struct stack_action *a) {
  bool chosen = a->view.ninputs && a->view.inputs[0].kind == STACK_INPUT_CHOICE;
  bool planned = a->view.step == STACK_STEP_CONFIRM;

  if (!planned && a->view.step != STACK_STEP_INPUT)
    return;
  a->view.input_error[0] = '\0';
  a->rechecking = a->anew = planned && !chosen;
  action_set_step(a, a->anew ? STACK_STEP_PLANNING : STACK_STEP_READING);
  a->ops->read(a);
}

void stack_action_cancel(struct stack_action *a) {
  if (!a->view.sent && a->view.step != STACK_STEP_ENDED)
    action_end(a, STACK_OUTCOME_CANCELLED, "cancelled, nothing was sent");
}

size_t stack_actions(const struct stack *s, struct stack_action *const **out) {
  *out = s->actions->v;
  return s->actions->n;
}

bool stack_actions_init(struct stack *s, struct aws_error *err) {
  s->actions = aws_calloc(1, sizeof *s->actions);
  if (!s->actions)
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
  return s->actions != NULL;
}

void stack_actions_free(struct stack *s) {
  if (!s->actions)
    return;
  for (size_t i = 0; i < s->actions->n; i++)
    action_free(s->actions->v[i]);
  free(s->actions->v);
  free(s->actions);
  s->actions = NULL;
}
