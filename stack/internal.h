/* Inside the stack room: what its files share. Nobody else includes this.
 *
 * How data moves: a feed (a const row) names the operation that fills a kind; it has one part for
 * each thing that it is asked for (a target group, a cluster, or one part in all). A part runs a
 * call; every page that comes becomes a sheet (the page and its rows). When the call ends the
 * part's new sheets take the place of the old ones, the timeline hears of the differences, and what
 * depends on the kind (ratings, references, path) is worked out again the next time that somebody
 * looks.
 */
#ifndef CAWSOLE_STACK_INTERNAL_H
#define CAWSOLE_STACK_INTERNAL_H

#include "stack/action.h"
#include "stack/model.h"
#include "stack/path.h"
#include "stack/timeline.h"

#include "aws/api/apigatewayv2.h"
#include "aws/api/autoscaling.h"
#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"
#include "aws/api/s3.h"
#include "aws/api/secretsmanager.h"
#include "aws/api/ssm.h"
#include "aws/api/sts.h"
#include "aws/identity.h"

#define STACK_BIT(k) (1u << (k))
#define STACK_BITS_ALL (STACK_BIT(STACK_KINDS) - 1u)
/* Besides kinds, in a set of what moved: */
#define STACK_BIT_METRICS STACK_BIT(STACK_KINDS)
#define STACK_BIT_TIME STACK_BIT(STACK_KINDS + 1) /* time passed, which some ratings look at */

struct stack_part;
struct stack_feed;

/* ---- feeds: what is asked, for what, how often ------------------------------------------------
 */

/* Calls fn with the key of every thing that a feed has to be asked for. */
typedef void (*stack_key_fn)(struct stack_feed *f, struct aws_str key);

struct stack_feed_def {
  enum stack_kind kind;      /* whose rows it brings */
  const struct aws_op *list; /* first step that gives ids for `op`, or NULL */
  const char *ids;           /* member of op's input that takes the listed ids */
  const struct aws_op *op;   /* brings the rows */
  unsigned sources; /* kinds whose rows decide about the parts; 0: one part, always there */
  void (*keys)(struct stack *s, struct stack_feed *f, stack_key_fn add); /* with sources */
  cJSON *(*input)(const struct stack_part *p, bool list);                /* NULL: {} */
  bool (*wanted)(const struct stack *s);                                 /* NULL: always */
  void *(*convert)(struct aws_arena *a,
                   const void *item); /* op's items are not the kind's; or NULL */
  bool edge;                          /* asked in us-east-1, where CloudFront's things live */
  int max_pages;                      /* 0: all */
  int on_s, off_s; /* seconds between refreshes, on screen and off; 0: never again once read */
  unsigned nudges; /* kinds that are asked soon when these rows changed */
  int list_s;      /* how long a list of ids is good; 0: asked each time */
  int (*hurry_s)(
      const struct stack_part *p); /* a shorter period for now (rollouts), 0: none; or NULL */
};
extern const struct stack_feed_def stack_feed_defs[];
extern const size_t stack_feed_defs_n;

/* One page and its rows. Counted: a page that came again unchanged keeps its sheet. */
struct stack_sheet {
  unsigned refs;
  bool rated; /* ratings that depend on the item alone are up to date */
  struct aws_page *page;
  struct stack_row *rows;
  size_t n;
  struct aws_arena text; /* ids and names that had to be made */
};

struct stack_sheets {
  struct stack_sheet **v;
  size_t n, cap;
};

enum stack_part_step { STACK_PART_IDLE, STACK_PART_LISTING, STACK_PART_READING };

struct stack_part {
  struct stack *s;
  struct stack_feed *feed;
  struct aws_str key; /* its own copy; "" when the feed has one part only */
  struct stack_sheets shown, fresh;
  enum stack_part_step step;
  struct aws_call *call;
  cJSON *listing, *listed; /* ids that are coming in; ids of the last whole list */
  aws_ms listed_at;        /* mono */
  bool progressive;        /* first fill: pages are shown as they come */
  bool loaded, ended, asked, on_screen, denied;
  bool gone;                     /* its source left it out */
  bool lost;                     /* some of this run's answer found no memory */
  bool late, old;                /* overdue; too old to be told as true: as of the last look */
  unsigned fails, replies;       /* in a row; of the run under way */
  aws_ms due, ended_at, read_at; /* mono; read_at: ended well */
  aws_ms fetched_at, next_try;   /* wall */
  struct aws_error error;
};

