/* The event loop: requests, their limits and failures, timers, names, descriptors. */
#include "config.h"

#include "aws/io/internal.h"
#include "server.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- what came back -------------------------------------------------------------------------- */

struct got {
  bool done;
  int status;
  char body[4096], header[128];
  size_t nbody;
  struct aws_error err;
};

static void on_reply(void *arg, const struct aws_http_reply *r, const struct aws_error *err) {
  struct got *g = arg;
  g->done = true;
  if (err)
    g->err = *err;
  if (!r)
    return;
  g->status = r->status;
  g->nbody = r->body.n;
  snprintf(g->body, sizeof g->body, "%.*s", AWS_STR_ARG(r->body));
  snprintf(g->header, sizeof g->header, "%.*s", AWS_STR_ARG(aws_http_header(r, "x-test")));
}

/* ---- the server's side ----------------------------------------------------------------------- */

static void echo(const struct test_request *rq, struct test_answer *a) {
  char type[64], expect[64];
  test_request_header(rq, "Content-Type", type, sizeof type);
  test_request_header(rq, "Expect", expect, sizeof expect);
  struct aws_buf text;
  aws_buf_init(&text, 1 << 20);
  aws_buf_addf(&text, "%s %s c%u [%s] [%s] %.*s", rq->method, rq->target, rq->connection, type,
               expect, AWS_STR_ARG(rq->body));
  test_answer_set(a, 200, "X-Test:  yes \r\n", text.p);
  aws_buf_done(&text);
}

