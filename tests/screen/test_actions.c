/* Every action on the real screen, from its key to its end, and what the journal says of it.
 *
 * The simulator runs faster than the clock, so that a rollout takes seconds. */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct screen *start(const char *environment) {
  static char config[256];
  snprintf(config, sizeof config,
           "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; environment = \"%s\"; "
           "interval = 1; } );\n",
           environment);
  struct screen *s = console_start(
      &(struct console_setup){.sim = {"--speed", "60", "--seed", "7", NULL}, .config = config});
  console_ready(s);
  screen_expect(s, "▸ api");
  return s;
}

/* The journal must hold a line with each of the steps for this action, and no secret. */
static void journal_has(const struct screen *s, const char *action, const char *const *steps) {
  char *text = console_journal(s), wanted[64];
  size_t from = 0;
  for (; *steps; steps++) {
    bool found = false;
    char *at = text + from, *end;
    for (; !found && (end = strchr(at, '\n')); at = end + 1) {
      *end = '\0';
      snprintf(wanted, sizeof wanted, "\"action\":\"%s\"", action);
      found = strstr(at, wanted) != NULL;
      snprintf(wanted, sizeof wanted, "\"%s\"", *steps);
      found = found && strstr(at, wanted) != NULL;
      *end = '\n';
      from = (size_t)(end + 1 - text);
    }
    if (!found) {
      fprintf(stderr, "---- the journal ----\n%s----\n", text);
      screen_fail(s, "the journal lacks a step of the action", *steps);
    }
  }
  free(text);
}

static const char *const to_the_end[] = {"planned", "sent", "ended", NULL};

static void ended_done(struct screen *s) {
  screen_expect(s, "Enter closes");
  if (screen_row(s, "│ done +│") < 0)
    screen_fail(s, "the action ended otherwise than done", NULL);
}

/* ---- scaling --------------------------------------------------------------------------------- */

static void scale_up(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "<C-u>+2<Enter>");
  screen_expect(s, "desired count 4 → 6");
  screen_keys(s, "y");
  ended_done(s);
  screen_expect(s, "Way back: ");
  screen_keys(s, "<Enter>");
  screen_expect(s, "api .*6/6");
  journal_has(s, "scale", to_the_end);
}

static void scale_to_none_wants_the_name(void **state) {
  struct screen *s = start("production");
  (void)state;
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "<C-u>0<Enter>");
  screen_expect(s, "Type api to go on");
  screen_expect(s, "every task is stopped");
  screen_keys(s, "web<Enter>");
  screen_expect(s, "Type api to go on");
  screen_keys(s, "<C-u>api<Enter>");
  ended_done(s);
  journal_has(s, "scale", to_the_end);
}

/* Typing replaces the count that stands there, and a slip of a digit wants the name in any stack.
 */
static void a_typed_count_replaces_the_old_one(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "js");
  screen_expect(s, "Scale web \\(4 running, autoscaling 2-10\\)");
  screen_keys(s, "6<Enter>");
  screen_expect(s, "desired count 4 → 6");
  screen_expect(s, "y yes");
  screen_keys(s, "ns");
  screen_expect(s, "Desired count");
  screen_keys(s, "46<Enter>");
  screen_expect(s, "46 is above its maximum");
  screen_expect(s, "Type web to go on");
}

static void what_was_not_sent_has_no_way_back(void **state) {
  struct screen *s = start("staging");
  (void)state;
  console_simulator_end();
  screen_keys_ahead(s, "r");
  screen_expect(s, "Nothing was sent\\.");
  assert_int_equal(screen_row(s, "Way back"), -1);
}

static void a_count_that_is_none_is_refused(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "<C-u>many<Enter>");
  screen_idle(s);
  screen_expect(s, "Desired count");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "Desired count");
}

/* ---- deploying ------------------------------------------------------------------------------- */

