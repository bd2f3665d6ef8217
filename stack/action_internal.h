/* How actions are built: internal to the stack room.
 *
 * An action is a const struct action_ops and, while it runs, a struct stack_action. It asks AWS
 * through slots; when every asked slot has answered, `answered` goes on. No function here waits.
 */
#ifndef CAWSOLE_STACK_ACTION_INTERNAL_H
#define CAWSOLE_STACK_ACTION_INTERNAL_H

#include "audit.h"
#include "stack/action.h"
#include "stack/state.h"

#define ACTION_SLOTS 16
#define ACTION_WATCH_MS 5000
/* Just after it was sent the operator looks on, and most happens. */
#define ACTION_WATCH_FRESH_MS 2000
#define ACTION_FRESH_MS 30000
#define ACTION_WATCH_MAX_MS (60 * 60 * 1000)

struct action_ops {
  struct stack_action_def def;
  size_t work_size; /* of the action's own data, zeroed, in a->work */
  /* Asks for everything that the plan needs; then action_need_input or, when nothing is to be asked
   * of the operator, action_plan. Runs again right before sending: `rechecking` is set. */
  void (*read)(struct stack_action *a);
  /* Takes what the operator gave. False: a->view.input_error says why not. */
  bool (*input)(struct stack_action *a, const char *const *values);
  /* Adds the plan's lines, sets before, after, typed and way_back; may refuse. */
  void (*plan)(struct stack_action *a);
  /* What the plan stands on, in one line; differs when the thing changed meanwhile. */
  void (*fingerprint)(const struct stack_action *a, char *out, size_t size);
  /* Whether the row that is watched is another one than was read; NULL: nothing tells. */
  bool (*outdated)(const struct stack_action *a);
  void (*send)(struct stack_action *a);
  void (*watch)(struct stack_action *a); /* asks once; called every ACTION_WATCH_MS */
  void (*done)(struct stack_action *a);  /* frees what work points to; may be NULL */
};

struct action_slot {
  struct stack_action *a;
  struct aws_call *call;
  struct aws_page **pages;
  size_t n, cap;
  struct aws_error err;
  bool asked, write;
};

struct stack_action {
  struct stack *s;
  const struct action_ops *ops;
  struct stack_action_view view;
  enum stack_kind kind;
  char id[512]; /* of the thing acted on */
  struct action_slot slots[ACTION_SLOTS];
  unsigned open;                            /* slots that have not answered */
  void (*answered)(struct stack_action *a); /* when open falls to 0 */
  struct aws_timer *timer;
  void (*again)(struct stack_action *a); /* what the timer calls */
  bool rechecking;
  bool anew; /* and not to send, but to plan once more */
  char confirmed_as[sizeof((struct stack_keys *)0)->key_id]; /* with which keys */
  bool planned; /* a line "planned" stands in the journal, and no "ended" yet */
  char before[200], after[1024];
  char fingerprint[512];
  char request_id[80]; /* of the last answer to a write */
  aws_ms sent_at;      /* mono */
  void *work;
};

extern const struct action_ops action_scale, action_redeploy, action_rollback, action_invalidate;

/* ---- action.c -------------------------------------------------------------------------------- */

bool stack_actions_init(struct stack *s, struct aws_error *err); /* in stack_new */
void stack_actions_free(struct stack *s);                        /* cancels calls and timers */

/* ---- action_ask.c ---------------------------------------------------------------------------- */

/* A round of asking: begin, any number of asks, end. `answered` runs once, when all have answered;
 * never before end. Asking drops what the slot held; `in` is taken. */
void action_ask_begin(struct stack_action *a, void (*answered)(struct stack_action *a));
void action_ask_end(struct stack_action *a);
void action_ask(struct stack_action *a, unsigned slot, const struct aws_op *op, cJSON *in);
/* The same for at most so many pages; 0: all. */
void action_ask_pages(struct stack_action *a, unsigned slot, const struct aws_op *op, cJSON *in,
                      int max_pages);
void action_slot_clear(struct stack_action *a, unsigned slot);
const void *action_item(const struct stack_action *a, unsigned slot,
                        size_t i); /* NULL: not there */
size_t action_items(const struct stack_action *a, unsigned slot);

/* ---- action_step.c --------------------------------------------------------------------------- */

/* What the operator reads above the form, the plan and the confirmation. */
void action_title(struct stack_action *a, const char *fmt, ...) AWS_PRINTF(2, 3);
void action_need_input(struct stack_action *a);
void action_plan(struct stack_action *a); /* to CONFIRM, or on to sending after a recheck */
void action_plan_line(struct stack_action *a, enum stack_level level, const char *fmt, ...)
    AWS_PRINTF(3, 4);
void action_refuse(struct stack_action *a, const char *fmt, ...) AWS_PRINTF(2, 3);
void action_fail(struct stack_action *a, const struct aws_error *err);
/* A write that AWS answered with a refusal. */
void action_not_done(struct stack_action *a, const struct aws_error *err);
void action_sent(struct stack_action *a); /* to WATCHING: it is known to have arrived */
/* Calls fn after some seconds. */
void action_again(struct stack_action *a, void (*fn)(struct stack_action *a));
void action_progress(struct stack_action *a, double fraction, const char *fmt, ...)
    AWS_PRINTF(3, 4);
void action_end(struct stack_action *a, enum stack_outcome outcome, const char *fmt, ...)
    AWS_PRINTF(3, 4);
void action_changed(struct stack_action *a);
void action_set_step(struct stack_action *a, enum stack_action_step step);
void action_stop_timer(struct stack_action *a);
/* A line of the journal. False: *err says why; the caller must then not write to AWS. */
bool action_journal(struct stack_action *a, const char *event,
                    struct aws_error *err) AWS_MUST_CHECK;
aws_ms action_elapsed(const struct stack_action *a); /* ms since it was sent */

#endif
