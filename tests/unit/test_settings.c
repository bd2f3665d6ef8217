/* Profiles, regions, endpoint overrides and static credentials. */
#include "config.h"

#include "aws/auth/ini.h"
#include "aws/identity.h"
#include "server.h"
#include "test.h"

#include <cjson/cJSON.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

/* ---- the file format, by AWS's own cases ----------------------------------------------------- */

static void add_sections(cJSON *to, const struct aws_ini *ini, enum aws_ini_kind kind) {
  for (size_t i = 0; i < ini->n; i++) {
    const struct aws_ini_section *s = &ini->sections[i];
    if (s->kind != kind || s->aside)
      continue;
    cJSON *o = cJSON_GetObjectItemCaseSensitive(to, s->name);
    if (!o)
      o = cJSON_AddObjectToObject(to, s->name);
    for (size_t k = 0; k < s->n; k++) {
      cJSON_DeleteItemFromObjectCaseSensitive(o, s->props[k].key);
      cJSON_AddStringToObject(o, s->props[k].key, s->props[k].value.p);
    }
  }
}

/* Parses both texts; what came out, merged as aws_settings_get does, or the error's sentence. */
static cJSON *parse_both(const char *config, const char *credentials, struct aws_error *err) {
  struct aws_ini a = {0}, b = {0};
  bool ok = aws_ini_parse(&a, false, aws_str_from(config ? config : ""), "config", err) &&
            aws_ini_parse(&b, true, aws_str_from(credentials ? credentials : ""), "creds", err);
  cJSON *out = NULL;
  if (ok) {
    out = cJSON_CreateObject();
    cJSON *profiles = cJSON_AddObjectToObject(out, "profiles");
    add_sections(profiles, &a, AWS_INI_PROFILE);
    add_sections(profiles, &b, AWS_INI_PROFILE);
    add_sections(cJSON_AddObjectToObject(out, "sso_sessions"), &a, AWS_INI_SSO_SESSION);
  }
  aws_ini_done(&a);
  aws_ini_done(&b);
  return out;
}

static bool run_case(const cJSON *test) {
  const cJSON *input = cJSON_GetObjectItem(test, "input"),
              *output = cJSON_GetObjectItem(test, "output");
  struct aws_error err = {0};
  cJSON *got =
      parse_both(cJSON_GetStringValue(cJSON_GetObjectItem(input, "configFile")),
                 cJSON_GetStringValue(cJSON_GetObjectItem(input, "credentialsFile")), &err);
  const char *error = cJSON_GetStringValue(cJSON_GetObjectItem(output, "errorContaining"));
  bool ok;
  if (error) {
    ok = !got && strstr(err.text, error);
  } else {
    cJSON *want = cJSON_Duplicate(cJSON_GetObjectItem(output, "config"), true);
    if (!cJSON_GetObjectItem(want, "sso_sessions"))
      cJSON_AddObjectToObject(want, "sso_sessions");
    ok = got && cJSON_Compare(got, want, true);
    cJSON_Delete(want);
  }
  if (!ok)
    print_message("wrong: %s (%s)\n", cJSON_GetStringValue(cJSON_GetObjectItem(test, "name")),
                  err.text);
  cJSON_Delete(got);
  return ok;
}

static void test_ini_cases(void **state) {
  (void)state;
  FILE *f = fopen(SHARED_DIR "/aws/vectors/aws-runtime/profile-parser-tests.json", "rb");
  if (!f) {
    print_message("no AWS test data at %s\n", SHARED_DIR);
    skip();
  }
  static char text[1 << 17];
  size_t n = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  text[n] = '\0';
  cJSON *doc = cJSON_Parse(text);
  int total = 0, passed = 0;
  const cJSON *test;
  cJSON_ArrayForEach(test, cJSON_GetObjectItem(doc, "tests")) {
    total++;
    passed += run_case(test);
  }
  cJSON_Delete(doc);
  print_message("profile parser: %d of %d\n", passed, total);
  assert_int_equal(total, 65);
  assert_int_equal(passed, total);
}

