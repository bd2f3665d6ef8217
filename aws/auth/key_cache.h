/* Signing keys by (secret, date, region, service). */
#ifndef CAWSOLE_AWS_AUTH_KEY_CACHE_H
#define CAWSOLE_AWS_AUTH_KEY_CACHE_H

#include "aws/auth.h"
#include "aws/auth/digest.h"

struct aws_digest *aws_key_cache_digest(struct aws_key_cache *c);
/* date: YYYYMMDD. The key stays valid until the next call; NULL: the library failed. */
const unsigned char *aws_key_cache_get(struct aws_key_cache *c, struct aws_str secret,
                                       struct aws_str date, const char *region,
                                       const char *service);

#endif
