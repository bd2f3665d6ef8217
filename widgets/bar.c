/* Lines and edges: title line, hint line, pane tabs, pane frames. */
#include <limits.h>
#include <widgets/bar.h>
#include <widgets/cells.h>

#define PART_GAP 2

static int width_of(struct wid_str s) {
  return wid_cells_width(s, SHRT_MAX);
}

/* ---- bar ------------------------------------------------------------------------------------- */

static struct wid_str text_of(const struct wid_part *part, int gap) {
  return gap < PART_GAP && part->brief.n > 0 ? part->brief : part->text;
}

/* Columns of each part as it is to be drawn; 0: left out. */
struct widths {
  int of[WID_BAR_PARTS_MAX];
  int gap;
};

static int parts_width(const struct widths *w, const struct wid_part *parts, size_t n, bool left,
                       bool right) {
  int sum = 0;
  for (size_t i = 0; i < n; i++)
    if (w->of[i] > 0 && (parts[i].right ? right : left))
      sum += w->of[i] + (sum > 0 ? w->gap : 0);
  return sum;
}

static void measure_parts(struct widths *w, const struct wid_part *parts, size_t n, int gap) {
  w->gap = gap;
  for (size_t i = 0; i < n; i++)
    w->of[i] = parts[i].text.n > 0 ? width_of(text_of(&parts[i], gap)) : 0;
}

/* Cuts what may be cut, the last first, as far as needed. */
static void cut_parts(struct widths *w, const struct wid_part *parts, size_t n, int over) {
  for (size_t i = n; i-- > 0 && over > 0;) {
    int most = parts[i].least > 0 ? w->of[i] - parts[i].least : 0;
    int cut = most < over ? most : over;
    if (cut > 0) {
      w->of[i] -= cut;
      over -= cut;
    }
  }
}

/* Gives back what was cut and has room again. */
static void mend_parts(struct widths *w, const struct wid_part *parts, size_t n, int spare) {
  for (size_t i = 0; i < n && spare > 0; i++) {
    int lost = w->of[i] > 0 ? width_of(text_of(&parts[i], w->gap)) - w->of[i] : 0;
    int gain = lost < spare ? lost : spare;
    w->of[i] += gain;
    spare -= gain;
  }
}

/* Leaves out the least important part, the last of equals. */
static bool drop_part(struct widths *w, const struct wid_part *parts, size_t n) {
  size_t least = WID_NONE;
  for (size_t i = 0; i < n; i++)
    if (w->of[i] > 0 && parts[i].priority > 0 &&
        (least == WID_NONE || parts[i].priority >= parts[least].priority))
      least = i;
  if (least != WID_NONE)
    w->of[least] = 0;
  return least != WID_NONE;
}

/* All that fits in so many columns: whole, else in brief, else cut, else without the least. */
static void fit_parts(struct widths *w, const struct wid_part *parts, size_t n, int room) {
  measure_parts(w, parts, n, PART_GAP);
  if (parts_width(w, parts, n, true, true) <= room)
    return;
  measure_parts(w, parts, n, 1);
  cut_parts(w, parts, n, parts_width(w, parts, n, true, true) - room);
  while (parts_width(w, parts, n, true, true) > room && drop_part(w, parts, n))
    ;
  mend_parts(w, parts, n, room - parts_width(w, parts, n, true, true));
}

static void draw_parts(WINDOW *win, struct wid_rect rest, unsigned base,
                       const struct wid_part *parts, size_t n, const struct widths *w, bool right) {
  bool first = true;
  for (size_t i = 0; i < n; i++) {
    if (w->of[i] == 0 || parts[i].right != right)
      continue;
    if (!first)
      wid_cells_add_c(win, &rest, base, w->gap < PART_GAP ? " " : "  ");
    struct wid_rect cells = {rest.y, rest.x, rest.h, w->of[i] < rest.w ? w->of[i] : rest.w};
    wid_cells_put(win, cells, parts[i].style, text_of(&parts[i], w->gap), WID_ALIGN_LEFT,
                  parts[i].least > 0 ? WID_CLIP_MIDDLE : WID_CLIP_END);
    rest.x += cells.w;
    rest.w -= cells.w;
    first = false;
  }
}

void wid_bar_draw(WINDOW *win, struct wid_rect r, unsigned base, const struct wid_part *parts,
                  size_t n) {
  struct widths w;
  if (n > WID_BAR_PARTS_MAX)
    n = WID_BAR_PARTS_MAX;
  wid_cells_put(win, r, base, WID_STR_LIT(""), WID_ALIGN_LEFT, WID_CLIP_END);
  struct wid_rect inner = wid_rect_inset(wid_rect_line(r, 0), 0, 1);
  fit_parts(&w, parts, n, inner.w);
  int right = parts_width(&w, parts, n, false, true);
  struct wid_rect left = inner, end = inner;
  if (right > inner.w)
    right = inner.w;
  end.x += inner.w - right;
  end.w = right;
  left.w -= right > 0 ? right + w.gap : 0;
  draw_parts(win, left, base, parts, n, &w, false);
  draw_parts(win, end, base, parts, n, &w, true);
}

/* ---- hints ----------------------------------------------------------------------------------- */

static int hint_width(const struct wid_hint *hint) {
  return width_of(hint->key) + 1 + width_of(hint->label) + PART_GAP;
}

