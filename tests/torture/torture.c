/* Lets the nth allocation, open, write and connection of cawsole fail, for each n, and looks at how
 * it ends: with an error in words or with its work done, never by a crash, a leak (where the
 * sanitizers watch) or a terminal that is not restored.
 *
 *   CAWSOLE_TORTURE_RUNS=all
 *       every n, and then every call path that none of them fell on, as how often the console
 *       allocates differs a little from run to run
 *
 *   CAWSOLE_TORTURE_RUNS=paths
 *       the first and the last on each call path
 *
 *   CAWSOLE_TORTURE_RUNS=400
 *       so many (by default a few) of each kind: half of them the first points, half spread evenly
 *       over the rest
 *
 *   CAWSOLE_TORTURE_JOBS=8
 *       so many at a time; by default two for each processor, for a run waits more than it works
 *
 * The line for each kind says what was tried. */
#include "config.h"

#include "tests/screen/console.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define RUNS 8
#define ONCE_SECONDS 60
#define KINDS 4
#define JOBS_MAX 64
#define PATHS_MAX 32768
#define REPORTED 5 /* of what is wrong; the rest is only counted */
#define OUTPUT_MAX ((size_t)16 << 20)
#define SANITIZER_EXIT "86" /* none that cawsole has */

static const char *const kinds[KINDS] = {"memory", "open", "write", "connect"};

/* How one run ended. */
struct ending {
  int status; /* as waitpid gives it */
  bool hung;
  const char *wrong; /* NULL: nothing */
  bool told;         /* it ended with an error in words */
  bool done;         /* all that it was asked for */
  char words[1200];
};

static char folder[] = "/tmp/cawsole-torture-XXXXXX";
static pid_t runner;       /* this program; its jobs are children of it */
static int job;            /* which of them this is; 0: none */
static bool nothing_fails; /* then all that is waited for comes */

