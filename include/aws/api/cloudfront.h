/* CloudFront. https://docs.aws.amazon.com/cloudfront/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_CLOUDFRONT_H
#define CAWSOLE_AWS_API_CLOUDFRONT_H

#include "aws/client.h"

struct cloudfront_origin {
  uint64_t has;
  struct aws_str id, domain_name, origin_path;
  struct aws_str protocol_policy; /* CustomOriginConfig/OriginProtocolPolicy */
  int64_t http_port, https_port;
  struct aws_str s3_identity;   /* S3OriginConfig/OriginAccessIdentity */
  struct aws_str vpc_origin_id; /* VpcOriginConfig/VpcOriginId */
};
struct cloudfront_behavior {
  uint64_t has;
  struct aws_str path_pattern, target_origin_id, viewer_protocol_policy;
};
struct cloudfront_origin_group {
  uint64_t has;
  struct aws_str id;
  struct aws_list members; /* struct cloudfront_group_member */
};
struct cloudfront_group_member {
  uint64_t has;
  struct aws_str origin_id;
};
struct cloudfront_distribution {
  uint64_t has;
  struct aws_str id, arn, status, domain_name, comment, price_class, web_acl_id, http_version;
  aws_ms last_modified;
  bool enabled, staging;
  struct aws_list aliases;       /* struct aws_str */
  struct aws_list origins;       /* struct cloudfront_origin */
  struct aws_list origin_groups; /* struct cloudfront_origin_group */
  struct aws_list behaviors;     /* struct cloudfront_behavior: CacheBehaviors/Items */
  struct cloudfront_behavior default_behavior;
};
/* GetDistribution */
struct cloudfront_distribution_detail {
  uint64_t has;
  struct aws_str id, arn, status, domain_name, comment;
  int64_t in_progress_invalidations;
  aws_ms last_modified;
};
struct cloudfront_vpc_origin {
  uint64_t has;
  struct aws_str id, arn, status;
  struct aws_str endpoint_arn, endpoint_name; /* VpcOriginEndpointConfig/Arn: the load balancer */
};
struct cloudfront_invalidation_summary {
  uint64_t has;
  struct aws_str id, status;
  aws_ms create_time;
};
struct cloudfront_invalidation {
  uint64_t has;
  struct aws_str id, status;
  aws_ms create_time;
  struct aws_list paths; /* struct aws_str: InvalidationBatch/Paths/Items */
  struct aws_str caller_reference;
};
extern const struct aws_type cloudfront_distribution_type, cloudfront_distribution_detail_type,
    cloudfront_vpc_origin_type, cloudfront_invalidation_summary_type, cloudfront_invalidation_type;
extern const struct aws_op cloudfront_list_distributions, cloudfront_get_distribution,
    cloudfront_get_vpc_origin, cloudfront_list_invalidations, cloudfront_get_invalidation,
    cloudfront_create_invalidation;

#endif
