#include "tui/curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ERRORS_HIGH 5 /* percent, where no threshold is set */

enum scale { SCALE_USUAL, SCALE_PERCENT, SCALE_ERRORS };
enum fold { FOLD_SUM, FOLD_MOST }; /* over the hop's things, minute by minute */

/* The series that a fact is the newest point of; the fact is known by its unit or its name. */
struct curve_def {
  enum stack_hop_kind hop;
  const char *mark; /* in the fact's text */
  enum stack_kind kind;
  const char *metrics[2];
  const char *of; /* the metrics are a share of this one; NULL: they stand by themselves */
  enum fold fold;
  enum scale scale;
};

static const struct curve_def defs[] = {
    {STACK_HOP_CDN, "rpm", STACK_DISTRIBUTION, {"Requests"}, NULL, FOLD_SUM, SCALE_USUAL},
    {STACK_HOP_CDN, "5xx", STACK_DISTRIBUTION, {"5xxErrorRate"}, NULL, FOLD_MOST, SCALE_ERRORS},
    {STACK_HOP_API, "rps", STACK_API, {"Count"}, NULL, FOLD_SUM, SCALE_USUAL},
    {STACK_HOP_API, "5xx", STACK_API, {"5xx"}, "Count", FOLD_SUM, SCALE_ERRORS},
    {STACK_HOP_ALB,
     "p95",
     STACK_LOAD_BALANCER,
     {"TargetResponseTime"},
     NULL,
     FOLD_MOST,
     SCALE_USUAL},
    {STACK_HOP_ALB,
     "5xx",
     STACK_LOAD_BALANCER,
     {"HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"},
     "RequestCount",
     FOLD_SUM,
     SCALE_ERRORS},
    {STACK_HOP_ALB, "rps", STACK_LOAD_BALANCER, {"RequestCount"}, NULL, FOLD_SUM, SCALE_USUAL},
    {STACK_HOP_ECS, "cpu", STACK_SERVICE, {"CPUUtilization"}, NULL, FOLD_MOST, SCALE_PERCENT},
    {STACK_HOP_DB, "cpu", STACK_DB_INSTANCE, {"CPUUtilization"}, NULL, FOLD_MOST, SCALE_PERCENT},
    {STACK_HOP_DB, "conn", STACK_DB_INSTANCE, {"DatabaseConnections"}, NULL, FOLD_SUM, SCALE_USUAL},
    {STACK_HOP_DB, "lag", STACK_DB_INSTANCE, {"AuroraReplicaLag"}, NULL, FOLD_MOST, SCALE_USUAL},
};

/* Adds a series to the curve, newest to newest: what one lacks the other fills. */
static void fold_in(struct tui_curve *c, const struct stack_series *v, enum fold fold) {
  if (v->n > c->n) { /* room at the old end */
    size_t more = v->n - c->n;
    memmove(c->points + more, c->points, c->n * sizeof c->points[0]);
    for (size_t i = 0; i < more; i++)
      c->points[i] = NAN;
    c->n = v->n;
  }
  for (size_t i = 0; i < v->n; i++) {
    double *to = &c->points[c->n - v->n + i], x = v->points[i];
    if (isnan(x))
      continue;
    if (isnan(*to))
      *to = x;
    else if (fold == FOLD_SUM)
      *to += x;
    else
      *to = x > *to ? x : *to;
  }
}

static void fold_all(const struct stack *s, enum stack_kind k, const char *metric, enum fold fold,
                     struct tui_curve *out) {
  const struct stack_collection *c = stack_collection(s, k);
  for (size_t i = 0; metric && i < c->n; i++) {
    const struct stack_series *v = stack_metric(s, k, c->rows[i]->id, metric);
    if (v)
      fold_in(out, v, fold);
  }
}

/* Failures to percent of all; without any request there is nothing to fail. */
static void share_of(struct tui_curve *c, const struct tui_curve *all) {
  for (size_t i = 0; i < c->n; i++) {
    size_t from_end = c->n - i;
    double whole = from_end <= all->n ? all->points[all->n - from_end] : NAN;
    c->points[i] = whole > 0 ? c->points[i] * 100 / whole : isnan(whole) ? NAN : 0;
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double greatest(const struct tui_curve *c) {
  double most = 0;
  for (size_t i = 0; i < c->n; i++)
    most = c->points[i] > most ? c->points[i] : most; /* never for NaN */
  return most;
}

double tui_curve_high_errors(const struct tui_curve *c, double threshold) {
  double most = greatest(c), least = threshold > 0 ? threshold : ERRORS_HIGH;
  return most > least ? most : least;
}

double tui_curve_high_usual(const struct tui_curve *c) {
  double sorted[STACK_POINTS], most = greatest(c);
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++)
    if (!isnan(c->points[i]))
      sorted[n++] = c->points[i];
  if (!n)
    return most;
  qsort(sorted, n, sizeof sorted[0], ascending);
  double twice = 2 * sorted[n / 2];
  return twice > most ? twice : most;
}

static double high_of(const struct stack *s, const struct tui_curve *c, enum scale scale) {
  switch (scale) {
  case SCALE_PERCENT:
    return 100;
  case SCALE_ERRORS:
    return tui_curve_high_errors(c, stack_cfg(s)->thresholds.error_rate_percent);
  case SCALE_USUAL:
    break;
  }
  return tui_curve_high_usual(c);
}

static void make(const struct stack *s, const struct curve_def *d, struct tui_curve *out) {
  struct tui_curve all = {.n = 0};
  for (size_t m = 0; m < sizeof d->metrics / sizeof d->metrics[0]; m++)
    fold_all(s, d->kind, d->metrics[m], d->fold, out);
  if (d->of) {
    fold_all(s, d->kind, d->of, FOLD_SUM, &all);
    share_of(out, &all);
  }
  out->high = high_of(s, out, d->scale);
}

void tui_curves_of(const struct stack *s, const struct stack_hop *h, struct tui_curves *out) {
  for (size_t f = 0; f < STACK_HOP_FACTS; f++) {
    out->at[f].n = 0;
    for (size_t i = 0; i < sizeof defs / sizeof defs[0]; i++)
      if (defs[i].hop == h->kind && strstr(h->facts[f], defs[i].mark))
        make(s, &defs[i], &out->at[f]);
  }
}
