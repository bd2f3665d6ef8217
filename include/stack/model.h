/* What is watched: collections of typed things, kept fresh, never blanked by a failed refresh.
 *
 * One struct stack is one AWS application stack in one account and region. It is driven by the
 * loop's timers and transfers (aws/io.h); nothing here waits. Everything handed out is borrowed and
 * good until the next turn of the loop.
 */
#ifndef CAWSOLE_STACK_MODEL_H
#define CAWSOLE_STACK_MODEL_H

#include "aws/client.h"
#include "aws/identity.h"
#include "stack/setup.h"

enum stack_kind {
#define STACK_KIND(id, plural, singular, type, json) STACK_##id,
#include "stack/kinds.def"
#undef STACK_KIND
  STACK_KINDS
};

const char *stack_kind_plural(enum stack_kind k);   /* "target_groups" */
const char *stack_kind_singular(enum stack_kind k); /* "target group" */
const char *stack_kind_words(enum stack_kind k);    /* several of them: "target groups" */
const struct aws_type *stack_kind_type(enum stack_kind k);

/* How well a thing is. Order is severity: the worst of two is the greater, but for UNKNOWN, which
 * stands between OK and WARN. */
enum stack_level { STACK_OK, STACK_NOTE, STACK_UNKNOWN, STACK_WARN, STACK_BAD };
const char *stack_level_name(enum stack_level l); /* "ok" "note" "unknown" "warn" "bad" */

struct stack_rating {
  enum stack_level level;
  char reason[192]; /* in words, "" when ok: "3 of 5 targets healthy" */
  bool symptom;     /* a rate or an alarm: felt here, but the cause may be further down the path */
};

/* One thing. The item's struct is the kind's (aws/api). Rows keep their address only until the
 * collection's generation changes: remember ids, not rows. */
struct stack_row {
  const void *item;
  struct aws_str id; /* unique in the kind: the ARN; a parameter's and a bucket's name; an API's and
                        a VPC origin's id; else made: "<target group's ARN>|10.0.10.17:8080",
                        "<distribution's ARN>|<invalidation's id>" */
  struct aws_str parent; /* id of what it belongs to: target -> target group, task -> cluster, ...;
                            {NULL, 0} when it stands by itself */
  struct aws_str name;   /* what people call it: "web", "10.0.10.17:8080", "/shop/prod/db/host" */
  struct stack_rating rating;
  aws_ms fetched_at;
};

struct stack_collection {
  enum stack_kind kind;
  const struct stack_row *const *rows;
  size_t n;
  uint64_t generation;    /* changes when rows, ratings or errors do */
  aws_ms fetched_at;      /* wall clock; the oldest of its parts; 0: never whole */
  bool loaded;            /* was whole at least once */
  bool refreshing;        /* a request is under way now */
  struct aws_error error; /* code AWS_OK: the last refresh was fine. Rows are then the last good */
  aws_ms next_try;        /* wall clock; 0: none planned */
};

struct stack;

enum stack_state {
  STACK_STARTING, /* credentials and identity being asked for */
  STACK_RUNNING,
  STACK_REFUSED /* no credentials, wrong account, no region: see stack_refusal */
};

/* What changed since the last look; the loop draws only what it must. */
enum {
  STACK_CHANGED_ROWS = 1,  /* some collection's generation moved */
  STACK_CHANGED_STATE = 2, /* ages aside: refreshing flags, errors, identity, budget */
  STACK_CHANGED_METRICS = 4,
  STACK_CHANGED_TIMELINE = 8,
  STACK_CHANGED_ACTION = 16,
  STACK_CHANGED_BELL = 32 /* a hop turned bad */
};

