/* Things read once because the operator asked: the raw reply of a row, the versions of a parameter.
 */
#include "stack/action.h"
#include "stack/state.h"

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

#include <stdio.h>
#include <stdlib.h>

#define PAGES_MAX 16

/* How a row is asked for by itself: members of the input and where their text comes from. */
enum arg_from { ARG_END, ARG_ID, ARG_SHORT, ARG_NAME, ARG_PARENT, ARG_PARENT_SHORT, ARG_FIXED };

struct raw_arg {
  const char *member;
  enum arg_from from;
  bool list;
  const char *fixed;
};

struct raw_row {
  enum stack_kind kind;
  const struct aws_op *op;
  struct raw_arg args[3];
};

static const struct raw_row raw_rows[] = {
    {STACK_DISTRIBUTION, &cloudfront_get_distribution, {{"Id", ARG_SHORT, false, NULL}}},
    {STACK_INVALIDATION,
     &cloudfront_get_invalidation,
     {{"DistributionId", ARG_PARENT_SHORT, false, NULL}, {"Id", ARG_NAME, false, NULL}}},
    {STACK_VPC_ORIGIN, &cloudfront_get_vpc_origin, {{"Id", ARG_SHORT, false, NULL}}},
    {STACK_LOAD_BALANCER,
     &elbv2_describe_load_balancers,
     {{"LoadBalancerArns", ARG_ID, true, NULL}}},
    {STACK_LISTENER, &elbv2_describe_listeners, {{"ListenerArns", ARG_ID, true, NULL}}},
    {STACK_RULE, &elbv2_describe_rules, {{"RuleArns", ARG_ID, true, NULL}}},
    {STACK_TARGET_GROUP, &elbv2_describe_target_groups, {{"TargetGroupArns", ARG_ID, true, NULL}}},
    {STACK_TARGET, &elbv2_describe_target_health, {{"TargetGroupArn", ARG_PARENT, false, NULL}}},
    {STACK_CLUSTER, &ecs_describe_clusters, {{"clusters", ARG_ID, true, NULL}}},
    {STACK_SERVICE,
     &ecs_describe_services,
     {{"cluster", ARG_PARENT, false, NULL}, {"services", ARG_ID, true, NULL}}},
    {STACK_TASK,
     &ecs_describe_tasks,
     {{"cluster", ARG_PARENT, false, NULL}, {"tasks", ARG_ID, true, NULL}}},
    {STACK_TASK_DEFINITION,
     &ecs_describe_task_definition,
     {{"taskDefinition", ARG_ID, false, NULL}}},
    {STACK_SCALABLE_TARGET,
     &autoscaling_describe_targets,
     {{"ServiceNamespace", ARG_FIXED, false, "ecs"}, {"ResourceIds", ARG_NAME, true, NULL}}},
    {STACK_DB_INSTANCE, &rds_describe_instances, {{"DBInstanceIdentifier", ARG_NAME, false, NULL}}},
    {STACK_DB_CLUSTER, &rds_describe_clusters, {{"DBClusterIdentifier", ARG_NAME, false, NULL}}},
    {STACK_ALARM, &cloudwatch_describe_alarms, {{"AlarmNames", ARG_NAME, true, NULL}}},
    {STACK_BUCKET, &s3_list_buckets, {{"Prefix", ARG_NAME, false, NULL}}},
    {STACK_API, &apigatewayv2_get_apis, {{NULL, ARG_END, false, NULL}}},
    {STACK_INTEGRATION, &apigatewayv2_get_integrations, {{"ApiId", ARG_PARENT_SHORT, false, NULL}}},
};

struct stack_lookup {
  struct stack *s;
  enum stack_lookup_kind what;
  struct aws_call *call;
  struct aws_page *pages[PAGES_MAX];
  size_t npages;
  struct aws_buf raw;
  bool cut; /* there was more than raw takes */
  struct aws_error err;
};

static struct aws_str arg_text(const struct stack_row *row, const struct raw_arg *arg) {
  switch (arg->from) {
  case ARG_ID:
    return row->id;
  case ARG_SHORT:
    return stack_short(row->id);
  case ARG_NAME:
    return row->name;
  case ARG_PARENT:
    return row->parent;
  case ARG_PARENT_SHORT:
    return stack_short(row->parent);
  case ARG_FIXED:
    return aws_str_from(arg->fixed);
  case ARG_END:
    break;
  }
  return (struct aws_str){NULL, 0};
}

static cJSON *new_text(struct aws_str s) {
  char text[2049];
  snprintf(text, sizeof text, "%.*s", AWS_STR_ARG(s));
  return cJSON_CreateString(text);
}

static cJSON *raw_input(const struct raw_row *r, const struct stack_row *row) {
  cJSON *in = cJSON_CreateObject();

  for (size_t i = 0; i < sizeof r->args / sizeof r->args[0] && r->args[i].from != ARG_END; i++) {
    cJSON *text = new_text(arg_text(row, &r->args[i]));
    if (r->args[i].list) {
      cJSON *list = cJSON_AddArrayToObject(in, r->args[i].member);
      aws_json_add(list, NULL, text);
    } else {
      aws_json_add(in, r->args[i].member, text);
    }
  }
  return in;
}

