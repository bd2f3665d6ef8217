/* The path strip. */
#include <limits.h>
#include <widgets/cells.h>
#include <widgets/spark.h>
#include <widgets/strip.h>

#define DETAIL_COLUMNS 22 /* the room details are given when there is plenty */
#define SPARK_COLUMNS 12
#define SHORT_SPARK 5
#define LONG_ARROW 3
#define SHORT_ARROW 1
#define LEAD 2 /* "▶ " before a hop that starts a bank */

/* How much is shown; each one gives up what the one before did, and more. */
enum fit { FULL, SHORT_SPARKS, SHORT_ARROWS, SHORT_NAMES, NO_WORDS, NARROW_DETAILS, WRAPPED, FITS };

struct plan {
  enum fit fit;
  int banks, rows; /* rows: lines of one bank */
  struct {
    int bank, x, w; /* x from the left of the strip */
  } at[WID_STRIP_HOPS_MAX];
};

static int width_of(struct wid_str s) {
  return wid_cells_width(s, SHRT_MAX);
}

static struct wid_str name_of(const struct wid_hop *hop, enum fit fit) {
  return fit >= SHORT_NAMES && hop->short_name.n > 0 ? hop->short_name : hop->name;
}

static struct wid_str word_of(const struct wid_hop *hop, enum fit fit) {
  return fit >= NO_WORDS ? WID_STR_LIT("") : hop->word;
}

static int head_width(const struct wid_hop *hop, enum fit fit) {
  int word = width_of(word_of(hop, fit));
  return (hop->faulty ? 1 : 0) + width_of(name_of(hop, fit)) + 1 + width_of(hop->glyph) +
         (word > 0 ? 1 + word : 0);
}

/* The widest text of those that have a curve beside them: all curves start there. */
static int curves_at(const struct wid_hop *hop) {
  int most = -1;
  for (int i = 0; i < WID_STRIP_DETAILS_MAX; i++) {
    int w = width_of(hop->details[i].text);
    if (hop->details[i].series && w > most)
      most = w;
  }
  return most;
}

static int details_width(const struct wid_hop *hop, enum fit fit) {
  int spark = fit < SHORT_SPARKS ? SPARK_COLUMNS : SHORT_SPARK, at = curves_at(hop);
  int most = at >= 0 ? at + 1 + spark : 0;
  for (int i = 0; i < WID_STRIP_DETAILS_MAX; i++) {
    int w = width_of(hop->details[i].text);
    most = w > most ? w : most;
  }
  return most < DETAIL_COLUMNS ? most : DETAIL_COLUMNS;
}

static int hop_width(const struct wid_hop *hop, enum fit fit) {
  int head = head_width(hop, fit), details = fit < NARROW_DETAILS ? details_width(hop, fit) : 0;
  return head > details ? head : details;
}

/* " ──▶ " or blanks */
static int gap_width(enum fit fit) {
  return (fit >= SHORT_ARROWS ? SHORT_ARROW : LONG_ARROW) + 2;
}

static int rows_of(const struct wid_hop *hops, size_t n) {
  int details = 0;
  for (size_t i = 0; i < n; i++)
    for (int d = details; d < WID_STRIP_DETAILS_MAX; d++)
      if (hops[i].details[d].text.n > 0)
        details = d + 1;
  return 1 + details;
}

/* Places all hops; false when one bank is not enough and fit does not allow more. */
static bool place(struct plan *plan, const struct wid_hop *hops, size_t n, int w, enum fit fit) {
  int x = 0;
  plan->fit = fit;
  plan->banks = 1;
  for (size_t i = 0; i < n; i++) {
    int width = hop_width(&hops[i], fit);
    int gap = i > 0 && x > 0 ? gap_width(fit) : 0;
    if (x + gap + width > w && x > 0) {
      if (fit < WRAPPED)
        return false;
      plan->banks++;
      x = gap = 0;
    }
    if (x == 0 && i > 0 && hops[i].joined)
      gap = LEAD;
    plan->at[i].bank = plan->banks - 1;
    plan->at[i].x = x + gap;
    plan->at[i].w = width;
    x += gap + width;
  }
  return x <= w || fit >= WRAPPED;
}

static struct plan plan_of(const struct wid_hop *hops, size_t n, int w) {
  struct plan plan = {.rows = rows_of(hops, n)};
  for (enum fit fit = FULL; fit < FITS; fit++)
    if (place(&plan, hops, n, w, fit))
      break;
  return plan;
}

static size_t bounded(size_t n) {
  return n < WID_STRIP_HOPS_MAX ? n : WID_STRIP_HOPS_MAX;
}

