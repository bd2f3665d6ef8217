/* SHA-1 as the name of a cache file, which is what the AWS CLI has. */
#ifndef CAWSOLE_AWS_IDENTITY_SHA1_H
#define CAWSOLE_AWS_IDENTITY_SHA1_H

#include "aws/base.h"

#define AWS_SHA1_HEX 41

bool aws_sha1_hex(struct aws_str in, char out[AWS_SHA1_HEX]) AWS_MUST_CHECK;

#endif
