/* ECS. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_ECS_H
#define CAWSOLE_AWS_API_ECS_H

#include "aws/client.h"

struct ecs_cluster {
  uint64_t has;
  struct aws_str arn, name, status;
  int64_t running_tasks, pending_tasks, active_services;
};
struct ecs_deployment {
  uint64_t has;
  struct aws_str id, status, task_definition, rollout_state, rollout_state_reason;
  int64_t desired, running, pending, failed_tasks;
  aws_ms created, updated;
};
struct ecs_event {
  uint64_t has;
  struct aws_str id, message;
  aws_ms created;
};
struct ecs_load_balancer {
  uint64_t has;
  struct aws_str target_group_arn, container_name;
  int64_t container_port;
};
struct ecs_registry {
  uint64_t has;
  struct aws_str arn; /* registryArn: a Cloud Map service */
};
struct ecs_provider {
  uint64_t has;
  struct aws_str name;
  int64_t weight, base;
};
struct ecs_service {
  uint64_t has;
  struct aws_str arn, name, cluster_arn, status, task_definition, launch_type, platform_version;
  struct aws_str controller, scheduling_strategy, current_deployment;
  int64_t desired, running, pending, minimum_healthy_percent, maximum_percent;
  bool circuit_breaker, circuit_rollback, exec_enabled;
  int64_t grace_seconds;
  aws_ms created;
  struct aws_list providers;      /* struct ecs_provider */
  struct aws_list load_balancers; /* struct ecs_load_balancer */
  struct aws_list registries;     /* struct ecs_registry */
  struct aws_list deployments;    /* struct ecs_deployment */
  struct aws_list events;         /* struct ecs_event, newest first */
};
struct ecs_interface {
  uint64_t has;
  struct aws_str private_ip;
};
struct ecs_container {
  uint64_t has;
  struct aws_str name, image, image_digest, last_status, health_status, reason, runtime_id;
  int64_t exit_code;
  struct aws_list interfaces; /* struct ecs_interface */
};
struct ecs_detail {
  uint64_t has;
  struct aws_str name, value;
};
struct ecs_attachment {
  uint64_t has;
  struct aws_str type, status;
  struct aws_list details; /* struct ecs_detail */
};
struct ecs_task {
  uint64_t has;
  struct aws_str arn, cluster_arn, task_definition, group, last_status, desired_status,
      health_status;
  struct aws_str launch_type, provider, zone, started_by, stop_code, stopped_reason, cpu, memory;
  aws_ms created, started, stopping, stopped;
  struct aws_list containers;  /* struct ecs_container */
  struct aws_list attachments; /* struct ecs_attachment */
};
struct ecs_container_definition {
  uint64_t has;
  struct aws_str name, image;
  int64_t cpu, memory;
  bool essential;
  struct aws_list environment; /* struct ecs_detail: name, value */
  struct aws_list secrets;     /* struct ecs_secret */
  struct aws_list command;     /* struct aws_str */
  struct aws_str log_driver;
  struct aws_list log_options; /* struct aws_pair */
};
struct ecs_secret {
  uint64_t has;
  struct aws_str name, value_from; /* parameter name or ARN, or secret ARN[:key:stage:version] */
};
struct ecs_task_definition {
  uint64_t has;
  struct aws_str arn, family, status, cpu, memory, network_mode, task_role, execution_role;
  int64_t revision;
  aws_ms registered;
  struct aws_str registered_by;
  struct aws_list containers; /* struct ecs_container_definition */
};
extern const struct aws_type ecs_cluster_type, ecs_deployment_type, ecs_event_type,
    ecs_service_type, ecs_task_type, ecs_task_definition_type;
extern const struct aws_op ecs_list_clusters, ecs_describe_clusters, ecs_list_services,
    ecs_describe_services, ecs_list_tasks, ecs_describe_tasks, ecs_describe_task_definition,
    ecs_list_task_definitions, ecs_update_service;

#endif
