/* IAM Identity Center's portal: keys for a role, for whoever has logged in.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/ */
#ifndef CAWSOLE_AWS_API_SSO_H
#define CAWSOLE_AWS_API_SSO_H

#include "aws/client.h"

struct sso_role_credentials {
  uint64_t has;
  struct aws_str key_id, secret, token;
  int64_t expires; /* ms since 1970 */
};
extern const struct aws_type sso_role_credentials_type;
extern const struct aws_op sso_get_role_credentials;

#endif