static void redeploy(void **state) {
  struct screen *s = start("production");
  (void)state;
  screen_keys(s, "jr");
  screen_expect(s, "a new deployment of shop-prod-web:41 replaces all 4 tasks");
  screen_keys(s, "web<Enter>");
  ended_done(s);
  screen_keys(s, "<Enter>");
  screen_expect(s, "web .*COMPLETED");
  journal_has(s, "redeploy", to_the_end);
}

static void roll_back(void **state) {
  struct screen *s = start("production");
  (void)state;
  screen_keys(s, "b");
  screen_expect(s, "shop-prod-api:86");
  screen_expect(s, "Roll back api \\(now rev 87\\)");
  screen_expect(s, "api image: ");
  screen_expect(s, "shop-prod-api:86  registered 20[0-9-]+ ");
  screen_expect(s, "Enter choose  Esc leave it");
  screen_keys(s, "<Enter>");
  screen_expect(s, "Type api to go on");
  screen_keys(s, "api<Enter>");
  ended_done(s);
  screen_keys(s, "<Enter>");
  screen_expect(s, "api .*COMPLETED.* 86 ");
  journal_has(s, "rollback", to_the_end);
}

/* ---- several at once ------------------------------------------------------------------------- */

static size_t times(const char *text, const char *what) {
  size_t n = 0;
  while ((text = strstr(text, what))) {
    text += strlen(what);
    n++;
  }
  return n;
}

static void journal_counts(const struct screen *s, const char *what, size_t wanted) {
  char *text = console_journal(s);
  if (times(text, what) != wanted) {
    fprintf(stderr, "---- the journal ----\n%s----\n", text);
    screen_fail(s, "the journal has it another number of times", what);
  }
  free(text);
}

static void marked_services_are_redeployed_together(void **state) {
  struct screen *s = start("production");
  (void)state;
  screen_keys(s, "  r");
  screen_expect(s, "Redeploy service: 2 at once");
  screen_expect(s, "service shop-prod/api");
  screen_expect(s, "service shop-prod/web");
  screen_expect(s, "shop-prod-api:87 replaces all 4 tasks");
  screen_expect(s, "shop-prod-web:41 replaces all 4 tasks");
  screen_expect(s, "Type api web to go on");
  screen_keys(s, "web<Enter>");
  screen_expect(s, "That is not it");
  journal_counts(s, "\"event\":\"sent\"", 0);
  screen_keys(s, "<C-u>api web<Enter>");
  screen_expect(s, "Enter closes");
  screen_expect(s, "● service shop-prod/api: done");
  screen_expect(s, "● service shop-prod/web: done");
  screen_keys(s, "<Enter>");
  screen_expect_gone(s, "marked");
  journal_counts(s, "\"event\":\"planned\"", 2);
  journal_counts(s, "\"event\":\"sent\"", 2);
  journal_counts(s, "\"outcome\":\"done\"", 2);
}

/* One that cannot take the count is left out, and the plan says so. */
static void marked_services_are_scaled_together(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "   s");
  screen_expect(s, "Scale service: 3 at once");
  screen_keys(s, "many<Enter>");
  screen_expect(s, "is not a count");
  screen_keys(s, "<C-u>4<Enter>");
  screen_expect(s, "Scale service: 1 at once");
  screen_expect(s, "not this one: it is 4 already");
  screen_expect(s, "desired count 2 → 4");
  screen_keys(s, "y");
  screen_expect(s, "Enter closes");
  screen_expect(s, "● service shop-prod/worker: done, 4 of 4 tasks run");
  screen_expect(s, "▲ service shop-prod/api: cancelled, it is 4 already");
  journal_counts(s, "\"event\":\"sent\"", 1);
}

static void what_takes_one_says_so_of_several(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "  b");
  screen_expect(s, "Roll service back: 2 rows are marked, it takes 1 at once");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "2 marked");
  screen_keys(s, "b");
  screen_expect(s, "Roll back ");
}

/* ---- invalidating ---------------------------------------------------------------------------- */

