/* Inside the widgets room: what the files of the form share. */
#ifndef CAWSOLE_WIDGETS_FORM_PRIVATE_H
#define CAWSOLE_WIDGETS_FORM_PRIVATE_H

#include <widgets/form.h>

/* What was filled in: one entry, or several in a list. */
struct wid_form_value {
  struct wid_edit *entries;
  size_t n, at; /* at: the entry under the cursor */
};

/* ---- form_check.c ---------------------------------------------------------------------------- */
/* Whether all fields pass; if not, the focus goes to the first that does not, and message says why.
 */
bool wid_form_passes(struct wid_form *f);

#endif
