/* The board: path strip, what began the trouble, the panes. */
#include "stack/path.h"
#include "tui/curves.h"
#include "tui/layout.h"
#include "tui/pane.h"
#include "widgets/bar.h"
#include "widgets/cells.h"
#include "widgets/strip.h"
#include "widgets/term.h"
#include "widgets/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_PANE 2 /* ECS: where most of the work is done */

struct board {
  struct tui_view view;
  struct pane panes[TUI_PANES];
  size_t focus;
  size_t
      fault; /* the hop that f led to last; WID_NONE: none since the pane was changed otherwise */
  bool zoom;
  struct wid_text refusal;
  aws_ms announced; /* when the last action that was spoken of ended */
  /* as drawn last, for the mouse */
  struct tui_layout layout;
  struct wid_rect strip;
};

static struct board *board_of(const struct tui_view *v) {
  return (struct board *)(uintptr_t)v;
}

/* A secret that was revealed is masked when its pane is left. */
static void set_focus(struct board *b, size_t pane) {
  if (pane != b->focus)
    stack_hide(b->view.tui->stack, (struct aws_str){NULL, 0});
  b->focus = pane;
  b->fault = WID_NONE;
}

static struct pane *focused(const struct tui_view *v) {
  struct board *b = board_of(v);
  struct pane *p = &b->panes[b->focus];
  pane_update(p);
  return p;
}

/* ---- path strip ------------------------------------------------------------------------------ */

struct hops {
  struct wid_hop hops[WID_STRIP_HOPS_MAX];
  char words[WID_STRIP_HOPS_MAX][24];
  struct tui_curves curves[WID_STRIP_HOPS_MAX];
  size_t n;
};

#define CURVES_FROM 110 /* columns of the screen */

/* Narrow screens show what is most telling, in words; wide ones the curves beside it. */
static void hop_facts(const struct stack *s, const struct stack_hop *from,
                      struct tui_curves *curves, struct wid_hop *to, int w) {
  size_t n = 0, most = w < CURVES_FROM ? 2 : WID_STRIP_DETAILS_MAX;
  if (w >= CURVES_FROM)
    tui_curves_of(s, from, curves);
  for (size_t f = 0; f < STACK_HOP_FACTS && n < most; f++) {
    struct wid_str text = wid_str_from(from->facts[f]);
    if (!text.n)
      continue;
    to->details[n].text = text;
    to->details[n].style = from->facts_stale ? WID_DIM : WID_NORMAL;
    if (w >= CURVES_FROM && curves->at[f].n) {
      to->details[n].series = curves->at[f].points;
      to->details[n].n_series = curves->at[f].n;
      to->details[n].high = curves->at[f].high;
    }
    n++;
  }
}

/* The one sign of a hop: in the strip, on the tab of its pane. */
static void hop_sign(const struct stack *s, const struct stack_hop *h, struct wid_str *glyph,
                     unsigned *style) {
  *glyph = wid_str_from(tui_level_glyph(h->rating.level));
  *style = tui_level_style(h->rating.level);
  if (h->moving && h->rating.level < STACK_UNKNOWN) {
    *glyph = WID_STR_LIT(TUI_GLYPH_MOVING);
    *style = WID_NOTE;
  } else if (h->rating.level == STACK_UNKNOWN && !stack_settled(s)) {
    *glyph = WID_STR_LIT("\xe2\x80\xa6"); /* not read yet: no reason to worry */
    *style = WID_DIM;
  }
  if (h->stale) /* it is told as it was */
    *style = WID_DIM;
}

/* How well, where that is not well, and of when, where that is not now. */
static void hop_word(struct tui *t, const struct stack_hop *h, char *out, size_t size) {
  char age[TUI_AGE_MAX];
  const char *word = h->rating.level >= STACK_UNKNOWN ? tui_level_word(h->rating.level) : "";
  bool dated = h->stale && h->as_of;
  if (dated && h->rating.level == STACK_UNKNOWN)
    word = ""; /* the sign says it */
  if (dated)
    snprintf(out, size, "%s%s%s", word, *word ? " " : "", tui_ago(t, h->as_of, age));
  else
    snprintf(out, size, "%s", word);
}

