/* S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ */
#ifndef CAWSOLE_AWS_API_S3_H
#define CAWSOLE_AWS_API_S3_H

#include "aws/client.h"

struct s3_bucket {
  uint64_t has;
  struct aws_str name, region, arn;
  aws_ms created;
};
extern const struct aws_type s3_bucket_type;
extern const struct aws_op s3_list_buckets;

#endif
