/* Target groups, each with the targets that are not healthy and why; a group opens to all of them.
 */
#include "tui/pane.h"

#include "aws/api/elbv2.h"

#include <math.h>
#include <stdio.h>

enum { NAME, ZONE, STATE, REASON };

static const struct wid_column columns[] = {
    [NAME] = {"group, target", 14, 20, 1, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [ZONE] = {"az", 2, 2, 0, 2, WID_ALIGN_LEFT, WID_CLIP_START},
    [STATE] = {"state", 11, 11, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [REASON] = {"why", 8, 16, 4, 1, WID_ALIGN_LEFT, WID_CLIP_END},
};

static bool is_healthy(const struct stack_row *row) {
  return aws_str_eq_c(((const struct elbv2_target *)row->item)->state, "healthy");
}

static void build_groups(struct pane *p) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_TARGET_GROUP);
  for (size_t i = 0; i < c->n; i++) {
    size_t n;
    pane_add(p, STACK_TARGET_GROUP, c->rows[i], 0);
    const struct stack_row *const *below =
        stack_children(p->tui->stack, STACK_TARGET, c->rows[i]->id, &n);
    for (size_t j = 0; j < n; j++)
      if (!is_healthy(below[j]))
        pane_add(p, STACK_TARGET, below[j], 1);
  }
}

static void build_targets(struct pane *p) {
  size_t n;
  const struct stack_row *const *rows =
      stack_children(p->tui->stack, STACK_TARGET, aws_str_from(p->drill), &n);
  for (size_t i = 0; i < n; i++)
    pane_add(p, STACK_TARGET, rows[i], 0);
}

/* "2 unhealthy 2 initial": the targets that are not healthy, by state. */
static void describe_states(struct pane *p, const struct stack_row *group, struct wid_cell *cell) {
  static const char *const states[] = {"unhealthy",          "initial", "draining",
                                       "unhealthy.draining", "unused",  "unavailable"};
  size_t n, used = 0;
  const struct stack_row *const *rows = stack_children(p->tui->stack, STACK_TARGET, group->id, &n);
  char text[128] = "";
  for (size_t s = 0; s < sizeof states / sizeof states[0] && used < sizeof text; s++) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
      count += aws_str_eq_c(((const struct elbv2_target *)rows[i]->item)->state, states[s]);
    if (count)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu %s", used ? " " : "", count,
                               states[s]);
  }
  wid_cell_printf(cell, "%s", text);
}

/* "502 ResponseCodeMismatch": the code stands in the description, "...these codes: [502]". */
static void describe_reason(const struct elbv2_target *t, struct wid_cell *cell) {
  struct aws_str reason = t->reason, rest = t->description;
  if (aws_str_starts(reason, "Target."))
    reason = (struct aws_str){reason.p + 7, reason.n - 7};
  aws_str_split(&rest, '[');
  struct aws_str codes = aws_str_split(&rest, ']');
  if (codes.n && rest.p && aws_str_eq_c(reason, "ResponseCodeMismatch"))
    wid_cell_printf(cell, "%.*s %.*s", AWS_STR_ARG(codes), AWS_STR_ARG(reason));
  else if (reason.n)
    wid_cell_printf(cell, "%.*s: %.*s", AWS_STR_ARG(reason), AWS_STR_ARG(t->description));
}

static void count(struct pane *p, const struct stack_row *group, size_t *healthy, size_t *all) {
  const struct stack_row *const *rows = stack_children(p->tui->stack, STACK_TARGET, group->id, all);
  *healthy = 0;
  for (size_t i = 0; i < *all; i++)
    *healthy += is_healthy(rows[i]);
}

static void group_cell(struct pane *p, const struct stack_row *row, int column,
                       struct wid_cell *cell) {
  const struct elbv2_target_group *g = row->item;
  size_t healthy, all;
  switch (column) {
  case NAME:
    pane_cell_str(cell, g->name);
    cell->style = WID_ACCENT;
    break;
  case STATE:
    count(p, row, &healthy, &all);
    wid_cell_printf(cell, "%s %zu/%zu", tui_level_glyph(row->rating.level), healthy, all);
    cell->style = tui_level_style(row->rating.level);
    break;
  case REASON:
    count(p, row, &healthy, &all);
    if (healthy < all)
      describe_states(p, row, cell);
    else
      wid_cell_printf(cell, "%.*s %.*s:%lld", AWS_STR_ARG(g->check_path), AWS_STR_ARG(g->protocol),
                      (long long)g->port);
    cell->style = row->rating.level >= STACK_UNKNOWN ? WID_NORMAL : WID_DIM;
    break;
  }
}

static void target_cell(const struct stack_row *row, int column, struct wid_cell *cell) {
  const struct elbv2_target *t = row->item;
  switch (column) {
  case NAME:
    pane_cell_str(cell, row->name);
    break;
  case ZONE:
    if (t->zone.n > 2)
      pane_cell_str(cell, (struct aws_str){t->zone.p + t->zone.n - 2, 2});
    break;
  case STATE:
    pane_cell_state(cell, row, t->state);
    break;
  case REASON:
    describe_reason(t, cell);
    break;
  }
}

static void cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *out) {
  if (r->kind == STACK_TARGET_GROUP)
    group_cell(p, r->row, column, out);
  else
    target_cell(r->row, column, out);
}

static double number(struct pane *p, const struct pane_row *r, int column) {
  size_t healthy, all;
  if (column != STATE || r->kind != STACK_TARGET_GROUP)
    return NAN;
  count(p, r->row, &healthy, &all);
  return all ? (double)healthy / (double)all : 1;
}

static void detail(struct pane *p, const struct pane_row *r, char *out, size_t size) {
  const struct elbv2_target *t = r->row->item;
  (void)p;
  if (r->kind == STACK_TARGET && t->reason.n)
    snprintf(out, size, "%.*s: %.*s", AWS_STR_ARG(t->reason), AWS_STR_ARG(t->description));
  else
    snprintf(out, size, "%s", r->row->rating.reason);
}

static enum pane_open open_group(struct pane *p, const struct pane_row *r) {
  (void)p;
  return r->kind == STACK_TARGET_GROUP ? PANE_OPEN_DRILL : PANE_OPEN_DESCRIBE;
}

const struct pane_ops pane_targets = {
    .name = "targets",
    .title = "Targets",
    .tab = "Targets",
    .kinds = {STACK_TARGET_GROUP, STACK_TARGET},
    .nkinds = 2,
    .tables = {{.kind = STACK_TARGET,
                .columns = columns,
                .ncolumns = sizeof columns / sizeof columns[0],
                .empty = "no target group in this region",
                .build = build_groups,
                .cell = cell,
                .number = number,
                .open = open_group,
                .detail = detail},
               {.kind = STACK_TARGET,
                .columns = columns,
                .ncolumns = sizeof columns / sizeof columns[0],
                .empty = "nothing is registered in this group",
                .build = build_targets,
                .cell = cell,
                .detail = detail}},
};
