/* edge-errors: an API behind the distribution begins to fail, and viewers see it. */
#include "sim/live.h"

#define RISES_AFTER (15 * SIM_SECOND)
#define RISES_FOR (40 * SIM_SECOND)
#define PEAK 0.18 /* share of answers */
#define WAVE 0.03 /* and how much it wavers, minute by minute */

/* Of the minute that begins at t, taken at its middle: the first whole minute of a simulator has
 * errors enough for the alarm. */
double sim_edge_error_rate(const struct sim_world *w, aws_ms t) {
  if (!w->scenario || strcmp(w->scenario->name, "edge-errors") != 0)
    return 0;
  const aws_ms since = t + SIM_MINUTE / 2 - w->scenario_began - RISES_AFTER;
  if (since <= 0)
    return 0;
  if (since < RISES_FOR)
    return PEAK * (double)since / (double)RISES_FOR;
  return PEAK + WAVE * (double)(t / SIM_MINUTE % 3 - 1);
}
