/* How much may be asked: one token bucket for each published limit, and the count of what was sent.
 *
 * The account's limits are shared with everything else that runs in it. The first fill may use up
 * to three quarters of a burst and then a fifth of the rate; from then on no API gets more than a
 * tenth of its published rate, averaged over a minute. A throttle halves the pace of that API, up
 * to an eighth; ten seconds after the last one each good answer doubles it again, at most every ten
 * seconds, and so does a minute in which nothing was asked.
 */
#include "config.h"

#include "stack/budget.h"

#include <stdio.h>
#include <stdlib.h>

#define FILL_BURST 0.75
#define FILL_SHARE 0.2
#define ONCE_SHARE 0.5 /* headless: one refresh and nothing after it, from a full bucket */
#define STEADY_SHARE                                                                               \
  0.08 /* and a burst of STEADY_BURST_S seconds of the rate: below 10 % a minute */
#define STEADY_BURST_S 0.6
#define ASSUMED_SHARE                                                                              \
  0.25 /* of limits that nobody published: the rate is a guess of ours already */
#define SLOWED_MAX 8.0

enum {
  MINUTE = 60,
  DECAY_MS = 60000,
  ANSWERS_MS = 10000,
  FILL_MS = 60000,
  PARALLEL_MAX = 20,
  DEBT_S = 15
};

struct stack_budgeter {
  struct stack_bucket buckets[STACK_BUCKETS_MAX];
  struct stack_api_use uses[STACK_BUCKETS_MAX]; /* handed out */
  size_t n;
  unsigned calls[MINUTE], throttles[MINUTE]; /* by second */
  aws_ms second;                             /* the newest second counted */
  uint64_t calls_total, bytes_total;
  double metrics_cost_month; /* USD: of the series of the last whole refresh */
};

static const struct aws_limit no_limit = {"not published", 2, 10, false};

static double steady_share(const struct stack_bucket *b) {
  return b->use.limit->published ? STEADY_SHARE : ASSUMED_SHARE;
}

/* The first fill ends when everything was asked once, or after a minute: what is left then is so
 * much that it has to come slowly. */
static bool filling(const struct stack *s) {
  return !s->settled_at && stack_mono(s) - s->started < FILL_MS;
}

static double share(const struct stack *s, const struct stack_bucket *b) {
  if (s->deps.once)
    return ONCE_SHARE;
  return filling(s) ? FILL_SHARE : steady_share(b);
}

static double burst_of(const struct aws_limit *l) {
  return l->burst > 0 ? l->burst : l->rate;
}

static double capacity(const struct stack *s, const struct stack_bucket *b) {
  double burst = burst_of(b->use.limit) * (s->deps.once ? 1 : FILL_BURST);
  if (filling(s) || s->deps.once)
    return burst > 4 ? burst : 4;
  double steady = b->use.limit->rate * STEADY_BURST_S;
  return steady > 3 ? steady : 3;
}

static double pace(const struct stack *s, const struct stack_bucket *b) {
  double p = b->use.limit->rate * share(s, b) / b->use.slowed;
  return p > 0.01 ? p : 0.01;
}

double stack_bucket_pace(const struct stack_bucket *b) {
  return b->use.limit->rate * steady_share(b) / b->use.slowed;
}

struct stack_bucket *stack_bucket(struct stack *s, const struct aws_op *op) {
  struct stack_budgeter *g = s->budget;
  const struct aws_limit *l = op->limit ? op->limit : &no_limit;
  for (size_t i = 0; i < g->n; i++)
    if (g->buckets[i].use.limit == l && !strcmp(g->buckets[i].use.service, op->service->id))
      return &g->buckets[i];
  size_t at = g->n < STACK_BUCKETS_MAX ? g->n++ : STACK_BUCKETS_MAX - 1;
  struct stack_bucket *b = &g->buckets[at];
  if (!b->use.limit) {
    b->use = (struct stack_api_use){.limit = l, .service = op->service->id, .slowed = 1};
    b->filled_at = stack_mono(s);
    b->tokens = capacity(s, b);
  }
  return b;
}

static void hasten(const struct stack *s, struct stack_bucket *b, aws_ms since) {
  aws_ms now = stack_mono(s);
  if (b->use.slowed <= 1 || now - b->throttled_at < since)
    return;
  b->use.slowed = b->use.slowed > 2 ? b->use.slowed / 2 : 1;
  b->throttled_at = now;
}

static void fill(const struct stack *s, struct stack_bucket *b) {
  aws_ms now = stack_mono(s);
  hasten(s, b, DECAY_MS);
  double most = capacity(s, b);
  b->tokens += (double)(now - b->filled_at) / 1000 * pace(s, b);
  b->filled_at = now;
  if (b->tokens > most)
    b->tokens = most;
}

