/* Events of one thing: what AWS reports of it and what the console saw, newest first. */
#include "stack/timeline.h"
#include "tui/page.h"
#include "tui/when.h"

#include "aws/api/ecs.h"
#include "aws/api/rds.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENTS_MAX 1200

struct events {
  struct tui_view view;
  struct tui_page page;
  enum stack_kind kind;
  char *id;
  char title[160];
};

struct line {
  aws_ms at;
  struct aws_str text; /* borrowed from the stack */
  unsigned style;
};

struct lines {
  struct line *v;
  size_t n;
};

static struct events *events_of(const struct tui_view *v) {
  return (struct events *)(uintptr_t)v;
}

static void add(struct lines *l, aws_ms at, struct aws_str text, unsigned style) {
  if (l->n < EVENTS_MAX)
    l->v[l->n++] = (struct line){at, text, style};
}

static void add_seen(struct events *e, struct lines *l) {
  struct stack *s = e->view.tui->stack;
  size_t n = stack_timeline_count(s);
  for (size_t i = 0; i < n; i++) {
    const struct stack_event *ev = stack_timeline_at(s, i);
    /* What ECS and RDS report is taken from the thing itself. */
    bool reported = ev->source == STACK_EVENT_SERVICE || ev->source == STACK_EVENT_DATABASE;
    if (!reported && stack_timeline_concerns(s, i, e->kind, aws_str_from(e->id)))
      add(l, ev->at, aws_str_from(ev->text),
          ev->level >= STACK_UNKNOWN ? tui_level_style(ev->level) : WID_NORMAL);
  }
}

static void add_service(struct lines *l, const struct ecs_service *s) {
  const struct ecs_event *ev = s->events.items;
  for (size_t i = 0; i < s->events.n; i++)
    add(l, ev[i].created, ev[i].message, WID_NORMAL);
}

static void add_task(struct lines *l, const struct ecs_task *t) {
  const struct {
    aws_ms at;
    const char *text;
  } steps[] = {{t->created, "created"}, {t->started, "started"}, {t->stopping, "stopping"}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
    if (steps[i].at)
      add(l, steps[i].at, aws_str_from(steps[i].text), WID_NORMAL);
  if (t->stopped)
    add(l, t->stopped, t->stopped_reason.n ? t->stopped_reason : AWS_STR_LIT("stopped"), WID_WARN);
}

static void add_database(struct events *e, struct lines *l, struct aws_str id) {
  const struct stack_collection *c = stack_collection(e->view.tui->stack, STACK_DB_EVENT);
  for (size_t i = 0; i < c->n; i++) {
    const struct rds_event *ev = c->rows[i]->item;
    if (aws_str_eq(ev->source_id, id))
      add(l, ev->date, ev->message, WID_NORMAL);
  }
}

static int newest_first(const void *a, const void *b) {
  aws_ms x = ((const struct line *)a)->at, y = ((const struct line *)b)->at;
  return (x < y) - (x > y);
}

static void collect(struct events *e, struct lines *l) {
  const struct stack_row *row = stack_find(e->view.tui->stack, e->kind, aws_str_from(e->id));
  add_seen(e, l);
  if (row && e->kind == STACK_SERVICE)
    add_service(l, row->item);
  else if (row && e->kind == STACK_TASK)
    add_task(l, row->item);
  else if (row && (e->kind == STACK_DB_INSTANCE || e->kind == STACK_DB_CLUSTER))
    add_database(e, l, row->name);
  qsort(l->v, l->n, sizeof l->v[0], newest_first);
}

static void build(struct events *e) {
  struct lines l = {aws_calloc(EVENTS_MAX, sizeof *l.v), 0};
  char when[TUI_WHEN_MAX];
  if (!l.v)
    return;
  collect(e, &l);
  wid_text_restart(&e->page.text);
  for (size_t i = 0; i < l.n; i++)
    wid_text_add_pair(&e->page.text, 13, tui_when(l.v[i].at, tui_now(e->view.tui), when),
                      l.v[i].style, tui_str(l.v[i].text));
  if (!l.n)
    wid_text_addf(&e->page.text, WID_DIM, "Nothing is known to have happened to it.");
  free(l.v);
}

static void view_free(struct tui_view *v) {
  struct events *e = events_of(v);
  tui_page_done(&e->page);
  free(e->id);
  free(e);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct events *e = events_of(v);
  tui_page_draw(&e->page, win, r, e->title, "");
}

static enum tui_result event(struct tui_view *v, const struct wid_event *ev) {
  return tui_page_event(&events_of(v)->page, ev);
}

static bool can(const struct tui_view *v, enum tui_command c) {
  return tui_page_can(&events_of(v)->page, c);
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  (void)index;
  return tui_page_command(&events_of(v)->page, c);
}

static bool subject(const struct tui_view *v, struct tui_subject *out) {
  const struct events *e = events_of(v);
  struct aws_str id = aws_str_from(e->id);
  *out = (struct tui_subject){e->kind, id, stack_find(v->tui->stack, e->kind, id)};
  return out->row != NULL;
}

/* The newest stands at the top: what comes must not move the text under who reads further down. */
static void changed(struct tui_view *v, unsigned changes) {
  if (wid_text_at_top(&events_of(v)->page.text) &&
      changes & (STACK_CHANGED_ROWS | STACK_CHANGED_TIMELINE))
    build(events_of(v));
}

static bool typing(const struct tui_view *v) {
  return events_of(v)->page.typing;
}

static const struct tui_view_ops ops = {.name = "events",
                                        .text = true,
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
                                        .command = command,
                                        .subject = subject,
                                        .changed = changed};

struct tui_view *tui_events_new(struct tui *t, const struct tui_subject *s) {
  struct events *e = aws_calloc(1, sizeof *e);
  char *id = strndup(s->id.p, s->id.n);
  if (!e || !id) {
    free(e);
    free(id);
    return NULL;
  }
  struct aws_str name = s->row ? s->row->name : s->id;
  e->view = (struct tui_view){&ops, t};
  e->kind = s->kind;
  e->id = id;
  snprintf(e->title, sizeof e->title, "events of %s %.*s", stack_kind_singular(s->kind),
           AWS_STR_ARG(name));
  tui_page_init(&e->page);
  build(e);
  return &e->view;
}
