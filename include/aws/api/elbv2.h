/* Elastic Load Balancing v2.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_ELBV2_H
#define CAWSOLE_AWS_API_ELBV2_H

#include "aws/client.h"

struct elbv2_zone {
  uint64_t has;
  struct aws_str zone_name, subnet_id;
};
struct elbv2_load_balancer {
  uint64_t has;
  struct aws_str arn, name, dns_name, type, scheme, vpc_id, state_code, state_reason;
  aws_ms created;
  struct aws_list zones; /* struct elbv2_zone */
};
struct elbv2_forward {
  uint64_t has;
  struct aws_str target_group_arn;
  int64_t weight;
};
struct elbv2_action {
  uint64_t has;
  struct aws_str type, target_group_arn;
  int64_t order;
  struct aws_list forwards; /* struct elbv2_forward: ForwardConfig/TargetGroups */
};
struct elbv2_listener {
  uint64_t has;
  struct aws_str arn, load_balancer_arn, protocol, ssl_policy;
  int64_t port;
  struct aws_list default_actions; /* struct elbv2_action */
};
struct elbv2_condition {
  uint64_t has;
  struct aws_str field;
  struct aws_list values;
  struct aws_list host_values, path_values; /* HostHeaderConfig/Values, PathPatternConfig/Values */
};
struct elbv2_rule {
  uint64_t has;
  struct aws_str arn, priority;
  bool is_default;
  struct aws_list conditions; /* struct elbv2_condition */
  struct aws_list actions;    /* struct elbv2_action */
};
struct elbv2_target_group {
  uint64_t has;
  struct aws_str arn, name, protocol, vpc_id, target_type;
  struct aws_str check_protocol, check_port, check_path, matcher;
  int64_t port, check_interval, check_timeout, healthy_threshold, unhealthy_threshold;
  bool check_enabled;
  struct aws_list load_balancer_arns;
};
struct elbv2_target {
  uint64_t has;
  struct aws_str id, zone;
  int64_t port;
  struct aws_str check_port, state, reason, description;
};
extern const struct aws_type elbv2_load_balancer_type, elbv2_listener_type, elbv2_rule_type,
    elbv2_target_group_type, elbv2_target_type;
extern const struct aws_op elbv2_describe_load_balancers, elbv2_describe_listeners,
    elbv2_describe_rules, elbv2_describe_target_groups, elbv2_describe_target_health;

#endif
