/* A scrolling view of styled lines, wrapped to the width: describe, events, help. */
#ifndef CAWSOLE_WIDGETS_TEXT_H
#define CAWSOLE_WIDGETS_TEXT_H

#include <widgets/base.h>

/* Bytes of text and lines one view keeps; a line that would pass either is dropped and truncated is
 * set. */
#define WID_TEXT_MAX (4u * 1024 * 1024)
#define WID_TEXT_LINES_MAX (256u * 1024)
#define WID_TEXT_FIND_MAX 128

struct wid_text_line; /* private */

struct wid_text {
  bool follow; /* stay at the end while new lines come */
  /* read-only for the caller */
  bool truncated;
  size_t n_lines;
  /* private */
  struct wid_text_line *lines;
  size_t cap_lines;
  char *bytes;
  size_t n_bytes, cap_bytes;
  size_t top;    /* first wrapped row shown */
  size_t n_rows; /* wrapped rows at the width drawn last */
  size_t found;  /* the line found last */
  size_t seen;   /* wrapped rows from the first on that were drawn */
  int width, page;
  bool wrapped;
  char find[WID_TEXT_FIND_MAX];
};

void wid_text_init(struct wid_text *t);
void wid_text_done(struct wid_text *t); /* wipes what it held before freeing it */
void wid_text_clear(struct wid_text *t);
/* The same, but the row at the top and the line found stay: for a text that is written again with
 * more at its end. */
void wid_text_restart(struct wid_text *t);

/* Adds one line (copied), whatever is in s: a newline in it is shown as its picture, for a name
 * from outside must not write lines of its own. indent: columns by which wrapped rows after the
 * first stand in. */
void wid_text_add(struct wid_text *t, unsigned style, int indent, struct wid_str s);
void wid_text_addf(struct wid_text *t, unsigned style, const char *fmt, ...) WID_PRINTF(3, 4);
/* A text of several lines, where they are meant: newlines in s make further lines, tabs go to the
 * next multiple of 8. */
void wid_text_add_lines(struct wid_text *t, unsigned style, int indent, struct wid_str s);
/* "name   value", the name in label columns and style ACCENT; the value wraps beside it. */
void wid_text_add_pair(struct wid_text *t, int label, const char *name, unsigned style,
                       struct wid_str value);

enum wid_result wid_text_move(struct wid_text *t, enum wid_move move);
enum wid_result wid_text_mouse(struct wid_text *t, const struct wid_mouse *mouse);
/* Rows at width w. */
size_t wid_text_height(struct wid_text *t, int w);
bool wid_text_at_top(const struct wid_text *t);
/* Whether every row was drawn since the text was changed last, some by scrolling perhaps. */
bool wid_text_seen(const struct wid_text *t);
/* Scrolls to the next line (direction 1) or the one before (-1) that holds what is sought, ASCII
 * letters in either case. False when there is none. Matching lines are drawn standing out. */
bool wid_text_find(struct wid_text *t, const char *what, int direction);
/* How many lines hold what was sought last; *at: which of them was found, from 1 (0: none). */
size_t wid_text_found(const struct wid_text *t, size_t *at);
void wid_text_draw(struct wid_text *t, WINDOW *win, struct wid_rect r);

#endif