struct stack_feed {
  const struct stack_feed_def *def;
  struct stack *s;
  struct stack_part **parts;
  size_t n, cap;
  struct aws_map index; /* key -> part */
  bool seeded;          /* its sources were whole when parts were made */
  bool lost;            /* a part found no memory */
};

/* ---- collections -------------------------------------------------------------------------------
 */

struct stack_group { /* children of one parent, in order */
  const struct stack_row **rows;
  size_t n;
};

struct stack_rows { /* one kind: the public collection and what is worked out from it on demand */
  struct stack_collection pub;
  const struct stack_row **flat;
  size_t cap;
  bool flags_ok, flat_ok, index_ok, groups_ok, tasks_ok; /* what is up to date */
  bool lost;                                             /* a row found no memory */
  struct aws_map index;      /* id -> position in flat, counted from 1 */
  struct aws_map groups;     /* parent id -> struct stack_group */
  struct stack_group *group; /* children by parent */
  const struct stack_row **grouped;
  struct aws_map task_groups[2]; /* TASK only: running and stopped, by service */
  struct stack_group *task_group[2];
  const struct stack_row **task_rows[2];
};

struct stack_shown {   /* ids on screen of one kind */
  struct aws_str *ids; /* own copies in text */
  size_t n;
  struct aws_arena text;
};

/* ---- the request budget ------------------------------------------------------------------------
 */

struct stack_bucket {
  struct stack_api_use use; /* public part, but for the percentiles */
  struct aws_spread elapsed;
  double tokens;
  unsigned in_flight;
  aws_ms filled_at, throttled_at; /* mono */
};

#define STACK_BUCKETS_MAX 24
#define STACK_MINUTE 60

struct stack_budgeter {
  struct stack_bucket buckets[STACK_BUCKETS_MAX];
  struct stack_api_use uses[STACK_BUCKETS_MAX]; /* handed out */
  size_t n;
  unsigned calls[STACK_MINUTE], throttles[STACK_MINUTE]; /* by second */
  aws_ms second;                                         /* the newest second counted */
  uint64_t calls_total, bytes_total;
  double metrics_cost_month; /* USD: of the series of the last whole refresh */
};

struct stack_silence { /* failures in a row that were no answers of AWS's */
  unsigned fails;
  bool several; /* of more than one service */
  const struct aws_service *service;
  aws_ms since; /* wall */
  struct aws_error error;
};

struct stack_metrics;  /* metrics.c */
struct stack_timeline; /* timeline.c */
struct stack_derived;  /* path.c: path, references, resolved names */
struct stack_progress; /* health.c: how rollouts advance */
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
  struct aws_error keys_error; /* why there are no newer ones */
  struct aws_error moved;      /* they became those of another account */
  bool identified;             /* GetCallerIdentity answered and the pin fits */
  aws_ms started;              /* mono */
  aws_ms settled_at;           /* mono; 0: not yet */
  aws_ms timed_at;             /* mono: when ratings that look at the clock were last made */
  aws_ms looked_at;            /* mono: when it was last looked for what is overdue */
  struct stack_silence silence;
  unsigned changes;   /* STACK_CHANGED_* */
  unsigned dirty;     /* kinds whose rows changed since the last update */
  unsigned reconcile; /* kinds whose dependents' parts are to be looked at again */
  bool polling;       /* feeds run */
  uint64_t generation;
  uint64_t random;
  struct stack_feed *feeds; /* in the order of stack_feed_defs */
  size_t nfeeds;
  struct stack_rows kinds[STACK_KINDS];
  unsigned on_screen; /* kinds */
  struct stack_shown shown[STACK_KINDS];
  struct stack_shown show_service; /* one id or none */
  struct stack_budgeter budget;
  struct aws_timer *tick, *identity_timer;
  struct aws_identity *keeper; /* of the client's keys; NULL in a demo */
  aws_ms tick_at;
  void (*on_tick)(struct stack *s);
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

/* ---- helpers for every file of the room --------------------------------------------------------
 */

aws_ms stack_wall(const struct stack *s);
aws_ms stack_mono(const struct stack *s);
double stack_random(struct stack *s);               /* 0 <= x < 1, from the seed */
void stack_changed(struct stack *s, unsigned bits); /* STACK_CHANGED_* for stack_take_changes */
/* "us-east-1" in the aws partition: where CloudFront's metrics and alarms live; NULL: the partition
 * has no such place that we know. */
const char *stack_edge_region(const struct stack *s);

/* A call that the operator asked for (standard retry); the budget counts it but never holds it up.
 * As aws_call otherwise: takes `in`; NULL with *err set. opt NULL: {.asked = true}. */
