/* Application Auto Scaling: what may scale by itself, and on what.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/
 */
#include "sim/sim.h"
#include "sim/stable.h"

#include <stdio.h>

#define DIMENSION "ecs:service:DesiredCount"

static const char *const namespaces[] = {
    "ecs",         "elasticmapreduce", "ec2",        "appstream",       "dynamodb",
    "rds",         "sagemaker",        "lambda",     "custom-resource", "kafka",
    "elasticache", "neptune",          "comprehend", "cassandra",       "workspaces",
    NULL};

static const char *const dimensions[] = {
    DIMENSION,
    "ec2:spot-fleet-request:TargetCapacity",
    "elasticmapreduce:instancegroup:InstanceCount",
    "appstream:fleet:DesiredCapacity",
    "dynamodb:table:ReadCapacityUnits",
    "dynamodb:table:WriteCapacityUnits",
    "dynamodb:index:ReadCapacityUnits",
    "dynamodb:index:WriteCapacityUnits",
    "rds:cluster:ReadReplicaCount",
    "sagemaker:variant:DesiredInstanceCount",
    "custom-resource:ResourceType:Property",
    "comprehend:document-classifier-endpoint:DesiredInferenceUnits",
    "comprehend:entity-recognizer-endpoint:DesiredInferenceUnits",
    "lambda:function:ProvisionedConcurrency",
    "cassandra:table:ReadCapacityUnits",
    "cassandra:table:WriteCapacityUnits",
    "kafka:broker-storage:VolumeSize",
    "elasticache:cache-cluster:Nodes",
    "elasticache:replication-group:NodeGroups",
    "elasticache:replication-group:Replicas",
    "neptune:cluster:ReadReplicaCount",
    "sagemaker:variant:DesiredProvisionedConcurrency",
    "sagemaker:inference-component:DesiredCopyCount",
    "workspaces:workspacespool:DesiredUserSessions",
    NULL};

static void resource_id(const struct sim_service *s, char out[600]) {
  snprintf(out, 600, "service/%s/%s", s->cluster->name, s->name);
}

static void policy_name(const struct sim_service *s, char out[300]) {
  snprintf(out, 300, "%s-cpu-%d", s->name, (int)s->cpu_target);
}

static bool among(const cJSON *list, const char *text) {
  const cJSON *item;
  cJSON_ArrayForEach(item, list) if (strcmp(sim_item_str(item), text) == 0) return true;
  return false;
}

/* The services that scale and that the request's filters let through; NULL: no memory, answered. */
static struct sim_service **scalable(struct sim_request *rq, size_t *n) {
  const struct sim_vec *all = &rq->world->services;
  const char *dimension = sim_in_str(rq, "ScalableDimension");
  const char *one = sim_in_str(rq, "ResourceId");
  const cJSON *ids = sim_in_list(rq, "ResourceIds");
  const cJSON *names = sim_in_list(rq, "PolicyNames");
  struct sim_service **match = aws_arena_alloc_n(rq->arena, all->n + 1, sizeof(*match));
  *n = 0;
  if (!match) {
    sim_error(rq, 500, "InternalServiceException", "out of memory");
    return NULL;
  }
  const bool ours = strcmp(sim_in_str(rq, "ServiceNamespace"), "ecs") == 0 &&
                    (!dimension || strcmp(dimension, DIMENSION) == 0);
  for (size_t i = 0; ours && i < all->n; i++) {
    struct sim_service *s = all->v[i];
    char id[600], policy[300];
    resource_id(s, id);
    policy_name(s, policy);
    if (s->max > 0 && (!one || strcmp(one, id) == 0) && (!ids || !ids->child || among(ids, id)) &&
        (!names || !names->child || among(names, policy)))
      match[(*n)++] = s;
  }
  return match;
}

static void write_target(struct sim_request *rq, const struct sim_service *s) {
  const struct sim_world *w = rq->world;
  char id[600], hex[33];
  resource_id(s, id);
  sim_stable_hex(w, id, hex, 32);
  sim_begin(rq, NULL);
  sim_str(rq, "ServiceNamespace", "ecs");
  sim_str(rq, "ResourceId", id);
  sim_str(rq, "ScalableDimension", DIMENSION);
  sim_int(rq, "MinCapacity", s->min);
  sim_int(rq, "MaxCapacity", s->max);
  sim_strf(rq, "RoleARN",
           "arn:aws:iam::%s:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
           "AWSServiceRoleForApplicationAutoScaling_ECSService",
           w->account);
  sim_time(rq, "CreationTime", s->scalable_since);
  sim_begin(rq, "SuspendedState");
  sim_bool(rq, "DynamicScalingInSuspended", false);
  sim_bool(rq, "DynamicScalingOutSuspended", false);
  sim_bool(rq, "ScheduledScalingSuspended", false);
  sim_end(rq);
  sim_strf(rq, "ScalableTargetARN", "arn:aws:application-autoscaling:%s:%s:scalable-target/%s",
           w->region, w->account, hex);
  sim_end(rq);
}

