/* Errors of a hundred requests: by the rate where a metric has it, else by two metrics' counts. */
#include "config.h"

#include "stack/judged.h"

#include <math.h>

enum { MINUTE_MS = 60000, SPEAKS_MS = 10 * MINUTE_MS };

static const struct failures {
  enum stack_kind kind;
  const char *failed[2];
  const char *all; /* NULL: failed[0] is the rate */
} rows[] = {
    {STACK_DISTRIBUTION, {"5xxErrorRate", NULL}, NULL},
    {STACK_API, {"5xx", NULL}, "Count"},
    {STACK_LOAD_BALANCER, {"HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"}, "RequestCount"},
};

static double value_at(const struct stack_series *v, aws_ms at) {
  if (!v || at > v->last_at)
    return NAN;
  aws_ms back = (v->last_at - at) / MINUTE_MS;
  return back < (aws_ms)v->n ? v->points[v->n - 1 - (size_t)back] : NAN;
}

/* Both counts of one minute, the newest of which both are known: their share is true before they
 * are whole. A minute without an error may have no point; while that cannot be told from one that
 * is still to come, the minute before is taken. It can be told as soon as the next minute's
 * requests are known. */
static double share(const struct stack_series *all, const struct stack_series *const failed[2],
                    aws_ms now) {
  for (aws_ms at = all->last_at; now - at <= SPEAKS_MS; at -= MINUTE_MS) {
    double of = value_at(all, at), sum = NAN;
    for (size_t k = 0; k < 2; k++) {
      double v = value_at(failed[k], at);
      if (!isnan(v))
        sum = isnan(sum) ? v : sum + v;
    }
    if (isnan(sum) && !isnan(value_at(all, at + MINUTE_MS)))
      sum = 0;
    if (of > 0 && !isnan(sum))
      return sum * 100 / of;
  }
  return NAN;
}

double stack_metric_5xx_percent(const struct stack *s, enum stack_kind k, struct aws_str id) {
  const struct failures *f = rows;
  while (f->kind != k)
    if (++f == rows + sizeof rows / sizeof *rows)
      return NAN;
  if (!f->all)
    return stack_metric_last(s, k, id, f->failed[0]);
  const struct stack_series *all = stack_metric(s, k, id, f->all), *failed[2] = {NULL, NULL};
  for (size_t i = 0; i < 2 && f->failed[i]; i++)
    failed[i] = stack_metric(s, k, id, f->failed[i]);
  return all ? share(all, failed, stack_wall(s)) : NAN;
}
