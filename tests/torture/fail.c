/* What stands in the place of the allocator and of a few system calls in cawsole-torture: the nth
 * of a kind fails, alone or with all that follow. The linker's --wrap leads the calls of our own
 * code here, and those of nobody else; cJSON allocates through hooks of ours, and libcurl's connect
 * is led here by the dynamic linker. libconfig and ncurses do not survive it, so theirs go on as
 * ever.
 *
 * What is printed goes through a stream whose writes are ours, unless it goes to a terminal.
 *
 *   CAWSOLE_TORTURE=memory:120
 *       the 120th allocation fails, from 1
 *
 *   CAWSOLE_TORTURE=connect:3+
 *       the third connection and all later ones fail
 *
 *   CAWSOLE_TORTURE=memory:2@9c0ffee1
 *       the second allocation on that call path
 *
 *   CAWSOLE_TORTURE_COUNTS=FILE
 *       says there, at the end, how many of each kind there were, and on which call path it was
 * that failed first
 *
 *   CAWSOLE_TORTURE_PATHS=1
 *       and how many there were on each call path
 *
 * A call path is the hash of all return addresses in our own program, counted from its beginning:
 * it is the same in every run, wherever the program and its libraries are put.
 */
#define _GNU_SOURCE /* RTLD_NEXT, fopencookie */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unwind.h>

enum { PATHS_MAX = 1 << 15, FRAMES_MAX = 24 };

extern const char __executable_start[], etext[]; /* the linker's: where our own code lies */

enum kind { MEMORY, OPEN, WRITE, CONNECT, KINDS };

static const struct {
  const char *name;
  int error;
} kinds[KINDS] = {
    {"memory", ENOMEM}, {"open", EMFILE}, {"write", ENOSPC}, {"connect", ECONNREFUSED}};

static struct {
  atomic_long count[KINDS];
  enum kind kind;
  long nth; /* 0: none fails */
  bool for_good, by_path, all_paths;
  uint32_t path; /* with by_path */
  long of_path;  /* how many were on it */
  atomic_bool failed;
  uint32_t failed_on;           /* once it failed */
  uintptr_t frames[FRAMES_MAX]; /* and who called whom there */
  size_t n_frames;
  pid_t pid; /* a child that was forked is left alone */
} torture;

/* ---- call paths ------------------------------------------------------------------------------ */

/* Open addressing; count 0: free. */
static struct path {
  uint32_t hash;
  enum kind kind;
  long count;
} paths[PATHS_MAX];
static atomic_flag paths_taken = ATOMIC_FLAG_INIT;

struct walk {
  uint32_t hash;
  uintptr_t last, frames[FRAMES_MAX];
  size_t n;
};

/* FNV-1a; what calls itself counts once, however deep. */
static _Unwind_Reason_Code take_frame(struct _Unwind_Context *frame, void *arg) {
  struct walk *w = arg;
  uintptr_t at = (uintptr_t)_Unwind_GetIP(frame);
  if (at < (uintptr_t)__executable_start || at >= (uintptr_t)etext || at == w->last)
    return _URC_NO_REASON;
  w->last = at;
  at -= (uintptr_t)__executable_start;
  if (w->n < FRAMES_MAX)
    w->frames[w->n++] = at - 1; /* of the call, not of what follows it */
  for (size_t i = 0; i < 4; i++)
    w->hash = (w->hash ^ (uint32_t)(at >> 8 * i & 255)) * 16777619u;
  return _URC_NO_REASON;
}

__attribute__((noinline)) static struct walk path_here(void) {
  struct walk w = {.hash = 2166136261u};
  _Unwind_Backtrace(take_frame, &w);
  return w;
}

/* How many there were on the path, this one included. */
static long count_path(enum kind kind, uint32_t hash) {
  long n = 0;
  while (atomic_flag_test_and_set(&paths_taken))
    ;
  for (uint32_t i = 0; i < PATHS_MAX && !n; i++) {
    struct path *p = &paths[(hash + (uint32_t)kind + i) % PATHS_MAX];
    if (!p->count)
      *p = (struct path){hash, kind, 0};
    if (p->hash == hash && p->kind == kind)
      n = ++p->count;
  }
  atomic_flag_clear(&paths_taken);
  return n;
}

/* From one place alone: what is in this file counts as well. */
static bool is_its_turn(enum kind kind, long at) {
  bool asked = kind == torture.kind && torture.nth;
  bool again = asked && torture.for_good && torture.failed;
  bool here = asked && !torture.by_path && at == torture.nth;
  if (again || !(here || torture.all_paths || (asked && torture.by_path)))
    return again;
  struct walk path = path_here();
  if (torture.all_paths)
    count_path(kind, path.hash);
  if (asked && torture.by_path)
    here = path.hash == torture.path && ++torture.of_path == torture.nth;
  if (here) {
    torture.failed = true;
    torture.failed_on = path.hash;
    torture.n_frames = path.n;
    memcpy(torture.frames, path.frames, sizeof path.frames);
  }
  return here;
}

static bool fails(enum kind kind) {
  if (!torture.pid || torture.pid != getpid())
    return false;
  long at = atomic_fetch_add(&torture.count[kind], 1) + 1;
  if (!is_its_turn(kind, at))
    return false;
  errno = kinds[kind].error;
  return true;
}