/* A comment after a command begins outside of its quotes. */
static void test_ini_commands(void **state) {
  (void)state;
  static const struct {
    const char *line, *want;
  } rows[] = {
      {"credential_process = sh -c 'true ; echo' ; a remark", "sh -c 'true ; echo'"},
      {"credential_process = sh -c \"a #b\" # a remark", "sh -c \"a #b\""},
      {"credential_process = a \"b \\\" ;c\" ;d", "a \"b \\\" ;c\""},
      {"credential_process = a 'b\\' ;c", "a 'b\\'"},
      {"credential_process = a \\' # b", "a \\'"},
      {"Credential_Process = a 'b ;c'", "a 'b ;c'"},
      {"credential_process = a # it's", "a"},
      {"role_session_name = o'brien # it's he", "o'brien"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char text[128];
    struct aws_ini ini = {0};
    struct aws_error err = {0};
    snprintf(text, sizeof text, "[default]\n%s\n", rows[i].line);
    assert_true(aws_ini_parse(&ini, false, aws_str_from(text), "config", &err));
    assert_string_equal(ini.sections[0].props[0].value.p, rows[i].want);
    aws_ini_done(&ini);
  }
}

static void test_ini_own(void **state) {
  (void)state;
  static const struct {
    const char *config, *want; /* the value of [profile p] k, or the error */
  } rows[] = {
      {"[profile p]\nk = a", "a"},
      {"[profile \"p\"]\r\nK=a\r\n", "a"},
      {"[profile p]\nk = a ; b\n", "a"},
      {"[profile p]\nk = a;b#c\n", "a;b#c"},
      {"[profile p]\nx = 1\n  # a remark, indented\nk = a\n", "a"},
      {"[profile p]\nk = a\n\n[profile q]\nk = b\n[profile p]\nk = c\n", "c"},
      {"[profile p]\nk = \n a = 1\n b = 2\n", "\na = 1\nb = 2"},
      {"[profile p]\n  k = a\n", "a"}, /* as far in as the AWS CLI's parser lets them stand */
      {"[profile p]\n  x = 1\n\tk = a\n", "a"},
      {"[profile p]\n    x = 1\n  k = a\n", "a"},
      {"[profile p]\n  k = a\n    b = c\n", "a\nb = c"},
      {"[profile p]\n  k =\n    b = c\n  x = 1\n", "\nb = c"},
      {"  [profile p]\n  x = 1\n  [profile p]\n  k = a\n", "a"},
      {"[profile p]\n  # a remark\n  k = a\n", "a"},
      {"[profile p]\n -k\n", "config, line 2: Expected a property definition, found continuation"},
      {"[profile p]\n  x = 1\n -k\n",
       "config, line 3: Expected a property definition, found continuation"},
      {"[profile p]\nk\n", "config, line 2: Expected an '=' sign defining a property"},
      {"\n\n = 1\n", "config, line 3: Expected a profile definition"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_ini ini = {0};
    struct aws_error err = {0};
    bool ok = aws_ini_parse(&ini, false, aws_str_from(rows[i].config), "config", &err);
    const struct aws_ini_section *s = aws_ini_find(&ini, AWS_INI_PROFILE, AWS_STR_LIT("p"));
    struct aws_str got = ok ? aws_ini_get(s, AWS_STR_LIT("k")) : aws_str_from(err.text);
    assert_string_equal(got.p, rows[i].want);
    aws_ini_done(&ini);
  }
}

/* Names as botocore reads them, and which are for whoever asks by that very name. */
static void test_ini_names(void **state) {
  (void)state;
  static const struct {
    const char *config, *credentials; /* one of them */
    const char *name;                 /* NULL: the section is ignored */
    enum aws_ini_kind kind;
    bool aside;
  } rows[] = {
      {"[profile 'my team']", NULL, "my team", AWS_INI_PROFILE, false},
      {"[profile \"my team\"] # his", NULL, "my team", AWS_INI_PROFILE, false},
      {"[profile my\\ team]", NULL, "my team", AWS_INI_PROFILE, false},
      {"[profile \"a\\\"b\"]", NULL, "a\"b", AWS_INI_PROFILE, false},
      {"[profile 'a]b']", NULL, "a]b", AWS_INI_PROFILE, false},
      {"[profile my' 'team]", NULL, "my team", AWS_INI_PROFILE, false},
      {"[profile 'o'\\''brien']", NULL, "o'brien", AWS_INI_PROFILE, false},
      {"[profile prod(eu)]", NULL, "prod(eu)", AWS_INI_PROFILE, true},
      {"[profile a=b]", NULL, "a=b", AWS_INI_PROFILE, true},
      {"[profile b\303\274ro]", NULL, "b\303\274ro", AWS_INI_PROFILE, true},
      {"[profile foo!bar]", NULL, "foo!bar", AWS_INI_PROFILE, true},
      {"[sso-session 'my corp']", NULL, "my corp", AWS_INI_SSO_SESSION, false},
      {"[services 'my svc']", NULL, "my svc", AWS_INI_SERVICES, false},
      {"[profile my team]", NULL, NULL, AWS_INI_PROFILE, false},
      {"[profile it's]", NULL, NULL, AWS_INI_PROFILE, false},
      {"[profile '']", NULL, NULL, AWS_INI_PROFILE, false},
      {"[profile 'a\tb']", NULL, NULL, AWS_INI_PROFILE, false},
      {"['profile' a]", NULL, NULL, AWS_INI_PROFILE, false},
      {"[my team]", NULL, NULL, AWS_INI_PROFILE, false},
      {NULL, "[my team]", "my team", AWS_INI_PROFILE, true},
      {NULL, "[ my team ] ; his", "my team", AWS_INI_PROFILE, true},
      {NULL, "[my team]\n['my team']", "my team", AWS_INI_PROFILE, false},
      {NULL, "['my team']", "my team", AWS_INI_PROFILE, false},
      {NULL, "[prod(eu)]", "prod(eu)", AWS_INI_PROFILE, true},
      {NULL, "[o'brien]", "o'brien", AWS_INI_PROFILE, true},
      {NULL, "[a\\b]", "a\\b", AWS_INI_PROFILE, true},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_ini ini = {0};
    struct aws_error err = {0};
    const char *text = rows[i].config ? rows[i].config : rows[i].credentials;
    print_message("%s\n", text);
    assert_true(aws_ini_parse(&ini, !rows[i].config, aws_str_from(text), "file", &err));
    assert_int_equal(ini.n, rows[i].name ? 1 : 0);
    if (rows[i].name) {
      assert_string_equal(ini.sections[0].name, rows[i].name);
      assert_int_equal(ini.sections[0].kind, rows[i].kind);
      assert_int_equal(ini.sections[0].aside, rows[i].aside);
    }
    aws_ini_done(&ini);
  }
}

/* ---- where the files are, by AWS's own cases ---------------------------------------------------
 */

static const char *case_env(void *arg, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(arg, name));
}

static const char *text_of(const cJSON *o, const char *name) {
  return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
}

/* A profile that is in neither file is refused by a sentence that names both files; the default one
 * is not refused, and its files are missing. */
static bool run_location(const cJSON *test) {
  struct aws_settings_input in = {.getenv = case_env,
                                  .getenv_arg = cJSON_GetObjectItem(test, "environment")};
  struct aws_error err = {0};
  struct aws_settings *s = aws_settings_load(&in, &err);
  const char *profile = text_of(test, "profile");
  bool ok = s ? strcmp(aws_settings_profile(s), profile ? profile : "default") == 0
              : strstr(err.text, profile) != NULL;
  aws_settings_free(s);
  in.profile = "no-such-profile";
  s = aws_settings_load(&in, &err);
  ok = ok && !s && strstr(err.text, text_of(test, "configLocation")) &&
       strstr(err.text, text_of(test, "credentialsLocation"));
  if (!ok)
    print_message("wrong: %s (%s)\n", text_of(test, "name"), err.text);
  aws_settings_free(s);
  return ok;
}

static void test_locations(void **state) {
  (void)state;
  FILE *f = fopen(SHARED_DIR "/aws/vectors/aws-runtime/file-location-tests.json", "rb");
  if (!f) {
    print_message("no AWS test data at %s\n", SHARED_DIR);
    skip();
  }
  static char text[1 << 14];
  size_t n = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  text[n] = '\0';
  cJSON *doc = cJSON_Parse(text);
  int total = 0, ours = 0, passed = 0;
  const cJSON *test;
  cJSON_ArrayForEach(test, cJSON_GetObjectItem(doc, "tests")) {
    total++;
    if (strcmp(text_of(test, "platform"), "linux") != 0)
      continue;
    ours++;
    passed += run_location(test);
  }
  cJSON_Delete(doc);
  print_message("file locations: %d of %d, and %d of Windows\n", passed, ours, total - ours);
  assert_int_equal(total, 9);
  assert_int_equal(ours, 4);
  assert_int_equal(passed, ours);
}

/* ---- settings -------------------------------------------------------------------------------- */

struct world {
  char dir[64], home[80], config[128], credentials[128];
  const char *env[16][2];
  size_t nenv;
};

static const char *fake_env(void *arg, const char *name) {
  const struct world *w = arg;
  for (size_t i = w->nenv; i > 0; i--)
    if (strcmp(w->env[i - 1][0], name) == 0)
      return w->env[i - 1][1];
  return NULL;
}

static void set(struct world *w, const char *name, const char *value) {
  assert_true(w->nenv < COUNT(w->env));
  w->env[w->nenv][0] = name;
  w->env[w->nenv++][1] = value;
}

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static const char config_text[] = "[default]\n"
                                  "region = eu-north-1\n"
                                  "[profile dev]\n"
                                  "region = eu-central-1\n"
                                  "services = local\n"
                                  "endpoint_url = https://all.example.org\n"
                                  "aws_access_key_id = AKIDCONFIG\n"
                                  "aws_secret_access_key = config-secret\n"
                                  "[profile half]\n"
                                  "aws_access_key_id = AKIDHALF\n"
                                  "[profile evil]\n"
                                  "region = x.evil.com/#\n"
                                  "[profile fips]\n"
                                  "use_fips_endpoint = true\n"
                                  "[profile net]\n"
                                  "ca_bundle = /profile.pem\n"
                                  "retry_mode = legacy\n"
                                  "max_attempts = 7\n"
                                  "[services local]\n"
                                  "ecs =\n"
                                  "  region = here\n"
                                  "  endpoint_url = http://localhost:4566\n";
static const char credentials_text[] = "[ops]\n"
                                       "aws_access_key_id = AKIDOPS\n"
                                       "aws_secret_access_key = ops-secret\n"
                                       "aws_session_token = ops-token\n";

static int set_up(void **state) {
  static struct world w;
  memset(&w, 0, sizeof w);
  strcpy(w.dir, "/tmp/cawsole-test-XXXXXX");
  if (!mkdtemp(w.dir))
    return -1;
  snprintf(w.config, sizeof w.config, "%s/config", w.dir);
  snprintf(w.credentials, sizeof w.credentials, "%s/credentials", w.dir);
  write_file(w.config, config_text);
  write_file(w.credentials, credentials_text);
  set(&w, "HOME", w.dir);
  set(&w, "AWS_CONFIG_FILE", "~/config");
  set(&w, "AWS_SHARED_CREDENTIALS_FILE", w.credentials);
  *state = &w;
  return 0;
}

static int tear_down(void **state) {
  struct world *w = *state;
  unlink(w->config);
  unlink(w->credentials);
  return rmdir(w->dir);
}

static struct aws_settings *load(struct world *w, const char *profile, struct aws_error *err) {
  struct aws_settings_input in = {.getenv = fake_env, .getenv_arg = w, .profile = profile};
  return aws_settings_load(&in, err);
}

static void expect(struct world *w, const char *option, const char *profile, const char *region) {
  struct aws_error err = {0};
  struct aws_settings *s = load(w, option, &err);
  assert_non_null(s);
  assert_string_equal(aws_settings_profile(s), profile);
  if (region)
    assert_string_equal(aws_settings_region(s), region);
  else
    assert_null(aws_settings_region(s));
  aws_settings_free(s);
}

static void test_profile_and_region(void **state) {
  struct world *w = *state;
  expect(w, NULL, "default", "eu-north-1");
  set(w, "AWS_DEFAULT_PROFILE", "ops");
  expect(w, NULL, "ops", NULL);
  set(w, "AWS_PROFILE", "dev");
  expect(w, NULL, "dev", "eu-central-1");
  set(w, "AWS_DEFAULT_REGION", "us-west-1");
  expect(w, NULL, "dev", "us-west-1");
  set(w, "AWS_REGION", "us-west-2");
  expect(w, "ops", "ops", "us-west-2");
  set(w, "AWS_REGION", ""); /* empty counts as unset */
  expect(w, "ops", "ops", "us-west-1");
}

/* Variables and home directories in the places of the files, as Python's expandvars and expanduser
 * read them. */
static void test_places(void **state) {
  struct world *w = *state;
  static const struct {
    const char *said, *want;
  } rows[] = {
      {"/a/b", "/a/b"},
      {"$HOME/b", "/home/ann/b"},
      {"${HOME}/b", "/home/ann/b"},
      {"${HOME/b", "${HOME/b"},
      {"/a/$WHERE.d/${WHERE}x", "/a/here.d/herex"},
      {"/a/$NONE/${NONE}/b", "/a/$NONE/${NONE}/b"},
      {"/a/$EMPTY/b", "/a//b"},
      {"/a/$NESTED", "/a/$WHERE"},
      {"/a$/${}b$", "/a$/${}b$"},
      {"$TILDE/b", "/home/ann/b"},
      {"~", "/home/ann"},
      {"~/b", "/home/ann/b"},
      {"~root/no-such-file", NULL}, /* wherever that is */
      {"~no-such-user/b", "~no-such-user/b"},
      {"/a/~/b", "/a/~/b"},
  };
  const struct passwd *root = getpwnam("root");
  assert_non_null(root);
  set(w, "HOME", "/home/ann");
  set(w, "WHERE", "here");
  set(w, "NESTED", "$WHERE");
  set(w, "EMPTY", "");
  set(w, "TILDE", "~");
  set(w, "AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_error err = {0};
    size_t nenv = w->nenv;
    set(w, "AWS_CONFIG_FILE", rows[i].said);
    struct aws_settings *s = load(w, NULL, &err);
    assert_non_null(s);
    const char *got = aws_settings_config_path(s);
    if (rows[i].want)
      assert_string_equal(got, rows[i].want);
    else
      assert_memory_equal(got, root->pw_dir, strlen(root->pw_dir));
    aws_settings_free(s);
    w->nenv = nenv;
  }
}

static void expect_variants(struct world *w, const char *profile, bool fips, bool dualstack,
                            const char *region) {
  struct aws_error err = {0};
  struct aws_settings *s = load(w, profile, &err);
  assert_non_null(s);
  assert_int_equal(aws_settings_fips(s), fips);
  assert_int_equal(aws_settings_dualstack(s), dualstack);
  assert_string_equal(aws_settings_region(s), region);
  aws_settings_free(s);
}

static void test_variants(void **state) {
  struct world *w = *state;
  set(w, "AWS_REGION", "eu-west-1");
  expect_variants(w, "dev", false, false, "eu-west-1");
  expect_variants(w, "fips", true, false, "eu-west-1");
  set(w, "AWS_USE_FIPS_ENDPOINT", "false"); /* a variable beats the profile */
  expect_variants(w, "fips", false, false, "eu-west-1");
  set(w, "AWS_USE_DUALSTACK_ENDPOINT", "TRUE");
  expect_variants(w, "dev", false, true, "eu-west-1");
  set(w, "AWS_REGION", "fips-us-east-1");
  expect_variants(w, "dev", true, true, "us-east-1");
  set(w, "AWS_REGION", "us-west-2-fips");
  expect_variants(w, "dev", true, true, "us-west-2");
  set(w, "AWS_REGION", "aws-cn-global");
  expect_variants(w, "dev", false, true, "cn-northwest-1");
}

/* A region's name that says FIPS says so when the files are read again, whoever said it. */
static void test_variants_reload(void **state) {
  struct world *w = *state;
  static const struct {
    const char *option, *variable, *profile, *region;
    bool fips;
  } rows[] = {
      {NULL, "fips-us-east-1", "dev", "us-east-1", true},
      {"us-west-2-fips", NULL, "dev", "us-west-2", true},
      {"us-west-2", NULL, "fips", "us-west-2", true},
      {NULL, "us-west-2", "dev", "us-west-2", false},
      {NULL, "aws-global", "dev", "us-east-1", false},
      {NULL, NULL, "dev", "eu-central-1", false},
      {NULL, NULL, "ops", NULL, false},
  };
  size_t nenv = w->nenv;
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_error err = {0};
    w->nenv = nenv;
    if (rows[i].variable)
      set(w, "AWS_REGION", rows[i].variable);
    struct aws_settings_input in = {
        .getenv = fake_env, .getenv_arg = w, .profile = rows[i].profile, .region = rows[i].option};
    struct aws_settings *s = aws_settings_load(&in, &err);
    for (int again = 0; again < 3; again++) {
      assert_non_null(s);
      assert_int_equal(aws_settings_fips(s), rows[i].fips);
      if (rows[i].region)
        assert_string_equal(aws_settings_region(s), rows[i].region);
      else
        assert_null(aws_settings_region(s));
      struct aws_settings *next = aws_settings_reload(s, &err);
      aws_settings_free(s);
      s = next;
    }
    aws_settings_free(s);
  }
}

