/* What is typed: lines, forms, menus, answers. */
#include "tests/unit/test.h"
#include "tests/unit/wid_screen.h"
#include <locale.h>
#include <widgets/dialog.h>
#include <widgets/form.h>
#include <widgets/menu.h>

static struct wid_event key_event(int32_t key) {
  return (struct wid_event){.kind = WID_EVENT_KEY, .key = key};
}

static struct wid_event paste_event(const char *text) {
  return (struct wid_event){.kind = WID_EVENT_PASTE, .paste = wid_str_from(text)};
}

static enum wid_result press(struct wid_form *f, int32_t key) {
  struct wid_event event = key_event(key);
  return wid_form_event(f, &event);
}

static void type(struct wid_form *f, const char *text) {
  for (; *text; text++)
    press(f, *text);
}

/* ---- one line -------------------------------------------------------------------------------- */

static void test_edit(void **state) {
  (void)state;
  static const struct {
    int32_t key;
    const char *after;
    enum wid_result result;
  } steps[] = {
      {'w', "w", WID_CHANGED},
      {'e', "we", WID_CHANGED},
      {0x65e5, "we日", WID_CHANGED},
      {0x301, "we日\u0301", WID_CHANGED},
      {WID_KEY_LEFT, "we日\u0301", WID_REDRAW}, /* over the mark and its base */
      {'x', "wex日\u0301", WID_CHANGED},
      {WID_KEY_DELETE, "wex", WID_CHANGED},
      {WID_KEY_DELETE, "wex", WID_REDRAW},
      {WID_KEY_HOME, "wex", WID_REDRAW},
      {WID_KEY_BACKSPACE, "wex", WID_REDRAW},
      {' ', " wex", WID_CHANGED},
      {WID_KEY_END, " wex", WID_REDRAW},
      {WID_CTRL('W'), " ", WID_CHANGED},
      {'a', " a", WID_CHANGED},
      {' ', " a ", WID_CHANGED},
      {WID_CTRL('W'), " ", WID_CHANGED},
      {'b', " b", WID_CHANGED},
      {WID_CTRL('A'), " b", WID_REDRAW},
      {WID_KEY_RIGHT, " b", WID_REDRAW},
      {WID_CTRL('K'), " ", WID_CHANGED},
      {WID_CTRL('U'), "", WID_CHANGED},
      {WID_KEY_BACKSPACE, "", WID_REDRAW},
      {WID_KEY_ENTER, "", WID_IGNORED},
      {WID_KEY_ESC, "", WID_IGNORED},
      {WID_KEY_UP, "", WID_IGNORED},
      {'q' | WID_KEY_ALT, "", WID_IGNORED},
      {0x9b, "", WID_IGNORED}, /* a C1 control */
  };
  struct wid_edit e;
  wid_edit_init(&e, 100);
  for (size_t i = 0; i < COUNT(steps); i++) {
    struct wid_event event = key_event(steps[i].key);
    assert_int_equal(wid_edit_event(&e, &event), steps[i].result);
    assert_string_equal(wid_edit_c(&e), steps[i].after);
  }
  wid_edit_done(&e);
}

/* A text that stands there already gives way to what is typed, not to what moves. */
static void test_edit_chosen(void **state) {
  (void)state;
  static const struct {
    int32_t keys[2];
    const char *after;
  } cases[] = {{{'6'}, "6"},
               {{'6', '1'}, "61"},
               {{WID_KEY_END, '6'}, "46"},
               {{WID_KEY_HOME, '6'}, "64"},
               {{WID_KEY_BACKSPACE}, ""},
               {{WID_KEY_DELETE, '5'}, "5"},
               {{WID_CTRL('U'), '5'}, "5"},
               {{WID_CTRL('W')}, ""},
               {{WID_KEY_ENTER}, "4"}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct wid_edit e;
    wid_edit_init(&e, 100);
    wid_edit_set(&e, WID_STR_LIT("4"));
    wid_edit_choose(&e);
    for (size_t k = 0; k < 2 && cases[i].keys[k]; k++) {
      struct wid_event event = key_event(cases[i].keys[k]);
      wid_edit_event(&e, &event);
    }
    assert_string_equal(wid_edit_c(&e), cases[i].after);
    wid_edit_set(&e, WID_STR_LIT("4"));
    wid_edit_choose(&e);
    struct wid_event paste = paste_event("78");
    wid_edit_event(&e, &paste);
    assert_string_equal(wid_edit_c(&e), "78");
    wid_edit_done(&e);
  }
}

