/* Signature Version 4, the verifying side. The canonical request is built from the bytes that came
 * over the wire. */
#include "sim/verify.h"

#include "sim/params.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define CANONICAL_MAX ((size_t)256 << 10)
#define PAIRS_MAX 256
#define HEX_SHA256 65

const char *sim_http_header_value(const struct sim_http *h, const char *name) {
  for (size_t i = 0; i < h->nheaders; i++)
    if (!strcasecmp(h->headers[i].name, name))
      return h->headers[i].value;
  return NULL;
}

/* ---- reading what was sent ------------------------------------------------------------------- */

static void read_credential(struct sim_auth *auth, struct aws_str credential) {
  struct aws_str rest = credential;

  auth->access_key = aws_str_split(&rest, '/');
  auth->scope = rest;
  auth->date = aws_str_split(&rest, '/');
  auth->region = aws_str_split(&rest, '/');
  auth->service = aws_str_split(&rest, '/');
  auth->malformed |= !auth->access_key.n || auth->date.n != 8 || !auth->region.n ||
                     !auth->service.n || !aws_str_eq_c(rest, "aws4_request");
}

static void read_header(struct sim_auth *auth, const char *value) {
  static const char scheme[] = "AWS4-HMAC-SHA256";
  struct aws_str rest = aws_str_trim(aws_str_from(value));
  struct aws_str credential = {0};

  auth->present = true;
  if (!aws_str_starts(rest, scheme)) {
    auth->malformed = true;
    return;
  }
  rest.p += sizeof scheme - 1;
  rest.n -= sizeof scheme - 1;
  while (rest.n) {
    struct aws_str part = aws_str_trim(aws_str_split(&rest, ','));
    struct aws_str name = aws_str_split(&part, '=');
    if (aws_str_eq_c(name, "Credential"))
      credential = part;
    else if (aws_str_eq_c(name, "SignedHeaders"))
      auth->signed_headers = part;
    else if (aws_str_eq_c(name, "Signature"))
      auth->signature = part;
  }
  read_credential(auth, credential);
  auth->malformed |= !auth->signed_headers.n || auth->signature.n != 64;
}

static bool read_query(struct aws_arena *a, const struct sim_http *h, struct sim_auth *auth) {
  struct aws_str rest = h->query;

  while (rest.n) {
    struct aws_str value = aws_str_split(&rest, '&');
    struct aws_str name = aws_str_split(&value, '=');
    if (!aws_str_starts(name, "X-Amz-"))
      continue;
    value = sim_unescape(a, value.p ? value : AWS_STR_LIT(""), false);
    if (!value.p) {
      auth->malformed = true;
      return true;
    }
    if (aws_str_eq_c(name, "X-Amz-Signature"))
      auth->signature = value;
    else if (aws_str_eq_c(name, "X-Amz-Credential"))
      read_credential(auth, value);
    else if (aws_str_eq_c(name, "X-Amz-SignedHeaders"))
      auth->signed_headers = value;
    else if (aws_str_eq_c(name, "X-Amz-Date"))
      auth->amz_date = value;
    else if (aws_str_eq_c(name, "X-Amz-Expires"))
      auth->malformed |= !aws_str_to_int(value, &auth->expires);
  }
  auth->present = auth->presigned = auth->signature.n != 0;
  auth->malformed |=
      auth->presigned && (!auth->signed_headers.n || auth->expires < 1 || auth->expires > 604800);
  return true;
}

bool sim_auth_read(struct aws_arena *a, const struct sim_http *h, struct sim_auth *auth) {
  const char *authorization = sim_http_header_value(h, "Authorization");

  *auth = (struct sim_auth){0};
  if (!authorization)
    return read_query(a, h, auth);
  struct aws_str copy = aws_arena_copy(a, aws_str_from(authorization));
  if (!copy.p)
    return false;
  read_header(auth, copy.p);
  auth->amz_date = aws_str_from(sim_http_header_value(h, "X-Amz-Date"));
  return true;
}

/* ---- the canonical request ------------------------------------------------------------------- */

static void hex_sha256(const void *p, size_t n, char out[HEX_SHA256]) {
  unsigned char md[32];
  unsigned len = 0;

  EVP_Digest(p ? p : "", n, md, &len, EVP_sha256(), NULL);
  for (size_t i = 0; i < sizeof md; i++)
    snprintf(out + 2 * i, 3, "%02x", md[i]);
}

/* Dots resolved and slashes collapsed (RFC 3986, 5.2.4), then everything encoded once more. */
static void canonical_path(struct aws_arena *a, struct aws_buf *b, struct aws_str path, bool s3) {
  if (s3) {
    aws_buf_add_str(b, path.n ? path : AWS_STR_LIT("/"));
    return;
  }
  struct aws_str *kept = aws_arena_alloc_n(a, path.n + 1, sizeof *kept), rest = path;
  size_t n = 0;
  bool slash = path.n && path.p[path.n - 1] == '/';

  if (!kept) {
    b->failed = true;
    return;
  }
  while (rest.n) {
    struct aws_str segment = aws_str_split(&rest, '/');
    bool dot = aws_str_eq_c(segment, "."), up = aws_str_eq_c(segment, "..");
    slash |= !rest.n && (dot || up);
    if (up && n)
      n--;
    else if (segment.n && !dot && !up)
      kept[n++] = segment;
  }
  for (size_t i = 0; i < n; i++) {
    aws_buf_add_char(b, '/');
    aws_buf_add_uri(b, kept[i], false);
  }
  if (!n || slash)
    aws_buf_add_char(b, '/');
}

