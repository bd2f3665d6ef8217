/* CloudFront: a list is an element with Quantity and, unless that is 0, Items. */
#include "config.h"

#include "aws/api/cloudfront.h"
#include "aws/api/rows.h"

const struct aws_service aws_service_cloudfront = {
    .id = "cloudfront",
    .endpoint_var = "CLOUDFRONT",
    .host_prefix = "cloudfront",
    .signing_name = "cloudfront",
    .protocol = AWS_REST_XML,
    .xmlns = "http://cloudfront.amazonaws.com/doc/2020-05-31/",
    .global = true,
};

static const struct aws_limit requests = {"CloudFront", 1, 10, false};

static const struct aws_field origin_fields[] = {
    AWS_MUST_STR(cloudfront_origin, id, "Id"),
    AWS_MUST_STR(cloudfront_origin, domain_name, "DomainName"),
    AWS_F_STR(cloudfront_origin, origin_path, "OriginPath"),
    AWS_F_STR(cloudfront_origin, s3_identity, "S3OriginConfig/OriginAccessIdentity"),
    AWS_F_COUNT(cloudfront_origin, http_port, "CustomOriginConfig/HTTPPort"),
    AWS_F_COUNT(cloudfront_origin, https_port, "CustomOriginConfig/HTTPSPort"),
    AWS_F_STR(cloudfront_origin, protocol_policy, "CustomOriginConfig/OriginProtocolPolicy"),
    AWS_F_STR(cloudfront_origin, vpc_origin_id, "VpcOriginConfig/VpcOriginId"),
};
static AWS_TYPE(origin_type, "Origin", cloudfront_origin, origin_fields);

static const struct aws_field behavior_fields[] = {
    AWS_F_STR(cloudfront_behavior, target_origin_id, "TargetOriginId"),
    AWS_F_STR(cloudfront_behavior, viewer_protocol_policy, "ViewerProtocolPolicy"),
    AWS_F_STR(cloudfront_behavior, path_pattern, "PathPattern"),
};
static AWS_TYPE(behavior_type, "CacheBehavior", cloudfront_behavior, behavior_fields);

/* The default behavior is for every path and has no pattern; the other fields keep their numbers.
 */
static const struct aws_field default_behavior_fields[] = {
    AWS_F_STR(cloudfront_behavior, target_origin_id, "TargetOriginId"),
    AWS_F_STR(cloudfront_behavior, viewer_protocol_policy, "ViewerProtocolPolicy"),
};
static AWS_TYPE(default_behavior_type, "DefaultCacheBehavior", cloudfront_behavior,
                default_behavior_fields);

static const struct aws_field group_member_fields[] = {
    AWS_F_STR(cloudfront_group_member, origin_id, "OriginId"),
};
static AWS_TYPE(group_member_type, "OriginGroupMember", cloudfront_group_member,
                group_member_fields);

static const struct aws_field origin_group_fields[] = {
    AWS_F_STR(cloudfront_origin_group, id, "Id"),
    AWS_F_LIST(cloudfront_origin_group, members, "Members/Items", &group_member_type),
};
static AWS_TYPE(origin_group_type, "OriginGroup", cloudfront_origin_group, origin_group_fields);

static const struct aws_field distribution_fields[] = {
    AWS_MUST_STR(cloudfront_distribution, id, "Id"),
    AWS_MUST_STR(cloudfront_distribution, arn, "ARN"),
    AWS_MUST_STR(cloudfront_distribution, status, "Status"),
    AWS_MUST_TIME(cloudfront_distribution, last_modified, "LastModifiedTime"),
    AWS_MUST_STR(cloudfront_distribution, domain_name, "DomainName"),
    AWS_F_STRS(cloudfront_distribution, aliases, "Aliases/Items"),
    AWS_F_LIST(cloudfront_distribution, origins, "Origins/Items", &origin_type),
    AWS_F_LIST(cloudfront_distribution, origin_groups, "OriginGroups/Items", &origin_group_type),
    AWS_F_STRUCT(cloudfront_distribution, default_behavior, "DefaultCacheBehavior",
                 &default_behavior_type),
    AWS_F_LIST(cloudfront_distribution, behaviors, "CacheBehaviors/Items", &behavior_type),
    AWS_F_STR(cloudfront_distribution, comment, "Comment"),
    AWS_F_STR(cloudfront_distribution, price_class, "PriceClass"),
    AWS_MUST_BOOL(cloudfront_distribution, enabled, "Enabled"),
    AWS_F_STR(cloudfront_distribution, web_acl_id, "WebACLId"),
    AWS_F_STR(cloudfront_distribution, http_version, "HttpVersion"),
    AWS_F_BOOL(cloudfront_distribution, staging, "Staging"),
};
AWS_TYPE(cloudfront_distribution_type, "DistributionSummary", cloudfront_distribution,
         distribution_fields);

