/* A small full-screen program for the test of the screen harness itself.
 *
 * Every key adds to the count that it shows; q ends, b rings, h hides the cursor for good, and X
 * writes a sequence that no curses program sends. With an argument it leaves the terminal as it is.
 */
#include "config.h"

#include <curses.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int signo) {
  stop = signo;
}

static void say_idle(int fd, unsigned n) {
  char line[32];
  int length = snprintf(line, sizeof line, "idle %u\n", n);
  if (fd >= 0 && write(fd, line, (size_t)length) < 0)
    stop = SIGPIPE;
}

static void draw(unsigned keys, const char *last) {
  erase();
  attron(A_BOLD | COLOR_PAIR(1));
  mvprintw(0, 0, "toy %d x %d", COLS, LINES);
  attroff(A_BOLD | COLOR_PAIR(1));
  mvprintw(1, 0, "keys %u last %s", keys, last);
  mvaddstr(2, 2, "\xe2\x96\xb2 wide \xe6\x97\xa5\xe6\x9c\xac end");
  mvhline(3, 0, ACS_HLINE, 20);
  mvaddstr(LINES - 1, 0, "bottom");
  refresh();
}

static const char *key_word(int key) {
  static char word[32];
  MEVENT m;
  if (key == KEY_MOUSE && getmouse(&m) == OK)
    snprintf(word, sizeof word, "mouse %d,%d %s", m.y, m.x,
             m.bstate & BUTTON4_PRESSED ? "wheel" : "click");
  else if (key >= 0x20 && key < 0x7f)
    snprintf(word, sizeof word, "%c", key);
  else
    snprintf(word, sizeof word, "%s", keyname(key));
  return word;
}

int main(int argc, char **argv) {
  const char *fd = getenv("CAWSOLE_TEST_FD"), *last = "none";
  unsigned keys = 0;
  struct sigaction act;
  memset(&act, 0, sizeof act);
  act.sa_handler = on_signal;
  sigaction(SIGTERM, &act, NULL);
  sigaction(SIGHUP, &act, NULL);
  setlocale(LC_ALL, "");
  initscr();
  start_color();
  use_default_colors();
  init_pair(1, COLOR_RED, -1);
  raw();
  noecho();
  keypad(stdscr, TRUE);
  curs_set(0);
  mousemask(ALL_MOUSE_EVENTS, NULL);
  mouseinterval(0);
  set_escdelay(25);
  timeout(50); /* a signal that comes just before the wait is seen after it */
  while (!stop) {
    draw(keys, last);
    say_idle(fd ? atoi(fd) : -1, keys);
    int key = getch();
    if (key == 'q' || (key == ERR && stop))
      break;
    if (key == ERR)
      continue;
    if (key == 'b')
      beep();
    if (key == 'X' && write(STDOUT_FILENO, "\033]0;title\a", 10) < 0)
      break;
    keys += key != KEY_RESIZE;
    last = key_word(key);
  }
  if (argc > 1)
    _exit(0);
  (void)argv;
  endwin();
  return stop ? 128 + stop : 0;
}