struct aws_call *stack_call(struct stack *s, const struct aws_op *op, cJSON *in,
                            const struct aws_call_options *opt, aws_page_fn on_page,
                            aws_done_fn on_done, void *arg, struct aws_error *err) AWS_MUST_CHECK;

/* Revision and family of a task definition's ARN or "family:revision"; 0: none. */
int64_t stack_revision(struct aws_str task_definition);
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

/* An event of now, with printf. */
void stack_event_addf(struct stack *s, aws_ms at, enum stack_event_source source,
                      enum stack_level level, enum stack_kind k, struct aws_str id, const char *fmt,
                      ...) AWS_PRINTF(7, 8);

/* ---- identity.c, part.c, fetch.c, wake.c, poll.c, budget.c
 * ---------------------------------------------------- */

void stack_identity_start(struct stack *s);
void stack_identity_stop(struct stack *s);
#define STACK_NEVER INT64_MAX

struct stack_part *stack_part_new(struct stack_feed *f, struct aws_str key); /* due at once */
void stack_part_free(struct stack_part *p);     /* cancels; its feed forgets it by itself */
aws_ms stack_part_period(struct stack_part *p); /* STACK_NEVER: read once and for all */
bool stack_part_on_screen(const struct stack_part *p);
/* What p was found through is looked at again, soon. */
void stack_part_ask_sources(const struct stack_part *p);
bool stack_feed_wanted(const struct stack_feed *f);
bool stack_feed_loaded(const struct stack_feed *f);
bool stack_feed_ended(const struct stack_feed *f); /* asked once, whatever came of it */
/* Does the test hold for all that f's parts are found through? */
bool stack_feed_sources_are(const struct stack_feed *f, bool (*test)(const struct stack_feed *));
bool stack_feeds_ended(const struct stack *s, unsigned kinds);
void stack_feeds_nudge(struct stack *s, unsigned kinds); /* not sooner than they may be hurried */
void stack_fetch_start(struct stack_part *p);
void stack_wake_init(struct stack *s, void (*on_tick)(struct stack *s));
void stack_wake_at(struct stack *s, aws_ms at); /* mono; unless it is woken sooner */
void stack_wake(struct stack *s);               /* something became due: look again in this turn */
void stack_wake_stop(struct stack *s);
bool stack_poll_init(struct stack *s);
/* The part that brings k for a key, NULL: none yet. */
const struct stack_part *stack_part_of(const struct stack *s, enum stack_kind k,
                                       struct aws_str key);
void stack_poll_start(struct stack *s); /* the feeds may run now */
void stack_poll_stop(struct stack *s);  /* nothing is sent from now on; rows stay */
void stack_poll_free(struct stack *s);
void stack_poll_reconcile(struct stack *s, enum stack_kind changed);
void stack_poll_shown(struct stack *s, enum stack_kind k); /* on or off the screen, or its rows */
void stack_budget_sent(void *s, const struct aws_sent *sent);
struct stack_bucket *stack_bucket(struct stack *s, const struct aws_op *op); /* never NULL */
/* May a poll be sent now? False: *wait ms until it may. */
bool stack_bucket_ready(struct stack *s, struct stack_bucket *b, aws_ms *wait);
bool stack_bucket_spent(struct stack *s, struct stack_bucket *b); /* what is due has to wait */
void stack_bucket_begin(struct stack_bucket *b);
void stack_bucket_end(struct stack_bucket *b);
double stack_bucket_pace(const struct stack_bucket *b); /* polls a second, in the long run */
void stack_budget_settle(struct stack *s);              /* the first fill is over: no more bursts */

/* ---- reading.c ------------------------------------------------------------------------------- */

struct stack_reading {
  bool loaded;
  bool stale; /* something of it failed or is overdue */
  bool old;   /* and so long ago that its rows are no longer to be told as true */
  aws_ms as_of;
  const struct aws_error *error; /* NULL: overdue, or not read yet */
};
struct stack_reading stack_reading_of(const struct stack *s, enum stack_kind k);
const char *stack_cause(const struct aws_error *e); /* in two words: "throttled", "no connection" */
void stack_reading_tick(struct stack *s);
/* A part's run has ended; err NULL: well. */
void stack_heard(struct stack *s, const struct stack_part *p, const struct aws_error *err);
bool stack_silent(
    const struct stack *s); /* nothing at all can be read; s->silence says since when */

/* ---- sheet.c, rows.c ---------------------------------------------------------------------------
 */

