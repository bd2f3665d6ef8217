/* SHA-256 and HMAC-SHA-256 by OpenSSL 3, with everything fetched once and kept. */
#ifndef CAWSOLE_AWS_AUTH_DIGEST_H
#define CAWSOLE_AWS_AUTH_DIGEST_H

#include "aws/base.h"

#include <openssl/evp.h>

#define AWS_SHA256_SIZE 32

struct aws_digest {
  EVP_MD *md;
  EVP_MD_CTX *md_ctx;
  EVP_MAC *mac;
  EVP_MAC_CTX *mac_ctx;
};

bool aws_digest_init(struct aws_digest *d);
void aws_digest_done(struct aws_digest *d);
bool aws_digest_sha256(struct aws_digest *d, struct aws_str in, unsigned char out[AWS_SHA256_SIZE]);
bool aws_digest_hmac(struct aws_digest *d, const void *key, size_t nkey, struct aws_str in,
                     unsigned char out[AWS_SHA256_SIZE]);
void aws_digest_hex(const unsigned char in[AWS_SHA256_SIZE], char out[2 * AWS_SHA256_SIZE + 1]);

#endif
