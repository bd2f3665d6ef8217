/* A form's values and keys. */
#include "widgets/form_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MAX 1024

/* ---- values ---------------------------------------------------------------------------------- */

static size_t max_of(const struct wid_field *field) {
  return field->max > 0 ? field->max : ENTRY_MAX;
}

/* Inserts an empty entry at index i. */
static bool insert_entry(const struct wid_field *field, struct wid_form_value *value, size_t i) {
  if (value->n >= WID_FORM_LIST_MAX)
    return false;
  struct wid_edit *entries = realloc(value->entries, (value->n + 1) * sizeof *entries);
  if (!entries)
    return false;
  value->entries = entries;
  memmove(entries + i + 1, entries + i, (value->n - i) * sizeof *entries);
  wid_edit_init(&entries[i], max_of(field));
  entries[i].secret = field->kind == WID_FIELD_SECRET;
  value->n++;
  return true;
}

static void remove_entry(struct wid_form_value *value, size_t i) {
  wid_edit_done(&value->entries[i]);
  value->n--;
  memmove(value->entries + i, value->entries + i + 1, (value->n - i) * sizeof *value->entries);
}

/* Puts s at the cursor; in a list every further line becomes an entry of its own. */
static bool insert_lines(const struct wid_field *field, struct wid_form_value *value,
                         struct wid_str s) {
  for (;;) {
    const char *end = s.n > 0 ? memchr(s.p, '\n', s.n) : NULL;
    bool splits = end && field->kind == WID_FIELD_LIST;
    struct wid_event paste = {.kind = WID_EVENT_PASTE,
                              .paste = {s.p, splits ? (size_t)(end - s.p) : s.n}};
    wid_edit_event(&value->entries[value->at], &paste);
    if (!splits)
      return true;
    s = (struct wid_str){end + 1, s.n - paste.paste.n - 1};
    if (s.n == 0)
      return true; /* the newline that ends the last line starts no entry */
    if (!insert_entry(field, value, value->at + 1))
      return false;
    value->at++;
  }
}

static bool init_value(const struct wid_field *field, struct wid_form_value *value) {
  *value = (struct wid_form_value){0};
  if (!insert_entry(field, value, 0))
    return false;
  if (!field->initial)
    return true;
  bool fits = insert_lines(field, value, wid_str_from(field->initial));
  wid_edit_choose(&value->entries[value->at]);
  return fits;
}

bool wid_form_init(struct wid_form *f, const char *title, const struct wid_field *fields, int n,
                   wid_form_check check, void *data) {
  *f = (struct wid_form){.title = title, .fields = fields, .check = check, .data = data};
  int count = n < WID_FORM_FIELDS_MAX ? n : WID_FORM_FIELDS_MAX;
  f->values = calloc((size_t)count + 1, sizeof *f->values);
  for (int i = 0; f->values && i < count; i++) {
    f->n_fields = i + 1;
    if (!init_value(&fields[i], &f->values[i])) {
      wid_form_done(f);
      return false;
    }
  }
  return f->values != NULL;
}

void wid_form_done(struct wid_form *f) {
  for (int i = 0; f->values && i < f->n_fields; i++) {
    while (f->values[i].n > 0)
      remove_entry(&f->values[i], f->values[i].n - 1);
    free(f->values[i].entries);
  }
  free(f->values);
  f->values = NULL;
  f->n_fields = 0;
}

struct wid_str wid_form_value(const struct wid_form *f, int field) {
  const struct wid_form_value *value = &f->values[field];
  return wid_edit_value(&value->entries[value->at]);
}

size_t wid_form_list_count(const struct wid_form *f, int field) {
  const struct wid_form_value *value = &f->values[field];
  size_t count = 0;
  for (size_t i = 0; i < value->n; i++)
    count += value->entries[i].n > 0;
  return count;
}

struct wid_str wid_form_list_entry(const struct wid_form *f, int field, size_t i) {
  const struct wid_form_value *value = &f->values[field];
  for (size_t k = 0; k < value->n; k++)
    if (value->entries[k].n > 0 && i-- == 0)
      return wid_edit_value(&value->entries[k]);
  return WID_STR_LIT("");
}

void wid_form_say(struct wid_form *f, const char *message) {
  snprintf(f->message, sizeof f->message, "%s", message);
}

/* ---- whether what was filled in will do ---------------------------------------------------------
 */

static bool passes_entry(struct wid_form *f, int i, const struct wid_edit *entry) {
  return !f->check || f->check(f->data, f, i, wid_edit_value(entry), f->message);
}