static void invalidate(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "1i");
  screen_expect(s, "Paths");
  screen_expect(s, "Invalidate shop.example.com");
  screen_keys(s, "<Enter><C-s>"); /* no path is meant unless it is typed */
  screen_idle(s);
  assert_true(screen_row(s, "Paths") >= 0);
  screen_keys(s, "<C-u>/a*b<Enter><C-s>");
  screen_expect(s, "only at (its|the) end");
  screen_expect(s, "for the character itself *│"); /* the whole sentence */
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "Invalidate shop");
  screen_keys(s, "i");
  screen_expect(s, "Paths");
  screen_keys(s, "/app/*<Enter><C-u>/index.html<Enter><C-s>");
  screen_expect(s, "y .*n |go on");
  screen_keys(s, "y");
  ended_done(s);
  journal_has(s, "invalidate", to_the_end);
}

/* ---- revealing ------------------------------------------------------------------------------- */

static void reveal_and_hide(void **state) {
  static const char *const sent[] = {"arn:aws:sts::123456789012:assumed-role/OpsRole/operator",
                                     NULL};
  struct screen *s = start("production");
  (void)state;
  screen_keys(s, "5zjjjj");
  assert_int_equal(screen_row(s, "hooks.example.com"), -1);
  screen_keys(s, "x");
  screen_expect(s, "https://hooks.example.com/example-hook");
  journal_has(s, "reveal", sent);
  char *journal = console_journal(s);
  assert_null(strstr(journal, "hooks.example.com"));
  free(journal);
  screen_keys(s, "x");
  screen_expect_gone(s, "hooks.example.com");
  screen_keys(s, "x");
  screen_expect(s, "hooks.example.com");
  screen_keys(s, "z3");
  screen_keys(s, "z");
  screen_expect_gone(s, "hooks.example.com");
  screen_keys(s, "z5z");
  screen_expect(s, "slack-hook");
  screen_idle(s);
  assert_int_equal(screen_row(s, "hooks.example.com"), -1); /* masked on leaving */
}

/* ---- what is not done ------------------------------------------------------------------------ */

static void read_only_says_why(void **state) {
  static const char *const keys[] = {"3s", "3r", "3b", "1i"};
  struct screen *s = console_start(
      &(struct console_setup){.sim = {"--speed", "60", NULL}, .args = {"--read-only", NULL}});
  (void)state;
  console_ready(s);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    screen_keys(s, keys[i]);
    screen_expect(s, "(Scale|Redeploy|Roll|Invalidate).*read-only");
  }
  screen_keys(s, "3"); /* nor is it offered */
  screen_expect(s, "^ c copy");
  screen_keys(s, "?");
  screen_expect(s, " s +change how many tasks .*\\(not here: read-only\\)");
  screen_expect(s, " i +make a distribution .*\\(not here: read-only\\)");
  char *journal = console_journal(s);
  assert_null(strstr(journal, "\"sent\""));
  free(journal);
}

static void cancelled_is_not_sent(void **state) {
  static const char *const steps[] = {"planned", "cancelled", NULL};
  struct screen *s = start("production");
  (void)state;
  screen_keys(s, "r");
  screen_expect(s, "Type api to go on");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "Type api");
  journal_has(s, "redeploy", steps);
  char *journal = console_journal(s);
  assert_null(strstr(journal, "\"sent\""));
  free(journal);
}

/* One q too many must not end the watch; asked once, then it does as it is told. */
static void leaving_asks_once_while_something_is_under_way(void **state) {
  static const char *const steps[] = {"sent", "unknown", NULL};
  struct screen *s = console_start(&(struct console_setup){.sim = {"--speed", "1", NULL}});
  (void)state;
  console_ready(s);
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "6<Enter>");
  screen_expect(s, "y yes");
  screen_keys(s, "y");
  screen_expect(s, "[0-9] running, [0-9] starting"); /* it was sent */
  screen_keys_ahead(s, "<Esc>q");
  screen_expect(s, "Leave while this is under way\\?");
  screen_expect(s, "scale service shop-prod/api: ");
  screen_keys_ahead(s, "n");
  screen_expect_gone(s, "Leave while");
  screen_keys_ahead(s, ":q<Enter>");
  screen_expect(s, "Leave while");
  screen_keys_ahead(s, "n");
  screen_expect_gone(s, "Leave while");
  screen_keys_ahead(s, "<C-c>");
  screen_expect(s, "Leave while");
  screen_keys_ahead(s, "n");
  screen_expect_gone(s, "Leave while");
  screen_keys_ahead(s, ":q!<Enter>");
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 0);
  journal_has(s, "scale", steps);
}

