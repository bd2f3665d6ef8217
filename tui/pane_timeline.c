/* What happened, newest first, from every source. */
#include "tui/pane.h"

#include "stack/timeline.h"
#include "tui/when.h"

#include <math.h>
#include <stdio.h>

enum { TIME, SIGN, WHAT };

static const struct wid_column columns[] = {
    [TIME] = {"time", 8, 12, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [SIGN] = {"", 1, 1, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [WHAT] = {"what happened", 20, 30, 1, 0, WID_ALIGN_LEFT, WID_CLIP_END},
};

/* Events have no identity of their own: time and text make one. */
static struct aws_str key_of(struct pane *p, const struct stack_event *e, size_t i) {
  char *key = p->event_keys + i * PANE_EVENT_KEY;
  uint64_t hash = aws_hash(e->text, strlen(e->text));
  int n = snprintf(key, PANE_EVENT_KEY, "%llx%llx", (unsigned long long)e->at,
                   (unsigned long long)hash);
  return (struct aws_str){key, (size_t)n};
}

static void build(struct pane *p) {
  size_t n = stack_timeline_count(p->tui->stack);
  if (!p->event_keys)
    p->event_keys = aws_calloc(STACK_TIMELINE_MAX, PANE_EVENT_KEY);
  for (size_t i = 0; p->event_keys && i < n && i < STACK_TIMELINE_MAX; i++) {
    const struct stack_event *e = stack_timeline_at(p->tui->stack, i);
    struct aws_str id = {e->id, strlen(e->id)};
    pane_add_row(p, &(struct pane_row){.kind = e->kind,
                                       .row = stack_find(p->tui->stack, e->kind, id),
                                       .key = key_of(p, e, i),
                                       .index = i});
  }
}

static void cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *out) {
  const struct stack_event *e = stack_timeline_at(p->tui->stack, r->index);
  if (!e)
    return;
  if (column == TIME) {
    char text[TUI_WHEN_MAX];
    wid_cell_printf(out, "%s", tui_when(e->at, tui_now(p->tui), text));
    out->style = WID_DIM;
  } else if (column == SIGN) {
    if (e->turning)
      wid_cell_set(out, tui_level_glyph(e->level));
    out->style = tui_level_style(e->level);
  } else {
    wid_cell_printf(out, "%s", e->text);
    out->style = e->level >= STACK_UNKNOWN ? tui_level_style(e->level) : WID_NORMAL;
  }
}

static double number(struct pane *p, const struct pane_row *r, int column) {
  const struct stack_event *e = stack_timeline_at(p->tui->stack, r->index);
  return column == TIME && e ? (double)e->at : NAN;
}

static void detail(struct pane *p, const struct pane_row *r, char *out, size_t size) {
  const struct stack_event *e = stack_timeline_at(p->tui->stack, r->index);
  snprintf(out, size, "%s", e ? e->text : "");
}

static enum pane_open open_event(struct pane *p, const struct pane_row *r) {
  (void)p;
  (void)r;
  return PANE_OPEN_EVENT;
}

static uint64_t generation(struct pane *p) {
  return stack_timeline_generation(p->tui->stack);
}

const struct pane_ops pane_timeline = {
    .name = "timeline",
    .title = "Timeline",
    .tab = "Timeline",
    .tables = {{.kind = STACK_KINDS,
                .columns = columns,
                .ncolumns = sizeof columns / sizeof columns[0],
                .empty = "nothing has happened since this console started",
                .follow = true,
                .wraps = WHAT,
                .build = build,
                .cell = cell,
                .number = number,
                .open = open_event,
                .detail = detail}},
    .generation = generation,
};
