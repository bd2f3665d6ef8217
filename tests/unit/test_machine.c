/* Keys from other programs and from the machine's own addresses: AWS's cases where they lie beside
 * the checkout (SHARED_DIR), and cases of its own everywhere. */
#include "config.h"

#include "aws/auth/words.h"
#include "aws/identity/keys.h"
#include "aws/identity/machine.h"
#include "aws/identity/provider.h"
#include "server.h"
#include "test.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- an environment, files, a server ----------------------------------------------------------
 */

enum { VARIABLES = 24 };

struct exchange { /* what is expected, and what is answered */
  char line[512], headers[512];
  int status; /* 0: no answer */
  char body[4096];
};

struct world {
  char env[VARIABLES][2][512];
  size_t nenv;
  char dir[64], config[128];
  struct aws_io *io;
  struct test_server *server;
  struct exchange script[16];
  size_t nscript, at;
  char wrong[4096]; /* the first request that was not expected */
};

static const char *fake_env(void *arg, const char *name) {
  struct world *w = arg;
  for (size_t i = w->nenv; i > 0; i--)
    if (strcmp(w->env[i - 1][0], name) == 0)
      return w->env[i - 1][1];
  return NULL;
}

static void set(struct world *w, const char *name, const char *value) {
  assert_true(w->nenv < VARIABLES);
  snprintf(w->env[w->nenv][0], sizeof w->env[0][0], "%s", name);
  snprintf(w->env[w->nenv++][1], sizeof w->env[0][1], "%s", value);
}

static void write_config(struct world *w, const char *text) {
  FILE *f = fopen(w->config, "wb");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

/* Each expected header ("Name: value", a line each) is there. */
static bool has_headers(const struct test_request *rq, const char *lines) {
  struct aws_str rest = aws_str_from(lines);
  while (rest.n > 0) {
    struct aws_str value = aws_str_split(&rest, '\n'), name = aws_str_split(&value, ':');
    char want[64], got[512];
    snprintf(want, sizeof want, "%.*s", AWS_STR_ARG(name));
    test_request_header(rq, want, got, sizeof got);
    if (!aws_str_eq_c(aws_str_trim(value), got))
      return false;
  }
  return true;
}

static void play(void *arg, const struct test_request *rq, struct test_answer *a) {
  struct world *w = arg;
  char host[256], line[3072];
  test_request_header(rq, "Host", host, sizeof host);
  snprintf(line, sizeof line, "%s http://%s%s", rq->method, host, rq->target);
  const struct exchange *e = w->at < w->nscript ? &w->script[w->at++] : NULL;
  if (e && strcmp(e->line, line) == 0 && has_headers(rq, e->headers) && e->status) {
    test_answer_set(a, e->status, NULL, e->body);
    return;
  }
  if (!w->wrong[0] && !(e && !e->status))
    snprintf(w->wrong, sizeof w->wrong, "%s, expected %s", line, e ? e->line : "nothing");
  a->close = true;
}

static void expect(struct world *w, const char *line, const char *headers, int status,
                   const char *body) {
  assert_true(w->nscript < COUNT(w->script));
  struct exchange *e = &w->script[w->nscript++];
  snprintf(e->line, sizeof e->line, "%s", line);
  snprintf(e->headers, sizeof e->headers, "%s", headers);
  snprintf(e->body, sizeof e->body, "%s", body);
  e->status = status;
}

/* Pauses between attempts pass at once. */
static aws_ms fast_mono(void *arg) {
  return aws_clock_system.mono(arg) * 100;
}

static int set_up(void **state) {
  static struct world w;
  struct aws_error err = {0};
  memset(&w, 0, sizeof w);
  strcpy(w.dir, "/tmp/cawsole-test-XXXXXX");
  if (!mkdtemp(w.dir))
    return -1;
  snprintf(w.config, sizeof w.config, "%s/config", w.dir);
  write_config(&w, "");
  set(&w, "HOME", w.dir);
  set(&w, "AWS_CONFIG_FILE", w.config);
  struct aws_clock clock = {aws_clock_system.wall, fast_mono, NULL};
  w.io = aws_io_new(&clock, NULL, &err);
  w.server = test_server_new(play, &w);
  *state = &w;
  return w.io && aws_io_connect_all(w.io, test_server_port(w.server)) ? 0 : -1;
}

static int tear_down(void **state) {
  struct world *w = *state;
  aws_io_free(w->io);
  test_server_free(w->server);
  unlink(w->config);
  return rmdir(w->dir);
}

struct found {
  bool done, ok, outlives, account_sure;
  char id[160], secret[64], token[1024], provider[32], account[32];
  aws_ms expires;
  struct aws_error err;
};

static void on_creds(void *arg, const struct aws_creds *c, const struct aws_error *err) {
  struct found *f = arg;
  f->done = true;
  f->ok = c != NULL;
  if (err)
    f->err = *err;
  if (!c)
    return;
  snprintf(f->id, sizeof f->id, "%s", c->key_id);
  snprintf(f->secret, sizeof f->secret, "%s", c->secret.p);
  snprintf(f->token, sizeof f->token, "%s", c->token.p ? c->token.p : "-");
  snprintf(f->provider, sizeof f->provider, "%s", c->provider);
  snprintf(f->account, sizeof f->account, "%s", c->account);
  f->expires = c->expires;
  f->outlives = c->outlives;
  f->account_sure = c->account_sure;
}

static struct found find(struct world *w) {
  struct aws_error err = {0};
  struct found f = {.done = false};
  struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w};
  struct aws_settings *s = aws_settings_load(&in, &err);
  assert_non_null(s);
  aws_creds_cancel(aws_creds_find(w->io, s, NULL, on_creds, &f));
  assert_non_null(aws_creds_find(w->io, s, NULL, on_creds, &f));
  assert_true(test_run(w->io, w->server, &f.done, 20000));
  aws_settings_free(s);
  return f;
}

