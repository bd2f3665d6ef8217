/* Inside the widgets room: what the files of the table share. */
#ifndef CAWSOLE_WIDGETS_TABLE_PRIVATE_H
#define CAWSOLE_WIDGETS_TABLE_PRIVATE_H

#include <widgets/table.h>

/* Columns of the gutter: the cursor's sign and the mark. */
#define WID_TABLE_GUTTER 2

struct wid_table_node {
  uint32_t parent; /* source row, or UINT32_MAX */
  uint32_t level;
};

/* ---- table_order.c: which rows are shown, in which order ----------------------------------------
 */
/* Fills t->order from the source. t->narrowed: only rows shown now can be shown after. */
void wid_table_reorder(struct wid_table *t);

/* ---- table_draw.c ---------------------------------------------------------------------------- */
/* Widths for the room there is; 0 leaves the column out. */
void wid_table_layout(struct wid_table *t, int room);
/* Lines of the page that no row needs, as it was drawn last. */
int wid_table_spare(const struct wid_table *t);
/* Lines of a shown row; what it has beyond one comes off *spare. */
int wid_table_lines(const struct wid_table *t, size_t shown, int *spare);

#endif
