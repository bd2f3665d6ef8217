/* Whether what was filled in will do. */
#include "widgets/form_private.h"
#include <stdio.h>

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

bool wid_form_passes(struct wid_form *f) {
  for (int i = 0; i < f->n_fields; i++)
    if (!passes_field(f, i)) {
      f->focus = i;
      return false;
    }
  return true;
}
