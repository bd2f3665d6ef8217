/* Lines and edges: title line, hint line, pane tabs, pane frames. No state; the caller makes the
 * parts anew for each draw. */
#ifndef CAWSOLE_WIDGETS_BAR_H
#define CAWSOLE_WIDGETS_BAR_H

#include <widgets/base.h>

#define WID_BAR_PARTS_MAX 32

/* ---- bar: parts at the left and at the right, the least important left out first ------------- */
struct wid_part {
  struct wid_str text;
  unsigned style;
  int priority;         /* 0: never left out (cut at last); otherwise the highest goes first */
  bool right;           /* stands at the right end */
  struct wid_str brief; /* in place of text where the line is short; empty: text */
  int least;            /* columns that its middle may be cut down to; 0: it is not cut */
};
/* Two blanks between parts; one, and brief words, where the line is short; then parts are cut, and
 * at last left out. base fills the line. */
void wid_bar_draw(WINDOW *win, struct wid_rect r, unsigned base, const struct wid_part *parts,
                  size_t n);

/* ---- hints: "k label" pairs, left out from the right ----------------------------------------- */
struct wid_hint {
  struct wid_str key, label;
  bool always; /* kept while others are left out (the last ones: "? help") */
};
void wid_hints_draw(WINDOW *win, struct wid_rect r, const struct wid_hint *hints, size_t n);

/* ---- tabs ------------------------------------------------------------------------------------ */
struct wid_tab {
  struct wid_str title;
  struct wid_str glyph; /* state, may be empty */
  unsigned style;       /* of the glyph */
};
/* " 1 CloudFront ●  2 Targets ▲ ...": titles shorten when the line is short; the current one is
 * always whole. */
void wid_tabs_draw(WINDOW *win, struct wid_rect r, const struct wid_tab *tabs, size_t n,
                   size_t current);
size_t wid_tabs_hit(struct wid_rect r, const struct wid_tab *tabs, size_t n, size_t current, int y,
                    int x);

/* ---- frame: a pane's border ------------------------------------------------------------------ */
struct wid_frame {
  int number; /* 0: none */
  struct wid_str title;
  struct wid_str extra; /* after the title, dimmer: filter, counts; may be empty */
  struct wid_str right; /* age and state, at the right; may be empty */
  unsigned right_style;
  bool focused;
};
/* Draws the border and returns what is inside. */
struct wid_rect wid_frame_draw(WINDOW *win, struct wid_rect r, const struct wid_frame *frame);

#endif
