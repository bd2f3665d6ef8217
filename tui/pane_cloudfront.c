/* Distributions, each with its invalidations that are under way or have just ended. */
#include "tui/pane.h"

#include "aws/api/cloudfront.h"

#include <math.h>
#include <stdio.h>

#define RECENT_MS (10 * 60 * 1000)

enum { ID, SERVES, STATE, AGE };

static const struct wid_column columns[] = {
    [ID] = {"distribution", 12, 16, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [SERVES] = {"serves", 10, 18, 2, 1, WID_ALIGN_LEFT, WID_CLIP_END},
    [STATE] = {"state", 12, 14, 0, 0, WID_ALIGN_LEFT, WID_CLIP_END},
    [AGE] = {"age", 4, 4, 0, 2, WID_ALIGN_RIGHT, WID_CLIP_END},
};

static bool is_open(const struct cloudfront_invalidation *i) {
  return !aws_str_eq_c(i->status, "Completed");
}

static bool is_recent(struct pane *p, const struct stack_row *row) {
  const struct cloudfront_invalidation *i = row->item;
  return is_open(i) || tui_now(p->tui) - i->create_time < RECENT_MS;
}

static void build(struct pane *p) {
  const struct stack_collection *c = stack_collection(p->tui->stack, STACK_DISTRIBUTION);
  for (size_t i = 0; i < c->n; i++) {
    size_t n;
    pane_add(p, STACK_DISTRIBUTION, c->rows[i], 0);
    const struct stack_row *const *below =
        stack_children(p->tui->stack, STACK_INVALIDATION, c->rows[i]->id, &n);
    for (size_t j = 0; j < n; j++)
      if (is_recent(p, below[j]))
        pane_add(p, STACK_INVALIDATION, below[j], 1);
  }
}

static void distribution_cell(struct pane *p, const struct stack_row *row, int column,
                              struct wid_cell *cell) {
  const struct cloudfront_distribution *d = row->item;
  const struct aws_str *aliases = d->aliases.items;
  switch (column) {
  case ID:
    pane_cell_str(cell, d->id);
    cell->style = WID_ACCENT;
    break;
  case SERVES:
    pane_cell_str(cell, d->aliases.n ? aliases[0] : d->domain_name);
    break;
  case STATE:
    pane_cell_state(cell, row, d->enabled ? d->status : AWS_STR_LIT("disabled"));
    break;
  case AGE:
    pane_cell_age(p, cell, d->last_modified);
    break;
  }
}

static void invalidation_cell(struct pane *p, const struct stack_row *row, int column,
                              struct wid_cell *cell) {
  const struct cloudfront_invalidation *i = row->item;
  const struct aws_str *paths = i->paths.items;
  switch (column) {
  case ID:
    pane_cell_str(cell, i->id);
    break;
  case SERVES:
    if (i->paths.n > 1)
      wid_cell_printf(cell, "%.*s +%zu", AWS_STR_ARG(paths[0]), i->paths.n - 1);
    else if (i->paths.n)
      pane_cell_str(cell, paths[0]);
    break;
  case STATE:
    if (row->rating.level == STACK_UNKNOWN) {
      pane_cell_state(cell, row, i->status);
      break;
    }
    wid_cell_printf(cell, "%s %.*s", is_open(i) ? TUI_GLYPH_MOVING : tui_level_glyph(STACK_OK),
                    AWS_STR_ARG(i->status));
    cell->style = is_open(i) ? WID_NOTE : WID_DIM;
    break;
  case AGE:
    pane_cell_age(p, cell, i->create_time);
    break;
  }
}

static void cell(struct pane *p, const struct pane_row *r, int column, struct wid_cell *out) {
  if (r->kind == STACK_DISTRIBUTION)
    distribution_cell(p, r->row, column, out);
  else
    invalidation_cell(p, r->row, column, out);
}

static double number(struct pane *p, const struct pane_row *r, int column) {
  (void)p;
  if (column != AGE)
    return NAN;
  if (r->kind == STACK_DISTRIBUTION)
    return -(double)((const struct cloudfront_distribution *)r->row->item)->last_modified;
  return -(double)((const struct cloudfront_invalidation *)r->row->item)->create_time;
}

/* An invalidation that ended leaves the pane after a while without any change of the collection. */
static uint64_t generation(struct pane *p) {
  return (uint64_t)(tui_now(p->tui) / 60000);
}

const struct pane_ops pane_cloudfront = {
    .name = "cloudfront",
    .title = "CloudFront",
    .tab = "CloudFront",
    .kinds = {STACK_DISTRIBUTION, STACK_INVALIDATION},
    .nkinds = 2,
    .tables = {{.kind = STACK_DISTRIBUTION,
                .columns = columns,
                .ncolumns = sizeof columns / sizeof columns[0],
                .empty = "no distribution in this account",
                .build = build,
                .cell = cell,
                .number = number}},
    .generation = generation,
};
