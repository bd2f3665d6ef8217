/* What the files that rate share. */
#ifndef CAWSOLE_STACK_HEALTH_H
#define CAWSOLE_STACK_HEALTH_H

#include "stack/internal.h"

/* ---- rating.c -------------------------------------------------------------------------------- */

/* Says how the thing is; the worst that was said stays. */
void stack_rated(struct stack_rating *r, enum stack_level level, const char *fmt, ...)
    AWS_PRINTF(3, 4);

/* ---- health_ecs.c ---------------------------------------------------------------------------- */

void stack_rate_cluster(struct stack *s, const struct stack_row *row, struct stack_rating *r);
void stack_rate_service(struct stack *s, const struct stack_row *row, struct stack_rating *r);

/* ---- rollout.c: what is remembered of services ------------------------------------------------
 */

bool stack_rollouts_init(struct stack *s);
void stack_rollouts_free(struct stack *s);
/* Takes note of how it stands. True: more tasks were wanted a short while ago, none was lost since,
 * and they are starting. */
bool stack_service_seen(struct stack *s, const struct stack_row *row);

void stack_rate_task(struct stack *s, const struct stack_row *row, struct stack_rating *r);

#endif
