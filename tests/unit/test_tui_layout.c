/* Where the panes of the board stand. */
#include "test.h"

#include "tui/layout.h"

static const int modest[TUI_PANES] = {6, 8, 6, 6, 10, 40};

static int area_of(struct wid_rect r) {
  return r.h > 0 && r.w > 0 ? r.h * r.w : 0;
}

static bool overlap(struct wid_rect a, struct wid_rect b) {
  return area_of(a) && area_of(b) && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h &&
         b.y < a.y + a.h;
}

/* No two panes overlap and none leaves the area. */
static void check(const struct tui_layout *l, struct wid_rect area) {
  for (size_t i = 0; i < TUI_PANES; i++) {
    struct wid_rect r = l->panes[i];
    if (!area_of(r))
      continue;
    assert_true(r.y >= area.y && r.x >= area.x);
    assert_true(r.y + r.h <= area.y + area.h && r.x + r.w <= area.x + area.w);
    for (size_t j = 0; j < i; j++)
      assert_false(overlap(r, l->panes[j]));
  }
}

static size_t shown(const struct tui_layout *l) {
  size_t n = 0;
  for (size_t i = 0; i < TUI_PANES; i++)
    n += area_of(l->panes[i]) > 0;
  return n;
}

static void small_screens_get_tabs(void **state) {
  struct tui_layout l;
  struct wid_rect area = {4, 0, 19, 80};
  (void)state;
  tui_layout(&l, area, 80, 24, modest, 2, false);
  check(&l, area);
  assert_true(l.tabs);
  assert_int_equal(l.bar.y, 4);
  assert_int_equal(shown(&l), 1);
  assert_int_equal(l.panes[2].h, 18);
}

static void middle_screens_get_two_columns(void **state) {
  struct tui_layout l;
  struct wid_rect area = {5, 0, 30, 120};
  (void)state;
  tui_layout(&l, area, 120, 36, modest, 2, false);
  check(&l, area);
  assert_false(l.tabs);
  assert_int_equal(shown(&l), TUI_PANES);
  assert_int_equal(l.panes[0].x, l.panes[5].x);
  assert_int_equal(l.panes[2].x, l.panes[4].x);
  assert_true(l.panes[0].h == modest[0] && l.panes[1].h == modest[1]); /* what they need */
  assert_int_equal(l.panes[5].y + l.panes[5].h, 35);                   /* nothing is left over */
  assert_int_equal(l.panes[4].y + l.panes[4].h, 35);
}

static void large_screens_get_three(void **state) {
  struct tui_layout l;
  struct wid_rect area = {5, 0, 54, 200};
  (void)state;
  tui_layout(&l, area, 200, 60, modest, 0, false);
  check(&l, area);
  assert_int_equal(shown(&l), TUI_PANES);
  assert_int_equal(l.panes[5].h, 54); /* the timeline beside the panes */
  assert_int_equal(l.panes[5].x + l.panes[5].w, 200);
}

static void greedy_panes_leave_room(void **state) {
  static const int greedy[TUI_PANES] = {500, 500, 500, 6, 500, 500};
  struct tui_layout l;
  struct wid_rect area = {5, 0, 30, 120};
  (void)state;
  tui_layout(&l, area, 120, 36, greedy, 2, false);
  check(&l, area);
  assert_int_equal(shown(&l), TUI_PANES);
  assert_int_equal(l.panes[3].h, 6); /* the modest one gets all it wants */
  assert_int_equal(l.panes[2].h, l.panes[4].h);
}

static void zoom_gives_all(void **state) {
  struct tui_layout l;
  struct wid_rect area = {5, 0, 30, 120};
  (void)state;
  tui_layout(&l, area, 120, 36, modest, 4, true);
  assert_int_equal(shown(&l), 1);
  assert_int_equal(area_of(l.panes[4]), 30 * 120);
}

static void any_size_is_sound(void **state) {
  (void)state;
  for (int w = 80; w < 320; w += 7)
    for (int h = 24; h < 100; h += 3)
      for (size_t focus = 0; focus < TUI_PANES; focus++) {
        struct tui_layout l;
        struct wid_rect area = {6, 0, h - 7, w};
        tui_layout(&l, area, w, h, modest, focus, false);
        check(&l, area);
        assert_true(shown(&l) == 1 || shown(&l) == TUI_PANES);
      }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_screens_get_tabs),  cmocka_unit_test(middle_screens_get_two_columns),
      cmocka_unit_test(large_screens_get_three), cmocka_unit_test(greedy_panes_leave_room),
      cmocka_unit_test(zoom_gives_all),          cmocka_unit_test(any_size_is_sound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
