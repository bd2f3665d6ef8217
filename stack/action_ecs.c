#include "action_ecs.h"
#include "stack/path.h"

#include <stdio.h>

#define TRIES_MAX 20 /* reads that do not answer: the network may be away for a while */

struct aws_str ecs_revision(struct aws_str arn) {
  return aws_str_after_last(arn, '/');
}

const struct ecs_deployment *ecs_primary(const struct ecs_service *svc) {
  const struct ecs_deployment *d = svc->deployments.items;

  for (size_t i = 0; i < svc->deployments.n; i++)
    if (aws_str_eq_c(d[i].status, "PRIMARY"))
      return &d[i];
  return NULL;
}

bool ecs_deploys_anew(const struct ecs_work *w, const struct ecs_service *svc,
                      const char *definition) {
  const struct ecs_deployment *d = ecs_primary(svc);

  return d && d->id.n && !aws_str_eq_c(d->id, w->old_deployment) &&
         aws_str_eq_c(d->task_definition, definition);
}

static bool copy(char *out, size_t size, struct aws_str s) {
  return (size_t)snprintf(out, size, "%.*s", AWS_STR_ARG(s)) < size;
}

bool ecs_action_begin(struct stack_action *a) {
  struct ecs_work *w = a->work;
  const struct stack_row *row = stack_find(a->s, STACK_SERVICE, aws_str_from(a->id));

  if (!row) {
    action_refuse(a, "%s is no longer among the services read: refresh with Ctrl-R", a->id);
    return false;
  }
  const struct ecs_service *svc = row->item;
  /* Half an ARN could be the whole one of another service. */
  if (!svc->cluster_arn.n || !svc->name.n ||
      !copy(w->cluster, sizeof w->cluster, svc->cluster_arn) ||
      !copy(w->service, sizeof w->service, svc->arn) ||
      !copy(a->view.type_this, sizeof a->view.type_this, svc->name)) {
    action_refuse(a, "the name of %s cannot be worked with", a->id);
    return false;
  }
  struct aws_str cluster = aws_str_after_last(svc->cluster_arn, '/');
  snprintf(a->view.subject, sizeof a->view.subject, "service %.*s/%.*s", AWS_STR_ARG(cluster),
           AWS_STR_ARG(svc->name));
  stack_cut(a->view.subject, sizeof a->view.subject);
  return true;
}

static cJSON *one_string(const char *value) {
  cJSON *list = cJSON_CreateArray();
  aws_json_add(list, NULL, cJSON_CreateString(value));
  return list;
}

void ecs_action_ask(struct stack_action *a, bool with_scaling,
                    void (*answered)(struct stack_action *a)) {
  struct ecs_work *w = a->work;
  cJSON *in = cJSON_CreateObject();

  action_ask_begin(a, answered);
  cJSON_AddStringToObject(in, "cluster", w->cluster);
  aws_json_add(in, "services", one_string(w->service));
  action_ask(a, ECS_SLOT_SERVICE, &ecs_describe_services, in);
  if (with_scaling) {
    struct aws_str cluster = aws_str_after_last(aws_str_from(w->cluster), '/');
    struct aws_str name = aws_str_after_last(aws_str_from(w->service), '/');
    char resource[sizeof w->cluster + sizeof w->service];
    snprintf(resource, sizeof resource, "service/%.*s/%.*s", AWS_STR_ARG(cluster),
             AWS_STR_ARG(name));
    in = cJSON_CreateObject();
    cJSON_AddStringToObject(in, "ServiceNamespace", "ecs");
    aws_json_add(in, "ResourceIds", one_string(resource));
    action_ask(a, ECS_SLOT_TARGETS, &autoscaling_describe_targets, in);
    in = cJSON_CreateObject();
    cJSON_AddStringToObject(in, "ServiceNamespace", "ecs");
    cJSON_AddStringToObject(in, "ResourceId", resource);
    action_ask(a, ECS_SLOT_POLICIES, &autoscaling_describe_policies, in);
  }
  action_ask_end(a);
}

