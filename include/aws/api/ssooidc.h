/* IAM Identity Center's OpenID Connect: how a device logs in, and stays so.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/ */
#ifndef CAWSOLE_AWS_API_SSOOIDC_H
#define CAWSOLE_AWS_API_SSOOIDC_H

#include "aws/client.h"

struct ssooidc_client {
  uint64_t has;
  struct aws_str id, secret;
  int64_t secret_expires; /* seconds since 1970 */
};

struct ssooidc_device {
  uint64_t has;
  struct aws_str device_code, user_code, url, url_complete;
  int64_t expires_in, interval; /* seconds */
};

struct ssooidc_token {
  uint64_t has;
  struct aws_str access_token, refresh_token;
  int64_t expires_in; /* seconds */
};

extern const struct aws_type ssooidc_client_type, ssooidc_device_type, ssooidc_token_type;
extern const struct aws_op ssooidc_create_token, ssooidc_register_client, ssooidc_start_device;

#endif
