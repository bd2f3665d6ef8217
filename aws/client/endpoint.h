/* Where a service is asked, and for which region a request to it is signed. */
#ifndef CAWSOLE_AWS_CLIENT_ENDPOINT_H
#define CAWSOLE_AWS_CLIENT_ENDPOINT_H

#include "aws/client.h"

struct aws_endpoint {
  char scheme[8]; /* "https" */
  char host[400]; /* as in the Host header: with the port unless it is the scheme's own */
  char path[400]; /* base path of an override, without a slash at its end; mostly "" */
  char signing_region[64];
};

/* region NULL or "": none is configured, which only global services can do without. override: what
 * the operator configured, or NULL. False: *err set (AWS_E_CONFIG). */
bool aws_endpoint_resolve(const struct aws_service *service, const char *region,
                          const char *override, struct aws_endpoint *out,
                          struct aws_error *err) AWS_MUST_CHECK;

#endif