static void test_edit_bounds(void **state) {
  (void)state;
  struct wid_edit e;
  wid_edit_init(&e, 6);
  struct wid_event event = paste_event("a\033b\xff\n\u202Ec");
  assert_int_equal(wid_edit_event(&e, &event), WID_CHANGED);
  assert_string_equal(wid_edit_c(&e),
                      "ab \u202E"); /* kept as data; what is shown is another matter */
  event = key_event('z');
  assert_int_equal(wid_edit_event(&e, &event), WID_REDRAW);
  wid_edit_set(&e, wid_str_from("日本語"));
  assert_string_equal(wid_edit_c(&e), "日本"); /* never half a character */
  wid_edit_done(&e);
}

static void test_edit_draw(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  struct wid_edit e;
  wid_edit_init(&e, 100);
  wid_edit_set(&e, wid_str_from("/static/日本/app.js"));
  wid_edit_draw(&e, wid_term_begin(), (struct wid_rect){1, 2, 1, 10}, WID_FIELD_FOCUS, true);
  assert_string_equal(screen_line(1, 2, 10), "本/app.js");
  struct wid_event home = key_event(WID_KEY_HOME);
  wid_edit_event(&e, &home);
  wid_edit_draw(&e, wid_term_begin(), (struct wid_rect){1, 2, 1, 10}, WID_FIELD_FOCUS, true);
  assert_string_equal(screen_line(1, 2, 10), "/static/…");
  e.secret = true;
  wid_edit_set(&e, wid_str_from("pä\u0301s"));
  wid_edit_draw(&e, wid_term_begin(), (struct wid_rect){1, 2, 1, 10}, WID_FIELD_FOCUS, true);
  assert_string_equal(screen_line(1, 2, 10), "•••");
  wid_edit_done(&e);
  screen_close();
}

/* ---- forms ----------------------------------------------------------------------------------- */

static const struct wid_field fields[] = {
    {.label = "tasks", .initial = "3", .required = true, .hint = "a number, +n or -n"},
    {.label = "code", .kind = WID_FIELD_SECRET, .initial = "123"},
    {.label = "paths", .kind = WID_FIELD_LIST, .required = true, .max = 40},
};

static bool check(void *data, const struct wid_form *form, int field, struct wid_str value,
                  char message[WID_FORM_MESSAGE_MAX]) {
  (void)form;
  (*(int *)data)++;
  if (field != 2 || value.p[0] == '/')
    return true;
  strcpy(message, "a path starts with /");
  return false;
}

static void test_form(void **state) {
  (void)state;
  struct wid_form f;
  int checks = 0;
  assert_true(wid_form_init(&f, "scale web", fields, 3, check, &checks));
  type(&f, "7"); /* what was there is replaced */
  assert_true(wid_str_eq(wid_form_value(&f, 0), WID_STR_LIT("7")));
  press(&f, WID_KEY_HOME);
  type(&f, "3");
  assert_true(wid_str_eq(wid_form_value(&f, 0), WID_STR_LIT("37")));
  assert_int_equal(press(&f, WID_KEY_ENTER), WID_REDRAW);
  assert_int_equal(f.focus, 1);
  press(&f, WID_KEY_TAB);
  press(&f, WID_KEY_TAB);
  assert_int_equal(f.focus, 0);
  press(&f, WID_KEY_END);
  press(&f, WID_CTRL('U'));
  assert_string_equal(f.message, "");
  assert_int_equal(press(&f, WID_CTRL('S')), WID_REDRAW);
  assert_string_equal(f.message, "tasks is needed"); /* the first fault is said first */
  type(&f, "+2");
  assert_int_equal(press(&f, WID_CTRL('S')), WID_REDRAW);
  assert_string_equal(f.message, "paths is needed");
  assert_int_equal(f.focus, 2);
  assert_true(wid_str_eq(wid_form_value(&f, 0), WID_STR_LIT("+2")));
  assert_true(checks > 0);
  wid_form_say(&f, "the service changed meanwhile");
  assert_string_equal(f.message, "the service changed meanwhile");
  assert_int_equal(press(&f, WID_KEY_ESC), WID_CANCEL);
  wid_form_done(&f);
}

