/* What ECS's operations look up alike. */
#include "sim/ecs.h"

struct sim_cluster *ecs_wanted_cluster(struct sim_request *rq) {
  struct sim_cluster *c = sim_find_cluster(rq->world, sim_in_str(rq, "cluster"));

  if (!c)
    sim_error(rq, 400, "ClusterNotFoundException", "Cluster not found.");
  return c;
}

bool ecs_includes(const struct sim_request *rq, const char *what) {
  const cJSON *list = sim_in_list(rq, "include"), *item;

  cJSON_ArrayForEach(item, list) if (!strcmp(sim_item_str(item), what)) return true;
  return false;
}
