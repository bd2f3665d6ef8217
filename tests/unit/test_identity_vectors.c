/* The credential test data of the AWS SDKs: each directory is a machine (variables, files, what its
 * network answers) and what must come of it. Run in the order of the AWS CLI. */
#include "config.h"

#include "aws/identity.h"
#include "aws/identity/sso_token.h"
#include "fake_wire.h"
#include "test.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define VECTORS SHARED_DIR "/aws/vectors/aws-config"

/* ---- one machine ----------------------------------------------------------------------------- */

struct machine {
  const char *name;
  char dir[400], copy[64]; /* of the case; of its files where they are changed, or "" */
  bool other_key;          /* the recording is signed with another key than the one it gave */
  cJSON *env, *traffic, *want;
  const cJSON *next; /* event */
  struct wire_answer last;
  char wrong[600]; /* the first thing that was not as recorded */
  bool done, ok;
  struct aws_creds creds;
  struct aws_error err;
};

static cJSON *read_json(const char *dir, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *f = fopen(path, "rb");
  static char text[1 << 18];
  if (!f)
    return NULL;
  size_t n = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  text[n] = '\0';
  return cJSON_Parse(text);
}

static const char *machine_env(void *arg, const char *name) {
  struct machine *m = arg;
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(m->env, name));
}

static void say(struct machine *m, const char *what, struct aws_str got, const char *want) {
  if (!m->wrong[0])
    snprintf(m->wrong, sizeof m->wrong, "%s: %.*s, not %s", what, AWS_STR_ARG(got), want);
}

static const cJSON *at(const cJSON *node, const char *path) {
  char name[64];
  for (const char *end; node && *path; path = *end ? end + 1 : end) {
    end = path + strcspn(path, "/");
    snprintf(name, sizeof name, "%.*s", (int)(end - path), path);
    node = cJSON_GetObjectItemCaseSensitive(node, name);
  }
  return node;
}

/* Moves on to the next event of a kind; what lies between is passed over. */
static const cJSON *next_event(struct machine *m, const char *kind) {
  while (m->next) {
    const cJSON *found = at(at(m->next, "action"), kind);
    m->next = m->next->next;
    if (found)
      return found;
  }
  return NULL;
}

/* Session names are made up, and some recordings were made with another role or token than their
 * settings have: these say what must be sent. */
static bool may_differ(const struct machine *m, const char *name, const char *value) {
  static const struct {
    const char *test, *name, *value;
  } settings[] = {
      {"web_identity_token_env", "RoleArn", "arn:aws:iam::123456789012:role/test-role"},
      {"web_identity_token_profile", "RoleArn", "arn:aws:iam::1234567890123:role/RoleA"},
      {"web_identity_token_profile", "WebIdentityToken", "sometoken"},
      {"web_identity_token_source_profile", "RoleArn", "arn:aws:iam::123456789012:role/s3-reader"},
      {"web_identity_token_source_profile", "WebIdentityToken", "sometoken"},
  };
  if (strcmp(name, "RoleSessionName") == 0)
    return strncmp(value, "cawsole-", 8) == 0;
  for (size_t i = 0; i < COUNT(settings); i++)
    if (strcmp(settings[i].test, m->name) == 0 && strcmp(settings[i].name, name) == 0)
      return strcmp(settings[i].value, value) == 0;
  return false;
}

/* Both are "name=value&name=value": the same pairs in any order. The recorder left the line end on
 * a token. */
static void compare_pairs(struct machine *m, const char *what, struct aws_str got,
                          struct aws_str want) {
  static char have[4096], expect[4096];
  size_t npairs[2] = {got.n > 0, want.n > 0};
  for (size_t i = 0; i < got.n; i++)
    npairs[0] += got.p[i] == '&';
  for (size_t i = 0; i < want.n; i++)
    npairs[1] += want.p[i] == '&';
  if (npairs[0] != npairs[1])
    say(m, what, got, want.p);
  for (struct aws_str rest = want; rest.n > 0;) {
    struct aws_str value = aws_str_split(&rest, '&'), key = aws_str_split(&value, '=');
    char name[64];
    snprintf(name, sizeof name, "%.*s", AWS_STR_ARG(key));
    wire_param(got, name, have, sizeof have);
    wire_param(want, name, expect, sizeof expect);
    for (size_t n = strlen(expect); n > 0 && expect[n - 1] == '\n';)
      expect[--n] = '\0';
    if (strcmp(have, expect) != 0 && !may_differ(m, name, have))
      say(m, name, aws_str_from(have), expect);
  }
}

