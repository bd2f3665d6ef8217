/* What happened, merged from every source, newest first. Bounded: the oldest go. */
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
  aws_ms at;
  enum stack_event_source source;
  enum stack_level level;
  enum stack_kind kind;
  char id[256];   /* of the thing, may be "" */
  char text[256]; /* "target 10.0.10.17:8080 unhealthy: Target.ResponseCodeMismatch 502" */
};

size_t stack_timeline_count(const struct stack *s);
const struct stack_event *stack_timeline_at(const struct stack *s, size_t i); /* 0: newest */
uint64_t stack_timeline_generation(const struct stack *s);
/* Adds an event; repeats of the same source, id, time and text are dropped. */
void stack_timeline_add(struct stack *s, const struct stack_event *e);

#endif
