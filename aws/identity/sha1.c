#include "config.h"

#include "aws/identity/sha1.h"

#include <openssl/evp.h>

bool aws_sha1_hex(struct aws_str in, char out[AWS_SHA1_HEX]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char md[EVP_MAX_MD_SIZE];
  unsigned n = 0;
  if (!EVP_Digest(in.p, in.n, md, &n, EVP_sha1(), NULL) || 2 * n + 1 != AWS_SHA1_HEX)
    return false;
  for (unsigned i = 0; i < n; i++) {
    out[2 * i] = digits[md[i] >> 4];
    out[2 * i + 1] = digits[md[i] & 15];
  }
  out[2 * n] = '\0';
  return true;
}
