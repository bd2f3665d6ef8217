/* Widgets while memory runs out: what does not fit is left out, and nothing breaks or is lost. The
 * linker puts what is below in the place of the allocator for our own code. */
#include "test.h"

#include <limits.h>
#include <widgets/dialog.h>
#include <widgets/form.h>
#include <widgets/menu.h>
#include <widgets/table.h>
#include <widgets/tree.h>

/* ---- an allocator that fails ----------------------------------------------------------------- */

static struct {
  bool armed, for_good;
  long left; /* allocations that succeed */
} memory;

static bool fails(void) {
  if (!memory.armed)
    return false;
  bool over = memory.for_good ? memory.left <= 0 : memory.left == 0;
  memory.left--;
  return over;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strndup(const char *s, size_t n);

void *__wrap_malloc(size_t n) {
  return fails() ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size) {
  return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n) {
  return fails() ? NULL : __real_realloc(p, n);
}
char *__wrap_strndup(const char *s, size_t n) {
  return fails() ? NULL : __real_strndup(s, n);
}

/* Every allocation of a scene fails once, alone and with all that follow. */
static void torture(void (*scene)(void)) {
  for (int for_good = 0; for_good < 2; for_good++) {
    long at = 0;
    for (bool through = false; !through && at < 2000; at++) {
      memory.left = at;
      memory.for_good = for_good;
      memory.armed = true;
      scene();
      memory.armed = false;
      through = memory.left > 0;
    }
    assert_in_range(at, 2, 1999); /* it does allocate, and in the end there is enough */
  }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const char *const names[] = {"/a/b/c", "/a/b/d", "/a/e", "/f", "/a/b/c/g", "/h/i", "/h/j/k"};

static size_t count_rows(void *data) {
  return *(size_t *)data;
}
static struct wid_str key_of(void *data, size_t row) {
  (void)data;
  return wid_str_from(names[row % COUNT(names)]);
}
static void cell_of(void *data, size_t row, int column, struct wid_cell *cell) {
  (void)data, (void)column;
  wid_cell_printf(cell, "%s", names[row % COUNT(names)]);
}
static int depth_of(void *data, size_t row) {
  (void)data;
  return (int)(row % 3);
}

static const struct wid_column columns[] = {{.title = "name", .min = 4, .ideal = 8}};

static void use_table(const struct wid_source *source) {
  size_t n = 3;
  struct wid_table t;
  wid_table_init(&t, columns, COUNT(columns), source, &n);
  wid_table_update(&t, 1);
  wid_table_move(&t, WID_MOVE_DOWN);
  wid_table_mark_toggle(&t);
  n = COUNT(names);
  wid_table_update(&t, 2);
  wid_table_sort(&t, 0, true);
  wid_table_update(&t, 3);
  wid_table_filter(&t, "a");
  wid_table_update(&t, 4);
  wid_table_select(&t, wid_str_from("/a/e"));
  wid_table_filter(&t, "!a");
  wid_table_update(&t, 5);
  wid_table_move(&t, WID_MOVE_END);
  wid_table_mark_toggle(&t);
  assert_true(wid_table_shown(&t) <= wid_table_total(&t) && wid_table_total(&t) <= n);
  assert_true(wid_table_row(&t) == WID_NONE || wid_table_row(&t) < n);
  wid_table_done(&t);
}

static void flat_table(void) {
  static const struct wid_source source = {.count = count_rows, .key = key_of, .cell = cell_of};
  use_table(&source);
}

static void deep_table(void) {
  static const struct wid_source source = {
      .count = count_rows, .key = key_of, .cell = cell_of, .depth = depth_of};
  use_table(&source);
}

static struct wid_str name_of(void *data, size_t item) {
  return key_of(data, item);
}

static void tree(void) {
  struct wid_tree t;
  wid_tree_init(&t, '/', INT_MAX);
  for (size_t n = 3; n <= COUNT(names); n += 4) {
    bool ok = wid_tree_build(&t, n, name_of, NULL);
    assert_int_equal(ok, wid_tree_count(&t) > 0);
    if (ok)
      wid_tree_toggle(&t, 0);
    for (size_t i = 0; i < wid_tree_count(&t); i++)
      assert_true(wid_tree_row(&t, i).path.n > 0);
  }
  wid_tree_done(&t);
}

/* ---- what is typed and read ------------------------------------------------------------------ */

static void type(struct wid_form *f, const char *keys) {
  for (; *keys; keys++) {
    struct wid_event event = {.kind = WID_EVENT_KEY, .key = *keys == '\n' ? WID_KEY_ENTER : *keys};
    wid_form_event(f, &event);
  }
}

static void form(void) {
  static const struct wid_field fields[] = {
      {.label = "name", .initial = "web"},
      {.label = "paths", .kind = WID_FIELD_LIST, .initial = "/a\n/b\n/c", .required = true},
  };
  struct wid_form f;
  if (!wid_form_init(&f, "title", fields, COUNT(fields), NULL, NULL))
    return;
  type(&f, "xyz\n/d\n/e\n");
  struct wid_event paste = {.kind = WID_EVENT_PASTE, .paste = WID_STR_LIT("/f\n/g\n/h")};
  wid_form_event(&f, &paste);
  for (size_t i = 0; i < wid_form_list_count(&f, 1); i++)
    assert_true(wid_form_list_entry(&f, 1, i).n > 0);
  wid_form_done(&f);
}

static void dialog(void) {
  struct wid_dialog d;
  if (!wid_dialog_init(&d, WID_DIALOG_TYPE, WID_STR_LIT("title"), WID_STR_LIT("shop")))
    return;
  wid_text_add_pair(&d.body, 8, "name", WID_NORMAL, WID_STR_LIT("one\ntwo\tthree"));
  assert_true(d.body.truncated || d.body.n_lines == 1);
  wid_text_clear(&d.body);
  wid_text_add_lines(&d.body, WID_NORMAL, 0, WID_STR_LIT("one\ntwo\tthree"));
  assert_true(d.body.truncated || d.body.n_lines == 2);
  assert_true(wid_text_height(&d.body, 10) >= d.body.n_lines);
  struct wid_event event = {.kind = WID_EVENT_KEY, .key = 's'};
  wid_dialog_event(&d, &event);
  event.key = WID_KEY_ENTER;
  assert_int_not_equal(wid_dialog_event(&d, &event), WID_SUBMIT);
  wid_dialog_done(&d);
}

static void menu(void) {
  static const struct wid_menu_item items[] = {{.label = {"alpha", 5}}, {.label = {"alps", 4}}};
  struct wid_menu m;
  if (wid_menu_init(&m, ":", items, COUNT(items), true)) {
    struct wid_event event = {.kind = WID_EVENT_KEY, .key = 'a'};
    wid_menu_event(&m, &event);
    event.key = WID_KEY_TAB;
    wid_menu_event(&m, &event);
  }
  wid_menu_done(&m);
}

static void test_rows(void **state) {
  (void)state;
  torture(flat_table);
  torture(deep_table);
  torture(tree);
}

static void test_typed(void **state) {
  (void)state;
  torture(form);
  torture(dialog);
  torture(menu);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_typed)};
  return cmocka_run_group_tests_name("widgets out of memory", tests, NULL, NULL);
}