/* Another region, profile or stack lets go of what is followed, as leaving does. */
static void switching_asks_once_while_something_is_under_way(void **state) {
  static const char *const steps[] = {"sent", "unknown", NULL};
  struct screen *s = console_start(&(struct console_setup){.sim = {"--speed", "1", NULL}});
  (void)state;
  console_ready(s);
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "6<Enter>");
  screen_expect(s, "y yes");
  screen_keys(s, "y");
  screen_expect(s, "[0-9] running, [0-9] starting");
  screen_keys_ahead(s, "<Esc>:region eu-central-1<Enter>");
  screen_expect(s, "Watch another while this is under way\\?");
  screen_expect(s, "scale service shop-prod/api: ");
  screen_keys_ahead(s, "n");
  screen_expect_gone(s, "Watch another while");
  screen_expect(s, "^ default .*eu-west-1");
  screen_keys_ahead(s, ":region eu-central-1<Enter>");
  screen_expect(s, "Watch another while");
  screen_keys_ahead(s, "y");
  screen_expect(s, "^ default .*eu-central-1");
  screen_expect_gone(s, "Watch another while");
  journal_has(s, "scale", steps);
}

static bool journal_says(const struct screen *s, const char *what) {
  char *text = console_journal(s);
  bool says = strstr(text, what) != NULL;
  free(text);
  return says;
}

/* Also in the middle of the request, and when nobody can be asked. */
static void leaving_while_it_is_sent_is_journalled(void **state) {
  static const char *const steps[] = {"planned", "unknown", NULL};
  struct screen *s = console_start(&(struct console_setup){.sim = {"--latency", "700", NULL}});
  (void)state;
  console_ready(s);
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "6<Enter>");
  screen_expect(s, "y yes");
  screen_keys_ahead(s, "y");
  screen_expect(s, "sending");
  while (!journal_says(s, "\"event\":\"sent\"")) /* it is read again first */
    screen_watch(s, 20);
  screen_keys_ahead(s, "<C-c>");
  screen_expect(s, "Leave while");
  screen_keys_ahead(s, "<C-c>");
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 0);
  journal_has(s, "scale", steps);
}

static void without_a_journal_it_is_read_only_from_the_start(void **state) {
  struct screen *s = console_start(&(struct console_setup){.env = {"HOME=", NULL}});
  (void)state;
  screen_expect(s, "no journal: actions are refused, as .* set HOME, XDG_STATE_HOME");
  console_ready(s);
  assert_true(screen_row(s, "^ demo .*read-only") == 0);
  screen_keys(s, "s");
  screen_expect(s, "Scale service: .*journal");
}

static void a_journal_that_cannot_be_written_is_told_at_the_start(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", NULL},
      .config = "stacks = ( { name = \"shop\"; journal = \"/dev/null/audit.jsonl\"; } );\n"});
  (void)state;
  screen_expect(
      s, "no journal: actions are refused, as the journal /dev/null/audit\\.jsonl cannot be");
  screen_expect(s, "set journal for this stack in the configuration");
  console_ready(s);
  assert_true(screen_row(s, "^ shop .*read-only") == 0);
  screen_keys(s, "s");
  screen_expect(s, "Scale service: the journal /dev/null/audit\\.jsonl cannot be written");
}

