/* Rows with identities: cursor, marks, sort and filter over data that changes. */
#include "tests/unit/test.h"
#include "tests/unit/wid_screen.h"
#include <stdio.h>
#include <widgets/table.h>

struct row {
  const char *key, *name;
  int number, depth;
};

struct data {
  const struct row *rows;
  size_t n;
  uint64_t generation;
};

static size_t count(void *data) {
  return ((struct data *)data)->n;
}

static struct wid_str key(void *data, size_t row) {
  return wid_str_from(((struct data *)data)->rows[row].key);
}

static void cell(void *data, size_t row, int column, struct wid_cell *out) {
  const struct row *r = &((struct data *)data)->rows[row];
  if (column == 0)
    wid_cell_set(out, r->name);
  else
    wid_cell_printf(out, "%d", r->number);
}

static int compare(void *data, size_t a, size_t b, int column) {
  const struct row *rows = ((struct data *)data)->rows;
  if (column == 0)
    return strcmp(rows[a].name, rows[b].name);
  return (rows[a].number > rows[b].number) - (rows[a].number < rows[b].number);
}

static int depth(void *data, size_t row) {
  return ((struct data *)data)->rows[row].depth;
}

static const struct wid_source flat = {
    .count = count, .key = key, .cell = cell, .compare = compare};
static const struct wid_source text_order = {.count = count, .key = key, .cell = cell};
static const struct wid_source tree = {
    .count = count, .key = key, .cell = cell, .compare = compare, .depth = depth};

static const struct wid_column columns[] = {
    {.title = "service", .min = 6, .ideal = 12, .weight = 1},
    {.title = "tasks", .min = 5, .ideal = 5, .priority = 2, .align = WID_ALIGN_RIGHT},
};

static const struct row services[] = {
    {"a1", "web", 3, 0}, {"a2", "api", 8, 0}, {"a3", "worker", 4, 0}, {"a4", "cron", 1, 0}};
static const struct row later[] = {
    {"a5", "new", 2, 0}, {"a4", "cron", 1, 0}, {"a2", "api", 9, 0}, {"a1", "web", 3, 0}};

static const char *order(struct wid_table *t) {
  static char out[128];
  out[0] = '\0';
  for (size_t i = 0; i < wid_table_shown(t); i++) {
    strcat(out, i ? " " : "");
    strcat(out, ((struct data *)t->data)->rows[wid_table_row_at(t, i)].name);
  }
  return out;
}

static const char *at(struct wid_table *t) {
  size_t row = wid_table_row(t);
  return row == WID_NONE ? "none" : ((struct data *)t->data)->rows[row].name;
}

