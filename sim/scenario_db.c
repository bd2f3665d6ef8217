/* db-failover: the multi-AZ instance changes its zone, then Aurora its writer, with the events that
 * RDS sends and the statuses it shows meanwhile.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
#include "sim/live.h"

/* Seconds after the scenario began. */
enum {
  INSTANCE_STARTS = 20,
  INSTANCE_RESTARTS = 55,
  INSTANCE_DONE = 80,
  CLUSTER_STARTS = 100,
  CLUSTER_SWAPS = 118,
  CLUSTER_READER_BACK = 140,
  CLUSTER_DONE = 145
};

static struct sim_db_instance *multi_az(const struct sim_world *w) {
  for (size_t i = 0; i < w->db_instances.n; i++) {
    struct sim_db_instance *db = w->db_instances.v[i];
    if (db->multi_az && !db->cluster)
      return db;
  }
  return NULL;
}

static struct sim_db_cluster *with_reader(const struct sim_world *w) {
  for (size_t i = 0; i < w->db_clusters.n; i++) {
    struct sim_db_cluster *c = w->db_clusters.v[i];
    if (c->members.n > 1)
      return c;
  }
  return NULL;
}

static struct sim_db_instance *member(const struct sim_db_cluster *c, bool writer) {
  for (size_t i = 0; i < c->members.n; i++) {
    struct sim_db_instance *db = c->members.v[i];
    if (db->writer == writer)
      return db;
  }
  return NULL;
}

static void tell(struct sim_world *w, const struct sim_db_instance *db, const char *category,
                 const char *message) {
  sim_db_event(w, "db-instance", db->id, db->arn, category, message);
}

static void go_down(struct sim_world *w, struct sim_db_instance *db, int seconds) {
  db->status = "rebooting";
  db->unavailable_since = w->now;
  db->unavailable_until = w->now + seconds * SIM_SECOND;
}

static void instance_starts(struct sim_world *w) {
  struct sim_db_instance *db = multi_az(w);

  if (!db)
    return;
  go_down(w, db, INSTANCE_RESTARTS - INSTANCE_STARTS);
  tell(w, db, "failover", "Multi-AZ instance failover started.");
  tell(w, db, "availability", "DB instance shutdown");
}

static void instance_restarts(struct sim_world *w) {
  struct sim_db_instance *db = multi_az(w);

  if (!db)
    return;
  const struct sim_zone *zone = db->zone;
  db->zone = db->secondary_zone;
  db->secondary_zone = zone;
  tell(w, db, "availability", "DB instance restarted");
}

static void instance_done(struct sim_world *w) {
  struct sim_db_instance *db = multi_az(w);

  if (!db)
    return;
  db->status = "available";
  if (strcmp(db->parameter_status, "pending-reboot") == 0)
    db->parameter_status = "in-sync"; /* it has rebooted */
  tell(w, db, "failover", "Multi-AZ instance failover completed");
}

static void cluster_event(struct sim_world *w, struct sim_db_cluster *c, const char *message) {
  sim_db_event(w, "db-cluster", c->id, c->arn, "failover", message);
}

static void cluster_starts(struct sim_world *w) {
  struct sim_db_cluster *c = with_reader(w);
  struct sim_db_instance *writer = c ? member(c, true) : NULL;
  struct sim_db_instance *reader = c ? member(c, false) : NULL;

  if (!writer || !reader)
    return;
  c->status = "failing-over";
  go_down(w, writer, CLUSTER_READER_BACK - CLUSTER_STARTS);
  cluster_event(w, c, sim_text(w, "Started cross AZ failover to DB instance: %s", reader->id));
  tell(w, writer, "availability", "DB instance shutdown");
}

static void cluster_swaps(struct sim_world *w) {
  struct sim_db_cluster *c = with_reader(w);
  struct sim_db_instance *writer = c ? member(c, true) : NULL;
  struct sim_db_instance *reader = c ? member(c, false) : NULL;

  if (!writer || !reader)
    return;
  writer->writer = false;
  reader->writer = true;
  tell(w, reader, "availability", "DB instance restarted");
}

static void cluster_reader_back(struct sim_world *w) {
  struct sim_db_cluster *c = with_reader(w);
  struct sim_db_instance *reader = c ? member(c, false) : NULL;

  if (!reader)
    return;
  reader->status = "available";
  tell(w, reader, "availability", "DB instance restarted");
}

static void cluster_done(struct sim_world *w) {
  struct sim_db_cluster *c = with_reader(w);
  struct sim_db_instance *writer = c ? member(c, true) : NULL;

  if (!writer)
    return;
  c->status = "available";
  cluster_event(w, c, sim_text(w, "Completed failover to DB instance: %s", writer->id));
}

static const struct {
  int after_s;
  void (*happens)(struct sim_world *w);
} steps[] = {
    {INSTANCE_STARTS, instance_starts}, {INSTANCE_RESTARTS, instance_restarts},
    {INSTANCE_DONE, instance_done},     {CLUSTER_STARTS, cluster_starts},
    {CLUSTER_SWAPS, cluster_swaps},     {CLUSTER_READER_BACK, cluster_reader_back},
    {CLUSTER_DONE, cluster_done},
};
#define NSTEPS ((int)(sizeof(steps) / sizeof(steps[0])))

void sim_db_failover_begin(struct sim_world *w) {
  w->scenario_step = 0;
}

void sim_db_failover_tick(struct sim_world *w) {
  while (w->scenario_step < NSTEPS &&
         w->now >= w->scenario_began + steps[w->scenario_step].after_s * SIM_SECOND)
    steps[w->scenario_step++].happens(w);
}
