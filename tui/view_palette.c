/* The command palette: views, panes, lists of kinds, stacks, and what the letters of : are used to.
 */
#include "tui/tui.h"
#include "widgets/menu.h"

#include <stdio.h>
#include <stdlib.h>

#define TYPED_MAX 260 /* more than the menu takes */

struct palette {
  struct tui_view view;
  struct wid_menu menu;
  struct wid_menu_item *items;
  size_t n, cap;
  struct aws_arena arena;
};

/* What an item does, in its id's upper part; the lower part says with what. DO_WATCH: the label. */
enum {
  DO_COMMAND = 0x10000,
  DO_PANE = 0x20000,
  DO_LIST = 0x30000,
  DO_WATCH = 0x40000,
  DO_ACTIONS = 0x50000,
  DO_BOARD = 0x60000,
  DO_QUIT = 0x70000,
  DO_BUDGET = 0x80000,
  DO_MASK = 0xf0000
};

static struct palette *palette_of(const struct tui_view *v) {
  return (struct palette *)(uintptr_t)v;
}

static void add(struct palette *p, int id, struct aws_str label, const char *detail) {
  struct aws_str own = aws_arena_copy(&p->arena, label);
  if (!own.p || !aws_grow(&p->items, &p->cap, p->n + 1, sizeof *p->items))
    return;
  p->items[p->n++] = (struct wid_menu_item){tui_str(own), wid_str_from(detail), WID_NORMAL, id};
}

static void add_commands(struct palette *p, struct tui_view *of) {
  static const enum tui_command offered[] = {
      TUI_ALARMS, TUI_DESCRIBE, TUI_EVENTS, TUI_SCALE,   TUI_REDEPLOY, TUI_ROLLBACK, TUI_INVALIDATE,
      TUI_REVEAL, TUI_FAULT,    TUI_ZOOM,   TUI_REFRESH, TUI_REPAINT,  TUI_HELP};
  for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++)
    if (tui_can(p->view.tui, of, offered[i]) && !tui_forbidden(p->view.tui, offered[i]))
      add(p, DO_COMMAND | (int)offered[i], aws_str_from(tui_key_def(offered[i])->name),
          tui_key_def(offered[i])->what);
}

static bool known(const struct palette *p, struct aws_str label) {
  for (size_t i = 0; i < p->n; i++)
    if (wid_str_eq(p->items[i].label, tui_str(label)))
      return true;
  return false;
}

static void add_watch(struct palette *p, const char *what, struct aws_str name,
                      const char *detail) {
  char label[TYPED_MAX];
  int n = snprintf(label, sizeof label, "%s %.*s", what, AWS_STR_ARG(name));
  if (name.n > 0 && n > 0 && (size_t)n < sizeof label && !known(p, aws_str_from(label)))
    add(p, DO_WATCH, aws_str_from(label), detail);
}

/* What could be watched instead: stacks of our configuration, profiles of the AWS files, and the
 * regions that either speaks of. Any other region can be typed. */
static void add_watched(struct palette *p) {
  struct tui *t = p->view.tui;
  const struct aws_str *profiles = NULL;
  size_t n = t->aws ? aws_settings_profiles(t->aws, &profiles) : 0;
  for (size_t i = 0; i < t->settings.nstacks; i++)
    add_watch(p, "stack", aws_str_from(t->settings.stacks[i].name), "watch this one instead");
  for (size_t i = 0; i < n; i++)
    add_watch(p, "profile", profiles[i], "watch what this profile may see");
  for (size_t i = 0; i < t->settings.nstacks; i++)
    add_watch(p, "region", aws_str_from(t->settings.stacks[i].region), "watch this region");
  for (size_t i = 0; i < n; i++)
    add_watch(p, "region", aws_settings_of_profile(t->aws, profiles[i], "region"),
              "watch this region");
}

static void add_places(struct palette *p) {
  struct tui *t = p->view.tui;
  add(p, DO_BOARD, AWS_STR_LIT("board"), "back to the board");
  for (size_t i = 0; i < tui_board_panes(); i++)
    add(p, DO_PANE | (int)i, aws_str_from(tui_board_pane_name(i)), "pane of the board");
  add(p, DO_ACTIONS, AWS_STR_LIT("actions"), "what was done from here, and how it goes");
  add(p, DO_BUDGET, AWS_STR_LIT("budget"), "requests by API and what they cost");
  for (unsigned k = 0; k < STACK_KINDS; k++) {
    char label[64];
    snprintf(label, sizeof label, "list %s", stack_kind_plural(k));
    add(p, DO_LIST | (int)k, aws_str_from(label), "all of them, the faulty ones first");
  }
  if (!t->options->demo)
    add_watched(p);
  add(p, DO_QUIT, AWS_STR_LIT("quit"), "leave cawsole");
}

/* ---- carrying out ---------------------------------------------------------------------------- */

