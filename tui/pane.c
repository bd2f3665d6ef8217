#include "tui/pane.h"

#include "stack/timeline.h"
#include "widgets/bar.h"
#include "widgets/cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOW_MS 1000 /* a refresh that takes longer is shown */
#define VISIBLE_MAX 256

/* ---- the table's source ---------------------------------------------------------------------- */

static const struct pane_table *table_of(const struct pane *p) {
  return &p->ops->tables[p->level];
}

static size_t source_count(void *data) {
  return ((struct pane *)data)->n;
}

static struct wid_str source_key(void *data, size_t row) {
  return tui_str(((struct pane *)data)->rows[row].key);
}

static void source_cell(void *data, size_t row, int column, struct wid_cell *cell) {
  struct pane *p = data;
  table_of(p)->cell(p, &p->rows[row], column, cell);
}

static int source_depth(void *data, size_t row) {
  return ((struct pane *)data)->rows[row].depth;
}

static int source_compare(void *data, size_t a, size_t b, int column) {
  struct pane *p = data;
  const struct pane_table *t = table_of(p);
  if (t->number) {
    double x = t->number(p, &p->rows[a], column), y = t->number(p, &p->rows[b], column);
    if (!isnan(x) || !isnan(y))
      return isnan(x) ? -1 : isnan(y) ? 1 : (x > y) - (x < y);
  }
  struct wid_cell one = {.text = {NULL, 0}}, two = {.text = {NULL, 0}};
  t->cell(p, &p->rows[a], column, &one);
  t->cell(p, &p->rows[b], column, &two);
  return aws_str_cmp((struct aws_str){one.text.p, one.text.n},
                     (struct aws_str){two.text.p, two.text.n});
}

/* What could not be read again is grey; the rest of the pane is as fresh as it says. */
static unsigned source_flags(void *data, size_t row) {
  const struct pane *p = data;
  enum stack_kind k = p->rows[row].kind;
  struct stack *s = p->tui->stack;
  if (!p->ops->nkinds || k >= STACK_KINDS)
    return 0;
  struct stack_wait w = stack_waits(s);
  bool old = stack_collection(s, k)->error.code != AWS_OK || (w.held && w.for_ms >= w.worth_ms);
  return old ? WID_ROW_STALE : 0;
}

static const struct wid_source source = {.count = source_count,
                                         .key = source_key,
                                         .cell = source_cell,
                                         .compare = source_compare,
                                         .depth = source_depth,
                                         .flags = source_flags};

/* ---- life ------------------------------------------------------------------------------------ */

void pane_init(struct pane *p, const struct pane_ops *ops, struct tui *t) {
  *p = (struct pane){.ops = ops, .tui = t};
  wid_tree_init(&p->tree, '/', 3);
  for (size_t i = 0; i < PANE_TABLES; i++) {
    const struct pane_table *table = &ops->tables[i];
    tui_grid_init(&p->grids[i], table->columns, table->ncolumns, &source, p);
    p->grids[i].table.empty = table->empty;
    p->grids[i].table.follow = table->follow;
    p->grids[i].table.wrap_column = table->wraps ? table->wraps : -1;
  }
}

void pane_done(struct pane *p) {
  for (size_t i = 0; i < PANE_TABLES; i++)
    tui_grid_done(&p->grids[i]);
  wid_tree_done(&p->tree);
  free(p->event_keys);
  free(p->rows);
}

void pane_forget(struct pane *p) {
  struct tui *t = p->tui;
  const struct pane_ops *ops = p->ops;
  pane_done(p);
  pane_init(p, ops, t);
}

void pane_add_row(struct pane *p, const struct pane_row *row) {
  if (aws_grow(&p->rows, &p->cap, p->n + 1, sizeof *p->rows))
    p->rows[p->n++] = *row;
}

void pane_add(struct pane *p, enum stack_kind kind, const struct stack_row *row, int depth) {
  pane_add_row(p, &(struct pane_row){.kind = kind, .row = row, .key = row->id, .depth = depth});
}

static uint64_t generation_of(struct pane *p) {
  uint64_t parts[PANE_KINDS_MAX + 4] = {p->level, p->bumps, aws_hash(p->drill, strlen(p->drill))};
  size_t n = 3;
  for (size_t i = 0; i < p->ops->nkinds; i++)
    parts[n++] = stack_collection(p->tui->stack, p->ops->kinds[i])->generation;
  if (p->ops->generation)
    parts[n++] = p->ops->generation(p);
  return aws_hash(parts, n * sizeof parts[0]) | 1;
}

