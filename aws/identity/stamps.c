#include "config.h"

#include "aws/identity/stamps.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { FILES = 2 }; /* those before the caches */

static const char *const caches[AWS_STAMPS - FILES] = {"~/.aws/sso/cache", "~/.aws/cli/cache",
                                                       "~/.aws/login/cache"};

static struct aws_stamp stamp_of(const char *path) {
  struct stat st;
  if (!path || stat(path, &st) != 0)
    return (struct aws_stamp){0};
  return (struct aws_stamp){true, (int64_t)st.st_ino, (int64_t)st.st_size,
                            (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_mtim.tv_nsec};
}

static struct aws_stamp stamp(const struct aws_settings *settings, size_t i) {
  if (i < FILES)
    return stamp_of(i == 0 ? settings->config_path : settings->credentials_path);
  char *path = aws_settings_path(settings, caches[i - FILES]);
  struct aws_stamp s = stamp_of(path);
  free(path);
  return s;
}

void aws_stamps_take(struct aws_stamps *s, const struct aws_settings *settings) {
  for (size_t i = 0; i < AWS_STAMPS; i++)
    s->of[i] = stamp(settings, i);
}

bool aws_stamps_differ(const struct aws_stamps *s, const struct aws_settings *settings,
                       bool with_caches) {
  for (size_t i = 0; i < (with_caches ? AWS_STAMPS : FILES); i++) {
    struct aws_stamp was = s->of[i], is = stamp(settings, i);
    if (was.there != is.there || was.inode != is.inode || was.size != is.size ||
        was.changed_s != is.changed_s || was.changed_ns != is.changed_ns)
      return true;
  }
  return false;
}
