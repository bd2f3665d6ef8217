/* UpdateService: what it refuses, what it changes, and when it starts a deployment. */
#include "sim/ecs.h"

#include <limits.h>

static const char *const launch_strategies[] = {"ROLLING", "BLUE_GREEN", "LINEAR", "CANARY", NULL};

const struct sim_param ecs_update_service_params[ECS_UPDATE_SERVICE_PARAMS] = {
    {.name = "cluster", .kind = SIM_P_STR},
    {.name = "service", .kind = SIM_P_STR, .required = true},
    {.name = "desiredCount", .kind = SIM_P_INT},
    {.name = "taskDefinition", .kind = SIM_P_STR},
    {.name = "deploymentConfiguration", .kind = SIM_P_STRUCT},
    {.name = "deploymentConfiguration/maximumPercent", .kind = SIM_P_INT},
    {.name = "deploymentConfiguration/minimumHealthyPercent", .kind = SIM_P_INT},
    {.name = "deploymentConfiguration/strategy", .kind = SIM_P_STR, .allowed = launch_strategies},
    {.name = "deploymentConfiguration/deploymentCircuitBreaker", .kind = SIM_P_STRUCT},
    {.name = "forceNewDeployment", .kind = SIM_P_BOOL},
    {.name = "healthCheckGracePeriodSeconds", .kind = SIM_P_INT},
    {.name = "enableExecuteCommand", .kind = SIM_P_BOOL},
    {.name = "platformVersion", .kind = SIM_P_STR},
    {.name = "networkConfiguration", .kind = SIM_P_STRUCT},
    {.name = "capacityProviderStrategy", .kind = SIM_P_LIST},
    {.name = "loadBalancers", .kind = SIM_P_LIST},
    {.name = "serviceRegistries", .kind = SIM_P_LIST},
};

/* What the service will be; nothing changes before all of it has been checked. */
struct change {
  int64_t desired, min_percent, max_percent, grace;
  bool breaker, rollback, deploy;
  struct sim_task_definition *definition;
};

static bool check_counts(struct sim_request *rq, const struct sim_service *s,
                         const struct change *c) {
  if (c->desired < 0 || c->desired > 5000) {
    sim_error(rq, 400, "InvalidParameterException", "desiredCount must be from 0 to 5000.");
    return false;
  }
  if (c->min_percent < 0 || c->min_percent > 100 || c->max_percent < 100 || c->max_percent > 200 ||
      (c->min_percent == 100 && c->max_percent == 100)) {
    sim_error(
        rq, 400, "InvalidParameterException",
        "The deployment's bounds are not valid: minimumHealthyPercent is 0 to 100, maximumPercent "
        "100 to 200, and both at 100 would leave no room to deploy.");
    return false;
  }
  if (c->grace < 0 || c->grace > INT_MAX) {
    sim_error(rq, 400, "InvalidParameterException",
              "healthCheckGracePeriodSeconds is out of range.");
    return false;
  }
  if (!s->group && sim_in_has(rq, "healthCheckGracePeriodSeconds")) {
    sim_error(
        rq, 400, "InvalidParameterException",
        "Health check grace period is only valid for services configured to use load balancers");
    return false;
  }
  return true;
}

static bool check_definition(struct sim_request *rq, const struct sim_service *s,
                             struct change *c) {
  const char *key = sim_in_str(rq, "taskDefinition");

  if (!key)
    return true;
  c->definition = sim_find_definition(rq->world, key);
  if (!c->definition) {
    sim_error(rq, 400, "ClientException", "TaskDefinition not found.");
    return false;
  }
  if (!c->definition->active) {
    sim_error(rq, 400, "ClientException", "TaskDefinition is inactive");
    return false;
  }
  if (s->group && strcmp(c->definition->container, s->container) != 0) {
    sim_error(rq, 400, "InvalidParameterException",
              "The container %s does not exist in the task definition.", s->container);
    return false;
  }
  c->deploy |= c->definition != s->definition;
  return true;
}

/* Parts of a service that this world cannot rebuild are refused, not ignored. */
static bool check_fixed(struct sim_request *rq) {
  static const char *const fixed[] = {"loadBalancers", "serviceRegistries",
                                      "capacityProviderStrategy"};
  const char *strategy = sim_in_str(rq, "deploymentConfiguration/strategy");

  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (sim_in_has(rq, fixed[i])) {
      sim_error(rq, 400, "UnsupportedFeatureException", "The simulator does not change %s.",
                fixed[i]);
      return false;
    }
  if (strategy && strcmp(strategy, "ROLLING") != 0) {
    sim_error(rq, 400, "UnsupportedFeatureException", "The simulator rolls deployments only.");
    return false;
  }
  return true;
}

static bool read_change(struct sim_request *rq, const struct sim_service *s, struct change *c) {
  c->desired = sim_in_int(rq, "desiredCount", s->desired);
  c->min_percent = sim_in_int(rq, "deploymentConfiguration/minimumHealthyPercent", s->min_percent);
  c->max_percent = sim_in_int(rq, "deploymentConfiguration/maximumPercent", s->max_percent);
  c->breaker =
      sim_in_bool(rq, "deploymentConfiguration/deploymentCircuitBreaker/enable", s->breaker);
  c->rollback = sim_in_bool(rq, "deploymentConfiguration/deploymentCircuitBreaker/rollback",
                            s->breaker_rollback);
  c->grace = sim_in_int(rq, "healthCheckGracePeriodSeconds", s->grace_s);
  c->deploy = sim_in_bool(rq, "forceNewDeployment", false) ||
              sim_in_has(rq, "networkConfiguration") || sim_in_has(rq, "platformVersion");
  c->definition = s->definition;
  return check_fixed(rq) && check_counts(rq, s, c) && check_definition(rq, s, c);
}

void ecs_update_service(struct sim_request *rq) {
  const struct sim_cluster *cluster = ecs_wanted_cluster(rq);
  struct sim_service *s;
  struct change c;

  if (!cluster)
    return;
  s = sim_find_service(cluster, sim_in_str(rq, "service"));
  if (!s) {
    sim_error(rq, 400, "ServiceNotFoundException", "Service not found.");
    return;
  }
  if (!read_change(rq, s, &c))
    return;
  s->min_percent = (int)c.min_percent;
  s->max_percent = (int)c.max_percent;
  s->breaker = c.breaker;
  s->breaker_rollback = c.rollback;
  s->grace_s = (int)c.grace;
  s->exec = sim_in_bool(rq, "enableExecuteCommand", s->exec);
  sim_scale(rq->world, s, (int)c.desired);
  if (c.deploy && !sim_deploy(rq->world, s, c.definition, false)) {
    sim_error(rq, 500, "ServerException", "out of memory");
    return;
  }
  sim_begin(rq, "service");
  ecs_write_service(rq, s);
  sim_end(rq);
}
