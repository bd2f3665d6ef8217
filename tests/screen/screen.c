/* The program's side of the harness: starting it, feeding it, waiting for it. */
#include "config.h"

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__linux__)
#include <pty.h>
#include <sys/prctl.h>
#include <utmp.h>
#elif defined(__APPLE__)
#include <util.h>
#else
#include <libutil.h>
#endif

#include <cmocka.h>

#define RAW_MAX ((size_t)64 << 20)
#define ENV_MAX 64
#define PICTURE_MS 50
#if defined(__SANITIZE_ADDRESS__)
#define FAREWELL_MS 0 /* it would look for leaks each time */
#else
#define FAREWELL_MS 2000
#endif

static struct screen *live; /* every screen that was started and not ended */

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void screen_fail(const struct screen *s, const char *message, const char *about) {
  char *text = screen_text(s);
  fprintf(stderr, "---- the screen (%d x %d, %s) ----\n%s----\n", s->cols, s->rows,
          s->ended ? "the program has ended" : "the program runs", text);
  free(text);
  fail_msg("%s%s%s", message, about ? ": " : "", about ? about : "");
  abort(); /* not reached: fail_msg leaves the test */
}

/* ---- starting and ending --------------------------------------------------------------------- */

/* Of the tester's own environment only what the sanitizers and the linker need goes along. */
static const char *const passed_on[] = {"PATH",          "ASAN_OPTIONS",    "LSAN_OPTIONS",
                                        "UBSAN_OPTIONS", "LD_LIBRARY_PATH", "TERMINFO_DIRS"};

static char **make_environment(const struct screen *s, const struct screen_setup *setup, int idle) {
  static char text[16][512];
  static char *list[ENV_MAX];
  size_t n = 0;
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
    const char *value = getenv(passed_on[i]);
    if (value)
      snprintf(text[n++], sizeof *text, "%s=%s", passed_on[i], value);
  }
  snprintf(text[n++], sizeof *text, "HOME=%s", s->home);
  snprintf(text[n++], sizeof *text, "CAWSOLE_TEST_FD=%d", idle);
  snprintf(text[n++], sizeof *text, "TERM=xterm-256color");
  snprintf(text[n++], sizeof *text, "LC_ALL=C.UTF-8");
  snprintf(text[n++], sizeof *text, "TZ=UTC");
  for (size_t i = 0; i < n; i++)
    list[i] = text[i];
  for (const char *const *e = setup->env; e && *e && n + 1 < ENV_MAX; e++) {
    size_t name = strcspn(*e, "=") + 1, i = 0;
    while (i < n && strncmp(list[i], *e, name) != 0)
      i++;
    list[i] = (char *)(uintptr_t)*e;
    n += i == n;
  }
  list[n] = NULL;
  return list;
}

static void run_child(const struct screen *s, const struct screen_setup *setup, int idle) {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  close(s->master);
  if (login_tty(s->slave) < 0)
    _exit(126);
  execve(setup->argv[0], (char *const *)(uintptr_t)setup->argv, make_environment(s, setup, idle));
  fprintf(stderr, "%s: %s\r\n", setup->argv[0], strerror(errno));
  _exit(127);
}

