/* A day in ten minutes: the console on a simulator whose world runs thirty times as fast, with
 * random faults and random keys. It must end with as much memory and as many descriptors as it had
 * after its first fifth, with the rows that AWS has, and by `q`.
 *
 *   SOAK_SECONDS   how long; 600 by default
 *   SOAK_SEED      the same seed presses the same keys and plays the same faults
 */
#include "config.h"

#include "tests/screen/console.h"

#include <cjson/cJSON.h>
#include <dirent.h>
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SAMPLES_MAX 20000
#define ANSWER_MAX ((size_t)8 << 20)
#define CONFIG                                                                                     \
  "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; environment = \"staging\"; "              \
  "interval = 1; } );\n"

static uint64_t seed = 20;

/* xorshift64: https://www.jstatsoft.org/article/view/v008i14 */
static unsigned random_below(unsigned n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (unsigned)(seed % n);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- what is pressed and what goes wrong ----------------------------------------------------- */

/* All but what ends the console or leads it to another account. */
static const char *const keys[] = {
    "j",          "k",        "<Down>",      "<Up>",
    "<PageDown>", "<PageUp>", "<Home>",      "<End>",
    "<Tab>",      "<Enter>",  "<Esc>",       "<Esc>",
    "<Esc>",      "<Esc>",    "1",           "2",
    "3",          "4",        "5",           "6",
    "z",          "/we",      "/!x",         "<C-u>",
    "<lt>",       ">",        "e",           "d",
    "a",          "?",        "f",           "x",
    "<C-r>",      "<C-l>",    "3s",          "+1",
    "-1",         "y",        "n",           "3r",
    "3b",         "1i",       "/index.html", ":budget<Enter>",
    "c",          "<BS>",     " ",
};

static const char *const faults[] = {
    "throttled",   "retry-after",  "expired-token", "access-denied", "server-error", "redirect",
    "html",        "hostile-text", "control-text",  "invalid-utf8",  "huge-text",    "missing",
    "nulls",       "wrong-types",  "out-of-range",  "duplicates",    "empty-pages",  "token-loop",
    "page-denied", "latency",      "reply-lost",    "reset-within",  "reset-after",  "drip",
    "truncated",   "over-long",    "endless",       "content-type",  "garbage",      "deep",
    "gzip-bomb",   "reset-before",
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void play_fault(void) {
  char spec[128];
  const char *name = faults[random_below(COUNT(faults))];
  snprintf(spec, sizeof spec, "%s,share=0.%u,for=%u\n", name, 1 + random_below(9),
           2 + random_below(8));
  if (!console_fault("POST", spec))
    fail_msg("the simulator does not take the fault %s", spec);
}

static void press(struct screen *s) {
  switch (random_below(40)) {
  case 0:
    screen_resize(s, 24 + (int)random_below(40), 80 + (int)random_below(140));
    break;
  case 1:
    screen_signal(s, SIGWINCH);
    break;
  default:
    screen_keys_ahead(s, keys[random_below(COUNT(keys))]);
  }
}

/* ---- what it takes --------------------------------------------------------------------------- */

struct sample {
  double at;
  long kib, fds;
};

static long resident_kib(int pid) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  FILE *f = fopen(path, "r");
  if (f) {
    if (fscanf(f, "%*s %ld", &pages) != 1)
      pages = 0;
    fclose(f);
  }
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static long descriptors(int pid) {
  char path[64];
  long n = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *d = opendir(path);
  while (d && readdir(d))
    n++;
  if (d)
    closedir(d);
  return n > 2 ? n - 2 : 0;
}

static int by_kib(const void *a, const void *b) {
  const struct sample *x = a, *y = b;
  return x->kib < y->kib ? -1 : x->kib > y->kib;
}

/* The median of what was sampled between two parts of the time; *fds: the most of them. */
static long median_kib(const struct sample *all, size_t n, double from, double to, long *fds) {
  static struct sample some[SAMPLES_MAX];
  size_t k = 0;
  for (size_t i = (size_t)(from * (double)n); i < (size_t)(to * (double)n); i++)
    some[k++] = all[i];
  *fds = 0;
  for (size_t i = 0; i < k; i++)
    *fds = some[i].fds > *fds ? some[i].fds : *fds;
  qsort(some, k, sizeof some[0], by_kib);
  return k ? some[k / 2].kib : 0;
}

static void judge(const struct sample *all, size_t n) {
  long fds_early, fds_late, most = 0;
  long early = median_kib(all, n, 0.2, 0.4, &fds_early),
       late = median_kib(all, n, 0.8, 1, &fds_late);
  for (size_t i = 0; i < n; i++)
    most = all[i].kib > most ? all[i].kib : most;
  printf(
      "# memory: %.1f MiB after a fifth, %.1f MiB in the last fifth (%+.1f%%), at most %.1f MiB; "
      "descriptors: at most %ld, then %ld\n",
      (double)early / 1024, (double)late / 1024,
      early ? 100.0 * (double)(late - early) / (double)early : 0, (double)most / 1024, fds_early,
      fds_late);
  if (!early) {
    printf("# this system has no /proc to read them from\n");
    return;
  }
  assert_true(late <= early + early / 10 + 1024);
  assert_true(fds_late <= fds_early + 8);
}

/* ---- nothing was lost ------------------------------------------------------------------------ */

/* What AWS has now, by a reading of its own; the caller deletes. */
static cJSON *read_once(const char *url) {
  static char program[512];
  const char *built = getenv("CAWSOLE_BUILDDIR");
  const char *argv[] = {program, "--once",   "--json",    "--endpoint-url",
                        url,     "--region", "eu-west-1", NULL};
  char path[] = "/tmp/cawsole-soak-XXXXXX", *text = calloc(1, ANSWER_MAX + 1);
  int out = mkstemp(path), status;
  pid_t pid;
  posix_spawn_file_actions_t files;
  assert_true(out >= 0 && text);
  snprintf(program, sizeof program, "%s/cawsole", built ? built : ".");
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  int failed = posix_spawn(&pid, argv[0], &files, NULL, (char *const *)(uintptr_t)argv, environ);
  posix_spawn_file_actions_destroy(&files);
  assert_int_equal(failed, 0);
  waitpid(pid, &status, 0);
  assert_true(pread(out, text, ANSWER_MAX, 0) > 0);
  close(out);
  unlink(path);
  cJSON *answer = cJSON_Parse(text);
  free(text);
  assert_non_null(answer);
  return answer;
}

/* Whether each service stands on the screen with the counts that AWS has. */
static bool services_agree(const struct screen *s, const cJSON *answer, char *missing,
                           size_t size) {
  const cJSON *items = cJSON_GetObjectItem(
      cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "collections"), "services"), "items");
  const cJSON *one;
  int n = 0;
  cJSON_ArrayForEach(one, items) {
    snprintf(missing, size, "%s .*%d/%d ",
             cJSON_GetStringValue(cJSON_GetObjectItem(one, "serviceName")),
             (int)cJSON_GetNumberValue(cJSON_GetObjectItem(one, "runningCount")),
             (int)cJSON_GetNumberValue(cJSON_GetObjectItem(one, "desiredCount")));
    if (screen_row(s, missing) < 0)
      return false;
    n++;
  }
  return n > 0;
}

