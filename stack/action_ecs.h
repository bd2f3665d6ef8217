/* What scale, redeploy and roll back share: the service, read again and followed. Internal. */
#ifndef CAWSOLE_STACK_ACTION_ECS_H
#define CAWSOLE_STACK_ACTION_ECS_H

#include "action_internal.h"

#include "aws/api/autoscaling.h"
#include "aws/api/ecs.h"

enum ecs_slot {
  ECS_SLOT_SERVICE,
  ECS_SLOT_TARGETS,
  ECS_SLOT_POLICIES,
  ECS_SLOT_LIST,
  ECS_SLOT_WRITE,
  ECS_SLOT_REVISION /* and all after it */
};

/* First member of the work of each of the three. */
struct ecs_work {
  char cluster[512], service[512]; /* ARNs */
  char deployment[128];            /* id of the deployment that our write started */
  char old_deployment[128];        /* id of the primary deployment when it was planned */
  char definition[384];            /* ARN of the task definition then */
  bool accepted;                   /* AWS said so; else the answer was lost */
  bool looked;                     /* the service could be read since */
  unsigned tries;                  /* reads after the time that they may lag */
  bool seen;                       /* the service was read and showed the change */
  bool (*arrived)(const struct stack_action *a,
                  const struct ecs_service *svc); /* shows our change */
};

/* Reads of ECS may lag behind what it accepted: so long after sending, an answer that does not show
 * the change yet is not taken for somebody else's doing. */
#define ECS_LAG_MS 30000

/* Finds cluster and service ARN of the row acted on; refuses when it cannot. */
bool ecs_action_begin(struct stack_action *a);
/* Asks for the service, and for its autoscaling when with_scaling. */
void ecs_action_ask(struct stack_action *a, bool with_scaling,
                    void (*answered)(struct stack_action *a));
/* Says in the plan where the fault is, when it is not this service's. */
void ecs_plan_fault(struct stack_action *a);
/* The service as last read; NULL after it refused or failed the action. */
const struct ecs_service *ecs_action_service(struct stack_action *a);
const struct ecs_deployment *ecs_primary(const struct ecs_service *svc);
/* Whether a deployment of that revision is the primary one which was not when this was planned: one
 * that has no id cannot be followed, and is not taken for it. */
bool ecs_deploys_anew(const struct ecs_work *w, const struct ecs_service *svc,
                      const char *definition);
/* "web:41" of a task definition ARN. */
struct aws_str ecs_revision(struct aws_str arn);
/* What becomes different when `then` takes the place of `now`: image, settings and sizes, a line
 * each, bounded in length and free of control characters. Settings whose name or value looks secret
 * are named without their values. Nothing at all: one line that says so. */
void ecs_definition_diff(struct aws_buf *b, const struct ecs_task_definition *now,
                         const struct ecs_task_definition *then);
/* A plan line each: rollout under way, bounds of the deployment, circuit breaker. */
void ecs_plan_deployment(struct stack_action *a, const struct ecs_service *svc);
bool ecs_can_deploy(struct stack_action *a, const struct ecs_service *svc); /* else refuses */
bool ecs_outdated(const struct stack_action *a);
void ecs_fingerprint(const struct stack_action *a, char *out, size_t size);
/* UpdateService with the cluster and service added to what changes; `change` is taken. */
void ecs_action_update(struct stack_action *a, cJSON *change,
                       bool (*arrived)(const struct stack_action *a,
                                       const struct ecs_service *svc));
/* While watching: the service as just read, NULL when it was not read or after the action ended
 * because the service is gone. */
const struct ecs_service *ecs_action_watched(struct stack_action *a);
/* Follows the deployment ecs_work.deployment to COMPLETED or FAILED. */
void ecs_action_watch(struct stack_action *a);

#endif
