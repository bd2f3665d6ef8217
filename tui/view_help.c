/* Help: the keys that do something in the view below, from the key table. */
#include "tui/page.h"

#include <stdio.h>
#include <stdlib.h>

struct help {
  struct tui_view view;
  struct tui_page page;
};

static struct help *help_of(const struct tui_view *v) {
  return (struct help *)(uintptr_t)v;
}

/* Where a command that does nothing here does something: the pane of what it applies to. */
static void pane_of(enum tui_command c, char *out, size_t size) {
  size_t pane = tui_pane_of(c);
  out[0] = '\0';
  if (pane < tui_board_panes())
    snprintf(out, size, " (in pane %zu, %s)", pane + 1, tui_board_pane_name(pane));
}

static void add_command(struct help *h, enum tui_command c, unsigned style, const char *where) {
  char keys[96], what[200];
  tui_keys_all(&h->view.tui->settings.keys, c, keys, sizeof keys);
  snprintf(what, sizeof what, "%s%s", tui_key_def(c)->what, where);
  if (keys[0])
    wid_text_add_pair(&h->page.text, 16, keys, style, wid_str_from(what));
}

/* A newcomer looks for an action before knowing where it works: those of other panes are named too.
 */
static void add_group(struct help *h, const struct tui_view *of, enum tui_key_group g) {
  bool any = false;
  for (unsigned c = 0; c < TUI_COMMANDS; c++) {
    char where[64] = "";
    bool here = tui_can(h->view.tui, of, c) && !tui_forbidden(h->view.tui, c);
    if (tui_forbidden(h->view.tui, c))
      snprintf(where, sizeof where, " (not here: read-only)");
    else if (!here)
      pane_of(c, where, sizeof where);
    if (tui_key_def(c)->group != g || (!here && !where[0]))
      continue;
    if (!any)
      wid_text_add(&h->page.text, WID_HEADER, 0, wid_str_from(tui_group_title(g)));
    any = true;
    add_command(h, c, here ? WID_NORMAL : WID_DIM, where);
  }
  if (any)
    wid_text_add(&h->page.text, WID_NORMAL, 0, WID_STR_LIT(""));
}

/* The rest, so that no key is a secret. */
static void add_elsewhere(struct help *h, const struct tui_view *of) {
  wid_text_add(&h->page.text, WID_HEADER, 0, WID_STR_LIT("In other views"));
  for (unsigned c = 0; c < TUI_COMMANDS; c++) {
    char where[64];
    pane_of(c, where, sizeof where);
    if (!tui_can(h->view.tui, of, c) && !where[0])
      add_command(h, c, WID_NORMAL, "");
  }
  wid_text_add_pair(&h->page.text, 16, "Ctrl-C", WID_NORMAL,
                    WID_STR_LIT("quit, from anywhere; asks once while an action is under way"));
  wid_text_add(&h->page.text, WID_NORMAL, 0, WID_STR_LIT(""));
}

static void add_glyphs(struct help *h) {
  static const struct {
    enum stack_level level;
    const char *what;
  } levels[] = {{STACK_OK, "well"},
                {STACK_NOTE, "something is under way, or good to know; not a fault"},
                {STACK_UNKNOWN, "could not be read, so nobody knows"},
                {STACK_WARN, "degraded"},
                {STACK_BAD, "failing"}};
  wid_text_add(&h->page.text, WID_HEADER, 0, WID_STR_LIT("Signs"));
  for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
    wid_text_add_pair(&h->page.text, 16, tui_level_glyph(levels[i].level), WID_NORMAL,
                      wid_str_from(levels[i].what));
  wid_text_add_pair(&h->page.text, 16, TUI_GLYPH_MOVING, WID_NORMAL,
                    WID_STR_LIT("moving: a rollout, an invalidation, a failover, a slow refresh"));
}

static void view_free(struct tui_view *v) {
  struct help *h = help_of(v);
  tui_page_done(&h->page);
  free(h);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  tui_page_draw(&help_of(v)->page, win, r, "Help: keys that do something here", "");
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  return tui_page_event(&help_of(v)->page, e);
}

static bool can(const struct tui_view *v, enum tui_command c) {
  return c == TUI_HELP || tui_page_can(&help_of(v)->page, c);
}

/* Help asked for from help closes it. */
static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  (void)index;
  return c == TUI_HELP ? TUI_CLOSE : tui_page_command(&help_of(v)->page, c);
}

static bool typing(const struct tui_view *v) {
  return help_of(v)->page.typing;
}

static const struct tui_view_ops ops = {.name = "help",
                                        .text = true,
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .can = can,
                                        .typing = typing,
                                        .command = command};

struct tui_view *tui_help_new(struct tui *t, const struct tui_view *of) {
  struct help *h = aws_calloc(1, sizeof *h);
  if (!h)
    return NULL;
  h->view = (struct tui_view){&ops, t};
  tui_page_init(&h->page);
  for (unsigned g = 0; g < TUI_GROUPS; g++)
    add_group(h, of, g);
  add_elsewhere(h, of);
  add_glyphs(h);
  return &h->view;
}
