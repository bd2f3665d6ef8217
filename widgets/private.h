/* Inside the widgets room: what its files share and nobody else needs. */
#ifndef CAWSOLE_WIDGETS_PRIVATE_H
#define CAWSOLE_WIDGETS_PRIVATE_H

#ifndef NCURSES_NOMACROS
#define NCURSES_NOMACROS 1 /* or curses.h makes macros of words like move, clear and filter */
#endif
#include <curses.h>
#include <widgets/base.h>

/* ASCII letters to lower case, whatever the locale. */
static inline unsigned char wid_fold(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Overwrites n bytes in a way that the compiler cannot leave out. */
void wid_wipe(void *p, size_t n);

/* Where a text is cut: show bytes [0, head), the ellipsis when cut, and bytes [tail, n): cols
 * columns in all. */
struct wid_cut {
  size_t head, tail;
  bool cut;
  int cols;
};
struct wid_cut wid_cells_cut(struct wid_str s, int cols, enum wid_clip clip);

/* Attributes and colour pair of a style (enum wid_style and WID_ON_ flags) at the current depth. */
void wid_style_attr(unsigned style, attr_t *attr, short *pair);

#endif
