/* Another profile, region or stack while the console runs: nothing of the one before stays. */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ENV_MAX 300

static char files[2][ENV_MAX];

static const char *write_file(int i, const char *variable, const char *text) {
  snprintf(files[i], ENV_MAX, "%s=/tmp/cawsole-test-%ld.%d", variable, (long)getpid(), i);
  const char *path = strchr(files[i], '=') + 1;
  FILE *f = fopen(path, "w");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0)
    fail_msg("%s cannot be written", path);
  return files[i];
}

static struct screen *start_with(const char *fault) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", fault ? "--fault" : NULL, fault, NULL},
      .env = {write_file(0, "AWS_SHARED_CREDENTIALS_FILE",
                         "[good]\naws_access_key_id = testing\naws_secret_access_key = testing\n"
                         "[wrong]\naws_access_key_id = testing\naws_secret_access_key = else\n"
                         "[fips]\naws_access_key_id = testing\naws_secret_access_key = testing\n"),
              write_file(1, "AWS_CONFIG_FILE",
                         "[profile good]\nregion = eu-west-1\n"
                         "[profile fips]\nregion = fips-eu-west-1\n"
                         "[profile coded]\nsource_profile = good\n"
                         "role_arn = arn:aws:iam::123456789012:role/Coded-mfa\n"
                         "mfa_serial = arn:aws:iam::123456789012:mfa/ann\n"
                         "[profile recoded]\nsource_profile = good\n"
                         "role_arn = arn:aws:iam::123456789012:role/Coded-mfa\n"
                         "mfa_serial = arn:aws:iam::123456789012:mfa/ann\n"
                         "[profile portal]\nsso_session = corp\nsso_account_id = 123456789012\n"
                         "sso_role_name = Portal\n"
                         "[sso-session corp]\nsso_region = eu-west-1\n"
                         "sso_start_url = https://corp.example.com/start\n"),
              NULL},
      .config = "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; },\n"
                "  { name = \"pinned\"; profile = \"good\"; account = \"999999999999\"; } );\n"});
  console_ready(s);
  screen_expect(s, "shop .*eu-west-1 +123456789012");
  screen_expect(s, "web .*4/4");
  return s;
}

static struct screen *start(void) {
  return start_with(NULL);
}

static int end(void **state) {
  for (int i = 0; i < 2; i++)
    if (files[i][0])
      unlink(strchr(files[i], '=') + 1);
  return console_end(state);
}

static void another_profile(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile wr<Tab><Enter>");
  screen_expect(s, "^ *wrong .*eu-west-1");
  screen_expect(s, "Not connected");
  screen_expect(s, "SignatureDoesNotMatch|signature");
  assert_int_equal(screen_row(s, "web .*4/4"), -1);
  assert_int_equal(screen_row(s, "OpsRole"), -1);
  screen_keys(s, ":profile good<Enter>");
  screen_expect(s, "^ *good .*eu-west-1 +123456789012");
  screen_expect(s, "web .*4/4");
  screen_keys(s, ":profile nobody<Enter>"); /* what is wrong changes nothing */
  screen_expect(s, "profile nobody .* is not in");
  screen_expect(s, "^ *good .*eu-west-1 +123456789012");
}

static void another_region(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":region eu-central-1<Enter>");
  screen_expect(s, "^ *shop .*eu-central-1");
  screen_keys(s, ":region x.example.com/<Enter>");
  screen_expect(s, "is not the name of a region");
  screen_keys(s, ":region eu-west-1<Enter>");
  screen_expect(s, "^ *shop .*eu-west-1 +123456789012");
  screen_expect(s, "web .*4/4");
}

/* A region's name that asks for FIPS asks for it with the next profile, too, where that says none:
 * here each is refused, for the simulator is no such endpoint. */
static void region_with_fips(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile fips<Enter>");
  screen_expect(s, "^ *fips .*eu-west-1");
  screen_expect(s, "FIPS endpoints");
  screen_keys(s, ":profile wrong<Enter>");
  screen_expect(s, "^ *wrong .*eu-west-1");
  screen_expect(s, "FIPS endpoints");
}