/* Parameters and secrets are found by filter: their names may be ARNs, and values stay out of it.
 */
static cJSON *filter_input(const char *list, const char *key, const char *option,
                           struct aws_str value) {
  cJSON *in = cJSON_CreateObject(), *filters = cJSON_AddArrayToObject(in, list);
  cJSON *filter = cJSON_CreateObject(), *values;

  aws_json_add(filters, NULL, filter);
  cJSON_AddStringToObject(filter, "Key", key);
  if (option)
    cJSON_AddStringToObject(filter, "Option", option);
  values = cJSON_AddArrayToObject(filter, "Values");
  aws_json_add(values, NULL, new_text(value));
  return in;
}

static const struct aws_op *raw_request(enum stack_kind k, const struct stack_row *row,
                                        cJSON **in) {
  if (k == STACK_PARAMETER) {
    *in = filter_input("ParameterFilters", "Name", "Equals", row->name);
    return &ssm_describe_parameters;
  }
  if (k == STACK_SECRET) {
    *in = filter_input("Filters", "name", NULL, row->name);
    return &secretsmanager_list_secrets;
  }
  for (size_t i = 0; i < sizeof raw_rows / sizeof raw_rows[0]; i++) {
    if (raw_rows[i].kind == k) {
      *in = raw_input(&raw_rows[i], row);
      return raw_rows[i].op;
    }
  }
  return NULL;
}

static void lookup_page(void *arg, struct aws_page *page) {
  struct stack_lookup *l = arg;

  if (l->what == STACK_LOOKUP_RAW) {
    struct aws_str text = aws_call_raw(l->call);
    size_t room = l->raw.max - l->raw.n;
    l->cut |= text.n + 1 > room;
    if (l->raw.n && room)
      aws_buf_add_char(&l->raw, '\n');
    room = l->raw.max - l->raw.n;
    aws_buf_add(&l->raw, text.p, text.n < room ? text.n : room);
  } else if (l->npages < PAGES_MAX) {
    l->pages[l->npages++] = aws_page_ref(page);
  }
}

static void lookup_done(void *arg, const struct aws_error *err) {
  struct stack_lookup *l = arg;

  l->call = NULL;
  if (err)
    l->err = *err;
  else if (l->raw.failed)
    aws_error_set(&l->err, AWS_E_MEMORY, "no memory for the reply");
  else if (l->cut)
    aws_error_set(&l->err, AWS_E_BODY,
                  "the reply is longer than 1 MiB: only its beginning is shown");
  stack_changed(l->s, STACK_CHANGED_STATE);
}

void stack_arn_region(struct aws_str id, char *out, size_t size) {
  struct aws_str rest = id, part = {NULL, 0};

  out[0] = '\0';
  if (!aws_str_starts(id, "arn:"))
    return;
  for (int i = 0; i < 4; i++)
    part = aws_str_split(&rest, ':');
  snprintf(out, size, "%.*s", AWS_STR_ARG(part));
}

struct stack_lookup *stack_lookup(struct stack *s, enum stack_lookup_kind what, enum stack_kind k,
                                  struct aws_str id, struct aws_error *err) {
  const struct stack_row *row = stack_find(s, k, id);
  const struct aws_op *op = &ssm_get_parameter_history;
  struct aws_call_options opt = {
      .asked = true, .raw = what == STACK_LOOKUP_RAW, .max_pages = PAGES_MAX};
  char region[32];
  cJSON *in = NULL;

  if (!row) {
    aws_error_set(err, AWS_E_NOT_FOUND, "the %s is no longer there", stack_kind_singular(k));
    return NULL;
  }
  if (what == STACK_LOOKUP_VERSIONS) {
    in = cJSON_CreateObject();
    aws_json_add(in, "Name", new_text(row->name));
  } else if (!(op = raw_request(k, row, &in))) {
    aws_error_set(err, AWS_E_USAGE, "AWS has no request for a single %s", stack_kind_singular(k));
    return NULL;
  }
  stack_arn_region(row->id, region, sizeof region);
  if (region[0])
    opt.region = region;
  struct stack_lookup *l = aws_calloc(1, sizeof *l);
  if (!l) {
    cJSON_Delete(in);
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
    return NULL;
  }
  l->s = s;
  l->what = what;
  aws_buf_init(&l->raw, 1024 * 1024);
  l->call = stack_call(s, op, in, &opt, lookup_page, lookup_done, l, err);
  if (!l->call) {
    free(l);
    return NULL;
  }
  return l;
}

bool stack_lookup_done(const struct stack_lookup *l, const struct aws_error **err) {
  *err = l->err.code ? &l->err : NULL;
  return l->call == NULL;
}

struct aws_str stack_lookup_raw(const struct stack_lookup *l) {
  return aws_buf_str(&l->raw);
}

const struct aws_page *stack_lookup_page(const struct stack_lookup *l, size_t i) {
  return i < l->npages ? l->pages[i] : NULL;
}

void stack_lookup_free(struct stack_lookup *l) {
  if (!l)
    return;
  aws_call_cancel(l->call);
  for (size_t i = 0; i < l->npages; i++)
    aws_page_unref(l->pages[i]);
  aws_buf_wipe_done(&l->raw);
  free(l);
}
