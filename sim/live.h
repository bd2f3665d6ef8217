/* The engine: what happens in the world by itself, and the ways to change it. */
#ifndef CAWSOLE_SIM_LIVE_H
#define CAWSOLE_SIM_LIVE_H

#include "sim/world.h"

/* Moves the world on to world time `now` (in steps of at most a second, so that a long sleep does
 * not skip what lay between) and lets everything happen that was due. */
void sim_live(struct sim_world *w, aws_ms now);

/* Starts a deployment of definition (or of the present one, when NULL). False: out of memory. */
bool sim_deploy(struct sim_world *w, struct sim_service *s, struct sim_task_definition *definition,
                bool rollback) AWS_MUST_CHECK;
/* Sets the wanted count; the scheduler sees to it. */
void sim_scale(struct sim_world *w, struct sim_service *s, int desired);
/* Adds a service event in AWS's wording: everything after "(service NAME) ". */
void sim_service_event(struct sim_world *w, struct sim_service *s, const char *fmt, ...)
    AWS_PRINTF(3, 4);
/* A new revision of a family: a copy of `of` with another image, answering its health checks with
 * `answers`. NULL: out of memory. */
struct sim_task_definition *sim_new_revision(struct sim_world *w,
                                             const struct sim_task_definition *of,
                                             const char *image, int answers);
void sim_db_event(struct sim_world *w, const char *source_type, const char *source_id,
                  const char *source_arn, const char *category, const char *message);

/* The databases' ordinary events of the last two weeks, labels of parameters. False: no memory. */
bool sim_data_past(struct sim_world *w) AWS_MUST_CHECK;
void sim_invalidation_free(struct sim_invalidation *inv); /* NULL is fine */

/* How many of a group's targets are in a state. */
int sim_count_targets(const struct sim_target_group *g, enum sim_target_state state);
/* Tasks of a service that run, and that are on their way there; of one deployment when it is given.
 */
int sim_count_running(const struct sim_service *s, const struct sim_deployment *d);
int sim_count_pending(const struct sim_service *s, const struct sim_deployment *d);

/* ---- metrics (metric.c) and alarms (alarm.c) ------------------------------------------------- */

/* What CloudWatch would have stored for one period. */
struct sim_sample {
  double sum, average, minimum, maximum, count;
  double p50, p90, p99; /* for response times; else the average */
};
/* The metric for the period that begins at world time t: a pure function of the seed, the time and
 * what the world remembers of then (three hours, by the minute). False: no such metric, or these
 * dimensions are not what it is published with (they must match exactly), or no data for that time
 * (the future, or a counter that counted nothing). */
bool sim_metric(const struct sim_world *w, const char *namespace, const char *name,
                const struct sim_dimension *dims, size_t ndims, aws_ms t, aws_ms period,
                struct sim_sample *out);
/* One statistic of it: "Average", "Sum", "p99", ... False: as above, or no such statistic. */
bool sim_metric_stat(const struct sim_sample *sample, const char *stat, double *out);
/* Evaluates every alarm once a minute of world time; the engine calls it at each step. */
void sim_alarms_look(struct sim_world *w);
/* The datapoints an alarm's evaluation at world time `at` looks at, newest first; how many there
 * are, at most alarm->evaluations and max. */
struct sim_datapoint {
  aws_ms at;
  double value;
};
size_t sim_alarm_points(const struct sim_world *w, const struct sim_alarm *a, aws_ms at,
                        struct sim_datapoint *out, size_t max);

/* ---- scenarios ------------------------------------------------------------------------------- */

struct sim_request;

/* What one scenario does; every function may be NULL. */
struct sim_scenario {
  const char *name, *summary;
  void (*begin)(struct sim_world *w);
  void (*tick)(struct sim_world *w);         /* every step of the engine, after everything else */
  bool (*intercept)(struct sim_request *rq); /* before the handler; true: it has answered */
};
const struct sim_scenario *sim_scenario_find(const char *name); /* NULL: none of that name */
const struct sim_scenario *sim_scenario_at(size_t i);           /* NULL: past the last */

/* db-failover (scenario_db.c) and edge-errors (scenario_edge.c). */
void sim_db_failover_begin(struct sim_world *w);
void sim_db_failover_tick(struct sim_world *w);
/* Share of edge answers that are 5xx at world time t, 0 to 1, beyond the ordinary. */
double sim_edge_error_rate(const struct sim_world *w, aws_ms t);

#endif
