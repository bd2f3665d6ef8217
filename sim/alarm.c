/* Alarms: each is evaluated against its metric once a minute, and says why in CloudWatch's words.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
#include "sim/live.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define POINTS_MAX 16

size_t sim_alarm_points(const struct sim_world *w, const struct sim_alarm *a, aws_ms at,
                        struct sim_datapoint *out, size_t max) {
  const aws_ms period = a->period_s * SIM_SECOND;
  size_t n = 0;

  for (int i = 1; period > 0 && i <= a->evaluations && n < max; i++) {
    const aws_ms t = at / period * period - i * period;
    struct sim_sample sample;
    double value;
    if (!sim_metric(w, a->namespace, a->metric, a->dimensions, a->ndimensions, t, period,
                    &sample) ||
        !sim_metric_stat(&sample, a->statistic, &value))
      continue;
    out[n++] = (struct sim_datapoint){t, value};
  }
  return n;
}

static const struct {
  const char *operator, * words;
} comparisons[] = {
    {"GreaterThanOrEqualToThreshold", "greater than or equal to"},
    {"GreaterThanThreshold", "greater than"},
    {"LessThanThreshold", "less than"},
    {"LessThanOrEqualToThreshold", "less than or equal to"},
};

static const char *words_of(const struct sim_alarm *a) {
  for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
    if (strcmp(comparisons[i].operator, a->comparison) == 0)
      return comparisons[i].words;
  return "beyond";
}

static bool breaches(const struct sim_alarm *a, double value) {
  const bool equal = strstr(a->comparison, "OrEqualTo") != NULL;

  if (strncmp(a->comparison, "Less", 4) == 0)
    return value < a->threshold || (equal && value <= a->threshold);
  return value > a->threshold || (equal && value >= a->threshold);
}

/* CloudWatch writes numbers as Java does: 80.0, 12.5, 1.073741824E10. */
static void number(char *out, size_t size, double value) {
  if (fabs(value) >= 1e7) {
    const int power = (int)floor(log10(fabs(value)));
    const double head = value / pow(10, power);
    snprintf(out, size, floor(head) == head ? "%.1fE%d" : "%.10gE%d", head, power);
  } else if (floor(value) == value) {
    snprintf(out, size, "%.1f", value);
  } else {
    snprintf(out, size, "%.6g", value);
  }
}

static void clock_text(const struct sim_world *w, aws_ms t, char out[24]) {
  const time_t seconds = (time_t)(sim_wall(w, t) / 1000);
  struct tm tm = {0};

  gmtime_r(&seconds, &tm);
  snprintf(out, 24, "%02u/%02u/%02u %02u:%02u:%02u", (unsigned)tm.tm_mday % 100U,
           (unsigned)(tm.tm_mon + 1) % 100U, (unsigned)tm.tm_year % 100U,
           (unsigned)tm.tm_hour % 100U, (unsigned)tm.tm_min % 100U, (unsigned)tm.tm_sec % 100U);
}

/* "[91.2 (22/11/26 12:04:00), 88.0 (...)]", as much as fits. */
static void list_points(const struct sim_world *w, const struct sim_datapoint *p, size_t n,
                        char *out, size_t size) {
  size_t used = 0;

  out[0] = '\0';
  for (size_t i = 0; i < n && used + 64 < size; i++) {
    char value[32], when[24];
    number(value, sizeof(value), p[i].value);
    clock_text(w, p[i].at, when);
    const int wrote = snprintf(out + used, size - used, "%s%s (%s)", i ? ", " : "", value, when);
    used += wrote > 0 ? (size_t)wrote : 0;
  }
}

static void explain(const struct sim_world *w, struct sim_alarm *a, enum sim_alarm_state to,
                    const struct sim_datapoint *p, size_t n, size_t bad) {
  char points[120], threshold[32];
  const size_t counted = to == SIM_ALARM_ALARM ? bad : n - bad;
  const bool one = counted == 1;

  if (to == SIM_ALARM_INSUFFICIENT) {
    snprintf(a->reason, sizeof(a->reason), "Insufficient Data: %d datapoint%s unknown.",
             a->evaluations, a->evaluations == 1 ? " was" : "s were");
    return;
  }
  if (n == 0) {
    snprintf(a->reason, sizeof(a->reason),
             "Threshold Crossed: no datapoints were received for %d period%s and %d missing "
             "datapoint%s treated as [%s].",
             a->evaluations, a->evaluations == 1 ? "" : "s", a->evaluations,
             a->evaluations == 1 ? " was" : "s were",
             to == SIM_ALARM_ALARM ? "Breaching" : "NonBreaching");
    return;
  }
  list_points(w, p, n, points, sizeof(points));
  number(threshold, sizeof(threshold), a->threshold);
  snprintf(a->reason, sizeof(a->reason),
           "Threshold Crossed: %zu out of the last %d datapoints [%s] %s%s %s the threshold (%s)",
           counted, a->evaluations, points, one ? "was" : "were",
           to == SIM_ALARM_ALARM ? "" : " not", words_of(a), threshold);
}

/* All of the last periods must breach; one that does not is enough for OK. */
static enum sim_alarm_state judge(const struct sim_alarm *a, size_t n, size_t bad) {
  const size_t all = (size_t)a->evaluations, missing = all - n;

  if (n < all && strcmp(a->missing, "ignore") == 0)
    return n > bad ? SIM_ALARM_OK : a->state;
  if (strcmp(a->missing, "breaching") == 0)
    return bad + missing == all ? SIM_ALARM_ALARM : SIM_ALARM_OK;
  if (strcmp(a->missing, "notBreaching") == 0)
    return bad == all ? SIM_ALARM_ALARM : SIM_ALARM_OK;
  if (n == 0)
    return SIM_ALARM_INSUFFICIENT;
  return bad == n ? SIM_ALARM_ALARM : SIM_ALARM_OK;
}

static void look(struct sim_world *w, struct sim_alarm *a) {
  struct sim_datapoint points[POINTS_MAX];
  const size_t n = sim_alarm_points(w, a, w->now, points, POINTS_MAX);
  size_t bad = 0;

  for (size_t i = 0; i < n; i++)
    bad += breaches(a, points[i].value);
  const enum sim_alarm_state to = judge(a, n, bad);
  const bool first = a->reason[0] == '\0';
  if (to == a->state && !first)
    return;
  if (to != a->state || !a->updated)
    a->updated = a->transitioned = w->now;
  a->state = to;
  explain(w, a, to, points, n, bad);
}

void sim_alarms_look(struct sim_world *w) {
  for (size_t i = 0; i < w->alarms.n; i++) {
    struct sim_alarm *a = w->alarms.v[i];
    if (a->looked && w->now / SIM_MINUTE == a->looked / SIM_MINUTE)
      continue;
    a->looked = w->now;
    look(w, a);
  }
}