static void build_hops(struct tui *t, struct hops *out) {
  const struct stack *s = t->stack;
  const struct stack_path *path = stack_path(s);
  static const char *const shorts[] = {
      [STACK_HOP_CDN] = "CF",  [STACK_HOP_API] = "API", [STACK_HOP_ALB] = "ALB",
      [STACK_HOP_ECS] = "ECS", [STACK_HOP_DB] = "DB",   [STACK_HOP_S3] = "S3",
      [STACK_HOP_SSM] = "SSM"};
  bool chained = false;
  out->n = 0;
  for (size_t i = 0; i < path->n && out->n < WID_STRIP_HOPS_MAX; i++) {
    const struct stack_hop *h = &path->hops[i];
    if (!h->present)
      continue;
    struct wid_hop *hop = &out->hops[out->n];
    bool reading = h->rating.level == STACK_UNKNOWN && !stack_settled(s);
    *hop = (struct wid_hop){.name = wid_str_from(h->title),
                            .short_name = wid_str_from(shorts[h->kind]),
                            .joined = chained && !h->beside,
                            .faulty = h->first_fault && !reading};
    hop_sign(s, h, &hop->glyph, &hop->style);
    if (h->beside && h->count && !reading)
      snprintf(out->words[out->n], sizeof out->words[0], "%zu", h->count);
    else if (!reading)
      hop_word(t, h, out->words[out->n], sizeof out->words[0]);
    else
      out->words[out->n][0] = '\0';
    hop->word = wid_str_from(out->words[out->n]);
    if (!h->beside)
      hop_facts(s, h, &out->curves[out->n], hop, wid_term_size().w);
    chained = chained || !h->beside;
    out->n++;
  }
}

/* Draws a line of text over the area and takes it off. */
static void line_above(WINDOW *win, struct wid_rect *r, unsigned style, const char *text) {
  wid_cells_put(win, wid_rect_line(*r, 0), style, wid_str_from(text), WID_ALIGN_LEFT, WID_CLIP_END);
  r->y++;
  r->h--;
}

#define ACTION_LINES 3

/* The newest actions that have not ended, a line each: how far it is first, as that is what is
 * looked for. */
static void draw_actions(const struct stack *s, WINDOW *win, struct wid_rect *r) {
  struct stack_action *const *all;
  char line[400];
  int lines = 0;
  for (size_t n = stack_actions(s, &all); n-- > 0 && lines < ACTION_LINES;) {
    const struct stack_action_view *a = stack_action_view(all[n]);
    if (a->step != STACK_STEP_SENDING && a->step != STACK_STEP_WATCHING)
      continue;
    snprintf(line, sizeof line, " " TUI_GLYPH_MOVING " %s%s%s %s", a->progress,
             a->progress[0] ? " \xc2\xb7 " : "", a->def->verb, a->subject);
    line_above(win, r, WID_NOTE, line);
    lines++;
  }
}

/* Why the stack is rated as it is, and since when the rating may no longer be true. */
static size_t say_reason(struct tui *t, char *out, size_t size) {
  const struct stack_path *path = stack_path(t->stack);
  const char *reason = path->level >= STACK_UNKNOWN ? strstr(path->summary, ": ") : NULL;
  char age[TUI_AGE_MAX];
  size_t used = 0;
  out[0] = '\0';
  if (reason)
    used = (size_t)snprintf(out, size, " %s %s", tui_level_glyph(path->level), reason + 2);
  bool dated = reason && path->level == STACK_UNKNOWN; /* by its "since" */
  if (!path->stale || !path->as_of || dated)
    return used < size ? used : size - 1;
  tui_ago(t, path->as_of, age);
  if (used < size && strcmp(age, "now") != 0)
    used += (size_t)snprintf(out + used, size - used, " %s %s%sas of %s",
                             used ? "\xc2\xb7" : tui_level_glyph(STACK_UNKNOWN), path->stale_why,
                             path->stale_why[0] ? ", " : "", age);
  return used < size ? used : size - 1;
}

