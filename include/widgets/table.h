/* A table: rows that live elsewhere, asked for through callbacks.
 *
 * Rows have identities. Cursor and marks hold on to the identity, so they survive refresh, sorting
 * and filtering. The order is worked out again only when the data's generation, the sort or the
 * filter changed; drawing asks only for the rows on screen.
 */
#ifndef CAWSOLE_WIDGETS_TABLE_H
#define CAWSOLE_WIDGETS_TABLE_H

#include <widgets/base.h>

#define WID_TABLE_COLUMNS_MAX 24
#define WID_TABLE_MARKS_MAX 1000
#define WID_TABLE_FILTER_MAX 128
#define WID_CELL_SCRATCH 256

struct wid_column {
  const char *title;
  /* Columns of the screen. What is on screen says how much of them a column needs; below min the
   * column is dropped instead, beyond ideal it grows when all others have theirs. */
  int min, ideal;
  int weight;   /* share of the room left over when all have what they need; 0: none */
  int priority; /* 0: never dropped; otherwise the highest goes first */
  enum wid_align align;
  enum wid_clip clip;
};

/* One cell, filled in by the source. text may be borrowed (valid until the draw ends) or point into
 * scratch. */
struct wid_cell {
  struct wid_str text;
  unsigned style;
  char scratch[WID_CELL_SCRATCH];
};
/* Formats into scratch and sets text. */
void wid_cell_printf(struct wid_cell *cell, const char *fmt, ...) WID_PRINTF(2, 3);
void wid_cell_set(struct wid_cell *cell, const char *text); /* borrowed; NULL: empty */

/* Where rows come from. row counts from 0 in the source's own order. */
struct wid_source {
  size_t (*count)(void *data);
  /* Unique, the same after every refresh. Borrowed. */
  struct wid_str (*key)(void *data, size_t row);
  void (*cell)(void *data, size_t row, int column, struct wid_cell *cell);
  /* Like strcmp, for ascending order. NULL: cells are compared as text, digits by value. */
  int (*compare)(void *data, size_t a, size_t b, int column);
  /* NULL: flat. Otherwise rows come parent first; siblings are sorted among themselves, the filter
   * keeps the parents of what it keeps and the children of what matches. */
  int (*depth)(void *data, size_t row);
  /* NULL: all rows alike. Otherwise flags as below. */
  unsigned (*flags)(void *data, size_t row);
};
#define WID_ROW_STALE 0x1u /* drawn grey */

struct wid_mark; /* private */
struct wid_table_node;

struct wid_table {
  /* set by the caller, may change at any time */
  const char *empty; /* said when there is no row at all */
  bool stale;        /* all rows grey */
  bool follow;       /* a cursor on the first row stays on the first row (timelines) */
  int tree_column;   /* the column that is indented by depth; default 0 */
  int wrap_column;   /* goes on below itself while lines are to spare; default -1: none does */
  /* read-only for the caller */
  const struct wid_column *columns;
  int n_columns;
  int sort_column; /* -1: the source's order */
  bool sort_descending;
  char filter[WID_TABLE_FILTER_MAX];
  /* private */
  const struct wid_source *source;
  void *data;
  uint32_t *order; /* shown row -> source row */
  size_t n_order, n_source, cap;
  struct wid_table_node *nodes; /* by source row, when the source has depths */
  char *key;                    /* identity of the cursor's row; owned */
  size_t n_key;
  bool wished; /* key was asked for but is not there yet */
  size_t cursor, top, page;
  struct wid_mark *marks;
  size_t n_marks;
  uint64_t generation;
  bool fresh, narrowed;
  struct wid_rect rect;
  int widths[WID_TABLE_COLUMNS_MAX];
  int needs[WID_TABLE_COLUMNS_MAX]; /* the widest cell seen at this width of the table */
  int needs_at;                     /* that width */
};

/* columns (at most WID_TABLE_COLUMNS_MAX), source and data are borrowed for the table's life. */
void wid_table_init(struct wid_table *t, const struct wid_column *columns, int n_columns,
                    const struct wid_source *source, void *data);
void wid_table_done(struct wid_table *t);

/* Tells which state of the data stands behind the source now. Call it after every change and before
 * the next draw or question; it costs nothing when nothing changed. When memory runs out the rows
 * beyond what fits are left out. */
void wid_table_update(struct wid_table *t, uint64_t generation);

/* ---- asking ---------------------------------------------------------------------------------- */
size_t wid_table_shown(const struct wid_table *t);            /* rows that pass the filter */
size_t wid_table_total(const struct wid_table *t);            /* rows of the source */
size_t wid_table_row(const struct wid_table *t);              /* under the cursor, or WID_NONE */
size_t wid_table_row_at(const struct wid_table *t, size_t i); /* source row of shown row i */
/* Shown rows on screen at the last draw: the first, and how many. */
void wid_table_visible(const struct wid_table *t, size_t *first, size_t *n);

/* ---- changing -------------------------------------------------------------------------------- */
enum wid_result wid_table_move(struct wid_table *t, enum wid_move move);
/* Press: moves the cursor (CHANGED), on a column's head sorts (CHANGED); double press on a row:
 * SUBMIT; wheel: scrolls. IGNORED outside. */
enum wid_result wid_table_mouse(struct wid_table *t, const struct wid_mouse *mouse);
/* Puts the cursor on the row with that identity; false (and the wish is kept for the next update)
 * when it is not shown. */
bool wid_table_select(struct wid_table *t, struct wid_str key);

/* Substring over all cells of a row, ASCII letters in either case; a leading '!' inverts. NULL or
 * "" shows all. */
void wid_table_filter(struct wid_table *t, const char *filter);
/* Sorts by column (-1: source order). */
void wid_table_sort(struct wid_table *t, int column, bool descending);
/* step 1 or -1: the next or previous column, ascending; at either end the source's order; 0: turns
 * the direction round. */
void wid_table_sort_step(struct wid_table *t, int step);

/* Marks by identity, at most WID_TABLE_MARKS_MAX. toggle: the row under the cursor; false when
 * full. */
bool wid_table_mark_toggle(struct wid_table *t);
void wid_table_mark_clear(struct wid_table *t);
size_t wid_table_mark_count(const struct wid_table *t);
bool wid_table_marked(const struct wid_table *t, size_t row);

/* ---- drawing --------------------------------------------------------------------------------- */
/* focused: the cursor's row stands out fully, otherwise faintly. */
void wid_table_draw(struct wid_table *t, WINDOW *win, struct wid_rect r, bool focused);

#endif
