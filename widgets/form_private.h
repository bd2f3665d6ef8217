/* Inside the widgets room: what the files of the form share. */
#ifndef CAWSOLE_WIDGETS_FORM_PRIVATE_H
#define CAWSOLE_WIDGETS_FORM_PRIVATE_H

#include <widgets/form.h>

/* What was filled in: one entry, or several in a list. */
struct wid_form_value {
  struct wid_edit *entries;
  size_t n, at; /* at: the entry under the cursor */
};

#endif
