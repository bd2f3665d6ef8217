/* Inside the widgets room: where a text is cut, for those who draw it and those who copy it. */
#ifndef CAWSOLE_WIDGETS_CUT_H
#define CAWSOLE_WIDGETS_CUT_H

#include <widgets/base.h>

/* Show bytes [0, head), the ellipsis when cut, and bytes [tail, n): cols columns in all. */
struct wid_cut {
  size_t head, tail;
  bool cut;
  int cols;
};

struct wid_cut wid_cells_cut(struct wid_str s, int cols, enum wid_clip clip);

#endif
