/* Application Auto Scaling. */
#include "config.h"

#include "aws/api/autoscaling.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_autoscaling = {
    .id = "application-autoscaling",
    .endpoint_var = "APPLICATION_AUTO_SCALING",
    .host_prefix = "application-autoscaling",
    .signing_name = "application-autoscaling",
    .protocol = AWS_JSON_1_1,
    .target_prefix = "AnyScaleFrontendService",
};

static const struct aws_limit describe = {"Application Auto Scaling", 1, 10, false};

static const struct aws_field target_fields[] = {
    AWS_MUST_STR(autoscaling_target, resource_id, "ResourceId"),
    AWS_MUST_STR(autoscaling_target, dimension, "ScalableDimension"),
    AWS_MUST_COUNT(autoscaling_target, min, "MinCapacity"),
    AWS_MUST_COUNT(autoscaling_target, max, "MaxCapacity"),
    AWS_F_BOOL(autoscaling_target, in_suspended, "SuspendedState/DynamicScalingInSuspended"),
    AWS_F_BOOL(autoscaling_target, out_suspended, "SuspendedState/DynamicScalingOutSuspended"),
    AWS_F_BOOL(autoscaling_target, scheduled_suspended, "SuspendedState/ScheduledScalingSuspended"),
};
AWS_TYPE(autoscaling_target_type, "ScalableTarget", autoscaling_target, target_fields);

#define TRACKING "TargetTrackingScalingPolicyConfiguration/"
static const struct aws_field policy_fields[] = {
    AWS_MUST_STR(autoscaling_policy, arn, "PolicyARN"),
    AWS_MUST_STR(autoscaling_policy, name, "PolicyName"),
    AWS_MUST_STR(autoscaling_policy, resource_id, "ResourceId"),
    AWS_MUST_STR(autoscaling_policy, type, "PolicyType"),
    AWS_F_DOUBLE(autoscaling_policy, target_value, TRACKING "TargetValue"),
    AWS_F_STR(autoscaling_policy, metric_type,
              TRACKING "PredefinedMetricSpecification/PredefinedMetricType"),
    AWS_F_BOOL(autoscaling_policy, scale_in_disabled, TRACKING "DisableScaleIn"),
};
AWS_TYPE(autoscaling_policy_type, "ScalingPolicy", autoscaling_policy, policy_fields);

const struct aws_op autoscaling_describe_targets = {
    .name = "DescribeScalableTargets",
    .service = &aws_service_autoscaling,
    .limit = &describe,
    .items = "ScalableTargets",
    .item = &autoscaling_target_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxResults",
    .size = 50,
};

const struct aws_op autoscaling_describe_policies = {
    .name = "DescribeScalingPolicies",
    .service = &aws_service_autoscaling,
    .limit = &describe,
    .items = "ScalingPolicies",
    .item = &autoscaling_policy_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxResults",
    .size = 10,
};
