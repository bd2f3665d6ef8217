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
    [STATE] = {"state", 8, 11, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
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

/* "502": the status that the check got stands in the description, "...these codes: [502]". */
static struct aws_str code_of(const struct elbv2_target *t) {
  struct aws_str rest = t->description;
  if (!aws_str_eq_c(t->reason, "Target.ResponseCodeMismatch"))
    return (struct aws_str){NULL, 0};
  aws_str_split(&rest, '[');
  struct aws_str code = aws_str_split(&rest, ']');
  return rest.p ? code : (struct aws_str){NULL, 0};
}

static struct aws_str reason_of(const struct elbv2_target *t) {
  struct aws_str reason = t->reason;
  if (aws_str_starts(reason, "Target."))
    reason = (struct aws_str){reason.p + 7, reason.n - 7};
  return reason;
}

/* How the targets of a group stand. Those that come and go are not meant to be in service: they are
 * told, not counted. */
struct counts {
  size_t all, healthy, in_service, unhealthy, starting, draining, unused, unavailable, strange;
  struct aws_str code; /* of an unhealthy one */
};

static struct counts count(struct pane *p, const struct stack_row *group) {
  struct counts c = {0};
  size_t n;
  const struct stack_row *const *rows = stack_children(p->tui->stack, STACK_TARGET, group->id, &n);
  for (size_t i = 0; i < n; i++) {
    const struct elbv2_target *t = rows[i]->item;
    if (is_healthy(rows[i])) {
      c.healthy++;
    } else if (aws_str_eq_c(t->state, "draining") || aws_str_eq_c(t->state, "unhealthy.draining")) {
      c.draining++;
    } else if (aws_str_eq_c(t->state, "initial")) {
      c.starting++;
    } else if (aws_str_eq_c(t->state, "unused") ||
               aws_str_eq_c(t->reason, "Target.HealthCheckDisabled")) {
      c.unused++;
    } else if (aws_str_eq_c(t->state, "unhealthy")) {
      c.unhealthy++;
      c.code = c.code.n ? c.code : code_of(t);
    } else if (aws_str_eq_c(t->state, "unavailable")) {
      c.unavailable++;
    } else {
      c.strange++; /* AWS may add states, and none of them is bad for being new */
    }
  }
  c.all = n;
  c.in_service = c.healthy + c.unhealthy + c.unavailable + c.strange;
  return c;
}

/* "502: 2 unhealthy, 2 starting": why some of its targets are not healthy, the status code first.
 */
static void describe_states(const struct counts *c, struct wid_cell *cell) {
  const struct {
    size_t n;
    const char *word;
  } states[] = {{c->unhealthy, "unhealthy"},     {c->strange, "not understood"},
                {c->unavailable, "unavailable"}, {c->starting, "starting"},
                {c->draining, "draining"},       {c->unused, "unused"}};
  char text[128];
  size_t used = (size_t)snprintf(text, sizeof text, "%.*s", (int)(c->code.n < 16 ? c->code.n : 16),
                                 c->code.n ? c->code.p : "");
  bool any = false;
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
    const char *gap = any ? ", " : used ? ": " : "";
    if (states[i].n && used < sizeof text)
      used += (size_t)snprintf(text + used, sizeof text - used, "%s%zu %s", gap, states[i].n,
                               states[i].word);
    any = any || states[i].n;
  }
  wid_cell_printf(cell, "%s", text);
}

static void group_cell(struct pane *p, const struct stack_row *row, int column,
                       struct wid_cell *cell) {
  const struct elbv2_target_group *g = row->item;
  struct counts c = count(p, row);
  switch (column) {
  case NAME:
    pane_cell_str(cell, g->name);
    cell->style = WID_ACCENT;
    break;
  case STATE:
    if (!c.all && row->rating.level == STACK_UNKNOWN) /* not read */
      wid_cell_printf(cell, "%s ?/?", tui_level_glyph(STACK_UNKNOWN));
    else
      wid_cell_printf(cell, "%s %zu/%zu", tui_level_glyph(row->rating.level), c.healthy,
                      c.in_service);
    cell->style = tui_level_style(row->rating.level);
    break;
  case REASON:
    if (c.unhealthy + c.strange + c.unavailable + c.starting + c.draining + c.unused)
      describe_states(&c, cell);
    else
      wid_cell_printf(cell, "%.*s %.*s:%lld", AWS_STR_ARG(g->check_path), AWS_STR_ARG(g->protocol),
                      (long long)g->port);
    cell->style = row->rating.level >= STACK_UNKNOWN ? WID_NORMAL : WID_DIM;
    break;
  }
}

/* "✖ 502" where a code says it all, else the state. */
static void state_cell(const struct stack_row *row, struct wid_cell *cell) {
  const struct elbv2_target *t = row->item;
  struct aws_str code = code_of(t);
  pane_cell_state(cell, row, code.n && !aws_str_ends(t->state, "draining") ? code : t->state);
}

static void why_cell(const struct elbv2_target *t, struct wid_cell *cell) {
  struct aws_str reason = reason_of(t);
  if (code_of(t).n)
    pane_cell_str(cell, reason);
  else if (reason.n)
    wid_cell_printf(cell, "%.*s: %.*s", AWS_STR_ARG(reason), AWS_STR_ARG(t->description));
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
    state_cell(row, cell);
    break;
  case REASON:
    why_cell(t, cell);
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
  if (column != STATE || r->kind != STACK_TARGET_GROUP)
    return NAN;
  struct counts c = count(p, r->row);
  return c.in_service ? (double)c.healthy / (double)c.in_service : 1;
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
