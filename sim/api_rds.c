/* RDS: instances, clusters and what happened to them.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/
 */
#include "sim/rds.h"

#include "aws/doc.h"

#include <strings.h>

#define EVENTS_KEPT (14 * SIM_DAY)
#define EVENT_MINUTES_MAX 20160 /* the same in minutes: the longest Duration */

/* ---- filters --------------------------------------------------------------------------------- */

static const char *const instance_filters[] = {"db-cluster-id", "db-instance-id", "dbi-resource-id",
                                               "domain",        "engine",         NULL};
static const char *const cluster_filters[] = {
    "clone-group-id", "db-cluster-id", "db-cluster-resource-id", "domain", "engine", NULL};

static bool check_filters(struct sim_request *rq, const char *const *known) {
  const cJSON *filters = sim_in_list(rq, "Filters"), *filter;

  cJSON_ArrayForEach(filter, filters) {
    const struct aws_str name = aws_doc_str(filter, "Name");
    bool found = false;
    for (size_t i = 0; known[i]; i++)
      found = found || aws_str_eq_c(name, known[i]);
    if (!found) {
      sim_invalid(rq, "Unrecognized filter name: %.*s", AWS_STR_ARG(name));
      return false;
    }
    if (!cJSON_IsArray(aws_doc_at(filter, "Values"))) {
      sim_error(rq, 400, "InvalidParameterCombination",
                "Must specify at least one filter value for filter %.*s.", AWS_STR_ARG(name));
      return false;
    }
  }
  return true;
}

/* Identifiers are compared without case, and filters take ARNs too. */
static bool is_named(const char *want, const char *id, const char *arn) {
  return strcasecmp(want, id) == 0 || strcasecmp(want, arn) == 0;
}

static bool instance_value(const struct sim_db_instance *db, const char *filter,
                           const char *value) {
  if (strcmp(filter, "db-cluster-id") == 0)
    return db->cluster && is_named(value, db->cluster->id, db->cluster->arn);
  if (strcmp(filter, "db-instance-id") == 0)
    return is_named(value, db->id, db->arn);
  if (strcmp(filter, "dbi-resource-id") == 0)
    return strcmp(value, db->resource_id) == 0;
  return strcmp(filter, "engine") == 0 && strcmp(value, db->engine) == 0;
}

static bool cluster_value(const struct sim_db_cluster *c, const char *filter, const char *value) {
  if (strcmp(filter, "db-cluster-id") == 0)
    return is_named(value, c->id, c->arn);
  if (strcmp(filter, "db-cluster-resource-id") == 0)
    return strcmp(value, c->resource_id) == 0;
  return strcmp(filter, "engine") == 0 && strcmp(value, c->engine) == 0;
}

/* Filters narrow each other, the values of one widen it. Exactly one of db and c is given. */
static bool passes(const struct sim_request *rq, const struct sim_db_instance *db,
                   const struct sim_db_cluster *c) {
  const cJSON *filters = sim_in_list(rq, "Filters"), *filter, *value;

  cJSON_ArrayForEach(filter, filters) {
    const struct aws_str name = aws_doc_str(filter, "Name");
    bool any = false;
    cJSON_ArrayForEach(value, aws_doc_at(filter, "Values")) any =
        any || (db ? instance_value(db, name.p, sim_item_str(value))
                   : cluster_value(c, name.p, sim_item_str(value)));
    if (!any)
      return false;
  }
  return true;
}

/* ---- instances and clusters ------------------------------------------------------------------ */

static void **room_for(struct sim_request *rq, size_t n) {
  void **match = aws_arena_alloc_n(rq->arena, n + 1, sizeof(*match));

  if (!match)
    sim_error(rq, 500, "InternalFailure", "out of memory");
  return match;
}

static void describe_db_instances(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->db_instances;
  const char *id = sim_in_str(rq, "DBInstanceIdentifier");
  void **match = room_for(rq, all->n);
  struct sim_page page;
  size_t n = 0;

  if (!match || !check_filters(rq, instance_filters))
    return;
  for (size_t i = 0; i < all->n; i++) {
    const struct sim_db_instance *db = all->v[i];
    if ((!id || is_named(id, db->id, db->arn)) && passes(rq, db, NULL))
      match[n++] = all->v[i];
  }
  if (id && n == 0 && !sim_in_has(rq, "Filters")) {
    sim_error(rq, 404, "DBInstanceNotFound", "DBInstance %s not found.", id);
    return;
  }
  if (!sim_page(rq, "Marker", "MaxRecords", 100, n, &page))
    return;
  sim_next(rq, "Marker", &page);
  sim_list(rq, "DBInstances", "DBInstance");
  for (size_t i = page.first; i < page.end; i++)
    rds_write_instance(rq, match[i]);
  sim_end(rq);
}

static void describe_db_clusters(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->db_clusters;
  const char *id = sim_in_str(rq, "DBClusterIdentifier");
  void **match = room_for(rq, all->n);
  struct sim_page page;
  size_t n = 0;

  if (!match || !check_filters(rq, cluster_filters))
    return;
  for (size_t i = 0; i < all->n; i++) {
    const struct sim_db_cluster *c = all->v[i];
    if ((!id || is_named(id, c->id, c->arn)) && passes(rq, NULL, c))
      match[n++] = all->v[i];
  }
  if (id && n == 0 && !sim_in_has(rq, "Filters")) {
    sim_error(rq, 404, "DBClusterNotFoundFault", "DBCluster %s not found.", id);
    return;
  }
  if (!sim_page(rq, "Marker", "MaxRecords", 100, n, &page))
    return;
  sim_next(rq, "Marker", &page);
  sim_list(rq, "DBClusters", "DBCluster");
  for (size_t i = page.first; i < page.end; i++)
    rds_write_cluster(rq, match[i]);
  sim_end(rq);
}

