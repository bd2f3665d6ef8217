/* A day in ten minutes: the console on a simulator whose world runs 144 times as fast, over TLS,
 * with a role's keys that live two minutes, random faults and random keys. Faults must be met in
 * each fifth of the time. It must end with as much memory and as many descriptors as it had after
 * its first fifth, with the rows that AWS has, a bounded timeline, and by `q`. What was asked is
 * traced: how much that comes to is told.
 *
 *   SOAK_SECONDS   how long; 600 by default
 *   SOAK_SEED      the same seed presses the same keys and plays the same faults
 */
#include "config.h"

#include "stack/timeline.h"
#include "tests/screen/console.h"
#include "tests/screen/control.h"

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
#define TRACE_LINE_MAX ((size_t)128 << 10) /* as aws/io/log.c has it */
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
    "throttled",      "retry-after",  "expired-token", "access-denied", "server-error",
    "redirect",       "html",         "hostile-text",  "control-text",  "invalid-utf8",
    "huge-text",      "missing",      "nulls",         "wrong-types",   "out-of-range",
    "duplicates",     "empty-pages",  "token-loop",    "page-denied",   "latency",
    "reply-lost",     "reset-within", "reset-after",   "drip",          "truncated",
    "over-long",      "endless",      "content-type",  "garbage",       "deep",
    "gzip-bomb",      "reset-before", "refused",       "clock",         "tls-expired",
    "tls-wrong-name",
};
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void play_fault(void) {
  char spec[128];
  const char *name = faults[random_below(COUNT(faults))];
  snprintf(spec, sizeof spec, "%s,share=0.%u,for=%u\n", name, 1 + random_below(9),
           2 + random_below(8));
  if (!control_fault(spec))
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

static const cJSON *items_of(const cJSON *answer, const char *kind) {
  return cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(answer, "collections"), kind),
                             "items");
}

static const char *text_of(const cJSON *one, const char *name) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(one, name));
  return text ? text : "";
}

static int number_of(const cJSON *one, const char *name) {
  return (int)cJSON_GetNumberValue(cJSON_GetObjectItem(one, name));
}

/* What the row of one of AWS's things must say. */
static void service_row(const cJSON *answer, const cJSON *one, char *row, size_t size) {
  const char *definition = strrchr(text_of(one, "taskDefinition"), ':');
  (void)answer;
  snprintf(row, size, " %s +[^ ]+ +%d/%d .* %s( |│)", text_of(one, "serviceName"),
           number_of(one, "runningCount"), number_of(one, "desiredCount"),
           definition ? definition + 1 : "");
}

static void group_row(const cJSON *answer, const cJSON *one, char *row, size_t size) {
  const char *arn = text_of(one, "TargetGroupArn");
  const cJSON *target;
  int all = 0, healthy = 0;
  cJSON_ArrayForEach(target, items_of(answer, "targets")) {
    if (strcmp(text_of(target, "TargetGroupArn"), arn) != 0)
      continue;
    all++;
    healthy += !strcmp(text_of(cJSON_GetObjectItem(target, "TargetHealth"), "State"), "healthy");
  }
  snprintf(row, size, " %s +[^ ]+ +%d/%d ", text_of(one, "TargetGroupName"), healthy, all);
}

static void database_row(const cJSON *answer, const cJSON *one, char *row, size_t size) {
  (void)answer;
  snprintf(row, size, " %s +[^ ]+ +%s ", text_of(one, "DBInstanceIdentifier"),
           text_of(one, "DBInstanceStatus"));
}

static void distribution_row(const cJSON *answer, const cJSON *one, char *row, size_t size) {
  (void)answer;
  snprintf(row, size, " %s .* [^ ]+ +%s ", text_of(one, "Id"), text_of(one, "Status"));
}

/* The leaf of the tree, and its version. */
static void parameter_row(const cJSON *answer, const cJSON *one, char *row, size_t size) {
  const char *leaf = strrchr(text_of(one, "Name"), '/');
  (void)answer;
  snprintf(row, size, " %s +%s +v%d ", leaf ? leaf + 1 : text_of(one, "Name"), text_of(one, "Type"),
           number_of(one, "Version"));
}

