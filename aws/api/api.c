/* The rows of all services together. */
#include "config.h"

#include "aws/api.h"

#include "aws/api/rows.h"

const struct aws_service *const aws_services[] = {
    &aws_service_apigatewayv2, &aws_service_autoscaling, &aws_service_cloudfront,
    &aws_service_cloudwatch,   &aws_service_ecs,         &aws_service_elbv2,
    &aws_service_rds,          &aws_service_s3,          &aws_service_secretsmanager,
    &aws_service_ssm,          &aws_service_sso,         &aws_service_ssooidc,
    &aws_service_sts,
};
const size_t aws_services_n = sizeof aws_services / sizeof aws_services[0];

const struct aws_op *const aws_ops[] = {
    &apigatewayv2_get_apis,
    &apigatewayv2_get_integrations,
    &autoscaling_describe_policies,
    &autoscaling_describe_targets,
    &cloudfront_create_invalidation,
    &cloudfront_get_distribution,
    &cloudfront_get_invalidation,
    &cloudfront_get_vpc_origin,
    &cloudfront_list_distributions,
    &cloudfront_list_invalidations,
    &cloudwatch_describe_alarms,
    &cloudwatch_get_metric_data,
    &ecs_describe_clusters,
    &ecs_describe_services,
    &ecs_describe_task_definition,
    &ecs_describe_tasks,
    &ecs_list_clusters,
    &ecs_list_services,
    &ecs_list_task_definitions,
    &ecs_list_tasks,
    &ecs_update_service,
    &elbv2_describe_listeners,
    &elbv2_describe_load_balancers,
    &elbv2_describe_rules,
    &elbv2_describe_target_groups,
    &elbv2_describe_target_health,
    &rds_describe_clusters,
    &rds_describe_events,
    &rds_describe_instances,
    &s3_list_buckets,
    &secretsmanager_list_secrets,
    &ssm_describe_parameters,
    &ssm_get_parameter_history,
    &ssm_get_parameters,
    &ssm_get_parameters_by_path,
    &sso_get_role_credentials,
    &ssooidc_create_token,
    &ssooidc_register_client,
    &ssooidc_start_device,
    &sts_assume_role,
    &sts_assume_role_with_web_identity,
    &sts_get_caller_identity,
};
const size_t aws_ops_n = sizeof aws_ops / sizeof aws_ops[0];

const struct aws_service *aws_service_find(const char *id) {
  for (size_t i = 0; i < aws_services_n; i++)
    if (strcmp(aws_services[i]->id, id) == 0)
      return aws_services[i];
  return NULL;
}

const struct aws_op *aws_op_find(const char *service_id, const char *name) {
  for (size_t i = 0; i < aws_ops_n; i++)
    if (strcmp(aws_ops[i]->name, name) == 0 && strcmp(aws_ops[i]->service->id, service_id) == 0)
      return aws_ops[i];
  return NULL;
}
