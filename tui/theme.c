/* How a rating looks: never by colour alone, a glyph and a word go with it. */
#include "tui/tui.h"

static const struct {
  const char *glyph, *word;
  enum wid_style style;
} levels[] = {
    [STACK_OK] = {"\xe2\x97\x8f", "ok", WID_OK},
    [STACK_NOTE] = {"\xe2\x97\x86", "note", WID_NOTE},
    [STACK_UNKNOWN] = {"?", "unknown", WID_UNKNOWN},
    [STACK_WARN] = {"\xe2\x96\xb2", "degraded", WID_WARN},
    [STACK_BAD] = {"\xe2\x9c\x96", "failing", WID_BAD},
};

const char *tui_level_glyph(enum stack_level l) {
  return levels[l].glyph;
}

const char *tui_level_word(enum stack_level l) {
  return levels[l].word;
}

unsigned tui_level_style(enum stack_level l) {
  return levels[l].style;
}
