/* What goes over the wire, in a file, for whoever wants to know why: nothing is written but what
 * stands in a list of the harmless. */
#include "config.h"

#include "aws/io/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 128 * 1024 };

struct aws_log {
  int fd;
  bool trace;
  off_t size;
  char *path, *before; /* FILE and FILE.1 */
};

/* Headers whose values are shown; those of all others are not. */
static const char *const harmless[] = {
    "accept",
    "age",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "connection",
    "content-length",
    "content-type",
    "date",
    "host",
    "retry-after",
    "server",
    "transfer-encoding",
    "user-agent",
    "x-amz-cf-id",
    "x-amz-date",
    "x-amz-id-2",
    "x-amz-request-id",
    "x-amz-target",
    "x-amzn-errortype",
    "x-amzn-requestid",
};

/* Of a file that was there before: our own is closed to others. NULL: it is, else why not. */
static const char *keep_private(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0)
    return strerror(errno);
  if (!S_ISREG(st.st_mode))
    return "it is no file";
  if ((st.st_mode & 077) == 0)
    return NULL;
  if (st.st_uid != geteuid())
    return "it is another user's, and open to others; name one of your own";
  return fchmod(fd, 0600) == 0 ? NULL : strerror(errno);
}

/* Opens the file of log->path; NULL: it is, else why not. */
static const char *begin(struct aws_log *log) {
  struct stat st;
  log->fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  const char *why = log->fd < 0 ? strerror(errno) : keep_private(log->fd);
  if (why && log->fd >= 0)
    close(log->fd);
  if (why)
    log->fd = -1;
  log->size = !why && fstat(log->fd, &st) == 0 ? st.st_size : 0;
  return why;
}

static char *join(const char *path, const char *end) {
  size_t n = strlen(path) + strlen(end) + 1;
  char *p = aws_calloc(n, 1);
  if (p)
    snprintf(p, n, "%s%s", path, end);
  return p;
}

struct aws_log *aws_log_open(const char *path, bool trace, struct aws_error *err) {
  struct aws_log *log = aws_calloc(1, sizeof *log);
  if (log)
    *log = (struct aws_log){
        .fd = -1, .trace = trace, .path = join(path, ""), .before = join(path, ".1")};
  const bool room = log && log->path && log->before;
  const char *why = room ? begin(log) : strerror(ENOMEM);
  if (room && !why)
    return log;
  aws_error_set(err, room ? AWS_E_CONFIG : AWS_E_MEMORY, "the log %s cannot be written: %s", path,
                why);
  aws_log_close(log);
  return NULL;
}

void aws_log_close(struct aws_log *log) {
  if (!log)
    return;
  if (log->fd >= 0)
    close(log->fd);
  free(log->path);
  free(log->before);
  free(log);
}

/* A day's log must not fill the disk: what was written becomes FILE.1, and that of before is gone.
 * False: that cannot be done, and nothing more is written. */
static bool has_room(struct aws_log *log, size_t n) {
  if (log->fd < 0 || log->size + (off_t)n <= AWS_LOG_MOST)
    return log->fd >= 0;
  if (rename(log->path, log->before) != 0)
    return false;
  close(log->fd);
  return begin(log) == NULL;
}

bool aws_log_traces(const struct aws_log *log) {
  return log && log->trace;
}

/* Text from outside: a log is read on terminals, and a line is a line. */
static void add_inert(struct aws_buf *b, struct aws_str s) {
  for (size_t i = 0; i < s.n; i++)
    aws_buf_add_char(b, s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?');
}

static void add_time(struct aws_buf *b) {
  char text[AWS_TIME_MAX];
  aws_time_iso(aws_clock_system.wall(aws_clock_system.arg), text);
  aws_buf_add_c(b, text);
}

void aws_log_line(struct aws_log *log, const char *what, struct aws_str text) {
  struct aws_buf b;
  if (!log)
    return;
  aws_buf_init(&b, LINE_MAX_BYTES);
  add_time(&b);
  aws_buf_addf(&b, " %s ", what);
  add_inert(&b, text);
  aws_buf_add_char(&b, '\n');
  if (!b.failed && has_room(log, b.n)) { /* a full disk costs the log, not the console */
    ssize_t n = write(log->fd, b.p, b.n);
    log->size += n > 0 ? n : 0;
  }
  aws_buf_done(&b);
}

static bool is_harmless(struct aws_str name) {
  for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
    if (name.n == strlen(harmless[i]) && strncasecmp(name.p, harmless[i], name.n) == 0)
      return true;
  return false;
}

static void trace_headers(struct aws_log *log, char way, const char *what,
                          const struct aws_http_header *h, size_t n) {
  struct aws_buf b;
  char text[80];
  if (!aws_log_traces(log))
    return;
  aws_buf_init(&b, LINE_MAX_BYTES);
  for (size_t i = 0; i < n; i++) {
    aws_buf_addf(&b, "%s%.*s: ", i ? "; " : "", AWS_STR_ARG(h[i].name));
    if (is_harmless(h[i].name))
      aws_buf_add_str(&b, h[i].value);
    else
      aws_buf_addf(&b, "(%zu bytes)", h[i].value.n);
  }
  snprintf(text, sizeof text, "%c %s", way, what);
  if (!b.failed && b.p)
    aws_log_line(log, text, aws_buf_str(&b));
  aws_buf_wipe_done(&b);
}

/* Where it goes, without what an address may carry: a query, and of an exchange of secrets the path
 * as well. */
void io_log_place(struct io_logged *l, const struct aws_http_request *rq) {
  const char *end = strstr(rq->url, "://");
  end = end ? end + 3 : rq->url;
  end += strcspn(end, rq->secret ? "/?#" : "?#");
  snprintf(l->place, sizeof l->place, "%s %.*s", rq->method, (int)(end - rq->url), rq->url);
  snprintf(l->what, sizeof l->what, "%s", rq->what ? rq->what : "credentials");
}

void io_log_request(struct aws_log *log, const struct io_logged *l,
                    const struct aws_http_request *rq) {
  if (!aws_log_traces(log))
    return;
  trace_headers(log, '>', l->what, rq->headers, rq->nheaders);
}

void io_log_reply(struct aws_log *log, const struct io_logged *l,
                  const struct aws_http_reply *reply, const struct aws_error *err) {
  struct aws_buf b;
  if (!log)
    return;
  if (reply)
    trace_headers(log, '<', l->what, reply->headers, reply->nheaders);
  aws_buf_init(&b, LINE_MAX_BYTES);
  aws_buf_addf(&b, "%s ", l->place);
  if (reply)
    aws_buf_addf(&b, "%d %lld ms %zu bytes", reply->status, (long long)reply->elapsed_ms,
                 reply->bytes);
  else
    aws_buf_add_c(&b, err->text);
  if (!b.failed)
    aws_log_line(log, l->what, aws_buf_str(&b));
  aws_buf_done(&b);
}
