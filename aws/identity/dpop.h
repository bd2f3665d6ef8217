/* Proof of possession for sign-in: a JWT, signed ES256 with the key that the tokens are bound to.
 * https://www.rfc-editor.org/rfc/rfc9449
 */
#ifndef CAWSOLE_AWS_IDENTITY_DPOP_H
#define CAWSOLE_AWS_IDENTITY_DPOP_H

#include "aws/base.h"

/* pem: an unencrypted P-256 private key. method and url: of the request that it proves; id: unique.
 * Appends the JWT to `out`. False: *err set (AWS_E_CREDENTIALS, AWS_E_MEMORY), with nothing of the
 * key in it. */
bool aws_dpop_proof(struct aws_buf *out, struct aws_str pem, const char *method, const char *url,
                    const char *id, aws_ms now, struct aws_error *err) AWS_MUST_CHECK;

#endif
