/* Elastic Load Balancing v2. */
#include "config.h"

#include "aws/api/elbv2.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_elbv2 = {
    .id = "elbv2",
    .endpoint_var = "ELASTIC_LOAD_BALANCING_V2",
    .host_prefix = "elasticloadbalancing",
    .signing_name = "elasticloadbalancing",
    .protocol = AWS_QUERY,
    .version = "2015-12-01",
};

static const struct aws_limit describe = {"ELB read", 10, 40, true};

static const struct aws_field zone_fields[] = {
    AWS_F_STR(elbv2_zone, zone_name, "ZoneName"),
    AWS_F_STR(elbv2_zone, subnet_id, "SubnetId"),
};
static AWS_TYPE(zone_type, "AvailabilityZone", elbv2_zone, zone_fields);

static const struct aws_field load_balancer_fields[] = {
    AWS_MUST_STR(elbv2_load_balancer, arn, "LoadBalancerArn"),
    AWS_F_STR(elbv2_load_balancer, dns_name, "DNSName"),
    AWS_F_TIME(elbv2_load_balancer, created, "CreatedTime"),
    AWS_MUST_STR(elbv2_load_balancer, name, "LoadBalancerName"),
    AWS_F_STR(elbv2_load_balancer, scheme, "Scheme"),
    AWS_F_STR(elbv2_load_balancer, vpc_id, "VpcId"),
    AWS_MUST_STR(elbv2_load_balancer, state_code, "State/Code"),
    AWS_F_STR(elbv2_load_balancer, state_reason, "State/Reason"),
    AWS_MUST_STR(elbv2_load_balancer, type, "Type"),
    AWS_F_LIST(elbv2_load_balancer, zones, "AvailabilityZones", &zone_type),
};
AWS_TYPE(elbv2_load_balancer_type, "LoadBalancer", elbv2_load_balancer, load_balancer_fields);

static const struct aws_field forward_fields[] = {
    AWS_F_STR(elbv2_forward, target_group_arn, "TargetGroupArn"),
    AWS_F_COUNT(elbv2_forward, weight, "Weight"),
};
static AWS_TYPE(forward_type, "TargetGroupTuple", elbv2_forward, forward_fields);

static const struct aws_field action_fields[] = {
    AWS_MUST_STR(elbv2_action, type, "Type"),
    AWS_F_STR(elbv2_action, target_group_arn, "TargetGroupArn"),
    AWS_F_COUNT(elbv2_action, order, "Order"),
    AWS_F_LIST(elbv2_action, forwards, "ForwardConfig/TargetGroups", &forward_type),
};
static AWS_TYPE(action_type, "Action", elbv2_action, action_fields);

static const struct aws_field listener_fields[] = {
    AWS_MUST_STR(elbv2_listener, arn, "ListenerArn"),
    AWS_MUST_STR(elbv2_listener, load_balancer_arn, "LoadBalancerArn"),
    AWS_F_COUNT(elbv2_listener, port, "Port"),
    AWS_F_STR(elbv2_listener, protocol, "Protocol"),
    AWS_F_STR(elbv2_listener, ssl_policy, "SslPolicy"),
    AWS_F_LIST(elbv2_listener, default_actions, "DefaultActions", &action_type),
};
AWS_TYPE(elbv2_listener_type, "Listener", elbv2_listener, listener_fields);

static const struct aws_field condition_fields[] = {
    AWS_F_STR(elbv2_condition, field, "Field"),
    AWS_F_STRS(elbv2_condition, values, "Values"),
    AWS_F_STRS(elbv2_condition, host_values, "HostHeaderConfig/Values"),
    AWS_F_STRS(elbv2_condition, path_values, "PathPatternConfig/Values"),
};
static AWS_TYPE(condition_type, "RuleCondition", elbv2_condition, condition_fields);

static const struct aws_field rule_fields[] = {
    AWS_MUST_STR(elbv2_rule, arn, "RuleArn"),
    AWS_MUST_STR(elbv2_rule, priority, "Priority"),
    AWS_F_LIST(elbv2_rule, conditions, "Conditions", &condition_type),
    AWS_F_LIST(elbv2_rule, actions, "Actions", &action_type),
    AWS_MUST_BOOL(elbv2_rule, is_default, "IsDefault"),
};
AWS_TYPE(elbv2_rule_type, "Rule", elbv2_rule, rule_fields);

