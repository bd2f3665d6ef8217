/* The retry modes of the SDKs:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
#ifndef CAWSOLE_AWS_CLIENT_RETRY_H
#define CAWSOLE_AWS_CLIENT_RETRY_H

#include "aws/client.h"

enum { AWS_RETRY_QUOTA = 500 };

/* One for a client: the quota stops a client from hammering a service that is down. */
struct aws_retry {
  struct aws_retry_settings how;
  int tokens;
  uint64_t random; /* state of the jitter's generator */
};

/* adaptive is standard here: its rate limiter would wait for the same thing as the request budget
 * of the stack, which knows the published limits. legacy: more attempts, no quota. */
void aws_retry_init(struct aws_retry *r, struct aws_retry_settings how, uint64_t seed);
/* The delay in ms before the attempt after `attempt` (1 is the first), or -1: do not. *cost is what
 * was taken from the quota. */
int64_t aws_retry_delay(struct aws_retry *r, const struct aws_error *err, int attempt, int *cost);
/* The longest that all delays of one call take together, in ms, unless AWS asks for more. */
int64_t aws_retry_delays(const struct aws_retry *r);
/* Is there quota for what nobody waits for? */
bool aws_retry_spare(const struct aws_retry *r);
/* A call came through; cost: of its last retry, 0 when it needed none. */
void aws_retry_give_back(struct aws_retry *r, int cost);

#endif
