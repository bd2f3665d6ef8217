/* A frame: title line, the views, hint line. */
#include "stack/path.h"
#include "tui/tui.h"
#include "widgets/bar.h"
#include "widgets/cells.h"
#include "widgets/term.h"
#include "widgets/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define REASON_LEAST 24
/* Of a stack's and a role's name: who and where stay, however long they are. */
#define NAME_LEAST 10

/* ---- title line ---------------------------------------------------------------------------------
 */

struct title {
  struct wid_part parts[WID_BAR_PARTS_MAX];
  char texts[WID_BAR_PARTS_MAX][224];
  char health[48], calls[16]; /* brief texts */
  size_t n;
};

static void add(struct title *b, unsigned style, int priority, bool right, const char *fmt, ...)
    AWS_PRINTF(5, 6);

static void add(struct title *b, unsigned style, int priority, bool right, const char *fmt, ...) {
  va_list ap;
  if (b->n == WID_BAR_PARTS_MAX)
    return;
  va_start(ap, fmt);
  vsnprintf(b->texts[b->n], sizeof b->texts[0], fmt, ap);
  va_end(ap);
  b->parts[b->n] = (struct wid_part){
      .text = wid_str_from(b->texts[b->n]), .style = style, .priority = priority, .right = right};
  if (b->texts[b->n][0])
    b->n++;
}

static void title_identity(struct title *b, struct tui *t) {
  const struct stack *s = t->stack;
  const char *environment = stack_cfg(s)->environment;
  add(b, WID_TITLE, 0, false, "%s", stack_name(s));
  b->parts[0].least = NAME_LEAST;
  if (t->options->demo) {
    if (strcmp(stack_name(s), "demo") != 0)
      add(b, WID_TITLE, 4, false, "demo");
  } else if (stack_production(s)) {
    add(b, WID_TITLE_PROD, 0, false, " PROD ");
    b->parts[b->n - 1].brief = WID_STR_LIT("PROD");
  } else {
    add(b, WID_TITLE, 7, false, "%s", environment ? environment : "");
  }
  add(b, WID_TITLE, 0, false, "%s", stack_region(s) ? stack_region(s) : "");
  add(b, WID_TITLE, 0, false, "%.*s", AWS_STR_ARG(stack_account(s)));
  add(b, WID_TITLE, 0, false, "%.*s", AWS_STR_ARG(stack_role(s)));
  if (stack_role(s).n)
    b->parts[b->n - 1].least = NAME_LEAST;
  if (stack_read_only(s))
    add(b, WID_TITLE, 2, false, "read-only");
}

/* Columns that the other parts leave for the reason; too few are of no use. */
static int reason_room(const struct title *b, int w) {
  int room = w - 2;
  for (size_t i = 0; i < b->n; i++)
    room -= wid_cells_width(b->parts[i].text, w) + 2;
  return room;
}

static unsigned title_style(enum stack_level l) {
  return l == STACK_BAD ? WID_TITLE_ALERT : l >= STACK_UNKNOWN ? WID_TITLE_WARN : WID_TITLE;
}

/* The word always; the reason as far as there is room, for it has a line of its own. */
static void title_level(struct title *b, struct tui *t, int w) {
  const struct stack_path *p = stack_path(t->stack);
  char text[200];
  const char *glyph = tui_level_glyph(p->level);
  const char *word = tui_level_word(p->level <= STACK_NOTE ? STACK_OK : p->level);
  const char *reason = strstr(p->summary, ": ");
  char stale[80], age[TUI_AGE_MAX];
  bool old = p->stale && p->as_of && p->level != STACK_UNKNOWN;
  if (old && p->level < STACK_UNKNOWN) {
    snprintf(stale, sizeof stale, ": %s", p->stale_why);
    reason = stale;
  }
  if (old)
    snprintf(b->health, sizeof b->health, "%s %s %s", glyph, word, tui_ago(t, p->as_of, age));
  else
    snprintf(b->health, sizeof b->health, "%s %s", glyph, word);
  int room = reason_room(b, w) - wid_cells_width(wid_str_from(b->health), w) - 4;
  if (reason && room >= REASON_LEAST)
    wid_cells_fit(text, sizeof text, wid_str_from(reason), room, WID_CLIP_END);
  else
    text[0] = '\0';
  add(b, old ? WID_TITLE_WARN : title_style(p->level), 0, false, " %s%s ", b->health, text);
  b->parts[b->n - 1].brief = wid_str_from(b->health);
}

/* What takes so long, once it does. */
static bool title_waits(struct title *b, struct tui *t) {
  struct stack_wait w = stack_waits(t->stack);
  if (!w.what)
    return false;
  if (w.for_ms < w.worth_ms) {
    tui_draw_at(t, tui_now(t) + w.worth_ms - w.for_ms);
    return false;
  }
  tui_draw_at(t, tui_now(t) + 1000 - w.for_ms % 1000);
  add(b, WID_TITLE_WARN, 1, false, "%s, %llds", w.what, (long long)w.for_ms / 1000);
  return true;
}

