/* A question or a notice in a box. */
#include <stdlib.h>
#include <string.h>
#include <widgets/bar.h>
#include <widgets/cells.h>
#include <widgets/dialog.h>

#define WIDTH 76
#define ANSWER_MAX 512
/* Lines of the box beside the body: the border, a blank line, the answer, and what is wrong. */
#define CHROME 5
#define MARGIN 2

static char *copy_of(struct wid_str s) {
  char *copy = malloc(s.n + 1);
  if (!copy)
    return NULL;
  if (s.n > 0)
    memcpy(copy, s.p, s.n);
  copy[s.n] = '\0';
  return copy;
}

bool wid_dialog_init(struct wid_dialog *d, enum wid_dialog_kind kind, struct wid_str title,
                     struct wid_str expected) {
  *d = (struct wid_dialog){.kind = kind};
  wid_text_init(&d->body);
  wid_edit_init(&d->answer, ANSWER_MAX);
  d->title = copy_of(title);
  d->expected = copy_of(expected);
  if (d->title && d->expected)
    return true;
  wid_dialog_done(d);
  return false;
}

void wid_dialog_done(struct wid_dialog *d) {
  wid_text_done(&d->body);
  wid_edit_done(&d->answer);
  free(d->title);
  free(d->expected);
  d->title = d->expected = NULL;
}

static enum wid_result on_notice(int32_t key) {
  bool closes = key == WID_KEY_ENTER || key == WID_KEY_ESC || key == ' ' || key == 'q';
  return closes ? WID_CANCEL : WID_REDRAW;
}

/* A yes before the end was read turns the page, and its answer is asked for again. */
static enum wid_result agree(struct wid_dialog *d) {
  d->unread = !wid_text_seen(&d->body);
  if (!d->unread)
    return WID_SUBMIT;
  wid_text_move(&d->body, WID_MOVE_PAGE_DOWN);
  return WID_REDRAW;
}

static enum wid_result on_confirm(struct wid_dialog *d, int32_t key) {
  if (key == 'y' || key == 'Y')
    return agree(d);
  return key == 'n' || key == 'N' || key == WID_KEY_ESC ? WID_CANCEL : WID_REDRAW;
}

static enum wid_result on_type(struct wid_dialog *d, const struct wid_event *event) {
  if (event->key == WID_KEY_ESC)
    return WID_CANCEL;
  if (event->key == WID_KEY_ENTER) {
    d->wrong = !wid_str_eq(wid_edit_value(&d->answer), wid_str_from(d->expected));
    return d->wrong ? WID_REDRAW : agree(d);
  }
  d->wrong = false;
  wid_edit_event(&d->answer, event);
  return WID_REDRAW;
}