static void describe_scalable_targets(struct sim_request *rq) {
  size_t n;
  struct sim_service **match = scalable(rq, &n);
  struct sim_page page;
  if (!match || !sim_page(rq, "NextToken", "MaxResults", 50, n, &page))
    return;
  sim_list(rq, "ScalableTargets", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_target(rq, match[i]);
  sim_end(rq);
  sim_next(rq, "NextToken", &page);
}

/* Target tracking keeps two alarms of its own, named after the resource. */
static void write_alarms(struct sim_request *rq, const char *resource) {
  const struct sim_vec *alarms = &rq->world->alarms;
  char prefix[640];
  const int n = snprintf(prefix, sizeof(prefix), "TargetTracking-%s-", resource);
  sim_list(rq, "Alarms", "member");
  for (size_t i = 0; i < alarms->n; i++) {
    const struct sim_alarm *a = alarms->v[i];
    if (n < 0 || strncmp(a->name, prefix, (size_t)n) != 0)
      continue;
    sim_begin(rq, NULL);
    sim_str(rq, "AlarmName", a->name);
    sim_str(rq, "AlarmARN", a->arn);
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_policy(struct sim_request *rq, const struct sim_service *s) {
  const struct sim_world *w = rq->world;
  char id[600], name[300], uuid[37];
  resource_id(s, id);
  policy_name(s, name);
  sim_stable_uuid(w, id, uuid);
  sim_begin(rq, NULL);
  sim_strf(rq, "PolicyARN",
           "arn:aws:autoscaling:%s:%s:scalingPolicy:%s:resource/ecs/%s:policyName/%s", w->region,
           w->account, uuid, id, name);
  sim_str(rq, "PolicyName", name);
  sim_str(rq, "ServiceNamespace", "ecs");
  sim_str(rq, "ResourceId", id);
  sim_str(rq, "ScalableDimension", DIMENSION);
  sim_str(rq, "PolicyType", "TargetTrackingScaling");
  sim_begin(rq, "TargetTrackingScalingPolicyConfiguration");
  sim_double(rq, "TargetValue", s->cpu_target);
  sim_begin(rq, "PredefinedMetricSpecification");
  sim_str(rq, "PredefinedMetricType", "ECSServiceAverageCPUUtilization");
  sim_end(rq);
  sim_int(rq, "ScaleOutCooldown", 60);
  sim_int(rq, "ScaleInCooldown", 300);
  sim_bool(rq, "DisableScaleIn", false);
  sim_end(rq);
  write_alarms(rq, id);
  sim_time(rq, "CreationTime", s->scalable_since);
  sim_end(rq);
}

static void describe_scaling_policies(struct sim_request *rq) {
  size_t n;
  struct sim_service **match = scalable(rq, &n);
  struct sim_page page;
  if (!match || !sim_page(rq, "NextToken", "MaxResults", 10, n, &page))
    return;
  sim_list(rq, "ScalingPolicies", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_policy(rq, match[i]);
  sim_end(rq);
  sim_next(rq, "NextToken", &page);
}

static const struct sim_param targets_params[] = {
    {.name = "ServiceNamespace", .kind = SIM_P_STR, .required = true, .allowed = namespaces},
    {.name = "ResourceIds", .kind = SIM_P_LIST},
    {.name = "ScalableDimension", .kind = SIM_P_STR, .allowed = dimensions},
    {.name = "MaxResults", .kind = SIM_P_INT, .min = 1, .max = 50},
    {.name = "NextToken", .kind = SIM_P_STR},
};
static const struct sim_param policies_params[] = {
    {.name = "PolicyNames", .kind = SIM_P_LIST},
    {.name = "ServiceNamespace", .kind = SIM_P_STR, .required = true, .allowed = namespaces},
    {.name = "ResourceId", .kind = SIM_P_STR, .min = 1, .max = 1600},
    {.name = "ScalableDimension", .kind = SIM_P_STR, .allowed = dimensions},
    {.name = "MaxResults", .kind = SIM_P_INT, .min = 1, .max = 10},
    {.name = "NextToken", .kind = SIM_P_STR},
};

const struct sim_op sim_ops_autoscaling[] = {
    {.name = "DescribeScalableTargets",
     .handler = describe_scalable_targets,
     .SIM_PARAMS(targets_params)},
    {.name = "DescribeScalingPolicies",
     .handler = describe_scaling_policies,
     .SIM_PARAMS(policies_params)},
    {.name = NULL},
};
