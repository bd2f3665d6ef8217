/* STS: who is asking. */
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
    AWS_F_STR(sts_identity, arn, "Arn"),
    AWS_F_STR(sts_identity, user_id, "UserId"),
    AWS_F_STR(sts_identity, account, "Account"),
};
AWS_TYPE(sts_identity_type, "GetCallerIdentityResponse", sts_identity, identity_fields);

const struct aws_op sts_get_caller_identity = {
    .name = "GetCallerIdentity",
    .service = &aws_service_sts,
    .limit = &requests,
    .items = "",
    .item = &sts_identity_type,
};