enum wid_result wid_dialog_event(struct wid_dialog *d, const struct wid_event *event) {
  if (event->kind == WID_EVENT_MOUSE) {
    wid_text_mouse(&d->body, &event->mouse);
    return WID_REDRAW; /* what lies below gets nothing */
  }
  if (event->kind != WID_EVENT_KEY)
    return event->kind == WID_EVENT_PASTE ? WID_REDRAW : WID_IGNORED;
  enum wid_move move = wid_move_of_key(event->key);
  bool edits = d->kind == WID_DIALOG_TYPE && (move == WID_MOVE_HOME || move == WID_MOVE_END);
  if (move != WID_MOVE_NONE && !edits)
    return wid_text_move(&d->body, move);
  if (!d->drawn && event->key != WID_KEY_ESC)
    return WID_REDRAW;
  d->unread = false;
  switch (d->kind) {
  case WID_DIALOG_NOTICE:
    return on_notice(event->key);
  case WID_DIALOG_CONFIRM:
    return on_confirm(d, event->key);
  case WID_DIALOG_TYPE:
    return on_type(d, event);
  }
  return WID_IGNORED;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_answer(struct wid_dialog *d, WINDOW *win, struct wid_rect line) {
  int end = line.x + line.w, least = line.w < 12 ? line.w : 12;
  wid_cells_add_c(win, &line, WID_NORMAL, "Type ");
  wid_cells_add_c(win, &line, WID_BOLD, d->expected);
  wid_cells_add_c(win, &line, WID_NORMAL, " to go on: ");
  if (line.w < least) { /* a name too long for the line: the field matters more */
    line.x = end - least;
    line.w = least;
  }
  wid_edit_draw(&d->answer, win, line, WID_FIELD_FOCUS, true);
}

static void draw_keys(const struct wid_dialog *d, WINDOW *win, struct wid_rect line) {
  static const struct wid_hint hints[][2] = {
      [WID_DIALOG_NOTICE] = {{WID_STR_LIT("Enter"), WID_STR_LIT("close"), true}, {{0}, {0}, false}},
      [WID_DIALOG_CONFIRM] = {{WID_STR_LIT("y"), WID_STR_LIT("yes"), true},
                              {WID_STR_LIT("n"), WID_STR_LIT("no"), true}},
      [WID_DIALOG_TYPE] = {{WID_STR_LIT("Enter"), WID_STR_LIT("go on"), true},
                           {WID_STR_LIT("Esc"), WID_STR_LIT("leave it"), true}},
  };
  line.x--; /* a hint line has a margin of its own */
  line.w += 2;
  wid_hints_draw(win, line, hints[d->kind], d->kind == WID_DIALOG_NOTICE ? 1 : 2);
}

static void draw_border(const struct wid_dialog *d, WINDOW *win, struct wid_rect box) {
  if (!d->danger) {
    struct wid_frame frame = {.title = wid_str_from(d->title), .focused = true};
    wid_frame_draw(win, box, &frame);
    return;
  }
  wid_cells_box(win, box, WID_BAD);
  struct wid_rect title = {box.y, box.x + 1, 1, box.w - 2};
  wid_cells_addf(win, &title, WID_BAD, " ⚠ %s ", d->title);
}

void wid_dialog_draw(struct wid_dialog *d, WINDOW *win, struct wid_rect screen) {
  int w = screen.w - 4 < WIDTH ? screen.w - 4 : WIDTH;
  int chrome = d->kind == WID_DIALOG_TYPE ? CHROME + 1 : CHROME;
  size_t body = wid_text_height(&d->body, w - 2 - 2 * MARGIN);
  int most = screen.h - chrome > 1 ? screen.h - chrome : 1;
  int h = body > (size_t)most ? most : (int)body;
  struct wid_rect box = wid_rect_center(screen, h + chrome, w);
  if (box.h < 2 || box.w < 2)
    return;
  h = box.h > chrome ? box.h - chrome : 0;
  wid_cells_fill(win, box, WID_NORMAL);
  draw_border(d, win, box);
  struct wid_rect inner = wid_rect_inset(box, 1, 1 + MARGIN);
  wid_text_draw(&d->body, win, (struct wid_rect){inner.y + 1, inner.x, h, inner.w});
  if (body > (size_t)h) {
    struct wid_rect more = {box.y + box.h - 1, box.x + 2, 1, box.w - 4};
    wid_cells_add_c(win, &more, WID_HINT, " ↑↓ more ");
  }
  int last = inner.h - 1;
  if (d->note)
    wid_cells_put(win, wid_rect_line(inner, d->kind == WID_DIALOG_TYPE ? last - 2 : last - 1),
                  WID_WARN, wid_str_from(d->note), WID_ALIGN_LEFT, WID_CLIP_END);
  if (d->kind == WID_DIALOG_TYPE)
    draw_answer(d, win, wid_rect_line(inner, last - 1));
  struct wid_rect keys = wid_rect_line(inner, last);
  if (d->wrong || d->unread) {
    wid_cells_add_c(win, &keys, WID_ERROR, d->wrong ? "That is not it." : "Read to its end first.");
    keys.x += 2;
    keys.w -= 2;
  }
  draw_keys(d, win, keys);
  d->drawn = true;
}
