#include "config.h"

#include "identity_world.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- home ------------------------------------------------------------------------------------ */

void world_write(struct world *w, const char *path, const char *text) {
  char full[256];
  snprintf(full, sizeof full, "%s/%s", w->home, path);
  for (char *slash = full + strlen(w->home) + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = '\0';
    mkdir(full, 0700);
    *slash = '/';
  }
  FILE *f = fopen(full, "wb");
  assert_non_null(f);
  fputs(text, f);
  assert_int_equal(fclose(f), 0);
}

bool world_read(const struct world *w, const char *path, char *out, size_t n) {
  char full[256];
  snprintf(full, sizeof full, "%s/%s", w->home, path);
  FILE *f = fopen(full, "rb");
  if (!f)
    return false;
  out[fread(out, 1, n - 1, f)] = '\0';
  fclose(f);
  return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
  (void)st, (void)type, (void)ftw;
  return remove(path);
}

/* ---- AWS ------------------------------------------------------------------------------------- */

static void say(struct wire_answer *a, int status, const char *code, const char *format, ...)
    AWS_PRINTF(4, 5);
static void say(struct wire_answer *a, int status, const char *code, const char *format, ...) {
  va_list ap;
  a->status = status;
  if (code)
    a->headers[a->nheaders++] =
        (struct aws_http_header){AWS_STR_LIT("x-amzn-errortype"), aws_str_from(code)};
  va_start(ap, format);
  vsnprintf(a->body, sizeof a->body, format, ap);
  va_end(ap);
}

static void say_xml_error(struct wire_answer *a, int status, const char *code, const char *text) {
  say(a, status, NULL,
      "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code,
      text);
}

static void assume(struct world *w, struct wire_answer *a) {
  char code[16], until[AWS_TIME_MAX];
  wire_param(aws_str_from(w->last_body), "TokenCode", code, sizeof code);
  if (strcmp(code, w->code) != 0) {
    say_xml_error(a, 403, "AccessDenied",
                  "MultiFactorAuthentication failed with invalid MFA one time pass code.");
    return;
  }
  w->assumed++;
  aws_time_iso(wire.now + w->session_s * 1000, until);
  say(a, 200, NULL,
      "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>"
      "<Arn>arn:aws:sts::123456789012:assumed-role/Ops/x</Arn></AssumedRoleUser><Credentials>"
      "<AccessKeyId>ASIA%u</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>"
      "<SessionToken>role-token</SessionToken><Expiration>%s</Expiration></Credentials>"
      "</AssumeRoleResult></AssumeRoleResponse>",
      w->assumed, until);
}

static void answer_sts(struct world *w, struct wire_answer *a) {
  char action[64];
  wire_param(aws_str_from(w->last_body), "Action", action, sizeof action);
  if (strcmp(w->last_key, w->refused_key) == 0)
    say_xml_error(a, 403, "ExpiredToken", "The security token included in the request is expired");
  else if (strcmp(action, "AssumeRole") == 0)
    assume(w, a);
  else {
    w->identified++;
    say(a, 200, NULL,
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
        "<Arn>arn:aws:iam::123456789012:user/ann</Arn></GetCallerIdentityResult></"
        "GetCallerIdentityResponse>");
  }
}

static void answer_oidc(struct world *w, const char *url, struct wire_answer *a) {
  if (strstr(url, "/client/register")) {
    w->registered++;
    say(a, 200, NULL,
        "{\"clientId\":\"client\",\"clientSecret\":\"client-secret\","
        "\"clientSecretExpiresAt\":%lld}",
        (long long)(wire.now / 1000 + 90 * 86400));
  } else if (strstr(url, "/device_authorization")) {
    w->devices++;
    say(a, 200, NULL,
        "{\"deviceCode\":\"device\",\"userCode\":\"ABCD-EFGH\",\"verificationUri\":"
        "\"https://device.sso\",\"verificationUriComplete\":\"https://device.sso/?user_code=ABCD-"
        "EFGH\",\"expiresIn\":600,\"interval\":5}");
  } else {
    w->tokens++;
    if (w->token_says)
      say(a, 400, w->token_says, "{\"error_description\":\"no\"}");
    else
      say(a, 200, NULL,
          "{\"accessToken\":\"access-%u\",\"refreshToken\":\"refresh-%u\",\"expiresIn\":28800}",
          w->tokens, w->tokens);
  }
}

