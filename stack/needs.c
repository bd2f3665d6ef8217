/* What the board needs from AWS, and what came of it. */
#include "config.h"

#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/cloudwatch.h"

static struct stack_need need_of(const struct stack_feed *f) {
  const struct stack_feed_def *d = f->def;
  struct stack_need need = {.kind = d->kind,
                            .list = d->list,
                            .op = d->op,
                            .region = d->edge ? stack_edge_region(f->s) : NULL,
                            .parts = f->n};
  for (size_t i = 0; i < f->n; i++) {
    const struct stack_part *p = f->parts[i];
    need.read += p->loaded && p->error.code == AWS_OK;
    if (p->error.code != AWS_OK && !need.error)
      need.error = &p->error;
  }
  return need;
}

static struct stack_need metrics_need(const struct stack *s, bool edge) {
  return (struct stack_need){.kind = STACK_KINDS,
                             .op = &cloudwatch_get_metric_data,
                             .region = edge ? stack_edge_region(s) : NULL};
}

size_t stack_needs(const struct stack *s, struct stack_need *out, size_t max) {
  size_t n = 0;
  for (size_t i = 0; i < s->nfeeds && n < max; i++)
    if (stack_feed_wanted(&s->feeds[i]))
      out[n++] = need_of(&s->feeds[i]);
  for (int edge = 0; edge < 2 && n < max; edge++) {
    out[n] = metrics_need(s, edge);
    out[n].parts = stack_metrics_series(s, edge, &out[n].error);
    out[n].read = out[n].error ? 0 : out[n].parts;
    n += out[n].parts > 0;
  }
  return n;
}
