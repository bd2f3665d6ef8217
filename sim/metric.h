/* Where the numbers of metrics come from. */
#ifndef CAWSOLE_SIM_METRIC_H
#define CAWSOLE_SIM_METRIC_H

#include "sim/live.h"

/* What a metric is about: what its dimensions name. */
struct metric_subject {
  const struct sim_world *w;
  const struct sim_distribution *distribution;
  const struct sim_load_balancer *load_balancer;
  const struct sim_target_group *group;
  const struct sim_service *service;
  const struct sim_cluster *cluster;
  const struct sim_db_instance *db;
  const struct sim_db_cluster *db_cluster;
  const struct sim_api *api;
  const char *role; /* "WRITER" or "READER", of a database cluster */
  const char *key;  /* names the subject, for what looks like chance */
};

/* The value for the minute that begins at t; NAN: none. Counters count that minute. */
typedef double (*metric_minute_fn)(const struct metric_subject *s, aws_ms t);

enum metric_kind {
  METRIC_COUNTER, /* adds up; a minute without any has no data */
  METRIC_GAUGE,   /* averages */
  METRIC_LATENCY  /* averages, with a long tail */
};
struct metric_row {
  const char *namespace;
  const char *dimensions[3]; /* all of them, and no other, must be asked for */
  const char *name;
  enum metric_kind kind;
  metric_minute_fn minute;
  metric_minute_fn of; /* of what a counter is a share: none of those is a point too; or NULL */
};
extern const struct metric_row metric_rows[]; /* ended by a row without a name */

#endif
