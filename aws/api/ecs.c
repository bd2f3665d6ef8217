/* ECS. */
#include "config.h"

#include "aws/api/ecs.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_ecs = {
    .id = "ecs",
    .endpoint_var = "ECS",
    .host_prefix = "ecs",
    .signing_name = "ecs",
    .protocol = AWS_JSON_1_1,
    .target_prefix = "AmazonEC2ContainerServiceV20141113",
};

static const struct aws_limit cluster_read = {"ECS cluster read", 20, 50, true};
static const struct aws_limit service_read = {"ECS service read", 20, 100, true};
static const struct aws_limit resource_read = {"ECS cluster resource read", 20, 100, true};
static const struct aws_limit definition_read = {"ECS task definition read", 20, 50, true};
static const struct aws_limit service_modify = {"ECS service modify", 5, 50, true};

/* ---- clusters ----------------------------------------------------------------------------------
 */

static const struct aws_field cluster_fields[] = {
    AWS_MUST_STR(ecs_cluster, arn, "clusterArn"),
    AWS_MUST_STR(ecs_cluster, name, "clusterName"),
    AWS_MUST_STR(ecs_cluster, status, "status"),
    AWS_F_COUNT(ecs_cluster, running_tasks, "runningTasksCount"),
    AWS_F_COUNT(ecs_cluster, pending_tasks, "pendingTasksCount"),
    AWS_F_COUNT(ecs_cluster, active_services, "activeServicesCount"),
};
AWS_TYPE(ecs_cluster_type, "Cluster", ecs_cluster, cluster_fields);

/* ---- services ----------------------------------------------------------------------------------
 */

static const struct aws_field deployment_fields[] = {
    AWS_MUST_STR(ecs_deployment, id, "id"),
    AWS_MUST_STR(ecs_deployment, status, "status"),
    AWS_MUST_STR(ecs_deployment, task_definition, "taskDefinition"),
    AWS_MUST_COUNT(ecs_deployment, desired, "desiredCount"),
    AWS_MUST_COUNT(ecs_deployment, pending, "pendingCount"),
    AWS_MUST_COUNT(ecs_deployment, running, "runningCount"),
    AWS_F_COUNT(ecs_deployment, failed_tasks, "failedTasks"),
    AWS_MUST_TIME(ecs_deployment, created, "createdAt"),
    AWS_F_TIME(ecs_deployment, updated, "updatedAt"),
    AWS_F_STR(ecs_deployment, rollout_state, "rolloutState"),
    AWS_F_STR(ecs_deployment, rollout_state_reason, "rolloutStateReason"),
};
AWS_TYPE(ecs_deployment_type, "Deployment", ecs_deployment, deployment_fields);

static const struct aws_field event_fields[] = {
    AWS_MUST_STR(ecs_event, id, "id"),
    AWS_MUST_TIME(ecs_event, created, "createdAt"),
    AWS_MUST_STR(ecs_event, message, "message"),
};
AWS_TYPE(ecs_event_type, "ServiceEvent", ecs_event, event_fields);

static const struct aws_field load_balancer_fields[] = {
    AWS_F_STR(ecs_load_balancer, target_group_arn, "targetGroupArn"),
    AWS_F_STR(ecs_load_balancer, container_name, "containerName"),
    AWS_MUST_COUNT(ecs_load_balancer, container_port, "containerPort"),
};
static AWS_TYPE(load_balancer_type, "LoadBalancer", ecs_load_balancer, load_balancer_fields);

static const struct aws_field registry_fields[] = {
    AWS_F_STR(ecs_registry, arn, "registryArn"),
};
static AWS_TYPE(registry_type, "ServiceRegistry", ecs_registry, registry_fields);

static const struct aws_field provider_fields[] = {
    AWS_F_STR(ecs_provider, name, "capacityProvider"),
    AWS_F_COUNT(ecs_provider, weight, "weight"),
    AWS_F_COUNT(ecs_provider, base, "base"),
};
static AWS_TYPE(provider_type, "CapacityProviderStrategyItem", ecs_provider, provider_fields);