void pane_update(struct pane *p) {
  uint64_t now = generation_of(p);
  if (now != p->built) {
    p->built = now;
    p->n = 0;
    table_of(p)->build(p);
  }
  wid_table_update(&pane_grid(p)->table, p->built);
}

/* ---- what it looks like ---------------------------------------------------------------------- */

static const struct stack_collection *main_collection(const struct pane *p) {
  enum stack_kind k = table_of(p)->kind;
  return k < STACK_KINDS ? stack_collection(p->tui->stack, k) : NULL;
}

/* The first of its collections that could not be read. */
static const struct stack_collection *failed_collection(const struct pane *p) {
  for (size_t i = 0; i < p->ops->nkinds; i++) {
    const struct stack_collection *c = stack_collection(p->tui->stack, p->ops->kinds[i]);
    if (c->error.code != AWS_OK)
      return c;
  }
  return NULL;
}

/* What the pane has to say of its refresh: the first of its collections that could not be read,
 * else the metrics, where they are shown or what is shown is rated by them. NULL: nothing. */
static const char *trouble(const struct pane *p) {
  static const unsigned with_metrics = 1u << STACK_DISTRIBUTION | 1u << STACK_TARGET_GROUP |
                                       1u << STACK_SERVICE | 1u << STACK_DB_INSTANCE;
  const struct stack_collection *bad = failed_collection(p);
  const struct aws_error *metrics = stack_metrics_error(p->tui->stack);
  if (bad)
    return bad->error.text;
  for (size_t i = 0; metrics && i < p->ops->nkinds; i++)
    if (with_metrics & 1u << p->ops->kinds[i])
      return metrics->text;
  return NULL;
}

static void row_detail(struct pane *p, char *out, size_t size) {
  const struct pane_row *r = pane_selected(p);
  out[0] = '\0';
  if (r && table_of(p)->detail)
    table_of(p)->detail(p, r, out, size);
  else if (r && r->row)
    snprintf(out, size, "%s", r->row->rating.reason);
}

/* A row that stands for no thing. The timeline's rows stand for what happened. */
static bool is_heading(const struct pane *p, const struct pane_row *r) {
  return p->ops->nkinds && !r->row;
}

int pane_want(struct pane *p, bool focused) {
  int rows = p->n < 500 ? (int)p->n : 500;
  char text[1024];
  row_detail(p, text, sizeof text);
  int detail = focused && text[0] ? TUI_DETAIL_LINES : 0;
  aws_wipe(text, sizeof text);
  int error = !trouble(p) ? 0 : focused ? TUI_DETAIL_LINES : 1;
  return 3 + (rows ? rows : 1) + error + detail;
}

/* Seconds until the next try, in steps of five. */
static void next_try(struct pane *p, const struct stack_collection *c, char *out, size_t size) {
  aws_ms left = c->next_try - tui_now(p->tui);
  if (!c->next_try || left <= 0)
    snprintf(out, size, "trying again");
  else if (left < 60000)
    snprintf(out, size, "next try in %ds", (int)((left + 4999) / 5000 * 5));
  else
    snprintf(out, size, "next try in %dm", (int)((left + 59999) / 60000));
  if (left > 0)
    tui_draw_at(p->tui, (tui_now(p->tui) / 5000 + 1) * 5000);
}

/* How old what could not be read again is, and when it is tried again; the kind is named where it
 * is not the one that the pane's age tells of. */
static void status_failed(struct pane *p, const struct stack_collection *bad, char *out,
                          size_t size) {
  char age[TUI_AGE_MAX], again[32];
  const struct stack_collection *c = main_collection(p);
  bool other = c && bad->kind != c->kind;
  const char *words = bad->fetched_at ? tui_age(p->tui, bad->fetched_at, age) : "not read yet";
  bool old = bad->fetched_at && strcmp(words, "now") != 0;
  next_try(p, bad, again, sizeof again);
  snprintf(out, size, "%s%s%s%s, %s", other ? stack_kind_singular(bad->kind) : "",
           other ? "s " : "", words, old ? " old" : "", again);
}

