/* Name lookup by libcurl's own resolver, without a connection: each address that libcurl is about
 * to connect to is noted and refused a socket, so that it goes on to the next one. */
#include "config.h"

#include "aws/io/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum { ADDRS_MAX = 64, NAME_MAX_BYTES = 253, LOOKUP_MS = 5000 };

struct resolve {
  struct io_job job; /* first */
  aws_resolve_fn fn;
  void *arg;
  char host[NAME_MAX_BYTES + 1];
  char text[ADDRS_MAX][INET6_ADDRSTRLEN];
  size_t n;
  char detail[CURL_ERROR_SIZE];
};

static curl_socket_t on_address(void *arg, curlsocktype purpose, struct curl_sockaddr *addr) {
  struct resolve *r = arg;
  (void)purpose;
  const void *raw = NULL;
  if (addr->family == AF_INET)
    raw = &((const struct sockaddr_in *)(const void *)&addr->addr)->sin_addr;
  else if (addr->family == AF_INET6)
    raw = &((const struct sockaddr_in6 *)(const void *)&addr->addr)->sin6_addr;
  if (raw && r->n < ADDRS_MAX && inet_ntop(addr->family, raw, r->text[r->n], INET6_ADDRSTRLEN))
    r->n++;
  return CURL_SOCKET_BAD;
}

static int text_cmp(const void *a, const void *b) {
  return strcmp(a, b);
}

static void deliver(struct io_job *job) {
  struct resolve *r = (struct resolve *)job;
  struct aws_str addrs[ADDRS_MAX];
  struct aws_error err = {0};
  qsort(r->text, r->n, sizeof r->text[0], text_cmp);
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++)
    if (n == 0 || !aws_str_eq_c(addrs[n - 1], r->text[i]))
      addrs[n++] = aws_str_from(r->text[i]);
  if (n == 0)
    io_curl_error(&err, job->result, job->easy, aws_str_from(r->host), r->detail);
  io_easy_give(job->io, job->easy);
  r->fn(r->arg, addrs, n, n == 0 ? &err : NULL);
  free(r);
}

/* Who asked may have kept something for the answer alone. */
static void release(struct io_job *job) {
  struct resolve *r = (struct resolve *)job;
  struct aws_error err = {0};
  aws_error_set(&err, AWS_E_CANCELLED, "%s: the name is no longer looked up", r->host);
  r->fn(r->arg, NULL, 0, &err);
  free(r);
}

/* A host name and nothing else: it becomes part of an address. */
static bool is_name(struct aws_str host) {
  if (host.n == 0 || host.n > NAME_MAX_BYTES)
    return false;
  for (size_t i = 0; i < host.n; i++) {
    char c = host.p[i];
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
          c == '.' || c == '_'))
      return false;
  }
  return true;
}

bool aws_io_resolve(struct aws_io *io, struct aws_str host, aws_resolve_fn fn, void *arg) {
  if (!is_name(host))
    return false;
  struct resolve *r = aws_calloc(1, sizeof *r);
  if (!r)
    return false;
  r->fn = fn;
  r->arg = arg;
  memcpy(r->host, host.p, host.n);
  r->job.deliver = deliver;
  r->job.release = release;
  r->job.easy = io_easy_take(io);
  if (r->job.easy) {
    CURL *e = r->job.easy;
    char url[sizeof r->host + sizeof "http:///"];
    snprintf(url, sizeof url, "http://%s/", r->host);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L); /* a kept connection tells no addresses */
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)LOOKUP_MS);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->detail);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_address);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, r);
    if (io_job_start(io, &r->job))
      return true;
    io_easy_give(io, e);
  }
  free(r);
  return false;
}