/* Headers that carry meaning here; the signature's only as far as the key. */
static void compare_headers(struct machine *m, const struct aws_http_request *rq,
                            const cJSON *headers) {
  static const char *const names[] = {"x-amz-sso_bearer_token", "authorization",
                                      "x-aws-ec2-metadata-token",
                                      "x-aws-ec2-metadata-token-ttl-seconds"};
  for (size_t i = 0; i < COUNT(names); i++) {
    const cJSON *list = cJSON_GetObjectItem(headers, names[i]); /* any case */
    const char *want = cJSON_GetStringValue(cJSON_IsArray(list) ? list->child : list);
    struct aws_str got = wire_header(rq, names[i]);
    size_t n = want ? strlen(want) : 0;
    if (n > 0 && strncmp(want, "AWS4-HMAC-SHA256", 16) == 0)
      n = m->other_key ? 16 : strcspn(want, "/");
    if (n == 0 && aws_str_eq_c(got, "sometoken"))
      continue; /* of the container: left out of the recording */
    if (n == 0 ? got.n > 0 : got.n < n || strncmp(got.p, want, n) != 0)
      say(m, names[i], got, want ? want : "none");
  }
}

static struct aws_str text_of(const cJSON *node) {
  return aws_str_from(cJSON_GetStringValue(node));
}

static void compare(struct machine *m, const struct aws_http_request *rq, const cJSON *want) {
  struct aws_str got_query = aws_str_from(rq->url), want_query = text_of(at(want, "uri"));
  struct aws_str got_url = aws_str_split(&got_query, '?');
  struct aws_str want_url = aws_str_split(&want_query, '?');
  if (aws_str_ends(got_url, "/") && !aws_str_ends(want_url, "/"))
    got_url.n--;
  if (!aws_str_eq(got_url, want_url))
    say(m, "address", got_url, want_url.p);
  if (!aws_str_eq_c(aws_str_from(rq->method), cJSON_GetStringValue(at(want, "method"))))
    say(m, "method", aws_str_from(rq->method), cJSON_GetStringValue(at(want, "method")));
  compare_pairs(m, "query", got_query, want_query);
  compare_headers(m, rq, at(want, "headers"));
}

static void add_headers(struct wire_answer *a, const cJSON *headers) {
  const cJSON *h;
  cJSON_ArrayForEach(h, headers) {
    struct aws_str name = aws_str_from(h->string);
    if (a->nheaders < COUNT(a->headers) && !aws_str_eq_c(name, "date"))
      a->headers[a->nheaders++] = (struct aws_http_header){
          name, aws_str_from(cJSON_GetStringValue(cJSON_IsArray(h) ? h->child : h))};
  }
}

static void on_request(void *arg, const struct aws_http_request *rq, struct wire_answer *a) {
  struct machine *m = arg;
  const cJSON *want = next_event(m, "Request"), *body = at(m->next, "action/Data");
  if (!want && m->last.status >= 500) { /* recorded without the further attempts */
    *a = m->last;
    return;
  }
  if (!want) {
    say(m, "a request too many", aws_str_from(rq->url), "none");
    return;
  }
  compare(m, rq, at(want, "request"));
  if (body && strcmp(cJSON_GetStringValue(at(body, "direction")), "Request") == 0)
    compare_pairs(m, "body", rq->body, text_of(at(body, "data/Utf8")));
  const cJSON *response = at(next_event(m, "Response"), "response/Ok");
  a->status = (int)cJSON_GetNumberValue(at(response, "status"));
  add_headers(a, at(response, "headers"));
  body = at(m->next, "action/Data");
  if (body && strcmp(cJSON_GetStringValue(at(body, "direction")), "Response") == 0)
    snprintf(a->body, sizeof a->body, "%s", cJSON_GetStringValue(at(body, "data/Utf8")));
  m->last = *a;
}

