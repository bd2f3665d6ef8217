#include "action_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define ACTIONS_MAX 100
#define ACTION_PRIORITY 100 /* before every poll that waits */

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

static const char *refusal_of(const struct stack *s, const struct stack_action_def *d,
                              enum stack_kind k, struct aws_error *err) {
  if (stack_state(s) != STACK_RUNNING)
    return "not connected yet: wait until the account in the title line is known";
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

const char *stack_outcome_name(enum stack_outcome o) {
  static const char *const names[] = {"running", "done",      "failed",
                                      "unknown", "cancelled", "refused"};
  return names[o];
}

aws_ms action_elapsed(const struct stack_action *a) {
  return stack_mono(a->s) - a->sent_at;
}

void action_changed(struct stack_action *a) {
  stack_changed(a->s, STACK_CHANGED_ACTION);
}

/* ---- asking ------------------------------------------------------------------------------------
 */

void action_slot_clear(struct stack_action *a, unsigned slot) {
  struct action_slot *t = &a->slots[slot];

  if (t->call) {
    aws_call_cancel(t->call);
    a->open--;
  }
  for (size_t i = 0; i < t->n; i++)
    aws_page_unref(t->pages[i]);
  free(t->pages);
  memset(t, 0, sizeof *t);
}

static void slot_page(void *arg, struct aws_page *page) {
  struct action_slot *t = arg;

  if (!aws_grow(&t->pages, &t->cap, t->n + 1, sizeof *t->pages)) {
    aws_error_set(&t->err, AWS_E_MEMORY, "out of memory");
    t->err.maybe_done = t->write;
    return;
  }
  t->pages[t->n++] = aws_page_ref(page);
  if (t->write)
    memcpy(t->a->request_id, page->request_id, sizeof t->a->request_id);
}

void action_ask_begin(struct stack_action *a, void (*answered)(struct stack_action *a)) {
  a->answered = answered;
  a->open++;
}

void action_ask_end(struct stack_action *a) {
  if (--a->open == 0)
    a->answered(a);
}

static void slot_done(void *arg, const struct aws_error *err) {
  struct action_slot *t = arg;

  t->call = NULL;
  if (err)
    t->err = *err;
  if (err && t->write && err->request_id[0])
    memcpy(t->a->request_id, err->request_id, sizeof t->a->request_id);
  action_ask_end(t->a);
}

/* A write is not asked for in the client's sense: that would send it up to three times. */
void action_ask_pages(struct stack_action *a, unsigned slot, const struct aws_op *op, cJSON *in,
                      int max_pages) {
  struct action_slot *t = &a->slots[slot];
  const struct aws_call_options opt = {
      .asked = !op->write, .priority = ACTION_PRIORITY, .max_pages = max_pages};
  struct aws_error err = {.code = AWS_OK};

  action_slot_clear(a, slot);
  t->a = a;
  t->asked = true;
  t->write = op->write;
  a->open++;
  t->call = stack_call(a->s, op, in, &opt, slot_page, slot_done, t, &err);
  if (!t->call) {
    t->err = err;
    a->open--; /* begin holds one more: this is never the last */
  }
}

void action_ask(struct stack_action *a, unsigned slot, const struct aws_op *op, cJSON *in) {
  action_ask_pages(a, slot, op, in, 0);
}

size_t action_items(const struct stack_action *a, unsigned slot) {
  size_t n = 0;

  for (size_t i = 0; i < a->slots[slot].n; i++)
    n += a->slots[slot].pages[i]->n;
  return n;
}

const void *action_item(const struct stack_action *a, unsigned slot, size_t i) {
  const struct action_slot *t = &a->slots[slot];

  for (size_t p = 0; p < t->n; p++) {
    if (i < t->pages[p]->n)
      return aws_page_item(t->pages[p], i);
    i -= t->pages[p]->n;
  }
  return NULL;
}

/* ---- journal and timeline ----------------------------------------------------------------------
 */

static bool journal(struct stack_action *a, const char *event, struct aws_error *err) {
  const struct stack_action_view *v = &a->view;
  bool ended = v->step == STACK_STEP_ENDED;
  const struct audit_line line = {
      .event = event,
      .action = a->ops->def.id,
      .number = a->number,
      .resource = aws_str_from(a->id),
      .before = a->before,
      .after = a->after,
      .request_id = a->request_id,
      .outcome = ended ? stack_outcome_name(v->outcome) : NULL,
      .text = ended ? v->progress : NULL,
  };
  return audit_write(a->s, &line, err);
}

static void tell_timeline(struct stack_action *a, enum stack_level level, const char *text) {
  struct stack_event e = {.at = stack_wall(a->s),
                          .source = STACK_EVENT_ACTION,
                          .level = level,
                          .turning = level >= STACK_UNKNOWN,
                          .kind = a->kind};

  snprintf(e.id, sizeof e.id, "%.255s", a->id);
  snprintf(e.text, sizeof e.text, "%s %s: %s", a->ops->def.verb, a->view.subject, text);
  stack_timeline_add(a->s, &e);
}

/* ---- steps -------------------------------------------------------------------------------------
 */

static void stop_timer(struct stack_action *a) {
  aws_io_timer_cancel(a->s->io, a->timer);
  a->timer = NULL;
}

static void set_step(struct stack_action *a, enum stack_action_step step) {
  a->view.step = step;
  action_changed(a);
}

/* The board must not tell another story than the dialog that says "done". */
static void refresh_kinds(struct stack_action *a) {
  for (unsigned k = 0; k < STACK_KINDS; k++)
    if (a->ops->def.kinds & (1u << k))
      stack_refresh(a->s, (enum stack_kind)k);
}

/* What was not done needs no way back, and what failed is not to be had back. */
static bool to_undo(const struct stack_action *a, enum stack_outcome outcome) {
  return a->view.sent && (outcome == STACK_OUTCOME_DONE || outcome == STACK_OUTCOME_UNKNOWN);
}

static void end_now(struct stack_action *a, enum stack_outcome outcome) {
  static const enum stack_level levels[] = {STACK_NOTE,    STACK_NOTE, STACK_BAD,
                                            STACK_UNKNOWN, STACK_NOTE, STACK_WARN};
  struct aws_error err;

  stop_timer(a);
  for (unsigned i = 0; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  a->view.outcome = outcome;
  a->view.ended = stack_wall(a->s);
  if (!to_undo(a, outcome))
    a->view.way_back[0] = '\0';
  if (outcome == STACK_OUTCOME_DONE)
    a->view.fraction = 1;
  set_step(a, STACK_STEP_ENDED);
  if (a->planned && !journal(a, "ended", &err))
    a->view.error = err;
  a->planned = false;
  if (!a->view.sent)
    return;
  tell_timeline(a, levels[outcome], a->view.progress);
  refresh_kinds(a);
}

void action_end(struct stack_action *a, enum stack_outcome outcome, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.progress, sizeof a->view.progress, fmt, ap);
  va_end(ap);
  end_now(a, outcome);
}

void action_refuse(struct stack_action *a, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.progress, sizeof a->view.progress, fmt, ap);
  va_end(ap);
  a->view.nplan = 0; /* what was to be done will not be */
  end_now(a, STACK_OUTCOME_REFUSED);
}

