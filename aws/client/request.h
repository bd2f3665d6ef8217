/* A request as it goes out: built from an operation's row, then signed. */
#ifndef CAWSOLE_AWS_CLIENT_REQUEST_H
#define CAWSOLE_AWS_CLIENT_REQUEST_H

#include "aws/auth/endpoint.h"
#include "aws/client.h"

enum { AWS_REQUEST_HEADERS = 16 };

struct aws_request {
  const struct aws_op *op;
  struct aws_endpoint endpoint;
  const char *method;
  struct aws_buf path, query, body, target, url;
  struct aws_http_header headers[AWS_REQUEST_HEADERS]; /* point into this struct, `signing`
                                                          and the input */
  size_t nheaders;
  struct aws_signing signing;
  char attempt[32];
};

void aws_request_init(struct aws_request *r);
void aws_request_done(struct aws_request *r); /* overwrites what was secret */
/* Method, address, body and headers but those of the signature. False: *err set. */
bool aws_request_build(struct aws_request *r, const struct aws_op *op, const cJSON *in,
                       const struct aws_endpoint *endpoint, struct aws_error *err) AWS_MUST_CHECK;
/* Adds the signature's headers; none for an anonymous operation. creds must outlive the request's
 * use. */
bool aws_request_sign(struct aws_request *r, const struct aws_creds *creds, aws_ms now,
                      struct aws_key_cache *keys, struct aws_error *err) AWS_MUST_CHECK;
/* Adds what AWS's records show, unsigned: who we are, which call this is (the same each time that
 * it is sent) and which attempt of how many. Both texts must outlive the request's use. */
void aws_request_mark(struct aws_request *r, const char *agent, const char *invocation, int attempt,
                      int most);

#endif
