/* Secrets Manager: names only, never a value.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/ */
#ifndef CAWSOLE_AWS_API_SECRETSMANAGER_H
#define CAWSOLE_AWS_API_SECRETSMANAGER_H

#include "aws/client.h"

struct secretsmanager_secret {
  uint64_t has;
  struct aws_str arn, name, description;
  bool rotation_enabled;
  aws_ms last_rotated, last_changed;
};
extern const struct aws_type secretsmanager_secret_type;
extern const struct aws_op secretsmanager_list_secrets;

#endif
