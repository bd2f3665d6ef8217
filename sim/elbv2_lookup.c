/* What Elastic Load Balancing's operations look up alike. */
#include "sim/elbv2.h"

bool elbv2_is_arn(struct sim_request *rq, const char *arn, const char *part, const char *what) {
  if (!strncmp(arn, "arn:", 4) && strstr(arn, part))
    return true;
  sim_error(rq, 400, "ValidationError", "'%s' is not a valid %s ARN", arn, what);
  return false;
}

struct sim_target_group *elbv2_wanted_group(struct sim_request *rq, const char *key, bool arn) {
  if (arn && !elbv2_is_arn(rq, key, ":targetgroup/", "target group"))
    return NULL;
  struct sim_target_group *g = sim_find_target_group(rq->world, key);
  if (g && arn == !strcmp(g->arn, key))
    return g;
  sim_error(rq, 400, "TargetGroupNotFound", "One or more target groups not found");
  return NULL;
}
