/* STS: who is asking, and roles to take on. */
#include "config.h"

#include "aws/api/rows.h"
#include "aws/api/sts.h"

const struct aws_service aws_service_sts = {
    .id = "sts",
    .endpoint_var = "STS",
    .host_prefix = "sts",
    .signing_name = "sts",
    .protocol = AWS_QUERY,
    .version = "2011-06-15",
};

static const struct aws_limit requests = {"STS requests", 600, 0, true};

static const struct aws_field identity_fields[] = {
    AWS_MUST_STR(sts_identity, arn, "Arn"),
    AWS_F_STR(sts_identity, user_id, "UserId"),
    AWS_MUST_STR(sts_identity, account, "Account"),
};
AWS_TYPE(sts_identity_type, "GetCallerIdentityResponse", sts_identity, identity_fields);

const struct aws_op sts_get_caller_identity = {
    .name = "GetCallerIdentity",
    .service = &aws_service_sts,
    .limit = &requests,
    .items = "",
    .item = &sts_identity_type,
};

/* ---- roles ----------------------------------------------------------------------------------- */

static const struct aws_field credentials_fields[] = {
    AWS_F_STR(sts_credentials, key_id, "AccessKeyId"),
    AWS_F_STR(sts_credentials, secret, "SecretAccessKey"),
    AWS_F_STR(sts_credentials, token, "SessionToken"),
    AWS_F_TIME(sts_credentials, expires, "Expiration"),
};
static AWS_TYPE(credentials_type, "Credentials", sts_credentials, credentials_fields);

static const struct aws_field session_fields[] = {
    AWS_F_STRUCT(sts_session, credentials, "Credentials", &credentials_type),
    AWS_F_STR(sts_session, arn, "AssumedRoleUser/Arn"),
};
AWS_TYPE(sts_session_type, "AssumeRoleResponse", sts_session, session_fields);
AWS_TYPE(sts_web_session_type, "AssumeRoleWithWebIdentityResponse", sts_session, session_fields);

const struct aws_op sts_assume_role = {
    .name = "AssumeRole",
    .service = &aws_service_sts,
    .limit = &requests,
    .items = "",
    .item = &sts_session_type,
};

const struct aws_op sts_assume_role_with_web_identity = {
    .name = "AssumeRoleWithWebIdentity",
    .service = &aws_service_sts,
    .limit = &requests,
    .items = "",
    .item = &sts_web_session_type,
    .anonymous = true,
};