static struct found find_all(struct world *w) {
  struct found f = find(w);
  if (w->wrong[0] || w->at != w->nscript)
    print_message("%s (%zu of %zu requests came)\n", w->wrong, w->at, w->nscript);
  assert_string_equal(w->wrong, "");
  assert_int_equal(w->at, w->nscript);
  return f;
}

static bool begins(const char *text, const char *with) {
  return strncmp(text, with, strlen(with)) == 0;
}

static bool says(const struct found *f, const char *words) {
  bool ok = !f->ok && strstr(f->err.text, words) != NULL;
  if (!ok)
    print_message("%s\n", f->err.text);
  return ok;
}

/* ---- AWS's cases ------------------------------------------------------------------------------
 */

static cJSON *read_json(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f)
    return NULL;
  static char text[1 << 17];
  size_t n = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  text[n] = '\0';
  cJSON *doc = cJSON_Parse(text);
  assert_non_null(doc);
  return doc;
}

static cJSON *read_vectors(const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/aws/vectors/aws-config/%s", SHARED_DIR, name);
  cJSON *doc = read_json(path);
  if (!doc) {
    print_message("no AWS test data at %s\n", SHARED_DIR);
    skip();
  }
  return doc;
}

static const char *text_at(const cJSON *o, const char *path) {
  return aws_doc_str(o, path).p;
}

static void set_all(struct world *w, const cJSON *variables) {
  const cJSON *v;
  cJSON_ArrayForEach(v, variables) {
    if (strcmp(v->string, "AWS_CONFIG_FILE") != 0 && strcmp(v->string, "HOME") != 0)
      set(w, v->string, v->valuestring);
  }
}

/* What an address function says to a case: {"Ok": address}, {"Err": ...} or {"ErrorContains": ...}.
 */
static bool is_result(const cJSON *test, bool ok, const struct aws_buf *url, const char *suffix,
                      const struct aws_error *err) {
  const char *want = text_at(test, "result/Ok");
  char got[1024];
  snprintf(got, sizeof got, "%s%s", url->p ? url->p : "", suffix);
  bool right = want ? ok && strcmp(got, want) == 0 : !ok && err->text[0] != '\0';
  if (!right)
    print_message("wrong: %s: %s%s\n", text_at(test, "docs"), got, err->text);
  return right;
}

