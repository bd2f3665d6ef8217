/* The SDKs' cases of what a profile's chain of roles consists of: the files are written, AWS is
 * asked, and the steps that it saw are those of the case. */
#include "config.h"

#include "aws/identity/sso_token.h"
#include "identity_world.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#define CASES SHARED_DIR "/aws/vectors/aws-config/assume-role-tests.json"

struct steps {
  struct world w;
  char text[1024]; /* "key abc123; role arn:..." */
  bool has_instance;
  bool done, ok;
  unsigned given;
  struct aws_error err;
};

static void add(struct steps *s, const char *format, ...) AWS_PRINTF(2, 3);
static void add(struct steps *s, const char *format, ...) {
  size_t n = strlen(s->text);
  va_list ap;
  va_start(ap, format);
  vsnprintf(s->text + n, sizeof s->text - n, format, ap);
  va_end(ap);
}

/* ---- what AWS sees --------------------------------------------------------------------------- */

static void answer_sts(struct steps *s, const struct aws_http_request *rq, struct wire_answer *a) {
  char action[64], role[128], name[64], external[64], key[64] = "";
  wire_param(rq->body, "Action", action, sizeof action);
  wire_param(rq->body, "RoleArn", role, sizeof role);
  wire_param(rq->body, "RoleSessionName", name, sizeof name);
  wire_param(rq->body, "ExternalId", external, sizeof external);
  struct aws_str signed_with = wire_header(rq, "authorization");
  if (signed_with.n > 0)
    sscanf(signed_with.p, "AWS4-HMAC-SHA256 Credential=%63[^/]", key);
  if (key[0] && strncmp(key, "GIVEN", 5) != 0)
    add(s, "key %s; ", key);
  add(s, "%s %s", strcmp(action, "AssumeRole") == 0 ? "role" : "web", role);
  if (strncmp(name, "cawsole-", 8) != 0)
    add(s, " as %s", name);
  add(s, external[0] ? " with %s; " : "; ", external);
  a->status = 200;
  snprintf(a->body, sizeof a->body,
           "<R><%sResult><Credentials><AccessKeyId>GIVEN%u</AccessKeyId>"
           "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
           "<Expiration>2026-01-15T13:00:00Z</Expiration></Credentials></%sResult></R>",
           action, ++s->given, action);
}

static void answer_portal(struct steps *s, const struct aws_http_request *rq,
                          struct wire_answer *a) {
  char account[32], role[64];
  struct aws_str query = aws_str_from(rq->url);
  aws_str_split(&query, '?');
  wire_param(query, "account_id", account, sizeof account);
  wire_param(query, "role_name", role, sizeof role);
  add(s, "sso %s %s %s; ", account, role, strstr(rq->url, "us-east-7") ? "us-east-7" : "elsewhere");
  a->status = 200;
  strcpy(a->body, "{\"roleCredentials\":{\"accessKeyId\":\"GIVEN\",\"secretAccessKey\":\"s\","
                  "\"sessionToken\":\"t\",\"expiration\":1768482000000}}");
}

static void answer_instance(struct steps *s, const struct aws_http_request *rq,
                            struct wire_answer *a) {
  a->status = s->has_instance ? 200 : 0;
  if (strcmp(rq->method, "PUT") == 0) {
    strcpy(a->body, "token");
  } else if (strstr(rq->url, "/the-role")) {
    add(s, "Ec2InstanceMetadata; ");
    strcpy(a->body, "{\"Code\":\"Success\",\"AccessKeyId\":\"GIVEN0\",\"SecretAccessKey\":\"s\","
                    "\"Token\":\"t\",\"Expiration\":\"2026-01-15T13:00:00Z\"}");
  } else {
    strcpy(a->body, "the-role");
  }
}

static void answer(void *arg, const struct aws_http_request *rq, struct wire_answer *a) {
  if (strstr(rq->url, "://sts."))
    answer_sts(arg, rq, a);
  else if (strstr(rq->url, "://portal."))
    answer_portal(arg, rq, a);
  else
    answer_instance(arg, rq, a);
}

