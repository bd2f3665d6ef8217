/* GetMetricData: checked, computed, cut into pages by its number of points.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
#include "sim/cloudwatch.h"

#include "aws/doc.h"

#include <ctype.h>
#include <stdio.h>

#define QUERIES_MAX 500
#define DIMENSIONS_MAX 30
#define STEPS_MAX 1000000 /* periods of one query; an answer has at most 100,800 points */
#define NESTED_MAX 10     /* expressions of expressions */

struct query {
  const cJSON *node;
  const char *id, *namespace, *metric, *stat;
  const char *expression;      /* NULL: a metric */
  enum cloudwatch_math broken; /* the expression cannot be computed */
  struct sim_dimension dims[DIMENSIONS_MAX];
  size_t ndims;
  aws_ms period;
};

struct queries {
  struct query *q;
  size_t n;
};

struct window {
  aws_ms start, end; /* wall time, aligned by each query to its own period */
  bool descending;
};

static bool AWS_PRINTF(2, 3) invalid(struct sim_request *rq, const char *fmt, ...) {
  char message[512];
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(message, sizeof(message), fmt, ap);
  va_end(ap);
  sim_error(rq, 400, "ValidationError", "%s", message);
  return false;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static bool good_id(const char *id) {
  if (!islower((unsigned char)id[0]))
    return false;
  for (const char *p = id; *p; p++)
    if (!isalnum((unsigned char)*p) && *p != '_')
      return false;
  return strlen(id) <= 255;
}

static const char *text_at(const cJSON *node, const char *path) {
  const struct aws_str s = aws_doc_str(node, path);
  return s.p ? s.p : "";
}

static bool read_dimensions(struct sim_request *rq, struct query *q) {
  const cJSON *dims = aws_doc_at(q->node, "MetricStat/Metric/Dimensions"), *d;

  q->ndims = 0;
  cJSON_ArrayForEach(d, dims) {
    if (q->ndims == DIMENSIONS_MAX)
      return invalid(rq, "The collection Dimensions of %s must not have a size greater than 30.",
                     q->id);
    q->dims[q->ndims++] = (struct sim_dimension){text_at(d, "Name"), text_at(d, "Value")};
  }
  return true;
}

static bool good_period(int64_t seconds) {
  return seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 || seconds == 30 ||
         (seconds > 0 && seconds % 60 == 0);
}

static bool good_stat(const char *stat) {
  const struct sim_sample any = {0};
  double value;
  return sim_metric_stat(&any, stat, &value);
}

/* cJSON's numbers or the query protocol's texts. */
static int64_t int_at(const cJSON *node, const char *path) {
  const cJSON *v = aws_doc_at(node, path);
  int64_t n = 0;

  if (cJSON_IsNumber(v))
    return (int64_t)v->valuedouble;
  return cJSON_IsString(v) && aws_str_to_int(aws_str_from(v->valuestring), &n) ? n : 0;
}

static bool read_expression(struct sim_request *rq, struct query *q) {
  const int64_t seconds = int_at(q->node, "Period");

  if (aws_doc_at(q->node, "MetricStat"))
    return invalid(rq, "MetricDataQuery %s must have either MetricStat or Expression, not both.",
                   q->id);
  if (aws_doc_at(q->node, "Period") && !good_period(seconds))
    return invalid(rq, "Value of parameter Period of %s must be a multiple of 60.", q->id);
  q->period = seconds * SIM_SECOND; /* 0: that of what it is made of */
  return true;
}

static bool read_query(struct sim_request *rq, const cJSON *node, struct query *q) {
  const int64_t seconds = int_at(node, "MetricStat/Period");

  *q = (struct query){.node = node,
                      .id = text_at(node, "Id"),
                      .namespace = text_at(node, "MetricStat/Metric/Namespace"),
                      .metric = text_at(node, "MetricStat/Metric/MetricName"),
                      .stat = text_at(node, "MetricStat/Stat"),
                      .period = seconds * SIM_SECOND};
  if (!good_id(q->id))
    return invalid(rq,
                   "The value %s for parameter MetricDataQueries.member.Id is not matching the "
                   "expected pattern ^[a-z][a-zA-Z0-9_]*$.",
                   q->id);
  if (aws_doc_at(node, "Expression")) {
    q->expression = text_at(node, "Expression");
    return read_expression(rq, q);
  }
  if (!*q->namespace || !*q->metric)
    return invalid(rq,
                   "Either MetricStat or Expression must be given, with Namespace and MetricName, "
                   "in MetricDataQuery %s.",
                   q->id);
  if (!good_period(seconds))
    return invalid(
        rq, "Value of parameter Period of %s must be 1, 5, 10, 20, 30 or a multiple of 60.", q->id);
  if (!good_stat(q->stat))
    return invalid(rq, "The value %s for parameter Stat is not supported.", q->stat);
  return read_dimensions(rq, q);
}

static bool check_unique(struct sim_request *rq, const cJSON *queries) {
  struct aws_map seen = {0};
  bool unique = true;
  const cJSON *q;

  cJSON_ArrayForEach(q, queries) {
    const struct aws_str id = aws_doc_str(q, "Id");
    if (!id.p || !unique)
      continue;
    unique = !aws_map_get(&seen, id);
    if (unique && !aws_map_put(&seen, id, &seen))
      unique = false;
  }
  aws_map_done(&seen);
  if (!unique)
    sim_error(rq, 400, "ValidationError",
              "The values for parameter id in array MetricDataQueries must be unique.");
  return unique;
}

static bool check_request(struct sim_request *rq, size_t n) {
  if (n == 0)
    return invalid(rq, "The collection %s must not have a size less than 1.", "MetricDataQueries");
  if (n > QUERIES_MAX)
    return invalid(rq, "The collection %s must not have a size greater than 500.",
                   "MetricDataQueries");
  if (sim_in_time(rq, "StartTime", 0) >= sim_in_time(rq, "EndTime", 0))
    return invalid(rq, "The parameter %s must be less than the parameter EndTime.", "StartTime");
  return true;
}

static bool read_queries(struct sim_request *rq, const cJSON *list, struct queries *all) {
  const int n = cJSON_GetArraySize(list);
  const cJSON *node;

  if (!check_request(rq, (size_t)n) || !check_unique(rq, list))
    return false;
  *all = (struct queries){.q = aws_arena_alloc_n(rq->arena, (size_t)n, sizeof(*all->q))};
  if (!all->q) {
    sim_error(rq, 500, "InternalServiceFault", "out of memory");
    return false;
  }
  cJSON_ArrayForEach(node, list) if (!read_query(rq, node, &all->q[all->n++])) return false;
  return true;
}

/* ---- points ---------------------------------------------------------------------------------- */

/* CloudFront's metrics exist in us-east-1 alone, the stack's in its own region. */
static bool is_here(const struct sim_request *rq, const struct query *q) {
  const bool edge = strcmp(q->namespace, "AWS/CloudFront") == 0;
  return strcmp(rq->region, edge ? "us-east-1" : rq->world->region) == 0;
}

struct moment {
  struct sim_request *rq;
  const struct queries *all;
  aws_ms wall, period;
  int nested;
};

static enum cloudwatch_math value_at(struct moment *m, const struct query *q, double *value);

static enum cloudwatch_math value_named(void *arg, struct aws_str id, double *value) {
  struct moment *m = arg;

  for (size_t i = 0; i < m->all->n; i++)
    if (aws_str_eq_c(id, m->all->q[i].id))
      return value_at(m, &m->all->q[i], value);
  return CLOUDWATCH_MATH_MALFORMED;
}

static enum cloudwatch_math value_at(struct moment *m, const struct query *q, double *value) {
  struct sim_sample sample;

  if (q->expression) {
    if (m->nested == NESTED_MAX) /* it is made of itself */
      return CLOUDWATCH_MATH_MALFORMED;
    m->nested++;
    const enum cloudwatch_math state = cloudwatch_calculate(q->expression, value_named, m, value);
    m->nested--;
    return state;
  }
  if (q->period > m->period)
    m->period = q->period;
  return is_here(m->rq, q) &&
                 sim_metric(m->rq->world, q->namespace, q->metric, q->dims, q->ndims,
                            sim_unwall(m->rq->world, m->wall), q->period, &sample) &&
                 sim_metric_stat(&sample, q->stat, value)
             ? CLOUDWATCH_MATH_DONE
             : CLOUDWATCH_MATH_NO_DATA;
}

/* An expression's period is the longest in it; one that cannot be read is refused. */
static bool prepare(struct sim_request *rq, const struct queries *all) {
  for (size_t i = 0; i < all->n; i++) {
    struct query *q = &all->q[i];
    struct moment m = {.rq = rq, .all = all, .period = q->period};
    double any;
    if (!q->expression)
      continue;
    const enum cloudwatch_math state = value_at(&m, q, &any);
    if (state == CLOUDWATCH_MATH_MALFORMED)
      return invalid(rq, "Error in expression '%s': %s", q->id,
                     "it is malformed or names no other query");
    q->broken = state == CLOUDWATCH_MATH_UNSUPPORTED ? state : CLOUDWATCH_MATH_DONE;
    q->period = m.period ? m.period : SIM_MINUTE;
  }
  return true;
}

static aws_ms step_of(const struct query *q) {
  return q->period > 0 ? q->period : SIM_MINUTE;
}

static size_t steps_of(const struct query *q, const struct window *win) {
  const aws_ms period = step_of(q);
  const aws_ms first = win->start / period * period;
  const aws_ms steps = (win->end - first + period - 1) / period;
  return steps > STEPS_MAX ? STEPS_MAX : (size_t)steps;
}

struct series {
  aws_ms *at; /* world time */
  double *value;
  size_t n;
  size_t next; /* step to go on with; 0: all was seen */
};

/* Points from step `from` on, at most `room` of them. False: out of memory. */
static bool collect(struct sim_request *rq, const struct queries *all, const struct query *q,
                    const struct window *win, size_t from, size_t room, struct series *out) {
  const size_t steps = q->broken ? 0 : steps_of(q, win);
  const aws_ms step = step_of(q), first = win->start / step * step;
  const size_t most = steps > from ? (steps - from < room ? steps - from : room) : 0;

  *out = (struct series){.at = aws_arena_alloc_n(rq->arena, most + 1, sizeof(aws_ms)),
                         .value = aws_arena_alloc_n(rq->arena, most + 1, sizeof(double))};
  if (!out->at || !out->value) {
    sim_error(rq, 500, "InternalServiceFault", "out of memory");
    return false;
  }
  for (size_t k = from; k < steps; k++) {
    const aws_ms wall = first + (aws_ms)(win->descending ? steps - 1 - k : k) * step;
    struct moment m = {.rq = rq, .all = all, .wall = wall};
    double value;
    if (value_at(&m, q, &value) != CLOUDWATCH_MATH_DONE)
      continue;
    if (out->n == room) {
      out->next = k;
      return true;
    }
    out->at[out->n] = sim_unwall(rq->world, wall);
    out->value[out->n++] = value;
  }
  return true;
}

static void write_series(struct sim_request *rq, const struct query *q, const struct series *s) {
  const char *label = text_at(q->node, "Label");

  sim_begin(rq, NULL);
  sim_str(rq, "Id", q->id);
  sim_str(rq, "Label", *label ? label : q->expression ? q->id : q->metric);
  sim_list(rq, "Timestamps", "member");
  for (size_t i = 0; i < s->n; i++)
    sim_time(rq, NULL, s->at[i]);
  sim_end(rq);
  sim_list(rq, "Values", "member");
  for (size_t i = 0; i < s->n; i++)
    sim_double(rq, NULL, s->value[i]);
  sim_end(rq);
  sim_str(rq, "StatusCode", q->broken ? "InternalError" : s->next ? "PartialData" : "Complete");
  sim_end(rq);
}

/* A position is (query, step): an answer that is full goes on from there. */
#define POSITION(query, step) ((uint64_t)(query) << 32 | (step))

static bool is_hidden(const cJSON *node) {
  const cJSON *shown = aws_doc_at(node, "ReturnData");

  return cJSON_IsFalse(shown) || aws_str_eq_c(aws_doc_str(node, "ReturnData"), "false");
}

void cloudwatch_get_metric_data(struct sim_request *rq) {
  const cJSON *list = sim_in_list(rq, "MetricDataQueries");
  const char *order = sim_in_str(rq, "ScanBy");
  const struct sim_world *w = rq->world;
  const struct window win = {.start = sim_wall(w, sim_in_time(rq, "StartTime", 0)),
                             .end = sim_wall(w, sim_in_time(rq, "EndTime", 0)),
                             .descending = !order || strcmp(order, "TimestampDescending") == 0};
  size_t room = (size_t)sim_in_int(rq, "MaxDatapoints", CLOUDWATCH_POINTS_MAX);
  uint64_t position, next = 0;
  struct queries all;

  if (!list || !read_queries(rq, list, &all) || !prepare(rq, &all) ||
      !sim_token_read(rq, "NextToken", &position))
    return;
  sim_list(rq, "MetricDataResults", "member");
  for (size_t i = position >> 32; i < all.n && !next; i++) {
    const size_t from = position >> 32 == i ? position & UINT32_MAX : 0;
    struct series s;
    if (is_hidden(all.q[i].node))
      continue;
    if (room == 0) {
      next = POSITION(i, 0);
      continue;
    }
    if (!collect(rq, &all, &all.q[i], &win, from, room, &s))
      return;
    room -= s.n;
    next = s.next ? POSITION(i, s.next) : 0;
    write_series(rq, &all.q[i], &s);
  }
  sim_end(rq);
  sim_empty_list(rq, "Messages");
  if (next)
    sim_token_write(rq, "NextToken", next);
}