static void test_form_list(void **state) {
  (void)state;
  struct wid_form f;
  int checks = 0;
  assert_true(wid_form_init(&f, "invalidate", fields, 3, check, &checks));
  press(&f, WID_KEY_BACKTAB);
  assert_int_equal(f.focus, 2);
  type(&f, "/app/*");
  press(&f, WID_KEY_ENTER);
  struct wid_event paste = paste_event("/a\nb\n/c\n");
  assert_int_equal(wid_form_event(&f, &paste), WID_CHANGED);
  assert_int_equal(wid_form_list_count(&f, 2), 4);
  assert_true(wid_str_eq(wid_form_list_entry(&f, 2, 0), WID_STR_LIT("/app/*")));
  assert_true(wid_str_eq(wid_form_list_entry(&f, 2, 3), WID_STR_LIT("/c")));
  assert_true(wid_str_eq(wid_form_list_entry(&f, 2, 4), WID_STR_LIT("")));
  press(&f, WID_KEY_ENTER);
  assert_int_equal(press(&f, WID_KEY_ENTER),
                   WID_REDRAW); /* on the empty one: done, but b is wrong */
  assert_string_equal(f.message, "a path starts with /");
  assert_true(wid_str_eq(wid_form_value(&f, 2), WID_STR_LIT("b")));
  press(&f, WID_KEY_BACKSPACE);
  press(&f, WID_KEY_BACKSPACE); /* the empty entry goes */
  assert_int_equal(wid_form_list_count(&f, 2), 3);
  assert_int_equal(press(&f, WID_CTRL('S')), WID_SUBMIT);
  /* no more than there may be */
  for (int i = 0; i < WID_FORM_LIST_MAX + 5; i++) {
    type(&f, "/");
    press(&f, WID_KEY_ENTER);
  }
  assert_in_range(wid_form_list_count(&f, 2), WID_FORM_LIST_MAX - 1, WID_FORM_LIST_MAX);
  wid_form_done(&f);
}

static void test_form_draw(void **state) {
  (void)state;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  struct wid_form f;
  int checks = 0;
  assert_true(wid_form_init(&f, "scale web", fields, 3, check, &checks));
  wid_form_draw(&f, wid_term_begin(), wid_term_size());
  assert_string_equal(screen_line(7, 2, 14), "┌ scale web ──");
  assert_string_equal(screen_line(9, 5, 20), "tasks  3");
  assert_string_equal(screen_line(10, 5, 25), "code   •••");
  assert_string_equal(screen_line(11, 5, 20), "paths");
  assert_string_equal(screen_line(13, 5, 30), "a number, +n or -n");
  assert_string_equal(screen_line(14, 5, 50), "Enter next  Esc leave it  ^S done  Tab next field");
  press(&f, WID_KEY_TAB); /* a secret stays one when it is selected */
  wid_form_draw(&f, wid_term_begin(), wid_term_size());
  assert_string_equal(screen_line(10, 5, 25), "code   •••");
  press(&f, WID_CTRL('S'));
  wid_form_draw(&f, wid_term_begin(), wid_term_size());
  assert_string_equal(screen_line(13, 5, 30), "paths is needed");
  wid_form_done(&f);
  screen_close();
}

/* ---- answers --------------------------------------------------------------------------------- */

static enum wid_result answer(struct wid_dialog *d, int32_t key) {
  struct wid_event event = key_event(key);
  return wid_dialog_event(d, &event);
}

