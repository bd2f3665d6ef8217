/* Events and commands: on what is pointed at, and those that work everywhere. */
#include "stack/path.h"
#include "tui/tui.h"
#include "widgets/term.h"

#include <stdio.h>

/* ---- commands on what is pointed at ---------------------------------------------------------- */

/* One for each id, or none at all. */
static bool start_all(struct tui *t, const struct stack_action_def *def, enum stack_kind k,
                      const struct aws_str *ids, size_t n, struct stack_action **out,
                      struct aws_error *err) {
  size_t i = 0;
  while (i < n && (out[i] = stack_action_start(t->stack, def, k, &ids[i], 1, err)))
    i++;
  if (i == n)
    return true;
  while (i > 0)
    stack_action_cancel(out[--i]);
  return false;
}

static enum tui_result act(struct tui *t, struct tui_view *v, const struct tui_subject *row,
                           const struct stack_action_def *def) {
  struct tui_subject of, *s = &of;
  struct stack_action *started[TUI_MARKED_MAX];
  struct aws_str ids[TUI_MARKED_MAX];
  struct aws_error err = {0};
  size_t n;
  if (!tui_acts_on(t, def, row, s, &n))
    return TUI_IGNORED;
  if (!stack_action_allowed(t->stack, def, s->kind, &err)) {
    tui_say(t, WID_ERROR, "%s", err.text);
    return TUI_REDRAW;
  }
  n = v->ops->marked && s->kind == row->kind ? v->ops->marked(v, ids, TUI_MARKED_MAX) : 0;
  if (n > TUI_MARKED_MAX || (n > 1 && !def->many)) {
    tui_say(t, WID_ERROR, "%s: %zu rows are marked, it takes %d at once; Esc takes the marks away",
            def->title, n, def->many ? TUI_MARKED_MAX : 1);
    return TUI_REDRAW;
  }
  if (!n)
    ids[n++] = s->id;
  if (!start_all(t, def, s->kind, ids, n, started, &err)) {
    tui_say(t, WID_ERROR, "%s", err.text);
    return TUI_REDRAW;
  }
  if (v->ops->unmark)
    v->ops->unmark(v);
  tui_push(t, tui_action_new(t, s->kind, started, n));
  return TUI_REDRAW;
}

static enum tui_result reveal(struct tui *t, const struct tui_subject *s) {
  struct aws_error err = {0};
  struct aws_str value;
  aws_ms until;
  if (stack_value(t->stack, s->row->name, &value, &until) == STACK_VALUE_SHOWN)
    stack_hide(t->stack, s->row->name);
  else if (!stack_reveal(t->stack, s->row->name, &err))
    tui_say(t, WID_ERROR, "%s", err.text);
  return TUI_REDRAW;
}

/* A parameter's value, unless it is hidden; else *value stays. */
static bool value_of(struct tui *t, const struct tui_subject *s, struct aws_str *value) {
  aws_ms until;
  if (s->kind != STACK_PARAMETER || !s->row)
    return false;
  struct aws_str shown;
  enum stack_value_state st = stack_value(t->stack, s->row->name, &shown, &until);
  if (st != STACK_VALUE_PLAIN && st != STACK_VALUE_SHOWN)
    return false;
  *value = shown;
  return true;
}

/* Says what is in the clipboard now, but for values: they may be secrets. */
static enum tui_result copy(struct tui *t, const struct tui_subject *s) {
  struct aws_str text = s->id;
  bool value = value_of(t, s, &text);
  const char *what = value ? "value" : aws_str_starts(text, "arn:") ? "ARN" : "name";
  if (!wid_term_copy(tui_str(text)))
    tui_say(t, WID_ERROR, "this terminal takes no copy (OSC 52), or the %s is too long", what);
  else if (value)
    tui_say(t, WID_NORMAL, "value copied");
  else
    tui_say(t, WID_NORMAL, "%s copied: %.*s%s", what, AWS_STR_ARG(text),
            tui_is_secret(s) ? " (its value is hidden)" : "");
  return TUI_REDRAW;
}

static enum tui_result subject_command(struct tui *t, struct tui_view *v, enum tui_command c) {
  struct tui_subject s;
  if (!tui_subject_of(v, &s))
    return TUI_IGNORED;
  const struct stack_action_def *def = tui_action_of(c);
  if (def)
    return act(t, v, &s, def);
  switch (c) {
  case TUI_DESCRIBE:
    tui_push(t, tui_describe_new(t, &s));
    return TUI_REDRAW;
  case TUI_EVENTS:
    tui_push(t, tui_events_new(t, &s));
    return TUI_REDRAW;
  case TUI_COPY:
    return copy(t, &s);
  case TUI_REVEAL:
    return reveal(t, &s);
  default:
    return TUI_IGNORED;
  }
}

