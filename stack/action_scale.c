/* Scale a service: UpdateService with desiredCount and nothing else.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
#include "action_ecs.h"
#include "stack/judged.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The quota "tasks per service" in its highest form. */
#define TASKS_MAX 5000

struct scale_work {
  struct ecs_work ecs;
  int64_t target, before, running; /* desired: wanted and before; running before */
  struct stack_input input;
};

/* "Scale web (4 running, autoscaling 2-10)" */
static void scale_title(struct stack_action *a, const struct ecs_service *svc) {
  const struct autoscaling_target *t = action_item(a, ECS_SLOT_TARGETS, 0);
  char bounds[64] = "", now[80];

  if (t)
    snprintf(bounds, sizeof bounds, ", autoscaling %lld-%lld", (long long)t->min,
             (long long)t->max);
  bool rolling = stack_rolling(svc); /* tasks of two revisions run: more than are wanted */
  snprintf(now, sizeof now, rolling ? "%lld wanted, in a rollout" : "%lld running",
           (long long)(rolling ? svc->desired : svc->running));
  action_title(a, "Scale %.*s (%s%s)", AWS_STR_ARG(svc->name), now, bounds);
}

static void scale_read_done(struct stack_action *a) {
  struct scale_work *w = a->work;
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc)
    return;
  if (aws_str_eq_c(svc->scheduling_strategy, "DAEMON")) {
    action_refuse(a, "%s runs one task on each instance (DAEMON): it has no count to set",
                  a->view.subject);
    return;
  }
  scale_title(a, svc);
  if (a->rechecking) {
    action_plan(a);
    return;
  }
  w->input = (struct stack_input){
      .label = "Desired count",
      .kind = STACK_INPUT_TEXT,
      .hint = "typing replaces it: a number, or +n or -n from what it is now",
  };
  snprintf(w->input.initial, sizeof w->input.initial, "%lld", (long long)svc->desired);
  a->view.inputs = &w->input;
  a->view.ninputs = 1;
  action_need_input(a);
}

static void scale_read(struct stack_action *a) {
  if (a->rechecking || ecs_action_begin(a))
    ecs_action_ask(a, true, scale_read_done);
}

static bool scale_input(struct stack_action *a, const char *const *values) {
  struct scale_work *w = a->work;
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  struct aws_str text = aws_str_trim(aws_str_from(values[0]));
  bool relative = text.n > 1 && (text.p[0] == '+' || text.p[0] == '-');
  struct aws_str digits = relative ? (struct aws_str){text.p + 1, text.n - 1} : text;
  int64_t n;

  if (!digits.n || !isdigit((unsigned char)digits.p[0]) || !aws_str_to_int(digits, &n) ||
      n > TASKS_MAX) {
    snprintf(a->view.input_error, sizeof a->view.input_error,
             "\"%.40s\" is not a count: give a number from 0 to %d, or +n or -n", values[0],
             TASKS_MAX);
    return false;
  }
  if (relative)
    n = text.p[0] == '+' ? svc->desired + n : svc->desired - n;
  if (n < 0 || n > TASKS_MAX) {
    snprintf(a->view.input_error, sizeof a->view.input_error,
             "%lld now, so that would be %lld: a count is from 0 to %d", (long long)svc->desired,
             (long long)n, TASKS_MAX);
    return false;
  }
  if (n == svc->desired) {
    snprintf(a->view.input_error, sizeof a->view.input_error, "it is %lld already", (long long)n);
    return false;
  }
  w->target = n;
  return true;
}

static void plan_bounds(struct stack_action *a) {
  struct scale_work *w = a->work;
  const struct autoscaling_target *t = action_item(a, ECS_SLOT_TARGETS, 0);
  const struct aws_error *err = &a->slots[ECS_SLOT_TARGETS].err;
  long long n = (long long)w->target;

  if (err->code) {
    action_plan_line(a, STACK_WARN,
                     "autoscaling could not be read, it may change the count: %.120s", err->text);
    return;
  }
  if (!t) {
    action_plan_line(a, STACK_OK, "no autoscaling: the count stays as set");
    return;
  }
  action_plan_line(a, STACK_OK, "autoscaling keeps it within %lld and %lld", (long long)t->min,
                   (long long)t->max);
  for (size_t i = 0; i < action_items(a, ECS_SLOT_POLICIES); i++) {
    const struct autoscaling_policy *p = action_item(a, ECS_SLOT_POLICIES, i);
    if (p->metric_type.n)
      action_plan_line(a, STACK_OK, "policy %.*s: %.*s at %g%s", AWS_STR_ARG(p->name),
                       AWS_STR_ARG(p->metric_type), p->target_value,
                       p->scale_in_disabled ? ", never scales in" : "");
  }
  if (t->in_suspended && t->out_suspended) {
    action_plan_line(a, STACK_NOTE, "autoscaling is suspended: it will not act on the count");
    return;
  }
  if (n > t->max)
    action_plan_line(a, STACK_WARN, "%lld is above its maximum: at its next action it sets %lld", n,
                     (long long)t->max);
  else if (n < t->min)
    action_plan_line(a, STACK_WARN, "%lld is below its minimum: at its next action it sets %lld", n,
                     (long long)t->min);
  else
    action_plan_line(a, STACK_NOTE, "it may move the count again when its metric asks for it");
}

