/* What a command does, here and now: on what is pointed at, or everywhere. */
#include "aws/api/ssm.h"
#include "stack/path.h"
#include "tui/tui.h"

bool tui_subject_of(const struct tui_view *v, struct tui_subject *s) {
  return v->ops->subject && v->ops->subject(v, s);
}

const struct stack_action_def *tui_action_of(enum tui_command c) {
  const struct tui_key_def *def = tui_key_def(c);
  return def->group == TUI_GROUP_ACT ? stack_action_find(def->name) : NULL;
}

bool tui_forbidden(const struct tui *t, enum tui_command c) {
  return tui_action_of(c) && stack_read_only(t->stack);
}

size_t tui_pane_of(enum tui_command c) {
  const struct stack_action_def *def = tui_action_of(c);
  unsigned kinds = def ? def->kinds : c == TUI_REVEAL ? 1u << STACK_PARAMETER : 0;
  size_t pane = tui_board_panes();
  for (unsigned k = 0; k < STACK_KINDS && pane == tui_board_panes(); k++)
    if (kinds & (1u << k))
      pane = tui_board_pane_of((enum stack_kind)k);
  return pane;
}

bool tui_acts_on(const struct tui *t, const struct stack_action_def *def,
                 const struct tui_subject *s, struct tui_subject *out, size_t *n) {
  *out = *s;
  *n = 0;
  if (def->kinds & (1u << s->kind))
    return true;
  if (!(def->kinds & (1u << STACK_SERVICE)))
    return false;
  const struct stack_row *row = stack_service_behind(t->stack, s->kind, s->id, n);
  if (row)
    *out = (struct tui_subject){STACK_SERVICE, row->id, row};
  return row != NULL;
}

bool tui_is_secret(const struct tui_subject *s) {
  if (s->kind != STACK_PARAMETER || !s->row)
    return false;
  const struct ssm_parameter_metadata *p = s->row->item;
  return aws_str_eq_c(p->type, "SecureString");
}

bool tui_subject_can(const struct tui_view *v, enum tui_command c) {
  struct tui_subject s;
  if (!tui_subject_of(v, &s))
    return false;
  const struct stack_action_def *def = tui_action_of(c);
  struct tui_subject of;
  size_t n;
  if (def)
    return tui_acts_on(v->tui, def, &s, &of, &n);
  return c == TUI_DESCRIBE || c == TUI_EVENTS || c == TUI_COPY ||
         (c == TUI_REVEAL && tui_is_secret(&s));
}

bool tui_works_everywhere(const struct tui *t, const struct tui_view *v, enum tui_command c) {
  switch (c) {
  case TUI_BACK:
    return t->nviews > 1;
  case TUI_ALARMS:
    return !tui_is_list(v, STACK_ALARM);
  case TUI_PANE:
  case TUI_REFRESH:
  case TUI_REPAINT:
  case TUI_COMMAND:
  case TUI_HELP:
  case TUI_QUIT:
  case TUI_SUSPEND:
    return true;
  default:
    return false;
  }
}

bool tui_can(struct tui *t, const struct tui_view *v, enum tui_command c) {
  return (v->ops->can && v->ops->can(v, c)) || tui_subject_can(v, c) ||
         tui_works_everywhere(t, v, c);
}
