/* Bad weather for what gives out keys: the instance's and the container's endpoints, STS (for a
 * role and for a web identity), where one logs in, the portal, and where `aws login` renews. A
 * profile that needs one of them is switched to while it is down; and one whose keys end soon goes
 * on with them while nobody gives out new ones ("renewal").
 *
 *   weather-keys imds|container|sts|web-identity|sso|portal|signin [FAULT...]
 *
 * prints lines as weather does.
 */
#include "config.h"

#include "console.h"
#include "control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
  SAID_MS = 70000,    /* the longest until it is said what is down: three tries of 20 s each */
  KEY_MS = 500,       /* until a key is answered */
  RENEWS_MS = 150000, /* they are renewed a quarter of their life before its end */
  WELL_MS = 10000     /* until the board stands once it is up and was asked for */
};

static const struct source {
  const char *name, *service; /* as the table says it; as the simulator does, with the operation */
  const char *says;           /* whom the sentence names */
  const char *profile, *role; /* that needs it; who one is then */
  bool renews;                /* keys that end soon are renewed while they live */
} sources[] = {
    {"imds", "imds", "169\\.254|instance|IMDS|metadata", "node", "Node", false},
    {"container", "container", "container", "task", "Task", false},
    {"sts", "sts:AssumeRole", "sts AssumeRole|STS", "deploy", "Deploy", true},
    {"web-identity", "sts:AssumeRoleWithWebIdentity", "WebIdentity|web identity", "web", "Web",
     true},
    {"sso", "sso-oidc", "log ?in|Log in|oidc|OIDC", "portal", "Portal", false},
    {"portal", "sso", "GetRoleCredentials|IAM Identity Center", "portal", "Portal", true},
    {"signin", "signin", "login_session|sign-in", "login", "OpsRole", false},
};
#define SOURCES (sizeof sources / sizeof sources[0])

/* "refused" is refused to everybody: connections are not told apart. */
#define REFUSED "refused"
#define RENEWAL "renewal"
static const char *const weathers[] = {
    REFUSED, "latency,ms=20000", "reset-before", "reply-lost",   "reset-within",  "truncated",
    "html",  "html,status=200",  "garbage",      "server-error", "access-denied", "throttled",
    RENEWAL,
};
#define WEATHERS (sizeof weathers / sizeof weathers[0])

#define LOGIN "arn:aws:sts::123456789012:assumed-role/Login/person"
static const char config[] = "[profile good]\nregion = eu-west-1\n"
                             "[profile node]\ncredential_source = Ec2InstanceMetadata\n"
                             "role_arn = arn:aws:iam::123456789012:role/Node\n"
                             "[profile task]\ncredential_source = EcsContainer\n"
                             "role_arn = arn:aws:iam::123456789012:role/Task\n"
                             "[profile deploy]\nsource_profile = good\n"
                             "role_arn = arn:aws:iam::123456789012:role/Deploy\n"
                             "[profile web]\nweb_identity_token_file = %s\n"
                             "role_arn = arn:aws:iam::123456789012:role/Web\n"
                             "[profile login]\nlogin_session = " LOGIN "\n"
                             "[profile portal]\nsso_session = corp\nsso_account_id = 123456789012\n"
                             "sso_role_name = Portal\n"
                             "[sso-session corp]\nsso_region = eu-west-1\n"
                             "sso_start_url = https://corp.example.com/start\n";
static const char credentials[] =
    "[good]\naws_access_key_id = testing\naws_secret_access_key = testing\n";

static const struct source *source;
static const char *const *names;
static struct screen *s;
static bool failed;
static char files[3][128]; /* NAME=path */

/* What logging in leaves, named after the hash of the session's name; the keys have ended. The
 * private key was made for a test and opens nothing. */