static void title_health(struct title *b, struct tui *t, int w) {
  if (stack_state(t->stack) == STACK_REFUSED) {
    add(b, WID_TITLE_ALERT, 0, false, "%s not connected", tui_level_glyph(STACK_BAD));
    return;
  }
  bool waits = title_waits(b, t);
  if (stack_state(t->stack) == STACK_STARTING || !stack_settled(t->stack)) {
    if (!waits)
      add(b, WID_TITLE, 1, false, "reading\xe2\x80\xa6");
    if (stack_path(t->stack)->level < STACK_WARN)
      return;
  }
  title_level(b, t, w);
}

enum { SKEW_SHOWN_S = 30 }; /* what AWS takes is five minutes */

static void title_traffic(struct title *b, struct tui *t) {
  size_t alarms = stack_path(t->stack)->alarms;
  struct stack_budget use = stack_budget(t->stack);
  if (alarms)
    add(b, WID_TITLE, 4, true, "%zu alarm%s", alarms, alarms == 1 ? "" : "s");
  add(b, WID_TITLE, 6, true, "api %u/min", use.calls_last_minute);
  snprintf(b->calls, sizeof b->calls, "%u/m", use.calls_last_minute);
  b->parts[b->n - 1].brief = wid_str_from(b->calls);
  if (use.throttles_last_minute)
    add(b, WID_TITLE, 5, true, "throttled %u/min", use.throttles_last_minute);
  int64_t skew = stack_clock_skew(t->stack); /* AWS's clock less ours */
  if (skew > SKEW_SHOWN_S || skew < -SKEW_SHOWN_S)
    add(b, WID_TITLE, 3, true, "clock %s by %llds", skew > 0 ? "slow" : "fast",
        (long long)(skew < 0 ? -skew : skew));
}

/* Until when the board lives on keys that cannot be renewed. */
static void title_keys(struct title *b, struct tui *t) {
  const struct stack_keys *k = stack_keys(t->stack);
  char left[TUI_AGE_MAX];
  if (!stack_keys_error(t->stack))
    return;
  if (k->expires > tui_now(t))
    add(b, WID_TITLE_WARN, 1, true, "keys end in %s", tui_left(t, k->expires, left));
  else
    add(b, WID_TITLE_ALERT, 1, true, "no keys");
}

static void draw_title(struct tui *t, WINDOW *win, struct wid_rect r) {
  struct title b = {.n = 0};
  aws_ms now = tui_now(t);
  time_t seconds = (time_t)(now / 1000);
  struct tm tm;
  title_identity(&b, t);
  title_keys(&b, t);
  title_traffic(&b, t);
  if (localtime_r(&seconds, &tm))
    add(&b, WID_TITLE, 6, true, "%02d:%02d", tm.tm_hour, tm.tm_min);
  tui_draw_at(t, (now / 60000 + 1) * 60000);
  title_health(&b, t, r.w);
  bool flash = t->flash_until > now;
  for (size_t i = 0; flash && i < b.n; i++)
    b.parts[i].style = WID_TITLE_ALERT;
  if (flash)
    tui_draw_at(t, t->flash_until);
  wid_bar_draw(win, r, flash ? WID_TITLE_ALERT : WID_TITLE, b.parts, b.n);
}

/* ---- hint line ------------------------------------------------------------------------------- */

/* Where there is no room for all: the way to all others, and what somebody who was called looks
 * for.
 */
static bool is_kept(const struct tui *t, enum tui_command c) {
  return c == TUI_HELP || c == TUI_COMMAND || (c == TUI_ALARMS && stack_path(t->stack)->alarms > 0);
}

/* While something is typed no letter is a command. */
static void draw_typing_hints(const struct tui_view *v, WINDOW *win, struct wid_rect r) {
  bool text = v->ops->text;
  const struct wid_hint hints[] = {
      {WID_STR_LIT("Enter"), text ? WID_STR_LIT("find") : WID_STR_LIT("keep it"), true},
      {WID_STR_LIT("Esc"), text ? WID_STR_LIT("leave it") : WID_STR_LIT("show all again"), true}};
  wid_hints_draw(win, r, hints, sizeof hints / sizeof hints[0]);
}

