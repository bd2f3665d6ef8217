/* Static keys of one section of a file. */
#include "config.h"

#include "aws/identity/provider.h"

#include <stdio.h>

static struct aws_str get(const struct aws_ini_section *section, const char *key) {
  return aws_ini_get(section, aws_str_from(key));
}

void aws_provider_section(struct aws_provider_run *run, const struct aws_ini_section *section,
                          const char *path, const char *heading) {
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  if (!section) {
    aws_provider_none(run, "%s (no such profile in it)", path ? path : "a file (there is no HOME)");
    return;
  }
  struct aws_str id = get(section, "aws_access_key_id");
  struct aws_str secret = get(section, "aws_secret_access_key");
  struct aws_str token = get(section, "aws_security_token"); /* before the other one, as botocore */
  struct aws_str account = aws_profile_get(run->profile, "aws_account_id");
  if (id.n == 0 && secret.n == 0) {
    aws_provider_none(run, "%s ([%s%s] has no aws_access_key_id)", path, heading, section->name);
    return;
  }
  if (token.n == 0)
    token = get(section, "aws_session_token");
  if (account.n < sizeof creds.account)
    snprintf(creds.account, sizeof creds.account, "%.*s", AWS_STR_ARG(account));
  if (id.n == 0 || secret.n == 0)
    aws_error_set(&err, AWS_E_CREDENTIALS, "%s: [%s%s] has %s but not %s", path, heading,
                  section->name, id.n ? "aws_access_key_id" : "aws_secret_access_key",
                  id.n ? "aws_secret_access_key" : "aws_access_key_id");
  if (err.code == AWS_OK && aws_creds_set(&creds, id, secret, token, &err))
    aws_provider_give(run, &creds);
  else
    aws_provider_fail(run, &err);
  aws_creds_done(&creds);
}
