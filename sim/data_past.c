/* What happened to the data before the simulator started: a backup each night, and labels put on
 * versions of parameters. */
#include "sim/live.h"
#include "sim/stable.h"

#define NIGHTS 13 /* RDS keeps events for two weeks */
#define BACKUP_AT (2 * SIM_HOUR + 10 * SIM_MINUTE)

static bool add(struct sim_world *w, const struct sim_db_instance *db, aws_ms date,
                const char *message) {
  struct sim_db_event *e = aws_arena_alloc(&w->arena, sizeof(*e));

  if (!e || !sim_vec_add(&w->db_events, e))
    return false;
  *e = (struct sim_db_event){.date = date,
                             .source_id = db->id,
                             .source_type = "db-instance",
                             .source_arn = db->arn,
                             .category = "backup",
                             .message = message};
  return true;
}

static bool backup(struct sim_world *w, const struct sim_db_instance *db, aws_ms midnight) {
  const aws_ms from =
      midnight + BACKUP_AT +
      (aws_ms)(sim_stable(w, db->id, (uint64_t)(midnight / SIM_DAY)) % (5 * SIM_MINUTE));

  return from + 3 * SIM_MINUTE >= w->began ||
         (add(w, db, from, "Backing up DB instance") &&
          add(w, db, from + 2 * SIM_MINUTE, "Finished DB Instance backup"));
}

static bool backups(struct sim_world *w) {
  const aws_ms today = w->began / SIM_DAY * SIM_DAY;

  for (int night = NIGHTS - 1; night >= 0; night--)
    for (size_t i = 0; i < w->db_instances.n; i++) {
      const struct sim_db_instance *db = w->db_instances.v[i];
      if (!db->cluster && !backup(w, db, today - night * SIM_DAY))
        return false;
    }
  return true;
}

/* Deployments label the version of a release that is out, and the one before it. */
static void label_releases(struct sim_world *w) {
  for (size_t i = 0; i < w->parameters.n; i++) {
    const struct sim_parameter *p = w->parameters.v[i];
    if (!strstr(p->name, "/release/") || p->versions.n < 2)
      continue;
    ((struct sim_parameter_version *)p->versions.v[p->versions.n - 1])->label = "live";
    ((struct sim_parameter_version *)p->versions.v[p->versions.n - 2])->label = "previous";
  }
}

bool sim_data_past(struct sim_world *w) {
  label_releases(w);
  return backups(w);
}
