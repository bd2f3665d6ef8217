/* libmicrohttpd in a loop of our own: requests, delayed answers and the world's clock share a
 * thread. */
#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADERS_MAX 64
#define CONNECTIONS_MAX 400
#define REQUEST_ARENA_MAX ((size_t)32 << 20)
#define TICK_MS 200

/* One request on its way: from its first line to its last byte sent. */
struct exchange {
  char *target; /* path and query as they came */
  struct aws_buf body;
  bool begun, too_large, delayed;
  struct MHD_Connection *connection;
  aws_ms due; /* delayed until then (monotonic) */
  struct exchange *next;
};

struct sim_server {
  const struct sim_server_options *options;
  struct sim_gate *gate;
  struct MHD_Daemon *daemon;
  struct exchange *waiting, **waiting_end; /* by due time, for the delay is the same for all */
  aws_ms next_tick;
  pid_t parent;
  int port;
};

static volatile sig_atomic_t stop_asked;
static int wake_pipe[2] = {-1, -1};

static void on_signal(int sig) {
  int saved = errno;
  ssize_t n;

  (void)sig;
  stop_asked = 1;
  n = write(wake_pipe[1], "", 1);
  (void)n;
  errno = saved;
}

static aws_ms mono(void) {
  return aws_clock_system.mono(aws_clock_system.arg);
}

static aws_ms wall(void) {
  return aws_clock_system.wall(aws_clock_system.arg);
}

/* ---- one request ----------------------------------------------------------------------------- */

struct header_list {
  struct sim_http_header h[HEADERS_MAX];
  size_t n;
};

static enum MHD_Result collect_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                      const char *value) {
  struct header_list *list = arg;

  (void)kind;
  if (list->n == HEADERS_MAX)
    return MHD_NO;
  list->h[list->n++] = (struct sim_http_header){name, value ? value : ""};
  return MHD_YES;
}

static void add_headers(struct MHD_Response *r, const struct sim_request *rq) {
  bool s3 = rq->service->s3_errors;

  MHD_add_response_header(r, "Content-Type", sim_content_type(rq));
  MHD_add_response_header(r, s3 ? "x-amz-request-id" : "x-amzn-RequestId", rq->id);
  if (s3)
    MHD_add_response_header(r, "x-amz-id-2", "c2ltdWxhdGVkIGhvc3QgaWQ=");
  if (rq->protocol == SIM_CBOR)
    MHD_add_response_header(r, "smithy-protocol", "rpc-v2-cbor");
  for (size_t i = 0; i < rq->nheaders; i++)
    MHD_add_response_header(r, rq->headers[i].name, rq->headers[i].value);
}

static enum MHD_Result send_answer(struct sim_request *rq, struct MHD_Connection *c) {
  struct aws_buf *b = &rq->out.buf;
  struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(
      b->n, b->p ? b->p : "", b->p ? free : NULL);

  if (!r) {
    aws_buf_done(b);
    return MHD_NO;
  }
  *b = (struct aws_buf){0}; /* the response's now */
  add_headers(r, rq);
  enum MHD_Result result = MHD_queue_response(c, rq->status, r);
  MHD_destroy_response(r);
  return result;
}

static enum MHD_Result too_large(struct MHD_Connection *c) {
  struct MHD_Response *r = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
  enum MHD_Result result = MHD_NO;

  if (r) {
    result = MHD_queue_response(c, MHD_HTTP_CONTENT_TOO_LARGE, r);
    MHD_destroy_response(r);
  }
  return result;
}

static enum MHD_Result answer(struct sim_server *s, struct exchange *x, const char *method) {
  struct header_list headers = {.n = 0};
  struct aws_arena arena;
  struct aws_str query = aws_str_from(x->target), path = aws_str_split(&query, '?');
  enum MHD_Result result;

  if (x->too_large)
    return too_large(x->connection);
  aws_arena_init(&arena, REQUEST_ARENA_MAX);
  MHD_get_connection_values(x->connection, MHD_HEADER_KIND, collect_header, &headers);
  struct sim_http h = {method, path, query, headers.h, headers.n, x->body.p, x->body.n};
  struct sim_request rq = {.arena = &arena};
  sim_answer(s->gate, &h, wall(), &rq);
  result = send_answer(&rq, x->connection);
  aws_arena_done(&arena);
  return result;
}

static void *on_target(void *arg, const char *target, struct MHD_Connection *c) {
  struct exchange *x = aws_calloc(1, sizeof *x);

  (void)arg;
  if (!x)
    return NULL;
  x->connection = c;
  x->target = strdup(target);
  aws_buf_init(&x->body, SIM_BODY_MAX);
  return x;
}

static void on_completed(void *arg, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode why) {
  struct exchange *x = *state;

  (void)arg;
  (void)c;
  (void)why;
  if (!x)
    return;
  free(x->target);
  aws_buf_done(&x->body);
  free(x);
  *state = NULL;
}

static void delay(struct sim_server *s, struct exchange *x) {
  x->delayed = true;
  x->due = mono() + s->options->latency;
  x->next = NULL;
  *s->waiting_end = x;
  s->waiting_end = &x->next;
  MHD_suspend_connection(x->connection);
}