static void test_confirm(void **state) {
  (void)state;
  static const struct {
    int32_t key;
    enum wid_result result;
  } rows[] = {{WID_KEY_ENTER, WID_REDRAW},
              {'q', WID_REDRAW},
              {'y', WID_SUBMIT},
              {'n', WID_CANCEL},
              {'Y', WID_SUBMIT},
              {WID_KEY_ESC, WID_CANCEL},
              {'y' | WID_KEY_ALT, WID_REDRAW}};
  struct wid_dialog d;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_true(wid_dialog_init(&d, WID_DIALOG_CONFIRM, WID_STR_LIT("redeploy"), WID_STR_LIT("")));
  assert_int_equal(answer(&d, 'y'), WID_REDRAW); /* nobody saw it */
  assert_int_equal(answer(&d, 'n'), WID_REDRAW);
  assert_int_equal(answer(&d, WID_KEY_ESC), WID_CANCEL);
  wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
  for (size_t i = 0; i < COUNT(rows); i++)
    assert_int_equal(answer(&d, rows[i].key), rows[i].result);
  struct wid_event paste = paste_event("y");
  assert_int_equal(wid_dialog_event(&d, &paste), WID_REDRAW);
  wid_dialog_done(&d);
  screen_close();
}

/* A plan longer than its box is agreed to at its end alone. */
static void test_read_to_the_end(void **state) {
  (void)state;
  struct wid_dialog d;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_true(wid_dialog_init(&d, WID_DIALOG_CONFIRM, WID_STR_LIT("scale"), WID_STR_LIT("")));
  for (int i = 0; i < 40; i++)
    wid_text_addf(&d.body, WID_NORMAL, "line %d", i);
  wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
  assert_int_equal(answer(&d, WID_KEY_END), WID_CHANGED); /* what lies between was not drawn */
  wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
  assert_int_equal(answer(&d, 'y'), WID_REDRAW);
  answer(&d, WID_KEY_HOME);
  for (int pages = 0; pages < 2; pages++) {
    wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
    assert_int_equal(answer(&d, 'y'), WID_REDRAW);
  }
  wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
  assert_string_equal(screen_line(22, 5, 22), "Read to its end first.");
  assert_int_equal(answer(&d, 'y'), WID_SUBMIT);
  wid_text_add(&d.body, WID_NORMAL, 0, WID_STR_LIT("one more"));
  assert_int_equal(answer(&d, 'y'), WID_REDRAW);
  wid_dialog_done(&d);
  screen_close();
}

static void test_type_the_name(void **state) {
  (void)state;
  struct wid_dialog d;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_true(
      wid_dialog_init(&d, WID_DIALOG_TYPE, WID_STR_LIT("scale to none"), WID_STR_LIT("web")));
  d.danger = true;
  wid_text_add_pair(&d.body, 10, "tasks", WID_NORMAL, WID_STR_LIT("3 → 0"));
  wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
  struct wid_event paste = paste_event("web");
  wid_dialog_event(&d, &paste);
  assert_int_equal(answer(&d, WID_KEY_ENTER), WID_REDRAW);
  wid_dialog_draw(&d, wid_term_begin(), wid_term_size());
  assert_string_equal(screen_line(8, 2, 20), "┌ ⚠ scale to none ──");
  assert_string_equal(screen_line(10, 5, 20), "tasks     3 → 0");
  assert_string_equal(screen_line(12, 5, 40), "Type web to go on:");
  assert_string_equal(screen_line(13, 5, 50), "That is not it.  Enter go on  Esc leave it");
  for (const char *c = "wex"; *c; c++)
    answer(&d, *c);
  answer(&d, WID_KEY_BACKSPACE);
  assert_int_equal(answer(&d, 'b'), WID_REDRAW);
  assert_int_equal(answer(&d, WID_KEY_ENTER), WID_SUBMIT);
  assert_int_equal(answer(&d, WID_KEY_ESC), WID_CANCEL);
  wid_dialog_done(&d);
  screen_close();
}

/* ---- menus ----------------------------------------------------------------------------------- */

static const struct wid_menu_item items[] = {
    {WID_STR_LIT("pane services"), WID_STR_LIT("ECS"), WID_NORMAL, 1},
    {WID_STR_LIT("pane targets"), WID_STR_LIT("load balancers"), WID_NORMAL, 2},
    {WID_STR_LIT("stack shop-prod"), WID_STR_LIT("production"), WID_WARN, 3},
    {WID_STR_LIT("stack shop-test"), WID_STR_LIT("test services"), WID_NORMAL, 4},
};

static enum wid_result pick(struct wid_menu *m, int32_t key) {
  struct wid_event event = key_event(key);
  return wid_menu_event(m, &event);
}

