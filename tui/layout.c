#include "tui/layout.h"

#define LEAST 5 /* lines of a pane: frame, heads, two rows */
#define NONE ((size_t)-1)

/* Panes of each column from top to bottom, and the columns' shares of the width, for each number of
 * columns; ended by NONE. */
struct column {
  int share; /* of 100 */
  size_t panes[TUI_PANES + 1];
};

static const struct plan {
  int min_w, min_h, n;
  struct column columns[3];
} plans[] = {
    {180, 40, 3, {{28, {0, 1, NONE}}, {40, {2, 3, 4, NONE}}, {32, {5, NONE}}}},
    {110, 30, 2, {{46, {0, 1, 5, NONE}}, {54, {2, 3, 4, NONE}}}},
};

static int sum(const int *v, size_t n) {
  int total = 0;
  for (size_t i = 0; i < n; i++)
    total += v[i];
  return total;
}

/* Shares h lines out: each gets what it wants while there is enough; else the small ones get all
 * they want and the large ones the same. What nobody wants goes to the last. */
static void share_lines(int h, const int *want, size_t n, int *out) {
  int left = h;
  for (size_t i = 0; i < n; i++) {
    out[i] = want[i] < LEAST ? want[i] : LEAST;
    left -= out[i];
  }
  while (left > 0) {
    size_t hungry = 0;
    for (size_t i = 0; i < n; i++)
      hungry += out[i] < want[i];
    if (!hungry)
      break;
    for (size_t i = 0; i < n && left > 0; i++)
      if (out[i] < want[i]) {
        out[i]++;
        left--;
      }
  }
  if (n > 0 && left > 0)
    out[n - 1] += left;
}

static void place_column(struct tui_layout *out, struct wid_rect r, const struct column *c,
                         const int want[TUI_PANES]) {
  int wanted[TUI_PANES], got[TUI_PANES];
  size_t n = 0;
  while (c->panes[n] != NONE) {
    wanted[n] = want[c->panes[n]];
    n++;
  }
  share_lines(r.h, wanted, n, got);
  if (sum(got, n) > r.h) /* too low for all: the last ones go */
    while (n && sum(got, n) > r.h)
      n--;
  for (size_t i = 0; i < n; i++) {
    out->panes[c->panes[i]] = (struct wid_rect){r.y, r.x, got[i], r.w};
    r.y += got[i];
  }
}

static const struct plan *plan_for(int w, int h) {
  for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
    if (w >= plans[i].min_w && h >= plans[i].min_h)
      return &plans[i];
  return NULL;
}

void tui_layout(struct tui_layout *out, struct wid_rect area, int screen_w, int screen_h,
                const int want[TUI_PANES], size_t focus, bool zoom) {
  const struct plan *plan = plan_for(screen_w, screen_h);
  *out = (struct tui_layout){.tabs = !plan && !zoom};
  if (out->tabs) {
    out->bar = wid_rect_line(area, 0);
    area.y++;
    area.h--;
  }
  if (!plan || zoom) {
    out->panes[focus] = area;
    return;
  }
  int x = area.x;
  for (int i = 0; i < plan->n; i++) {
    struct wid_rect r = {area.y, x, area.h, area.w * plan->columns[i].share / 100};
    if (i == plan->n - 1)
      r.w = area.x + area.w - x;
    place_column(out, r, &plan->columns[i], want);
    x += r.w;
  }
}
