/* Signature Version 4 in three stages, each left in struct aws_signing to be looked at. */
#include "aws/auth/canonical.h"
#include "aws/auth/key_cache.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

enum { TEXT_MAX = 4 << 20 };

/* What the stages share. */
struct work {
  const struct aws_sign_request *rq;
  const struct aws_sign_config *cfg;
  struct aws_key_cache *keys;
  struct aws_canonical_headers headers;
  struct aws_str date;  /* YYYYMMDD */
  struct aws_str token; /* {NULL, 0}: none */
  struct aws_buf scope, signed_headers;
};

void aws_signing_init(struct aws_signing *s) {
  memset(s, 0, sizeof *s);
  aws_buf_init(&s->canonical, TEXT_MAX);
  aws_buf_init(&s->to_sign, TEXT_MAX);
  aws_buf_init(&s->authorization, TEXT_MAX);
  aws_buf_init(&s->query, TEXT_MAX);
}

/* Wiped: canonical request and query hold the session token. */
void aws_signing_done(struct aws_signing *s) {
  aws_buf_wipe_done(&s->canonical);
  aws_buf_wipe_done(&s->to_sign);
  aws_buf_wipe_done(&s->authorization);
  aws_buf_wipe_done(&s->query);
  aws_wipe(s->signature, sizeof s->signature);
}

/* ---- preparation ----------------------------------------------------------------------------- */

static bool check(const struct aws_sign_request *rq, const struct aws_sign_config *cfg,
                  struct aws_error *err) {
  bool host = false;
  for (size_t i = 0; i < rq->nheaders; i++)
    host |= rq->headers[i].name.n == 4 && (rq->headers[i].name.p[0] | 32) == 'h' &&
            (rq->headers[i].name.p[1] | 32) == 'o' && (rq->headers[i].name.p[2] | 32) == 's' &&
            (rq->headers[i].name.p[3] | 32) == 't';
  if (!host)
    aws_error_set(err, AWS_E_USAGE, "signing: the request has no Host header");
  else if (!cfg->creds || !cfg->creds->key_id[0] || !cfg->creds->secret.p)
    aws_error_set(err, AWS_E_CREDENTIALS, "signing: there are no credentials to sign with");
  else if (!cfg->region || !cfg->region[0] || !cfg->service || !cfg->service[0])
    aws_error_set(err, AWS_E_USAGE, "signing: region or service is missing");
  else if (cfg->presign_seconds > 604800)
    aws_error_set(err, AWS_E_USAGE, "signing: a presigned URL holds for 7 days at most");
  else
    return true;
  return false;
}

static bool prepare_payload(struct aws_signing *out, const struct work *w) {
  if (w->cfg->unsigned_payload) {
    memcpy(out->payload_hash, "UNSIGNED-PAYLOAD", sizeof "UNSIGNED-PAYLOAD");
    return true;
  }
  unsigned char md[AWS_SHA256_SIZE];
  if (!aws_digest_sha256(aws_key_cache_digest(w->keys), w->rq->body, md))
    return false;
  aws_digest_hex(md, out->payload_hash);
  return true;
}

static bool prepare_headers(struct aws_signing *out, struct work *w) {
  struct aws_canonical_headers *h = &w->headers;
  bool ok = true;
  for (size_t i = 0; ok && i < w->rq->nheaders; i++)
    ok = aws_canonical_header_add(h, w->rq->headers[i].name, w->rq->headers[i].value);
  if (w->cfg->presign_seconds == 0) {
    ok = ok && aws_canonical_header_add(h, AWS_STR_LIT("x-amz-date"), aws_str_from(out->amz_date));
    if (w->token.p && !w->cfg->token_after)
      ok = ok && aws_canonical_header_add(h, AWS_STR_LIT("x-amz-security-token"), w->token);
    if (w->cfg->content_sha256)
      ok = ok && aws_canonical_header_add(h, AWS_STR_LIT("x-amz-content-sha256"),
                                          aws_str_from(out->payload_hash));
  }
  aws_canonical_signed_headers(&w->signed_headers, h);
  return ok;
}

static void prepare_scope(struct work *w) {
  const struct aws_str parts[] = {w->date, aws_str_from(w->cfg->region),
                                  aws_str_from(w->cfg->service), AWS_STR_LIT("aws4_request")};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (i > 0)
      aws_buf_add_char(&w->scope, '/');
    aws_buf_add_str(&w->scope, parts[i]);
  }
}

static void add_param(struct aws_buf *q, const char *name, struct aws_str value) {
  if (q->n > 0)
    aws_buf_add_char(q, '&');
  aws_buf_add_c(q, name);
  aws_buf_add_char(q, '=');
  aws_buf_add_uri(q, value, false);
}

/* Query form: all parameters but the signature. */
static void prepare_query(struct aws_signing *out, struct work *w) {
  struct aws_buf *q = &out->query;
  aws_buf_add_str(q, w->rq->query);
  if (w->cfg->presign_seconds == 0)
    return;
  struct aws_buf credential;
  aws_buf_init(&credential, TEXT_MAX);
  aws_buf_addf(&credential, "%s/%.*s", w->cfg->creds->key_id, AWS_STR_ARG(aws_buf_str(&w->scope)));
  add_param(q, "X-Amz-Algorithm", AWS_STR_LIT(ALGORITHM));
  add_param(q, "X-Amz-Credential", aws_buf_str(&credential));
  add_param(q, "X-Amz-Date", aws_str_from(out->amz_date));
  aws_buf_addf(q, "&X-Amz-Expires=%d", w->cfg->presign_seconds);
  add_param(q, "X-Amz-SignedHeaders", aws_buf_str(&w->signed_headers));
  if (w->token.p && !w->cfg->token_after)
    add_param(q, "X-Amz-Security-Token", w->token);
  q->failed |= credential.failed;
  aws_buf_done(&credential);
}

