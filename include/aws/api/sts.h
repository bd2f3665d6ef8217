/* STS: who is asking, and roles to take on. https://docs.aws.amazon.com/STS/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_STS_H
#define CAWSOLE_AWS_API_STS_H

#include "aws/client.h"

struct sts_identity {
  uint64_t has;
  struct aws_str account, arn, user_id;
};

struct sts_credentials {
  uint64_t has;
  struct aws_str key_id, secret, token;
  aws_ms expires;
};

struct sts_session {
  uint64_t has;
  struct sts_credentials credentials;
  struct aws_str arn; /* arn:aws:sts::123456789012:assumed-role/Ops/ann */
};

extern const struct aws_type sts_identity_type, sts_session_type, sts_web_session_type;
extern const struct aws_op sts_assume_role, sts_assume_role_with_web_identity;
extern const struct aws_op sts_get_caller_identity;

#endif
