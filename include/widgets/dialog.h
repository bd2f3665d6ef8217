/* A question or a notice in a box in the middle of the screen. */
#ifndef CAWSOLE_WIDGETS_DIALOG_H
#define CAWSOLE_WIDGETS_DIALOG_H

#include <widgets/edit.h>
#include <widgets/text.h>

enum wid_dialog_kind {
  WID_DIALOG_NOTICE,  /* Enter, Esc, Space or q closes: CANCEL */
  WID_DIALOG_CONFIRM, /* y: SUBMIT; n, Esc: CANCEL. Enter does nothing: an answer is a letter */
  WID_DIALOG_TYPE     /* the expected word typed and Enter: SUBMIT; Esc: CANCEL */
};

struct wid_dialog {
  enum wid_dialog_kind kind;
  bool danger;          /* the border says so */
  const char *note;     /* a warning above the answer; borrowed, may be NULL */
  struct wid_text body; /* fill with wid_text_add; scrolls when it is tall */
  /* private */
  char *title, *expected;
  struct wid_edit answer;
  bool drawn;
  bool wrong, unread; /* what was answered last was not the word; was, and came too early */
};

/* title and expected (TYPE; else NULL) are copied. */
bool wid_dialog_init(struct wid_dialog *d, enum wid_dialog_kind kind, struct wid_str title,
                     struct wid_str expected) WID_MUST_CHECK;
void wid_dialog_done(struct wid_dialog *d);
/* No answer but Esc counts before the dialog was drawn, and SUBMIT comes once its whole body was:
 * before that a yes turns the page. A paste is never taken as an answer to CONFIRM nor TYPE: what
 * hurts is typed. */
enum wid_result wid_dialog_event(struct wid_dialog *d, const struct wid_event *event);
void wid_dialog_draw(struct wid_dialog *d, WINDOW *win, struct wid_rect screen);

#endif
