/* The token of an IAM Identity Center login, in the cache that the AWS CLI and the SDKs share.
 * https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html
 */
#ifndef CAWSOLE_AWS_IDENTITY_SSO_TOKEN_H
#define CAWSOLE_AWS_IDENTITY_SSO_TOKEN_H

#include "aws/auth/file.h"
#include "aws/identity/provider.h"

/* Where one logs in; all borrowed from the settings. */
struct aws_sso_session {
  struct aws_str name; /* of the sso-session section; {NULL, 0}: the older form, without one */
  struct aws_str start_url, region, scopes;
};

/* Reads sso_session, or the older form, from the profile; sections that contradict each other or
 * lack something are an error. */
bool aws_sso_session_find(const struct aws_settings *s, const struct aws_profile *profile,
                          struct aws_sso_session *out, struct aws_error *err) AWS_MUST_CHECK;

struct aws_sso_token {
  struct aws_secret access, refresh, client_id, client_secret; /* p NULL: not there */
  aws_ms expires, registration_expires;
};
void aws_sso_token_done(struct aws_sso_token *t);

/* ~/.aws/sso/cache/<SHA-1 of the session's name or of the start URL>.json; to be freed. NULL: no
 * memory, or no home. */
char *aws_sso_token_path(const struct aws_settings *s, const struct aws_sso_session *session);
/* Fills a zeroed token. A file without an access token or without its time is FAILED. */
enum aws_file aws_sso_token_read(const char *path, struct aws_sso_token *out,
                                 struct aws_error *err);
bool aws_sso_token_write(const char *path, const struct aws_sso_session *session,
                         const struct aws_sso_token *t, struct aws_error *err) AWS_MUST_CHECK;
/* Takes what CreateToken gave over; the refresh token stays when no new one came. False: *err set,
 * and the token is not to be used. */
struct ssooidc_token;
bool aws_sso_token_renew(struct aws_sso_token *t, const struct ssooidc_token *answer, aws_ms now,
                         struct aws_error *err) AWS_MUST_CHECK;

#endif
