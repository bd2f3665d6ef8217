/* edge-errors: an API behind the distribution begins to fail, and viewers see it. */
#include "sim/live.h"

#define RISES_AFTER (30 * SIM_SECOND)
#define RISES_FOR (90 * SIM_SECOND)
#define PEAK 0.18 /* share of answers */
#define WAVE 0.03 /* and how much it wavers, minute by minute */

double sim_edge_error_rate(const struct sim_world *w, aws_ms t) {
  if (!w->scenario || strcmp(w->scenario->name, "edge-errors") != 0)
    return 0;
  const aws_ms since = t - w->scenario_began - RISES_AFTER;
  if (since <= 0)
    return 0;
  if (since < RISES_FOR)
    return PEAK * (double)since / (double)RISES_FOR;
  return PEAK + WAVE * (double)(t / SIM_MINUTE % 3 - 1);
}