/* ---- running it ------------------------------------------------------------------------------ */

static void on_creds(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  struct machine *m = arg;
  m->done = true;
  m->ok = creds && aws_creds_copy(&m->creds, creds);
  if (err)
    m->err = *err;
}

/* The cases of commands were made for an SDK that runs them in a shell. The AWS CLI does not: there
 * the operator names one. The command's line of a file becomes so. */
static void copy_in_shell(const struct machine *m, const char *name) {
  static const char key[] = "credential_process = ";
  char from[512], to[128], line[2048];
  snprintf(from, sizeof from, "%s/fs/home/.aws/%s", m->dir, name);
  snprintf(to, sizeof to, "%s/home/.aws/%s", m->copy, name);
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  assert_non_null(in);
  assert_non_null(out);
  while (fgets(line, sizeof line, in)) {
    char *command = line + strlen(key);
    if (strncmp(line, key, strlen(key)) != 0) {
      fputs(line, out);
      continue;
    }
    command[strcspn(command, "\n")] = '\0';
    assert_null(strchr(command, '\''));
    fprintf(out, "%ssh -c '%s'\n", key, command);
  }
  fclose(in);
  fclose(out);
}

static const char *const folders[] = {"home", "home/.aws"};
static const char *const copied[] = {"config", "credentials"};

static void make_copy(struct machine *m) {
  char path[128];
  strcpy(m->copy, "/tmp/cawsole-test-XXXXXX");
  assert_non_null(mkdtemp(m->copy));
  for (size_t i = 0; i < COUNT(folders); i++) {
    snprintf(path, sizeof path, "%s/%s", m->copy, folders[i]);
    assert_int_equal(mkdir(path, 0700), 0);
  }
  for (size_t i = 0; i < COUNT(copied); i++)
    copy_in_shell(m, copied[i]);
  snprintf(wire.root, sizeof wire.root, "%s", m->copy);
}

static void drop_copy(const struct machine *m) {
  char path[128];
  for (size_t i = 0; m->copy[0] && i < COUNT(copied); i++) {
    snprintf(path, sizeof path, "%s/home/.aws/%s", m->copy, copied[i]);
    unlink(path);
  }
  for (size_t i = COUNT(folders); m->copy[0] && i > 0; i--) {
    snprintf(path, sizeof path, "%s/%s", m->copy, folders[i - 1]);
    rmdir(path);
  }
  if (m->copy[0])
    rmdir(m->copy);
}

static bool needs_shell(const char *name) {
  static const char *const names[] = {
      "credential_process", "credential_process_account_id_fallback", "credential_process_failure"};
  for (size_t i = 0; i < COUNT(names); i++)
    if (strcmp(name, names[i]) == 0)
      return true;
  return false;
}

static bool set_up(struct machine *m, const char *group, const char *name) {
  memset(m, 0, sizeof *m);
  m->name = name;
  m->other_key = strcmp(name, "ecs_assume_role") == 0;
  snprintf(m->dir, sizeof m->dir, VECTORS "/%s/%s", group, name);
  m->env = read_json(m->dir, "env.json");
  m->traffic = read_json(m->dir, "http-traffic.json");
  m->want = read_json(m->dir, "test-case.json");
  m->next = m->traffic ? at(m->traffic, "events")->child : NULL;
  memset(&wire, 0, sizeof wire);
  snprintf(wire.root, sizeof wire.root, "%s/fs", m->dir);
  if (needs_shell(name))
    make_copy(m);
  wire.fn = on_request;
  wire.arg = m;
  wire.mono = 1;
  wire.real_ms = strncmp(name, "credential_process", 18) == 0 ? 10 : 0;
  if (strcmp(group, "profile-provider") == 0) /* the profile's places alone */
    cJSON_AddStringToObject(m->env, "AWS_EC2_METADATA_DISABLED", "true");
  const cJSON *expiry = at(m->want, "result/Ok/expiry");
  wire.now = expiry ? (aws_ms)cJSON_GetNumberValue(expiry) * 1000 - 3600000 : 1600000000000;
  return m->env && m->traffic && m->want;
}

