/* Whatever room a widget is given, it draws there and nowhere else. */
#include "test.h"
#include "wid_screen.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <widgets/bar.h>
#include <widgets/dialog.h>
#include <widgets/form.h>
#include <widgets/menu.h>
#include <widgets/spark.h>
#include <widgets/strip.h>
#include <widgets/table.h>

enum { LINES_H = 12, COLUMNS_W = 44 };

#define WIDE WID_STR_LIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e e\xcc\x81 a long text that is cut\t")

/* ---- widgets with something to draw ---------------------------------------------------------- */

static void cells(WINDOW *win, struct wid_rect r) {
  struct wid_rect rest = r;
  wid_cells_fill(win, r, WID_NORMAL);
  wid_cells_box(win, r, WID_BORDER);
  wid_cells_put(win, r, WID_NORMAL, WIDE, WID_ALIGN_RIGHT, WID_CLIP_MIDDLE);
  wid_cells_add(win, &rest, WID_NORMAL, WIDE);
  wid_cells_addf(win, &rest, WID_NORMAL, "%40s", "x");
}

static void bars(WINDOW *win, struct wid_rect r) {
  static const struct wid_part parts[] = {{.text = WID_STR_LIT("left")},
                                          {.text = WIDE, .priority = 2, .brief = WIDE},
                                          {.text = WIDE, .priority = 1, .right = true},
                                          {.text = WID_STR_LIT("right"), .right = true}};
  static const struct wid_hint hints[] = {{WID_STR_LIT("q"), WID_STR_LIT("quit"), false},
                                          {WID_STR_LIT("?"), WID_STR_LIT("help"), true}};
  static const struct wid_tab tabs[] = {{WIDE, WID_STR_LIT("!"), WID_BAD},
                                        {WID_STR_LIT("Two"), WID_STR_LIT(""), WID_OK}};
  struct wid_frame frame = {
      .number = 3, .title = WIDE, .extra = WIDE, .right = WIDE, .focused = true};
  wid_bar_draw(win, r, WID_TITLE, parts, COUNT(parts));
  wid_hints_draw(win, r, hints, COUNT(hints));
  wid_tabs_draw(win, r, tabs, COUNT(tabs), 1);
  wid_frame_draw(win, r, &frame);
}

static void numbers(WINDOW *win, struct wid_rect r) {
  static const double values[] = {1, (double)NAN, -3, 1e308, (double)INFINITY, 0};
  struct wid_hop hops[5];
  for (size_t i = 0; i < COUNT(hops); i++)
    hops[i] = (struct wid_hop){.name = WIDE,
                               .short_name = WID_STR_LIT("sh"),
                               .glyph = WID_STR_LIT("!"),
                               .word = WID_STR_LIT("failing"),
                               .joined = true,
                               .faulty = i == 2,
                               .details = {{WIDE, WID_NORMAL, values, COUNT(values), 0}}};
  wid_strip_draw(win, r, hops, COUNT(hops));
  wid_spark_draw(win, r, WID_SPARK, values, COUNT(values), 0, 0);
  wid_gauge_draw(win, r, WID_OK, 0.4, WIDE);
}

static size_t count_rows(void *data) {
  (void)data;
  return 30;
}
static struct wid_str key_of(void *data, size_t row) {
  static char key[8];
  (void)data;
  snprintf(key, sizeof key, "%zu", row);
  return wid_str_from(key);
}
static void cell_of(void *data, size_t row, int column, struct wid_cell *cell) {
  (void)data, (void)row, (void)column;
  cell->text = WIDE;
}
static int depth_of(void *data, size_t row) {
  (void)data;
  return (int)(row % 7);
}

static void table(WINDOW *win, struct wid_rect r) {
  static const struct wid_column columns[] = {
      {.title = "name", .min = 8, .ideal = 20, .weight = 1},
      {.title = "other", .min = 3, .ideal = 9, .priority = 1, .align = WID_ALIGN_RIGHT},
      {.title = "third", .min = 3, .ideal = 9, .priority = 2}};
  static const struct wid_source source = {
      .count = count_rows, .key = key_of, .cell = cell_of, .depth = depth_of};
  struct wid_table t;
  wid_table_init(&t, columns, COUNT(columns), &source, NULL);
  wid_table_update(&t, 1);
  wid_table_draw(&t, win, r, true);
  wid_table_move(&t, WID_MOVE_PAGE_DOWN);
  wid_table_mark_toggle(&t);
  wid_table_draw(&t, win, r, true);
  wid_table_filter(&t, "nowhere");
  wid_table_update(&t, 2);
  wid_table_draw(&t, win, r, false);
  wid_table_done(&t);
}

