/* Small files that hold secrets: the ini files, caches of tokens, tokens themselves. */
#ifndef CAWSOLE_AWS_AUTH_FILE_H
#define CAWSOLE_AWS_AUTH_FILE_H

#include "aws/base.h"

enum aws_file { AWS_FILE_READ, AWS_FILE_ABSENT, AWS_FILE_FAILED };

/* Appends the whole file to `out`, whose max is the limit; FAILED: *err names the file and what is
 * wrong (AWS_E_CONFIG, AWS_E_MEMORY). Nothing of it is left in any other buffer. */
enum aws_file aws_file_read(const char *path, struct aws_buf *out, struct aws_error *err);

/* Puts `text` in the place of the file, all of it or nothing: a new file beside it, 0600, on disk
 * before it takes the name. The folders above it are made (0700) when they are missing. */
bool aws_file_replace(const char *path, struct aws_str text, struct aws_error *err) AWS_MUST_CHECK;

#endif
