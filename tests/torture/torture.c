/* Lets the nth allocation, open, write and connection of cawsole fail, for each n, and looks at how
 * it ends: with an error in words or with its work done, never by a crash, a leak (where the
 * sanitizers watch) or a terminal that is not restored.
 *
 * Where there are more points than CAWSOLE_TORTURE_RUNS (by default a few; the deep check sets
 * hundreds), half of the runs go to the first points and half are spread evenly over the rest; the
 * line for each kind says so. */
#include "config.h"

#include "tests/screen/console.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define RUNS 8
#define ONCE_SECONDS 60
#define OUTPUT_MAX ((size_t)16 << 20)
#define SANITIZER_EXIT "86" /* none that cawsole has */

static const char *const kinds[] = {"memory", "open", "write", "connect"};

/* How one run ended. */
struct ending {
  int status; /* as waitpid gives it */
  bool hung;
  const char *wrong; /* NULL: nothing */
  bool told;         /* it ended with an error in words */
  char words[1200];
};

static char folder[] = "/tmp/cawsole-torture-XXXXXX";

static const char *in_folder(const char *name) {
  static char path[3][128];
  static unsigned turn;
  char *out = path[turn++ % 3];
  snprintf(out, sizeof path[0], "%s/%s", folder, name);
  return out;
}

static const char *program(void) {
  static char path[512];
  const char *built = getenv("CAWSOLE_BUILDDIR");
  snprintf(path, sizeof path, "%s/cawsole-torture", built ? built : ".");
  return path;
}

/* The file's text, up to a limit; the caller frees. */
static char *read_file(const char *path) {
  FILE *f = fopen(path, "r");
  char *text = calloc(1, OUTPUT_MAX + 1);
  assert_non_null(text);
  if (f) {
    text[fread(text, 1, OUTPUT_MAX, f)] = '\0';
    fclose(f);
  }
  return text;
}

/* ---- cawsole --once --json ------------------------------------------------------------------- */

static const char *simulator; /* its address; one for all runs of this scene */