static const struct {
  const char *name, *text;
} caches[] = {
    {".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
     "{\"startUrl\":\"https://corp.example.com/start\",\"region\":\"eu-west-1\","
     "\"accessToken\":\"sim-sso-ffffffffffff\",\"expiresAt\":\"2099-01-01T00:00:00Z\"}"},
    {".aws/login/cache/c4b69315ab6315fe9fa18668e4058df0e984458009b9f32a033afa1bede640a3.json",
     "{\"accessToken\":{\"accessKeyId\":\"AKIDOLD\",\"secretAccessKey\":\"old\","
     "\"sessionToken\":\"old\",\"accountId\":\"123456789012\","
     "\"expiresAt\":\"2025-01-01T00:00:00Z\"},\"tokenType\":\"aws_sigv4\","
     "\"clientId\":\"arn:aws:signin:::devtools/same-device\","
     "\"refreshToken\":\"sim-refresh-token\",\"idToken\":\"none\",\"dpopKey\":\""
     "-----BEGIN EC PRIVATE KEY-----\\n"
     "MHcCAQEEIEL3nPu3GlPbHCnc86sJUMif3B23sKhQtxYs24gz3a0VoAoGCCqGSM49\\n"
     "AwEHoUQDQgAEzK8Wx2osvKwVPMzD7X/Mzih740BV3DNiTqlxPUxj2lheE4A+N40S\\n"
     "2HRn7hl93Z/Yo9M1cOz+xCz928pVLvBnvg==\\n"
     "-----END EC PRIVATE KEY-----\\n\"}"},
};

/* The portal's token is there but for the row that is about getting it. */
static void log_in(void) {
  for (size_t i = !strcmp(source->name, "sso"); i < sizeof caches / sizeof caches[0]; i++) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", screen_home(s), caches[i].name);
    for (char *at = path + strlen(screen_home(s)) + 1; (at = strchr(at, '/')); at++) {
      *at = '\0';
      mkdir(path, 0700);
      *at = '/';
    }
    FILE *f = fopen(path, "w");
    if (!f || fputs(caches[i].text, f) < 0 || fclose(f) != 0)
      fail_msg("%s cannot be written", path);
  }
}

static bool shown(const char *regex, int ms) {
  for (; screen_row(s, regex) < 0; ms -= 50) {
    if (ms <= 0)
      return false;
    screen_watch(s, 50);
  }
  return true;
}

static const char *during(void) {
  char says[128]; /* or the answer came all the same, late */
  snprintf(says, sizeof says, "%s|^ *%s .*%s", source->says, source->profile, source->role);
  if (!shown(says, SAID_MS))
    return "it is not said";
  screen_keys_ahead(s, "<Esc>");
  screen_keys_ahead(s, "?");
  if (!shown("Help: keys that", KEY_MS))
    return "a key waits";
  screen_keys_ahead(s, "<Esc>");
  char *foreign = screen_foreign(s);
  free(foreign);
  return foreign ? "a foreign sequence was written" : NULL;
}

static const char *after(void) {
  char title[64];
  snprintf(title, sizeof title, "^ *%s .*%s", source->profile, source->role);
  for (int i = 0; i < 5 && screen_row(s, title) < 0; i++) {
    screen_keys_ahead(s, "<C-r>");
    screen_watch(s, 1000);
  }
  return shown(title, WELL_MS) && shown("web .*4/4", WELL_MS) ? NULL : "not well again";
}

static void switch_over(void) {
  char keys[64];
  snprintf(keys, sizeof keys, ":profile %s<Enter>", source->profile);
  screen_keys(s, keys);
}

static const char *act(const char *spec) {
  const bool wide = !strcmp(spec, REFUSED);
  char fault[128];
  unsigned met, calls;
  snprintf(fault, sizeof fault, wide ? "%s" : "%s,on=%s", spec, source->service);
  if (!control_fault(fault))
    return "the simulator does not take it";
  switch_over();
  const char *why = during();
  if (!control_faults_end(&met, &calls) || (!met && !wide))
    return "no call met it";
  return why ? why : after();
}