/* A name for each job. */
static const char *in_folder(const char *name) {
  static char path[4][128];
  static unsigned turn;
  char *out = path[turn++ % 4];
  snprintf(out, sizeof path[0], "%s/%s.%d", folder, name, job);
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

static const char *simulator; /* its address; one for all runs of a job */

static void begin_once(void) {
  simulator = console_simulator((const char *const[]){"--die-with-parent", NULL});
}

static pid_t spawn_once(void) {
  const char *argv[] = {program(),  "--once",    "--json", "--endpoint-url", simulator,
                        "--region", "eu-west-1", "--log",  in_folder("log"), NULL};
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

/* That it could not be told how it is, and why. */
static bool is_unknown(const cJSON *answer) {
  const cJSON *health = cJSON_GetObjectItem(answer, "health"),
              *reason = cJSON_GetObjectItem(answer, "reason");
  return cJSON_IsString(health) && !strcmp(health->valuestring, "unknown") &&
         cJSON_IsString(reason) && *reason->valuestring;
}

static void once(struct ending *e) {
  static int all;
  setenv("AWS_ACCESS_KEY_ID", "testing", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "testing", 1);
  setenv("HOME", folder, 1);
  await_end(spawn_once(), e);
  char *out = read_file(in_folder("out")), *err = read_file(in_folder("err"));
  cJSON *answer = cJSON_Parse(out);
  e->told = strncmp(err, "cawsole: ", 9) == 0 || is_unknown(answer);
  if (!e->told && !answer)
    e->wrong = "neither an answer nor an error in words";
  else if (answer && !cJSON_GetObjectItem(answer, "collections"))
    e->wrong = "an answer without its collections";
  else if (nothing_fails)
    all = things(answer);
  else if (!e->told && things(answer) >= 0 && things(answer) != all)
    e->wrong = "things are missing, and nothing is said of it";
  e->done = answer && things(answer) > 0;
  snprintf(e->words, sizeof e->words, "%s", err);
  cJSON_Delete(answer);
  free(out);
  free(err);
}

/* ---- the console: start, one refresh, one action, quit --------------------------------------- */

enum { START_MS = 20000, IDLE_MS = 3000, SHOWN_MS = 500 };

/* Waits for the console as long as it runs and is not idle, then types. */
static void press(struct screen *s, const char *keys) {
  screen_try_idle(s, IDLE_MS);
  if (!screen_ended(s))
    screen_keys_ahead(s, keys);
}

/* False: what failed keeps it from being shown. */
static bool shows(struct screen *s, const char *regex) {
  int ms = nothing_fails ? SCREEN_PATIENCE_MS : SHOWN_MS;
  for (; ms > 0 && !screen_ended(s) && screen_row(s, regex) < 0; ms -= 5)
    screen_watch(s, 5);
  return !screen_ended(s) && screen_row(s, regex) >= 0;
}

static void act(struct screen *s) {
  static const struct {
    const char *shown, *keys;
  } steps[] = {{"web .*4/4", "<C-r>"},
               {"web .*4/4", "3/web<Enter>s"},
               {"Desired count", "<C-u>+1<Enter>"},
               {"y yes  n no", "y"},
               {"desired 5|5 wanted", "<C-r>"}};
  for (size_t i = 0; i < sizeof steps / sizeof *steps && shows(s, steps[i].shown); i++)
    press(s, steps[i].keys);
}

/* SIGINT leaves from anywhere, and asks once when something is under way. Before it has drawn
 * anything, it has no handler yet: on a machine that is busy that takes a while. */
static void leave(struct screen *s) {
  for (int ms = 0; ms < START_MS && !screen_ended(s) && screen_row(s, "[a-z]") < 0; ms += 5)
    screen_watch(s, 5);
  screen_signal(s, SIGINT);
  if (shows(s, "Leave while"))
    press(s, "y");
  for (int ms = 0; ms < IDLE_MS && !screen_ended(s); ms += 5)
    screen_watch(s, 5);
  if (!screen_ended(s))
    screen_signal(s, SIGTERM);
  for (int i = 0; i < 100 && !screen_ended(s); i++)
    screen_watch(s, 100);
}

/* What the journal of the demo says was done. */
static bool was_sent(const struct screen *s) {
  char path[256];
  snprintf(path, sizeof path, "%s/.local/state/cawsole/demo-audit.jsonl", screen_home(s));
  char *text = read_file(path);
  bool sent = strstr(text, "\"event\":\"sent\"") && strstr(text, "\"action\":\"scale\"");
  free(text);
  return sent;
}

static void console(struct ending *e) {
  const char *argv[] = {program(), "--demo", NULL}, *env[4] = {NULL};
  static const char *const passed[] = {"CAWSOLE_TORTURE", "CAWSOLE_TORTURE_COUNTS",
                                       "CAWSOLE_TORTURE_PATHS"};
  static char text[3][160];
  for (size_t i = 0, n = 0; i < 3; i++)
    if (getenv(passed[i])) {
      snprintf(text[i], sizeof text[i], "%s=%s", passed[i], getenv(passed[i]));
      env[n++] = text[i];
    }
  struct screen *s =
      screen_start(&(struct screen_setup){.rows = 36, .cols = 120, .argv = argv, .env = env});
  act(s);
  leave(s);
  char *foreign = screen_foreign(s), *shown = screen_text(s);
  e->hung = !screen_ended(s);
  if (!e->hung) {
    e->status = screen_exit(s);
    e->wrong = screen_unrestored(s);
  }
  if (!e->wrong && foreign)
    e->wrong = "it wrote a sequence that is none of its own";
  e->done = was_sent(s);
  e->told = strstr(shown, "cawsole: ") != NULL;
  snprintf(e->words, sizeof e->words, "%s", shown);
  free(foreign);
  free(shown);
  screen_end(s);
}

static const struct scene {
  const char *name;
  void (*begin)(void); /* once for each job; NULL: nothing to begin */
  void (*play)(struct ending *);
} scenes[] = {{"--once", begin_once, once}, {"console", NULL, console}};

/* ---- one point ------------------------------------------------------------------------------- */

/* One that fails, as fail.c takes it. */
struct point {
  int kind;
  long nth;
  bool by_path, for_good;
  uint32_t path;
};

/* What became of it; of every job, in memory that is shared. */
struct result {
  bool tried, met, told, wrong;
  uint32_t path; /* where it was met */
};

/* How many there were of a kind, and on which call paths, when nothing failed. */
struct counted {
  long total, n_paths;
  struct {
    uint32_t hash;
    long count;
  } paths[PATHS_MAX];
};

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

static void order_of(const struct point *p, char *out, size_t size) {
  char path[16] = "";
  if (p->by_path)
    snprintf(path, sizeof path, "@%08x", p->path);
  snprintf(out, size, "%s:%ld%s%s", kinds[p->kind], p->nth, path, p->for_good ? "+" : "");
}

/* Reads what the program says of itself at its end. True: it met what was to fail, on *path. */
static bool read_counts(struct counted counted[KINDS], uint32_t *path) {
  FILE *f = fopen(in_folder("counts"), "r");
  char line[64], name[16];
  bool met = false;
  uint32_t hash;
  long n;
  while (f && fgets(line, sizeof line, f)) {
    met = met || sscanf(line, "failed %x", path) == 1;
    for (int k = 0; counted && k < KINDS; k++) {
      struct counted *c = &counted[k];
      if (sscanf(line, "%15[a-z]@%x %ld", name, &hash, &n) == 3 && !strcmp(name, kinds[k]) &&
          c->n_paths < PATHS_MAX) {
        c->paths[c->n_paths].hash = hash;
        c->paths[c->n_paths++].count = n;
      } else if (sscanf(line, "%15[a-z] %ld", name, &n) == 2 && !strcmp(name, kinds[k])) {
        c->total = n;
      }
    }
  }
  if (f)
    fclose(f);
  return met;
}

/* Where it failed, as a command that tells. */
static void print_place(void) {
  char *text = read_file(in_folder("counts"));
  printf("    addr2line -fpsCe %s", program());
  for (const char *at = text; (at = strstr(at, "\nby ")) != NULL; at += 4)
    printf(" %.*s", (int)strcspn(at + 4, "\n"), at + 4);
  printf("\n");
  free(text);
}

static void try_point(const struct scene *scene, const struct point *p, struct result *r,
                      atomic_int *reported) {
  struct ending e = {0};
  char order[64];
  order_of(p, order, sizeof order);
  setenv("CAWSOLE_TORTURE", order, 1);
  setenv("CAWSOLE_TORTURE_COUNTS", in_folder("counts"), 1);
  unlink(in_folder("counts"));
  scene->play(&e);
  const char *wrong = verdict(&e);
  *r = (struct result){.tried = true, .told = e.told, .wrong = wrong != NULL};
  r->met = read_counts(NULL, &r->path);
  if (wrong && atomic_fetch_add(reported, 1) < REPORTED) {
    printf("CAWSOLE_TORTURE=%s (%s): %s (wait status 0x%x)\n%s\n", order, scene->name, wrong,
           (unsigned)e.status, e.words);
    print_place();
    fflush(stdout);
  }
}

/* ---- many of them at a time ------------------------------------------------------------------ */

static int jobs(void) {
  const char *text = getenv("CAWSOLE_TORTURE_JOBS");
  long n = text ? atol(text) : 2 * sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (int)n;
}

/* What the jobs share. */
struct shared {
  atomic_long next;
  atomic_int reported;
  struct result results[];
};

static void work(const struct scene *scene, const struct point *points, long n,
                 struct shared *shared) {
  if (scene->begin)
    scene->begin();
  for (long i; (i = atomic_fetch_add(&shared->next, 1)) < n;)
    try_point(scene, &points[i], &shared->results[i], &shared->reported);
  console_end(NULL);
}

/* The results, to be given back with munmap. */
static struct shared *try_all(const struct scene *scene, const struct point *points, long n) {
  size_t size = sizeof(struct shared) + (size_t)n * sizeof(struct result);
  struct shared *shared =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t pids[JOBS_MAX];
  int most = n < jobs() ? (int)n : jobs(), failed = 0;
  assert_ptr_not_equal(shared, MAP_FAILED);
  fflush(NULL);
  for (int i = 0; i < most; i++) {
    pids[i] = fork();
    assert_true(pids[i] >= 0);
    if (!pids[i]) {
      job = i + 1;
      work(scene, points, n, shared);
      fflush(NULL);
      _exit(0);
    }
  }
  for (int i = 0; i < most; i++) {
    int status = 0;
    waitpid(pids[i], &status, 0);
    failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  if (failed)
    fail_msg("%d of %d jobs did not end as they should", failed, most);
  return shared;
}

/* ---- which of them --------------------------------------------------------------------------- */

enum { ALL = -1, BY_PATHS = -2 };

static long budget(void) {
  const char *text = getenv("CAWSOLE_TORTURE_RUNS");
  if (text && !strcmp(text, "all"))
    return ALL;
  if (text && !strcmp(text, "paths"))
    return BY_PATHS;
  return text && atol(text) > 1 ? atol(text) : RUNS;
}

/* Fills points, of which there is room for twice the total; says in words which they are. */
static long choose(const struct counted *c, struct point *points, char *words, size_t size) {
  long n = 0, runs = budget();
  if (runs == BY_PATHS) {
    for (long i = 0; i < c->n_paths; i++) {
      points[n++] = (struct point){.nth = 1, .by_path = true, .path = c->paths[i].hash};
      points[n] = points[n - 1];
      points[n].nth = c->paths[i].count;
      n += c->paths[i].count > 1;
    }
    snprintf(words, size, "the first and the last of each path tried");
    return n;
  }
  if (runs == ALL || runs >= c->total) {
    for (n = 0; n < c->total; n++)
      points[n] = (struct point){.nth = n + 1};
    snprintf(words, size, "all tried");
    return n;
  }
  long first = runs / 2;
  double step = (double)(c->total - first) / (double)(runs - first);
  for (n = 0; n < runs; n++)
    points[n].nth = n < first ? n + 1 : first + 1 + (long)((double)(n - first) * step);
  snprintf(words, size, "%ld tried (the first %ld, then every %.0fth)", n, first, step);
  return n;
}

static int by_path(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

struct tally {
  long tried, met, told, bad, n_paths;
  uint32_t *paths; /* where a point was met, each once and in order */
};

static void add(struct tally *t, const struct result *r, long n) {
  uint32_t *all = realloc(t->paths, (size_t)(t->n_paths + n) * sizeof *all);
  long kept = 0;
  assert_non_null(all);
  for (long i = 0; i < n; i++) {
    t->tried += r[i].tried;
    t->met += r[i].met;
    t->told += r[i].told && !r[i].wrong;
    t->bad += r[i].wrong;
    if (r[i].met)
      all[t->n_paths++] = r[i].path;
  }
  qsort(all, (size_t)t->n_paths, sizeof *all, by_path);
  for (long i = 0; i < t->n_paths; i++)
    if (!kept || all[kept - 1] != all[i])
      all[kept++] = all[i];
  t->paths = all;
  t->n_paths = kept;
}

static bool was_met(const struct tally *t, uint32_t path) {
  return t->n_paths && bsearch(&path, t->paths, (size_t)t->n_paths, sizeof path, by_path);
}

/* The paths that no point fell on. */
static long choose_missed(const struct counted *c, const struct tally *t, struct point *points) {
  long n = 0;
  for (long i = 0; i < c->n_paths; i++)
    if (!was_met(t, c->paths[i].hash))
      points[n++] = (struct point){.nth = 1, .by_path = true, .path = c->paths[i].hash};
  return n;
}

/* ---- every point ----------------------------------------------------------------------------- */

static void try_chosen(const struct scene *scene, int kind, bool for_good, struct point *points,
                       long n, struct tally *t) {
  if (!n)
    return;
  for (long i = 0; i < n; i++) {
    points[i].kind = kind;
    points[i].for_good = for_good;
  }
  struct shared *s = try_all(scene, points, n);
  add(t, s->results, n);
  munmap(s, sizeof *s + (size_t)n * sizeof *s->results);
}

/* How many ended wrong. */
static long torture(const struct scene *scene, int kind, const struct counted *c) {
  struct point *points = calloc((size_t)(2 * c->total + 1), sizeof *points);
  long bad = 0;
  assert_non_null(points);
  for (int for_good = 0; for_good < 2; for_good++) {
    struct tally t = {0};
    char words[100];
    long missed = 0;
    memset(points, 0, (size_t)(2 * c->total + 1) * sizeof *points);
    try_chosen(scene, kind, for_good, points, choose(c, points, words, sizeof words), &t);
    if (budget() == ALL)
      try_chosen(scene, kind, for_good, points, missed = choose_missed(c, &t, points), &t);
    printf("# %s, %s %s: %ld points on %ld call paths, %s", scene->name, kinds[kind],
           for_good ? "from the nth on" : "the nth", c->total, c->n_paths, words);
    if (missed)
      printf(", then the first of %ld paths that none of them fell on", missed);
    printf(": %ld failed, on %ld paths: %ld ended with an error in words, %ld without a fault, %ld "
           "wrong\n",
           t.met, t.n_paths, t.told, t.tried - t.told - t.bad, t.bad);
    fflush(stdout);
    free(t.paths);
    bad += t.bad + (t.tried > 0 && t.met == 0);
  }
  free(points);
  return bad;
}

/* How many there are of each kind when nothing fails, and all is done that was to be. */
static void count(const struct scene *scene, struct counted counted[KINDS]) {
  struct ending e = {0};
  uint32_t path;
  unsetenv("CAWSOLE_TORTURE");
  setenv("CAWSOLE_TORTURE_COUNTS", in_folder("counts"), 1);
  setenv("CAWSOLE_TORTURE_PATHS", "1", 1);
  if (scene->begin)
    scene->begin();
  nothing_fails = true;
  scene->play(&e);
  nothing_fails = false;
  console_end(NULL);
  unsetenv("CAWSOLE_TORTURE_PATHS");
  if (verdict(&e) || e.told || !e.done)
    fail_msg("nothing failed, and yet %s:\n%s",
             verdict(&e) ? verdict(&e)
             : e.told    ? "an error"
                         : "not all was done",
             e.words);
  assert_false(read_counts(counted, &path));
}

static void play(const struct scene *scene) {
  struct counted *counted = calloc(KINDS, sizeof *counted);
  long bad = 0;
  if (getpid() != runner)
    _exit(1); /* a job that failed goes no further */
  assert_non_null(counted);
  count(scene, counted);
  for (int kind = 0; kind < KINDS; kind++)
    bad += torture(scene, kind, &counted[kind]);
  for (int kind = 0; kind < KINDS; kind++)
    assert_true(counted[kind].total > 0 && counted[kind].n_paths > 0);
  free(counted);
  assert_int_equal(bad, 0);
}

static void test_once(void **state) {
  (void)state;
  play(&scenes[0]);
}

static void test_console(void **state) {
  (void)state;
  play(&scenes[1]);
}

static int begin(void **state) {
  const char *options = getenv("ASAN_OPTIONS");
  char text[512];
  (void)state;
  runner = getpid();
  snprintf(text, sizeof text, "%s%sexitcode=" SANITIZER_EXIT, options ? options : "",
           options ? ":" : "");
  setenv("ASAN_OPTIONS", text, 1);
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk) {
  (void)st, (void)kind, (void)walk;
  return remove(path);
}

static int finish(void **state) {
  (void)state;
  if (getpid() != runner)
    _exit(1);
  return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(test_once, console_end),
      cmocka_unit_test_teardown(test_console, console_end),
  };
  return cmocka_run_group_tests_name("torture", tests, begin, finish);
}