int wid_strip_height(const struct wid_hop *hops, size_t n, int w) {
  n = bounded(n);
  struct plan plan = plan_of(hops, n, w);
  return n > 0 ? plan.banks * plan.rows : 0;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Returns where the head ends. */
static int draw_head(WINDOW *win, struct wid_rect line, const struct wid_hop *hop, enum fit fit) {
  unsigned on = hop->selected ? WID_ON_CURSOR : 0;
  if (hop->faulty)
    wid_cells_add_c(win, &line, hop->style | on, "▸");
  wid_cells_add(win, &line, (hop->faulty ? hop->style : WID_BOLD) | on, name_of(hop, fit));
  wid_cells_add_c(win, &line, WID_NORMAL | on, " ");
  wid_cells_add(win, &line, hop->style | on, hop->glyph);
  struct wid_str word = word_of(hop, fit);
  if (word.n > 0) {
    wid_cells_add_c(win, &line, WID_NORMAL | on, " ");
    wid_cells_add(win, &line, hop->style | on, word);
  }
  return line.x;
}

/* From the end of one head to the next hop, a blank at either end. */
static void draw_arrow(WINDOW *win, int y, int from, int to) {
  struct wid_rect line = {y, from + 1, 1, to - from - 3};
  wid_cells_hline(win, line, WID_BORDER);
  struct wid_rect tip = {y, to - 2, 1, 1};
  wid_cells_add_c(win, &tip, WID_BORDER, "▶");
}

/* Room above the curve, so that a steady one does not look like the limit. */
static double ceiling_of(const double *series, size_t n) {
  double most = 0;
  for (size_t i = 0; i < n; i++)
    if (series[i] > most) /* never true for NAN */
      most = series[i];
  return most * 4 / 3;
}

static void draw_curve(WINDOW *win, struct wid_rect line, const struct wid_hop *hop, int i) {
  const double *series = hop->details[i].series;
  size_t n = hop->details[i].n_series;
  double high = hop->details[i].high;
  int at = curves_at(hop) + 1;
  line.x += at;
  line.w -= at;
  if (line.w > SPARK_COLUMNS)
    line.w = SPARK_COLUMNS;
  if (!(high > 0))
    high = ceiling_of(series, n);
  if (line.w > 1)
    wid_spark_draw(win, line, WID_SPARK, series, n, 0, high > 0 ? high : 1);
}

static void draw_below(WINDOW *win, struct wid_rect block, const struct wid_hop *hop) {
  for (int i = 0; i < WID_STRIP_DETAILS_MAX && i + 1 < block.h; i++) {
    struct wid_rect line = wid_rect_line(block, i + 1);
    if (hop->details[i].text.n > 0)
      wid_cells_put(win, line, hop->details[i].style, hop->details[i].text, WID_ALIGN_LEFT,
                    WID_CLIP_END);
    if (hop->details[i].text.n > 0 && hop->details[i].series)
      draw_curve(win, line, hop, i);
  }
}

/* The cells of hop i: up to where the next one of its bank starts. */
static struct wid_rect block_of(struct wid_rect r, const struct plan *plan, size_t n, size_t i) {
  bool last = i + 1 >= n || plan->at[i + 1].bank != plan->at[i].bank;
  int end = last ? r.w : plan->at[i + 1].x - 1;
  if (last && plan->at[i].w < DETAIL_COLUMNS && plan->at[i].x + DETAIL_COLUMNS < end)
    end = plan->at[i].x + DETAIL_COLUMNS;
  int rows = r.h / plan->banks > 0 ? r.h / plan->banks : 1;
  if (rows > plan->rows)
    rows = plan->rows;
  return (struct wid_rect){r.y + plan->at[i].bank * rows, r.x + plan->at[i].x, rows,
                           end - plan->at[i].x};
}

void wid_strip_draw(WINDOW *win, struct wid_rect r, const struct wid_hop *hops, size_t n) {
  n = bounded(n);
  struct plan plan = plan_of(hops, n, r.w);
  int end = r.x, bank = 0;
  for (size_t i = 0; i < n && r.w > 0; i++) {
    struct wid_rect block = block_of(r, &plan, n, i);
    if (block.y + block.h > r.y + r.h)
      return;
    if (hops[i].joined && i > 0)
      draw_arrow(win, block.y, plan.at[i].bank == bank ? end : r.x - 1, block.x);
    bank = plan.at[i].bank;
    end = draw_head(win, wid_rect_line(block, 0), &hops[i], plan.fit);
    draw_below(win, block, &hops[i]);
  }
}

size_t wid_strip_hit(struct wid_rect r, const struct wid_hop *hops, size_t n, int y, int x) {
  n = bounded(n);
  struct plan plan = plan_of(hops, n, r.w);
  for (size_t i = 0; i < n; i++)
    if (wid_rect_has(block_of(r, &plan, n, i), y, x))
      return i;
  return WID_NONE;
}
