/* What AWS says when it says no, in each of its five wire shapes, as an error with a sentence. */
#ifndef CAWSOLE_AWS_CLIENT_ERRORS_H
#define CAWSOLE_AWS_CLIENT_ERRORS_H

#include "aws/client.h"

/* reply is not a success. Fills err: code, aws_code, request_id, retryable, retry_after_ms, text.
 */
void aws_error_from_reply(struct aws_error *err, const struct aws_op *op,
                          const struct aws_http_reply *reply);
/* True when AWS does not, or no longer, take the key that the request was signed with. */
bool aws_error_is_keys(const struct aws_error *err);
void aws_request_id(const struct aws_http_reply *reply, char *out, size_t n);

#endif
