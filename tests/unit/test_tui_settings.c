/* The configuration file: what it gives, and the sentence for each mistake. */
#include "test.h"

#include "tui/settings.h"
#include "widgets/base.h"

#include <stdio.h>
#include <unistd.h>

static bool parse(struct tui_settings *s, const char *text, struct aws_error *err) {
  *err = (struct aws_error){0};
  tui_settings_init(s);
  return tui_settings_parse(s, text, "test.cfg", err);
}

static void nothing_gives_defaults(void **state) {
  struct tui_settings s;
  struct aws_error err;
  (void)state;
  assert_true(parse(&s, "", &err));
  assert_true(s.bell && s.flash && s.mouse && !s.ascii);
  assert_int_equal(s.nstacks, 0);
  assert_null(tui_settings_stack(&s, NULL));
  tui_settings_done(&s);
}

static void a_stack_is_read_whole(void **state) {
  struct tui_settings s;
  struct aws_error err;
  (void)state;
  assert_true(
      parse(&s,
            "stacks = ( { name = \"shop\"; profile = \"ops\"; account = \"123456789012\";\n"
            "  environment = \"staging\"; read_only = true; reveal = false; interval = 10;\n"
            "  parameters_path = \"/shop\"; metrics = false;\n"
            "  thresholds = { latency_ms = 800; cpu_percent = 82.5; };\n"
            "  filters = ( { kind = \"services\"; pattern = \"web*\"; } );\n"
            "  links = ( { from = \"a.example.com\"; to = \"alb\"; } ); },\n"
            "  { name = \"other\"; environment = \"production-eu\"; } );\n"
            "bell = false; keys = { refresh = \"F5\"; }; colors = 16;",
            &err));
  assert_int_equal(s.nstacks, 2);
  const struct stack_config *c = tui_settings_stack(&s, "shop");
  assert_non_null(c);
  assert_string_equal(c->profile, "ops");
  assert_true(c->read_only && c->reveal_forbidden && !c->metrics && !c->production);
  assert_int_equal(c->interval_s, 10);
  assert_float_equal(c->thresholds.latency_ms, 800, 0);
  assert_float_equal(c->thresholds.cpu_percent, 82.5, 0);
  assert_int_equal(c->nfilters, 1);
  assert_string_equal(c->filters[0].pattern, "web*");
  assert_string_equal(c->links[0].to, "alb");
  assert_true(tui_settings_stack(&s, "other")->production);
  assert_null(tui_settings_stack(&s, "third"));
  assert_ptr_equal(tui_settings_stack(&s, NULL), c);
  assert_int_equal(tui_keys_find(&s.keys, WID_KEY_F0 + 5, NULL), TUI_REFRESH);
  assert_false(s.bell);
  assert_int_equal(s.colors, 16);
  tui_settings_done(&s);
}

/* A stack that nobody labelled is production. */
static void unlabelled_is_production(void **state) {
  struct tui_settings s;
  struct aws_error err;
  (void)state;
  assert_true(parse(&s, "stacks = ( { name = \"a\"; } );", &err));
  assert_true(s.stacks[0].production);
  tui_settings_done(&s);
}

static void production_is_known_in_any_case(void **state) {
  struct tui_settings s;
  struct aws_error err;
  (void)state;
  assert_true(parse(&s,
                    "stacks = ( { name = \"a\"; environment = \"Production\"; },"
                    " { name = \"b\"; environment = \"PROD\"; },"
                    " { name = \"c\"; environment = \"pre-prod\"; } );",
                    &err));
  assert_true(s.stacks[0].production && s.stacks[1].production);
  assert_false(s.stacks[2].production);
  tui_settings_done(&s);
}

