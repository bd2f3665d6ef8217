/* Whether to leave while something is under way. Asked once, for it goes on in AWS either way. */
#include "tui/tui.h"
#include "widgets/dialog.h"

#include <stdio.h>
#include <stdlib.h>

struct quit {
  struct tui_view view;
  struct wid_dialog dialog;
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
  free(v);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  wid_dialog_draw(&quit_of(v)->dialog, win, r);
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  switch (wid_dialog_event(&quit_of(v)->dialog, e)) {
  case WID_SUBMIT:
    v->tui->quit = true;
    return TUI_REDRAW;
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

void tui_quit(struct tui *t) {
  bool asked = tui_top(t)->ops == &ops;
  struct quit *q = NULL;
  if (!asked && anything_under_way(t->stack) && t->nviews < TUI_VIEWS_MAX)
    q = aws_calloc(1, sizeof *q);
  if (!q || !wid_dialog_init(&q->dialog, WID_DIALOG_CONFIRM,
                             WID_STR_LIT("Leave while this is under way?"), WID_STR_LIT(""))) {
    free(q);
    t->quit = true;
    return;
  }
  q->view = (struct tui_view){&ops, t};
  build(q);
  tui_push(t, &q->view);
}
