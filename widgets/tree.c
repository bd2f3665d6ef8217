/* Names with separators as a tree of rows. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <widgets/tree.h>

#define NO_NODE UINT32_MAX

/* A node in the order of names: a branch stands right before what is below it. */
struct wid_tree_node {
  struct wid_str path;
  uint32_t item;
  uint32_t end; /* the node after the last one below */
  uint32_t below;
  uint16_t label; /* where in path the label starts */
  uint8_t depth;
  bool branch;
};

struct entry {
  struct wid_str name;
  uint32_t item;
  char separator;
};

void wid_tree_init(struct wid_tree *t, char separator, int open_depth) {
  *t = (struct wid_tree){.separator = separator, .open_depth = open_depth};
}

void wid_tree_done(struct wid_tree *t) {
  while (t->n_toggled > 0)
    free(t->toggled[--t->n_toggled]);
  free(t->toggled);
  free(t->nodes);
  free(t->rows);
  *t = (struct wid_tree){.separator = t->separator, .open_depth = t->open_depth};
}

/* ---- open and closed ------------------------------------------------------------------------- */

static int compare_path(const char *path, struct wid_str s) {
  size_t n = strlen(path);
  int order = memcmp(path, s.p, n < s.n ? n : s.n);
  return order != 0 ? order : (n > s.n) - (n < s.n);
}

