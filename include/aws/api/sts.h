/* STS: who is asking. https://docs.aws.amazon.com/STS/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_STS_H
#define CAWSOLE_AWS_API_STS_H

#include "aws/client.h"

struct sts_identity {
  uint64_t has;
  struct aws_str account, arn, user_id;
};
extern const struct aws_type sts_identity_type;
extern const struct aws_op sts_get_caller_identity;

#endif
