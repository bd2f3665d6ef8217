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
#include <unistd.h>

#include <cmocka.h>

#define DISTRIBUTION "E1A2B3C4D5E6F7"
/* So long after its end, what was sent is counted: nothing goes out late. */
#define AGAIN_MS 3000
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

enum { NOT_DONE, DONE, EITHER };
static const struct weather {
  const char *spec;
  int done;      /* what AWS was asked to do, by the end */
  unsigned most; /* requests that may reach AWS: two, where the first was refused before anything
                    was done */
  bool wide;     /* it befalls connections or the clock, which are every call's */
} weathers[] = {
    {"refused,for=6", NOT_DONE, 1, true},
    {"tls-expired,for=6", NOT_DONE, 1, true},
    {"latency,ms=3000", DONE, 1, false},
    {"latency,ms=20000", DONE, 1, false},
    {"reset-before", NOT_DONE, 1, false},
    {"reply-lost", DONE, 1, false},
    {"reset-within", DONE, 1, false},
    {"reset-after", DONE, 1, false},
    {"drip,rate=400", DONE, 1, false},
    {"truncated", DONE, 1, false},
    {"over-long", DONE, 1, false},
    {"endless,bytes=40000000", DONE, 1, false},
    {"html", NOT_DONE, 1, false},
    {"html,status=200", NOT_DONE, 1, false},
    {"garbage", DONE, 1, false},
    {"deep", DONE, 1, false},
    {"gzip-bomb,megabytes=512", DONE, 1, false},
    {"hostile-text", DONE, 1, false},
    {"huge-text", DONE, 1, false},
    {"invalid-utf8", DONE, 1, false},
    {"control-text", DONE, 1, false},
    {"missing", DONE, 1, false},
    {"nulls", DONE, 1, false},
    {"wrong-types", DONE, 1, false},
    {"out-of-range", DONE, 1, false},
    {"redirect", NOT_DONE, 1, false},
    {"throttled", DONE, 2, false},
    {"throttled,status=429", DONE, 2, false},
    {"throttled,status=503", EITHER, 2, false},
    {"retry-after,seconds=2", EITHER, 2, false},
    {"server-error", NOT_DONE, 1, false},
    {"access-denied", NOT_DONE, 1, false},
    {"expired-token", NOT_DONE, 2, false},
    {"clock", DONE, 2, true},
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

/* What the simulator counted, whatever fault was played. */
struct tally {
  unsigned asked, done;
  int invalidations;
};

static bool take(struct tally *t) {
  t->invalidations = what->by_reference ? control_invalidations(DISTRIBUTION) : 0;
  return control_calls(what->operation, &t->asked, &t->done) && t->invalidations >= 0;
}

/* How often AWS did what it was asked to. An invalidation's outcome is looked up by sending it
 * again, which makes no second one: AWS knows it by its CallerReference, and a request with another
 * one would have made another. */
static int times_done(const struct tally *before, const struct tally *after) {
  return what->by_reference ? after->invalidations - before->invalidations
                            : (int)(after->done - before->done);
}

/* What is said of it is so. "unknown" is, where it was not done and there is no token to look it up
 * by. */
static const char *judge(const char *word, const struct weather *w, const struct tally *before,
                         const struct tally *after) {
  const int done = times_done(before, after);
  if (done > 1)
    return "done again";
  if (!what->by_reference && after->asked - before->asked > w->most)
    return "sent again";
  if (w->done != EITHER && !what->by_reference && done != (w->done == DONE))
    return done ? "done, and should not be" : "not done";
  if (!strcmp(word, "unknown"))
    return done || what->by_reference ? "the outcome is not true" : NULL;
  return (strcmp(word, "done") == 0) == (done == 1) ? NULL : "the outcome is not true";
}

static const char *act(const struct weather *w) {
  char spec[128];
  unsigned met, calls;
  struct tally before, after;
  const char *why = plan();
  if (why)
    return why;
  snprintf(spec, sizeof spec, w->wide ? "%s" : "%s,on=%s,times=1", w->spec, what->operation);
  if (!take(&before) || !control_fault(spec))
    return "the simulator does not take it";
  screen_keys_ahead(s, "y");
  bool ended = shown("Enter closes", 45000);
  const char *word = ended ? outcome() : NULL;
  screen_watch(s, AGAIN_MS);
  if (!control_faults_end(&met, &calls) || (!met && !w->wide))
    return "no call met it";
  if (!word)
    return "no outcome";
  if (!journalled(word))
    return "the journal does not say so";
  return take(&after) ? judge(word, w, &before, &after) : "the simulator does not tell";
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
  char bundle[64], trust[96];
  snprintf(bundle, sizeof bundle, "/tmp/cawsole-test-%ld.pem", (long)getpid());
  snprintf(trust, sizeof trust, "AWS_CA_BUNDLE=%s", bundle);
  for (size_t i = 0; i < WEATHERS; i++) {
    bool wanted = !*names;
    for (const char *const *n = names; *n; n++)
      wanted |= !strcmp(*n, weathers[i].spec);
    if (!wanted)
      continue;
    s = console_start(&(struct console_setup){.rows = 60,
                                              .cols = 200,
                                              .sim = {"--speed", "20", "--tls", "--ca-out", bundle},
                                              .env = {trust},
                                              .config = CONFIG});
    console_ready(s);
    screen_expect(s, "▸ api");
    play(&weathers[i]);
    control_end();
    console_end(state);
  }
  unlink(bundle);
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
