/* TLS against the simulator's certificate, and names that resolve as the test says: getaddrinfo
 * below stands in the place of the C library's, for libcurl too. */
#include "config.h"

#include "server.h"
#include "test.h"

#include <curl/curlver.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- names ----------------------------------------------------------------------------------- */

static int hole[2] = {-1, -1}; /* closing the second ends all lookups that hang */

/* Every name is this machine, but for the black hole, whose answer never comes. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **out) {
  (void)hints;
  if (node && strncmp(node, "black-hole.", 11) == 0) {
    poll(&(struct pollfd){.fd = hole[0], .events = POLLIN}, 1, 20000);
    return EAI_AGAIN;
  }
  struct {
    struct addrinfo info;
    struct sockaddr_in address;
  } *one = calloc(1, sizeof *one);
  if (!one)
    return EAI_MEMORY;
  one->address.sin_family = AF_INET;
  one->address.sin_port = htons((uint16_t)(service ? atoi(service) : 0));
  one->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  one->info.ai_family = AF_INET;
  one->info.ai_socktype = SOCK_STREAM;
  one->info.ai_addrlen = sizeof one->address;
  one->info.ai_addr = (struct sockaddr *)&one->address;
  *out = &one->info;
  return 0;
}

void freeaddrinfo(struct addrinfo *first) {
  free(first);
}

/* ---- asking ---------------------------------------------------------------------------------- */

struct got {
  bool done;
  int status;
  struct aws_error err;
};

static void on_reply(void *arg, const struct aws_http_reply *r, const struct aws_error *err) {
  struct got *g = arg;
  g->done = true;
  g->status = r ? r->status : 0;
  if (err)
    g->err = *err;
}

static struct aws_transfer *begin(struct aws_io *io, const char *host, int port, int connect_ms,
                                  struct got *g) {
  char url[128];
  struct aws_error err = {0};
  snprintf(url, sizeof url, "https://%s:%d/", host, port);
  struct aws_http_request rq = {.method = "GET",
                                .url = url,
                                .body_max = 1 << 20,
                                .connect_ms = connect_ms,
                                .total_ms = 2 * connect_ms};
  *g = (struct got){0};
  struct aws_transfer *t = aws_io_http(io, &rq, on_reply, g, &err);
  assert_non_null(t);
  return t;
}

static struct got ask(const char *ca_file, const char *host, int port) {
  struct aws_error err = {0};
  struct aws_io *io = aws_io_new(NULL, ca_file, &err);
  struct got g;
  assert_non_null(io);
  begin(io, host, port, 5000, &g);
  assert_true(test_run(io, NULL, &g.done, 10000));
  aws_io_free(io);
  return g;
}

/* ---- the simulator --------------------------------------------------------------------------- */

static struct {
  pid_t pid;
  int port;
  char ca[64];
} sim;

static int start_sim(void **state) {
  (void)state;
  const char *folder = getenv("CAWSOLE_BUILDDIR");
  char program[512], line[128] = "";
  int out[2];
  snprintf(program, sizeof program, "%s/cawsole-sim", folder ? folder : ".");
  strcpy(sim.ca, "/tmp/cawsole-ca-XXXXXX");
  int fd = mkstemp(sim.ca);
  if (fd < 0 || pipe(out) != 0)
    return -1;
  close(fd);
  sim.pid = fork();
  if (sim.pid == 0) {
    dup2(out[1], STDOUT_FILENO);
    close(out[0]);
    close(out[1]);
    execl(program, program, "--port", "0", "--tls", "--ca-out", sim.ca, (char *)NULL);
    _exit(127);
  }
  close(out[1]);
  FILE *f = fdopen(out[0], "r");
  bool ok = f && fgets(line, sizeof line, f) &&
            sscanf(line, "listening on https://127.0.0.1:%d", &sim.port) == 1;
  if (f)
    fclose(f);
  return ok ? 0 : -1;
}

static int stop_sim(void **state) {
  (void)state;
  if (sim.pid > 0) {
    kill(sim.pid, SIGTERM);
    waitpid(sim.pid, NULL, 0);
  }
  unlink(sim.ca);
  return 0;
}

/* ---- certificates ---------------------------------------------------------------------------- */

static void test_known_ca(void **state) {
  (void)state;
  struct got g = ask(sim.ca, "127.0.0.1", sim.port);
  assert_string_equal(g.err.text, "");
  assert_true(g.status >= 200);
  assert_true(ask(sim.ca, "localhost", sim.port).status >= 200);
}

static void expect_refused(struct got g, const char *host, enum aws_hop hop, const char *said) {
  assert_int_equal(g.status, 0);
  assert_int_equal(g.err.code, AWS_E_NETWORK);
  assert_false(g.err.retryable);
  assert_false(g.err.maybe_done); /* nothing was said to whoever that is */
  assert_non_null(strstr(g.err.text, host));
  assert_int_equal(g.err.hop, hop);
  assert_non_null(strstr(g.err.text, said));
  /* A bundle cures one of them alone. */
  assert_int_equal(strstr(g.err.text, "AWS_CA_BUNDLE") != NULL, hop == AWS_HOP_TLS);
}

static void test_unknown_ca(void **state) {
  (void)state;
  expect_refused(ask(NULL, "127.0.0.1", sim.port), "127.0.0.1", AWS_HOP_TLS,
                 "certificate is not trusted");
}

static void test_wrong_name(void **state) {
  (void)state;
  struct got g = ask(sim.ca, "wrong.example", sim.port);
  expect_refused(g, "wrong.example", AWS_HOP_TLS_NAME, "certificate is for another name");
  assert_non_null(strstr(g.err.text, "match"));
}