struct stack_deps {
  struct aws_io *io;
  const struct aws_settings *settings; /* borrowed; outlives the stack */
  const struct aws_clock *clock;
  const struct aws_operator *operator; /* who is asked for MFA codes and logins; NULL: nobody */
  struct aws_keyring *ring;            /* of keys that cost a code; borrowed; NULL: none */
  bool read_only;                      /* --read-only, on top of the configuration's */
  bool once;                           /* headless: every feed once, then stack_settled */
  bool identity_first; /* nothing else is asked before who is asking is known; as with a pin */
  bool identity_only;  /* and nothing after it either */
  bool demo;           /* credentials are testing/testing, nothing is looked up */
  uint64_t seed;
};

struct stack *stack_new(const struct stack_config *cfg, const struct stack_deps *deps,
                        struct aws_error *err);
void stack_free(struct stack *s);
void stack_start(struct stack *s); /* finds credentials, then identity, then everything */
unsigned stack_take_changes(struct stack *s); /* STACK_CHANGED_*, cleared */

enum stack_state stack_state(const struct stack *s);
const struct aws_error *stack_refusal(const struct stack *s);
bool stack_settled(const struct stack *s); /* every feed has ended at least once */

/* What the stack waits for before it can go on, or before it knows who we are. */
struct stack_wait {
  const char *what; /* "asking STS who we are"; NULL: nothing */
  aws_ms for_ms;
  bool held;       /* nothing else is sent before that, and what is shown is old */
  aws_ms worth_ms; /* for less than this it is not worth a word */
};
struct stack_wait stack_waits(const struct stack *s);

const char *stack_name(const struct stack *s);
const char *stack_region(const struct stack *s);
struct aws_str stack_account(const struct stack *s); /* "" until known */
struct aws_str stack_caller_arn(const struct stack *s);
struct aws_str stack_role(const struct stack *s); /* short: "OpsRole", "user alice", "root" */
/* The key set in use, without its secrets; key_id "" until one was found. */
struct stack_keys {
  char provider[32], key_id[160];
  aws_ms expires; /* wall clock; 0: does not */
};
const struct stack_keys *stack_keys(const struct stack *s);
/* Why those cannot be renewed, or STS refuses them, as long as that is so; NULL: neither. */
const struct aws_error *stack_keys_error(const struct stack *s);
void stack_renew_keys(struct stack *s); /* now: the operator asked */
bool stack_read_only(const struct stack *s);
/* Why, in two words for the title: "--read-only", "configuration", "no journal" (it has no place
 * or cannot be written, so nothing can be changed). NULL: it is not. */
const char *stack_read_only_why(const struct stack *s);
/* Whether the journal of actions (audit_path in stack/setup.h) can be written, as far as can be
 * told without writing. False: *err names the file and the way out. */
bool stack_journal_ok(const struct stack *s, struct aws_error *err) AWS_MUST_CHECK;
bool stack_production(const struct stack *s); /* a stack that nobody labelled is production */
struct aws_client *stack_client(struct stack *s);
const struct stack_config *stack_cfg(const struct stack *s);
const struct aws_clock *stack_clock(const struct stack *s);

const struct stack_collection *stack_collection(const struct stack *s, enum stack_kind k);
const struct stack_row *stack_find(const struct stack *s, enum stack_kind k, struct aws_str id);
/* Rows of kind k whose parent is id, in the collection's order; *n of them. Borrowed, remembered
 * per generation. */
const struct stack_row *const *stack_children(struct stack *s, enum stack_kind k, struct aws_str id,
                                              size_t *n);
/* The service of a task (by `group`), its tasks, stopped ones included (newest first). */
const struct stack_row *const *stack_service_tasks(struct stack *s, struct aws_str service_arn,
                                                   bool stopped, size_t *n);

/* How a service's rollout stands, the last one that failed, and the last one that somebody took
 * back. */
