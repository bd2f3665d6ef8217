/* What comes from outside the keys: signals, the end of the terminal, of the demo's simulator and
 * of the console itself, and terminals that it cannot work on. After each the terminal is as it
 * was, the status says how it went, the simulator is gone, and nothing spins.
 */
#include "config.h"

#include "console.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { USAGE = 64, WAKES_A_SECOND = 50, CPU_PERCENT = 10 };

/* ---- looking at processes -------------------------------------------------------------------- */

/* Fills text (always terminated) with a file of /proc; false: this system has none. */
static bool read_proc(int pid, const char *name, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  FILE *f = fopen(path, "r");
  text[f ? fread(text, 1, size - 1, f) : 0] = '\0';
  if (f)
    fclose(f);
  return f != NULL;
}

/* The one child of a process; 0: this system has no /proc. */
static int child_of(const struct screen *s, int parent) {
  char text[512];
  DIR *proc = opendir("/proc");
  const struct dirent *e;
  int found = 0, its;
  if (!read_proc(parent, "stat", text, sizeof text)) {
    if (proc)
      closedir(proc);
    return 0;
  }
  while (proc && !found && (e = readdir(proc)) != NULL) {
    const char *after =
        read_proc(atoi(e->d_name), "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    if (after && sscanf(after, ") %*c %d", &its) == 1 && its == parent)
      found = atoi(e->d_name);
  }
  if (proc)
    closedir(proc);
  if (!found)
    screen_fail(s, "there is /proc, and no child in it", NULL);
  return found;
}

static int simulator_of(const struct screen *s) {
  return child_of(s, screen_pid(s));
}