/* ---- looked at and not asked ----------------------------------------------------------------- */

struct looked {
  bool done, proxied;
  struct aws_tls tls;
  struct aws_error err;
};

static void on_tls(void *arg, const struct aws_tls *tls, const struct aws_error *err) {
  struct looked *l = arg;
  l->done = true;
  l->tls = *tls;
  if (err)
    l->err = *err;
}

static struct looked look(const char *ca_file, const char *host) {
  struct aws_error err = {0};
  struct aws_io *io = aws_io_new(NULL, ca_file, &err);
  struct looked l = {.done = false};
  char url[64];
  snprintf(url, sizeof url, "https://%s:%d/", host, sim.port);
  assert_true(aws_io_tls(io, url, on_tls, &l));
  assert_false(l.done);
  assert_true(test_run(io, NULL, &l.done, 10000));
  aws_io_free(io);
  return l;
}

static void test_tls_alone(void **state) {
  (void)state;
  struct looked l = look(sim.ca, "localhost");
  assert_string_equal(l.err.text, "");
  assert_string_equal(l.tls.version, "TLSv1.3");
  assert_true(l.tls.issuer[0]);
  struct looked unknown = look(NULL, "localhost");
  assert_int_equal(unknown.err.code, AWS_E_NETWORK);
  assert_non_null(strstr(unknown.err.text, "certificate is not trusted"));
  assert_string_equal(unknown.tls.issuer, l.tls.issuer); /* whom one would have to trust */
  struct looked other = look(sim.ca, "wrong.example");
  assert_int_equal(other.err.hop, AWS_HOP_TLS_NAME);
  assert_string_equal(other.tls.host, "localhost"); /* whose it is */
  aws_ms now = aws_clock_system.wall(NULL);
  assert_true(l.tls.since < now && now - l.tls.since < INT64_C(86400) * 1000);
  assert_true(l.tls.until > now);
}

static void on_proxied(void *arg, bool proxied) {
  struct looked *l = arg;
  l->done = true;
  l->proxied = proxied;
}

static bool proxied(const char *url) {
  struct aws_error err = {0};
  struct aws_io *io = aws_io_new(NULL, NULL, &err);
  struct looked l = {.done = false};
  assert_true(aws_io_proxied(io, url, on_proxied, &l));
  assert_true(test_run(io, NULL, &l.done, 10000));
  aws_io_free(io);
  return l.proxied;
}

static void test_proxied(void **state) {
  (void)state;
  static const char *const variables[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                          "http_proxy",  "HTTP_PROXY",  "no_proxy",  "NO_PROXY"};
  for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
    unsetenv(variables[i]);
  assert_false(proxied("https://sts.eu-west-1.amazonaws.com"));
  setenv("https_proxy", "http://proxy.example:3128", 1);
  assert_true(proxied("https://sts.eu-west-1.amazonaws.com"));
  assert_false(proxied("http://sts.eu-west-1.amazonaws.com"));
  assert_false(proxied("https://127.0.0.1:4500/"));
  setenv("no_proxy", ".amazonaws.com", 1);
  assert_false(proxied("https://sts.eu-west-1.amazonaws.com"));
  unsetenv("no_proxy");
  unsetenv("https_proxy");
}

/* ---- a resolver that hangs ------------------------------------------------------------------- */

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int open_hole(void **state) {
  (void)state;
  return pipe(hole);
}

static int close_hole(void **state) {
  (void)state;
  close(hole[1]);
  usleep(100 * 1000); /* the lookups' threads wake up and leave */
  close(hole[0]);
  return 0;
}

/* Every turn and every wait must come back at once, whatever the lookups do. */
static void test_black_hole(void **state) {
  (void)state;
#if LIBCURL_VERSION_NUM < 0x075700
  skip(); /* CURLOPT_QUICK_EXIT came with 7.87 */
#endif
  struct aws_error err = {0};
  struct aws_io *io = aws_io_new(NULL, sim.ca, &err);
  struct got late, cancelled, other, left;
  begin(io, "black-hole.one", sim.port, 300, &late);
  struct aws_transfer *t = begin(io, "black-hole.two", sim.port, 10000, &cancelled);
  begin(io, "localhost", sim.port, 5000, &other);
  int64_t longest = 0, end = now_ms() + 8000;
  while (!(late.done && other.done) && now_ms() < end) {
    int64_t before = now_ms();
    aws_io_turn(io, 0);
    longest = now_ms() - before > longest ? now_ms() - before : longest;
    aws_io_wait(io, NULL, 0, 20);
  }
  assert_true(other.done && other.status >= 200);
  assert_true(late.done);
  assert_int_equal(late.err.code, AWS_E_NETWORK);
  assert_true(late.err.retryable);
  assert_false(late.err.maybe_done);
  assert_true(longest < 2000);
  int64_t before = now_ms();
  aws_io_cancel(io, t);
  begin(io, "black-hole.three", sim.port, 10000, &left);
  aws_io_turn(io, 0);
  aws_io_free(io);
  assert_true(now_ms() - before < 2000);
  assert_false(cancelled.done || left.done);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_known_ca),
      cmocka_unit_test(test_unknown_ca),
      cmocka_unit_test(test_wrong_name),
      cmocka_unit_test(test_tls_alone),
      cmocka_unit_test(test_proxied),
      cmocka_unit_test_setup_teardown(test_black_hole, open_hole, close_hole),
  };
  return cmocka_run_group_tests_name("aws/io TLS", tests, start_sim, stop_sim);
}
