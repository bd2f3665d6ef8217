/* Bad weather for what gives out keys: the instance's and the container's endpoints, STS and the
 * portal. A profile that needs one of them is switched to while it is down.
 *
 *   weather-keys imds|container|sts|sso [FAULT...]
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
#include <unistd.h>

#include <cmocka.h>

enum {
  SAID_MS = 70000, /* the longest until it is said what is down: three tries of 20 s each */
  KEY_MS = 500,    /* until a key is answered */
  WELL_MS = 10000  /* until the board stands once it is up and was asked for */
};

static const struct source {
  const char *name, *service; /* as the table says it; as the simulator does */
  const char *says;           /* whom the sentence names */
  const char *profile, *role; /* that needs it; who one is then */
} sources[] = {
    {"imds", "imds", "169\\.254|instance|IMDS|metadata", "node", "Node"},
    {"container", "container", "container", "task", "Task"},
    {"sts", "sts", "sts AssumeRole|STS", "deploy", "Deploy"},
    {"sso", "sso-oidc", "log ?in|Log in|oidc|OIDC", "portal", "Portal"},
};
#define SOURCES (sizeof sources / sizeof sources[0])

static const char *const weathers[] = {
    "latency,ms=20000", "reset-before", "reply-lost",   "truncated",     "html",
    "html,status=200",  "garbage",      "server-error", "access-denied", "throttled",
};
#define WEATHERS (sizeof weathers / sizeof weathers[0])

static const char config[] = "[profile good]\nregion = eu-west-1\n"
                             "[profile node]\ncredential_source = Ec2InstanceMetadata\n"
                             "role_arn = arn:aws:iam::123456789012:role/Node\n"
                             "[profile task]\ncredential_source = EcsContainer\n"
                             "role_arn = arn:aws:iam::123456789012:role/Task\n"
                             "[profile deploy]\nsource_profile = good\n"
                             "role_arn = arn:aws:iam::123456789012:role/Deploy\n"
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
static char files[2][128]; /* NAME=path */

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

static const char *act(const char *spec) {
  char fault[128], keys[64];
  unsigned met, calls;
  snprintf(fault, sizeof fault, "%s,on=%s", spec, source->service);
  if (!control_fault(fault))
    return "the simulator does not take it";
  snprintf(keys, sizeof keys, ":profile %s<Enter>", source->profile);
  screen_keys(s, keys);
  const char *why = during();
  if (!control_faults_end(&met, &calls) || !met)
    return "no call met it";
  return why ? why : after();
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
  char metadata[128], container[128];
  const char *url = console_simulator((const char *const[]){"--speed", "1", NULL});
  snprintf(metadata, sizeof metadata, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", url);
  snprintf(container, sizeof container, "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/v2/credentials/one",
           url);
  s = console_start(&(struct console_setup){
      .rows = 60,
      .cols = 200,
      .plain = true,
      .args = {"--endpoint-url", url, "--region", "eu-west-1", "--profile", "good"},
      .env = {file(0, "AWS_CONFIG_FILE", config),
              file(1, "AWS_SHARED_CREDENTIALS_FILE", credentials), metadata, container,
              "AWS_EC2_METADATA_DISABLED=false"},
      .config = "stacks = ( { name = \"shop\"; } );\n"});
  console_ready(s);
  screen_expect(s, "web .*4/4");
}

static void play(const char *spec) {
  start();
  const char *why = act(spec);
  char *text = screen_text(s);
  printf("%s\t%s\t%s\t\n", spec, source->name, why ? why : "held");
  fflush(stdout);
  if (why)
    fprintf(stderr, "# %s on %s: %s\n%s\n", spec, source->name, why, text);
  free(text);
  failed |= why != NULL;
  control_end();
  for (size_t i = 0; i < 2; i++)
    unlink(strchr(files[i], '=') + 1);
}

static void every_fault(void **state) {
  for (size_t i = 0; i < WEATHERS; i++) {
    bool wanted = !*names;
    for (const char *const *n = names; *n; n++)
      wanted |= !strcmp(*n, weathers[i]);
    if (!wanted)
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
    fprintf(stderr, "usage: weather-keys imds|container|sts|sso [FAULT...]\n");
    return 64;
  }
  names = (const char *const *)(argv + 2);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
