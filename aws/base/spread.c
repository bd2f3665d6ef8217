/* How numbers spread, in a fixed place: exact below 16, then eight steps to each doubling. */
#include "aws/base.h"

enum { EXACT = 16, EXACT_BITS = 4, STEPS = 8, STEP_BITS = 3, FADE_AT = 4096 };

static size_t step_of(int64_t value) {
  if (value < EXACT)
    return value > 0 ? (size_t)value : 0;
  unsigned bits = EXACT_BITS;
  while (bits < 62 && value >> (bits + 1) > 0)
    bits++;
  size_t at =
      EXACT + (bits - EXACT_BITS) * STEPS + (size_t)((value >> (bits - STEP_BITS)) & (STEPS - 1));
  return at < AWS_SPREAD_STEPS ? at : AWS_SPREAD_STEPS - 1;
}

/* The largest value of a step. */
static int64_t most_of(size_t step) {
  if (step < EXACT)
    return (int64_t)step;
  size_t bits = EXACT_BITS + (step - EXACT) / STEPS, part = (step - EXACT) % STEPS;
  return ((int64_t)(STEPS + part + 1) << (bits - STEP_BITS)) - 1;
}

void aws_spread_add(struct aws_spread *s, int64_t value) {
  s->n[step_of(value)]++;
  if (++s->total < FADE_AT)
    return;
  s->total = 0;
  for (size_t i = 0; i < AWS_SPREAD_STEPS; i++)
    s->total += s->n[i] /= 2;
}

int64_t aws_spread_at(const struct aws_spread *s, unsigned percent) {
  uint64_t want = ((uint64_t)s->total * percent + 99) / 100, seen = 0;
  if (s->total == 0)
    return -1;
  for (size_t i = 0; i < AWS_SPREAD_STEPS; i++) {
    seen += s->n[i];
    if (seen >= want && seen > 0)
      return most_of(i);
  }
  return most_of(AWS_SPREAD_STEPS - 1);
}
