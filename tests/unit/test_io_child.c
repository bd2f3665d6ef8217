/* Child processes in the loop: what they get, what comes back, and that they go. */
#include "config.h"

#include "aws/io.h"
#include "server.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct outcome {
  bool done, failed;
  int status, signal;
  char out[8192], err[8192];
  struct aws_error error;
};

static void on_end(void *arg, const struct aws_child_reply *r, const struct aws_error *err) {
  struct outcome *o = arg;
  o->done = true;
  o->failed = err != NULL;
  if (err)
    o->error = *err;
  if (!r)
    return;
  o->status = r->status;
  o->signal = r->signal;
  snprintf(o->out, sizeof o->out, "%.*s", AWS_STR_ARG(r->out));
  snprintf(o->err, sizeof o->err, "%.*s", AWS_STR_ARG(r->err));
}

static struct aws_child *begin(struct aws_io *io, const char *script, int timeout_ms,
                               struct outcome *o, struct aws_error *err) {
  const char *const argv[] = {"sh", "-c", script, NULL};
  struct aws_child_request rq = {
      .argv = argv, .timeout_ms = timeout_ms, .out_max = 4096, .err_max = 10};
  *o = (struct outcome){.done = false};
  return aws_io_child(io, &rq, on_end, o, err);
}

static struct outcome run(struct aws_io *io, const char *script, int timeout_ms) {
  struct outcome o;
  struct aws_error err = {0};
  assert_non_null(begin(io, script, timeout_ms, &o, &err));
  assert_false(o.done);
  assert_true(test_run(io, NULL, &o.done, 10000));
  return o;
}

static int set_up(void **state) {
  struct aws_error err = {0};
  *state = aws_io_new(NULL, NULL, &err);
  return *state ? 0 : -1;
}

static int tear_down(void **state) {
  aws_io_free(*state);
  return 0;
}

static void test_result(void **state) {
  struct outcome o = run(*state, "echo out; echo wrong >&2; exit 3", 5000);
  assert_false(o.failed);
  assert_int_equal(o.status, 3);
  assert_string_equal(o.out, "out\n");
  assert_string_equal(o.err, "wrong\n");
  o = run(*state, "kill -9 $$", 5000);
  assert_int_equal(o.status, -1);
  assert_int_equal(o.signal, 9);
  o = run(*state, "echo 0123456789abcdef >&2", 5000);
  assert_string_equal(o.err, "0123456789");                  /* the beginning */
  o = run(*state, "exec >&- 2>&-; sleep 0.1; exit 4", 5000); /* silent before its end */
  assert_int_equal(o.status, 4);
}

/* Where ended children are ignored, the system does not say how they ended. */
static void test_end_that_nobody_tells(void **state) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  assert_int_equal(sigaction(SIGCHLD, &ignore, &before), 0);
  struct outcome o = run(*state, "echo out", 5000);
  assert_int_equal(sigaction(SIGCHLD, &before, NULL), 0);
  assert_true(o.failed);
  assert_non_null(strstr(o.error.text, "how sh ended is not known"));
}

/* No terminal, no stdin, no descriptor and no blocked signal of ours. */
static void test_surroundings(void **state) {
  int extra = dup(1);
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, &old);
  signal(SIGPIPE, SIG_IGN);
  char script[160];
  snprintf(script, sizeof script,
           "wc -c; test -e /proc/self/fd/%d && echo leaked; "
           "(: </dev/tty) 2>/dev/null && echo terminal; kill -TERM $$; echo alive",
           extra);
  struct outcome o = run(*state, script, 5000);
  sigprocmask(SIG_SETMASK, &old, NULL);
  close(extra);
  assert_int_equal(o.signal, SIGTERM);
  assert_int_equal(atoi(o.out), 0);
  assert_null(strstr(o.out, "leaked"));
  assert_null(strstr(o.out, "terminal"));
  assert_null(strstr(o.out, "alive"));
  setenv("CAWSOLE_TEST_CHILD", "yes", 1);
  o = run(*state, "echo $CAWSOLE_TEST_CHILD", 5000);
  assert_string_equal(o.out, "yes\n");
}