static const struct {
  const char *kind;
  void (*row)(const cJSON *answer, const cJSON *one, char *row, size_t size);
} watched[] = {
    {"services", service_row},      {"target_groups", group_row},
    {"db_instances", database_row}, {"distributions", distribution_row},
    {"parameters", parameter_row},
};

/* Whether each thing stands on the screen as AWS has it. */
static bool all_agree(const struct screen *s, const cJSON *answer, char *missing, size_t size) {
  for (size_t i = 0; i < COUNT(watched); i++) {
    const cJSON *one, *items = items_of(answer, watched[i].kind);
    snprintf(missing, size, "(no %s)", watched[i].kind);
    if (!cJSON_GetArraySize(items))
      return false;
    cJSON_ArrayForEach(one, items) {
      watched[i].row(answer, one, missing, size);
      if (screen_row(s, missing) < 0)
        return false;
    }
  }
  return true;
}

/* Back on the board, whatever is open. */
static void to_the_board(struct screen *s) {
  for (int i = 0; i < 8; i++) {
    screen_keys_ahead(s, "<Esc>");
    screen_watch(s, 60);
  }
  screen_resize(s, 80, 200);
  static const char *const panes[] = {"1", "2", "3", "4", "5", "6"};
  for (size_t i = 0; i < COUNT(panes);
       i++) { /* out of what was drilled into, and without a filter */
    screen_keys_ahead(s, panes[i]);
    screen_keys_ahead(s, "<Esc>");
    screen_watch(s, 60);
    screen_keys_ahead(s, "<Esc>");
    screen_watch(s, 60);
    screen_keys_ahead(s, "/<C-u><Enter>");
    screen_watch(s, 60);
  }
  screen_watch(s, 200);
  screen_keys_ahead(s, "<C-r>");
}

static void settle(struct screen *s, const char *url) {
  char missing[256] = "";
  bool same = false;
  unsigned met, calls;
  control_faults_end(&met, &calls); /* false: none was under way */
  unsigned long spoilt;
  assert_true(control_spoilt(&spoilt));
  to_the_board(s);
  screen_expect_gone(s, "next try");
  for (int i = 0; i < 40 && !same; i++) {
    cJSON *answer = read_once(url);
    for (int k = 0; k < 8 && !same; k++) {
      screen_watch(s, 250);
      same = all_agree(s, answer, missing, sizeof missing);
    }
    cJSON_Delete(answer);
  }
  if (!same)
    screen_fail(s, "what stands there is not what AWS has", missing);
}

/* ---- nothing grows without an end ------------------------------------------------------------ */

static void judge_timeline(struct screen *s) {
  char line[1024];
  int shown = 0, all = 0;
  screen_keys_ahead(s, "6/e<Enter>");
  screen_expect(s, "6 Timeline .*/e [0-9]+ of [0-9]+");
  screen_line(s, screen_row(s, "6 Timeline .*/e [0-9]+ of [0-9]+"), line, sizeof line);
  const char *at = strstr(line, "/e ");
  /* NOLINTNEXTLINE(cert-err34-c): the program's own numbers */
  assert_true(at && sscanf(at, "/e %d of %d", &shown, &all) == 2);
  printf("# timeline: %d events\n", all);
  assert_true(all <= STACK_TIMELINE_MAX);
}

/* Lines are bounded; how many there are is for the operator to say, who asked for them. */
static void judge_trace(const char *path) {
  size_t size = 0, lines = 0, longest = 0, n = 0;
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  for (int c; (c = getc(f)) != EOF; size++) {
    n = c == '\n' ? 0 : n + 1;
    longest = n > longest ? n : longest;
    lines += c == '\n';
  }
  fclose(f);
  printf("# trace: %.1f MiB in %zu lines, the longest of %zu bytes\n", (double)size / (1 << 20),
         lines, longest);
  assert_true(lines > 0 && longest <= TRACE_LINE_MAX);
}

/* ---- the test -------------------------------------------------------------------------------- */

#define FIFTHS 5
static char bundle[64], trace[64], config[64], shared[64];

static double seconds(void) {
  const char *text = getenv("SOAK_SECONDS");
  return text && strtod(text, NULL) > 0 ? strtod(text, NULL) : 600;
}

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0)
    fail_msg("%s cannot be written", path);
}

