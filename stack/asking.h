/* Who asks, and when. */
#ifndef CAWSOLE_STACK_ASKING_H
#define CAWSOLE_STACK_ASKING_H

#include "stack/things.h"

/* ---- feeds.c --------------------------------------------------------------------------------- */

extern const struct stack_feed_def stack_feed_defs[];
extern const size_t stack_feed_defs_n;

/* ---- fetch.c --------------------------------------------------------------------------------- */

void stack_fetch_start(struct stack_part *p); /* its run */

/* ---- poll.c ---------------------------------------------------------------------------------- */

bool stack_poll_init(struct stack *s);
void stack_poll_start(struct stack *s);  /* the feeds may run now */
void stack_poll_stop(struct stack *s);   /* nothing is sent from now on; rows stay */
void stack_poll_forget(struct stack *s); /* stops; nothing of what was read is left */
void stack_poll_free(struct stack *s);
void stack_poll_reconcile(struct stack *s, enum stack_kind changed);
void stack_poll_shown(struct stack *s, enum stack_kind k); /* on or off the screen, or its rows */

/* ---- identity.c ------------------------------------------------------------------------------ */

/* Refuses one that is none of AWS's. */
void stack_region_set(struct stack *s, const char *region);
void stack_identity_start(struct stack *s);
void stack_identity_stop(struct stack *s);
void stack_identity_asked(struct stack *s); /* the operator does not wait for the next try */

#endif
