/* A table on the screen: widths, heads, rows. */
#include "widgets/table_private.h"
#include <stdio.h>
#include <widgets/cells.h>

#define GAP 1
#define INDENT 2
#define WRAP_MAX 3 /* lines of one row */

/* ---- widths ---------------------------------------------------------------------------------- */

static int needed(const struct wid_table *t) {
  int sum = 0;
  for (int c = 0; c < t->n_columns; c++)
    sum += t->widths[c] > 0 ? t->widths[c] + GAP : 0;
  return sum > 0 ? sum - GAP : 0;
}

/* Leaves out the least important column, the rightmost of equals; false when none may go. */
static bool drop_column(struct wid_table *t) {
  int least = -1;
  for (int c = 0; c < t->n_columns; c++)
    if (t->widths[c] > 0 && t->columns[c].priority > 0 &&
        (least < 0 || t->columns[c].priority >= t->columns[least].priority))
      least = c;
  if (least >= 0)
    t->widths[least] = 0;
  return least >= 0;
}

/* What cannot be dropped and does not fit shrinks from the right, to one column each at least. */
static void squeeze(struct wid_table *t, int room) {
  for (int c = t->n_columns - 1; c >= 0 && needed(t) > room; c--) {
    int over = needed(t) - room;
    if (t->widths[c] > 1)
      t->widths[c] = t->widths[c] - over > 1 ? t->widths[c] - over : 1;
  }
}

static int ideal_of(const struct wid_table *t, int c) {
  return t->needs[c] < t->columns[c].ideal ? t->needs[c] : t->columns[c].ideal;
}

/* What the widest cell needs, whatever is ideal. */
static int need_of(const struct wid_table *t, int c) {
  return t->needs[c];
}

/* Up to the widths wished for, the important columns first. */
static int give(struct wid_table *t, int spare, int (*wished)(const struct wid_table *t, int c)) {
  for (int priority = 0; spare > 0; priority++) {
    bool more = false;
    for (int c = 0; c < t->n_columns; c++) {
      const struct wid_column *column = &t->columns[c];
      more = more || column->priority > priority;
      int wish = wished(t, c) - t->widths[c];
      if (column->priority != priority || t->widths[c] == 0 || wish <= 0)
        continue;
      int gain = wish < spare ? wish : spare;
      t->widths[c] += gain;
      spare -= gain;
    }
    if (!more)
      break;
  }
  return spare;
}

static void give_rest(struct wid_table *t, int spare) {
  int weights = 0;
  for (int c = 0; c < t->n_columns; c++)
    weights += t->widths[c] > 0 ? t->columns[c].weight : 0;
  for (int c = 0; c < t->n_columns && weights > 0; c++) {
    if (t->widths[c] == 0 || t->columns[c].weight == 0)
      continue;
    int gain = spare * t->columns[c].weight / weights;
    t->widths[c] += gain;
    spare -= gain;
    weights -= t->columns[c].weight;
  }
}

/* A column of short texts takes no more than they need. */
static int least_of(const struct wid_table *t, int c) {
  int min = t->needs[c] < t->columns[c].min ? t->needs[c] : t->columns[c].min;
  return min > 0 ? min : 1;
}

