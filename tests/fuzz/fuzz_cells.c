/* Text from outside on its way to the screen: made harmless, measured, cut, wrapped, edited. */
#include "tests/fuzz/fuzz.h"
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <widgets/cells.h>
#include <widgets/edit.h>
#include <widgets/text.h>

enum { OUT_MAX = 1 << 16 };

/* Nothing that a terminal would act on, and no more columns than there are. */
static void must_be_harmless(struct wid_str s, int cols) {
  FUZZ_HOLDS(wid_cells_width(s, INT_MAX) <= cols);
  while (s.n > 0) {
    uint32_t c = 0;
    size_t n = wid_utf8_decode(s, &c);
    FUZZ_HOLDS(n > 0);
    FUZZ_HOLDS(c >= 0x20 && !(c >= 0x7f && c < 0xa0));
    FUZZ_HOLDS(!(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e));
    FUZZ_HOLDS(!(c >= 0x2060 && c <= 0x206f) && c != 0x061c && c != 0xfeff);
    FUZZ_HOLDS(!wid_cells_ascii() || c < 0x7f);
    s = (struct wid_str){s.p + n, s.n - n};
  }
}

static void fit(struct wid_str s) {
  static char out[OUT_MAX], again[OUT_MAX];
  static const int widths[] = {0, 1, 2, 7, 40, 4000};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    for (enum wid_clip clip = WID_CLIP_END; clip <= WID_CLIP_MIDDLE; clip++) {
      size_t n = wid_cells_fit(out, sizeof out, s, widths[i], clip);
      FUZZ_HOLDS(n < sizeof out && out[n] == '\0');
      must_be_harmless((struct wid_str){out, n}, widths[i]);
      size_t same = wid_cells_fit(again, sizeof again, (struct wid_str){out, n}, widths[i], clip);
      FUZZ_HOLDS(same == n && memcmp(out, again, n) == 0);
    }
}

static void wrap(struct wid_str s) {
  struct wid_text t;
  wid_text_init(&t);
  wid_text_add_pair(&t, 6, "value", WID_NORMAL, s);
  wid_text_add_lines(&t, WID_NORMAL, 2, s);
  for (int w = 1; w <= 64; w *= 4)
    FUZZ_HOLDS(wid_text_height(&t, w) >= t.n_lines);
  wid_text_find(&t, "a", 1);
  wid_text_done(&t);
}

static void edit(struct wid_str s) {
  struct wid_edit e;
  wid_edit_init(&e, 100);
  struct wid_event event = {.kind = WID_EVENT_PASTE, .paste = s};
  wid_edit_event(&e, &event);
  event.kind = WID_EVENT_KEY;
  for (size_t i = 0; i < s.n && i < 200; i++) {
    static const int32_t keys[] = {WID_KEY_LEFT,   WID_KEY_RIGHT, WID_KEY_BACKSPACE,
                                   WID_KEY_DELETE, WID_KEY_HOME,  WID_KEY_END,
                                   WID_CTRL('W'),  WID_CTRL('K'), WID_CTRL('U')};
    unsigned char byte = (unsigned char)s.p[i];
    event.key = byte < 128 ? byte : keys[byte % (sizeof keys / sizeof *keys)];
    wid_edit_event(&e, &event);
    FUZZ_HOLDS(e.n <= 100 && e.cursor <= e.n && wid_edit_c(&e)[e.n] == '\0');
  }
  for (struct wid_str rest = wid_edit_value(&e); rest.n > 0;) {
    uint32_t c = 0;
    size_t n = wid_utf8_decode(rest, &c);
    FUZZ_HOLDS(n > 0 && c >= 0x20);
    rest = (struct wid_str){rest.p + n, rest.n - n};
  }
  wid_edit_done(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct wid_str s = {(const char *)data, size < 4096 ? size : 4096};
  if (!setlocale(LC_ALL, "C.UTF-8"))
    setlocale(LC_ALL, "en_US.UTF-8");
  wid_cells_set_ascii(false);
  fit(s);
  wrap(s);
  edit(s);
  wid_cells_set_ascii(true);
  fit(s);
  wid_cells_set_ascii(false);
  return 0;
}
