/* The loop: one curl multi handle, timers, and the wait. */
#include "config.h"

#include "aws/io/internal.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
  WAIT_MAX_MS = 3600 * 1000,
  BLIND_MS = 50 /* a wait that there is no memory to wake up from for the extra descriptors */
};

/* ---- making and ending ----------------------------------------------------------------------- */

static bool set_up(struct aws_io *io, const char *ca_file, struct aws_error *err) {
  if (!io_timers_init(&io->timers)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the event loop");
    return false;
  }
  if (!io_ca_choose(io, ca_file, err))
    return false;
  io->multi = curl_multi_init();
  io->share = curl_share_init();
  if (!io->multi || !io->share) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the HTTP client");
    return false;
  }
  /* libcurl's own rule, four times the running transfers, closes what the next turn needs. */
  curl_multi_setopt(io->multi, CURLMOPT_MAXCONNECTS, 64L);
  curl_multi_setopt(io->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  curl_share_setopt(io->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return true;
}

struct aws_io *aws_io_new(const struct aws_clock *clock, const char *ca_file,
                          struct aws_error *err) {
  if (!io_curl_start()) {
    aws_error_set(err, AWS_E_MEMORY, "libcurl could not be started");
    return NULL;
  }
  struct aws_io *io = aws_calloc(1, sizeof *io);
  if (!io) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the event loop");
    curl_global_cleanup();
    return NULL;
  }
  io->clock = clock ? *clock : aws_clock_system;
  if (!set_up(io, ca_file, err)) {
    aws_io_free(io);
    return NULL;
  }
  return io;
}

static void drop_all(struct io_list *l) {
  while (l->first) {
    struct io_job *job = l->first;
    io_job_stop(job);
    job->release(job);
  }
}

void aws_io_free(struct aws_io *io) {
  if (!io)
    return;
  drop_all(&io->running);
  drop_all(&io->done);
  io_children_done(io);
  for (size_t i = 0; i < io->nidle; i++)
    curl_easy_cleanup(io->idle[i]);
  curl_multi_cleanup(io->multi);
  curl_share_cleanup(io->share);
  io_timers_done(&io->timers);
  curl_slist_free_all(io->connect_to);
  free(io->waitfds);
  free(io->ca_file);
  free(io->ca_path);
  free(io);
  curl_global_cleanup();
}

bool aws_io_connect_all(struct aws_io *io, int port) {
  char rule[32];
  snprintf(rule, sizeof rule, "::127.0.0.1:%d", port);
  curl_slist_free_all(io->connect_to);
  io->connect_to = curl_slist_append(NULL, rule);
  return io->connect_to != NULL;
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static void list_add(struct io_list *l, struct io_job *job) {
  job->next = NULL;
  job->prev = l->last;
  if (l->last)
    l->last->next = job;
  else
    l->first = job;
  l->last = job;
}

static void list_remove(struct io_list *l, struct io_job *job) {
  if (job->prev)
    job->prev->next = job->next;
  else
    l->first = job->next;
  if (job->next)
    job->next->prev = job->prev;
  else
    l->last = job->prev;
  job->prev = job->next = NULL;
}

void aws_io_log(struct aws_io *io, struct aws_log *log) {
  io->log = log;
}

struct aws_log *aws_io_log_of(const struct aws_io *io) {
  return io->log;
}

CURL *io_easy_take(struct aws_io *io) {
  CURL *e = io->nidle > 0 ? io->idle[--io->nidle] : curl_easy_init();
  if (!e)
    return NULL;
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_SHARE, io->share);
  if (io->connect_to)
    curl_easy_setopt(e, CURLOPT_CONNECT_TO, io->connect_to);
  curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L); /* a signature covers the host */
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* else a hanging resolver is waited for */
#endif
  return e;
}

void io_easy_give(struct aws_io *io, CURL *easy) {
  if (io->nidle == sizeof io->idle / sizeof io->idle[0]) {
    curl_easy_cleanup(easy);
    return;
  }
  curl_easy_reset(easy);
  io->idle[io->nidle++] = easy;
}

