/* What the screen must say when things go wrong: in the stack, on the way to AWS, in the set-up. */
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OFTEN "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; interval = 1; } );\n"

static struct screen *start(const char *scenario, const char *speed) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", speed, "--scenario", scenario, NULL}, .config = OFTEN});
  console_ready(s);
  return s;
}

/* ---- in the stack ---------------------------------------------------------------------------- */

static void bad_deploy(void **state) {
  struct screen *s = start("bad-deploy", "30");
  (void)state;
  screen_expect(s, "▸(ALB|ECS) +(▲|✖)"); /* the strip points at the hop */
  screen_keys(s, "6z");
  screen_expect(s, "web.*(rolling back|rolled back)");
  screen_expect(s, "of web stopped: Task failed ELB health checks");
  screen_keys(s, "3");
  screen_expect(s, "web .*4/4 +(COMPLETED|rev 42 failed)");
}

static void db_failover(void **state) {
  struct screen *s = start("db-failover", "30");
  (void)state;
  screen_expect(s, "aurora-2 .*writer 1b");
  screen_keys(s, "6z");
  screen_expect(s, "shop-prod-db: Multi-AZ instance failover");
  screen_expect(s, "writer is shop-prod-aurora-2");
}

/* Enter and d show the event itself and lead to its thing, which is alive. */
static void an_event_is_shown_in_full_and_leads_to_its_thing(void **state) {
  struct screen *s = start("bad-deploy", "30");
  (void)state;
  screen_expect(s, "▸(ALB|ECS) +(▲|✖)");
  screen_keys(s, "6z");
  screen_expect(s, "stopped: Task failed");
  screen_keys(s, "/stopped: Task failed<Enter>");
  screen_expect(s, "▸ .*stopped: Task failed");
  static const char *const keys[] = {"<Enter>", "d"};
  for (size_t i = 0; i < COUNT(keys); i++) {
    screen_keys(s, keys[i]);
    screen_expect(s, "time +20[0-9-]+ [0-9:]+ ");
    screen_expect(s, "belongs to +(service|task) ");
    screen_expect(s, "Enter goes to this (service|task)");
    assert_int_equal(screen_row(s, "is gone|no longer there"), -1);
    screen_keys(s, "<Enter>");
    screen_expect(s, "^│ arn:aws:ecs:.*(service|task)/");
    screen_keys(s, "<Esc>");
    screen_expect(s, "belongs to +");
    screen_keys(s, "<Esc>");
    screen_expect_gone(s, "belongs to +");
  }
}

/* Wherever f leads, b is about the service that is to blame. */
static void the_way_from_the_fault_to_its_mending(void **state) {
  struct screen *s = start("bad-deploy", "4");
  (void)state;
  screen_expect(s, "▸ALB");
  screen_keys(s, "f");
  screen_expect(s, "▸ (shop-prod-web|.*load balancer|shop-prod )");
  screen_expect(s, "^ *f fault .*s scale .*b roll back");
  screen_keys(s, "b");
  screen_expect(s, "Roll back web \\(now rev 4[12]\\)");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "Roll back web");
  screen_keys(s, "3gb"); /* said before a revision is chosen, and in the plan */
  screen_expect(s, "Roll back api ");
  screen_expect(s, "▲ api is healthy; at fault is web");
  screen_keys(s, "<Esc>");
  screen_expect_gone(s, "at fault is web");
  screen_keys(s, "r");
  screen_expect(s, "▲ api is healthy; at fault is web");
}

/* A plan that stands for a while is of another service by the end. */
static void a_plan_says_that_it_is_old(void **state) {
  struct screen *s = start("bad-deploy", "2");
  (void)state;
  screen_expect(s, "▸ api");
  screen_keys(s, "jr");
  screen_expect(s, "a new deployment of shop-prod-web:41 replaces");
  screen_expect(s, "▲ made [0-9]+s ago, web has changed since: Ctrl-R makes it anew");
  screen_keys(s, "<C-r>");
  screen_expect(s, "a new deployment of shop-prod-web:42 replaces");
  screen_expect_gone(s, "has changed since:");
  screen_keys(s, "<Esc>");
}

static void alarms_say_why(void **state) {
  struct screen *s = start("bad-deploy", "10");
  (void)state;
  screen_keys(s, "a");
  screen_expect(s, "ALARM .* [0-9.]+ >=? [0-9.]+ \\([0-9] of [0-9]\\), ");
  screen_resize(s, 24, 80);
  screen_expect(s, "● OK +[0-9]{2} [A-Z][a-z]{2} [0-9]{2}:[0-9]{2} +[^ ]"); /* since when, whole */
}