static void handle(void *arg, const struct test_request *rq, struct test_answer *a) {
  (void)arg;
  if (strcmp(rq->target, "/head") == 0)
    test_answer_set(a, 200, NULL, rq->head);
  else if (strcmp(rq->target, "/redirect") == 0)
    test_answer_set(a, 302, "Location: /elsewhere\r\n", "");
  else if (strcmp(rq->target, "/hold") == 0)
    a->hold = true;
  else if (strcmp(rq->target, "/nothing") == 0)
    a->close = true;
  else if (strcmp(rq->target, "/stale") == 0 && rq->on_connection > 1)
    a->close = true; /* as a front end does that gave up on an idle connection */
  else if (strcmp(rq->target, "/cut") == 0) {
    aws_buf_add_c(&a->bytes, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    a->close = true;
  } else if (strcmp(rq->target, "/huge-head") == 0) {
    aws_buf_add_c(&a->bytes, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 1000; i++)
      aws_buf_addf(&a->bytes, "X-%d: %090d\r\n", i, i);
    aws_buf_add_c(&a->bytes, "Content-Length: 0\r\n\r\n");
  } else if (strcmp(rq->target, "/endless") == 0) {
    aws_buf_add_c(&a->bytes, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; i++)
      aws_buf_addf(&a->bytes, "64\r\n%0100d\r\n", i);
    aws_buf_add_c(&a->bytes, "0\r\n\r\n");
  } else {
    echo(rq, a);
  }
}

/* ---- fixture --------------------------------------------------------------------------------- */

struct fixture {
  struct aws_io *io;
  struct test_server *server;
  char url[256];
};

static int set_up(void **state) {
  static struct fixture f;
  struct aws_error err = {0};
  f.io = aws_io_new(NULL, NULL, &err);
  f.server = test_server_new(handle, NULL);
  *state = &f;
  return f.io ? 0 : -1;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  aws_io_free(f->io);
  test_server_free(f->server);
  return 0;
}

static struct aws_transfer *ask(struct fixture *f, const char *method, const char *path,
                                const char *body, struct got *g) {
  snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d%s", test_server_port(f->server), path);
  struct aws_http_request rq = {.method = method,
                                .url = f->url,
                                .body = aws_str_from(body),
                                .body_max = 4096,
                                .connect_ms = 1000,
                                .total_ms = 300,
                                .once = strcmp(path, "/stale?once") == 0};
  *g = (struct got){0};
  struct aws_error err = {0};
  struct aws_transfer *t = aws_io_http(f->io, &rq, on_reply, g, &err);
  assert_non_null(t);
  assert_false(g->done);
  return t;
}

static void expect_body(struct fixture *f, const char *method, const char *path, const char *body,
                        const char *want) {
  struct got g;
  ask(f, method, path, body, &g);
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  assert_int_equal(g.status, 200);
  assert_string_equal(g.body, want);
}

/* ---- requests -------------------------------------------------------------------------------- */

static void test_methods(void **state) {
  struct fixture *f = *state;
  expect_body(f, "GET", "/a/../b//c?x=%2F", "", "GET /a/../b//c?x=%2F c1 [] [] ");
  expect_body(f, "POST", "/", "", "POST / c1 [] [] ");
  expect_body(f, "POST", "/", "{}", "POST / c1 [] [] {}");
  expect_body(f, "PUT", "/p", "x", "PUT /p c1 [] [] x");
  expect_body(f, "DELETE", "/p", "", "DELETE /p c1 [] [] ");
  assert_int_equal(aws_io_stats(f->io).requests, 5);
  assert_int_equal(aws_io_stats(f->io).connections, 1);
  assert_true(aws_io_stats(f->io).bytes_in > 300);
}

static void test_headers(void **state) {
  struct fixture *f = *state;
  struct got g;
  ask(f, "GET", "/", "", &g);
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  assert_string_equal(g.header, "yes");

  struct aws_http_header bad = {AWS_STR_LIT("X-A"), AWS_STR_LIT("a\r\nX-B: b")};
  struct aws_http_request rq = {.method = "GET", .url = f->url, .headers = &bad, .nheaders = 1};
  struct aws_error err = {0};
  assert_null(aws_io_http(f->io, &rq, on_reply, &g, &err));
  assert_int_equal(err.code, AWS_E_USAGE);
}

/* A connection and its handle serve many requests: nothing of one may go out with the next. */
static void test_nothing_left_over(void **state) {
  struct fixture *f = *state;
  struct got g = {0};
  struct aws_error err = {0};
  struct aws_http_header headers[] = {{AWS_STR_LIT("Authorization"), AWS_STR_LIT("AWS4-secret")},
                                      {AWS_STR_LIT("X-Amz-Security-Token"), AWS_STR_LIT("token")},
                                      {AWS_STR_LIT("X-Empty"), AWS_STR_LIT("")}};
  snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d/head", test_server_port(f->server));
  struct aws_http_request rq = {.method = "PUT",
                                .url = f->url,
                                .headers = headers,
                                .nheaders = COUNT(headers),
                                .body = AWS_STR_LIT("body"),
                                .body_max = 4096,
                                .total_ms = 2000};
  assert_non_null(aws_io_http(f->io, &rq, on_reply, &g, &err));
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  assert_non_null(strstr(g.body, "PUT /head"));
  assert_non_null(strstr(g.body, "Authorization: AWS4-secret\r\n"));
  assert_non_null(strstr(g.body, "X-Empty:\r\n"));
  ask(f, "GET", "/head", "", &g);
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  assert_non_null(strstr(g.body, "GET /head"));
  static const char *const before[] = {"secret", "token", "X-Empty", "Content-Length", "body"};
  for (size_t i = 0; i < COUNT(before); i++)
    assert_null(strstr(g.body, before[i]));
  assert_int_equal(aws_io_stats(f->io).connections, 1);
}

static void test_no_redirect(void **state) {
  struct fixture *f = *state;
  struct got g;
  ask(f, "GET", "/redirect", "", &g);
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  assert_int_equal(g.status, 302);
  assert_int_equal(test_server_requests(f->server), 1);
}

static void test_parallel(void **state) {
  struct fixture *f = *state;
  struct got g[8];
  for (size_t i = 0; i < COUNT(g); i++)
    ask(f, "GET", "/", "", &g[i]);
  for (size_t i = 0; i < COUNT(g); i++)
    assert_true(test_run(f->io, f->server, &g[i].done, 2000));
}

/* ---- failures -------------------------------------------------------------------------------- */

static void expect_failure(struct fixture *f, const char *path, enum aws_errc code, bool maybe_done,
                           const char *word) {
  struct got g;
  ask(f, "POST", path, "x", &g);
  assert_true(test_run(f->io, f->server, &g.done, 3000));
  assert_int_equal(g.status, 0);
  assert_int_equal(g.err.code, code);
  assert_int_equal(g.err.maybe_done, maybe_done);
  assert_non_null(strstr(g.err.text, word));
  assert_non_null(strstr(g.err.text, "127.0.0.1"));
}

static void test_failures(void **state) {
  struct fixture *f = *state;
  expect_failure(f, "/hold", AWS_E_NETWORK, true, "in time");
  expect_failure(f, "/nothing", AWS_E_NETWORK, true, "without an answer");
  expect_failure(f, "/cut", AWS_E_NETWORK, true, "ended early");
  expect_failure(f, "/endless", AWS_E_BODY, true, "4096 bytes");
  expect_failure(f, "/huge-head", AWS_E_BODY, true, "headers are longer");
}

static void test_refused(void **state) {
  struct fixture *f = *state;
  struct got g = {0};
  struct aws_error err = {0};
  struct aws_http_request rq = {
      .method = "GET", .url = "http://127.0.0.1:1/", .connect_ms = 1000, .total_ms = 1000};
  assert_non_null(aws_io_http(f->io, &rq, on_reply, &g, &err));
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  assert_int_equal(g.err.code, AWS_E_NETWORK);
  assert_true(g.err.retryable);
  assert_false(g.err.maybe_done);
}

/* A read on a kept connection that broke goes out again by itself; a write never does. */
static void test_stale_connection(void **state) {
  struct fixture *f = *state;
  expect_body(f, "GET", "/first", "", "GET /first c1 [] [] ");
  expect_body(f, "GET", "/stale", "", "GET /stale c2 [] [] ");
  assert_int_equal(test_server_requests(f->server), 3);
  expect_body(f, "POST", "/stale?once", "w", "POST /stale?once c3 [] [] w");
  assert_int_equal(test_server_requests(f->server), 4);
}

static void test_cancel(void **state) {
  struct fixture *f = *state;
  struct got held, other;
  struct aws_transfer *t = ask(f, "GET", "/hold", "", &held);
  ask(f, "GET", "/", "", &other);
  assert_true(test_run(f->io, f->server, &other.done, 2000));
  aws_io_cancel(f->io, t);
  aws_io_cancel(f->io, NULL);
  assert_false(test_run(f->io, f->server, &held.done, 400));
  ask(f, "GET", "/hold", "", &held); /* freed with the loop */
}

/* ---- proxies --------------------------------------------------------------------------------- */

static struct got get_url(struct fixture *f, const char *url) {
  struct got g = {0};
  struct aws_error err = {0};
  struct aws_http_request rq = {
      .method = "GET", .url = url, .body_max = 4096, .connect_ms = 200, .total_ms = 300};
  assert_non_null(aws_io_http(f->io, &rq, on_reply, &g, &err));
  assert_true(test_run(f->io, f->server, &g.done, 2000));
  return g;
}

/* As Python's urllib reads the variables, and so the AWS CLI. */
static void test_proxy_choice(void **state) {
  (void)state;
  static const char *const all[] = {"https_proxy", "HTTPS_PROXY", "http_proxy",
                                    "HTTP_PROXY",  "all_proxy",   "ALL_PROXY",
                                    "no_proxy",    "NO_PROXY",    "REQUEST_METHOD"};
  static const struct {
    const char *env[3][2], *scheme, *host, *want;
  } rows[] = {
      {{{"HTTPS_PROXY", "a"}}, "https", "gw.corp", "a"},
      {{{"HTTPS_PROXY", "a"}}, "http", "gw.corp", ""},
      {{{"HTTPS_PROXY", "a"}, {"https_proxy", "b"}}, "https", "gw.corp", "b"},
      {{{"HTTPS_PROXY", "a"}, {"https_proxy", ""}}, "https", "gw.corp", ""},
      {{{"HTTP_PROXY", "a"}, {"http_proxy", ""}}, "http", "gw.corp", ""},
      {{{"HTTP_PROXY", "a"}, {"REQUEST_METHOD", "GET"}}, "http", "gw.corp", ""},
      {{{"http_proxy", "a"}, {"REQUEST_METHOD", "GET"}}, "http", "gw.corp", "a"},
      {{{"ALL_PROXY", "a"}, {"all_proxy", "a"}}, "https", "gw.corp", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp"}}, "https", "gw.corp:8443", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp:8443"}}, "https", "gw.corp:8443", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "corp:8443"}}, "https", "gw.corp:8443", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp:8443"}}, "https", "gw.corp:844", "a"},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp:8443"}}, "https", "gw.corp", "a"},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp:443"}}, "https", "gw.corp", ""},
      {{{"http_proxy", "a"}, {"NO_PROXY", "gw.corp:80"}}, "http", "gw.corp", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "x, .CORP ,y"}}, "https", "gw.corp", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "w.corp"}}, "https", "gw.corp", "a"},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp.example"}}, "https", "gw.corp", "a"},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", ",. ,"}}, "https", "gw.corp", "a"},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "*"}}, "https", "gw.corp", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "gw.corp"}, {"no_proxy", ""}}, "https", "gw.corp", "a"},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "x"}, {"no_proxy", "corp"}}, "https", "gw.corp", ""},
      {{{"HTTPS_PROXY", "a"}, {"NO_PROXY", "[fd00::1]:8443"}}, "https", "[fd00::1]:8443", ""},
      {{{"HTTPS_PROXY", "a"}}, "https", "127.0.0.1:8443", ""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char url[128];
    for (size_t k = 0; k < COUNT(all); k++)
      unsetenv(all[k]);
    for (size_t k = 0; k < 3 && rows[i].env[k][0]; k++)
      setenv(rows[i].env[k][0], rows[i].env[k][1], 1);
    snprintf(url, sizeof url, "%s://%s/", rows[i].scheme, rows[i].host);
    struct io_proxy got = io_proxy_find(url, aws_str_from(rows[i].host));
    if (strcmp(got.url, rows[i].want) != 0)
      fail_msg("row %zu, %s: \"%s\", not \"%s\"", i, url, got.url, rows[i].want);
  }
  for (size_t k = 0; k < COUNT(all); k++)
    unsetenv(all[k]);
}

