/* Keys and what they do: one list (keys.def), rebound from the configuration. */
#ifndef CAWSOLE_TUI_KEYS_H
#define CAWSOLE_TUI_KEYS_H

#include "aws/base.h"

enum tui_command {
#define TUI_KEY(id, name, keys, hint, group, what) TUI_##id,
#include "tui/keys.def"
#undef TUI_KEY
  TUI_COMMANDS,
  TUI_NO_COMMAND = TUI_COMMANDS
};

enum tui_key_group { TUI_GROUP_MOVE, TUI_GROUP_PANE, TUI_GROUP_ACT, TUI_GROUP_VIEW, TUI_GROUPS };
const char *tui_group_title(enum tui_key_group g);

struct tui_key_def {
  const char *name, *keys, *hint, *what;
  enum tui_key_group group;
};
const struct tui_key_def *tui_key_def(enum tui_command c);

#define TUI_KEYS_PER_COMMAND 9
#define TUI_KEY_NAME_MAX 16

struct tui_keys {
  int32_t of[TUI_COMMANDS][TUI_KEYS_PER_COMMAND]; /* 0 ends; codes as in widgets/base.h */
};

void tui_keys_init(struct tui_keys *k); /* the defaults */
/* Gives a command other keys ("F5", "Ctrl-R r"; "" takes them away). False: *err has a sentence. */
bool tui_keys_bind(struct tui_keys *k, const char *command, const char *keys,
                   struct aws_error *err) AWS_MUST_CHECK;
/* No key may mean two things. False: *err names key and commands. */
bool tui_keys_check(const struct tui_keys *k, struct aws_error *err) AWS_MUST_CHECK;
/* What a key does; *index (unless NULL) says which of the command's keys it is, counted from 0. */
enum tui_command tui_keys_find(const struct tui_keys *k, int32_t key, size_t *index);
/* The first key of a command as text, "" when it has none. */
const char *tui_keys_first(const struct tui_keys *k, enum tui_command c,
                           char out[TUI_KEY_NAME_MAX]);
/* All keys of a command, "k, Up"; more than three as "1 .. 9". */
void tui_keys_all(const struct tui_keys *k, enum tui_command c, char *out, size_t size);

/* "Ctrl-R", "Enter", "F5", "k" to a code and back; 0: there is no such key. */
int32_t tui_key_parse(struct aws_str name);
void tui_key_name(int32_t key, char out[TUI_KEY_NAME_MAX]);

#endif