bool stack_bucket_ready(struct stack *s, struct stack_bucket *b, aws_ms *wait) {
  fill(s, b);
  double free_tokens = b->tokens - b->in_flight;
  if (b->in_flight >= PARALLEL_MAX) {
    *wait = 1000; /* the end of one of them wakes the scheduler long before */
    return false;
  }
  if (free_tokens >= 1)
    return true;
  *wait = (aws_ms)((1 - free_tokens) / pace(s, b) * 1000) + 1;
  return false;
}

void stack_budget_round(struct stack *s) {
  for (size_t i = 0; i < s->budget->n; i++)
    s->budget->buckets[i].waiting = 0;
}

bool stack_bucket_spent(struct stack *s, struct stack_bucket *b) {
  fill(s, b);
  return b->tokens < 1;
}

void stack_bucket_begin(struct stack_bucket *b) {
  b->in_flight++;
}

void stack_bucket_end(struct stack_bucket *b) {
  if (b->in_flight)
    b->in_flight--;
}

void stack_budget_settle(struct stack *s) {
  for (size_t i = 0; i < s->budget->n; i++)
    fill(s, &s->budget->buckets[i]);
}

/* ---- counting -------------------------------------------------------------------------------- */

/* Clears the seconds that passed since the last count. */
static void turn(struct stack *s) {
  struct stack_budgeter *g = s->budget;
  aws_ms now = stack_mono(s) / 1000;
  aws_ms gone = now - g->second < MINUTE ? now - g->second : MINUTE;
  for (aws_ms i = 0; i < gone; i++) {
    size_t at = (size_t)((now - i) % MINUTE);
    g->calls[at] = g->throttles[at] = 0;
  }
  g->second = now;
}

void stack_budget_sent(void *arg, const struct aws_sent *sent) {
  struct stack *s = arg;
  struct stack_budgeter *g = s->budget;
  struct stack_bucket *b = stack_bucket(s, sent->op);
  if (!sent->reached) {
    b->use.errors++;
    stack_changed(s, STACK_CHANGED_STATE);
    return;
  }
  turn(s);
  size_t at = (size_t)(g->second % MINUTE);
  g->calls[at]++;
  g->calls_total++;
  g->bytes_total += sent->bytes;
  b->use.calls++;
  b->use.retries += sent->retried;
  b->use.bytes += sent->bytes;
  b->use.last_at = sent->at;
  if (sent->http_status) /* one that was not answered took as long as we had patience */
    aws_spread_add(&b->elapsed, sent->elapsed_ms);
  fill(s, b);
  /* A chain of pages, and what the operator asks for, may run into debt. It is worked off, but the
   * board does not grow old over it. */
  double floor = -stack_bucket_pace(b) * DEBT_S;
  b->tokens = b->tokens - 1 > floor ? b->tokens - 1 : floor;
  if (sent->http_status < 200 || sent->http_status > 299)
    b->use.errors++;
  else
    hasten(s, b, ANSWERS_MS);
  if (sent->throttled) {
    g->throttles[at]++;
    b->use.throttles++;
    /* One burst of answers is one reason to slow down, not ten. */
    if (!b->throttled_at || stack_mono(s) - b->throttled_at > 1000 || b->use.slowed <= 1) {
      b->use.slowed = b->use.slowed * 2 < SLOWED_MAX ? b->use.slowed * 2 : SLOWED_MAX;
      b->throttled_at = stack_mono(s);
    }
    b->tokens = b->tokens < 0 ? b->tokens : 0;
    b->recovers = true;
  }
  stack_changed(s, STACK_CHANGED_STATE);
}

struct stack_budget stack_budget(const struct stack *cs) {
  struct stack *s = (struct stack *)(uintptr_t)cs;
  struct stack_budget b = {.calls_total = s->budget->calls_total,
                           .bytes_total = s->budget->bytes_total,
                           .metrics_cost_month = s->budget->metrics_cost_month};
  turn(s);
  for (size_t i = 0; i < MINUTE; i++) {
    b.calls_last_minute += s->budget->calls[i];
    b.throttles_last_minute += s->budget->throttles[i];
  }
  return b;
}

size_t stack_api_uses(const struct stack *s, const struct stack_api_use **out) {
  struct stack_budgeter *g = s->budget;
  for (size_t i = 0; i < g->n; i++) {
    const struct aws_spread *spread = &g->buckets[i].elapsed;
    g->uses[i] = g->buckets[i].use;
    g->uses[i].p50_ms = aws_spread_at(spread, 50);
    g->uses[i].p95_ms = aws_spread_at(spread, 95);
    g->uses[i].p99_ms = aws_spread_at(spread, 99);
  }
  *out = g->uses;
  return g->n;
}

void stack_budget_metrics(struct stack *s, double usd_month) {
  s->budget->metrics_cost_month = usd_month;
}

/* ---- life ------------------------------------------------------------------------------------ */

bool stack_budget_init(struct stack *s) {
  s->budget = aws_calloc(1, sizeof *s->budget);
  return s->budget != NULL;
}

void stack_budget_free(struct stack *s) {
  free(s->budget);
  s->budget = NULL;
}
