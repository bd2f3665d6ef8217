/* The engine's clock: the world runs in steps of a second, so that a long sleep skips nothing. */
#include "sim/engine.h"

/* After a suspended laptop wakes, the world does not relive the night second by second. */
#define CATCH_UP_MAX (2 * SIM_HOUR)

static void step(struct sim_world *w) {
  for (size_t i = 0; i < w->services.n; i++)
    sim_tasks_step(w, w->services.v[i]);
  for (size_t i = 0; i < w->target_groups.n; i++)
    sim_targets_step(w, w->target_groups.v[i]);
  for (size_t i = 0; i < w->services.n; i++)
    sim_service_step(w, w->services.v[i]);
  if (w->scenario && w->scenario->tick)
    w->scenario->tick(w);
}

void sim_live(struct sim_world *w, aws_ms now) {
  if (now - w->stepped > CATCH_UP_MAX)
    w->stepped = now - CATCH_UP_MAX;
  while (w->stepped + SIM_SECOND <= now) {
    w->stepped += SIM_SECOND;
    w->now = w->stepped;
    step(w);
    while (w->traced + SIM_MINUTE <= w->stepped) {
      w->traced += SIM_MINUTE;
      sim_minute(w, w->traced);
    }
  }
  if (now > w->now)
    w->now = now;
}
