/* What happened, merged from every source, newest first. Bounded: the oldest go.
 *
 * Like events that come close together are one row ("4 targets of web unhealthy: 502"), and what
 * both AWS and the console report is told once.
 */
#ifndef CAWSOLE_STACK_TIMELINE_H
#define CAWSOLE_STACK_TIMELINE_H

#include "stack/model.h"

#define STACK_TIMELINE_MAX 1000

enum stack_event_source {
  STACK_EVENT_STATE,   /* a state change that we saw */
  STACK_EVENT_SERVICE, /* ECS service event */
  STACK_EVENT_DEPLOYMENT,
  STACK_EVENT_DATABASE, /* RDS event */
  STACK_EVENT_INVALIDATION,
  STACK_EVENT_ALARM,
  STACK_EVENT_ACTION /* our own */
};

struct stack_event {
  aws_ms at; /* of several: the first's */
  enum stack_event_source source;
  enum stack_level level;
  bool turning; /* the story turns here: a rollout failed or is rolled back, an alarm, a failover.
                   To be marked with the sign of its level */
  enum stack_kind kind; /* with id: the thing it happened to, as stack_find knows it. Several
                           targets: their group; several tasks: their service */
  unsigned count;       /* how many like events this row stands for; 0 and 1: one */
  char id[1024];        /* "": of no thing that is watched */
  char text[256];       /* "target 10.0.10.17:8080 unhealthy: 502" */
};

size_t stack_timeline_count(const struct stack *s);
const struct stack_event *stack_timeline_at(const struct stack *s, size_t i); /* 0: newest */
uint64_t stack_timeline_generation(const struct stack *s);
/* Is the i-th event about this thing: its own, one of several that it was among, or one of a part
 * of it (a group's targets, a service's tasks)? */
bool stack_timeline_concerns(const struct stack *s, size_t i, enum stack_kind k, struct aws_str id);
/* Adds an event; repeats of the same source, id, time and text are dropped. */
void stack_timeline_add(struct stack *s, const struct stack_event *e);

#endif
