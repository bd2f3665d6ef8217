/* Bad weather for names: there is none of the kind, or nobody answers.
 *
 *   weather-names names [FAULT...]
 *
 * prints lines as weather does. Connections that stand and names that are known are of use for a
 * minute still: connections are refused until that is over.
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
  SAID_MS = 90000, /* a name is known for a minute, then there is the next try */
  ASK_MS = 10000,
  KEY_MS = 500,  /* the longest that a key may wait for its picture */
  END_MS = 2000, /* and the end of it all for a look-up */
  WELL_MS = 25000
};

static const struct weather {
  const char *spec, *how, *says;
} weathers[] = {
    {"name-not-found", "none", "name has no address"},
    {"resolver-silent", "silent", "did not answer in time.*[Rr]esolv"},
};
#define WEATHERS (sizeof weathers / sizeof weathers[0])

static struct screen *s;
static char file[64];
static bool failed;

static void names_are(const char *how) {
  char path[80];
  snprintf(path, sizeof path, "%s.new", file);
  FILE *f = fopen(path, "w");
  if (!f || fputs(how, f) < 0 || fclose(f) != 0 || rename(path, file) != 0)
    fail_msg("%s cannot be written", path);
}

static bool shown(const char *regex, int ms) {
  for (; screen_row(s, regex) < 0; ms -= 50) {
    if (ms <= 0)
      return false;
    screen_watch(s, 50);
  }
  return true;
}

static bool gone(const char *regex, int ms) {
  for (; screen_row(s, regex) >= 0; ms -= 50) {
    if (ms <= 0)
      return false;
    screen_watch(s, 50);
  }
  return true;
}

static void start(void) {
  char url[96], names[96];
  const char *colon = strrchr(console_simulator(NULL), ':');
  snprintf(url, sizeof url, "http://aws.test%s", colon);
  snprintf(names, sizeof names, "CAWSOLE_TEST_NAMES=%s", file);
  names_are("well");
  s = console_start(&(struct console_setup){
      .rows = 60,
      .cols = 200,
      .plain = true,
      .program = "cawsole-names",
      .args = {"--endpoint-url", url, "--region", "eu-west-1"},
      .env = {names, "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing"},
      .config = "stacks = ( { name = \"shop\"; } );\n"});
  console_ready(s);
  screen_expect(s, "web .*4/4");
}

static const char *during(const struct weather *w) {
  unsigned met, calls;
  screen_keys_ahead(s, "3"); /* the pane that has the keys tells all of it */
  for (int ms = 0; !shown(w->says, ASK_MS); ms += ASK_MS) {
    control_faults_count(&met, &calls); /* or the simulator hangs up, and takes no new connection */
    if (ms >= SAID_MS)
      return "the pane does not say so";
  }
  if (!shown("web .*4/4", 0))
    return "the last good rows are gone";
  screen_keys_ahead(s, "?");
  if (!shown("Help: keys that", KEY_MS))
    return "a key waits";
  screen_keys_ahead(s, "<Esc>");
  return gone("Help: keys that", END_MS) ? NULL : "a key waits";
}

static const char *act(const struct weather *w, char **text) {
  unsigned met, calls;
  if (!control_fault("refused"))
    return "the simulator does not take it";
  names_are(w->how);
  const char *why = during(w);
  control_faults_end(&met, &calls);
  names_are("well");
  if (!why && !gone("next try|trying again|no connection", WELL_MS))
    why = "not well again";
  *text = screen_text(s);
  names_are(w->how);
  screen_keys_ahead(s, "q");
  for (int ms = 0; ms < END_MS && !screen_ended(s); ms += 50)
    screen_watch(s, 50);
  return why || screen_ended(s) ? why : "it does not end";
}

static void play(const struct weather *w) {
  start();
  char *text = NULL;
  const char *why = act(w, &text);
  printf("%s\t%s\t%s\t\n", w->spec, "names", why ? why : "held");
  fflush(stdout);
  if (why)
    fprintf(stderr, "# %s on names: %s\n%s\n", w->spec, why, text ? text : "");
  free(text);
  failed |= why != NULL;
  control_end();
}

static const char *const *wanted;

static void every_fault(void **state) {
  snprintf(file, sizeof file, "/tmp/cawsole-test-%ld.names", (long)getpid());
  for (size_t i = 0; i < WEATHERS; i++) {
    bool plays = !*wanted;
    for (const char *const *n = wanted; *n; n++)
      plays |= !strcmp(*n, weathers[i].spec);
    if (!plays)
      continue;
    play(&weathers[i]);
    console_end(state);
  }
  unlink(file);
  assert_false(failed);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(every_fault, console_end)};

  if (argc < 2 || strcmp(argv[1], "names") != 0) {
    fprintf(stderr, "usage: weather-names names [FAULT...]\n");
    return 64;
  }
  wanted = (const char *const *)(argv + 2);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
