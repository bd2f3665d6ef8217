/* What all widgets share: text, rectangles, styles, events and results.
 *
 * A widget is a struct with an _init, a _done, functions that change it and a _draw. It owns no
 * terminal, no loop and no timer; what a key means is decided by the caller, who calls the function
 * that does it. All text is UTF-8 that may come from anywhere: it goes to the screen through
 * widgets/cells.h alone, where it is made harmless.
 */
#ifndef CAWSOLE_WIDGETS_BASE_H
#define CAWSOLE_WIDGETS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define WID_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define WID_MUST_CHECK __attribute__((warn_unused_result))
#else
#define WID_PRINTF(fmt, args)
#define WID_MUST_CHECK
#endif

/* A window of curses, whose header stays out of this one: it declares words like move and filter.
 */
typedef struct _win_st WINDOW;

/* "no row", "no item" */
#define WID_NONE ((size_t)-1)

/* ---- text ------------------------------------------------------------------------------------ */

/* n bytes of borrowed text; p may be NULL when n is 0. Need not be valid UTF-8 nor NUL-terminated.
 */
struct wid_str {
  const char *p;
  size_t n;
};

#define WID_STR_LIT(s) ((struct wid_str){(s), sizeof(s) - 1})
struct wid_str wid_str_from(const char *cstr); /* NULL gives empty text */
bool wid_str_eq(struct wid_str a, struct wid_str b);
/* Where needle is in s, ASCII letters in either case; WID_NONE when it is not. */
size_t wid_str_find(struct wid_str s, struct wid_str needle);

/* ---- place ----------------------------------------------------------------------------------- */

struct wid_rect {
  int y, x, h, w; /* in cells of the window; h or w <= 0 draws nothing */
};

bool wid_rect_has(struct wid_rect r, int y, int x);
struct wid_rect wid_rect_line(struct wid_rect r, int line); /* one line of r; empty when outside */
struct wid_rect wid_rect_inset(struct wid_rect r, int dy, int dx);
/* A rectangle of at most h by w in the middle of outer. */
struct wid_rect wid_rect_center(struct wid_rect outer, int h, int w);

enum wid_align { WID_ALIGN_LEFT, WID_ALIGN_RIGHT, WID_ALIGN_CENTER };
/* Which part of a text gives way when it is too wide. The end of an ARN is what matters, so cut its
 * start or its middle. */
enum wid_clip { WID_CLIP_END, WID_CLIP_START, WID_CLIP_MIDDLE };

/* ---- style ----------------------------------------------------------------------------------- */

/* What a text means; term.h turns it into colours and attributes for the terminal at hand. */
enum wid_style {
  WID_NORMAL,
  WID_DIM,
  WID_BOLD,
  WID_TITLE,       /* the title line */
  WID_TITLE_WARN,  /* in the title line: degraded */
  WID_TITLE_ALERT, /* in the title line: failing; all of it while it flashes */
  WID_TITLE_PROD,  /* in the title line: this is production */
  WID_OK,
  WID_WARN,
  WID_BAD,
  WID_UNKNOWN,
  WID_NOTE,   /* under way: not a fault */
  WID_ACCENT, /* names, headings */
  WID_HEADER, /* column heads */
  WID_HINT_KEY,
  WID_HINT,
  WID_BORDER,
  WID_BORDER_FOCUS,
  WID_FIELD,       /* an input field */
  WID_FIELD_FOCUS, /* the field that takes keys */
  WID_ERROR,       /* a message that says what went wrong */
  WID_ADDED,
  WID_REMOVED,
  WID_SPARK,
  WID_STYLE_COUNT
};
/* May be added to a style: on the row under the cursor, on that row in a pane without the focus, in
 * rows kept after a refresh that failed. */
#define WID_ON_CURSOR 0x100u
#define WID_ON_FAINT_CURSOR 0x200u
#define WID_ON_STALE 0x400u

/* ---- events ---------------------------------------------------------------------------------- */

enum wid_event_kind {
  WID_EVENT_NONE,
  WID_EVENT_KEY,
  WID_EVENT_MOUSE,
  WID_EVENT_PASTE,
  WID_EVENT_RESIZE, /* the terminal says so: wid_term_resize, then lay out again */
  WID_EVENT_EOF     /* the terminal is gone: leave */
};

/* A key is a Unicode code point (control keys are 1..31 and 127) or one of these, which lie above
 * the last code point. WID_KEY_ALT is added when ESC came right before. */
enum wid_key {
  WID_KEY_TAB = 9,
  WID_KEY_ENTER = 13, /* carriage return, newline and the keypad's Enter alike */
  WID_KEY_ESC = 27,
  WID_KEY_UP = 0x110000,
  WID_KEY_DOWN,
  WID_KEY_LEFT,
  WID_KEY_RIGHT,
  WID_KEY_HOME,
  WID_KEY_END,
  WID_KEY_PAGE_UP,
  WID_KEY_PAGE_DOWN,
  WID_KEY_INSERT,
  WID_KEY_DELETE,
  WID_KEY_BACKSPACE, /* 127 and Ctrl-H too */
  WID_KEY_BACKTAB,
  WID_KEY_F0, /* WID_KEY_F0 + n is Fn, n up to 24 */
  WID_KEY_F_LAST = WID_KEY_F0 + 24,
  WID_KEY_ALT = 0x200000
};
#define WID_CTRL(letter) ((letter)&0x1f)

enum wid_mouse_kind { WID_MOUSE_PRESS, WID_MOUSE_DOUBLE, WID_MOUSE_WHEEL_UP, WID_MOUSE_WHEEL_DOWN };

struct wid_mouse {
  enum wid_mouse_kind kind; /* the left button or the wheel; motion is never reported */
  int y, x;                 /* cell of the screen */
};

struct wid_event {
  enum wid_event_kind kind;
  int32_t key;            /* KEY */
  struct wid_mouse mouse; /* MOUSE */
  struct wid_str paste;   /* PASTE: borrowed until the next read; lines end in '\n' */
};

/* What became of an event. Everything but IGNORED means: taken, draw again. */
enum wid_result {
  WID_IGNORED, /* not for this widget: ask the next */
  WID_REDRAW,  /* taken; it looks different now */
  WID_CHANGED, /* the value or selection changed as well */
  WID_SUBMIT,  /* the user is done: take the value (a table: open the row) */
  WID_CANCEL   /* the user wants out */
};

/* Movements, as the caller's key table names them. */
enum wid_move {
  WID_MOVE_NONE,
  WID_MOVE_UP,
  WID_MOVE_DOWN,
  WID_MOVE_PAGE_UP,
  WID_MOVE_PAGE_DOWN,
  WID_MOVE_HOME,
  WID_MOVE_END
};
/* Arrows, PgUp, PgDn, Home and End: the keys that move in every list and cannot be rebound. */
enum wid_move wid_move_of_key(int32_t key);

#endif
