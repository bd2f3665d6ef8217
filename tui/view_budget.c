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

/* "87ms", "1.4s" */
static const char *span(int64_t ms, char out[16]) {
  if (ms < 0)
    return "-";
  if (ms < 1000)
    snprintf(out, 16, "%dms", (int)ms);
  else
    snprintf(out, 16, ms < 100000 ? "%.1fs" : "%.0fs", (double)ms / 1000);
  return out;
}

static const char *amount(uint64_t bytes, char out[16]) {
  if (bytes < 1000000)
    snprintf(out, 16, "%.0fK", (double)bytes / 1024);
  else
    snprintf(out, 16, "%.1fM", (double)bytes / (1024 * 1024));
  return out;
}

static const char *age(aws_ms ms, char out[16]) {
  if (ms < 60000)
    snprintf(out, 16, "%ds", ms > 0 ? (int)(ms / 1000) : 0);
  else
    snprintf(out, 16, "%dm", (int)(ms / 60000));
  return out;
}

enum { LABEL = 27 };
static const char columns[] = "calls thro retr   p50   p95   p99  read  age   /s";

static void add_use(struct wid_text *t, const struct stack_api_use *use, aws_ms now) {
  char value[160], p50[16], p95[16], p99[16], bytes[16], last[16], limit[16];
  snprintf(limit, sizeof limit, "%g%s", use->limit->rate, use->limit->published ? "" : "?");
  snprintf(value, sizeof value, "%5llu %4llu %4llu %5s %5s %5s %5s %4s %4s",
           (unsigned long long)use->calls, (unsigned long long)use->throttles,
           (unsigned long long)use->retries, span(use->p50_ms, p50), span(use->p95_ms, p95),
           span(use->p99_ms, p99), amount(use->bytes, bytes), age(now - use->last_at, last), limit);
  wid_text_add_pair(t, LABEL, use->limit->name, use->throttles ? WID_WARN : WID_NORMAL,
                    wid_str_from(value));
  if (use->slowed > 1)
    wid_text_addf(t, WID_WARN, "  asked %.0f times less often, as AWS asks to slow down",
                  use->slowed);
}

static void build(struct budget *b) {
  const struct stack *s = b->view.tui->stack;
  const struct stack_api_use *uses;
  size_t n = stack_api_uses(s, &uses);
  struct stack_budget sum = stack_budget(s);
  struct wid_text *t = &b->page.text;
  wid_text_restart(t);
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
  wid_text_add_pair(t, LABEL, "API", WID_HEADER, wid_str_from(columns));
  for (size_t i = 0; i < n; i++)
    if (uses[i].calls)
      add_use(t, &uses[i], tui_now(b->view.tui));
  wid_text_add(t, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add(t, WID_DIM, 0,
               WID_STR_LIT("thro: AWS asked to slow down. retr: sent again. p50, p95, p99: as long "
                           "as that many of 100 answers took at most. /s: AWS's limit, requests a "
                           "second; with ? it is not published, and a guess of ours."));
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

static bool typing(const struct tui_view *v) {
  return budget_of(v)->page.typing;
}

static const struct tui_view_ops ops = {.name = "budget",
                                        .text = true,
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
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
