/* Text made harmless, measured and cut. */
#include "tests/unit/test.h"
#include <limits.h>
#include <locale.h>
#include <widgets/cells.h>

static struct wid_str str(const char *s) {
  return wid_str_from(s);
}

static const char *fit(const char *s, int cols, enum wid_clip clip) {
  static char out[512];
  wid_cells_fit(out, sizeof out, str(s), cols, clip);
  return out;
}

static void test_decode(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t used;
    uint32_t code;
  } rows[] = {
      {"a", 1, 'a'},
      {"\xc3\xa9", 2, 0xe9},
      {"\xe2\x82\xac", 3, 0x20ac},
      {"\xf0\x9f\x98\x80", 4, 0x1f600},
      {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
      {"\x80", 0, 0},             /* a continuation alone */
      {"\xc3", 0, 0},             /* cut short */
      {"\xe2\x82", 0, 0},         /* cut short */
      {"\xc3(", 0, 0},            /* not continued */
      {"\xc0\x80", 0, 0},         /* overlong NUL */
      {"\xc1\xbf", 0, 0},         /* overlong */
      {"\xe0\x80\xaf", 0, 0},     /* overlong slash */
      {"\xf0\x80\x80\xaf", 0, 0}, /* overlong slash */
      {"\xed\xa0\x80", 0, 0},     /* a surrogate */
      {"\xf4\x90\x80\x80", 0, 0}, /* beyond the last */
      {"\xf8\x88\x80\x80", 0, 0},
      {"\xff", 0, 0},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    uint32_t code = 0;
    char back[4];
    assert_int_equal(wid_utf8_decode(str(rows[i].bytes), &code), rows[i].used);
    assert_int_equal(code, rows[i].code);
    if (rows[i].used > 0) {
      assert_int_equal(wid_utf8_encode(code, back), rows[i].used);
      assert_memory_equal(back, rows[i].bytes, rows[i].used);
    }
  }
  char back[4];
  assert_int_equal(wid_utf8_encode(0xd800, back), 0);
  assert_int_equal(wid_utf8_encode(0x110000, back), 0);
}

/* What the screen gets for hostile text, and how wide that is. */
static const struct {
  const char *text, *shown, *ascii;
  int width;
} hostile[] = {
    {"", "", "", 0},
    {"web", "web", "web", 3},
    {"caf\xc3\xa9", "caf\xc3\xa9", "caf?", 4},
    {"e\xcc\x81x", "e\xcc\x81x", "e?x", 2},
    {"\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", "??", 4},
    {"\033[31mred", "␛[31mred", "?[31mred", 8},
    {"a\tb\nc\x7f", "a␉b␊c␡", "a?b?c?", 6},
    {"\xc2\x9b"
     "31m",
     "\uFFFD"
     "31m",
     "?31m", 4}, /* the C1 control that is CSI */
    {"a\u202E"
     "cod",
     "a\uFFFD"
     "cod",
     "a?cod", 5},                                     /* right-to-left override */
    {"a\u2066b\u2069", "a\uFFFDb\uFFFD", "a?b?", 4},  /* isolates */
    {"a\u200Bb", "a\uFFFDb", "a?b", 3},               /* zero-width space */
    {"a\uFEFFb", "a\uFFFDb", "a?b", 3},               /* byte order mark inside */
    {"\xff\xfe", "\uFFFD\uFFFD", "??", 2},            /* bytes that are nothing */
    {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD", "???", 3}, /* a surrogate */
    {"\xcc\x81x", "\uFFFDx", "?x", 2},                /* a mark on nothing */
    {"o\u0301\u0301\u0301\u0301\u0301p", "o\u0301\u0301\uFFFDp", "o?????p", 3}, /* too many marks */
    {"\u3164", "\uFFFD", "?", 1},              /* a letter that is blank */
    {"\U000E0041", "\uFFFD", "?", 1},          /* a tag */
    {"\u2764\uFE0F", "\u2764\uFFFD", "??", 2}, /* a variation selector */
    {"\u25CF \u25B2 \u2716 \u27F3", "\u25CF \u25B2 \u2716 \u27F3", "* ! x @", 7},
};

static void test_hostile(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(hostile); i++) {
    assert_string_equal(fit(hostile[i].text, 100, WID_CLIP_END), hostile[i].shown);
    assert_int_equal(wid_cells_width(str(hostile[i].text), INT_MAX), hostile[i].width);
    assert_int_equal(wid_cells_width(str(hostile[i].shown), INT_MAX), hostile[i].width);
    wid_cells_set_ascii(true);
    assert_string_equal(fit(hostile[i].text, 100, WID_CLIP_END), hostile[i].ascii);
    wid_cells_set_ascii(false);
  }
  char nul[] = {'a', 0, 'b'};
  char out[32];
  wid_cells_fit(out, sizeof out, (struct wid_str){nul, 3}, 10, WID_CLIP_END);
  assert_string_equal(out, "a␀b");
}

static void test_cut(void **state) {
  (void)state;
  static const char arn[] = "arn:aws:ecs:eu-west-1:1:service/shop/web";
  static const struct {
    const char *text;
    int cols;
    enum wid_clip clip;
    const char *shown;
  } rows[] = {
      {"service", 7, WID_CLIP_END, "service"},  {"service", 6, WID_CLIP_END, "servi…"},
      {"service", 6, WID_CLIP_START, "…rvice"}, {"service", 6, WID_CLIP_MIDDLE, "se…ice"},
      {"service", 1, WID_CLIP_END, "…"},        {"service", 1, WID_CLIP_START, "…"},
      {"service", 0, WID_CLIP_END, ""},         {"service", -3, WID_CLIP_END, ""},
      {arn, 9, WID_CLIP_START, "…shop/web"},    {"日本語", 5, WID_CLIP_END, "日本…"},
      {"日本語", 4, WID_CLIP_END, "日…"}, /* half of a wide one is not shown */
      {"日本語", 4, WID_CLIP_START, "…語"},     {"ae\u0301b", 2, WID_CLIP_END, "a…"},
      {"xe\u0301b", 2, WID_CLIP_START, "…b"},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    const char *shown = fit(rows[i].text, rows[i].cols, rows[i].clip);
    assert_string_equal(shown, rows[i].shown);
    assert_true(wid_cells_width(str(shown), INT_MAX) <= (rows[i].cols > 0 ? rows[i].cols : 0));
  }
}

static void test_small_buffer(void **state) {
  (void)state;
  char out[6];
  memset(out, 'X', sizeof out);
  assert_int_equal(wid_cells_fit(out, 5, str("日本語"), 10, WID_CLIP_END), 3);
  assert_string_equal(out, "日");
  assert_int_equal(out[5], 'X');
  assert_int_equal(wid_cells_fit(out, 1, str("abc"), 10, WID_CLIP_END), 0);
  assert_string_equal(out, "");
}

static void test_width_limit(void **state) {
  (void)state;
  assert_int_equal(wid_cells_width(str("service"), 3), 3);
  assert_int_equal(wid_cells_width(str("日本語"), 3), 3);
  assert_int_equal(wid_cells_width(str("ab"), 3), 2);
}

int main(void) {
  if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
    return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_decode),      cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_cut),         cmocka_unit_test(test_small_buffer),
      cmocka_unit_test(test_width_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