/* ---- memory ---------------------------------------------------------------------------------- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

void *__wrap_malloc(size_t n) {
  return fails(MEMORY) ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size) {
  return fails(MEMORY) ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n) {
  return fails(MEMORY) ? NULL : __real_realloc(p, n);
}
char *__wrap_strdup(const char *s) {
  return fails(MEMORY) ? NULL : __real_strdup(s);
}
char *__wrap_strndup(const char *s, size_t n) {
  return fails(MEMORY) ? NULL : __real_strndup(s, n);
}

/* ---- files ----------------------------------------------------------------------------------- */

int __real_open(const char *path, int flags, ...);
FILE *__real_fopen(const char *path, const char *mode);
DIR *__real_opendir(const char *path);
int __real_mkstemp(char *path);
int __real_mkdir(const char *path, mode_t mode);
int __real_pipe(int fds[2]);
ssize_t __real_write(int fd, const void *p, size_t n);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_open(const char *path, int flags, ...);
FILE *__wrap_fopen(const char *path, const char *mode);
DIR *__wrap_opendir(const char *path);
int __wrap_mkstemp(char *path);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_pipe(int fds[2]);
ssize_t __wrap_write(int fd, const void *p, size_t n);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

int __wrap_open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if (flags & O_CREAT) {
    va_list args;
    va_start(args, flags);
    mode = va_arg(args, mode_t);
    va_end(args);
  }
  return fails(OPEN) ? -1 : __real_open(path, flags, mode);
}
FILE *__wrap_fopen(const char *path, const char *mode) {
  return fails(OPEN) ? NULL : __real_fopen(path, mode);
}
DIR *__wrap_opendir(const char *path) {
  return fails(OPEN) ? NULL : __real_opendir(path);
}
int __wrap_mkstemp(char *path) {
  return fails(OPEN) ? -1 : __real_mkstemp(path);
}
int __wrap_mkdir(const char *path, mode_t mode) {
  return fails(OPEN) ? -1 : __real_mkdir(path, mode);
}
int __wrap_pipe(int fds[2]) {
  return fails(OPEN) ? -1 : __real_pipe(fds);
}

/* The pipes of the loop's own signals and of the test are never full and never broken. */
static bool is_pipe(int fd) {
  struct stat st;
  return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}
/* A terminal that can be written to no more cannot be restored either: it only interrupts. */
ssize_t __wrap_write(int fd, const void *p, size_t n) {
  if (is_pipe(fd) || (torture.for_good && isatty(fd)) || !fails(WRITE))
    return __real_write(fd, p, n);
  errno = isatty(fd) ? EINTR : errno;
  return -1;
}
int __wrap_fsync(int fd) {
  return fails(WRITE) ? -1 : __real_fsync(fd);
}
int __wrap_rename(const char *from, const char *to) {
  return fails(WRITE) ? -1 : __real_rename(from, to);
}

/* ---- the network ----------------------------------------------------------------------------- */

int connect(int fd, const struct sockaddr *to, socklen_t n) {
  int (*real)(int, const struct sockaddr *, socklen_t);
  void *found = dlsym(RTLD_NEXT, "connect");
  memcpy(&real, &found, sizeof real); /* POSIX has it so: C knows no way from one to the other */
  return fails(CONNECT) ? -1 : real(fd, to, n);
}

/* ---- beginning and end ----------------------------------------------------------------------- */

#ifdef __GLIBC__ /* elsewhere nothing can take the place of stdout */
static ssize_t print(void *arg, const char *text, size_t n) {
  (void)arg;
  size_t done = 0;
  while (done < n) {
    ssize_t wrote = fails(WRITE) ? -1 : __real_write(1, text + done, n - done);
    if (wrote < 0 && errno != EINTR)
      return 0; /* that much was written: an error, by the rules of fopencookie */
    done += wrote > 0 ? (size_t)wrote : 0;
  }
  return (ssize_t)n;
}

static void take_stdout(void) {
  cookie_io_functions_t io = {.write = print};
  FILE *out = isatty(1) ? NULL : fopencookie(NULL, "w", io);
  if (out)
    stdout = out;
}
#else
static void take_stdout(void) {
}
#endif

static void say_counts(void) {
  const char *path = getenv("CAWSOLE_TORTURE_COUNTS");
  FILE *f = path && torture.pid == getpid() ? __real_fopen(path, "w") : NULL;
  for (int i = 0; f && i < KINDS; i++)
    fprintf(f, "%s %ld\n", kinds[i].name, atomic_load(&torture.count[i]));
  if (f && torture.failed)
    fprintf(f, "failed %08x\n", torture.failed_on);
  for (size_t i = 0; f && i < torture.n_frames; i++)
    fprintf(f, "by 0x%lx\n", (unsigned long)torture.frames[i]);
  for (int i = 0; f && i < PATHS_MAX; i++)
    if (paths[i].count)
      fprintf(f, "%s@%08x %ld\n", kinds[paths[i].kind].name, paths[i].hash, paths[i].count);
  if (f)
    fclose(f);
}

static void take_order(const char *order) {
  char name[16], rest[16] = "";
  if (sscanf(order, "%15[a-z]:%ld%15s", name, &torture.nth, rest) < 2)
    return;
  for (int i = 0; i < KINDS; i++)
    if (!strcmp(kinds[i].name, name))
      torture.kind = (enum kind)i;
  torture.by_path = sscanf(rest, "@%x", &torture.path) == 1;
  torture.for_good = strchr(rest, '+') != NULL;
}

__attribute__((constructor)) static void begin(void) {
  if (getenv("CAWSOLE_TORTURE"))
    take_order(getenv("CAWSOLE_TORTURE"));
  torture.all_paths = getenv("CAWSOLE_TORTURE_PATHS") != NULL;
  take_stdout();
  atexit(say_counts);
  torture.pid = getpid();
}
