/* Every key of keys.def, pressed on the real screen, does what the list says. */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
  const char *name, *keys;
} listed[] = {
#define TUI_KEY(id, name, keys, hint, group, what) {name, keys},
#include "tui/keys.def"
#undef TUI_KEY
};

/* From the board at 120x36 with the service "api" selected: the keys before, and what the key under
 * test makes appear, or go away. after: keys that go on with it, such as a filter's text. */
struct key_case {
  const char *name, *before, *after, *shows, *hides;
};

static const struct key_case cases[] = {
    {"up", "j", "", "▸ api", NULL},
    {"down", "", "", "▸ web", NULL},
    {"page-up", "5<C-f>", "", "▸ ▾ /shop", NULL},
    {"page-down", "5", "", "▸      *[^ ]", NULL}, /* deep in the tree, however tall the pane */
    {"top", "jj", "", "▸ api", NULL},
    {"bottom", "", "", "▸ worker", NULL},
    {"open", "", "", "ECS services › api", NULL},
    {"back", "<Enter>", "", "▸ api", "› api"},
    {"next-pane", "", "", "▸ shop-prod-aurora", NULL},
    {"previous-pane", "", "", "▸ shop-prod-web", NULL},
    {"zoom", "", "", "3 ECS services", "1 CloudFront"},
    {"mark", "", "", "1 marked", NULL},
    {"sort-left", "", "", "age↑", NULL},
    {"sort-right", "", "", "service *↑", NULL},
    {"sort-turn", ">", "", "service *↓", NULL},
    {"scale", "", "", "Desired count", NULL},
    {"redeploy", "", "", "Redeploy (service|api)", NULL},
    {"rollback", "", "", "Roll back api", NULL},
    {"invalidate", "1", "", "Invalidate shop.example.com", NULL},
    {"reveal", "5jjjj", "", "https://hooks", NULL},
    {"copy", "", "", "ARN copied: arn:aws:ecs:.*service/shop-prod/api", NULL},
    {"events", "", "", "events of service api", NULL},
    {"describe", "", "", "serviceArn +arn:aws:ecs:.*service/shop-prod/api", NULL},
    {"alarms", "", "", "shop-prod-web-cpu", NULL},
    {"filter", "", "wor<Enter>", "1 of 3", "▸ api"},
    {"find-next", "d/arn<Enter>", "", "│ serviceArn", "^│ arn:aws"},
    {"find-previous", "d/arn<Enter>n", "", "^│ arn:aws", NULL},
    {"refresh", "", "", "reading everything again", NULL},
    {"command", "", "alar", "alarms: which", NULL},
    {"help", "", "", "Help: keys that do something here", NULL},
};

/* A key as keys.def names it, in the writing of screen_keys. */
static const char *written(const char *key) {
  static const char *const names[][2] = {
      {"Up", "<Up>"},     {"Down", "<Down>"}, {"PgUp", "<PageUp>"},     {"PgDn", "<PageDown>"},
      {"Home", "<Home>"}, {"End", "<End>"},   {"Enter", "<Enter>"},     {"Esc", "<Esc>"},
      {"Space", " "},     {"Tab", "<Tab>"},   {"Shift-Tab", "<S-Tab>"}, {"<", "<lt>"},
  };
  static char text[16];
  for (size_t i = 0; i < COUNT(names); i++)
    if (strcmp(names[i][0], key) == 0)
      return names[i][1];
  if (strncmp(key, "Ctrl-", 5) == 0)
    snprintf(text, sizeof text, "<C-%c>", key[5] | 0x20);
  else
    snprintf(text, sizeof text, "%s", key);
  return text;
}

static const char *keys_of(const char *name) {
  for (size_t i = 0; i < COUNT(listed); i++)
    if (strcmp(listed[i].name, name) == 0)
      return listed[i].keys;
  fail_msg("no key is called %s any more", name);
  return "";
}

