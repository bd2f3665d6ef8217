/* What happens to an action on its way: the steps from the plan to the end, what of them goes into
 * the journal and the timeline, and the timer that watches. */
#include "action_internal.h"
#include "stack/timeline.h"

#include <stdio.h>

aws_ms action_elapsed(const struct stack_action *a) {
  return stack_mono(a->s) - a->sent_at;
}

void action_changed(struct stack_action *a) {
  stack_changed(a->s, STACK_CHANGED_ACTION);
}

/* ---- journal and timeline ----------------------------------------------------------------------
 */

const char *stack_outcome_name(enum stack_outcome o) {
  static const char *const names[] = {"running", "done",      "failed",
                                      "unknown", "cancelled", "refused"};
  return names[o];
}

bool action_journal(struct stack_action *a, const char *event, struct aws_error *err) {
  const struct stack_action_view *v = &a->view;
  bool ended = v->step == STACK_STEP_ENDED;
  const struct audit_line line = {
      .event = event,
      .action = a->ops->def.id,
      .number = a->view.number,
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
  stack_cut(e.text, sizeof e.text);
  stack_timeline_add(a->s, &e);
}

/* ---- steps -------------------------------------------------------------------------------------
 */

void action_stop_timer(struct stack_action *a) {
  aws_io_timer_cancel(a->s->io, a->timer);
  a->timer = NULL;
}

void action_set_step(struct stack_action *a, enum stack_action_step step) {
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

  action_stop_timer(a);
  for (unsigned i = 0; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  a->view.outcome = outcome;
  a->view.ended = stack_wall(a->s);
  if (!to_undo(a, outcome))
    a->view.way_back[0] = '\0';
  if (outcome == STACK_OUTCOME_DONE)
    a->view.fraction = 1;
  action_set_step(a, STACK_STEP_ENDED);
  if (a->planned && !action_journal(a, "ended", &err))
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
  stack_cut(a->view.progress, sizeof a->view.progress);
  end_now(a, outcome);
}

void action_refuse(struct stack_action *a, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.progress, sizeof a->view.progress, fmt, ap);
  va_end(ap);
  stack_cut(a->view.progress, sizeof a->view.progress);
  a->view.nplan = 0; /* what was to be done will not be */
  end_now(a, STACK_OUTCOME_REFUSED);
}

void action_fail(struct stack_action *a, const struct aws_error *err) {
  a->view.error = *err;
  snprintf(a->view.progress, sizeof a->view.progress, "%.199s", err->text);
  a->view.nplan = 0;
  end_now(a, STACK_OUTCOME_FAILED);
}

void action_not_done(struct stack_action *a, const struct aws_error *err) {
  struct aws_error refusal = *err;
  aws_error_wrap(&refusal, "nothing was changed");
  action_fail(a, &refusal);
}

void action_progress(struct stack_action *a, double fraction, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.progress, sizeof a->view.progress, fmt, ap);
  va_end(ap);
  stack_cut(a->view.progress, sizeof a->view.progress);
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
  stack_cut(l->text, sizeof l->text);
}

void action_title(struct stack_action *a, const char *fmt, ...) {
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(a->view.title, sizeof a->view.title, fmt, ap);
  va_end(ap);
  stack_cut(a->view.title, sizeof a->view.title);
}

void action_need_input(struct stack_action *a) {
  a->view.made = stack_wall(a->s);
  action_set_step(a, STACK_STEP_INPUT);
}

static void send_now(struct stack_action *a) {
  struct aws_error err;

  a->request_id[0] = '\0';
  if (!stack_action_allowed(a->s, &a->ops->def, a->kind, &err)) {
    action_refuse(a, "nothing was sent. %s", err.text);
    return;
  }
  if (!action_journal(a, "sent", &err)) {
    action_fail(a, &err);
    return;
  }
  a->view.sent = true;
  a->sent_at = stack_mono(a->s);
  a->ops->send(a);
}

void action_plan(struct stack_action *a) {
  char now[sizeof a->fingerprint];
  bool same_keys = strcmp(a->confirmed_as, stack_keys(a->s)->key_id) == 0;
  struct aws_error err;

  a->ops->fingerprint(a, now, sizeof now);
  bool same = strcmp(now, a->fingerprint) == 0;
  if (a->rechecking && !a->anew && same && same_keys) {
    send_now(a);
    return;
  }
  a->view.nplan = 0;
  a->view.plans++;
  if (a->rechecking && !same)
    action_plan_line(a, STACK_WARN, "It changed since the plan was made. This is the new plan:");
  else if (a->rechecking && !a->anew)
    action_plan_line(a, STACK_WARN, "The keys were renewed meanwhile: nothing was sent yet.");
  a->rechecking = a->anew = false;
  a->view.made = stack_wall(a->s);
  memcpy(a->fingerprint, now, sizeof now);
  action_set_step(a, STACK_STEP_PLANNING);
  a->ops->plan(a);
  if (a->view.step != STACK_STEP_PLANNING)
    return;
  if (!action_journal(a, "planned", &err)) {
    action_fail(a, &err);
    return;
  }
  a->planned = true;
  action_set_step(a, STACK_STEP_CONFIRM);
}

static void timer_due(void *arg) {
  struct stack_action *a = arg;

  a->timer = NULL;
  a->again(a);
}

/* Without memory for a timer nothing would ever go on: said at once. */
static void call_in(struct stack_action *a, int ms, void (*fn)(struct stack_action *a)) {
  action_stop_timer(a);
  a->again = fn;
  a->timer = aws_io_timer(a->s->io, stack_mono(a->s) + ms, timer_due, a);
  if (!a->timer)
    action_end(a, STACK_OUTCOME_UNKNOWN,
               "sent, and no memory to follow it: look before trying again");
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
  if (a->open == 0 && a->view.step != STACK_STEP_ENDED)
    a->ops->watch(a);
}

void action_sent(struct stack_action *a) {
  action_set_step(a, STACK_STEP_WATCHING);
  tell_timeline(a, STACK_NOTE, a->after);
  call_in(a, 1000, watch_again);
}