static void run(struct machine *m, const char *profile) {
  struct aws_settings_input in = {.getenv = machine_env, .getenv_arg = m, .profile = profile};
  struct aws_settings *s = aws_settings_load(&in, &m->err);
  if (!s)
    return;
  struct aws_error err = {0};
  struct aws_io *io = aws_io_new(&wire_clock, NULL, &err);
  assert_non_null(io);
  assert_non_null(aws_creds_find(io, s, NULL, on_creds, m));
  if (!wire_run(io, &m->done, 600000))
    say(m, "the search", AWS_STR_LIT("does not end"), "an end");
  aws_io_free(io);
  aws_settings_free(s);
}

static void tear_down(struct machine *m) {
  drop_copy(m);
  cJSON_Delete(m->env);
  cJSON_Delete(m->traffic);
  cJSON_Delete(m->want);
  aws_creds_done(&m->creds);
}

/* ---- what must come of it -------------------------------------------------------------------- */

/* Errors are worded by ourselves; here a part of the sentence. */
static const struct verdict {
  const char *name, *text;
} verdicts[] = {
    {"profile_overrides_web_identity", "no AWS_ACCESS_KEY_ID"},
    {"web_identity_source_profile_no_env", "`role_arn` was missing"},
    {"web_identity_token_invalid_jwt", "No OpenIDConnect provider found"},
    {"sso_no_token_file", "sso/cache/dace00cba5f8355ec9d274ceb2bcebdfbeed0e12.json"},
    {"sso_server_error", "IAM Identity Center"},
    {"invalid_sso_credentials_config", "no sso_account_id"},
    {"sso_token", "no sso_account_id"},
    {"eks_pod_identity_no_token_file", "No such file or directory"},
    {"imds_default_chain_error", "the instance has no role"},
    {"imds_disabled", "AWS_EC2_METADATA_DISABLED"},
    {"imds_no_iam_role", "the instance has no role"},
    {"imds_token_fail", "request forbidden: IMDS is disabled"},
    {"credential_process_failure", "the program ended with status 1"},
    {"credential_process_invalid", "not a JSON object"},
    {"empty_config", "no credentials for profile default"},
    {"invalid_config", "line 2"},
};

static const struct verdict *verdict_of(const char *name) {
  for (size_t i = 0; i < COUNT(verdicts); i++)
    if (strcmp(verdicts[i].name, name) == 0)
      return &verdicts[i];
  return NULL;
}

static void expect_text(struct machine *m, const char *what, struct aws_str got,
                        const cJSON *want) {
  const char *text = cJSON_GetStringValue(want);
  if (text ? !aws_str_eq_c(got, text) : got.n > 0)
    say(m, what, got, text ? text : "none");
}

static void check_creds(struct machine *m, const cJSON *want) {
  expect_text(m, "key", aws_str_from(m->creds.key_id), at(want, "access_key_id"));
  expect_text(m, "secret", aws_secret_str(&m->creds.secret), at(want, "secret_access_key"));
  expect_text(m, "token", aws_secret_str(&m->creds.token), at(want, "session_token"));
  if (at(want, "account_id"))
    expect_text(m, "account", aws_str_from(m->creds.account), at(want, "account_id"));
  char time[AWS_TIME_MAX];
  aws_time_iso(m->creds.expires, time);
  const cJSON *expiry = at(want, "expiry");
  if (m->creds.expires != (expiry ? (aws_ms)cJSON_GetNumberValue(expiry) * 1000 : 0))
    say(m, "expiry", aws_str_from(time), "that of the case");
}

