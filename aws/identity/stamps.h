/* Whether the files that credentials come from are still those that were read. */
#ifndef CAWSOLE_AWS_IDENTITY_STAMPS_H
#define CAWSOLE_AWS_IDENTITY_STAMPS_H

#include "aws/auth/settings.h"

enum { AWS_STAMPS = 5 };

struct aws_stamps {
  struct aws_stamp {
    bool there;
    int64_t inode, size, changed_s, changed_ns;
  } of[AWS_STAMPS];
};

void aws_stamps_take(struct aws_stamps *s, const struct aws_settings *settings);
/* caches: also those of the AWS CLI, where a login would leave something. */
bool aws_stamps_differ(const struct aws_stamps *s, const struct aws_settings *settings,
                       bool caches);

#endif
