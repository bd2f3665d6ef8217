/* ECS: clusters, services, tasks and task definitions.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ */
#include "sim/sim.h"

static const struct sim_param page_params[] = {
    {.name = "maxResults", .kind = SIM_P_INT, .min = 1, .max = 100},
    {.name = "nextToken", .kind = SIM_P_STR},
};

static void list_clusters(struct sim_request *rq) {
  const struct sim_world *w = rq->world;
  struct sim_page page;

  if (!sim_page(rq, "nextToken", "maxResults", 100, w->clusters.n, &page))
    return;
  sim_list(rq, "clusterArns", NULL);
  for (size_t i = page.first; i < page.end; i++) {
    const struct sim_cluster *c = w->clusters.v[i];
    sim_str(rq, NULL, c->arn);
  }
  sim_end(rq);
  sim_next(rq, "nextToken", &page);
}

const struct sim_op sim_ops_ecs[] = {
    {.name = "ListClusters", .handler = list_clusters, .SIM_PARAMS(page_params)},
    {.name = NULL},
};
