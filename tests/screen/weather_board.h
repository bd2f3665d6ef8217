/* What stands on the board, read as an operator reads it: the panes one by one, each with what its
 * frame says of its age, what it says is wrong, and its rows; and what the timeline tells. */
#ifndef CAWSOLE_TESTS_SCREEN_WEATHER_BOARD_H
#define CAWSOLE_TESTS_SCREEN_WEATHER_BOARD_H

#include "screen.h"

#define BOARD_ROWS 64
#define BOARD_TEXT 1024

struct board_pane {
  const char *title;  /* "3 ECS services" */
  const char *head;   /* the first word above its columns */
  const char *varies; /* regex of what a living world measures, taken out of its rows; or NULL */
};

struct board_box {
  bool there;
  char title[BOARD_TEXT]; /* with what stands beside it: "3 ECS services ─ shop-prod, 10 tasks" */
  char status[BOARD_TEXT]; /* the right end of its frame: "now", "5s old, next try in 10s" */
  char says[BOARD_TEXT];   /* what is wrong, in a sentence; "" */
  size_t n;
  char rows[BOARD_ROWS][BOARD_TEXT]; /* blanks folded, without the cursor and what varies */
};

/* text: screen_text's. False: the pane is not on the screen, or something lies over it. */
bool board_read(const char *text, const struct board_pane *p, struct board_box *out);
/* It says that it could not be read, and when that is tried again. */
bool board_marked(const struct board_box *b);
/* Seconds since it was read, of what is not marked; -1: it does not say. */
long board_age(const struct board_box *b);

/* How far what should be the same may differ. */
enum board_same {
  BOARD_EXACT,
  BOARD_NAMES /* texts go on where AWS's ended: each row begins as one of before */
};
/* Whether b has the rows of good and no others; NULL, or the first row that is none of them.
 * Where one is cut short ("…"), as far as it goes. */
const char *board_differs(const struct board_box *good, const struct board_box *b,
                          enum board_same how);

struct board_tale {
  size_t n;
  char events[BOARD_ROWS][BOARD_TEXT]; /* "20:43:10 ECS web: steady state" */
};
bool board_tale(const char *text, struct board_tale *out);
/* The first event of b that is neither in a nor fits `known`; NULL: none. */
const char *board_news(const struct board_tale *a, const struct board_tale *b, const char *known);

#endif
