/* CloudWatch: alarms, and metrics by GetMetricData (cloudwatch_data.c).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
#include "sim/cloudwatch.h"

#include "aws/doc.h"

#include <stdio.h>

static const char *const states[] = {"OK", "ALARM", "INSUFFICIENT_DATA", NULL};
static const char *const alarm_types[] = {"CompositeAlarm", "MetricAlarm", "LogAlarm", NULL};

/* ---- writing --------------------------------------------------------------------------------- */

#define POINTS_MAX 16

/* StateReasonData is JSON in a text. */
static void write_reason_data(struct sim_request *rq, const struct sim_alarm *a) {
  struct sim_datapoint points[POINTS_MAX];
  const size_t n = sim_alarm_points(rq->world, a, a->updated, points, POINTS_MAX);
  struct aws_buf b;
  char iso[AWS_TIME_MAX];

  aws_buf_init(&b, 4000);
  aws_time_iso(sim_wall(rq->world, a->updated), iso);
  aws_buf_addf(&b, "{\"version\":\"1.0\",\"queryDate\":\"%s\"", iso);
  if (n) {
    aws_time_iso(sim_wall(rq->world, points[n - 1].at), iso);
    aws_buf_addf(&b, ",\"startDate\":\"%s\"", iso);
  }
  aws_buf_addf(&b, ",\"statistic\":\"%s\",\"period\":%d,\"recentDatapoints\":[", a->statistic,
               a->period_s);
  for (size_t i = n; i-- > 0;)
    aws_buf_addf(&b, "%.10g%s", points[i].value, i ? "," : "");
  aws_buf_addf(&b, "],\"threshold\":%.10g,\"evaluatedDatapoints\":[", a->threshold);
  for (size_t i = 0; i < n; i++) {
    aws_time_iso(sim_wall(rq->world, points[i].at), iso);
    aws_buf_addf(&b, "%s{\"timestamp\":\"%s\",\"value\":%.10g}", i ? "," : "", iso,
                 points[i].value);
  }
  aws_buf_add_c(&b, "]}");
  if (!b.failed)
    sim_strn(rq, "StateReasonData", aws_buf_str(&b));
  aws_buf_done(&b);
}

static void write_dimensions(struct sim_request *rq, const struct sim_alarm *a) {
  sim_list(rq, "Dimensions", "member");
  for (size_t i = 0; i < a->ndimensions; i++) {
    sim_begin(rq, NULL);
    sim_str(rq, "Name", a->dimensions[i].name);
    sim_str(rq, "Value", a->dimensions[i].value);
    sim_end(rq);
  }
  sim_end(rq);
}

static void topic_of(const struct sim_world *w, const struct sim_alarm *a, char *out, size_t size) {
  snprintf(out, size, "arn:aws:sns:%s:%s:%s-%s-alerts", a->region, w->account, w->project,
           w->environment);
}

static void write_actions(struct sim_request *rq, const struct sim_alarm *a) {
  char topic[256];

  topic_of(rq->world, a, topic, sizeof(topic));
  sim_bool(rq, "ActionsEnabled", true);
  sim_list(rq, "OKActions", "member");
  sim_str(rq, NULL, topic);
  sim_end(rq);
  sim_list(rq, "AlarmActions", "member");
  sim_str(rq, NULL, topic);
  sim_end(rq);
  sim_empty_list(rq, "InsufficientDataActions");
}

static void write_alarm(struct sim_request *rq, const struct sim_alarm *a) {
  const bool extended = strcmp(a->statistic, "p50") >= 0; /* percentiles; the others are words */

  sim_begin(rq, NULL);
  sim_str(rq, "AlarmName", a->name);
  sim_str(rq, "AlarmArn", a->arn);
  sim_str(rq, "AlarmDescription", a->description);
  sim_time(rq, "AlarmConfigurationUpdatedTimestamp", rq->world->began - 90 * SIM_DAY);
  write_actions(rq, a);
  sim_str(rq, "StateValue", states[a->state]);
  sim_str(rq, "StateReason", a->reason);
  write_reason_data(rq, a);
  sim_time(rq, "StateUpdatedTimestamp", a->updated);
  sim_str(rq, "MetricName", a->metric);
  sim_str(rq, "Namespace", a->namespace);
  sim_str(rq, extended ? "ExtendedStatistic" : "Statistic", a->statistic);
  write_dimensions(rq, a);
  sim_int(rq, "Period", a->period_s);
  sim_int(rq, "EvaluationPeriods", a->evaluations);
  sim_int(rq, "DatapointsToAlarm", a->evaluations);
  sim_double(rq, "Threshold", a->threshold);
  sim_str(rq, "ComparisonOperator", a->comparison);
  sim_str(rq, "TreatMissingData", a->missing);
  sim_time(rq, "StateTransitionedTimestamp", a->transitioned);
  sim_end(rq);
}

/* ---- choosing -------------------------------------------------------------------------------- */

