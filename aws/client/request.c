#include "config.h"

#include "aws/client/request.h"
#include "aws/client/serialize.h"

#include <stdio.h>

enum { OTHER_HEADERS = 4 + 1 + 3 }; /* of the signature, Content-Type, of the mark */

#define LIT(s) AWS_STR_LIT(s)

void aws_request_init(struct aws_request *r) {
  memset(r, 0, sizeof *r);
  aws_buf_init(&r->path, AWS_REQUEST_MAX_BYTES);
  aws_buf_init(&r->query, AWS_REQUEST_MAX_BYTES);
  aws_buf_init(&r->body, AWS_REQUEST_MAX_BYTES);
  aws_buf_init(&r->target, 256);
  aws_buf_init(&r->url, AWS_REQUEST_MAX_BYTES);
  aws_signing_init(&r->signing);
}

void aws_request_done(struct aws_request *r) {
  aws_buf_done(&r->path);
  aws_buf_done(&r->query);
  aws_buf_wipe_done(&r->body);
  aws_buf_done(&r->target);
  aws_buf_done(&r->url);
  aws_signing_done(&r->signing);
}

static void add_header(struct aws_request *r, struct aws_str name, struct aws_str value) {
  r->headers[r->nheaders++] = (struct aws_http_header){name, value};
}

/* ---- by protocol ----------------------------------------------------------------------------- */

static bool build_json(struct aws_request *r, const cJSON *in, struct aws_error *err) {
  (void)err;
  bool v1_0 = r->op->service->protocol == AWS_JSON_1_0;
  aws_buf_addf(&r->target, "%s.%s", r->op->service->target_prefix, r->op->name);
  add_header(r, LIT("X-Amz-Target"), aws_buf_str(&r->target));
  add_header(r, LIT("Content-Type"),
             v1_0 ? LIT("application/x-amz-json-1.0") : LIT("application/x-amz-json-1.1"));
  if (r->op->service->query_mode)
    add_header(r, LIT("x-amzn-query-mode"), LIT("true"));
  return aws_buf_add_char(&r->path, '/') && aws_serialize_json(&r->body, in);
}

static bool build_query(struct aws_request *r, const cJSON *in, struct aws_error *err) {
  (void)err;
  add_header(r, LIT("Content-Type"), LIT("application/x-www-form-urlencoded; charset=utf-8"));
  return aws_buf_add_char(&r->path, '/') && aws_serialize_query(&r->body, r->op, in);
}

/* Members that travel as headers; their text stays the input's. */
static bool add_members(struct aws_request *r, const cJSON *in) {
  struct aws_str rest = aws_str_from(r->op->header);
  while (rest.n > 0) {
    struct aws_str wire = aws_str_split(&rest, ' '), name = aws_str_split(&wire, '=');
    for (const cJSON *c = in ? in->child : NULL; c; c = c->next)
      if (aws_str_eq_c(name, c->string) && cJSON_IsString(c)) {
        if (r->nheaders == AWS_REQUEST_HEADERS - OTHER_HEADERS)
          return false;
        add_header(r, wire, aws_str_from(c->valuestring));
      }
  }
  return true;
}

static bool build_address(struct aws_request *r, const cJSON *in, struct aws_error *err) {
  r->method = r->op->method;
  if (!add_members(r, in))
    return false;
  return aws_serialize_rest_path(&r->path, r->op, in, err) &&
         aws_serialize_rest_query(&r->query, r->op, in);
}

static bool build_rest_xml(struct aws_request *r, const cJSON *in, struct aws_error *err) {
  if (!build_address(r, in, err))
    return false;
  return !r->op->root || aws_serialize_xml(&r->body, r->op, in);
}

static bool build_rest_json(struct aws_request *r, const cJSON *in, struct aws_error *err) {
  if (!build_address(r, in, err))
    return false;
  if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "DELETE") == 0)
    return true;
  if (!aws_serialize_rest_json(&r->body, r->op, in))
    return false;
  if (r->body.n > 0)
    add_header(r, LIT("Content-Type"), LIT("application/json"));
  return true;
}

static bool (*const builders[])(struct aws_request *, const cJSON *, struct aws_error *) = {
    [AWS_JSON_1_0] = build_json,     [AWS_JSON_1_1] = build_json,       [AWS_QUERY] = build_query,
    [AWS_REST_XML] = build_rest_xml, [AWS_REST_JSON] = build_rest_json,
};

bool aws_request_build(struct aws_request *r, const struct aws_op *op, const cJSON *in,
                       const struct aws_endpoint *endpoint, struct aws_error *err) {
  r->op = op;
  r->endpoint = *endpoint;
  r->method = "POST";
  add_header(r, LIT("Host"), aws_str_from(r->endpoint.host));
  aws_buf_add_c(&r->path, r->endpoint.path);
  aws_error_clear(err);
  bool ok = builders[op->service->protocol](r, in, err);
  aws_buf_addf(&r->url, "%s://%s%.*s%s%.*s", r->endpoint.scheme, r->endpoint.host,
               AWS_STR_ARG(aws_buf_str(&r->path)), r->query.n ? "?" : "",
               AWS_STR_ARG(aws_buf_str(&r->query)));
  if (ok && !r->path.failed && !r->query.failed && !r->body.failed && !r->url.failed)
    return true;
  if (err->code == AWS_OK)
    aws_error_set(err, AWS_E_USAGE, "%s %s: the input does not fit the operation", op->service->id,
                  op->name);
  return false;
}

/* ---- the signature --------------------------------------------------------------------------- */

bool aws_request_sign(struct aws_request *r, const struct aws_creds *creds, aws_ms now,
                      struct aws_key_cache *keys, struct aws_error *err) {
  if (r->op->anonymous)
    return true;
  bool s3 = strcmp(r->op->service->id, "s3") == 0;
  struct aws_sign_request rq = {.method = r->method,
                                .path = aws_buf_str(&r->path),
                                .query = aws_buf_str(&r->query),
                                .headers = r->headers,
                                .nheaders = r->nheaders,
                                .body = aws_buf_str(&r->body)};
  struct aws_sign_config cfg = {.region = r->endpoint.signing_region,
                                .service = r->op->service->signing_name,
                                .now = now,
                                .creds = creds,
                                .s3 = s3,
                                .content_sha256 = s3};
  if (!aws_sigv4(&r->signing, &rq, &cfg, keys, err))
    return false;
  add_header(r, LIT("X-Amz-Date"), aws_str_from(r->signing.amz_date));
  if (creds->token.n > 0)
    add_header(r, LIT("X-Amz-Security-Token"), aws_secret_str(&creds->token));
  if (s3)
    add_header(r, LIT("X-Amz-Content-SHA256"), aws_str_from(r->signing.payload_hash));
  add_header(r, LIT("Authorization"), aws_buf_str(&r->signing.authorization));
  return true;
}

void aws_request_mark(struct aws_request *r, const char *agent, const char *invocation, int attempt,
                      int most) {
  snprintf(r->attempt, sizeof r->attempt, "attempt=%d; max=%d", attempt, most);
  add_header(r, LIT("User-Agent"), aws_str_from(agent));
  add_header(r, LIT("amz-sdk-invocation-id"), aws_str_from(invocation));
  add_header(r, LIT("amz-sdk-request"), aws_str_from(r->attempt));
}
