/* What it is worth: whether it may be trusted, what it measures, how well it is. */
#ifndef CAWSOLE_STACK_JUDGED_H
#define CAWSOLE_STACK_JUDGED_H

#include "stack/state.h"

struct ecs_deployment;
struct ecs_service;
struct ecs_task;
struct stack_part;
struct stack_sheets;

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

/* ---- measure.c ------------------------------------------------------------------------------- */

struct stack_measure { /* one metric of the things of a kind */
  enum stack_kind kind;
  const char *name, *namespace, *stat, *unit;
  double scale;
  bool counter; /* no point means none, not unknown */
  bool edge;    /* published in us-east-1 alone */
  int lag;      /* minutes until a point can be trusted to be there */
  bool (*applies)(const void *item);
};
extern const struct stack_measure stack_measures[];
extern const size_t stack_measures_n;
/* One of GetMetricData's MetricDataQueries, a point a minute; its Id is "m" and the number. */
cJSON *stack_measure_query(const struct stack_measure *m, const struct stack_row *row,
                           size_t number);

/* ---- metrics.c, failures.c ------------------------------------------------------------------- */

bool stack_metrics_init(struct stack *s);
void stack_metrics_free(struct stack *s);
void stack_metrics_wanted(struct stack *s); /* rows on screen or the path changed */
/* Asks for the first time as soon as it is known what there is. True: nothing is being waited for.
 */
bool stack_metrics_first(struct stack *s);
/* How far those can be trusted that things of k are rated by. Loaded and fresh where there are none
 * to read: switched off, or no such thing. */
struct stack_reading stack_metrics_reading(const struct stack *s, enum stack_kind k);
/* How many series were asked of the region, or of the edge's; *err: why the last try failed, NULL:
 * it did not. */
size_t stack_metrics_series(const struct stack *s, bool edge, const struct aws_error **err);
void stack_metrics_asked(struct stack *s); /* reads them now */
double stack_metric_last(const struct stack *s, enum stack_kind k, struct aws_str id,
                         const char *metric); /* newest whole point, or NaN */
/* Errors of a distribution, an API or a load balancer, of a hundred requests; NaN: not known. */
double stack_metric_5xx_percent(const struct stack *s, enum stack_kind k, struct aws_str id);

/* ---- rating.c -------------------------------------------------------------------------------- */

/* Says how the thing is; the worst that was said stays. */
void stack_rated(struct stack_rating *r, enum stack_level level, const char *fmt, ...)
    AWS_PRINTF(3, 4);
/* By AWS's word for its state (of a task: its last status). A state that no row names is known to
 * be neither well nor bad: STACK_UNKNOWN. */
enum stack_level stack_state_level(enum stack_kind k, struct aws_str state);
bool stack_state_known(enum stack_kind k, struct aws_str state); /* a row names it */
/* Unknown: AWS says it in a word that we do not know. what: "status". */
void stack_rated_strange(struct stack_rating *r, const char *what, struct aws_str word);

/* ---- rollout.c: what is remembered of services ------------------------------------------------
 */

const struct ecs_deployment *stack_primary(const struct ecs_service *v); /* or NULL */
bool stack_rolling(const struct ecs_service *v);
/* A state of one of its deployments that is none that we know; {NULL, 0}: there is none. */
struct aws_str stack_rollout_strange(const struct ecs_service *v);

bool stack_rollouts_init(struct stack *s);
void stack_rollouts_free(struct stack *s);
/* Takes note of how it stands. True: more tasks were wanted a short while ago, none was lost since,
 * and they are starting. */
bool stack_service_seen(struct stack *s, const struct stack_row *row);

/* ---- health_ecs.c ---------------------------------------------------------------------------- */

void stack_rate_cluster(struct stack *s, const struct stack_row *row, struct stack_rating *r);
void stack_rate_service(struct stack *s, const struct stack_row *row, struct stack_rating *r);
void stack_rate_task(struct stack *s, const struct stack_row *row, struct stack_rating *r);
/* Did the task end as it should not have? Says why. */
bool stack_task_failed(const struct ecs_task *t, char *why, size_t size);
bool stack_health_init(struct stack *s);
void stack_health_free(struct stack *s);

/* ---- health.c -------------------------------------------------------------------------------- */

/* Rates new rows, and those of kinds that depend on what moved; returns the kinds whose ratings
 * moved. */
unsigned stack_health_rate(struct stack *s, unsigned dirty);
void stack_health_tick(struct stack *s); /* now and then: ratings that look at the clock */

/* ---- diff.c: what changed, told -------------------------------------------------------------- */

/* A part's rows are about to be replaced: old and new sheets; first: nothing was there before. */
void stack_timeline_diff(struct stack *s, const struct stack_part *p,
                         const struct stack_sheets *old, const struct stack_sheets *now,
                         bool first);

#endif
