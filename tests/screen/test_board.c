/* What the board tells at a glance: who and where, how it is and why, and nothing that is not so.
 */
#include "config.h"

#include "console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define STACK(name, more)                                                                          \
  "stacks = ( { name = \"" name "\"; region = \"eu-west-1\"; interval = 1; " more "} );\n"

static struct screen *start(int rows, int cols, const char *scenario, const char *speed,
                            const char *config) {
  struct screen *s =
      console_start(&(struct console_setup){.rows = rows,
                                            .cols = cols,
                                            .sim = {"--speed", speed, "--scenario", scenario, NULL},
                                            .config = config});
  console_ready(s);
  return s;
}

static void row_style(const struct screen *s, const char *regex, char *style, size_t size) {
  int row = screen_row(s, regex);
  if (row < 0)
    screen_fail(s, "no line matches", regex);
  screen_style(s, row, screen_col(s, row, regex), style, size);
}

/* ---- the first line -------------------------------------------------------------------------- */

/* The reason gives way, at the least size too: it has a line of its own. */
static void who_and_where_stay(void **state) {
  struct screen *s = start(24, 80, "edge-errors", "30", STACK("shop-prod", ""));
  (void)state;
  screen_expect(s, "^ shop-prod PROD eu-west-1 123456789012 OpsRole ▲ degraded +[1-9] alarms? "
                   "[0-9]+/m [0-9]{2}:[0-9]{2}$");
  screen_expect(s, "^ ▲ [A-Za-z]+ ");
  screen_resize(s, 36, 120);
  screen_expect(s,
                "^ shop-prod +PROD +eu-west-1 +123456789012 +OpsRole +▲ degraded.* [1-9] alarms? +"
                "api [0-9]+/min +[0-9]{2}:[0-9]{2}$");
}

static void production_is_marked(void **state) {
  char prod[64], rest[64];
  (void)state;
  struct screen *s = start(24, 80, "steady", "1", STACK("shop", "environment = \"production\";"));
  screen_expect(s, "^ shop +PROD +eu-west-1");
  row_style(s, "PROD", prod, sizeof prod);
  row_style(s, "eu-west-1", rest, sizeof rest);
  assert_string_not_equal(prod, rest);
  console_end(NULL);
  s = start(24, 80, "steady", "1", STACK("shop", "environment = \"development\";"));
  screen_expect(s, "^ shop +development +eu-west-1");
  assert_int_equal(screen_row(s, "PROD"), -1);
}

static void demo_is_said_once(void **state) {
  struct screen *s = console_start(&(struct console_setup){0});
  (void)state;
  console_ready(s);
  screen_expect(s, "^ demo  eu-west-1");
  assert_int_equal(screen_row(s, "demo.*demo"), -1);
}

/* ---- the strip ------------------------------------------------------------------------------- */

/* Each fact has its own curve: no failures lie at the foot, and the requests are beside the rate.
 */
static void curves_belong_to_their_facts(void **state) {
  struct screen *s = start(36, 120, "steady", "1", STACK("shop", ""));
  (void)state;
  screen_expect(s, "^ [0-9.k]+ rpm +(▂|▃|▄|▅|▆|▇)+ ");
  screen_expect(s, "^ 5xx 0\\.[0-9]% +(▁)+ +5xx 0\\.[0-9]% (▁)+ ");
}

/* The tab of a pane, its hop and the title rate alike. */
static void one_rating_everywhere(void **state) {
  struct screen *s = start(24, 80, "bad-deploy", "6", STACK("shop", ""));
  (void)state;
  screen_expect(s, "▸ALB ▲");
  screen_expect(s, "2 Targets ▲");
  assert_int_equal(screen_row(s, "2 Targets ✖"), -1);
}

/* ---- what is not known ----------------------------------------------------------------------- */

/* A collection that never came is not empty: nobody knows what is there. */
static void unread_is_not_none(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", NULL}, .args = {"--endpoint-url", "http://127.0.0.1:9", NULL}});
  (void)state;
  screen_expect(s, "127.0.0.1:9");
  screen_expect(s, "not read yet");
  screen_expect_gone(s, "reading");
  assert_int_equal(screen_row(s, " no (target group|service|database|distribution|parameter)"), -1);
  assert_int_equal(screen_row(s, "5 Parameters ─ 0"), -1);
  assert_int_equal(screen_row(s, "[a-z]_[a-z]"), -1); /* people's words */
}