/* At night one acts on what the cursor happens to stand on. */
static void look_for_the_fault(struct stack_action *a) {
  const struct stack_row *own = stack_find(a->s, STACK_SERVICE, aws_str_from(a->id));
  const struct stack_row *other = stack_service_at_fault(a->s);
  const struct stack_hop *hop = stack_path_fault(a->s);

  a->view.beware[0] = '\0';
  if (!own || !hop || own->rating.level >= STACK_UNKNOWN || hop->rating.level < STACK_WARN ||
      (other && aws_str_eq(other->id, own->id)))
    return;
  const struct stack_row *thing = other ? other : stack_find(a->s, hop->worst_kind, hop->worst_id);
  struct aws_str name = thing ? thing->name : AWS_STR_LIT("");
  snprintf(a->view.beware, sizeof a->view.beware, "%.*s is healthy; at fault is %s%s%.*s",
           AWS_STR_ARG(own->name), other ? "" : hop->title, other || !name.n ? "" : " ",
           AWS_STR_ARG(name));
  stack_cut(a->view.beware, sizeof a->view.beware);
}

const struct ecs_service *ecs_action_service(struct stack_action *a) {
  const struct action_slot *t = &a->slots[ECS_SLOT_SERVICE];
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);

  if (t->err.code) {
    struct aws_error err = t->err;
    aws_error_wrap(&err, "not sent, the service could not be read");
    action_fail(a, &err);
    return NULL;
  }
  if (!svc) {
    action_refuse(a, "%s is not there any more", a->view.subject);
    return NULL;
  }
  if (!aws_str_eq_c(svc->status, "ACTIVE")) {
    action_refuse(a, "%s is %.*s, not ACTIVE: nothing can be changed on it", a->view.subject,
                  AWS_STR_ARG(svc->status));
    return NULL;
  }
  look_for_the_fault(a);
  return svc;
}

bool ecs_can_deploy(struct stack_action *a, const struct ecs_service *svc) {
  if (svc->controller.n && !aws_str_eq_c(svc->controller, "ECS")) {
    action_refuse(a, "%s is deployed by %.*s, not by ECS: start the deployment there",
                  a->view.subject, AWS_STR_ARG(svc->controller));
    return false;
  }
  return true;
}

void ecs_plan_deployment(struct stack_action *a, const struct ecs_service *svc) {
  int64_t min = svc->minimum_healthy_percent, max = svc->maximum_percent;
  const struct ecs_deployment *d = ecs_primary(svc);

  if (max > 0) {
    /* AWS rounds the lower bound up and the upper one down. */
    int64_t low = (svc->desired * min + 99) / 100, high = svc->desired * max / 100;
    action_plan_line(
        a, STACK_OK,
        "meanwhile between %lld and %lld tasks run (minimum healthy %lld %%, maximum %lld %%)",
        (long long)low, (long long)high, (long long)min, (long long)max);
    if (low == 0 && svc->desired > 0)
      action_plan_line(a, STACK_WARN,
                       "the deployment may stop every running task before new ones are up");
  }
  if (svc->desired == 0)
    action_plan_line(a, STACK_NOTE, "the service wants no task at all: nothing will start");
  if (svc->circuit_breaker)
    action_plan_line(a, STACK_NOTE, "circuit breaker: on, a failed rollout %s",
                     svc->circuit_rollback ? "is rolled back by ECS"
                                           : "is stopped, not rolled back");
  else
    action_plan_line(
        a, STACK_WARN,
        "circuit breaker: off, a rollout that cannot start its tasks goes on for ever");
  if (d && aws_str_eq_c(d->rollout_state, "IN_PROGRESS"))
    action_plan_line(a, STACK_WARN, "a rollout of %.*s is under way: this one takes its place",
                     AWS_STR_ARG(ecs_revision(d->task_definition)));
}

void ecs_plan_fault(struct stack_action *a) {
  if (a->view.beware[0])
    action_plan_line(a, STACK_WARN, "%s", a->view.beware);
}