static void keep_to_self(int fd, bool nonblocking) {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (nonblocking)
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

struct screen *screen_start(const struct screen_setup *setup) {
  struct screen *s = calloc(1, sizeof *s);
  struct winsize size = {.ws_row = (unsigned short)setup->rows,
                         .ws_col = (unsigned short)setup->cols};
  int idle[2];
  if (!s || openpty(&s->master, &s->slave, NULL, NULL, &size) < 0 || pipe(idle) < 0)
    fail_msg("no pseudo-terminal: %s", strerror(errno));
  s->next = live;
  live = s;
  s->rows = setup->rows;
  s->cols = setup->cols;
  s->idle_fd = idle[0];
  keep_to_self(s->master, true);
  keep_to_self(s->idle_fd, true);
  fcntl(s->slave, F_SETFD, FD_CLOEXEC);
  tcgetattr(s->slave, &s->before);
  snprintf(s->home, sizeof s->home, "/tmp/cawsole-test-XXXXXX");
  if (!mkdtemp(s->home))
    fail_msg("%s: %s", s->home, strerror(errno));
  screen_vterm_new(s);
  s->pid = fork();
  if (s->pid < 0)
    fail_msg("fork: %s", strerror(errno));
  if (s->pid == 0)
    run_child(s, setup, idle[1]);
  close(idle[1]);
  return s;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk) {
  (void)st, (void)kind, (void)walk;
  return remove(path);
}

/* A program that ends by itself takes its children along, and says what of it was run. */
static void end_program(pid_t pid) {
  int64_t deadline = now_ms() + FAREWELL_MS;
  bool ended = false;
  kill(pid, SIGTERM);
  while (!(ended = waitpid(pid, NULL, WNOHANG) == pid) && now_ms() < deadline)
    poll(NULL, 0, 5);
  if (ended)
    return;
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

void screen_end(struct screen *s) {
  for (struct screen **at = &live; *at; at = &(*at)->next)
    if (*at == s) {
      *at = s->next;
      break;
    }
  if (!s->ended)
    end_program(s->pid);
  nftw(s->home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  if (s->master >= 0)
    close(s->master);
  if (s->slave >= 0)
    close(s->slave);
  close(s->idle_fd);
  vterm_free(s->vt);
  free(s->raw);
  free(s);
}

int screen_end_all(void **state) {
  (void)state;
  while (live)
    screen_end(live);
  return 0;
}

const char *screen_home(const struct screen *s) {
  return s->home;
}

int screen_pid(const struct screen *s) {
  return s->pid;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Takes our markers out of what was read. */
static size_t without_markers(struct screen *s, char *bytes, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (bytes[i] || !s->markers)
      bytes[kept++] = bytes[i];
    else
      s->markers--;
  return kept;
}

static void take_output(struct screen *s) {
  char bytes[16384];
  ssize_t got;
  while (s->master >= 0 && (got = read(s->master, bytes, sizeof bytes)) > 0) {
    size_t n = without_markers(s, bytes, (size_t)got);
    if (!n)
      continue;
    if (s->n + n > s->cap) {
      s->cap = (s->n + n) * 2;
      s->raw = s->cap <= RAW_MAX ? realloc(s->raw, s->cap) : NULL;
      if (!s->raw)
        fail_msg("the program wrote more than %zu bytes", RAW_MAX / 2);
    }
    memcpy(s->raw + s->n, bytes, n);
    s->n += n;
    s->idles_at_output = s->idles;
    vterm_input_write(s->vt, bytes, n);
    screen_flush(s);
  }
}

static void take_line(struct screen *s) {
  s->said[s->nsaid] = '\0';
  s->nsaid = 0;
  s->idles += sscanf(s->said, "idle %lu", &s->events) == 1;
}

static void take_idles(struct screen *s) {
  char bytes[4096];
  ssize_t got;
  while ((got = read(s->idle_fd, bytes, sizeof bytes)) > 0)
    for (ssize_t i = 0; i < got; i++)
      if (bytes[i] == '\n')
        take_line(s);
      else if (s->nsaid + 1 < sizeof s->said)
        s->said[s->nsaid++] = bytes[i];
}

/* What a program wrote takes a moment to come through a pseudo-terminal, even when the program has
 * ended or has said on its pipe that it is idle. A byte of ours sent after it comes out behind it.
 */
static void settle(struct screen *s) {
  take_output(s);
  if (s->slave < 0 || write(s->slave, "", 1) != 1)
    return;
  s->markers++;
  for (int64_t end = now_ms() + 2000; s->markers && now_ms() < end; take_output(s))
    poll(&(struct pollfd){.fd = s->master, .events = POLLIN}, 1, 100);
}

void screen_pump(struct screen *s, int ms) {
  struct pollfd wait[2] = {{.fd = s->master, .events = POLLIN},
                           {.fd = s->ended ? -1 : s->idle_fd, .events = POLLIN}};
  poll(wait, 2, ms > 20 ? 20 : ms); /* the end of the program shows on neither: look for it */
  take_idles(s);
  take_output(s);
  if (!s->ended && waitpid(s->pid, &s->status, WNOHANG) == s->pid) {
    s->ended = true;
    settle(s);
  }
}

/* ---- waiting --------------------------------------------------------------------------------- */

static bool keys_unread(const struct screen *s) {
  int n = 0;
  return s->slave >= 0 && ioctl(s->slave, FIONREAD, &n) == 0 && n > 0;
}

bool screen_try_idle(struct screen *s, int ms) {
  int64_t deadline = now_ms() + ms;
  while (s->idles == s->idles_at_input || s->events < s->events_wanted || keys_unread(s)) {
    if (s->ended || now_ms() > deadline)
      return false;
    screen_pump(s, 100);
  }
  settle(s);
  return true;
}

void screen_idle(struct screen *s) {
  if (screen_try_idle(s, SCREEN_PATIENCE_MS))
    return;
  if (s->ended)
    screen_fail(s, "the program ended when it should have become idle", NULL);
  screen_fail(s, "the program does not become idle", NULL);
}

void screen_await_start(struct screen *s) {
  int64_t deadline = now_ms() + SCREEN_PATIENCE_MS;
  while (!s->started && !s->ended) {
    if (now_ms() > deadline)
      screen_fail(s, "the program does not take over the screen", NULL);
    screen_pump(s, 100);
  }
}

/* A picture comes in several writes: half of the next one over the one before is none that the
 * program ever showed. It is whole when the program is idle after it, or writes nothing more. */
static void whole_picture(struct screen *s) {
  for (int64_t end = now_ms() + PICTURE_MS; !s->ended && s->idles == s->idles_at_output;) {
    size_t before = s->n;
    screen_pump(s, PICTURE_MS);
    if (s->n != before)
      end = now_ms() + PICTURE_MS;
    else if (now_ms() >= end)
      return;
  }
}

static bool as_wanted(struct screen *s, const char *regex, bool shown) {
  if ((screen_row(s, regex) >= 0) != shown)
    return false;
  whole_picture(s);
  return (screen_row(s, regex) >= 0) == shown;
}

static void await(struct screen *s, const char *regex, bool shown) {
  int64_t deadline = now_ms() + SCREEN_PATIENCE_MS;
  screen_pump(s, 0);
  while (!as_wanted(s, regex, shown)) {
    if (s->ended)
      screen_fail(s, "the program ended while the test waited", regex);
    if (now_ms() > deadline)
      screen_fail(s, shown ? "did not appear" : "did not go away", regex);
    screen_pump(s, 100);
  }
}

void screen_expect(struct screen *s, const char *regex) {
  await(s, regex, true);
}

void screen_expect_gone(struct screen *s, const char *regex) {
  await(s, regex, false);
}

bool screen_ended(const struct screen *s) {
  return s->ended;
}

int screen_exit(struct screen *s) {
  int64_t deadline = now_ms() + SCREEN_PATIENCE_MS;
  while (!s->ended) {
    if (now_ms() > deadline)
      screen_fail(s, "the program does not end", NULL);
    screen_pump(s, 100);
  }
  return s->status;
}

void screen_watch(struct screen *s, int ms) {
  int64_t end = now_ms() + ms;
  for (int64_t now = now_ms(); now < end; now = now_ms())
    screen_pump(s, (int)(end - now));
}

/* ---- acting ---------------------------------------------------------------------------------- */

void screen_resize(struct screen *s, int rows, int cols) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
  screen_pump(s, 0);
  s->rows = rows;
  s->cols = cols;
  s->idles_at_input = s->idles;
  vterm_set_size(s->vt, rows, cols);
  if (ioctl(s->master, TIOCSWINSZ, &size) < 0)
    screen_fail(s, "the terminal's size cannot be set", strerror(errno));
}

void screen_signal(struct screen *s, int signo) {
  screen_pump(s, 0);
  s->idles_at_input = s->idles;
  if (!s->ended)
    kill(s->pid, signo);
}

void screen_hang_up(struct screen *s) {
  screen_pump(s, 0);
  close(s->slave);
  close(s->master);
  s->slave = s->master = -1;
}

/* ---- counts ---------------------------------------------------------------------------------- */

size_t screen_written(const struct screen *s) {
  return s->n;
}

const char *screen_raw(const struct screen *s, size_t *n) {
  *n = s->n;
  return s->raw;
}

unsigned screen_bells(const struct screen *s) {
  return s->bells;
}

unsigned screen_idles(const struct screen *s) {
  return s->idles;
}