static bool check(struct machine *m, const char *name) {
  const cJSON *good = at(m->want, "result/Ok");
  const struct verdict *v = verdict_of(name);
  if (good) {
    if (m->ok)
      check_creds(m, good);
    else
      say(m, "error", aws_str_from(m->err.text), "keys");
  } else if (m->ok) {
    say(m, "keys", aws_str_from(m->creds.key_id), "an error");
  } else if (!v || !strstr(m->err.text, v->text)) {
    say(m, "error", aws_str_from(m->err.text), v ? v->text : "in the table of verdicts");
  }
  if (!m->wrong[0] && next_event(m, "Request"))
    say(m, "requests", AWS_STR_LIT("left over"), "all asked");
  if (m->wrong[0])
    print_message("wrong: %s: %s\n", name, m->wrong);
  return !m->wrong[0];
}

static int wanted(const struct dirent *e) {
  return e->d_name[0] != '.';
}

/* profile: named by an option, as where the test data is for the profile alone. */
static void run_group(const char *group, const char *profile, int expected) {
  char path[400];
  struct dirent **names = NULL;
  snprintf(path, sizeof path, VECTORS "/%s", group);
  int n = scandir(path, &names, wanted, alphasort), passed = 0;
  if (n < 0) {
    print_message("no AWS test data at %s\n", path);
    skip();
  }
  for (int i = 0; i < n; i++) {
    struct machine m;
    bool ok = set_up(&m, group, names[i]->d_name);
    if (ok) {
      run(&m, profile);
      ok = check(&m, names[i]->d_name);
    }
    passed += ok;
    tear_down(&m);
    free(names[i]);
  }
  free(names);
  print_message("%s: %d run, %d passed\n", group, n, passed);
  assert_int_equal(n, expected);
  assert_int_equal(passed, n);
}

static void test_default_chain(void **state) {
  (void)state;
  run_group("default-credential-provider-chain", NULL, 29);
}

static void test_profile_provider(void **state) {
  (void)state;
  run_group("profile-provider", "default", 18);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static bool check_token(struct machine *m) {
  struct aws_settings_input in = {.getenv = machine_env, .getenv_arg = m};
  struct aws_settings *s = aws_settings_load(&in, &m->err);
  struct aws_profile p;
  struct aws_sso_session session;
  struct aws_sso_token token = {.expires = 0};
  char until[AWS_TIME_MAX];
  assert_non_null(s);
  bool ok = aws_settings_find_profile(s, aws_str_from(aws_settings_profile(s)), &p) &&
            aws_sso_session_find(s, &p, &session, &m->err);
  char *path = ok ? aws_sso_token_path(s, &session) : NULL;
  ok = path && aws_sso_token_read(path, &token, &m->err) == AWS_FILE_READ;
  aws_time_iso(token.expires, until);
  expect_text(m, "token", aws_secret_str(&token.access), at(m->want, "result/Ok/token"));
  expect_text(m, "expiration", aws_str_from(until), at(m->want, "result/Ok/expiration"));
  if (!ok || m->wrong[0])
    print_message("wrong: %s: %s%s\n", m->dir, m->wrong, m->err.text);
  aws_sso_token_done(&token);
  free(path);
  aws_settings_free(s);
  return ok && !m->wrong[0];
}

static void test_default_tokens(void **state) {
  static const char *const names[] = {"profile_keys", "profile_keys_case_insensitive",
                                      "profile_name"};
  size_t passed = 0;
  (void)state;
  for (size_t i = 0; i < COUNT(names); i++) {
    struct machine m;
    if (!set_up(&m, "default-token-provider-chain", names[i])) {
      print_message("no AWS test data at %s\n", m.dir);
      tear_down(&m);
      skip();
    }
    passed += check_token(&m);
    tear_down(&m);
  }
  print_message("default-token-provider-chain: %zu run, %zu passed\n", COUNT(names), passed);
  assert_int_equal(passed, COUNT(names));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_default_chain),
      cmocka_unit_test(test_profile_provider),
      cmocka_unit_test(test_default_tokens),
  };
  return cmocka_run_group_tests_name("aws/identity vectors", tests, NULL, NULL);
}
