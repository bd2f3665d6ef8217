/* What CloudWatch measures of a thing, and how it is asked for that. */
#include "config.h"

#include "stack/judged.h"

#include "aws/api/cloudfront.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"

#include <stdio.h>

/* ---- the table ------------------------------------------------------------------------------- */

static bool any(const void *item) {
  (void)item;
  return true;
}

static bool is_application(const void *item) {
  return aws_str_eq_c(((const struct elbv2_load_balancer *)item)->type, "application");
}

static bool is_aurora(const void *item) {
  return aws_str_starts(((const struct rds_instance *)item)->engine, "aurora");
}

static bool is_not_aurora(const void *item) {
  return !is_aurora(item);
}

#define GIB (1024.0 * 1024 * 1024)

const struct stack_measure stack_measures[] = {
    {STACK_DISTRIBUTION, "Requests", "AWS/CloudFront", "Sum", "/min", 1, true, true, 5, any},
    {STACK_DISTRIBUTION, "5xxErrorRate", "AWS/CloudFront", "Average", "%", 1, false, true, 5, any},
    {STACK_API, "Count", "AWS/ApiGateway", "Sum", "/min", 1, true, false, 2, any},
    {STACK_API, "5xx", "AWS/ApiGateway", "Sum", "/min", 1, true, false, 2, any},
    {STACK_LOAD_BALANCER, "RequestCount", "AWS/ApplicationELB", "Sum", "/min", 1, true, false, 2,
     is_application},
    {STACK_LOAD_BALANCER, "TargetResponseTime", "AWS/ApplicationELB", "p95", "ms", 1000, false,
     false, 2, is_application},
    {STACK_LOAD_BALANCER, "HTTPCode_Target_5XX_Count", "AWS/ApplicationELB", "Sum", "/min", 1, true,
     false, 2, is_application},
    {STACK_LOAD_BALANCER, "HTTPCode_ELB_5XX_Count", "AWS/ApplicationELB", "Sum", "/min", 1, true,
     false, 2, is_application},
    {STACK_SERVICE, "CPUUtilization", "AWS/ECS", "Average", "%", 1, false, false, 2, any},
    {STACK_SERVICE, "MemoryUtilization", "AWS/ECS", "Average", "%", 1, false, false, 2, any},
    {STACK_DB_INSTANCE, "CPUUtilization", "AWS/RDS", "Average", "%", 1, false, false, 2, any},
    {STACK_DB_INSTANCE, "DatabaseConnections", "AWS/RDS", "Average", "", 1, false, false, 2, any},
    {STACK_DB_INSTANCE, "FreeStorageSpace", "AWS/RDS", "Average", "GiB", 1 / GIB, false, false, 2,
     is_not_aurora},
    {STACK_DB_INSTANCE, "AuroraReplicaLag", "AWS/RDS", "Average", "ms", 1, false, false, 2,
     is_aurora},
};
const size_t stack_measures_n = sizeof stack_measures / sizeof *stack_measures;

/* ---- the question ---------------------------------------------------------------------------- */

static void add_dimension(cJSON *list, const char *name, struct aws_str value) {
  cJSON *d = cJSON_CreateObject();
  cJSON_AddStringToObject(d, "Name", name);
  cJSON_AddStringToObject(d, "Value", value.p ? value.p : "");
  aws_json_add(list, NULL, d);
}

static struct aws_str after_text(struct aws_str s, const char *text) {
  const char *at = s.p ? strstr(s.p, text) : NULL;
  return at ? aws_str_from(at + strlen(text)) : s;
}

static void add_dimensions(cJSON *list, const struct stack_row *row, enum stack_kind k) {
  switch (k) {
  case STACK_DISTRIBUTION:
    add_dimension(list, "DistributionId", ((const struct cloudfront_distribution *)row->item)->id);
    add_dimension(list, "Region", AWS_STR_LIT("Global"));
    break;
  case STACK_API:
    add_dimension(list, "ApiId", row->id);
    add_dimension(list, "Stage", AWS_STR_LIT("$default"));
    break;
  case STACK_LOAD_BALANCER:
    add_dimension(list, "LoadBalancer", after_text(row->id, "loadbalancer/"));
    break;
  case STACK_SERVICE:
    add_dimension(list, "ClusterName", stack_short(row->parent));
    add_dimension(list, "ServiceName", row->name);
    break;
  default:
    add_dimension(list, "DBInstanceIdentifier", row->name);
  }
}

cJSON *stack_measure_query(const struct stack_measure *m, const struct stack_row *row,
                           size_t number) {
  char id[24];
  snprintf(id, sizeof id, "m%zu", number);
  cJSON *q = cJSON_CreateObject();
  cJSON_AddStringToObject(q, "Id", id);
  cJSON *stat = cJSON_AddObjectToObject(q, "MetricStat");
  cJSON *metric = cJSON_AddObjectToObject(stat, "Metric");
  cJSON_AddStringToObject(metric, "Namespace", m->namespace);
  cJSON_AddStringToObject(metric, "MetricName", m->name);
  add_dimensions(cJSON_AddArrayToObject(metric, "Dimensions"), row, m->kind);
  cJSON_AddNumberToObject(stat, "Period", 60);
  cJSON_AddStringToObject(stat, "Stat", m->stat);
  return q;
}
