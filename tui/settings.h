/* The configuration file: ~/.config/cawsole/cawsole.cfg, in libconfig's form. */
#ifndef CAWSOLE_TUI_SETTINGS_H
#define CAWSOLE_TUI_SETTINGS_H

#include "stack/setup.h"
#include "tui/keys.h"

#define TUI_STACKS_MAX 200

struct tui_settings {
  struct stack_config *stacks;
  size_t nstacks;
  struct tui_keys keys;
  bool bell;  /* ring when a hop turns bad */
  bool flash; /* and flash in the title line */
  bool mouse;
  bool ascii; /* no line drawing, no glyphs beyond ASCII, whatever the locale */
  int colors; /* at most so many: 256, 16, 8 or 0 */
};

void tui_settings_init(struct tui_settings *s); /* defaults, no stacks */
void tui_settings_done(struct tui_settings *s);

/* Reads the file. path NULL: the usual place, where no file is fine; a path that was asked for must
 * be there. False: *err has one sentence with file and line and what is taken instead. */
bool tui_settings_load(struct tui_settings *s, const char *path,
                       struct aws_error *err) AWS_MUST_CHECK;
/* The same from text; `name` stands for the file in sentences. */
bool tui_settings_parse(struct tui_settings *s, const char *text, const char *name,
                        struct aws_error *err) AWS_MUST_CHECK;
/* The stack of that name; NULL name: the first. NULL: there is none. */
const struct stack_config *tui_settings_stack(const struct tui_settings *s, const char *name);

#endif