static struct screen *start(const char *before) {
  struct screen *s = console_start(&(struct console_setup){0});
  console_ready(s);
  screen_expect(s, "▸ api");
  if (*before)
    screen_keys(s, before);
  screen_idle(s);
  return s;
}

static void try_key(const struct key_case *c, const char *key) {
  struct screen *s = start(c->before);
  if (!c->hides && strchr(c->before, 'd') == NULL)
    assert_int_equal(screen_row(s, c->shows), -1);
  screen_keys(s, written(key));
  if (*c->after)
    screen_keys(s, c->after);
  screen_expect(s, c->shows);
  if (c->hides)
    screen_expect_gone(s, c->hides);
  screen_end(s);
}

static void each_key_does_what_it_says(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    char keys[64], *rest = keys;
    snprintf(keys, sizeof keys, "%s", keys_of(cases[i].name));
    for (const char *key; (key = strtok_r(rest, " ", &rest));) {
      print_message("# %s: %s\n", cases[i].name, key);
      try_key(&cases[i], key);
    }
  }
}

static void pane_numbers(void **state) {
  static const char *const selected[] = {
      "▸ E1A2B3C4D5E6F7",   "▸ shop-prod-web", "▸ api",
      "▸ shop-prod-aurora", "▸ ▾ /shop",       "▸ ([0-9]+ [A-Z][a-z]+ )?[0-9][0-9]:"};
  struct screen *s = start("");
  (void)state;
  assert_string_equal(keys_of("pane"), "1 2 3 4 5 6 7 8 9");
  for (int i = 5; i >= 0; i--) {
    screen_keys(s, &(const char[]){(char)('1' + i), '\0'}[0]);
    screen_expect(s, selected[i]);
  }
  screen_keys(s, "a"); /* from a view as well */
  screen_expect(s, "shop-prod-web-cpu");
  screen_keys(s, "4");
  screen_expect(s, selected[3]);
  screen_keys(s, "3<Enter>");
  screen_expect(s, "ECS services › api");
  screen_keys(s, "d");
  screen_expect(s, "arn:aws:ecs:.*:task/");
  screen_keys(s, "1");
  screen_expect(s, selected[0]);
  screen_keys(s, "789");
  screen_idle(s);
  assert_true(screen_row(s, selected[0]) >= 0);
}

static void repaint_draws_everything(void **state) {
  struct screen *s = start("");
  size_t before = screen_written(s);
  (void)state;
  screen_keys(s, "<C-l>");
  screen_idle(s);
  assert_true(screen_written(s) - before > 1500);
}

static void copy_reaches_the_clipboard(void **state) {
  struct screen *s = start("");
  size_t n;
  (void)state;
  screen_keys(s, "c");
  screen_expect(s, "ARN copied");
  const char *raw = screen_raw(s, &n);
  bool found = false;
  for (size_t i = 0; i + 7 < n; i++)
    found = found || memcmp(raw + i, "\033]52;c;", 7) == 0;
  assert_true(found);
  screen_keys(s, "5jjjjc");
  screen_expect(s, "name copied: /shop/prod/alerts/slack-hook \\(its value is hidden\\)");
  screen_keys(s, "x");
  screen_expect(s, "https://hooks");
  screen_keys(s, "c");
  screen_expect(s, "^ value copied$");
}

/* How many there are, which one this is, and that there are none. */
static void a_search_says_what_it_found(void **state) {
  struct screen *s = start("d");
  (void)state;
  screen_expect(s, "serviceArn");
  screen_keys(s, "/arn:aws<Enter>");
  screen_expect(s, "^┌ service api ─ /arn:aws 1 of [1-9][0-9]*");
  screen_expect(s, "  n next  ");
  screen_keys(s, "nn");
  screen_expect(s, "─ /arn:aws 3 of [1-9][0-9]*");
  screen_keys(s, "/<C-u>deploymentCircuitBreaker<Enter>");
  screen_expect(s, "Breaker 1 of [1-9]");
  screen_keys(s, "/<C-u>nosuchword<Enter>");
  screen_expect(s, "/nosuchword not found");
}

