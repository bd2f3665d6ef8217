/* What the two ways to take on a role have in common. */
#include "config.h"

#include "aws/api/sts.h"
#include "aws/identity/exchange.h"
#include "aws/identity/keys.h"

#include <stdio.h>

enum { DURATION_LEAST = 900, DURATION_MOST = 43200 };

const char *aws_sts_region(const struct aws_provider_run *run) {
  if (run->settings->region)
    return run->settings->region;
  struct aws_str region = aws_profile_get(run->profile, "region");
  return region.n > 0 ? region.p : run->region ? run->region : "us-east-1";
}

bool aws_sts_creds(const struct sts_session *session, struct aws_creds *out,
                   struct aws_error *err) {
  const struct sts_credentials *c = &session->credentials;
  if (c->key_id.n == 0 || c->secret.n == 0 || c->token.n == 0) {
    aws_error_set(err, AWS_E_BODY, "the answer of STS has no whole set of keys");
    return false;
  }
  aws_keys_of_arn(out, session->arn);
  if (session->arn.n < sizeof out->arn)
    snprintf(out->arn, sizeof out->arn, "%.*s", AWS_STR_ARG(session->arn));
  out->expires = c->expires;
  return aws_creds_set(out, c->key_id, c->secret, c->token, err);
}

bool aws_sts_session_name(const struct aws_provider_run *run, struct aws_str name, cJSON *in) {
  const struct aws_clock *clock = aws_io_clock(run->io);
  char made[40];
  if (name.n == 0) {
    snprintf(made, sizeof made, "cawsole-%lld", (long long)clock->wall(clock->arg) / 1000);
    name = aws_str_from(made);
  }
  return cJSON_AddStringToObject(in, "RoleSessionName", name.p) != NULL;
}

bool aws_sts_duration(const struct aws_provider_run *run, cJSON *in, struct aws_error *err) {
  struct aws_str text = aws_profile_get(run->profile, "duration_seconds");
  int64_t seconds = 0;
  if (!aws_str_to_int(text, &seconds)) /* as the AWS CLI: "1h" is not sent, an hour is usual */
    return true;
  if (seconds < DURATION_LEAST || seconds > DURATION_MOST) {
    aws_error_set(err, AWS_E_CONFIG, "profile %s: duration_seconds = %.20s is not from %d to %d",
                  run->profile->name, text.p, DURATION_LEAST, DURATION_MOST);
    return false;
  }
  if (cJSON_AddNumberToObject(in, "DurationSeconds", (double)seconds))
    return true;
  aws_error_set(err, AWS_E_MEMORY, "no memory to ask sts");
  return false;
}
