/* What the files of the screen harness share. */
#ifndef CAWSOLE_TESTS_SCREEN_PRIVATE_H
#define CAWSOLE_TESTS_SCREEN_PRIVATE_H

#include "screen.h"

#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

struct screen {
  struct screen *next;
  int rows, cols;
  int master, slave; /* the slave stays open here to see its modes and its unread keys */
  int idle_fd;
  pid_t pid;
  bool ended;
  int status;
  struct termios before;
  char home[64];
  /* what the terminal knows */
  VTerm *vt;
  VTermScreen *vts;
  bool alternate;
  bool started; /* it took over the screen once */
  int mouse;
  unsigned bells;
  unsigned copies; /* keys that may have asked for one */
  /* what was written */
  char *raw;
  size_t n, cap;
  unsigned markers; /* NULs of ours that are on their way through the terminal */
  /* idle */
  unsigned idles, idles_at_input, idles_at_output;
  unsigned long events, events_wanted; /* as it counts them, and what that must come to */
  char said[32];                       /* the line that it is saying */
  size_t nsaid;
};

/* Makes the terminal and wires its callbacks to s; fails the test when out of memory. */
void screen_vterm_new(struct screen *s);
/* Reads what is there, waiting at most ms; takes note of the program's end. */
void screen_pump(struct screen *s, int ms);
/* Waits until the program took over the screen. */
void screen_await_start(struct screen *s);
/* Sends what the terminal has to say (keys, answers to queries) to the program. */
void screen_flush(struct screen *s);

#endif
