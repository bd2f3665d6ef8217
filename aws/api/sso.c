/* IAM Identity Center's portal. */
#include "config.h"

#include "aws/api/rows.h"
#include "aws/api/sso.h"

const struct aws_service aws_service_sso = {
    .id = "sso",
    .endpoint_var = "SSO",
    .host_prefix = "portal.sso",
    .signing_name = "awsssoportal",
    .protocol = AWS_REST_JSON,
};

static const struct aws_limit requests = {"IAM Identity Center portal", 20, 0, false};

static const struct aws_field role_credentials_fields[] = {
    AWS_F_STR(sso_role_credentials, key_id, "accessKeyId"),
    AWS_F_STR(sso_role_credentials, secret, "secretAccessKey"),
    AWS_F_STR(sso_role_credentials, token, "sessionToken"),
    AWS_F_INT(sso_role_credentials, expires, "expiration"),
};
AWS_TYPE(sso_role_credentials_type, "RoleCredentials", sso_role_credentials,
         role_credentials_fields);

const struct aws_op sso_get_role_credentials = {
    .name = "GetRoleCredentials",
    .service = &aws_service_sso,
    .limit = &requests,
    .method = "GET",
    .path = "/federation/credentials",
    .query = "roleName=role_name accountId=account_id",
    .header = "accessToken=x-amz-sso_bearer_token",
    .items = "roleCredentials",
    .item = &sso_role_credentials_type,
    .anonymous = true,
};