static const struct aws_field target_group_fields[] = {
    AWS_MUST_STR(elbv2_target_group, arn, "TargetGroupArn"),
    AWS_MUST_STR(elbv2_target_group, name, "TargetGroupName"),
    AWS_F_STR(elbv2_target_group, protocol, "Protocol"),
    AWS_F_COUNT(elbv2_target_group, port, "Port"),
    AWS_F_STR(elbv2_target_group, vpc_id, "VpcId"),
    AWS_F_STR(elbv2_target_group, check_protocol, "HealthCheckProtocol"),
    AWS_F_STR(elbv2_target_group, check_port, "HealthCheckPort"),
    AWS_F_BOOL(elbv2_target_group, check_enabled, "HealthCheckEnabled"),
    AWS_F_COUNT(elbv2_target_group, check_interval, "HealthCheckIntervalSeconds"),
    AWS_F_COUNT(elbv2_target_group, check_timeout, "HealthCheckTimeoutSeconds"),
    AWS_F_COUNT(elbv2_target_group, healthy_threshold, "HealthyThresholdCount"),
    AWS_F_COUNT(elbv2_target_group, unhealthy_threshold, "UnhealthyThresholdCount"),
    AWS_F_STR(elbv2_target_group, check_path, "HealthCheckPath"),
    AWS_F_STR(elbv2_target_group, matcher, "Matcher/HttpCode"),
    AWS_F_STRS(elbv2_target_group, load_balancer_arns, "LoadBalancerArns"),
    AWS_MUST_STR(elbv2_target_group, target_type, "TargetType"),
};
AWS_TYPE(elbv2_target_group_type, "TargetGroup", elbv2_target_group, target_group_fields);

static const struct aws_field target_fields[] = {
    AWS_MUST_STR(elbv2_target, id, "Target/Id"),
    AWS_F_COUNT(elbv2_target, port, "Target/Port"),
    AWS_F_STR(elbv2_target, zone, "Target/AvailabilityZone"),
    AWS_F_STR(elbv2_target, check_port, "HealthCheckPort"),
    AWS_MUST_STR(elbv2_target, state, "TargetHealth/State"),
    AWS_F_STR(elbv2_target, reason, "TargetHealth/Reason"),
    AWS_F_STR(elbv2_target, description, "TargetHealth/Description"),
};
AWS_TYPE(elbv2_target_type, "TargetHealthDescription", elbv2_target, target_fields);

const struct aws_op elbv2_describe_load_balancers = {
    .name = "DescribeLoadBalancers",
    .service = &aws_service_elbv2,
    .limit = &describe,
    .items = "LoadBalancers",
    .item = &elbv2_load_balancer_type,
    .token_in = "Marker",
    .token_out = "NextMarker",
    .size_in = "PageSize",
    .size = 400,
    .size_not_with = "LoadBalancerArns Names",
};

const struct aws_op elbv2_describe_listeners = {
    .name = "DescribeListeners",
    .service = &aws_service_elbv2,
    .limit = &describe,
    .items = "Listeners",
    .item = &elbv2_listener_type,
    .token_in = "Marker",
    .token_out = "NextMarker",
    .size_in = "PageSize",
    .size = 400,
    .size_not_with = "ListenerArns",
};

const struct aws_op elbv2_describe_rules = {
    .name = "DescribeRules",
    .service = &aws_service_elbv2,
    .limit = &describe,
    .items = "Rules",
    .item = &elbv2_rule_type,
    .token_in = "Marker",
    .token_out = "NextMarker",
    .size_in = "PageSize",
    .size = 400,
    .size_not_with = "RuleArns",
};

const struct aws_op elbv2_describe_target_groups = {
    .name = "DescribeTargetGroups",
    .service = &aws_service_elbv2,
    .limit = &describe,
    .items = "TargetGroups",
    .item = &elbv2_target_group_type,
    .token_in = "Marker",
    .token_out = "NextMarker",
    .size_in = "PageSize",
    .size = 400,
    .size_not_with = "TargetGroupArns Names",
};

/* One target group a call, and never in pages. */
const struct aws_op elbv2_describe_target_health = {
    .name = "DescribeTargetHealth",
    .service = &aws_service_elbv2,
    .limit = &describe,
    .items = "TargetHealthDescriptions",
    .item = &elbv2_target_type,
};