/* What a plan stands on, of the service itself. */
static void print_service(const struct ecs_service *svc, char *out, size_t size) {
  const struct ecs_deployment *d = ecs_primary(svc);
  struct aws_str none = AWS_STR_LIT("");

  snprintf(out, size, "%lld %.*s %.*s %lld-%lld%% %d%d", (long long)svc->desired,
           AWS_STR_ARG(svc->task_definition), AWS_STR_ARG(d ? d->id : none),
           (long long)svc->minimum_healthy_percent, (long long)svc->maximum_percent,
           svc->circuit_breaker, svc->circuit_rollback);
}

void ecs_fingerprint(const struct stack_action *a, char *out, size_t size) {
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  const struct autoscaling_target *t = action_item(a, ECS_SLOT_TARGETS, 0);

  out[0] = '\0';
  if (!svc)
    return;
  print_service(svc, out, size);
  size_t n = strlen(out);
  snprintf(out + n, size - n, " %lld..%lld %d%d", t ? (long long)t->min : -1LL,
           t ? (long long)t->max : -1LL, t && t->in_suspended, t && t->out_suspended);
}

bool ecs_outdated(const struct stack_action *a) {
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  const struct stack_row *row = stack_find(a->s, STACK_SERVICE, aws_str_from(a->id));
  char then[sizeof a->fingerprint], now[sizeof a->fingerprint];

  if (!svc || !row || row->fetched_at <= a->view.made)
    return false;
  print_service(svc, then, sizeof then);
  print_service(row->item, now, sizeof now);
  return strcmp(then, now) != 0;
}

/* ---- sending -----------------------------------------------------------------------------------
 */

static void look_for_it(struct stack_action *a);

static void took(struct stack_action *a, const struct ecs_service *svc) {
  struct ecs_work *w = a->work;
  const struct ecs_deployment *d = ecs_primary(svc);

  if (d)
    copy(w->deployment, sizeof w->deployment, d->id);
  aws_error_clear(&a->view.error);
  stack_refresh(a->s, STACK_SERVICE);
  action_sent(a);
}

/* The answer is lost, or does not show the change. UpdateService has no token to look it up by, so
 * the service is read again: it shows the change, or the outcome stands as unknown once reads may
 * lag no longer. */
static void looked(struct stack_action *a) {
  struct ecs_work *w = a->work;
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);

  if (svc && w->arrived(a, svc)) {
    took(a, svc);
    return;
  }
  w->looked = w->looked || svc;
  if (action_elapsed(a) < ECS_LAG_MS || (++w->tries < TRIES_MAX && !w->looked)) {
    action_again(a, look_for_it);
    return;
  }
  action_end(a, STACK_OUTCOME_UNKNOWN,
             "sent once, %s, and %s. Watch the service before trying again",
             w->accepted ? "AWS took it" : "the answer was lost",
             w->looked     ? "the service does not show the change"
             : w->accepted ? "the service cannot be read"
                           : "the service cannot be read either");
}

static void look_for_it(struct stack_action *a) {
  ecs_action_ask(a, false, looked);
}

static void updated(struct stack_action *a) {
  struct ecs_work *w = a->work;
  const struct action_slot *t = &a->slots[ECS_SLOT_WRITE];
  const struct ecs_service *svc = action_item(a, ECS_SLOT_WRITE, 0);

  if (t->err.code && t->err.maybe_done) {
    a->view.error = t->err;
    action_progress(a, -1, "the answer was lost: looking whether it arrived");
    action_again(a, look_for_it);
    return;
  }
  if (t->err.code) {
    action_not_done(a, &t->err);
    return;
  }
  if (svc && w->arrived(a, svc)) {
    took(a, svc);
    return;
  }
  w->accepted = true;
  action_progress(a, -1, "AWS took it, and does not show it yet");
  action_again(a, look_for_it);
}

