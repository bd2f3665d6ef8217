/* One pane of the board: rows built from the stack's collections, shown as a table, with a second
 * table to drill into. A kind of pane is one file with const tables.
 */
#ifndef CAWSOLE_TUI_PANE_H
#define CAWSOLE_TUI_PANE_H

#include "tui/grid.h"
#include "tui/layout.h"
#include "tui/tui.h"
#include "widgets/tree.h"

#define PANE_KINDS_MAX 4
#define PANE_TABLES 2
#define PANE_ID_MAX 1024
#define PANE_EVENT_KEY 40

struct pane_row {
  enum stack_kind kind;        /* STACK_KINDS: a heading that stands for no thing */
  const struct stack_row *row; /* NULL for a heading */
  struct aws_str key;          /* identity, borrowed from the stack or the pane */
  int depth;
  size_t index; /* the pane's own */
};

struct pane;

/* What Enter does with a row. */
enum pane_open {
  PANE_OPEN_DESCRIBE,
  PANE_OPEN_DRILL,
  PANE_OPEN_TOGGLE,
  PANE_OPEN_VERSIONS,
  PANE_OPEN_EVENT,
  PANE_OPEN_NOTHING
};

struct pane_table {
  enum stack_kind kind; /* whose age is the pane's; STACK_KINDS: it has none */
  const struct wid_column *columns;
  int ncolumns;
  const char *empty;
  bool follow;
  int wraps;                     /* the column that may take more than one line; 0: none */
  void (*build)(struct pane *p); /* calls pane_add */
  void (*cell)(struct pane *p, const struct pane_row *r, int column, struct wid_cell *cell);
  /* For columns whose text does not sort: the number behind it; NaN: sort by text. May be NULL. */
  double (*number)(struct pane *p, const struct pane_row *r, int column);
  enum pane_open (*open)(struct pane *p, const struct pane_row *r); /* NULL: describe */
  /* What a cell of the row has no room for: shown whole below the rows while the row is selected.
   * NULL: why it is rated as it is. */
  void (*detail)(struct pane *p, const struct pane_row *r, char *out, size_t size);
};

struct pane_ops {
  const char *name, *title;
  const char *tab;                       /* the title where room is short */
  enum stack_kind kinds[PANE_KINDS_MAX]; /* all that it shows */
  size_t nkinds;
  struct pane_table tables[PANE_TABLES]; /* [1] has no columns: nothing to drill into */
  /* Says in a few words what the pane holds ("cluster shop, 20 services"); may be NULL. */
  void (*extra)(struct pane *p, char *out, size_t size);
  uint64_t (*generation)(struct pane *p); /* of what is no collection; may be NULL */
};

struct pane {
  const struct pane_ops *ops;
  struct tui *tui;
  struct tui_grid grids[PANE_TABLES];
  size_t level;            /* the table shown */
  char drill[PANE_ID_MAX]; /* id of the thing that table 1 belongs to */
  char drill_name[128];
  struct pane_row *rows;
  size_t n, cap;
  uint64_t built;       /* generation of rows */
  uint64_t bumps;       /* metrics came, values came */
  struct wid_tree tree; /* the parameters' */
  uint64_t tree_of;     /* the collection's generation + 1; 0: never built */
  char *event_keys;     /* the timeline's: PANE_EVENT_KEY bytes for each event */
  aws_ms slow_since; /* wall clock: since when its refresh has been seen under way; 0: it is not */
  uint64_t shown;    /* hash of the rows last reported as on screen */
};

void pane_init(struct pane *p, const struct pane_ops *ops, struct tui *t);
void pane_done(struct pane *p);
/* Brings rows and table up to what the stack holds now. Call before anything is asked. */
void pane_update(struct pane *p);
void pane_add(struct pane *p, enum stack_kind kind, const struct stack_row *row, int depth);
void pane_add_row(struct pane *p, const struct pane_row *row);

int pane_want(struct pane *p, bool focused); /* lines, frame included */
void pane_draw(struct pane *p, WINDOW *win, struct wid_rect r, int number, bool focused);
/* Tells the stack which rows are on screen; on_screen false: none. After pane_draw. */
void pane_report(struct pane *p, bool on_screen);

const struct pane_row *pane_selected(const struct pane *p); /* NULL: none */
bool pane_select(struct pane *p, struct aws_str id);
/* The marked rows that are of the selected row's kind; returns how many, also beyond max. */
size_t pane_marked(const struct pane *p, struct aws_str *ids, size_t max);
void pane_unmark(struct pane *p);
struct tui_grid *pane_grid(struct pane *p);
bool pane_can(const struct pane *p, enum tui_command c);
enum tui_result pane_command(struct pane *p, enum tui_command c);
enum tui_result pane_event(struct pane *p, const struct wid_event *e);
void pane_forget(struct pane *p); /* the stack is another one now */

/* Cells that several panes have. */
void pane_cell_state(struct wid_cell *cell, const struct stack_row *row, struct aws_str word);
void pane_cell_age(struct pane *p, struct wid_cell *cell, aws_ms at);
void pane_cell_str(struct wid_cell *cell, struct aws_str s);
/* "63%"; nothing when the metric is not known. */
void pane_cell_metric(struct pane *p, struct wid_cell *cell, const struct pane_row *r,
                      const char *metric);
double pane_metric(struct pane *p, const struct pane_row *r, const char *metric);
/* The cell tells of that metric: grey when the last try to read it failed. */
void pane_cell_of_metric(struct pane *p, struct wid_cell *cell, const struct pane_row *r,
                         const char *metric);

extern const struct pane_ops pane_cloudfront, pane_targets, pane_ecs, pane_databases,
    pane_parameters, pane_timeline;

/* ---- panes.c: by number, from 0
 * ------------------------------------------------------------------ */

extern const struct pane_ops *const tui_panes[TUI_PANES];

#endif
