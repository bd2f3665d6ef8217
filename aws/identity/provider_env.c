/* AWS_ACCESS_KEY_ID and what goes with it. */
#include "config.h"

#include "aws/identity/provider.h"

#include <stdio.h>

/* A variable that is blank counts as one that is not set. */
static struct aws_str variable(const struct aws_settings *s, const char *name) {
  return aws_str_trim(aws_str_from(aws_settings_env(s, name)));
}

static bool read_variables(const struct aws_settings *s, struct aws_creds *out,
                           struct aws_error *err) {
  struct aws_str id = variable(s, "AWS_ACCESS_KEY_ID"),
                 secret = variable(s, "AWS_SECRET_ACCESS_KEY"),
                 token = variable(s, "AWS_SECURITY_TOKEN"), account = variable(s, "AWS_ACCOUNT_ID"),
                 expires = variable(s, "AWS_CREDENTIAL_EXPIRATION");
  if (secret.n == 0) {
    aws_error_set(
        err, AWS_E_CREDENTIALS,
        "AWS_ACCESS_KEY_ID is set but AWS_SECRET_ACCESS_KEY is not: set both, or neither");
    return false;
  }
  if (token.n == 0)
    token = variable(s, "AWS_SESSION_TOKEN");
  if (expires.n > 0 && !aws_time_parse(expires, &out->expires)) {
    aws_error_set(err, AWS_E_CREDENTIALS, "AWS_CREDENTIAL_EXPIRATION is not a time: %.*s",
                  expires.n < 60 ? (int)expires.n : 60, expires.p);
    return false;
  }
  if (account.n < sizeof out->account)
    snprintf(out->account, sizeof out->account, "%.*s", AWS_STR_ARG(account));
  return aws_creds_set(out, id, secret, token, err);
}

static void start(struct aws_provider_run *run, void *state) {
  const struct aws_settings *s = run->settings;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  (void)state;
  if (variable(s, "AWS_ACCESS_KEY_ID").n == 0) /* a secret alone is nothing, as for the AWS CLI */
    aws_provider_none(run, "the environment (no AWS_ACCESS_KEY_ID)");
  else if (read_variables(s, &creds, &err))
    aws_provider_give(run, &creds);
  else
    aws_provider_fail(run, &err);
  aws_creds_done(&creds);
}

const struct aws_provider aws_provider_environment = {.name = "environment", .start = start};
