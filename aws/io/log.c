/* What goes over the wire, in a file, for whoever wants to know why: nothing is written but what
 * stands in a list of the harmless. */
#include "config.h"

#include "aws/io/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 128 * 1024 };

struct aws_log {
  int fd;
  bool trace;
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

struct aws_log *aws_log_open(const char *path, bool trace, struct aws_error *err) {
  struct aws_log *log = aws_calloc(1, sizeof *log);
  int fd = log ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  const char *why = fd < 0 ? strerror(errno) : keep_private(fd);
  if (log && !why) {
    *log = (struct aws_log){fd, trace};
    return log;
  }
  aws_error_set(err, log ? AWS_E_CONFIG : AWS_E_MEMORY, "the log %s cannot be written: %s", path,
                why);
  if (fd >= 0)
    close(fd);
  free(log);
  return NULL;
}

void aws_log_close(struct aws_log *log) {
  if (!log)
    return;
  close(log->fd);
  free(log);
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
  if (!b.failed && write(log->fd, b.p, b.n) < 0)
    b.failed = true; /* a full disk costs the log, not the console */
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