struct stack_rollout {
  bool rolling, back; /* back: to what ran before, since the new revision failed */
  bool strange; /* AWS's word for how it stands is none that we know: not rolling, not ended */
  int64_t running, desired, old; /* tasks of the revision that is wanted; of others, still up */
  int64_t rev, from;  /* the revision that is wanted, and the one that it replaces; 0: none */
  aws_ms since;       /* when it began, a way back when that began; 0: not known */
  aws_ms failed_at;   /* of the last hour, while nothing newer has taken its place; 0: none */
  int64_t failed_rev; /* 0: not known */
  int64_t taken_rev;  /* given up for an earlier one, by hand, within the last hour; 0: none */
  aws_ms taken_at, taken_began; /* when; and when it had been rolled out */
};
struct stack_rollout stack_rollout_of(const struct stack *s, const struct stack_row *service);
/* "42"; "?" where no number can be read. */
struct stack_rev_text {
  char text[24];
};
struct stack_rev_text stack_rev(int64_t rev);

/* ---- being polite ---------------------------------------------------------------------------- */

/* What the operator looks at. Kinds on screen are refreshed at their short interval and first; only
 * rows on screen get metrics and values. Ids are copied; call when the screen's content changed. */
void stack_show_kind(struct stack *s, enum stack_kind k, bool on_screen);
void stack_show_rows(struct stack *s, enum stack_kind k, const struct aws_str *ids, size_t n);
void stack_refresh(struct stack *s, enum stack_kind k); /* now: the operator asked */
void stack_refresh_all(struct stack *s);
/* Tasks are fetched for the whole cluster while it has at most 1,000 running tasks, else only for
 * the service named here (drill-in). {NULL, 0}: none. */
void stack_show_service(struct stack *s, struct aws_str service_arn);

struct stack_budget {
  unsigned calls_last_minute;
  unsigned throttles_last_minute;
  uint64_t calls_total, bytes_total;
  double metrics_cost_month; /* USD, at the present pace and price */
};
struct stack_budget stack_budget(const struct stack *s);

/* Per API: for --once --json ("requests") and the budget's own view. */
struct stack_api_use {
  const struct aws_limit *limit;
  const char *service;
  uint64_t calls, throttles, errors, retries, bytes;
  double slowed;                  /* 1: normal pace; up to 8 */
  aws_ms last_at;                 /* wall clock: when the last answer came */
  int64_t p50_ms, p95_ms, p99_ms; /* of answered calls, within an eighth; -1: none yet */
};
size_t stack_api_uses(const struct stack *s, const struct stack_api_use **out);
int64_t stack_clock_skew(const struct stack *s);

/* One step of discovery: the operation that brings a kind, or its metrics, and what came of asking.
 */
struct stack_need {
  enum stack_kind kind;           /* STACK_KINDS: metrics */
  const struct aws_op *list, *op; /* list: asked first, for the ids that op takes; or NULL */
  const char *region;             /* NULL: the stack's */
  size_t parts, read;             /* things it has to be asked for; those that were read */
  const struct aws_error *error;  /* why the first of the others was not, NULL: all were */
};
#define STACK_NEEDS_MAX 40
size_t stack_needs(const struct stack *s, struct stack_need *out, size_t max);

/* ---- metrics --------------------------------------------------------------------------------- */

#define STACK_POINTS 60

/* Newest last; one point a minute. NaN where AWS had none (a counter's gap is 0). */
struct stack_series {
  double points[STACK_POINTS];
  size_t n;
  aws_ms last_at;   /* time of the newest point */
  double last;      /* newest whole point; NaN: none */
  const char *unit; /* "%", "/min", "ms", "" */
  bool stale;       /* the last try to read it failed */
};
/* Why the last try to read them failed; NULL: it did not. */
const struct aws_error *stack_metrics_error(const struct stack *s);
/* metric: AWS's name, "CPUUtilization"; NULL when never asked for or nothing came. */
const struct stack_series *stack_metric(const struct stack *s, enum stack_kind k, struct aws_str id,
                                        const char *metric);

/* ---- headless -------------------------------------------------------------------------------- */

/* The whole model as one JSON document (issue contract: stack, account, region, health, path,
 * collections, requests, elapsed_ms). */
void stack_json(const struct stack *s, struct aws_buf *out);
/* The worst of the path. */
enum stack_level stack_health(const struct stack *s, char *reason, size_t size);

#endif
