/* Secrets Manager: names only. */
#include "config.h"

#include "aws/api/rows.h"
#include "aws/api/secretsmanager.h"

const struct aws_service aws_service_secretsmanager = {
    .id = "secretsmanager",
    .endpoint_var = "SECRETS_MANAGER",
    .host_prefix = "secretsmanager",
    .signing_name = "secretsmanager",
    .protocol = AWS_JSON_1_1,
    .target_prefix = "secretsmanager",
};

static const struct aws_limit list_secrets = {"Secrets Manager ListSecrets", 100, 0, true};

static const struct aws_field secret_fields[] = {
    AWS_MUST_STR(secretsmanager_secret, arn, "ARN"),
    AWS_MUST_STR(secretsmanager_secret, name, "Name"),
    AWS_F_STR(secretsmanager_secret, description, "Description"),
    AWS_F_BOOL(secretsmanager_secret, rotation_enabled, "RotationEnabled"),
    AWS_F_TIME(secretsmanager_secret, last_rotated, "LastRotatedDate"),
    AWS_F_TIME(secretsmanager_secret, last_changed, "LastChangedDate"),
};
AWS_TYPE(secretsmanager_secret_type, "SecretListEntry", secretsmanager_secret, secret_fields);

const struct aws_op secretsmanager_list_secrets = {
    .name = "ListSecrets",
    .service = &aws_service_secretsmanager,
    .limit = &list_secrets,
    .items = "SecretList",
    .item = &secretsmanager_secret_type,
    .token_in = "NextToken",
    .token_out = "NextToken",
    .size_in = "MaxResults",
    .size = 100,
};
