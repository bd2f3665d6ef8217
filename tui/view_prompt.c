/* What only the operator can do for the credentials: type an MFA code, log in with a browser.
 *
 * The question belongs to the chain, which may take it back at any moment; the view follows it
 * between two turns of the loop.
 */
#include "aws/identity.h"
#include "tui/tui.h"
#include "widgets/dialog.h"
#include "widgets/form.h"
#include "widgets/term.h"

#include <stdio.h>
#include <stdlib.h>

#define CODE_DIGITS 6

struct prompt {
  struct tui_view view;
  struct aws_prompt *asked;
  unsigned serial; /* of tui->prompts */
  bool login;
  struct wid_form form;     /* CODE */
  struct wid_dialog dialog; /* LOGIN */
};

static struct prompt *prompt_of(const struct tui_view *v) {
  return (struct prompt *)(uintptr_t)v;
}

/* ---- the view -------------------------------------------------------------------------------- */

static bool six_digits(void *data, const struct wid_form *form, int field, struct wid_str value,
                       char message[WID_FORM_MESSAGE_MAX]) {
  (void)data, (void)form, (void)field;
  bool digits = value.n == CODE_DIGITS;
  for (size_t i = 0; digits && i < value.n; i++)
    digits = value.p[i] >= '0' && value.p[i] <= '9';
  if (!digits)
    snprintf(message, WID_FORM_MESSAGE_MAX, "a code is %d digits", CODE_DIGITS);
  return digits;
}

static bool open_form(struct prompt *p) {
  static const struct wid_field fields[] = {
      {.label = "Code", .kind = WID_FIELD_SECRET, .max = 32, .required = true}};
  if (!wid_form_init(&p->form, "MFA code", fields, 1, six_digits, p))
    return false;
  wid_form_say(&p->form, p->asked->text);
  return true;
}

static bool open_dialog(struct prompt *p) {
  if (!wid_dialog_init(&p->dialog, WID_DIALOG_NOTICE, WID_STR_LIT("Log in"), (struct wid_str){0}))
    return false;
  struct wid_text *body = &p->dialog.body;
  wid_text_add(body, WID_NORMAL, 0, wid_str_from(p->asked->text));
  wid_text_add(body, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add_pair(body, 10, "open", WID_BOLD, wid_str_from(p->asked->url));
  wid_text_add_pair(body, 10, "code", WID_BOLD, wid_str_from(p->asked->code));
  wid_text_add(body, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add(body, WID_DIM, 0,
               WID_STR_LIT("It goes on by itself. c copies the address, Esc leaves it."));
  return true;
}

static void view_free(struct tui_view *v) {
  struct prompt *p = prompt_of(v);
  if (p->login)
    wid_dialog_done(&p->dialog);
  else
    wid_form_done(&p->form); /* wipes */
  if (v->tui->prompt_view == v)
    v->tui->prompt_view = NULL;
  free(p);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct prompt *p = prompt_of(v);
  if (p->login)
    wid_dialog_draw(&p->dialog, win, r);
  else
    wid_form_draw(&p->form, win, r);
}

/* Only Esc leaves a login: it is open for minutes, and a stray key must not end it. */
static enum tui_result login_event(struct prompt *p, const struct wid_event *e) {
  if (e->kind != WID_EVENT_KEY)
    return TUI_REDRAW;
  if (e->key == WID_KEY_ESC)
    aws_prompt_cancel(p->asked);
  else if (e->key == 'c' && wid_term_copy(wid_str_from(p->asked->url)))
    tui_say(p->view.tui, WID_NORMAL, "address copied");
  return TUI_REDRAW;
}

static enum tui_result code_event(struct prompt *p, const struct wid_event *e) {
  switch (wid_form_event(&p->form, e)) {
  case WID_SUBMIT: {
    struct wid_str code = wid_form_value(&p->form, 0);
    aws_prompt_answer(p->asked, (struct aws_str){code.p, code.n});
    break;
  }
  case WID_CANCEL:
    aws_prompt_cancel(p->asked);
    break;
  default:
    break;
  }
  return TUI_REDRAW;
}

/* Still what is asked, and not the next question from the same place. */
static bool is_open(const struct prompt *p) {
  return p->asked == p->view.tui->prompt && p->serial == p->view.tui->prompts;
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  struct prompt *p = prompt_of(v);
  if (!is_open(p))
    return TUI_CLOSE; /* taken back since it was drawn */
  return p->login ? login_event(p, e) : code_event(p, e);
}

static const struct tui_view_ops ops = {
    .name = "prompt", .over = true, .free = view_free, .draw = draw, .event = event};

static struct tui_view *prompt_new(struct tui *t, struct aws_prompt *asked) {
  struct prompt *p = aws_calloc(1, sizeof *p);
  if (!p)
    return NULL;
  p->view = (struct tui_view){&ops, t};
  p->asked = asked;
  p->serial = t->prompts;
  p->login = asked->kind == AWS_PROMPT_LOGIN;
  if (p->login ? open_dialog(p) : open_form(p))
    return &p->view;
  free(p);
  return NULL;
}

/* ---- the chain's side --------------------------------------------------------------------------
 */

static void show(void *arg, struct aws_prompt *asked) {
  struct tui *t = arg;
  t->prompt = asked;
  t->prompts++;
  tui_dirty(t, TUI_DIRTY_KEY);
}

static void hide(void *arg, struct aws_prompt *asked) {
  struct tui *t = arg;
  if (t->prompt == asked)
    t->prompt = NULL;
  tui_dirty(t, TUI_DIRTY_KEY);
}

struct aws_operator tui_operator(struct tui *t) {
  return (struct aws_operator){show, hide, t};
}

void tui_prompt_follow(struct tui *t) {
  if (t->prompt_view && !is_open(prompt_of(t->prompt_view)))
    tui_drop(t, t->prompt_view);
  if (!t->prompt || t->prompt_view)
    return;
  t->prompt_view = prompt_new(t, t->prompt);
  if (t->prompt_view)
    tui_push(t, t->prompt_view);
  else
    aws_prompt_cancel(t->prompt);
}
