#include "tui/demo.h"

#include "tui/options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 10000
#define STOP_MS 2000

extern char **environ;

const char *tui_demo_getenv(void *arg, const char *name) {
  (void)arg;
  (void)name;
  return NULL;
}

static bool is_foreign(const char *var) {
  static const char *const prefixes[] = {
      "AWS_",        "http_proxy=",  "https_proxy=", "all_proxy=",
      "HTTP_PROXY=", "HTTPS_PROXY=", "ALL_PROXY=",   "no_proxy="};
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
    if (strncmp(var, prefixes[i], strlen(prefixes[i])) == 0)
      return true;
  return false;
}

/* A stray variable must not send a demo's request anywhere but to loopback. */
static void clean_environment(void) {
  for (size_t i = 0; environ && environ[i];) {
    char name[128];
    size_t n = strcspn(environ[i], "=");
    if (!is_foreign(environ[i]) || n >= sizeof name) {
      i++;
      continue;
    }
    memcpy(name, environ[i], n);
    name[n] = '\0';
    if (unsetenv(name) != 0)
      i++;
    else
      i = 0;
  }
  setenv("NO_PROXY", "*", 1);
}

/* "<folder of our own program>/cawsole-sim", or "cawsole-sim" for PATH to find. */
static void simulator_path(const char *argv0, char *out, size_t size) {
  char self[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n > 0)
    self[n] = '\0';
  else
    snprintf(self, sizeof self, "%s", argv0);
  char *slash = strrchr(self, '/');
  if (slash) {
    *slash = '\0';
    int len = snprintf(out, size, "%s/cawsole-sim", self);
    if (len > 0 && (size_t)len < size && access(out, X_OK) == 0)
      return;
  }
  snprintf(out, size, "cawsole-sim");
}

static void run_child(const char *path, const char *scenario, int out) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  setpgid(0, 0); /* the terminal's Ctrl-C and Ctrl-Z are ours, not the simulator's */
  int null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
    _exit(126);
  for (int fd = 3; fd < 256; fd++)
    close(fd);
  char *argv[] = {(char *)"cawsole-sim",
                  (char *)"--port",
                  (char *)"0",
                  (char *)"--die-with-parent",
                  NULL,
                  NULL,
                  NULL};
  if (*scenario) {
    argv[4] = (char *)"--scenario";
    argv[5] = (char *)scenario;
  }
  execvp(path, argv);
  _exit(127);
}

/* Reads the child's first line into line; false when it ended or was silent for too long. */
static bool read_line(int fd, char *line, size_t size) {
  size_t n = 0;
  for (line[0] = '\0';; line[n] = '\0') {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ready = poll(&p, 1, START_MS);
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0 || n + 1 >= size || read(fd, line + n, 1) != 1)
      return false;
    if (line[n] == '\n') {
      line[n] = '\0';
      return true;
    }
    n++;
  }
}

/* The child's exit status once it ended, waiting at most so long; -1: it did not, or by a signal.
 */
static int wait_for_child(struct tui_demo *d, int ms) {
  int status = 0;
  while (d->pid > 0 && waitpid(d->pid, &status, WNOHANG) == 0) {
    if (ms <= 0)
      return -1;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    ms -= 10;
  }
  d->pid = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the simulator itself calls wrong usage is the operator's word: it goes on as it is. */
static void did_not_start(struct tui_demo *d, const char *path, const char *line,
                          struct aws_error *err) {
  static const char its_name[] = "cawsole-sim: ";
  bool said = strncmp(line, its_name, sizeof its_name - 1) == 0;
  int status = said ? wait_for_child(d, STOP_MS) : -1;
  tui_demo_stop(d);
  if (status == TUI_EXIT_USAGE)
    aws_error_set(err, AWS_E_USAGE, "--demo: %s", line + sizeof its_name - 1);
  else
    aws_error_set(err, AWS_E_CONFIG, "the simulator %s did not start: %s", path,
                  line[0] ? line : "it is neither beside this program nor in PATH");
}

bool tui_demo_start(struct tui_demo *d, const char *argv0, const char *scenario,
                    struct aws_error *err) {
  static const char listening[] = "listening on ";
  char path[PATH_MAX], line[256];
  int fds[2];
  *d = (struct tui_demo){.pid = -1, .out = -1};
  clean_environment();
  simulator_path(argv0, path, sizeof path);
  if (pipe(fds) != 0 || (d->pid = fork()) < 0) {
    aws_error_set(err, AWS_E_MEMORY, "the simulator could not be started: %s", strerror(errno));
    return false;
  }
  if (d->pid == 0)
    run_child(path, scenario, fds[1]);
  close(fds[1]);
  d->out = fds[0];
  fcntl(d->out, F_SETFD, FD_CLOEXEC);
  if (!read_line(d->out, line, sizeof line) ||
      strncmp(line, listening, sizeof listening - 1) != 0 ||
      strlen(line + sizeof listening - 1) >= sizeof d->url) {
    did_not_start(d, path, line, err);
    return false;
  }
  snprintf(d->url, sizeof d->url, "%s", line + sizeof listening - 1);
  return true;
}

void tui_demo_stop(struct tui_demo *d) {
  if (d->out >= 0)
    close(d->out);
  if (d->pid > 0) {
    kill(d->pid, SIGTERM);
    wait_for_child(d, STOP_MS);
  }
  if (d->pid > 0) {
    kill(d->pid, SIGKILL);
    waitpid(d->pid, NULL, 0);
  }
  *d = (struct tui_demo){.pid = -1, .out = -1};
}
