/* Texts that would fool a terminal, in every field that AWS can fill: nothing but the program's own
 * sequences may reach the screen, whatever is looked at.
 */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

/* Every pane zoomed, its rows opened, described and asked for their events; then the views. */
static const char *const walk[] = {"1z",          "jd",
                                   "GnG<Esc>",    "e",
                                   "<Esc>",       "z",
                                   "2z",          "jjd",
                                   "G<Esc>",      "e",
                                   "<Esc>",       "z",
                                   "3z",          "<Enter>",
                                   "jd",          "<Esc>",
                                   "<Esc>",       "d",
                                   "<Esc>",       "b",
                                   "<Esc>",       "<Esc>",
                                   "s",           "<Esc>",
                                   "z",           "4z",
                                   "jd",          "G<Esc>",
                                   "z",           "5z",
                                   "jjjjd",       "<Esc>",
                                   "x",           "c",
                                   "z",           "6z",
                                   "jd",          "<Esc>",
                                   "z",           "a",
                                   "jd",          "<Esc>",
                                   "<Esc>",       "?",
                                   "<Esc>",       ":list services<Enter>",
                                   "<Esc>",       ":list targets<Enter>",
                                   "<Esc>",       ":list secrets<Enter>",
                                   "d<Esc><Esc>", ":budget<Enter>",
                                   "<Esc>",       ":actions<Enter>",
                                   "<Esc>",       "/a<Enter>",
                                   "<Esc>"};

static void look_everywhere(struct screen *s) {
  for (size_t i = 0; i < sizeof walk / sizeof *walk; i++)
    screen_keys_ahead(s, walk[i]);
  screen_keys_ahead(s, "?"); /* the last key seen: all before it were; it may never be idle */
  screen_expect(s, "Help: keys that do");
  screen_keys_ahead(s, "<Esc>");
}

static void expect_only_ours(struct screen *s) {
  char *foreign = screen_foreign(s);
  if (foreign)
    screen_fail(s, "the terminal was sent what is not ours", foreign);
}

static void play(const char *fault, const char *seen, int rows, int cols) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", "--seed", "3", "--fault", fault, NULL}, .rows = rows, .cols = cols});
  screen_expect(s, "ECS");
  screen_expect(s, seen); /* it came, and it is tamed */
  look_everywhere(s);
  screen_resize(s, rows + 7, cols - 3);
  look_everywhere(s);
  expect_only_ours(s);
  screen_keys_ahead(s, "<Esc><Esc><Esc>:q!<Enter>");
  int how = screen_exit(s);
  assert_true(WIFEXITED(how));
  assert_int_equal(WEXITSTATUS(how), 0);
  const char *left = screen_unrestored(s);
  if (left)
    screen_fail(s, "the terminal was not restored", left);
}

static void escapes(void **state) {
  (void)state;
  play("hostile-text", "\u241b", 36, 120);
}

static void escapes_in_a_column(void **state) {
  (void)state;
  play("hostile-text", "\u241b", 24, 83);
}

static void controls(void **state) {
  (void)state;
  play("control-text", "\u241b|\u2400|\u240a", 36, 120);
}

static void broken_utf8(void **state) {
  (void)state;
  play("invalid-utf8", "\ufffd", 60, 203);
}

static void ten_megabytes(void **state) {
  (void)state;
  play("huge-text", "ECS", 36, 120);
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(escapes),     TEST(escapes_in_a_column), TEST(controls),
      TEST(broken_utf8), TEST(ten_megabytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
