/* S3: the buckets of the account. */
#include "config.h"

#include "aws/api/rows.h"
#include "aws/api/s3.h"

const struct aws_service aws_service_s3 = {
    .id = "s3",
    .endpoint_var = "S3",
    .host_prefix = "s3",
    .signing_name = "s3",
    .protocol = AWS_REST_XML,
};

static const struct aws_limit list_buckets = {"S3 ListBuckets", 1, 10, false};

static const struct aws_field bucket_fields[] = {
    AWS_MUST_STR(s3_bucket, name, "Name"),
    AWS_F_TIME(s3_bucket, created, "CreationDate"),
    AWS_F_STR(s3_bucket, region, "BucketRegion"),
    AWS_F_STR(s3_bucket, arn, "BucketArn"),
};
AWS_TYPE(s3_bucket_type, "Bucket", s3_bucket, bucket_fields);

const struct aws_op s3_list_buckets = {
    .name = "ListBuckets",
    .service = &aws_service_s3,
    .limit = &list_buckets,
    .method = "GET",
    .path = "/",
    .query = "MaxBuckets=max-buckets ContinuationToken=continuation-token Prefix=prefix "
             "BucketRegion=bucket-region",
    .items = "Buckets",
    .item = &s3_bucket_type,
    .token_in = "ContinuationToken",
    .token_out = "ContinuationToken",
    .size_in = "MaxBuckets",
    .size = 1000,
};
