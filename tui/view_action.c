/* One action from its first question to its end. Knows no action by name: it shows the form, the
 * plan, the confirmation and the progress that the stack hands out. */
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

#define INPUTS_MAX WID_FORM_FIELDS_MAX
#define VALUE_MAX                                                                                  \
  (16 << 20) /* more paths than an invalidation takes, each as long as it may be                   \
              */

enum stage { STAGE_NONE, STAGE_FORM, STAGE_PICK, STAGE_CONFIRM, STAGE_WATCH };

struct action {
  struct tui_view view;
  struct stack_action *a;
  enum stage stage; /* which of the widgets below stands */
  unsigned plan;    /* that the dialog shows */
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

static const struct stack_action_view *seen(const struct action *a) {
  return stack_action_view(a->a);
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
                                      .initial = in->initial,
                                      .max = 4096,
                                      .required = true,
                                      .hint = in->hint};
  }
  return wid_form_init(&a->form, v->title, a->fields, n, NULL, NULL);
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

static bool open_dialog(struct action *a) {
  const struct stack_action_view *v = seen(a);
  enum wid_dialog_kind kind = v->typed ? WID_DIALOG_TYPE : WID_DIALOG_CONFIRM;
  if (!wid_dialog_init(&a->dialog, kind, wid_str_from(v->title), wid_str_from(v->type_this)))
    return false;
  a->dialog.danger = v->typed;
  wid_text_addf(&a->dialog.body, WID_BOLD, "%s", v->subject);
  wid_text_add(&a->dialog.body, WID_NORMAL, 0, WID_STR_LIT(""));
  for (size_t i = 0; i < v->nplan; i++) {
    enum stack_level level = v->plan[i].level;
    char line[240];
    snprintf(line, sizeof line, "%s%s%s", level > STACK_OK ? tui_level_glyph(level) : "",
             level > STACK_OK ? " " : "", v->plan[i].text);
    wid_text_add(&a->dialog.body, level > STACK_OK ? tui_level_style(level) : WID_NORMAL, 2,
                 wid_str_from(line));
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

static enum stage stage_for(const struct stack_action_view *v) {
  switch (v->step) {
  case STACK_STEP_INPUT:
    return v->ninputs == 1 && v->inputs[0].kind == STACK_INPUT_CHOICE ? STAGE_PICK : STAGE_FORM;
  case STACK_STEP_CONFIRM:
    return STAGE_CONFIRM;
  default:
    return STAGE_WATCH;
  }
}

/* True: another widget stands now. A service that changed is planned again, and that may come
 * before anything was drawn in between: the dialog is then one for another plan. */
static bool follow(struct action *a) {
  enum stage want = stage_for(seen(a));
  if (want == a->stage && (want != STAGE_CONFIRM || a->plan == seen(a)->plans))
    return false;
  a->plan = seen(a)->plans;
  close_stage(a);
  bool ok = want == STAGE_WATCH || (want == STAGE_FORM && open_form(a)) ||
            (want == STAGE_PICK && open_menu(a)) || (want == STAGE_CONFIRM && open_dialog(a));
  a->stage = ok ? want : STAGE_NONE;
  if (ok && want == STAGE_FORM && seen(a)->input_error[0])
    wid_form_say(&a->form, seen(a)->input_error);
  return true;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* The choices, and below them what the selected one would change. */
static void draw_pick(struct action *a, WINDOW *win, struct wid_rect r) {
  const struct stack_input *in = &seen(a)->inputs[0];
  size_t chosen = wid_menu_index(&a->menu);
  const struct stack_choice *choice = chosen < in->nchoices ? &in->choices[chosen] : NULL;
  int w = r.w < 100 ? r.w : 100;
  wid_text_clear(&a->text);
  wid_text_add(&a->text, WID_NORMAL, 2, wid_str_from(choice ? choice->detail : ""));
  if (seen(a)->input_error[0])
    wid_text_add(&a->text, WID_ERROR, 0, wid_str_from(seen(a)->input_error));
  int list = in->nchoices + 6 < (size_t)r.h / 2 ? (int)in->nchoices + 6 : r.h / 2;
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

static void draw_watch(struct action *a, WINDOW *win, struct wid_rect r) {
  const struct stack_action_view *v = seen(a);
  int w = r.w < 86 ? r.w - 2 : 84;
  build_watch(a);
  int h = (int)wid_text_height(&a->text, w - 4) + 5;
  struct wid_rect box = wid_rect_center(r, h, w);
  if (is_history(v)) /* the board above shows what it does */
    box.y = r.y + r.h - box.h;
  struct wid_frame frame = {.title = wid_str_from(v->def->title), .focused = true};
  wid_cells_fill(win, box, WID_NORMAL);
  struct wid_rect inside = wid_rect_inset(wid_frame_draw(win, box, &frame), 0, 1);
  struct wid_rect text = inside;
  text.h -= 2;
  wid_text_draw(&a->text, win, text);
  if (v->fraction >= 0 && v->step >= STACK_STEP_SENDING)
    wid_gauge_draw(win, wid_rect_line(inside, inside.h - 2), WID_NOTE, v->fraction,
                   WID_STR_LIT(""));
  const char *way = v->step == STACK_STEP_ENDED     ? "Enter closes"
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
    wid_form_draw(&a->form, win, r);
    break;
  case STAGE_PICK:
    draw_pick(a, win, r);
    break;
  case STAGE_CONFIRM:
    wid_dialog_draw(&a->dialog, win, r);
    break;
  default:
    draw_watch(a, win, r);
  }
}

/* ---- answering ------------------------------------------------------------------------------- */

static enum tui_result cancel(struct action *a) {
  if (seen(a)->step < STACK_STEP_SENDING)
    stack_action_cancel(a->a);
  return TUI_CLOSE;
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
    stack_action_input(a->a, values);
  for (int i = 0; i < n; i++)
    aws_buf_done(&texts[i]);
  if (!failed && seen(a)->step == STACK_STEP_INPUT && seen(a)->input_error[0])
    wid_form_say(&a->form, seen(a)->input_error);
}

static void submit_pick(struct action *a) {
  size_t chosen = wid_menu_index(&a->menu);
  const struct stack_input *in = &seen(a)->inputs[0];
  if (chosen >= in->nchoices)
    return;
  char value[sizeof in->choices[0].value];
  snprintf(value, sizeof value, "%s", in->choices[chosen].value);
  stack_action_input(a->a, (const char *const[]){value});
}

static void confirm(struct action *a) {
  char typed[sizeof seen(a)->type_this];
  bool wanted = seen(a)->typed;
  snprintf(typed, sizeof typed, "%s", seen(a)->type_this);
  stack_action_confirm(a->a, wanted ? typed : NULL);
}

static enum tui_result watch_event(struct action *a, const struct wid_event *e) {
  if (e->kind != WID_EVENT_KEY)
    return TUI_REDRAW;
  bool ended = seen(a)->step == STACK_STEP_ENDED;
  if (e->key == WID_KEY_ESC || (ended && (e->key == WID_KEY_ENTER || e->key == 'q')))
    return cancel(a);
  return e->key == WID_CTRL('L') || e->key == WID_CTRL('Z') ? TUI_IGNORED : TUI_REDRAW;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  struct action *a = action_of(v);
  enum wid_result r = WID_IGNORED;
  if (follow(a) && a->stage == STAGE_CONFIRM)
    return TUI_REDRAW; /* no key confirms what was not on screen */
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

static void view_free(struct tui_view *v) {
  struct action *a = action_of(v);
  close_stage(a);
  wid_text_done(&a->text);
  free(a);
}

static const struct tui_view_ops ops = {
    .name = "action", .over = true, .free = view_free, .draw = draw, .event = event};

struct tui_view *tui_action_new(struct tui *t, struct stack_action *started) {
  struct action *a = aws_calloc(1, sizeof *a);
  if (!a)
    return NULL;
  a->view = (struct tui_view){&ops, t};
  a->a = started;
  wid_text_init(&a->text);
  return &a->view;
}