static const struct aws_field detail_fields[] = {
    AWS_MUST_STR(cloudfront_distribution_detail, id, "Id"),
    AWS_MUST_STR(cloudfront_distribution_detail, arn, "ARN"),
    AWS_MUST_STR(cloudfront_distribution_detail, status, "Status"),
    AWS_F_TIME(cloudfront_distribution_detail, last_modified, "LastModifiedTime"),
    AWS_F_COUNT(cloudfront_distribution_detail, in_progress_invalidations,
                "InProgressInvalidationBatches"),
    AWS_MUST_STR(cloudfront_distribution_detail, domain_name, "DomainName"),
    AWS_F_STR(cloudfront_distribution_detail, comment, "DistributionConfig/Comment"),
};
AWS_TYPE(cloudfront_distribution_detail_type, "Distribution", cloudfront_distribution_detail,
         detail_fields);

static const struct aws_field vpc_origin_fields[] = {
    AWS_MUST_STR(cloudfront_vpc_origin, id, "Id"),
    AWS_F_STR(cloudfront_vpc_origin, arn, "Arn"),
    AWS_F_STR(cloudfront_vpc_origin, status, "Status"),
    AWS_F_STR(cloudfront_vpc_origin, endpoint_name, "VpcOriginEndpointConfig/Name"),
    AWS_F_STR(cloudfront_vpc_origin, endpoint_arn, "VpcOriginEndpointConfig/Arn"),
};
AWS_TYPE(cloudfront_vpc_origin_type, "VpcOrigin", cloudfront_vpc_origin, vpc_origin_fields);

static const struct aws_field invalidation_summary_fields[] = {
    AWS_MUST_STR(cloudfront_invalidation_summary, id, "Id"),
    AWS_MUST_TIME(cloudfront_invalidation_summary, create_time, "CreateTime"),
    AWS_MUST_STR(cloudfront_invalidation_summary, status, "Status"),
};
AWS_TYPE(cloudfront_invalidation_summary_type, "InvalidationSummary",
         cloudfront_invalidation_summary, invalidation_summary_fields);

static const struct aws_field invalidation_fields[] = {
    AWS_MUST_STR(cloudfront_invalidation, id, "Id"),
    AWS_MUST_STR(cloudfront_invalidation, status, "Status"),
    AWS_MUST_TIME(cloudfront_invalidation, create_time, "CreateTime"),
    AWS_F_STRS(cloudfront_invalidation, paths, "InvalidationBatch/Paths/Items"),
    AWS_F_STR(cloudfront_invalidation, caller_reference, "InvalidationBatch/CallerReference"),
};
AWS_TYPE(cloudfront_invalidation_type, "Invalidation", cloudfront_invalidation,
         invalidation_fields);

const struct aws_op cloudfront_list_distributions = {
    .name = "ListDistributions",
    .service = &aws_service_cloudfront,
    .limit = &requests,
    .method = "GET",
    .path = "/2020-05-31/distribution",
    .query = "Marker MaxItems",
    .items = "Items",
    .none = "Quantity",
    .item = &cloudfront_distribution_type,
    .token_in = "Marker",
    .token_out = "NextMarker",
    .more = "IsTruncated",
    .size_in = "MaxItems",
    .size = 100,
};

const struct aws_op cloudfront_get_distribution = {
    .name = "GetDistribution",
    .service = &aws_service_cloudfront,
    .limit = &requests,
    .method = "GET",
    .path = "/2020-05-31/distribution/{Id}",
    .items = "",
    .item = &cloudfront_distribution_detail_type,
};

const struct aws_op cloudfront_get_vpc_origin = {
    .name = "GetVpcOrigin",
    .service = &aws_service_cloudfront,
    .limit = &requests,
    .method = "GET",
    .path = "/2020-05-31/vpc-origin/{Id}",
    .items = "",
    .item = &cloudfront_vpc_origin_type,
};

const struct aws_op cloudfront_list_invalidations = {
    .name = "ListInvalidations",
    .service = &aws_service_cloudfront,
    .limit = &requests,
    .method = "GET",
    .path = "/2020-05-31/distribution/{DistributionId}/invalidation",
    .query = "Marker MaxItems",
    .items = "Items",
    .none = "Quantity",
    .item = &cloudfront_invalidation_summary_type,
    .token_in = "Marker",
    .token_out = "NextMarker",
    .more = "IsTruncated",
    .size_in = "MaxItems",
    .size = 100,
};

const struct aws_op cloudfront_get_invalidation = {
    .name = "GetInvalidation",
    .service = &aws_service_cloudfront,
    .limit = &requests,
    .method = "GET",
    .path = "/2020-05-31/distribution/{DistributionId}/invalidation/{Id}",
    .items = "",
    .item = &cloudfront_invalidation_type,
};

const struct aws_op cloudfront_create_invalidation = {
    .name = "CreateInvalidation",
    .service = &aws_service_cloudfront,
    .limit = &requests,
    .method = "POST",
    .path = "/2020-05-31/distribution/{DistributionId}/invalidation",
    .lists = "Items=Path",
    .root = "InvalidationBatch",
    .items = "",
    .item = &cloudfront_invalidation_type,
    .write = true,
};
