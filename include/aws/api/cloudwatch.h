/* CloudWatch metrics and alarms, in the JSON 1.0 form.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_CLOUDWATCH_H
#define CAWSOLE_AWS_API_CLOUDWATCH_H

#include "aws/client.h"

struct cloudwatch_series { /* one MetricDataResult: parallel lists */
  uint64_t has;
  struct aws_str id, label, status;
  struct aws_list timestamps; /* aws_ms */
  struct aws_list values;     /* double */
};
struct cloudwatch_dimension {
  uint64_t has;
  struct aws_str name, value;
};
struct cloudwatch_alarm {
  uint64_t has;
  struct aws_str name, arn, description, state, reason, metric, namespace, statistic, comparison;
  aws_ms updated, transitioned;
  double threshold;
  int64_t period, evaluation_periods;
  struct aws_list dimensions; /* struct cloudwatch_dimension */
};
extern const struct aws_type cloudwatch_series_type, cloudwatch_alarm_type;
extern const struct aws_op cloudwatch_get_metric_data, cloudwatch_describe_alarms;

#endif
