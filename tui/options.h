/* The command line. */
#ifndef CAWSOLE_TUI_OPTIONS_H
#define CAWSOLE_TUI_OPTIONS_H

#include "aws/base.h"

#include <stdio.h>

/* What the process says when it ends. */
enum tui_exit {
  TUI_EXIT_OK = 0,
  TUI_EXIT_DEGRADED = 1,
  TUI_EXIT_FAILING = 2,
  TUI_EXIT_UNKNOWN = 3,
  TUI_EXIT_USAGE = 64
};

/* Texts are borrowed from argv; NULL when not given. */
struct tui_options {
  const char *profile, *region, *endpoint, *stack, *config, *log, *trace;
  const char *demo; /* "" when no scenario was named */
  bool whoami, doctor, read_only, once, json, version, help;
};

/* Reads argv[1..argc). False: *err says which word is wrong and what is taken instead. */
bool tui_options_parse(struct tui_options *o, int argc, char *const *argv,
                       struct aws_error *err) AWS_MUST_CHECK;
void tui_options_help(FILE *out);

#endif
