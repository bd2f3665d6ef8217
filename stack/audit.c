#include "audit.h"
#include "stack/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool audit_path(const struct stack *s, char *out, size_t size) {
  const char *name = s->deps.demo ? "demo-audit.jsonl" : "audit.jsonl";
  const char *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  int n;

  if (stack_cfg(s)->audit_path)
    n = snprintf(out, size, "%s", stack_cfg(s)->audit_path);
  else if (state && state[0] == '/')
    n = snprintf(out, size, "%s/cawsole/%s", state, name);
  else if (home && home[0] == '/')
    n = snprintf(out, size, "%s/.local/state/cawsole/%s", home, name);
  else
    return false;
  return n > 0 && (size_t)n < size;
}

/* A file that does not exist yet is judged by the folder that it would be made in. path is cut down
 * to what was looked at; errno says what is wrong. */
static bool writable(char *path) {
  bool missing = false;
  struct stat st;

  while (stat(path, &st) != 0) {
    char *slash = strrchr(path, '/');
    if (errno != ENOENT || strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
      return false;
    missing = true;
    if (slash)
      slash[slash == path] = '\0'; /* of "/x" the root stays */
    else
      memcpy(path, ".", sizeof ".");
  }
  if (S_ISDIR(st.st_mode) != missing) {
    errno = missing ? ENOTDIR : EISDIR;
    return false;
  }
  return access(path, missing ? W_OK | X_OK : W_OK) == 0;
}

bool stack_journal_ok(const struct stack *s, struct aws_error *err) {
  char path[4096], part[4096];

  if (!audit_path(s, path, sizeof path)) {
    aws_error_set(err, AWS_E_CONFIG, "%s", AUDIT_NO_PLACE);
    return false;
  }
  memcpy(part, path, sizeof part);
  if (writable(part))
    return true;
  aws_error_set(err, AWS_E_CONFIG,
                "the journal %s cannot be written: %s. Mend that, or set journal for this stack in "
                "the configuration",
                path, strerror(errno));
  return false;
}

const char *stack_read_only_why(const struct stack *s) {
  struct aws_error err;

  if (s->deps.read_only)
    return "--read-only";
  if (s->cfg.read_only)
    return "configuration";
  return stack_journal_ok(s, &err) ? NULL : "no journal";
}

bool stack_read_only(const struct stack *s) {
  return stack_read_only_why(s) != NULL;
}

static bool make_parents(const char *path) {
  char dir[4096];

  if ((size_t)snprintf(dir, sizeof dir, "%s", path) >= sizeof dir)
    return false;
  for (char *p = dir + 1; *p; p++) {
    if (*p != '/')
      continue;
    *p = '\0';
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
      return false;
    *p = '/';
  }
  return true;
}

static void add_text(struct aws_buf *b, const char *name, struct aws_str value) {
  if (!value.p || !value.n)
    return;
  aws_buf_addf(b, ",\"%s\":", name);
  aws_buf_add_json(b, value);
}

void audit_print(struct aws_buf *b, const struct stack *s, const struct audit_line *l) {
  char when[AWS_TIME_MAX];
  const struct aws_clock *clock = stack_clock(s);

  aws_time_iso(clock->wall(clock->arg), when);
  aws_buf_addf(b, "{\"time\":\"%s\"", when);
  add_text(b, "event", aws_str_from(l->event));
  add_text(b, "action", aws_str_from(l->action));
  if (l->number)
    aws_buf_addf(b, ",\"number\":%llu", (unsigned long long)l->number);
  add_text(b, "caller", stack_caller_arn(s));
  add_text(b, "account", stack_account(s));
  add_text(b, "region", aws_str_from(stack_region(s)));
  add_text(b, "stack", aws_str_from(stack_name(s)));
  add_text(b, "resource", l->resource);
  add_text(b, "before", aws_str_from(l->before));
  add_text(b, "after", aws_str_from(l->after));
  add_text(b, "request_id", aws_str_from(l->request_id));
  add_text(b, "outcome", aws_str_from(l->outcome));
  add_text(b, "text", aws_str_from(l->text));
  aws_buf_add_c(b, "}\n");
}

/* A line that was cut off (a full disk, a crash) must not swallow the next one. */
static bool ends_in_newline(int fd) {
  char last = '\n';
  off_t size = lseek(fd, 0, SEEK_END);

  if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
    return true;
  return last == '\n';
}

/* One of ours that was there before is closed to others, where the file system knows of others;
 * what another user lets us write to is as he wants it. */
static void keep_private(int fd) {
  struct stat st;

  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 077) && st.st_uid == geteuid())
    (void)fchmod(fd, 0600);
}

static bool append_all(int fd, struct aws_str text) {
  while (text.n > 0) {
    ssize_t n = write(fd, text.p, text.n);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    text.p += n;
    text.n -= (size_t)n;
  }
  return true;
}

bool audit_write(const struct stack *s, const struct audit_line *l, struct aws_error *err) {
  char path[4096];
  struct aws_buf line;
  bool ok = false;

  if (!audit_path(s, path, sizeof path)) {
    aws_error_set(err, AWS_E_CONFIG, "%s", AUDIT_NO_PLACE);
    return false;
  }
  aws_buf_init(&line, AUDIT_LINE_MAX);
  int fd = -1;
  if (make_parents(path))
    fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd >= 0)
    keep_private(fd);
  if (fd >= 0) {
    if (!ends_in_newline(fd))
      aws_buf_add_char(&line, '\n');
    audit_print(&line, s, l);
    if (line.failed)
      errno = EMSGSIZE;
    else
      ok = append_all(fd, aws_buf_str(&line)) && (fsync(fd) == 0 || errno == EINVAL);
  }
  if (!ok)
    aws_error_set(err, AWS_E_CONFIG,
                  "the journal %s cannot be written: %s. Nothing is changed without it", path,
                  strerror(errno));
  if (fd >= 0)
    close(fd);
  aws_buf_done(&line);
  return ok;
}