static const struct aws_field service_fields[] = {
    AWS_MUST_STR(ecs_service, arn, "serviceArn"),
    AWS_MUST_STR(ecs_service, name, "serviceName"),
    AWS_MUST_STR(ecs_service, cluster_arn, "clusterArn"),
    AWS_F_LIST(ecs_service, load_balancers, "loadBalancers", &load_balancer_type),
    AWS_F_LIST(ecs_service, registries, "serviceRegistries", &registry_type),
    AWS_MUST_STR(ecs_service, status, "status"),
    AWS_MUST_COUNT(ecs_service, desired, "desiredCount"),
    AWS_MUST_COUNT(ecs_service, running, "runningCount"),
    AWS_MUST_COUNT(ecs_service, pending, "pendingCount"),
    AWS_F_STR(ecs_service, launch_type, "launchType"),
    AWS_F_LIST(ecs_service, providers, "capacityProviderStrategy", &provider_type),
    AWS_F_STR(ecs_service, platform_version, "platformVersion"),
    AWS_F_STR(ecs_service, task_definition, "taskDefinition"),
    AWS_F_BOOL(ecs_service, circuit_breaker,
               "deploymentConfiguration/deploymentCircuitBreaker/enable"),
    AWS_F_BOOL(ecs_service, circuit_rollback,
               "deploymentConfiguration/deploymentCircuitBreaker/rollback"),
    AWS_F_COUNT(ecs_service, maximum_percent, "deploymentConfiguration/maximumPercent"),
    AWS_F_COUNT(ecs_service, minimum_healthy_percent,
                "deploymentConfiguration/minimumHealthyPercent"),
    AWS_F_LIST(ecs_service, deployments, "deployments", &ecs_deployment_type),
    AWS_F_LIST(ecs_service, events, "events", &ecs_event_type),
    AWS_F_TIME(ecs_service, created, "createdAt"),
    AWS_F_STR(ecs_service, current_deployment, "currentServiceDeployment"),
    AWS_F_COUNT(ecs_service, grace_seconds, "healthCheckGracePeriodSeconds"),
    AWS_F_STR(ecs_service, scheduling_strategy, "schedulingStrategy"),
    AWS_F_STR(ecs_service, controller, "deploymentController/type"),
    AWS_F_BOOL(ecs_service, exec_enabled, "enableExecuteCommand"),
};
AWS_TYPE(ecs_service_type, "Service", ecs_service, service_fields);

/* ---- tasks -------------------------------------------------------------------------------------
 */

static const struct aws_field interface_fields[] = {
    AWS_F_STR(ecs_interface, private_ip, "privateIpv4Address"),
};
static AWS_TYPE(interface_type, "NetworkInterface", ecs_interface, interface_fields);

static const struct aws_field container_fields[] = {
    AWS_MUST_STR(ecs_container, name, "name"),
    AWS_F_STR(ecs_container, image, "image"),
    AWS_F_STR(ecs_container, image_digest, "imageDigest"),
    AWS_F_STR(ecs_container, runtime_id, "runtimeId"),
    AWS_MUST_STR(ecs_container, last_status, "lastStatus"),
    AWS_F_INT(ecs_container, exit_code, "exitCode"),
    AWS_F_STR(ecs_container, reason, "reason"),
    AWS_F_LIST(ecs_container, interfaces, "networkInterfaces", &interface_type),
    AWS_F_STR(ecs_container, health_status, "healthStatus"),
};
static AWS_TYPE(container_type, "Container", ecs_container, container_fields);

static const struct aws_field detail_fields[] = {
    AWS_F_STR(ecs_detail, name, "name"),
    AWS_F_STR(ecs_detail, value, "value"),
};
static AWS_TYPE(detail_type, "KeyValuePair", ecs_detail, detail_fields);

static const struct aws_field attachment_fields[] = {
    AWS_F_STR(ecs_attachment, type, "type"),
    AWS_F_STR(ecs_attachment, status, "status"),
    AWS_F_LIST(ecs_attachment, details, "details", &detail_type),
};
static AWS_TYPE(attachment_type, "Attachment", ecs_attachment, attachment_fields);

static const struct aws_field task_fields[] = {
    AWS_F_LIST(ecs_task, attachments, "attachments", &attachment_type),
    AWS_F_STR(ecs_task, zone, "availabilityZone"),
    AWS_F_STR(ecs_task, provider, "capacityProviderName"),
    AWS_MUST_STR(ecs_task, cluster_arn, "clusterArn"),
    AWS_F_LIST(ecs_task, containers, "containers", &container_type),
    AWS_F_STR(ecs_task, cpu, "cpu"),
    AWS_F_TIME(ecs_task, created, "createdAt"),
    AWS_MUST_STR(ecs_task, desired_status, "desiredStatus"),
    AWS_F_STR(ecs_task, group, "group"),
    AWS_F_STR(ecs_task, health_status, "healthStatus"),
    AWS_MUST_STR(ecs_task, last_status, "lastStatus"),
    AWS_F_STR(ecs_task, launch_type, "launchType"),
    AWS_F_STR(ecs_task, memory, "memory"),
    AWS_F_TIME(ecs_task, started, "startedAt"),
    AWS_F_STR(ecs_task, started_by, "startedBy"),
    AWS_F_STR(ecs_task, stop_code, "stopCode"),
    AWS_F_TIME(ecs_task, stopped, "stoppedAt"),
    AWS_F_STR(ecs_task, stopped_reason, "stoppedReason"),
    AWS_F_TIME(ecs_task, stopping, "stoppingAt"),
    AWS_MUST_STR(ecs_task, arn, "taskArn"),
    AWS_MUST_STR(ecs_task, task_definition, "taskDefinitionArn"),
};
AWS_TYPE(ecs_task_type, "Task", ecs_task, task_fields);

/* ---- task definitions --------------------------------------------------------------------------
 */

