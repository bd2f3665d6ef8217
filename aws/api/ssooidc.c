/* IAM Identity Center's OpenID Connect. */
#include "config.h"

#include "aws/api/rows.h"
#include "aws/api/ssooidc.h"

const struct aws_service aws_service_ssooidc = {
    .id = "sso-oidc",
    .endpoint_var = "SSO_OIDC",
    .host_prefix = "oidc",
    .signing_name = "sso-oauth",
    .protocol = AWS_REST_JSON,
};

static const struct aws_limit requests = {"IAM Identity Center OIDC", 20, 0, false};

static const struct aws_field client_fields[] = {
    AWS_F_STR(ssooidc_client, id, "clientId"),
    AWS_F_STR(ssooidc_client, secret, "clientSecret"),
    AWS_F_INT(ssooidc_client, secret_expires, "clientSecretExpiresAt"),
};
AWS_TYPE(ssooidc_client_type, "RegisterClientResponse", ssooidc_client, client_fields);

static const struct aws_field device_fields[] = {
    AWS_F_STR(ssooidc_device, device_code, "deviceCode"),
    AWS_F_STR(ssooidc_device, user_code, "userCode"),
    AWS_F_STR(ssooidc_device, url, "verificationUri"),
    AWS_F_STR(ssooidc_device, url_complete, "verificationUriComplete"),
    AWS_F_INT(ssooidc_device, expires_in, "expiresIn"),
    AWS_F_INT(ssooidc_device, interval, "interval"),
};
AWS_TYPE(ssooidc_device_type, "StartDeviceAuthorizationResponse", ssooidc_device, device_fields);

static const struct aws_field token_fields[] = {
    AWS_F_STR(ssooidc_token, access_token, "accessToken"),
    AWS_F_STR(ssooidc_token, refresh_token, "refreshToken"),
    AWS_F_INT(ssooidc_token, expires_in, "expiresIn"),
};
AWS_TYPE(ssooidc_token_type, "CreateTokenResponse", ssooidc_token, token_fields);

const struct aws_op ssooidc_create_token = {
    .name = "CreateToken",
    .service = &aws_service_ssooidc,
    .limit = &requests,
    .method = "POST",
    .path = "/token",
    .items = "",
    .item = &ssooidc_token_type,
    .write = true,
    .anonymous = true,
};

const struct aws_op ssooidc_register_client = {
    .name = "RegisterClient",
    .service = &aws_service_ssooidc,
    .limit = &requests,
    .method = "POST",
    .path = "/client/register",
    .items = "",
    .item = &ssooidc_client_type,
    .write = true,
    .anonymous = true,
};

const struct aws_op ssooidc_start_device = {
    .name = "StartDeviceAuthorization",
    .service = &aws_service_ssooidc,
    .limit = &requests,
    .method = "POST",
    .path = "/device_authorization",
    .items = "",
    .item = &ssooidc_device_type,
    .write = true,
    .anonymous = true,
};
