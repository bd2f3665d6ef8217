/* What is drawn from parts: bars, tabs, frames, sparklines, the path strip, text, trees. */
#include "tests/unit/test.h"
#include "tests/unit/wid_screen.h"
#include <limits.h>
#include <math.h>
#include <widgets/bar.h>
#include <widgets/spark.h>
#include <widgets/strip.h>
#include <widgets/text.h>
#include <widgets/tree.h>

static int open_screen(void **state) {
  (void)state;
  screen_open("xterm-256color", 36, 120, WID_DEPTH_AUTO);
  return 0;
}

static int close_screen(void **state) {
  (void)state;
  screen_close();
  return 0;
}

static struct wid_rect line(int w) {
  return (struct wid_rect){0, 0, 1, w};
}

static void test_bar(void **state) {
  (void)state;
  static const struct wid_part parts[] = {
      {.text = WID_STR_LIT("shop-prod"), .style = WID_BOLD},
      {.text = WID_STR_LIT("eu-west-1"), .priority = 1},
      {.text = WID_STR_LIT("")},
      {.text = WID_STR_LIT("OpsRole"), .priority = 3},
      {.text = WID_STR_LIT("62/min"), .priority = 2, .right = true, .brief = WID_STR_LIT("62")},
      {.text = WID_STR_LIT("12:04"), .right = true},
  };
  static const struct {
    int w;
    const char *shown;
  } rows[] = {
      {60, " shop-prod  eu-west-1  OpsRole                62/min  12:04"},
      {46, " shop-prod  eu-west-1  OpsRole  62/min  12:04"},
      {45, " shop-prod eu-west-1 OpsRole        62 12:04"},
      {38, " shop-prod eu-west-1 OpsRole 62 12:04"},
      {37, " shop-prod eu-west-1        62 12:04"},
      {30, " shop-prod eu-west-1 62 12:04"},
      {29, " shop-prod eu-west-1   12:04"},
      {20, " shop-prod    12:04"},
      {15, " shop-p… 12:04"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_bar_draw(wid_term_begin(), line(rows[i].w), WID_TITLE, parts, COUNT(parts));
    assert_string_equal(screen_line(0, 0, 120), rows[i].shown);
  }
}

/* Names are cut in their middle, the last first, before anything is left out; what is left out
 * gives its room back to them. */
static void test_bar_cuts_names(void **state) {
  (void)state;
  static const struct wid_part parts[] = {
      {.text = WID_STR_LIT("a-stack-of-a-long-name"), .least = 10},
      {.text = WID_STR_LIT("123456789012")},
      {.text = WID_STR_LIT("AReservedRole_0123456789"), .least = 10},
      {.text = WID_STR_LIT("3 alarms"), .priority = 1, .right = true},
      {.text = WID_STR_LIT("12:04"), .priority = 2, .right = true},
  };
  static const struct {
    int w;
    const char *shown;
  } rows[] = {
      {90,
       " a-stack-of-a-long-name  123456789012  AReservedRole_0123456789           3 alarms  12:04"},
      {72, " a-stack-of-a-long-name 123456789012 AReserved…123456789 3 alarms 12:04"},
      {56, " a-stack…ng-name 123456789012 ARes…56789 3 alarms 12:04"},
      {50, " a-stack…ng-name 123456789012 ARes…56789 3 alarms"},
      {44, " a-stack-…long-name 123456789012 ARes…56789"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_bar_draw(wid_term_begin(), line(rows[i].w), WID_TITLE, parts, COUNT(parts));
    assert_string_equal(screen_line(0, 0, 120), rows[i].shown);
  }
}

static void test_hints(void **state) {
  (void)state;
  static const struct wid_hint hints[] = {
      {WID_STR_LIT("s"), WID_STR_LIT("scale"), false},
      {WID_STR_LIT("r"), WID_STR_LIT("redeploy"), false},
      {WID_STR_LIT("i"), WID_STR_LIT("in"), false},
      {WID_STR_LIT("?"), WID_STR_LIT("help"), true},
  };
  static const struct {
    int w;
    const char *shown;
  } rows[] = {
      {80, " s scale  r redeploy  i in  ? help"},
      {35, " s scale  r redeploy  i in  ? help"},
      {34, " s scale  r redeploy  ? help"},
      {26, " s scale  ? help"}, /* "i in" would fit, but comes after what did not */
      {8, " ? help"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_hints_draw(wid_term_begin(), line(rows[i].w), hints, COUNT(hints));
    assert_string_equal(screen_line(0, 0, 120), rows[i].shown);
  }
}

static void test_tabs(void **state) {
  (void)state;
  static const struct wid_tab tabs[] = {
      {WID_STR_LIT("CloudFront"), WID_STR_LIT("●"), WID_OK},
      {WID_STR_LIT("Targets"), WID_STR_LIT("▲"), WID_WARN},
      {WID_STR_LIT("ECS"), WID_STR_LIT(""), WID_OK},
  };
  wid_tabs_draw(wid_term_begin(), line(60), tabs, 3, 1);
  assert_string_equal(screen_line(0, 0, 60), " 1 CloudFront ●  2 Targets ▲  3 ECS");
  assert_int_equal(wid_tabs_hit(line(60), tabs, 3, 1, 0, 0), 0);
  assert_int_equal(wid_tabs_hit(line(60), tabs, 3, 1, 0, 17), 1);
  assert_int_equal(wid_tabs_hit(line(60), tabs, 3, 1, 0, 30), 2);
  assert_int_equal(wid_tabs_hit(line(60), tabs, 3, 1, 0, 50), WID_NONE);
  assert_int_equal(wid_tabs_hit(line(60), tabs, 3, 1, 1, 0), WID_NONE);
  wid_tabs_draw(wid_term_begin(), line(30), tabs, 3, 1);
  assert_string_equal(screen_line(0, 0, 60), " 1 Clo… ●  2 Targets ▲  3 ECS");
  wid_tabs_draw(wid_term_begin(), line(21), tabs, 3, 1);
  assert_string_equal(screen_line(0, 0, 60), " 1 ●  2 Targets ▲  3");
}

static void test_frame(void **state) {
  (void)state;
  struct wid_frame frame = {.number = 3,
                            .title = WID_STR_LIT("ECS services"),
                            .extra = WID_STR_LIT("/web"),
                            .right = WID_STR_LIT("3s ago"),
                            .right_style = WID_DIM};
  static const struct {
    int w;
    const char *top;
  } rows[] = {
      {40, "┌ 3 ECS services ─ /web ──────── 3s ago ┐"},
      {32, "┌ 3 ECS services ─ /web  3s ago ┐"},
      {28, "┌ 3 ECS services ── 3s ago ┐"},
      {20, "┌ 3 ECS services ──┐"},
      {12, "┌ 3 ECS s… ┐"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    int w = wid_cells_width(wid_str_from(rows[i].top), INT_MAX);
    struct wid_rect inner = wid_frame_draw(wid_term_begin(), (struct wid_rect){0, 0, 4, w}, &frame);
    assert_string_equal(screen_line(0, 0, 120), rows[i].top);
    assert_int_equal(inner.h, 2);
    assert_int_equal(inner.w, w - 2);
  }
}

static void test_spark(void **state) {
  (void)state;
  static const double values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  static const double gaps[] = {1, NAN, INFINITY, -INFINITY, 2};
  static const double zeros[] = {0, 0};
  char out[64];
  static const struct {
    const double *values;
    size_t n;
    int cols;
    double low, high;
    const char *shown;
  } rows[] = {
      {values, 9, 9, 0, 8, "▁▂▃▄▅▆▇██"}, {values, 9, 9, 0, 0, "▁▂▃▄▅▆▇██"},
      {values, 9, 3, 0, 8, "▇██"},       {values, 2, 4, 0, 1, "  ▁█"},
      {gaps, 5, 5, 0, 0, "▅ █▁█"},       {zeros, 2, 2, 0, 0, "▁▁"},
      {values, 0, 2, 0, 0, "  "},        {values, 9, 0, 0, 0, ""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    wid_spark_text(out, sizeof out, rows[i].values, rows[i].n, rows[i].cols, rows[i].low,
                   rows[i].high);
    assert_string_equal(out, rows[i].shown);
  }
  assert_int_equal(wid_spark_text(out, 5, values, 9, 9, 0, 8), 3); /* whole blocks only */
  wid_gauge_text(out, sizeof out, 0.8, 10);
  assert_string_equal(out, "████████░░");
  wid_gauge_text(out, sizeof out, 7, 4);
  assert_string_equal(out, "████");
  wid_gauge_text(out, sizeof out, NAN, 4);
  assert_string_equal(out, "····");
  wid_gauge_draw(wid_term_begin(), line(14), WID_NOTE, 0.5, WID_STR_LIT("3m"));
  assert_string_equal(screen_line(0, 0, 20), "█████░░░░░░ 3m");
}

/* Without UTF-8 everything still has a sign of its own. */
/* AWS may write "Infinity" for a number. */
static void test_spark_without_end(void **state) {
  (void)state;
  static const double values[] = {1, (double)INFINITY, -(double)INFINITY, 1};
  char out[64];
  wid_spark_text(out, sizeof out, values, COUNT(values), 4, 0, (double)INFINITY);
  assert_string_equal(out, "▁▁▁▁");
  wid_spark_text(out, sizeof out, values, COUNT(values), 4, 0, 1);
  assert_string_equal(out, "██▁█");
}

static void test_ascii(void **state) {
  (void)state;
  static const double values[] = {0, 2, 4, 6, 8};
  struct wid_frame frame = {.title = WID_STR_LIT("caf\xc3\xa9 ▲")};
  wid_cells_set_ascii(true);
  WINDOW *win = wid_term_begin();
  wid_frame_draw(win, (struct wid_rect){0, 0, 3, 16}, &frame);
  wid_spark_draw(win, (struct wid_rect){1, 1, 1, 5}, WID_SPARK, values, 5, 0, 8);
  wid_gauge_draw(win, (struct wid_rect){1, 8, 1, 6}, WID_NOTE, 0.5, WID_STR_LIT(""));
  wid_cells_set_ascii(false);
  assert_string_equal(screen_line(0, 0, 20), "+ caf? ! ------+");
  assert_string_equal(screen_line(1, 0, 20), "|_,=*#  ###... |");
  assert_string_equal(screen_line(2, 0, 20), "+--------------+");
}

/* ---- the path strip -------------------------------------------------------------------------- */

static const double rising[] = {1, 2, 3, 8}, errors[] = {0, 0, 2.6, 0};
static const struct wid_hop hops[] = {
    {.name = WID_STR_LIT("CloudFront"),
     .short_name = WID_STR_LIT("CF"),
     .glyph = WID_STR_LIT("●"),
     .style = WID_OK,
     .details = {{WID_STR_LIT("12.3k rpm"), WID_NORMAL, rising, 4, 0},
                 {WID_STR_LIT("5xx 0.3%"), WID_NORMAL, errors, 4, 5}}},
    {.name = WID_STR_LIT("ALB"),
     .glyph = WID_STR_LIT("▲"),
     .word = WID_STR_LIT("degraded"),
     .style = WID_WARN,
     .joined = true,
     .faulty = true,
     .details = {{.text = WID_STR_LIT("p95 412ms")}}},
    {.name = WID_STR_LIT("ECS"),
     .glyph = WID_STR_LIT("⟳"),
     .style = WID_NOTE,
     .joined = true,
     .details = {{.text = WID_STR_LIT("web 3/5")}}},
    {.name = WID_STR_LIT("S3"), .glyph = WID_STR_LIT("●"), .style = WID_OK},
};

static void draw_strip(int w) {
  struct wid_rect r = {0, 0, wid_strip_height(hops, COUNT(hops), w), w};
  wid_strip_draw(wid_term_begin(), r, hops, COUNT(hops));
}

static void test_strip(void **state) {
  (void)state;
  assert_int_equal(wid_strip_height(hops, COUNT(hops), 100), 3);
  draw_strip(100);
  assert_string_equal(screen_line(0, 0, 100),
                      "CloudFront ● ────────────▶ ▸ALB ▲ degraded ──▶ ECS ⟳       S3 ●");
  assert_string_equal(screen_line(1, 0, 100),
                      "12.3k rpm         ▁▂▃▇     p95 412ms           web 3/5");
  assert_string_equal(screen_line(2, 0, 100), "5xx 0.3%          ▁▁▅▁");
  struct wid_rect r = {0, 0, 3, 100};
  assert_int_equal(wid_strip_hit(r, hops, COUNT(hops), 1, 0), 0);
  assert_int_equal(wid_strip_hit(r, hops, COUNT(hops), 0, 30), 1);
  assert_int_equal(wid_strip_hit(r, hops, COUNT(hops), 0, 60), 3);
  assert_int_equal(wid_strip_hit(r, hops, COUNT(hops), 4, 0), WID_NONE);
  draw_strip(52);
  assert_string_equal(screen_line(0, 0, 100), "CloudFront ● ───▶ ▸ALB ▲ degraded ▶ ECS ⟳     S3 ●");
  assert_string_equal(screen_line(1, 0, 100), "12.3k rpm    ▁▂▃▇ p95 412ms         web 3/5");
  assert_string_equal(screen_line(2, 0, 100), "5xx 0.3%     ▁▁▅▁");
  draw_strip(30);
  assert_string_equal(screen_line(0, 0, 100), "CF ● ▶ ▸ALB ▲ ▶ ECS ⟳   S3 ●");
  assert_int_equal(wid_strip_height(hops, COUNT(hops), 20), 6);
  draw_strip(20);
  assert_string_equal(screen_line(0, 0, 100), "CF ● ▶ ▸ALB ▲");
  assert_string_equal(screen_line(3, 0, 100), "▶ ECS ⟳   S3 ●");
  assert_string_equal(screen_line(4, 0, 100), "  web 3/5");
}

/* Whatever the width, no hop is drawn over another and nothing is written beyond the edge. */
static void test_strip_at_any_width(void **state) {
  (void)state;
  for (int w = 1; w <= 110; w++) {
    struct wid_rect r = {0, 0, wid_strip_height(hops, COUNT(hops), w), w};
    assert_in_range(r.h, 3, 12);
    wid_strip_draw(wid_term_begin(), r, hops, COUNT(hops));
    for (int y = 0; y < r.h; y++)
      assert_string_equal(screen_line(y, w, 120 - w), "");
    char seen[512] = "";
    for (int y = 0; y < r.h; y++)
      strcat(seen, screen_line(y, 0, w));
    if (w >= 10)
      assert_true(strstr(seen, "S3 ●") && strstr(seen, "ALB ▲") && strstr(seen, "ECS ⟳"));
  }
}

/* ---- text ------------------------------------------------------------------------------------ */

static void test_text(void **state) {
  (void)state;
  struct wid_text t;
  wid_text_init(&t);
  wid_text_add(&t, WID_NORMAL, 2, WID_STR_LIT("service web has reached a steady state"));
  wid_text_add_pair(&t, 8, "arn", WID_NORMAL, WID_STR_LIT("arn:aws:ecs:eu-west-1:1:service/web"));
  wid_text_add_lines(&t, WID_NORMAL, 0, WID_STR_LIT("a\tb\r\nsecond\n"));
  wid_text_add(&t, WID_NORMAL, 0, WID_STR_LIT("a\tb\r\nall is well"));
  wid_text_add_pair(&t, 8, "name", WID_NORMAL, WID_STR_LIT("a\nb"));
  assert_int_equal(t.n_lines, 7);
  assert_int_equal(wid_text_height(&t, 20), 3 + 3 + 3 + 2);
  wid_text_draw(&t, wid_term_begin(), (struct wid_rect){0, 0, 11, 20});
  static const char *const shown[] = {"service web has",
                                      "  reached a steady",
                                      "  state",
                                      "arn     arn:aws:ecs:",
                                      "        eu-west-1:1:",
                                      "        service/web",
                                      "a       b",
                                      "second",
                                      "",
                                      "a␉b␍␊all is well",
                                      "name    a␊b"};
  for (size_t y = 0; y < COUNT(shown); y++)
    assert_string_equal(screen_line((int)y, 0, 30), shown[y]);
  wid_text_done(&t);
}

static void test_text_moves(void **state) {
  (void)state;
  struct wid_text t;
  struct wid_rect r = {0, 0, 5, 30};
  wid_text_init(&t);
  for (int i = 0; i < 20; i++)
    wid_text_addf(&t, WID_NORMAL, "event %d", i);
  wid_text_draw(&t, wid_term_begin(), r);
  assert_int_equal(wid_text_move(&t, WID_MOVE_UP), WID_REDRAW);
  assert_int_equal(wid_text_move(&t, WID_MOVE_PAGE_DOWN), WID_CHANGED);
  wid_text_draw(&t, wid_term_begin(), r);
  assert_string_equal(screen_line(0, 0, 30), "event 4");
  wid_text_move(&t, WID_MOVE_END);
  wid_text_draw(&t, wid_term_begin(), r);
  assert_string_equal(screen_line(4, 0, 30), "event 19");
  t.follow = true;
  wid_text_addf(&t, WID_NORMAL, "event %d", 20);
  wid_text_draw(&t, wid_term_begin(), r);
  assert_string_equal(screen_line(4, 0, 30), "event 20");
  wid_text_move(&t, WID_MOVE_HOME);
  wid_text_addf(&t, WID_NORMAL, "event %d", 21);
  wid_text_draw(&t, wid_term_begin(), r);
  assert_string_equal(screen_line(0, 0, 30), "event 0"); /* who reads further up is left there */
  assert_true(wid_text_find(&t, "EVENT 1", 1));
  assert_int_equal(t.top, 1);
  assert_true(wid_text_find(&t, "EVENT 1", 1));
  assert_int_equal(t.top, 10);
  assert_true(wid_text_find(&t, "EVENT 1", -1));
  assert_int_equal(t.top, 1);
  assert_false(wid_text_find(&t, "EVENT 1", -1));
  assert_false(wid_text_find(&t, "nothing", 1));
  wid_text_clear(&t);
  wid_text_draw(&t, wid_term_begin(), r);
  assert_string_equal(screen_line(0, 0, 30), "");
  wid_text_done(&t);
}

static void test_text_is_bounded(void **state) {
  (void)state;
  struct wid_text t;
  wid_text_init(&t);
  size_t n = WID_TEXT_MAX / 2;
  char *big = malloc(n);
  assert_non_null(big);
  memset(big, 'x', n);
  wid_text_add(&t, WID_NORMAL, 0, (struct wid_str){big, n});
  assert_false(t.truncated);
  wid_text_add(&t, WID_NORMAL, 0, (struct wid_str){big, n});
  wid_text_add(&t, WID_NORMAL, 0, (struct wid_str){big, 1});
  assert_true(t.truncated);
  assert_int_equal(t.n_lines, 2);
  memset(big, '\t', n);
  wid_text_clear(&t);
  wid_text_add_lines(&t, WID_NORMAL, 0, (struct wid_str){big, n});
  assert_true(t.truncated);
  assert_int_equal(t.n_lines, 0);
  memset(big, '\n', n);
  wid_text_clear(&t);
  wid_text_add_lines(&t, WID_NORMAL, 0,
                     (struct wid_str){big, n}); /* lines cost memory, empty ones too */
  assert_true(t.truncated);
  assert_int_equal(t.n_lines, WID_TEXT_LINES_MAX);
  free(big);
  wid_text_done(&t);
}

/* ---- trees ----------------------------------------------------------------------------------- */

static struct wid_str name_of(void *data, size_t item) {
  return wid_str_from(((const char *const *)data)[item]);
}

static const char *tree_text(const struct wid_tree *t) {
  static char out[512];
  out[0] = '\0';
  for (size_t i = 0; i < wid_tree_count(t); i++) {
    struct wid_tree_row row = wid_tree_row(t, i);
    for (int d = 0; d < row.depth; d++)
      strcat(out, ".");
    strcat(out, !row.branch ? "" : row.open ? "v" : ">");
    strncat(out, row.label.p, row.label.n);
    strcat(out, " ");
  }
  return out;
}

static void test_tree(void **state) {
  (void)state;
  static const char *names[] = {"/shop/db-url", "/shop/db/host", "/shop/db", "/zed",
                                "/shop/db/a/b", "/shop/api",     "plain",    "/shop/db/password"};
  struct wid_tree t;
  wid_tree_init(&t, '/', INT_MAX);
  assert_true(wid_tree_build(&t, COUNT(names), name_of, names));
  assert_string_equal(tree_text(&t), "v/shop/ .api .db .vdb/ ..va/ ...b ..host ..password .db-url "
                                     "/zed plain ");
  struct wid_tree_row db = wid_tree_row(&t, 3);
  assert_true(wid_str_eq(db.path, WID_STR_LIT("/shop/db/")));
  assert_int_equal(db.below, 3);
  uint64_t generation = wid_tree_generation(&t);
  assert_int_equal(wid_tree_toggle(&t, 3), 3);
  assert_true(wid_tree_generation(&t) != generation);
  assert_string_equal(tree_text(&t), "v/shop/ .api .db .>db/ .db-url /zed plain ");
  /* closed stays closed when the names come again, in another order and number */
  static const char *again[] = {"/shop/db/host", "/shop/new"};
  assert_true(wid_tree_build(&t, 2, name_of, again));
  assert_string_equal(tree_text(&t), "v/shop/ .>db/ .new ");
  wid_tree_set_all_open(&t, true);
  assert_string_equal(tree_text(&t), "v/shop/ .vdb/ ..host .new ");
  wid_tree_set_all_open(&t, false);
  /* a leaf closes the branch it is in */
  assert_int_equal(wid_tree_toggle(&t, 2), 0);
  assert_string_equal(tree_text(&t), ">/shop/ ");
  assert_int_equal(wid_tree_toggle(&t, 0), 0);
  assert_int_equal(wid_tree_toggle(&t, 9), WID_NONE);
  assert_true(wid_tree_build(&t, COUNT(names), name_of, names));
  assert_int_equal(wid_tree_toggle(&t, wid_tree_count(&t) - 1), WID_NONE); /* in no branch */
  assert_true(wid_tree_build(&t, 0, name_of, NULL));
  assert_int_equal(wid_tree_count(&t), 0);
  wid_tree_done(&t);
}

static void test_tree_odd_names(void **state) {
  (void)state;
  static char deep[3 * WID_TREE_DEPTH_MAX];
  memset(deep, '/', sizeof deep - 1);
  const char *names[] = {"", "/", "//", "a//b", "a/", deep};
  struct wid_tree t;
  wid_tree_init(&t, '/', 0);
  assert_true(wid_tree_build(&t, COUNT(names), name_of, names));
  wid_tree_set_all_open(&t, true);
  size_t leaves = 0;
  for (size_t i = 0; i < wid_tree_count(&t); i++) {
    struct wid_tree_row row = wid_tree_row(&t, i);
    assert_true(row.depth <= WID_TREE_DEPTH_MAX);
    leaves += !row.branch;
  }
  assert_int_equal(leaves, COUNT(names));
  wid_tree_done(&t);
}

#define DRAWS(test) cmocka_unit_test_setup_teardown(test, open_screen, close_screen)

int main(void) {
  const struct CMUnitTest tests[] = {
      DRAWS(test_bar),
      DRAWS(test_bar_cuts_names),
      DRAWS(test_hints),
      DRAWS(test_tabs),
      DRAWS(test_frame),
      DRAWS(test_spark),
      DRAWS(test_spark_without_end),
      DRAWS(test_ascii),
      DRAWS(test_strip),
      DRAWS(test_strip_at_any_width),
      DRAWS(test_text),
      DRAWS(test_text_moves),
      cmocka_unit_test(test_text_is_bounded),
      cmocka_unit_test(test_tree),
      cmocka_unit_test(test_tree_odd_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
