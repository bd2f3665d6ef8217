/* One HTTP/1.1 request and its whole answer. */
#include "config.h"

#include "aws/io/internal.h"

#include <stdlib.h>
#include <strings.h>

enum { HEADERS_MAX_BYTES = 64 * 1024, HEADERS_MAX = 128 };

struct aws_transfer {
  struct io_job job; /* first */
  aws_http_fn fn;
  void *arg;
  struct curl_slist *headers;
  char *body_out; /* libcurl does not copy it */
  size_t nbody_out;
  struct aws_buf body, head;
  struct aws_str host; /* within url */
  char *url;
  bool secret, too_long, head_too_long;
  char detail[CURL_ERROR_SIZE];
  struct io_logged *logged; /* NULL: there is no log */
};

/* ---- receiving ------------------------------------------------------------------------------- */

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
  struct aws_transfer *t = arg;
  n *= size;
  t->too_long = n > t->body.max - t->body.n;
  bool ok = aws_buf_add(&t->body, p, n);
  if (t->secret)
    aws_wipe(p, n);  /* libcurl keeps this buffer for the next transfer */
  return ok ? n : 0; /* fewer than given: libcurl ends the transfer */
}

/* Keeps the head of the last answer: an interim one (100) is forgotten. */
static size_t on_header(char *p, size_t size, size_t n, void *arg) {
  struct aws_transfer *t = arg;
  n *= size;
  if (n >= 5 && memcmp(p, "HTTP/", 5) == 0)
    aws_buf_clear(&t->head);
  aws_buf_add(&t->head, p, n);
  t->head_too_long = t->head.failed;
  return t->head.failed ? 0 : n;
}

static size_t split_head(struct aws_buf *head, struct aws_http_header *out) {
  struct aws_str rest = aws_buf_str(head);
  aws_str_split(&rest, '\n'); /* the status line */
  size_t n = 0;
  while (rest.n > 0 && n < HEADERS_MAX) {
    struct aws_str value = aws_str_split(&rest, '\n'), name = aws_str_split(&value, ':');
    if (!value.p)
      continue;
    for (char *c = head->p + (name.p - head->p); c < name.p + name.n; c++)
      if (*c >= 'A' && *c <= 'Z')
        *c = (char)(*c + ('a' - 'A'));
    out[n++] = (struct aws_http_header){aws_str_trim(name), aws_str_trim(value)};
  }
  return n;
}

struct aws_str aws_http_header(const struct aws_http_reply *r, const char *lower_name) {
  for (size_t i = 0; i < r->nheaders; i++)
    if (aws_str_eq_c(r->headers[i].name, lower_name))
      return r->headers[i].value;
  return (struct aws_str){0};
}

/* ---- the end --------------------------------------------------------------------------------- */

static void transfer_free(struct aws_transfer *t) {
  /* Headers hold the signature and the session token. */
  for (struct curl_slist *h = t->headers; h; h = h->next)
    aws_wipe(h->data, strlen(h->data));
  curl_slist_free_all(t->headers);
  if (t->secret && t->body_out)
    aws_wipe(t->body_out, t->nbody_out);
  if (t->secret)
    aws_buf_wipe_done(&t->body);
  free(t->body_out);
  aws_buf_done(&t->body);
  free(t->url);
  free(t->logged);
  aws_buf_done(&t->head);
  free(t);
}

static void release(struct io_job *job) {
  transfer_free((struct aws_transfer *)job);
}

