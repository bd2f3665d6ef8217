/* Where a service is asked, and for which region a request to it is signed.
 * https://docs.aws.amazon.com/general/latest/gr/rande.html
 */
#ifndef CAWSOLE_AWS_AUTH_ENDPOINT_H
#define CAWSOLE_AWS_AUTH_ENDPOINT_H

#include "aws/base.h"

struct aws_endpoint {
  char scheme[8]; /* "https" */
  char host[400]; /* as in the Host header: with the port unless it is the scheme's own */
  char path[400]; /* base path of an override, without a slash at its end; mostly "" */
  char signing_region[64];
};

/* Everything borrowed. */
struct aws_endpoint_ask {
  const char *service;     /* "ecs": as in aws_service.id */
  const char *host_prefix; /* "ecs", "monitoring" */
  bool global;             /* one endpoint a partition, signed for one of its regions */
  const char *region;      /* NULL or "": none is configured; only global services do without */
  bool fips, dualstack;
  const char *override; /* what the operator configured, or NULL */
};

/* False: *err set (AWS_E_CONFIG): no region or one that is no name; an override that is no address,
 * or that comes with fips or dualstack, which nobody could honour then; a service that has no such
 * endpoint in that partition. */
bool aws_endpoint_resolve(const struct aws_endpoint_ask *ask, struct aws_endpoint *out,
                          struct aws_error *err) AWS_MUST_CHECK;

/* ---- the table (endpoint_table.c) ------------------------------------------------------------ */

/* Of the regions whose names begin so. */
struct aws_partition {
  const char *name; /* "aws", "cn", "iso-b": without "aws-" */
  const char *prefix, *suffix, *dualstack_suffix;
  const char *global_region; /* that global services are signed for */
};
const struct aws_partition *aws_partition_of(const char *region); /* never NULL: aws */
/* The host of a service as a pattern: {p} the service's prefix, {r} the region (a global service's
 * own), {s} and {d} the suffix for ordinary and for dual-stack names. NULL: there is none. */
const char *aws_endpoint_pattern(const struct aws_endpoint_ask *ask, const struct aws_partition *p,
                                 const char *region);

#endif