void ecs_action_update(struct stack_action *a, cJSON *change,
                       bool (*arrived)(const struct stack_action *, const struct ecs_service *)) {
  struct ecs_work *w = a->work;
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  const struct ecs_deployment *d = svc ? ecs_primary(svc) : NULL;

  if (d)
    copy(w->old_deployment, sizeof w->old_deployment, d->id);
  if (svc)
    copy(w->definition, sizeof w->definition, svc->task_definition);
  cJSON_AddStringToObject(change, "cluster", w->cluster);
  cJSON_AddStringToObject(change, "service", w->service);
  w->arrived = arrived;
  action_ask_begin(a, updated);
  action_ask(a, ECS_SLOT_WRITE, &ecs_update_service, change);
  action_ask_end(a);
}

/* ---- watching ----------------------------------------------------------------------------------
 */

static const struct ecs_deployment *find_deployment(const struct ecs_service *svc, const char *id) {
  const struct ecs_deployment *d = svc->deployments.items;

  for (size_t i = 0; i < svc->deployments.n; i++)
    if (aws_str_eq_c(d[i].id, id))
      return &d[i];
  return NULL;
}

/* Somebody else's deployment, or ECS's own when the circuit breaker rolls back. */
static void superseded(struct stack_action *a, const struct ecs_service *svc,
                       const struct ecs_deployment *d) {
  const struct ecs_deployment *p = ecs_primary(svc);
  struct aws_str now = p ? ecs_revision(p->task_definition) : AWS_STR_LIT("nothing");

  if (d && aws_str_eq_c(d->rollout_state, "FAILED"))
    action_end(a, STACK_OUTCOME_FAILED, "the rollout failed, the service now deploys %.*s: %.*s",
               AWS_STR_ARG(now), AWS_STR_ARG(d->rollout_state_reason));
  else
    action_end(a, STACK_OUTCOME_FAILED,
               "another deployment took its place: the service now deploys %.*s", AWS_STR_ARG(now));
}

static void judge(struct stack_action *a, const struct ecs_service *svc) {
  struct ecs_work *w = a->work;
  const struct ecs_deployment *d = find_deployment(svc, w->deployment), *p = ecs_primary(svc);
  bool rollout = d && d->rollout_state.n;

  if (!d && !w->seen && p && aws_str_eq_c(p->id, w->old_deployment) &&
      action_elapsed(a) < ECS_LAG_MS) {
    action_progress(a, 0, "accepted, not started yet");
    return;
  }
  w->seen = true;
  if (!d || !aws_str_eq_c(d->status, "PRIMARY")) {
    superseded(a, svc, d);
    return;
  }
  if (aws_str_eq_c(d->rollout_state, "FAILED")) {
    action_end(a, STACK_OUTCOME_FAILED, "the rollout failed: %.*s",
               AWS_STR_ARG(d->rollout_state_reason));
    return;
  }
  bool steady = svc->deployments.n == 1 && d->running == d->desired && d->pending == 0;
  if (rollout ? aws_str_eq_c(d->rollout_state, "COMPLETED") : steady) {
    action_end(a, STACK_OUTCOME_DONE, "%.*s runs %lld of %lld tasks, rollout completed",
               AWS_STR_ARG(ecs_revision(d->task_definition)), (long long)d->running,
               (long long)d->desired);
    return;
  }
  long long s = (long long)action_elapsed(a) / 1000;
  action_progress(a, d->desired > 0 ? (double)d->running / (double)d->desired : -1,
                  "%lld/%lld running, %lld starting, %lld failed, %lldm %02llds",
                  (long long)d->running, (long long)d->desired, (long long)d->pending,
                  (long long)d->failed_tasks, s / 60, s % 60);
}

const struct ecs_service *ecs_action_watched(struct stack_action *a) {
  const struct action_slot *t = &a->slots[ECS_SLOT_SERVICE];
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);

  a->view.error = t->err;
  action_changed(a);
  if (t->err.code)
    return NULL;
  if (svc && aws_str_eq_c(svc->status, "ACTIVE"))
    return svc;
  action_end(a, STACK_OUTCOME_FAILED, "%s was deleted meanwhile", a->view.subject);
  return NULL;
}

static void watched(struct stack_action *a) {
  const struct ecs_service *svc = ecs_action_watched(a);

  if (svc)
    judge(a, svc);
}

void ecs_action_watch(struct stack_action *a) {
  ecs_action_ask(a, false, watched);
}
