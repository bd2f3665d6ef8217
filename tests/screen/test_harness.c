/* The screen harness, tried on a small program whose screen is known. */
#include "config.h"

#include "screen.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct screen *start_toy(const char *argument) {
  static char path[512];
  const char *build = getenv("CAWSOLE_BUILDDIR");
  snprintf(path, sizeof path, "%s/screen_toy", build ? build : ".");
  const char *argv[] = {path, argument, NULL};
  return screen_start(&(struct screen_setup){.rows = 24, .cols = 80, .argv = argv});
}

static void text_and_styles_are_read(void **state) {
  struct screen *s = start_toy(NULL);
  char line[128], style[64];
  (void)state;
  screen_idle(s);
  screen_line(s, 0, line, sizeof line);
  assert_string_equal(line, "toy 80 x 24");
  screen_line(s, 2, line, sizeof line);
  assert_string_equal(line, "  \xe2\x96\xb2 wide \xe6\x97\xa5\xe6\x9c\xac end");
  assert_int_equal(screen_row(s, "^bottom$"), 23);
  assert_int_equal(screen_row(s, "nowhere"), -1);
  assert_int_equal(screen_col(s, 2, "end"), 14);
  screen_style(s, 0, 0, style, sizeof style);
  assert_string_equal(style, "bold fg1");
  screen_style(s, 1, 0, style, sizeof style);
  assert_string_equal(style, "plain");
  char *text = screen_text(s), *styles = screen_styles(s);
  assert_non_null(strstr(text, "\nkeys 0 last none\n"));
  assert_int_equal(strncmp(styles, "aaaaaaaaaaabbb", 14), 0);
  assert_non_null(strstr(styles, "\na bold fg1\nb plain\n"));
  assert_null(screen_foreign(s));
  free(text);
  free(styles);
}

static void keys_and_mouse_arrive(void **state) {
  struct screen *s = start_toy(NULL);
  (void)state;
  screen_keys_ahead(s, "ac<Up>");
  screen_expect(s, "keys 3 last KEY_UP");
  screen_keys(s, "<C-r>");
  screen_idle(s);
  assert_true(screen_row(s, "keys 4 last \\^R") >= 0);
  screen_keys(s, "<>");
  screen_expect(s, "keys 6 last >");
  screen_keys(s, "<lt><F5><S-Tab>");
  screen_expect(s, "keys 9 last KEY_BTAB");
  screen_click(s, 7, 11);
  screen_expect(s, "mouse 7,11 click");
  screen_wheel(s, 3, 4, false);
  screen_expect(s, "mouse 3,4 wheel");
  assert_int_equal(screen_bells(s), 0);
  screen_keys(s, "b");
  screen_idle(s);
  assert_int_equal(screen_bells(s), 1);
}

static void sizes_change(void **state) {
  struct screen *s = start_toy(NULL);
  (void)state;
  screen_idle(s);
  screen_resize(s, 36, 120);
  screen_expect(s, "toy 120 x 36");
  screen_idle(s);
  assert_int_equal(screen_row(s, "^bottom"), 35);
  screen_resize(s, 10, 30);
  screen_expect(s, "toy 30 x 10");
}

static void bytes_are_counted(void **state) {
  struct screen *s = start_toy(NULL);
  (void)state;
  screen_idle(s);
  size_t before = screen_written(s);
  screen_watch(s, 50);
  assert_int_equal(screen_written(s), before);
  screen_keys(s, "k");
  screen_idle(s);
  assert_in_range(screen_written(s) - before, 1, 100);
}

static void a_clean_end_is_seen(void **state) {
  struct screen *s = start_toy(NULL);
  (void)state;
  screen_idle(s);
  assert_non_null(screen_unrestored(s));
  screen_keys(s, "q");
  int status = screen_exit(s);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  assert_null(screen_unrestored(s));
  s = start_toy(NULL);
  screen_idle(s);
  screen_signal(s, SIGTERM);
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 128 + SIGTERM);
  assert_null(screen_unrestored(s));
}

static void a_terminal_left_behind_is_seen(void **state) {
  struct screen *s = start_toy("--leave");
  (void)state;
  screen_idle(s);
  screen_keys(s, "q");
  screen_exit(s);
  assert_non_null(screen_unrestored(s));
}

static void a_hang_up_ends_it(void **state) {
  struct screen *s = start_toy(NULL);
  (void)state;
  screen_idle(s);
  screen_hang_up(s);
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 128 + SIGHUP);
}

static void foreign_sequences_are_found(void **state) {
  struct screen *s = start_toy(NULL);
  (void)state;
  screen_keys(s, "X");
  screen_idle(s);
  char *found = screen_foreign(s);
  assert_non_null(found);
  assert_non_null(strstr(found, "] 0 ; t"));
  free(found);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(text_and_styles_are_read, screen_end_all),
      cmocka_unit_test_teardown(keys_and_mouse_arrive, screen_end_all),
      cmocka_unit_test_teardown(sizes_change, screen_end_all),
      cmocka_unit_test_teardown(bytes_are_counted, screen_end_all),
      cmocka_unit_test_teardown(a_clean_end_is_seen, screen_end_all),
      cmocka_unit_test_teardown(a_terminal_left_behind_is_seen, screen_end_all),
      cmocka_unit_test_teardown(a_hang_up_ends_it, screen_end_all),
      cmocka_unit_test_teardown(foreign_sequences_are_found, screen_end_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