/* A hop that cannot be read again says of when it is, and the title that nobody knows about now. */
static void lost_is_not_well(void **state) {
  struct screen *s = start(36, 120, "steady", "1", STACK("shop", ""));
  (void)state;
  screen_expect(s, "^ shop .*● ok");
  console_simulator_end();
  screen_keys_ahead(s, "<C-r>");
  screen_expect(s, "^ shop .*(● ok [0-9]+s ago|● ok now ago|\\? unknown)");
  screen_expect(s, "^ \\? ");
}

/* What a row tells that was read is as fresh as before; only the figures of the metrics are grey.
 */
static void old_figures_are_grey(void **state) {
  struct screen *s = start(36, 120, "steady", "1", STACK("shop", ""));
  char fresh[64], old[64], name[2][64];
  (void)state;
  screen_keys(s, "4");
  screen_expect(s, "^.*web +● 4/4 +COMPLETED +[0-9]+%");
  int row = screen_row(s, "web +● 4/4");
  screen_style(s, row, screen_col(s, row, "[0-9]+% +[0-9]+% +41"), fresh, sizeof fresh);
  screen_style(s, row, screen_col(s, row, "web +● 4/4"), name[0], sizeof name[0]);
  assert_true(console_fault("POST", "server-error,on=cloudwatch:GetMetricData\n"));
  screen_keys(s, "<C-r>");
  screen_expect(s, "cloudwatch GetMetricData: ");
  screen_idle(s);
  row = screen_row(s, "web +● 4/4");
  screen_style(s, row, screen_col(s, row, "[0-9]+% +[0-9]+% +41"), old, sizeof old);
  screen_style(s, row, screen_col(s, row, "web +● 4/4"), name[1], sizeof name[1]);
  assert_string_not_equal(fresh, old);
  assert_string_equal(name[0], name[1]);
}

/* The age at the top of a pane is that of what could not be read, and says of what. */
static void one_age_for_what_failed(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--fault", "throttled,on=ecs,after=6", NULL}, .config = STACK("shop", "")});
  (void)state;
  console_ready(s);
  screen_expect(s, "3 ECS services .*(old|not read yet), (next try|trying)");
  assert_int_equal(screen_row(s, "now, next try"), -1);
}

/* ---- the panes ------------------------------------------------------------------------------- */

/* The status code survives at any size: in row, group, title and on the timeline. */
static void code_comes_first(void **state) {
  static const int sizes[][2] = {{24, 80}, {36, 120}, {60, 200}};
  struct screen *s = start(24, 80, "bad-deploy", "2", STACK("shop", ""));
  (void)state;
  screen_expect(s, "web .* IN_PROGRESS");
  screen_expect(s, "^ ▲ ALB .*502");
  screen_keys_ahead(s, "2");
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    screen_resize(s, sizes[i][0], sizes[i][1]);
    screen_expect(s, "10\\.0\\.[0-9.]+:8080 +1[ab] ✖ 502 ");
    screen_expect(s, "shop-prod-web .* 502: [1-4] unhealthy");
  }
  screen_expect(s, "^ shop .*▲ degraded: .*502.* api "); /* in the title where it has room */
  screen_expect(s, "[0-9] targets? .*unhealthy: 502");
  screen_resize(s, 36, 120);
  screen_expect(s, "6 Timeline");
  screen_expect(s, "targets? .*unhealthy: 502");
}

/* Targets that come and go are told, not counted; tasks beyond what is wanted likewise. */
static void coming_and_going_is_no_fault(void **state) {
  struct screen *s = start(36, 120, "bad-deploy", "2", STACK("shop", ""));
  (void)state;
  screen_expect(s, "web .* IN_PROGRESS");
  screen_expect(s, "shop-prod-web +(●|◆) 4/4 +[1-4] starting");
  screen_expect(s, "web +(●|◆) 4/4 \\+4 ");
}

static void a_rollback_is_told(void **state) {
  struct screen *s = start(36, 120, "bad-deploy", "15", STACK("shop", ""));
  (void)state;
  screen_expect(s, "web .* rolling back (now|[0-9]+s) .*42→41 +(now|[0-9]+s)│");
  screen_expect(s, "web .* rev 42 failed [0-9]{2}:[0-9]{2} ");
  screen_keys(s, "3j<Enter>");
  screen_expect(s, "✖ STOPPED .* Task failed ELB");
}

