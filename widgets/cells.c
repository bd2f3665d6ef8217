/* What text looks like on the screen: harmless, measured, cut. */
#include "widgets/private.h"
#include <limits.h>
#include <string.h>
#include <widgets/cells.h>

#define REPLACEMENT 0xfffdu

static bool ascii_only;

void wid_cells_set_ascii(bool ascii) {
  ascii_only = ascii;
}

bool wid_cells_ascii(void) {
  return ascii_only;
}

/* Characters that are invisible, reorder what is around them, or differ in width from terminal to
 * terminal, although wcwidth finds nothing wrong with them. */
static const struct {
  uint32_t first, last;
} strange_ranges[] = {
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* grapheme joiner */
    {0x061c, 0x061c},   /* bidi mark */
    {0x115f, 0x1160},   /* blank Hangul fillers */
    {0x17b4, 0x17b5},   /* invisible Khmer vowels */
    {0x180b, 0x180f},   /* Mongolian selectors */
    {0x200b, 0x200f},   /* zero-width, bidi marks */
    {0x2028, 0x202e},   /* separators, bidi embeddings and overrides */
    {0x2060, 0x206f},   /* invisible operators, bidi isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xfdd0, 0xfdef},   /* noncharacters */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* Hangul filler */
    {0xfff0, 0xffff},   /* annotations, the replacement itself, noncharacters */
    {0x1d173, 0x1d17a}, /* musical controls */
    {0x1f3fb, 0x1f3ff}, /* skin tones: joined by some terminals, not by others */
    {0xe0000, 0xe0fff}, /* tags, more selectors */
};

static bool is_strange(uint32_t c) {
  for (size_t i = 0; i < sizeof strange_ranges / sizeof *strange_ranges; i++)
    if (c >= strange_ranges[i].first && c <= strange_ranges[i].last)
      return true;
  return false;
}

/* The console's own glyphs where only ASCII can be shown. */
static const struct {
  uint16_t code;
  char ascii;
} stand_ins[] = {
    {0x00a0, ' '},  {0x00b5, 'u'},  {0x00b7, '.'}, {0x00d7, 'x'}, {0x2013, '-'}, {0x2014, '-'},
    {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'}, {0x2022, '*'}, {0x2026, '~'},
    {0x2190, '<'},  {0x2191, '^'},  {0x2192, '>'}, {0x2193, 'v'}, {0x2500, '-'}, {0x2501, '='},
    {0x2502, '|'},  {0x250c, '+'},  {0x2510, '+'}, {0x2514, '+'}, {0x2518, '+'}, {0x251c, '+'},
    {0x2524, '+'},  {0x252c, '+'},  {0x2534, '+'}, {0x253c, '+'}, {0x2581, '_'}, {0x2582, '.'},
    {0x2583, ','},  {0x2584, '-'},  {0x2585, '='}, {0x2586, '+'}, {0x2587, '*'}, {0x2588, '#'},
    {0x2591, '.'},  {0x2592, ':'},  {0x2593, '%'}, {0x25b2, '!'}, {0x25b4, '^'}, {0x25b6, '>'},
    {0x25b8, '>'},  {0x25bc, 'v'},  {0x25be, 'v'}, {0x25c0, '<'}, {0x25c6, '+'}, {0x25cb, 'o'},
    {0x25cc, '.'},  {0x25cf, '*'},  {0x2605, '*'}, {0x26a0, '!'}, {0x2713, 'v'}, {0x2714, 'v'},
    {0x2715, 'x'},  {0x2716, 'x'},  {0x2717, 'x'}, {0x27f3, '@'},
};

static char stand_in(uint32_t c) {
  for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++)
    if (stand_ins[i].code == c)
      return stand_ins[i].ascii;
  return '?';
}

static void glyph_set(struct wid_glyph *g, uint32_t c, int width, bool replaced) {
  g->ch[0] = (wchar_t)c;
  g->ch[1] = 0;
  g->width = width;
  g->replaced = replaced;
}

/* The width of a character that may be shown as it is; 0 for a mark, -1 for one that may not. */
static int plain_width(uint32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0) || is_strange(c))
    return -1;
  int width = wcwidth((wchar_t)c);
  return width > 2 ? -1 : width;
}

/* Bytes of the mark at the front of s, 0 when there is none. */
static size_t mark_at(struct wid_str s, uint32_t *code) {
  if (s.n == 0 || (unsigned char)s.p[0] < 0x80)
    return 0;
  size_t n = wid_utf8_decode(s, code);
  return n > 0 && plain_width(*code) == 0 ? n : 0;
}

static struct wid_str after(struct wid_str s, size_t n) {
  return (struct wid_str){s.p + n, s.n - n};
}

static size_t take_marks(struct wid_str s, struct wid_glyph *g) {
  size_t taken = 0;
  uint32_t mark;
  for (int i = 1; i <= WID_MARKS_MAX; i++) {
    size_t n = mark_at(after(s, taken), &mark);
    if (n == 0)
      break;
    g->ch[i] = (wchar_t)mark;
    g->ch[i + 1] = 0;
    taken += n;
  }
  return taken;
}