/* Of all our variables it gets those that hold no secret of AWS's. */
static void test_environment(void **state) {
  static const char *const secrets[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
                                        "AWS_CONTAINER_AUTHORIZATION_TOKEN"};
  static const char *const others[] = {
      "AWS_PROFILE", "AWS_REGION", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_ACCESS_KEY_IDS"};
  const size_t n_secrets = sizeof secrets / sizeof *secrets,
               n_others = sizeof others / sizeof *others;
  for (size_t i = 0; i < n_secrets; i++)
    setenv(secrets[i], "planted", 1);
  for (size_t i = 0; i < n_others; i++)
    setenv(others[i], "passed", 1);
  struct outcome o = run(*state, "env | grep -c =planted; env | grep -c =passed", 5000);
  for (size_t i = 0; i < n_secrets; i++)
    unsetenv(secrets[i]);
  for (size_t i = 0; i < n_others; i++)
    unsetenv(others[i]);
  assert_string_equal(o.out, "0\n4\n");
}

static bool is_gone(const char *pid_text) {
  pid_t pid = atoi(pid_text);
  assert_true(pid > 1);
  for (int i = 0; i < 100; i++) {
    if (kill(pid, 0) != 0 && errno == ESRCH)
      return true;
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    char *got = f ? fgets(line, sizeof line, f) : NULL;
    if (f)
      fclose(f);
    if (got && strstr(line, ") Z ")) /* its parent, that was killed too, left it to others */
      return true;
    usleep(20000);
  }
  return false;
}

static void read_pid(const char *path, char out[32]) {
  out[0] = '\0';
  for (int i = 0; i < 200 && !out[0]; i++) {
    FILE *f = fopen(path, "r");
    if (f && !fgets(out, 32, f))
      out[0] = '\0';
    if (f)
      fclose(f);
    usleep(10000);
  }
}

static void test_time_over(void **state) {
  char path[] = "/tmp/cawsole-child-XXXXXX", script[128], pid[32];
  close(mkstemp(path));
  snprintf(script, sizeof script, "sleep 600 & echo $! >%s; wait", path);
  struct outcome o = run(*state, script, 300);
  assert_true(o.failed);
  assert_int_equal(o.error.code, AWS_E_NETWORK);
  assert_non_null(strstr(o.error.text, "sh did not end in time"));
  read_pid(path, pid);
  assert_true(is_gone(pid)); /* the whole group */

  struct aws_error err = {0};
  fclose(fopen(path, "w"));
  struct aws_child *c = begin(*state, script, 60000, &o, &err);
  assert_non_null(c);
  read_pid(path, pid);
  aws_io_child_cancel(*state, c);
  aws_io_child_cancel(*state, NULL);
  assert_true(is_gone(pid));
  assert_false(o.done);
  unlink(path);
}

static void test_limits(void **state) {
  struct outcome o = run(*state, "yes", 5000);
  assert_true(o.failed);
  assert_int_equal(o.error.code, AWS_E_BODY);
  assert_non_null(strstr(o.error.text, "4096 bytes"));
  o = run(*state, "yes | head -c 1000000 >&2; echo end", 5000); /* stderr is drained */
  assert_string_equal(o.out, "end\n");
  struct outcome many[9];
  struct aws_error err = {0};
  for (size_t i = 0; i < 8; i++)
    assert_non_null(begin(*state, "sleep 60", 60000, &many[i], &err));
  assert_null(begin(*state, "sleep 60", 60000, &many[8], &err));
  assert_non_null(strstr(err.text, "8 programs run")); /* they go with the loop */
}

static void test_no_program(void **state) {
  struct outcome o;
  struct aws_error err = {0};
  const char *const rows[] = {"no-such-program-of-cawsole", "/no/such/program", "/tmp"};
  for (size_t i = 0; i < COUNT(rows); i++) {
    const char *const argv[] = {rows[i], NULL};
    struct aws_child_request rq = {.argv = argv, .timeout_ms = 1000, .out_max = 1, .err_max = 1};
    assert_null(aws_io_child(*state, &rq, on_end, &o, &err));
    assert_int_equal(err.code, AWS_E_CONFIG);
    assert_non_null(strstr(err.text, rows[i]));
  }
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      WITH(test_result),       WITH(test_end_that_nobody_tells),
      WITH(test_surroundings), WITH(test_time_over),
      WITH(test_limits),       WITH(test_no_program),
      WITH(test_environment),
  };
  return cmocka_run_group_tests_name("aws/io children", tests, NULL, NULL);
}
