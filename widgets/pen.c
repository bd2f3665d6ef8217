/* The pen: cells gathered and handed to curses a run at a time. */
#include "widgets/private.h"
#include <stdarg.h>
#include <stdio.h>
#include <widgets/cells.h>
#include <widgets/term.h>

#define PEN_CELLS 128
#define FORMATTED_MAX 512

struct pen {
  WINDOW *win;
  int y, x, end; /* where the gathered cells start; the column that may not be written any more */
  int cols;      /* columns of the gathered cells */
  attr_t attr;
  short pair;
  int n;
  cchar_t cells[PEN_CELLS];
};

/* False when no cell of the line lies inside the window. Columns left of the window are cut off. */
static bool pen_init(struct pen *pen, WINDOW *win, struct wid_rect r, unsigned style) {
  int h = getmaxy(win), w = getmaxx(win);
  pen->win = win;
  pen->y = r.y;
  pen->x = r.x > 0 ? r.x : 0;
  pen->end = r.w < w - r.x ? r.x + r.w : w;
  pen->cols = pen->n = 0;
  wid_style_attr(style, &pen->attr, &pen->pair);
  return r.h > 0 && r.y >= 0 && r.y < h && pen->x < pen->end;
}

static void pen_flush(struct pen *pen) {
  if (pen->n > 0)
    mvwadd_wchnstr(pen->win, pen->y, pen->x, pen->cells, pen->n);
  pen->x += pen->cols;
  pen->cols = pen->n = 0;
}

static bool pen_glyph(struct pen *pen, const struct wid_glyph *g) {
  if (pen->x + pen->cols + g->width > pen->end)
    return false;
  if (pen->n == PEN_CELLS)
    pen_flush(pen);
  if (setcchar(&pen->cells[pen->n], g->ch, pen->attr, pen->pair, NULL) == ERR)
    return false;
  pen->n++;
  pen->cols += g->width;
  return true;
}

static void pen_text(struct pen *pen, struct wid_str s) {
  struct wid_glyph g;
  for (size_t n; (n = wid_cells_next(s, &g)) > 0; s = (struct wid_str){s.p + n, s.n - n})
    if (!pen_glyph(pen, &g))
      return;
}

static void pen_repeat(struct pen *pen, struct wid_str glyph, int times) {
  struct wid_glyph g;
  if (wid_cells_next(glyph, &g) == 0)
    return;
  while (times-- > 0 && pen_glyph(pen, &g))
    ;
}

static void pen_cut(struct pen *pen, struct wid_str s, struct wid_cut cut) {
  pen_text(pen, (struct wid_str){s.p, cut.head});
  if (cut.cut) {
    pen_text(pen, WID_STR_LIT(WID_ELLIPSIS));
    pen_text(pen, (struct wid_str){s.p + cut.tail, s.n - cut.tail});
  }
}

void wid_cells_put(WINDOW *win, struct wid_rect r, unsigned style, struct wid_str s,
                   enum wid_align align, enum wid_clip clip) {
  struct pen pen;
  if (!pen_init(&pen, win, r, style))
    return;
  struct wid_cut cut = wid_cells_cut(s, r.w, clip);
  int spare = r.w - cut.cols;
  int before = align == WID_ALIGN_RIGHT ? spare : align == WID_ALIGN_CENTER ? spare / 2 : 0;
  pen_repeat(&pen, WID_STR_LIT(" "), before);
  pen_cut(&pen, s, cut);
  pen_repeat(&pen, WID_STR_LIT(" "), spare - before);
  pen_flush(&pen);
}

int wid_cells_add(WINDOW *win, struct wid_rect *rest, unsigned style, struct wid_str s) {
  struct pen pen;
  struct wid_cut cut = wid_cells_cut(s, rest->h > 0 ? rest->w : 0, WID_CLIP_END);
  if (pen_init(&pen, win, *rest, style)) {
    pen_cut(&pen, s, cut);
    pen_flush(&pen);
  }
  rest->x += cut.cols;
  rest->w -= cut.cols;
  return cut.cols;
}

int wid_cells_add_c(WINDOW *win, struct wid_rect *rest, unsigned style, const char *cstr) {
  return wid_cells_add(win, rest, style, wid_str_from(cstr));
}

int wid_cells_addf(WINDOW *win, struct wid_rect *rest, unsigned style, const char *fmt, ...) {
  char text[FORMATTED_MAX];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return n < 0 ? 0 : wid_cells_add_c(win, rest, style, text);
}

void wid_cells_fill(WINDOW *win, struct wid_rect r, unsigned style) {
  for (int line = 0; line < r.h; line++)
    wid_cells_put(win, wid_rect_line(r, line), style, WID_STR_LIT(""), WID_ALIGN_LEFT,
                  WID_CLIP_END);
}

/* left, middle repeated, right */
static void edge(WINDOW *win, struct wid_rect r, unsigned style, struct wid_str left,
                 struct wid_str middle, struct wid_str right) {
  struct pen pen;
  if (!pen_init(&pen, win, r, style))
    return;
  pen_text(&pen, left);
  pen_repeat(&pen, middle, r.w - (left.n > 0) - (right.n > 0));
  pen_text(&pen, right);
  pen_flush(&pen);
}

void wid_cells_hline(WINDOW *win, struct wid_rect r, unsigned style) {
  edge(win, r, style, WID_STR_LIT(""), WID_STR_LIT("─"), WID_STR_LIT(""));
}

void wid_cells_box(WINDOW *win, struct wid_rect r, unsigned style) {
  if (r.h < 2 || r.w < 2)
    return;
  edge(win, wid_rect_line(r, 0), style, WID_STR_LIT("┌"), WID_STR_LIT("─"), WID_STR_LIT("┐"));
  for (int line = 1; line < r.h - 1; line++) {
    struct wid_rect left = {r.y + line, r.x, 1, 1}, right = {r.y + line, r.x + r.w - 1, 1, 1};
    edge(win, left, style, WID_STR_LIT("│"), WID_STR_LIT(""), WID_STR_LIT(""));
    edge(win, right, style, WID_STR_LIT("│"), WID_STR_LIT(""), WID_STR_LIT(""));
  }
  edge(win, wid_rect_line(r, r.h - 1), style, WID_STR_LIT("└"), WID_STR_LIT("─"), WID_STR_LIT("┘"));
}
