#include "config.h"

#include "aws/auth/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading --------------------------------------------------------------------------------- */

static void say_too_much(const char *path, const struct aws_buf *out, size_t part,
                         struct aws_error *err) {
  if (out->n <= out->max - part) /* there was room for more */
    aws_error_set(err, AWS_E_MEMORY, "%s: no memory to read it", path);
  else
    aws_error_set(err, AWS_E_CONFIG, "%s is larger than %zu bytes", path, out->max);
}

enum aws_file aws_file_read(const char *path, struct aws_buf *out, struct aws_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold us up */
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
    return AWS_FILE_ABSENT;
  char part[4096];
  ssize_t n = fd < 0 ? -1 : 0;
  while (fd >= 0 && (n = read(fd, part, sizeof part)) > 0)
    if (!aws_buf_add(out, part, (size_t)n))
      break;
  if (n < 0)
    aws_error_set(err, AWS_E_CONFIG, "%s cannot be read: %s", path, strerror(errno));
  else if (out->failed)
    say_too_much(path, out, sizeof part, err);
  if (fd >= 0)
    close(fd);
  aws_wipe(part, sizeof part);
  return n < 0 || out->failed ? AWS_FILE_FAILED : AWS_FILE_READ;
}

/* ---- replacing ------------------------------------------------------------------------------- */

/* Makes the folders of a path; those that are there already stay as they are. */
static void make_folders(char *path) {
  for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
    *slash = '\0';
    mkdir(path, 0700); /* that it failed is told by the open that follows */
    *slash = '/';
  }
}

static bool write_all(int fd, struct aws_str text) {
  while (text.n > 0) {
    ssize_t n = write(fd, text.p, text.n);
    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0)
      text = (struct aws_str){text.p + n, text.n - (size_t)n};
  }
  return fsync(fd) == 0;
}

static bool replace(char *temporary, const char *path, struct aws_str text) {
  int fd = mkstemp(temporary); /* 0600, and never a file that was there */
  if (fd < 0)
    return false;
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  bool ok = write_all(fd, text);
  int why = errno;
  if (close(fd) != 0 && ok) {
    ok = false;
    why = errno;
  }
  if (ok && rename(temporary, path) == 0)
    return true;
  why = ok ? errno : why;
  unlink(temporary);
  errno = why;
  return false;
}

bool aws_file_replace(const char *path, struct aws_str text, struct aws_error *err) {
  size_t n = strlen(path) + sizeof ".XXXXXX";
  char *temporary = aws_calloc(n, 1);
  if (!temporary) {
    aws_error_set(err, AWS_E_MEMORY, "%s: no memory to write it", path);
    return false;
  }
  snprintf(temporary, n, "%s.XXXXXX", path);
  make_folders(temporary);
  bool ok = replace(temporary, path, text);
  if (!ok)
    aws_error_set(err, AWS_E_CONFIG, "%s cannot be written: %s", path, strerror(errno));
  free(temporary);
  return ok;
}