void action_fail(struct stack_action *a, const struct aws_error *err) {
  a->view.error = *err;
  snprintf(a->view.progress, sizeof a->view.progress, "%.199s", err->text);
  a->view.nplan = 0;
  end_now(a, STACK_OUTCOME_FAILED);
}

void action_progress(struct stack_action *a, double fraction, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.progress, sizeof a->view.progress, fmt, ap);
  va_end(ap);
  a->view.fraction = fraction;
  action_changed(a);
}

void action_plan_line(struct stack_action *a, enum stack_level level, const char *fmt, ...) {
  va_list ap;

  if (a->view.nplan == STACK_PLAN_LINES)
    return;
  struct stack_plan_line *l = &a->view.plan[a->view.nplan++];
  l->level = level;
  va_start(ap, fmt);
  vsnprintf(l->text, sizeof l->text, fmt, ap);
  va_end(ap);
}

void action_title(struct stack_action *a, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.title, sizeof a->view.title, fmt, ap);
  va_end(ap);
}

void action_need_input(struct stack_action *a) {
  set_step(a, STACK_STEP_INPUT);
}

static void send_now(struct stack_action *a) {
  struct aws_error err;

  a->request_id[0] = '\0';
  if (!journal(a, "sent", &err)) {
    action_fail(a, &err);
    return;
  }
  a->view.sent = true;
  a->sent_at = stack_mono(a->s);
  a->ops->send(a);
}

