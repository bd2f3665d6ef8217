/* The stack of views, and the line that tells the operator something. */
#include "tui/tui.h"

#include <stdio.h>

#define NOTICE_MS 10000

struct tui_view *tui_top(struct tui *t) {
  return t->views[t->nviews - 1];
}

void tui_push(struct tui *t, struct tui_view *v) {
  if (!v) {
    tui_say(t, WID_ERROR, "no memory for another view");
  } else if (t->nviews >= TUI_VIEWS_MAX && v != t->prompt_view) {
    v->ops->free(v);
    tui_say(t, WID_ERROR, "too many views are open: close one with Esc");
  } else {
    if (t->nviews && !v->ops->over) /* a secret that was revealed is left */
      stack_hide(t->stack, (struct aws_str){NULL, 0});
    t->views[t->nviews++] = v;
  }
  tui_dirty(t, TUI_DIRTY_KEY);
}

void tui_pop(struct tui *t) {
  if (t->nviews < 2)
    return;
  struct tui_view *v = t->views[--t->nviews];
  v->ops->free(v);
  tui_dirty(t, TUI_DIRTY_KEY);
}

void tui_drop(struct tui *t, struct tui_view *v) {
  size_t i = 1;
  while (i < t->nviews && t->views[i] != v)
    i++;
  if (i >= t->nviews)
    return;
  memmove(&t->views[i], &t->views[i + 1], (t->nviews - i - 1) * sizeof t->views[0]);
  t->nviews--;
  v->ops->free(v);
  tui_dirty(t, TUI_DIRTY_KEY);
}

void tui_pop_to_board(struct tui *t) {
  while (t->nviews > 1)
    tui_pop(t);
}

void tui_say(struct tui *t, unsigned style, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(t->notice, sizeof t->notice, fmt, ap);
  va_end(ap);
  t->notice_style = style;
  t->notice_until = style == WID_ERROR ? 0 : tui_now(t) + NOTICE_MS;
  tui_dirty(t, TUI_DIRTY_KEY);
}