static void test_container_cases(void **state) {
  struct world *w = *state;
  cJSON *doc = read_vectors("ecs-tests.json");
  int total = 0, passed = 0;
  const cJSON *test;
  size_t own = w->nenv;
  cJSON_ArrayForEach(test, cJSON_GetObjectItem(doc, "tests")) {
    w->nenv = own;
    set_all(w, cJSON_GetObjectItem(test, "env"));
    struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w};
    struct aws_error err = {0};
    struct aws_settings *s = aws_settings_load(&in, &err);
    struct aws_buf url;
    aws_buf_init(&url, 1024);
    bool ok = aws_container_url(s, &url, &err);
    total++;
    passed += is_result(test, ok, &url, "", &err);
    aws_buf_done(&url);
    aws_settings_free(s);
  }
  cJSON_Delete(doc);
  print_message("container addresses: %d of %d\n", passed, total);
  assert_int_equal(total, 11);
  assert_int_equal(passed, total);
}

static void test_imds_cases(void **state) {
  struct world *w = *state;
  cJSON *doc = read_vectors("imds-config/imds-endpoint-tests.json");
  int total = 0, passed = 0;
  const cJSON *test;
  size_t own = w->nenv;
  cJSON_ArrayForEach(test, cJSON_GetObjectItem(doc, "tests")) {
    w->nenv = own;
    /* What SDKs let a program set, weaker than the variables and stronger than the profile. */
    if (text_at(test, "endpoint_override"))
      set(w, "AWS_EC2_METADATA_SERVICE_ENDPOINT", text_at(test, "endpoint_override"));
    if (text_at(test, "mode_override"))
      set(w, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", text_at(test, "mode_override"));
    set_all(w, cJSON_GetObjectItem(test, "env"));
    const char *config = text_at(test, "fs/config");
    write_config(w, config ? config : "");
    struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w};
    struct aws_error err = {0};
    struct aws_settings *s = aws_settings_load(&in, &err);
    struct aws_profile profile = {"default", s->in_config, s->in_credentials};
    struct aws_buf url;
    aws_buf_init(&url, 1024);
    bool ok = aws_imds_url(s, &profile, &url, &err);
    total++;
    passed += is_result(test, ok, &url, "/latest/api/token", &err);
    aws_buf_done(&url);
    aws_settings_free(s);
  }
  cJSON_Delete(doc);
  print_message("metadata addresses: %d of %d\n", passed, total);
  assert_int_equal(total, 14);
  assert_int_equal(passed, total);
}

