/* Which rows of a table are shown, and in which order. */
#include "widgets/private.h"
#include "widgets/table_private.h"
#include <stdlib.h>
#include <string.h>

#define NO_PARENT UINT32_MAX
#define LEVELS_MAX 64
/* What the filter found out about a row of a tree. */
#define MATCHES 1u
#define KEPT 2u
/* Text of the sort column, gathered when the source cannot compare; more is compared by its start.
 */
#define SORT_TEXT_MAX 64

/* ---- room ------------------------------------------------------------------------------------ */

static bool grow(void **p, size_t n, size_t size) {
  void *more = n <= SIZE_MAX / size ? realloc(*p, n * size) : NULL;
  if (more)
    *p = more;
  return more != NULL;
}

/* Makes room for n rows, or for as many as before when there is no memory. */
static size_t make_room(struct wid_table *t, size_t n) {
  if (n >= NO_PARENT)
    n = NO_PARENT - 1;
  if (n <= t->cap)
    return n;
  size_t cap = n + n / 4 + 16;
  bool ok = grow((void **)&t->order, cap, sizeof *t->order);
  if (ok && t->source->depth)
    ok = grow((void **)&t->nodes, cap, sizeof *t->nodes);
  if (!ok)
    return t->cap;
  t->cap = cap;
  return n;
}

static void find_parents(struct wid_table *t) {
  uint32_t last[LEVELS_MAX];
  uint32_t open = 0; /* levels that have a row to hang on */
  for (uint32_t row = 0; row < t->n_source; row++) {
    int depth = t->source->depth(t->data, row);
    uint32_t level = depth < 0 ? 0 : (uint32_t)depth;
    if (level > open)
      level = open;
    if (level >= LEVELS_MAX)
      level = LEVELS_MAX - 1;
    t->nodes[row] = (struct wid_table_node){level ? last[level - 1] : NO_PARENT, level};
    last[level] = row;
    open = level + 1;
  }
}

/* ---- filter ---------------------------------------------------------------------------------- */

static bool row_contains(const struct wid_table *t, uint32_t row, struct wid_str needle) {
  for (int c = 0; c < t->n_columns; c++) {
    struct wid_cell cell;
    cell.text = (struct wid_str){NULL, 0};
    cell.style = WID_NORMAL;
    t->source->cell(t->data, row, c, &cell);
    if (wid_str_find(cell.text, needle) != WID_NONE)
      return true;
  }
  return false;
}

static void filter_flat(struct wid_table *t, struct wid_str needle, bool invert) {
  size_t n = t->narrowed ? t->n_order : t->n_source, kept = 0;
  for (size_t i = 0; i < n; i++) {
    uint32_t row = t->narrowed ? t->order[i] : (uint32_t)i;
    if (row_contains(t, row, needle) != invert)
      t->order[kept++] = row;
  }
  t->n_order = kept;
}

/* A row is kept with all below it; with the rows above it, that it can be found. Inverted, what
 * matches is left out with all below it. */
static void filter_tree(struct wid_table *t, struct wid_str needle, bool invert) {
  unsigned char *found = calloc(t->n_source, 1);
  if (!found)
    return;
  for (uint32_t row = 0; row < t->n_source; row++) {
    uint32_t parent = t->nodes[row].parent;
    bool above = parent != NO_PARENT && found[parent] & MATCHES;
    found[row] = above || row_contains(t, row, needle) ? MATCHES : 0;
  }
  for (size_t row = t->n_source; !invert && row-- > 0;) {
    uint32_t parent = t->nodes[row].parent;
    if (found[row] && parent != NO_PARENT)
      found[parent] |= KEPT;
  }
  size_t kept = 0;
  for (uint32_t row = 0; row < t->n_source; row++)
    if ((found[row] != 0) != invert)
      t->order[kept++] = row;
  t->n_order = kept;
  free(found);
}

static void select_rows(struct wid_table *t) {
  bool invert = t->filter[0] == '!';
  struct wid_str needle = wid_str_from(t->filter + invert);
  if (!t->narrowed) {
    t->n_order = t->n_source;
    for (uint32_t row = 0; row < t->n_source; row++)
      t->order[row] = row;
  }
  if (needle.n == 0)
    return;
  if (t->source->depth)
    filter_tree(t, needle, invert);
  else
    filter_flat(t, needle, invert);
}

/* ---- sort ------------------------------------------------------------------------------------ */

struct sorting {
  const struct wid_table *t;
  char (*text)[SORT_TEXT_MAX]; /* by source row; NULL: the source compares */
};