/* ---- commands that work everywhere ----------------------------------------------------------- */

/* What was wrong may have been mended outside meanwhile: credentials, the account, the network. */
static enum tui_result connect_again(struct tui *t) {
  struct aws_error err = {0};
  tui_pop_to_board(t);
  if (tui_session_open(t, &t->choice, &err)) {
    tui_board_forget(t->views[0]);
    tui_say(t, WID_NORMAL, "trying to connect again");
  } else {
    tui_say(t, WID_ERROR, "%s", err.text);
  }
  return TUI_REDRAW;
}

/* From wherever one is. */
static enum tui_result to_pane(struct tui *t, size_t pane) {
  if (pane >= tui_board_panes())
    return TUI_IGNORED;
  tui_pop_to_board(t);
  tui_board_focus(tui_top(t), pane);
  return TUI_REDRAW;
}

static enum tui_result global_command(struct tui *t, struct tui_view *v, enum tui_command c,
                                      size_t index) {
  switch (c) {
  case TUI_PANE:
    return to_pane(t, index);
  case TUI_BACK:
    return TUI_CLOSE;
  case TUI_QUIT:
    if (t->nviews > 1)
      return TUI_CLOSE;
    tui_quit(t);
    return TUI_REDRAW;
  case TUI_ALARMS:
    tui_push(t, tui_list_new(t, STACK_ALARM, (struct aws_str){NULL, 0}));
    return TUI_REDRAW;
  case TUI_REFRESH:
    if (stack_state(t->stack) == STACK_REFUSED)
      return connect_again(t);
    if (stack_keys_error(t->stack))
      stack_renew_keys(t->stack);
    stack_refresh_all(t->stack);
    tui_say(t, WID_NORMAL, "reading everything again");
    return TUI_REDRAW;
  case TUI_REPAINT:
    wid_term_repaint();
    return TUI_REDRAW;
  case TUI_COMMAND:
    tui_push(t, tui_palette_new(t));
    return TUI_REDRAW;
  case TUI_HELP:
    tui_push(t, tui_help_new(t, v));
    return TUI_REDRAW;
  case TUI_SUSPEND:
    wid_term_suspend();
    return TUI_REDRAW;
  default:
    return TUI_IGNORED;
  }
}

/* A key that acts on rows of another pane says so: silence looks like a console that hangs. */
static enum tui_result say_where(struct tui *t, const struct tui_view *v, enum tui_command c) {
  size_t pane = tui_pane_of(c);
  struct tui_subject s = {.kind = STACK_KINDS}, of;
  const struct stack_action_def *def = tui_action_of(c);
  size_t n;
  const char *what = def ? def->title : "Reveal";
  if (pane >= tui_board_panes())
    return TUI_IGNORED;
  if (!tui_subject_of(v, &s))
    tui_say(t, WID_NORMAL, "%s: no row is selected that it is for; see pane %zu, %s", what,
            pane + 1, tui_board_pane_name(pane));
  else if (c == TUI_REVEAL && s.kind == STACK_PARAMETER)
    tui_say(t, WID_NORMAL, "%s: only a SecureString is hidden", what);
  else if (def && !tui_acts_on(t, def, &s, &of, &n) && n > 1)
    tui_say(t, WID_NORMAL, "%s: %zu services stand behind this %s; choose one in pane %zu, %s",
            what, n, stack_kind_singular(s.kind), pane + 1, tui_board_pane_name(pane));
  else
    tui_say(t, WID_NORMAL, "%s: not for a %s; see pane %zu, %s", what, stack_kind_singular(s.kind),
            pane + 1, tui_board_pane_name(pane));
  return TUI_REDRAW;
}

static enum tui_result command(struct tui *t, struct tui_view *v, enum tui_command c,
                               size_t index) {
  if (v->ops->can && v->ops->can(v, c))
    return v->ops->command(v, c, index);
  if (tui_subject_can(v, c))
    return subject_command(t, v, c);
  return tui_works_everywhere(t, v, c) ? global_command(t, v, c, index) : say_where(t, v, c);
}

/* ---- events ---------------------------------------------------------------------------------- */

