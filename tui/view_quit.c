/* Whether to leave a stack, for the shell or for another stack, while something is under way.
 * Asked once, for it goes on in AWS either way. */
#include "tui/tui.h"
#include "widgets/dialog.h"

#include <stdio.h>
#include <stdlib.h>

struct quit {
  struct tui_view view;
  struct wid_dialog dialog;
  bool watch;               /* another stack; else the program ends */
  struct tui_choice choice; /* that stack; copies of its own */
};

static struct quit *quit_of(const struct tui_view *v) {
  return (struct quit *)(uintptr_t)v;
}

static bool under_way(const struct stack_action_view *a) {
  return a->step == STACK_STEP_SENDING || a->step == STACK_STEP_WATCHING;
}

static void build(struct quit *q) {
  struct wid_text *t = &q->dialog.body;
  struct stack_action *const *all;
  size_t n = stack_actions(q->view.tui->stack, &all);
  for (size_t i = 0; i < n; i++) {
    const struct stack_action_view *a = stack_action_view(all[i]);
    if (under_way(a))
      wid_text_addf(t, WID_NOTE, TUI_GLYPH_MOVING " %s %s: %s", a->def->verb, a->subject,
                    a->progress[0] ? a->progress : "sending");
  }
  wid_text_add(t, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add(t, WID_NORMAL, 0,
               WID_STR_LIT("Leaving stops nothing of it. What was sent goes on in AWS, and the "
                           "journal says that its outcome is unknown."));
}

static void view_free(struct tui_view *v) {
  wid_dialog_done(&quit_of(v)->dialog);
  tui_choice_done(&quit_of(v)->choice);
  free(v);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  wid_dialog_draw(&quit_of(v)->dialog, win, r);
}

/* No view may hold on to what is let go. */
static void watch(struct tui *t, const struct tui_choice *choice) {
  struct aws_error err = {0};
  tui_pop_to_board(t);
  if (tui_session_open(t, choice, &err))
    tui_board_forget(t->views[0]);
  else
    tui_say(t, WID_ERROR, "%s", err.text);
}

static enum tui_result go(struct quit *q) {
  struct tui *t = q->view.tui;
  struct tui_choice choice = q->choice;
  if (!q->watch) {
    t->quit = true;
    return TUI_REDRAW;
  }
  q->choice = (struct tui_choice){NULL, NULL, NULL}; /* the view goes first */
  watch(t, &choice);
  tui_choice_done(&choice);
  return TUI_REDRAW;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  switch (wid_dialog_event(&quit_of(v)->dialog, e)) {
  case WID_SUBMIT:
    return go(quit_of(v));
  case WID_CANCEL:
    return TUI_CLOSE;
  default:
    return TUI_REDRAW;
  }
}

static const struct tui_view_ops ops = {
    .name = "quit", .over = true, .free = view_free, .draw = draw, .event = event};

static bool anything_under_way(const struct stack *s) {
  struct stack_action *const *all;
  size_t n = stack_actions(s, &all);
  while (n && !under_way(stack_action_view(all[n - 1])))
    n--;
  return n > 0;
}

bool tui_quit_asks(struct tui *t) {
  return tui_top(t)->ops == &ops;
}

/* The view that asks; NULL: there is nothing to ask, or no way to. */
static struct quit *ask(struct tui *t, const char *title) {
  struct quit *q = NULL;
  if (!tui_quit_asks(t) && anything_under_way(t->stack) && t->nviews < TUI_VIEWS_MAX)
    q = aws_calloc(1, sizeof *q);
  if (!q ||
      !wid_dialog_init(&q->dialog, WID_DIALOG_CONFIRM, wid_str_from(title), WID_STR_LIT(""))) {
    free(q);
    return NULL;
  }
  q->view = (struct tui_view){&ops, t};
  build(q);
  return q;
}

void tui_quit(struct tui *t) {
  struct quit *q = ask(t, "Leave while this is under way?");
  if (q)
    tui_push(t, &q->view);
  else
    t->quit = true;
}

void tui_watch(struct tui *t, const struct tui_choice *choice) {
  struct aws_error err = {0};
  struct quit *q = ask(t, "Watch another while this is under way?");
  if (!q) {
    watch(t, choice);
    return;
  }
  q->watch = true;
  if (tui_choice_copy(&q->choice, choice, &err)) {
    tui_push(t, &q->view);
  } else {
    view_free(&q->view);
    tui_say(t, WID_ERROR, "%s", err.text);
  }
}
