/* The keys of an ECS task, an EKS pod or CloudShell, from an address in the environment.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
#include "config.h"

#include "aws/auth/file.h"
#include "aws/identity/fetch.h"
#include "aws/identity/keys.h"
#include "aws/identity/machine.h"
#include "aws/identity/provider.h"

#include <stdio.h>

enum { TIMEOUT_MS = 2000, ATTEMPTS = 3, PAUSE_MS = 1000, TOKEN_MAX_BYTES = 16 * 1024 };

static const char relative_variable[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
static const char full_variable[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

struct container {
  struct aws_provider_run *run;
  struct aws_buf url, token;
  struct aws_http_header headers[2];
  struct aws_fetch_request rq;
  struct aws_fetch fetch;
};

/* ---- the address ----------------------------------------------------------------------------- */

/* Keys in clear text go over this machine alone. */
static bool may_be_plain(struct aws_str host) {
  static const char *const hosts[] = {"localhost", "[::1]", "169.254.170.2", "169.254.170.23",
                                      "[fd00:ec2::23]"};
  for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
    if (aws_str_eq_c(host, hosts[i]))
      return true;
  return aws_str_starts(host, "127.") && strspn(host.p, "0123456789.") >= host.n;
}

static bool is_visible(struct aws_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '\\' || s.p[i] == '#')
      return false;
  return true;
}

/* Empty when it is none. */
static struct aws_str host_of(struct aws_str authority) {
  struct aws_str rest = authority;
  if (authority.n == 0 || authority.p[0] != '[')
    return aws_str_split(&rest, ':');
  size_t n = strcspn(authority.p, "]") + 1;
  bool whole = n == authority.n || (n < authority.n && authority.p[n] == ':');
  return (struct aws_str){authority.p, whole ? n : 0};
}

static bool check_full(const char *url, struct aws_error *err) {
  struct aws_str s = aws_str_from(url), authority = s;
  bool tls = aws_str_starts(s, "https://"), plain = aws_str_starts(s, "http://");
  const char *why = NULL;
  if (tls || plain) {
    size_t skip = tls ? strlen("https://") : strlen("http://");
    authority = (struct aws_str){s.p + skip, strcspn(s.p + skip, "/?")};
  }
  struct aws_str host = host_of(authority);
  if (!tls && !plain)
    why = "did not specify a host: it has to be like https://host/path";
  else if (host.n == 0 || !is_visible(s) || memchr(authority.p, '@', authority.n))
    why = "is not an address";
  else if (plain && !may_be_plain(host))
    why = "is plain http to another machine, and keys are not fetched so; use https";
  if (!why)
    return true;
  struct aws_buf shown;
  aws_buf_init(&shown, 128);
  aws_text_tame(&shown, s, 100);
  aws_error_set(err, AWS_E_CREDENTIALS, "%s \"%s\" %s", full_variable, shown.p ? shown.p : "", why);
  aws_buf_done(&shown);
  return false;
}

bool aws_container_url(const struct aws_settings *s, struct aws_buf *out, struct aws_error *err) {
  const char *relative = aws_settings_env(s, relative_variable);
  const char *full = aws_settings_env(s, full_variable);
  if (relative && (relative[0] != '/' || !is_visible(aws_str_from(relative)))) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s is not a path that begins with /", relative_variable);
    return false;
  }
  if (relative)
    return aws_buf_addf(out, "http://169.254.170.2%s", relative);
  return check_full(full ? full : "", err) && aws_buf_add_c(out, full);
}

/* ---- the token ------------------------------------------------------------------------------- */