/* The older name for the mode, which the AWS CLI reads as well. */
static void test_imds_use_ipv6(void **state) {
  struct world *w = *state;
  static const struct {
    const char *env[2][2], *config, *want;
  } rows[] = {
      {{{"AWS_IMDS_USE_IPV6", "True"}}, "", "http://[fd00:ec2::254]"},
      {{{NULL}}, "imds_use_ipv6 = true\n", "http://[fd00:ec2::254]"},
      {{{"AWS_IMDS_USE_IPV6", "false"}}, "imds_use_ipv6 = true\n", "http://169.254.169.254"},
      {{{"AWS_IMDS_USE_IPV6", "yes"}}, "", "http://169.254.169.254"},
      {{{"AWS_IMDS_USE_IPV6", "true"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4"}},
       "",
       "http://169.254.169.254"},
      {{{"AWS_IMDS_USE_IPV6", "true"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"}},
       "",
       "http://127.0.0.1:1"},
  };
  size_t own = w->nenv;
  for (size_t i = 0; i < COUNT(rows); i++) {
    char text[128];
    w->nenv = own;
    for (size_t k = 0; k < 2 && rows[i].env[k][0]; k++)
      set(w, rows[i].env[k][0], rows[i].env[k][1]);
    snprintf(text, sizeof text, "[default]\n%s", rows[i].config);
    write_config(w, text);
    struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w};
    struct aws_error err = {0};
    struct aws_settings *s = aws_settings_load(&in, &err);
    assert_non_null(s);
    struct aws_profile profile = {"default", s->in_config, s->in_credentials};
    struct aws_buf url;
    aws_buf_init(&url, 1024);
    assert_true(aws_imds_url(s, &profile, &url, &err));
    assert_string_equal(url.p, rows[i].want);
    aws_buf_done(&url);
    aws_settings_free(s);
  }
}

/* ---- containers --------------------------------------------------------------------------------
 */

static const char container_keys[] =
    "{\"AccessKeyId\":\"ASIACONTAINER\",\"SecretAccessKey\":\"s3cret\",\"Token\":\"t0ken\","
    "\"Expiration\":\"2030-01-15T12:00:00Z\",\"AccountId\":\"123456789012\"}";

static const char ecs_keys[] =
    "{\"RoleArn\":\"arn:aws:iam::210987654321:role/TaskRole\",\"AccessKeyId\":\"ASIAECS\","
    "\"SecretAccessKey\":\"s3cret\",\"Token\":\"t0ken\","
    "\"Expiration\":\"2030-01-15T12:00:00Z\"}";

static void test_container(void **state) {
  struct world *w = *state;
  set(w, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:80/keys?a=1");
  set(w, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Bearer abc");
  const char *line = "GET http://127.0.0.1/keys?a=1";
  expect(w, line, "Authorization: Bearer abc\nAccept: application/json", 503, "");
  expect(w, line, "", 0, "");
  expect(w, line, "Authorization: Bearer abc", 200, container_keys);
  struct found f = find_all(w);
  assert_true(f.ok);
  assert_string_equal(f.provider, "container");
  assert_string_equal(f.account, "123456789012");
  assert_true(f.account_sure);
  assert_int_equal(f.expires, INT64_C(1894708800000));
  expect(w, line, "", 200, ecs_keys);
  f = find_all(w);
  assert_string_equal(f.account, "210987654321"); /* the role's */
  assert_true(f.account_sure);

  for (int i = 0; i < 3; i++)
    expect(w, line, "", 0, "");
  f = find_all(w); /* configured and down: it does not go on to the next place */
  assert_true(says(&f, "container credentials: "));
  expect(w, line, "", 404, "{\"code\":\"Not\\u001b[31mFound\",\"message\":\"no such role\"}");
  f = find_all(w);
  assert_true(says(&f, "HTTP 404 Not?[31mFound: no such role"));
  expect(w, line, "", 200, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"hidden\"}");
  f = find_all(w);
  assert_true(says(&f, "has no Token"));
  assert_null(strstr(f.err.text, "hidden"));
  expect(w, line, "", 200,
         "{\"AccessKeyId\":\"A\\r\\nX: y\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
         "\"Expiration\":\"2030-01-15T12:00:00Z\"}");
  f = find_all(w);
  assert_true(says(&f, "characters that no key has"));
}

static void test_container_refusals(void **state) {
  struct world *w = *state;
  size_t own = w->nenv;
  static const char *const rows[][2] = {
      {"http://example.org/keys", "plain http"},
      {"http://127.0.0.1.example.org/keys", "plain http"},
      {"http://localhost.example.org/", "plain http"},
      {"http://169.254.169.254/", "plain http"},
      {"http://127.0.0.1@example.org/", "not an address"},
      {"http://[::1].example.org/", "not an address"},
      {"https://", "not an address"},
      {"ftp://localhost/", "did not specify a host"},
      {"https://host/a b", "not an address"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    w->nenv = own;
    set(w, "AWS_CONTAINER_CREDENTIALS_FULL_URI", rows[i][0]);
    struct found f = find_all(w);
    assert_true(says(&f, rows[i][1]));
  }
  w->nenv = own;
  set(w, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@example.org/");
  struct found f = find_all(w);
  assert_true(says(&f, "begins with /"));
  w->nenv = own;
  set(w, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");
  set(w, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nX: y");
  f = find_all(w);
  assert_true(says(&f, "line break"));
}

/* ---- instance metadata -------------------------------------------------------------------------
 */

static const char token_line[] = "PUT http://169.254.169.254/latest/api/token";
static const char roles_line[] =
    "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/";
static const char keys_line[] =
    "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/ops";
static const char imds_keys[] =
    "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAMETA\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
    "\"Expiration\":\"2030-01-15T12:00:00Z\"}";

static void test_imds(void **state) {
  struct world *w = *state;
  expect(w, token_line, "x-aws-ec2-metadata-token-ttl-seconds: 21600", 200, "first\n");
  expect(w, roles_line, "x-aws-ec2-metadata-token: first", 401, "");
  expect(w, token_line, "", 200, "second");
  expect(w, roles_line, "x-aws-ec2-metadata-token: second", 200, "ops\nother\n");
  expect(w, keys_line, "x-aws-ec2-metadata-token: second", 200, imds_keys);
  struct found f = find_all(w);
  assert_true(f.ok);
  assert_true(f.outlives);
  assert_string_equal(f.provider, "instance-metadata");
  assert_string_equal(f.id, "ASIAMETA");
}

struct region {
  bool done, known;
  char name[64];
};

static void on_region(void *arg, const char *region) {
  struct region *r = arg;
  r->done = true;
  r->known = region != NULL;
  snprintf(r->name, sizeof r->name, "%s", region ? region : "");
}

static bool begin_region(struct world *w, struct region *r, struct aws_settings **s) {
  struct aws_error err = {0};
  struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w};
  *r = (struct region){.done = false};
  *s = aws_settings_load(&in, &err);
  assert_non_null(*s);
  return aws_region_find(w->io, *s, on_region, r) != NULL;
}

static struct region find_region(struct world *w) {
  struct region r;
  struct aws_settings *s;
  assert_true(begin_region(w, &r, &s));
  assert_true(test_run(w->io, w->server, &r.done, 20000));
  aws_settings_free(s);
  return r;
}

static void test_region(void **state) {
  struct world *w = *state;
  static const char line[] = "GET http://169.254.169.254/latest/meta-data/placement/region";
  static const struct {
    int status;
    const char *body, *region;
  } rows[] = {{200, "eu-west-3", "eu-west-3"},
              {200, "ap-southeast-2\n", "ap-southeast-2"},
              {404, "", NULL},
              {200, "", NULL},
              {200, "x.example.com/#", NULL},
              {200, "a-region-that-is-longer-than-any-other", NULL}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    expect(w, token_line, "x-aws-ec2-metadata-token-ttl-seconds: 60", 200, "word");
    expect(w, line, "x-aws-ec2-metadata-token: word", rows[i].status, rows[i].body);
    struct region r = find_region(w);
    assert_int_equal(r.known, rows[i].region != NULL);
    assert_string_equal(r.name, rows[i].region ? rows[i].region : "");
    assert_int_equal(w->at, w->nscript);
  }
  expect(w, token_line, "", 403, ""); /* never version 1 */
  assert_false(find_region(w).known);
  struct region r;
  struct aws_settings *s;
  set(w, "AWS_EC2_METADATA_DISABLED", "True");
  assert_false(begin_region(w, &r, &s));
  aws_settings_free(s);
}

static void test_imds_failures(void **state) {
  struct world *w = *state;
  static const struct {
    int status;
    const char *body, *says;
  } tokens[] = {
      {403, "", "IMDS is disabled"},          {404, "", "IMDS is disabled"},
      {400, "", "gives no token (HTTP 400)"}, {200, "", "gives no token"},
      {200, "a b", "gives no token"},         {0, "", "no answer"}, /* and never version 1 */
  };
  for (size_t i = 0; i < COUNT(tokens); i++) {
    expect(w, token_line, "", tokens[i].status, tokens[i].body);
    struct found f = find_all(w);
    assert_true(says(&f, tokens[i].says));
  }
  w->nscript = w->at = 0;
  expect(w, token_line, "", 200, "t");
  expect(w, roles_line, "", 401, "");
  expect(w, token_line, "", 200, "t");
  expect(w, roles_line, "", 401, ""); /* not for ever */
  struct found f = find_all(w);
  assert_true(says(&f, "HTTP 401"));
  expect(w, token_line, "", 200, "t");
  expect(w, roles_line, "", 200, "ops");
  expect(w, keys_line, "", 200,
         "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume\"}");
  f = find_all(w);
  assert_true(says(&f, "AssumeRoleUnauthorizedAccess: EC2 cannot assume"));
  expect(w, token_line, "", 200, "t");
  expect(w, roles_line, "", 200, "\n");
  f = find_all(w);
  assert_true(says(&f, "names no role"));
}

/* ---- credential_process ------------------------------------------------------------------------
 */

static struct found run_process(struct world *w, const char *command, const char *more) {
  char text[4096];
  snprintf(text, sizeof text, "[default]\ncredential_process = %s\n%s", command, more);
  write_config(w, text);
  return find_all(w);
}

static void test_process(void **state) {
  struct world *w = *state;
  struct found f = run_process(
      w,
      "printf '%s' '{\"Version\":1,\"AccessKeyId\":\"AKPROC\",\"SecretAccessKey\":\"s\","
      "\"SessionToken\":\"t\",\"Expiration\":\"2030-01-15T13:00:00+01:00\"}'",
      "aws_account_id = 123456789001\n");
  assert_string_equal(f.err.text, "");
  assert_true(f.ok);
  assert_string_equal(f.provider, "credential-process");
  assert_string_equal(f.id, "AKPROC");
  assert_string_equal(f.token, "t");
  assert_string_equal(f.account, "123456789001");
  assert_int_equal(f.expires, INT64_C(1894708800000));
  f = run_process(w, "echo {\"Version\":1,\"SecretAccessKey\":\"hidden\"}", "");
  assert_true(says(&f, "not a JSON object")); /* the quotes were taken away */
  assert_null(strstr(f.err.text, "hidden"));
}

static void test_process_failures(void **state) {
  static const char *const rows[][2] = {
      {"sh -c 'echo so \\\"sorry\\\" >&2; exit 7'", "status 7: so \"sorry\""},
      {"sh -c 'printf \"\\033]52;c;AAAA\\007red\\n\\nline two\" >&2; exit 1'",
       "status 1: ?]52;c;AAAA?red line two"},
      {"false", "status 1: it says nothing on stderr"},
      {"sh -c 'kill -9 $$'", "signal 9"},
      {"exit 1", "no program exit in PATH"},
      {"echo '{}' | cat", "not a JSON object"}, /* no shell: the pipe is printed */
      {"echo {\\\"Version\\\":2}", "\"Version\": 1"},
      {"echo {\\\"Version\\\":\\\"1\\\"}", "\"Version\": 1"},
      {"echo {\\\"Version\\\":1}", "has no AccessKeyId"},
      {"echo {\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"A\\\"}", "has no SecretAccessKey"},
      {"echo 'open", "a quote that is not closed"},
      {"yes", "more than the 65536 bytes"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct found f = run_process(*state, rows[i][0], "");
    assert_true(says(&f, rows[i][1]));
    assert_int_equal(f.err.code, AWS_E_CREDENTIALS);
    assert_true(begins(f.err.text, "credential_process of profile default: "));
  }
}

static void test_words(void **state) {
  (void)state;
  static const struct {
    const char *line;
    const char *words; /* joined by '|'; NULL: refused */
  } rows[] = {
      {"a", "a"},
      {"  a \t b\n", "a|b"},
      {"'a b' \"c d\"e", "a b|c de"},
      {"a\\ b \\\"c", "a b|\"c"},
      {"\"a\\\"b\\c\\\\\" '\\x'", "a\"b\\c\\|\\x"},
      {"'' \"\"", "|"},
      {"~/x $HOME `id` *", "~/x|$HOME|`id`|*"},
      {"a\\", "a\\"},
      {"", NULL},
      {"  ", NULL},
      {"'a", NULL},
      {"a \"b", NULL},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_words w;
    struct aws_error err = {0};
    bool ok = aws_words_split(&w, aws_str_from(rows[i].line), &err);
    assert_int_equal(ok, rows[i].words != NULL);
    char got[256] = "";
    for (size_t k = 0; ok && k < w.n; k++) {
      strcat(got, k ? "|" : "");
      strcat(got, w.word[k]);
    }
    if (ok) {
      assert_string_equal(got, rows[i].words);
      assert_null(w.word[w.n]);
    }
    aws_words_done(&w);
  }
  char many[400] = "";
  for (int i = 0; i < 65; i++)
    strcat(many, "a ");
  struct aws_words w;
  struct aws_error err = {0};
  assert_false(aws_words_split(&w, aws_str_from(many), &err));
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      WITH(test_container_cases),  WITH(test_imds_cases),         WITH(test_imds_use_ipv6),
      WITH(test_container),        WITH(test_container_refusals), WITH(test_imds),
      WITH(test_region),           WITH(test_imds_failures),      WITH(test_process),
      WITH(test_process_failures), cmocka_unit_test(test_words),
  };
  return cmocka_run_group_tests_name("aws/identity machine", tests, NULL, NULL);
}
