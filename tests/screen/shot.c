/* Prints the screen of a program as text: what the documents show, and what a look from afar needs.
 *
 *   screen_shot COLSxROWS KEYS PROGRAM [ARGUMENT...]
 *
 * The keys are sent once the program is idle, in writing as in screen.h; the screen is printed once
 * it is idle again. SCREEN_SHOT_AFTER_MS lets the program run on for so long before that. */
#include "config.h"

#include "screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct screen_setup setup;
static const char *keys;
static FILE *out; /* cmocka has standard output for what it says of itself: that goes to stderr */

static void take_it(void **state) {
  const char *after = getenv("SCREEN_SHOT_AFTER_MS");
  struct screen *s = screen_start(&setup);
  (void)state;
  screen_idle(s);
  if (*keys)
    screen_keys(s, keys);
  screen_idle(s);
  if (after)
    screen_watch(s, atoi(after));
  char *text = screen_text(s);
  fputs(text, out);
  free(text);
}

int main(int argc, char **argv) {
  if (argc < 4 || sscanf(argv[1], "%dx%d", &setup.cols, &setup.rows) != 2) {
    fprintf(stderr, "usage: screen_shot COLSxROWS KEYS PROGRAM [ARGUMENT...]\n");
    return 64;
  }
  keys = argv[2];
  setup.argv = (const char *const *)(uintptr_t)(argv + 3);
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(take_it, screen_end_all)};
  out = fdopen(dup(STDOUT_FILENO), "w");
  if (!out || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
    return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  return fclose(out) != 0 || failed;
}
