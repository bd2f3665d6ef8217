/* Parameter Store as a tree by path. Plain values are read for the rows on screen; a SecureString
 * stays masked until it is revealed, and then for half a minute. */
#include "tui/pane.h"

#include "aws/api/ssm.h"

#include <math.h>
#include <stdio.h>

enum { NAME, TYPE, VERSION, AGE, VALUE };

static const struct wid_column columns[] = {
    [NAME] = {"parameter", 14, 24, 2, 0, WID_ALIGN_LEFT, WID_CLIP_MIDDLE},
    [TYPE] = {"type", 6, 12, 0, 2, WID_ALIGN_LEFT, WID_CLIP_END},
    [VERSION] = {"ver", 3, 4, 0, 3, WID_ALIGN_RIGHT, WID_CLIP_END},
    [AGE] = {"age", 4, 4, 0, 1, WID_ALIGN_RIGHT, WID_CLIP_END},
    [VALUE] = {"value", 8, 20, 3, 0, WID_ALIGN_LEFT, WID_CLIP_END},
};

static struct wid_str name_of(void *data, size_t item) {
  const struct stack_collection *c = data;
  return tui_str(c->rows[item]->name);
}

/* The tree borrows the names: it is built anew before anything else looks at it. */
static void follow_collection(struct pane *p, const struct stack_collection *c) {
  if (p->tree_of == c->generation + 1)
    return;
  p->tree_of = c->generation + 1;
  if (!wid_tree_build(&p->tree, c->n, name_of, (void *)(uintptr_t)c))
    tui_say(p->tui, WID_ERROR, "no memory for the parameters' tree");
}

static void build(struct pane *p) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_PARAMETER);
  for (size_t i = 0; i < wid_tree_count(&p->tree); i++) {
    struct wid_tree_row t = wid_tree_row(&p->tree, i);
    const struct stack_row *row = t.branch ? NULL : c->rows[t.item];
    struct aws_str key = row ? row->id : (struct aws_str){t.path.p, t.path.n};
    pane_add_row(p, &(struct pane_row){.kind = row ? STACK_PARAMETER : STACK_KINDS,
                                       .row = row,
                                       .key = key,
                                       .depth = t.depth,
                                       .index = i});
  }
}

/* All branches stand open while a filter is set: what it finds must be seen. */
static uint64_t generation(struct pane *p) {
  follow_collection(p, stack_collection(p->tui->stack, STACK_PARAMETER));
  wid_tree_set_all_open(&p->tree, p->grids[0].table.filter[0] != '\0');
  return wid_tree_generation(&p->tree);
}

static void branch_cell(const struct pane *p, const struct pane_row *r, int column,
                        struct wid_cell *cell) {
  struct wid_tree_row t = wid_tree_row(&p->tree, r->index);
  if (column == NAME) {
    wid_cell_printf(cell, "%s %.*s", t.open ? "\xe2\x96\xbe" : "\xe2\x96\xb8", (int)t.label.n,
                    t.label.p);
    cell->style = WID_ACCENT;
  } else if (column == TYPE && !t.open) {
    wid_cell_printf(cell, "%zu below", t.below);
    cell->style = WID_DIM;
  }
}

/* "shown 25s" in place of the type: for how long a secret can still be read. */
static bool shown_for_cell(struct pane *p, const struct stack_row *row, struct wid_cell *cell) {
  const struct aws_clock *clock = p->tui->clock;
  struct aws_str value;
  aws_ms until = 0;
  if (stack_value(p->tui->stack, row->name, &value, &until) != STACK_VALUE_SHOWN)
    return false;
  aws_ms left = until - clock->mono(clock->arg); /* until: on the monotonic clock */
  wid_cell_printf(cell, "shown %ds", (int)((left > 0 ? left + 4999 : 0) / 5000 * 5));
  cell->style = WID_WARN;
  tui_draw_at(p->tui, (tui_now(p->tui) / 5000 + 1) * 5000);
  return true;
}

