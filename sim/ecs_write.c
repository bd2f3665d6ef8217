/* Services and tasks as ECS describes them, every member that the real one sends for such a thing.
 */
#include "sim/ecs.h"

#include "sim/stable.h"

#include <stdio.h>

void ecs_write_tags(struct sim_request *rq, const char *name) {
  const struct sim_world *w = rq->world;
  const char *const tags[][2] = {{"Project", w->project}, {"Environment", w->environment}};

  sim_list(rq, name, NULL);
  for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
    sim_begin(rq, NULL);
    sim_str(rq, "key", tags[i][0]);
    sim_str(rq, "value", tags[i][1]);
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_network(struct sim_request *rq, const struct sim_service *s) {
  sim_begin(rq, "networkConfiguration");
  sim_begin(rq, "awsvpcConfiguration");
  sim_list(rq, "subnets", NULL);
  for (size_t i = 0; i < SIM_ZONES; i++)
    sim_str(rq, NULL, rq->world->zones[i].subnet);
  sim_end(rq);
  sim_list(rq, "securityGroups", NULL);
  sim_str(rq, NULL, s->security_group);
  sim_end(rq);
  sim_str(rq, "assignPublicIp", "DISABLED");
  sim_end(rq);
  sim_end(rq);
}

/* ---- services -------------------------------------------------------------------------------- */

static void write_deployment(struct sim_request *rq, const struct sim_service *s,
                             const struct sim_deployment *d) {
  static const char *const rollouts[] = {"IN_PROGRESS", "COMPLETED", "FAILED"};

  sim_begin(rq, NULL);
  sim_str(rq, "id", d->id);
  sim_str(rq, "status", d->primary ? "PRIMARY" : "ACTIVE");
  sim_str(rq, "taskDefinition", d->definition->arn);
  sim_int(rq, "desiredCount", d->desired);
  sim_int(rq, "pendingCount", sim_count_pending(s, d));
  sim_int(rq, "runningCount", sim_count_running(s, d));
  sim_int(rq, "failedTasks", d->failed_tasks);
  sim_time(rq, "createdAt", d->created);
  sim_time(rq, "updatedAt", d->updated);
  sim_str(rq, "launchType", "FARGATE");
  sim_str(rq, "platformVersion", "1.4.0");
  sim_str(rq, "platformFamily", "Linux");
  write_network(rq, s);
  sim_str(rq, "rolloutState", rollouts[d->rollout]);
  sim_str(rq, "rolloutStateReason", d->reason);
  sim_end(rq);
}

static void write_load_balancers(struct sim_request *rq, const struct sim_service *s) {
  sim_list(rq, "loadBalancers", NULL);
  if (s->group) {
    sim_begin(rq, NULL);
    sim_str(rq, "targetGroupArn", s->group->arn);
    sim_str(rq, "containerName", s->container);
    sim_int(rq, "containerPort", s->container_port);
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_deployment_configuration(struct sim_request *rq, const struct sim_service *s) {
  sim_begin(rq, "deploymentConfiguration");
  sim_begin(rq, "deploymentCircuitBreaker");
  sim_bool(rq, "enable", s->breaker);
  sim_bool(rq, "rollback", s->breaker_rollback);
  sim_end(rq);
  sim_int(rq, "maximumPercent", s->max_percent);
  sim_int(rq, "minimumHealthyPercent", s->min_percent);
  sim_str(rq, "strategy", "ROLLING");
  sim_int(rq, "bakeTimeInMinutes", 0);
  sim_end(rq);
}

static void write_events(struct sim_request *rq, const struct sim_service *s) {
  sim_list(rq, "events", NULL);
  for (size_t i = s->events.n; i-- > 0;) { /* newest first */
    const struct sim_event *e = s->events.v[i];
    sim_begin(rq, NULL);
    sim_str(rq, "id", e->id);
    sim_time(rq, "createdAt", e->created);
    sim_str(rq, "message", e->message);
    sim_end(rq);
  }
  sim_end(rq);
}

/* What belongs to the deployment in progress, and to the revisions that run. */
static void write_current(struct sim_request *rq, const struct sim_service *s) {
  const struct sim_world *w = rq->world;
  const struct sim_deployment *primary = s->deployments.n ? s->deployments.v[0] : NULL;

  if (primary && primary->rollout == SIM_ROLLOUT_IN_PROGRESS)
    sim_strf(rq, "currentServiceDeployment", "arn:aws:ecs:%s:%s:service-deployment/%s/%s/%llu",
             w->region, w->account, s->cluster->name, s->name, (unsigned long long)primary->number);
  sim_list(rq, "currentServiceRevisions", NULL);
  for (size_t i = 0; i < s->deployments.n; i++) {
    const struct sim_deployment *d = s->deployments.v[i];
    sim_begin(rq, NULL);
    sim_strf(rq, "arn", "arn:aws:ecs:%s:%s:service-revision/%s/%s/%llu", w->region, w->account,
             s->cluster->name, s->name, (unsigned long long)d->number);
    sim_int(rq, "requestedTaskCount", d->desired);
    sim_int(rq, "runningTaskCount", sim_count_running(s, d));
    sim_int(rq, "pendingTaskCount", sim_count_pending(s, d));
    sim_end(rq);
  }
  sim_end(rq);
}

void ecs_write_service(struct sim_request *rq, const struct sim_service *s) {
  const struct sim_world *w = rq->world;

  sim_str(rq, "serviceArn", s->arn);
  sim_str(rq, "serviceName", s->name);
  sim_str(rq, "clusterArn", s->cluster->arn);
  write_load_balancers(rq, s);
  sim_empty_list(rq, "serviceRegistries");
  sim_str(rq, "status", "ACTIVE");
  sim_int(rq, "desiredCount", s->desired);
  sim_int(rq, "runningCount", sim_count_running(s, NULL));
  sim_int(rq, "pendingCount", sim_count_pending(s, NULL));
  sim_str(rq, "launchType", "FARGATE");
  sim_str(rq, "platformVersion", "LATEST");
  sim_str(rq, "platformFamily", "Linux");
  sim_str(rq, "taskDefinition", s->definition->arn);
  write_deployment_configuration(rq, s);
  sim_list(rq, "deployments", NULL);
  for (size_t i = 0; i < s->deployments.n; i++)
    write_deployment(rq, s, s->deployments.v[i]);
  sim_end(rq);
  sim_str(rq, "roleArn", s->role);
  write_events(rq, s);
  sim_time(rq, "createdAt", s->created);
  write_current(rq, s);
  sim_empty_list(rq, "placementConstraints");
  sim_empty_list(rq, "placementStrategy");
  write_network(rq, s);
  if (s->group)
    sim_int(rq, "healthCheckGracePeriodSeconds", s->grace_s);
  sim_str(rq, "schedulingStrategy", "REPLICA");
  sim_begin(rq, "deploymentController");
  sim_str(rq, "type", "ECS");
  sim_end(rq);
  if (ecs_includes(rq, "TAGS"))
    ecs_write_tags(rq, "tags");
  sim_strf(rq, "createdBy", "arn:aws:iam::%s:role/deploy", w->account);
  sim_bool(rq, "enableECSManagedTags", true);
  sim_str(rq, "propagateTags", "SERVICE");
  sim_bool(rq, "enableExecuteCommand", s->exec);
  sim_str(rq, "availabilityZoneRebalancing", "ENABLED");
  sim_str(rq, "resourceManagementType", "CUSTOMER");
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static const char *const statuses[] = {"PROVISIONING", "PENDING",  "ACTIVATING",     "RUNNING",
                                       "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"};

static void write_detail(struct sim_request *rq, const char *name, const char *value) {
  sim_begin(rq, NULL);
  sim_str(rq, "name", name);
  sim_str(rq, "value", value);
  sim_end(rq);
}

static void write_attachment(struct sim_request *rq, const struct sim_task *t, const char *uuid) {
  char dns[64], ip[16];

  sim_list(rq, "attachments", NULL);
  sim_begin(rq, NULL);
  sim_str(rq, "id", uuid);
  sim_str(rq, "type", "ElasticNetworkInterface");
  sim_str(rq, "status",
          t->status == SIM_TASK_STOPPED        ? "DELETED"
          : t->status == SIM_TASK_PROVISIONING ? "PRECREATED"
                                               : "ATTACHED");
  sim_list(rq, "details", NULL);
  write_detail(rq, "subnetId", t->zone->subnet);
  if (t->status > SIM_TASK_PROVISIONING) {
    snprintf(ip, sizeof ip, "%s", t->ip);
    for (char *p = ip; *p; p++)
      if (*p == '.')
        *p = '-';
    snprintf(dns, sizeof dns, "ip-%s.%s.compute.internal", ip, rq->world->region);
    write_detail(rq, "networkInterfaceId", t->eni);
    write_detail(rq, "macAddress", t->mac);
    write_detail(rq, "privateDnsName", dns);
    write_detail(rq, "privateIPv4Address", t->ip);
  }
  sim_end(rq);
  sim_end(rq);
  sim_end(rq);
}

static const char *health_of(const struct sim_task *t) {
  if (t->status != SIM_TASK_RUNNING)
    return "UNKNOWN";
  return t->healthy > 0 ? "HEALTHY" : t->healthy < 0 ? "UNHEALTHY" : "UNKNOWN";
}

static const char *container_status(const struct sim_task *t) {
  if (t->status < SIM_TASK_ACTIVATING)
    return "PENDING";
  return t->status < SIM_TASK_DEPROVISIONING ? "RUNNING" : "STOPPED";
}

/* The agent that a shell in the container needs. */
static void write_agents(struct sim_request *rq, const struct sim_task *t) {
  if (!t->service->exec)
    return;
  bool up = t->status >= SIM_TASK_RUNNING && t->status < SIM_TASK_DEPROVISIONING;
  sim_list(rq, "managedAgents", NULL);
  sim_begin(rq, NULL);
  if (up)
    sim_time(rq, "lastStartedAt", t->started);
  sim_str(rq, "name", "ExecuteCommandAgent");
  sim_str(rq, "lastStatus", up ? "RUNNING" : t->status < SIM_TASK_RUNNING ? "PENDING" : "STOPPED");
  sim_end(rq);
  sim_end(rq);
}

static void write_container(struct sim_request *rq, const struct sim_task *t, const char *arn,
                            const char *uuid) {
  const struct sim_task_definition *d = t->definition;
  const struct sim_world *w = rq->world;

  sim_begin(rq, NULL);
  sim_strf(rq, "containerArn", "arn:aws:ecs:%s:%s:container/%s/%s/%s", w->region, w->account,
           t->service->cluster->name, t->id, uuid);
  sim_str(rq, "taskArn", arn);
  sim_str(rq, "name", d->container);
  sim_str(rq, "image", d->image);
  if (t->pull_stopped) {
    sim_str(rq, "imageDigest", d->digest);
    sim_strf(rq, "runtimeId", "%s-%010u", t->id, 2000000000u + (unsigned)(t->seq % 1000000000u));
  }
  sim_str(rq, "lastStatus", container_status(t));
  if (t->exit_code >= 0 && t->status >= SIM_TASK_DEPROVISIONING)
    sim_int(rq, "exitCode", t->exit_code);
  sim_empty_list(rq, "networkBindings");
  sim_list(rq, "networkInterfaces", NULL);
  if (t->status > SIM_TASK_PROVISIONING) {
    sim_begin(rq, NULL);
    sim_str(rq, "attachmentId", uuid);
    sim_str(rq, "privateIpv4Address", t->ip);
    sim_end(rq);
  }
  sim_end(rq);
  sim_str(rq, "healthStatus", health_of(t));
  write_agents(rq, t);
  sim_str(rq, "cpu", "0");
  sim_end(rq);
}

static void write_overrides(struct sim_request *rq, const struct sim_task *t) {
  sim_begin(rq, "overrides");
  sim_list(rq, "containerOverrides", NULL);
  sim_begin(rq, NULL);
  sim_str(rq, "name", t->definition->container);
  sim_end(rq);
  sim_end(rq);
  sim_empty_list(rq, "inferenceAcceleratorOverrides");
  sim_end(rq);
}

static void write_attributes(struct sim_request *rq) {
  sim_list(rq, "attributes", NULL);
  sim_begin(rq, NULL);
  sim_str(rq, "name", "ecs.cpu-architecture");
  sim_str(rq, "value", "x86_64");
  sim_end(rq);
  sim_end(rq);
}

void ecs_write_task(struct sim_request *rq, const struct sim_task *t) {
  const struct sim_world *w = rq->world;
  char arn[256], uuid[37];

  snprintf(arn, sizeof arn, "arn:aws:ecs:%s:%s:task/%s/%s", w->region, w->account,
           t->service->cluster->name, t->id);
  sim_stable_uuid(w, t->id, uuid);
  write_attachment(rq, t, uuid);
  write_attributes(rq);
  sim_str(rq, "availabilityZone", t->zone->name);
  sim_str(rq, "clusterArn", t->service->cluster->arn);
  if (t->pull_started) {
    sim_str(rq, "connectivity", "CONNECTED");
    sim_time(rq, "connectivityAt", t->pull_started);
  }
  sim_list(rq, "containers", NULL);
  write_container(rq, t, arn, uuid);
  sim_end(rq);
  sim_str(rq, "cpu", t->definition->cpu);
  sim_time(rq, "createdAt", t->created);
  sim_str(rq, "desiredStatus", t->stop_wanted ? "STOPPED" : "RUNNING");
  sim_bool(rq, "enableExecuteCommand", t->service->exec);
  sim_time(rq, "executionStoppedAt", t->execution_stopped);
  sim_strf(rq, "group", "service:%s", t->service->name);
  sim_str(rq, "healthStatus", health_of(t));
  sim_str(rq, "lastStatus", statuses[t->status]);
  sim_str(rq, "launchType", "FARGATE");
  sim_str(rq, "memory", t->definition->memory);
  write_overrides(rq, t);
  sim_str(rq, "platformVersion", "1.4.0");
  sim_str(rq, "platformFamily", "Linux");
  sim_time(rq, "pullStartedAt", t->pull_started);
  sim_time(rq, "pullStoppedAt", t->pull_stopped);
  sim_time(rq, "startedAt", t->started);
  sim_str(rq, "startedBy", t->deployment);
  sim_str(rq, "stopCode", t->stop_code);
  sim_time(rq, "stoppedAt", t->stopped);
  if (t->reason[0])
    sim_str(rq, "stoppedReason", t->reason);
  sim_time(rq, "stoppingAt", t->stopping);
  if (ecs_includes(rq, "TAGS"))
    ecs_write_tags(rq, "tags");
  else
    sim_empty_list(rq, "tags");
  sim_str(rq, "taskArn", arn);
  sim_str(rq, "taskDefinitionArn", t->definition->arn);
  sim_int(rq, "version", (int)t->status + (t->healthy ? 2 : 1));
  sim_begin(rq, "ephemeralStorage");
  sim_int(rq, "sizeInGiB", 20);
  sim_end(rq);
  sim_begin(rq, "fargateEphemeralStorage");
  sim_int(rq, "sizeInGiB", 20);
  sim_end(rq);
}
