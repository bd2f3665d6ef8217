/* Bad weather for writes: what AWS was asked to do is asked once, and what the console says of it
 * is true.
 *
 *   weather-writes scale|redeploy|rollback|invalidate [FAULT...]
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

#include <cmocka.h>

#define DISTRIBUTION "E1A2B3C4D5E6F7"
#define CONFIG                                                                                     \
  "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; environment = \"staging\"; interval = "   \
  "1; "                                                                                            \
  "} );\n"

static const struct write {
  const char *name, *operation, *pane, *key;
  const char *form, *fills; /* what asks, and the keys that answer; or NULL */
  bool by_reference;
} writes[] = {
    {"scale", "ecs:UpdateService", "3", "s", "Desired count", "<C-u>6<Enter>", false},
    {"redeploy", "ecs:UpdateService", "3", "r", NULL, NULL, false},
    {"rollback", "ecs:UpdateService", "3", "b", "Roll back api", "<Enter>", false},
    {"invalidate", "cloudfront:CreateInvalidation", "1", "i", "Paths", "<C-u>/a<Enter><C-s>", true},
};
#define WRITES (sizeof writes / sizeof writes[0])

static const struct weather {
  const char *spec;
  bool done;     /* AWS does what it was asked to */
  unsigned most; /* requests that may go out */
} weathers[] = {
    {"latency,ms=3000", true, 1},
    {"reset-before", false, 1},
    {"reply-lost", true, 1},
    {"reset-within", true, 1},
    {"reset-after", true, 1},
    {"drip,rate=400", true, 1},
    {"truncated", true, 1},
    {"over-long", true, 1},
    {"endless,bytes=40000000", true, 1},
    {"html", false, 1},
    {"html,status=200", false, 1},
    {"garbage", true, 1},
    {"deep", true, 1},
    {"hostile-text", true, 1},
    {"missing", true, 1},
    {"wrong-types", true, 1},
    {"redirect", false, 1},
    {"throttled", false, 1},
    {"server-error", false, 1},
    {"access-denied", false, 1},
    {"expired-token", false, 2},
};
#define WEATHERS (sizeof weathers / sizeof weathers[0])

static const struct write *what;
static struct screen *s;
static const char *const *names;
static bool failed;

static bool shown(const char *regex, int ms) {
  for (; screen_row(s, regex) < 0; ms -= 50) {
    if (ms <= 0)
      return false;
    screen_watch(s, 50);
  }
  return true;
}

/* The word that the dialog ends with, or NULL. */
static const char *outcome(void) {
  static const char *const words[] = {"done", "failed", "unknown", "refused", "cancelled"};
  char regex[32];
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    snprintf(regex, sizeof regex, "│ %s +│", words[i]);
    if (screen_row(s, regex) >= 0)
      return words[i];
  }
  return NULL;
}

/* Up to the confirmation; NULL: it stands there. */
static const char *plan(void) {
  screen_keys_ahead(s, what->pane);
  screen_keys_ahead(s, what->key);
  if (what->form) {
    if (!shown(what->form, 5000))
      return "the form does not come";
    screen_keys_ahead(s, what->fills);
  }
  return shown("y yes", 5000) ? NULL : "the plan does not come";
}

/* The action's last line in the journal says how it ended, as the screen does. */
static bool journalled(const char *word) {
  char *text = console_journal(s), wanted[64], *last = NULL;
  snprintf(wanted, sizeof wanted, "\"event\":\"ended\",\"action\":\"%s\"", what->name);
  for (char *at = text; (at = strstr(at, wanted)); at++)
    last = at;
  snprintf(wanted, sizeof wanted, "\"outcome\":\"%s\"", word);
  bool there = last && strstr(last, wanted);
  free(text);
  return there;
}

/* An invalidation's outcome is looked up by sending it again, which makes no second one: AWS knows
 * it by its CallerReference. */
static bool is_done_once(unsigned calls, const struct weather *w, int before) {
  return what->by_reference ? control_invalidations(DISTRIBUTION) - before <= 1 : calls <= w->most;
}

/* What it says is so. "unknown" is, where there is no token to look it up by. */
static bool is_true(const char *word, const struct weather *w, int before) {
  const bool done = !strcmp(word, "done");
  if (what->by_reference)
    return done == (control_invalidations(DISTRIBUTION) - before == 1);
  return !strcmp(word, "unknown") ? !w->done : done == w->done;
}

static const char *act(const struct weather *w) {
  char spec[128];
  unsigned met, calls;
  const int before = control_invalidations(DISTRIBUTION);
  const char *why = plan();
  if (why)
    return why;
  snprintf(spec, sizeof spec, "%s,on=%s,times=1", w->spec, what->operation);
  if (!control_fault(spec))
    return "the simulator does not take it";
  screen_keys_ahead(s, "y");
  bool ended = shown("Enter closes", 45000);
  const char *word = ended ? outcome() : NULL;
  if (!control_faults_end(&met, &calls) || !met)
    return "no call met it";
  if (!word)
    return "no outcome";
  if (!is_done_once(calls, w, before))
    return "done again";
  if (!journalled(word))
    return "the journal does not say so";
  return is_true(word, w, before) ? NULL : "the outcome is not true";
}

static void play(const struct weather *w) {
  const char *why = act(w), *word = outcome();
  char *text = screen_text(s), held[64];
  snprintf(held, sizeof held, "held: %s", word ? word : "");
  printf("%s\t%s\t%s\t\n", w->spec, what->name, why ? why : held);
  fflush(stdout);
  if (why)
    fprintf(stderr, "# %s on %s: %s\n%s\n", w->spec, what->name, why, text);
  free(text);
  failed |= why != NULL;
}

/* Each in a world of its own: what was done before would change the plan. */
static void every_fault(void **state) {
  for (size_t i = 0; i < WEATHERS; i++) {
    bool wanted = !*names;
    for (const char *const *n = names; *n; n++)
      wanted |= !strcmp(*n, weathers[i].spec);
    if (!wanted)
      continue;
    s = console_start(&(struct console_setup){
        .rows = 60, .cols = 200, .sim = {"--speed", "20", NULL}, .config = CONFIG});
    console_ready(s);
    screen_expect(s, "▸ api");
    play(&weathers[i]);
    control_end();
    console_end(state);
  }
  assert_false(failed);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(every_fault, console_end)};

  for (size_t i = 0; argc > 1 && i < WRITES; i++)
    if (!strcmp(writes[i].name, argv[1]))
      what = &writes[i];
  if (!what) {
    fprintf(stderr, "usage: weather-writes scale|redeploy|rollback|invalidate [FAULT...]\n");
    return 64;
  }
  names = (const char *const *)(argv + 2);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
