/* login_session: what `aws login` got, renewed by the sign-in service.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html
 */
#include "config.h"

#include "aws/auth/endpoint.h"
#include "aws/auth/file.h"
#include "aws/identity/dpop.h"
#include "aws/identity/fetch.h"
#include "aws/identity/keys.h"
#include "aws/identity/login_cache.h"
#include "aws/identity/provider.h"

#include <stdlib.h>

enum { RENEW_MS = 5 * 60 * 1000, TIMEOUT_MS = 10000 };

struct login {
  struct aws_provider_run *run;
  char *path;
  struct aws_login old;
  bool parsed;
  struct aws_buf url, proof, body;
  struct aws_http_header headers[2];
  struct aws_fetch_request rq;
  struct aws_fetch fetch;
};

static aws_ms now_of(const struct aws_provider_run *run) {
  const struct aws_clock *clock = aws_io_clock(run->io);
  return clock->wall(clock->arg);
}

static void fail(struct login *l, struct aws_error *err) {
  aws_error_wrap(err, "login_session of profile %s", l->run->profile->name);
  err->code = err->code == AWS_E_MEMORY ? AWS_E_MEMORY : AWS_E_CREDENTIALS;
  aws_provider_fail(l->run, err);
}

/* Where it is the login that is at fault, there is one way to mend it. */
static void fail_to_log_in(struct login *l, const struct aws_error *why) {
  struct aws_error err = *why;
  if (why->code == AWS_E_CREDENTIALS)
    aws_error_set(&err, AWS_E_CREDENTIALS, "%s; log in again: aws login --profile %s", why->text,
                  l->run->profile->name);
  fail(l, &err);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* Keys that still live are better than none. */
static void fail_to_renew(struct login *l, const struct aws_error *why) {
  if (l->old.creds.expires > now_of(l->run))
    aws_provider_give(l->run, &l->old.creds);
  else
    fail_to_log_in(l, why);
}

static void say_refusal(struct login *l, const struct aws_http_reply *reply,
                        struct aws_error *err) {
  static const char *const known[][2] = {
      {"TOKEN_EXPIRED", "the login has expired"},
      {"USER_CREDENTIALS_CHANGED", "the password was changed since the login"},
      {"INSUFFICIENT_PERMISSIONS", "the principal may not signin:CreateOAuth2Token"},
  };
  struct aws_arena a;
  struct aws_error ignored = {0};
  const cJSON *doc = aws_keys_parse(&a, reply->body, "", &ignored);
  struct aws_str code = doc ? aws_doc_str(doc, "error") : (struct aws_str){0};
  const char *text = "sign-in does not renew the login";
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (aws_str_eq_c(code, known[i][0]))
      text = known[i][1];
  aws_error_set(err, reply->status < 500 ? AWS_E_CREDENTIALS : AWS_E_SERVICE,
                "%s (%.*s answers HTTP %d)", text, (int)l->url.n, l->url.p, reply->status);
  aws_arena_wipe_done(&a);
}

/* That the file cannot be written costs the next program a login, not us our keys. */
static void write_back(struct login *l, const struct aws_creds *creds,
                       struct aws_str refresh_token) {
  struct aws_buf text;
  struct aws_error ignored = {0};
  aws_buf_init(&text, 4 * AWS_KEYS_MAX_BYTES);
  if (aws_login_print(&text, &l->old, creds, refresh_token) &&
      !aws_file_replace(l->path, aws_buf_str(&text), &ignored))
    aws_error_clear(&ignored);
  aws_buf_wipe_done(&text);
}

static void on_reply(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct login *l = arg;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  struct aws_str refresh_token;
  if (!reply || reply->status != 200) {
    if (reply)
      say_refusal(l, reply, &err);
    else
      err = *why;
    fail_to_renew(l, &err);
    return;
  }
  struct aws_arena a;
  if (aws_login_read_answer(&creds, &a, &refresh_token, &l->old, reply->body, now_of(l->run),
                            &err)) {
    write_back(l, &creds, refresh_token);
    aws_provider_give(l->run, &creds);
  } else {
    fail_to_renew(l, &err);
  }
  aws_creds_done(&creds);
  aws_arena_wipe_done(&a);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static bool make_url(struct login *l, struct aws_error *err) {
  const struct aws_settings *s = l->run->settings;
  struct aws_endpoint_ask ask = {.service = "signin",
                                 .host_prefix = "signin",
                                 .region = aws_settings_region(s),
                                 .fips = aws_settings_fips(s),
                                 .dualstack = aws_settings_dualstack(s),
                                 .override = aws_settings_endpoint(s, "SIGNIN")};
  struct aws_endpoint e;
  return aws_endpoint_resolve(&ask, &e, err) &&
         aws_buf_addf(&l->url, "%s://%s%s/v1/token", e.scheme, e.host, e.path);
}

static bool make_request(struct login *l, struct aws_error *err) {
  char id[AWS_UUID_MAX];
  aws_uuid(id);
  if (!make_url(l, err) ||
      !aws_dpop_proof(&l->proof, l->old.key, "POST", l->url.p, id, now_of(l->run), err))
    return false;
  aws_buf_add_c(&l->body, "{\"clientId\":");
  aws_buf_add_json(&l->body, l->old.client_id);
  aws_buf_add_c(&l->body, ",\"refreshToken\":");
  aws_buf_add_json(&l->body, l->old.refresh_token);
  aws_buf_add_c(&l->body, ",\"grantType\":\"refresh_token\"}");
  l->headers[0] =
      (struct aws_http_header){AWS_STR_LIT("Content-Type"), AWS_STR_LIT("application/json")};
  l->headers[1] = (struct aws_http_header){AWS_STR_LIT("DPoP"), aws_buf_str(&l->proof)};
  l->rq = (struct aws_fetch_request){.method = "POST",
                                     .url = l->url.p,
                                     .headers = l->headers,
                                     .nheaders = 2,
                                     .body = aws_buf_str(&l->body),
                                     .timeout_ms = TIMEOUT_MS,
                                     .attempts = 1}; /* a proof and its token are used once */
  if (l->body.failed)
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request");
  return !l->body.failed;
}

static bool read_cache(struct login *l, struct aws_str session, struct aws_error *err) {
  struct aws_buf text;
  l->path = aws_login_path(l->run->settings, session, err);
  if (!l->path)
    return false;
  aws_buf_init(&text, AWS_KEYS_MAX_BYTES);
  enum aws_file got = aws_file_read(l->path, &text, err);
  bool ok = got == AWS_FILE_READ;
  if (got == AWS_FILE_ABSENT)
    aws_error_set(err, AWS_E_CREDENTIALS, "nobody is logged in: there is no %s", l->path);
  if (ok) {
    l->parsed = true;
    ok = aws_login_parse(&l->old, aws_buf_str(&text), err);
  }
  aws_buf_wipe_done(&text);
  return ok;
}

static void start(struct aws_provider_run *run, void *state) {
  struct login *l = state;
  struct aws_str session = aws_profile_get(run->profile, "login_session");
  struct aws_error err = {0};
  l->run = run;
  aws_buf_init(&l->url, 1024);
  aws_buf_init(&l->proof, 8192);
  aws_buf_init(&l->body, 2 * AWS_KEYS_MAX_BYTES);
  if (session.n == 0)
    aws_provider_none(run, NULL);
  else if (!read_cache(l, session, &err))
    fail_to_log_in(l, &err);
  else if (l->old.creds.expires - now_of(run) > RENEW_MS)
    aws_provider_give(run, &l->old.creds);
  else if (make_request(l, &err))
    aws_fetch_start(&l->fetch, run->io, &l->rq, on_reply, l);
  else
    fail_to_renew(l, &err);
}

static void stop(void *state) {
  struct login *l = state;
  aws_fetch_cancel(&l->fetch);
  if (l->parsed)
    aws_login_done(&l->old);
  free(l->path);
  aws_buf_done(&l->url);
  aws_buf_wipe_done(&l->proof);
  aws_buf_wipe_done(&l->body);
}

const struct aws_provider aws_provider_login = {
    .name = "login", .size = sizeof(struct login), .start = start, .stop = stop};
