/* An action from its first question to its end, on one thing or on all that were marked: one form,
 * one plan and one confirmation for all, each sent and followed by itself. Knows no action by name:
 * it shows what the stack hands out. */
#include "tui/tui.h"
#include "widgets/bar.h"
#include "widgets/cells.h"
#include "widgets/dialog.h"
#include "widgets/form.h"
#include "widgets/menu.h"
#include "widgets/spark.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUTS_MAX WID_FORM_FIELDS_MAX
#define VALUE_MAX                                                                                  \
  (16 << 20) /* more paths than an invalidation takes, each as long as it may be                   \
              */

#define AHEAD_MAX 64 /* keys typed before what they are for is there */

enum stage { STAGE_NONE, STAGE_FORM, STAGE_PICK, STAGE_CONFIRM, STAGE_WATCH };

struct action {
  struct tui_view view;
  struct stack_action *all[TUI_MARKED_MAX];
  size_t n;
  enum stack_kind kind;     /* of what they act on */
  enum stage stage;         /* which of the widgets below stands */
  unsigned plan;            /* that the dialog shows: the sum of all */
  int32_t ahead[AHEAD_MAX]; /* keys that wait for the form or the menu */
  size_t n_ahead;           /* more than there is room for: too many */
  char title[192], old[128];
  struct wid_form form;
  struct wid_field fields[INPUTS_MAX];
  struct wid_menu menu;
  struct wid_menu_item *items;
  struct wid_dialog dialog;
  struct wid_text text; /* details of a choice, progress */
};

static struct action *action_of(const struct tui_view *v) {
  return (struct action *)(uintptr_t)v;
}

static const struct stack_action_view *nth(const struct action *a, size_t i) {
  return stack_action_view(a->all[i]);
}

/* How many of them are at a step, and the first of these. */
static size_t at_step(const struct action *a, enum stack_action_step step,
                      const struct stack_action_view **first) {
  size_t n = 0;
  for (size_t i = 0; i < a->n; i++) {
    const struct stack_action_view *v = nth(a, i);
    if (v->step == step && n++ == 0 && first)
      *first = v;
  }
  return n;
}

/* The one that stands for all: that is asked about, else the first. */
static const struct stack_action_view *seen(const struct action *a) {
  const struct stack_action_view *v = nth(a, 0);
  if (!at_step(a, STACK_STEP_INPUT, &v))
    at_step(a, STACK_STEP_CONFIRM, &v);
  return v;
}

static bool all_ended(const struct action *a) {
  return at_step(a, STACK_STEP_ENDED, NULL) == a->n;
}

