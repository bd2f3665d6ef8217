/* ECS's answers, shared by its files. */
#ifndef CAWSOLE_SIM_ECS_H
#define CAWSOLE_SIM_ECS_H

#include "sim/sim.h"

/* The cluster that the request names; NULL: ClusterNotFoundException was answered. */
struct sim_cluster *ecs_wanted_cluster(struct sim_request *rq);
/* {"arn":...,"reason":"MISSING"}; kind: "service", "task/CLUSTER", ... before the name. */
void ecs_write_missing(struct sim_request *rq, const char *kind, const char *name_or_arn);
/* Whether `include` asks for this. */
bool ecs_includes(const struct sim_request *rq, const char *what);

/* Members of the open structure. */
void ecs_write_service(struct sim_request *rq, const struct sim_service *s);
void ecs_write_task(struct sim_request *rq, const struct sim_task *t);
void ecs_write_definition(struct sim_request *rq, const struct sim_task_definition *d);
void ecs_write_tags(struct sim_request *rq, const char *name);

void ecs_update_service(struct sim_request *rq);
#define ECS_UPDATE_SERVICE_PARAMS 17
extern const struct sim_param ecs_update_service_params[ECS_UPDATE_SERVICE_PARAMS];

#endif