/* ---- the machine of a case ------------------------------------------------------------------- */

static void write_sections(struct aws_buf *b, const cJSON *sections, const char *heading) {
  const cJSON *section, *property;
  cJSON_ArrayForEach(section, sections) {
    aws_buf_addf(b, "[%s %s]\n", heading, section->string);
    cJSON_ArrayForEach(property, section) {
      aws_buf_addf(b, "%s = %s\n", property->string, cJSON_GetStringValue(property));
    }
  }
}

static void write_files(struct steps *s, const cJSON *input) {
  struct aws_buf b;
  aws_buf_init(&b, 1 << 16);
  write_sections(&b, cJSON_GetObjectItem(input, "profiles"), "profile");
  write_sections(&b, cJSON_GetObjectItem(input, "sso_sessions"), "sso-session");
  world_write(&s->w, ".aws/config", b.p ? b.p : "");
  world_write(&s->w, "var/token.jwt", "jwt\n");
  aws_buf_done(&b);
}

/* Somebody has logged in to whatever the profile names. */
static void log_in(struct steps *s, const char *profile) {
  struct aws_sso_session session;
  struct aws_profile p;
  struct aws_error err = {0};
  if (!aws_settings_find_profile(s->w.settings, aws_str_from(profile), &p) ||
      !aws_sso_session_find(s->w.settings, &p, &session, &err))
    return;
  char *path = aws_sso_token_path(s->w.settings, &session);
  world_write(&s->w, path + strspn(path, "/"),
              "{\"accessToken\":\"t\",\"expiresAt\":\"2026-01-15T20:00:00Z\"}");
  free(path);
}

static void on_creds(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  struct steps *s = arg;
  s->done = true;
  s->ok = creds && (strncmp(creds->key_id, "GIVEN", 5) == 0);
  if (err)
    s->err = *err;
}

/* The token's file is /var/token.jwt, so the root of all files lies in the home. */
static const char *case_env(void *arg, const char *name) {
  (void)arg;
  return strcmp(name, "HOME") == 0 ? "/" : strcmp(name, "AWS_REGION") == 0 ? "us-east-1" : NULL;
}

static void run(struct steps *s, const cJSON *input) {
  const char *profile = cJSON_GetStringValue(cJSON_GetObjectItem(input, "selected_profile"));
  struct aws_settings_input in = {.getenv = case_env, .profile = profile};
  write_files(s, input);
  snprintf(wire.root, sizeof wire.root, "%s", s->w.home);
  s->w.settings = aws_settings_load(&in, &s->err);
  if (!s->w.settings)
    return;
  log_in(s, profile);
  assert_non_null(aws_creds_find(s->w.io, s->w.settings, NULL, on_creds, s));
  assert_true(wire_run(s->w.io, &s->done, 60000));
}

/* ---- what must come of it -------------------------------------------------------------------- */

static const char *text_of(const cJSON *node, const char *name) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(node, name));
  return text ? text : "";
}

static void expect_step(char *out, size_t n, const cJSON *step) {
  const char *kind = step->string;
  if (strcmp(kind, "AccessKey") == 0) {
    snprintf(out, n, "key %s; ", text_of(step, "access_key_id"));
  } else if (strcmp(kind, "NamedSource") == 0) {
    snprintf(out, n, "%s; ", cJSON_GetStringValue(step));
  } else if (strcmp(kind, "Sso") == 0) {
    snprintf(out, n, "sso %s %s %s; ", text_of(step, "sso_account_id"),
             text_of(step, "sso_role_name"), text_of(step, "sso_region"));
  } else {
    const char *name = text_of(step, "role_session_name"), *ext = text_of(step, "external_id");
    snprintf(out, n, "%s %s%s%s%s%s; ", strcmp(kind, "AssumeRole") == 0 ? "role" : "web",
             text_of(step, "role_arn"), name[0] ? " as " : "", name, ext[0] ? " with " : "", ext);
  }
}

