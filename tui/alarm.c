#include "tui/alarm.h"

#include <math.h>
#include <stdio.h>

#define WHY_MAX 4096 /* a reason has at most 1,023 characters, dimensions are at most thirty */

/* Four digits are enough to act on: "65.64", "42.9G". */
static void add_number(struct aws_buf *b, double v) {
  static const struct {
    double from;
    const char *letter;
  } units[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
    if (fabs(v) >= units[i].from) {
      aws_buf_addf(b, "%.1f%s", v / units[i].from, units[i].letter);
      return;
    }
  aws_buf_addf(b, fabs(v) >= 1000 ? "%.0f" : "%.4g", v);
}

static const char *sign_of(struct aws_str comparison) {
  static const char *const signs[][2] = {{"GreaterThanThreshold", ">"},
                                         {"GreaterThanOrEqualToThreshold", ">="},
                                         {"LessThanThreshold", "<"},
                                         {"LessThanOrEqualToThreshold", "<="}};
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (aws_str_eq_c(comparison, signs[i][0]))
      return signs[i][1];
  return NULL; /* a band of what is usual */
}

static bool number(struct aws_str s, double *out) {
  return aws_str_to_double(aws_str_trim(s), out);
}

static struct aws_str after(struct aws_str s, const char *what) {
  size_t n = strlen(what);
  for (; s.n >= n; s = (struct aws_str){s.p + 1, s.n - 1})
    if (memcmp(s.p, what, n) == 0)
      return (struct aws_str){s.p + n, s.n - n};
  return (struct aws_str){NULL, 0};
}

/* Of "[155.0 (22/11/26 15:52:00), 140.0 (22/11/26 15:51:00)]" the one furthest over. */
static bool worst_point(struct aws_str reason, bool high, double *out) {
  struct aws_str list = after(reason, "datapoint");
  list = after(list, "[");
  list = aws_str_split(&list, ']');
  bool any = false;
  while (list.n) {
    struct aws_str point = aws_str_split(&list, ',');
    double v;
    if (!number(aws_str_split(&point, '('), &v))
      continue;
    *out = !any || (high ? v > *out : v < *out) ? v : *out;
    any = true;
  }
  return any;
}

/* "2 out of the last 2 datapoints", or "1 datapoint". */
static bool counts(struct aws_str reason, double *some, double *all) {
  struct aws_str rest = after(reason, ": "), of = after(rest, "out of the last ");
  struct aws_str first = aws_str_split(&rest, ' ');
  if (!number(first, some))
    return false;
  *all = *some;
  return !of.n || number(aws_str_split(&of, ' '), all);
}

/* "app/shop-prod/50dc6c495c0c9188" is known as app/shop-prod. */
static struct aws_str known_as(struct aws_str value) {
  bool balancer = aws_str_starts(value, "app/") || aws_str_starts(value, "net/") ||
                  aws_str_starts(value, "targetgroup/");
  struct aws_str id = aws_str_after_last(value, '/');
  return balancer && id.n + 4 < value.n ? (struct aws_str){value.p, value.n - id.n - 1} : value;
}

static void add_dimensions(struct aws_buf *b, const struct cloudwatch_alarm *a) {
  const struct cloudwatch_dimension *d = a->dimensions.items;
  for (size_t i = 0; i < a->dimensions.n; i++)
    aws_buf_addf(b, "%s%.*s", i || b->n ? ", " : "", AWS_STR_ARG(known_as(d[i].value)));
}

void tui_alarm_why(const struct cloudwatch_alarm *a, char *out, size_t size) {
  const char *sign = sign_of(a->comparison);
  double point, some, all;
  struct aws_buf b;
  aws_buf_init(&b, WHY_MAX);
  bool crossed = sign && aws_str_starts(a->reason, "Threshold Crossed: ") &&
                 worst_point(a->reason, *sign == '>', &point);
  if (crossed) {
    bool well = after(a->reason, " not ").p != NULL;
    add_number(&b, point);
    aws_buf_addf(&b, "%s %s ", well ? ", not" : "", sign);
    add_number(&b, a->threshold);
    if (!well && counts(a->reason, &some, &all))
      aws_buf_addf(&b, " (%.0f of %.0f)", some, all);
  } else {
    aws_buf_add_str(&b, aws_str_trim(a->reason));
  }
  add_dimensions(&b, a);
  snprintf(out, size, "%.*s", AWS_STR_ARG(aws_buf_str(&b)));
  aws_buf_done(&b);
}
