/* Input objects as each protocol wants them on the wire. */
#ifndef CAWSOLE_AWS_CLIENT_SERIALIZE_H
#define CAWSOLE_AWS_CLIENT_SERIALIZE_H

#include "aws/client.h"

enum { AWS_REQUEST_MAX_BYTES = 4 << 20 };

/* Names are joined by '.' below in; lists and structures are flattened. op->lists names elements.
 */
bool aws_serialize_query(struct aws_buf *out, const struct aws_op *op, const cJSON *in);
/* in[op->root] as an element of that name with op->service->xmlns. */
bool aws_serialize_xml(struct aws_buf *out, const struct aws_op *op, const cJSON *in);
/* op->path with {Name} filled in, and op->query, for the rest protocols. False: *err set. */
bool aws_serialize_rest_path(struct aws_buf *out, const struct aws_op *op, const cJSON *in,
                             struct aws_error *err);
bool aws_serialize_rest_query(struct aws_buf *out, const struct aws_op *op, const cJSON *in);
/* rest-json: the members that are in neither path nor query; nothing when there are none. */
bool aws_serialize_rest_json(struct aws_buf *out, const struct aws_op *op, const cJSON *in);
/* All of `in` as JSON, "{}" for NULL. */
bool aws_serialize_json(struct aws_buf *out, const cJSON *in);

#endif
