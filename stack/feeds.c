/* Which operation brings which kind, for what, and how often. Periods follow what is published
 * about request limits and what an operator has to see at once; how they add up is in poll.c. */
#include "config.h"

#include "stack/asking.h"

#include "aws/api/apigatewayv2.h"
#include "aws/api/autoscaling.h"
#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"
#include "aws/api/s3.h"
#include "aws/api/secretsmanager.h"
#include "aws/api/ssm.h"

/* Clusters with more running tasks than this are not swept: only the service on screen is asked
 * for. */
enum { SWEEP_MAX = 1000, INVALIDATIONS_MAX = 10 };

static const aws_ms DAY = 24 * 3600 * 1000;

/* ---- inputs ---------------------------------------------------------------------------------- */

static cJSON *with_text(const char *name, struct aws_str value) {
  cJSON *in = cJSON_CreateObject();
  if (in && value.p)
    cJSON_AddStringToObject(in, name, value.p);
  return in;
}

static cJSON *in_distribution(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("DistributionId", stack_short(p->key));
}

/* Key: "<distribution's ARN>|<invalidation's id>". */
static cJSON *in_invalidation(const struct stack_part *p, bool list) {
  struct aws_str id = p->key, distribution = aws_str_split(&id, '|');
  char text[128];
  struct aws_str name = stack_short(distribution);
  (void)list;
  if (name.n >= sizeof text)
    return NULL;
  memcpy(text, name.p, name.n);
  text[name.n] = '\0';
  cJSON *in = with_text("DistributionId", (struct aws_str){text, name.n});
  if (in)
    cJSON_AddStringToObject(in, "Id", id.p);
  return in;
}

static cJSON *in_id(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("Id", p->key);
}

static cJSON *in_load_balancer(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("LoadBalancerArn", p->key);
}

static cJSON *in_listener(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("ListenerArn", p->key);
}

static cJSON *in_target_group(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("TargetGroupArn", p->key);
}

static cJSON *in_cluster(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("cluster", p->key);
}

static bool is_service(struct aws_str arn) {
  return aws_str_has(arn, AWS_STR_LIT(":service/"));
}

static cJSON *in_tasks(const struct stack_part *p, const char *desired, bool list) {
  struct aws_str cluster = p->key;
  bool service = is_service(p->key);
  if (service) {
    const struct stack_row *row = stack_rows_find(p->s, STACK_SERVICE, p->key);
    if (row)
      cluster = row->parent;
  }
  cJSON *in = with_text("cluster", cluster);
  if (in && list) {
    if (service)
      cJSON_AddStringToObject(in, "serviceName", stack_short(p->key).p);
    cJSON_AddStringToObject(in, "desiredStatus", desired);
  }
  return in;
}

static cJSON *in_running_tasks(const struct stack_part *p, bool list) {
  return in_tasks(p, "RUNNING", list);
}

static cJSON *in_stopped_tasks(const struct stack_part *p, bool list) {
  return in_tasks(p, "STOPPED", list);
}

static cJSON *in_task_definition(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("taskDefinition", p->key);
}

static cJSON *in_ecs_namespace(const struct stack_part *p, bool list) {
  (void)p, (void)list;
  return with_text("ServiceNamespace", AWS_STR_LIT("ecs"));
}

static cJSON *in_last_hour(const struct stack_part *p, bool list) {
  (void)p, (void)list;
  cJSON *in = cJSON_CreateObject();
  if (in)
    cJSON_AddNumberToObject(in, "Duration", 60);
  return in;
}

static cJSON *in_parameters(const struct stack_part *p, bool list) {
  (void)list;
  cJSON *in = cJSON_CreateObject();
  if (!in || !p->s->cfg.parameters_path)
    return in;
  cJSON *filters = cJSON_AddArrayToObject(in, "ParameterFilters");
  cJSON *filter = cJSON_CreateObject();
  aws_json_add(filters, NULL, filter);
  cJSON_AddStringToObject(filter, "Key", "Path");
  cJSON_AddStringToObject(filter, "Option", "Recursive");
  cJSON *values = cJSON_AddArrayToObject(filter, "Values");
  aws_json_add(values, NULL, cJSON_CreateString(p->s->cfg.parameters_path));
  return in;
}

static cJSON *in_api(const struct stack_part *p, bool list) {
  (void)list;
  return with_text("ApiId", p->key);
}

/* ---- what there is to ask for ---------------------------------------------------------------- */

