/* The keys of an EC2 instance: its metadata service, version 2 alone.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
 */
#include "config.h"

#include "aws/auth/endpoint.h"
#include "aws/identity/fetch.h"
#include "aws/identity/keys.h"
#include "aws/identity/machine.h"
#include "aws/identity/provider.h"

#include <stdio.h>
#include <strings.h>

enum {
  TIMEOUT_MS = 1000,
  TIMEOUT_MOST_MS = 60000,
  REFUSALS = 4, /* it is there, so it is worth waiting for */
  PAUSE_MS = 100,
  NAME_MAX_BYTES = 256
};

static const char roles[] = "/latest/meta-data/iam/security-credentials/";

/* Three questions, one after the other. */
struct imds {
  struct aws_provider_run *run;
  struct aws_buf base, url, token;
  struct aws_http_header header;
  struct aws_fetch_request rq;
  struct aws_fetch fetch;
  bool renewed; /* the token was refused once */
};

/* ---- where ----------------------------------------------------------------------------------- */

static struct aws_str setting(const struct aws_settings *s, const struct aws_profile *p,
                              const char *variable, const char *key) {
  const char *v = aws_settings_env(s, variable);
  return v ? aws_str_from(v) : aws_profile_get(p, key);
}

bool aws_imds_url(const struct aws_settings *s, const struct aws_profile *p, struct aws_buf *out,
                  struct aws_error *err) {
  struct aws_str url =
      setting(s, p, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  struct aws_str mode =
      setting(s, p, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
  struct aws_str older = setting(s, p, "AWS_IMDS_USE_IPV6", "imds_use_ipv6");
  bool ipv6 = mode.n > 0 ? strcasecmp(mode.p, "IPv6") == 0
                         : older.n > 0 && strcasecmp(older.p, "true") == 0;
  if (url.n == 0 && ipv6)
    return aws_buf_add_c(out, "http://[fd00:ec2::254]");
  if (url.n == 0 && mode.n > 0 && strcasecmp(mode.p, "IPv4") != 0) {
    aws_error_set(err, AWS_E_CONFIG,
                  "`%.40s` is not a valid endpoint mode of the instance metadata service; it can "
                  "be IPv4 or IPv6",
                  mode.p);
    return false;
  }
  if (url.n == 0)
    return aws_buf_add_c(out, "http://169.254.169.254");
  struct aws_endpoint_ask ask = {.service = "instance metadata", .global = true, .override = url.p};
  struct aws_endpoint e;
  return aws_endpoint_resolve(&ask, &e, err) &&
         aws_buf_addf(out, "%s://%s%s", e.scheme, e.host, e.path);
}

bool aws_imds_off(const struct aws_settings *s) {
  const char *off = aws_settings_env(s, "AWS_EC2_METADATA_DISABLED");
  return off && strcasecmp(off, "true") == 0;
}

/* Seconds, which may have a fraction. */
int aws_imds_timeout_ms(const struct aws_settings *s, const struct aws_profile *p) {
  double seconds;
  struct aws_str text = setting(s, p, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
  if (!aws_str_to_double(text, &seconds) || seconds * 1000 < 1 || seconds * 1000 > TIMEOUT_MOST_MS)
    return TIMEOUT_MS;
  return (int)(seconds * 1000);
}

static int attempts(const struct aws_settings *s, const struct aws_profile *p) {
  int64_t n;
  struct aws_str text =
      setting(s, p, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts");
  return aws_str_to_int(text, &n) && n >= 1 && n <= 10 ? (int)n : 1;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void ask(struct imds *i, const char *method, struct aws_str name, struct aws_str value,
                aws_http_fn fn) {
  i->header = (struct aws_http_header){name, value};
  i->rq.method = method;
  i->rq.url = i->url.p;
  i->rq.headers = &i->header;
  i->rq.nheaders = 1;
  aws_fetch_start(&i->fetch, i->run->io, &i->rq, fn, i);
}

static void fail(struct imds *i, struct aws_error *err) {
  aws_error_wrap(err, "instance metadata");
  aws_provider_fail(i->run, err);
}

static bool set_url(struct imds *i, const char *path, struct aws_str name) {
  struct aws_error err = {0};
  aws_buf_clear(&i->url);
  aws_buf_add_str(&i->url, aws_buf_str(&i->base));
  aws_buf_add_c(&i->url, path);
  aws_buf_add_uri(&i->url, name, false);
  if (!i->url.failed)
    return true;
  aws_error_set(&err, AWS_E_CREDENTIALS, "its address is too long");
  fail(i, &err);
  return false;
}

static void ask_for_token(struct imds *i);
static void on_keys(void *arg, const struct aws_http_reply *reply, const struct aws_error *why);
struct aws_str aws_imds_role(struct aws_str body) {
  struct aws_str role = aws_str_trim(aws_str_split(&body, '\n'));
  return role.n <= NAME_MAX_BYTES ? role : (struct aws_str){0};
}

static void on_role(void *arg, const struct aws_http_reply *reply, const struct aws_error *why);

static void ask_with_token(struct imds *i, struct aws_str name, aws_http_fn fn) {
  if (set_url(i, roles, name))
    ask(i, "GET", AWS_STR_LIT("x-aws-ec2-metadata-token"), aws_buf_str(&i->token), fn);
}

/* What is common to the answers that are no use. True: it was dealt with. */
static bool refused(struct imds *i, const struct aws_http_reply *reply,
                    const struct aws_error *why) {
  struct aws_error err = {0};
  if (reply && reply->status == 200)
    return false;
  if (reply && reply->status == 401 && !i->renewed) {
    i->renewed = true;
    ask_for_token(i);
    return true;
  }
  if (reply)
    aws_error_set(&err, AWS_E_CREDENTIALS, "%s answers HTTP %d", i->base.p, reply->status);
  else
    err = *why;
  fail(i, &err);
  return true;
}

/* ---- the answers ----------------------------------------------------------------------------- */

bool aws_imds_read(struct aws_creds *out, struct aws_str body, struct aws_error *err) {
  static const struct aws_keys_form form = {.id = "AccessKeyId",
                                            .secret = "SecretAccessKey",
                                            .token = "Token",
                                            .expires = "Expiration",
                                            .account = "AccountId",
                                            .temporary = true};
  struct aws_arena a;
  const cJSON *doc = aws_keys_parse(&a, body, "the answer", err);
  struct aws_str code = doc ? aws_doc_str(doc, "Code") : (struct aws_str){0};
  bool ok = false;
  if (code.n > 0 && !aws_str_eq_c(code, "Success")) {
    struct aws_buf said;
    aws_buf_init(&said, 256);
    aws_text_tame(&said, code, 60);
    aws_buf_add_c(&said, ": ");
    aws_text_tame(&said, aws_doc_str(doc, "Message"), 150);
    aws_error_set(err, AWS_E_CREDENTIALS, "the instance's role gives no keys: %s",
                  said.p ? said.p : "");
    aws_buf_done(&said);
  } else if (doc) {
    ok = aws_keys_take(out, doc, &form, "the answer", err);
  }
  aws_arena_wipe_done(&a);
  out->outlives = ok; /* AWS's advice: use them while no new ones come */
  return ok;
}

static void on_keys(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct imds *i = arg;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  if (refused(i, reply, why))
    return;
  if (aws_imds_read(&creds, reply->body, &err))
    aws_provider_give(i->run, &creds);
  else
    fail(i, &err);
  aws_creds_done(&creds);
}

static void on_role(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct imds *i = arg;
  if (reply && reply->status == 404) {
    aws_provider_none(i->run, "instance metadata (the instance has no role)");
    return;
  }
  if (refused(i, reply, why))
    return;
  const struct aws_str role = aws_imds_role(reply->body);
  if (role.n == 0)
    aws_provider_none(i->run, "instance metadata (it names no role)");
  else
    ask_with_token(i, role, on_keys);
}

bool aws_imds_is_token(struct aws_str s) {
  for (size_t k = 0; k < s.n; k++)
    if (s.p[k] <= ' ' || s.p[k] > '~')
      return false;
  return s.n > 0;
}

/* No answer: this is no instance, or a container on one, which the token does not reach. */
static void on_token(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct imds *i = arg;
  struct aws_error err = {0};
  aws_buf_clear(&i->token);
  if (!reply && why->code != AWS_E_NETWORK) {
    err = *why;
    fail(i, &err);
  } else if (!reply) {
    aws_provider_none(i->run, "instance metadata (no answer; this is no EC2 instance)");
  } else if (reply->status == 403 || reply->status == 404 || reply->status == 405) {
    aws_provider_none(i->run, "instance metadata (request forbidden: IMDS is disabled, HTTP %d)",
                      reply->status);
  } else if (reply->status != 200 || !aws_imds_is_token(aws_str_trim(reply->body)) ||
             !aws_buf_add_str(&i->token, aws_str_trim(reply->body))) {
    aws_error_set(&err, AWS_E_CREDENTIALS, "%s gives no token (HTTP %d)", i->base.p, reply->status);
    fail(i, &err);
  } else {
    ask_with_token(i, AWS_STR_LIT(""), on_role);
  }
}

static void ask_for_token(struct imds *i) {
  if (set_url(i, "/latest/api/token", AWS_STR_LIT("")))
    ask(i, "PUT", AWS_STR_LIT("x-aws-ec2-metadata-token-ttl-seconds"), AWS_STR_LIT("21600"),
        on_token);
}

static void start(struct aws_provider_run *run, void *state) {
  struct imds *i = state;
  struct aws_error err = {0};
  i->run = run;
  aws_buf_init(&i->base, 1024);
  aws_buf_init(&i->url, 2048);
  aws_buf_init(&i->token, 4096);
  i->rq.timeout_ms = aws_imds_timeout_ms(run->settings, run->profile);
  i->rq.attempts = attempts(run->settings, run->profile);
  i->rq.refusals = REFUSALS;
  i->rq.pause_ms = PAUSE_MS;
  if (aws_imds_off(run->settings))
    aws_provider_none(run, "instance metadata (AWS_EC2_METADATA_DISABLED)");
  else if (!aws_imds_url(run->settings, run->profile, &i->base, &err))
    aws_provider_fail(run, &err);
  else
    ask_for_token(i);
}

static void stop(void *state) {
  struct imds *i = state;
  aws_fetch_cancel(&i->fetch);
  aws_buf_done(&i->base);
  aws_buf_done(&i->url);
  aws_buf_wipe_done(&i->token);
}

const struct aws_provider aws_provider_imds = {
    .name = "instance-metadata", .size = sizeof(struct imds), .start = start, .stop = stop};
