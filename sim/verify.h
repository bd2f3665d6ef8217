/* Signature Version 4 as the receiving side checks it: written apart from the signer, so that the
 * two cannot share a mistake.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
#ifndef CAWSOLE_SIM_VERIFY_H
#define CAWSOLE_SIM_VERIFY_H

#include "aws/base.h"

struct sim_http_header {
  const char *name, *value;
};
struct sim_http {
  const char *method;
  struct aws_str path, query; /* as they came, still encoded; query without '?' */
  const struct sim_http_header *headers;
  size_t nheaders;
  const void *body;
  size_t nbody;
};

/* What the request says about who signed it and for what. Texts are borrowed from the arena. */
struct sim_auth {
  bool present; /* there is an Authorization header or X-Amz-Signature */
  bool malformed;
  bool presigned;
  struct aws_str access_key, date, region, service; /* the credential's scope */
  struct aws_str scope;                             /* "20260115/eu-west-1/ecs/aws4_request" */
  struct aws_str signed_headers, signature, amz_date;
  int64_t expires; /* seconds; presigned */
};

enum sim_verdict {
  SIM_VERDICT_GOOD,
  SIM_VERDICT_NO_AUTH,   /* nothing was signed */
  SIM_VERDICT_MALFORMED, /* parts missing, or host, x-amz-* not signed */
  SIM_VERDICT_KEY,       /* no such access key */
  SIM_VERDICT_SERVICE,   /* scope names another service */
  SIM_VERDICT_REGION,    /* scope names another region */
  SIM_VERDICT_DATE,      /* scope's date is not that of X-Amz-Date */
  SIM_VERDICT_SKEWED,    /* signed too long ago */
  SIM_VERDICT_EARLY,     /* signed in the future */
  SIM_VERDICT_EXPIRED,   /* a presigned URL past its time */
  SIM_VERDICT_TOKEN,     /* the credentials have expired */
  SIM_VERDICT_PAYLOAD,   /* x-amz-content-sha256 is not the body's */
  SIM_VERDICT_SIGNATURE
};

struct sim_expect {
  const char *access_key, *secret;
  const char *service; /* signing name */
  const char *region;  /* NULL: any */
  aws_ms now, skew;    /* wall time; how far the client's clock may be off */
  bool s3;             /* path as it is, encoded once; x-amz-content-sha256 is a must */
};

const char *sim_http_header_value(const struct sim_http *h, const char *name); /* NULL: not sent */

/* Reads the Authorization header or the query's X-Amz-*; false: out of memory. */
bool sim_auth_read(struct aws_arena *a, const struct sim_http *h, struct sim_auth *auth);
/* Checks everything. *canonical, unless NULL, gets the canonical request (in the arena). */
enum sim_verdict sim_verify(struct aws_arena *a, const struct sim_http *h,
                            const struct sim_auth *auth, const struct sim_expect *expect,
                            struct aws_str *canonical);

#endif