static void keys_of(struct stack *s, enum stack_kind k, struct stack_feed *f, stack_key_fn add) {
  const struct stack_collection *c = stack_rows_of(s, k);
  for (size_t i = 0; i < c->n; i++)
    add(f, c->rows[i]->id);
}

static void keys_distributions(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  keys_of(s, STACK_DISTRIBUTION, f, add);
}

/* Those that run, and the newest of the last day for their paths. */
static void keys_invalidations(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  const struct stack_collection *c = stack_rows_of(s, STACK_INVALIDATION);
  struct aws_str parent = {NULL, 0};
  int taken = 0;
  for (size_t i = 0; i < c->n; i++) {
    const struct cloudfront_invalidation *v = c->rows[i]->item;
    if (!aws_str_eq(parent, c->rows[i]->parent))
      taken = 0;
    parent = c->rows[i]->parent;
    bool recent = v->create_time > stack_wall(s) - DAY;
    if (aws_str_eq_c(v->status, "InProgress") || (recent && taken < INVALIDATIONS_MAX)) {
      add(f, c->rows[i]->id);
      taken++;
    }
  }
}

static void keys_vpc_origins(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  const struct stack_collection *c = stack_rows_of(s, STACK_DISTRIBUTION);
  for (size_t i = 0; i < c->n; i++) {
    const struct cloudfront_distribution *d = c->rows[i]->item;
    const struct cloudfront_origin *o = d->origins.items;
    for (size_t j = 0; j < d->origins.n; j++)
      if (o[j].vpc_origin_id.n)
        add(f, o[j].vpc_origin_id);
  }
}

static void keys_load_balancers(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  keys_of(s, STACK_LOAD_BALANCER, f, add);
}

static void keys_http_listeners(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  const struct stack_collection *c = stack_rows_of(s, STACK_LISTENER);
  for (size_t i = 0; i < c->n; i++)
    if (aws_str_starts(((const struct elbv2_listener *)c->rows[i]->item)->protocol, "HTTP"))
      add(f, c->rows[i]->id);
}

static void keys_target_groups(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  keys_of(s, STACK_TARGET_GROUP, f, add);
}

/* Before the clusters are described their list will do: one call less to wait for. Not with
 * filters, which look at names. */
static void keys_clusters(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  const struct stack_part *p = stack_part_of(s, STACK_CLUSTER, AWS_STR_LIT(""));
  if (p && !p->loaded && p->listed && !s->cfg.nfilters)
    for (const cJSON *id = p->listed->child; id; id = id->next)
      add(f, aws_str_from(id->valuestring));
  keys_of(s, STACK_CLUSTER, f, add);
}

static void keys_tasks(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  const struct stack_collection *c = stack_rows_of(s, STACK_CLUSTER);
  struct aws_str shown = s->show_service.n ? s->show_service.ids[0] : (struct aws_str){NULL, 0};
  const struct stack_row *service = stack_rows_find(s, STACK_SERVICE, shown);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_cluster *v = c->rows[i]->item;
    if (v->running_tasks <= SWEEP_MAX || s->deps.once)
      add(f, v->arn);
    else if (service && aws_str_eq(service->parent, v->arn))
      add(f, shown);
  }
}

static void keys_task_definitions(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  const struct stack_collection *c = stack_rows_of(s, STACK_SERVICE);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_service *v = c->rows[i]->item;
    const struct ecs_deployment *d = v->deployments.items;
    if (v->task_definition.n)
      add(f, v->task_definition);
    for (size_t j = 0; j < v->deployments.n; j++)
      if (d[j].task_definition.n)
        add(f, d[j].task_definition);
  }
}

static void keys_apis(struct stack *s, struct stack_feed *f, stack_key_fn add) {
  keys_of(s, STACK_API, f, add);
}

/* ---- the rest -------------------------------------------------------------------------------- */

/* A list of invalidations gives summaries; the kind is the whole thing, paths not yet known. */
static void *whole_invalidation(struct aws_arena *a, const void *item) {
  const struct cloudfront_invalidation_summary *from = item;
  struct cloudfront_invalidation *to = aws_arena_alloc(a, sizeof *to);
  if (!to)
    return NULL;
  to->id = from->id;
  to->status = from->status;
  to->create_time = from->create_time;
  for (size_t i = 0; i < cloudfront_invalidation_type.nfields; i++) {
    const char *path = cloudfront_invalidation_type.fields[i].path;
    for (size_t j = 0; j < cloudfront_invalidation_summary_type.nfields; j++)
      if (!strcmp(path, cloudfront_invalidation_summary_type.fields[j].path) && aws_has(from, j))
        to->has |= (uint64_t)1 << i;
  }
  return to;
}