/* Several have a title of their own: "Scale service: 3 at once". */
static const char *title_of(struct action *a, size_t n) {
  if (a->n == 1)
    return seen(a)->title;
  snprintf(a->title, sizeof a->title, "%s: %zu at once", seen(a)->def->title, n);
  return a->title;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static bool open_form(struct action *a) {
  const struct stack_action_view *v = seen(a);
  static const enum wid_field_kind kinds[] = {[STACK_INPUT_TEXT] = WID_FIELD_TEXT,
                                              [STACK_INPUT_CHOICE] = WID_FIELD_TEXT,
                                              [STACK_INPUT_LINES] = WID_FIELD_LIST};
  int n = v->ninputs < INPUTS_MAX ? (int)v->ninputs : INPUTS_MAX;
  for (int i = 0; i < n; i++) {
    const struct stack_input *in = &v->inputs[i];
    a->fields[i] = (struct wid_field){.label = in->label,
                                      .kind = kinds[in->kind],
                                      .initial = a->n == 1 ? in->initial : NULL,
                                      .max = 4096,
                                      .required = true,
                                      .hint = in->hint};
  }
  return wid_form_init(&a->form, title_of(a, at_step(a, STACK_STEP_INPUT, NULL)), a->fields, n,
                       NULL, NULL);
}

static bool open_menu(struct action *a) {
  const struct stack_action_view *v = seen(a);
  const struct stack_input *in = &v->inputs[0];
  a->items = aws_calloc(in->nchoices ? in->nchoices : 1, sizeof *a->items);
  if (!a->items)
    return false;
  for (size_t i = 0; i < in->nchoices; i++)
    a->items[i] = (struct wid_menu_item){.label = wid_str_from(in->choices[i].title), .id = (int)i};
  return wid_menu_init(&a->menu, v->title, a->items, in->nchoices, false);
}

static void add_plan(struct wid_text *t, const struct stack_action_view *v) {
  wid_text_addf(t, WID_BOLD, "%s", v->subject);
  if (v->step == STACK_STEP_ENDED) { /* one of several that the others go on without */
    const char *why = v->input_error[0] ? v->input_error : v->progress;
    wid_text_addf(t, WID_WARN, "%s not this one: %s", tui_level_glyph(STACK_WARN), why);
    return;
  }
  for (size_t i = 0; i < v->nplan; i++) {
    enum stack_level level = v->plan[i].level;
    char line[240];
    snprintf(line, sizeof line, "%s%s%s", level > STACK_OK ? tui_level_glyph(level) : "",
             level > STACK_OK ? " " : "", v->plan[i].text);
    wid_text_add(t, level > STACK_OK ? tui_level_style(level) : WID_NORMAL, 2, wid_str_from(line));
  }
}

static bool any_typed(const struct action *a) {
  for (size_t i = 0; i < a->n; i++)
    if (nth(a, i)->step == STACK_STEP_CONFIRM && nth(a, i)->typed)
      return true;
  return false;
}

#define NAMES_MAX 40 /* bytes that somebody types without a sigh */

/* Their names, or where these are long, the first one and how many there are: never the same words
 * for any that might have been marked. */
static void word_for_all(const struct action *a, size_t n, char *out, size_t size) {
  const char *first = NULL;
  size_t used = 0;
  for (size_t i = 0; i < a->n; i++) {
    if (nth(a, i)->step != STACK_STEP_CONFIRM)
      continue;
    first = first ? first : nth(a, i)->type_this;
    if (used < size)
      used +=
          (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", nth(a, i)->type_this);
  }
  if (used > NAMES_MAX)
    snprintf(out, size, "%.100s and %zu more", first, n - 1);
}

static bool open_dialog(struct action *a) {
  const struct stack_action_view *v = seen(a);
  size_t n = at_step(a, STACK_STEP_CONFIRM, NULL);
  bool typed = any_typed(a);
  char word[sizeof v->type_this];
  snprintf(word, sizeof word, "%s", v->type_this);
  if (n > 1)
    word_for_all(a, n, word, sizeof word);
  if (!wid_dialog_init(&a->dialog, typed ? WID_DIALOG_TYPE : WID_DIALOG_CONFIRM,
                       wid_str_from(title_of(a, n)), wid_str_from(word)))
    return false;
  a->dialog.danger = typed;
  for (size_t i = 0; i < a->n; i++) {
    if (nth(a, i)->step != STACK_STEP_CONFIRM && nth(a, i)->step != STACK_STEP_ENDED)
      continue; /* sent already */
    if (a->dialog.body.n_lines)
      wid_text_add(&a->dialog.body, WID_NORMAL, 0, WID_STR_LIT(""));
    add_plan(&a->dialog.body, nth(a, i));
  }
  return true;
}

/* ---- following the action's steps ------------------------------------------------------------ */

static void close_stage(struct action *a) {
  if (a->stage == STAGE_FORM)
    wid_form_done(&a->form);
  if (a->stage == STAGE_PICK)
    wid_menu_done(&a->menu);
  if (a->stage == STAGE_CONFIRM)
    wid_dialog_done(&a->dialog);
  free(a->items);
  a->items = NULL;
  a->stage = STAGE_NONE;
}

static enum stage wanted_stage(const struct action *a) {
  const struct stack_action_view *v = NULL;
  if (at_step(a, STACK_STEP_READING, NULL) || at_step(a, STACK_STEP_PLANNING, NULL))
    return STAGE_WATCH;
  if (at_step(a, STACK_STEP_INPUT, &v))
    return v->ninputs == 1 && v->inputs[0].kind == STACK_INPUT_CHOICE ? STAGE_PICK : STAGE_FORM;
  return at_step(a, STACK_STEP_CONFIRM, NULL) ? STAGE_CONFIRM : STAGE_WATCH;
}

static unsigned plans(const struct action *a) {
  unsigned sum = 0;
  for (size_t i = 0; i < a->n; i++)
    sum += nth(a, i)->plans;
  return sum;
}

/* A service that changed is planned again, and that may come before anything was drawn in between:
 * the dialog is then one for another plan. */
static void follow(struct action *a) {
  enum stage want = wanted_stage(a);
  if (want == a->stage && (want != STAGE_CONFIRM || a->plan == plans(a)))
    return;
  a->plan = plans(a);
  close_stage(a);
  bool ok = want == STAGE_WATCH || (want == STAGE_FORM && open_form(a)) ||
            (want == STAGE_PICK && open_menu(a)) || (want == STAGE_CONFIRM && open_dialog(a));
  a->stage = ok ? want : STAGE_NONE;
  if (ok && want == STAGE_FORM && seen(a)->input_error[0])
    wid_form_say(&a->form, seen(a)->input_error);
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* That a thing was read again and is another by now. NULL: it is as the form or the plan has it. */
static const char *say_old(struct action *a) {
  const struct stack_action_view *v = NULL;
  char age[TUI_AGE_MAX];
  for (size_t i = 0; i < a->n && !v; i++)
    v = stack_action_outdated(a->all[i]) ? nth(a, i) : NULL;
  if (!v)
    return NULL;
  struct aws_str name = aws_str_after_last(aws_str_from(v->subject), '/');
  snprintf(a->old, sizeof a->old, "%s made %s, %.*s has changed since: Ctrl-R makes it anew",
           tui_level_glyph(STACK_WARN), tui_ago(a->view.tui, v->made, age),
           name.n < 60 ? (int)name.n : 60, name.p);
  return a->old;
}

/* The choices, and below them what the selected one would change. */
static void draw_pick(struct action *a, WINDOW *win, struct wid_rect r) {
  const struct stack_input *in = &seen(a)->inputs[0];
  size_t chosen = wid_menu_index(&a->menu);
  const struct stack_choice *choice = chosen < in->nchoices ? &in->choices[chosen] : NULL;
  int w = r.w < 100 ? r.w : 100;
  wid_text_clear(&a->text);
  wid_text_add_lines(&a->text, WID_NORMAL, 2, wid_str_from(choice ? choice->detail : ""));
  if (seen(a)->input_error[0])
    wid_text_add(&a->text, WID_ERROR, 0, wid_str_from(seen(a)->input_error));
  if (seen(a)->beware[0])
    wid_text_addf(&a->text, WID_WARN, "%s %s", tui_level_glyph(STACK_WARN), seen(a)->beware);
  const char *old = say_old(a);
  if (old)
    wid_text_add(&a->text, WID_WARN, 0, wid_str_from(old));
  int list = in->nchoices + 7 < (size_t)r.h / 2 ? (int)in->nchoices + 7 : r.h / 2;
  int detail = (int)wid_text_height(&a->text, w - 4) + 2;
  struct wid_rect both = wid_rect_center(r, list + detail, w), below = both;
  both.h = list;
  below.y += list;
  below.h -= list;
  struct wid_frame frame = {.title = wid_str_from(choice ? choice->title : "")};
  wid_menu_draw(&a->menu, win, both);
  wid_cells_fill(win, below, WID_NORMAL);
  wid_text_draw(&a->text, win, wid_rect_inset(wid_frame_draw(win, below, &frame), 0, 1));
}

static void add_end(struct wid_text *t, const struct stack_action_view *v) {
  static const unsigned styles[] = {
      [STACK_OUTCOME_NONE] = WID_NORMAL,   [STACK_OUTCOME_DONE] = WID_OK,
      [STACK_OUTCOME_FAILED] = WID_BAD,    [STACK_OUTCOME_UNKNOWN] = WID_WARN,
      [STACK_OUTCOME_CANCELLED] = WID_DIM, [STACK_OUTCOME_REFUSED] = WID_WARN};
  wid_text_addf(t, styles[v->outcome], "%s", stack_outcome_name(v->outcome));
  if (v->error.code != AWS_OK)
    wid_text_add(t, WID_ERROR, 0, wid_str_from(v->error.text));
  if (!v->sent)
    wid_text_addf(t, WID_NORMAL, "Nothing was sent.");
  if (v->way_back[0])
    wid_text_addf(t, WID_NORMAL, "Way back: %s", v->way_back);
}

/* From then on the plan is history and the board tells the story. */
static bool is_history(const struct stack_action_view *v) {
  return v->step == STACK_STEP_WATCHING || (v->step == STACK_STEP_ENDED && v->sent);
}

static void build_watch(struct action *a) {
  static const char *const steps[] = {[STACK_STEP_READING] = "reading it again",
                                      [STACK_STEP_INPUT] = "",
                                      [STACK_STEP_PLANNING] = "working out what will change",
                                      [STACK_STEP_CONFIRM] = "",
                                      [STACK_STEP_SENDING] = "sending",
                                      [STACK_STEP_WATCHING] = "following it",
                                      [STACK_STEP_ENDED] = ""};
  const struct stack_action_view *v = seen(a);
  struct wid_text *t = &a->text;
  wid_text_clear(t);
  wid_text_addf(t, WID_BOLD, "%s", v->subject);
  for (size_t i = 0; !is_history(v) && i < v->nplan; i++)
    wid_text_add(t, v->plan[i].level > STACK_NOTE ? tui_level_style(v->plan[i].level) : WID_DIM, 2,
                 wid_str_from(v->plan[i].text));
  wid_text_add(t, WID_NORMAL, 0, WID_STR_LIT(""));
  if (steps[v->step][0])
    wid_text_addf(t, WID_NOTE, TUI_GLYPH_MOVING " %s\xe2\x80\xa6", steps[v->step]);
  bool same = strncmp(v->progress, v->error.text, strlen(v->progress)) == 0;
  if (v->progress[0] && !same) /* the error below says the same in full */
    wid_text_add(t, WID_NORMAL, 0, wid_str_from(v->progress));
  if (v->step == STACK_STEP_ENDED)
    add_end(t, v);
}

/* Several: a line each, and why where one ended otherwise than done. */
static void build_watch_all(struct action *a) {
  struct wid_text *t = &a->text;
  wid_text_clear(t);
  for (size_t i = 0; i < a->n; i++) {
    const struct stack_action_view *v = nth(a, i);
    bool ended = v->step == STACK_STEP_ENDED, done = v->outcome == STACK_OUTCOME_DONE;
    wid_text_addf(t, ended ? done ? WID_OK : WID_WARN : WID_NOTE, "%s %s: %s%s%s",
                  !ended ? TUI_GLYPH_MOVING : tui_level_glyph(done ? STACK_OK : STACK_WARN),
                  v->subject, ended ? stack_outcome_name(v->outcome) : "", ended ? ", " : "",
                  v->input_error[0] ? v->input_error
                  : v->progress[0]  ? v->progress
                                    : "sending");
    if (v->error.code != AWS_OK)
      wid_text_add(t, WID_ERROR, 0, wid_str_from(v->error.text));
    if (v->way_back[0] && ended)
      wid_text_addf(t, WID_NORMAL, "  Way back: %s", v->way_back);
  }
}

static bool any_sent(const struct action *a) {
  size_t n = 0;
  for (size_t i = 0; i < a->n; i++)
    n += is_history(nth(a, i));
  return n > 0;
}

static void draw_watch(struct action *a, WINDOW *win, struct wid_rect r) {
  const struct stack_action_view *v = seen(a);
  int w = r.w < 86 ? r.w - 2 : 84;
  if (a->n == 1)
    build_watch(a);
  else
    build_watch_all(a);
  int h = (int)wid_text_height(&a->text, w - 4) + 5;
  struct wid_rect box = wid_rect_center(r, h, w);
  if (any_sent(a)) /* the board above shows what it does */
    box.y = r.y + r.h - box.h;
  struct wid_frame frame = {.title = wid_str_from(v->def->title), .focused = true};
  wid_cells_fill(win, box, WID_NORMAL);
  struct wid_rect inside = wid_rect_inset(wid_frame_draw(win, box, &frame), 0, 1);
  struct wid_rect text = inside;
  text.h -= 2;
  wid_text_draw(&a->text, win, text);
  if (a->n == 1 && v->fraction >= 0 && v->step >= STACK_STEP_SENDING)
    wid_gauge_draw(win, wid_rect_line(inside, inside.h - 2), WID_NOTE, v->fraction,
                   WID_STR_LIT(""));
  const char *way = all_ended(a)                    ? "Enter closes"
                    : v->step >= STACK_STEP_SENDING ? "Esc closes this; it goes on (:actions)"
                                                    : "Esc cancels";
  wid_cells_put(win, wid_rect_line(inside, inside.h - 1), WID_HINT, wid_str_from(way),
                WID_ALIGN_LEFT, WID_CLIP_END);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct action *a = action_of(v);
  follow(a);
  switch (a->stage) {
  case STAGE_FORM:
    if (!a->form.message[0] && say_old(a))
      wid_form_say(&a->form, a->old);
    wid_form_draw(&a->form, win, r);
    break;
  case STAGE_PICK:
    draw_pick(a, win, r);
    break;
  case STAGE_CONFIRM:
    a->dialog.note = say_old(a);
    wid_dialog_draw(&a->dialog, win, r);
    break;
  default:
    draw_watch(a, win, r);
  }
}

/* ---- answering ------------------------------------------------------------------------------- */

static enum tui_result cancel(struct action *a) {
  for (size_t i = 0; i < a->n; i++)
    if (nth(a, i)->step < STACK_STEP_SENDING)
      stack_action_cancel(a->all[i]);
  return TUI_CLOSE;
}

/* Gives all that ask the same answer. Where some take it and others do not, these are left out: the
 * plan says so and why. */
static void answer(struct action *a, const char *const *values) {
  size_t asked = at_step(a, STACK_STEP_INPUT, NULL), left;
  for (size_t i = 0; i < a->n; i++)
    stack_action_input(a->all[i], values);
  left = at_step(a, STACK_STEP_INPUT, NULL);
  for (size_t i = 0; left < asked && i < a->n; i++)
    if (nth(a, i)->step == STACK_STEP_INPUT)
      stack_action_cancel(a->all[i]);
}

/* A list field's entries, one a line. */
static void join(const struct action *a, int field, struct aws_buf *out) {
  size_t n = wid_form_list_count(&a->form, field);
  for (size_t i = 0; i < n; i++) {
    struct wid_str entry = wid_form_list_entry(&a->form, field, i);
    if (i)
      aws_buf_add_char(out, '\n');
    aws_buf_add(out, entry.p, entry.n);
  }
}

static void submit_form(struct action *a) {
  struct aws_buf texts[INPUTS_MAX];
  const char *values[INPUTS_MAX] = {NULL};
  int n = a->form.n_fields;
  bool failed = false;
  for (int i = 0; i < n; i++) {
    aws_buf_init(&texts[i], VALUE_MAX);
    struct wid_str one = wid_form_value(&a->form, i);
    if (a->fields[i].kind == WID_FIELD_LIST)
      join(a, i, &texts[i]);
    else
      aws_buf_add(&texts[i], one.p, one.n);
    values[i] = texts[i].p ? texts[i].p : "";
    failed |= texts[i].failed;
  }
  if (failed)
    wid_form_say(&a->form, "there is no memory for so much");
  else
    answer(a, values);
  for (int i = 0; i < n; i++)
    aws_buf_done(&texts[i]);
  if (!failed && at_step(a, STACK_STEP_INPUT, NULL) && seen(a)->input_error[0])
    wid_form_say(&a->form, seen(a)->input_error);
}

static void submit_pick(struct action *a) {
  size_t chosen = wid_menu_index(&a->menu);
  const struct stack_input *in = &seen(a)->inputs[0];
  if (chosen >= in->nchoices)
    return;
  char value[sizeof in->choices[0].value];
  snprintf(value, sizeof value, "%s", in->choices[chosen].value);
  answer(a, (const char *const[]){value});
}

static void confirm(struct action *a) {
  for (size_t i = 0; i < a->n; i++) {
    char typed[sizeof nth(a, i)->type_this];
    snprintf(typed, sizeof typed, "%s", nth(a, i)->type_this);
    stack_action_confirm(a->all[i], nth(a, i)->typed ? typed : NULL);
  }
}

/* What is typed while the thing is read is for the form or the menu that follows: all of it, or
 * when it is too much nothing, for a part of a number is another number. */
static void keep(struct action *a, int32_t key) {
  if (!at_step(a, STACK_STEP_READING, NULL))
    return;
  if (a->n_ahead < AHEAD_MAX)
    a->ahead[a->n_ahead] = key;
  a->n_ahead += a->n_ahead <= AHEAD_MAX;
}

static enum tui_result watch_event(struct action *a, const struct wid_event *e) {
  if (e->kind != WID_EVENT_KEY)
    return TUI_REDRAW;
  bool ended = all_ended(a);
  if (e->key == WID_KEY_ESC || (ended && (e->key == WID_KEY_ENTER || e->key == 'q')))
    return cancel(a);
  if (e->key == WID_CTRL('L') || e->key == WID_CTRL('Z'))
    return TUI_IGNORED;
  keep(a, e->key);
  return TUI_REDRAW;
}

/* All that are asked about, when one of them is another by now. */
static bool make_anew(struct action *a, const struct wid_event *e) {
  if (e->kind != WID_EVENT_KEY || e->key != WID_CTRL('R') || !say_old(a))
    return false;
  for (size_t i = 0; i < a->n; i++)
    stack_action_anew(a->all[i]);
  return true;
}

static enum tui_result stage_event(struct action *a, const struct wid_event *e) {
  enum wid_result r = WID_IGNORED;
  follow(a);
  if (make_anew(a, e))
    return TUI_REDRAW;
  if (a->stage == STAGE_FORM)
    r = wid_form_event(&a->form, e);
  else if (a->stage == STAGE_PICK)
    r = e->kind == WID_EVENT_PASTE ? WID_REDRAW : wid_menu_event(&a->menu, e);
  else if (a->stage == STAGE_CONFIRM)
    r = wid_dialog_event(&a->dialog, e);
  else
    return watch_event(a, e);
  if (r == WID_CANCEL)
    return cancel(a);
  if (r == WID_SUBMIT && a->stage == STAGE_FORM)
    submit_form(a);
  else if (r == WID_SUBMIT && a->stage == STAGE_PICK)
    submit_pick(a);
  else if (r == WID_SUBMIT)
    confirm(a);
  return TUI_REDRAW;
}

/* The form or the menu takes what was typed ahead of it; a confirmation takes nothing of it. None
 * of these keys cancels: Esc does not wait. */
static void take_ahead(struct action *a) {
  size_t i = 0, n = a->n_ahead <= AHEAD_MAX ? a->n_ahead : 0;
  for (follow(a); i < n && (a->stage == STAGE_FORM || a->stage == STAGE_PICK); follow(a))
    stage_event(a, &(struct wid_event){.kind = WID_EVENT_KEY, .key = a->ahead[i++]});
  if (!i && a->stage == STAGE_WATCH)
    return;
  if (a->n_ahead > AHEAD_MAX)
    tui_say(a->view.tui, WID_NORMAL, "too many keys at once: none of them was taken");
  a->n_ahead = 0;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  take_ahead(action_of(v));
  return stage_event(action_of(v), e);
}

static void changed(struct tui_view *v, unsigned changes) {
  if (changes & STACK_CHANGED_ACTION)
    take_ahead(action_of(v));
}

static void view_free(struct tui_view *v) {
  struct action *a = action_of(v);
  close_stage(a);
  wid_text_done(&a->text);
  free(a);
}

static const struct tui_view_ops ops = {.name = "action",
                                        .over = true,
                                        .free = view_free,
                                        .draw = draw,
                                        .event = event,
                                        .changed = changed};

struct tui_view *tui_action_new(struct tui *t, enum stack_kind k,
                                struct stack_action *const *started, size_t n) {
  struct action *a = aws_calloc(1, sizeof *a);
  if (!a)
    return NULL;
  a->view = (struct tui_view){&ops, t};
  a->kind = k;
  a->n = n < TUI_MARKED_MAX ? n : TUI_MARKED_MAX;
  memcpy(a->all, started, a->n * sizeof a->all[0]);
  wid_text_init(&a->text);
  return &a->view;
}
