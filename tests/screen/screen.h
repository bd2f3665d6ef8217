/* Runs a full-screen program on a pseudo-terminal of its own and looks at what it draws.
 *
 * The program's output goes through libvterm, so a test sees the screen as an operator does.
 * Nothing here sleeps: a test waits for the screen to show something, or for the program to say
 * that it is idle. It says so on the descriptor named by CAWSOLE_TEST_FD, with one line "idle N"
 * each time it is about to wait with nothing to draw and no transfer under way; N counts the keys,
 * clicks and pastes that it read so far. Other lines there are its own.
 *
 * Every function fails the cmocka test that calls it, printing the screen, when what it waits for
 * does not come within SCREEN_PATIENCE_MS. Use screen_end_all as the test's teardown.
 */
#ifndef CAWSOLE_TESTS_SCREEN_H
#define CAWSOLE_TESTS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define SCREEN_PATIENCE_MS 60000
#else
#define SCREEN_PATIENCE_MS 20000
#endif

struct screen;

struct screen_setup {
  int rows, cols;
  const char *const *argv; /* argv[0] is the path of the program; NULL at the end */
  const char *const *env; /* "NAME=value", NULL at the end; NULL: none. Added to a bare environment:
                             TERM xterm-256color, a UTF-8 locale, an empty HOME of its own, UTC */
};

/* Starts the program. The screen is owned by this module until screen_end or screen_end_all. */
struct screen *screen_start(const struct screen_setup *setup);
void screen_end(struct screen *s); /* ends the program if it still runs, and removes its HOME */
int screen_end_all(void **state);  /* for cmocka's teardown */
const char *screen_home(const struct screen *s);
int screen_pid(const struct screen *s);

/* ---- what the operator does ------------------------------------------------------------------ */

/* Keys in writing: "jj/web<Enter>", "<C-r>", "<Up>", "<F1>"; "<lt>" is the character '<'. They are
 * sent once the program is idle; typing ahead does not wait for that, only for the first screen. */
void screen_keys(struct screen *s, const char *keys);
void screen_keys_ahead(struct screen *s, const char *keys);
void screen_click(struct screen *s, int row, int col); /* left button, pressed and released */
void screen_wheel(struct screen *s, int row, int col, bool down);
void screen_paste(struct screen *s,
                  const char *text); /* bracketed where the program asked for it */
void screen_resize(struct screen *s, int rows, int cols);
void screen_signal(struct screen *s, int signo);
void screen_hang_up(struct screen *s); /* the terminal goes away */

/* ---- waiting --------------------------------------------------------------------------------- */

/* Until the program took every key and then said that it is idle. */
void screen_idle(struct screen *s);
/* The same without a verdict: false when it ended, or was not idle within so many milliseconds. */
bool screen_try_idle(struct screen *s, int ms);
/* Until one line of the screen matches the extended regular expression, or none does. */
void screen_expect(struct screen *s, const char *regex);
void screen_expect_gone(struct screen *s, const char *regex);
/* Until the program ended; the status as waitpid gives it. */
int screen_exit(struct screen *s);
bool screen_ended(const struct screen *s);
/* Lets that much time pass, reading along: for what is counted over an interval. */
void screen_watch(struct screen *s, int ms);

/* ---- what is there now ----------------------------------------------------------------------- */

/* The first row that matches, from 0; -1: none. */
int screen_row(const struct screen *s, const char *regex);
/* The column where the match begins in that row, from 0; -1: none. */
int screen_col(const struct screen *s, int row, const char *regex);
/* Fills line (always terminated) with the text of a row, without blanks at its end. */
void screen_line(const struct screen *s, int row, char *line, size_t size);
/* The whole screen, a line for each row; the caller frees. */
char *screen_text(const struct screen *s);
/* The same with a letter for each cell's style in place of its text, and the styles' names below.
 */
char *screen_styles(const struct screen *s);
/* "plain", or words such as "bold reverse fg1 bg4". */
void screen_style(const struct screen *s, int row, int col, char *style, size_t size);
size_t screen_written(const struct screen *s); /* bytes the program wrote since its start */
const char *screen_raw(const struct screen *s, size_t *n); /* those bytes; borrowed */
unsigned screen_bells(const struct screen *s);
unsigned screen_idles(const struct screen *s); /* how often it said that it is idle */

/* Looks through all that was written for a control or an escape sequence that this program has no
 * reason to send: others, others' parameters, a copy that no key "c" asked for. NULL: none; else
 * its description, which the caller frees. */
char *screen_foreign(const struct screen *s);
/* The same of text for pipes and files, which has no controls but newlines. */
char *screen_foreign_text(const char *text, size_t n);
/* NULL when the terminal is as it was before the start, else what is not. */
const char *screen_taken(const struct screen *s);
/* After the end: NULL when the terminal is as it was before the start, else what is not. */
const char *screen_unrestored(const struct screen *s);

/* Fails the test with the message, printing the screen. */
void screen_fail(const struct screen *s, const char *message, const char *about)
    __attribute__((noreturn));

#endif
