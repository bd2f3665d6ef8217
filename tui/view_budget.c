/* What watching costs: calls by published limit, how far each API was slowed, and metrics in money.
 */
#include "tui/page.h"

#include <stdio.h>
#include <stdlib.h>

struct budget {
  struct tui_view view;
  struct tui_page page;
};

static struct budget *budget_of(const struct tui_view *v) {
  return (struct budget *)(uintptr_t)v;
}

static void add_use(struct wid_text *t, const struct stack_api_use *use) {
  char value[160];
  int n =
      snprintf(value, sizeof value, "%6llu calls   %g a second %s", (unsigned long long)use->calls,
               use->limit->rate, use->limit->published ? "published" : "assumed");
  if (use->throttles && n > 0 && (size_t)n < sizeof value)
    n += snprintf(value + n, sizeof value - (size_t)n, "   throttled %llu",
                  (unsigned long long)use->throttles);
  if (use->slowed > 1 && n > 0 && (size_t)n < sizeof value)
    snprintf(value + n, sizeof value - (size_t)n, "   asked %.0f times less often", use->slowed);
  wid_text_add_pair(t, 36, use->limit->name, use->throttles ? WID_WARN : WID_NORMAL,
                    wid_str_from(value));
}

static void build(struct budget *b) {
  const struct stack *s = b->view.tui->stack;
  const struct stack_api_use *uses;
  size_t n = stack_api_uses(s, &uses);
  struct stack_budget sum = stack_budget(s);
  struct wid_text *t = &b->page.text;
  wid_text_clear(t);
  wid_text_addf(t, WID_NORMAL, "%u calls in the last minute, %llu in all, %.1f MiB read",
                sum.calls_last_minute, (unsigned long long)sum.calls_total,
                (double)sum.bytes_total / (1024 * 1024));
  wid_text_addf(t, WID_NORMAL, "Metrics cost about USD %.2f a month at this pace",
                sum.metrics_cost_month);
  int64_t skew = stack_clock_skew(s);
  if (skew > 1 || skew < -1)
    wid_text_addf(t, WID_WARN, "This machine's clock is %lld s %s AWS's",
                  (long long)(skew < 0 ? -skew : skew), skew < 0 ? "ahead of" : "behind");
  wid_text_add(t, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add_pair(t, 36, "API", WID_HEADER, WID_STR_LIT(" calls   limit"));
  for (size_t i = 0; i < n; i++)
    if (uses[i].calls)
      add_use(t, &uses[i]);
}

static void view_free(struct tui_view *v) {
  struct budget *b = budget_of(v);
  tui_page_done(&b->page);
  free(b);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  tui_page_draw(&budget_of(v)->page, win, r, "Requests and their cost", "");
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  return tui_page_event(&budget_of(v)->page, e);
}

static bool can(const struct tui_view *v, enum tui_command c) {
  return tui_page_can(&budget_of(v)->page, c);
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  (void)index;
  return tui_page_command(&budget_of(v)->page, c);
}

static void changed(struct tui_view *v, unsigned changes) {
  if (changes & (STACK_CHANGED_ROWS | STACK_CHANGED_STATE))
    build(budget_of(v));
}

static const struct tui_view_ops ops = {.name = "budget",
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .command = command,
                                        .changed = changed};

struct tui_view *tui_budget_new(struct tui *t) {
  struct budget *b = aws_calloc(1, sizeof *b);
  if (!b)
    return NULL;
  b->view = (struct tui_view){&ops, t};
  tui_page_init(&b->page);
  build(b);
  return &b->view;
}