static void test_sort(void **state) {
  (void)state;
  struct data data = {services, COUNT(services), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &flat, &data);
  static const struct {
    int column;
    bool descending;
    const char *order;
  } rows[] = {
      {-1, false, "web api worker cron"}, {0, false, "api cron web worker"},
      {0, true, "worker web cron api"},   {1, false, "cron web worker api"},
      {1, true, "api worker web cron"},   {7, false, "web api worker cron"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_table_sort(&t, rows[i].column, rows[i].descending);
    wid_table_update(&t, 1);
    assert_string_equal(order(&t), rows[i].order);
    assert_string_equal(at(&t), "web"); /* the row, not the place */
  }
  wid_table_sort_step(&t, 1);
  assert_int_equal(t.sort_column, 0);
  wid_table_sort_step(&t, 0);
  assert_true(t.sort_descending);
  wid_table_sort_step(&t, -1);
  assert_int_equal(t.sort_column, -1);
  wid_table_sort_step(&t, -1);
  assert_int_equal(t.sort_column, 1);
  wid_table_done(&t);
}

static void test_sort_by_text(void **state) {
  (void)state;
  static const struct row rows[] = {
      {"1", "rev 10", 0, 0}, {"2", "Rev 9", 0, 0}, {"3", "rev 010", 0, 0}, {"4", "", 0, 0}};
  struct data data = {rows, COUNT(rows), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &text_order, &data);
  wid_table_sort(&t, 0, false);
  wid_table_update(&t, 1);
  assert_string_equal(order(&t), " Rev 9 rev 10 rev 010");
  wid_table_done(&t);
}

static void test_filter(void **state) {
  (void)state;
  struct data data = {services, COUNT(services), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &flat, &data);
  static const struct {
    const char *filter, *order;
  } rows[] = {
      {"w", "web worker"},
      {"wo", "worker"},
      {"wox", ""},
      {"W", "web worker"},
      {"!w", "api cron"},
      {"8", "api"},
      {"!", "web api worker cron"},
      {"", "web api worker cron"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_table_filter(&t, rows[i].filter);
    wid_table_update(&t, 1);
    assert_string_equal(order(&t), rows[i].order);
    assert_int_equal(wid_table_total(&t), 4);
  }
  /* what was narrowed while typing widens when the data changes */
  wid_table_filter(&t, "n");
  wid_table_update(&t, 1);
  assert_string_equal(order(&t), "cron");
  data.rows = later;
  wid_table_filter(&t, "ne");
  wid_table_update(&t, 2);
  assert_string_equal(order(&t), "new");
  wid_table_done(&t);
}

static void test_cursor_stays_with_its_row(void **state) {
  (void)state;
  struct data data = {services, COUNT(services), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &flat, &data);
  assert_string_equal(at(&t), "none");
  wid_table_update(&t, 1);
  assert_string_equal(at(&t), "web");
  assert_int_equal(wid_table_move(&t, WID_MOVE_DOWN), WID_CHANGED);
  assert_string_equal(at(&t), "api");
  data.rows = later;
  wid_table_update(&t, 2);
  assert_string_equal(at(&t), "api");
  wid_table_sort(&t, 0, true);
  wid_table_update(&t, 2);
  assert_string_equal(at(&t), "api");
  wid_table_sort(&t, -1, false);
  wid_table_update(&t, 2);
  /* gone: the row in its place */
  data.rows = services;
  data.n = 1;
  wid_table_update(&t, 3);
  assert_string_equal(at(&t), "web");
  /* none at all for a while: the row is found again */
  data.n = 0;
  wid_table_update(&t, 4);
  assert_string_equal(at(&t), "none");
  data.rows = later;
  data.n = COUNT(later);
  wid_table_update(&t, 5);
  assert_string_equal(at(&t), "web");
  wid_table_done(&t);
}

static void test_select(void **state) {
  (void)state;
  struct data data = {services, COUNT(services), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &flat, &data);
  wid_table_update(&t, 1);
  assert_true(wid_table_select(&t, wid_str_from("a3")));
  assert_string_equal(at(&t), "worker");
  /* not there yet: waited for, unless the cursor is moved meanwhile */
  assert_false(wid_table_select(&t, wid_str_from("a5")));
  wid_table_update(&t, 2);
  assert_string_equal(at(&t), "worker");
  data.rows = later;
  wid_table_update(&t, 3);
  assert_string_equal(at(&t), "new");
  assert_false(wid_table_select(&t, wid_str_from("a3")));
  wid_table_move(&t, WID_MOVE_END);
  data.rows = services;
  wid_table_update(&t, 4);
  assert_string_equal(at(&t), "web");
  wid_table_done(&t);
}

static void test_follow(void **state) {
  (void)state;
  struct data data = {services, COUNT(services), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &flat, &data);
  t.follow = true;
  wid_table_update(&t, 1);
  data.rows = later;
  wid_table_update(&t, 2);
  assert_string_equal(at(&t), "new");
  wid_table_move(&t, WID_MOVE_END);
  data.rows = services;
  wid_table_update(&t, 3);
  assert_string_equal(at(&t), "web"); /* the identity it had at the end */
  wid_table_done(&t);
}

static void test_marks(void **state) {
  (void)state;
  struct data data = {services, COUNT(services), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &flat, &data);
  assert_false(wid_table_mark_toggle(&t));
  wid_table_update(&t, 1);
  assert_true(wid_table_mark_toggle(&t));
  wid_table_move(&t, WID_MOVE_END);
  assert_true(wid_table_mark_toggle(&t));
  assert_int_equal(wid_table_mark_count(&t), 2);
  data.rows = later;
  wid_table_update(&t, 2);
  assert_false(wid_table_marked(&t, 0));
  assert_true(wid_table_marked(&t, 1));
  assert_true(wid_table_marked(&t, 3));
  assert_true(wid_table_mark_toggle(&t)); /* on cron: off again */
  assert_int_equal(wid_table_mark_count(&t), 1);
  wid_table_mark_clear(&t);
  assert_int_equal(wid_table_mark_count(&t), 0);
  assert_false(wid_table_marked(&t, 3));
  wid_table_done(&t);
}

static const struct row groups[] = {
    {"g1", "shop-web", 2, 0},  {"t1", "10.0.0.9", 502, 1}, {"t2", "10.0.0.1", 200, 1},
    {"g2", "shop-api", 9, 0},  {"t3", "10.0.1.7", 200, 1}, {"t4", "zone b", 1, 2},
    {"g3", "shop-idle", 1, 0},
};

static void test_tree(void **state) {
  (void)state;
  struct data data = {groups, COUNT(groups), 1};
  struct wid_table t;
  wid_table_init(&t, columns, 2, &tree, &data);
  static const struct {
    int sort;
    bool descending;
    const char *filter, *order;
  } rows[] = {
      {-1, false, "", "shop-web 10.0.0.9 10.0.0.1 shop-api 10.0.1.7 zone b shop-idle"},
      {0, false, "", "shop-api 10.0.1.7 zone b shop-idle shop-web 10.0.0.1 10.0.0.9"},
      {0, true, "", "shop-web 10.0.0.9 10.0.0.1 shop-idle shop-api 10.0.1.7 zone b"},
      {-1, false, "502", "shop-web 10.0.0.9"},         /* with its parent */
      {-1, false, "zone", "shop-api 10.0.1.7 zone b"}, /* with both */
      {-1, false, "api", "shop-api 10.0.1.7 zone b"},  /* with what is below */
      {-1, false, "!shop-web", "shop-api 10.0.1.7 zone b shop-idle"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_table_sort(&t, rows[i].sort, rows[i].descending);
    wid_table_filter(&t, rows[i].filter);
    wid_table_update(&t, 1);
    assert_string_equal(order(&t), rows[i].order);
  }
  wid_table_done(&t);
}

static void test_draw(void **state) {
  (void)state;
  struct data data = {groups, COUNT(groups), 1};
  struct wid_table t;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  wid_table_init(&t, columns, 2, &tree, &data);
  wid_table_sort(&t, 0, false);
  wid_table_update(&t, 1);
  wid_table_select(&t, wid_str_from("t2"));
  wid_table_mark_toggle(&t);
  struct wid_rect r = {2, 3, 6, 24};
  wid_table_draw(&t, wid_term_begin(), r, true);
  assert_string_equal(screen_line(2, 3, 24), "  service↑         tasks");
  assert_string_equal(screen_line(3, 3, 24), "    10.0.1.7         200");
  assert_string_equal(screen_line(7, 3, 24), "▸*  10.0.0.1         200");
  assert_string_equal(screen_line(8, 3, 24), "");
  /* narrow: the column with a priority goes */
  r.w = 12;
  wid_table_draw(&t, wid_term_begin(), r, false);
  assert_string_equal(screen_line(2, 3, 24), "  service↑");
  assert_string_equal(screen_line(7, 3, 24), " *  10.0.0.1");
  r.w = 9;
  wid_table_draw(&t, wid_term_begin(), r, false);
  assert_string_equal(screen_line(7, 3, 24), " *  10.0…");
  /* a press on a row, on the head, outside */
  struct wid_mouse mouse = {WID_MOUSE_PRESS, 4, 6};
  assert_int_equal(wid_table_mouse(&t, &mouse), WID_CHANGED);
  assert_string_equal(at(&t), "zone b");
  mouse.kind = WID_MOUSE_DOUBLE;
  assert_int_equal(wid_table_mouse(&t, &mouse), WID_SUBMIT);
  mouse = (struct wid_mouse){WID_MOUSE_PRESS, 2, 6};
  assert_int_equal(wid_table_mouse(&t, &mouse), WID_CHANGED);
  assert_true(t.sort_descending);
  mouse.y = 1;
  assert_int_equal(wid_table_mouse(&t, &mouse), WID_IGNORED);
  wid_table_filter(&t, "nowhere");
  wid_table_update(&t, 1);
  r.w = 40;
  wid_table_draw(&t, wid_term_begin(), r, true);
  assert_string_equal(screen_line(3, 3, 40), "  none of 7 matches \"nowhere\"");
  data.n = 0;
  t.empty = "no services";
  wid_table_update(&t, 2);
  wid_table_draw(&t, wid_term_begin(), r, true);
  assert_string_equal(screen_line(3, 3, 40), "  no services");
  wid_table_done(&t);
  screen_close();
}

/* What has no room on its line goes on below while lines are to spare, the upper rows first. */
static void test_wrap(void **state) {
  (void)state;
  static const struct row told[] = {{"1", "alarm web ALARM: 3 above 1", 1, 0},
                                    {"2", "steady state", 2, 0},
                                    {"3", "tasks failed to start, rolling back to what ran", 3, 0}};
  static const struct {
    int h;
    const char *lines[8];
  } cases[] = {
      {8,
       {"  service   tasks", "▸ alarm web     1", "  ALARM: 3", "  above 1", "  steady        2",
        "  state", "  tasks         3", "  failed t…"}},
      {5,
       {"  service   tasks", "▸ alarm web     1", "  ALARM: 3…", "  steady s…     2",
        "  tasks fa…     3"}},
      {4, {"  service   tasks", "▸ alarm we…     1", "  steady s…     2", "  tasks fa…     3"}},
  };
  struct data data = {told, COUNT(told), 1};
  struct wid_table t;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  wid_table_init(&t, columns, 2, &flat, &data);
  t.wrap_column = 0;
  wid_table_update(&t, 1);
  for (size_t i = 0; i < COUNT(cases); i++) {
    wid_table_draw(&t, wid_term_begin(), (struct wid_rect){0, 0, cases[i].h, 17}, true);
    for (int y = 0; y < cases[i].h; y++)
      assert_string_equal(screen_line(y, 0, 40), cases[i].lines[y]);
  }
  wid_table_draw(&t, wid_term_begin(), (struct wid_rect){0, 0, 8, 17}, true);
  static const char *const pressed[] = {"1", "1", "1", "2", "2", "3", "3"};
  for (int y = 1; y < 8; y++) {
    struct wid_mouse mouse = {WID_MOUSE_PRESS, y, 4};
    wid_table_mouse(&t, &mouse);
    assert_string_equal(told[wid_table_row(&t)].key, pressed[y - 1]);
  }
  wid_table_done(&t);
  screen_close();
}

static size_t cells_asked;

static void big_cell(void *data, size_t row, int column, struct wid_cell *out) {
  cells_asked++;
  cell(data, row, column, out);
}

/* However many rows there are, a draw asks for those on screen, and an update without a change asks
 * for none. */
static void test_many_rows(void **state) {
  (void)state;
  static const struct wid_source big = {
      .count = count, .key = key, .cell = big_cell, .compare = compare};
  enum { MANY = 10000 };
  struct row *rows = calloc(MANY, sizeof *rows);
  char(*names)[24] = calloc(MANY, sizeof *names);
  assert_true(rows && names);
  for (int i = 0; i < MANY; i++) {
    snprintf(names[i], sizeof names[i], "task-%d", i * 7919 % MANY);
    rows[i] = (struct row){names[i], names[i], i, 0};
  }
  struct data data = {rows, MANY, 1};
  struct wid_table t;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  wid_table_init(&t, columns, 2, &big, &data);
  wid_table_sort(&t, 0, false);
  wid_table_update(&t, 1);
  assert_int_equal(cells_asked, 0);
  for (int i = 0; i < 20; i++) {
    wid_table_move(&t, WID_MOVE_PAGE_DOWN);
    wid_table_update(&t, 1);
    wid_table_draw(&t, wid_term_begin(), wid_term_size(), true);
  }
  assert_int_equal(cells_asked, 20 * 23 * 2 * 2); /* measured, then drawn */
  cells_asked = 0;
  wid_table_filter(&t, "task-99");
  wid_table_update(&t, 1);
  assert_int_equal(wid_table_shown(&t), 111);
  assert_in_range(cells_asked, MANY, 2 * MANY);
  cells_asked = 0;
  wid_table_filter(&t, "task-999");
  wid_table_update(&t, 1);
  assert_int_equal(wid_table_shown(&t), 11);
  assert_in_range(cells_asked, 111, 222);
  wid_table_done(&t);
  screen_close();
  free(names);
  free(rows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sort),      cmocka_unit_test(test_sort_by_text),
      cmocka_unit_test(test_filter),    cmocka_unit_test(test_cursor_stays_with_its_row),
      cmocka_unit_test(test_select),    cmocka_unit_test(test_follow),
      cmocka_unit_test(test_marks),     cmocka_unit_test(test_tree),
      cmocka_unit_test(test_draw),      cmocka_unit_test(test_wrap),
      cmocka_unit_test(test_many_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