static bool passes_field(struct wid_form *f, int i) {
  const struct wid_field *field = &f->fields[i];
  struct wid_form_value *value = &f->values[i];
  if (field->required && wid_form_list_count(f, i) == 0) {
    snprintf(f->message, sizeof f->message, "%s is needed", field->label);
    return false;
  }
  for (size_t k = 0; k < value->n; k++) {
    if (field->kind == WID_FIELD_LIST && value->entries[k].n == 0)
      continue;
    if (!passes_entry(f, i, &value->entries[k])) {
      value->at = k;
      return false;
    }
  }
  return true;
}

/* If not, the focus goes to the first field that does not, and message says why. */
static bool passes(struct wid_form *f) {
  for (int i = 0; i < f->n_fields; i++)
    if (!passes_field(f, i)) {
      f->focus = i;
      return false;
    }
  return true;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static enum wid_result go_to(struct wid_form *f, int field) {
  if (f->n_fields > 0)
    f->focus = (field + f->n_fields) % f->n_fields;
  return WID_REDRAW;
}

static enum wid_result submit(struct wid_form *f) {
  return passes(f) ? WID_SUBMIT : WID_REDRAW;
}

static enum wid_result go_on(struct wid_form *f) {
  return f->focus + 1 < f->n_fields ? go_to(f, f->focus + 1) : submit(f);
}

/* Up and Down inside a list as long as there are entries, then to the neighbouring field. */
static enum wid_result step(struct wid_form *f, int direction) {
  struct wid_form_value *value = &f->values[f->focus];
  if (direction < 0 && value->at > 0)
    value->at--;
  else if (direction > 0 && value->at + 1 < value->n)
    value->at++;
  else
    return go_to(f, f->focus + direction);
  return WID_REDRAW;
}

static enum wid_result on_list_key(struct wid_form *f, const struct wid_event *event) {
  struct wid_form_value *value = &f->values[f->focus];
  struct wid_edit *entry = &value->entries[value->at];
  if (event->key == WID_KEY_ENTER) {
    if (entry->n == 0)
      return go_on(f);
    if (insert_entry(&f->fields[f->focus], value, value->at + 1))
      value->at++;
    else
      snprintf(f->message, sizeof f->message, "at most %d entries", WID_FORM_LIST_MAX);
    return WID_CHANGED;
  }
  if (event->key == WID_KEY_BACKSPACE && entry->n == 0 && value->n > 1) {
    remove_entry(value, value->at);
    value->at -= value->at > 0;
    return WID_CHANGED;
  }
  return wid_edit_event(entry, event);
}

static enum wid_result on_field_key(struct wid_form *f, const struct wid_event *event) {
  const struct wid_field *field = &f->fields[f->focus];
  if (field->kind == WID_FIELD_LIST)
    return on_list_key(f, event);
  if (event->key == WID_KEY_ENTER)
    return go_on(f);
  return wid_edit_event(&f->values[f->focus].entries[0], event);
}

static enum wid_result on_key(struct wid_form *f, const struct wid_event *event) {
  switch (event->key) {
  case WID_KEY_ESC:
    return WID_CANCEL;
  case WID_CTRL('S'):
    return submit(f);
  case WID_KEY_TAB:
    return go_to(f, f->focus + 1);
  case WID_KEY_BACKTAB:
    return go_to(f, f->focus - 1);
  case WID_KEY_UP:
    return step(f, -1);
  case WID_KEY_DOWN:
    return step(f, 1);
  default:
    return on_field_key(f, event);
  }
}

enum wid_result wid_form_event(struct wid_form *f, const struct wid_event *event) {
  if (event->kind != WID_EVENT_KEY && event->kind != WID_EVENT_PASTE)
    return event->kind == WID_EVENT_MOUSE ? WID_REDRAW : WID_IGNORED;
  f->message[0] = '\0';
  if (f->n_fields == 0)
    return WID_CANCEL;
  if (event->kind == WID_EVENT_KEY) {
    enum wid_result result = on_key(f, event);
    return result == WID_IGNORED ? WID_REDRAW : result; /* what lies below gets nothing */
  }
  const struct wid_field *field = &f->fields[f->focus];
  if (!insert_lines(field, &f->values[f->focus], event->paste))
    snprintf(f->message, sizeof f->message, "at most %d entries: the rest was left out",
             WID_FORM_LIST_MAX);
  return WID_CHANGED;
}
