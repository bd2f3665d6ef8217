/* The engine's clock: the world runs in steps of a second, so that a long sleep skips nothing. */
#include "sim/engine.h"

/* After a suspended laptop wakes, the world does not relive the night second by second. */
#define CATCH_UP_MAX (2 * SIM_HOUR)

void sim_db_event(struct sim_world *w, const char *source_type, const char *source_id,
                  const char *source_arn, const char *category, const char *message) {
  struct sim_db_event *e = aws_arena_alloc(&w->arena, sizeof *e);

  if (!e || !sim_vec_add(&w->db_events, e))
    return; /* an event the world forgets */
  e->date = w->now;
  e->source_type = sim_text(w, "%s", source_type);
  e->source_id = sim_text(w, "%s", source_id);
  e->source_arn = sim_text(w, "%s", source_arn);
  e->category = sim_text(w, "%s", category);
  e->message = sim_text(w, "%s", message);
}

#define TRACE_EVERY 5 /* seconds: what fails between two minutes is remembered all the same */

static void step(struct sim_world *w) {
  for (size_t i = 0; i < w->services.n; i++)
    sim_tasks_step(w, w->services.v[i]);
  for (size_t i = 0; i < w->target_groups.n; i++)
    sim_targets_step(w, w->target_groups.v[i]);
  for (size_t i = 0; i < w->services.n; i++)
    sim_service_step(w, w->services.v[i]);
  if (w->now / SIM_SECOND % TRACE_EVERY == 0)
    for (size_t i = 0; i < w->services.n; i++)
      sim_trace(w->services.v[i], w->traced, false);
  sim_alarms_look(w);
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
