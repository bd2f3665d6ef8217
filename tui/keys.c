#include "tui/keys.h"

#include "widgets/base.h"
#include "widgets/cells.h"

#include <stdio.h>

static const struct tui_key_def defs[] = {
#define TUI_KEY(id, name, keys, hint, group, what) {name, keys, hint, what, TUI_GROUP_##group},
#include "tui/keys.def"
#undef TUI_KEY
};

static const struct {
  const char *name;
  int32_t key;
} named[] = {
    {"Enter", WID_KEY_ENTER},
    {"Esc", WID_KEY_ESC},
    {"Tab", WID_KEY_TAB},
    {"Shift-Tab", WID_KEY_BACKTAB}, /* the first name is the one that is shown */
    {"BackTab", WID_KEY_BACKTAB},
    {"Space", ' '},
    {"Up", WID_KEY_UP},
    {"Down", WID_KEY_DOWN},
    {"Left", WID_KEY_LEFT},
    {"Right", WID_KEY_RIGHT},
    {"Home", WID_KEY_HOME},
    {"End", WID_KEY_END},
    {"PgUp", WID_KEY_PAGE_UP},
    {"PgDn", WID_KEY_PAGE_DOWN},
    {"Insert", WID_KEY_INSERT},
    {"Delete", WID_KEY_DELETE},
    {"Backspace", WID_KEY_BACKSPACE},
};
#define NNAMED (sizeof named / sizeof named[0])

const char *tui_group_title(enum tui_key_group g) {
  static const char *const titles[TUI_GROUPS] = {"Moving", "Panes", "Acting", "Looking"};
  return titles[g];
}

const struct tui_key_def *tui_key_def(enum tui_command c) {
  return &defs[c];
}

int32_t tui_key_parse(struct aws_str name) {
  for (size_t i = 0; i < NNAMED; i++)
    if (aws_str_eq_c(name, named[i].name))
      return named[i].key;
  if (aws_str_starts(name, "Alt-")) {
    int32_t key = tui_key_parse((struct aws_str){name.p + 4, name.n - 4});
    return key && key < WID_KEY_ALT ? WID_KEY_ALT + key : 0;
  }
  if (aws_str_starts(name, "Ctrl-") && name.n == 6) {
    char c = name.p[5];
    c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    return c >= 'A' && c <= 'Z' ? WID_CTRL(c) : 0;
  }
  int64_t number;
  if (name.n > 1 && name.p[0] == 'F' &&
      aws_str_to_int((struct aws_str){name.p + 1, name.n - 1}, &number))
    return number >= 1 && number <= 24 ? WID_KEY_F0 + (int32_t)number : 0;
  uint32_t code;
  struct wid_str s = {name.p, name.n};
  if (name.n && wid_utf8_decode(s, &code) == name.n && code > ' ' && code != 127)
    return (int32_t)code;
  return 0;
}

void tui_key_name(int32_t key, char out[TUI_KEY_NAME_MAX]) {
  out[0] = '\0';
  if (key & WID_KEY_ALT) {
    char rest[TUI_KEY_NAME_MAX];
    tui_key_name(key & ~WID_KEY_ALT, rest);
    snprintf(out, TUI_KEY_NAME_MAX, "Alt-%.*s", TUI_KEY_NAME_MAX - 5, rest);
    return;
  }
  for (size_t i = 0; i < NNAMED; i++)
    if (named[i].key == key) {
      snprintf(out, TUI_KEY_NAME_MAX, "%s", named[i].name);
      return;
    }
  if (key > WID_KEY_F0 && key <= WID_KEY_F_LAST) {
    snprintf(out, TUI_KEY_NAME_MAX, "F%d", (int)(key - WID_KEY_F0));
  } else if (key > 0 && key < ' ') {
    snprintf(out, TUI_KEY_NAME_MAX, "Ctrl-%c", (char)(key + '@'));
  } else if (key > ' ' && key < WID_KEY_UP) {
    char utf8[4];
    size_t n = wid_utf8_encode((uint32_t)key, utf8);
    snprintf(out, TUI_KEY_NAME_MAX, "%.*s", (int)n, utf8);
  }
}

static bool bind(struct tui_keys *k, enum tui_command c, const char *keys, struct aws_error *err) {
  struct aws_str rest = aws_str_from(keys);
  size_t n = 0;
  memset(k->of[c], 0, sizeof k->of[c]);
  while (rest.n) {
    struct aws_str word = aws_str_split(&rest, ' ');
    if (!word.n)
      continue;
    int32_t key = tui_key_parse(word);
    if (!key || n == TUI_KEYS_PER_COMMAND) {
      aws_error_set(err, AWS_E_CONFIG,
                    key ? "%s has more than nine keys at \"%.*s\""
                        : "%s: \"%.*s\" is no key; keys are a letter, Ctrl-R, F5, Enter, PgUp",
                    defs[c].name, AWS_STR_ARG(word));
      return false;
    }
    k->of[c][n++] = key;
  }
  return true;
}

void tui_keys_init(struct tui_keys *k) {
  struct aws_error err;
  for (unsigned c = 0; c < TUI_COMMANDS; c++)
    if (!bind(k, c, defs[c].keys, &err))
      memset(k->of[c], 0, sizeof k->of[c]);
}

bool tui_keys_bind(struct tui_keys *k, const char *command, const char *keys,
                   struct aws_error *err) {
  for (unsigned c = 0; c < TUI_COMMANDS; c++)
    if (strcmp(defs[c].name, command) == 0)
      return bind(k, c, keys, err);
  aws_error_set(err, AWS_E_CONFIG,
                "there is no command %s to bind: the help view and the man page name them",
                command);
  return false;
}

enum tui_command tui_keys_find(const struct tui_keys *k, int32_t key, size_t *index) {
  for (unsigned c = 0; c < TUI_COMMANDS; c++)
    for (size_t i = 0; i < TUI_KEYS_PER_COMMAND && k->of[c][i]; i++)
      if (k->of[c][i] == key) {
        if (index)
          *index = i;
        return c;
      }
  return TUI_NO_COMMAND;
}

bool tui_keys_check(const struct tui_keys *k, struct aws_error *err) {
  for (unsigned c = 0; c < TUI_COMMANDS; c++)
    for (size_t i = 0; i < TUI_KEYS_PER_COMMAND && k->of[c][i]; i++) {
      size_t index;
      enum tui_command first = tui_keys_find(k, k->of[c][i], &index);
      char name[TUI_KEY_NAME_MAX];
      if (first == c)
        continue;
      tui_key_name(k->of[c][i], name);
      aws_error_set(err, AWS_E_CONFIG, "key %s is bound to %s and to %s: give one another key",
                    name, defs[first].name, defs[c].name);
      return false;
    }
  return true;
}

const char *tui_keys_first(const struct tui_keys *k, enum tui_command c,
                           char out[TUI_KEY_NAME_MAX]) {
  out[0] = '\0';
  if (k->of[c][0])
    tui_key_name(k->of[c][0], out);
  return out;
}

void tui_keys_all(const struct tui_keys *k, enum tui_command c, char *out, size_t size) {
  char name[TUI_KEY_NAME_MAX];
  size_t n = 0, used = 0;
  while (n < TUI_KEYS_PER_COMMAND && k->of[c][n])
    n++;
  out[0] = '\0';
  for (size_t i = 0; i < n && used<size; i = n> 3 && i == 0 ? n - 1 : i + 1) {
    tui_key_name(k->of[c][i], name);
    used += (size_t)snprintf(out + used, size - used, "%s%s",
                             !i      ? ""
                             : n > 3 ? " .. "
                                     : ", ",
                             name);
  }
}
