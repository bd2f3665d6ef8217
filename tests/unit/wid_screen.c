#include "tests/unit/wid_screen.h"
#include "tests/unit/test.h"
#include "widgets/private.h"
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int master = -1;
static FILE *slave;

void screen_set_size(int h, int w) {
  struct winsize size = {.ws_row = (unsigned short)h, .ws_col = (unsigned short)w};
  assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
}

void screen_open(const char *term, int h, int w, enum wid_depth depth) {
  assert_true(setlocale(LC_ALL, "C.UTF-8") != NULL || setlocale(LC_ALL, "en_US.UTF-8") != NULL);
  unsetenv("LINES");
  unsetenv("COLUMNS");
  setenv("TERM", term, 1);
  master = posix_openpt(O_RDWR | O_NOCTTY);
  assert_true(master >= 0);
  assert_int_equal(grantpt(master), 0);
  assert_int_equal(unlockpt(master), 0);
  screen_set_size(h, w);
  int fd = open(ptsname(master), O_RDWR | O_NOCTTY);
  assert_true(fd >= 0);
  slave = fdopen(fd, "r+");
  assert_non_null(slave);
  const char *why;
  struct wid_term_options options = {.in = slave, .out = slave, .depth = depth};
  if (!wid_term_init(&options, &why))
    fail_msg("%s", why);
}

void screen_close(void) {
  wid_term_done();
  fclose(slave);
  if (master >= 0)
    close(master);
  master = -1;
}

void screen_hang_up(void) {
  close(master);
  master = -1;
}

void screen_type(const char *bytes) {
  assert_int_equal(write(master, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
}

const char *screen_line(int y, int x, int w) {
  static char out[SCREEN_LINE_MAX];
  size_t n = 0, end = 0;
  for (int col = x; col < x + w && n < sizeof out - 32; col++) {
    cchar_t cell;
    wchar_t text[CCHARW_MAX];
    attr_t attr;
    short pair;
    assert_int_equal(mvwin_wch(stdscr, y, col, &cell), OK);
    assert_int_equal(getcchar(&cell, text, &attr, &pair, NULL), OK);
    for (int i = 0; text[i]; i++)
      n += wid_utf8_encode((uint32_t)text[i], out + n);
    if (text[0] != L' ')
      end = n;
    if (wcwidth(text[0]) == 2)
      col++;
  }
  out[end] = '\0';
  return out;
}

const char *screen_written(size_t *n) {
  static char out[65536];
  size_t got = 0;
  struct pollfd ready = {master, POLLIN, 0};
  while (got < sizeof out - 1 && poll(&ready, 1, 20) > 0) {
    ssize_t more = read(master, out + got, sizeof out - 1 - got);
    if (more <= 0)
      break;
    got += (size_t)more;
  }
  out[got] = '\0';
  if (n)
    *n = got;
  return out;
}
