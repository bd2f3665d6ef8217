/* Texts that would fool a terminal, in every field that AWS can fill: nothing but the program's own
 * sequences may reach the screen, whatever is looked at.
 */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Every pane zoomed, its rows opened, described and asked for their events; then the views. */
static const char *const walk[] = {"1z",          "jd",
                                   "GnG<Esc>",    "e",
                                   "<Esc>",       "z",
                                   "2z",          "jjd",
                                   "G<Esc>",      "e",
                                   "<Esc>",       "z",
                                   "3z",          "<Enter>",
                                   "jd",          "<Esc>",
                                   "<Esc>",       "d",
                                   "<Esc>",       "b",
                                   "<Esc>",       "<Esc>",
                                   "s",           "<Esc>",
                                   "z",           "4z",
                                   "jd",          "G<Esc>",
                                   "z",           "5z",
                                   "jjjjd",       "<Esc>",
                                   "x",           "c",
                                   "z",           "6z",
                                   "jd",          "<Esc>",
                                   "z",           "a",
                                   "jd",          "<Esc>",
                                   "<Esc>",       "?",
                                   "<Esc>",       ":list services<Enter>",
                                   "<Esc>",       ":list targets<Enter>",
                                   "<Esc>",       ":list secrets<Enter>",
                                   "d<Esc><Esc>", ":budget<Enter>",
                                   "<Esc>",       ":actions<Enter>",
                                   "<Esc>",       "/a<Enter>",
                                   "<Esc>"};

static void look_everywhere(struct screen *s) {
  for (size_t i = 0; i < sizeof walk / sizeof *walk; i++)
    screen_keys_ahead(s, walk[i]);
  screen_keys_ahead(s, "?"); /* the last key seen: all before it were; it may never be idle */
  screen_expect(s, "Help: keys that do");
  screen_keys_ahead(s, "<Esc>");
}

static void expect_only_ours(struct screen *s) {
  char *foreign = screen_foreign(s);
  if (foreign)
    screen_fail(s, "the terminal was sent what is not ours", foreign);
}

static void play(const char *fault, const char *seen, int rows, int cols) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", "--seed", "3", "--fault", fault, NULL}, .rows = rows, .cols = cols});
  screen_expect(s, "ECS");
  screen_expect(s, seen); /* it came, and it is tamed */
  look_everywhere(s);
  screen_resize(s, rows + 7, cols - 3);
  look_everywhere(s);
  expect_only_ours(s);
  screen_keys_ahead(s, "<Esc><Esc><Esc>:q!<Enter>");
  int how = screen_exit(s);
  assert_true(WIFEXITED(how));
  assert_int_equal(WEXITSTATUS(how), 0);
  const char *left = screen_unrestored(s);
  if (left)
    screen_fail(s, "the terminal was not restored", left);
}

static void escapes(void **state) {
  (void)state;
  play("hostile-text", "\u241b", 36, 120);
}

static void escapes_in_a_column(void **state) {
  (void)state;
  play("hostile-text", "\u241b", 24, 83);
}

static void controls(void **state) {
  (void)state;
  play("control-text", "\u241b|\u2400|\u240a", 36, 120);
}

static void broken_utf8(void **state) {
  (void)state;
  play("invalid-utf8", "\ufffd", 60, 203);
}

static void ten_megabytes(void **state) {
  (void)state;
  play("huge-text", "ECS", 36, 120);
}

/* ---- states that nobody knows ---------------------------------------------------------------- */

/* A state that is none that we know says neither well nor bad. */
static void strange_targets_are_unknown(void **state) {
  (void)state;
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--fault", "hostile-text,on=elbv2:DescribeTargetHealth", NULL}});
  screen_expect(s, "^ \\? ALB shop-prod-web 0/4 healthy, 4 not understood");
  screen_expect(s, "shop-prod-web +\\? 0/4 +4 not under");
  screen_expect(s, "▸ALB \\? unknown");
  assert_int_equal(screen_row(s, "failing|unhealthy"), -1);
}

static void strange_services_are_unknown(void **state) {
  (void)state;
  struct screen *s = console_start(
      &(struct console_setup){.sim = {"--fault", "hostile-text,on=ecs:DescribeServices", NULL}});
  screen_keys(s, "3");
  screen_expect(s, "▸ api.* \\? 4/4 +\\? +[0-9]+% +[0-9]+% +\\? "); /* rollout, revision */
  screen_expect(s, "its status is not understood: ACTIVE");
  screen_expect(s, "▸ECS \\? unknown");
}

/* A newline in a name is seen as one: it writes no line into what one acts on. */
static void a_name_writes_no_line_into_a_dialog(void **state) {
  (void)state;
  struct screen *s = console_start(
      &(struct console_setup){.sim = {"--fault", "hostile-text,on=ecs:DescribeServices", NULL}});
  screen_expect(s, "▸ api");
  screen_keys(s, "s");
  screen_expect(s, "Scale service");
  screen_expect(s, "service shop-prod.*␉tab␊line…"); /* cut, and said to be */
  screen_expect(s, "refused");
}

/* ---- what does not come from AWS ------------------------------------------------------------- */

/* Sequences that the program never writes, or not unasked; libconfig and the shell take them as
 * they are. */
#define ODD_NAME "\033[31;5m\033[3J\302\2332J\u202e\u061c\u2066\u200b\ufeff" /* without "]" */
#define ODD "\033]52;c;aGk=\a\033]0;t\a" ODD_NAME

static char files[2][64]; /* the AWS configuration, and a plain program's output */

static const char *in_tmp(size_t i) {
  snprintf(files[i], sizeof files[i], "/tmp/cawsole-hostile-%ld.%zu", (long)getpid(), i);
  return files[i];
}

