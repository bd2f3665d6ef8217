/* Acting: plan, confirm, send once, watch to the end, journal.
 *
 * Every action is a row in a table. The tui knows none of them by name: it shows the form that the
 * action asks for, the plan in words, the confirmation it wants, and its progress.
 */
#ifndef CAWSOLE_STACK_ACTION_H
#define CAWSOLE_STACK_ACTION_H

#include "stack/model.h"

struct stack_action_def {
  const char *id;    /* "scale"; a key of that name starts it */
  const char *title; /* "Scale service" */
  const char *verb;  /* "scale" for the hint line */
  unsigned kinds;    /* bit set of enum stack_kind it applies to */
  bool many;         /* several may be started and asked about together, one for each thing */
};
const struct stack_action_def *stack_action_defs(size_t *n);
const struct stack_action_def *stack_action_find(const char *id);
/* Whether it may be done now to things of that kind. False: *err says why not ("Scale service:
 * read-only: ..."). */
bool stack_action_allowed(const struct stack *s, const struct stack_action_def *d,
                          enum stack_kind k, struct aws_error *err) AWS_MUST_CHECK;

enum stack_action_step {
  STACK_STEP_READING,  /* re-reading the thing */
  STACK_STEP_INPUT,    /* waits for stack_action_input */
  STACK_STEP_PLANNING, /* working out what will change */
  STACK_STEP_CONFIRM,  /* waits for stack_action_confirm */
  STACK_STEP_SENDING,
  STACK_STEP_WATCHING, /* sent; followed to its end. May go on in the background */
  STACK_STEP_ENDED
};

enum stack_outcome {
  STACK_OUTCOME_NONE,      /* not ended */
  STACK_OUTCOME_DONE,      /* reached its end state */
  STACK_OUTCOME_FAILED,    /* AWS refused it, or it ended badly: see error and progress */
  STACK_OUTCOME_UNKNOWN,   /* sent, and nothing tells whether it arrived */
  STACK_OUTCOME_CANCELLED, /* not sent */
  STACK_OUTCOME_REFUSED    /* planning found that it cannot be */
};
const char *stack_outcome_name(enum stack_outcome o);

enum stack_input_kind { STACK_INPUT_TEXT, STACK_INPUT_CHOICE, STACK_INPUT_LINES };

/* One thing to ask the operator for. */
struct stack_input {
  const char *label; /* "Desired count (n, +n, -n)" */
  enum stack_input_kind kind;
  char initial[384];
  const char *hint; /* a line below */
  size_t nchoices;  /* CHOICE: first column is what is chosen, lines say what differs */
  const struct stack_choice *choices;
};
struct stack_choice {
  char value[384]; /* no shorter than the longest ARN that may be chosen */
  char title[128];
  char detail[512]; /* several lines: what differs */
};

#define STACK_PLAN_LINES 24

struct stack_plan_line {
  enum stack_level level; /* OK: plain; NOTE: good to know; WARN: will fight it; BAD: why not */
  char text[200];
};

struct stack_action;

#define STACK_ACTIONS_MAX 100

struct stack_action_view {
  const struct stack_action_def *def;
  enum stack_action_step step;
  enum stack_outcome outcome;
  char title[160];   /* with what it is about: "Scale web (4 running, autoscaling 2-10)" */
  char subject[128]; /* "service shop/web" */
  struct aws_str id; /* first row's id */
  uint64_t number;   /* of the session, from 1 */
  const struct stack_input *inputs; /* STEP_INPUT */
  size_t ninputs;
  aws_ms made;           /* wall clock: when the questions or the plan were made */
  char beware[200];      /* before anything is asked: "api is healthy; at fault is web"; "" */
  char input_error[200]; /* why the last input was not taken, "" */
  struct stack_plan_line plan[STACK_PLAN_LINES];
  size_t nplan;
  unsigned plans; /* made so far: another plan is another question */
  bool typed;     /* CONFIRM: the name must be typed, else y/n */
  char type_this[256];
  char progress[200];     /* WATCHING, ENDED: "3/12 running, 2m 10s" */
  double fraction;        /* 0..1; negative: not known */
  bool sent;              /* from then on a request may have reached AWS */
  char way_back[160];     /* how to undo it; "" too when nothing was done */
  struct aws_error error; /* code OK: none */
  aws_ms started, ended;
};

/* Starts with READING. ids are copied. Never calls back: STACK_CHANGED_ACTION tells. NULL: *err. */
struct stack_action *stack_action_start(struct stack *s, const struct stack_action_def *d,
                                        enum stack_kind k, const struct aws_str *ids, size_t n,
                                        struct aws_error *err);
const struct stack_action_view *stack_action_view(const struct stack_action *a);
/* INPUT: one text per input (CHOICE: the value; LINES: joined by '\n'). Goes on to PLANNING, or
 * stays with input_error set. */
void stack_action_input(struct stack_action *a, const char *const *values);
void stack_action_confirm(struct stack_action *a, const char *typed_or_null);
/* INPUT, CONFIRM: the thing was read again since, and is not as it was. */
bool stack_action_outdated(const struct stack_action *a);
/* INPUT, CONFIRM: reads the thing again; the plan is made anew from the answer that was given, and
 * from its question where that was what to choose. */
void stack_action_anew(struct stack_action *a);
void stack_action_cancel(struct stack_action *a); /* while nothing was sent: ends as CANCELLED */
/* All actions of this session, oldest first. Beyond STACK_ACTIONS_MAX the oldest that ended is
 * dropped. */
size_t stack_actions(const struct stack *s, struct stack_action *const **out);

/* ---- reading on demand ----------------------------------------------------------------------- */

enum stack_value_state {
  STACK_VALUE_NONE, /* not asked for */
  STACK_VALUE_ASKED,
  STACK_VALUE_PLAIN,  /* a String or StringList */
  STACK_VALUE_MASKED, /* a SecureString, not revealed */
  STACK_VALUE_SHOWN,  /* a SecureString revealed, for a while */
  STACK_VALUE_ERROR
};
/* The value of a parameter. Plain ones are fetched for rows on screen (stack_show_rows). until (may
 * be NULL): when a value that is SHOWN is masked again, on the monotonic clock. */
enum stack_value_state stack_value(const struct stack *s, struct aws_str name, struct aws_str *out,
                                   aws_ms *until);
/* Decrypts one SecureString on demand; masked again after 30 s, on stack_hide, or when the rows
 * leave the screen. Journalled. False: *err says why not. */
bool stack_reveal(struct stack *s, struct aws_str name, struct aws_error *err);
void stack_hide(struct stack *s, struct aws_str name); /* {NULL,0}: all */

/* Something asked for to be read: versions of a parameter, the raw reply of a thing. */
struct stack_lookup;
enum stack_lookup_kind { STACK_LOOKUP_RAW, STACK_LOOKUP_VERSIONS };
struct stack_lookup *stack_lookup(struct stack *s, enum stack_lookup_kind what, enum stack_kind k,
                                  struct aws_str id, struct aws_error *err);
bool stack_lookup_done(const struct stack_lookup *l, const struct aws_error **err);
/* The reply, SecureString values masked. */
struct aws_str stack_lookup_raw(const struct stack_lookup *l);
/* Of VERSIONS; NULL: end. */
const struct aws_page *stack_lookup_page(const struct stack_lookup *l, size_t i);
void stack_lookup_free(struct stack_lookup *l); /* cancels */

#endif
