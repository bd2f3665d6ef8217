/* The simulated stack of --demo: cawsole-sim as a child that dies with us. */
#ifndef CAWSOLE_TUI_DEMO_H
#define CAWSOLE_TUI_DEMO_H

#include "aws/base.h"

#include <sys/types.h>

struct tui_demo {
  pid_t pid;
  int out;       /* reading end of the child's output; its other end closing tells of its death */
  char url[256]; /* "http://127.0.0.1:40123" */
};

/* Starts cawsole-sim, found beside our own program or else in PATH, and waits at most 10 s for its
 * address. scenario: "" for the default. Nothing of AWS's variables or of a proxy reaches it, and
 * ours are taken out of the environment too. False: *err says what to do. */
bool tui_demo_start(struct tui_demo *d, const char *argv0, const char *scenario,
                    struct aws_error *err) AWS_MUST_CHECK;
void tui_demo_stop(struct tui_demo *d);

/* The environment of a demo: there is no variable in it. Fits aws_settings_input.getenv. */
const char *tui_demo_getenv(void *arg, const char *name);

#endif
