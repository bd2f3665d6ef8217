/* Names with separators as a tree of rows, to stand behind a table (table.h).
 *
 * "/shop/db/host" and "/shop/db/password" give the branch "/shop/", its branch "/shop/db/" and two
 * leaves. A name may be leaf and branch at once: their identities differ by the last separator.
 */
#ifndef CAWSOLE_WIDGETS_TREE_H
#define CAWSOLE_WIDGETS_TREE_H

#include <widgets/base.h>

/* Branch levels; deeper parts of a name stay together in the leaf's label. */
#define WID_TREE_DEPTH_MAX 32
/* Branches whose state differs from the default; more are forgotten. */
#define WID_TREE_TOGGLED_MAX 4096

struct wid_tree_row {
  struct wid_str path;  /* identity: the leaf's name, or the branch's with its separator */
  struct wid_str label; /* the last part; a branch's with its separator */
  int depth;
  bool branch, open;
  size_t item;  /* leaf: index of the item; branch: of the first one below */
  size_t below; /* branch: leaves below it */
};

struct wid_tree_node; /* private */

struct wid_tree {
  char separator;
  int open_depth; /* branches above this depth start open; INT_MAX: all */
  bool all_open;  /* while set every branch counts as open (for filtering) */
  /* private */
  struct wid_tree_node *nodes;
  size_t n_nodes, cap_nodes;
  uint32_t *rows;
  size_t n_rows;
  char **toggled;
  size_t n_toggled;
  uint64_t generation;
};

void wid_tree_init(struct wid_tree *t, char separator, int open_depth);
void wid_tree_done(struct wid_tree *t);

typedef struct wid_str (*wid_tree_name)(void *data, size_t item);
/* Builds from n names, in any order. The names are borrowed until the next build. Returns false,
 * and the tree is empty, when memory runs out. */
bool wid_tree_build(struct wid_tree *t, size_t n, wid_tree_name name, void *data);

size_t wid_tree_count(const struct wid_tree *t); /* rows to show: below closed branches none */
struct wid_tree_row wid_tree_row(const struct wid_tree *t, size_t row);
/* Changes with every build, toggle and all_open: hand it to wid_table_update. */
uint64_t wid_tree_generation(const struct wid_tree *t);

/* Opens or closes the branch at row (a leaf: the branch it is in is closed). Returns the row of the
 * branch, or WID_NONE when there is none. */
size_t wid_tree_toggle(struct wid_tree *t, size_t row);
void wid_tree_set_all_open(struct wid_tree *t, bool all);

#endif
