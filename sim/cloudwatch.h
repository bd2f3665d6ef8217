/* CloudWatch's answers, shared by its files. */
#ifndef CAWSOLE_SIM_CLOUDWATCH_H
#define CAWSOLE_SIM_CLOUDWATCH_H

#include "sim/sim.h"

#define CLOUDWATCH_POINTS_MAX 100800 /* in one answer of GetMetricData */

void cloudwatch_get_metric_data(struct sim_request *rq);

/* ---- metric math (cloudwatch_math.c) --------------------------------------------------------- */

enum cloudwatch_math { /* from good to bad */
                       CLOUDWATCH_MATH_DONE,
                       CLOUDWATCH_MATH_NO_DATA,     /* something in it has no value at that time */
                       CLOUDWATCH_MATH_UNSUPPORTED, /* a function of AWS that is not computed here
                                                     */
                       CLOUDWATCH_MATH_MALFORMED    /* or a name of no query */
};
/* The value of another query. */
typedef enum cloudwatch_math (*cloudwatch_value_fn)(void *arg, struct aws_str id, double *out);
enum cloudwatch_math cloudwatch_calculate(const char *expression, cloudwatch_value_fn value,
                                          void *arg, double *out);

#endif