static size_t digits(const char *s) {
  return strspn(s, "0123456789");
}

/* Runs of digits by value, letters in either case, all else by bytes. */
static int compare_text(const char *a, const char *b) {
  while (*a && *b) {
    size_t na = digits(a), nb = digits(b);
    if (na > 0 && nb > 0) {
      for (; na > 1 && *a == '0'; na--)
        a++;
      for (; nb > 1 && *b == '0'; nb--)
        b++;
      int order = na != nb ? (na < nb ? -1 : 1) : memcmp(a, b, na);
      if (order != 0)
        return order;
      a += na;
      b += nb;
    } else if (wid_fold(*a) != wid_fold(*b)) {
      return wid_fold(*a) - wid_fold(*b);
    } else {
      a++;
      b++;
    }
  }
  return (*a != '\0') - (*b != '\0');
}

static int compare_rows(const struct sorting *s, uint32_t a, uint32_t b) {
  const struct wid_table *t = s->t;
  int order = s->text ? compare_text(s->text[a], s->text[b])
                      : t->source->compare(t->data, a, b, t->sort_column);
  if (t->sort_descending)
    order = order > 0 ? -1 : order < 0;
  return order != 0 ? order : (a > b) - (a < b);
}

/* Rows of a tree compare as their forebears do that are siblings; a forebear comes first. */
static int compare_nodes(const struct sorting *s, uint32_t a, uint32_t b) {
  const struct wid_table_node *nodes = s->t->nodes;
  uint32_t x = a, y = b;
  while (nodes[x].level > nodes[y].level)
    x = nodes[x].parent;
  while (nodes[y].level > nodes[x].level)
    y = nodes[y].parent;
  if (x == y)
    return (nodes[a].level > nodes[b].level) - (nodes[a].level < nodes[b].level);
  while (nodes[x].parent != nodes[y].parent) {
    x = nodes[x].parent;
    y = nodes[y].parent;
  }
  return compare_rows(s, x, y);
}

static bool in_order(const struct sorting *s, uint32_t a, uint32_t b) {
  return (s->t->nodes ? compare_nodes(s, a, b) : compare_rows(s, a, b)) <= 0;
}

/* A merge sort: stable, no worst case, and quick on what is nearly in order, as rows mostly are. */
static void merge_sort(const struct sorting *s, uint32_t *rows, uint32_t *spare, size_t n) {
  if (n < 2)
    return;
  size_t half = n / 2;
  merge_sort(s, rows, spare, half);
  merge_sort(s, rows + half, spare, n - half);
  if (in_order(s, rows[half - 1], rows[half]))
    return;
  memcpy(spare, rows, half * sizeof *rows);
  size_t a = 0, b = half, out = 0;
  while (a < half && b < n)
    rows[out++] = in_order(s, spare[a], rows[b]) ? spare[a++] : rows[b++];
  while (a < half)
    rows[out++] = spare[a++];
}

static bool gather_text(struct sorting *s) {
  const struct wid_table *t = s->t;
  s->text = t->n_source <= SIZE_MAX / SORT_TEXT_MAX ? malloc(t->n_source * SORT_TEXT_MAX) : NULL;
  if (!s->text)
    return false;
  for (uint32_t row = 0; row < t->n_source; row++) {
    struct wid_cell cell;
    cell.text = (struct wid_str){NULL, 0};
    cell.style = WID_NORMAL;
    t->source->cell(t->data, row, t->sort_column, &cell);
    size_t n = cell.text.n < SORT_TEXT_MAX ? cell.text.n : SORT_TEXT_MAX - 1;
    if (n > 0)
      memcpy(s->text[row], cell.text.p, n);
    s->text[row][n] = '\0';
  }
  return true;
}

static void sort_rows(struct wid_table *t) {
  if (t->sort_column < 0 || t->n_order < 2)
    return;
  struct sorting s = {t, NULL};
  uint32_t *spare = malloc(t->n_order / 2 * sizeof *spare);
  if (spare && (t->source->compare || gather_text(&s)))
    merge_sort(&s, t->order, spare, t->n_order);
  free(s.text);
  free(spare);
}

void wid_table_reorder(struct wid_table *t) {
  size_t before = t->n_source;
  t->n_source = make_room(t, t->source->count(t->data));
  if (t->n_source != before)
    t->narrowed = false;
  if (t->source->depth && t->n_source > 0)
    find_parents(t);
  select_rows(t);
  sort_rows(t);
}
