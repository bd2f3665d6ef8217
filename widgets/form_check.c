/* Whether what was filled in will do. */
#include "widgets/form_private.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool passes_integer(struct wid_form *f, const struct wid_field *field, const char *text) {
  char *end;
  errno = 0;
  long value = strtol(text, &end, 10);
  bool sign = text[0] == '+' || text[0] == '-';
  if (end == text || *end != '\0' || errno == ERANGE) {
    snprintf(f->message, sizeof f->message, "%s: %s", field->label,
             field->relative ? "a number, or +n or -n" : "a number is wanted");
    return false;
  }
  if ((sign && field->relative) || field->min_value >= field->max_value)
    return true;
  if (value >= field->min_value && value <= field->max_value)
    return true;
  snprintf(f->message, sizeof f->message, "%s: from %ld to %ld", field->label, field->min_value,
           field->max_value);
  return false;
}

static bool passes_entry(struct wid_form *f, int i, const struct wid_edit *entry) {
  const struct wid_field *field = &f->fields[i];
  if (field->kind == WID_FIELD_INTEGER && entry->n > 0 &&
      !passes_integer(f, field, wid_edit_c(entry)))
    return false;
  return !f->check || f->check(f->data, f, i, wid_edit_value(entry), f->message);
}

static bool passes_field(struct wid_form *f, int i) {
  const struct wid_field *field = &f->fields[i];
  struct wid_form_value *value = &f->values[i];
  if (field->kind == WID_FIELD_CHOICE)
    return !f->check || f->check(f->data, f, i, wid_form_value(f, i), f->message);
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

bool wid_form_passes(struct wid_form *f) {
  for (int i = 0; i < f->n_fields; i++)
    if (!passes_field(f, i)) {
      f->focus = i;
      return false;
    }
  return true;
}