static void test_proxy_shown(void **state) {
  (void)state;
  static const struct {
    const char *variable, *value, *exempt, *url, *want;
  } rows[] = {
      {"HTTPS_PROXY", "http://gw:3128", "", "https://sts.example", "http://gw:3128"},
      {"https_proxy", "gw:3128", "", "https://sts.example", "http://gw:3128"},
      {"HTTPS_PROXY", "http://me:pw@gw:3128/x?y", "", "https://sts.example", "http://gw:3128"},
      {"HTTPS_PROXY", "me:p@w/o#rd@gw:3128", "", "https://sts.example", "http://gw:3128"},
      {"HTTPS_PROXY", "socks5h://me:pw@gw", "", "https://sts.example", "socks5h://gw"},
      {"HTTPS_PROXY", "http://gw", "10.0.0.0/8", "https://sts.example", "http://gw"},
      {"HTTPS_PROXY", "http://gw", "10.0.0.0/8", "https://10.0.0.1:8443/", NULL},
      {"HTTPS_PROXY", "http://gw", "sts.example", "https://sts.example", NULL},
      {"HTTP_PROXY", "http://gw", "", "https://sts.example", NULL},
      {"HTTP_PROXY", "http://gw", "", "http://sts.example", "http://gw"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_proxy got = {.by = ""};
    setenv(rows[i].variable, rows[i].value, 1);
    setenv("NO_PROXY", rows[i].exempt, 1);
    assert_int_equal(aws_io_proxy(rows[i].url, &got), rows[i].want != NULL);
    if (rows[i].want) {
      assert_string_equal(got.url, rows[i].want);
      assert_string_equal(got.by, rows[i].variable);
    }
    unsetenv(rows[i].variable);
  }
  unsetenv("NO_PROXY");
}

static void test_proxy(void **state) {
  struct fixture *f = *state;
  char proxy[64], own[128];
  snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", test_server_port(f->server));
  snprintf(own, sizeof own, "%s/direct", proxy);
  static const char *const names[] = {"HTTP_PROXY", "http_proxy"};
  for (size_t i = 0; i < COUNT(names); i++) {
    setenv(names[i], proxy, 1);
    struct got g = get_url(f, "http://stack.invalid/x");
    assert_int_equal(g.status, 200);
    assert_non_null(strstr(g.body, "GET http://stack.invalid/x "));
    g = get_url(f, own); /* loopback is asked itself */
    assert_non_null(strstr(g.body, "GET /direct "));
    unsigned before = test_server_requests(f->server);
    get_url(f, "http://169.254.170.2/keys"); /* whether there is such a host or not */
    get_url(f, "http://[fd00:ec2::254]/latest");
    assert_int_equal(test_server_requests(f->server), before);
    setenv("NO_PROXY", "other.invalid,stack.invalid:8443,192.0.2.0/24", 1);
    assert_int_equal(get_url(f, "http://stack.invalid/x").status, 200);
    assert_int_equal(get_url(f, "http://stack.invalid:8443/x").status, 0);
    if (curl_version_info(CURLVERSION_NOW)->version_num >= 0x075600) /* knows networks */
      assert_int_equal(get_url(f, "http://192.0.2.1/x").status, 0);
    setenv("no_proxy", "", 1);
    assert_int_equal(get_url(f, "http://stack.invalid:8443/x").status, 200);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    g = get_url(f, "http://localhost.invalid/");
    assert_int_equal(g.status, 200); /* not "localhost" */
    unsetenv(names[i]);
  }
  setenv("HTTP_PROXY", proxy, 1);
  setenv("REQUEST_METHOD", "GET", 1); /* a CGI program: the variable came from outside */
  assert_int_equal(get_url(f, "http://stack.invalid/x").status, 0);
  unsetenv("REQUEST_METHOD");
  unsetenv("HTTP_PROXY");
}

static void test_ca_file(void **state) {
  (void)state;
  struct aws_error err = {0};
  assert_null(aws_io_new(NULL, "/no/such/bundle.pem", &err));
  assert_int_equal(err.code, AWS_E_CONFIG);
  assert_non_null(strstr(err.text, "/no/such/bundle.pem"));
  struct aws_io *io = aws_io_new(NULL, "/tmp", &err); /* a directory of certificates */
  assert_non_null(io);
  aws_io_free(io);
}

/* ---- timers ---------------------------------------------------------------------------------- */

static aws_ms fake_now;
static aws_ms fake_clock(void *arg) {
  (void)arg;
  return fake_now;
}
static char fired[64];
static struct aws_io *timer_io;
static void on_timer(void *arg) {
  strcat(fired, arg);
}
static void on_timer_again(void *arg) {
  strcat(fired, arg);
  aws_io_timer(timer_io, fake_now, on_timer, "+");
}
static void on_timer_slow(void *arg) {
  strcat(fired, arg);
  usleep(8000);
}

static void on_timer_greedy(void *arg) {
  strcat(fired, arg);
  if (strlen(fired) < 8)
    aws_io_timer(timer_io, 0, on_timer_greedy, arg);
}

/* One that always wants to be first keeps nobody else waiting. */
static void test_greedy_timer(void **state) {
  (void)state;
  struct aws_clock clock = {fake_clock, fake_clock, NULL};
  struct aws_error err = {0};
  struct aws_io *io = timer_io = aws_io_new(&clock, NULL, &err);
  fake_now = 10;
  fired[0] = '\0';
  aws_io_timer(io, 0, on_timer_greedy, "g");
  aws_io_timer(io, 20, on_timer, "a");
  aws_io_timer(io, 30, on_timer, "b");
  fake_now = 30;
  aws_io_turn(io, 0);
  assert_string_equal(fired, "gab");
  aws_io_turn(io, 0);
  assert_string_equal(fired, "gabg");
  aws_io_free(io);
}

static struct aws_later again;
static void on_later(void *arg) {
  strcat(fired, arg);
  aws_io_later(timer_io, &again, on_later, arg);
}

static void test_later(void **state) {
  (void)state;
  struct aws_error err = {0};
  struct aws_io *io = timer_io = aws_io_new(NULL, NULL, &err);
  struct aws_later rows[3] = {{.fn = NULL}};
  static char *const names[] = {"a", "b", "c"};
  fired[0] = '\0';
  for (size_t i = 0; i < COUNT(rows); i++)
    aws_io_later(io, &rows[i], on_timer, names[i]);
  aws_io_later(io, &rows[0], on_timer, "A"); /* asked for again: once, and last */
  aws_io_later_cancel(io, &rows[1]);
  aws_io_later_cancel(io, &rows[1]);
  assert_string_equal(fired, "");
  assert_int_equal(aws_io_wait(io, NULL, 0, 60000), 0); /* does not wait */
  aws_io_turn(io, 0);
  assert_string_equal(fired, "cA");
  aws_io_later(io, &again, on_later, "+");
  assert_true(aws_io_turn(io, 0)); /* what a callback asks for waits for the next turn */
  assert_string_equal(fired, "cA+");
  aws_io_free(io);
}

static void test_timers(void **state) {
  (void)state;
  struct aws_clock clock = {fake_clock, fake_clock, NULL};
  struct aws_error err = {0};
  struct aws_io *io = timer_io = aws_io_new(&clock, NULL, &err);
  fake_now = 0;
  fired[0] = '\0';
  static const struct {
    aws_ms at;
    char *name;
  } rows[] = {{50, "e"}, {10, "a"}, {30, "c"}, {10, "b"}, {40, "d"}, {60, "f"}, {30, "x"}};
  struct aws_timer *t[COUNT(rows)];
  for (size_t i = 0; i < COUNT(rows); i++)
    t[i] = aws_io_timer(io, rows[i].at, on_timer, rows[i].name);
  aws_io_timer_cancel(io, t[6]);
  aws_io_timer_cancel(io, NULL);
  aws_io_turn(io, 0);
  assert_string_equal(fired, "");
  fake_now = 30;
  aws_io_turn(io, 0);
  assert_string_equal(fired, "abc");
  aws_io_timer(io, 30, on_timer_again, "g");
  assert_true(aws_io_turn(io, 0)); /* the one made in a callback waits for the next turn */
  assert_string_equal(fired, "abcg");
  aws_io_turn(io, 0);
  assert_string_equal(fired, "abcg+");
  fake_now = 100;
  aws_io_turn(io, 0);
  assert_string_equal(fired, "abcg+def");

  for (int i = 0; i < 3; i++)
    aws_io_timer(io, 100, on_timer_slow, "s");
  assert_true(aws_io_turn(io, 5)); /* the budget is over after the first */
  assert_string_equal(fired, "abcg+defs");
  aws_io_free(io);
}

/* ---- descriptors and names ------------------------------------------------------------------- */

static void test_descriptors(void **state) {
  struct fixture *f = *state;
  int a[2], b[2];
  assert_int_equal(pipe(a), 0);
  assert_int_equal(pipe(b), 0);
  struct aws_io_fd fds[] = {{.fd = a[0]}, {.fd = b[0]}};
  assert_int_equal(aws_io_wait(f->io, fds, 2, 10), 0);
  assert_int_equal(write(b[1], "x", 1), 1);
  assert_int_equal(aws_io_wait(f->io, fds, 2, 1000), 1);
  assert_false(fds[0].ready);
  assert_true(fds[1].ready);
  close(a[1]); /* a hang-up alone must be seen too */
  assert_int_equal(aws_io_wait(f->io, fds, 2, 1000), 2);
  assert_true(fds[0].ready);
  close(a[0]);
  close(b[0]);
  close(b[1]);
}

struct names {
  bool done;
  size_t n;
  char all[256];
  enum aws_errc code;
};

static void on_names(void *arg, const struct aws_str *addrs, size_t n,
                     const struct aws_error *err) {
  struct names *r = arg;
  r->done = true;
  r->n = n;
  for (size_t i = 0; i < n && i < 8; i++)
    snprintf(r->all + strlen(r->all), sizeof r->all - strlen(r->all), "%.*s ",
             AWS_STR_ARG(addrs[i]));
  r->code = err ? err->code : AWS_OK;
}

static void test_resolve(void **state) {
  struct fixture *f = *state;
  struct names r = {0}, bad = {0};
  assert_true(aws_io_resolve(f->io, AWS_STR_LIT("localhost"), on_names, &r));
  assert_true(aws_io_resolve(f->io, AWS_STR_LIT("no-such-name.invalid"), on_names, &bad));
  assert_false(aws_io_resolve(f->io, AWS_STR_LIT("a b/c"), on_names, &bad));
  assert_true(test_run(f->io, NULL, &r.done, 6000));
  assert_true(r.n >= 1);
  assert_non_null(strstr(r.all, "127.0.0.1 "));
  assert_true(test_run(f->io, NULL, &bad.done, 6000));
  assert_int_equal(bad.n, 0);
  assert_int_equal(bad.code, AWS_E_NETWORK);
}

static void test_resolve_all(void **state) {
  struct fixture *f = *state;
  struct names r = {0};
  assert_true(aws_io_resolve(f->io, AWS_STR_LIT("10.1.2.3"), on_names, &r));
  assert_true(test_run(f->io, NULL, &r.done, 6000));
  assert_string_equal(r.all, "10.1.2.3 ");
}

static void test_resolve_ends_with_the_loop(void **state) {
  struct names r = {0};
  struct aws_error err = {0};
  struct aws_io *io = aws_io_new(NULL, NULL, &err);
  (void)state;
  assert_non_null(io);
  assert_true(aws_io_resolve(io, AWS_STR_LIT("localhost"), on_names, &r));
  aws_io_free(io);
  assert_true(r.done);
  assert_int_equal(r.code, AWS_E_CANCELLED);
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      WITH(test_methods),
      WITH(test_headers),
      WITH(test_nothing_left_over),
      WITH(test_no_redirect),
      WITH(test_parallel),
      WITH(test_failures),
      WITH(test_refused),
      WITH(test_stale_connection),
      WITH(test_cancel),
      cmocka_unit_test(test_proxy_choice),
      cmocka_unit_test(test_proxy_shown),
      WITH(test_proxy),
      cmocka_unit_test(test_ca_file),
      cmocka_unit_test(test_timers),
      cmocka_unit_test(test_greedy_timer),
      cmocka_unit_test(test_later),
      WITH(test_descriptors),
      WITH(test_resolve),
      WITH(test_resolve_all),
      WITH(test_resolve_ends_with_the_loop),
  };
  return cmocka_run_group_tests_name("aws/io", tests, NULL, NULL);
}
