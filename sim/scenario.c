/* The table of scenarios. */
#include "sim/live.h"

static const struct sim_scenario scenarios[] = {
    {.name = "steady", .summary = "everything runs as it should"},
};

const struct sim_scenario *sim_scenario_at(size_t i) {
  return i < sizeof scenarios / sizeof scenarios[0] ? &scenarios[i] : NULL;
}

const struct sim_scenario *sim_scenario_find(const char *name) {
  for (size_t i = 0; sim_scenario_at(i); i++)
    if (!strcmp(scenarios[i].name, name))
      return &scenarios[i];
  return NULL;
}