struct pair {
  struct aws_str name, value; /* encoded */
};

static int by_pair(const void *a, const void *b) {
  const struct pair *x = a, *y = b;
  int c = aws_str_cmp(x->name, y->name);

  return c ? c : aws_str_cmp(x->value, y->value);
}

static struct aws_str encoded_again(struct aws_arena *a, struct aws_str s) {
  struct aws_buf b;
  struct aws_str plain = sim_unescape(a, s.p ? s : AWS_STR_LIT(""), false), out;

  aws_buf_init(&b, CANONICAL_MAX);
  aws_buf_add_uri(&b, plain, false);
  out = aws_arena_copy(a, b.p ? aws_buf_str(&b) : AWS_STR_LIT(""));
  aws_buf_done(&b);
  return out;
}

static void canonical_query(struct aws_arena *a, struct aws_buf *b, struct aws_str query) {
  struct pair pairs[PAIRS_MAX];
  size_t n = 0;

  while (query.n) {
    struct aws_str value = aws_str_split(&query, '&');
    if (!value.n)
      continue;
    struct aws_str name = aws_str_split(&value, '=');
    if (aws_str_eq_c(name, "X-Amz-Signature"))
      continue;
    if (n == PAIRS_MAX) {
      b->failed = true;
      return;
    }
    pairs[n++] = (struct pair){encoded_again(a, name), encoded_again(a, value)};
  }
  if (n > 1)
    qsort(pairs, n, sizeof pairs[0], by_pair);
  for (size_t i = 0; i < n; i++) {
    if (i)
      aws_buf_add_char(b, '&');
    aws_buf_add_str(b, pairs[i].name);
    aws_buf_add_char(b, '=');
    aws_buf_add_str(b, pairs[i].value);
  }
}

/* Trimmed, and runs of white space inside made one space. */
static void add_folded(struct aws_buf *b, const char *value) {
  struct aws_str s = aws_str_trim(aws_str_from(value));
  bool space = false;

  for (size_t i = 0; i < s.n; i++) {
    bool is_space = isspace((unsigned char)s.p[i]);
    if (!is_space)
      aws_buf_add_char(b, s.p[i]);
    else if (!space)
      aws_buf_add_char(b, ' ');
    space = is_space;
  }
}

/* False: a header is said to be signed that was not sent, or they are not in order. */
static bool canonical_headers(struct aws_buf *b, const struct sim_http *h, struct aws_str list) {
  struct aws_str last = {0};

  while (list.n) {
    struct aws_str name = aws_str_split(&list, ';');
    size_t found = 0;
    if (!name.n || (last.p && aws_str_cmp(last, name) >= 0))
      return false;
    last = name;
    aws_buf_add_str(b, name);
    aws_buf_add_char(b, ':');
    for (size_t i = 0; i < h->nheaders; i++) {
      const struct sim_http_header *x = &h->headers[i];
      if (strlen(x->name) != name.n || strncasecmp(x->name, name.p, name.n) != 0)
        continue;
      if (found++)
        aws_buf_add_char(b, ',');
      add_folded(b, x->value);
    }
    if (!found)
      return false;
    aws_buf_add_char(b, '\n');
  }
  return true;
}

static bool is_signed(struct aws_str list, const char *name) {
  while (list.n) {
    struct aws_str x = aws_str_split(&list, ';');
    if (x.n == strlen(name) && !strncasecmp(x.p, name, x.n))
      return true;
  }
  return false;
}

/* host, and every x-amz-* and content-type that came, must be under the signature. */
static bool covers_enough(const struct sim_http *h, const struct sim_auth *auth) {
  if (!is_signed(auth->signed_headers, "host"))
    return false;
  for (size_t i = 0; i < h->nheaders; i++) {
    const char *name = h->headers[i].name;
    bool must = !strncasecmp(name, "x-amz-", 6) || !strcasecmp(name, "content-type");
    if (must && !is_signed(auth->signed_headers, name))
      return false;
  }
  return true;
}

/* ---- the signature --------------------------------------------------------------------------- */

static void hmac(const unsigned char *key, size_t nkey, struct aws_str data,
                 unsigned char out[32]) {
  unsigned len = 0;

  HMAC(EVP_sha256(), key, (int)nkey, (const unsigned char *)data.p, data.n, out, &len);
}