/* Back on the board, whatever is open. */
static void to_the_board(struct screen *s) {
  for (int i = 0; i < 8; i++) {
    screen_keys_ahead(s, "<Esc>");
    screen_watch(s, 60);
  }
  screen_resize(s, 40, 160);
  screen_keys_ahead(s, "3/<C-u><Enter>");
  screen_watch(s, 200);
  screen_keys_ahead(s, "<C-r>");
}

static void settle(struct screen *s, const char *url) {
  char missing[256] = "";
  bool same = false;
  assert_true(console_fault("DELETE", ""));
  to_the_board(s);
  screen_expect_gone(s, "next try");
  for (int i = 0; i < 20 && !same; i++) {
    cJSON *answer = read_once(url);
    for (int k = 0; k < 8 && !same; k++) {
      screen_watch(s, 250);
      same = services_agree(s, answer, missing, sizeof missing);
    }
    cJSON_Delete(answer);
  }
  if (!same)
    screen_fail(s, "the services are not as AWS has them", missing);
}

/* ---- the test -------------------------------------------------------------------------------- */

static double seconds(void) {
  const char *text = getenv("SOAK_SECONDS");
  return text && strtod(text, NULL) > 0 ? strtod(text, NULL) : 600;
}

static void soak(void **state) {
  static struct sample samples[SAMPLES_MAX];
  struct screen *s =
      console_start(&(struct console_setup){.sim = {"--speed", "30", NULL}, .config = CONFIG});
  size_t n = 0;
  unsigned pressed = 0, played = 0;
  (void)state;
  console_ready(s);
  double begin = now(), end = begin + seconds(), next_fault = begin, next_sample = begin;
  while (now() < end) {
    press(s);
    pressed++;
    screen_watch(s, 20 + (int)random_below(120));
    if (screen_ended(s))
      screen_fail(s, "it ended by itself", NULL);
    if (now() >= next_fault) {
      play_fault();
      played++;
      next_fault = now() + 1 + random_below(4);
    }
    if (now() >= next_sample && n < SAMPLES_MAX) {
      samples[n++] =
          (struct sample){now() - begin, resident_kib(screen_pid(s)), descriptors(screen_pid(s))};
      next_sample += 0.5;
    }
  }
  printf("# soak: %.0f s, %u keys, %u faults, %zu bytes to the terminal\n", now() - begin, pressed,
         played, screen_written(s));
  fflush(stdout);
  settle(s, console_simulator_url());
  judge(samples, n);
  char *foreign = screen_foreign(s);
  if (foreign)
    screen_fail(s, "it wrote a sequence that is none of its own", foreign);
  screen_keys_ahead(s, "q");
  int how = screen_exit(s);
  assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  assert_null(screen_unrestored(s));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(soak, console_end)};
  const char *text = getenv("SOAK_SEED");
  if (text && strtoull(text, NULL, 10))
    seed = strtoull(text, NULL, 10);
  setenv("AWS_ACCESS_KEY_ID", "testing", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "testing", 1);
  return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