static bool other_region(const struct stack *s) {
  const char *edge = stack_edge_region(s);
  return edge && strcmp(edge, s->region) != 0;
}

static int hurry_invalidation(const struct stack_part *p) {
  for (size_t i = 0; i < p->shown.n; i++)
    for (size_t j = 0; j < p->shown.v[i]->n; j++) {
      const struct cloudfront_invalidation *v = p->shown.v[i]->rows[j].item;
      if (aws_str_eq_c(v->status, "InProgress"))
        return 5;
    }
  return 0;
}

static int hurry_vpc_origin(const struct stack_part *p) {
  for (size_t i = 0; i < p->shown.n; i++)
    for (size_t j = 0; j < p->shown.v[i]->n; j++) {
      const struct cloudfront_vpc_origin *v = p->shown.v[i]->rows[j].item;
      if (aws_str_eq_c(v->status, "Deploying"))
        return 60;
    }
  return 0;
}

/* Something comes, goes or fails: look closer. */
static int hurry_targets(const struct stack_part *p) {
  for (size_t i = 0; i < p->shown.n; i++)
    for (size_t j = 0; j < p->shown.v[i]->n; j++) {
      const struct elbv2_target *v = p->shown.v[i]->rows[j].item;
      if (!aws_str_eq_c(v->state, "healthy") && !aws_str_eq_c(v->state, "unused"))
        return 10;
    }
  return 0;
}

static int hurry_services(const struct stack_part *p) {
  for (size_t i = 0; i < p->shown.n; i++)
    for (size_t j = 0; j < p->shown.v[i]->n; j++) {
      const struct ecs_service *v = p->shown.v[i]->rows[j].item;
      if (v->deployments.n > 1 || v->running != v->desired)
        return 5;
    }
  return 0;
}

/* A member's trouble is its cluster's too. */
static int hurry_databases(const struct stack_part *p) {
  const struct stack_collection *c = stack_rows_of(p->s, STACK_DB_INSTANCE);
  for (size_t i = 0; i < c->n; i++)
    if (!aws_str_eq_c(((const struct rds_instance *)c->rows[i]->item)->status, "available"))
      return 10;
  c = stack_rows_of(p->s, STACK_DB_CLUSTER);
  for (size_t i = 0; i < c->n; i++)
    if (!aws_str_eq_c(((const struct rds_cluster *)c->rows[i]->item)->status, "available"))
      return 10;
  return 0;
}

