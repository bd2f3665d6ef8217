/* Signs the requests that come as JSON, one a line, and prints Authorization or the presigned
 * query, one a line: for differential_sigv4.py to hold against botocore. */
#include "config.h"

#include "aws/auth.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 1 << 20, HEADERS_MAX = 40 };

static const char *text(const cJSON *o, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static bool flag(const cJSON *o, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, name));
}

static void add_hex(struct aws_buf *out, const char *hex) {
  unsigned byte;
  for (; hex[0] && hex[1] && sscanf(hex, "%2x", &byte) == 1; hex += 2)
    aws_buf_add_char(out, (char)byte);
}

static bool sign(const cJSON *o, struct aws_signing *s, struct aws_key_cache *keys) {
  struct aws_http_header headers[HEADERS_MAX];
  struct aws_buf body;
  struct aws_creds creds = {.key_id = ""};
  struct aws_error err = {0};
  aws_buf_init(&body, LINE_MAX_BYTES);
  add_hex(&body, text(o, "body"));
  snprintf(creds.key_id, sizeof creds.key_id, "%s", text(o, "key_id"));
  const char *token = text(o, "token");
  bool ok = aws_secret_set(&creds.secret, aws_str_from(text(o, "secret"))) &&
            (!token || aws_secret_set(&creds.token, aws_str_from(token)));
  struct aws_sign_request rq = {.method = text(o, "method"),
                                .path = aws_str_from(text(o, "path")),
                                .query = aws_str_from(text(o, "query")),
                                .headers = headers,
                                .body = aws_buf_str(&body)};
  const cJSON *h;
  cJSON_ArrayForEach(h, cJSON_GetObjectItemCaseSensitive(o, "headers")) {
    if (rq.nheaders == HEADERS_MAX)
      return false;
    headers[rq.nheaders++] = (struct aws_http_header){aws_str_from(h->child->valuestring),
                                                      aws_str_from(h->child->next->valuestring)};
  }
  const cJSON *seconds = cJSON_GetObjectItemCaseSensitive(o, "presign");
  bool s3 = flag(o, "s3");
  struct aws_sign_config cfg = {.region = text(o, "region"),
                                .service = text(o, "service"),
                                .now =
                                    (aws_ms)cJSON_GetObjectItemCaseSensitive(o, "now")->valuedouble,
                                .creds = &creds,
                                .s3 = s3,
                                .content_sha256 = s3,
                                .presign_seconds = seconds->valueint,
                                .unsigned_payload = s3 && seconds->valueint > 0};
  ok = ok && aws_sigv4(s, &rq, &cfg, keys, &err);
  if (ok)
    puts(seconds->valueint > 0 ? s->query.p : s->authorization.p);
  else
    puts(err.text);
  aws_buf_done(&body);
  aws_creds_done(&creds);
  return ok;
}

int main(void) {
  char *line = malloc(LINE_MAX_BYTES);
  struct aws_key_cache *keys = aws_key_cache_new();
  struct aws_signing s;
  aws_signing_init(&s);
  bool ok = line && keys;
  while (ok && fgets(line, LINE_MAX_BYTES, stdin)) {
    cJSON *o = cJSON_Parse(line);
    ok = o && sign(o, &s, keys);
    cJSON_Delete(o);
  }
  aws_signing_done(&s);
  aws_key_cache_free(keys);
  free(line);
  return ok ? 0 : 1;
}