static void the_palette_says_what_does_not_fit_and_what_is_not_there(void **state) {
  struct screen *s = start("");
  (void)state;
  screen_keys(s, ":");
  screen_expect(s, "└─* ↑↓ [1-9][0-9]* more ");
  screen_keys(s, "region");
  screen_expect(s, "│ +there is no such command");
  screen_keys(s, " eu");
  screen_expect(s, "│ +the demo has one stack, one profile and one region");
  screen_keys(s, "<Enter>");
  screen_expect(s, "^ the demo has one stack");
}

/* What leads to all others stays where there is no room; a key is not offered where one is. */
static void hints_on_a_narrow_screen(void **state) {
  struct screen *s = console_start(&(struct console_setup){.rows = 24, .cols = 80});
  (void)state;
  console_ready(s);
  screen_expect(s, "▸ api");
  screen_expect(s, "^ s scale .*: command +\\? help$");
  screen_keys(s, "a");
  screen_expect(s, "shop-prod-web-cpu");
  screen_expect(s, "^ c copy .*: command +\\? help$");
  assert_int_equal(screen_row(s, "a alarms"), -1);
}

/* Only a shell's job can be stopped, so there is one. */
static void suspend_and_back(void **state) {
  char line[1200];
  const char *build = getenv("CAWSOLE_BUILDDIR");
  const char *argv[] = {"/bin/sh", "-mc", line, NULL};
  (void)state;
  snprintf(line, sizeof line, "%s/cawsole --demo; echo the shell is back; read x; fg",
           build ? build : ".");
  struct screen *s =
      screen_start(&(struct screen_setup){.rows = 36, .cols = 120, .argv = argv, .env = NULL});
  console_ready(s);
  screen_keys(s, "<C-z>");
  screen_expect(s, "the shell is back");
  assert_int_equal(screen_row(s, "ECS services"), -1);
  screen_keys_ahead(s, "<Enter>");
  screen_expect(s, "▸ api");
  screen_keys_ahead(s, "j");
  screen_expect(s, "▸ web");
  screen_keys_ahead(s, "q");
  screen_exit(s);
  assert_null(screen_unrestored(s));
}

static void quit_leaves_views_then_the_program(void **state) {
  struct screen *s = start("d");
  (void)state;
  screen_expect(s, "serviceArn");
  screen_keys(s, "q");
  screen_expect(s, "▸ api");
  screen_keys(s, "<Esc><Esc>"); /* Esc never quits */
  screen_idle(s);
  screen_keys(s, "q");
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 0);
}

/* One level at a time, in a pane too. */
static void quit_leaves_what_a_pane_opened(void **state) {
  struct screen *s = start("z<Enter>");
  (void)state;
  screen_expect(s, "ECS services › api");
  screen_keys(s, "/RUN<Enter>");
  screen_expect(s, "/RUN [0-9]+ of");
  screen_keys(s, "q"); /* with its filter */
  screen_expect(s, "▸ api");
  screen_expect_gone(s, "› api|/RUN");
  screen_keys(s, "<Enter>");
  screen_expect(s, "ECS services › api");
  assert_int_equal(screen_row(s, "/RUN"), -1);
  screen_keys(s, "qq"); /* the zoom */
  screen_expect(s, "1 CloudFront");
  screen_keys(s, "2<Enter>");
  screen_expect(s, "Targets › shop-prod-web");
  screen_keys(s, "q");
  screen_expect_gone(s, "› shop-prod-web");
  screen_keys(s, "q");
  assert_int_equal(WEXITSTATUS(screen_exit(s)), 0);
}

