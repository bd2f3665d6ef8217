#include "tui/signals.h"

#include "tui/options.h"
#include "widgets/term.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { DEADLINE_MS = 1000, AGAIN_MS = 100, OVERDUE_MOST = 10 };

static int pipe_fds[2] = {-1, -1};

static const int caught[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCHLD};
#define NCAUGHT (sizeof caught / sizeof caught[0])

/* Who is told to end gets a second for it. A write to a terminal that nobody reads does not end by
 * itself: what waits there is thrown away, again and again for another second. */
static volatile sig_atomic_t overdue;

static void on_overdue(int sig) {
  int keep = errno;
  (void)sig;
  if (++overdue > OVERDUE_MOST) {
    wid_term_abandon();
    _exit(TUI_EXIT_OK); /* as it would have ended */
  }
  wid_term_unblock();
  errno = keep;
}

/* setitimer is a mere system call everywhere, although POSIX does not list it as safe here. */
static void set_deadline(int ms, int then_every_ms) {
  const struct itimerval when = {{0, then_every_ms * 1000}, {ms / 1000, ms % 1000 * 1000}};
  setitimer(ITIMER_REAL, &when, NULL);
}

static void on_signal(int sig) {
  int keep = errno;
  static volatile sig_atomic_t told;
  if (!told && (sig == SIGTERM || sig == SIGHUP || sig == SIGQUIT)) {
    told = 1; /* once: another one gives no more time */
    set_deadline(DEADLINE_MS, AGAIN_MS);
  }
  unsigned char byte = (unsigned char)sig;
  ssize_t n = write(pipe_fds[1], &byte, 1); /* a full pipe wakes the loop just as well */
  (void)n;
  errno = keep;
}

static bool set_flags(int fd) {
  return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static void install(int sig, void (*handler)(int)) {
  struct sigaction sa;
  memset(&sa, 0, sizeof sa);
  sa.sa_handler = handler;
  sa.sa_flags = SA_RESTART;
  sigemptyset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

int tui_signals_open(struct aws_error *err) {
  if (pipe(pipe_fds) != 0 || !set_flags(pipe_fds[0]) || !set_flags(pipe_fds[1])) {
    aws_error_set(err, AWS_E_MEMORY, "no pipe for signals: %s", strerror(errno));
    tui_signals_close();
    return -1;
  }
  for (size_t i = 0; i < NCAUGHT; i++)
    install(caught[i], on_signal);
  install(SIGALRM, on_overdue);
  install(SIGPIPE, SIG_IGN);
  return pipe_fds[0];
}

int tui_signals_next(void) {
  unsigned char byte;
  return read(pipe_fds[0], &byte, 1) == 1 ? byte : 0;
}

void tui_signals_close(void) {
  set_deadline(0, 0);
  for (size_t i = 0; i < NCAUGHT; i++)
    if (pipe_fds[0] >= 0)
      install(caught[i], SIG_DFL);
  for (int i = 0; i < 2; i++) {
    if (pipe_fds[i] >= 0)
      close(pipe_fds[i]);
    pipe_fds[i] = -1;
  }
}
