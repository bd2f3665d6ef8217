/* Credentials that were given out, which requests may be signed with until they expire. */
#ifndef CAWSOLE_SIM_KEYS_H
#define CAWSOLE_SIM_KEYS_H

#include "sim/sim.h"
#include "sim/verify.h"

struct sim_key {
  char id[21], secret[41], token[65];
  char principal[160]; /* "assumed-role/ROLE/SESSION" */
  aws_ms expires;      /* wall time */
};

#define SIM_KEYS_MAX 256
struct sim_keys { /* the newest push out the oldest */
  struct sim_key v[SIM_KEYS_MAX];
  size_t next;
  uint64_t random;
};

/* Gives out credentials for so many seconds, or as a fault has it. role and session are cut to what
 * fits. */
const struct sim_key *sim_keys_give(struct sim_request *rq, int64_t seconds, const char *role,
                                    const char *session);
const struct sim_key *sim_keys_find(const struct sim_keys *k, const char *id); /* NULL: none */

#endif