static void fault_leads_to_what_is_at_fault(void **state) {
  struct screen *s =
      console_start(&(struct console_setup){.sim = {"--scenario", "db-failover", "--speed", "4"},
                                            .config = "stacks = ( { name = \"shop\"; region = "
                                                      "\"eu-west-1\"; interval = 1; } );\n"});
  (void)state;
  console_ready(s);
  screen_expect(s, "▸ api");
  screen_keys(s, "f"); /* nothing is, yet */
  screen_idle(s);
  assert_true(screen_row(s, "▸ api") >= 0);
  screen_expect(s, "▸(RDS|Aurora)");
  screen_keys(s, "f");
  screen_expect(s, "▸ +shop-pr[^ ]*(db|aurora)");
}

static void no_key_is_untested(void **state) {
  static const char *const elsewhere[] = {"pane", "fault", "repaint", "suspend", "quit"};
  (void)state;
  for (size_t i = 0; i < COUNT(listed); i++) {
    bool found = false;
    for (size_t j = 0; j < COUNT(cases); j++)
      found = found || strcmp(cases[j].name, listed[i].name) == 0;
    for (size_t j = 0; j < COUNT(elsewhere); j++)
      found = found || strcmp(elsewhere[j], listed[i].name) == 0;
    if (!found)
      fail_msg("nothing tests the key %s (%s)", listed[i].name, listed[i].keys);
  }
}

/* ---- mouse and paste ------------------------------------------------------------------------- */

static void mouse_selects_sorts_and_scrolls(void **state) {
  struct screen *s = start("");
  (void)state;
  int row = screen_row(s, "worker +.+ 2/2");
  screen_click(s, row, screen_col(s, row, "worker"));
  screen_expect(s, "▸ worker");
  row = screen_row(s, "1-16|shop-prod-db  ");
  screen_click(s, row, screen_col(s, row, "shop-prod-db  "));
  screen_expect(s, "▸ shop-prod-db");
  row = screen_row(s, "service +run/want");
  screen_click(s, row, screen_col(s, row, "run/want") + 2);
  screen_expect(s, "run.*(↑|↓) *rollout");
  row = screen_row(s, "/shop/");
  screen_wheel(s, row, screen_col(s, row, "/shop/"), true);
  screen_expect(s, "▸ +email");
}

static void a_paste_does_nothing_outside_a_form(void **state) {
  struct screen *s = start("");
  (void)state;
  screen_paste(s, "s12\rrq");
  screen_idle(s);
  screen_expect(s, "▸ api");
  assert_int_equal(screen_row(s, "Scale api|Redeploy"), -1);
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_paste(s, "7");
  screen_idle(s);
  assert_true(screen_row(s, "7") >= 0);
}

static void keys_are_bound_anew(void **state) {
  struct screen *s = console_start(
      &(struct console_setup){.config = "keys = { describe = \"F5 D\"; help = \"h\"; };\n"});
  (void)state;
  console_ready(s);
  screen_keys(s, "<F5>");
  screen_expect(s, "serviceArn");
  screen_keys(s, "<Esc>h");
  screen_expect(s, "Help: keys");
}

/* A newcomer finds a key from any view, where it works, and what the signs mean without colours. */
static void help_names_every_key_and_where_it_works(void **state) {
  struct screen *s =
      console_start(&(struct console_setup){.rows = 60, .cols = 120, .env = {"NO_COLOR=1", NULL}});
  (void)state;
  console_ready(s);
  screen_keys(s, "?");
  screen_expect(s, "In other views");
  for (size_t i = 0; i < COUNT(listed); i++) {
    char wanted[64], first[16] = "";
    sscanf(listed[i].keys, "%15s", first);
    if (!strchr("<>=/?", first[0])) {
      snprintf(wanted, sizeof wanted, "│ +%s[ ,.]", first);
      screen_expect(s, wanted);
    }
  }
  screen_expect(s, "Shift-Tab +pane before");
  screen_expect(s, " i +make a distribution fetch paths anew \\(in pane 1, cloudfront\\)");
  screen_expect(s, " x +show a secret .*\\(in pane 5, parameters\\)");
  screen_expect(s, "Ctrl-C +quit");
  screen_expect(s, "  / find  "); /* a text has no rows to filter */
  screen_expect(s, "● +well");
  screen_expect(s, "◆ +something is under way");
}

