/* The event loop's wait: sockets, other descriptors and timers, one thread.
 *
 * Nothing here waits but aws_io_wait. Callbacks run inside aws_io_turn, never inside the call that
 * registered them. When a callback begins, the handle it belongs to is gone: not to be cancelled.
 */
#ifndef CAWSOLE_AWS_IO_H
#define CAWSOLE_AWS_IO_H

#include "aws/base.h"

#include <sys/types.h>

struct aws_io;

/* ca_file: PEM bundle or directory of hashed names for TLS, or NULL for the system's. NULL on
 * failure with *err set. */
struct aws_io *aws_io_new(const struct aws_clock *clock, const char *ca_file,
                          struct aws_error *err);
/* Cancels what is under way, without callbacks but those of name lookups. Not from within a
 * callback. */
void aws_io_free(struct aws_io *io);
const struct aws_clock *aws_io_clock(const struct aws_io *io);

/* Moves every transfer along, delivers finished ones and due timers; at most budget_ms of callbacks
 * before it returns (0: all that is due). True: more is waiting, call again without aws_io_wait. */
bool aws_io_turn(struct aws_io *io, int budget_ms);

/* Waits at most max_ms (-1: as long as nothing happens, an hour at most) for sockets, the extra
 * descriptors, the next timer. Fills extra[i].ready. Returns the number of extra descriptors that
 * are ready. */
struct aws_io_fd {
  int fd;
  bool ready; /* readable, hung up or in error: a read tells which */
};
size_t aws_io_wait(struct aws_io *io, struct aws_io_fd *extra, size_t n, int max_ms);

/* Timers. at: ms on the monotonic clock; a time gone by is the next turn. NULL: no memory. The
 * handle is good until the callback begins or it is cancelled. */
struct aws_timer;
typedef void (*aws_timer_fn)(void *arg);
struct aws_timer *aws_io_timer(struct aws_io *io, aws_ms at, aws_timer_fn fn, void *arg);
void aws_io_timer_cancel(struct aws_io *io, struct aws_timer *t); /* NULL is fine */

/* Something to do in the next turn, in memory that the caller brings: it cannot fail, so an error
 * can always be told. Zeroed at first; stays where it is until it ran or was cancelled. */
struct aws_later {
  struct aws_later *prev, *next; /* private */
  uint64_t seq;
  aws_timer_fn fn; /* NULL: not waiting */
  void *arg;
};
void aws_io_later(struct aws_io *io, struct aws_later *l, aws_timer_fn fn, void *arg);
void aws_io_later_cancel(struct aws_io *io, struct aws_later *l); /* not waiting is fine */

/* ---- HTTP ------------------------------------------------------------------------------------ */

struct aws_http_header {
  struct aws_str name, value;
};

/* Everything borrowed until aws_io_http returns; it copies. */
struct aws_http_request {
  const char *method; /* "GET", "POST", ... */
  const char *url;    /* path and query exactly as signed */
  const struct aws_http_header *headers;
  size_t nheaders;
  struct aws_str body;
  size_t body_max;          /* a longer answer is an error (AWS_E_BODY) */
  int connect_ms, total_ms; /* time-outs; 0: libcurl's own, five minutes and none */
  bool once;   /* a write: goes out on a fresh connection, so that nothing below ever repeats it */
  bool secret; /* body and answer are overwritten when they are freed, and not logged */
  const char *what; /* "ecs ListTasks", for the log; NULL: "credentials" */
};

/* Valid during the callback only. */
struct aws_http_reply {
  int status;
  struct aws_str body;
  const struct aws_http_header *headers; /* names lower-cased */
  size_t nheaders;
  aws_ms elapsed_ms;
  size_t bytes; /* over the wire, headers included */
};

struct aws_transfer;
/* err: set when no whole answer came (AWS_E_NETWORK, AWS_E_BODY); maybe_done tells whether any byte
 * of the request may have been sent. reply is NULL then. */
typedef void (*aws_http_fn)(void *arg, const struct aws_http_reply *reply,
                            const struct aws_error *err);
/* The handle is good until the callback begins. NULL: *err set (AWS_E_MEMORY; AWS_E_USAGE for a
 * header with a line break), no callback. */
struct aws_transfer *aws_io_http(struct aws_io *io, const struct aws_http_request *rq,
                                 aws_http_fn fn, void *arg, struct aws_error *err);
void aws_io_cancel(struct aws_io *io, struct aws_transfer *t); /* no callback; NULL is fine */
/* The first of that name; {NULL, 0}: there is none. */
struct aws_str aws_http_header(const struct aws_http_reply *r, const char *lower_name);

/* For tests, that play any host: from now on every connection goes to this port of 127.0.0.1,
 * whatever the address says, which stays in the request. False: no memory. */
bool aws_io_connect_all(struct aws_io *io, int port) AWS_MUST_CHECK;

/* ---- child processes ------------------------------------------------------------------------- */

