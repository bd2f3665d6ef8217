#include "aws/auth/digest.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

bool aws_digest_init(struct aws_digest *d) {
  memset(d, 0, sizeof *d);
  d->md = EVP_MD_fetch(NULL, "SHA256", NULL);
  d->md_ctx = EVP_MD_CTX_new();
  d->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  d->mac_ctx = d->mac ? EVP_MAC_CTX_new(d->mac) : NULL;
  char name[] = "SHA256";
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                         OSSL_PARAM_construct_end()};
  if (d->md && d->md_ctx && d->mac_ctx && EVP_MAC_CTX_set_params(d->mac_ctx, params))
    return true;
  aws_digest_done(d);
  return false;
}

void aws_digest_done(struct aws_digest *d) {
  EVP_MAC_CTX_free(d->mac_ctx);
  EVP_MAC_free(d->mac);
  EVP_MD_CTX_free(d->md_ctx);
  EVP_MD_free(d->md);
  memset(d, 0, sizeof *d);
}

bool aws_digest_sha256(struct aws_digest *d, struct aws_str in,
                       unsigned char out[AWS_SHA256_SIZE]) {
  unsigned n = 0;
  return EVP_DigestInit_ex2(d->md_ctx, d->md, NULL) && EVP_DigestUpdate(d->md_ctx, in.p, in.n) &&
         EVP_DigestFinal_ex(d->md_ctx, out, &n) && n == AWS_SHA256_SIZE;
}

bool aws_digest_hmac(struct aws_digest *d, const void *key, size_t nkey, struct aws_str in,
                     unsigned char out[AWS_SHA256_SIZE]) {
  size_t n = 0;
  return EVP_MAC_init(d->mac_ctx, key, nkey, NULL) &&
         EVP_MAC_update(d->mac_ctx, (const unsigned char *)in.p, in.n) &&
         EVP_MAC_final(d->mac_ctx, out, &n, AWS_SHA256_SIZE) && n == AWS_SHA256_SIZE;
}

void aws_digest_hex(const unsigned char in[AWS_SHA256_SIZE], char out[2 * AWS_SHA256_SIZE + 1]) {
  static const char hex[] = "0123456789abcdef";
  for (size_t i = 0; i < AWS_SHA256_SIZE; i++) {
    out[2 * i] = hex[in[i] >> 4];
    out[2 * i + 1] = hex[in[i] & 15];
  }
  out[2 * AWS_SHA256_SIZE] = '\0';
}
