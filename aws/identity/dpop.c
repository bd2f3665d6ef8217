#include "config.h"

#include "aws/identity/dpop.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

enum { COORDINATE = 32, SIGNATURE_MAX = 128, PEM_MAX_BYTES = 16 * 1024 };

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648 section 5, without padding. */
static void add_base64url(struct aws_buf *out, const void *data, size_t n) {
  const unsigned char *p = data;
  for (size_t i = 0; i < n; i += 3) {
    size_t left = n - i;
    unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) |
                 (left > 2 ? (unsigned)p[i + 2] : 0);
    for (unsigned k = 0; k < (left > 2 ? 4 : left + 1); k++)
      aws_buf_add_char(out, base64url[v >> (18 - 6 * k) & 63]);
  }
}

/* OpenSSL would ask the terminal otherwise. */
static int no_passphrase(char *buf, int size, int writing, void *arg) {
  (void)buf;
  (void)size;
  (void)writing;
  (void)arg;
  return -1;
}

static EVP_PKEY *read_key(struct aws_str pem) {
  char group[32] = "";
  BIO *bio = pem.n <= PEM_MAX_BYTES ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
  EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
  BIO_free(bio);
  size_t n = 0;
  if (key && EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1 &&
      (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0))
    return key;
  EVP_PKEY_free(key);
  return NULL;
}

static bool add_coordinate(struct aws_buf *out, EVP_PKEY *key, const char *name) {
  BIGNUM *n = NULL;
  unsigned char bytes[COORDINATE];
  bool ok =
      EVP_PKEY_get_bn_param(key, name, &n) == 1 && BN_bn2binpad(n, bytes, COORDINATE) == COORDINATE;
  if (ok)
    add_base64url(out, bytes, COORDINATE);
  BN_free(n);
  return ok;
}

static bool add_header(struct aws_buf *out, EVP_PKEY *key) {
  struct aws_buf json;
  aws_buf_init(&json, 512);
  aws_buf_add_c(&json, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"x\":\"");
  bool ok = add_coordinate(&json, key, OSSL_PKEY_PARAM_EC_PUB_X);
  aws_buf_add_c(&json, "\",\"y\":\"");
  ok = ok && add_coordinate(&json, key, OSSL_PKEY_PARAM_EC_PUB_Y);
  aws_buf_add_c(&json, "\",\"crv\":\"P-256\"}}");
  ok = ok && !json.failed;
  if (ok)
    add_base64url(out, json.p, json.n);
  aws_buf_done(&json);
  return ok;
}

static bool add_payload(struct aws_buf *out, const char *method, const char *url, const char *id,
                        aws_ms now) {
  struct aws_buf json;
  aws_buf_init(&json, 4096);
  aws_buf_add_c(&json, "{\"htm\":");
  aws_buf_add_json(&json, aws_str_from(method));
  aws_buf_add_c(&json, ",\"htu\":");
  aws_buf_add_json(&json, aws_str_from(url));
  aws_buf_addf(&json, ",\"iat\":%lld,\"jti\":", (long long)(now / 1000));
  aws_buf_add_json(&json, aws_str_from(id));
  aws_buf_add_char(&json, '}');
  bool ok = !json.failed;
  if (ok)
    add_base64url(out, json.p, json.n);
  aws_buf_done(&json);
  return ok;
}

/* r and s, 32 bytes each, where OpenSSL gives DER. */
static bool add_signature(struct aws_buf *out, EVP_PKEY *key, struct aws_str text) {
  unsigned char der[SIGNATURE_MAX], raw[2 * COORDINATE];
  size_t n = sizeof der;
  EVP_MD_CTX *ctx = EVP_MD_CTX_new();
  bool ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
            EVP_DigestSign(ctx, der, &n, (const unsigned char *)text.p, text.n) == 1;
  EVP_MD_CTX_free(ctx);
  const unsigned char *at = der;
  ECDSA_SIG *sig = ok ? d2i_ECDSA_SIG(NULL, &at, (long)n) : NULL;
  ok = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, COORDINATE) == COORDINATE &&
       BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + COORDINATE, COORDINATE) == COORDINATE;
  ECDSA_SIG_free(sig);
  if (ok)
    add_base64url(out, raw, sizeof raw);
  return ok;
}

bool aws_dpop_proof(struct aws_buf *out, struct aws_str pem, const char *method, const char *url,
                    const char *id, aws_ms now, struct aws_error *err) {
  EVP_PKEY *key = read_key(pem);
  if (!key) {
    aws_error_set(err, AWS_E_CREDENTIALS, "the dpopKey is not a P-256 private key");
    return false;
  }
  struct aws_buf jwt;
  aws_buf_init(&jwt, 8192);
  bool ok = add_header(&jwt, key) && aws_buf_add_char(&jwt, '.') &&
            add_payload(&jwt, method, url, id, now);
  struct aws_buf signature;
  aws_buf_init(&signature, 256);
  ok = ok && add_signature(&signature, key, aws_buf_str(&jwt)) && aws_buf_add_char(&jwt, '.') &&
       aws_buf_add_str(&jwt, aws_buf_str(&signature)) && aws_buf_add_str(out, aws_buf_str(&jwt));
  EVP_PKEY_free(key);
  aws_buf_done(&jwt);
  aws_buf_done(&signature);
  if (!ok)
    aws_error_set(err, AWS_E_MEMORY, "the proof for sign-in could not be made");
  return ok;
}
