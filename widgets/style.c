/* What a style looks like at each depth. */
#include "widgets/term_private.h"

/* Colours that can be read on dark and on light backgrounds alike; -1 is the terminal's own. The 8
 * basic colours serve 16-colour terminals too, brighter through A_BOLD. */
struct look {
  short fg, bg;   /* of 256 */
  short fg8, bg8; /* of 8 */
  attr_t attr;    /* with colours */
  attr_t mono;    /* without */
};

static const struct look looks[WID_STYLE_COUNT] = {
    [WID_NORMAL] = {-1, -1, -1, -1, A_NORMAL, A_NORMAL},
    [WID_DIM] = {244, -1, -1, -1, A_NORMAL, A_DIM},
    [WID_BOLD] = {-1, -1, -1, -1, A_BOLD, A_BOLD},
    [WID_TITLE] = {255, 236, COLOR_WHITE, COLOR_BLUE, A_NORMAL, A_REVERSE},
    [WID_TITLE_WARN] = {16, 178, COLOR_BLACK, COLOR_YELLOW, A_NORMAL, A_NORMAL},
    [WID_TITLE_ALERT] = {231, 124, COLOR_WHITE, COLOR_RED, A_BOLD, A_REVERSE | A_BOLD},
    [WID_TITLE_PROD] = {231, 90, COLOR_WHITE, COLOR_MAGENTA, A_BOLD, A_BOLD},
    [WID_OK] = {71, -1, COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
    [WID_WARN] = {178, -1, COLOR_YELLOW, -1, A_NORMAL, A_BOLD},
    [WID_BAD] = {203, -1, COLOR_RED, -1, A_BOLD, A_BOLD | A_UNDERLINE},
    [WID_UNKNOWN] = {139, -1, COLOR_MAGENTA, -1, A_NORMAL, A_NORMAL},
    [WID_NOTE] = {74, -1, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [WID_ACCENT] = {74, -1, COLOR_CYAN, -1, A_NORMAL, A_BOLD},
    [WID_HEADER] = {109, -1, COLOR_GREEN, -1, A_BOLD, A_BOLD},
    [WID_HINT_KEY] = {74, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [WID_HINT] = {246, -1, -1, -1, A_NORMAL, A_NORMAL},
    [WID_BORDER] = {242, -1, COLOR_BLUE, -1, A_NORMAL, A_NORMAL},
    [WID_BORDER_FOCUS] = {74, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [WID_FIELD] = {252, 236, COLOR_WHITE, COLOR_BLUE, A_NORMAL, A_UNDERLINE},
    [WID_FIELD_FOCUS] = {255, 24, COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE},
    [WID_ERROR] = {203, -1, COLOR_RED, -1, A_BOLD, A_BOLD},
    [WID_ADDED] = {71, -1, COLOR_GREEN, -1, A_NORMAL, A_BOLD},
    [WID_REMOVED] = {203, -1, COLOR_RED, -1, A_NORMAL, A_DIM},
    [WID_SPARK] = {109, -1, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
};

enum variant { PLAIN, CURSOR, FAINT, VARIANTS };

static enum wid_depth depth = WID_MONO;
static bool own_colors; /* -1 works as the terminal's own colour */

static short pair_of(unsigned style, enum variant variant) {
  return (short)(1 + (int)variant * WID_STYLE_COUNT + (int)style);
}

static bool define_pair(short pair, short fg, short bg) {
  if (!own_colors) {
    fg = fg < 0 ? COLOR_WHITE : fg;
    bg = bg < 0 ? COLOR_BLACK : bg;
  }
  return init_pair(pair, fg, bg) != ERR;
}

static bool define_256(void) {
  static const short bg[VARIANTS] = {[CURSOR] = 24, [FAINT] = 238};
  bool ok = true;
  for (unsigned s = 0; s < WID_STYLE_COUNT; s++) {
    const struct look *l = &looks[s];
    ok = ok && define_pair(pair_of(s, PLAIN), l->fg, l->bg);
    for (enum variant v = CURSOR; v < VARIANTS; v++)
      ok = ok && define_pair(pair_of(s, v), l->fg < 0 ? 255 : l->fg, bg[v]);
  }
  return ok;
}

/* One pair for all of a row under the cursor: state colours on a coloured bar cannot be read with 8
 * colours, and glyph and word say the same. */
static bool define_8(void) {
  bool ok = true;
  for (unsigned s = 0; s < WID_STYLE_COUNT; s++)
    ok = ok && define_pair(pair_of(s, PLAIN), looks[s].fg8, looks[s].bg8);
  return ok && define_pair(pair_of(0, CURSOR), COLOR_BLACK, COLOR_CYAN);
}

enum wid_depth wid_style_init(enum wid_depth wanted) {
  depth = WID_MONO;
  if (wanted == WID_MONO || !has_colors() || start_color() == ERR)
    return depth;
  own_colors = use_default_colors() != ERR;
  if (wanted == WID_COLOR_256 && COLORS >= 256 && define_256())
    depth = WID_COLOR_256;
  else if (COLORS >= 8 && define_8())
    depth = wanted == WID_COLOR_8 || COLORS < 16 ? WID_COLOR_8 : WID_COLOR_16;
  return depth;
}

void wid_style_attr(unsigned style, attr_t *attr, short *pair) {
  unsigned s = style & 0xff;
  if (s >= WID_STYLE_COUNT)
    s = WID_NORMAL;
  if (style & WID_ON_STALE)
    s = WID_DIM;
  enum variant v = style & WID_ON_CURSOR ? CURSOR : style & WID_ON_FAINT_CURSOR ? FAINT : PLAIN;
  const struct look *l = &looks[s];
  *pair = 0;
  *attr = depth == WID_MONO ? l->mono : l->attr;
  if (depth == WID_COLOR_256) {
    *pair = pair_of(s, v);
    return;
  }
  if (depth != WID_MONO)
    *pair = v == CURSOR ? pair_of(0, CURSOR) : pair_of(s, PLAIN);
  if (depth != WID_MONO && s == WID_DIM && v != CURSOR)
    *attr = A_DIM;
  if (v == CURSOR && depth == WID_MONO)
    *attr |= A_REVERSE;
  if (v == FAINT)
    *attr |= A_UNDERLINE;
}
