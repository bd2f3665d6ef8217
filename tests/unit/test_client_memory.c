/* Calls while memory runs out: whatever allocation fails, a call is refused or comes to an end, and
 * nothing is lost. The linker puts what is below in the place of the allocator for our own code;
 * cJSON gets it through its hooks. */
#include "config.h"

#include "aws/identity.h"
#include "client_script.h"

#include <unistd.h>

/* ---- an allocator that fails ----------------------------------------------------------------- */

static struct {
  bool armed; /* the code under test is running */
  bool for_good;
  long left; /* allocations that succeed */
} memory;

static bool fails(void) {
  if (!memory.armed)
    return false;
  bool over = memory.for_good ? memory.left <= 0 : memory.left == 0;
  memory.left--;
  return over;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n) {
  return fails() ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size) {
  return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n) {
  return fails() ? NULL : __real_realloc(p, n);
}
char *__wrap_strdup(const char *s) {
  return fails() ? NULL : __real_strdup(s);
}

/* ---- a call from beginning to end ------------------------------------------------------------ */

static void on_page(void *arg, struct aws_page *page) {
  struct client_outcome *o = arg;
  o->items += page->n;
  if (o->cancel_at_first)
    aws_call_cancel(o->call);
}

static void on_done(void *arg, const struct aws_error *err) {
  struct client_outcome *o = arg;
  o->done = true;
  o->failed = err != NULL;
  if (err)
    o->err = *err;
}

static void turn_to_end(struct client_fixture *f, const struct client_outcome *o) {
  for (int i = 0; i < 2000 && !o->done; i++) {
    memory.armed = true;
    aws_io_turn(f->io, 0);
    memory.armed = false;
    test_server_step(f->server);
    if (!o->done)
      aws_io_wait(f->io, NULL, 0, 1);
  }
}

/* Returns whether all of it went through without a failure. */
static bool try(struct client_fixture *f, const struct aws_op *op, const char *input, long left,
                bool for_good) {
  struct client_outcome o = {0};
  struct aws_error err = {0};
  cJSON_Hooks hooks = {__wrap_malloc, free};
  cJSON *in = cJSON_Parse(input);
  f->script.at = 0;
  cJSON_InitHooks(&hooks);
  memory.left = left;
  memory.for_good = for_good;
  memory.armed = true;
  o.call = aws_call(f->client, op, in, &client_asked, on_page, on_done, &o, &err);
  memory.armed = false;
  if (o.call)
    turn_to_end(f, &o);
  cJSON_InitHooks(NULL);
  if (!o.call) {
    assert_int_not_equal(err.code, AWS_OK);
    assert_true(err.text[0] != '\0');
    return false;
  }
  assert_true(o.done);
  if (o.failed) {
    assert_true(o.err.code != AWS_OK && o.err.text[0] != '\0');
    return false;
  }
  return memory.left > 0;
}

static void torture(struct client_fixture *f, const struct aws_op *op, const char *input) {
  for (int for_good = 0; for_good < 2; for_good++) {
    long left = 0;
    while (left < 5000 && !try(f, op, input, left, for_good))
      left++;
    assert_in_range(left, 10, 4999); /* it does allocate, and in the end there is enough */
  }
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_pages(void **state) {
  CLIENT_PLAY((struct client_fixture *)*state,
              {200, NULL, "{\"clusterArns\":[\"a\",\"b\"],\"nextToken\":\"t\"}"},
              {200, NULL, "{\"clusterArns\":[\"c\"]}"});
  torture(*state, &ecs_list_clusters, "{}");
}

static void test_batches(void **state) {
  CLIENT_PLAY((struct client_fixture *)*state,
              {200, NULL,
               "{\"services\":[{\"serviceArn\":\"arn:web\",\"serviceName\":\"web\",\"clusterArn\":"
               "\"arn:c\",\"status\":\"ACTIVE\",\"desiredCount\":1,\"runningCount\":1,"
               "\"pendingCount\":0,\"createdAt\":1}],\"failures\":[]}"});
  torture(*state, &ecs_describe_services,
          "{\"cluster\":\"c\",\"services\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\","
          "\"10\",\"11\"]}");
}

static void test_nothing_to_ask(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {500, NULL, ""});
  for (long left = 0; left < 4 && !try(f, &ecs_describe_services, "{\"services\":[]}", left, true);)
    left++;
  assert_int_equal(f->script.at, 0);
}

