/* CloudWatch's answers, shared by its files. */
#ifndef CAWSOLE_SIM_CLOUDWATCH_H
#define CAWSOLE_SIM_CLOUDWATCH_H

#include "sim/sim.h"

#define CLOUDWATCH_POINTS_MAX 100800 /* in one answer of GetMetricData */

void cloudwatch_get_metric_data(struct sim_request *rq);

#endif