/* The reason and what began it: one line where both fit, else two. */
static void draw_reason(struct tui *t, WINDOW *win, struct wid_rect *r) {
  const struct stack_path *path = stack_path(t->stack);
  unsigned style =
      tui_level_style(path->stale && path->level < STACK_UNKNOWN ? STACK_UNKNOWN : path->level);
  char line[520];
  if (!stack_settled(t->stack) && path->level < STACK_WARN)
    return;
  size_t used = say_reason(t, line, sizeof line);
  int room = r->w - 3 - wid_cells_width(wid_str_from(line), r->w);
  if (used && path->since[0] && wid_cells_width(wid_str_from(path->since), r->w) < room) {
    snprintf(line + used, sizeof line - used, " \xc2\xb7 %s", path->since);
    line_above(win, r, style, line);
    return;
  }
  if (used)
    line_above(win, r, style, line);
  if (path->since[0]) {
    snprintf(line, sizeof line, " %s", path->since);
    line_above(win, r, style, line);
  }
}

/* An action that ended while nobody looked at it says so. */
static void announce(struct board *b) {
  struct tui *t = b->view.tui;
  struct stack_action *const *all;
  const struct stack_action_view *last = NULL;
  size_t n = stack_actions(t->stack, &all);
  for (size_t i = 0; i < n; i++) {
    const struct stack_action_view *a = stack_action_view(all[i]);
    if (a->step != STACK_STEP_ENDED)
      continue;
    last = !last || a->ended >= last->ended ? a : last;
  }
  bool news = last && last->ended > b->announced;
  b->announced = last ? last->ended : 0;
  if (news && t->nviews == 1 && last->outcome != STACK_OUTCOME_CANCELLED)
    tui_say(t, last->outcome == STACK_OUTCOME_DONE ? WID_OK : WID_ERROR, "%s %s: %s, %s",
            last->def->verb, last->subject, stack_outcome_name(last->outcome), last->progress);
}

static struct wid_rect draw_path(struct board *b, WINDOW *win, struct wid_rect r) {
  struct stack *s = b->view.tui->stack;
  struct hops hops;
  build_hops(b->view.tui, &hops);
  int h = hops.n ? wid_strip_height(hops.hops, hops.n, r.w - 2) : 0;
  h = h > r.h / 3 ? r.h / 3 : h;
  b->strip = (struct wid_rect){r.y, r.x + 1, h, r.w - 2};
  wid_strip_draw(win, b->strip, hops.hops, hops.n);
  r.y += h;
  r.h -= h;
  draw_reason(b->view.tui, win, &r);
  draw_actions(s, win, &r);
  return r;
}

/* ---- panes ----------------------------------------------------------------------------------- */

/* The hop whose things a pane shows; NULL: none. */
static const struct stack_hop *hop_of(const struct stack *s, size_t pane) {
  static const enum stack_hop_kind kinds[TUI_PANES] = {STACK_HOP_CDN, STACK_HOP_ALB, STACK_HOP_ECS,
                                                       STACK_HOP_DB,  STACK_HOP_SSM, STACK_HOPS};
  const struct stack_path *path = stack_path(s);
  for (size_t i = 0; i < path->n; i++)
    if (path->hops[i].kind == kinds[pane] && path->hops[i].present)
      return &path->hops[i];
  return NULL;
}

static size_t tabs_of(struct board *b, struct wid_tab *tabs) {
  const struct stack *s = b->view.tui->stack;
  for (size_t i = 0; i < TUI_PANES; i++) {
    const struct stack_hop *hop = hop_of(s, i);
    tabs[i] = (struct wid_tab){.title = wid_str_from(tui_panes[i]->tab)};
    if (hop)
      hop_sign(s, hop, &tabs[i].glyph, &tabs[i].style);
  }
  return TUI_PANES;
}

static void draw_panes(struct board *b, WINDOW *win, struct wid_rect r) {
  int want[TUI_PANES];
  struct wid_rect screen = wid_term_size();
  for (size_t i = 0; i < TUI_PANES; i++) {
    pane_update(&b->panes[i]);
    want[i] = pane_want(&b->panes[i], i == b->focus);
  }
  tui_layout(&b->layout, r, screen.w, screen.h, want, b->focus, b->zoom);
  if (b->layout.tabs) {
    struct wid_tab tabs[TUI_PANES];
    size_t n = tabs_of(b, tabs);
    wid_tabs_draw(win, b->layout.bar, tabs, n, b->focus);
  }
  for (size_t i = 0; i < TUI_PANES; i++) {
    bool visible = b->layout.panes[i].h > 0;
    if (visible)
      pane_draw(&b->panes[i], win, b->layout.panes[i], (int)i + 1, i == b->focus);
    pane_report(&b->panes[i], visible);
  }
}

