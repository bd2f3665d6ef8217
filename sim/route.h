/* From a request's bytes to a handler and back: services, operations, signature, answer. */
#ifndef CAWSOLE_SIM_ROUTE_H
#define CAWSOLE_SIM_ROUTE_H

#include "sim/keys.h"
#include "sim/verify.h"

/* Which service a request is for, and in which protocol; NULL: nobody's. */
const struct sim_api_service *sim_route_service(const struct sim_http *h,
                                                const struct sim_auth *auth,
                                                enum sim_protocol *protocol);
/* Finds rq->op, and reads the parameters into rq->in. False: an error has been answered. */
bool sim_route_op(struct sim_request *rq, const struct sim_http *h);

/* How often each operation was asked for, how often it was done, and how often a fault met it: what
 * one spoils before the operation is asked for and not done, what it spoils after it is both. */
#define SIM_TALLIES_MAX 256
struct sim_tally {
  const struct sim_api_service *service;
  const struct sim_op *op;
  uint64_t asked, done, spoilt;
};
struct sim_tallies {
  struct sim_tally t[SIM_TALLIES_MAX];
  size_t n;
};
/* A line an operation, "ecs:UpdateService 3 asked, 1 done, 2 spoilt". */
void sim_tallies_list(const struct sim_tallies *t, struct aws_buf *out);

/* What all requests are answered from. */
struct sim_gate {
  struct sim_world *world, *elsewhere; /* elsewhere: the empty world of other regions */
  const char *access_key, *secret;
  struct sim_faults *faults;
  struct sim_keys *keys; /* given out */
  struct sim_tallies tallies;
  uint64_t ids; /* state of the generator of request ids */
};
struct sim_now {
  aws_ms wall, mono;
};

/* Answers one request: rq's status, headers and out.buf are what to send. rq->arena is the
 * caller's, who frees it and out.buf. */
void sim_answer(struct sim_gate *gate, const struct sim_http *h, const struct sim_now *now,
                struct sim_request *rq);
const char *sim_content_type(const struct sim_request *rq);

#endif
