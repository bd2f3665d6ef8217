/* Parameter Store. */
#include "config.h"

#include "aws/api/rows.h"
#include "aws/api/ssm.h"

const struct aws_service aws_service_ssm = {
    .id = "ssm",
    .endpoint_var = "SSM",
    .host_prefix = "ssm",
    .signing_name = "ssm",
    .protocol = AWS_JSON_1_1,
    .target_prefix = "AmazonSSM",
};

/* One bucket for GetParameter, GetParameters and GetParametersByPath. */
static const struct aws_limit get_parameters = {"SSM parameter read", 40, 0, true};
static const struct aws_limit describe_parameters = {"SSM DescribeParameters", 1, 10, false};
static const struct aws_limit parameter_history = {"SSM GetParameterHistory", 1, 10, false};

static const struct aws_field metadata_fields[] = {
    AWS_MUST_STR(ssm_parameter_metadata, name, "Name"),
    AWS_F_STR(ssm_parameter_metadata, arn, "ARN"),
    AWS_MUST_STR(ssm_parameter_metadata, type, "Type"),
    AWS_F_STR(ssm_parameter_metadata, key_id, "KeyId"),
    AWS_MUST_TIME(ssm_parameter_metadata, last_modified, "LastModifiedDate"),
    AWS_F_STR(ssm_parameter_metadata, last_modified_user, "LastModifiedUser"),
    AWS_F_STR(ssm_parameter_metadata, description, "Description"),
    AWS_MUST_COUNT(ssm_parameter_metadata, version, "Version"),
    AWS_F_STR(ssm_parameter_metadata, tier, "Tier"),
    AWS_F_STR(ssm_parameter_metadata, data_type, "DataType"),
};
AWS_TYPE(ssm_parameter_metadata_type, "ParameterMetadata", ssm_parameter_metadata, metadata_fields);

static const struct aws_field parameter_fields[] = {
    AWS_MUST_STR(ssm_parameter, name, "Name"),
    AWS_MUST_STR(ssm_parameter, type, "Type"),
    AWS_F_STR(ssm_parameter, value, "Value"),
    AWS_MUST_COUNT(ssm_parameter, version, "Version"),
    AWS_F_TIME(ssm_parameter, last_modified, "LastModifiedDate"),
    AWS_F_STR(ssm_parameter, arn, "ARN"),
};
AWS_TYPE(ssm_parameter_type, "Parameter", ssm_parameter, parameter_fields);

static const struct aws_field version_fields[] = {
    AWS_MUST_STR(ssm_parameter_version, name, "Name"),
    AWS_MUST_STR(ssm_parameter_version, type, "Type"),
    AWS_F_TIME(ssm_parameter_version, last_modified, "LastModifiedDate"),
    AWS_F_STR(ssm_parameter_version, last_modified_user, "LastModifiedUser"),
    AWS_F_STR(ssm_parameter_version, value, "Value"),
    AWS_MUST_COUNT(ssm_parameter_version, version, "Version"),
    AWS_F_STRS(ssm_parameter_version, labels, "Labels"),
    AWS_F_STR(ssm_parameter_version, tier, "Tier"),
};
AWS_TYPE(ssm_parameter_version_type, "ParameterHistory", ssm_parameter_version, version_fields);

const struct aws_op ssm_describe_parameters = {
    .name = "DescribeParameters",
    .service = &aws_service_ssm,
    .limit = &describe_parameters,
    .items = "Parameters",
    .item = &ssm_parameter_metadata_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxResults",
    .size = 50,
};

const struct aws_op ssm_get_parameters_by_path = {
    .name = "GetParametersByPath",
    .service = &aws_service_ssm,
    .limit = &get_parameters,
    .items = "Parameters",
    .item = &ssm_parameter_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxResults",
    .size = 10,
};

const struct aws_op ssm_get_parameters = {
    .name = "GetParameters",
    .service = &aws_service_ssm,
    .limit = &get_parameters,
    .items = "Parameters",
    .item = &ssm_parameter_type,
    .batch = "Names",
    .batch_max = 10,
};

const struct aws_op ssm_get_parameter_history = {
    .name = "GetParameterHistory",
    .service = &aws_service_ssm,
    .limit = &parameter_history,
    .items = "Parameters",
    .item = &ssm_parameter_version_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxResults",
    .size = 50,
};
