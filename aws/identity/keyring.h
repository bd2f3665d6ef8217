/* What keys were derived from, and the keys that are kept from one keeper to the next. */
#ifndef CAWSOLE_AWS_IDENTITY_KEYRING_H
#define CAWSOLE_AWS_IDENTITY_KEYRING_H

#include "aws/auth/digest.h"
#include "aws/auth/settings.h"
#include "aws/identity.h"

/* A digest of all that leads to the keys of the chosen profile: its name, its properties and those
 * of the profiles and sessions that it names. */
struct aws_key_mark {
  bool known; /* false: no memory; equals no other */
  unsigned char digest[AWS_SHA256_SIZE];
};
struct aws_key_mark aws_key_mark_of(const struct aws_settings *s);

/* Keeps a copy, in the place of those with the same mark; nothing when there is no memory. came:
 * wall clock, when the operator gave the code. */
void aws_keyring_put(struct aws_keyring *ring, const struct aws_key_mark *mark,
                     const struct aws_creds *creds, aws_ms came);
/* Borrowed; NULL: none. */
const struct aws_creds *aws_keyring_get(const struct aws_keyring *ring,
                                        const struct aws_key_mark *mark, aws_ms *came);
void aws_keyring_drop(struct aws_keyring *ring, const char *key_id); /* AWS refused it */
void aws_keyring_tidy(struct aws_keyring *ring, aws_ms now);         /* wipes what has expired */

#endif
