/* A token in a file, as Kubernetes and CI systems write it, exchanged for a role's keys.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
#include "config.h"

#include "aws/api/sts.h"
#include "aws/auth/file.h"
#include "aws/identity/exchange.h"

#include <stdlib.h>

enum { TOKEN_MAX = 20000 + 4096 };

struct web_identity {
  struct aws_provider_run *run;
  struct aws_exchange exchange;
};

/* Each of the three may come from the environment or from the profile. */
static struct aws_str setting(const struct aws_provider_run *run, const char *variable,
                              const char *key) {
  const char *env = run->source || run->settings->profile_from_option
                        ? NULL
                        : aws_settings_env(run->settings, variable);
  return env ? aws_str_from(env) : aws_profile_get(run->profile, key);
}

/* Read each time: whoever issues the token puts new ones in its place. */
static bool read_token(const struct aws_provider_run *run, struct aws_str file, struct aws_buf *out,
                       struct aws_error *err) {
  char *path = aws_settings_path(run->settings, file.p);
  enum aws_file got = path ? aws_file_read(path, out, err) : AWS_FILE_ABSENT;
  if (got == AWS_FILE_ABSENT)
    aws_error_set(err, AWS_E_CREDENTIALS,
                  "the web identity token file %.200s is not there: No such file or directory",
                  path ? path : file.p);
  free(path);
  while (out->n > 0 && strchr(" \t\r\n", out->p[out->n - 1]))
    out->p[--out->n] = '\0';
  if (got == AWS_FILE_READ && out->n == 0)
    aws_error_set(err, AWS_E_CREDENTIALS, "the web identity token file %.200s is empty", file.p);
  return got == AWS_FILE_READ && out->n > 0;
}

static cJSON *make_input(const struct aws_provider_run *run, struct aws_str role,
                         const struct aws_buf *token, struct aws_error *err) {
  struct aws_str name = setting(run, "AWS_ROLE_SESSION_NAME", "role_session_name");
  cJSON *in = cJSON_CreateObject();
  aws_error_set(err, AWS_E_MEMORY, "no memory to ask sts");
  if (in && cJSON_AddStringToObject(in, "RoleArn", role.p) && aws_sts_session_name(run, name, in) &&
      cJSON_AddStringToObject(in, "WebIdentityToken", token->p) && aws_sts_duration(run, in, err))
    return in;
  cJSON_Delete(in);
  return NULL;
}

static void on_answer(void *arg, const void *item, const struct aws_error *failed) {
  struct web_identity *w = arg;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  if (failed) {
    err = *failed;
    aws_error_wrap(&err, "profile %s, web identity", w->run->profile->name);
  } else if (aws_sts_creds(item, &creds, &err)) {
    aws_provider_give(w->run, &creds);
  }
  if (err.code != AWS_OK)
    aws_provider_fail(w->run, &err);
  aws_creds_done(&creds);
}

static bool ask(struct web_identity *w, struct aws_str role, struct aws_str file,
                struct aws_error *err) {
  struct aws_buf token;
  aws_buf_init(&token, TOKEN_MAX);
  cJSON *in = read_token(w->run, file, &token, err) ? make_input(w->run, role, &token, err) : NULL;
  struct aws_question q = {
      .op = &sts_assume_role_with_web_identity, .in = in, .region = aws_sts_region(w->run)};
  bool ok = in && aws_exchange_begin(&w->exchange, w->run, &q, on_answer, w, err);
  aws_buf_wipe_done(&token);
  return ok;
}

static void start(struct aws_provider_run *run, void *state) {
  struct web_identity *w = state;
  struct aws_error err = {0};
  struct aws_str file = setting(run, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  struct aws_str role = setting(run, "AWS_ROLE_ARN", "role_arn");
  w->run = run;
  if (file.n == 0) {
    aws_provider_none(run, NULL);
    return;
  }
  if (role.n == 0)
    aws_error_set(&err, AWS_E_CREDENTIALS,
                  "profile %s: `web_identity_token_file` was specified but `role_arn` was missing "
                  "(or AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN): set both, or neither",
                  run->profile->name);
  if (err.code != AWS_OK || !ask(w, role, file, &err))
    aws_provider_fail(run, &err);
}

static void stop(void *state) {
  struct web_identity *w = state;
  aws_exchange_stop(&w->exchange);
}

const struct aws_provider aws_provider_web_identity = {
    .name = "web-identity", .size = sizeof(struct web_identity), .start = start, .stop = stop};