bool io_job_start(struct aws_io *io, struct io_job *job) {
  job->io = io;
  curl_easy_setopt(job->easy, CURLOPT_PRIVATE, (char *)job);
  if (curl_multi_add_handle(io->multi, job->easy) != CURLM_OK)
    return false;
  list_add(&io->running, job);
  return true;
}

void io_job_stop(struct io_job *job) {
  struct aws_io *io = job->io;
  list_remove(job->done ? &io->done : &io->running, job);
  if (!job->done)
    curl_multi_remove_handle(io->multi, job->easy);
  io_easy_give(io, job->easy);
  job->easy = NULL;
}

/* ---- the turn -------------------------------------------------------------------------------- */

/* The budget is for people who wait: real time, whatever clock the program runs on. */
static int64_t real_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void collect(struct aws_io *io) {
  int running, left;
  curl_multi_perform(io->multi, &running);
  for (CURLMsg *m; (m = curl_multi_info_read(io->multi, &left));) {
    if (m->msg != CURLMSG_DONE)
      continue;
    char *private = NULL;
    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
    struct io_job *job = (struct io_job *)(void *)private;
    job->result = m->data.result;
    curl_multi_remove_handle(io->multi, job->easy);
    list_remove(&io->running, job);
    job->done = true;
    list_add(&io->done, job);
  }
}

static bool fire_timer(struct aws_io *io, aws_ms now, uint64_t older_than) {
  struct aws_timer *t = io_timers_due(&io->timers, now, older_than);
  if (t)
    io_timer_fire(&io->timers, t);
  return t != NULL;
}

static bool deliver_job(struct aws_io *io) {
  struct io_job *job = io->done.first;
  if (!job)
    return false;
  list_remove(&io->done, job);
  job->deliver(job);
  return true;
}

bool aws_io_turn(struct aws_io *io, int budget_ms) {
  int64_t end = real_ms() + budget_ms;
  if (io->children || io->norphans > 0)
    io_children_step(io);
  aws_ms now = io->clock.mono(io->clock.arg);
  uint64_t seq = io->timers.next_seq;
  if (io->running.first)
    collect(io);
  while (io_laters_run(io, seq) || fire_timer(io, now, seq) || deliver_job(io))
    if (budget_ms > 0 && real_ms() >= end)
      break;
  return io->done.first || io->laters.first || io_timers_wait(&io->timers, now) == 0;
}

size_t aws_io_wait(struct aws_io *io, struct aws_io_fd *extra, size_t n, int max_ms) {
  int64_t ms = max_ms < 0 ? WAIT_MAX_MS : max_ms;
  int64_t timer = io_timers_wait(&io->timers, io->clock.mono(io->clock.arg));
  if (timer >= 0 && timer < ms)
    ms = timer;
  if (io->done.first || io->laters.first)
    ms = 0;
  int own[2 * IO_CHILDREN_MAX];
  size_t nown = io_children_fds(io, own, sizeof own / sizeof own[0]);
  bool all =
      n + nown == 0 || aws_grow(&io->waitfds, &io->waitfds_cap, n + nown, sizeof *io->waitfds);
  if (!all && ms > BLIND_MS)
    ms = BLIND_MS;
  for (size_t i = 0; all && i < n; i++)
    io->waitfds[i] = (struct curl_waitfd){.fd = extra[i].fd, .events = CURL_WAIT_POLLIN};
  for (size_t i = 0; all && i < nown; i++)
    io->waitfds[n + i] = (struct curl_waitfd){.fd = own[i], .events = CURL_WAIT_POLLIN};
  curl_multi_poll(io->multi, io->waitfds, all ? (unsigned)(n + nown) : 0, (int)ms, NULL);
  size_t ready = 0;
  for (size_t i = 0; i < n; i++) {
    /* libcurl wakes up for a hang-up but does not tell of it. */
    struct pollfd p = {.fd = extra[i].fd, .events = POLLIN};
    extra[i].ready = poll(&p, 1, 0) > 0;
    ready += extra[i].ready;
  }
  return ready;
}

const struct aws_clock *aws_io_clock(const struct aws_io *io) {
  return &io->clock;
}

struct aws_io_stats aws_io_stats(const struct aws_io *io) {
  return io->stats;
}
