/* What was done from here in this session, and how it goes. */
#include "tui/grid.h"
#include "tui/when.h"
#include "widgets/bar.h"

#include <stdio.h>
#include <stdlib.h>

struct actions {
  struct tui_view view;
  struct tui_grid grid;
  char keys[STACK_ACTIONS_MAX][24];
};

enum { STARTED, ACTION, SUBJECT, STATE, PROGRESS };

static const struct wid_column columns[] = {
    [STARTED] = {"started", 8, 8, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [ACTION] = {"action", 10, 18, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [SUBJECT] = {"on", 14, 24, 1, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [STATE] = {"state", 9, 11, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [PROGRESS] = {"progress", 10, 24, 2, 1, WID_ALIGN_LEFT, WID_CLIP_END},
};

static struct actions *actions_of(const struct tui_view *v) {
  return (struct actions *)(uintptr_t)v;
}

static const struct stack_action_view *at(struct actions *a, size_t i) {
  struct stack_action *const *all;
  return i < stack_actions(a->view.tui->stack, &all) ? stack_action_view(all[i]) : NULL;
}

static size_t source_count(void *data) {
  struct stack_action *const *all;
  return stack_actions(((struct actions *)data)->view.tui->stack, &all);
}

static struct wid_str source_key(void *data, size_t row) {
  struct actions *a = data;
  snprintf(a->keys[row], sizeof a->keys[row], "%llu", (unsigned long long)at(a, row)->number);
  return wid_str_from(a->keys[row]);
}

static const char *state_of(const struct stack_action_view *v) {
  static const char *const steps[] = {[STACK_STEP_READING] = "reading",
                                      [STACK_STEP_INPUT] = "asks",
                                      [STACK_STEP_PLANNING] = "planning",
                                      [STACK_STEP_CONFIRM] = "asks",
                                      [STACK_STEP_SENDING] = "sending",
                                      [STACK_STEP_WATCHING] = "running",
                                      [STACK_STEP_ENDED] = ""};
  return v->step == STACK_STEP_ENDED ? stack_outcome_name(v->outcome) : steps[v->step];
}

static const char *told(const struct stack_action_view *v) {
  return v->error.code != AWS_OK ? v->error.text : v->progress;
}

static void source_cell(void *data, size_t row, int column, struct wid_cell *cell) {
  struct actions *a = data;
  const struct stack_action_view *v = at(a, row);
  char when[TUI_WHEN_MAX];
  switch (column) {
  case STARTED:
    wid_cell_printf(cell, "%s", tui_when(v->started, tui_now(a->view.tui), when));
    break;
  case ACTION:
    wid_cell_set(cell, v->def->title);
    break;
  case SUBJECT:
    wid_cell_set(cell, v->subject);
    break;
  case STATE:
    wid_cell_set(cell, state_of(v));
    break;
  case PROGRESS:
    wid_cell_set(cell, told(v));
    break;
  }
}

static const struct wid_source source = {
    .count = source_count, .key = source_key, .cell = source_cell};

static struct actions *current(const struct tui_view *v) {
  struct actions *a = actions_of(v);
  wid_table_update(&a->grid.table, source_count(a) + 1);
  return a;
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct wid_frame frame = {.title = WID_STR_LIT("Actions of this session"), .focused = true};
  struct actions *a = current(v);
  size_t row = wid_table_row(&a->grid.table);
  const struct stack_action_view *selected = row < source_count(a) ? at(a, row) : NULL;
  tui_grid_draw(&a->grid, win, wid_frame_draw(win, r, &frame), true,
                selected ? told(selected) : "");
}

static enum tui_result open_row(struct tui_view *v) {
  struct actions *a = current(v);
  struct stack_action *const *all;
  size_t row = wid_table_row(&a->grid.table), n = stack_actions(v->tui->stack, &all);
  if (row < n)
    tui_push(v->tui, tui_action_new(v->tui, STACK_KINDS, &all[row], 1));
  return TUI_REDRAW;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  enum wid_result r = tui_grid_event(&current(v)->grid, e);
  if (r == WID_SUBMIT)
    return open_row(v);
  return r == WID_IGNORED ? TUI_IGNORED : TUI_REDRAW;
}

static bool can(const struct tui_view *v, enum tui_command c) {
  struct actions *a = current(v);
  return c == TUI_OPEN ? wid_table_row(&a->grid.table) != WID_NONE : tui_grid_can(&a->grid, c);
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  (void)index;
  return c == TUI_OPEN ? open_row(v) : tui_grid_command(&current(v)->grid, c);
}

static void view_free(struct tui_view *v) {
  struct actions *a = actions_of(v);
  tui_grid_done(&a->grid);
  free(a);
}

static bool typing(const struct tui_view *v) {
  return actions_of(v)->grid.typing;
}

static const struct tui_view_ops ops = {.name = "actions",
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
                                        .command = command};

struct tui_view *tui_actions_new(struct tui *t) {
  struct actions *a = aws_calloc(1, sizeof *a);
  if (!a)
    return NULL;
  a->view = (struct tui_view){&ops, t};
  tui_grid_init(&a->grid, columns, sizeof columns / sizeof columns[0], &source, a);
  wid_table_sort(&a->grid.table, STARTED, true);
  a->grid.table.empty = "nothing was done from here yet";
  return &a->view;
}
