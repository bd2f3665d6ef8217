/* IAM Identity Center: a role's keys for the token of a login.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
 */
#include "config.h"

#include "aws/api/sso.h"
#include "aws/api/ssooidc.h"
#include "aws/identity/sso_login.h"

#include <stdio.h>
#include <stdlib.h>

enum { RENEW_AHEAD_MS = 15 * 60 * 1000 };

struct sso {
  struct aws_provider_run *run;
  struct aws_sso_session session;
  struct aws_str account, role;
  char *path; /* of the token's file */
  struct aws_sso_token token;
  struct aws_exchange exchange;
  struct aws_sso_login login;
  bool logged_in; /* the token was made just now */
};

static aws_ms now(const struct sso *s) {
  const struct aws_clock *clock = aws_io_clock(s->run->io);
  return clock->wall(clock->arg);
}

static void fail(struct sso *s, const struct aws_error *err) {
  struct aws_error said = *err;
  aws_error_wrap(&said, "profile %s, IAM Identity Center", s->run->profile->name);
  aws_provider_fail(s->run, &said);
}

/* That the file cannot be written costs the next program a login, not us our keys. */
static void keep_token(struct sso *s) {
  struct aws_error ignored = {0};
  if (!aws_sso_token_write(s->path, &s->session, &s->token, &ignored))
    aws_error_clear(&ignored);
}

/* ---- logging in ------------------------------------------------------------------------------ */

static void ask_for_keys(struct sso *s);

static void on_login(void *arg, const struct aws_sso_token *token, const struct aws_error *err) {
  struct sso *s = arg;
  if (err) {
    fail(s, err);
    return;
  }
  s->logged_in = true;
  aws_sso_token_done(&s->token);
  s->token = *token;
  memset(&s->login.token, 0, sizeof s->login.token); /* it has moved */
  keep_token(s);
  ask_for_keys(s);
}