void wid_table_layout(struct wid_table *t, int room) {
  for (int c = 0; c < t->n_columns; c++)
    t->widths[c] = least_of(t, c);
  while (needed(t) > room && drop_column(t))
    ;
  squeeze(t, room);
  int spare = give(t, room - needed(t), ideal_of);
  spare = give(t, spare, need_of);
  if (spare > 0)
    give_rest(t, spare);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_head(const struct wid_table *t, WINDOW *win, struct wid_rect line) {
  int x = line.x + WID_TABLE_GUTTER;
  for (int c = 0; c < t->n_columns; c++) {
    if (t->widths[c] == 0)
      continue;
    const struct wid_column *column = &t->columns[c];
    const char *arrow = c != t->sort_column ? "" : t->sort_descending ? "↓" : "↑";
    char title[64];
    snprintf(title, sizeof title, "%s%s", column->title, arrow);
    /* a sign that says how the rows are sorted must not be the part that is cut off */
    wid_cells_put(win, (struct wid_rect){line.y, x, 1, t->widths[c]}, WID_HEADER,
                  wid_str_from(title), column->align, *arrow ? WID_CLIP_MIDDLE : WID_CLIP_END);
    x += t->widths[c] + GAP;
  }
}

static int indent_of(const struct wid_table *t, uint32_t row, int column) {
  if (!t->nodes || column != t->tree_column)
    return 0;
  int indent = (int)t->nodes[row].level * INDENT, most = t->widths[column] / 2;
  return indent < most ? indent : most;
}

static void ask_cell(const struct wid_table *t, uint32_t row, int column, struct wid_cell *cell) {
  cell->text = (struct wid_str){NULL, 0};
  cell->style = WID_NORMAL;
  t->source->cell(t->data, row, column, cell);
}

/* Bytes at the front of s that go on one line of w columns, to the end of a word where there is
 * one.
 */
static size_t first_line(struct wid_str s, int w) {
  size_t at = 0, word = 0, n;
  int used = 0;
  struct wid_glyph g;
  while ((n = wid_cells_next((struct wid_str){s.p + at, s.n - at}, &g)) > 0) {
    bool blank = s.p[at] == ' ';
    used += g.width;
    if (used > w && !blank) /* a blank falls off the end */
      return word > 0 ? word : at > 0 ? at : n;
    at += n;
    if (blank)
      word = at;
  }
  return s.n;
}

static struct wid_str without(struct wid_str s, size_t n) {
  return (struct wid_str){s.p + n, s.n - n};
}

int wid_table_spare(const struct wid_table *t) {
  size_t rows = t->top < t->n_order ? t->n_order - t->top : 0;
  return rows < t->page ? (int)(t->page - rows) : 0;
}

int wid_table_lines(const struct wid_table *t, size_t shown, int *spare) {
  int lines = 1, w = t->wrap_column >= 0 ? t->widths[t->wrap_column] : 0;
  struct wid_cell cell;
  if (w == 0 || *spare <= 0)
    return 1;
  ask_cell(t, t->order[shown], t->wrap_column, &cell);
  for (struct wid_str rest = cell.text; lines<WRAP_MAX && * spare> 0; lines++, --*spare) {
    rest = without(rest, first_line(rest, w));
    if (rest.n == 0)
      break;
  }
  return lines;
}

/* r.h lines; what does not fit in them is cut off the last one. */
static void draw_wrapped(WINDOW *win, struct wid_rect r, unsigned style, struct wid_str s) {
  for (int i = 0; i < r.h; i++) {
    size_t n = i + 1 < r.h ? first_line(s, r.w) : s.n, shown = n;
    while (shown > 0 && s.p[shown - 1] == ' ')
      shown--;
    wid_cells_put(win, wid_rect_line(r, i), style, (struct wid_str){s.p, shown}, WID_ALIGN_LEFT,
                  WID_CLIP_END);
    s = without(s, n);
  }
}

static void draw_row(const struct wid_table *t, WINDOW *win, struct wid_rect line, uint32_t row,
                     unsigned on) {
  if (t->stale || (t->source->flags && t->source->flags(t->data, row) & WID_ROW_STALE))
    on |= WID_ON_STALE;
  if (on & (WID_ON_CURSOR | WID_ON_FAINT_CURSOR))
    wid_cells_fill(win, line, WID_NORMAL | on);
  struct wid_rect gutter = {line.y, line.x, 1, 1};
  if (on & WID_ON_CURSOR)
    wid_cells_put(win, gutter, WID_BOLD | on, WID_STR_LIT("▸"), WID_ALIGN_LEFT, WID_CLIP_END);
  gutter.x++;
  if (wid_table_marked(t, row))
    wid_cells_put(win, gutter, WID_BOLD | on, WID_STR_LIT("*"), WID_ALIGN_LEFT, WID_CLIP_END);
  int x = line.x + WID_TABLE_GUTTER;
  for (int c = 0; c < t->n_columns; c++) {
    if (t->widths[c] == 0)
      continue;
    struct wid_cell cell;
    ask_cell(t, row, c, &cell);
    int indent = indent_of(t, row, c);
    struct wid_rect place = {line.y, x + indent, 1, t->widths[c] - indent};
    if (c == t->wrap_column && line.h > 1)
      draw_wrapped(win, (struct wid_rect){place.y, place.x, line.h, place.w}, cell.style | on,
                   cell.text);
    else
      wid_cells_put(win, place, cell.style | on, cell.text, t->columns[c].align,
                    t->columns[c].clip);
    x += t->widths[c] + GAP;
  }
}

static void draw_nothing(const struct wid_table *t, WINDOW *win, struct wid_rect r) {
  struct wid_rect line = wid_rect_line(r, 0);
  line.x += WID_TABLE_GUTTER;
  line.w -= WID_TABLE_GUTTER;
  if (t->n_source == 0)
    wid_cells_add_c(win, &line, WID_DIM, t->empty);
  else
    wid_cells_addf(win, &line, WID_DIM, "none of %zu matches \"%s\"", t->n_source, t->filter);
}

/* Brings the cursor on a page of h lines. */
static void scroll(struct wid_table *t, int h) {
  t->page = h > 0 ? (size_t)h : 1;
  if (t->cursor < t->top)
    t->top = t->cursor;
  if (t->cursor >= t->top + t->page)
    t->top = t->cursor - t->page + 1;
  if (t->top > 0 && t->top + t->page > t->n_order)
    t->top = t->n_order > t->page ? t->n_order - t->page : 0;
}

/* What the cells on the page need. Columns do not shrink again: a table that breathes with every
 * refresh cannot be read. */
static void measure(struct wid_table *t, int w) {
  for (int c = 0; c < t->n_columns; c++) {
    int head = wid_cells_width(wid_str_from(t->columns[c].title), w) + (c == t->sort_column);
    t->needs[c] = t->needs_at == w && t->needs[c] > head ? t->needs[c] : head;
  }
  t->needs_at = w;
  for (size_t i = 0; i < t->page && t->top + i < t->n_order; i++)
    for (int c = 0; c < t->n_columns; c++) {
      struct wid_cell cell;
      uint32_t row = t->order[t->top + i];
      ask_cell(t, row, c, &cell);
      int level = t->nodes && c == t->tree_column ? (int)t->nodes[row].level : 0;
      int need = level * INDENT + wid_cells_width(cell.text, w);
      t->needs[c] = need > t->needs[c] ? need : t->needs[c];
    }
}

void wid_table_draw(struct wid_table *t, WINDOW *win, struct wid_rect r, bool focused) {
  t->rect = r;
  if (r.h <= 0 || r.w <= WID_TABLE_GUTTER)
    return;
  scroll(t, r.h - 1);
  measure(t, r.w);
  wid_table_layout(t, r.w - WID_TABLE_GUTTER);
  draw_head(t, win, wid_rect_line(r, 0));
  r.y++;
  r.h--;
  if (r.h <= 0)
    return;
  if (t->n_order == 0)
    draw_nothing(t, win, r);
  int y = 0, spare = wid_table_spare(t);
  for (size_t i = t->top; y < r.h && i < t->n_order; i++) {
    unsigned on = i != t->cursor ? 0 : focused ? WID_ON_CURSOR : WID_ON_FAINT_CURSOR;
    int lines = wid_table_lines(t, i, &spare);
    draw_row(t, win, (struct wid_rect){r.y + y, r.x, lines, r.w}, t->order[i], on);
    y += lines;
  }
}
