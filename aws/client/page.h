/* An answer's body as a page of plain structs. */
#ifndef CAWSOLE_AWS_CLIENT_PAGE_H
#define CAWSOLE_AWS_CLIENT_PAGE_H

#include "aws/client.h"

enum { AWS_BODY_MAX = 32 << 20 };

/* Decodes a success. The tree is gone afterwards. *token: where the next page begins, to be freed;
 * NULL: this was the last one. NULL: *err set (AWS_E_BODY, AWS_E_MEMORY). */
struct aws_page *aws_page_decode(const struct aws_op *op, const struct aws_http_reply *reply,
                                 bool secret, aws_ms now, char **token,
                                 struct aws_error *err) AWS_MUST_CHECK;

#endif