struct stack_sheet *stack_sheet_new(struct stack *s, struct stack_part *p, struct aws_page *page);
struct stack_sheet *stack_sheet_ref(struct stack_sheet *sh);
void stack_sheet_unref(struct stack_sheet *sh);
bool stack_sheets_add(struct stack_sheets *v, struct stack_sheet *takes);
void stack_sheets_clear(struct stack_sheets *v);
bool stack_page_same(const struct aws_page *a, const struct aws_page *b);

/* The rows as they are, for everybody who works something out from them: what stack_collection,
 * stack_find, stack_children and stack_service_tasks (stack/model.h) give the outside. Ratings may
 * be out of date. */
const struct stack_collection *stack_rows_of(const struct stack *s, enum stack_kind k);
const struct stack_row *stack_rows_find(const struct stack *s, enum stack_kind k,
                                        struct aws_str id);
const struct stack_row *stack_rows_named(const struct stack *s, enum stack_kind k,
                                         const char *name);
const struct stack_row *const *stack_rows_children(const struct stack *s, enum stack_kind k,
                                                   struct aws_str id, size_t *n);
const struct stack_row *const *stack_rows_tasks(const struct stack *s, struct aws_str service_arn,
                                                bool stopped, size_t *n);
/* The service that started the task; NULL: none, or none that is watched. */
const struct stack_row *stack_service_of(const struct stack *s, const struct ecs_task *t);
/* The row's item as its struct, NULL when there is no such row:
 *   const struct ecs_service *v = stack_item(stack_rows_find(s, STACK_SERVICE, id)); */
const void *stack_item(const struct stack_row *row);
void stack_rows_moved(struct stack *s, enum stack_kind k);  /* rows of k were replaced */
void stack_flags_moved(struct stack *s, enum stack_kind k); /* errors changed */
void stack_flags_touched(struct stack *s,
                         enum stack_kind k); /* ages and the like: same generation */
void stack_rows_free(struct stack *s);
/* Ratings, references, path: brought up to date if anything moved. The public readers call it. */
void stack_update(const struct stack *s);

/* ---- health.c, path.c, metrics.c, timeline.c ----------------------------------------------------
 */

bool stack_health_init(struct stack *s);
void stack_health_free(struct stack *s);
/* Rates new rows, and those of kinds that depend on what moved; returns the kinds whose ratings
 * moved. */
unsigned stack_health_rate(struct stack *s, unsigned dirty);
void stack_health_tick(struct stack *s); /* now and then: ratings that look at the clock */
/* Of a load balancer, a target or a database, by AWS's word for its state. A state that no row
 * names is not known to be well: STACK_UNKNOWN. */
enum stack_level stack_state_level(enum stack_kind k, struct aws_str state);
/* Did the task end as it should not have? Says why. */
bool stack_task_failed(const struct ecs_task *t, char *why, size_t size);
const struct ecs_deployment *stack_primary(const struct ecs_service *v); /* or NULL */
bool stack_rolling(const struct ecs_service *v);
bool stack_path_init(struct stack *s);
void stack_path_free(struct stack *s);
void stack_path_update(struct stack *s, unsigned dirty);
bool stack_metrics_init(struct stack *s);
void stack_metrics_free(struct stack *s);
void stack_metrics_wanted(struct stack *s); /* rows on screen or the path changed */
/* Asks for the first time as soon as it is known what there is. True: nothing is being waited for.
 */
bool stack_metrics_first(struct stack *s);
/* Errors of a distribution, an API or a load balancer, of a hundred requests; NaN: not known. */
double stack_metric_5xx_percent(const struct stack *s, enum stack_kind k, struct aws_str id);
double stack_metric_last(const struct stack *s, enum stack_kind k, struct aws_str id,
                         const char *metric); /* newest whole point, or NaN */
bool stack_timeline_init(struct stack *s);
void stack_timeline_free(struct stack *s);
/* A part's rows are about to be replaced: old and new sheets; first: nothing was there before. */
void stack_timeline_diff(struct stack *s, const struct stack_part *p,
                         const struct stack_sheets *old, const struct stack_sheets *now,
                         bool first);

/* ---- action.c, value.c (hooks; each is called on the loop's thread, never within the other)  */

bool stack_actions_init(struct stack *s, struct aws_error *err); /* in stack_new */
void stack_actions_free(struct stack *s);                        /* cancels calls and timers */
bool stack_values_init(struct stack *s, struct aws_error *err);
void stack_values_free(struct stack *s); /* wipes */
void stack_values_rows(struct stack *s); /* parameters changed, or those on screen did */

#endif
