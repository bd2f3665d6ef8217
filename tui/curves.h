/* The curves beside the facts of a hop: each fact its own series, on a scale that tells well from
 * ill. */
#ifndef CAWSOLE_TUI_CURVES_H
#define CAWSOLE_TUI_CURVES_H

#include "stack/path.h"

struct tui_curve {
  double points[STACK_POINTS]; /* oldest first; NaN: a gap */
  size_t n;                    /* 0: the fact has none */
  double high;                 /* the top of the scale; its foot is 0 */
};

struct tui_curves {
  struct tui_curve at[STACK_HOP_FACTS];
};

void tui_curves_of(const struct stack *s, const struct stack_hop *h, struct tui_curves *out);

/* The top of the scale for a share of failures: the threshold (0: 5 %) fills it, or the worst. So
 * none at all stands lowest, and a few stay low. */
double tui_curve_high_errors(const struct tui_curve *c, double threshold);
/* For a rate or a time: twice what is usual, or the greatest. So the usual stands in the middle. */
double tui_curve_high_usual(const struct tui_curve *c);

#endif
