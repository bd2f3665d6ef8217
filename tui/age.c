/* How old what is shown is, and when the screen is drawn again. */
#include "tui/tui.h"

#include <stdio.h>
#include <string.h>

#define STEP_MS 5000

aws_ms tui_now(const struct tui *t) {
  return t->clock->wall(t->clock->arg);
}

void tui_dirty(struct tui *t, enum tui_dirt how) {
  if (t->dirty == TUI_CLEAN)
    t->dirty_at = t->clock->mono(t->clock->arg);
  if (how > t->dirty)
    t->dirty = how;
}

void tui_draw_at(struct tui *t, aws_ms at) {
  if (!t->next_change || at < t->next_change)
    t->next_change = at;
}

struct unit {
  aws_ms below, ms;
  const char *letter;
};

static const struct unit *unit_of(aws_ms span) {
  static const struct unit units[] = {{60000, 1000, "s"},
                                      {3600000, 60000, "m"},
                                      {48 * 3600000LL, 3600000, "h"},
                                      {INT64_MAX, 86400000, "d"}};
  const struct unit *u = units;
  while (span >= u->below)
    u++;
  return u;
}

static const char *span_words(aws_ms span, char out[TUI_AGE_MAX]) {
  const struct unit *u = unit_of(span);
  if (span == 0)
    snprintf(out, TUI_AGE_MAX, "now");
  else
    snprintf(out, TUI_AGE_MAX, "%lld%s", (long long)(span / u->ms), u->letter);
  return out;
}

/* All ages step together, on the clock's multiples of five seconds: one draw moves them all. */
static aws_ms tick_of(const struct tui *t) {
  return tui_now(t) / STEP_MS * STEP_MS;
}

const char *tui_age(struct tui *t, aws_ms at, char out[TUI_AGE_MAX]) {
  aws_ms tick = tick_of(t), age = tick > at ? (tick - at) / STEP_MS * STEP_MS : 0;
  aws_ms unit = unit_of(age)->ms;
  tui_draw_at(t, unit < STEP_MS ? tick + STEP_MS : tick + unit - age % unit);
  return span_words(age, out);
}

const char *tui_left(struct tui *t, aws_ms at, char out[TUI_AGE_MAX]) {
  aws_ms tick = tick_of(t), left = at > tick ? (at - tick) / STEP_MS * STEP_MS : 0;
  aws_ms unit = unit_of(left)->ms;
  tui_draw_at(t, unit < STEP_MS ? tick + STEP_MS : tick + left % unit + STEP_MS);
  return span_words(left, out);
}

const char *tui_ago(struct tui *t, aws_ms at, char out[TUI_AGE_MAX]) {
  tui_age(t, at, out);
  size_t n = strlen(out);
  if (strcmp(out, "now") != 0)
    snprintf(out + n, TUI_AGE_MAX - n, " ago");
  return out;
}
