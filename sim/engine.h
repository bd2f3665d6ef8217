/* The parts of the engine, as they call each other. Times are the world's. */
#ifndef CAWSOLE_SIM_ENGINE_H
#define CAWSOLE_SIM_ENGINE_H

#include "sim/live.h"

/* ---- tasks (live_task.c) --------------------------------------------------------------------- */

struct sim_task *sim_task_new(struct sim_world *w, struct sim_service *s,
                              const struct sim_deployment *d);
/* Asks it to stop: its target drains, then it goes. Twice is once. */
void sim_task_stop(struct sim_world *w, struct sim_task *t, const char *code, const char *fmt, ...)
    AWS_PRINTF(4, 5);
/* It failed by itself: counts for the circuit breaker of its service. */
void sim_task_failed(const struct sim_task *t);
/* Lets every task of the service take the steps that are due. */
void sim_tasks_step(struct sim_world *w, struct sim_service *s);
/* Running, wanted, and healthy in itself and in its target group. */
bool sim_task_ready(const struct sim_task *t);
void sim_task_free(struct sim_world *w, struct sim_task *t);

/* ---- targets (live_target.c) ----------------------------------------------------------------- */

struct sim_target *sim_target_new(struct sim_world *w, struct sim_target_group *g,
                                  struct sim_task *t);
void sim_target_drain(struct sim_world *w, struct sim_target_group *g, struct sim_target *t);
void sim_targets_step(struct sim_world *w, struct sim_target_group *g);

/* ---- services (live_service.c) --------------------------------------------------------------- */

struct sim_deployment *sim_deployment_new(struct sim_world *w, struct sim_service *s,
                                          struct sim_task_definition *definition);
void sim_service_step(struct sim_world *w, struct sim_service *s);
void sim_event_free(struct sim_event *e);
/* Enters a new revision into the world's tables; NULL: out of memory. */
struct sim_task_definition *sim_definition_add(struct sim_world *w, struct sim_task_definition *d);

/* ---- once a minute (live_minute.c) ----------------------------------------------------------- */

/* Records what metrics of the past are made from, and lets autoscaling look. */
void sim_minute(struct sim_world *w, aws_ms minute);
/* Writes the trace of a minute as the service now is; not fresh: looks at it once more. */
void sim_trace(struct sim_service *s, aws_ms minute, bool fresh);

#endif
