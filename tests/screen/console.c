#include "config.h"

#include "console.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGV_MAX (CONSOLE_ARGS + 10)
#define JOURNAL_MAX 65536

static struct {
  pid_t pid;
  char url[64];
} simulator;

static const char *built(const char *name) {
  static char path[2][512];
  static unsigned turn;
  const char *folder = getenv("CAWSOLE_BUILDDIR");
  char *out = path[turn++ % 2];
  snprintf(out, sizeof path[0], "%s/%s", folder ? folder : ".", name);
  return out;
}

const char *console_simulator(const char *const *options) {
  const char *argv[ARGV_MAX] = {built("cawsole-sim"), "--port", "0"};
  int out[2], n = 3;
  char line[128] = "";
  for (size_t i = 0; i < CONSOLE_ARGS && options && options[i]; i++)
    argv[n++] = options[i];
  if (pipe(out) < 0)
    fail_msg("no pipe for the simulator");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, out[0]);
  int failed =
      posix_spawn(&simulator.pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  FILE *said = fdopen(out[0], "r");
  if (failed || !said || !fgets(line, sizeof line, said) ||
      sscanf(line, "listening on %63s", simulator.url) != 1)
    fail_msg("%s did not start: %s", argv[0], failed ? strerror(failed) : line);
  fclose(said);
  return simulator.url;
}

const char *console_simulator_url(void) {
  return simulator.url;
}

int console_simulator_pid(void) {
  return simulator.pid;
}

bool console_fault(const char *method, const char *specs) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char text[512], answer[64] = "";
  const char *port = strrchr(simulator.url, ':');
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  to.sin_port = htons((uint16_t)(port ? strtol(port + 1, NULL, 10) : 0));
  int n = snprintf(text, sizeof text,
                   "%s /_sim/faults HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n%s",
                   method, strlen(specs), specs);
  bool ok = fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 &&
            write(fd, text, (size_t)n) == n && read(fd, answer, sizeof answer - 1) > 0;
  if (fd >= 0)
    close(fd);
  int status = 0;
  /* NOLINTNEXTLINE(cert-err34-c): the simulator's own number */
  return ok && sscanf(answer, "HTTP/1.%*d %d", &status) == 1 && status / 100 == 2;
}

void console_simulator_end(void) {
  if (!simulator.pid)
    return;
  kill(simulator.pid, SIGTERM);
  waitpid(simulator.pid, NULL, 0);
  simulator.pid = 0;
}

/* A file below the test's folder; the console is told of it by --config. */
static const char *write_config(const char *text) {
  static char path[64];
  snprintf(path, sizeof path, "/tmp/cawsole-test-%ld.cfg", (long)getpid());
  FILE *f = fopen(path, "w");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0)
    fail_msg("%s cannot be written", path);
  return path;
}

struct screen *console_start(const struct console_setup *setup) {
  const char *argv[ARGV_MAX] = {built(setup->program ? setup->program : "cawsole")};
  const char *env[CONSOLE_ARGS + 3] = {NULL};
  int n = 1, e = 0;
  if (setup->sim[0]) {
    argv[n++] = "--endpoint-url";
    argv[n++] = console_simulator(setup->sim);
    argv[n++] = "--region";
    argv[n++] = "eu-west-1";
    env[e++] = "AWS_ACCESS_KEY_ID=testing";
    env[e++] = "AWS_SECRET_ACCESS_KEY=testing";
  } else if (!setup->plain) {
    argv[n++] = "--demo";
    if (setup->scenario)
      argv[n++] = setup->scenario;
  }
  if (setup->config) {
    argv[n++] = "--config";
    argv[n++] = write_config(setup->config);
  }
  for (size_t i = 0; i < CONSOLE_ARGS && setup->args[i]; i++)
    argv[n++] = setup->args[i];
  for (size_t i = 0; i < CONSOLE_ARGS && setup->env[i]; i++)
    env[e++] = setup->env[i];
  return screen_start(&(struct screen_setup){.rows = setup->rows ? setup->rows : 36,
                                             .cols = setup->cols ? setup->cols : 120,
                                             .argv = argv,
                                             .env = env});
}

void console_ready(struct screen *s) {
  screen_expect(s, "ECS services");
  screen_idle(s);
}

char *console_journal(const struct screen *s) {
  char path[256];
  char *text = calloc(1, JOURNAL_MAX);
  snprintf(path, sizeof path, "%s/.local/state/cawsole/audit.jsonl", screen_home(s));
  FILE *f = fopen(path, "r");
  if (!text)
    fail_msg("no memory for the journal");
  if (f) {
    text[fread(text, 1, JOURNAL_MAX - 1, f)] = '\0';
    fclose(f);
  }
  return text;
}

int console_end(void **state) {
  char path[64];
  screen_end_all(state);
  console_simulator_end();
  snprintf(path, sizeof path, "/tmp/cawsole-test-%ld.cfg", (long)getpid());
  unlink(path);
  return 0;
}
