/* On a fatal signal: make the terminal an ordinary one again, then die as we would have. */
#include "widgets/term_private.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define RESET_MAX 512
#define STACK_BYTES (64 * 1024)
#define WAIT_MS 1000

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
#define N_FATAL (sizeof fatal_signals / sizeof *fatal_signals)

static struct {
  volatile sig_atomic_t armed;
  int fd;
  pid_t pid;
  struct termios modes;
  char reset[RESET_MAX];
  size_t n_reset;
} way_back = {.fd = -1};

static struct sigaction before[N_FATAL];
static char handler_stack[STACK_BYTES]; /* a stack overflow leaves no other */

void wid_write_all(int fd, const char *p, size_t n) {
  int patience = WAIT_MS;
  while (n > 0) {
    ssize_t done = write(fd, p, n);
    if (done > 0) {
      p += done;
      n -= (size_t)done;
    } else if (done < 0 && errno == EINTR) {
      continue;
    } else if (done < 0 && errno == EAGAIN && patience > 0) {
      struct pollfd ready = {fd, POLLOUT, 0};
      poll(&ready, 1, 50);
      patience -= 50;
    } else {
      return;
    }
  }
}

static void go_back(void) {
  if (!way_back.armed || way_back.pid != getpid())
    return;
  way_back.armed = 0;
  wid_write_all(way_back.fd, way_back.reset, way_back.n_reset);
  tcsetattr(way_back.fd, TCSANOW, &way_back.modes);
}

void wid_term_unblock(void) {
  if (way_back.fd >= 0 && way_back.pid == getpid())
    tcflush(way_back.fd, TCOFLUSH);
}

void wid_term_abandon(void) {
  wid_term_unblock(); /* or there is no room for the way back */
  go_back();
}

static void on_fatal(int sig) {
  int saved = errno;
  go_back();
  for (size_t i = 0; i < N_FATAL; i++)
    if (fatal_signals[i] == sig)
      sigaction(sig, &before[i], NULL);
  errno = saved;
  raise(sig);
}

static void catch_signals(void) {
  stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_fatal, .sa_flags = SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < N_FATAL; i++)
    sigaction(fatal_signals[i], &action, &before[i]);
}

void wid_fatal_arm(int fd, const struct termios *modes, const char *reset) {
  wid_fatal_disarm();
  way_back.fd = fd;
  way_back.pid = getpid();
  way_back.modes = *modes;
  way_back.n_reset = strlen(reset);
  if (way_back.n_reset > RESET_MAX)
    way_back.n_reset = RESET_MAX;
  memcpy(way_back.reset, reset, way_back.n_reset);
  way_back.armed = 1;
  catch_signals();
}

void wid_fatal_disarm(void) {
  if (!way_back.armed)
    return;
  way_back.armed = 0;
  for (size_t i = 0; i < N_FATAL; i++)
    sigaction(fatal_signals[i], &before[i], NULL);
}