static bool among(const cJSON *list, const char *text) {
  const cJSON *item;

  cJSON_ArrayForEach(item, list) if (strcmp(sim_item_str(item), text) == 0) return true;
  return false;
}

static bool starts(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool wanted(const struct sim_request *rq, const struct sim_alarm *a) {
  const cJSON *names = sim_in_list(rq, "AlarmNames"), *types = sim_in_list(rq, "AlarmTypes");
  const char *prefix = sim_in_str(rq, "AlarmNamePrefix"), *state = sim_in_str(rq, "StateValue");
  const char *action = sim_in_str(rq, "ActionPrefix");
  char topic[256];

  topic_of(rq->world, a, topic, sizeof(topic));
  return strcmp(a->region, rq->region) == 0 && (!names || among(names, a->name)) &&
         (!types || among(types, "MetricAlarm")) && (!prefix || starts(a->name, prefix)) &&
         (!state || strcmp(state, states[a->state]) == 0) && (!action || starts(topic, action)) &&
         !sim_in_has(rq, "ChildrenOfAlarmName") && !sim_in_has(rq, "ParentsOfAlarmName");
}

static bool check_combination(struct sim_request *rq) {
  static const char *const others[] = {"AlarmNames", "AlarmNamePrefix", "StateValue",
                                       "ActionPrefix"};
  const char *family = sim_in_has(rq, "ChildrenOfAlarmName")  ? "ChildrenOfAlarmName"
                       : sim_in_has(rq, "ParentsOfAlarmName") ? "ParentsOfAlarmName"
                                                              : NULL;

  for (size_t i = 0; family && i < sizeof(others) / sizeof(others[0]); i++)
    if (sim_in_has(rq, others[i])) {
      sim_error(rq, 400, "ValidationError", "%s cannot be combined with %s", family, others[i]);
      return false;
    }
  if (sim_in_has(rq, "AlarmNames") && sim_in_has(rq, "AlarmNamePrefix")) {
    sim_error(rq, 400, "ValidationError",
              "AlarmNamePrefix and AlarmNames cannot both be specified");
    return false;
  }
  return true;
}

static void describe_alarms(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->alarms;
  const struct sim_alarm **match = aws_arena_alloc_n(rq->arena, all->n + 1, sizeof(*match));
  struct sim_page page;
  size_t n = 0;

  if (!match) {
    sim_error(rq, 500, "InternalServiceError", "out of memory");
    return;
  }
  if (!check_combination(rq))
    return;
  for (size_t i = 0; i < all->n; i++)
    if (wanted(rq, all->v[i]))
      match[n++] = all->v[i];
  if (!sim_page(rq, "NextToken", "MaxRecords", 50, n, &page))
    return;
  sim_empty_list(rq, "CompositeAlarms");
  sim_list(rq, "MetricAlarms", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_alarm(rq, match[i]);
  sim_end(rq);
  sim_next(rq, "NextToken", &page);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const struct sim_param alarms_params[] = {
    {.name = "AlarmNames", .kind = SIM_P_LIST, .max = 100},
    {.name = "AlarmNamePrefix", .kind = SIM_P_STR, .min = 1, .max = 255},
    {.name = "AlarmTypes", .kind = SIM_P_LIST, .allowed = alarm_types},
    {.name = "ChildrenOfAlarmName", .kind = SIM_P_STR, .min = 1, .max = 255},
    {.name = "ParentsOfAlarmName", .kind = SIM_P_STR, .min = 1, .max = 255},
    {.name = "StateValue", .kind = SIM_P_STR, .allowed = states},
    {.name = "ActionPrefix", .kind = SIM_P_STR, .min = 1, .max = 1024},
    {.name = "MaxRecords", .kind = SIM_P_INT, .min = 1, .max = 100},
    {.name = "NextToken", .kind = SIM_P_STR},
};
static const char *const orders[] = {"TimestampDescending", "TimestampAscending", NULL};
static const struct sim_param data_params[] = {
    {.name = "MetricDataQueries", .kind = SIM_P_LIST, .required = true},
    {.name = "StartTime", .kind = SIM_P_TIME, .required = true},
    {.name = "EndTime", .kind = SIM_P_TIME, .required = true},
    {.name = "NextToken", .kind = SIM_P_STR},
    {.name = "ScanBy", .kind = SIM_P_STR, .allowed = orders},
    {.name = "MaxDatapoints", .kind = SIM_P_INT, .min = 1, .max = CLOUDWATCH_POINTS_MAX},
    {.name = "LabelOptions", .kind = SIM_P_STRUCT},
};

const struct sim_op sim_ops_cloudwatch[] = {
    {.name = "DescribeAlarms", .handler = describe_alarms, .SIM_PARAMS(alarms_params)},
    {.name = "GetMetricData", .handler = cloudwatch_get_metric_data, .SIM_PARAMS(data_params)},
    {.name = NULL},
};