static void throttled(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", "--fault", "throttled,on=ecs,after=6", NULL}, .config = OFTEN});
  (void)state;
  console_ready(s);
  screen_expect(s, "throttled [0-9]+/min");
  screen_expect(s, "AWS asks to slow down");
  screen_expect(s, "next try in");
  screen_expect(s, "web .*4/4"); /* the last good rows stay */
  assert_int_equal(screen_row(s, "elbv2.*slow down"), -1);
  screen_keys(s, ":budget<Enter>");
  screen_expect(s, "API +calls thro retr +p50 +p95 +p99 +read +age +/s");
  screen_expect(s, "ECS .*read +[0-9]+ +[1-9][0-9]* +[0-9]+ .*ms +[0-9]+K +[0-9]+s +20");
  screen_expect(s, "asked [248] times less often");
  screen_expect(s, "ELB read +[0-9]+ +0 +0 .*ms +[0-9]+K +[0-9]+s +10");
}

/* ---- what may not be read -------------------------------------------------------------------- */

static void a_refused_permission_says_when_it_is_tried_again(void **state) {
  struct screen *s = console_start(
      &(struct console_setup){.rows = 36,
                              .cols = 120,
                              .sim = {"--fault", "access-denied,on=rds:DescribeDBInstances", NULL},
                              .config = OFTEN});
  (void)state;
  screen_expect(s, "web .*4/4");
  screen_keys(s, "4");
  screen_expect(s, "next try in [1-5]m");
}

/* ---- the clock --------------------------------------------------------------------------------
 */

/* Learned from the first answer that refuses a signature; nothing is lost by it. */
static void clock_is_off(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .rows = 24, .cols = 100, .sim = {"--fault", "clock,seconds=600", NULL}, .config = OFTEN});
  (void)state;
  screen_expect(s, "clock slow by (599|600|601)s");
  screen_expect(s, "ECS ●");
  screen_keys(s, ":budget<Enter>");
  screen_expect(s, "clock is (599|600|601) s behind AWS's");
}

static void clock_is_off_the_other_way(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .rows = 24, .cols = 100, .sim = {"--fault", "clock,seconds=-600", NULL}, .config = OFTEN});
  (void)state;
  screen_expect(s, "clock fast by (599|600|601)s");
  screen_expect(s, "ECS ●");
  screen_keys(s, ":budget<Enter>");
  screen_expect(s, "clock is (599|600|601) s ahead of AWS's");
}

/* Half a minute is nobody's business; what is more is said, before AWS refuses anything. */
static void a_clock_is_told_of_from_half_a_minute_on(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .rows = 24, .cols = 100, .sim = {"--fault", "clock,seconds=27", NULL}, .config = OFTEN});
  (void)state;
  console_ready(s);
  screen_expect(s, "ECS ●");
  assert_int_equal(screen_row(s, "clock (slow|fast) by"), -1);
  assert_true(console_fault("DELETE", ""));
  assert_true(console_fault("POST", "clock,seconds=34"));
  screen_expect(s, "clock slow by 3[345]s");
  assert_true(console_fault("DELETE", ""));
  assert_true(console_fault("POST", "clock,seconds=27"));
  screen_expect_gone(s, "clock slow by");
}

/* ---- on the way ------------------------------------------------------------------------------ */

static void aws_goes_away(void **state) {
  struct screen *s = start("steady", "1");
  (void)state;
  screen_expect(s, "web .*4/4");
  console_simulator_end();
  screen_keys(s, "<C-r>");
  screen_expect(s, "next try in");
  screen_expect(s, "[Cc]onnect");
  screen_expect(s, "\\? unknown: no connection since"); /* the title, without delay */
  screen_expect(s, "ECS \\? .*(now|[0-9]+s ago)");      /* and every hop with it */
  assert_true(screen_row(s, "web .*4/4") >= 0);
  screen_keys_ahead(s, "j"); /* and no key waits */
  screen_expect(s, "▸ web");
  screen_keys_ahead(s, "q");
  screen_exit(s);
  const char *left = screen_unrestored(s);
  if (left)
    screen_fail(s, "the terminal was not restored", left);
}

/* ---- in the set-up --------------------------------------------------------------------------- */

