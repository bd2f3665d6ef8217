/* Child processes: started without a shell and without a terminal, read through pipes that the
 * loop's wait knows, and gone with their whole group when their time is over. */
#include "config.h"

#include "aws/io/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REAP_MS = 10, DESCRIPTORS_MAX = 65536, NOT_STARTED = 127, READS_A_TURN = 16 };

extern char **environ;

struct aws_child {
  struct aws_io *io;
  struct aws_child *prev, *next;
  pid_t pid;
  int fds[2]; /* its stdout and stderr; -1: at their end */
  struct aws_buf out[2];
  bool out_failed;
  struct aws_timer *deadline, *reap;
  struct aws_later later;
  struct aws_child_reply reply;
  struct aws_error err;
  aws_child_fn fn;
  void *arg;
  char name[64];
};

/* ---- in the child: nothing here but what is allowed between fork and exec ---------------------
 */

static void close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0)
    return;
#endif
  long most = sysconf(_SC_OPEN_MAX);
  for (int fd = first; fd < (most > 0 && most < DESCRIPTORS_MAX ? most : DESCRIPTORS_MAX); fd++)
    close(fd);
}

static _Noreturn void become(const char *path, char *const *argv, char *const *env, int null,
                             const int to[2]) {
  sigset_t none;
  sigemptyset(&none);
  setsid(); /* a group of its own, and no terminal to draw on or read from */
  for (int sig = 1; sig < NSIG; sig++)
    signal(sig, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (dup2(null, 0) == 0 && dup2(to[0], 1) == 1 && dup2(to[1], 2) == 2) {
    close_from(3);
    execve(path, argv, env);
  }
  _exit(NOT_STARTED);
}

/* ---- starting -------------------------------------------------------------------------------- */

static bool is_program(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* The program's path, to be freed: the name itself when there is a slash in it, else from PATH. */
static char *find_program(const char *name, struct aws_error *err) {
  char path[4096];
  const char *dirs = getenv("PATH");
  struct aws_str rest = aws_str_from(dirs && dirs[0] ? dirs : "/usr/bin:/bin");
  if (strchr(name, '/')) {
    if (is_program(name))
      return strdup(name);
    rest.n = 0;
  }
  while (rest.n > 0) {
    struct aws_str dir = aws_str_split(&rest, ':');
    int n = snprintf(path, sizeof path, "%.*s/%s", AWS_STR_ARG(dir), name);
    if (dir.n > 0 && n > 0 && (size_t)n < sizeof path && is_program(path))
      return strdup(path);
  }
  aws_error_set(err, AWS_E_CONFIG, "there is no program %.200s%s", name,
                strchr(name, '/') ? "" : " in PATH");
  return NULL;
}

/* A program that is asked for keys needs none of those that we were given. With a token's address
 * but without the token it would be refused: both go. */
static bool is_secret(const char *variable) {
  static const char *const names[] = {
      "AWS_ACCESS_KEY_ID=",
      "AWS_SECRET_ACCESS_KEY=",
      "AWS_SESSION_TOKEN=",
      "AWS_SECURITY_TOKEN=",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN=",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI=",
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strncmp(variable, names[i], strlen(names[i])) == 0)
      return true;
  return false;
}

/* The child's environment, to be freed; its texts are our own. NULL: no memory. */
static char **without_secrets(void) {
  size_t n = 0, kept = 0;
  while (environ && environ[n])
    n++;
  char **env = aws_calloc(n + 1, sizeof *env);
  for (size_t i = 0; env && i < n; i++)
    if (!is_secret(environ[i]))
      env[kept++] = environ[i];
  return env;
}

/* Ends below 3 would be lost in the child's own dup2. */
static bool open_pipe(int ends[2]) {
  if (pipe(ends) != 0)
    return false;
  for (int i = 0; i < 2; i++) {
    int high = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
    close(ends[i]);
    ends[i] = high;
  }
  if (ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
    return true;
  close(ends[0]);
  close(ends[1]);
  return false;
}

static bool spawn(struct aws_child *c, const char *path, const char *const *argv) {
  int out[2], errs[2], low = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int null = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 3);
  if (low >= 0)
    close(low);
  char **env = without_secrets();
  bool ok = env && null >= 0 && open_pipe(out);
  if (ok && !open_pipe(errs)) {
    close(out[0]);
    close(out[1]);
    ok = false;
  }
  if (ok) {
    const int to[2] = {out[1], errs[1]};
    c->pid = fork();
    if (c->pid == 0)
      become(path, (char *const *)(uintptr_t)argv, env, null, to);
    ok = c->pid > 0;
    c->fds[0] = out[0];
    c->fds[1] = errs[0];
    close(out[1]);
    close(errs[1]);
  }
  int why = errno;
  if (null >= 0)
    close(null);
  free(env);
  errno = why;
  return ok;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void close_end(struct aws_child *c, int i) {
  if (c->fds[i] >= 0)
    close(c->fds[i]);
  c->fds[i] = -1;
}

/* One that was killed and did not go yet is waited for in later turns: a program that hangs in the
 * kernel must not hang us. */
static void reap_orphans(struct aws_io *io) {
  size_t n = 0;
  for (size_t i = 0; i < io->norphans; i++)
    if (waitpid(io->orphans[i], NULL, WNOHANG) == 0)
      io->orphans[n++] = io->orphans[i];
  io->norphans = n;
}

static void kill_all_of(struct aws_child *c) {
  if (c->pid <= 0)
    return;
  kill(-c->pid, SIGKILL);
  kill(c->pid, SIGKILL); /* it may not have its group yet */
  struct aws_io *io = c->io;
  if (waitpid(c->pid, NULL, WNOHANG) == 0 &&
      io->norphans < sizeof io->orphans / sizeof io->orphans[0])
    io->orphans[io->norphans++] = c->pid;
  c->pid = -1;
}

static void child_free(struct aws_child *c) {
  struct aws_io *io = c->io;
  kill_all_of(c);
  close_end(c, 0);
  close_end(c, 1);
  aws_io_timer_cancel(io, c->deadline);
  aws_io_timer_cancel(io, c->reap);
  aws_io_later_cancel(io, &c->later);
  if (c->prev)
    c->prev->next = c->next;
  else
    io->children = c->next;
  if (c->next)
    c->next->prev = c->prev;
  for (int i = 0; i < 2; i++)
    aws_buf_wipe_done(&c->out[i]);
  free(c);
}

static void deliver(void *arg) {
  struct aws_child *c = arg;
  bool ok = c->err.code == AWS_OK;
  c->reply.out = c->out[0].p ? aws_buf_str(&c->out[0]) : AWS_STR_LIT("");
  c->reply.err = c->out[1].p ? aws_buf_str(&c->out[1]) : AWS_STR_LIT("");
  c->fn(c->arg, ok ? &c->reply : NULL, ok ? NULL : &c->err);
  child_free(c);
}

static void finish(struct aws_child *c) {
  close_end(c, 0);
  close_end(c, 1);
  kill_all_of(c);
  aws_io_later(c->io, &c->later, deliver, c);
}

static void on_deadline(void *arg) {
  struct aws_child *c = arg;
  c->deadline = NULL;
  if (c->later.fn)
    return;
  aws_error_set(&c->err, AWS_E_NETWORK, "%s did not end in time and was stopped", c->name);
  finish(c);
}

static void on_reap_time(void *arg) {
  struct aws_child *c = arg;
  c->reap = NULL; /* the turn looks after it */
}

/* ---- the turn -------------------------------------------------------------------------------- */

static void read_end(struct aws_child *c, int i) {
  char part[4096];
  ssize_t n = -1;
  errno = EAGAIN;
  for (int k = 0; k < READS_A_TURN && (n = read(c->fds[i], part, sizeof part)) > 0; k++) {
    size_t room = c->out[i].max - c->out[i].n;
    bool fits = (size_t)n <= room;
    aws_buf_add(&c->out[i], part, fits ? (size_t)n : room);
    if (i == 0 && !fits)
      c->out_failed = true; /* of what it complains about, the beginning will do */
  }
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
    close_end(c, i);
  aws_wipe(part, sizeof part);
}

static void step(struct aws_child *c) {
  for (int i = 0; i < 2; i++)
    if (c->fds[i] >= 0)
      read_end(c, i);
  if (c->out_failed || c->out[0].failed) {
    aws_error_set(&c->err, AWS_E_BODY, "%s printed more than the %zu bytes that are read", c->name,
                  c->out[0].max);
    finish(c);
    return;
  }
  int status;
  if (c->fds[0] >= 0 || c->fds[1] >= 0)
    return;
  pid_t got = waitpid(c->pid, &status, WNOHANG);
  if (got < 0 && errno == EINTR)
    got = 0;
  if (got == 0) {
    const struct aws_clock *clock = &c->io->clock;
    if (!c->reap)
      c->reap = aws_io_timer(c->io, clock->mono(clock->arg) + REAP_MS, on_reap_time, c);
    return;
  }
  c->pid = -1;
  if (got < 0) {
    aws_error_set(&c->err, AWS_E_CONFIG, "how %s ended is not known: %s", c->name, strerror(errno));
    finish(c);
    return;
  }
  c->reply.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  c->reply.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  finish(c);
}

void io_children_step(struct aws_io *io) {
  if (io->norphans > 0)
    reap_orphans(io);
  for (struct aws_child *c = io->children; c; c = c->next)
    if (!c->later.fn)
      step(c);
}

size_t io_children_fds(const struct aws_io *io, int *fds, size_t most) {
  size_t n = 0;
  for (const struct aws_child *c = io->children; c; c = c->next)
    for (int i = 0; i < 2; i++)
      if (c->fds[i] >= 0 && n < most)
        fds[n++] = c->fds[i];
  return n;
}

void io_children_done(struct aws_io *io) {
  struct aws_child *next;
  for (struct aws_child *c = io->children; c; c = next) {
    next = c->next;
    child_free(c);
  }
  reap_orphans(io);
}

/* ---- the face -------------------------------------------------------------------------------- */

struct aws_child *aws_io_child(struct aws_io *io, const struct aws_child_request *rq,
                               aws_child_fn fn, void *arg, struct aws_error *err) {
  size_t n = 0;
  for (const struct aws_child *o = io->children; o; o = o->next)
    n++;
  if (n >= IO_CHILDREN_MAX) {
    aws_error_set(err, AWS_E_MEMORY, "%.200s is not started: %zu programs run already", rq->argv[0],
                  n);
    return NULL;
  }
  char *path = find_program(rq->argv[0], err);
  struct aws_child *c = path ? aws_calloc(1, sizeof *c) : NULL;
  if (!c) {
    if (path)
      aws_error_set(err, AWS_E_MEMORY, "no memory to start %.200s", rq->argv[0]);
    free(path);
    return NULL;
  }
  c->io = io;
  c->next = io->children;
  if (c->next)
    c->next->prev = c;
  io->children = c;
  c->fds[0] = c->fds[1] = c->pid = -1;
  c->fn = fn;
  c->arg = arg;
  snprintf(c->name, sizeof c->name, "%s", rq->argv[0]);
  aws_buf_init(&c->out[0], rq->out_max);
  aws_buf_init(&c->out[1], rq->err_max);
  c->deadline = aws_io_timer(io, io->clock.mono(io->clock.arg) + rq->timeout_ms, on_deadline, c);
  bool ok = c->deadline && spawn(c, path, rq->argv);
  free(path);
  if (!ok) {
    aws_error_set(err, AWS_E_MEMORY, "%.200s cannot be started: %s", rq->argv[0],
                  c->deadline ? strerror(errno) : "no memory");
    child_free(c);
    return NULL;
  }
  return c;
}

void aws_io_child_cancel(struct aws_io *io, struct aws_child *c) {
  (void)io;
  if (c)
    child_free(c);
}