/* Theirs, a part of ours; unlike: the case names no error. */
static const struct {
  const char *docs, *theirs, *ours, *unlike;
} errors[] = {
    {NULL, "must contain `source_profile`", "neither source_profile nor credential_source", NULL},
    {NULL, "both source_profile and credential_source", "both source_profile and cred", NULL},
    {NULL, "missing aws_secret_access_key", "not aws_secret_access_key", NULL},
    {NULL, "missing aws_access_key_id", "not aws_access_key_id", NULL},
    {NULL, "profile `B` did not contain", "profile B, the source_profile of A, has no", NULL},
    {NULL, "profile `A` did not contain", "no credentials for profile A", NULL},
    {NULL, "could not find source profile B", "source_profile = B", NULL},
    {NULL, "No profiles were defined", "profile A (", NULL},
    {NULL, "infinite loop", "an infinite loop", NULL},
    {NULL, "`role_arn` was missing", "`role_arn` was missing", NULL},
    {NULL, "then `sso_account_id` must", "has sso_role_name but not sso_account_id", NULL},
    {NULL, "then `sso_role_name` must", "has sso_account_id but not sso_role_name", NULL},
    {NULL, "`sso_region` can only be", "no sso_account_id", NULL},
    {NULL, "`oops` (referenced", "no sso_account_id", NULL},
    {"SSO token profile selected", "", "no sso_account_id",
     "a token alone makes no keys: the AWS CLI goes on to the next place"},
};

static bool check(struct steps *s, const cJSON *test) {
  const char *docs = text_of(test, "docs");
  const cJSON *output = cJSON_GetObjectItem(test, "output"), *step;
  const char *theirs = text_of(output, "Error");
  char want[1024] = "";
  for (size_t i = 0; i < COUNT(errors); i++) {
    bool this_one = errors[i].docs ? strcmp(docs, errors[i].docs) == 0
                                   : theirs[0] && strstr(theirs, errors[i].theirs);
    if (this_one && errors[i].unlike)
      print_message("unlike: %s: %s\n", docs, errors[i].unlike);
    if (this_one)
      return !s->ok && strstr(s->err.text, errors[i].ours);
  }
  cJSON_ArrayForEach(step, cJSON_GetObjectItem(output, "ProfileChain")) {
    size_t n = strlen(want);
    expect_step(want + n, sizeof want - n, step->child);
  }
  if (s->ok && want[0] && strcmp(s->text, want) == 0)
    return true;
  print_message("want: %s\n", want);
  return false;
}

static bool needs_instance(const cJSON *test) {
  char *text = cJSON_PrintUnformatted(test);
  bool found = strstr(text, "Ec2InstanceMetadata") != NULL;
  cJSON_free(text);
  return found;
}

static void test_assume_role_cases(void **state) {
  static struct steps s;
  static char text[1 << 16];
  int total = 0, passed = 0;
  FILE *f = fopen(CASES, "rb");
  (void)state;
  if (!f) {
    print_message("no AWS test data at %s\n", CASES);
    skip();
  }
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  cJSON *doc = cJSON_Parse(text);
  const cJSON *test;
  cJSON_ArrayForEach(test, doc) {
    memset(&s, 0, sizeof s);
    world_open(&s.w);
    wire.fn = answer;
    wire.arg = &s;
    s.has_instance = needs_instance(test);
    run(&s, cJSON_GetObjectItem(test, "input"));
    bool ok = check(&s, test);
    if (!ok)
      print_message("wrong: %s: %s%s\n", text_of(test, "docs"), s.text, s.err.text);
    total++;
    passed += ok;
    world_close(&s.w);
  }
  cJSON_Delete(doc);
  print_message("assume-role-tests: %d run, %d passed\n", total, passed);
  assert_int_equal(total, 28);
  assert_int_equal(passed, total);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_assume_role_cases)};
  return cmocka_run_group_tests_name("aws/identity roles", tests, NULL, NULL);
}
