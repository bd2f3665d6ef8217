#include "aws/auth/settings.h"

enum aws_provided aws_provider_environment(const struct aws_settings *s, struct aws_creds *out,
                                           struct aws_buf *looked, struct aws_error *err) {
  if (s->profile_from_option) {
    aws_buf_add_c(looked, "the environment (not when a profile is named)");
    return AWS_PROVIDED_NONE;
  }
  const char *id = aws_settings_env(s, "AWS_ACCESS_KEY_ID");
  const char *secret = aws_settings_env(s, "AWS_SECRET_ACCESS_KEY");
  const char *token = aws_settings_env(s, "AWS_SESSION_TOKEN");
  if (!id && !secret) {
    aws_buf_add_c(looked, "the environment (no AWS_ACCESS_KEY_ID)");
    return AWS_PROVIDED_NONE;
  }
  if (!id || !secret) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s is set but %s is not: set both, or neither",
                  id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                  id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
    return AWS_PROVIDED_FAILED;
  }
  if (!token)
    token = aws_settings_env(s, "AWS_SECURITY_TOKEN");
  const char *expires = aws_settings_env(s, "AWS_CREDENTIAL_EXPIRATION");
  if (expires && !aws_time_parse(aws_str_from(expires), &out->expires)) {
    aws_error_set(err, AWS_E_CREDENTIALS, "AWS_CREDENTIAL_EXPIRATION is not a time: %.60s",
                  expires);
    return AWS_PROVIDED_FAILED;
  }
  return aws_creds_set(out, aws_str_from(id), aws_str_from(secret), aws_str_from(token), err)
             ? AWS_PROVIDED
             : AWS_PROVIDED_FAILED;
}
