/* Parameter Store's filters and values, shared by its files. */
#ifndef CAWSOLE_SIM_SSM_H
#define CAWSOLE_SIM_SSM_H

#include "sim/sim.h"

/* Which filter keys an operation takes. */
enum ssm_filter_set { SSM_FILTERS_DESCRIBE, SSM_FILTERS_BY_PATH };

/* Checks ParameterFilters (and the older Filters); false: an error was answered. */
bool ssm_filters_check(struct sim_request *rq, enum ssm_filter_set set) AWS_MUST_CHECK;
/* Whether a parameter passes all of the request's filters. */
bool ssm_filters_match(const struct sim_request *rq, const struct sim_parameter *p);
/* Whether name lies below path: directly, or anywhere. "/" holds what has no slash at all too. */
bool ssm_below(const char *name, const char *path, bool recursive);
/* A path that may be asked for; false: an error was answered. */
bool ssm_path_check(struct sim_request *rq, const char *path) AWS_MUST_CHECK;
bool ssm_has_label(const struct sim_parameter_version *v, const char *label);

#endif
