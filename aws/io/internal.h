/* What the files of aws/io share. Nobody else includes this, nor curl. */
#ifndef CAWSOLE_AWS_IO_INTERNAL_H
#define CAWSOLE_AWS_IO_INTERNAL_H

#include "aws/io.h"

#include <curl/curl.h>
#include <sys/types.h>

/* One easy handle at work. The first member of a transfer and of a name lookup. */
struct io_job {
  struct aws_io *io;
  struct io_job *prev, *next; /* in io->running or io->done */
  CURL *easy;
  CURLcode result;
  bool done;
  /* Calls back and frees; the job is in no list any more. */
  void (*deliver)(struct io_job *job);
  void (*release)(struct io_job *job); /* frees; a name lookup says that it was cancelled */
};

struct io_list {
  struct io_job *first, *last;
};

/* A heap, the earliest first; equals in order of their making. */
struct io_timers {
  struct aws_timer **heap;
  size_t n, cap;
  struct aws_timer *spare; /* a stock: a timer that is not made is a wait that never ends */
  uint64_t next_seq;
};

/* In order of their asking. */
struct io_laters {
  struct aws_later *first, *last;
};

struct aws_io {
  struct aws_clock clock;
  CURLM *multi;
  CURLSH *share; /* TLS sessions: libcurl of today keeps them per easy handle */
  char *ca_file, *ca_path;
  struct io_list running, done;
  struct io_timers timers;
  struct io_laters laters;
  CURL *idle[16];
  size_t nidle;
  struct curl_waitfd *waitfds;
  size_t waitfds_cap;
  struct curl_slist *connect_to; /* NULL: where the address says */
  struct aws_child *children;
  pid_t orphans[16]; /* killed, but not gone yet */
  size_t norphans;
  struct aws_io_stats stats;
  struct aws_log *log; /* NULL: none */
};

/* log.c: what is kept of a request for its line. */
struct io_logged {
  char what[64], place[512];
};
void io_log_place(struct io_logged *l, const struct aws_http_request *rq);
void io_log_request(struct aws_log *log, const struct io_logged *l,
                    const struct aws_http_request *rq);
void io_log_reply(struct aws_log *log, const struct io_logged *l,
                  const struct aws_http_reply *reply, const struct aws_error *err);

enum { IO_CHILDREN_MAX = 8 };
/* Reads what the children say and hands over those that ended. */
void io_children_step(struct aws_io *io);
/* The descriptors that a wait has to know; most is 2 * IO_CHILDREN_MAX. */
size_t io_children_fds(const struct aws_io *io, int *fds, size_t most);
void io_children_done(struct aws_io *io);

/* Starts libcurl, with memory that is wiped when it is given back. */
bool io_curl_start(void);

/* An easy handle with what every job has in common, or NULL. */
CURL *io_easy_take(struct aws_io *io);
void io_easy_give(struct aws_io *io, CURL *easy);
/* Hands the job to the multi handle; false: it stays the caller's. */
bool io_job_start(struct aws_io *io, struct io_job *job);
/* Takes the job out of whichever list it is in and gives its easy handle back. */
void io_job_stop(struct io_job *job);

/* Of an address, with the port; within it. */
struct aws_str io_url_host(const char *url);

/* Loopback, and the addresses at which a machine finds its own credentials: never asked of a proxy,
 * whatever NO_PROXY says. host may have a port. */
bool io_host_is_direct(struct aws_str host);
/* What the environment says for a request. host lies within url and may have a port. */
struct io_proxy {
  const char *url;    /* "": none */
  const char *by;     /* the variable's name */
  const char *exempt; /* NO_PROXY: libcurl finds the networks in it ("10.0.0.0/8") */
};
struct io_proxy io_proxy_find(const char *url, struct aws_str host);
void io_proxy_choose(CURL *easy, const char *url, struct aws_str host);

/* The CA store for TLS: sets io->ca_file and io->ca_path. */
bool io_ca_choose(struct aws_io *io, const char *ca_file, struct aws_error *err);

/* The least version, and whom to trust. */
void io_tls_options(const struct aws_io *io, CURL *easy);
/* OpenSSL keeps what it deciphered last in a buffer of the connection until the next record comes.
 * This gives the transfer a connection of its own that overwrites it at once.
 * https://docs.openssl.org/3.0/man3/SSL_CTX_set_options/ (SSL_OP_CLEANSE_PLAINTEXT) */
void io_tls_secret(CURL *easy);

bool io_timers_init(struct io_timers *t); /* false: no memory; io_timers_done all the same */
void io_timers_done(struct io_timers *t);
/* ms from now to the first timer; -1: there is none. */
int64_t io_timers_wait(const struct io_timers *t, aws_ms now);
/* Takes the first timer that is due and older than the sequence number given; NULL: none. */
struct aws_timer *io_timers_due(struct io_timers *t, aws_ms now, uint64_t older_than);
void io_timer_fire(struct io_timers *t, struct aws_timer *timer); /* calls back and frees */
/* Does the first that was asked for before older_than; false: there is none. */
bool io_laters_run(struct aws_io *io, uint64_t older_than);

/* What went wrong, in other words when it was the proxy's doing: after io_curl_error. */
void io_proxy_error(struct aws_error *err, CURLcode rc, CURL *easy, const char *url);

/* Puts what went wrong into words. */
void io_curl_error(struct aws_error *err, CURLcode rc, CURL *easy, struct aws_str host,
                   const char *detail);

#endif