/* Everything borrowed until aws_io_child returns. Started without a shell: argv[0] is a path or a
 * name in PATH. It gets our environment without AWS's keys and tokens, /dev/null as stdin, a
 * session and group of its own and no terminal, no other descriptor of ours and default signals;
 * the whole group is killed when the time is over and on a cancel; what it leaves running when it
 * ends by itself stays. */
struct aws_child_request {
  const char *const *argv; /* ends with NULL */
  int timeout_ms;
  size_t out_max; /* of stdout; more is an error (AWS_E_BODY) */
  size_t err_max; /* of stderr; what comes after it is dropped */
};

/* Valid during the callback only; overwritten afterwards. */
struct aws_child_reply {
  int status; /* -1: ended by `signal`; 127: most likely could not be started */
  int signal;
  struct aws_str out, err;
};

struct aws_child;
/* err: the time was over (AWS_E_NETWORK), too much came (AWS_E_BODY). reply is NULL then. */
typedef void (*aws_child_fn)(void *arg, const struct aws_child_reply *reply,
                             const struct aws_error *err);
/* The handle is good until the callback begins. NULL: *err set (AWS_E_CONFIG: there is no such
 * program; AWS_E_MEMORY), no callback. */
struct aws_child *aws_io_child(struct aws_io *io, const struct aws_child_request *rq,
                               aws_child_fn fn, void *arg, struct aws_error *err);
void aws_io_child_cancel(struct aws_io *io, struct aws_child *c); /* no callback; NULL is fine */

/* ---- the log --------------------------------------------------------------------------------- */

/* A line for each exchange; a log that traces has headers, inputs and answers as well. It redacts
 * by construction: no query, no path of an exchange of secrets, and no value of a header or a
 * member that is not in a list of the harmless. Control characters and what is not ASCII become
 * '?'. */
struct aws_log;
/* Bytes of the file; then it becomes FILE.1, in place of the one of before, and another is begun.
 */
#define AWS_LOG_MOST ((off_t)64 << 20)
/* Appends to the file, made 0600, also where it was there; never through a symbolic link, and never
 * to another user's that others may read. NULL: *err set. */
struct aws_log *aws_log_open(const char *path, bool trace, struct aws_error *err);
void aws_log_close(struct aws_log *log); /* NULL is fine */
/* Every exchange from now on goes into the log, which is borrowed; NULL: none. */
void aws_io_log(struct aws_io *io, struct aws_log *log);
struct aws_log *aws_io_log_of(const struct aws_io *io);
bool aws_log_traces(const struct aws_log *log);
/* One line with the time before it. text must be redacted already. */
void aws_log_line(struct aws_log *log, const char *what, struct aws_str text);

/* ---- names ----------------------------------------------------------------------------------- */

/* Resolves a name as the HTTP client would, without blocking, in 5 seconds at most. Sorted textual
 * addresses, 64 at most; n == 0 with err set when there are none. It cannot be cancelled: arg must
 * live until the callback, which aws_io_free makes at the latest (AWS_E_CANCELLED; start nothing
 * then). False: not a host name, or no memory; no callback. */
typedef void (*aws_resolve_fn)(void *arg, const struct aws_str *addrs, size_t n,
                               const struct aws_error *err);
bool aws_io_resolve(struct aws_io *io, struct aws_str host, aws_resolve_fn fn, void *arg);

/* ---- the way there --------------------------------------------------------------------------- */

/* Whether a request to the address would go through a proxy: nothing is sent, but the proxy's name
 * is looked up. False: no memory, no callback. As with names, arg must live until the callback. */
typedef void (*aws_proxied_fn)(void *arg, bool proxied);
bool aws_io_proxied(struct aws_io *io, const char *url, aws_proxied_fn fn, void *arg);

/* The proxy that the environment names for an address, as it may be shown: without user and
 * password. False: it names none, or perhaps NO_PROXY takes the address out. */
struct aws_proxy {
  char url[200];
  const char *by; /* "HTTPS_PROXY" */
};
bool aws_io_proxy(const char *url, struct aws_proxy *out);

/* Connects, by the proxy if there is one, agrees on TLS and asks for nothing; ten seconds at most.
 * err NULL: it was agreed on and the certificate is trusted. With an address of http it only
 * connects. */
struct aws_tls {
  char version[16]; /* "TLSv1.3"; "": not known */
  /* Of the certificate, or of the one that is not trusted. */
  char issuer[128];    /* who signed it; "": not known */
  char host[128];      /* the first name it is for; "": not known */
  aws_ms since, until; /* when it is good; 0: not known */
};
typedef void (*aws_tls_fn)(void *arg, const struct aws_tls *tls, const struct aws_error *err);
bool aws_io_tls(struct aws_io *io, const char *url, aws_tls_fn fn, void *arg);

struct aws_io_stats {
  uint64_t requests, bytes_in, bytes_out, connections; /* since the loop was made; bytes of HTTP */
};
struct aws_io_stats aws_io_stats(const struct aws_io *io);

#endif
