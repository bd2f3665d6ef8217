/* How much may be asked, and what was. */
#ifndef CAWSOLE_STACK_BUDGET_H
#define CAWSOLE_STACK_BUDGET_H

#include "stack/state.h"

struct stack_bucket {
  struct stack_api_use use; /* public part, but for the percentiles */
  struct aws_spread elapsed;
  double tokens;
  unsigned in_flight, waiting;    /* waiting: as counted by the scheduler's round */
  aws_ms filled_at, throttled_at; /* mono; throttled_at: or when it was last hastened */
  bool recovers;                  /* was throttled, and not all of its parts have been read since */
};

#define STACK_BUCKETS_MAX 24 /* more share the last one */

bool stack_budget_init(struct stack *s);
void stack_budget_free(struct stack *s);
void stack_budget_sent(void *s, const struct aws_sent *sent);
struct stack_bucket *stack_bucket(struct stack *s, const struct aws_op *op); /* never NULL */
/* May a poll be sent now? False: *wait ms until it may. */
bool stack_bucket_ready(struct stack *s, struct stack_bucket *b, aws_ms *wait);
void stack_budget_round(struct stack *s);                         /* nobody waits in line yet */
bool stack_bucket_spent(struct stack *s, struct stack_bucket *b); /* what is due has to wait */
void stack_bucket_begin(struct stack_bucket *b);
void stack_bucket_end(struct stack_bucket *b);
double stack_bucket_pace(const struct stack_bucket *b); /* polls a second, in the long run */
void stack_budget_settle(struct stack *s);              /* the first fill is over: no more bursts */
void stack_budget_metrics(struct stack *s, double usd_month); /* what the metrics cost */

#endif