/* A fast hand does not wait for the form; but nothing is confirmed that was not on screen. */
static void what_is_typed_ahead_reaches_the_form(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "60", "--latency", "300", NULL},
      .config = "stacks = ( { name = \"shop\"; environment = \"staging\"; interval = 1; } );\n"});
  (void)state;
  console_ready(s);
  screen_expect(s, "▸ api");
  screen_keys_ahead(s, "s6<Enter>y");
  screen_expect(s, "desired count 4 → 6");
  screen_expect(s, "y yes");
  screen_idle(s);
  screen_expect(s, "y yes");
  screen_keys(s, "n");
  screen_expect_gone(s, "y yes");
  screen_keys_ahead(s, "b<Down><Enter>"); /* a menu takes them as well */
  screen_expect(s, "task definition .* → ");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "task definition .* → ");
  screen_keys_ahead(s, "s1"); /* never a part of a number */
  screen_expect(s, "reading it again");
  screen_expect(s, "Desired count +1 ");
  screen_keys(s, "2<Enter>");
  screen_expect(s, "desired count 4 → 12");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "desired count");
  char many[80] = "s";
  memset(many + 1, '1', 70); /* a key that was leant on */
  screen_keys_ahead(s, many);
  screen_expect(s, "Desired count +4 ");
  screen_expect(s, "too many keys at once");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "Desired count");
  screen_keys_ahead(s, "s7<Esc>"); /* Esc waits for nothing */
  screen_idle(s);
  assert_int_equal(screen_row(s, "Desired count"), -1);
}

/* What is not on the screen takes no key: neither plan nor form, until it is drawn again. */
static void no_key_acts_on_what_is_not_drawn(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_resize(s, 20, 60);
  screen_expect(s, "needs 80x24");
  screen_expect(s, "q quits, no other key is taken");
  screen_keys(s, "9<Enter>");
  screen_resize(s, 36, 120);
  screen_expect(s, "Desired count +4 ");
  screen_keys(s, "6<Enter>");
  screen_expect(s, "desired count 4 → 6");
  screen_resize(s, 20, 60);
  screen_expect(s, "needs 80x24");
  screen_keys(s, "y<Esc>r<Enter>");
  screen_resize(s, 36, 120);
  screen_expect(s, "desired count 4 → 6");
  screen_expect(s, "y yes");
  journal_counts(s, "\"event\":\"sent\"", 0);
  screen_resize(s, 20, 60);
  screen_expect(s, "needs 80x24");
  screen_keys(s, "<C-l>q");
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 0);
}

static void it_goes_on_in_the_background(void **state) {
  struct screen *s = start("staging");
  (void)state;
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "<C-u>7<Enter>");
  screen_expect(s, "4 → 7");
  screen_keys(s, "y");
  screen_expect(s, "Esc closes this|done");
  screen_keys(s, "<Esc>:actions<Enter>");
  screen_expect(s, "Actions of this session");
  screen_expect(s, "Scale service .*shop-prod/api +done");
  journal_has(s, "scale", to_the_end);
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(scale_up),
      TEST(scale_to_none_wants_the_name),
      TEST(a_typed_count_replaces_the_old_one),
      TEST(what_was_not_sent_has_no_way_back),
      TEST(a_count_that_is_none_is_refused),
      TEST(redeploy),
      TEST(roll_back),
      TEST(marked_services_are_redeployed_together),
      TEST(marked_services_are_scaled_together),
      TEST(what_takes_one_says_so_of_several),
      TEST(invalidate),
      TEST(reveal_and_hide),
      TEST(read_only_says_why),
      TEST(cancelled_is_not_sent),
      TEST(no_key_acts_on_what_is_not_drawn),
      TEST(it_goes_on_in_the_background),
      TEST(leaving_asks_once_while_something_is_under_way),
      TEST(switching_asks_once_while_something_is_under_way),
      TEST(leaving_while_it_is_sent_is_journalled),
      TEST(without_a_journal_it_is_read_only_from_the_start),
      TEST(a_journal_that_cannot_be_written_is_told_at_the_start),
      TEST(what_is_typed_ahead_reaches_the_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