/* Age and state of the refresh, for the frame's right end. */
static unsigned status(struct pane *p, char *out, size_t size) {
  const struct stack_collection *c = main_collection(p), *bad = failed_collection(p);
  char age[TUI_AGE_MAX];
  aws_ms now = tui_now(p->tui);
  out[0] = '\0';
  if (!c)
    return WID_DIM;
  if (!c->refreshing)
    p->slow_since = 0;
  else if (!p->slow_since)
    p->slow_since = now;
  bool slow = c->refreshing && (now - p->slow_since >= SLOW_MS || !c->loaded);
  if (c->refreshing && !slow)
    tui_draw_at(p->tui, p->slow_since + SLOW_MS);
  if (bad) {
    status_failed(p, bad, out, size);
    return WID_WARN;
  }
  const char *words = c->fetched_at ? tui_ago(p->tui, c->fetched_at, age) : "";
  snprintf(out, size, "%s%s%s", slow ? TUI_GLYPH_MOVING : "", slow && *words ? " " : "", words);
  return WID_DIM;
}

/* Whether all that the pane shows was read at least once: only then is nothing none. */
static bool was_read(const struct pane *p) {
  for (size_t i = 0; i < p->ops->nkinds; i++)
    if (!stack_collection(p->tui->stack, p->ops->kinds[i])->loaded)
      return false;
  return true;
}

static void title_of(struct pane *p, char *out, size_t size) {
  if (p->level)
    snprintf(out, size, "%s \xe2\x80\xba %s", p->ops->title, p->drill_name);
  else
    snprintf(out, size, "%s", p->ops->title);
}

/* "2 marked, /text 3 of 20": of the things, as headings are only the way to them. */
static void describe_choice(struct pane *p, char *out, size_t size) {
  const struct wid_table *t = &pane_grid(p)->table;
  size_t shown = 0, all = 0, marks = wid_table_mark_count(t), used = 0;
  out[0] = '\0';
  if (marks)
    used = (size_t)snprintf(out, size, "%zu marked%s", marks, t->filter[0] ? ", " : "");
  if (!t->filter[0] || used >= size)
    return;
  for (size_t i = 0; i < p->n; i++)
    all += !is_heading(p, &p->rows[i]);
  for (size_t i = 0; i < wid_table_shown(t); i++)
    shown += !is_heading(p, &p->rows[wid_table_row_at(t, i)]);
  snprintf(out + used, size - used, "/%s %zu of %zu", t->filter, shown, all);
}

void pane_draw(struct pane *p, WINDOW *win, struct wid_rect r, int number, bool focused) {
  char right[96], title[192], extra[160] = "", choice[192], detail[1024];
  const struct stack_collection *c = main_collection(p), *bad = failed_collection(p);
  struct tui_grid *g = pane_grid(p);
  bool known = !c || was_read(p);
  unsigned style = status(p, right, sizeof right);
  title_of(p, title, sizeof title);
  describe_choice(p, choice, sizeof choice);
  if (!choice[0] && p->ops->extra && !p->level && (!c || c->loaded))
    p->ops->extra(p, extra, sizeof extra);
  struct wid_frame frame = {.number = number,
                            .title = wid_str_from(title),
                            .extra = wid_str_from(choice[0] ? choice : extra),
                            .right = wid_str_from(right),
                            .right_style = style,
                            .focused = focused};
  struct wid_rect inside = wid_frame_draw(win, r, &frame);
  if (trouble(p))
    tui_grid_say(g, win, &inside, WID_ERROR, trouble(p), focused);
  g->table.empty = known ? table_of(p)->empty : bad ? "not read yet" : "reading\xe2\x80\xa6";
  row_detail(p, detail, sizeof detail);
  tui_grid_draw(g, win, inside, focused, detail);
  aws_wipe(detail, sizeof detail); /* it may be a value that was revealed */
}