static void another_stack(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":stack pinned<Enter>");
  screen_expect(s, "^ *pinned ");
  screen_expect(s, "999999999999");
  assert_int_equal(screen_row(s, "web .*4/4"), -1);
  screen_keys(s, ":stack shop<Enter>");
  screen_expect(s, "web .*4/4");
}

/* Who and where stay, however long the names are and however much else there is to say. */
static void a_long_role_is_cut_and_not_lost(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .rows = 24,
      .cols = 80,
      .sim = {"--speed", "30", "--scenario", "edge-errors", NULL},
      .env = {write_file(0, "AWS_SHARED_CREDENTIALS_FILE",
                         "[keys]\naws_access_key_id = testing\naws_secret_access_key = testing\n"),
              write_file(
                  1, "AWS_CONFIG_FILE",
                  "[profile sso]\nregion = eu-west-1\nsource_profile = keys\nrole_arn = "
                  "arn:aws:iam::123456789012:role/AWSReservedSSO_AdministratorAccess_0a1b2c3d\n"),
              NULL},
      .config = "stacks = ( { name = \"shop-production-frontend\"; profile = \"sso\"; interval = "
                "1; } );\n"});
  (void)state;
  console_ready(s);
  screen_expect(s, "^ shop-[a-z]*…[-a-z]+ PROD eu-west-1 123456789012 AWSR[a-zA-Z]*…[a-z0-9]*2c3d "
                   "▲ degraded +[2-9] alarms");
}

static void a_code(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile coded<Enter>");
  screen_expect(s, "MFA code");
  screen_expect(s, "mfa/ann");
  screen_keys_ahead(s, "12ab<Enter>");
  screen_expect(s, "a code is 6 digits");
  screen_keys_ahead(s, "<C-u>290157");
  screen_expect(s, "••••••");
  assert_int_equal(screen_row(s, "290157 "), -1);
  screen_keys_ahead(s, "<Enter>");
  screen_expect(s, "^ *coded .*Coded-mfa");
  screen_expect(s, "web .*4/4");
  assert_int_equal(screen_row(s, "MFA code"), -1);
}

/* AWS takes a code but once: it is not asked for again for keys that are still good. */
static void a_code_is_asked_for_once(void **state) {
  static const char *const ways[][2] = {
      {":region eu-central-1<Enter>", "^ *coded .*eu-central-1 +123456789012 +Coded-mfa"},
      {":region eu-west-1<Enter>", "^ *coded .*eu-west-1 +123456789012 +Coded-mfa"},
      {":profile good<Enter>", "^ *good .*123456789012"},
      {":profile coded<Enter>", "^ *coded .*123456789012 +Coded-mfa"},
      {":stack shop<Enter>", "^ *shop .*123456789012"},
      {":profile coded<Enter>", "^ *coded .*123456789012 +Coded-mfa"}};
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile coded<Enter>");
  screen_expect(s, "MFA code");
  screen_keys_ahead(s, "290157<Enter>");
  screen_expect(s, "^ *coded .*Coded-mfa");
  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    screen_keys(s, ways[i][0]);
    screen_expect(s, ways[i][1]);
  }
  screen_keys(s, ":profile recoded<Enter>"); /* the same role, by another name */
  screen_expect(s, "MFA code");
}

static void a_wrong_code(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile coded<Enter>");
  screen_expect(s, "MFA code");
  screen_keys_ahead(s, "654321<Enter>");
  screen_expect(s, "did not accept the last one");
  assert_int_equal(screen_row(s, "••••••"), -1); /* asked anew */
  screen_keys_ahead(s, "290157<Enter>");
  screen_expect(s, "^ *coded .*Coded-mfa");
}

/* However many views are open, there is room for the question. */
static void a_code_over_all_views(void **state) {
  struct screen *s = start_with("short-lived,seconds=8");
  (void)state;
  screen_keys(s, ":profile coded<Enter>");
  screen_expect(s, "MFA code");
  screen_keys_ahead(s, "290157<Enter>");
  screen_expect(s, "^ *coded .*Coded-mfa");
  for (int i = 0; i < 12; i++)
    screen_keys_ahead(s, ":alarms<Enter>");
  screen_expect(s, "too many views are open");
  screen_expect(s, "MFA code"); /* the session is over */
  screen_keys_ahead(s, "290157<Enter>");
  screen_expect_gone(s, "MFA code");
  screen_idle(s);
}