static void draw_hints(struct tui *t, WINDOW *win, struct wid_rect r) {
  struct wid_hint hints[TUI_COMMANDS];
  char names[TUI_COMMANDS][TUI_KEY_NAME_MAX];
  const struct tui_view *top = tui_top(t);
  size_t n = 0;
  if (top->ops->typing && top->ops->typing(top)) {
    draw_typing_hints(top, win, r);
    return;
  }
  for (unsigned c = 0; c < TUI_COMMANDS; c++) {
    const struct tui_key_def *def = tui_key_def(c);
    if (!def->hint[0] || !tui_can(t, top, c) || tui_forbidden(t, c) ||
        !tui_keys_first(&t->settings.keys, c, names[n])[0])
      continue;
    const char *hint = c == TUI_FILTER && top->ops->text ? "find" : def->hint;
    hints[n] = (struct wid_hint){wid_str_from(names[n]), wid_str_from(hint), is_kept(t, c)};
    n++;
  }
  wid_hints_draw(win, r, hints, n);
}

/* ---- notice ---------------------------------------------------------------------------------- */

#define NOTICE_LINES 3

/* In the hint line's place; a sentence that is longer takes a few lines more. */
static void draw_notice(struct tui *t, WINDOW *win, struct wid_rect screen) {
  struct wid_text text;
  wid_text_init(&text);
  wid_text_add(&text, t->notice_style, 0, wid_str_from(t->notice));
  int lines = (int)wid_text_height(&text, screen.w - 2);
  lines = lines < NOTICE_LINES ? lines : NOTICE_LINES;
  struct wid_rect r = {screen.y + screen.h - lines, screen.x, lines, screen.w};
  wid_cells_fill(win, r, WID_NORMAL);
  wid_text_draw(&text, win, wid_rect_inset(r, 0, 1));
  wid_text_done(&text);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void draw_views(struct tui *t, WINDOW *win, struct wid_rect screen) {
  struct wid_rect inside = {screen.y + 1, screen.x, screen.h - 2, screen.w};
  size_t first = t->nviews - 1;
  while (first && t->views[first]->ops->over)
    first--;
  for (size_t i = first; i < t->nviews; i++)
    t->views[i]->ops->draw(t->views[i], win, inside);
}

/* What is hidden takes no key; that it is there is said. */
static void draw_small_keys(struct tui *t, WINDOW *win, struct wid_rect line) {
  char text[80], key[TUI_KEY_NAME_MAX];
  if (!tui_keys_first(&t->settings.keys, TUI_QUIT, key)[0])
    snprintf(key, sizeof key, "Ctrl-C");
  if (tui_quit_asks(t))
    snprintf(text, sizeof text, "an action is under way: %s again leaves it", key);
  else
    snprintf(text, sizeof text, "%s quits, no other key is taken", key);
  wid_cells_put(win, line, WID_DIM, wid_str_from(text), WID_ALIGN_CENTER, WID_CLIP_END);
}

/* Too small for the board; how it goes may fit all the same. */
static void draw_small(struct tui *t, WINDOW *win, struct wid_rect screen, const char *why) {
  const struct stack_path *p = stack_path(t->stack);
  struct wid_rect line = wid_rect_line(screen, screen.h / 2);
  char text[224];
  wid_cells_put(win, line, WID_WARN, wid_str_from(why), WID_ALIGN_CENTER, WID_CLIP_END);
  enum stack_level level = stack_state(t->stack) == STACK_REFUSED ? STACK_BAD : p->level;
  if (!stack_settled(t->stack) && level < STACK_WARN)
    snprintf(text, sizeof text, "reading\xe2\x80\xa6");
  else
    snprintf(text, sizeof text, "%s %s", tui_level_glyph(level),
             stack_state(t->stack) == STACK_REFUSED ? "not connected"
             : p->summary[0]                        ? p->summary
                             : tui_level_word(level <= STACK_NOTE ? STACK_OK : level));
  if (screen.h > 2)
    wid_cells_put(win, wid_rect_line(screen, screen.h / 2 - 1), tui_level_style(level),
                  wid_str_from(text), WID_ALIGN_CENTER, WID_CLIP_END);
  if (screen.h > 3)
    draw_small_keys(t, win, wid_rect_line(screen, screen.h / 2 + 1));
}

void tui_draw(struct tui *t) {
  struct wid_rect screen = wid_term_size();
  const char *small = wid_term_too_small();
  if (t->notice_until && t->notice_until <= tui_now(t))
    t->notice[0] = '\0';
  else if (t->notice[0] && t->notice_until)
    tui_draw_at(t, t->notice_until);
  WINDOW *win = wid_term_begin();
  t->unseen = small != NULL;
  if (small) {
    draw_small(t, win, screen, small);
  } else {
    draw_views(t, win, screen);
    draw_title(t, win, wid_rect_line(screen, 0));
    struct wid_rect last = wid_rect_line(screen, screen.h - 1);
    if (t->notice[0])
      draw_notice(t, win, screen);
    else if (!tui_top(t)->ops->over)
      draw_hints(t, win, last);
  }
  wid_term_end();
}
