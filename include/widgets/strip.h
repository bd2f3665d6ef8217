/* The path strip: hops side by side, joined by arrows, each with a glyph and details, a curve
 * beside those that have one.
 *
 * Needs no state: the caller makes the hops anew for each draw. When the width is short, in this
 * order: sparklines and arrows shorten, short names stand for names, words are left out, details
 * shrink to the room there is, and at last the strip wraps into a second bank.
 */
#ifndef CAWSOLE_WIDGETS_STRIP_H
#define CAWSOLE_WIDGETS_STRIP_H

#include <widgets/base.h>

#define WID_STRIP_HOPS_MAX 16
#define WID_STRIP_DETAILS_MAX 3

struct wid_hop {
  struct wid_str name, short_name; /* short_name may be empty: name is cut instead */
  struct wid_str glyph;            /* the state's glyph */
  struct wid_str word;             /* after the glyph, may be empty: "failing", "214" */
  unsigned style;                  /* of glyph and word */
  bool joined;                     /* an arrow leads here from the hop before */
  bool faulty;                     /* the first faulty hop: its name stands out */
  bool selected;
  /* lines below; unused ones have text.n == 0 */
  struct {
    struct wid_str text;
    unsigned style;
    const double *series; /* drawn beside the text where there is room; NULL: none */
    size_t n_series;
    double high; /* what fills the curve's height, above 0; 0: a little more than the greatest */
  } details[WID_STRIP_DETAILS_MAX];
};

/* Lines needed at width w to show everything. */
int wid_strip_height(const struct wid_hop *hops, size_t n, int w);
void wid_strip_draw(WINDOW *win, struct wid_rect r, const struct wid_hop *hops, size_t n);
/* The hop at that cell when drawn so, or WID_NONE. */
size_t wid_strip_hit(struct wid_rect r, const struct wid_hop *hops, size_t n, int y, int x);

#endif
