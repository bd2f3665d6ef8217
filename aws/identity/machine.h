/* Where the places outside the files are asked, and what they answer: by itself, for the providers
 * and their tests. */
#ifndef CAWSOLE_AWS_IDENTITY_MACHINE_H
#define CAWSOLE_AWS_IDENTITY_MACHINE_H

#include "aws/auth/settings.h"

/* The address of container credentials: the relative variable before the full one, plain http to
 * this machine alone. False: *err set. */
bool aws_container_url(const struct aws_settings *s, struct aws_buf *out,
                       struct aws_error *err) AWS_MUST_CHECK;
/* "http://169.254.169.254" or what variables and profile say, without a slash at its end. */
bool aws_imds_url(const struct aws_settings *s, const struct aws_profile *p, struct aws_buf *out,
                  struct aws_error *err) AWS_MUST_CHECK;

/* AWS_EC2_METADATA_DISABLED; how long an answer may take; whether the answer is a token. */
bool aws_imds_off(const struct aws_settings *s);
int aws_imds_timeout_ms(const struct aws_settings *s, const struct aws_profile *p);
bool aws_imds_is_token(struct aws_str text);
/* The first of the roles that are listed; n 0: none, or one whose name is longer than any. */
struct aws_str aws_imds_role(struct aws_str body);

/* The answers; each fills a zeroed key set. False: *err set, with nothing secret in it. */
bool aws_process_read(struct aws_creds *out, struct aws_str text,
                      struct aws_error *err) AWS_MUST_CHECK;
bool aws_container_read(struct aws_creds *out, int status, struct aws_str body,
                        struct aws_error *err) AWS_MUST_CHECK;
bool aws_imds_read(struct aws_creds *out, struct aws_str body,
                   struct aws_error *err) AWS_MUST_CHECK;

#endif