static void text(WINDOW *win, struct wid_rect r) {
  struct wid_text t;
  wid_text_init(&t);
  for (int i = 0; i < 10; i++)
    wid_text_add_pair(&t, 8, "a long label", WID_NORMAL, WIDE);
  wid_text_draw(&t, win, r);
  wid_text_move(&t, WID_MOVE_END);
  wid_text_draw(&t, win, r);
  wid_text_done(&t);
}

static void forms(WINDOW *win, struct wid_rect r) {
  static const struct wid_field fields[] = {
      {.label = "name", .initial = "a text that is longer than its field will ever be"},
      {.label = "secret", .kind = WID_FIELD_SECRET, .initial = "0123456789012345678901234567890"},
      {.label = "hinted", .hint = "what it is"},
      {.label = "paths", .kind = WID_FIELD_LIST, .initial = "/1\n/2\n/3\n/4\n/5\n/6\n/7\n/8"}};
  struct wid_form f;
  assert_true(wid_form_init(&f, "A title", fields, COUNT(fields), NULL, NULL));
  for (f.focus = 0; f.focus < f.n_fields; f.focus++)
    wid_form_draw(&f, win, r);
  wid_form_done(&f);
}

static void dialogs(WINDOW *win, struct wid_rect r) {
  for (enum wid_dialog_kind kind = WID_DIALOG_NOTICE; kind <= WID_DIALOG_TYPE; kind++) {
    struct wid_dialog d;
    assert_true(wid_dialog_init(&d, kind, WIDE, WIDE));
    d.danger = kind == WID_DIALOG_TYPE;
    for (int i = 0; i < 20; i++)
      wid_text_add(&d.body, WID_NORMAL, 2, WIDE);
    wid_dialog_draw(&d, win, r);
    wid_dialog_done(&d);
  }
}

static void menus(WINDOW *win, struct wid_rect r) {
  struct wid_menu_item items[20];
  for (size_t i = 0; i < COUNT(items); i++)
    items[i] = (struct wid_menu_item){.label = WIDE, .detail = WIDE};
  for (int palette = 0; palette < 2; palette++) {
    struct wid_menu m;
    assert_true(wid_menu_init(&m, ":", items, COUNT(items), palette));
    wid_menu_draw(&m, win, r);
    wid_menu_done(&m);
  }
}

/* ---- the room -------------------------------------------------------------------------------- */

static void expect_untouched(const char *what, struct wid_rect given, struct wid_rect r) {
  char want[COLUMNS_W + 1];
  if (r.w > 0)
    memset(want, 'x', (size_t)r.w);
  want[r.w > 0 ? r.w : 0] = '\0';
  for (int y = r.y; r.w > 0 && y < r.y + r.h; y++)
    if (strcmp(screen_line(y, r.x, r.w), want) != 0)
      fail_msg("%s in %d,%d %dx%d wrote to line %d: %s", what, given.y, given.x, given.h, given.w,
               y, screen_line(y, r.x, r.w));
}

static void draw_in(const char *what, void (*draw)(WINDOW *, struct wid_rect), struct wid_rect r) {
  WINDOW *win = wid_term_begin();
  char line[COLUMNS_W];
  memset(line, 'x', sizeof line);
  for (int y = 0; y < LINES_H; y++)
    wid_cells_put(win, (struct wid_rect){y, 0, 1, COLUMNS_W}, WID_NORMAL,
                  (struct wid_str){line, sizeof line}, WID_ALIGN_LEFT, WID_CLIP_END);
  draw(win, r);
  int h = r.h > 0 && r.w > 0 ? r.h : 0, w = r.w > 0 ? r.w : 0;
  expect_untouched(what, r, (struct wid_rect){0, 0, r.y, COLUMNS_W});
  expect_untouched(what, r, (struct wid_rect){r.y + h, 0, LINES_H - r.y - h, COLUMNS_W});
  expect_untouched(what, r, (struct wid_rect){r.y, 0, h, r.x});
  expect_untouched(what, r, (struct wid_rect){r.y, r.x + w, h, COLUMNS_W - r.x - w});
}

static void test_any_room(void **state) {
  (void)state;
  static const struct {
    const char *name;
    void (*draw)(WINDOW *win, struct wid_rect r);
  } rows[] = {{"cells", cells}, {"bars", bars},   {"numbers", numbers}, {"table", table},
              {"text", text},   {"forms", forms}, {"dialogs", dialogs}, {"menus", menus}};
  for (size_t i = 0; i < COUNT(rows); i++)
    for (int h = -1; h <= LINES_H - 1; h++)
      for (int w = -1; w <= COLUMNS_W - 2; w++)
        draw_in(rows[i].name, rows[i].draw, (struct wid_rect){1, 2, h, w});
}

static int set_up(void **state) {
  (void)state;
  screen_open("xterm-256color", LINES_H, COLUMNS_W, WID_COLOR_256);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  screen_close();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_any_room)};
  return cmocka_run_group_tests_name("widgets in any room", tests, set_up, tear_down);
}
