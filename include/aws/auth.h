/* Profiles, regions, key sets, and Signature Version 4 in visible stages.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
#ifndef CAWSOLE_AWS_AUTH_H
#define CAWSOLE_AWS_AUTH_H

#include "aws/io.h"

/* ---- environment and files ------------------------------------------------------------------- */

/* Where variables are looked up, so that tests and the demo bring their own (a demo reads none). */
typedef const char *(*aws_getenv_fn)(void *arg, const char *name);

struct aws_settings_input {
  aws_getenv_fn getenv; /* NULL: the process's environment */
  void *getenv_arg;
  const char *profile;    /* --profile or the configuration's, or NULL */
  const char *profile_by; /* which of the two, for sentences; NULL: --profile */
  const char *region;     /* --region, or NULL */
  const char *endpoint;   /* --endpoint-url, or NULL */
};

/* The settings of one profile, from environment, ~/.aws/config and ~/.aws/credentials. */
struct aws_settings;
/* NULL: *err set: a file that cannot be read or is wrong (1 MiB at most), a profile that is in
 * neither, its services section that is not there, a name that is no region's. */
struct aws_settings *aws_settings_load(const struct aws_settings_input *in, struct aws_error *err);
/* The same anew: variables and files as they are now. */
struct aws_settings *aws_settings_reload(const struct aws_settings *s, struct aws_error *err);
void aws_settings_free(struct aws_settings *s);
const char *aws_settings_profile(const struct aws_settings *s); /* never NULL: "default" */
const char *aws_settings_region(const struct aws_settings *s);  /* NULL: none was found */
/* The same as it was written: "fips-us-east-1" is a region and a wish; for settings that are to be
 * in the same place. */
const char *aws_settings_region_said(const struct aws_settings *s);
/* Does it look like a region of one of AWS's partitions: "eu-west-1", "us-gov-east-1"? Those to
 * come are let through, slips of the pen are not. */
bool aws_region_fits(const char *name);
/* FIPS and dual-stack endpoints are asked for: AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT,
 * their properties in the profile, or a region like "fips-us-east-1". */
bool aws_settings_fips(const struct aws_settings *s);
bool aws_settings_dualstack(const struct aws_settings *s);
/* A property of the profile, lower-case key; {NULL, 0} when absent. */
struct aws_str aws_settings_get(const struct aws_settings *s, const char *key);
/* The two files; NULL: there is no home to look in. */
const char *aws_settings_config_path(const struct aws_settings *s);
const char *aws_settings_credentials_path(const struct aws_settings *s);
/* The profiles that the two files name, sorted; and a property of one of them. */
size_t aws_settings_profiles(const struct aws_settings *s, const struct aws_str **out);
struct aws_str aws_settings_of_profile(const struct aws_settings *s, struct aws_str profile,
                                       const char *key);
/* The endpoint override for a service id as AWS_ENDPOINT_URL_<SERVICE> spells it ("ecs",
 * "elastic_load_balancing_v2"): option, variable of the service, variable for all, the profile's
 * services section, the profile's endpoint_url. NULL: none; "": one that there is no memory for. */
const char *aws_settings_endpoint(const struct aws_settings *s, const char *service_id);
/* AWS_CA_BUNDLE, the profile's ca_bundle or REQUESTS_CA_BUNDLE, for aws_io_new; NULL: the system's
 * certificates. */
const char *aws_settings_ca_file(const struct aws_settings *s);
/* Which of the three named it: "AWS_CA_BUNDLE", "ca_bundle", "REQUESTS_CA_BUNDLE"; NULL: none. */
const char *aws_settings_ca_by(const struct aws_settings *s);