static void wrong_keys(void **state) {
  struct screen *s =
      console_start(&(struct console_setup){.sim = {"--credentials", "other:secret", NULL}});
  (void)state;
  screen_expect(s, "Not connected");
  screen_expect(s, "InvalidClientTokenId|security token");
  screen_expect(s, "AWS does not know this access key");
  screen_expect(s, "Ctrl-R to try again");
  screen_expect(s, ":profile NAME");
  screen_keys(s, "<C-r>");
  screen_expect(s, "trying to connect again");
  screen_expect(s, "Not connected");
}

static void a_wrong_secret_key(void **state) {
  struct screen *s =
      console_start(&(struct console_setup){.sim = {"--credentials", "testing:other", NULL}});
  (void)state;
  screen_expect(s, "the secret key is wrong, or belongs to another access key");
}

static void another_account(void **state) {
  struct screen *s = console_start(
      &(struct console_setup){.sim = {"--speed", "1", NULL},
                              .config = "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; "
                                        "account = \"999999999999\"; } );\n"});
  (void)state;
  screen_expect(s, "Not connected");
  screen_expect(s, "999999999999");
  screen_expect(s, "123456789012");
  assert_int_equal(screen_row(s, "shop-prod"), -1);
}

static void a_mistake_in_the_configuration(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", NULL}, .config = "stacks = (\n  { nmae = \"shop\"; }\n);\n"});
  (void)state;
  int how = screen_exit(s);
  assert_int_equal(WEXITSTATUS(how), 64);
  assert_true(screen_row(s, ":2: .*nmae") >= 0);
}

static void ends_with_usage(struct screen *s, const char *regex) {
  int how = screen_exit(s);
  assert_int_equal(WEXITSTATUS(how), 64);
  if (screen_row(s, regex) < 0)
    screen_fail(s, "the sentence is not there", regex);
}

static void a_scenario_that_is_none_is_usage(void **state) {
  (void)state;
  ends_with_usage(console_start(&(struct console_setup){.scenario = "nosuch"}),
                  "no scenario nosuch; there are steady, bad-deploy, db-failover");
}

static void a_stack_that_is_none_names_those_there_are(void **state) {
  (void)state;
  ends_with_usage(console_start(&(struct console_setup){
                      .sim = {"--speed", "1", NULL},
                      .args = {"--stack", "nothere", NULL},
                      .config = "stacks = ( { name = \"shop\"; }, { name = \"till\"; } );\n"}),
                  "no stack nothere .*names shop, till");
}

static void a_profile_of_the_configuration_is_said_to_be_its(void **state) {
  (void)state;
  ends_with_usage(console_start(&(struct console_setup){
                      .sim = {"--speed", "1", NULL},
                      .config = "stacks = ( { name = \"shop\"; profile = \"nix\"; } );\n"}),
                  "profile nix \\(the configuration\\)");
}

/* A file in the usual place, made by a shell in the console's own HOME. */
static void a_demo_goes_on_without_a_broken_file(void **state) {
  char line[1200];
  const char *build = getenv("CAWSOLE_BUILDDIR");
  const char *argv[] = {"/bin/sh", "-c", line, NULL};
  (void)state;
  snprintf(line, sizeof line,
           "mkdir -p $HOME/.config/cawsole; echo 'keys = { fly = \"x\"; };' "
           ">$HOME/.config/cawsole/cawsole.cfg; exec %s/cawsole --demo",
           build ? build : ".");
  struct screen *s =
      screen_start(&(struct screen_setup){.rows = 36, .cols = 120, .argv = argv, .env = NULL});
  screen_expect(s, "cawsole.cfg:1: there is no command fly");
  console_ready(s);
  screen_expect(s, "▸ api");
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(bad_deploy),
      TEST(db_failover),
      TEST(an_event_is_shown_in_full_and_leads_to_its_thing),
      TEST(the_way_from_the_fault_to_its_mending),
      TEST(a_plan_says_that_it_is_old),
      TEST(alarms_say_why),
      TEST(throttled),
      TEST(a_refused_permission_says_when_it_is_tried_again),
      TEST(clock_is_off),
      TEST(clock_is_off_the_other_way),
      TEST(a_clock_is_told_of_from_half_a_minute_on),
      TEST(aws_goes_away),
      TEST(wrong_keys),
      TEST(a_wrong_secret_key),
      TEST(another_account),
      TEST(a_mistake_in_the_configuration),
      TEST(a_scenario_that_is_none_is_usage),
      TEST(a_stack_that_is_none_names_those_there_are),
      TEST(a_profile_of_the_configuration_is_said_to_be_its),
      TEST(a_demo_goes_on_without_a_broken_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
