/* The command line. */
#include "test.h"

#include <stdio.h>

#include "tui/options.h"

static bool parse(struct tui_options *o, struct aws_error *err, const char *line) {
  static char text[256];
  char *argv[16] = {(char *)"cawsole"};
  int argc = 1;
  snprintf(text, sizeof text, "%s", line);
  for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
    argv[argc++] = word;
  return tui_options_parse(o, argc, argv, err);
}

static void takes_both_forms(void **state) {
  struct tui_options o;
  struct aws_error err;
  (void)state;
  assert_true(parse(&o, &err, "--profile ops --region=eu-west-1 --read-only --once --json"));
  assert_string_equal(o.profile, "ops");
  assert_string_equal(o.region, "eu-west-1");
  assert_true(o.read_only && o.once && o.json);
  assert_null(o.demo);
}

static void demo_takes_a_scenario_or_none(void **state) {
  struct tui_options o;
  struct aws_error err;
  (void)state;
  assert_true(parse(&o, &err, "--demo"));
  assert_string_equal(o.demo, "");
  assert_true(parse(&o, &err, "--demo bad-deploy --once"));
  assert_string_equal(o.demo, "bad-deploy");
  assert_true(parse(&o, &err, "--demo --once"));
  assert_string_equal(o.demo, "");
  assert_true(o.once);
}

static void mistakes_are_named(void **state) {
  static const char *const rows[][2] = {{"--fly", "--fly"},
                                        {"--region", "--region"},
                                        {"--region=", "--region"},
                                        {"--once=1", "--once"},
                                        {"eu-west-1", "eu-west-1"},
                                        {"--json", "--once"},
                                        {"--demo --profile x", "--profile"},
                                        {"--log a --trace b", "--trace"},
                                        {"-x", "-x"},
                                        {"--demo steady b", "takes the word b"},
                                        {"--", "--"}};
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct tui_options o;
    struct aws_error err = {0};
    assert_false(parse(&o, &err, rows[i][0]));
    assert_non_null(strstr(err.text, rows[i][1]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_both_forms),
      cmocka_unit_test(demo_takes_a_scenario_or_none),
      cmocka_unit_test(mistakes_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