static pid_t spawn_once(void) {
  const char *argv[] = {program(), "--once",   "--json",    "--endpoint-url",
                        simulator, "--region", "eu-west-1", NULL};
  posix_spawn_file_actions_t files;
  pid_t pid = -1;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, in_folder("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&files, 2, in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int failed = posix_spawn(&pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed)
    fail_msg("%s: %s", argv[0], strerror(failed));
  return pid;
}

static void await_end(pid_t pid, struct ending *e) {
  for (int ms = 0; waitpid(pid, &e->status, WNOHANG) == 0; ms += 5) {
    if (ms > ONCE_SECONDS * 1000) {
      e->hung = true;
      kill(pid, SIGKILL);
      waitpid(pid, &e->status, 0);
      return;
    }
    nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

/* Things that a steady stack always has as many of. -1: a collection says that it has an error. */
static int things(const cJSON *answer) {
  static const char *const steady[] = {"target_groups", "services", "db_instances", "parameters"};
  const cJSON *collections = cJSON_GetObjectItem(answer, "collections"), *c;
  int n = 0;
  cJSON_ArrayForEach(c, collections) if (cJSON_IsString(cJSON_GetObjectItem(c, "error")) ||
                                         cJSON_IsObject(cJSON_GetObjectItem(c, "error"))) return -1;
  for (size_t i = 0; i < sizeof steady / sizeof *steady; i++)
    n += cJSON_GetArraySize(
        cJSON_GetObjectItem(cJSON_GetObjectItem(collections, steady[i]), "items"));
  return n;
}

static void once(struct ending *e) {
  static int all;
  setenv("AWS_ACCESS_KEY_ID", "testing", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "testing", 1);
  setenv("HOME", folder, 1);
  await_end(spawn_once(), e);
  char *out = read_file(in_folder("out")), *err = read_file(in_folder("err"));
  cJSON *answer = cJSON_Parse(out);
  e->told = strncmp(err, "cawsole: ", 9) == 0;
  if (!e->told && !answer)
    e->wrong = "neither an answer nor an error in words";
  else if (answer && !cJSON_GetObjectItem(answer, "collections"))
    e->wrong = "an answer without its collections";
  else if (answer && !all)
    all = things(answer);
  else if (answer && things(answer) >= 0 && things(answer) != all)
    e->wrong = "things are missing, and nothing is said of it";
  snprintf(e->words, sizeof e->words, "%s", err);
  cJSON_Delete(answer);
  free(out);
  free(err);
}

/* ---- the console: start, one refresh, one action, quit --------------------------------------- */

enum { IDLE_MS = 3000 };

/* Waits for the console where it still says that it is idle, then types. */
static void press(struct screen *s, const char *keys) {
  screen_try_idle(s, IDLE_MS);
  if (!screen_ended(s))
    screen_keys_ahead(s, keys);
}

static void leave(struct screen *s) {
  for (int i = 0; i < 4 && !screen_ended(s); i++) {
    press(s, "<Esc>");
    screen_watch(s, 60); /* or it and the next key would be one */
    if (!screen_ended(s))
      screen_keys_ahead(s, "q");
    screen_watch(s, 100);
  }
  if (!screen_ended(s))
    screen_signal(s, SIGTERM);
  for (int i = 0; i < 100 && !screen_ended(s); i++)
    screen_watch(s, 100);
}

static void console(struct ending *e) {
  const char *argv[] = {program(), "--demo", NULL}, *env[4] = {NULL};
  static const char *const passed[] = {"CAWSOLE_TORTURE", "CAWSOLE_TORTURE_COUNTS"};
  static char text[2][160];
  for (size_t i = 0, n = 0; i < 2; i++)
    if (getenv(passed[i])) {
      snprintf(text[i], sizeof text[i], "%s=%s", passed[i], getenv(passed[i]));
      env[n++] = text[i];
    }
  struct screen *s =
      screen_start(&(struct screen_setup){.rows = 36, .cols = 120, .argv = argv, .env = env});
  press(s, "<C-r>");
  press(s, "3s");
  press(s, "<C-u>+1<Enter>");
  press(s, "y");
  press(s, "<Enter>");
  leave(s);
  char *foreign = screen_foreign(s), *shown = screen_text(s);
  e->hung = !screen_ended(s);
  if (!e->hung) {
    e->status = screen_exit(s);
    e->wrong = screen_unrestored(s);
  }
  if (!e->wrong && foreign)
    e->wrong = "it wrote a sequence that is none of its own";
  e->told = strstr(shown, "cawsole: ") != NULL;
  snprintf(e->words, sizeof e->words, "%s", shown);
  free(foreign);
  free(shown);
  screen_end(s);
}

/* ---- every point ----------------------------------------------------------------------------- */

static const char *verdict(const struct ending *e) {
  if (e->hung)
    return "it does not end";
  if (!WIFEXITED(e->status))
    return "it was ended by a signal";
  if (WEXITSTATUS(e->status) == atoi(SANITIZER_EXIT) || strstr(e->words, "Sanitizer"))
    return "the sanitizers found something";
  if (e->wrong)
    return e->wrong;
  if (WEXITSTATUS(e->status) > 3 && WEXITSTATUS(e->status) != 64)
    return "its exit status is none of its own";
  if (WEXITSTATUS(e->status) == 64 && !e->told)
    return "it ended without a word";
  return NULL;
}

static void run(void (*scene)(struct ending *), struct ending *e) {
  *e = (struct ending){0};
  scene(e);
}

/* How many there are of each kind when nothing fails. */
static void count(void (*scene)(struct ending *), long counts[4]) {
  struct ending e;
  char name[16];
  unsetenv("CAWSOLE_TORTURE");
  setenv("CAWSOLE_TORTURE_COUNTS", in_folder("counts"), 1);
  run(scene, &e);
  unsetenv("CAWSOLE_TORTURE_COUNTS");
  if (verdict(&e) || e.told)
    fail_msg("nothing failed, and yet %s:\n%s", verdict(&e) ? verdict(&e) : "an error", e.words);
  FILE *f = fopen(in_folder("counts"), "r");
  assert_non_null(f);
  for (int i = 0; i < 4; i++)
    assert_int_equal(fscanf(f, "%15s %ld", name, &counts[i]), 2);
  fclose(f);
}

static long budget(void) {
  const char *text = getenv("CAWSOLE_TORTURE_RUNS");
  return text && atol(text) > 1 ? atol(text) : RUNS;
}

struct sample {
  long total, runs, first;
  double step; /* between the points after the first ones */
};

static long point(const struct sample *s, long i) {
  return i < s->first ? i + 1 : s->first + 1 + (long)((double)(i - s->first) * s->step);
}

static struct sample sample_of(long total) {
  struct sample s = {.total = total, .runs = budget(), .first = total};
  if (total <= s.runs) {
    s.runs = total;
    return s;
  }
  s.first = s.runs / 2;
  s.step = (double)(total - s.first) / (double)(s.runs - s.first);
  return s;
}

static void torture(const char *scene_name, void (*scene)(struct ending *), int kind, long total) {
  struct sample s = sample_of(total);
  for (int for_good = 0; for_good < 2; for_good++) {
    long told = 0, bad = 0;
    for (long i = 0; i < s.runs; i++) {
      struct ending e;
      char order[64];
      snprintf(order, sizeof order, "%s:%ld%s", kinds[kind], point(&s, i), for_good ? "+" : "");
      setenv("CAWSOLE_TORTURE", order, 1);
      run(scene, &e);
      told += e.told;
      const char *wrong = verdict(&e);
      if (wrong && ++bad <= 5)
        printf("CAWSOLE_TORTURE=%s (%s): %s (wait status 0x%x)\n%s\n", order, scene_name, wrong,
               (unsigned)e.status, e.words);
    }
    printf("# %s, %s %s: %ld points, %ld tried", scene_name, kinds[kind],
           for_good ? "from the nth on" : "the nth", total, s.runs);
    if (s.first < total)
      printf(" (the first %ld, then every %.0fth)", s.first, s.step);
    printf(": %ld ended with an error in words, %ld without a fault, %ld wrong\n", told,
           s.runs - told - bad, bad);
    fflush(stdout);
    assert_int_equal(bad, 0);
  }
  unsetenv("CAWSOLE_TORTURE");
}

static void torture_all(const char *name, void (*scene)(struct ending *)) {
  long counts[4];
  count(scene, counts);
  for (int kind = 0; kind < 4; kind++)
    torture(name, scene, kind, counts[kind]);
  assert_true(counts[0] > 100 && counts[1] > 0 && counts[3] > 0);
}

static void test_once(void **state) {
  (void)state;
  simulator = console_simulator((const char *const[]){NULL});
  torture_all("--once", once);
}

static void test_console(void **state) {
  (void)state;
  torture_all("console", console);
}

static int begin(void **state) {
  const char *options = getenv("ASAN_OPTIONS");
  char text[512];
  (void)state;
  snprintf(text, sizeof text, "%s%sexitcode=" SANITIZER_EXIT, options ? options : "",
           options ? ":" : "");
  setenv("ASAN_OPTIONS", text, 1);
  return mkdtemp(folder) ? 0 : -1;
}

static int finish(void **state) {
  static const char *const names[] = {"out", "err", "counts"};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    unlink(in_folder(names[i]));
  return rmdir(folder) == 0 || errno == ENOTEMPTY ? 0 : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(test_once, console_end),
      cmocka_unit_test_teardown(test_console, console_end),
  };
  return cmocka_run_group_tests_name("torture", tests, begin, finish);
}
