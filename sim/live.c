/* The engine's clock. */
#include "sim/live.h"

void sim_live(struct sim_world *w, aws_ms now) {
  if (now > w->now)
    w->now = now;
}