/* Columns take what their cells need before others take more than they do. */
static void columns_fit_what_they_hold(void **state) {
  struct screen *s = start(36, 120, "steady", "1", STACK("shop", ""));
  (void)state;
  screen_expect(s, "E1A2B3C4D5E6F7 +shop\\.example\\.com +● Deployed");
  screen_resize(s, 60, 200);
  screen_expect(s, "shop-prod-aurora +● available");
  screen_expect(s, "  shop-prod-aurora-1 +● available writer");
}

/* One key leads through all that is not well, what is to blame first. */
static void f_leads_from_fault_to_fault(void **state) {
  struct screen *s = start(24, 80, "edge-errors", "30", STACK("shop", ""));
  (void)state;
  screen_expect(s, "CF ▲.*▸ALB ▲");
  screen_keys_ahead(s, "f");
  screen_expect(s, "▸ shop-prod(-alb-5xx|-target-5xx)? ");
  screen_keys_ahead(s, "<Esc>f"); /* round to the first hop, the distribution or its alarm */
  screen_expect(s, "▸ (E1A2B3C4D5E6F7|shop-prod-cloudfront-5xx) ");
}

/* What has no room on its line goes on below it while the pane has lines to spare. */
static void the_timeline_wraps(void **state) {
  struct screen *s = start(36, 120, "db-failover", "4", STACK("shop", ""));
  (void)state;
  screen_expect(s, "db shop-prod-db: rebooting, was *│");
  screen_expect(s, "^│ +available +│");
}

static void a_filter_leads_to_what_it_finds(void **state) {
  struct screen *s = start(24, 80, "steady", "1", STACK("shop", ""));
  (void)state;
  screen_keys(s, "5/slack");
  screen_expect(s, "5 Parameters ─ /slack 1 of 24");
  screen_expect(s, "▸ +slack-hook");
  screen_keys(s, "<Enter>gg<Enter>"); /* on the branch: the filter keeps it open */
  screen_expect(s, "▾ /shop/");
  screen_keys(s, "<Esc>");
  screen_expect(s, "email");
}

/* A key that does nothing here says so. */
static void no_key_is_silent(void **state) {
  struct screen *s = start(24, 80, "steady", "1", STACK("shop", ""));
  (void)state;
  screen_keys(s, "i");
  screen_expect(s, "Invalidate.*: not for a service");
  screen_keys(s, "/nosuch<Enter>s");
  screen_expect(s, "Scale service: .*; see pane 3, ecs");
  screen_keys(s, "<Esc>5ggx");
  screen_expect(s, "Reveal: .*; see pane 5, parameters");
}

/* A revealed value can be read whole, and is masked as soon as its pane is left. */
static void revealed_until_left(void **state) {
  struct screen *s = start(36, 120, "steady", "1", STACK("shop", ""));
  (void)state;
  screen_keys(s, "5/slack<Enter>x");
  screen_expect(s, "slack-hook +shown [0-9]+s");
  screen_expect(s, "https://hooks\\.example\\.com/[A-Za-z0-9/._-]+ *│$");
  screen_keys(s, "3");
  screen_expect_gone(s, "https://hooks");
  screen_keys(s, "5x");
  screen_expect(s, "shown [0-9]+s");
  screen_keys(s, "?");
  screen_expect(s, "Help");
  screen_keys(s, "<Esc>");
  screen_expect(s, "5 Parameters");
  screen_expect_gone(s, "shown [0-9]+s");
}

#define TEST(f) cmocka_unit_test_teardown(f, console_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(who_and_where_stay),
      TEST(production_is_marked),
      TEST(demo_is_said_once),
      TEST(curves_belong_to_their_facts),
      TEST(one_rating_everywhere),
      TEST(unread_is_not_none),
      TEST(lost_is_not_well),
      TEST(old_figures_are_grey),
      TEST(one_age_for_what_failed),
      TEST(code_comes_first),
      TEST(coming_and_going_is_no_fault),
      TEST(a_rollback_is_told),
      TEST(columns_fit_what_they_hold),
      TEST(f_leads_from_fault_to_fault),
      TEST(the_timeline_wraps),
      TEST(a_filter_leads_to_what_it_finds),
      TEST(no_key_is_silent),
      TEST(revealed_until_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