/* "stack shop", "profile ops", "region eu-west-1": which, and the name. False: none of these. */
static bool read_watch(const struct tui *t, const char *text, struct tui_choice *out) {
  const char *name = strchr(text, ' ');
  size_t verb = name ? (size_t)(name - text) : 0;
  *out = (struct tui_choice){NULL, NULL, NULL};
  if (!name)
    return false;
  name += strspn(name, " ");
  if (verb == strlen("stack") && strncmp(text, "stack", verb) == 0)
    out->stack = name;
  else if (verb == strlen("profile") && strncmp(text, "profile", verb) == 0)
    out->profile = name;
  else if (verb == strlen("region") && strncmp(text, "region", verb) == 0)
    *out = (struct tui_choice){t->choice.stack, t->choice.profile, name};
  else
    return false;
  return true;
}

static const char no_other[] = "the demo has one stack, one profile and one region";

static bool watch(struct tui *t, const char *text) {
  struct tui_choice choice;
  if (!read_watch(t, text, &choice))
    return false;
  if (t->options->demo)
    tui_say(t, WID_ERROR, "%s", no_other);
  else
    tui_watch(t, &choice);
  return true;
}

/* The palette is gone by now; what it chose acts on the view below. */
static void run(struct tui *t, int id) {
  int arg = id & ~DO_MASK;
  switch (id & DO_MASK) {
  case DO_COMMAND:
    t->chosen = (enum tui_command)arg;
    break;
  case DO_PANE:
    tui_pop_to_board(t);
    tui_board_focus(t->views[0], (size_t)arg);
    break;
  case DO_LIST:
    tui_push(t, tui_list_new(t, (enum stack_kind)arg, (struct aws_str){NULL, 0}));
    break;
  case DO_ACTIONS:
    tui_push(t, tui_actions_new(t));
    break;
  case DO_BUDGET:
    tui_push(t, tui_budget_new(t));
    break;
  case DO_BOARD:
    tui_pop_to_board(t);
    break;
  case DO_QUIT:
    tui_quit(t);
    break;
  }
}

static enum tui_result choose(struct palette *p) {
  struct tui *t = p->view.tui;
  const struct wid_menu_item *item = wid_menu_selected(&p->menu);
  const char *typed = wid_edit_c(&p->menu.typed);
  int id = item ? item->id : 0;
  if (strcmp(typed, "q!") == 0) { /* whoever types that means it */
    t->quit = true;
    return TUI_REDRAW;
  }
  if (strcmp(typed, "q") == 0)
    id = DO_QUIT;
  char text[TYPED_MAX];
  if (id == DO_WATCH)
    snprintf(text, sizeof text, "%.*s", (int)item->label.n, item->label.p);
  else
    snprintf(text, sizeof text, "%s", typed);
  tui_pop(t);
  if (id && id != DO_WATCH)
    run(t, id);
  else if (!watch(t, text))
    tui_say(t, WID_ERROR, "there is no command %.60s", text);
  return TUI_REDRAW;
}

/* ---- the view -------------------------------------------------------------------------------- */

static void view_free(struct tui_view *v) {
  struct palette *p = palette_of(v);
  wid_menu_done(&p->menu);
  aws_arena_done(&p->arena);
  free(p->items);
  free(p);
}

/* What Enter would come to, where no item says it. */
static const char *nothing(struct palette *p) {
  struct tui_choice choice;
  const char *typed = wid_edit_c(&p->menu.typed);
  if (!read_watch(p->view.tui, typed, &choice))
    return strncmp(typed, "q!", 2) == 0 ? "leave at once" : "there is no such command";
  return p->view.tui->options->demo ? no_other : "Enter watches it";
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  palette_of(v)->menu.nothing = nothing(palette_of(v));
  r.h++; /* the prompt takes the hint line's place */
  wid_menu_draw(&palette_of(v)->menu, win, r);
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  struct palette *p = palette_of(v);
  if (e->kind == WID_EVENT_PASTE)
    return TUI_REDRAW;
  switch (wid_menu_event(&p->menu, e)) {
  case WID_SUBMIT:
    return choose(p);
  case WID_CANCEL:
    return TUI_CLOSE;
  default:
    return TUI_REDRAW;
  }
}

static const struct tui_view_ops ops = {
    .name = "palette", .over = true, .free = view_free, .draw = draw, .event = event};

struct tui_view *tui_palette_new(struct tui *t) {
  struct palette *p = aws_calloc(1, sizeof *p);
  if (!p)
    return NULL;
  p->view = (struct tui_view){&ops, t};
  aws_arena_init(&p->arena, (size_t)1 << 20);
  add_commands(p, tui_top(t));
  add_places(p);
  if (!wid_menu_init(&p->menu, ":", p->items, p->n, true)) {
    view_free(&p->view);
    return NULL;
  }
  return &p->view;
}
