/* Elastic Load Balancing's answers, shared by its files. */
#ifndef CAWSOLE_SIM_ELBV2_H
#define CAWSOLE_SIM_ELBV2_H

#include "sim/sim.h"

/* Whether it may be the ARN of a `what` (":loadbalancer/" is a part of it); false: an error was
 * answered. */
bool elbv2_is_arn(struct sim_request *rq, const char *arn, const char *part, const char *what);
/* The target group of that name, or with arn of that ARN; NULL: an error was answered. */
struct sim_target_group *elbv2_wanted_group(struct sim_request *rq, const char *key, bool arn);

void elbv2_describe_target_health(struct sim_request *rq);

#endif