/* Called for the head, then for each piece of the body, then once with none left. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *nupload, void **state) {
  struct sim_server *s = arg;
  struct exchange *x = *state;

  (void)c;
  (void)url;
  (void)version;
  if (!x || !x->target)
    return MHD_NO;
  if (!x->begun) {
    x->begun = true;
    return MHD_YES;
  }
  if (*nupload) {
    x->too_large |= !aws_buf_add(&x->body, upload, *nupload);
    *nupload = 0;
    return MHD_YES;
  }
  if (s->options->latency > 0 && !x->delayed) {
    delay(s, x);
    return MHD_YES;
  }
  return answer(s, x, method);
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void resume_due(struct sim_server *s) {
  aws_ms now = mono();

  while (s->waiting && s->waiting->due <= now) {
    struct exchange *x = s->waiting;
    s->waiting = x->next;
    if (!s->waiting)
      s->waiting_end = &s->waiting;
    MHD_resume_connection(x->connection);
  }
}

static void live(struct sim_server *s) {
  struct sim_world *w = s->gate->world;
  aws_ms now = mono();

  if (now < s->next_tick)
    return;
  s->next_tick = now + TICK_MS;
  sim_live(w, sim_unwall(w, wall()));
  if (s->options->die_with_parent && getppid() != s->parent)
    stop_asked = 1;
}

static aws_ms until(aws_ms now, aws_ms due, aws_ms shortest) {
  aws_ms wait = due > now ? due - now : 0;

  return wait < shortest ? wait : shortest;
}

static void wait_for_work(struct sim_server *s) {
  fd_set readable, writable, odd;
  MHD_socket max = wake_pipe[0];
  aws_ms now = mono(), wait = until(now, s->next_tick, TICK_MS);
  MHD_UNSIGNED_LONG_LONG wanted;

  FD_ZERO(&readable);
  FD_ZERO(&writable);
  FD_ZERO(&odd);
  FD_SET(wake_pipe[0], &readable);
  MHD_get_fdset(s->daemon, &readable, &writable, &odd, &max);
  if (s->waiting)
    wait = until(now, s->waiting->due, wait);
  if (MHD_get_timeout(s->daemon, &wanted) == MHD_YES && (aws_ms)wanted < wait)
    wait = (aws_ms)wanted;
  struct timeval tv = {(time_t)(wait / 1000), (suseconds_t)(wait % 1000 * 1000)};
  if (select(max + 1, &readable, &writable, &odd, &tv) < 0) {
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&odd);
  }
  MHD_run_from_select(s->daemon, &readable, &writable, &odd);
}

void sim_server_run(struct sim_server *s) {
  while (!stop_asked) {
    wait_for_work(s);
    if (s->waiting && s->waiting->due <= mono()) {
      resume_due(s);
      MHD_run(s->daemon);
    }
    live(s);
  }
}

/* ---- start and end --------------------------------------------------------------------------- */

static bool catch_signals(void) {
  struct sigaction sa = {.sa_handler = on_signal};

  if (pipe(wake_pipe) < 0)
    return false;
  for (int i = 0; i < 2; i++) {
    fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
    fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
  }
  sigemptyset(&sa.sa_mask);
  signal(SIGPIPE, SIG_IGN);
  return sigaction(SIGTERM, &sa, NULL) == 0 && sigaction(SIGINT, &sa, NULL) == 0;
}

static void on_log(void *arg, const char *fmt, va_list ap) {
  (void)arg;
  (void)fmt;
  (void)ap; /* clients that hang up are no news */
}

static struct MHD_Daemon *start(struct sim_server *s, struct sockaddr_in *addr) {
  const struct sim_server_options *o = s->options;
  bool tls = o->cert != NULL;
  struct MHD_OptionItem more[] = {
      {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->cert},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->key},
      {MHD_OPTION_END, 0, NULL},
  };

  return MHD_start_daemon(MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : 0u),
                          0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                          MHD_OPTION_SOCK_ADDR, (struct sockaddr *)addr,
                          MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_COMPLETED,
                          on_completed, s, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
                          MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_ARRAY,
                          tls ? more : more + 2, MHD_OPTION_END);
}

struct sim_server *sim_server_new(const struct sim_server_options *o, struct sim_gate *gate,
                                  struct aws_error *err) {
  struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
  struct sim_server *s = aws_calloc(1, sizeof *s);

  if (!s) {
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
    return NULL;
  }
  s->options = o;
  s->gate = gate;
  s->waiting_end = &s->waiting;
  s->parent = getppid();
  addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  s->daemon = catch_signals() ? start(s, &addr) : NULL;
  const union MHD_DaemonInfo *info =
      s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
  if (!info) {
    aws_error_set(err, AWS_E_NETWORK, "cannot listen on 127.0.0.1 port %d: %s; is it taken?",
                  o->port, strerror(errno));
    sim_server_free(s);
    return NULL;
  }
  s->port = info->port;
  return s;
}

int sim_server_port(const struct sim_server *s) {
  return s->port;
}

void sim_server_free(struct sim_server *s) {
  if (!s)
    return;
  while (s->waiting) {
    struct exchange *x = s->waiting;
    s->waiting = x->next;
    MHD_resume_connection(x->connection);
  }
  if (s->daemon)
    MHD_stop_daemon(s->daemon);
  free(s);
}