static int end(void **state) {
  for (size_t i = 0; i < 2; i++)
    unlink(in_tmp(i));
  return console_end(state);
}

static const char *aws_config(void) {
  static char variable[96];
  FILE *f = fopen(in_tmp(0), "w");
  if (!f ||
      fputs("[profile good]\nregion = eu-west-1\n"
            "aws_access_key_id = testing\naws_secret_access_key = testing\n"
            "[profile evil" ODD_NAME "]\nregion = eu-west-1\n"
            "aws_access_key_id = testing\naws_secret_access_key = testing\n"
            "[profile role]\nsource_profile = good\nregion = eu-west-1\n"
            "role_arn = arn:aws:iam::123456789012:role/Evil" ODD "\n"
            "[profile process]\nregion = eu-west-1\n"
            "credential_process = sh -c 'echo \"no keys " ODD "\" >&2; exit 1'\n"
            "[profile lost]\nregion = eu-west-1\nsource_profile = nobody" ODD "\n"
            "role_arn = arn:aws:iam::123456789012:role/Lost\n",
            f) < 0 ||
      fclose(f) != 0)
    fail_msg("%s cannot be written", in_tmp(0));
  snprintf(variable, sizeof variable, "AWS_CONFIG_FILE=%s", in_tmp(0));
  return variable;
}

/* The name of a stack, of a profile, of a role, and what a process complains about. */
static void names_on_this_machine(void **state) {
  static const struct {
    const char *keys, *seen;
  } walk_names[] = {{":profile role<Enter>", "^ *role .*Evil.*\\[31"},
                    {":profile process<Enter>", "no keys"},
                    {":profile lost<Enter>", "nobody"},
                    {":profile good<Enter>", "web .*4/4"},
                    {":stack other<Enter>", "evil.*\\[31|^ *other .*OpsRole"}};
  char config[512];
  const char *url = console_simulator((const char *const[]){"--speed", "1", NULL});
  (void)state;
  snprintf(config, sizeof config,
           "stacks = ( { name = \"shop" ODD "\"; profile = \"good\"; region = \"eu-west-1\"; },\n"
           "  { name = \"other\"; profile = \"evil" ODD_NAME "\"; region = \"eu-west-1\"; } );\n");
  struct screen *s = console_start(&(struct console_setup){
      .plain = true, .args = {"--endpoint-url", url}, .env = {aws_config()}, .config = config});
  screen_expect(s, "shop");
  screen_expect(s, "web .*4/4");
  expect_only_ours(s);
  for (size_t i = 0; i < sizeof walk_names / sizeof *walk_names; i++) {
    screen_keys(s, walk_names[i].keys);
    screen_expect(s, walk_names[i].seen);
    screen_keys_ahead(s, ":profile <Esc>:stack <Esc>");
    screen_keys_ahead(s, "?");
    screen_expect(s, "Help: keys that do");
    screen_keys_ahead(s, "<Esc>");
    expect_only_ours(s);
  }
}

/* ---- for pipes and files --------------------------------------------------------------------- */

/* What the program prints, in its environment and with these options; both outputs. */
static void print_plain(const char *options, const char *url) {
  char command[1024];
  const char *folder = getenv("CAWSOLE_BUILDDIR");
  snprintf(command, sizeof command,
           "LC_ALL=C.UTF-8 HOME=/nonexistent AWS_EC2_METADATA_DISABLED=true %s %s/cawsole %s "
           "--endpoint-url %s >%s 2>&1",
           aws_config(), folder ? folder : ".", options, url, in_tmp(1));
  int how = system(command); /* NOLINT(cert-env33-c): what is run is ours */
  assert_true(WIFEXITED(how) && (WEXITSTATUS(how) <= 3 || WEXITSTATUS(how) == 64));
  FILE *f = fopen(in_tmp(1), "r");
  static char text[4 << 20];
  assert_non_null(f);
  size_t n = fread(text, 1, sizeof text, f);
  fclose(f);
  char *foreign = screen_foreign_text(text, n);
  if (foreign)
    fail_msg("cawsole %s: %s", options, foreign);
  printf("# cawsole %-44.*s %zu bytes, none that a terminal acts on\n",
         (int)strcspn(options, "\033"), options, n);
  fflush(stdout);
  assert_true(n > 20);
}

static void printed(void **state) {
  static const char *const options[] = {
      "--once --profile good",       "--once --json --profile good",
      "whoami --profile good",       "doctor --profile good",
      "--once --profile role",       "--once --json --profile role",
      "whoami --profile role",       "doctor --profile role",
      "whoami --profile process",    "doctor --profile process",
      "doctor --profile lost",       "--once --json --profile process",
      "doctor --profile 'x" ODD "'", "whoami --profile 'evil" ODD_NAME "'",
      "--once --stack 'x" ODD "'"};
  static const char *const faults[] = {NULL, "hostile-text", "control-text", "invalid-utf8"};
  (void)state;
  for (size_t f = 0; f < sizeof faults / sizeof *faults; f++) {
    const char *url =
        console_simulator((const char *const[]){faults[f] ? "--fault" : NULL, faults[f], NULL});
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
      print_plain(options[i], url);
    console_simulator_end();
  }
}

#define TEST(f) cmocka_unit_test_teardown(f, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(escapes),
      TEST(escapes_in_a_column),
      TEST(controls),
      TEST(broken_utf8),
      TEST(ten_megabytes),
      TEST(strange_targets_are_unknown),
      TEST(strange_services_are_unknown),
      TEST(a_name_writes_no_line_into_a_dialog),
      TEST(names_on_this_machine),
      TEST(printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