static const struct aws_field secret_fields[] = {
    AWS_MUST_STR(ecs_secret, name, "name"),
    AWS_MUST_STR(ecs_secret, value_from, "valueFrom"),
};
static AWS_TYPE(secret_type, "Secret", ecs_secret, secret_fields);

static const struct aws_field container_definition_fields[] = {
    AWS_MUST_STR(ecs_container_definition, name, "name"),
    AWS_MUST_STR(ecs_container_definition, image, "image"),
    AWS_F_COUNT(ecs_container_definition, cpu, "cpu"),
    AWS_F_COUNT(ecs_container_definition, memory, "memory"),
    AWS_F_BOOL(ecs_container_definition, essential, "essential"),
    AWS_F_STRS(ecs_container_definition, command, "command"),
    AWS_F_LIST(ecs_container_definition, environment, "environment", &detail_type),
    AWS_F_LIST(ecs_container_definition, secrets, "secrets", &secret_type),
    AWS_F_STR(ecs_container_definition, log_driver, "logConfiguration/logDriver"),
    AWS_F_MAP(ecs_container_definition, log_options, "logConfiguration/options"),
};
static AWS_TYPE(container_definition_type, "ContainerDefinition", ecs_container_definition,
                container_definition_fields);

static const struct aws_field task_definition_fields[] = {
    AWS_MUST_STR(ecs_task_definition, arn, "taskDefinitionArn"),
    AWS_F_LIST(ecs_task_definition, containers, "containerDefinitions", &container_definition_type),
    AWS_MUST_STR(ecs_task_definition, family, "family"),
    AWS_F_STR(ecs_task_definition, task_role, "taskRoleArn"),
    AWS_F_STR(ecs_task_definition, execution_role, "executionRoleArn"),
    AWS_F_STR(ecs_task_definition, network_mode, "networkMode"),
    AWS_MUST_COUNT(ecs_task_definition, revision, "revision"),
    AWS_F_STR(ecs_task_definition, status, "status"),
    AWS_F_STR(ecs_task_definition, cpu, "cpu"),
    AWS_F_STR(ecs_task_definition, memory, "memory"),
    AWS_F_TIME(ecs_task_definition, registered, "registeredAt"),
    AWS_F_STR(ecs_task_definition, registered_by, "registeredBy"),
};
AWS_TYPE(ecs_task_definition_type, "TaskDefinition", ecs_task_definition, task_definition_fields);

/* ---- operations --------------------------------------------------------------------------------
 */

const struct aws_op ecs_list_clusters = {
    .name = "ListClusters",
    .service = &aws_service_ecs,
    .limit = &cluster_read,
    .items = "clusterArns",
    .token_in = "nextToken",
    .token_out = "nextToken",
    .size_in = "maxResults",
    .size = 100,
};

const struct aws_op ecs_describe_clusters = {
    .name = "DescribeClusters",
    .service = &aws_service_ecs,
    .limit = &cluster_read,
    .items = "clusters",
    .item = &ecs_cluster_type,
    .batch = "clusters",
    .batch_max = 100,
};

const struct aws_op ecs_list_services = {
    .name = "ListServices",
    .service = &aws_service_ecs,
    .limit = &service_read,
    .items = "serviceArns",
    .token_in = "nextToken",
    .token_out = "nextToken",
    .size_in = "maxResults",
    .size = 100,
};

const struct aws_op ecs_describe_services = {
    .name = "DescribeServices",
    .service = &aws_service_ecs,
    .limit = &service_read,
    .items = "services",
    .item = &ecs_service_type,
    .batch = "services",
    .batch_max = 10,
};

const struct aws_op ecs_list_tasks = {
    .name = "ListTasks",
    .service = &aws_service_ecs,
    .limit = &resource_read,
    .items = "taskArns",
    .token_in = "nextToken",
    .token_out = "nextToken",
    .size_in = "maxResults",
    .size = 100,
};

const struct aws_op ecs_describe_tasks = {
    .name = "DescribeTasks",
    .service = &aws_service_ecs,
    .limit = &resource_read,
    .items = "tasks",
    .item = &ecs_task_type,
    .batch = "tasks",
    .batch_max = 100,
};

const struct aws_op ecs_describe_task_definition = {
    .name = "DescribeTaskDefinition",
    .service = &aws_service_ecs,
    .limit = &definition_read,
    .items = "taskDefinition",
    .item = &ecs_task_definition_type,
};

const struct aws_op ecs_list_task_definitions = {
    .name = "ListTaskDefinitions",
    .service = &aws_service_ecs,
    .limit = &definition_read,
    .items = "taskDefinitionArns",
    .token_in = "nextToken",
    .token_out = "nextToken",
    .size_in = "maxResults",
    .size = 100,
};

const struct aws_op ecs_update_service = {
    .name = "UpdateService",
    .service = &aws_service_ecs,
    .limit = &service_modify,
    .items = "service",
    .item = &ecs_service_type,
    .write = true,
};