static void expect_error(struct world *w, const char *profile, const char *a, const char *b) {
  struct aws_error err = {0};
  assert_null(load(w, profile, &err));
  assert_int_equal(err.code, AWS_E_CONFIG);
  if (!strstr(err.text, a) || !strstr(err.text, b))
    print_message("%s\n", err.text);
  assert_non_null(strstr(err.text, a));
  assert_non_null(strstr(err.text, b));
}

static void test_bad_settings(void **state) {
  struct world *w = *state;
  expect_error(w, "nope", "--profile", "default, dev, evil, fips, half, net, ops");
  expect_error(w, "evil", "x.evil.com", "not the name of a region");
  set(w, "AWS_PROFILE", "gone");
  expect_error(w, NULL, "AWS_PROFILE", w->credentials);
  write_file(w->credentials, "[ops]\nx\n");
  expect_error(w, "dev", w->credentials, "line 2");
  set(w, "AWS_SHARED_CREDENTIALS_FILE", w->dir);
  expect_error(w, "dev", w->dir, "cannot be read");
}

/* As `aws configure --profile "my team"` leaves the files, and with the name in one of them. */
static void test_spaced_names(void **state) {
  struct world *w = *state;
  struct aws_error err = {0};
  write_file(w->config, "[profile 'my team']\nregion = eu-west-1\nservices = my svc\n"
                        "[services 'my svc']\necs =\n  endpoint_url = http://localhost:4566\n");
  write_file(w->credentials, "[my team]\naws_access_key_id = AKIDTEAM\n"
                             "[other team]\nregion = eu-west-3\n[a=b]\n");
  struct aws_settings *s = load(w, "my team", &err);
  const struct aws_str *names;
  assert_non_null(s);
  assert_string_equal(aws_settings_region(s), "eu-west-1");
  assert_string_equal(aws_settings_get(s, "aws_access_key_id").p, "AKIDTEAM");
  assert_string_equal(aws_settings_endpoint(s, "ecs"), "http://localhost:4566");
  assert_int_equal(aws_settings_profiles(s, &names), 2);
  assert_string_equal(names[0].p, "a=b");
  assert_string_equal(names[1].p, "my team");
  aws_settings_free(s);
  expect(w, "other team", "other team", "eu-west-3");
  expect_error(w, "third team", "third team", "there is: a=b, my team");
}

