/* A list of all things of one kind, rated; the alarms have columns of their own. */
#include "tui/alarm.h"
#include "tui/grid.h"
#include "tui/when.h"
#include "widgets/bar.h"

#include "aws/api/cloudwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list;

struct list_def {
  const struct wid_column *columns;
  int ncolumns;
  void (*cell)(struct list *l, const struct stack_row *row, int column, struct wid_cell *cell);
  /* 0: by what the cells say */
  int (*compare)(const struct stack_row *x, const struct stack_row *y, int column);
};

struct list {
  struct tui_view view;
  struct tui_grid grid;
  enum stack_kind kind;
  const struct list_def *def;
};

static struct list *list_of(const struct tui_view *v) {
  return (struct list *)(uintptr_t)v;
}

static const struct stack_collection *collection(const struct list *l) {
  return stack_collection(l->view.tui->stack, l->kind);
}

/* ---- any kind -------------------------------------------------------------------------------- */

enum { NAME, STATE, WHY, ID };

static const struct wid_column columns[] = {
    [NAME] = {"name", 16, 30, 2, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [STATE] = {"state", 10, 10, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [WHY] = {"why", 10, 30, 2, 1, WID_ALIGN_LEFT, WID_CLIP_END},
    [ID] = {"identity", 16, 40, 2, 2, WID_ALIGN_LEFT, WID_CLIP_START},
};

static void cell(struct list *l, const struct stack_row *row, int column, struct wid_cell *out) {
  (void)l;
  switch (column) {
  case NAME:
    out->text = tui_str(row->name);
    out->style = WID_ACCENT;
    break;
  case STATE:
    wid_cell_printf(out, "%s %s", tui_level_glyph(row->rating.level),
                    tui_level_word(row->rating.level));
    out->style = tui_level_style(row->rating.level);
    break;
  case WHY:
    wid_cell_set(out, row->rating.reason);
    break;
  case ID:
    out->text = tui_str(row->id);
    out->style = WID_DIM;
    break;
  }
}

static int by_level(const struct stack_row *x, const struct stack_row *y) {
  return (x->rating.level > y->rating.level) - (x->rating.level < y->rating.level);
}

static int compare(const struct stack_row *x, const struct stack_row *y, int column) {
  return column == STATE ? by_level(x, y) : 0;
}

static const struct list_def any = {columns, sizeof columns / sizeof columns[0], cell, compare};

/* ---- alarms ---------------------------------------------------------------------------------- */

enum { ALARM, ALARM_STATE, SINCE, METRIC, REASON };

static const struct wid_column alarm_columns[] = {
    [ALARM] = {"alarm", 16, 28, 2, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [ALARM_STATE] = {"state", 10, 19, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [SINCE] = {"since", 12, 14, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [METRIC] = {"metric", 16, 26, 1, 2, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [REASON] = {"why", 30, 40, 4, 1, WID_ALIGN_LEFT, WID_CLIP_END},
};

static int by_time(aws_ms x, aws_ms y) {
  return (x > y) - (x < y);
}

static aws_ms since_of(const struct cloudwatch_alarm *a) {
  return a->transitioned ? a->transitioned : a->updated;
}

static void alarm_cell(struct list *l, const struct stack_row *row, int column,
                       struct wid_cell *out) {
  const struct cloudwatch_alarm *a = row->item;
  struct tui *t = l->view.tui;
  char when[TUI_WHEN_MAX], age[TUI_AGE_MAX];
  aws_ms since = since_of(a);
  switch (column) {
  case ALARM:
    out->text = tui_str(a->name);
    out->style = WID_ACCENT;
    break;
  case ALARM_STATE:
    wid_cell_printf(out, "%s %.*s", tui_level_glyph(row->rating.level), AWS_STR_ARG(a->state));
    out->style = tui_level_style(row->rating.level);
    break;
  case SINCE:
    if (since)
      wid_cell_printf(out, "%s", tui_when(since, tui_now(t), when));
    if (since && !strchr(when, ' ')) /* a day says how long ago */
      wid_cell_printf(out, "%s %s", when, tui_age(t, since, age));
    break;
  case METRIC:
    out->text = tui_str(a->metric);
    break;
  case REASON: {
    char why[200];
    tui_alarm_why(a, why, sizeof why);
    wid_cell_printf(out, "%s", why);
    break;
  }
  }
}

static int alarm_compare(const struct stack_row *x, const struct stack_row *y, int column) {
  switch (column) {
  case ALARM_STATE:
    return by_level(x, y);
  case SINCE:
    return by_time(since_of(x->item), since_of(y->item));
  default:
    return 0;
  }
}

static const struct list_def alarms = {
    alarm_columns, sizeof alarm_columns / sizeof alarm_columns[0], alarm_cell, alarm_compare};

/* ---- the table's source ---------------------------------------------------------------------- */

static size_t source_count(void *data) {
  return collection(data)->n;
}

static struct wid_str source_key(void *data, size_t row) {
  return tui_str(collection(data)->rows[row]->id);
}

static void source_cell(void *data, size_t row, int column, struct wid_cell *out) {
  struct list *l = data;
  l->def->cell(l, collection(l)->rows[row], column, out);
}

static int source_compare(void *data, size_t a, size_t b, int column) {
  struct list *l = data;
  const struct stack_row *x = collection(l)->rows[a], *y = collection(l)->rows[b];
  int order = l->def->compare(x, y, column);
  if (order)
    return order;
  struct wid_cell one = {.text = {NULL, 0}}, two = {.text = {NULL, 0}};
  l->def->cell(l, x, column, &one);
  l->def->cell(l, y, column, &two);
  return aws_str_cmp((struct aws_str){one.text.p, one.text.n},
                     (struct aws_str){two.text.p, two.text.n});
}

static const struct wid_source source = {
    .count = source_count, .key = source_key, .cell = source_cell, .compare = source_compare};

/* ---- the view -------------------------------------------------------------------------------- */

static struct list *current(const struct tui_view *v) {
  struct list *l = list_of(v);
  wid_table_update(&l->grid.table, collection(l)->generation + 1);
  return l;
}

/* Kinds that no pane of the board shows are read often only while their list is open. */
static bool has_pane(enum stack_kind k) {
  return tui_board_pane_of(k) < tui_board_panes();
}

static void view_free(struct tui_view *v) {
  struct list *l = list_of(v);
  if (!has_pane(l->kind))
    stack_show_kind(v->tui->stack, l->kind, false);
  tui_grid_done(&l->grid);
  free(l);
}

/* Why the row under the cursor is as it is: an alarm's own words, else the rating's. */
static const char *detail(struct list *l) {
  size_t row = wid_table_row(&l->grid.table);
  if (row >= collection(l)->n)
    return "";
  const struct stack_row *r = collection(l)->rows[row];
  const struct cloudwatch_alarm *alarm = l->kind == STACK_ALARM ? r->item : NULL;
  return alarm && alarm->reason.n ? alarm->reason.p : r->rating.reason;
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct list *l = current(v);
  const struct stack_collection *c = collection(l);
  char title[96], extra[160], age[TUI_AGE_MAX], right[32] = "";
  tui_grid_describe(&l->grid, extra, sizeof extra);
  snprintf(title, sizeof title, "%s  %zu", stack_kind_plural(l->kind), c->n);
  for (char *p = title; *p; p++)
    *p = *p == '_' ? ' ' : *p;
  if (c->fetched_at)
    snprintf(right, sizeof right, "%s", tui_ago(v->tui, c->fetched_at, age));
  struct wid_frame frame = {.title = wid_str_from(title),
                            .extra = wid_str_from(extra),
                            .right = wid_str_from(right),
                            .right_style = WID_DIM,
                            .focused = true};
  struct wid_rect inside = wid_frame_draw(win, r, &frame);
  bool bad = c->error.code != AWS_OK;
  if (bad)
    tui_grid_say(&l->grid, win, &inside, WID_ERROR, c->error.text, true);
  l->grid.table.stale = bad;
  l->grid.table.empty = c->loaded ? "there is none" : "reading\xe2\x80\xa6";
  tui_grid_draw(&l->grid, win, inside, true, detail(l));
}

static bool subject(const struct tui_view *v, struct tui_subject *out) {
  struct list *l = current(v);
  size_t row = wid_table_row(&l->grid.table);
  if (row >= collection(l)->n)
    return false;
  const struct stack_row *r = collection(l)->rows[row];
  *out = (struct tui_subject){l->kind, r->id, r};
  return true;
}

static enum tui_result open_row(struct tui_view *v) {
  struct tui_subject s;
  if (subject(v, &s))
    tui_push(v->tui, tui_describe_new(v->tui, &s));
  return TUI_REDRAW;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  enum wid_result r = tui_grid_event(&current(v)->grid, e);
  if (r == WID_SUBMIT)
    return open_row(v);
  return r == WID_IGNORED ? TUI_IGNORED : TUI_REDRAW;
}

static bool can(const struct tui_view *v, enum tui_command c) {
  struct list *l = current(v);
  return c == TUI_OPEN ? wid_table_row(&l->grid.table) != WID_NONE : tui_grid_can(&l->grid, c);
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  (void)index;
  return c == TUI_OPEN ? open_row(v) : tui_grid_command(&current(v)->grid, c);
}

static bool typing(const struct tui_view *v) {
  return list_of(v)->grid.typing;
}

static const struct tui_view_ops ops = {.name = "list",
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
                                        .command = command,
                                        .subject = subject};

struct tui_view *tui_list_new(struct tui *t, enum stack_kind kind, struct aws_str id) {
  struct list *l = aws_calloc(1, sizeof *l);
  if (!l)
    return NULL;
  l->view = (struct tui_view){&ops, t};
  l->kind = kind;
  l->def = kind == STACK_ALARM ? &alarms : &any;
  tui_grid_init(&l->grid, l->def->columns, l->def->ncolumns, &source, l);
  if (kind == STACK_ALARM)
    l->grid.table.wrap_column = REASON;
  if (!has_pane(kind))
    stack_show_kind(t->stack, kind, true);
  wid_table_sort(&l->grid.table, STATE, true); /* what is wrong stands first */
  if (id.n)
    wid_table_select(&l->grid.table, tui_str(id));
  return &l->view;
}

bool tui_is_list(const struct tui_view *v, enum stack_kind kind) {
  return v->ops == &ops && list_of(v)->kind == kind;
}