void pane_report(struct pane *p, bool on_screen) {
  struct aws_str ids[PANE_KINDS_MAX][VISIBLE_MAX];
  size_t count[PANE_KINDS_MAX] = {0}, first = 0, n = 0;
  uint64_t seen = on_screen ? p->built : 1;
  if (on_screen)
    wid_table_visible(&pane_grid(p)->table, &first, &n);
  for (size_t i = first; i < first + n; i++) {
    const struct pane_row *r = &p->rows[wid_table_row_at(&pane_grid(p)->table, i)];
    uint64_t both[2] = {seen, aws_hash(r->key.p, r->key.n)};
    seen = aws_hash(both, sizeof both);
    for (size_t k = 0; k < p->ops->nkinds; k++)
      if (r->kind == p->ops->kinds[k] && count[k] < VISIBLE_MAX)
        ids[k][count[k]++] = r->key;
  }
  if (seen == p->shown)
    return;
  p->shown = seen;
  for (size_t k = 0; k < p->ops->nkinds; k++) {
    stack_show_kind(p->tui->stack, p->ops->kinds[k], on_screen);
    stack_show_rows(p->tui->stack, p->ops->kinds[k], ids[k], count[k]);
  }
}

/* ---- what it does ---------------------------------------------------------------------------- */

struct tui_grid *pane_grid(struct pane *p) {
  return &p->grids[p->level];
}

const struct pane_row *pane_selected(const struct pane *p) {
  size_t row = wid_table_row(&p->grids[p->level].table);
  return row < p->n ? &p->rows[row] : NULL;
}

static void go(struct pane *p, size_t level, const struct pane_row *to) {
  p->level = level;
  p->drill[0] = '\0';
  if (to) {
    snprintf(p->drill, sizeof p->drill, "%.*s", AWS_STR_ARG(to->row->id));
    snprintf(p->drill_name, sizeof p->drill_name, "%.*s", AWS_STR_ARG(to->row->name));
  }
  pane_update(p);
}

bool pane_select(struct pane *p, struct aws_str id) {
  if (p->level)
    go(p, 0, NULL);
  return wid_table_select(&p->grids[0].table, tui_str(id));
}

static enum pane_open how_to_open(const struct pane *p, const struct pane_row *r) {
  const struct pane_table *t = table_of(p);
  return t->open ? t->open((struct pane *)(uintptr_t)p, r) : PANE_OPEN_DESCRIBE;
}

static enum tui_result open_row(struct pane *p) {
  const struct pane_row *r = pane_selected(p);
  if (!r)
    return TUI_REDRAW;
  struct tui_subject s = {r->kind, r->row ? r->row->id : r->key, r->row}; /* events have keys */
  switch (how_to_open(p, r)) {
  case PANE_OPEN_DRILL:
    go(p, 1, r);
    break;
  case PANE_OPEN_TOGGLE:
    wid_tree_toggle(&p->tree, r->index);
    break;
  case PANE_OPEN_EVENT:
    tui_push(p->tui, tui_event_new(p->tui, stack_timeline_at(p->tui->stack, r->index)));
    break;
  case PANE_OPEN_VERSIONS:
    tui_push(p->tui, tui_versions_new(p->tui, &s));
    break;
  case PANE_OPEN_NOTHING:
    break;
  case PANE_OPEN_DESCRIBE:
    if (r->row)
      tui_push(p->tui, tui_describe_new(p->tui, &s));
    break;
  }
  return TUI_REDRAW;
}

/* An event is no thing that could be described. */
static bool shows_events(const struct pane *p) {
  const struct pane_row *r = pane_selected(p);
  return r && how_to_open(p, r) == PANE_OPEN_EVENT;
}

size_t pane_marked(const struct pane *p, struct aws_str *ids, size_t max) {
  const struct wid_table *t = &p->grids[p->level].table;
  const struct pane_row *like = pane_selected(p);
  size_t n = 0;
  for (size_t i = 0; like && wid_table_mark_count(t) && i < p->n; i++)
    if (p->rows[i].row && p->rows[i].kind == like->kind && wid_table_marked(t, i) && n++ < max)
      ids[n - 1] = p->rows[i].row->id;
  return n;
}

void pane_unmark(struct pane *p) {
  wid_table_mark_clear(&pane_grid(p)->table);
}

/* Only what an action takes several of. */
static bool can_mark(const struct pane *p) {
  const struct pane_row *r = pane_selected(p);
  size_t n;
  const struct stack_action_def *defs = stack_action_defs(&n);
  for (size_t i = 0; r && r->row && i < n; i++)
    if (defs[i].many && defs[i].kinds & (1u << r->kind))
      return true;
  return false;
}

