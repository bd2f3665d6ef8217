/* Sessions that the AWS CLI has kept: sharing them spares the operator MFA codes. */
#ifndef CAWSOLE_AWS_IDENTITY_CLI_CACHE_H
#define CAWSOLE_AWS_IDENTITY_CLI_CACHE_H

#include "aws/identity/provider.h"

/* The session that was made with the role settings of the run's profile, if ~/.aws/cli/cache has
 * one that is good for 15 minutes more and that AWS did not refuse. A file that cannot be read is
 * passed over: it is only a cache. */
bool aws_cli_cache_read(const struct aws_provider_run *run, struct aws_creds *out) AWS_MUST_CHECK;

/* What such a file says, however old. False: not all of it is there; *out is empty then. */
bool aws_cli_cache_parse(struct aws_creds *out, struct aws_str text) AWS_MUST_CHECK;

#endif
