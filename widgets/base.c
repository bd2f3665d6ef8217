/* The few functions all widgets share. */
#include "widgets/private.h"
#include <string.h>
#include <widgets/base.h>

struct wid_str wid_str_from(const char *cstr) {
  return cstr ? (struct wid_str){cstr, strlen(cstr)} : WID_STR_LIT("");
}

bool wid_str_eq(struct wid_str a, struct wid_str b) {
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

void wid_wipe(void *p, size_t n) {
  volatile char *bytes = p;
  while (n-- > 0)
    *bytes++ = 0;
}

size_t wid_str_find(struct wid_str s, struct wid_str needle) {
  if (needle.n == 0)
    return 0;
  unsigned char first = wid_fold(needle.p[0]);
  for (size_t i = 0; i + needle.n <= s.n; i++) {
    size_t k = 1;
    if (wid_fold(s.p[i]) != first)
      continue;
    while (k < needle.n && wid_fold(s.p[i + k]) == wid_fold(needle.p[k]))
      k++;
    if (k == needle.n)
      return i;
  }
  return WID_NONE;
}

bool wid_rect_has(struct wid_rect r, int y, int x) {
  return y >= r.y && y < r.y + r.h && x >= r.x && x < r.x + r.w;
}

struct wid_rect wid_rect_line(struct wid_rect r, int line) {
  bool inside = line >= 0 && line < r.h;
  return (struct wid_rect){r.y + line, r.x, inside ? 1 : 0, r.w};
}

struct wid_rect wid_rect_inset(struct wid_rect r, int dy, int dx) {
  return (struct wid_rect){r.y + dy, r.x + dx, r.h - 2 * dy, r.w - 2 * dx};
}

struct wid_rect wid_rect_center(struct wid_rect outer, int h, int w) {
  if (h > outer.h)
    h = outer.h;
  if (w > outer.w)
    w = outer.w;
  return (struct wid_rect){outer.y + (outer.h - h) / 2, outer.x + (outer.w - w) / 2, h, w};
}

enum wid_move wid_move_of_key(int32_t key) {
  switch (key) {
  case WID_KEY_UP:
    return WID_MOVE_UP;
  case WID_KEY_DOWN:
    return WID_MOVE_DOWN;
  case WID_KEY_PAGE_UP:
    return WID_MOVE_PAGE_UP;
  case WID_KEY_PAGE_DOWN:
    return WID_MOVE_PAGE_DOWN;
  case WID_KEY_HOME:
    return WID_MOVE_HOME;
  case WID_KEY_END:
    return WID_MOVE_END;
  default:
    return WID_MOVE_NONE;
  }
}