/* why: "there is no token in PATH". */
static void log_in(struct sso *s, const char *why) {
  struct aws_error err = {0};
  if (s->run->op && !s->logged_in) {
    aws_sso_login_begin(&s->login, s->run, &s->session, s->path, on_login, s);
    return;
  }
  aws_error_set(&err, AWS_E_CREDENTIALS, "%s: run `aws sso login --profile %s`", why,
                s->run->profile->name);
  fail(s, &err);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void on_keys(void *arg, const void *item, const struct aws_error *failed) {
  struct sso *s = arg;
  const struct sso_role_credentials *c = item;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  if (failed && failed->http_status == 401) {
    log_in(s, "the login has ended");
    return;
  }
  if (failed)
    err = *failed;
  else if (c->key_id.n == 0 || c->secret.n == 0 || c->token.n == 0 || c->expires <= 0 ||
           c->expires > AWS_MS_MOST)
    aws_error_set(&err, AWS_E_BODY, "the answer of the portal has no whole set of keys");
  if (err.code == AWS_OK && aws_creds_set(&creds, c->key_id, c->secret, c->token, &err)) {
    creds.expires = c->expires;
    if (s->account.n < sizeof creds.account)
      snprintf(creds.account, sizeof creds.account, "%.*s", AWS_STR_ARG(s->account));
    creds.account_sure = creds.account[0] != '\0'; /* they were asked for that account */
    aws_provider_give(s->run, &creds);
  } else {
    fail(s, &err);
  }
  aws_creds_done(&creds);
}

static void ask_for_keys(struct sso *s) {
  struct aws_error err = {0};
  cJSON *in = cJSON_CreateObject();
  if (in && !(cJSON_AddStringToObject(in, "accountId", s->account.p) &&
              cJSON_AddStringToObject(in, "roleName", s->role.p) &&
              cJSON_AddStringToObject(in, "accessToken", s->token.access.p))) {
    aws_json_wipe_delete(in);
    in = NULL;
  }
  struct aws_question q = {
      .op = &sso_get_role_credentials, .in = in, .region = s->session.region.p};
  if (!aws_exchange_begin(&s->exchange, s->run, &q, on_keys, s, &err))
    fail(s, &err);
}

/* ---- the token ------------------------------------------------------------------------------- */

static bool renewable(const struct sso *s) {
  const struct aws_sso_token *t = &s->token;
  return s->session.name.n > 0 && t->refresh.p && t->client_id.p && t->client_secret.p &&
         t->registration_expires > now(s);
}

static void on_renewed(void *arg, const void *item, const struct aws_error *failed) {
  struct sso *s = arg;
  struct aws_error err = {0};
  aws_ms old = s->token.expires;
  bool renewed = !failed && aws_sso_token_renew(&s->token, item, now(s), &err);
  if (renewed)
    keep_token(s);
  if (renewed || (failed && old > now(s))) /* the old one is still good */
    ask_for_keys(s);
  else if (!failed || failed->code == AWS_E_NETWORK)
    fail(s, failed ? failed : &err);
  else
    log_in(s, failed->text);
}

static void renew(struct sso *s) {
  static const char *const names[] = {"clientId", "clientSecret", "grantType", "refreshToken"};
  struct aws_str values[] = {aws_secret_str(&s->token.client_id),
                             aws_secret_str(&s->token.client_secret), AWS_STR_LIT("refresh_token"),
                             aws_secret_str(&s->token.refresh)};
  struct aws_error err = {0};
  cJSON *in = cJSON_CreateObject();
  for (size_t i = 0; in && i < 4; i++)
    if (!cJSON_AddStringToObject(in, names[i], values[i].p)) {
      aws_json_wipe_delete(in);
      in = NULL;
    }
  struct aws_question q = {.op = &ssooidc_create_token, .in = in, .region = s->session.region.p};
  if (!aws_exchange_begin(&s->exchange, s->run, &q, on_renewed, s, &err))
    fail(s, &err);
}

static void use_token(struct sso *s) {
  struct aws_error err = {0};
  char why[320];
  switch (aws_sso_token_read(s->path, &s->token, &err)) {
  case AWS_FILE_ABSENT:
    snprintf(why, sizeof why, "there is no login in %.240s", s->path);
    log_in(s, why);
    return;
  case AWS_FILE_FAILED:
    log_in(s, err.text);
    return;
  case AWS_FILE_READ:
    break;
  }
  if (s->token.expires <= now(s) + RENEW_AHEAD_MS && renewable(s))
    renew(s);
  else if (s->token.expires > now(s))
    ask_for_keys(s);
  else
    log_in(s, "the login has expired");
}

/* ---- the provider ---------------------------------------------------------------------------- */

static bool read_profile(struct sso *s, struct aws_error *err) {
  if (s->account.n == 0 || s->role.n == 0) {
    aws_error_set(err, AWS_E_CONFIG, "the profile has %s but not %s: set both",
                  s->account.n ? "sso_account_id" : "sso_role_name",
                  s->account.n ? "sso_role_name" : "sso_account_id");
    return false;
  }
  if (!aws_sso_session_find(s->run->settings, s->run->profile, &s->session, err))
    return false;
  s->path = aws_sso_token_path(s->run->settings, &s->session);
  if (!s->path)
    aws_error_set(err, AWS_E_CONFIG, "there is no HOME to look for a login in");
  return s->path != NULL;
}

static void start(struct aws_provider_run *run, void *state) {
  struct sso *s = state;
  struct aws_error err = {0};
  s->run = run;
  s->account = aws_profile_get(run->profile, "sso_account_id");
  s->role = aws_profile_get(run->profile, "sso_role_name");
  bool token_only = aws_profile_get(run->profile, "sso_session").n > 0 ||
                    aws_profile_get(run->profile, "sso_start_url").n > 0;
  if (s->account.n == 0 && s->role.n == 0)
    aws_provider_none(run, token_only ? "IAM Identity Center (no sso_account_id, no sso_role_name)"
                                      : NULL);
  else if (read_profile(s, &err))
    use_token(s);
  else
    fail(s, &err);
}

static void stop(void *state) {
  struct sso *s = state;
  aws_sso_login_stop(&s->login);
  aws_exchange_stop(&s->exchange);
  aws_sso_token_done(&s->token);
  free(s->path);
}

const struct aws_provider aws_provider_sso = {
    .name = "sso", .size = sizeof(struct sso), .start = start, .stop = stop};