/* A run of marks with nothing to stand on: one sign for all of them. */
static size_t skip_marks(struct wid_str s) {
  size_t taken = 0, n;
  uint32_t mark;
  while ((n = mark_at(after(s, taken), &mark)) > 0)
    taken += n;
  return taken;
}

static size_t next_ascii(struct wid_str s, struct wid_glyph *g) {
  uint32_t c;
  size_t n = wid_utf8_decode(s, &c);
  if (n == 0) {
    glyph_set(g, '?', 1, true);
    return 1;
  }
  bool plain = c >= 0x20 && c < 0x7f;
  glyph_set(g, plain ? c : (uint32_t)stand_in(c), 1, !plain);
  return n;
}

size_t wid_cells_next(struct wid_str s, struct wid_glyph *out) {
  if (s.n == 0)
    return 0;
  if (ascii_only)
    return next_ascii(s, out);
  uint32_t c;
  size_t n = wid_utf8_decode(s, &c);
  if (n == 0) {
    glyph_set(out, REPLACEMENT, 1, true);
    return 1;
  }
  if (c < 0x20 || c == 0x7f) { /* U+2400 pictures C0, U+2421 pictures DEL */
    glyph_set(out, c == 0x7f ? 0x2421 : 0x2400 + c, 1, true);
    return n;
  }
  int width = c < 0x7f ? 1 : plain_width(c);
  if (width <= 0) {
    glyph_set(out, REPLACEMENT, 1, true);
    return width == 0 ? skip_marks(s) : n;
  }
  glyph_set(out, c, width, false);
  return n + take_marks(after(s, n), out);
}

/* Takes glyphs as long as they fit into cols columns; returns the bytes, *used the columns. */
static size_t take_cols(struct wid_str s, int cols, int *used) {
  struct wid_glyph g;
  size_t at = 0, n;
  *used = 0;
  while ((n = wid_cells_next(after(s, at), &g)) > 0 && g.width <= cols - *used) {
    *used += g.width;
    at += n;
  }
  return at;
}

int wid_cells_width(struct wid_str s, int limit) {
  struct wid_glyph g;
  int cols = 0;
  for (size_t n; cols < limit && (n = wid_cells_next(s, &g)) > 0; s = after(s, n))
    cols = cols > INT_MAX - 2 ? INT_MAX : cols + g.width;
  return cols < limit ? cols : limit;
}

/* Where the last part of s that fits into cols columns starts. */
static size_t tail_start(struct wid_str s, int cols, int *used) {
  struct wid_glyph g;
  int rest = wid_cells_width(s, INT_MAX);
  size_t at = 0;
  while (rest > cols) {
    at += wid_cells_next(after(s, at), &g);
    rest -= g.width;
  }
  *used = rest;
  return at;
}

struct wid_cut wid_cells_cut(struct wid_str s, int cols, enum wid_clip clip) {
  if (cols <= 0)
    return (struct wid_cut){0, s.n, false, 0};
  int whole = wid_cells_width(s, cols < INT_MAX ? cols + 1 : cols);
  if (whole <= cols)
    return (struct wid_cut){s.n, s.n, false, whole};
  struct wid_cut cut = {0, s.n, true, 1};
  int room = cols - 1, head = 0, tail = 0;
  if (clip != WID_CLIP_START)
    cut.head = take_cols(s, clip == WID_CLIP_END ? room : room / 2, &head);
  if (clip != WID_CLIP_END)
    cut.tail = tail_start(s, room - head, &tail);
  cut.cols += head + tail;
  return cut;
}

struct out {
  char *p;
  size_t n, cap;
};

static bool out_glyph(struct out *o, const struct wid_glyph *g) {
  char bytes[4 * (WID_MARKS_MAX + 1)];
  size_t n = 0;
  for (int i = 0; g->ch[i]; i++)
    n += wid_utf8_encode((uint32_t)g->ch[i], bytes + n);
  if (n >= o->cap - o->n)
    return false;
  memcpy(o->p + o->n, bytes, n);
  o->n += n;
  return true;
}

static bool out_text(struct out *o, struct wid_str s) {
  struct wid_glyph g;
  for (size_t n; (n = wid_cells_next(s, &g)) > 0; s = after(s, n))
    if (!out_glyph(o, &g))
      return false;
  return true;
}

size_t wid_cells_fit(char *out, size_t cap, struct wid_str s, int cols, enum wid_clip clip) {
  struct wid_cut cut = wid_cells_cut(s, cols, clip);
  struct out o = {out, 0, cap};
  bool ok = out_text(&o, (struct wid_str){s.p, cut.head});
  if (cut.cut) {
    ok = ok && out_text(&o, WID_STR_LIT(WID_ELLIPSIS));
    if (ok)
      out_text(&o, after(s, cut.tail));
  }
  out[o.n] = '\0';
  return o.n;
}
