/* A metric asked for: its dimensions resolved, its minutes put together. */
#include "sim/metric.h"

#include <math.h>
#include <stdlib.h>

/* ---- dimensions ------------------------------------------------------------------------------ */

static void *find_api(const struct sim_world *w, const char *id) {
  for (size_t i = 0; i < w->apis.n; i++) {
    struct sim_api *api = w->apis.v[i];
    if (strcmp(api->id, id) == 0)
      return api;
  }
  return NULL;
}

/* "app/shop/50dc6c495c0c9188" is what stands after "loadbalancer/" in the ARN. */
static void *find_load_balancer(const struct sim_world *w, const char *value) {
  for (size_t i = 0; i < w->load_balancers.n; i++) {
    struct sim_load_balancer *lb = w->load_balancers.v[i];
    const char *tail = strstr(lb->arn, "loadbalancer/");
    if (tail && strcmp(tail + 13, value) == 0)
      return lb;
  }
  return NULL;
}

/* "targetgroup/shop-web/73e2d6bc24d8a067": the ARN's end. */
static void *find_group(const struct sim_world *w, const char *value) {
  for (size_t i = 0; i < w->target_groups.n; i++) {
    struct sim_target_group *g = w->target_groups.v[i];
    const char *tail = strstr(g->arn, "targetgroup/");
    if (tail && strcmp(tail, value) == 0)
      return g;
  }
  return NULL;
}

/* Takes one dimension into the subject; false: it names nothing. */
static bool take(struct metric_subject *s, const char *name, const char *value) {
  const struct sim_world *w = s->w;

  if (strcmp(name, "Region") == 0)
    return strcmp(value, "Global") == 0;
  if (strcmp(name, "Stage") == 0)
    return strcmp(value, "$default") == 0;
  if (strcmp(name, "Role") == 0) {
    s->role = value;
    return strcmp(value, "WRITER") == 0 || strcmp(value, "READER") == 0;
  }
  s->key = value;
  if (strcmp(name, "DistributionId") == 0)
    return (s->distribution = sim_find_distribution(w, value)) != NULL;
  if (strcmp(name, "LoadBalancer") == 0)
    return (s->load_balancer = find_load_balancer(w, value)) != NULL;
  if (strcmp(name, "TargetGroup") == 0)
    return (s->group = find_group(w, value)) != NULL;
  if (strcmp(name, "ClusterName") == 0)
    return (s->cluster = sim_find_cluster(w, value)) != NULL;
  if (strcmp(name, "ServiceName") == 0)
    return s->cluster && (s->service = sim_find_service(s->cluster, value)) != NULL;
  if (strcmp(name, "DBInstanceIdentifier") == 0)
    return (s->db = sim_find_db_instance(w, value)) != NULL;
  if (strcmp(name, "DBClusterIdentifier") == 0)
    return (s->db_cluster = sim_find_db_cluster(w, value)) != NULL;
  return strcmp(name, "ApiId") == 0 && (s->api = find_api(w, value)) != NULL;
}

static const char *dimension(const struct sim_dimension *dims, size_t ndims, const char *name) {
  for (size_t i = 0; i < ndims; i++)
    if (strcmp(dims[i].name, name) == 0)
      return dims[i].value;
  return NULL;
}

/* The dimensions must be the row's, all of them, in any order. */
static bool resolve(const struct metric_row *row, const struct sim_dimension *dims, size_t ndims,
                    struct metric_subject *s) {
  size_t n = 0;

  while (n < 3 && row->dimensions[n]) {
    const char *value = dimension(dims, ndims, row->dimensions[n]);
    if (!value || !take(s, row->dimensions[n], value))
      return false;
    n++;
  }
  return n == ndims;
}

/* ---- periods --------------------------------------------------------------------------------- */

struct sum {
  double total, lowest, highest;
  size_t minutes;
};

static void add(struct sum *sum, double value) {
  if (isnan(value))
    return;
  sum->lowest = sum->minutes && sum->lowest < value ? sum->lowest : value;
  sum->highest = sum->minutes && sum->highest > value ? sum->highest : value;
  sum->total += value;
  sum->minutes++;
}