/* Arrows and their like move in every list, whatever the configuration binds. */
static enum tui_command fixed_key(int32_t key) {
  static const enum tui_command moves[] = {
      [WID_MOVE_NONE] = TUI_NO_COMMAND,     [WID_MOVE_UP] = TUI_UP,
      [WID_MOVE_DOWN] = TUI_DOWN,           [WID_MOVE_PAGE_UP] = TUI_PAGE_UP,
      [WID_MOVE_PAGE_DOWN] = TUI_PAGE_DOWN, [WID_MOVE_HOME] = TUI_TOP,
      [WID_MOVE_END] = TUI_BOTTOM,
  };
  return moves[wid_move_of_key(key)];
}

/* On a screen that is too small nothing is drawn, so no key does anything that ought to be seen:
 * only those that leave, stop the program or paint anew. */
static void take_unseen(struct tui *t, const struct wid_event *e) {
  bool key = e->kind == WID_EVENT_KEY;
  switch (key ? tui_keys_find(&t->settings.keys, e->key, NULL) : TUI_NO_COMMAND) {
  case TUI_QUIT:
    tui_quit(t);
    break;
  case TUI_REPAINT:
    wid_term_repaint();
    break;
  case TUI_SUSPEND:
    wid_term_suspend();
    break;
  default:
    return;
  }
  tui_dirty(t, TUI_DIRTY_KEY);
}

/* Silence looks like a console that hangs. Moving where there is no further, and going back where
 * there is nothing to go back from, are not worth a word. */
static enum tui_result say_unused(struct tui *t, int32_t key, enum tui_command c) {
  char name[TUI_KEY_NAME_MAX], help[TUI_KEY_NAME_MAX];
  bool quiet = c != TUI_NO_COMMAND && tui_key_def(c)->group == TUI_GROUP_MOVE;
  tui_key_name(key, name);
  if (quiet || !name[0])
    return TUI_IGNORED;
  if (c == TUI_FAULT)
    tui_say(t, WID_NORMAL, "nothing is at fault");
  else if (tui_keys_first(&t->settings.keys, TUI_HELP, help)[0])
    tui_say(t, WID_NORMAL, "no key %s here; %s lists them", name, help);
  else
    tui_say(t, WID_NORMAL, "no key %s here", name);
  return TUI_REDRAW;
}

/* What the palette chose acts on the view below it. */
static void run_chosen(struct tui *t) {
  enum tui_command c = t->chosen;
  t->chosen = TUI_NO_COMMAND;
  if (c != TUI_NO_COMMAND && command(t, tui_top(t), c, 0) == TUI_CLOSE)
    tui_pop(t);
}

static void take(struct tui *t, const struct wid_event *e) {
  struct tui_view *v = tui_top(t);
  if (e->kind == WID_EVENT_RESIZE) {
    wid_term_resize();
    tui_dirty(t, TUI_DIRTY_KEY);
    return;
  }
  if (t->unseen || wid_term_too_small()) {
    take_unseen(t, e);
    return;
  }
  if (t->notice[0] && e->kind == WID_EVENT_KEY) {
    t->notice[0] = '\0';
    tui_dirty(t, TUI_DIRTY_KEY);
  }
  enum tui_result r = v->ops->event ? v->ops->event(v, e) : TUI_IGNORED;
  if (r == TUI_IGNORED && e->kind == WID_EVENT_KEY) {
    size_t index = 0;
    enum tui_command c = tui_keys_find(&t->settings.keys, e->key, &index);
    if (c == TUI_NO_COMMAND)
      c = fixed_key(e->key);
    if (c != TUI_NO_COMMAND)
      r = command(t, v, c, index);
    if (r == TUI_IGNORED)
      r = say_unused(t, e->key, c);
  }
  if (r == TUI_CLOSE)
    tui_pop(t);
  if (r != TUI_IGNORED)
    tui_dirty(t, TUI_DIRTY_KEY);
  run_chosen(t);
}

/* A slow link, a macro or a fast hand sends Esc and the next key in one go, which looks like Alt:
 * where no command is bound to that, it is the two keys. */
void tui_event(struct tui *t, const struct wid_event *e) {
  bool alt = e->kind == WID_EVENT_KEY && e->key & WID_KEY_ALT;
  if (!alt || tui_keys_find(&t->settings.keys, e->key, NULL) != TUI_NO_COMMAND) {
    take(t, e);
    return;
  }
  take(t, &(struct wid_event){.kind = WID_EVENT_KEY, .key = WID_KEY_ESC});
  take(t, &(struct wid_event){.kind = WID_EVENT_KEY, .key = e->key & ~WID_KEY_ALT});
}
