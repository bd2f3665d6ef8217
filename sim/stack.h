/* How a world comes to be: a stack file read by libconfig (reference.cfg documents the format and
 * is what is used when no file is given), grown on demand. */
#ifndef CAWSOLE_SIM_STACK_H
#define CAWSOLE_SIM_STACK_H

#include "sim/live.h"

struct sim_world_options {
  const char *stack_file; /* NULL: the reference stack, built in */
  uint64_t seed;
  double speed;          /* world seconds in a second; 0: it waits to be told */
  int tasks, parameters; /* 0: as many as the stack file has */
  aws_ms now;            /* wall time at the start */
  const char *scenario;  /* NULL: steady */
};

/* A world with a past: services run, databases are available. NULL with *err set. */
struct sim_world *sim_world_new(const struct sim_world_options *o, struct aws_error *err);
/* A world of the same account with nothing in it. */
struct sim_world *sim_world_new_empty(const struct sim_world *like, struct aws_error *err);
void sim_world_free(struct sim_world *w);

#endif