static void value_cell(struct pane *p, const struct stack_row *row, struct wid_cell *cell) {
  const struct ssm_parameter_metadata *m = row->item;
  struct aws_str value = {NULL, 0};
  enum stack_value_state state = stack_value(p->tui->stack, row->name, &value, NULL);
  switch (state) {
  case STACK_VALUE_PLAIN:
    pane_cell_str(cell, value);
    break;
  case STACK_VALUE_SHOWN:
    pane_cell_str(cell, value);
    cell->style = WID_WARN;
    break;
  case STACK_VALUE_ERROR:
    pane_cell_str(cell, value.n ? value : AWS_STR_LIT("could not be read"));
    cell->style = WID_ERROR;
    break;
  case STACK_VALUE_ASKED:
    wid_cell_set(cell, "\xe2\x80\xa6");
    break;
  case STACK_VALUE_NONE:
  case STACK_VALUE_MASKED:
    if (aws_str_eq_c(m->type, "SecureString"))
      wid_cell_set(cell,
                   "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
    cell->style = WID_DIM;
    break;
  }
}

static void cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *out) {
  if (!r->row) {
    branch_cell(p, r, column, out);
    return;
  }
  const struct ssm_parameter_metadata *m = r->row->item;
  struct wid_tree_row t = wid_tree_row(&p->tree, r->index);
  switch (column) {
  case NAME:
    wid_cell_printf(out, "%.*s", (int)t.label.n, t.label.p);
    break;
  case TYPE:
    if (shown_for_cell(p, r->row, out))
      break;
    pane_cell_str(out, m->type);
    out->style = WID_DIM;
    break;
  case VERSION:
    wid_cell_printf(out, "v%lld", (long long)m->version);
    break;
  case AGE:
    pane_cell_age(p, out, m->last_modified);
    break;
  case VALUE:
    value_cell(p, r->row, out);
    break;
  }
}

#define SHORT_VALUE 20 /* has room in its column */

/* The whole of a value that is shown anyway. */
static void detail(struct pane *p, const struct pane_row *r, char *out, size_t size) {
  struct aws_str value = {NULL, 0};
  enum stack_value_state state = STACK_VALUE_NONE;
  out[0] = '\0';
  if (r->row)
    state = stack_value(p->tui->stack, r->row->name, &value, NULL);
  bool plain = state == STACK_VALUE_PLAIN && value.n > SHORT_VALUE;
  if (value.p && (plain || state == STACK_VALUE_SHOWN || state == STACK_VALUE_ERROR))
    snprintf(out, size, "%.*s", (int)(value.n < size ? value.n : size - 1), value.p);
}

static double number(struct pane *p, const struct pane_row *r, int column) {
  const struct ssm_parameter_metadata *m = r->row ? r->row->item : NULL;
  (void)p;
  if (!m || (column != VERSION && column != AGE))
    return NAN;
  return column == VERSION ? (double)m->version : -(double)m->last_modified;
}

static enum pane_open open_parameter(struct pane *p, const struct pane_row *r) {
  if (r->row)
    return PANE_OPEN_VERSIONS;
  return p->grids[0].table.filter[0] ? PANE_OPEN_NOTHING : PANE_OPEN_TOGGLE; /* all stand open */
}

static void extra(struct pane *p, char *out, size_t size) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_PARAMETER);
  const char *path = stack_cfg(p->tui->stack)->parameters_path;
  snprintf(out, size, "%s%s%zu", path ? path : "", path ? " " : "", c->n);
}

const struct pane_ops pane_parameters = {
    .name = "parameters",
    .title = "Parameters",
    .tab = "Params",
    .kinds = {STACK_PARAMETER},
    .nkinds = 1,
    .tables = {{.kind = STACK_PARAMETER,
                .columns = columns,
                .ncolumns = sizeof columns / sizeof columns[0],
                .empty = "no parameter below this path",
                .build = build,
                .cell = cell,
                .number = number,
                .open = open_parameter,
                .detail = detail}},
    .extra = extra,
    .generation = generation,
};