/* ---- the stages ------------------------------------------------------------------------------ */

static bool stage_canonical(struct aws_signing *out, struct work *w) {
  struct aws_buf *c = &out->canonical;
  aws_buf_add_c(c, w->rq->method);
  aws_buf_add_char(c, '\n');
  aws_canonical_path(c, w->rq->path, w->cfg);
  aws_buf_add_char(c, '\n');
  if (!aws_canonical_query(c, aws_buf_str(&out->query)))
    return false;
  aws_buf_add_char(c, '\n');
  aws_canonical_headers(c, &w->headers);
  aws_buf_add_char(c, '\n');
  aws_buf_add_str(c, aws_buf_str(&w->signed_headers));
  aws_buf_add_char(c, '\n');
  aws_buf_add_c(c, out->payload_hash);
  return !c->failed;
}

static bool stage_to_sign(struct aws_signing *out, struct work *w) {
  unsigned char md[AWS_SHA256_SIZE];
  char hex[2 * AWS_SHA256_SIZE + 1];
  if (!aws_digest_sha256(aws_key_cache_digest(w->keys), aws_buf_str(&out->canonical), md))
    return false;
  aws_digest_hex(md, hex);
  aws_buf_add_c(&out->to_sign, ALGORITHM "\n");
  aws_buf_add_c(&out->to_sign, out->amz_date);
  aws_buf_add_char(&out->to_sign, '\n');
  aws_buf_add_str(&out->to_sign, aws_buf_str(&w->scope));
  aws_buf_add_char(&out->to_sign, '\n');
  aws_buf_add_c(&out->to_sign, hex);
  return !out->to_sign.failed;
}

static bool stage_signature(struct aws_signing *out, struct work *w) {
  unsigned char md[AWS_SHA256_SIZE];
  const unsigned char *key = aws_key_cache_get(w->keys, aws_secret_str(&w->cfg->creds->secret),
                                               w->date, w->cfg->region, w->cfg->service);
  if (!key || !aws_digest_hmac(aws_key_cache_digest(w->keys), key, AWS_SHA256_SIZE,
                               aws_buf_str(&out->to_sign), md))
    return false;
  aws_digest_hex(md, out->signature);
  return true;
}

/* ---- the two forms --------------------------------------------------------------------------- */

static bool finish_header(struct aws_signing *out, struct work *w) {
  struct aws_buf *a = &out->authorization;
  aws_buf_add_c(a, ALGORITHM " Credential=");
  aws_buf_add_c(a, w->cfg->creds->key_id);
  aws_buf_add_char(a, '/');
  aws_buf_add_str(a, aws_buf_str(&w->scope));
  aws_buf_add_c(a, ", SignedHeaders=");
  aws_buf_add_str(a, aws_buf_str(&w->signed_headers));
  aws_buf_add_c(a, ", Signature=");
  aws_buf_add_c(a, out->signature);
  return !a->failed;
}

static bool finish_query(struct aws_signing *out, struct work *w) {
  if (w->token.p && w->cfg->token_after)
    add_param(&out->query, "X-Amz-Security-Token", w->token);
  add_param(&out->query, "X-Amz-Signature", aws_str_from(out->signature));
  return !out->query.failed;
}

static bool run(struct aws_signing *out, struct work *w) {
  char date[AWS_TIME_MAX];
  aws_time_amz(w->cfg->now, date);
  memcpy(out->amz_date, date, sizeof out->amz_date);
  out->amz_date[sizeof out->amz_date - 1] = '\0';
  w->date = (struct aws_str){out->amz_date, 8};
  w->token = aws_secret_str(&w->cfg->creds->token);
  if (w->token.n == 0)
    w->token.p = NULL;
  prepare_scope(w);
  if (!prepare_payload(out, w) || !prepare_headers(out, w))
    return false;
  prepare_query(out, w);
  if (out->query.failed || w->scope.failed || w->signed_headers.failed)
    return false;
  if (!stage_canonical(out, w) || !stage_to_sign(out, w) || !stage_signature(out, w))
    return false;
  return w->cfg->presign_seconds > 0 ? finish_query(out, w) : finish_header(out, w);
}

bool aws_sigv4(struct aws_signing *out, const struct aws_sign_request *rq,
               const struct aws_sign_config *cfg, struct aws_key_cache *cache,
               struct aws_error *err) {
  if (!check(rq, cfg, err))
    return false;
  aws_buf_clear(&out->canonical);
  aws_buf_clear(&out->to_sign);
  aws_buf_clear(&out->authorization);
  aws_buf_clear(&out->query);
  struct work w = {.rq = rq, .cfg = cfg, .keys = cache ? cache : aws_key_cache_new()};
  aws_buf_init(&w.scope, TEXT_MAX);
  aws_buf_init(&w.signed_headers, TEXT_MAX);
  bool ok = w.keys && run(out, &w);
  if (!ok)
    aws_error_set(err, AWS_E_MEMORY,
                  "signing: no memory, or the request has more than %d headers or %d query "
                  "parameters",
                  AWS_SIGN_HEADERS_MAX, AWS_SIGN_PARAMS_MAX);
  aws_buf_done(&w.scope);
  aws_buf_done(&w.signed_headers);
  if (!cache)
    aws_key_cache_free(w.keys);
  return ok;
}
