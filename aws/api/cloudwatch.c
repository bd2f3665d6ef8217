/* CloudWatch metrics and alarms. Of the three protocols that it speaks this is JSON 1.0. */
#include "config.h"

#include "aws/api/cloudwatch.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_cloudwatch = {
    .id = "cloudwatch",
    .endpoint_var = "CLOUDWATCH",
    .host_prefix = "monitoring",
    .signing_name = "monitoring",
    .protocol = AWS_JSON_1_0,
    .target_prefix = "GraniteServiceVersion20100801",
    .query_mode = true,
};

static const struct aws_limit metric_data = {"CloudWatch GetMetricData", 500, 0, true};
static const struct aws_limit alarms = {"CloudWatch DescribeAlarms", 9, 0, true};

static const struct aws_field series_fields[] = {
    AWS_MUST_STR(cloudwatch_series, id, "Id"),
    AWS_F_STR(cloudwatch_series, label, "Label"),
    AWS_F_TIMES(cloudwatch_series, timestamps, "Timestamps"),
    AWS_F_DOUBLES(cloudwatch_series, values, "Values"),
    AWS_F_STR(cloudwatch_series, status, "StatusCode"),
};
AWS_TYPE(cloudwatch_series_type, "MetricDataResult", cloudwatch_series, series_fields);

static const struct aws_field dimension_fields[] = {
    AWS_MUST_STR(cloudwatch_dimension, name, "Name"),
    AWS_MUST_STR(cloudwatch_dimension, value, "Value"),
};
static AWS_TYPE(dimension_type, "Dimension", cloudwatch_dimension, dimension_fields);

static const struct aws_field alarm_fields[] = {
    AWS_MUST_STR(cloudwatch_alarm, name, "AlarmName"),
    AWS_MUST_STR(cloudwatch_alarm, arn, "AlarmArn"),
    AWS_F_STR(cloudwatch_alarm, description, "AlarmDescription"),
    AWS_MUST_STR(cloudwatch_alarm, state, "StateValue"),
    AWS_F_STR(cloudwatch_alarm, reason, "StateReason"),
    AWS_F_TIME(cloudwatch_alarm, updated, "StateUpdatedTimestamp"),
    AWS_F_STR(cloudwatch_alarm, metric, "MetricName"),
    AWS_F_STR(cloudwatch_alarm, namespace, "Namespace"),
    AWS_F_STR(cloudwatch_alarm, statistic, "Statistic"),
    AWS_F_LIST(cloudwatch_alarm, dimensions, "Dimensions", &dimension_type),
    AWS_F_COUNT(cloudwatch_alarm, period, "Period"),
    AWS_F_COUNT(cloudwatch_alarm, evaluation_periods, "EvaluationPeriods"),
    AWS_F_DOUBLE(cloudwatch_alarm, threshold, "Threshold"),
    AWS_F_STR(cloudwatch_alarm, comparison, "ComparisonOperator"),
    AWS_F_TIME(cloudwatch_alarm, transitioned, "StateTransitionedTimestamp"),
};
AWS_TYPE(cloudwatch_alarm_type, "MetricAlarm", cloudwatch_alarm, alarm_fields);

/* AWS takes 500 queries a call; 100 series keep an answer small enough for one turn of the loop. */
const struct aws_op cloudwatch_get_metric_data = {
    .name = "GetMetricData",
    .service = &aws_service_cloudwatch,
    .limit = &metric_data,
    .items = "MetricDataResults",
    .item = &cloudwatch_series_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .batch = "MetricDataQueries",
    .batch_max = 100,
};

const struct aws_op cloudwatch_describe_alarms = {
    .name = "DescribeAlarms",
    .service = &aws_service_cloudwatch,
    .limit = &alarms,
    .items = "MetricAlarms",
    .item = &cloudwatch_alarm_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxRecords",
    .size = 100,
};
