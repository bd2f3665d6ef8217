/* The console as a program: what it shows at each size, and how it comes and goes. */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static void no_foreign_bytes(const struct screen *s) {
  char *found = screen_foreign(s);
  if (found)
    screen_fail(s, "the program wrote a sequence that is none of its own", found);
}

static void ended_well(struct screen *s, int status) {
  int how = screen_exit(s);
  const char *left = screen_unrestored(s);
  if (left)
    screen_fail(s, "the terminal was not restored", left);
  if (!WIFEXITED(how) || WEXITSTATUS(how) != status) {
    char text[64];
    snprintf(text, sizeof text, "wait status 0x%x, wanted exit %d", (unsigned)how, status);
    screen_fail(s, "the program ended otherwise", text);
  }
}

/* ---- the board at each size ------------------------------------------------------------------ */

static void on_every_size(struct screen *s) {
  screen_expect(s, "^ demo +eu-west-1 +123456789012");
  screen_expect(s, "^ (CloudFront|CF) ");
  screen_expect(s, "web .*4/4 ");
  screen_expect(s, "help");
  no_foreign_bytes(s);
}

static void board_80x24(void **state) {
  struct screen *s = console_start(&(struct console_setup){.rows = 24, .cols = 80});
  (void)state;
  console_ready(s);
  on_every_size(s);
  screen_keys(s, "2");
  screen_expect(s, "shop-prod-web");
  screen_keys(s, "4");
  screen_expect(s, "shop-prod-aurora");
  screen_keys(s, "5");
  screen_expect(s, "/shop|shop/prod");
}

static void panes_beside_each_other(struct screen *s) {
  static const char *const titles[] = {"1 CloudFront", "2 Targets",    "3 ECS services",
                                       "4 Databases",  "5 Parameters", "6 Timeline"};
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
    screen_expect(s, titles[i]);
  screen_expect(s, "E1A2B3C4D5E6F7");
  screen_expect(s, "shop-prod-aurora");
  screen_expect(s, "shop-prod-api");
}

static void board_120x36(void **state) {
  struct screen *s = console_start(&(struct console_setup){.rows = 36, .cols = 120});
  (void)state;
  console_ready(s);
  on_every_size(s);
  panes_beside_each_other(s);
}

static void board_200x60(void **state) {
  struct screen *s = console_start(&(struct console_setup){.rows = 60, .cols = 200});
  (void)state;
  console_ready(s);
  on_every_size(s);
  panes_beside_each_other(s);
}

static void too_small_says_so(void **state) {
  struct screen *s = console_start(&(struct console_setup){.rows = 10, .cols = 40});
  (void)state;
  screen_expect(s, "80.?x.?24");
  screen_expect(s, "● ok|◆ ok"); /* how it goes is said all the same */
  screen_resize(s, 24, 80);
  screen_expect(s, "ECS services");
}

static void ascii_and_no_color(void **state) {
  struct screen *s =
      console_start(&(struct console_setup){.env = {"LC_ALL=C", "NO_COLOR=1", NULL}});
  size_t n;
  (void)state;
  console_ready(s);
  const char *raw = screen_raw(s, &n);
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)raw[i] >= 0x80)
      screen_fail(s, "a byte beyond ASCII was written in the C locale", NULL);
  char *styles = screen_styles(s);
  assert_null(strstr(styles, "fg"));
  assert_null(strstr(styles, "bg"));
  free(styles);
}

/* ---- resizing -------------------------------------------------------------------------------- */

static void resize_storm(void **state) {
  static const int sizes[][2] = {{24, 80}, {60, 200}, {10, 30}, {36, 120}, {1, 1}, {25, 81}};
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  for (unsigned i = 0; i < 120; i++) {
    const int *size = sizes[i * 7 % 6];
    screen_resize(s, size[0] + (int)(i % 3), size[1] + (int)(i % 5));
    if (i % 4 == 0)
      screen_watch(s, 3);
  }
  screen_resize(s, 36, 120);
  screen_expect(s, "6 Timeline");
  screen_idle(s);
  on_every_size(s);
  screen_keys(s, "q");
  ended_well(s, 0);
}

/* ---- coming and going ------------------------------------------------------------------------ */

static void chrome_before_answers(void **state) {
  struct screen *s = console_start(&(struct console_setup){.sim = {"--latency", "3000", NULL}});
  (void)state;
  screen_expect(s, "3 ECS services");
  assert_int_equal(screen_idles(s), 0);
  screen_keys_ahead(s, "?");
  screen_expect(s, "Help");
  assert_int_equal(screen_idles(s), 0);
  screen_keys_ahead(s, "qq");
  ended_well(s, 0);
}

static void ends_by_q(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  screen_keys(s, "q");
  ended_well(s, 0);
  no_foreign_bytes(s);
}

static void ends_by_colon_q(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  screen_keys(s, ":q<Enter>");
  ended_well(s, 0);
}

static void no_account_is_a_sentence(void **state) {
  const char *argv[] = {NULL, "--region", "eu-west-1", NULL};
  char path[512];
  (void)state;
  snprintf(path, sizeof path, "%s/cawsole",
           getenv("CAWSOLE_BUILDDIR") ? getenv("CAWSOLE_BUILDDIR") : ".");
  argv[0] = path;
  struct screen *s =
      screen_start(&(struct screen_setup){.rows = 24, .cols = 80, .argv = argv, .env = NULL});
  screen_expect(s, "AWS_ACCESS_KEY_ID");
  screen_expect(s, "\\.aws/credentials");
  screen_expect(s, ":stack NAME\\."); /* the way out, whole */
  screen_keys_ahead(s, "q");
  screen_exit(s);
  assert_null(screen_unrestored(s));
}

/* What is counted goes on, and the text stays where it is read. */
static void a_text_that_is_read_stays(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .rows = 24,
      .cols = 80,
      .config = "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; interval = 1; } );\n"});
  (void)state;
  console_ready(s);
  screen_expect(s, "web .*4/4");
  screen_keys(s, ":budget<Enter>");
  screen_expect(s, "calls in the last minute");
  screen_keys(s, "G");
  screen_expect_gone(s, "calls in the last minute");
  screen_watch(s, 4000);
  screen_idle(s);
  assert_int_equal(screen_row(s, "calls in the last minute"), -1);
}

static void unknown_option_is_usage(void **state) {
  struct screen *s = console_start(&(struct console_setup){.args = {"--frobnicate", NULL}});
  (void)state;
  int how = screen_exit(s);
  assert_int_equal(WEXITSTATUS(how), 64);
  assert_true(screen_row(s, "--frobnicate") >= 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(board_80x24),
      TEST(board_120x36),
      TEST(board_200x60),
      TEST(too_small_says_so),
      TEST(ascii_and_no_color),
      TEST(resize_storm),
      TEST(chrome_before_answers),
      TEST(ends_by_q),
      TEST(ends_by_colon_q),
      TEST(no_account_is_a_sentence),
      TEST(a_text_that_is_read_stays),
      TEST(unknown_option_is_usage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
