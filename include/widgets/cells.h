/* Text to cells: the only place that hands text to curses.
 *
 * Input is data from outside. It is decoded as strict UTF-8 (RFC 3629: no overlong forms, no
 * surrogates); what is not plain text is made visible and inert: C0 controls and DEL become their
 * pictures (U+2400...), and C1 controls, bidi controls, zero-width and unassigned characters,
 * combining marks beyond two on a base, and each invalid byte become U+FFFD. Without a UTF-8 locale
 * the console's own glyphs become ASCII ones and everything else '?'.
 *
 * Widths are columns of the screen, never bytes.
 */
#ifndef CAWSOLE_WIDGETS_CELLS_H
#define CAWSOLE_WIDGETS_CELLS_H

#include <wchar.h>
#include <widgets/base.h>

/* Marks kept on one base character; a run of more shows as one U+FFFD. */
#define WID_MARKS_MAX 2
/* What a cut text shows in place of what was cut. One column, in ASCII too ('~'). */
#define WID_ELLIPSIS "\xe2\x80\xa6"

/* One thing to show: a base character with its marks, harmless and of known width. */
struct wid_glyph {
  wchar_t ch[WID_MARKS_MAX + 2]; /* zero-terminated */
  int width;                     /* 1 or 2 columns */
  bool replaced;                 /* stands for something that must not be shown as it is */
};

/* Set by wid_term_init; tests set it themselves. Default: UTF-8. */
void wid_cells_set_ascii(bool ascii);
bool wid_cells_ascii(void); /* for tests */

/* Reads one glyph off the front of s. Returns the bytes taken: at least 1 while n > 0, 0 at the
 * end. */
size_t wid_cells_next(struct wid_str s, struct wid_glyph *out);

/* Columns s takes when shown whole; stops counting at limit (INT_MAX for all). */
int wid_cells_width(struct wid_str s, int limit);

/* Strict decoder. Returns the bytes of the first character (1..4) and stores it, or 0 when s does
 * not start with a valid one. */
size_t wid_utf8_decode(struct wid_str s, uint32_t *code);
/* Returns the bytes written to out (1..4), 0 when code is no character. */
size_t wid_utf8_encode(uint32_t code, char out[4]);

/* s made harmless and cut to cols columns, as NUL-terminated UTF-8 (ASCII in ASCII mode) in out.
 * Returns the bytes written without the NUL; never splits a character, stops early when cap is
 * small. cap >= 1. */
size_t wid_cells_fit(char *out, size_t cap, struct wid_str s, int cols, enum wid_clip clip);

/* ---- drawing --------------------------------------------------------------------------------- */
/* All drawing is cut to the rectangle and to the window. style is an enum wid_style with WID_ON_
 * flags. */

/* s in the first line of r: cut, aligned, and padded with blanks to the whole width of r. */
void wid_cells_put(WINDOW *win, struct wid_rect r, unsigned style, struct wid_str s,
                   enum wid_align align, enum wid_clip clip);

/* Running text: draws s at the left of *rest, as much as fits (cut at its end), and takes what it
 * used off *rest. Returns the columns used. */
int wid_cells_add(WINDOW *win, struct wid_rect *rest, unsigned style, struct wid_str s);
int wid_cells_add_c(WINDOW *win, struct wid_rect *rest, unsigned style, const char *cstr);
/* At most 512 bytes once formatted; more is cut. */
int wid_cells_addf(WINDOW *win, struct wid_rect *rest, unsigned style, const char *fmt, ...)
    WID_PRINTF(4, 5);

/* Blanks in all of r. */
void wid_cells_fill(WINDOW *win, struct wid_rect r, unsigned style);
/* A horizontal line through the first line of r. */
void wid_cells_hline(WINDOW *win, struct wid_rect r, unsigned style);
/* A border along the edge of r (at least 2 by 2). */
void wid_cells_box(WINDOW *win, struct wid_rect r, unsigned style);

#endif