static void no_code(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile coded<Enter>");
  screen_expect(s, "MFA code");
  screen_keys_ahead(s, "<Esc>");
  screen_expect(s, "Not connected");
  assert_int_equal(screen_row(s, "MFA code ─"), -1);
  screen_keys(s, "<C-r>"); /* thought better of it */
  screen_expect(s, "MFA code");
  screen_keys(s, "<Esc>");
  assert_int_equal(screen_row(s, "MFA code ─"), -1);
  screen_keys(s, ":profile good<Enter>");
  screen_expect(s, "web .*4/4");
}

static void a_login(void **state) {
  struct screen *s = start();
  (void)state;
  screen_keys(s, ":profile portal<Enter>");
  screen_expect(s, "Log in");
  screen_expect(s, "open +http");
  screen_expect(s, "code +[A-Z0-9-]{4}");
  screen_expect(s, "^ *portal .*Portal"); /* the simulator's browser is quick */
  screen_expect(s, "web .*4/4");
  assert_int_equal(screen_row(s, "It goes on by itself"), -1);
}

/* Somebody writes other keys into the file, and STS does not answer. */
static struct screen *with_other_keys_in_the_file(void) {
  struct screen *s = start();
  screen_keys(s, ":profile good<Enter>");
  screen_expect(s, "^ *good .*123456789012");
  screen_expect(s, "web .*4/4");
  write_file(0, "AWS_SHARED_CREDENTIALS_FILE",
             "[good]\naws_access_key_id = other\naws_secret_access_key = testing\n");
  return s;
}

static void other_keys_are_asked_about(void **state) {
  struct screen *s = with_other_keys_in_the_file();
  (void)state;
  assert_true(console_fault("POST", "expired-token,key=testing\n"
                                    "latency,on=sts:GetCallerIdentity,ms=25000\n"));
  screen_keys_ahead(s, "<C-r>");
  screen_expect(s, "^ *good .*123456789012.*asking STS who we are, [2-9]s");
  screen_expect(s, "keys not checked");
  screen_expect(s, "web .*4/4");
  screen_keys_ahead(s, "3r");
  screen_expect(s, "the keys have changed, and STS has not said yet whose they are");
}

/* Somebody puts keys into the file that AWS does not take. */
static void wrong_new_keys_leave_the_board(void **state) {
  struct screen *s = with_other_keys_in_the_file();
  (void)state;
  assert_true(console_fault("POST", "expired-token,key=testing\n"));
  screen_keys_ahead(s, "<C-r>");
  screen_expect(s, "STS does not say whose the new keys are");
  screen_expect(s, "^ *good .*123456789012.*no keys");
  screen_expect(s, "web .*4/4");
  write_file(0, "AWS_SHARED_CREDENTIALS_FILE",
             "[good]\naws_access_key_id = testing\naws_secret_access_key = testing\n");
  assert_true(console_fault("DELETE", ""));
  screen_keys_ahead(s, "<C-r>");
  screen_expect_gone(s, "no keys");
  screen_expect(s, "^ *good .*123456789012.*ok");
  screen_expect(s, "STS does not say whose the new keys are");
}

static void sts_that_hangs_is_said(void **state) {
  (void)state;
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--fault", "latency,on=sts:GetCallerIdentity,ms=25000", NULL}});
  screen_expect(s, "asking STS who we are, [5-9]s");
}

#define TEST(f) cmocka_unit_test_teardown(f, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(another_profile),
      TEST(another_region),
      TEST(region_with_fips),
      TEST(another_stack),
      TEST(a_long_role_is_cut_and_not_lost),
      TEST(a_code),
      TEST(a_code_is_asked_for_once),
      TEST(a_wrong_code),
      TEST(other_keys_are_asked_about),
      TEST(wrong_new_keys_leave_the_board),
      TEST(sts_that_hangs_is_said),
      TEST(a_code_over_all_views),
      TEST(no_code),
      TEST(a_login),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
