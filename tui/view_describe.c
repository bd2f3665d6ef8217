/* Describe: how the thing is rated, what it refers to, all fields, then the raw reply; and the
 * versions of a parameter. Both read something on demand and fill in what came. */
#include "stack/path.h"
#include "tui/fields.h"
#include "tui/page.h"
#include "tui/when.h"

#include "aws/api/ssm.h"

#include <stdio.h>
#include <stdlib.h>

struct describe {
  struct tui_view view;
  struct tui_page page;
  enum stack_kind kind;
  char *id;
  char title[160];
  struct stack_lookup *lookup;
  struct aws_error refused; /* why there is no lookup */
  bool complete;            /* what the lookup brought is in the text */
};

static struct describe *describe_of(const struct tui_view *v) {
  return (struct describe *)(uintptr_t)v;
}

static void heading(struct describe *d, const char *text) {
  wid_text_add(&d->page.text, WID_NORMAL, 0, WID_STR_LIT(""));
  wid_text_add(&d->page.text, WID_HEADER, 0, wid_str_from(text));
}

/* ---- describe -------------------------------------------------------------------------------- */

static void add_ref(struct describe *d, const struct stack_ref *ref, bool away) {
  struct stack *s = d->view.tui->stack;
  enum stack_kind k = away ? ref->to_kind : ref->from_kind;
  struct aws_str id = away ? ref->to : ref->from;
  const struct stack_row *row = id.p ? stack_find(s, k, id) : NULL;
  struct aws_str name = row ? row->name : id;
  char label[64], value[512];
  snprintf(label, sizeof label, "%s%s", away ? "" : "from ", ref->what);
  if (!id.p)
    snprintf(value, sizeof value, "not joined: %s", ref->why);
  else
    snprintf(value, sizeof value, "%s %.*s  %s", stack_kind_singular(k), AWS_STR_ARG(name),
             ref->why);
  wid_text_add_pair(&d->page.text, 30, label, id.p ? WID_NORMAL : WID_WARN, wid_str_from(value));
}

static void add_refs(struct describe *d) {
  const struct stack_ref *refs;
  size_t n = stack_refs(d->view.tui->stack, &refs);
  bool any = false;
  for (size_t i = 0; i < n; i++) {
    bool away = refs[i].from_kind == d->kind && aws_str_eq_c(refs[i].from, d->id);
    bool here = refs[i].to_kind == d->kind && refs[i].to.p && aws_str_eq_c(refs[i].to, d->id);
    if (!away && !here)
      continue;
    if (!any)
      heading(d, "Refers to, and is referred to by");
    any = true;
    add_ref(d, &refs[i], away);
  }
}

static void add_thing(struct describe *d, const struct stack_row *row) {
  struct wid_text *t = &d->page.text;
  char when[TUI_WHEN_MAX];
  wid_text_addf(t, WID_BOLD, "%s", d->id);
  wid_text_addf(t, tui_level_style(row->rating.level), "%s %s%s%s",
                tui_level_glyph(row->rating.level), tui_level_word(row->rating.level),
                row->rating.reason[0] ? ": " : "", row->rating.reason);
  wid_text_addf(t, WID_DIM, "read %s", tui_when_full(row->fetched_at, when));
  add_refs(d);
  heading(d, "Fields");
  tui_fields_add(t, stack_kind_type(d->kind), row->item);
}

static void add_raw(struct describe *d) {
  const struct aws_error *err = NULL;
  struct wid_text *t = &d->page.text;
  heading(d, "Reply");
  if (!d->lookup)
    wid_text_addf(t, WID_ERROR, "%s", d->refused.text);
  else if (!stack_lookup_done(d->lookup, &err))
    wid_text_addf(t, WID_DIM, "asking again\xe2\x80\xa6");
  else if (err)
    wid_text_addf(t, WID_ERROR, "%s", err->text);
  if (d->lookup && stack_lookup_raw(d->lookup).n)
    tui_fields_add_raw(t, stack_lookup_raw(d->lookup));
}

static void build_describe(struct describe *d) {
  struct stack *s = d->view.tui->stack;
  const struct stack_row *row = stack_find(s, d->kind, aws_str_from(d->id));
  wid_text_restart(&d->page.text);
  if (row)
    add_thing(d, row);
  else
    wid_text_addf(&d->page.text, WID_WARN, "%s is gone.", d->id);
  add_raw(d);
}

/* ---- versions -------------------------------------------------------------------------------- */

static void add_version(struct describe *d, const struct ssm_parameter_version *v) {
  char when[TUI_WHEN_MAX], labels[128] = "";
  const struct aws_str *label = v->labels.items;
  size_t used = 0;
  bool secret = aws_str_eq_c(v->type, "SecureString");
  for (size_t i = 0; i < v->labels.n && used < sizeof labels; i++)
    used += (size_t)snprintf(labels + used, sizeof labels - used, " [%.*s]", AWS_STR_ARG(label[i]));
  heading(d, "");
  wid_text_addf(&d->page.text, WID_ACCENT, "version %lld%s", (long long)v->version, labels);
  wid_text_addf(&d->page.text, WID_DIM, "%s by %.*s", tui_when_full(v->last_modified, when),
                AWS_STR_ARG(v->last_modified_user));
  if (secret)
    wid_text_addf(&d->page.text, WID_DIM, "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2  %.*s",
                  AWS_STR_ARG(v->type));
  else
    wid_text_add_lines(&d->page.text, WID_NORMAL, 2, tui_str(v->value));
}

