/* libmicrohttpd in a loop of our own: requests, delayed answers and the world's clock share a
 * thread. */
#include "sim/http.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECTIONS_MAX 400
#define TICK_MS 200

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

/* ---- the loop -------------------------------------------------------------------------------- */

static void live(struct sim_server *s) {
  struct sim_world *w = s->gate->world;
  const struct sim_now now = sim_server_now();

  if (now.mono < s->next_tick)
    return;
  s->next_tick = now.mono + TICK_MS;
  if (w->speed > 0) /* else it waits to be told */
    sim_live(w, sim_unwall(w, now.wall));
  if (s->options->die_with_parent && getppid() != s->parent)
    stop_asked = 1;
}

static aws_ms until(aws_ms now, aws_ms due, aws_ms shortest) {
  aws_ms wait = due > now ? due - now : 0;

  return wait < shortest ? wait : shortest;
}

struct waiting {
  fd_set readable, writable, odd;
  MHD_socket max;
};

static void watch(struct waiting *w, int fd) {
  FD_SET(fd, &w->readable);
  w->max = fd > w->max ? fd : w->max;
}

static aws_ms collect(struct sim_server *s, struct waiting *w) {
  const aws_ms now = sim_server_now().mono;
  aws_ms wait = until(now, s->next_tick, TICK_MS);
  MHD_UNSIGNED_LONG_LONG wanted;

  w->max = -1;
  FD_ZERO(&w->readable);
  FD_ZERO(&w->writable);
  FD_ZERO(&w->odd);
  watch(w, wake_pipe[0]);
  if (s->listener >= 0)
    watch(w, s->listener);
  for (size_t i = 0; i < s->ndaemons; i++) {
    MHD_get_fdset(s->daemons[i], &w->readable, &w->writable, &w->odd, &w->max);
    if (MHD_get_timeout(s->daemons[i], &wanted) == MHD_YES && (aws_ms)wanted < wait)
      wait = (aws_ms)wanted;
  }
  return s->parked ? until(now, s->parked->due, wait) : wait;
}

static void wait_for_work(struct sim_server *s) {
  struct waiting w;
  const aws_ms wait = collect(s, &w);
  struct timeval tv = {(time_t)(wait / 1000), (suseconds_t)(wait % 1000 * 1000)};

  if (select(w.max + 1, &w.readable, &w.writable, &w.odd, &tv) < 0) {
    FD_ZERO(&w.readable);
    FD_ZERO(&w.writable);
    FD_ZERO(&w.odd);
  }
  listen_accept(s);
  for (size_t i = 0; i < s->ndaemons; i++)
    MHD_run_from_select(s->daemons[i], &w.readable, &w.writable, &w.odd);
}

void sim_server_run(struct sim_server *s) {
  while (!stop_asked) {
    listen_obey(s);
    wait_for_work(s);
    if (s->parked && s->parked->due <= sim_server_now().mono) {
      exchange_resume(s, sim_server_now().mono);
      for (size_t i = 0; i < s->ndaemons; i++)
        MHD_run(s->daemons[i]);
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

static struct MHD_Daemon *start(struct sim_server *s, const char *cert, const char *key) {
  struct MHD_OptionItem more[] = {
      {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key},
      {MHD_OPTION_END, 0, NULL},
  };

  return MHD_start_daemon(MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET |
                              (cert ? MHD_USE_TLS : 0u),
                          0, NULL, NULL, exchange_step, s, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                          MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, s,
                          MHD_OPTION_NOTIFY_COMPLETED, exchange_end, s, MHD_OPTION_CONNECTION_LIMIT,
                          (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, 60u,
                          MHD_OPTION_ARRAY, cert ? more : more + 2, MHD_OPTION_END);
}

static bool start_all(struct sim_server *s) {
  const struct sim_certs *c = s->options->certs;

  for (size_t i = 0; i < (c ? SIM_CERTS : 1); i++) {
    s->daemons[i] = start(s, c ? c->cert[i] : NULL, c ? c->key[i] : NULL);
    if (!s->daemons[i])
      return false;
    s->ndaemons = i + 1;
  }
  return true;
}

struct sim_server *sim_server_new(const struct sim_server_options *o, struct sim_gate *gate,
                                  struct aws_error *err) {
  struct sim_server *s = aws_calloc(1, sizeof *s);

  if (!s) {
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
    return NULL;
  }
  s->options = o;
  s->gate = gate;
  s->parent = getppid();
  s->listener = -1;
  if (!catch_signals() || !start_all(s) || !listen_open(s, o->port)) {
    aws_error_set(err, AWS_E_NETWORK, "cannot listen on 127.0.0.1 port %d: %s; is it taken?",
                  o->port, strerror(errno));
    sim_server_free(s);
    return NULL;
  }
  return s;
}

int sim_server_port(const struct sim_server *s) {
  return s->port;
}

void sim_server_free(struct sim_server *s) {
  if (!s)
    return;
  listen_close(s);
  exchange_resume(s, INT64_MAX);
  for (size_t i = 0; i < s->ndaemons; i++)
    MHD_stop_daemon(s->daemons[i]);
  free(s);
}