void wid_hints_draw(WINDOW *win, struct wid_rect r, const struct wid_hint *hints, size_t n) {
  struct wid_rect rest = wid_rect_inset(wid_rect_line(r, 0), 0, 1);
  int always = -PART_GAP;
  for (size_t i = 0; i < n; i++)
    always += hints[i].always ? hint_width(&hints[i]) : 0;
  int room = rest.w - (always > 0 ? always : 0);
  bool full = false, first = true;
  for (size_t i = 0; i < n; i++) {
    if (!hints[i].always) {
      room -= hint_width(&hints[i]);
      full = full || room < 0; /* those that follow are less important, even if they would fit */
      if (full)
        continue;
    }
    wid_cells_add_c(win, &rest, WID_HINT, first ? "" : "  ");
    first = false;
    wid_cells_add(win, &rest, WID_HINT_KEY, hints[i].key);
    wid_cells_add_c(win, &rest, WID_HINT, " ");
    wid_cells_add(win, &rest, WID_HINT, hints[i].label);
  }
}

/* ---- tabs ------------------------------------------------------------------------------------ */

static int digits_of(size_t number) {
  int digits = 1;
  while (number >= 10) {
    number /= 10;
    digits++;
  }
  return digits;
}

/* " N title glyph " with at most cap columns of the title */
static int tab_width(const struct wid_tab *tab, size_t i, int cap) {
  int title = wid_cells_width(tab->title, cap > 0 ? cap : 0);
  int glyph = width_of(tab->glyph);
  return 2 + digits_of(i + 1) + (title > 0 ? title + 1 : 0) + (glyph > 0 ? glyph + 1 : 0);
}

/* The columns each title may take so that all tabs fit; the current one is not cut. */
static int title_cap(const struct wid_tab *tabs, size_t n, size_t current, int w) {
  int cap = 32;
  for (; cap > 0; cap--) {
    int sum = 0;
    for (size_t i = 0; i < n; i++)
      sum += tab_width(&tabs[i], i, i == current ? SHRT_MAX : cap);
    if (sum <= w)
      break;
  }
  return cap;
}

void wid_tabs_draw(WINDOW *win, struct wid_rect r, const struct wid_tab *tabs, size_t n,
                   size_t current) {
  struct wid_rect rest = wid_rect_line(r, 0);
  int cap = title_cap(tabs, n, current, r.w);
  for (size_t i = 0; i < n; i++) {
    unsigned on = i == current ? WID_ON_CURSOR : 0;
    int room = wid_cells_width(tabs[i].title, i == current ? SHRT_MAX : cap);
    wid_cells_addf(win, &rest, WID_HINT_KEY | on, " %zu ", i + 1);
    if (room > 0) {
      struct wid_rect title = {rest.y, rest.x, rest.h, room < rest.w ? room : rest.w};
      wid_cells_put(win, title, WID_NORMAL | on, tabs[i].title, WID_ALIGN_LEFT, WID_CLIP_END);
      rest.x += title.w;
      rest.w -= title.w;
      wid_cells_add_c(win, &rest, WID_NORMAL | on, " ");
    }
    if (tabs[i].glyph.n > 0) {
      wid_cells_add(win, &rest, tabs[i].style | on, tabs[i].glyph);
      wid_cells_add_c(win, &rest, WID_NORMAL | on, " ");
    }
  }
}

size_t wid_tabs_hit(struct wid_rect r, const struct wid_tab *tabs, size_t n, size_t current, int y,
                    int x) {
  if (!wid_rect_has(wid_rect_line(r, 0), y, x))
    return WID_NONE;
  int cap = title_cap(tabs, n, current, r.w), left = r.x;
  for (size_t i = 0; i < n; i++) {
    left += tab_width(&tabs[i], i, i == current ? SHRT_MAX : cap);
    if (x < left)
      return i;
  }
  return WID_NONE;
}

/* ---- frame ----------------------------------------------------------------------------------- */

/* Text on the border, a blank on either side. */
static void on_border(WINDOW *win, struct wid_rect *rest, unsigned style, struct wid_str s) {
  if (s.n == 0 || rest->w < 4)
    return;
  wid_cells_add_c(win, rest, style, " ");
  rest->w--; /* for the blank after */
  wid_cells_add(win, rest, style, s);
  rest->w++;
  wid_cells_add_c(win, rest, style, " ");
}

struct wid_rect wid_frame_draw(WINDOW *win, struct wid_rect r, const struct wid_frame *frame) {
  unsigned border = frame->focused ? WID_BORDER_FOCUS : WID_BORDER;
  wid_cells_box(win, r, border);
  struct wid_rect rest = wid_rect_line(r, 0);
  rest.x++;
  rest.w -= 2;
  /* the age gives way to the title's first dozen columns, the rest of the title to the age */
  int title = width_of(frame->title), right = width_of(frame->right);
  int least = (title < 12 ? title : 12) + (frame->number > 0 ? 2 : 0) + 2;
  if (right > 0 && right + 2 + least <= rest.w) {
    struct wid_rect end = {rest.y, rest.x + rest.w - right - 2, rest.h, right + 2};
    on_border(win, &end, frame->right_style, frame->right);
    rest.w -= right + 2;
  }
  if (frame->number > 0)
    wid_cells_addf(win, &rest, WID_HINT_KEY, " %d", frame->number);
  on_border(win, &rest, frame->focused ? WID_BOLD : WID_NORMAL, frame->title);
  if (width_of(frame->extra) + 3 <= rest.w) {
    wid_cells_add_c(win, &rest, border, "─");
    on_border(win, &rest, WID_DIM, frame->extra);
  }
  return wid_rect_inset(r, 1, 1);
}