static void test_menu(void **state) {
  (void)state;
  struct wid_menu m;
  assert_true(wid_menu_init(&m, "pick", items, COUNT(items), false));
  assert_int_equal(wid_menu_selected(&m)->id, 1);
  pick(&m, WID_KEY_DOWN);
  pick(&m, WID_CTRL('N'));
  assert_int_equal(wid_menu_selected(&m)->id, 3);
  pick(&m, WID_KEY_PAGE_UP);
  for (const char *c = "SERVICES"; *c; c++)
    pick(&m, *c);
  assert_int_equal(m.n_shown, 2); /* by label, and by detail */
  assert_int_equal(wid_menu_selected(&m)->id, 1);
  pick(&m, WID_KEY_DOWN);
  assert_int_equal(wid_menu_selected(&m)->id, 4);
  assert_int_equal(wid_menu_index(&m), 3);
  assert_int_equal(pick(&m, WID_KEY_ENTER), WID_SUBMIT);
  pick(&m, 'x');
  assert_null(wid_menu_selected(&m));
  assert_int_equal(wid_menu_index(&m), WID_NONE);
  assert_int_equal(pick(&m, WID_KEY_ENTER), WID_REDRAW);
  assert_int_equal(pick(&m, WID_KEY_ESC), WID_CANCEL);
  wid_menu_done(&m);
}

static void test_menu_shows_long_labels_whole(void **state) {
  (void)state;
  static const struct wid_menu_item revisions[] = {
      {.label = WID_STR_LIT("shop-prod-web:41  registered 2026-11-19, tasks of it still run")}};
  struct wid_menu m;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_true(wid_menu_init(&m, "Roll back web", revisions, COUNT(revisions), false));
  wid_menu_draw(&m, wid_term_begin(), (struct wid_rect){0, 0, 10, 80});
  bool whole = false;
  for (int y = 0; y < 10; y++)
    whole |= strstr(screen_line(y, 0, 80), "registered 2026-11-19, tasks of it still run") != NULL;
  assert_true(whole);
  wid_menu_done(&m);
  screen_close();
}

static void test_palette(void **state) {
  (void)state;
  struct wid_menu m;
  screen_open("xterm-256color", 24, 80, WID_DEPTH_AUTO);
  assert_true(wid_menu_init(&m, ":", items, COUNT(items), true));
  pick(&m, 's');
  /* those that start with it stand first */
  assert_int_equal(wid_menu_selected(&m)->id, 3);
  assert_int_equal(m.n_shown, 4);
  pick(&m, WID_KEY_TAB);
  assert_string_equal(wid_edit_c(&m.typed), "stack shop-");
  pick(&m, WID_KEY_DOWN);
  pick(&m, WID_KEY_TAB);
  assert_string_equal(wid_edit_c(&m.typed), "stack shop-test");
  wid_menu_draw(&m, wid_term_begin(), wid_term_size());
  assert_string_equal(screen_line(23, 0, 80), ":stack shop-test");
  assert_string_equal(screen_line(21, 0, 40), "│▸ stack shop-test  test services");
  struct wid_event paste = paste_event("!\n");
  assert_int_equal(wid_menu_event(&m, &paste), WID_REDRAW);
  assert_string_equal(wid_edit_c(&m.typed), "stack shop-test");
  pick(&m, WID_CTRL('U'));
  pick(&m, 'q');
  assert_null(wid_menu_selected(&m));
  assert_int_equal(pick(&m, WID_KEY_ENTER), WID_SUBMIT);
  wid_menu_done(&m);
  screen_close();
}

int main(void) {
  if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
    return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edit),
      cmocka_unit_test(test_edit_chosen),
      cmocka_unit_test(test_edit_bounds),
      cmocka_unit_test(test_edit_draw),
      cmocka_unit_test(test_form),
      cmocka_unit_test(test_form_list),
      cmocka_unit_test(test_form_draw),
      cmocka_unit_test(test_confirm),
      cmocka_unit_test(test_read_to_the_end),
      cmocka_unit_test(test_type_the_name),
      cmocka_unit_test(test_menu),
      cmocka_unit_test(test_menu_shows_long_labels_whole),
      cmocka_unit_test(test_palette),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