static void measure(struct aws_transfer *t, struct aws_http_reply *reply) {
  CURL *e = t->job.easy;
  struct aws_io_stats *stats = &t->job.io->stats;
  long status = 0, head_in = 0, out = 0, connections = 0;
  curl_off_t body_in = 0, us = 0;
  curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(e, CURLINFO_HEADER_SIZE, &head_in);
  curl_easy_getinfo(e, CURLINFO_REQUEST_SIZE, &out);
  curl_easy_getinfo(e, CURLINFO_NUM_CONNECTS, &connections);
  curl_easy_getinfo(e, CURLINFO_SIZE_DOWNLOAD_T, &body_in);
  curl_easy_getinfo(e, CURLINFO_TOTAL_TIME_T, &us);
  reply->status = (int)status;
  reply->bytes = (size_t)head_in + (size_t)body_in;
  reply->elapsed_ms = us / 1000;
  stats->requests++;
  stats->bytes_in += reply->bytes;
  stats->bytes_out += (uint64_t)out;
  stats->connections += (uint64_t)connections;
}

static void explain(struct aws_transfer *t, struct aws_error *err) {
  io_curl_error(err, t->job.result, t->job.easy, t->host, t->detail);
  io_proxy_error(err, t->job.result, t->job.easy, t->url);
  if (t->too_long)
    aws_error_set(err, AWS_E_BODY, "%.*s: the answer is longer than the %zu bytes that are read",
                  AWS_STR_ARG(t->host), t->body.max);
  else if (t->head_too_long)
    aws_error_set(err, AWS_E_BODY, "%.*s: the answer's headers are longer than %d bytes",
                  AWS_STR_ARG(t->host), HEADERS_MAX_BYTES);
  else if (t->body.failed)
    aws_error_set(err, AWS_E_MEMORY, "no memory for the answer of %.*s", AWS_STR_ARG(t->host));
  else
    return;
  err->maybe_done = true;
}

static void deliver(struct io_job *job) {
  struct aws_transfer *t = (struct aws_transfer *)job;
  struct aws_http_header headers[HEADERS_MAX];
  struct aws_http_reply reply = {.headers = headers};
  struct aws_error err = {0};
  measure(t, &reply);
  if (job->result == CURLE_OK) {
    reply.nheaders = split_head(&t->head, headers);
    reply.body = t->body.p ? aws_buf_str(&t->body) : AWS_STR_LIT("");
  } else {
    explain(t, &err);
  }
  io_easy_give(job->io, job->easy);
  if (t->logged)
    io_log_reply(job->io->log, t->logged, job->result == CURLE_OK ? &reply : NULL, &err);
  t->fn(t->arg, job->result == CURLE_OK ? &reply : NULL, job->result == CURLE_OK ? NULL : &err);
  transfer_free(t);
}

void aws_io_cancel(struct aws_io *io, struct aws_transfer *t) {
  (void)io;
  if (!t)
    return;
  io_job_stop(&t->job);
  transfer_free(t);
}

/* ---- sending --------------------------------------------------------------------------------- */

static bool add_header(struct aws_transfer *t, struct aws_str name, struct aws_str value) {
  struct aws_buf line;
  aws_buf_init(&line, HEADERS_MAX_BYTES);
  if (value.n > 0)
    aws_buf_addf(&line, "%.*s: %.*s", AWS_STR_ARG(name), AWS_STR_ARG(value));
  else
    aws_buf_addf(&line, "%.*s;", AWS_STR_ARG(name)); /* libcurl's way to send an empty one */
  struct curl_slist *l = line.failed ? NULL : curl_slist_append(t->headers, line.p);
  aws_buf_wipe_done(&line);
  if (l)
    t->headers = l;
  return l != NULL;
}

static bool is_one_line(struct aws_str s) {
  return s.n == 0 || (!memchr(s.p, '\r', s.n) && !memchr(s.p, '\n', s.n) && !memchr(s.p, 0, s.n));
}