bool pane_can(const struct pane *p, enum tui_command c) {
  if (c == TUI_OPEN || (c == TUI_DESCRIBE && shows_events(p)))
    return pane_selected(p) != NULL;
  if (c == TUI_MARK)
    return can_mark(p);
  if (c == TUI_QUIT)
    return p->level > 0;
  return (c == TUI_BACK && (p->level || wid_table_mark_count(&p->grids[p->level].table))) ||
         tui_grid_can(&p->grids[p->level], c);
}

enum tui_result pane_command(struct pane *p, enum tui_command c) {
  struct tui_grid *g = pane_grid(p);
  if (c == TUI_OPEN || c == TUI_DESCRIBE)
    return open_row(p);
  if (c == TUI_MARK) {
    wid_table_mark_toggle(&g->table);
    wid_table_move(&g->table, WID_MOVE_DOWN);
    return TUI_REDRAW;
  }
  if (c == TUI_QUIT) { /* at once: the next list begins without marks and filter */
    pane_unmark(p);
    wid_table_filter(&g->table, NULL);
    go(p, 0, NULL);
    return TUI_REDRAW;
  }
  if (c == TUI_BACK && wid_table_mark_count(&g->table)) {
    pane_unmark(p);
    return TUI_REDRAW;
  }
  if (c == TUI_BACK && !g->table.filter[0]) {
    go(p, 0, NULL);
    return TUI_REDRAW;
  }
  return tui_grid_command(g, c);
}

/* What was looked for is under the cursor, not the heading above it. */
static void select_found(struct pane *p) {
  struct wid_table *t = &pane_grid(p)->table;
  pane_update(p); /* more rows may stand open now */
  const struct pane_row *now = pane_selected(p);
  if (!t->filter[0] || (now && !is_heading(p, now)))
    return;
  for (size_t i = 0; p->rows && i < wid_table_shown(t); i++) {
    const struct pane_row *r = &p->rows[wid_table_row_at(t, i)];
    if (is_heading(p, r))
      continue;
    wid_table_select(t, tui_str(r->key));
    return;
  }
}

enum tui_result pane_event(struct pane *p, const struct wid_event *e) {
  struct tui_grid *g = pane_grid(p);
  bool typing = g->typing && e->kind != WID_EVENT_MOUSE;
  enum wid_result r = tui_grid_event(g, e);
  if (typing && r == WID_CHANGED)
    select_found(p);
  if (r == WID_SUBMIT)
    return open_row(p);
  return r == WID_IGNORED ? TUI_IGNORED : TUI_REDRAW;
}

/* ---- cells ----------------------------------------------------------------------------------- */

void pane_cell_str(struct wid_cell *cell, struct aws_str s) {
  cell->text = tui_str(s);
}

void pane_cell_state(struct wid_cell *cell, const struct stack_row *row, struct aws_str word) {
  wid_cell_printf(cell, "%s %.*s", tui_level_glyph(row->rating.level), AWS_STR_ARG(word));
  cell->style = tui_level_style(row->rating.level);
}

void pane_cell_age(struct pane *p, struct wid_cell *cell, aws_ms at) {
  char age[TUI_AGE_MAX];
  if (at)
    wid_cell_printf(cell, "%s", tui_age(p->tui, at, age));
}

double pane_metric(struct pane *p, const struct pane_row *r, const char *metric) {
  if (!r->row)
    return NAN;
  const struct stack_series *m = stack_metric(p->tui->stack, r->kind, r->row->id, metric);
  return m ? m->last : NAN;
}

void pane_cell_of_metric(struct pane *p, struct wid_cell *cell, const struct pane_row *r,
                         const char *metric) {
  const struct stack_series *m =
      r->row ? stack_metric(p->tui->stack, r->kind, r->row->id, metric) : NULL;
  if (m && m->stale)
    cell->style |= WID_ON_STALE;
}

void pane_cell_metric(struct pane *p, struct wid_cell *cell, const struct pane_row *r,
                      const char *metric) {
  double v = pane_metric(p, r, metric);
  if (isnan(v))
    return;
  const struct stack_series *m = stack_metric(p->tui->stack, r->kind, r->row->id, metric);
  wid_cell_printf(cell, v < 10 && strcmp(m->unit, "%") != 0 ? "%.1f%s" : "%.0f%s", v,
                  m->unit[0] == '%' ? "%" : "");
  pane_cell_of_metric(p, cell, r, metric);
}