/* of: of how many a counter is a share; 0: it stands for itself. */
static void fill(struct sim_sample *out, enum metric_kind kind, const struct sum *sum, double of) {
  const double n = (double)sum->minutes, mean = sum->total / n;

  *out = (struct sim_sample){.sum = sum->total,
                             .average = mean,
                             .minimum = sum->lowest,
                             .maximum = sum->highest,
                             .count = n,
                             .p50 = mean,
                             .p90 = mean,
                             .p99 = mean};
  if (kind == METRIC_COUNTER) { /* one event, one sample */
    out->count = of > 0 ? of : sum->total;
    out->average = of > 0 ? sum->total / of : 1;
    out->minimum = of > sum->total ? 0 : 1;
    out->maximum = sum->total > 0 ? 1 : 0;
    out->p50 = out->average > 0.5;
    out->p90 = out->average > 0.1;
    out->p99 = out->average > 0.01;
  }
  if (kind == METRIC_LATENCY) {
    out->minimum = sum->lowest * 0.12;
    out->p50 = mean * 0.71;
    out->p90 = mean * 1.9;
    out->p99 = mean * 4.4;
    out->maximum = sum->highest * 9;
  }
}

bool sim_metric(const struct sim_world *w, const char *namespace, const char *name,
                const struct sim_dimension *dims, size_t ndims, aws_ms t, aws_ms period,
                struct sim_sample *out) {
  for (const struct metric_row *row = metric_rows; row->name; row++) {
    struct metric_subject s = {.w = w, .key = ""};
    struct sum sum = {0}, of = {0};
    if (strcmp(row->namespace, namespace) != 0 || strcmp(row->name, name) != 0 ||
        !resolve(row, dims, ndims, &s))
      continue;
    const aws_ms first = t / SIM_MINUTE * SIM_MINUTE;
    for (aws_ms m = first; m < t + period && m + SIM_MINUTE <= w->now; m += SIM_MINUTE) {
      add(&sum, row->minute(&s, m));
      if (row->of)
        add(&of, row->of(&s, m));
    }
    if (sum.minutes == 0 || (row->kind == METRIC_COUNTER && sum.total <= 0 && of.total <= 0))
      return false;
    fill(out, row->kind, &sum, of.total);
    return true;
  }
  return false;
}

/* ---- statistics ------------------------------------------------------------------------------ */

/* Between the points that are known, a straight line. */
static double percentile(const struct sim_sample *s, double p) {
  const double at[] = {0, 50, 90, 99, 100};
  const double value[] = {s->minimum, s->p50, s->p90, s->p99, s->maximum};
  size_t i = 1;

  while (i < 4 && p > at[i])
    i++;
  return value[i - 1] + (value[i] - value[i - 1]) * (p - at[i - 1]) / (at[i] - at[i - 1]);
}

/* "p99", "tm95.5": a word and a number from 0 to 100. */
static bool has_number(const char *stat, const char *word, double *number) {
  char *end;
  const size_t n = strlen(word);

  if (strncmp(stat, word, n) != 0 || stat[n] < '0' || stat[n] > '9')
    return false;
  *number = strtod(stat + n, &end);
  return *end == '\0' && *number <= 100;
}

bool sim_metric_stat(const struct sim_sample *s, const char *stat, double *out) {
  const struct {
    const char *name;
    double value;
  } plain[] = {{"Average", s->average}, {"Sum", s->sum},           {"Minimum", s->minimum},
               {"Maximum", s->maximum}, {"SampleCount", s->count}, {"IQM", s->p50}};
  double number;

  for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
    if (strcmp(plain[i].name, stat) == 0) {
      *out = plain[i].value;
      return true;
    }
  if (has_number(stat, "p", &number))
    *out = percentile(s, number);
  else if (has_number(stat, "tm", &number) || has_number(stat, "wm", &number))
    *out = s->average;
  else if (has_number(stat, "tc", &number))
    *out = s->count * number / 100;
  else if (has_number(stat, "ts", &number))
    *out = s->sum * number / 100;
  else
    return false;
  return true;
}
