/* Redeploy a service: UpdateService with forceNewDeployment and nothing else.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
#include "action_ecs.h"

#include <stdio.h>

static void redeploy_read_done(struct stack_action *a) {
  const struct ecs_service *svc = ecs_action_service(a);

  if (svc && ecs_can_deploy(a, svc))
    action_plan(a);
}

static void redeploy_read(struct stack_action *a) {
  if (a->rechecking || ecs_action_begin(a))
    ecs_action_ask(a, false, redeploy_read_done);
}

static void plan_images(struct stack_action *a, struct aws_str arn) {
  const struct stack_row *row = stack_find(a->s, STACK_TASK_DEFINITION, arn);
  const struct ecs_task_definition *def = row ? row->item : NULL;
  const struct ecs_container_definition *c = def ? def->containers.items : NULL;

  for (size_t i = 0; def && i < def->containers.n; i++) {
    bool digest = aws_str_has(c[i].image, AWS_STR_LIT("@sha256:"));
    action_plan_line(a, STACK_OK, "%.*s runs %.*s%s", AWS_STR_ARG(c[i].name),
                     AWS_STR_ARG(c[i].image),
                     digest ? "" : ", pulled anew: the tag may mean another image by now");
  }
}

static void redeploy_plan(struct stack_action *a) {
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc)
    return;
  struct aws_str rev = ecs_revision(svc->task_definition);
  action_title(a, "Redeploy %.*s (rev %s, %lld running)", AWS_STR_ARG(svc->name),
               stack_rev(stack_revision(svc->task_definition)).text, (long long)svc->running);
  snprintf(a->before, sizeof a->before, "%.*s, %lld running", AWS_STR_ARG(rev),
           (long long)svc->running);
  snprintf(a->after, sizeof a->after, "new deployment of %.*s", AWS_STR_ARG(rev));
  action_plan_line(a, STACK_OK, "a new deployment of %.*s replaces all %lld tasks",
                   AWS_STR_ARG(rev), (long long)svc->desired);
  ecs_plan_fault(a);
  plan_images(a, svc->task_definition);
  ecs_plan_deployment(a, svc);
  a->view.typed = stack_production(a->s);
  snprintf(
      a->view.way_back, sizeof a->view.way_back,
      "a redeployment cannot be undone; roll back (b) to an earlier revision if it goes wrong");
}

static bool redeploy_arrived(const struct stack_action *a, const struct ecs_service *svc) {
  const struct ecs_work *w = a->work;
  return ecs_deploys_anew(w, svc, w->definition);
}

static void redeploy_send(struct stack_action *a) {
  cJSON *change = cJSON_CreateObject();

  cJSON_AddBoolToObject(change, "forceNewDeployment", true);
  ecs_action_update(a, change, redeploy_arrived);
}

const struct action_ops action_redeploy = {
    .def = {"redeploy", "Redeploy service", "redeploy", 1u << STACK_SERVICE, true},
    .work_size = sizeof(struct ecs_work),
    .read = redeploy_read,
    .plan = redeploy_plan,
    .fingerprint = ecs_fingerprint,
    .outdated = ecs_outdated,
    .send = redeploy_send,
    .watch = ecs_action_watch,
};
