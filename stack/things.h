/* What is there: what is asked for and what came, page by page, and the collections made of it. */
#ifndef CAWSOLE_STACK_THINGS_H
#define CAWSOLE_STACK_THINGS_H

#include "stack/state.h"

struct ecs_task;
struct stack_part;
struct stack_feed;

/* ---- sheet.c, same.c ------------------------------------------------------------------------- */

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

struct stack_sheet *stack_sheet_new(struct stack *s, struct stack_part *p, struct aws_page *page);
struct stack_sheet *stack_sheet_ref(struct stack_sheet *sh);
void stack_sheet_unref(struct stack_sheet *sh);
bool stack_sheets_add(struct stack_sheets *v, struct stack_sheet *takes);
void stack_sheets_clear(struct stack_sheets *v);
bool stack_page_same(const struct aws_page *a, const struct aws_page *b);

/* ---- part.c: what is asked, for what, how often ---------------------------------------------- */

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

#define STACK_ID_MAX 4096 /* bytes; no name, ARN or pair of them is longer in AWS */

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
  size_t long_id;          /* bytes of one that came in and was not taken; 0: none */
  const char *without;     /* what a thing that came in lacks; NULL: nothing */
  bool unread;             /* the newest list of ids */
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

struct stack_part *stack_part_new(struct stack_feed *f, struct aws_str key); /* due at once */
void stack_part_free(struct stack_part *p);     /* cancels; its feed forgets it by itself */
aws_ms stack_part_period(struct stack_part *p); /* STACK_NEVER: read once and for all */
/* How often it is asked where nothing hurries and AWS refuses nothing. */
aws_ms stack_part_interval(const struct stack_part *p);
bool stack_part_on_screen(const struct stack_part *p);
/* On screen, or what the path is judged by from one moment to the next. */
bool stack_part_missed(const struct stack_part *p);
/* What p was found through is looked at again, soon. */
void stack_part_ask_sources(const struct stack_part *p);
bool stack_feed_wanted(const struct stack_feed *f);
bool stack_feed_loaded(const struct stack_feed *f);
bool stack_feed_ended(const struct stack_feed *f); /* asked once, whatever came of it */
/* Does the test hold for all that f's parts are found through? */
bool stack_feed_sources_are(const struct stack_feed *f, bool (*test)(const struct stack_feed *));
bool stack_feeds_ended(const struct stack *s, unsigned kinds);
void stack_feeds_nudge(struct stack *s, unsigned kinds); /* not sooner than they may be hurried */
/* The part that brings k for a key, NULL: none yet. */
const struct stack_part *stack_part_of(const struct stack *s, enum stack_kind k,
                                       struct aws_str key);

/* ---- rows.c ---------------------------------------------------------------------------------- */

struct stack_group { /* children of one parent, in order */
  const struct stack_row **rows;
  size_t n;
};

struct stack_rows { /* one kind: the public collection and what is worked out from it on demand */
  struct stack_collection pub;
  const struct stack_row **flat;
  size_t cap;
  bool flags_ok, flat_ok, groups_ok, tasks_ok; /* what is up to date */
  bool lost;                                   /* a row found no memory */
  struct aws_map index;                        /* id -> position in flat, counted from 1 */
  struct aws_map groups;                       /* parent id -> struct stack_group */
  struct stack_group *group;                   /* children by parent */
  const struct stack_row **grouped;
  struct aws_map task_groups[2]; /* TASK only: running and stopped, by service */
  struct stack_group *task_group[2];
  const struct stack_row **task_rows[2];
};

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
bool stack_rows_init(struct stack *s);
void stack_rows_free(struct stack *s);

#endif
