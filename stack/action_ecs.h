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
  char cluster[256], service[256]; /* ARNs */
  char deployment[128];            /* id of the deployment that our write started */
  char old_deployment[128];        /* id of the primary deployment when it was planned */
  unsigned looked;                 /* times the service was read to find out about a lost answer */
  bool (*arrived)(const struct stack_action *a,
                  const struct ecs_service *svc); /* shows our change */
};

/* Finds cluster and service ARN of the row acted on; refuses when it cannot. */
bool ecs_action_begin(struct stack_action *a);
/* Asks for the service, and for its autoscaling when with_scaling. */
void ecs_action_ask(struct stack_action *a, bool with_scaling,
                    void (*answered)(struct stack_action *a));
/* The service as last read; NULL after it refused or failed the action. */
const struct ecs_service *ecs_action_service(struct stack_action *a);
const struct ecs_deployment *ecs_primary(const struct ecs_service *svc);
/* "web:41" of a task definition ARN. */
struct aws_str ecs_revision(struct aws_str arn);
/* A plan line each: rollout under way, bounds of the deployment, circuit breaker. */
void ecs_plan_deployment(struct stack_action *a, const struct ecs_service *svc);
bool ecs_can_deploy(struct stack_action *a, const struct ecs_service *svc); /* else refuses */
void ecs_fingerprint(const struct stack_action *a, char *out, size_t size);
/* UpdateService with the cluster and service added to what changes; `change` is taken. */
void ecs_action_update(struct stack_action *a, cJSON *change,
                       bool (*arrived)(const struct stack_action *a,
                                       const struct ecs_service *svc));
/* Follows the deployment ecs_work.deployment to COMPLETED or FAILED. */
void ecs_action_watch(struct stack_action *a);

#endif