/* Keys that end soon and cannot be renewed: the board goes on with them, and the title says so. */
static const char *renewal(void) {
  char fault[128];
  unsigned met, calls;
  snprintf(fault, sizeof fault, "short-lived,seconds=160,on=%s", source->service);
  if (!control_fault(fault))
    return "the simulator does not take it";
  switch_over();
  const char *why = after();
  if (why)
    return why;
  snprintf(fault, sizeof fault, "server-error,on=%s", source->service);
  if (!control_fault(fault))
    return "the simulator does not take it";
  if (!shown("^ .*keys end in [0-9]+[sm]", RENEWS_MS))
    return "it is not said";
  if (screen_row(s, "next try|trying again|no connection") >= 0 || !shown("web .*4/4", 0))
    return "the board does not go on";
  screen_keys_ahead(s, "?");
  if (!shown("Help: keys that", KEY_MS))
    return "a key waits";
  screen_keys_ahead(s, "<Esc>");
  control_faults_end(&met, &calls);
  for (int ms = 0; screen_row(s, "^ .*keys end in") >= 0; ms += 250, screen_watch(s, 250))
    if (ms > RENEWS_MS)
      return "not well again";
  return shown("web .*4/4", WELL_MS) ? NULL : "not well again";
}

/* "NAME=path" of a file of the test's own. */
static const char *file(size_t i, const char *name, const char *text) {
  snprintf(files[i], sizeof files[i], "%s=/tmp/cawsole-test-%ld.%zu", name, (long)getpid(), i);
  FILE *f = fopen(strchr(files[i], '=') + 1, "w");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0)
    fail_msg("%s cannot be written", files[i]);
  return files[i];
}

static void start(void) {
  char metadata[128], container[128], profiles[sizeof config + 128];
  snprintf(profiles, sizeof profiles, config, strchr(file(2, "TOKEN", "example-token"), '=') + 1);
  const char *url = console_simulator((const char *const[]){"--speed", "1", NULL});
  snprintf(metadata, sizeof metadata, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", url);
  snprintf(container, sizeof container, "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/v2/credentials/one",
           url);
  s = console_start(&(struct console_setup){
      .rows = 60,
      .cols = 200,
      .plain = true,
      .args = {"--endpoint-url", url, "--region", "eu-west-1", "--profile", "good"},
      .env = {file(0, "AWS_CONFIG_FILE", profiles),
              file(1, "AWS_SHARED_CREDENTIALS_FILE", credentials), metadata, container,
              "AWS_EC2_METADATA_DISABLED=false"},
      .config = "stacks = ( { name = \"shop\"; } );\n"});
  log_in();
  console_ready(s);
  screen_expect(s, "web .*4/4");
}

static void play(const char *spec) {
  start();
  const char *why = strcmp(spec, RENEWAL) != 0 ? act(spec) : renewal();
  char *text = screen_text(s);
  printf("%s\t%s\t%s\t\n", spec, source->name, why ? why : "held");
  fflush(stdout);
  if (why)
    fprintf(stderr, "# %s on %s: %s\n%s\n", spec, source->name, why, text);
  free(text);
  failed |= why != NULL;
  control_end();
  for (size_t i = 0; i < 3; i++)
    unlink(strchr(files[i], '=') + 1);
}

static void every_fault(void **state) {
  for (size_t i = 0; i < WEATHERS; i++) {
    bool wanted = !*names;
    for (const char *const *n = names; *n; n++)
      wanted |= !strcmp(*n, weathers[i]);
    if (!wanted || (!source->renews && !strcmp(weathers[i], RENEWAL)))
      continue;
    play(weathers[i]);
    console_end(state);
  }
  assert_false(failed);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(every_fault, console_end)};

  for (size_t i = 0; argc > 1 && i < SOURCES; i++)
    if (!strcmp(sources[i].name, argv[1]))
      source = &sources[i];
  if (!source) {
    fprintf(stderr, "usage: weather-keys SOURCE [FAULT...]\n");
    return 64;
  }
  names = (const char *const *)(argv + 2);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
