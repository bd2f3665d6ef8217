/* Stage 1 of Signature Version 4: the canonical forms of path, query and headers.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
#ifndef CAWSOLE_AWS_AUTH_CANONICAL_H
#define CAWSOLE_AWS_AUTH_CANONICAL_H

#include "aws/auth.h"

#define AWS_SIGN_HEADERS_MAX 64
#define AWS_SIGN_PARAMS_MAX 4096

struct aws_canonical_headers {
  struct aws_http_header list[AWS_SIGN_HEADERS_MAX]; /* sorted by name, order of sending kept */
  size_t n;
};

/* Appends the canonical path. */
void aws_canonical_path(struct aws_buf *out, struct aws_str path,
                        const struct aws_sign_config *cfg);
/* Appends the canonical query of `query`: decoded, encoded, sorted. False: too many parameters or
 * no memory. */
bool aws_canonical_query(struct aws_buf *out, struct aws_str query);
/* Adds a header at its place. False: the table is full. */
bool aws_canonical_header_add(struct aws_canonical_headers *h, struct aws_str name,
                              struct aws_str value);
/* Appends "name:value\n" for each name, values of one name joined by commas. */
void aws_canonical_headers(struct aws_buf *out, const struct aws_canonical_headers *h);
/* Appends "host;x-amz-date". */
void aws_canonical_signed_headers(struct aws_buf *out, const struct aws_canonical_headers *h);

#endif