static void test_xml(void **state) {
  CLIENT_PLAY((struct client_fixture *)*state,
              {200, NULL,
               "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>"
               "<DBInstance><DBInstanceIdentifier>db</DBInstanceIdentifier><Engine>mysql</Engine>"
               "<DBInstanceStatus>available</DBInstanceStatus><DBInstanceArn>arn:db</DBInstanceArn>"
               "</DBInstance>"
               "</DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>"});
  torture(*state, &rds_describe_instances, "{}");
}

static void test_errors(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\",\"message\":\"slower\"}"});
  for (int for_good = 0; for_good < 2; for_good++)
    for (long left = 0; left < 200; left++)
      assert_false(try(f, &ecs_list_clusters, "{}", left, for_good));
}

/* ---- settings and credentials ---------------------------------------------------------------- */

static char config_path[] = "/tmp/cawsole-config-XXXXXX";

static const char *only_config(void *arg, const char *name) {
  (void)arg;
  return strcmp(name, "AWS_CONFIG_FILE") == 0 ? config_path : NULL;
}

static void on_creds(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  int *found = arg;
  *found = creds ? 1 : -1;
  assert_true(creds ? strcmp(creds->key_id, "AKID") == 0 && creds->secret.n == 6
                    : err->code != AWS_OK && err->text[0] != '\0');
}

static bool load(struct client_fixture *f) {
  struct aws_settings_input in = {.getenv = only_config, .profile = "my ops"};
  struct aws_error err = {0};
  int found = 0;
  struct aws_settings *s = aws_settings_load(&in, &err);
  if (!s)
    assert_int_equal(err.code, AWS_E_MEMORY); /* a file is never passed over */
  if (s) {
    const char *url = aws_settings_endpoint(s, "ECS");
    assert_non_null(url); /* or the request would go to AWS */
    assert_true(url[0] == '\0' || strcmp(url, "http://127.0.0.1:1") == 0);
    assert_string_equal(aws_settings_region(s), "eu-west-1");
    if (aws_creds_find(f->io, s, NULL, on_creds, &found)) {
      for (int turn = 0; turn < 100 && !found; turn++)
        aws_io_turn(f->io, 10);
      assert_int_not_equal(found, 0); /* no memory is an answer too */
    }
  }
  aws_settings_free(s);
  return found == 1;
}

static void test_settings(void **state) {
  static const char text[] = "[profile 'my ops']\nregion = eu-west-1\naws_access_key_id = AKID\n"
                             "aws_secret_access_key = secret\nservices = my svc\n"
                             "[services 'my svc']\necs =\n  endpoint_url = http://127.0.0.1:1\n";
  int fd = mkstemp(config_path);
  assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
  close(fd);
  for (int for_good = 0; for_good < 2; for_good++) {
    long left = 0;
    for (bool through = false; !through && left < 500; left++) {
      memory.left = left;
      memory.for_good = for_good;
      memory.armed = true;
      bool found = load(*state);
      memory.armed = false;
      through = found && memory.left > 0;
    }
    assert_in_range(left, 10, 499);
  }
  unlink(config_path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      CLIENT_TEST(test_pages), CLIENT_TEST(test_batches), CLIENT_TEST(test_nothing_to_ask),
      CLIENT_TEST(test_xml),   CLIENT_TEST(test_errors),  CLIENT_TEST(test_settings),
  };
  return cmocka_run_group_tests_name("aws/client out of memory", tests, NULL, NULL);
}
