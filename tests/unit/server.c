#include "config.h"

#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 64, REQUEST_MAX = 1 << 20 };

struct connection {
  int fd; /* -1: free */
  unsigned id, requests;
  struct aws_buf in;
};

struct test_server {
  int fd, port;
  test_handler fn;
  void *arg;
  unsigned accepted, requests;
  struct connection connections[CONNECTIONS];
};

struct test_server *test_server_new(test_handler fn, void *arg) {
  struct test_server *s = calloc(1, sizeof *s);
  if (!s)
    abort();
  s->fn = fn;
  s->arg = arg;
  s->fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&a, n) != 0 || listen(s->fd, 64) != 0 ||
      getsockname(s->fd, (struct sockaddr *)&a, &n) != 0)
    abort();
  fcntl(s->fd, F_SETFL, O_NONBLOCK);
  s->port = ntohs(a.sin_port);
  for (size_t i = 0; i < CONNECTIONS; i++) {
    s->connections[i].fd = -1;
    aws_buf_init(&s->connections[i].in, REQUEST_MAX);
  }
  return s;
}

static void hang_up(struct connection *c) {
  close(c->fd);
  c->fd = -1;
  aws_buf_done(&c->in);
}

void test_server_free(struct test_server *s) {
  for (size_t i = 0; i < CONNECTIONS; i++)
    if (s->connections[i].fd >= 0)
      hang_up(&s->connections[i]);
  close(s->fd);
  free(s);
}

int test_server_port(const struct test_server *s) {
  return s->port;
}

unsigned test_server_requests(const struct test_server *s) {
  return s->requests;
}

void test_answer_set(struct test_answer *a, int status, const char *headers, const char *body) {
  aws_buf_clear(&a->bytes);
  aws_buf_addf(&a->bytes, "HTTP/1.1 %d Test\r\nContent-Length: %zu\r\n%s\r\n%s", status,
               strlen(body), headers ? headers : "", body);
}

void test_request_header(const struct test_request *rq, const char *name, char *out, size_t n) {
  struct aws_str rest = aws_str_from(rq->head);
  out[0] = '\0';
  while (rest.n > 0) {
    struct aws_str value = aws_str_split(&rest, '\n'), key = aws_str_split(&value, ':');
    if (value.p && key.n == strlen(name) && strncasecmp(key.p, name, key.n) == 0) {
      value = aws_str_trim(value);
      snprintf(out, n, "%.*s", AWS_STR_ARG(value));
      return;
    }
  }
}

/* Sends all, waiting if it must: a test's answers are small, or the client reads in another turn.
 */
static void send_all(struct connection *c, struct aws_str bytes) {
  while (bytes.n > 0) {
    ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
    if (n <= 0)
      return;
    bytes.p += n;
    bytes.n -= (size_t)n;
  }
}

/* Answers the first whole request in the buffer; false: there is none yet. */
static bool serve_one(struct test_server *s, struct connection *c) {
  char *end = c->in.n ? strstr(c->in.p, "\r\n\r\n") : NULL;
  if (!end)
    return false;
  size_t nhead = (size_t)(end + 4 - c->in.p);
  struct test_request rq = {.head = strndup(c->in.p, nhead - 2), .connection = c->id};
  char length[32];
  test_request_header(&rq, "Content-Length", length, sizeof length);
  size_t nbody = (size_t)strtoul(length, NULL, 10);
  if (c->in.n < nhead + nbody) {
    free(rq.head);
    return false;
  }
  sscanf(rq.head, "%7s %2047s", rq.method, rq.target);
  char *body = strndup(c->in.p + nhead, nbody);
  rq.body = (struct aws_str){body, nbody};
  rq.on_connection = ++c->requests;
  s->requests++;
  struct test_answer a = {.close = false};
  aws_buf_init(&a.bytes, 16 << 20);
  s->fn(s->arg, &rq, &a);
  memmove(c->in.p, c->in.p + nhead + nbody, c->in.n - nhead - nbody + 1);
  c->in.n -= nhead + nbody;
  if (!a.hold)
    send_all(c, aws_buf_str(&a.bytes));
  if (a.close && !a.hold)
    hang_up(c);
  aws_buf_done(&a.bytes);
  free(body);
  free(rq.head);
  return c->fd >= 0;
}

void test_server_step(struct test_server *s) {
  int fd;
  for (size_t i = 0; i < CONNECTIONS; i++) {
    struct connection *c = &s->connections[i];
    if (c->fd >= 0 || (fd = accept(s->fd, NULL, NULL)) < 0)
      continue;
    c->fd = fd;
    c->id = ++s->accepted;
    c->requests = 0;
  }
  for (size_t i = 0; i < CONNECTIONS; i++) {
    struct connection *c = &s->connections[i];
    char part[16384];
    ssize_t n = c->fd < 0 ? -1 : recv(c->fd, part, sizeof part, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && c->fd >= 0 && errno != EAGAIN && errno != EINTR))
      hang_up(c); /* ended, or reset */
    if (n > 0)
      aws_buf_add(&c->in, part, (size_t)n);
    while (c->fd >= 0 && serve_one(s, c))
      ;
  }
}

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool test_run(struct aws_io *io, struct test_server *s, const bool *done, int ms) {
  int64_t end = now_ms() + ms;
  while (!*done && now_ms() < end) {
    struct aws_io_fd fds[CONNECTIONS + 1];
    size_t n = 0;
    if (s) {
      test_server_step(s);
      fds[n++] = (struct aws_io_fd){.fd = s->fd};
      for (size_t i = 0; i < CONNECTIONS; i++)
        if (s->connections[i].fd >= 0)
          fds[n++] = (struct aws_io_fd){.fd = s->connections[i].fd};
    }
    if (!aws_io_turn(io, 10) && !*done)
      aws_io_wait(io, fds, n, 20);
  }
  return *done;
}
