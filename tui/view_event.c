/* One event of the timeline in full, and the way to the thing it happened to. */
#include "stack/timeline.h"
#include "tui/page.h"
#include "tui/when.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL 14

struct event_view {
  struct tui_view view;
  struct tui_page page;
  struct stack_event event; /* a copy: the timeline goes on */
};

static struct event_view *view_of(const struct tui_view *v) {
  return (struct event_view *)(uintptr_t)v;
}

static const struct stack_row *thing(const struct event_view *v) {
  const struct stack_event *e = &v->event;
  return e->id[0] ? stack_find(v->view.tui->stack, e->kind, aws_str_from(e->id)) : NULL;
}

static const char *source_words(enum stack_event_source source) {
  static const char *const words[] = {[STACK_EVENT_STATE] = "seen by this console",
                                      [STACK_EVENT_SERVICE] = "ECS",
                                      [STACK_EVENT_DEPLOYMENT] = "ECS",
                                      [STACK_EVENT_DATABASE] = "RDS",
                                      [STACK_EVENT_INVALIDATION] = "CloudFront",
                                      [STACK_EVENT_ALARM] = "CloudWatch",
                                      [STACK_EVENT_ACTION] = "done from this console"};
  return words[source];
}

static void add(struct event_view *v, const char *label, unsigned style, struct wid_str text) {
  wid_text_add_pair(&v->page.text, LABEL, label, style, text);
}

/* That a thing is not among those read says nothing of whether it lives. */
static void add_thing(struct event_view *v) {
  const struct stack_event *e = &v->event;
  const struct stack_row *row = thing(v);
  struct wid_text *t = &v->page.text;
  char text[512];
  if (!e->id[0])
    return;
  struct aws_str name = row ? row->name : aws_str_from(e->id);
  snprintf(text, sizeof text, "%s %.*s", stack_kind_singular(e->kind), AWS_STR_ARG(name));
  add(v, "belongs to", WID_BOLD, wid_str_from(text));
  if (!row) {
    add(v, "now", WID_DIM, WID_STR_LIT("not among what is read now"));
    return;
  }
  snprintf(text, sizeof text, "%s %s%s%s", tui_level_glyph(row->rating.level),
           tui_level_word(row->rating.level), row->rating.reason[0] ? ": " : "",
           row->rating.reason);
  add(v, "now", tui_level_style(row->rating.level), wid_str_from(text));
  wid_text_add(t, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_addf(t, WID_DIM, "Enter goes to this %s; e tells all that happened to it.",
                stack_kind_singular(e->kind));
}

static void build(struct event_view *v) {
  const struct stack_event *e = &v->event;
  struct wid_text *t = &v->page.text;
  char when[TUI_WHEN_MAX], text[64];
  wid_text_restart(t);
  wid_text_add(t, e->level >= STACK_UNKNOWN ? tui_level_style(e->level) : WID_BOLD, 0,
               wid_str_from(e->text));
  wid_text_add(t, WID_NORMAL, 0, WID_STR_LIT(""));
  add(v, "time", WID_NORMAL, wid_str_from(tui_when_full(e->at, when)));
  add(v, "told by", WID_NORMAL, wid_str_from(source_words(e->source)));
  if (e->count > 1) {
    snprintf(text, sizeof text, "%u like events that came close together", e->count);
    add(v, "stands for", WID_NORMAL, wid_str_from(text));
  }
  add_thing(v);
}

static void view_free(struct tui_view *v) {
  tui_page_done(&view_of(v)->page);
  free(v);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  tui_page_draw(&view_of(v)->page, win, r, "Event", "");
}

static bool subject(const struct tui_view *v, struct tui_subject *out) {
  const struct stack_row *row = thing(view_of(v));
  if (!row)
    return false;
  *out = (struct tui_subject){view_of(v)->event.kind, row->id, row};
  return true;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  return tui_page_event(&view_of(v)->page, e);
}

static bool can(const struct tui_view *v, enum tui_command c) {
  return c == TUI_OPEN ? thing(view_of(v)) != NULL : tui_page_can(&view_of(v)->page, c);
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  struct tui_subject s;
  (void)index;
  if (c != TUI_OPEN)
    return tui_page_command(&view_of(v)->page, c);
  if (subject(v, &s))
    tui_push(v->tui, tui_describe_new(v->tui, &s));
  return TUI_REDRAW;
}

static void changed(struct tui_view *v, unsigned changes) {
  if (changes & STACK_CHANGED_ROWS)
    build(view_of(v));
}

static bool typing(const struct tui_view *v) {
  return view_of(v)->page.typing;
}

static const struct tui_view_ops ops = {.name = "event",
                                        .text = true,
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
                                        .command = command,
                                        .subject = subject,
                                        .changed = changed};

struct tui_view *tui_event_new(struct tui *t, const struct stack_event *e) {
  struct event_view *v = aws_calloc(1, sizeof *v);
  if (!v)
    return NULL;
  v->view = (struct tui_view){&ops, t};
  v->event = *e;
  tui_page_init(&v->page);
  build(v);
  return &v->view;
}
