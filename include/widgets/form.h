/* A form: fields to fill in, in a box in the middle of the screen.
 *
 * Tab and Down go to the next field, Shift-Tab and Up to the one before. Enter on the last field
 * submits, on another goes on; in a list it starts a new entry, on an empty entry it submits.
 * Ctrl-S submits from anywhere, Esc cancels. Both are written under the form. What stands in a
 * field at first is selected: typing replaces it. A form that does not pass its checks says why and
 * stays.
 */
#ifndef CAWSOLE_WIDGETS_FORM_H
#define CAWSOLE_WIDGETS_FORM_H

#include <widgets/edit.h>

#define WID_FORM_FIELDS_MAX 12
#define WID_FORM_LIST_MAX 100 /* entries of a list field */
#define WID_FORM_MESSAGE_MAX 256

enum wid_field_kind { WID_FIELD_TEXT, WID_FIELD_SECRET, WID_FIELD_LIST };

struct wid_field {
  const char *label;
  enum wid_field_kind kind;
  const char *initial; /* NULL: empty. LIST: entries separated by newlines */
  size_t max;          /* bytes of the value, of a list of an entry; 0: 1024 */
  bool required;       /* may not be empty */
  const char *hint;    /* said under the form while the field has the focus; may be NULL */
};

struct wid_form;
/* Checks one field's value (the index says which; a list is checked entry by entry). Returns true,
 * or false with a sentence in message. */
typedef bool (*wid_form_check)(void *data, const struct wid_form *form, int field,
                               struct wid_str value, char message[WID_FORM_MESSAGE_MAX]);

struct wid_form_value; /* private */

struct wid_form {
  const char *title;
  /* read-only for the caller */
  const struct wid_field *fields;
  int n_fields;
  int focus;
  char message[WID_FORM_MESSAGE_MAX]; /* why it did not pass, or empty */
  /* private */
  wid_form_check check;
  void *data;
  struct wid_form_value *values;
};

/* title, fields and what they point to are borrowed for the form's life, initial values only until
 * this returns. check may be NULL. False when memory runs out. */
bool wid_form_init(struct wid_form *f, const char *title, const struct wid_field *fields, int n,
                   wid_form_check check, void *data) WID_MUST_CHECK;
void wid_form_done(struct wid_form *f); /* wipes all values */

/* SUBMIT only when every field passes its checks. */
enum wid_result wid_form_event(struct wid_form *f, const struct wid_event *event);
/* Borrowed until the next event. For LIST the entry under the cursor. */
struct wid_str wid_form_value(const struct wid_form *f, int field);
size_t wid_form_list_count(const struct wid_form *f, int field); /* LIST: entries not empty */
struct wid_str wid_form_list_entry(const struct wid_form *f, int field, size_t i);
/* A message from outside (the plan was refused), shown until the next event. */
void wid_form_say(struct wid_form *f, const char *message);

void wid_form_draw(struct wid_form *f, WINDOW *win, struct wid_rect screen);

#endif