static void mistakes_name_file_line_and_way_out(void **state) {
  static const struct {
    const char *text, *place, *word;
  } rows[] = {
      {"bell = ;", "test.cfg:1", "name = value"},
      {"\nbel = true;", "test.cfg:2", "bell"},
      {"bell = 1;", "test.cfg:1", "true or false"},
      {"colors = 257;", "test.cfg:1", "0 to 256"},
      {"colors = \"many\";", "test.cfg:1", "number"},
      {"stacks = { };", "test.cfg:1", "list"},
      {"stacks = ( \"a\" );", "test.cfg:1", "braces"},
      {"stacks = ( { region = \"x\"; } );", "test.cfg:1", "needs a name"},
      {"stacks = ( { name = \"\"; } );", "test.cfg:1", "quotes"},
      {"stacks = ( { name = \"a\"; },\n{ name = \"a\"; } );", "test.cfg:2", "two stacks"},
      {"stacks = ( { name = \"a\"; account = \"12\"; } );", "test.cfg:1", "12 digits"},
      {"stacks = ( { name = \"a\"; account = 123; } );", "test.cfg:1", "quotes"},
      {"stacks = ( { name = \"a\"; interval = 0; } );", "test.cfg:1", "1 to 3600"},
      {"stacks = ( { name = \"a\"; parameters_path = \"x\"; } );", "test.cfg:1", "slash"},
      {"stacks = ( { name = \"a\"; filters = ( { kind = \"cats\"; pattern = \"*\"; } ); } );",
       "test.cfg:1", "cats"},
      {"stacks = ( { name = \"a\"; filters = ( { kind = \"tasks\"; } ); } );", "test.cfg:1",
       "pattern"},
      {"stacks = ( { name = \"a\"; links = ( { from = \"x\"; } ); } );", "test.cfg:1", "to"},
      {"stacks = ( { name = \"a\"; thresholds = { cpu_percent = 101; }; } );", "test.cfg:1",
       "0 to 100"},
      {"keys = { fly = \"f\"; };", "test.cfg:1", "fly"},
      {"keys = { scale = 5; };", "test.cfg:1", "quotes"},
      {"keys = {\n scale = \"Hyper-S\"; };", "test.cfg:2", "Hyper-S"},
      {"keys = { scale = \"r\"; };", "test.cfg:1", "redeploy"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct tui_settings s;
    struct aws_error err;
    bool ok = parse(&s, rows[i].text, &err);
    if (ok || !strstr(err.text, rows[i].place) || !strstr(err.text, rows[i].word))
      fail_msg("row %zu: %s", i, ok ? "was taken" : err.text);
    tui_settings_done(&s);
  }
}

static void a_named_file_must_be_there(void **state) {
  struct tui_settings s;
  struct aws_error err;
  char home[] = "/tmp/cawsole-settings-XXXXXX";
  (void)state;
  assert_non_null(mkdtemp(home));
  setenv("XDG_CONFIG_HOME", home, 1);
  tui_settings_init(&s);
  assert_true(tui_settings_load(&s, NULL, &err));
  assert_false(tui_settings_load(&s, "/nonexistent/cawsole.cfg", &err));
  assert_non_null(strstr(err.text, "/nonexistent/cawsole.cfg"));
  tui_settings_done(&s);
  rmdir(home);
}

static void the_example_is_taken(void **state) {
  const char *srcdir = getenv("srcdir");
  struct tui_settings s;
  struct aws_error err;
  char path[512];
  (void)state;
  snprintf(path, sizeof path, "%s/doc/cawsole.cfg", srcdir ? srcdir : ".");
  tui_settings_init(&s);
  if (!tui_settings_load(&s, path, &err))
    fail_msg("%s", err.text);
  assert_true(s.nstacks > 0);
  tui_settings_done(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_gives_defaults),
      cmocka_unit_test(a_stack_is_read_whole),
      cmocka_unit_test(unlabelled_is_production),
      cmocka_unit_test(production_is_known_in_any_case),
      cmocka_unit_test(mistakes_name_file_line_and_way_out),
      cmocka_unit_test(a_named_file_must_be_there),
      cmocka_unit_test(the_example_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
