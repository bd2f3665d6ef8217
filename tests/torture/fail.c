/* What stands in the place of the allocator and of a few system calls in cawsole-torture: the nth
 * of a kind fails, alone or with all that follow. The linker's --wrap leads the calls of our own
 * code here, and those of nobody else; cJSON allocates through hooks of ours, and libcurl's connect
 * is led here by the dynamic linker. libconfig and ncurses do not survive it, so theirs go on as
 * ever.
 *
 *   CAWSOLE_TORTURE=memory:120     the 120th allocation fails, from 1
 *   CAWSOLE_TORTURE=connect:3+     the third connection and all later ones fail
 *   CAWSOLE_TORTURE_COUNTS=FILE    says there, at the end, how many of each kind there were
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "config.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

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
  bool for_good;
  pid_t pid; /* a child that was forked is left alone */
} torture;

static bool fails(enum kind kind) {
  if (!torture.pid || torture.pid != getpid())
    return false;
  long at = atomic_fetch_add(&torture.count[kind], 1) + 1;
  if (kind != torture.kind || !torture.nth)
    return false;
  if (at != torture.nth && !(torture.for_good && at > torture.nth))
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

static void say_counts(void) {
  const char *path = getenv("CAWSOLE_TORTURE_COUNTS");
  FILE *f = path && torture.pid == getpid() ? __real_fopen(path, "w") : NULL;
  for (int i = 0; f && i < KINDS; i++)
    fprintf(f, "%s %ld\n", kinds[i].name, atomic_load(&torture.count[i]));
  if (f)
    fclose(f);
}

__attribute__((constructor)) static void begin(void) {
  const char *order = getenv("CAWSOLE_TORTURE");
  char name[16], plus = 0;
  if (order && sscanf(order, "%15[a-z]:%ld%c", name, &torture.nth, &plus) >= 2)
    for (int i = 0; i < KINDS; i++)
      if (!strcmp(kinds[i].name, name))
        torture.kind = (enum kind)i;
  torture.for_good = plus == '+';
  atexit(say_counts);
  torture.pid = getpid();
}