static bool add_headers(struct aws_transfer *t, const struct aws_http_request *rq,
                        struct aws_error *err) {
  bool ok = true, typed = false;
  for (size_t i = 0; i < rq->nheaders; i++) {
    const struct aws_http_header *h = &rq->headers[i];
    if (!is_one_line(h->name) || !is_one_line(h->value)) {
      aws_error_set(err, AWS_E_USAGE, "a value for the header %.*s holds a line break",
                    AWS_STR_ARG(h->name));
      return false;
    }
    typed |= h->name.n == strlen("content-type") &&
             strncasecmp(h->name.p, "content-type", h->name.n) == 0;
    ok = ok && add_header(t, h->name, h->value);
  }
  /* What libcurl would add by itself, not signed and not wanted. */
  static const char *const off[] = {"Expect:", "Content-Type:"};
  for (size_t i = 0; ok && i < (typed ? 1 : 2); i++) {
    struct curl_slist *l = curl_slist_append(t->headers, off[i]);
    ok = l != NULL;
    t->headers = l ? l : t->headers;
  }
  if (!ok)
    aws_error_set(err, AWS_E_MEMORY, "no memory for the headers of a request");
  return ok;
}

static void set_method(struct aws_transfer *t, const char *method) {
  CURL *e = t->job.easy;
  if (strcmp(method, "GET") == 0 && t->nbody_out == 0) {
    curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
  } else if (strcmp(method, "HEAD") == 0) {
    curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->nbody_out);
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, t->body_out); /* "" when empty: else stdin is read */
    if (strcmp(method, "POST") != 0)
      curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, method);
  }
}

static void set_options(struct aws_transfer *t, const struct aws_http_request *rq) {
  CURL *e = t->job.easy;
  struct aws_io *io = t->job.io;
  curl_easy_setopt(e, CURLOPT_URL, t->url);
  curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L); /* the signature covers the path */
  curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  io_tls_options(io, e);
  curl_easy_setopt(e, CURLOPT_USERAGENT, "cawsole/" PACKAGE_VERSION " ua/2.1 lang/c");
  curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)rq->connect_ms);
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)rq->total_ms);
  curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
  io_proxy_choose(e, t->url, t->host);
  /* When a kept connection breaks before a byte of the answer came, libcurl sends the request again
   * on a new one. Right for a read; a write gets a connection that never was used. */
  curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, rq->once ? 1L : 0L);
  if (rq->secret)
    io_tls_secret(e);
  curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->detail);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
  set_method(t, rq->method);
}

static bool fill(struct aws_transfer *t, const struct aws_http_request *rq, struct aws_error *err) {
  t->url = strdup(rq->url);
  t->body_out = malloc(rq->body.n + 1);
  t->job.easy = io_easy_take(t->job.io);
  if (!t->url || !t->body_out || !t->job.easy) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request");
    return false;
  }
  if (rq->body.n > 0)
    memcpy(t->body_out, rq->body.p, rq->body.n);
  t->body_out[rq->body.n] = '\0';
  t->nbody_out = rq->body.n;
  t->host = io_url_host(t->url);
  if (!add_headers(t, rq, err))
    return false;
  set_options(t, rq);
  return true;
}

struct aws_transfer *aws_io_http(struct aws_io *io, const struct aws_http_request *rq,
                                 aws_http_fn fn, void *arg, struct aws_error *err) {
  struct aws_transfer *t = aws_calloc(1, sizeof *t);
  if (!t) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request");
    return NULL;
  }
  t->job.io = io;
  t->job.deliver = deliver;
  t->job.release = release;
  t->fn = fn;
  t->arg = arg;
  aws_buf_init(&t->body, rq->body_max);
  t->secret = rq->secret;
  aws_buf_init(&t->head, HEADERS_MAX_BYTES);
  if (io->log && (t->logged = aws_calloc(1, sizeof *t->logged)) != NULL)
    io_log_place(t->logged, rq);
  if (fill(t, rq, err)) {
    if (t->logged)
      io_log_request(io->log, t->logged, rq);
    if (io_job_start(io, &t->job))
      return t;
    aws_error_set(err, AWS_E_MEMORY, "no memory to start a request to %.*s", AWS_STR_ARG(t->host));
  }
  if (t->job.easy)
    io_easy_give(io, t->job.easy);
  transfer_free(t);
  return NULL;
}