static void answer_portal(struct world *w, const struct aws_http_request *rq,
                          struct wire_answer *a) {
  struct aws_str bearer = wire_header(rq, "x-amz-sso_bearer_token");
  snprintf(w->last_bearer, sizeof w->last_bearer, "%.*s", AWS_STR_ARG(bearer));
  if (aws_str_eq_c(bearer, "dead")) {
    say(a, 401, "UnauthorizedException", "{\"message\":\"Session token not found or invalid\"}");
    return;
  }
  w->keys_given++;
  say(a, 200, NULL,
      "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO%u\",\"secretAccessKey\":\"sso-secret\","
      "\"sessionToken\":\"sso-token\",\"expiration\":%lld}}",
      w->keys_given, (long long)(wire.now + w->session_s * 1000));
}

static void answer(void *arg, const struct aws_http_request *rq, struct wire_answer *a) {
  struct world *w = arg;
  struct aws_str authorization = wire_header(rq, "authorization");
  if (w->sts_down)
    return;
  w->last_key[0] = '\0';
  if (authorization.n > 0)
    sscanf(authorization.p, "AWS4-HMAC-SHA256 Credential=%63[^/]", w->last_key);
  snprintf(w->last_body, sizeof w->last_body, "%.*s", AWS_STR_ARG(rq->body));
  if (strstr(rq->url, "://sts."))
    answer_sts(w, a);
  else if (strstr(rq->url, "://oidc."))
    answer_oidc(w, rq->url, a);
  else
    answer_portal(w, rq, a);
}

/* ---- the operator ---------------------------------------------------------------------------- */

static void on_show(void *arg, struct aws_prompt *p) {
  struct world *w = arg;
  assert_null(w->prompt);
  w->prompt = p;
  w->shown++;
  snprintf(w->asked, sizeof w->asked, "%s", p->text);
}

static void on_hide(void *arg, struct aws_prompt *p) {
  struct world *w = arg;
  assert_ptr_equal(w->prompt, p);
  w->prompt = NULL;
  w->hidden++;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const char *world_env(void *arg, const char *name) {
  struct world *w = arg;
  return strcmp(name, "HOME") == 0 ? w->home : strcmp(name, "AWS_REGION") == 0 ? "eu-west-1" : NULL;
}

void world_open(struct world *w) {
  struct aws_error err = {0};
  memset(w, 0, sizeof *w);
  memset(&wire, 0, sizeof wire);
  strcpy(w->home, "/tmp/cawsole-identity-XXXXXX");
  assert_non_null(mkdtemp(w->home));
  wire.fn = answer;
  wire.arg = w;
  wire.keep_writes = true;
  wire.now = WORLD_START;
  wire.mono = 1;
  w->session_s = 3600;
  w->op = (struct aws_operator){on_show, on_hide, w};
  w->io = aws_io_new(&wire_clock, NULL, &err);
  assert_non_null(w->io);
}

void world_load(struct world *w, const char *profile) {
  struct aws_settings_input in = {.getenv = world_env, .getenv_arg = w, .profile = profile};
  struct aws_error err = {0};
  aws_settings_free(w->settings);
  w->settings = aws_settings_load(&in, &err);
  assert_string_equal(err.text, "");
}

void world_close(struct world *w) {
  aws_io_free(w->io);
  aws_settings_free(w->settings);
  assert_null(w->prompt);
  assert_int_equal(w->shown, w->hidden);
  nftw(w->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void world_pass(struct world *w, aws_ms ms) {
  for (aws_ms end = wire.mono + ms; wire.mono < end;) {
    while (aws_io_turn(w->io, 0))
      ;
    aws_ms step = end - wire.mono < 1000 ? end - wire.mono : 1000;
    wire.now += step;
    wire.mono += step;
  }
  while (aws_io_turn(w->io, 0))
    ;
}
