/* A form on the screen. */
#include "widgets/form_private.h"
#include <widgets/bar.h>
#include <widgets/cells.h>
#include <widgets/text.h>

#define WIDTH 76
#define LABEL_COLUMNS 24
#define LIST_ROWS 6 /* entries of a list shown at a time */
#define MARGIN 2
#define MESSAGE_LINES 4
/* Lines of the box beside fields and message: the border, blanks above and below, and keys. */
#define CHROME 5

static int rows_of(const struct wid_form *f, int i) {
  size_t n = f->values[i].n;
  return f->fields[i].kind == WID_FIELD_LIST ? (n < LIST_ROWS ? (int)n : LIST_ROWS) : 1;
}

static int label_columns(const struct wid_form *f) {
  int most = 0;
  for (int i = 0; i < f->n_fields; i++) {
    int w = wid_cells_width(wid_str_from(f->fields[i].label), LABEL_COLUMNS);
    most = w > most ? w : most;
  }
  return most;
}

static void draw_list(const struct wid_form *f, int i, WINDOW *win, struct wid_rect r) {
  struct wid_form_value *value = &f->values[i];
  size_t rows = (size_t)r.h, top = 0;
  if (value->at >= rows)
    top = value->at - rows + 1;
  for (size_t k = 0; k < rows && top + k < value->n; k++) {
    bool here = i == f->focus && top + k == value->at;
    wid_edit_draw(&value->entries[top + k], win, wid_rect_line(r, (int)k),
                  here ? WID_FIELD_FOCUS : WID_FIELD, here);
  }
}

static void draw_field(const struct wid_form *f, int i, WINDOW *win, struct wid_rect r, int label) {
  bool here = i == f->focus;
  if (label > r.w)
    label = r.w;
  wid_cells_put(win, (struct wid_rect){r.y, r.x, 1, label}, here ? WID_BOLD : WID_NORMAL,
                wid_str_from(f->fields[i].label), WID_ALIGN_LEFT, WID_CLIP_END);
  r.x += label + 2;
  r.w -= label + 2;
  draw_list(f, i, win, r);
}

static void draw_keys(const struct wid_form *f, WINDOW *win, struct wid_rect line) {
  bool list = f->fields[f->focus].kind == WID_FIELD_LIST;
  bool last = f->focus + 1 == f->n_fields;
  const char *enter = list ? "next entry, on an empty one done" : last ? "done" : "next";
  const struct wid_hint hints[] = {
      {WID_STR_LIT("Enter"), wid_str_from(enter), true},
      {WID_STR_LIT("Esc"), WID_STR_LIT("leave it"), true},
      {WID_STR_LIT("^S"), WID_STR_LIT("done"), list},
      {WID_STR_LIT("Tab"), WID_STR_LIT("next field"), false},
  };
  line.x--; /* a hint line has a margin of its own */
  line.w += 2;
  wid_hints_draw(win, line, hints, f->n_fields > 1 ? 4 : 3);
}

/* What is wrong, else the hint, in as many lines as it needs. Frees with wid_text_done. */
static int build_message(const struct wid_form *f, struct wid_text *out, int w) {
  const char *hint = f->n_fields > 0 ? f->fields[f->focus].hint : NULL;
  wid_text_init(out);
  wid_text_add(out, f->message[0] ? WID_ERROR : WID_DIM, 0,
               wid_str_from(f->message[0] ? f->message : hint));
  size_t h = w > 0 ? wid_text_height(out, w) : 1;
  return h > MESSAGE_LINES ? MESSAGE_LINES : h > 0 ? (int)h : 1;
}

void wid_form_draw(struct wid_form *f, WINDOW *win, struct wid_rect screen) {
  int rows = 0;
  for (int i = 0; i < f->n_fields; i++)
    rows += rows_of(f, i);
  int w = screen.w - 4 < WIDTH ? screen.w - 4 : WIDTH;
  struct wid_text message;
  int said = build_message(f, &message, w - 2 - 2 * MARGIN), foot = said + 2;
  struct wid_rect box = wid_rect_center(screen, rows + CHROME + said, w);
  wid_cells_fill(win, box, WID_NORMAL);
  struct wid_frame frame = {.title = wid_str_from(f->title), .focused = true};
  struct wid_rect inner = wid_rect_inset(wid_frame_draw(win, box, &frame), 0, MARGIN);
  int label = label_columns(f), y = 1;
  for (int i = 0; i < f->n_fields && y < inner.h - foot; i++) {
    int h = rows_of(f, i) < inner.h - foot - y ? rows_of(f, i) : inner.h - foot - y;
    draw_field(f, i, win, (struct wid_rect){inner.y + y, inner.x, h, inner.w}, label);
    y += h;
  }
  if (inner.h > said)
    wid_text_draw(&message, win,
                  (struct wid_rect){inner.y + inner.h - 1 - said, inner.x, said, inner.w});
  wid_text_done(&message);
  if (f->n_fields > 0)
    draw_keys(f, win, wid_rect_line(inner, inner.h - 1));
}
