/* Numbers as blocks. */
#include <math.h>
#include <string.h>
#include <widgets/cells.h>
#include <widgets/spark.h>

#define LEVELS 8
#define DRAWN_MAX 512

static size_t append(char *out, size_t cap, size_t at, const char *s) {
  size_t n = strlen(s);
  if (n >= cap - at)
    return at;
  memcpy(out + at, s, n + 1);
  return at + n;
}

static void find_scale(const double *values, size_t n, double *low, double *high) {
  *low = 0;
  *high = 0;
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(values[i]))
      continue;
    if (values[i] < *low)
      *low = values[i];
    if (!any || values[i] > *high)
      *high = values[i];
    any = true;
  }
}

static const char *block(double value, double low, double high) {
  static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  if (isnan(value))
    return " ";
  double share = high > low ? (value - low) / (high - low) : 0;
  /* infinite values make it NaN, which is neither */
  return blocks[share >= 1 ? LEVELS - 1 : share > 0 ? (int)(share * LEVELS) : 0];
}

size_t wid_spark_text(char *out, size_t cap, const double *values, size_t n, int cols, double low,
                      double high) {
  size_t at = 0, room = cols > 0 ? (size_t)cols : 0;
  out[0] = '\0';
  if (n > room) {
    values += n - room;
    n = room;
  }
  if (!(low < high))
    find_scale(values, n, &low, &high);
  for (size_t i = n; i < room; i++)
    at = append(out, cap, at, " ");
  for (size_t i = 0; i < n; i++)
    at = append(out, cap, at, block(values[i], low, high));
  return at;
}

void wid_spark_draw(WINDOW *win, struct wid_rect r, unsigned style, const double *values, size_t n,
                    double low, double high) {
  char text[3 * DRAWN_MAX + 1];
  int cols = r.w < DRAWN_MAX ? r.w : DRAWN_MAX;
  size_t bytes = wid_spark_text(text, sizeof text, values, n, cols, low, high);
  wid_cells_put(win, r, style, (struct wid_str){text, bytes}, WID_ALIGN_RIGHT, WID_CLIP_END);
}

size_t wid_gauge_text(char *out, size_t cap, double share, int cols) {
  size_t at = 0;
  out[0] = '\0';
  int full = isnan(share) || share <= 0 ? 0 : share >= 1 ? cols : (int)(share * cols);
  for (int i = 0; i < cols; i++)
    at = append(out, cap, at, isnan(share) ? "·" : i < full ? "█" : "░");
  return at;
}

void wid_gauge_draw(WINDOW *win, struct wid_rect r, unsigned style, double share,
                    struct wid_str label) {
  char text[3 * DRAWN_MAX + 1];
  struct wid_rect rest = wid_rect_line(r, 0);
  int label_cols = label.n > 0 ? wid_cells_width(label, 64) + 1 : 0;
  int cols = rest.w - label_cols >= 4 ? rest.w - label_cols : rest.w;
  size_t bytes = wid_gauge_text(text, sizeof text, share, cols < DRAWN_MAX ? cols : DRAWN_MAX);
  wid_cells_add(win, &rest, style, (struct wid_str){text, bytes});
  if (rest.w > 0) {
    wid_cells_add_c(win, &rest, WID_NORMAL, " ");
    wid_cells_add(win, &rest, WID_NORMAL, label);
  }
}
