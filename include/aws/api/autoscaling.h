/* Application Auto Scaling. https://docs.aws.amazon.com/autoscaling/application/APIReference/ */
#ifndef CAWSOLE_AWS_API_AUTOSCALING_H
#define CAWSOLE_AWS_API_AUTOSCALING_H

#include "aws/client.h"

struct autoscaling_target {
  uint64_t has;
  struct aws_str resource_id, dimension;
  int64_t min, max;
  bool in_suspended, out_suspended, scheduled_suspended;
};
struct autoscaling_policy {
  uint64_t has;
  struct aws_str name, arn, type, resource_id, metric_type;
  double target_value;
  bool scale_in_disabled;
};
extern const struct aws_type autoscaling_target_type, autoscaling_policy_type;
extern const struct aws_op autoscaling_describe_targets, autoscaling_describe_policies;

#endif
