/* Parameter Store. https://docs.aws.amazon.com/systems-manager/latest/APIReference/ */
#ifndef CAWSOLE_AWS_API_SSM_H
#define CAWSOLE_AWS_API_SSM_H

#include "aws/client.h"

struct ssm_parameter_metadata { /* DescribeParameters: no values */
  uint64_t has;
  struct aws_str name, arn, type, key_id, description, last_modified_user, tier, data_type;
  int64_t version;
  aws_ms last_modified;
};
struct ssm_parameter { /* GetParameters, GetParametersByPath */
  uint64_t has;
  struct aws_str name, type, value, arn;
  int64_t version;
  aws_ms last_modified;
};
struct ssm_parameter_version { /* GetParameterHistory */
  uint64_t has;
  struct aws_str name, type, value, last_modified_user, tier;
  int64_t version;
  aws_ms last_modified;
  struct aws_list labels;
};
extern const struct aws_type ssm_parameter_metadata_type, ssm_parameter_type,
    ssm_parameter_version_type;
extern const struct aws_op ssm_describe_parameters, ssm_get_parameters_by_path, ssm_get_parameters,
    ssm_get_parameter_history;

#endif