/* ---- events ---------------------------------------------------------------------------------- */

struct window {
  aws_ms from, to;
};

/* The window asked for, in the world's time; false: an error was answered. */
static bool read_window(struct sim_request *rq, struct window *win) {
  const struct sim_world *w = rq->world;
  const aws_ms wall = sim_wall(w, w->now);
  const int64_t minutes = sim_in_int(rq, "Duration", 60);

  win->to = sim_in_time(rq, "EndTime", w->now);
  win->from =
      sim_in_time(rq, "StartTime", sim_unwall(w, sim_wall(w, win->to) - minutes * SIM_MINUTE));
  if (sim_in_has(rq, "StartTime") && sim_in_has(rq, "Duration")) {
    sim_error(rq, 400, "InvalidParameterCombination",
              "You can't specify both a start time and a duration.");
    return false;
  }
  if (win->from > win->to) {
    sim_error(rq, 400, "InvalidParameterCombination",
              "The parameter StartTime must be less than the parameter EndTime.");
    return false;
  }
  if (sim_wall(w, win->from) < wall - EVENTS_KEPT - SIM_MINUTE) {
    sim_invalid(rq, "The parameter StartTime must be within the last 14 days.");
    return false;
  }
  return true;
}

static bool event_wanted(const struct sim_request *rq, const struct sim_db_event *e,
                         const struct window *win) {
  const char *type = sim_in_str(rq, "SourceType"), *id = sim_in_str(rq, "SourceIdentifier");
  const cJSON *categories = sim_in_list(rq, "EventCategories"), *category;
  bool good = !categories;

  cJSON_ArrayForEach(category, categories) good =
      good || strcmp(sim_item_str(category), e->category) == 0;
  return good && e->date >= win->from && e->date <= win->to &&
         (!type || strcmp(type, e->source_type) == 0) && (!id || strcasecmp(id, e->source_id) == 0);
}

static void write_event(struct sim_request *rq, const struct sim_db_event *e) {
  sim_begin(rq, NULL);
  sim_str(rq, "SourceIdentifier", e->source_id);
  sim_str(rq, "SourceType", e->source_type);
  sim_str(rq, "Message", e->message);
  sim_list(rq, "EventCategories", "EventCategory");
  if (e->category[0])
    sim_str(rq, NULL, e->category);
  sim_end(rq);
  sim_time(rq, "Date", e->date);
  sim_str(rq, "SourceArn", e->source_arn);
  sim_end(rq);
}

static void describe_events(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->db_events;
  void **match = room_for(rq, all->n);
  struct window win;
  struct sim_page page;
  size_t n = 0;

  if (!match)
    return;
  if (sim_in_has(rq, "SourceIdentifier") && !sim_in_has(rq, "SourceType")) {
    sim_error(rq, 400, "InvalidParameterCombination",
              "The parameter SourceType must be provided when a SourceIdentifier is specified.");
    return;
  }
  if (sim_in_has(rq, "Filters")) {
    sim_invalid(rq, "This parameter isn't currently supported: Filters");
    return;
  }
  if (!read_window(rq, &win))
    return;
  for (size_t i = 0; i < all->n; i++)
    if (event_wanted(rq, all->v[i], &win))
      match[n++] = all->v[i];
  if (!sim_page(rq, "Marker", "MaxRecords", 100, n, &page))
    return;
  sim_next(rq, "Marker", &page);
  sim_list(rq, "Events", "Event");
  for (size_t i = page.first; i < page.end; i++)
    write_event(rq, match[i]);
  sim_end(rq);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *const source_types[] = {
    "db-instance",           "db-parameter-group", "db-security-group",
    "db-snapshot",           "db-cluster",         "db-cluster-snapshot",
    "custom-engine-version", "db-proxy",           "blue-green-deployment",
    "db-shard-group",        "zero-etl",           NULL};
static const struct sim_param instances_params[] = {
    {.name = "DBInstanceIdentifier", .kind = SIM_P_STR},
    {.name = "Filters", .kind = SIM_P_LIST},
    {.name = "MaxRecords", .kind = SIM_P_INT, .min = 20, .max = 100},
    {.name = "Marker", .kind = SIM_P_STR},
};
static const struct sim_param clusters_params[] = {
    {.name = "DBClusterIdentifier", .kind = SIM_P_STR},
    {.name = "Filters", .kind = SIM_P_LIST},
    {.name = "MaxRecords", .kind = SIM_P_INT, .min = 20, .max = 100},
    {.name = "Marker", .kind = SIM_P_STR},
    {.name = "IncludeShared", .kind = SIM_P_BOOL},
};
static const struct sim_param events_params[] = {
    {.name = "SourceIdentifier", .kind = SIM_P_STR},
    {.name = "SourceType", .kind = SIM_P_STR, .allowed = source_types},
    {.name = "StartTime", .kind = SIM_P_TIME},
    {.name = "EndTime", .kind = SIM_P_TIME},
    {.name = "Duration", .kind = SIM_P_INT, .min = 1, .max = EVENT_MINUTES_MAX},
    {.name = "EventCategories", .kind = SIM_P_LIST},
    {.name = "MaxRecords", .kind = SIM_P_INT, .min = 20, .max = 100},
    {.name = "Marker", .kind = SIM_P_STR},
};

const struct sim_op sim_ops_rds[] = {
    {.name = "DescribeDBInstances",
     .handler = describe_db_instances,
     .SIM_PARAMS(instances_params)},
    {.name = "DescribeDBClusters", .handler = describe_db_clusters, .SIM_PARAMS(clusters_params)},
    {.name = "DescribeEvents", .handler = describe_events, .SIM_PARAMS(events_params)},
    {.name = NULL},
};
