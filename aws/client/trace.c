/* What was asked and what came, in the log: every member by its name, and values of those alone
 * that stand in a list of the harmless. Numbers and truth values are shown. */
#include "config.h"

#include "aws/client/trace.h"

#include <stdio.h>

enum { TEXT_MAX_BYTES = 64 * 1024, TREE_MAX_BYTES = 256 << 20 };

/* What names a thing or says how it is. What a thing holds is not here: values, environments,
 * commands, descriptions, tokens. */
static const char *const harmless[] = {
    "Account",
    "AvailabilityZone",
    "ClusterName",
    "DBClusterIdentifier",
    "DBInstanceIdentifier",
    "DBInstanceStatus",
    "DistributionId",
    "DomainName",
    "Engine",
    "EngineVersion",
    "Id",
    "LoadBalancerArn",
    "LoadBalancerName",
    "MetricName",
    "Namespace",
    "Port",
    "Protocol",
    "ResourceIds",
    "ScalableDimension",
    "ServiceName",
    "ServiceNamespace",
    "Stat",
    "State",
    "Status",
    "TargetGroupArn",
    "TargetGroupName",
    "Type",
    "cluster",
    "clusterArn",
    "clusterName",
    "clusters",
    "desiredStatus",
    "healthStatus",
    "lastStatus",
    "launchType",
    "revision",
    "rolloutState",
    "service",
    "serviceArn",
    "serviceArns",
    "serviceName",
    "services",
    "status",
    "taskArn",
    "taskArns",
    "taskDefinition",
    "taskDefinitionArn",
    "tasks",
};

static bool is_harmless(const char *name) {
  for (size_t i = 0; name && i < sizeof harmless / sizeof harmless[0]; i++)
    if (strcmp(harmless[i], name) == 0)
      return true;
  return false;
}

/* name: of the member that the node is, or that the list around it is. */
static void add(struct aws_buf *b, const cJSON *node, const char *name) {
  if (cJSON_IsArray(node) || cJSON_IsObject(node)) {
    bool list = cJSON_IsArray(node);
    aws_buf_add_char(b, list ? '[' : '{');
    for (const cJSON *c = node->child; c && !b->failed; c = c->next) {
      if (!list)
        aws_buf_addf(b, "%s: ", c->string);
      add(b, c, list ? name : c->string);
      if (c->next)
        aws_buf_add_c(b, ", ");
    }
    aws_buf_add_char(b, list ? ']' : '}');
  } else if (cJSON_IsString(node)) {
    if (is_harmless(name))
      aws_buf_addf(b, "\"%s\"", node->valuestring);
    else
      aws_buf_addf(b, "(%zu bytes)", strlen(node->valuestring));
  } else if (cJSON_IsNumber(node)) {
    aws_buf_addf(b, "%.15g", node->valuedouble);
  } else {
    aws_buf_add_c(b, cJSON_IsTrue(node) ? "true" : cJSON_IsFalse(node) ? "false" : "null");
  }
}

static void say(struct aws_log *log, char way, const struct aws_op *op, struct aws_str text) {
  char what[80];
  snprintf(what, sizeof what, "%c %s %s", way, op->service->id, op->name);
  aws_log_line(log, what, text);
}

static void trace(struct aws_log *log, char way, const struct aws_op *op, const cJSON *tree) {
  static const char cut[] = "(too long to be shown)";
  struct aws_buf b;
  aws_buf_init(&b, TEXT_MAX_BYTES);
  add(&b, tree, NULL);
  say(log, way, op, b.failed ? aws_str_from(cut) : aws_buf_str(&b));
  aws_buf_done(&b);
}

void aws_trace_input(struct aws_log *log, const struct aws_op *op, const cJSON *in) {
  if (aws_log_traces(log) && in)
    trace(log, '>', op, in);
}

void aws_trace_answer(struct aws_log *log, const struct aws_op *op, struct aws_str body) {
  struct aws_error err = {0};
  struct aws_arena a;
  if (!aws_log_traces(log) || body.n == 0)
    return;
  aws_arena_init(&a, TREE_MAX_BYTES);
  const cJSON *tree = body.p[0] == '<' ? aws_xml_parse(&a, body.p, body.n, &err)
                                       : aws_json_parse(&a, body.p, body.n, &err);
  if (tree)
    trace(log, '<', op, tree);
  else
    say(log, '<', op, aws_str_from(err.text));
  aws_arena_done(&a);
}
