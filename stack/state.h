/* Inside the stack room: the stack itself and the small things that every file asks. Nobody outside
 * includes this or any other header of this folder.
 *
 * How data moves: a feed (a const row) names the operation that fills a kind; it has one part for
 * each thing that it is asked for (a target group, a cluster, or one part in all). A part runs a
 * call; every page that comes becomes a sheet (the page and its rows). When the call ends the
 * part's new sheets take the place of the old ones, the timeline hears of the differences, and what
 * depends on the kind (ratings, references, path) is worked out again the next time that somebody
 * looks.
 *
 * One header a floor, each on those before it: state.h, budget.h and audit.h, things.h,
 * happening.h, judged.h, asking.h, derived.h; the actions have their own.
 */
#ifndef CAWSOLE_STACK_STATE_H
#define CAWSOLE_STACK_STATE_H

#include "stack/model.h"

#define STACK_BIT(k) (1u << (k))
#define STACK_BITS_ALL (STACK_BIT(STACK_KINDS) - 1u)
/* Besides kinds, in a set of what moved: */
#define STACK_BIT_METRICS STACK_BIT(STACK_KINDS)
#define STACK_BIT_TIME STACK_BIT(STACK_KINDS + 1) /* time passed, which some ratings look at */

#define STACK_NEVER INT64_MAX
#define STACK_HELD_SHOWN_MS 2000

struct stack_shown {   /* ids on screen of one kind */
  struct aws_str *ids; /* own copies in text */
  size_t n;
  struct aws_arena text;
};

struct stack_silence { /* failures in a row that were no answers of AWS's */
  unsigned fails;
  bool several; /* of more than one service */
  const struct aws_service *service;
  aws_ms since; /* wall */
  struct aws_error error;
};

struct stack_feed;     /* things.h */
struct stack_rows;     /* things.h */
struct stack_budgeter; /* budget.c */
struct stack_metrics;  /* metrics.c */
struct stack_timeline; /* timeline.c */
struct stack_derived;  /* derived.h */
struct stack_progress; /* health_ecs.c: how rollouts advance */
struct stack_rollouts; /* rollout.c: what is remembered of services */
struct stack_actions;  /* action.c */
struct stack_values;   /* value.c */

struct stack {
  struct stack_config cfg; /* own copy */
  struct stack_deps deps;
  struct aws_io *io;
  struct aws_client *client;
  char region[32];
  enum stack_state state;
  struct aws_error refusal;
  char account[16], caller[256], role[96];
  struct stack_keys keys;
  struct aws_error keys_error;            /* why there are no newer ones */
  bool keys_refused;                      /* that is STS's answer: it took none of them */
  struct aws_error moved;                 /* they became those of another account */
  bool identified;                        /* GetCallerIdentity answered and the pin fits */
  char shown_key[160], shown_account[32]; /* with which what is shown was read; "": not known */
  aws_ms who_since;  /* mono: whose the keys in use are is asked since; 0: known */
  bool held;         /* and nothing else is sent before that is answered */
  aws_ms started;    /* mono */
  aws_ms settled_at; /* mono; 0: not yet */
  aws_ms timed_at;   /* mono: when ratings that look at the clock were last made */
  aws_ms looked_at;  /* mono: when it was last looked for what is overdue */
  bool metrics_old;  /* some of them, as of that look */
  struct stack_silence silence;
  unsigned changes;   /* STACK_CHANGED_* */
  unsigned dirty;     /* kinds whose rows changed since the last update */
  unsigned reconcile; /* kinds whose dependents' parts are to be looked at again */
  bool polling;       /* feeds run */
  uint64_t generation;
  uint64_t random;
  struct stack_feed *feeds; /* in the order of stack_feed_defs */
  size_t nfeeds;
  struct stack_rows *kinds; /* STACK_KINDS of them */
  unsigned on_screen;       /* kinds */
  struct stack_shown shown[STACK_KINDS];
  struct stack_shown show_service; /* one id or none */
  struct stack_budgeter *budget;
  struct aws_timer *tick, *identity_timer, *held_timer;
  struct aws_region_search *region_search; /* NULL: the region is known, or was not found */
  struct aws_identity *keeper;             /* of the client's keys; NULL in a demo */
  struct aws_operator operator;            /* what the keeper asks through: passes it on */
  const struct aws_prompt *asked;          /* and what it asks now; NULL: nothing */
  aws_ms tick_at;                          /* mono */
  void (*on_tick)(struct stack *s);        /* the scheduler's turn */
  unsigned identity_fails;
  struct aws_call *identity_call;
  struct stack_metrics *metrics;
  struct stack_timeline *timeline;
  struct stack_derived *derived;
  struct stack_progress *progress;
  struct stack_rollouts *rollouts;
  struct stack_actions *actions;
  struct stack_values *values;
};

/* ---- state.c --------------------------------------------------------------------------------- */

aws_ms stack_wall(const struct stack *s);
aws_ms stack_mono(const struct stack *s);
/* Held for long enough to be told: what is shown is of the keys before. */
bool stack_held(const struct stack *s);
/* What the operator is asked for, which calls may wait for: "waiting for the MFA code". NULL:
 * nothing is asked. */
const char *stack_asked(const struct stack *s);
#define STACK_HELD_WHY "keys not checked"
double stack_random(struct stack *s);               /* 0 <= x < 1, from the seed */
void stack_changed(struct stack *s, unsigned bits); /* STACK_CHANGED_* for stack_take_changes */
/* "us-east-1" in the aws partition: where CloudFront's metrics and alarms live; NULL: the partition
 * has no such place that we know. */
const char *stack_edge_region(const struct stack *s);

/* A call that the operator asked for (standard retry); the budget counts it but never holds it up.
 * Refused while the stack is not running.
 * As aws_call otherwise: takes `in`; NULL with *err set. opt NULL: {.asked = true}. */
struct aws_call *stack_call(struct stack *s, const struct aws_op *op, cJSON *in,
                            const struct aws_call_options *opt, aws_page_fn on_page,
                            aws_done_fn on_done, void *arg, struct aws_error *err) AWS_MUST_CHECK;

/* Revision and family of a task definition's ARN or "family:revision"; 0: none. */
int64_t stack_revision(struct aws_str task_definition);
/* A text of printf's that was cut, which fills its room, ends with an ellipsis. */
void stack_cut(char *text, size_t size);
struct aws_str stack_short(struct aws_str arn); /* after the last '/' or ':' */
/* "arn:aws:sts::1:assumed-role/OpsRole/anna" -> "OpsRole", "arn:aws:iam::1:user/alice" ->
 * "user alice", "arn:aws:iam::1:root" -> "root". */
void stack_arn_role(struct aws_str arn, char *out, size_t size);
/* The region that an ARN names ("": none, or no ARN); CloudFront's alarms live in another one than
 * the stack. */
void stack_arn_region(struct aws_str id, char *out, size_t size);
struct stack_clock_text {
  char text[8];
};
struct stack_clock_text stack_clock_words(aws_ms wall); /* local time: "16:04" */

/* ---- wake.c ---------------------------------------------------------------------------------- */

void stack_wake_init(struct stack *s, void (*on_tick)(struct stack *s));
void stack_wake_at(struct stack *s, aws_ms at); /* mono; unless it is woken sooner */
void stack_wake(struct stack *s);               /* something became due: look again in this turn */
void stack_wake_stop(struct stack *s);

#endif