/* A role's keys: those that end within a quarter of an hour are renewed every minute, whatever
 * fault is played. They outlive the ten minutes by which a clock is off. */
static struct screen *start(void) {
  static char trust[96], files[2][96];
  const long pid = (long)getpid();
  snprintf(bundle, sizeof bundle, "/tmp/cawsole-soak-%ld.pem", pid);
  snprintf(trace, sizeof trace, "/tmp/cawsole-soak-%ld.trace", pid);
  snprintf(config, sizeof config, "/tmp/cawsole-soak-%ld.profiles", pid);
  snprintf(shared, sizeof shared, "/tmp/cawsole-soak-%ld.keys", pid);
  write_file(config, "[profile deploy]\nsource_profile = good\n"
                     "role_arn = arn:aws:iam::123456789012:role/Deploy\n");
  write_file(shared, "[good]\naws_access_key_id = testing\naws_secret_access_key = testing\n");
  snprintf(trust, sizeof trust, "AWS_CA_BUNDLE=%s", bundle);
  snprintf(files[0], sizeof files[0], "AWS_CONFIG_FILE=%s", config);
  snprintf(files[1], sizeof files[1], "AWS_SHARED_CREDENTIALS_FILE=%s", shared);
  const char *url =
      console_simulator((const char *const[]){"--speed", "144", "--tls", "--ca-out", bundle, NULL});
  setenv("AWS_CA_BUNDLE", bundle, 1);
  assert_true(control_fault("short-lived,seconds=800,on=sts"));
  return console_start(
      &(struct console_setup){.plain = true,
                              .args = {"--endpoint-url", url, "--region", "eu-west-1", "--profile",
                                       "deploy", "--trace", trace},
                              .env = {trust, files[0], files[1]},
                              .config = CONFIG});
}

/* Faults must be met from the first fifth to the last. */
static void judge_faults(const unsigned long *spoilt) {
  printf("# requests spoilt, by fifths:");
  for (size_t i = 0; i < FIFTHS; i++)
    printf(" %lu", spoilt[i + 1] - spoilt[i]);
  printf("\n");
  for (size_t i = 0; i < FIFTHS; i++)
    assert_true(spoilt[i + 1] > spoilt[i]);
}

static void soak(void **state) {
  static struct sample samples[SAMPLES_MAX];
  unsigned long spoilt[FIFTHS + 1] = {0};
  struct screen *s = start();
  size_t n = 0, fifth = 0;
  unsigned pressed = 0, played = 0;
  (void)state;
  console_ready(s);
  assert_true(control_spoilt(&spoilt[0]));
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
    if (fifth + 1 < FIFTHS && now() >= begin + (end - begin) * (double)(fifth + 1) / FIFTHS)
      assert_true(control_spoilt(&spoilt[++fifth]));
    if (now() >= next_sample && n < SAMPLES_MAX) {
      samples[n++] =
          (struct sample){now() - begin, resident_kib(screen_pid(s)), descriptors(screen_pid(s))};
      next_sample += 0.5;
    }
  }
  assert_true(control_spoilt(&spoilt[FIFTHS]));
  printf("# soak: %.0f s, %u keys, %u faults, %zu bytes to the terminal\n", now() - begin, pressed,
         played, screen_written(s));
  fflush(stdout);
  judge_faults(spoilt);
  settle(s, console_simulator_url());
  judge(samples, n);
  judge_timeline(s);
  judge_trace(trace);
  char *foreign = screen_foreign(s);
  if (foreign)
    screen_fail(s, "it wrote a sequence that is none of its own", foreign);
  screen_keys_ahead(s, "<Esc>q");
  int how = screen_exit(s);
  assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  assert_null(screen_unrestored(s));
}

static int end(void **state) {
  const char *const files[] = {bundle, trace, config, shared};
  control_end();
  for (size_t i = 0; i < COUNT(files); i++)
    unlink(files[i]);
  return console_end(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(soak, end)};
  const char *text = getenv("SOAK_SEED");
  if (text && strtoull(text, NULL, 10))
    seed = strtoull(text, NULL, 10);
  setenv("AWS_ACCESS_KEY_ID", "testing", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "testing", 1);
  return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
