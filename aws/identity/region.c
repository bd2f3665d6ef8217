/* The region that the instance is in: where nobody named one, as the last resort of the AWS CLI.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
 */
#include "config.h"

#include "aws/identity.h"
#include "aws/identity/fetch.h"
#include "aws/identity/machine.h"

#include <stdio.h>
#include <stdlib.h>

enum { REGION_MAX = 31 };

struct aws_region_search {
  struct aws_io *io;
  struct aws_buf base, url, token;
  struct aws_http_header header;
  struct aws_fetch_request rq;
  struct aws_fetch fetch;
  aws_region_fn fn;
  void *arg;
};

void aws_region_cancel(struct aws_region_search *s) {
  if (!s)
    return;
  aws_fetch_cancel(&s->fetch);
  aws_buf_done(&s->base);
  aws_buf_done(&s->url);
  aws_buf_wipe_done(&s->token);
  free(s);
}

static void end(struct aws_region_search *s, const char *region) {
  aws_region_fn fn = s->fn;
  void *arg = s->arg;
  aws_region_cancel(s);
  fn(arg, region);
}

/* False: no memory. */
static bool ask(struct aws_region_search *s, const char *method, const char *path,
                struct aws_http_header header, aws_http_fn fn) {
  aws_buf_clear(&s->url);
  aws_buf_add_str(&s->url, aws_buf_str(&s->base));
  aws_buf_add_c(&s->url, path);
  if (s->url.failed)
    return false;
  s->header = header;
  s->rq.method = method;
  s->rq.url = s->url.p;
  s->rq.headers = &s->header;
  s->rq.nheaders = 1;
  aws_fetch_start(&s->fetch, s->io, &s->rq, fn, s);
  return true;
}

/* It becomes part of host names. */
static bool is_region(struct aws_str text) {
  for (size_t i = 0; i < text.n; i++)
    if (!((text.p[i] >= 'a' && text.p[i] <= 'z') || (text.p[i] >= '0' && text.p[i] <= '9') ||
          text.p[i] == '-'))
      return false;
  return text.n > 0 && text.n <= REGION_MAX;
}

static void on_region(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct aws_str text = reply ? aws_str_trim(reply->body) : (struct aws_str){0};
  char region[REGION_MAX + 1] = "";
  (void)why;
  if (reply && reply->status == 200 && is_region(text))
    snprintf(region, sizeof region, "%.*s", AWS_STR_ARG(text));
  end(arg, region[0] ? region : NULL);
}

static void on_token(void *arg, const struct aws_http_reply *reply, const struct aws_error *why) {
  struct aws_region_search *s = arg;
  struct aws_str token = reply ? aws_str_trim(reply->body) : (struct aws_str){0};
  (void)why;
  if (!reply || reply->status != 200 || !aws_imds_is_token(token) ||
      !aws_buf_add_str(&s->token, token) ||
      !ask(
          s, "GET", "/latest/meta-data/placement/region",
          (struct aws_http_header){AWS_STR_LIT("x-aws-ec2-metadata-token"), aws_buf_str(&s->token)},
          on_region))
    end(s, NULL);
}

struct aws_region_search *aws_region_find(struct aws_io *io, const struct aws_settings *settings,
                                          aws_region_fn fn, void *arg) {
  struct aws_profile profile = {settings->profile, settings->in_config, settings->in_credentials};
  struct aws_error ignored = {0};
  if (aws_imds_off(settings))
    return NULL;
  struct aws_region_search *s = aws_calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->io = io;
  s->fn = fn;
  s->arg = arg;
  aws_buf_init(&s->base, 1024);
  aws_buf_init(&s->url, 2048);
  aws_buf_init(&s->token, 4096);
  s->rq.timeout_ms = aws_imds_timeout_ms(settings, &profile);
  s->rq.attempts = 1;
  if (aws_imds_url(settings, &profile, &s->base, &ignored) &&
      ask(s, "PUT", "/latest/api/token",
          (struct aws_http_header){AWS_STR_LIT("x-aws-ec2-metadata-token-ttl-seconds"),
                                   AWS_STR_LIT("60")},
          on_token))
    return s;
  aws_region_cancel(s);
  return NULL;
}
