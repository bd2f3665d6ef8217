/* Metric math, its arithmetic: numbers, ids of other queries, + - * / ^ and brackets. Functions are
 * known as such and not computed.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
#include "sim/cloudwatch.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#define DEPTH_MAX 20 /* of brackets and signs */

struct reader {
  const char *p;
  cloudwatch_value_fn value;
  void *arg;
  enum cloudwatch_math state; /* the worst that was met */
  int depth;
};

static double sum(struct reader *r);

static double fail(struct reader *r, enum cloudwatch_math state) {
  if (state > r->state)
    r->state = state;
  return NAN;
}

static char next(struct reader *r) {
  while (isspace((unsigned char)*r->p))
    r->p++;
  return *r->p;
}

static double named(struct reader *r) {
  const char *from = r->p;
  double value = NAN;

  while (isalnum((unsigned char)*r->p) || *r->p == '_')
    r->p++;
  const struct aws_str name = {from, (size_t)(r->p - from)};
  if (!islower((unsigned char)*from)) /* SUM(...), METRICS(), SELECT ... */
    return fail(r, CLOUDWATCH_MATH_UNSUPPORTED);
  const enum cloudwatch_math state = r->value(r->arg, name, &value);
  return state == CLOUDWATCH_MATH_DONE ? value : fail(r, state);
}

/* Nothing is read on after a fault. */
static double factor(struct reader *r) {
  const char c = next(r);
  double value;

  if (r->state > CLOUDWATCH_MATH_NO_DATA || r->depth == DEPTH_MAX)
    return fail(r, CLOUDWATCH_MATH_MALFORMED);
  r->depth++;
  if (c == '-') {
    r->p++;
    value = -factor(r);
  } else if (c == '(') {
    r->p++;
    value = sum(r);
    if (next(r) != ')')
      return fail(r, CLOUDWATCH_MATH_MALFORMED);
    r->p++;
  } else if (isdigit((unsigned char)c)) {
    char *end;
    value = strtod(r->p, &end);
    r->p = end;
  } else {
    value = isalpha((unsigned char)c) ? named(r) : fail(r, CLOUDWATCH_MATH_MALFORMED);
  }
  r->depth--;
  if (next(r) != '^')
    return value;
  r->p++;
  return pow(value, factor(r));
}

static double product(struct reader *r) {
  double value = factor(r);

  for (char c = next(r); c == '*' || c == '/'; c = next(r)) {
    r->p++;
    const double by = factor(r);
    value = c == '*' ? value * by : value / by;
  }
  return value;
}

static double sum(struct reader *r) {
  double value = product(r);

  for (char c = next(r); c == '+' || c == '-'; c = next(r)) {
    r->p++;
    const double more = product(r);
    value = c == '+' ? value + more : value - more;
  }
  return value;
}

enum cloudwatch_math cloudwatch_calculate(const char *expression, cloudwatch_value_fn value,
                                          void *arg, double *out) {
  struct reader r = {.p = expression, .value = value, .arg = arg};

  *out = sum(&r);
  if (r.state <= CLOUDWATCH_MATH_NO_DATA && next(&r) != '\0')
    return CLOUDWATCH_MATH_MALFORMED;
  if (r.state == CLOUDWATCH_MATH_DONE && !isfinite(*out)) /* divided by zero */
    return CLOUDWATCH_MATH_NO_DATA;
  return r.state;
}
