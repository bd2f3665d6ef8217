/* Keys: names, bindings, conflicts. */
#include "test.h"

#include "tui/keys.h"
#include "widgets/base.h"

static void names_go_both_ways(void **state) {
  static const struct {
    const char *name;
    int32_t key;
  } rows[] = {{"k", 'k'},
              {"G", 'G'},
              {"?", '?'},
              {"Ctrl-R", 18},
              {"Enter", 13},
              {"Esc", 27},
              {"Tab", 9},
              {"F5", WID_KEY_F0 + 5},
              {"PgUp", WID_KEY_PAGE_UP},
              {"Space", ' '},
              {"Alt-x", WID_KEY_ALT + 'x'},
              {"\xc3\xa9", 0xe9}};
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    char name[TUI_KEY_NAME_MAX];
    assert_int_equal(tui_key_parse(aws_str_from(rows[i].name)), rows[i].key);
    tui_key_name(rows[i].key, name);
    assert_string_equal(name, rows[i].name);
  }
}

static void nonsense_is_no_key(void **state) {
  static const char *const rows[] = {"",   "Ctrl-", "Ctrl-1",    "F0",   "F25",
                                     "kk", "enter", "Alt-Alt-x", "\xc3", "\x7f"};
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++)
    assert_int_equal(tui_key_parse(aws_str_from(rows[i])), 0);
}

/* No key means two things, and every command but none is without a key. */
static void defaults_are_sound(void **state) {
  struct tui_keys k;
  struct aws_error err;
  (void)state;
  tui_keys_init(&k);
  assert_true(tui_keys_check(&k, &err));
  for (unsigned c = 0; c < TUI_COMMANDS; c++)
    assert_int_not_equal(k.of[c][0], 0);
}

/* Keys that move in other tools must not be bound to what writes. */
static void writes_keep_off_moving_keys(void **state) {
  static const int32_t moving[] = {4, 6, '+', '-'};
  struct tui_keys k;
  (void)state;
  tui_keys_init(&k);
  for (size_t i = 0; i < COUNT(moving); i++) {
    enum tui_command c = tui_keys_find(&k, moving[i], NULL);
    assert_true(c == TUI_NO_COMMAND || tui_key_def(c)->group != TUI_GROUP_ACT);
  }
}

static void numbers_choose_panes(void **state) {
  struct tui_keys k;
  size_t index = 99;
  char all[64];
  (void)state;
  tui_keys_init(&k);
  assert_int_equal(tui_keys_find(&k, '3', &index), TUI_PANE);
  assert_int_equal(index, 2);
  tui_keys_all(&k, TUI_PANE, all, sizeof all);
  assert_string_equal(all, "1 .. 9");
  tui_keys_all(&k, TUI_UP, all, sizeof all);
  assert_string_equal(all, "k, Up");
}

static void rebinding_replaces(void **state) {
  struct tui_keys k;
  struct aws_error err;
  (void)state;
  tui_keys_init(&k);
  assert_true(tui_keys_bind(&k, "refresh", "F5 Ctrl-R", &err));
  assert_int_equal(tui_keys_find(&k, WID_KEY_F0 + 5, NULL), TUI_REFRESH);
  assert_true(tui_keys_bind(&k, "scale", "", &err));
  assert_int_equal(tui_keys_find(&k, 's', NULL), TUI_NO_COMMAND);
  assert_true(tui_keys_bind(&k, "redeploy", "s", &err));
  assert_true(tui_keys_check(&k, &err));
}

static void mistakes_are_named(void **state) {
  struct tui_keys k;
  struct aws_error err;
  (void)state;
  tui_keys_init(&k);
  assert_false(tui_keys_bind(&k, "fly", "f", &err));
  assert_non_null(strstr(err.text, "fly"));
  assert_false(tui_keys_bind(&k, "scale", "Ctrl-Shift-S", &err));
  assert_non_null(strstr(err.text, "Ctrl-Shift-S"));
  assert_false(tui_keys_bind(&k, "scale", "a b c d e f g h i j", &err));
  assert_true(tui_keys_bind(&k, "scale", "r", &err));
  assert_false(tui_keys_check(&k, &err));
  assert_non_null(strstr(err.text, "scale"));
  assert_non_null(strstr(err.text, "redeploy"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_go_both_ways),   cmocka_unit_test(nonsense_is_no_key),
      cmocka_unit_test(defaults_are_sound),   cmocka_unit_test(writes_keep_off_moving_keys),
      cmocka_unit_test(numbers_choose_panes), cmocka_unit_test(rebinding_replaces),
      cmocka_unit_test(mistakes_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
