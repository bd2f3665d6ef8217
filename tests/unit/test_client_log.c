/* The log: what is in it, and what must never be. */
#include "config.h"

#include "client_script.h"

#include "aws/client/trace.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "c4n4ry"

static char path[] = "/tmp/cawsole-log-XXXXXX";

static struct aws_log *fresh_log(bool trace) {
  struct aws_error err = {0};
  unlink(path);
  struct aws_log *log = aws_log_open(path, trace, &err);
  assert_non_null(log);
  return log;
}

static const char *logged(void) {
  static char text[65536];
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  return text;
}

static void on_done(void *arg, const struct aws_error *err) {
  (void)err;
  *(bool *)arg = true;
}
static void on_page(void *arg, struct aws_page *page) {
  (void)arg, (void)page;
}

static const char *one_call(struct client_fixture *f, bool trace, bool secret) {
  struct aws_call_options opt = {.asked = true, .secret = secret};
  struct aws_error err = {0};
  bool done = false;
  struct aws_log *log = fresh_log(trace);
  CLIENT_PLAY(f, {200, "Set-Cookie: " CANARY "\r\n",
                  "{\"clusterArns\":[\"arn:shop\"],\"status\":\"FINE\\u001b\",\"value\":\"" CANARY
                  "\",\"environment\":[{\"name\":\"KEY\",\"value\":\"" CANARY "\"}],\"count\":7}"});
  aws_io_log(f->io, log);
  cJSON *in = cJSON_Parse("{\"cluster\":\"shop\",\"password\":\"" CANARY "\"}");
  assert_non_null(aws_call(f->client, &ecs_list_clusters, in, &opt, on_page, on_done, &done, &err));
  while (!done) {
    aws_io_turn(f->io, 0);
    test_server_step(f->server);
    if (!done)
      aws_io_wait(f->io, NULL, 0, 1);
  }
  aws_io_log(f->io, NULL);
  aws_log_close(log);
  assert_null(strstr(logged(), CANARY));
  assert_null(strchr(logged(), '\033'));
  return logged();
}

static void test_a_line_for_each_call(void **state) {
  const char *text = one_call(*state, false, false);
  assert_non_null(strstr(text, " ecs ListClusters POST http://"));
  assert_non_null(strstr(text, " 200 "));
  assert_null(strstr(text, "shop"));
}

static void test_a_trace_shows_what_is_harmless(void **state) {
  const char *text = one_call(*state, true, false);
  assert_non_null(strstr(text, "cluster: \"shop\", password: (6 bytes)"));
  assert_non_null(strstr(text, "status: \"FINE?\", value: (6 bytes)"));
  assert_non_null(strstr(text, "environment: [{name: (3 bytes), value: (6 bytes)}], count: 7"));
  assert_non_null(strstr(text, "Authorization: ("));
  assert_non_null(strstr(text, "set-cookie: (6 bytes)"));
}

static void test_what_is_secret_has_no_members(void **state) {
  const char *text = one_call(*state, true, true);
  assert_null(strstr(text, "password"));
  assert_null(strstr(text, "environment"));
}

static void test_the_file_is_private(void **state) {
  struct stat st;
  struct aws_error err = {0};
  char link[64];
  (void)state;
  aws_log_close(fresh_log(false));
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  assert_int_equal(chmod(path, 0644), 0); /* one that was there */
  struct aws_log *log = aws_log_open(path, false, &err);
  assert_non_null(log);
  aws_log_close(log);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  if (geteuid() == 0 && chmod(path, 0644) == 0 && chown(path, 12345, (gid_t)-1) == 0) {
    assert_null(aws_log_open(path, false, &err));
    assert_non_null(strstr(err.text, "another user's"));
  }
  snprintf(link, sizeof link, "%s.link", path);
  assert_int_equal(symlink(path, link), 0);
  assert_null(aws_log_open(link, false, &err));
  assert_non_null(strstr(err.text, link));
  unlink(link);
  assert_null(aws_log_open("/dev/null", false, &err));
  unlink(path);
}

/* A day's log does not fill the disk, and the last of it is there. */
static void test_the_file_has_an_end(void **state) {
  enum { LINE = 100000 };
  static char text[LINE];
  char before[sizeof path + 2];
  struct stat st, old;
  (void)state;
  snprintf(before, sizeof before, "%s.1", path);
  memset(text, 'x', sizeof text);
  struct aws_log *log = fresh_log(true);
  for (off_t n = 0; n < 2 * AWS_LOG_MOST + AWS_LOG_MOST / 2; n += LINE)
    aws_log_line(log, "what", (struct aws_str){text, sizeof text});
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(stat(before, &old), 0);
  assert_true(st.st_size > AWS_LOG_MOST / 4 && st.st_size <= AWS_LOG_MOST);
  assert_true(old.st_size > AWS_LOG_MOST - 2 * LINE && old.st_size <= AWS_LOG_MOST);
  assert_int_equal(st.st_mode & 0777, 0600);
  unlink(before);
  assert_int_equal(mkdir(before, 0700), 0); /* it cannot be turned: nothing more is written */
  for (off_t n = 0; n < AWS_LOG_MOST; n += LINE)
    aws_log_line(log, "what", (struct aws_str){text, sizeof text});
  assert_int_equal(stat(path, &st), 0);
  assert_true(st.st_size <= AWS_LOG_MOST);
  aws_log_close(log);
  rmdir(before);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      CLIENT_TEST(test_a_line_for_each_call),
      CLIENT_TEST(test_a_trace_shows_what_is_harmless),
      CLIENT_TEST(test_what_is_secret_has_no_members),
      cmocka_unit_test(test_the_file_is_private),
      cmocka_unit_test(test_the_file_has_an_end),
  };
  int fd = mkstemp(path);
  if (fd >= 0)
    close(fd);
  return cmocka_run_group_tests_name("aws/io/log", tests, NULL, NULL);
}