static void signature_of(const char *secret, const struct sim_auth *auth, struct aws_str to_sign,
                         char out[HEX_SHA256]) {
  unsigned char key[32];
  char first[256];
  int n = snprintf(first, sizeof first, "AWS4%s", secret);

  hmac((unsigned char *)first, n > 0 && (size_t)n < sizeof first ? (size_t)n : sizeof first - 1,
       auth->date, key);
  hmac(key, sizeof key, auth->region, key);
  hmac(key, sizeof key, auth->service, key);
  hmac(key, sizeof key, AWS_STR_LIT("aws4_request"), key);
  hmac(key, sizeof key, to_sign, key);
  for (size_t i = 0; i < sizeof key; i++)
    snprintf(out + 2 * i, 3, "%02x", key[i]);
  OPENSSL_cleanse(key, sizeof key);
  OPENSSL_cleanse(first, sizeof first);
}

/* "20260115T120000Z", which is all that X-Amz-Date may look like. */
static bool read_amz_date(struct aws_str s, aws_ms *out) {
  char iso[24];

  if (s.n != 16 || s.p[8] != 'T' || s.p[15] != 'Z')
    return false;
  snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s.p, s.p + 4, s.p + 6, s.p + 9,
           s.p + 11, s.p + 13);
  return aws_time_parse(aws_str_from(iso), out);
}

static enum sim_verdict check_scope(const struct sim_auth *auth, const struct sim_expect *x) {
  aws_ms signed_at;

  if (!auth->present)
    return SIM_VERDICT_NO_AUTH;
  if (auth->malformed || !read_amz_date(auth->amz_date, &signed_at))
    return SIM_VERDICT_MALFORMED;
  if (!aws_str_eq_c(auth->access_key, x->access_key))
    return SIM_VERDICT_KEY;
  if (!aws_str_eq_c(auth->service, x->service))
    return SIM_VERDICT_SERVICE;
  if (x->region && !aws_str_eq_c(auth->region, x->region))
    return SIM_VERDICT_REGION;
  if (auth->amz_date.n < 8 || memcmp(auth->amz_date.p, auth->date.p, 8) != 0)
    return SIM_VERDICT_DATE;
  if (signed_at > x->now + x->skew)
    return SIM_VERDICT_EARLY;
  if (auth->presigned)
    return x->now > signed_at + auth->expires * 1000 ? SIM_VERDICT_EXPIRED : SIM_VERDICT_GOOD;
  return signed_at < x->now - x->skew ? SIM_VERDICT_SKEWED : SIM_VERDICT_GOOD;
}

/* The payload's hash as it stands in the canonical request; false: it is not the body's. */
static bool payload_hash(const struct sim_http *h, const struct sim_auth *auth,
                         const struct sim_expect *x, char out[HEX_SHA256]) {
  const char *sent = sim_http_header_value(h, "x-amz-content-sha256");

  hex_sha256(h->body, h->nbody, out);
  if (x->s3 && (auth->presigned || (sent && !strcmp(sent, "UNSIGNED-PAYLOAD")))) {
    snprintf(out, HEX_SHA256, "UNSIGNED-PAYLOAD");
    return true;
  }
  return sent ? !strcmp(sent, out) : !x->s3;
}

static bool canonical_request(struct aws_arena *a, struct aws_buf *b, const struct sim_http *h,
                              const struct sim_auth *auth, const struct sim_expect *x,
                              const char *hash) {
  aws_buf_addf(b, "%s\n", h->method);
  canonical_path(a, b, h->path, x->s3);
  aws_buf_add_char(b, '\n');
  canonical_query(a, b, h->query);
  aws_buf_add_char(b, '\n');
  if (!canonical_headers(b, h, auth->signed_headers))
    return false;
  aws_buf_addf(b, "\n%.*s\n%s", AWS_STR_ARG(auth->signed_headers), hash);
  return !b->failed;
}

enum sim_verdict sim_verify(struct aws_arena *a, const struct sim_http *h,
                            const struct sim_auth *auth, const struct sim_expect *x,
                            struct aws_str *canonical) {
  char hash[HEX_SHA256], expected[HEX_SHA256];
  struct aws_buf b, to_sign;
  enum sim_verdict verdict = check_scope(auth, x);

  if (verdict != SIM_VERDICT_GOOD)
    return verdict;
  if (!covers_enough(h, auth))
    return SIM_VERDICT_MALFORMED;
  if (!payload_hash(h, auth, x, hash))
    return SIM_VERDICT_PAYLOAD;
  aws_buf_init(&b, CANONICAL_MAX);
  aws_buf_init(&to_sign, CANONICAL_MAX);
  if (!canonical_request(a, &b, h, auth, x, hash)) {
    verdict = SIM_VERDICT_MALFORMED;
  } else {
    if (canonical)
      *canonical = aws_arena_copy(a, aws_buf_str(&b));
    hex_sha256(b.p, b.n, hash);
    aws_buf_addf(&to_sign, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%s", AWS_STR_ARG(auth->amz_date),
                 AWS_STR_ARG(auth->scope), hash);
    signature_of(x->secret, auth, aws_buf_str(&to_sign), expected);
    if (auth->signature.n != 64 || CRYPTO_memcmp(auth->signature.p, expected, 64) != 0)
      verdict = SIM_VERDICT_SIGNATURE;
  }
  aws_buf_done(&b);
  aws_buf_done(&to_sign);
  return verdict;
}