/* Sources come before what is found through them. A later feed's row wins over an earlier one's. */
const struct stack_feed_def stack_feed_defs[] = {
    {.kind = STACK_DISTRIBUTION, .op = &cloudfront_list_distributions, .on_s = 60, .off_s = 120},
    {.kind = STACK_VPC_ORIGIN,
     .op = &cloudfront_get_vpc_origin,
     .sources = STACK_BIT(STACK_DISTRIBUTION),
     .keys = keys_vpc_origins,
     .input = in_id,
     .hurry_s = hurry_vpc_origin},
    {.kind = STACK_INVALIDATION,
     .op = &cloudfront_list_invalidations,
     .sources = STACK_BIT(STACK_DISTRIBUTION),
     .keys = keys_distributions,
     .input = in_distribution,
     .convert = whole_invalidation,
     .max_pages = 1,
     .on_s = 60,
     .off_s = 120},
    {.kind = STACK_INVALIDATION,
     .op = &cloudfront_get_invalidation,
     .sources = STACK_BIT(STACK_INVALIDATION),
     .keys = keys_invalidations,
     .input = in_invalidation,
     .hurry_s = hurry_invalidation},
    {.kind = STACK_LOAD_BALANCER, .op = &elbv2_describe_load_balancers, .on_s = 120, .off_s = 120},
    {.kind = STACK_TARGET_GROUP, .op = &elbv2_describe_target_groups, .on_s = 120, .off_s = 120},
    {.kind = STACK_TARGET,
     .op = &elbv2_describe_target_health,
     .sources = STACK_BIT(STACK_TARGET_GROUP),
     .keys = keys_target_groups,
     .input = in_target_group,
     .on_s = 15,
     .off_s = 15,
     .hurry_s = hurry_targets},
    {.kind = STACK_LISTENER,
     .op = &elbv2_describe_listeners,
     .sources = STACK_BIT(STACK_LOAD_BALANCER),
     .keys = keys_load_balancers,
     .input = in_load_balancer,
     .on_s = 120,
     .off_s = 240},
    {.kind = STACK_RULE,
     .op = &elbv2_describe_rules,
     .sources = STACK_BIT(STACK_LISTENER),
     .keys = keys_http_listeners,
     .input = in_listener,
     .on_s = 120,
     .off_s = 240},
    {.kind = STACK_CLUSTER,
     .list = &ecs_list_clusters,
     .ids = "clusters",
     .op = &ecs_describe_clusters,
     .on_s = 30,
     .off_s = 60,
     .list_s = 300},
    {.kind = STACK_SERVICE,
     .list = &ecs_list_services,
     .ids = "services",
     .op = &ecs_describe_services,
     .sources = STACK_BIT(STACK_CLUSTER),
     .keys = keys_clusters,
     .input = in_cluster,
     .on_s = 10,
     .off_s = 10,
     .list_s = 60,
     .nudges = STACK_BIT(STACK_TASK) | STACK_BIT(STACK_TARGET),
     .hurry_s = hurry_services},
    {.kind = STACK_TASK,
     .list = &ecs_list_tasks,
     .ids = "tasks",
     .op = &ecs_describe_tasks,
     .sources = STACK_BIT(STACK_CLUSTER),
     .keys = keys_tasks,
     .input = in_running_tasks,
     .on_s = 15,
     .off_s = 60},
    {.kind = STACK_TASK,
     .list = &ecs_list_tasks,
     .ids = "tasks",
     .op = &ecs_describe_tasks,
     .sources = STACK_BIT(STACK_CLUSTER),
     .keys = keys_tasks,
     .input = in_stopped_tasks,
     .on_s = 30,
     .off_s = 60},
    {.kind = STACK_TASK_DEFINITION,
     .op = &ecs_describe_task_definition,
     .sources = STACK_BIT(STACK_SERVICE),
     .keys = keys_task_definitions,
     .input = in_task_definition},
    {.kind = STACK_SCALABLE_TARGET,
     .op = &autoscaling_describe_targets,
     .input = in_ecs_namespace,
     .on_s = 120,
     .off_s = 120},
    {.kind = STACK_SCALING_POLICY,
     .op = &autoscaling_describe_policies,
     .input = in_ecs_namespace,
     .on_s = 300,
     .off_s = 300},
    {.kind = STACK_DB_INSTANCE,
     .op = &rds_describe_instances,
     .on_s = 15,
     .off_s = 30,
     .nudges = STACK_BIT(STACK_DB_CLUSTER) | STACK_BIT(STACK_DB_EVENT),
     .hurry_s = hurry_databases},
    {.kind = STACK_DB_CLUSTER,
     .op = &rds_describe_clusters,
     .on_s = 30,
     .off_s = 60,
     .nudges = STACK_BIT(STACK_DB_EVENT),
     .hurry_s = hurry_databases},
    {.kind = STACK_DB_EVENT,
     .op = &rds_describe_events,
     .input = in_last_hour,
     .on_s = 60,
     .off_s = 60},
    {.kind = STACK_PARAMETER,
     .op = &ssm_describe_parameters,
     .input = in_parameters,
     .on_s = 300,
     .off_s = 600},
    {.kind = STACK_SECRET, .op = &secretsmanager_list_secrets, .on_s = 300, .off_s = 600},
    {.kind = STACK_ALARM, .op = &cloudwatch_describe_alarms, .on_s = 30, .off_s = 60},
    {.kind = STACK_ALARM,
     .op = &cloudwatch_describe_alarms,
     .wanted = other_region,
     .edge = true,
     .on_s = 60,
     .off_s = 60},
    {.kind = STACK_BUCKET, .op = &s3_list_buckets, .on_s = 300, .off_s = 600},
    {.kind = STACK_API, .op = &apigatewayv2_get_apis, .on_s = 120, .off_s = 300},
    {.kind = STACK_INTEGRATION,
     .op = &apigatewayv2_get_integrations,
     .sources = STACK_BIT(STACK_API),
     .keys = keys_apis,
     .input = in_api,
     .on_s = 300,
     .off_s = 300},
};

const size_t stack_feed_defs_n = sizeof stack_feed_defs / sizeof *stack_feed_defs;