static void build_versions(struct describe *d) {
  const struct aws_error *err = NULL;
  struct wid_text *t = &d->page.text;
  wid_text_restart(t);
  wid_text_addf(t, WID_BOLD, "%s", d->id);
  if (!d->lookup) {
    wid_text_addf(t, WID_ERROR, "%s", d->refused.text);
    return;
  }
  bool done = stack_lookup_done(d->lookup, &err);
  if (!done)
    wid_text_addf(t, WID_DIM, "reading its versions\xe2\x80\xa6");
  if (err)
    wid_text_addf(t, WID_ERROR, "%s", err->text);
  size_t pages = 0;
  while (stack_lookup_page(d->lookup, pages))
    pages++;
  while (pages-- > 0) { /* AWS sends the oldest first */
    const struct aws_page *page = stack_lookup_page(d->lookup, pages);
    for (size_t i = page->n; i-- > 0;)
      add_version(d, aws_page_item(page, i));
  }
}

/* ---- both ------------------------------------------------------------------------------------ */

static void view_free(struct tui_view *v) {
  struct describe *d = describe_of(v);
  if (d->lookup)
    stack_lookup_free(d->lookup);
  tui_page_done(&d->page);
  free(d->id);
  free(d);
}

static void draw(struct tui_view *v, WINDOW *win, struct wid_rect r) {
  struct describe *d = describe_of(v);
  tui_page_draw(&d->page, win, r, d->title, "");
}

static enum tui_result event(struct tui_view *v, const struct wid_event *e) {
  return tui_page_event(&describe_of(v)->page, e);
}

static bool can(const struct tui_view *v, enum tui_command c) {
  return tui_page_can(&describe_of(v)->page, c);
}

static enum tui_result command(struct tui_view *v, enum tui_command c, size_t index) {
  (void)index;
  return tui_page_command(&describe_of(v)->page, c);
}

static bool subject(const struct tui_view *v, struct tui_subject *out) {
  const struct describe *d = describe_of(v);
  struct aws_str id = aws_str_from(d->id);
  *out = (struct tui_subject){d->kind, id, stack_find(v->tui->stack, d->kind, id)};
  return out->row != NULL;
}

/* Fills in what came, once: later refreshes must not move the text under the reader. */
static bool arrived(struct describe *d) {
  const struct aws_error *err;
  if (d->complete || !d->lookup || !stack_lookup_done(d->lookup, &err))
    return false;
  d->complete = true;
  tui_dirty(d->view.tui, TUI_DIRTY_DATA);
  return true;
}

static void describe_changed(struct tui_view *v, unsigned changes) {
  (void)changes;
  if (arrived(describe_of(v)))
    build_describe(describe_of(v));
}

static void versions_changed(struct tui_view *v, unsigned changes) {
  (void)changes;
  if (arrived(describe_of(v)))
    build_versions(describe_of(v));
}

static struct describe *new_view(struct tui *t, const struct tui_view_ops *ops,
                                 const struct tui_subject *s, enum stack_lookup_kind what,
                                 const char *title) {
  struct describe *d = aws_calloc(1, sizeof *d);
  char *id = strndup(s->id.p, s->id.n);
  if (!d || !id) {
    free(d);
    free(id);
    return NULL;
  }
  d->view = (struct tui_view){ops, t};
  d->kind = s->kind;
  d->id = id;
  struct aws_str name = s->row ? s->row->name : s->id;
  snprintf(d->title, sizeof d->title, "%s%s %.*s", title, stack_kind_singular(s->kind),
           AWS_STR_ARG(name));
  tui_page_init(&d->page);
  d->lookup = stack_lookup(t->stack, what, s->kind, s->id, &d->refused);
  return d;
}

static bool typing(const struct tui_view *v) {
  return describe_of(v)->page.typing;
}

static const struct tui_view_ops describe_ops = {.name = "describe",
                                                 .text = true,
                                                 .free = view_free,
                                                 .draw = draw,
                                                 .event = event,
                                                 .can = can,
                                                 .typing = typing,
                                                 .command = command,
                                                 .subject = subject,
                                                 .changed = describe_changed};

static const struct tui_view_ops versions_ops = {.name = "versions",
                                                 .text = true,
                                                 .free = view_free,
                                                 .draw = draw,
                                                 .event = event,
                                                 .can = can,
                                                 .typing = typing,
                                                 .command = command,
                                                 .subject = subject,
                                                 .changed = versions_changed};

struct tui_view *tui_describe_new(struct tui *t, const struct tui_subject *s) {
  struct describe *d = new_view(t, &describe_ops, s, STACK_LOOKUP_RAW, "");
  if (d)
    build_describe(d);
  return d ? &d->view : NULL;
}

struct tui_view *tui_versions_new(struct tui *t, const struct tui_subject *s) {
  struct describe *d = new_view(t, &versions_ops, s, STACK_LOOKUP_VERSIONS, "versions of ");
  if (d)
    build_versions(d);
  return d ? &d->view : NULL;
}
