/* The table of scenarios, and those that need no file of their own. */
#include "sim/sim.h"

#define DEPLOYS_AFTER (15 * SIM_SECOND)
#define THROTTLED_OF_TEN 4

/* A new revision that answers every request with 502. */
static void bad_deploy_tick(struct sim_world *w) {
  if (w->scenario_step || w->now < w->scenario_began + DEPLOYS_AFTER || !w->services.n)
    return;
  struct sim_service *s = w->services.v[0];
  const char *image = strrchr(s->definition->image, '/');
  const char *name = sim_text(w, "%s%.*s:2026.11.2", w->project,
                              image ? (int)strcspn(image, ":") : 0, image ? image : "");
  struct sim_task_definition *d = name ? sim_new_revision(w, s->definition, name, 502) : NULL;

  w->scenario_step = 1;
  if (d && !sim_deploy(w, s, d, false))
    w->scenario_step = 0;
}

/* A share of the ECS calls, evenly mixed and the same in every run. */
static bool throttle(struct sim_request *rq) {
  struct sim_world *w = rq->world;

  if (strcmp(rq->service->name, "ecs") != 0 || w->scenario_step++ * 7 % 10 >= THROTTLED_OF_TEN)
    return false;
  sim_error(rq, 400, "ThrottlingException", "Rate exceeded");
  return true;
}

static const struct sim_scenario scenarios[] = {
    {.name = "steady", .summary = "everything runs as it should"},
    {.name = "bad-deploy",
     .summary = "a new revision answers 502 until the circuit breaker rolls back",
     .tick = bad_deploy_tick},
    {.name = "db-failover",
     .summary = "the databases change their zone and their writer",
     .begin = sim_db_failover_begin,
     .tick = sim_db_failover_tick},
    {.name = "edge-errors", .summary = "viewers see errors at the edge"},
    {.name = "throttled", .summary = "ECS refuses four calls of ten", .intercept = throttle},
};

#define COUNT (sizeof scenarios / sizeof scenarios[0])

const struct sim_scenario *sim_scenario_at(size_t i) {
  return i < COUNT ? &scenarios[i] : NULL;
}

const struct sim_scenario *sim_scenario_find(const char *name) {
  for (size_t i = 0; i < COUNT; i++)
    if (!strcmp(scenarios[i].name, name))
      return &scenarios[i];
  return NULL;
}
