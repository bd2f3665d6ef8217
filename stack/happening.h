/* What happened: how events are put into words and told once. */
#ifndef CAWSOLE_STACK_HAPPENING_H
#define CAWSOLE_STACK_HAPPENING_H

#include "stack/state.h"
#include "stack/timeline.h"

struct cloudwatch_alarm;
struct ecs_event;
struct elbv2_target;

/* ---- timeline.c ------------------------------------------------------------------------------ */

bool stack_timeline_init(struct stack *s);
void stack_timeline_free(struct stack *s);

/* An event of now, with printf. */
void stack_event_addf(struct stack *s, aws_ms at, enum stack_event_source source,
                      enum stack_level level, enum stack_kind k, struct aws_str id, const char *fmt,
                      ...) AWS_PRINTF(7, 8);

/* One of what a row stands for. */
struct stack_member {
  uint64_t what;  /* which event: of what kind it was, and of which thing */
  uint64_t thing; /* stack_member_thing of it; 0: not told */
  unsigned weight;
  bool once; /* this cannot happen to the thing twice: whoever reports it, it is the same */
};

#define STACK_FOLD_MEMBERS 64

/* What an event has in common with those that it may become one row with. */
struct stack_fold {
  enum stack_kind kind; /* what all are parts of: the group, the service */
  struct aws_str id;
  char many[160]; /* "# targets of web unhealthy: 502"; what differs in it is not alike */
  bool divides;   /* what happens to parts of it before and after this is not one row */
  struct stack_member members[STACK_FOLD_MEMBERS];
  size_t n;
};

uint64_t stack_member_thing(enum stack_kind k, struct aws_str id);
/* word: "stopped", "rollback", ...: says which kind of event it was. */
void stack_fold_member(struct stack_fold *f, const char *word, enum stack_kind k, struct aws_str id,
                       unsigned weight, bool once);
/* Adds `one`, or makes it a part of the row that is like it, if nothing divides the two. Several
 * are told by f->many, with the whole as the thing it happened to. */
void stack_timeline_fold(struct stack *s, const struct stack_event *one, struct stack_fold *f);

/* ---- words.c: what AWS says, for people who know their stack --------------------------------- */

/* Without ids, ARNs and boilerplate: "(service web) (port 80) is unhealthy in (target-group arn...)
 * due to (reason Health checks failed with these codes: [502])" -> "is unhealthy in web due to
 * 502". */
void stack_plain_words(struct aws_str text, char *out, size_t size);
/* Why a target is not healthy: "502", "Request timed out"; "" when it is. */
void stack_target_why(const struct elbv2_target *v, char *out, size_t size);
/* Why an alarm rings: "CPUUtilization 91 > 85", else what AWS says. */
void stack_alarm_why(const struct cloudwatch_alarm *v, char *out, size_t size);
/* An ECS service event, told of the service `id` called `name`. */
void stack_tell_service_event(struct stack *s, const struct ecs_event *e, struct aws_str id,
                              struct aws_str name);

#endif