/* The file is read each time: it is renewed while we run. */
static bool read_token(struct container *c, struct aws_error *err) {
  const struct aws_settings *s = c->run->settings;
  const char *file = aws_settings_env(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const char *token = aws_settings_env(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (file && aws_file_read(file, &c->token, err) != AWS_FILE_READ) {
    if (err->code == AWS_OK)
      aws_error_set(err, AWS_E_CREDENTIALS,
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: %s: No such file or directory", file);
    return false;
  }
  if (!file && token)
    aws_buf_add_c(&c->token, token);
  while (file && c->token.n > 0 && strchr(" \t\r\n", c->token.p[c->token.n - 1]))
    c->token.p[--c->token.n] = '\0';
  if (c->token.n == 0 || !strpbrk(c->token.p, "\r\n"))
    return true;
  aws_error_set(err, AWS_E_CREDENTIALS, "the token for container credentials holds a line break");
  return false;
}

/* ---- the answer ------------------------------------------------------------------------------ */

bool aws_container_read(struct aws_creds *out, int status, struct aws_str body,
                        struct aws_error *err) {
  static const struct aws_keys_form form = {.id = "AccessKeyId",
                                            .secret = "SecretAccessKey",
                                            .token = "Token",
                                            .expires = "Expiration",
                                            .account = "AccountId",
                                            .temporary = true};
  struct aws_arena a;
  const cJSON *doc = aws_keys_parse(&a, body, "the answer", err);
  bool ok = false;
  if (status != 200) {
    struct aws_buf said;
    struct aws_str code = doc ? aws_doc_str(doc, "code") : (struct aws_str){0};
    struct aws_str message = doc ? aws_doc_str(doc, "message") : (struct aws_str){0};
    aws_buf_init(&said, 256);
    aws_text_tame(&said, code, 60);
    aws_buf_add_c(&said, code.n > 0 && message.n > 0 ? ": " : "");
    aws_text_tame(&said, message, 150);
    aws_error_set(err, AWS_E_CREDENTIALS, "it answers HTTP %d %s", status, said.p ? said.p : "");
    aws_buf_done(&said);
  } else if (doc) {
    ok = aws_keys_take(out, doc, &form, "the answer", err);
    if (ok && !out->account[0])
      aws_keys_of_arn(out, aws_doc_str(doc, "RoleArn")); /* ECS says no more than that */
  }
  aws_arena_wipe_done(&a);
  return ok;
}

static void fail(struct container *c, struct aws_error *err) {
  aws_error_wrap(err, "container credentials");
  aws_provider_fail(c->run, err);
}

static void on_reply(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct container *c = arg;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  if (!reply)
    err = *why;
  if (reply && aws_container_read(&creds, reply->status, reply->body, &err))
    aws_provider_give(c->run, &creds);
  else
    fail(c, &err);
  aws_creds_done(&creds);
}

static void start(struct aws_provider_run *run, void *state) {
  struct container *c = state;
  const struct aws_settings *s = run->settings;
  struct aws_error err = {0};
  c->run = run;
  aws_buf_init(&c->url, 4096);
  aws_buf_init(&c->token, TOKEN_MAX_BYTES);
  if (!aws_settings_env(s, relative_variable) && !aws_settings_env(s, full_variable)) {
    aws_provider_none(run, "a container (no %s)", relative_variable);
    return;
  }
  if (!aws_container_url(s, &c->url, &err) || !read_token(c, &err)) {
    fail(c, &err);
    return;
  }
  c->headers[0] = (struct aws_http_header){AWS_STR_LIT("Accept"), AWS_STR_LIT("application/json")};
  c->headers[1] = (struct aws_http_header){AWS_STR_LIT("Authorization"), aws_buf_str(&c->token)};
  c->rq = (struct aws_fetch_request){.method = "GET",
                                     .url = c->url.p,
                                     .headers = c->headers,
                                     .nheaders = c->token.n > 0 ? 2 : 1,
                                     .timeout_ms = TIMEOUT_MS,
                                     .pause_ms = PAUSE_MS,
                                     .attempts = ATTEMPTS};
  aws_fetch_start(&c->fetch, run->io, &c->rq, on_reply, c);
}

static void stop(void *state) {
  struct container *c = state;
  aws_fetch_cancel(&c->fetch);
  aws_buf_done(&c->url);
  aws_buf_wipe_done(&c->token);
}

const struct aws_provider aws_provider_container = {
    .name = "container", .size = sizeof(struct container), .start = start, .stop = stop};