static void draw_refusal(struct board *b, WINDOW *win, struct wid_rect r) {
  const struct aws_error *why = stack_refusal(b->view.tui->stack);
  struct wid_frame frame = {.title = WID_STR_LIT("Not connected"), .focused = true};
  int w = r.w < 90 ? r.w - 4 : 86;
  wid_text_clear(&b->refusal);
  wid_text_add(&b->refusal, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add(&b->refusal, WID_ERROR, 0, wid_str_from(why ? why->text : ""));
  if (why && why->aws_code[0])
    wid_text_addf(&b->refusal, WID_DIM, "%s  %s", why->aws_code, why->request_id);
  wid_text_add(&b->refusal, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add(
      &b->refusal, WID_DIM, 0,
      WID_STR_LIT("Nothing is asked of AWS. Mend it and press Ctrl-R to try again, or choose other "
                  "keys with :profile NAME, another stack with :stack NAME."));
  struct wid_rect box = wid_rect_center(r, (int)wid_text_height(&b->refusal, w - 6) + 3, w);
  wid_text_draw(&b->refusal, win, wid_rect_inset(wid_frame_draw(win, box, &frame), 0, 2));
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct board *b = board_of(v);
  b->strip = (struct wid_rect){0, 0, 0, 0};
  if (stack_state(v->tui->stack) == STACK_REFUSED)
    draw_refusal(b, win, r);
  else if (b->zoom)
    draw_panes(b, win, r);
  else
    draw_panes(b, win, draw_path(b, win, r));
}

/* ---- what it does ---------------------------------------------------------------------------- */

static bool refused(const struct tui_view *v) {
  return stack_state(v->tui->stack) == STACK_REFUSED;
}

/* Leads to a hop's worst thing. */
static void follow_hop(struct board *b, const struct stack_hop *h) {
  size_t pane = tui_board_pane_of(h->worst_kind);
  if (pane == TUI_PANES) { /* a load balancer, an API: no pane has it, a list does */
    tui_push(b->view.tui, tui_list_new(b->view.tui, h->worst_kind, h->worst_id));
    return;
  }
  set_focus(b, pane);
  pane_update(&b->panes[pane]);
  if (h->worst_id.n)
    pane_select(&b->panes[pane], h->worst_id);
}

static const struct stack_hop *nth_hop(const struct stack_path *path, size_t nth) {
  for (size_t i = 0; i < path->n; i++)
    if (path->hops[i].present && nth-- == 0)
      return &path->hops[i];
  return NULL;
}

/* The hop that the operator should look at, the one that is to blame first; asked for again, the
 * next that is not well. WID_NONE: all is well. */
static size_t next_fault(const struct board *b) {
  const struct stack_path *path = stack_path(b->view.tui->stack);
  const struct stack_hop *first = stack_path_fault(b->view.tui->stack);
  if (!first)
    return WID_NONE;
  for (size_t i = 1; b->fault < path->n && i <= path->n; i++) {
    const struct stack_hop *h = &path->hops[(b->fault + i) % path->n];
    if (h->present && (h->first_fault || h->rating.level >= STACK_WARN))
      return (size_t)(h - path->hops);
  }
  return (size_t)(first - path->hops);
}

static void follow_fault(struct board *b) {
  size_t hop = next_fault(b);
  if (hop == WID_NONE)
    return;
  follow_hop(b, &stack_path(b->view.tui->stack)->hops[hop]);
  b->fault = hop;
}

static bool can(const struct tui_view *v, enum tui_command c) {
  if (refused(v))
    return false;
  switch (c) {
  case TUI_FAULT:
    return next_fault(board_of(v)) != WID_NONE;
  case TUI_NEXT_PANE:
  case TUI_PREVIOUS_PANE:
  case TUI_ZOOM:
    return true;
  case TUI_BACK:
  case TUI_QUIT: /* the board itself is left by the whole program's command */
    return board_of(v)->zoom || pane_can(focused(v), c);
  default:
    return pane_can(focused(v), c);
  }
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  struct board *b = board_of(v);
  (void)index;
  switch (c) {
  case TUI_NEXT_PANE:
    set_focus(b, (b->focus + 1) % TUI_PANES);
    return TUI_REDRAW;
  case TUI_PREVIOUS_PANE:
    set_focus(b, (b->focus + TUI_PANES - 1) % TUI_PANES);
    return TUI_REDRAW;
  case TUI_ZOOM:
    b->zoom = !b->zoom;
    return TUI_REDRAW;
  case TUI_FAULT:
    follow_fault(b);
    return TUI_REDRAW;
  case TUI_BACK:
  case TUI_QUIT:
    if (pane_can(focused(v), c))
      return pane_command(focused(v), c);
    b->zoom = false;
    return TUI_REDRAW;
  default:
    return pane_command(focused(v), c);
  }
}

static bool subject(const struct tui_view *v, struct tui_subject *out) {
  const struct pane_row *r = refused(v) ? NULL : pane_selected(focused(v));
  if (!r || !r->row)
    return false;
  *out = (struct tui_subject){r->kind, r->row->id, r->row};
  return true;
}

static size_t marked(const struct tui_view *v, struct aws_str *ids, size_t max) {
  return refused(v) ? 0 : pane_marked(focused(v), ids, max);
}

static void unmark(struct tui_view *v) {
  pane_unmark(focused(v));
}

static enum tui_result mouse(struct board *b, const struct wid_event *e) {
  int y = e->mouse.y, x = e->mouse.x;
  if (e->mouse.kind == WID_MOUSE_PRESS && wid_rect_has(b->strip, y, x)) {
    struct hops hops;
    build_hops(b->view.tui, &hops);
    size_t hit = wid_strip_hit(b->strip, hops.hops, hops.n, y, x);
    const struct stack_hop *hop = nth_hop(stack_path(b->view.tui->stack), hit);
    if (hop)
      follow_hop(b, hop);
    return TUI_REDRAW;
  }
  if (b->layout.tabs && wid_rect_has(b->layout.bar, y, x)) {
    struct wid_tab tabs[TUI_PANES];
    size_t n = tabs_of(b, tabs);
    size_t hit = wid_tabs_hit(b->layout.bar, tabs, n, b->focus, y, x);
    set_focus(b, hit < TUI_PANES ? hit : b->focus);
    return TUI_REDRAW;
  }
  for (size_t i = 0; i < TUI_PANES; i++)
    if (wid_rect_has(b->layout.panes[i], y, x)) {
      set_focus(b, i);
      pane_event(focused(&b->view), e);
      return TUI_REDRAW;
    }
  return TUI_IGNORED;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  if (refused(v))
    return TUI_IGNORED;
  return e->kind == WID_EVENT_MOUSE ? mouse(board_of(v), e) : pane_event(focused(v), e);
}

static void changed(struct tui_view *v, unsigned changes) {
  struct board *b = board_of(v);
  if (changes & STACK_CHANGED_METRICS) /* a column may be sorted by them */
    for (size_t i = 0; i < TUI_PANES; i++)
      b->panes[i].bumps++;
  if (changes & STACK_CHANGED_ACTION)
    announce(b);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void board_free(struct tui_view *v) {
  struct board *b = board_of(v);
  for (size_t i = 0; i < TUI_PANES; i++)
    pane_done(&b->panes[i]);
  wid_text_done(&b->refusal);
  free(b);
}

static bool typing(const struct tui_view *v) {
  return pane_grid(&board_of(v)->panes[board_of(v)->focus])->typing;
}

static const struct tui_view_ops ops = {.name = "board",
                                        .free = board_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
                                        .command = command,
                                        .subject = subject,
                                        .marked = marked,
                                        .unmark = unmark,
                                        .changed = changed};

struct tui_view *tui_board_new(struct tui *t) {
  struct board *b = aws_calloc(1, sizeof *b);
  if (!b)
    return NULL;
  b->view = (struct tui_view){&ops, t};
  b->focus = FIRST_PANE;
  b->fault = WID_NONE;
  wid_text_init(&b->refusal);
  for (size_t i = 0; i < TUI_PANES; i++)
    pane_init(&b->panes[i], tui_panes[i], t);
  return &b->view;
}

void tui_board_focus(struct tui_view *board, size_t pane) {
  set_focus(board_of(board), pane);
}

void tui_board_forget(struct tui_view *board) {
  struct board *b = board_of(board);
  for (size_t i = 0; i < TUI_PANES; i++)
    pane_forget(&b->panes[i]);
}