static bool runs(int pid) {
  char text[512];
  const char *after = read_proc(pid, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
  return after && after[2] != 'Z'; /* who takes its place as a parent may be late to look */
}

static const char *its_end(int simulator, struct screen *s) {
  if (!simulator)
    return NULL;
  for (int i = 0; i < SCREEN_PATIENCE_MS / 10 && runs(simulator); i++)
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  if (runs(simulator))
    screen_fail(s, "the demo's simulator still runs", NULL);
  return "gone";
}

struct use {
  double cpu_ms, wakes, at_ms;
};

static struct use used(int pid) {
  char text[4096];
  struct use u = {0};
  struct timespec now;
  unsigned long user = 0, kernel = 0, wakes = 0;
  clock_gettime(CLOCK_MONOTONIC, &now);
  u.at_ms = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
  if (read_proc(pid, "stat", text, sizeof text) && strrchr(text, ')'))
    sscanf(strrchr(text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
           &kernel);
  u.cpu_ms = (double)(user + kernel) * 1e3 / (double)sysconf(_SC_CLK_TCK);
  const char *line = read_proc(pid, "status", text, sizeof text)
                         ? strstr(text, "\nvoluntary_ctxt_switches:")
                         : NULL;
  if (line)
    sscanf(line, " voluntary_ctxt_switches: %lu", &wakes);
  u.wakes = (double)wakes;
  return u;
}

/* A process that spins takes what it gets of a processor, or wakes up thousands of times. */
static void it_rests(struct screen *s, int pid, const char *event) {
  struct use before = used(pid);
  screen_watch(s, 1500);
  struct use after = used(pid);
  double seconds = (after.at_ms - before.at_ms) / 1e3;
  double cpu = (after.cpu_ms - before.cpu_ms) / seconds / 10;
  double wakes = (after.wakes - before.wakes) / seconds;
  printf("# %-34s goes on    %3.0f%% of a processor, %3.0f wake-ups a second\n", event, cpu, wakes);
  fflush(stdout);
  if (cpu > CPU_PERCENT || wakes > WAKES_A_SECOND)
    screen_fail(s, "it does not rest", event);
}

static void rests(struct screen *s, const char *event) {
  it_rests(s, screen_pid(s), event);
}

/* ---- it ends --------------------------------------------------------------------------------- */

static void said(const char *event, const char *end, const char *terminal, const char *simulator) {
  printf("# %-34s %-10s terminal %s%s%s\n", event, end, terminal, simulator ? ", simulator " : "",
         simulator ? simulator : "");
  fflush(stdout);
}

static void check_end(struct screen *s, const char *event, int status, int signo, int simulator) {
  char end[32];
  int how = screen_exit(s);
  if (signo)
    snprintf(end, sizeof end, "signal %d", WIFSIGNALED(how) ? WTERMSIG(how) : 0);
  else
    snprintf(end, sizeof end, "exit %d", WIFEXITED(how) ? WEXITSTATUS(how) : -1);
  if (signo ? !WIFSIGNALED(how) || WTERMSIG(how) != signo
            : !WIFEXITED(how) || WEXITSTATUS(how) != status)
    screen_fail(s, "the program ended otherwise", end);
  const char *left = screen_unrestored(s);
  if (left)
    screen_fail(s, "the terminal was not restored", left);
  said(event, end, "restored", its_end(simulator, s));
}

static const struct {
  const char *name;
  int number;
  bool fatal; /* the program ends by it, once the terminal is restored */
} signals[] = {
    {"SIGTERM", SIGTERM, false}, {"SIGHUP", SIGHUP, false},  {"SIGINT", SIGINT, false},
    {"SIGQUIT", SIGQUIT, false}, {"SIGSEGV", SIGSEGV, true}, {"SIGBUS", SIGBUS, true},
    {"SIGFPE", SIGFPE, true},    {"SIGABRT", SIGABRT, true},
};

static void ends_by_signal(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(signals); i++) {
#if defined(__SANITIZE_ADDRESS__)
    if (signals[i].fatal)
      continue; /* the sanitizer takes the signal */
#endif
    struct screen *s = console_start(&(struct console_setup){0});
    console_ready(s);
    int simulator = simulator_of(s);
    screen_signal(s, signals[i].number);
    check_end(s, signals[i].name, 0, signals[i].fatal ? signals[i].number : 0, simulator);
    screen_end(s);
  }
}

/* While a question is open, and while nothing was answered yet. */
static void ends_whatever_it_does(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  screen_keys(s, "3s");
  screen_expect(s, "[Ss]cale");
  int simulator = simulator_of(s);
  screen_signal(s, SIGTERM);
  check_end(s, "SIGTERM while a form is open", 0, 0, simulator);
  s = console_start(&(struct console_setup){.sim = {"--latency", "20000", NULL}});
  screen_expect(s, "3 ECS services");
  screen_signal(s, SIGTERM);
  check_end(s, "SIGTERM while calls hang", 0, 0, 0);
}

static void ends_when_the_terminal_goes(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  int simulator = simulator_of(s);
  screen_hang_up(s);
  int how = screen_exit(s);
  assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  said("the terminal is closed", "exit 0", "gone", its_end(simulator, s));
}

/* What it writes has no room, as when a connection hangs: it waits there, and ends all the same. */
static void ends_where_nobody_reads(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  int status = 0, ended = 0, pid = screen_pid(s);
  (void)state;
  console_ready(s);
  int simulator = simulator_of(s);
  for (int i = 0; i < 60; i++) { /* more than a terminal holds, and not one byte of it is read */
    kill(pid, SIGWINCH);
    kill(pid, SIGCONT); /* draws all of it again */
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
  }
  kill(pid, SIGTERM);
  for (int ms = 0; ms < 3000 && !ended; ms += 10) {
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    siginfo_t info = {.si_pid = 0};
    ended = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
    status = info.si_status;
  }
  if (!ended)
    screen_fail(s, "it does not end within three seconds while its terminal is not read", NULL);
  assert_int_equal(status, 0);
  said("SIGTERM while nobody reads", "exit 0", "as far as it can be", its_end(simulator, s));
}

/* Nobody can restore the terminal after SIGKILL, but the simulator does not stay behind. */
static void killed_takes_its_child_along(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  int simulator = simulator_of(s);
  screen_signal(s, SIGKILL);
  screen_exit(s);
  said("SIGKILL", "signal 9", "as it was left", its_end(simulator, s));
}

/* ---- it goes on ------------------------------------------------------------------------------ */

static void a_broken_pipe_is_no_end(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  screen_signal(s, SIGPIPE);
  rests(s, "SIGPIPE");
  screen_keys(s, "?");
  screen_expect(s, "Help");
}

static void the_simulator_is_killed(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  int simulator = simulator_of(s);
  if (!simulator) {
    print_message("this system does not list the children of a process\n");
    skip();
  }
  kill(simulator, SIGKILL);
  screen_expect(s, "refused|reset|[Nn]o answer|[Cc]ould not connect|closed");
  assert_true(screen_row(s, "web .*4/4") >= 0); /* what was read last stays */
  rests(s, "the demo's simulator is killed");
  screen_keys_ahead(s, "q");
  check_end(s, "  and then q", 0, 0, simulator);
}

static void too_small(void **state) {
  struct screen *s = console_start(&(struct console_setup){.rows = 5, .cols = 20});
  (void)state;
  screen_expect(s, "80.?x.?24");
  rests(s, "a terminal of 20x5");
  screen_resize(s, 1, 1);
  rests(s, "a terminal of 1x1");
  screen_resize(s, 24, 80);
  screen_expect(s, "ECS services");
}

/* ---- under a shell --------------------------------------------------------------------------- */

static const char *program(void) {
  static char path[512];
  const char *folder = getenv("CAWSOLE_BUILDDIR");
  snprintf(path, sizeof path, "%s/cawsole", folder ? folder : ".");
  return path;
}

/* script has the program as $0. */
static struct screen *shell(const char *script, const char *const *env) {
  const char *argv[] = {"/bin/sh", "-c", script, program(), NULL};
  return screen_start(&(struct screen_setup){.rows = 24, .cols = 80, .argv = argv, .env = env});
}

/* On the terminal of a shell with jobs, and fg. */
static void stopped_and_back(bool by_key, const char *event) {
  struct screen *s = shell("set -m; \"$0\" --demo; echo stopped $?; read line; fg >/dev/null; "
                           "echo ended $?",
                           NULL);
  console_ready(s);
  int pid = child_of(s, screen_pid(s));
  if (by_key)
    screen_keys_ahead(s, "<C-z>");
  else
    kill(pid, SIGTSTP);
  screen_expect(s, "^stopped 1[0-9][0-9]");
  const char *left = screen_taken(s);
  if (left)
    screen_fail(s, "a stopped program keeps the terminal", left);
  screen_keys_ahead(s, "<Enter>");
  screen_expect(s, "3 ECS services");
  if (pid)
    it_rests(s, pid, event);
  screen_keys_ahead(s, "?");
  screen_expect(s, "Help");
  screen_keys_ahead(s, "qq");
  screen_expect(s, "^ended 0");
  check_end(s, event, 0, 0, 0);
}

static void stopped_by_key_and_back(void **state) {
  (void)state;
  stopped_and_back(true, "Ctrl-Z, and back");
}

static void stopped_by_signal_and_back(void **state) {
  (void)state;
  if (access("/proc/self/stat", R_OK) < 0)
    skip(); /* whom to send it to is not known */
  stopped_and_back(false, "SIGTSTP, and back");
}

#define NO_SPACE "^cawsole: cannot write: No space left on device"

static const struct {
  const char *name, *script, *env, *says;
  int status;
} refused[] = {
    {"TERM unknown", "\"$0\" --demo", "TERM=no-such-terminal", "set TERM to one that terminfo",
     USAGE},
    {"TERM empty", "\"$0\" --demo", "TERM=", "set TERM", USAGE},
    {"TERM dumb", "\"$0\" --demo", "TERM=dumb", "cannot place its cursor", USAGE},
    {"output is no terminal", "{ \"$0\" --demo; echo \"status $?\" >&2; } | cat; exit 64", NULL,
     "^status 64", USAGE},
    {"input is no terminal", "\"$0\" --demo </dev/null", NULL, "must be a terminal", USAGE},
    {"output is closed", "\"$0\" --demo >&-", NULL, "must be a terminal", USAGE},
    {"all are closed", "\"$0\" --demo <&- >&- 2>&-", NULL, NULL, USAGE},
    {"a full disk under --once", "\"$0\" --demo --once >/dev/full", NULL, NO_SPACE, 3},
    {"a full disk under --json", "\"$0\" --demo --once --json >/dev/full", NULL, NO_SPACE, 3},
    {"a full disk under whoami", "\"$0\" whoami --demo >/dev/full", NULL, NO_SPACE, 3},
    {"a full disk under doctor", "\"$0\" doctor --demo >/dev/full", NULL, NO_SPACE, 3},
    {"a full disk under --help", "\"$0\" --help >/dev/full", NULL, NO_SPACE, 3},
    {"a full disk under --version", "\"$0\" --version >/dev/full", NULL, NO_SPACE, 3},
    {"output of --version is closed", "\"$0\" --version >&-", NULL,
     "^cawsole: cannot write: Bad file descriptor", 3},
    {"output is closed, a log is open",
     "AWS_EC2_METADATA_DISABLED=true \"$0\" --once --json --region eu-west-1 --log \"$HOME/log\" "
     ">&-; s=$?; grep -v '^20..-' \"$HOME/log\" && s=1; exit $s",
     NULL, "^cawsole: cannot write: Bad file descriptor", 3},
    {"the reader of --once has gone", "{ \"$0\" --demo --once; echo \"status $?\" >&2; } | :", NULL,
     "^status 141", 0},
};

static void refused_with_a_word(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(refused); i++) {
    const char *env[] = {refused[i].env, NULL};
    struct screen *s = shell(refused[i].script, env);
    int how = screen_exit(s);
    char end[32];
    snprintf(end, sizeof end, "exit %d", WIFEXITED(how) ? WEXITSTATUS(how) : -1);
    if (!WIFEXITED(how) || WEXITSTATUS(how) != refused[i].status)
      screen_fail(s, refused[i].name, end);
    if (refused[i].says && screen_row(s, refused[i].says) < 0)
      screen_fail(s, refused[i].name, "it does not say why");
    if (screen_unrestored(s))
      screen_fail(s, refused[i].name, screen_unrestored(s));
    said(refused[i].name, end, "as it was", NULL);
    screen_end(s);
  }
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(ends_by_signal),
      TEST(ends_whatever_it_does),
      TEST(ends_when_the_terminal_goes),
      TEST(killed_takes_its_child_along),
      TEST(a_broken_pipe_is_no_end),
      TEST(the_simulator_is_killed),
      TEST(too_small),
      TEST(stopped_by_key_and_back),
      TEST(stopped_by_signal_and_back),
      TEST(ends_where_nobody_reads),
      TEST(refused_with_a_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