/* AWS_RETRY_MODE and AWS_MAX_ATTEMPTS, retry_mode and max_attempts of the profile. adaptive is read
 * as standard: what it adds, a limit to the rate, is the request budget's affair.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
enum aws_retry_mode { AWS_RETRY_STANDARD, AWS_RETRY_LEGACY };
struct aws_retry_settings {
  enum aws_retry_mode mode;
  int max_attempts; /* the first one counted: 1 is no retry; 3 unless set, 5 in legacy mode; 50 at
                     * most */
};
struct aws_retry_settings aws_settings_retry(const struct aws_settings *s);

/* ---- credentials ----------------------------------------------------------------------------- */

/* A set of keys; immutable once it was handed out. */
struct aws_creds {
  char key_id[160];
  struct aws_secret secret, token; /* token.p NULL: a long-lived key */
  aws_ms expires;                  /* 0: does not */
  char provider[32];               /* "environment", "assume-role": where it comes from */
  char account[32];                /* "" when the place that it comes from does not say */
  bool account_sure; /* said by whoever made the keys, not by a line that stands beside them */
  char arn[256];     /* who they make us, where AWS said so with them; else "" */
  bool outlives;     /* to be used past `expires` while no new ones come (instance metadata) */
  bool with_code;    /* made with an MFA code: new ones are not to be had without the operator */
};
/* Fills a zeroed key set; token may be {NULL, 0}. False: *err set. */
bool aws_creds_set(struct aws_creds *out, struct aws_str id, struct aws_str secret,
                   struct aws_str token, struct aws_error *err) AWS_MUST_CHECK;
/* Puts a copy in the place of *to, which may be zeroed. False: no memory, *to as it was. */
bool aws_creds_copy(struct aws_creds *to, const struct aws_creds *from) AWS_MUST_CHECK;
void aws_creds_done(struct aws_creds *c); /* wiped; can be used again */

/* ---- Signature Version 4 --------------------------------------------------------------------- */

struct aws_sign_request {
  const char *method;
  struct aws_str path;  /* as on the wire: encoded once; the canonical path encodes it again */
  struct aws_str query; /* as on the wire, without '?'; may be empty */
  const struct aws_http_header *headers; /* each of these is signed; order as sent */
  size_t nheaders;
  struct aws_str body;
};

struct aws_sign_config {
  const char *region, *service; /* of the scope */
  aws_ms now;                   /* server's idea of it: the caller adds the skew */
  const struct aws_creds *creds;
  bool s3;               /* path taken as it is: no normalising, no second encoding */
  bool no_normalize;     /* keep '.', '..' and '//' but still encode */
  bool content_sha256;   /* add and sign x-amz-content-sha256 */
  bool unsigned_payload; /* S3 presign */
  bool token_after;      /* add the session token after signing, unsigned */
  int presign_seconds;   /* > 0: query form, X-Amz-Expires */
};

/* The stages, each to be looked at by itself. */
struct aws_signing {
  struct aws_buf canonical;     /* stage 1: canonical request */
  struct aws_buf to_sign;       /* stage 2: string to sign */
  char signature[65];           /* stage 3: lower-case hex */
  struct aws_buf authorization; /* header form: value of Authorization */
  struct aws_buf query;         /* query form: the wire query with X-Amz-Signature last */
  char amz_date[17];
  char payload_hash[65];
};

/* A signing key holds for (secret, date, region, service): a small cache, wiped with it. */
struct aws_key_cache;
struct aws_key_cache *aws_key_cache_new(void);
void aws_key_cache_free(struct aws_key_cache *c);

/* Header form: the caller sends rq's headers plus X-Amz-Date, Authorization and, when there is one,
 * X-Amz-Security-Token (and x-amz-content-sha256 when asked for). host must be among the headers.
 * cache may be NULL. False: *err set. */
bool aws_sigv4(struct aws_signing *out, const struct aws_sign_request *rq,
               const struct aws_sign_config *cfg, struct aws_key_cache *cache,
               struct aws_error *err) AWS_MUST_CHECK;
void aws_signing_init(struct aws_signing *s);
void aws_signing_done(struct aws_signing *s);

#endif
