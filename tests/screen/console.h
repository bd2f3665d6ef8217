/* The console on a screen of its own, and where a test wants one, a simulator of its own. */
#ifndef CAWSOLE_TESTS_SCREEN_CONSOLE_H
#define CAWSOLE_TESTS_SCREEN_CONSOLE_H

#include "screen.h"

#define CONSOLE_ARGS 12

struct console_setup {
  int rows, cols;                 /* 0: 36 x 120 */
  const char *scenario;           /* of the demo; NULL: the steady one */
  const char *sim[CONSOLE_ARGS];  /* a simulator with these options in place of the demo */
  bool plain;                     /* neither demo nor simulator but what args and env say */
  const char *program;            /* in place of cawsole, or NULL */
  const char *args[CONSOLE_ARGS]; /* more options of the console */
  const char *env[CONSOLE_ARGS];  /* "NAME=value" */
  const char *config;             /* text of a configuration file, or NULL */
};

struct screen *console_start(const struct console_setup *setup);

/* The simulator's address alone, for a test that starts the console by itself. Ended by
 * console_end. */
const char *console_simulator(const char *const *options);
const char *console_simulator_url(void); /* of the one that runs; borrowed */
int console_simulator_pid(void);
/* Begins faults of the simulator that runs ("POST", one a line as --fault takes them), or ends them
 * ("DELETE", ""). False: it takes none such. */
bool console_fault(const char *method, const char *specs);
/* Ends the simulator in the middle of a test: AWS is gone. */
void console_simulator_end(void);

/* Waits until the board stands and all of it was read at least once. */
void console_ready(struct screen *s);
/* The journal's text; the caller frees. "" when there is none. */
char *console_journal(const struct screen *s);

/* For cmocka's teardown: every screen and the simulator. */
int console_end(void **state);

#endif
