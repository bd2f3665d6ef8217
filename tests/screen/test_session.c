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

static struct screen *start(void) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", NULL},
      .env = {write_file(0, "AWS_SHARED_CREDENTIALS_FILE",
                         "[good]\naws_access_key_id = testing\naws_secret_access_key = testing\n"
                         "[wrong]\naws_access_key_id = testing\naws_secret_access_key = else\n"),
              write_file(1, "AWS_CONFIG_FILE", "[profile good]\nregion = eu-west-1\n"), NULL},
      .config = "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; },\n"
                "  { name = \"pinned\"; profile = \"good\"; account = \"999999999999\"; } );\n"});
  console_ready(s);
  screen_expect(s, "shop .*eu-west-1 +123456789012");
  screen_expect(s, "web .*4/4");
  return s;
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

#define TEST(f) cmocka_unit_test_teardown(f, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(another_profile),
      TEST(another_region),
      TEST(another_stack),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