void action_plan(struct stack_action *a) {
  char now[sizeof a->fingerprint];
  struct aws_error err;

  a->ops->fingerprint(a, now, sizeof now);
  if (a->rechecking && strcmp(now, a->fingerprint) == 0) {
    send_now(a);
    return;
  }
  a->view.nplan = 0;
  a->view.plans++;
  if (a->rechecking)
    action_plan_line(a, STACK_WARN, "It changed since the plan was made. This is the new plan:");
  a->rechecking = false;
  memcpy(a->fingerprint, now, sizeof now);
  set_step(a, STACK_STEP_PLANNING);
  a->ops->plan(a);
  if (a->view.step != STACK_STEP_PLANNING)
    return;
  if (!journal(a, "planned", &err)) {
    action_fail(a, &err);
    return;
  }
  a->planned = true;
  set_step(a, STACK_STEP_CONFIRM);
}

static void timer_due(void *arg) {
  struct stack_action *a = arg;

  a->timer = NULL;
  a->again(a);
}

static void call_in(struct stack_action *a, int ms, void (*fn)(struct stack_action *a)) {
  stop_timer(a);
  a->again = fn;
  a->timer = aws_io_timer(a->s->io, stack_mono(a->s) + ms, timer_due, a);
}

void action_again(struct stack_action *a, void (*fn)(struct stack_action *a)) {
  call_in(a, 2000, fn);
}

static void watch_again(struct stack_action *a) {
  if (action_elapsed(a) > ACTION_WATCH_MAX_MS) {
    action_end(a, STACK_OUTCOME_UNKNOWN, "not ended after an hour: %.150s", a->view.progress);
    return;
  }
  call_in(a, action_elapsed(a) < ACTION_FRESH_MS ? ACTION_WATCH_FRESH_MS : ACTION_WATCH_MS,
          watch_again);
  if (a->open == 0)
    a->ops->watch(a);
}

void action_sent(struct stack_action *a) {
  set_step(a, STACK_STEP_WATCHING);
  tell_timeline(a, STACK_NOTE, a->after);
  call_in(a, 1000, watch_again);
}

/* ---- public ------------------------------------------------------------------------------------
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
  if (!journal(a, "ended", &err))
    fprintf(stderr, "cawsole: %s\n", err.text);
}

static void action_free(struct stack_action *a) {
  journal_left(a);
  stop_timer(a);
  for (unsigned i = 0; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  if (a->ops->done)
    a->ops->done(a);
  free(a->work);
  free(a);
}

/* Drops the oldest ended action when there are too many. False: all of them still run. */
static bool make_room(struct stack_actions *all) {
  if (!aws_grow(&all->v, &all->cap, all->n + 1, sizeof *all->v))
    return false;
  if (all->n < ACTIONS_MAX)
    return true;
  for (size_t i = 0; i < all->n; i++) {
    if (all->v[i]->view.step != STACK_STEP_ENDED)
      continue;
    action_free(all->v[i]);
    memmove(&all->v[i], &all->v[i + 1], (all->n - i - 1) * sizeof all->v[0]);
    all->n--;
    return true;
  }
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
  struct stack_action *a = calloc(1, sizeof *a);
  void *work = calloc(1, ops->work_size);
  if (!a || !work || !make_room(s->actions)) {
    free(a);
    free(work);
    aws_error_set(err, AWS_E_MEMORY, "%s: out of memory or too many actions under way", d->title);
    return NULL;
  }
  a->s = s;
  a->ops = ops;
  a->work = work;
  a->kind = k;
  a->number = ++s->actions->number;
  memcpy(a->id, ids[0].p, ids[0].n);
  a->view.def = &ops->def;
  a->view.id = (struct aws_str){a->id, ids[0].n};
  a->view.fraction = -1;
  a->view.started = stack_wall(s);
  snprintf(a->view.subject, sizeof a->view.subject, "%.127s", a->id);
  snprintf(a->view.title, sizeof a->view.title, "%s", ops->def.title);
  s->actions->v[s->actions->n++] = a;
  set_step(a, STACK_STEP_READING);
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
  a->view.input_error[0] = '\0';
  a->rechecking = true;
  set_step(a, STACK_STEP_SENDING);
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