static void test_no_files(void **state) {
  struct world *w = *state;
  w->nenv = 0; /* as the demo runs: no variable at all, so no home either */
  expect(w, NULL, "default", NULL);
}

static void expect_endpoint(struct world *w, const char *profile, const char *service,
                            const char *want) {
  struct aws_error err = {0};
  struct aws_settings *s = load(w, profile, &err);
  assert_non_null(s);
  for (int i = 0; i < 2; i++) {
    const char *got = aws_settings_endpoint(s, service);
    if (want)
      assert_string_equal(got, want);
    else
      assert_null(got);
  }
  aws_settings_free(s);
}

static void test_endpoints(void **state) {
  struct world *w = *state;
  expect_endpoint(w, NULL, "ecs", NULL);
  expect_endpoint(w, "dev", "ECS", "http://localhost:4566");
  expect_endpoint(w, "dev", "rds", "https://all.example.org");
  set(w, "AWS_ENDPOINT_URL", "http://127.0.0.1:5000");
  expect_endpoint(w, "dev", "ecs", "http://127.0.0.1:5000");
  set(w, "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://127.0.0.1:6000");
  expect_endpoint(w, "dev", "elastic_load_balancing_v2", "http://127.0.0.1:6000");
  set(w, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
  expect_endpoint(w, "dev", "ecs", NULL);
  struct aws_settings_input in = {
      .getenv = fake_env, .getenv_arg = w, .endpoint = "http://127.0.0.1:7000"};
  struct aws_error err = {0};
  struct aws_settings *s = aws_settings_load(&in, &err);
  assert_string_equal(aws_settings_endpoint(s, "ecs"), "http://127.0.0.1:7000");
  aws_settings_free(s);
}

/* Requests meant for somewhere else must not go to AWS. */
static void test_services_missing(void **state) {
  struct world *w = *state;
  write_file(w->config, "[profile lost]\nservices = gone\n"
                        "[profile void]\nservices = nothing\n[services nothing]\n"
                        "[profile off]\nservices = gone\nignore_configured_endpoint_urls = true\n");
  expect_error(w, "lost", "profile lost has services = gone", "no [services gone]");
  expect_error(w, "void", "profile void has services = nothing", "nothing in [services nothing]");
  expect_endpoint(w, "off", "ecs", NULL);
  struct aws_settings_input in = {
      .getenv = fake_env, .getenv_arg = w, .profile = "lost", .endpoint = "http://127.0.0.1:1"};
  struct aws_error err = {0};
  struct aws_settings *s = aws_settings_load(&in, &err);
  assert_non_null(s);
  aws_settings_free(s);
  set(w, "AWS_ENDPOINT_URL_ECS", "http://127.0.0.1:2"); /* for one of them */
  expect_error(w, "lost", "services = gone", w->config);
  set(w, "AWS_ENDPOINT_URL", "http://127.0.0.1:3"); /* for all */
  expect_endpoint(w, "lost", "rds", "http://127.0.0.1:3");
}

static void expect_ca(struct world *w, const char *profile, const char *want, const char *by) {
  struct aws_error err = {0};
  struct aws_settings *s = load(w, profile, &err);
  assert_non_null(s);
  if (want) {
    assert_string_equal(aws_settings_ca_file(s), want);
    assert_string_equal(aws_settings_ca_by(s), by);
  } else {
    assert_null(aws_settings_ca_file(s));
    assert_null(aws_settings_ca_by(s));
  }
  aws_settings_free(s);
}

static void test_ca_file(void **state) {
  struct world *w = *state;
  expect_ca(w, "dev", NULL, NULL);
  set(w, "REQUESTS_CA_BUNDLE", "/requests.pem");
  expect_ca(w, "dev", "/requests.pem", "REQUESTS_CA_BUNDLE");
  expect_ca(w, "net", "/profile.pem", "ca_bundle");
  set(w, "AWS_CA_BUNDLE", "/a/bundle.pem");
  expect_ca(w, "net", "/a/bundle.pem", "AWS_CA_BUNDLE");
}

static void expect_retry(struct world *w, const char *profile, enum aws_retry_mode mode, int most) {
  struct aws_error err = {0};
  struct aws_settings *s = load(w, profile, &err);
  assert_non_null(s);
  assert_int_equal(aws_settings_retry(s).mode, mode);
  assert_int_equal(aws_settings_retry(s).max_attempts, most);
  aws_settings_free(s);
}

static void test_retry_settings(void **state) {
  struct world *w = *state;
  expect_retry(w, "dev", AWS_RETRY_STANDARD, 3);
  expect_retry(w, "net", AWS_RETRY_LEGACY, 7);
  set(w, "AWS_MAX_ATTEMPTS", "1");
  expect_retry(w, "net", AWS_RETRY_LEGACY, 1);
  set(w, "AWS_RETRY_MODE", "adaptive");
  expect_retry(w, "net", AWS_RETRY_STANDARD, 1);
  set(w, "AWS_MAX_ATTEMPTS", "");
  set(w, "AWS_RETRY_MODE", "legacy");
  expect_retry(w, "dev", AWS_RETRY_LEGACY, 5);
  set(w, "AWS_MAX_ATTEMPTS", "50");
  expect_retry(w, "dev", AWS_RETRY_LEGACY, 50);
  set(w, "AWS_MAX_ATTEMPTS", "100"); /* the AWS CLI takes it: as many as we do */
  expect_retry(w, "dev", AWS_RETRY_LEGACY, 50);
  set(w, "AWS_MAX_ATTEMPTS", "9223372036854775807");
  expect_retry(w, "dev", AWS_RETRY_LEGACY, 50);
  set(w, "AWS_MAX_ATTEMPTS", "many");
  expect_error(w, "dev", "AWS_MAX_ATTEMPTS is \"many\"", "from 1 to");
  set(w, "AWS_MAX_ATTEMPTS", "0");
  expect_error(w, "dev", "AWS_MAX_ATTEMPTS is \"0\"", "from 1 to");
  set(w, "AWS_RETRY_MODE", "never");
  expect_error(w, "dev", "AWS_RETRY_MODE is \"never\"", "standard, adaptive or legacy");
}

/* ---- credentials ----------------------------------------------------------------------------- */

struct found {
  bool done, ok;
  char id[160], secret[64], token[64], provider[32];
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
  f->expires = c->expires;
}

static struct found find(struct world *w, const char *profile) {
  struct aws_error err = {0};
  struct found f = {0};
  struct aws_settings *s = load(w, profile, &err);
  struct aws_io *io = aws_io_new(NULL, NULL, &err);
  assert_non_null(s);
  assert_non_null(io);
  struct aws_creds_search *gone = aws_creds_find(io, s, NULL, on_creds, &f);
  aws_creds_cancel(gone);
  assert_non_null(aws_creds_find(io, s, NULL, on_creds, &f));
  assert_false(f.done);
  assert_true(test_run(io, NULL, &f.done, 1000));
  aws_io_free(io);
  aws_settings_free(s);
  return f;
}

static void test_credentials(void **state) {
  struct world *w = *state;
  struct found f = find(w, "ops");
  assert_string_equal(f.provider, "shared-credentials-file");
  assert_string_equal(f.id, "AKIDOPS");
  assert_string_equal(f.secret, "ops-secret");
  assert_string_equal(f.token, "ops-token");

  set(w, "AWS_ACCESS_KEY_ID", "AKIDENV");
  set(w, "AWS_SECRET_ACCESS_KEY", "env-secret");
  f = find(w, "dev"); /* a profile on the command line beats keys in the environment */
  assert_string_equal(f.provider, "config-file");
  assert_string_equal(f.id, "AKIDCONFIG");
  assert_string_equal(f.token, "-");

  set(w, "AWS_PROFILE", "dev"); /* one in a variable does not */
  set(w, "AWS_CREDENTIAL_EXPIRATION", "2026-01-15T12:00:00Z");
  f = find(w, NULL);
  assert_string_equal(f.provider, "environment");
  assert_string_equal(f.secret, "env-secret");
  assert_int_equal(f.expires, INT64_C(1768478400000));
}

/* Which of two variables or properties counts, as in botocore. */
static void test_precedence(void **state) {
  struct world *w = *state;
  static const struct {
    const char *env[4][2], *properties; /* of [default] in the credentials file, with keys */
    const char *provider, *token;
  } rows[] = {
      {{{"AWS_SECRET_ACCESS_KEY", "alone"}}, "", "shared-credentials-file", "-"},
      {{{"AWS_SECRET_ACCESS_KEY", "alone"}, {"AWS_ACCESS_KEY_ID", " "}},
       "",
       "shared-credentials-file",
       "-"},
      {{{"AWS_ACCESS_KEY_ID", "a"},
        {"AWS_SECRET_ACCESS_KEY", "b"},
        {"AWS_SESSION_TOKEN", "new"},
        {"AWS_SECURITY_TOKEN", "old"}},
       "",
       "environment",
       "old"},
      {{{"AWS_ACCESS_KEY_ID", "a"},
        {"AWS_SECRET_ACCESS_KEY", "b"},
        {"AWS_SESSION_TOKEN", "new"},
        {"AWS_SECURITY_TOKEN", ""}},
       "",
       "environment",
       "new"},
      {{{"AWS_SESSION_TOKEN", "stray"}}, "", "shared-credentials-file", "-"},
      {{{NULL}},
       "aws_session_token = new\naws_security_token = old\n",
       "shared-credentials-file",
       "old"},
      {{{NULL}}, "aws_session_token = new\n", "shared-credentials-file", "new"},
  };
  size_t nenv = w->nenv;
  for (size_t i = 0; i < COUNT(rows); i++) {
    char text[256];
    w->nenv = nenv;
    for (size_t k = 0; k < 4 && rows[i].env[k][0]; k++)
      set(w, rows[i].env[k][0], rows[i].env[k][1]);
    snprintf(text, sizeof text,
             "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s\n%s",
             rows[i].properties);
    write_file(w->credentials, text);
    struct found f = find(w, NULL);
    if (!f.ok)
      print_message("row %zu: %s\n", i, f.err.text);
    assert_true(f.ok);
    assert_string_equal(f.provider, rows[i].provider);
    assert_string_equal(f.token, rows[i].token);
  }
}

static void test_no_credentials(void **state) {
  struct world *w = *state;
  struct found f = find(w, NULL);
  assert_false(f.ok);
  assert_int_equal(f.err.code, AWS_E_CREDENTIALS);
  assert_non_null(strstr(f.err.text, "AWS_ACCESS_KEY_ID"));
  assert_non_null(strstr(f.err.text, w->credentials));
  assert_non_null(strstr(f.err.text, w->config));
  assert_non_null(strstr(f.err.text, "--profile"));

  f = find(w, "half"); /* half a key ends the search */
  assert_false(f.ok);
  assert_non_null(strstr(f.err.text, "[profile half]"));
  assert_non_null(strstr(f.err.text, "not aws_secret_access_key"));
  set(w, "AWS_ACCESS_KEY_ID", "AKIDENV");
  f = find(w, NULL);
  assert_false(f.ok);
  assert_non_null(strstr(f.err.text, "AWS_SECRET_ACCESS_KEY is not"));
}

static void test_region_fits(void **state) {
  static const char *const good[] = {"us-east-1",      "eu-west-1",      "ap-southeast-7",
                                     "cn-northwest-1", "us-gov-west-1",  "us-iso-east-1",
                                     "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1",
                                     "eusc-de-east-1", "mx-central-1",   "il-central-1"};
  static const char *const bad[] = {"",           "eu-wst-1",   "eu-west",    "eu-west-",
                                    "euw-west-1", "eu-west-1a", "us-east--1", "east-1",
                                    "eu-west-0",  "eu_west_1",  "local"};
  (void)state;
  for (size_t i = 0; i < COUNT(good); i++)
    if (!aws_region_fits(good[i]))
      fail_msg("%s", good[i]);
  for (size_t i = 0; i < COUNT(bad); i++)
    if (aws_region_fits(bad[i]))
      fail_msg("%s", bad[i]);
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_region_fits),
      cmocka_unit_test(test_ini_cases),
      cmocka_unit_test(test_ini_own),
      cmocka_unit_test(test_ini_names),
      cmocka_unit_test(test_ini_commands),
      cmocka_unit_test(test_locations),
      WITH(test_profile_and_region),
      WITH(test_places),
      WITH(test_variants),
      WITH(test_variants_reload),
      WITH(test_bad_settings),
      WITH(test_spaced_names),
      WITH(test_no_files),
      WITH(test_endpoints),
      WITH(test_services_missing),
      WITH(test_ca_file),
      WITH(test_retry_settings),
      WITH(test_credentials),
      WITH(test_precedence),
      WITH(test_no_credentials),
  };
  return cmocka_run_group_tests_name("aws/auth settings", tests, NULL, NULL);
}