/* Where path is, or would be, among the toggled ones. */
static size_t find_toggled(const struct wid_tree *t, struct wid_str path, bool *found) {
  size_t low = 0, high = t->n_toggled;
  *found = false;
  while (low < high && !*found) {
    size_t mid = (low + high) / 2;
    int order = compare_path(t->toggled[mid], path);
    if (order == 0) {
      *found = true;
      return mid;
    }
    if (order < 0)
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

static bool is_open(const struct wid_tree *t, const struct wid_tree_node *node) {
  bool toggled;
  if (t->all_open)
    return true;
  find_toggled(t, node->path, &toggled);
  return (node->depth < t->open_depth) != toggled;
}

static void flip(struct wid_tree *t, struct wid_str path) {
  bool found;
  size_t at = find_toggled(t, path, &found);
  if (found) {
    free(t->toggled[at]);
    t->n_toggled--;
    memmove(t->toggled + at, t->toggled + at + 1, (t->n_toggled - at) * sizeof *t->toggled);
    return;
  }
  if (t->n_toggled == WID_TREE_TOGGLED_MAX)
    return;
  char **toggled = realloc(t->toggled, (t->n_toggled + 1) * sizeof *toggled);
  if (!toggled)
    return;
  t->toggled = toggled;
  char *copy = strndup(path.p, path.n);
  if (!copy)
    return;
  memmove(toggled + at + 1, toggled + at, (t->n_toggled - at) * sizeof *toggled);
  toggled[at] = copy;
  t->n_toggled++;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void find_rows(struct wid_tree *t) {
  t->n_rows = 0;
  t->generation++;
  for (uint32_t i = 0; i < t->n_nodes;) {
    const struct wid_tree_node *node = &t->nodes[i];
    t->rows[t->n_rows++] = i;
    i = node->branch && !is_open(t, node) ? node->end : i + 1;
  }
}

/* ---- building -------------------------------------------------------------------------------- */

/* By bytes, but a separator comes before all else, so that a branch's names stand together. */
static int compare_entries(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  size_t n = a->name.n < b->name.n ? a->name.n : b->name.n, i = 0;
  while (i < n && a->name.p[i] == b->name.p[i])
    i++;
  if (i == n)
    return (a->name.n > b->name.n) - (a->name.n < b->name.n);
  int x = a->name.p[i] == a->separator ? -1 : (unsigned char)a->name.p[i];
  int y = b->name.p[i] == b->separator ? -1 : (unsigned char)b->name.p[i];
  return x - y;
}

struct building {
  struct wid_tree *t;
  uint32_t open[WID_TREE_DEPTH_MAX]; /* branches that the next name may be below */
  int n_open;
};

static struct wid_tree_node *add_node(struct wid_tree *t) {
  if (t->n_nodes == t->cap_nodes) {
    size_t cap = t->cap_nodes + t->cap_nodes / 2 + 64;
    struct wid_tree_node *nodes = cap < NO_NODE ? realloc(t->nodes, cap * sizeof *nodes) : NULL;
    if (!nodes)
      return NULL;
    t->nodes = nodes;
    t->cap_nodes = cap;
  }
  return &t->nodes[t->n_nodes++];
}

static void close_branches(struct building *b, int down_to) {
  while (b->n_open > down_to)
    b->t->nodes[b->open[--b->n_open]].end = (uint32_t)b->t->n_nodes;
}

static bool is_below(struct wid_str name, struct wid_str branch) {
  return name.n >= branch.n && memcmp(name.p, branch.p, branch.n) == 0;
}

/* The separator at or after from; a leading one belongs to the first part. */
static size_t part_end(struct wid_str name, size_t from, char separator) {
  const char *end = NULL;
  if (from == 0 && name.n > 0)
    from = 1;
  if (from < name.n)
    end = memchr(name.p + from, separator, name.n - from);
  return end ? (size_t)(end - name.p) : name.n;
}

static bool add_name(struct building *b, struct entry entry) {
  struct wid_tree *t = b->t;
  int stay = 0;
  while (stay < b->n_open && is_below(entry.name, t->nodes[b->open[stay]].path))
    stay++;
  close_branches(b, stay);
  size_t from = b->n_open > 0 ? t->nodes[b->open[b->n_open - 1]].path.n : 0;
  size_t end;
  while ((end = part_end(entry.name, from, t->separator)) + 1 < entry.name.n &&
         b->n_open < WID_TREE_DEPTH_MAX) {
    struct wid_tree_node *branch = add_node(t);
    if (!branch)
      return false;
    *branch = (struct wid_tree_node){.path = {entry.name.p, end + 1},
                                     .item = entry.item,
                                     .label = (uint16_t)(from < UINT16_MAX ? from : UINT16_MAX),
                                     .depth = (uint8_t)b->n_open,
                                     .branch = true};
    b->open[b->n_open++] = (uint32_t)(t->n_nodes - 1);
    from = end + 1;
  }
  struct wid_tree_node *leaf = add_node(t);
  if (!leaf)
    return false;
  *leaf = (struct wid_tree_node){.path = entry.name,
                                 .item = entry.item,
                                 .label = (uint16_t)(from < UINT16_MAX ? from : UINT16_MAX),
                                 .depth = (uint8_t)b->n_open};
  for (int i = 0; i < b->n_open; i++)
    t->nodes[b->open[i]].below++;
  return true;
}

static bool add_names(struct wid_tree *t, struct entry *entries, size_t n) {
  qsort(entries, n, sizeof *entries, compare_entries);
  struct building b = {.t = t};
  for (size_t i = 0; i < n; i++)
    if (!add_name(&b, entries[i]))
      return false;
  close_branches(&b, 0);
  uint32_t *rows = realloc(t->rows, (t->n_nodes + 1) * sizeof *rows);
  if (rows)
    t->rows = rows;
  return rows != NULL;
}

bool wid_tree_build(struct wid_tree *t, size_t n, wid_tree_name name, void *data) {
  t->n_nodes = t->n_rows = 0;
  t->generation++;
  if (n == 0)
    return true;
  struct entry *entries = n < NO_NODE ? calloc(n, sizeof *entries) : NULL;
  if (!entries)
    return false;
  for (size_t i = 0; i < n; i++)
    entries[i] = (struct entry){name(data, i), (uint32_t)i, t->separator};
  bool ok = add_names(t, entries, n);
  free(entries);
  if (ok)
    find_rows(t);
  else
    t->n_nodes = 0;
  return ok;
}

/* ---- asking and changing -----------------------------------------------------------------------
 */

size_t wid_tree_count(const struct wid_tree *t) {
  return t->n_rows;
}

struct wid_tree_row wid_tree_row(const struct wid_tree *t, size_t row) {
  const struct wid_tree_node *node = &t->nodes[t->rows[row]];
  return (struct wid_tree_row){
      .path = node->path,
      .label = {node->path.p + node->label, node->path.n - node->label},
      .depth = node->depth,
      .branch = node->branch,
      .open = node->branch && is_open(t, node),
      .item = node->item,
      .below = node->below,
  };
}

uint64_t wid_tree_generation(const struct wid_tree *t) {
  return t->generation;
}

size_t wid_tree_toggle(struct wid_tree *t, size_t row) {
  if (row >= t->n_rows)
    return WID_NONE;
  const struct wid_tree_node *node = &t->nodes[t->rows[row]];
  int level = node->branch ? node->depth + 1 : node->depth;
  while (t->nodes[t->rows[row]].depth >= level)
    if (row-- == 0)
      return WID_NONE;
  flip(t, t->nodes[t->rows[row]].path);
  find_rows(t);
  return row;
}

void wid_tree_set_all_open(struct wid_tree *t, bool all) {
  if (t->all_open == all)
    return;
  t->all_open = all;
  if (t->n_nodes > 0)
    find_rows(t);
}