static void a_key_that_acts_is_never_passed_over_in_silence(void **state) {
  struct screen *s = start("");
  (void)state;
  screen_keys(s, "i");
  screen_expect(s, "Invalidate paths: not for a service; see pane 1, cloudfront");
  screen_keys(s, ":list load_balancers<Enter>");
  screen_expect(s, "loadbalancer/app/shop-prod");
  screen_keys(s, "s");
  screen_expect(
      s, "Scale service: [23] services stand behind this load balancer; choose one in pane 3");
  screen_keys(s, "2s"); /* a group is one service's */
  screen_expect(s, "Scale web \\(");
  screen_keys(s, "<Esc>5x");
  screen_expect(s, "Reveal: no row is selected .* pane 5, parameters");
  screen_keys(s, "3/nosuch<Enter>s");
  screen_expect(s, "Scale service: no row is selected that it is for; see pane 3, ");
}

/* What other consoles have a key for may be missing here; that is said, by the list of what is. */
static void a_key_that_is_bound_to_nothing_says_so(void **state) {
  struct screen *s = start("");
  (void)state;
  screen_keys(s, "l");
  screen_expect(s, "^ no key l here; \\? lists them");
  screen_keys(s, "7");
  screen_expect(s, "^ no key 7 here; \\? lists them");
  screen_keys(s, "<F7>");
  screen_expect(s, "^ no key F7 here");
  screen_keys(s, "k"); /* no further: not a word */
  screen_expect(s, "^ *s scale");
  screen_keys(s, "f");
  screen_expect(s, "^ nothing is at fault");
  screen_keys(s, "dM");
  screen_expect(s, "^ no key M here; \\? lists them");
  screen_keys(s, "/M<Enter>"); /* typed, it is a letter */
  screen_expect_gone(s, "no key M here");
  screen_paste(s, "l");
  screen_idle(s);
  assert_int_equal(screen_row(s, "no key"), -1);
}

/* A key is offered only where it does something: not while it would be typed. */
static void what_is_typed_is_no_command(void **state) {
  struct screen *s = start("/");
  (void)state;
  screen_expect(s, "^ Enter keep it  Esc show all again");
  assert_int_equal(screen_row(s, "s scale"), -1);
  screen_keys(s, "wor<Enter>");
  screen_expect(s, "s scale");
  screen_keys(s, "d/");
  screen_expect(s, "^ Enter find  Esc leave it");
  screen_keys(s, "<Esc>");
  screen_expect(s, "/ find");
}

/* Sent in one go it looks like Alt. */
static void esc_and_a_key_in_one_go_are_two_keys(void **state) {
  struct screen *s = start("d");
  (void)state;
  screen_expect(s, "serviceArn");
  screen_keys_ahead(s, "<Esc>a");
  screen_expect(s, "shop-prod-web-cpu");
  screen_keys_ahead(s, "<Esc>");
  screen_expect(s, "▸ api");
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_key_does_what_it_says),
      TEST(pane_numbers),
      TEST(repaint_draws_everything),
      TEST(copy_reaches_the_clipboard),
      TEST(a_search_says_what_it_found),
      TEST(the_palette_says_what_does_not_fit_and_what_is_not_there),
      TEST(hints_on_a_narrow_screen),
      TEST(suspend_and_back),
      TEST(quit_leaves_views_then_the_program),
      TEST(quit_leaves_what_a_pane_opened),
      TEST(fault_leads_to_what_is_at_fault),
      TEST(no_key_is_untested),
      TEST(mouse_selects_sorts_and_scrolls),
      TEST(a_paste_does_nothing_outside_a_form),
      TEST(keys_are_bound_anew),
      TEST(help_names_every_key_and_where_it_works),
      TEST(a_key_that_acts_is_never_passed_over_in_silence),
      TEST(a_key_that_is_bound_to_nothing_says_so),
      TEST(what_is_typed_is_no_command),
      TEST(esc_and_a_key_in_one_go_are_two_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