/* What the tasks that stay would have to carry of what all carry now. NaN: nothing is known. */
static double load_after(const struct stack_action *a, const struct ecs_service *svc, int64_t n) {
  double cpu =
      stack_metric_last(a->s, STACK_SERVICE, aws_str_from(a->id), "CPUUtilization"); /* mean */
  return n > 0 && svc->running > 0 ? cpu * (double)svc->running / (double)n : (double)NAN;
}

/* Says what is unusual of the new count. True: it may take the service down. */
static bool plan_fall(struct stack_action *a, const struct ecs_service *svc, int64_t n) {
  double load = load_after(a, svc, n);
  bool over = n < svc->desired && load > 100; /* false while nothing is known */

  if (n == 0)
    action_plan_line(a, STACK_WARN, "every task is stopped: the service answers nobody");
  else if (2 * n < svc->desired)
    action_plan_line(a, STACK_WARN, "more than half of the tasks are stopped");
  else if (2 * n == svc->desired)
    action_plan_line(a, STACK_WARN, "half of the tasks are stopped");
  if (over)
    action_plan_line(a, STACK_WARN,
                     "the load is too much for %lld: %lld tasks use %.0f %% of their cpu, "
                     "%lld would need %.0f %%",
                     (long long)n, (long long)svc->running, load * (double)n / (double)svc->running,
                     (long long)n, load);
  return over || 2 * n <= svc->desired;
}

static void scale_plan(struct stack_action *a) {
  struct scale_work *w = a->work;
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc)
    return;
  long long now = (long long)svc->desired, n = (long long)w->target;
  if (now == n) {
    action_refuse(a, "somebody set it to %lld already", n);
    return;
  }
  w->before = svc->desired;
  w->running = svc->running;
  snprintf(a->before, sizeof a->before, "desired %lld, running %lld", now, (long long)svc->running);
  snprintf(a->after, sizeof a->after, "desired %lld", n);
  action_plan_line(a, STACK_OK, "desired count %lld → %lld (%lld running now%s)", now, n,
                   (long long)svc->running, stack_rolling(svc) ? ", old and new ones" : "");
  ecs_plan_fault(a);
  bool fall = plan_fall(a, svc, w->target);
  if (now > 0 && n > 2 * now)
    action_plan_line(a, STACK_WARN, "that is more than twice as many as now");
  plan_bounds(a);
  const struct ecs_deployment *d = ecs_primary(svc);
  if (d && stack_rolling(svc))
    action_plan_line(a, STACK_NOTE, "a rollout of %.*s is under way: the count applies to it",
                     AWS_STR_ARG(ecs_revision(d->task_definition)));
  const struct autoscaling_target *t = action_item(a, ECS_SLOT_TARGETS, 0);
  bool beyond = t && n > 0 && (n < t->min || n > t->max);
  /* A slip of a digit looks like this, and it hurts in any stack. */
  bool far = beyond || (now > 0 && n > 2 * now);
  a->view.typed = far || (stack_production(a->s) && fall);
  snprintf(a->view.way_back, sizeof a->view.way_back, "scale it back to %lld", now);
}

static bool scale_arrived(const struct stack_action *a, const struct ecs_service *svc) {
  const struct scale_work *w = a->work;
  return svc->desired == w->target;
}

static void scale_send(struct stack_action *a) {
  struct scale_work *w = a->work;
  cJSON *change = cJSON_CreateObject();

  cJSON_AddNumberToObject(change, "desiredCount", (double)w->target);
  ecs_action_update(a, change, scale_arrived);
}

static void scale_watched(struct stack_action *a) {
  struct scale_work *w = a->work;
  const struct ecs_service *svc = ecs_action_watched(a);

  if (!svc)
    return;
  w->ecs.seen |= svc->desired == w->target;
  if (!w->ecs.seen && svc->desired == w->before && action_elapsed(a) < ECS_LAG_MS) {
    action_progress(a, 0, "accepted, not started yet");
  } else if (svc->desired != w->target) {
    action_end(a, STACK_OUTCOME_FAILED,
               "the desired count is %lld now, not %lld: autoscaling or somebody else set it",
               (long long)svc->desired, (long long)w->target);
  } else if (svc->running == w->target && svc->pending == 0) {
    action_end(a, STACK_OUTCOME_DONE, "%lld of %lld tasks run", (long long)svc->running,
               (long long)w->target);
  } else {
    int64_t way = w->target - w->running, gone = svc->running - w->running;
    double part = way ? (double)gone / (double)way : -1;
    action_progress(a,
                    part < 0   ? 0
                    : part > 1 ? 1
                               : part,
                    "%lld running, %lld starting, %lld wanted", (long long)svc->running,
                    (long long)svc->pending, (long long)w->target);
  }
}

static void scale_watch(struct stack_action *a) {
  ecs_action_ask(a, false, scale_watched);
}

const struct action_ops action_scale = {
    .def = {"scale", "Scale service", "scale", 1u << STACK_SERVICE, true},
    .work_size = sizeof(struct scale_work),
    .read = scale_read,
    .input = scale_input,
    .plan = scale_plan,
    .fingerprint = ecs_fingerprint,
    .outdated = ecs_outdated,
    .send = scale_send,
    .watch = scale_watch,
};
