/* Bad weather: each fault of the simulator played on the calls of one pane, and what must hold.
 *
 *   weather COLUMN|all [FAULT...]
 *
 * plays them on that pane's calls, on those of a service that no pane is of, or on everybody's, and
 * prints a line a fault, "FAULT<tab>COLUMN<tab>held", or in place of "held" what did not. The
 * faults are run one after the other on one console, so that what one leaves behind would spoil the
 * next.
 *
 * All the while a fault lasts, and until all is well again, the board is looked at twenty times a
 * second. A pane whose calls are met shows the rows that it had, as fresh as ever, or marked with a
 * sentence and the next try; the other panes stay fresh; nothing is told as failing. Afterwards the
 * timeline has no line of the fault's making.
 */
#include "config.h"

#include "console.h"
#include "control.h"
#include "weather_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define CONFIG "stacks = ( { name = \"shop\"; region = \"eu-west-1\"; interval = %d; } );\n"
enum {
  LOOK_MS = 50,       /* between a look at the board and the next */
  KEY_MS = 500,       /* the longest that a key may wait for its picture */
  SEEN_MS = 8000,     /* the longest until a pane says what is wrong with a call */
  BEAR_MS = 2500,     /* how long it is looked at when nothing need be said */
  ALL_READ_MS = 9000, /* the same, after Ctrl-R, until every call of a pane came to its end */
  ASK_MS = 5000,      /* between Ctrl-R and Ctrl-R */
  WELL_MS = 2000,     /* until it is well again, after a round */
  NAMES_MS = 30000,   /* of what was read well, with names that are none: groups are read seldom */
  LATE_MS = 15000,    /* beyond a round, and a pane is no longer fresh */
  HANG_MS = 20000,    /* the longest that a call hangs */
  SLOW_MS = 120000,   /* at an eighth of the pace, to which throttles slow down */
  BEHIND_MS = 125000, /* in which what nobody looks at is read once */
  MEMORY_KIB = 8192,  /* the most that a fault may leave behind */
  MEMORY_MS = 30000   /* so long after it */
};

#define PANES 5
static const struct pane {
  struct board_pane shows;
  long round_ms; /* in which all of it is read once, while AWS's limits leave room for trying again
                  */
} panes[PANES] = {
    {{"1 CloudFront", "distribution", NULL}, 13000},
    {{"2 Targets", "group, target", NULL}, 32000},
    {{"3 ECS services", "service", "[0-9.]+%"}, 13000},
    {{"4 Databases", "database", "[0-9.]+%( +[0-9]+)?|[0-9.]+m?s( |$)"}, 26000},
    {{"5 Parameters", "parameter", NULL}, 63000},
};

enum { CLOUDFRONT, TARGETS, SERVICES, DATABASES, PARAMETERS, ALL, NONE };
static const struct column {
  const char *name, *service; /* NULL: every service */
  const char *pages;          /* the operation that a page is asked of */
  unsigned pane;              /* whose calls they are; ALL; NONE */
  int interval;               /* at which AWS's limits leave room for trying again */
  bool seldom;                /* nobody waits for that: it is asked for */
  const char *says;           /* what the board says of it when no pane is its own; NULL: nothing */
} columns[] = {
    {"cloudfront", "cloudfront", "ListDistributions", CLOUDFRONT, 1, false, NULL},
    {"targets", "elbv2", "DescribeTargetGroups", TARGETS, 2, false, NULL},
    {"services", "ecs", "ListServices", SERVICES, 1, false, NULL},
    {"databases", "rds", "DescribeDBInstances", DATABASES, 2, false, NULL},
    {"parameters", "ssm", "DescribeParameters", PARAMETERS, 1, true, NULL},
    {"all", NULL, NULL, ALL, 1, true, NULL},
    /* what stands behind the panes: they stay as they are, and the hop or the title says how old */
    {"metrics", "cloudwatch", NULL, NONE, 1, true, "cloudwatch GetMetricData: .+|alarms not read"},
    {"api", "apigatewayv2", NULL, NONE, 1, true, ": API | API [^ ]+ [0-9]+[sm] ago "},
    {"buckets", "s3", NULL, NONE, 1, true, ": S3 | S3 [^ ]+ .*ago"},
    {"secrets", "secretsmanager", NULL, NONE, 1, true, NULL},
    {"scaling", "application-autoscaling", NULL, NONE, 1, true, NULL},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

enum {
  BEARS = 0,        /* it may go on as if nothing were */
  FAILS = 1,        /* the pane must say so: old rows, a sentence, the next try */
  LOST = FAILS | 2, /* the same; it befalls connections, and those are everybody's */
  SHARED = 4,       /* it befalls the keys, which are everybody's, too */
  SLOW = 8,         /* polls slow down by it */
  CONTENT = 16,     /* what is answered is wrong: every call is looked at */
  TEXTS = 32,       /* and what it wrongly has is text behind the text that there is */
  PAGES = 64,       /* of what comes in pages */
  HANGS = 128,      /* a call that it met goes on hanging when it is over */
  BEHIND = 256      /* it is played on what stands behind the panes, too */
};
static const struct weather {
  const char *spec;
  unsigned how;
} weathers[] = {
    {"refused", LOST},
    {"tls-self-signed", LOST},
    {"tls-expired", LOST},
    {"tls-wrong-name", LOST},
    {"tls-inspected", LOST},
    {"latency,ms=3000", HANGS},
    {"latency,ms=20000", HANGS | BEHIND},
    {"reset-before", FAILS},
    {"reply-lost", FAILS},
    {"reset-within", FAILS},
    {"reset-after", BEARS},
    {"drip,rate=200", HANGS},
    {"truncated", FAILS},
    {"over-long", FAILS},
    {"endless,bytes=40000000", FAILS},
    {"content-type", CONTENT},
    {"html", FAILS | BEHIND},
    {"html,status=200", FAILS},
    {"garbage", FAILS | BEHIND},
    {"deep", FAILS},
    {"gzip-bomb,megabytes=512", FAILS},
    {"invalid-utf8", CONTENT | TEXTS},
    {"control-text", CONTENT | TEXTS},
    {"hostile-text", CONTENT | TEXTS},
    {"huge-text", CONTENT | TEXTS},
    {"nulls", CONTENT | BEHIND},
    {"missing", CONTENT | BEHIND},
    {"wrong-types", CONTENT | BEHIND},
    {"out-of-range", CONTENT | BEHIND},
    {"duplicates", CONTENT | BEHIND},
    {"empty-pages", CONTENT | PAGES},
    {"token-loop", CONTENT | PAGES},
    {"page-denied", FAILS | PAGES},
    {"redirect", FAILS},
    {"server-error", FAILS | BEHIND},
    {"access-denied", FAILS | BEHIND},
    {"expired-token", FAILS | SHARED},
    {"clock", BEARS},
    {"clock,seconds=-600", BEARS},
    /* last: what was throttled goes slowly for minutes */
    {"throttled", FAILS | SLOW | BEHIND},
    {"throttled,status=429", FAILS | SLOW},
    {"throttled,status=503", FAILS | SLOW},
    {"retry-after,seconds=2", FAILS | SLOW},
};
#define WEATHERS (sizeof weathers / sizeof weathers[0])

/* What may be told: AWS goes on telling it, and the console what it could not read. */
#define TOLD "steady state|could not be read|AWS cannot be asked|AWS answers again"
/* What AWS wrongly said in words is told in them, as what is none of AWS's. */
#define TOLD_ODD TOLD "|\xef\xbf\xbd|\xe2\x90\x9b|not understood"

static const struct column *column;
static struct screen *s;
static bool failed;

static long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static long round_ms(void) {
  return column->pane == NONE ? BEHIND_MS
                              : panes[column->pane < PANES ? column->pane : PARAMETERS].round_ms;
}

/* ---- what the screen says -------------------------------------------------------------------- */

static bool suffers(size_t i) {
  return column->pane == ALL || column->pane == i;
}

static bool fits(const char *regex) {
  return screen_row(s, regex) >= 0;
}

/* The board while all is well, taken before each fault. */
static struct board_box good[PANES];
static struct board_tale told;

static char about[BOARD_TEXT + 64]; /* what was looked at last, for the log */

static const char *rows_differ(size_t i, const struct board_box *b, const struct weather *w) {
  const bool texts = w && w->how & TEXTS && suffers(i);
  if (!texts && strcmp(b->title, good[i].title) != 0 && strcmp(b->title, panes[i].shows.title) != 0)
    return "the pane's title tells what is not";
  const char *row = board_differs(&good[i], b, texts ? BOARD_NAMES : BOARD_EXACT);
  if (!row)
    return NULL;
  snprintf(about, sizeof about, "%s: %s", panes[i].shows.title, row);
  return suffers(i) ? "its rows are not those of before"
                    : "another pane's rows are not those of before";
}

/* NULL: the pane stands as it must. */
static const char *pane_wrong(size_t i, const char *text, const struct weather *w) {
  static struct board_box b;
  if (!board_read(text, &panes[i].shows, &b))
    return "a pane is not there";
  const bool marked = board_marked(&b);
  const long age = board_age(&b);
  if (!suffers(i) && !(w->how & SHARED) && (marked || (b.says[0] && column->pane != NONE)))
    return "another pane suffers"; /* metrics may be told of in a pane that is fresh */
  if (marked && !strchr(b.says, ' '))
    return "it is not said what is wrong";
  snprintf(about, sizeof about, "%s: %s", panes[i].shows.title, b.status);
  /* What has another name is another thing, which was never read. */
  const bool anew = age < 0 && w->how & TEXTS && suffers(i);
  const long fresh_ms = w->how & SLOW && panes[i].round_ms < SLOW_MS ? SLOW_MS : panes[i].round_ms;
  if (!marked && !anew && (age < 0 || age * 1000 > fresh_ms + LATE_MS))
    return "neither fresh nor marked";
  return rows_differ(i, &b, w);
}

static const char *board_wrong(const struct weather *w) {
  const char *why = NULL;
  char *text = screen_text(s), *strip = strchr(text, '\n');
  for (size_t i = 0; i < PANES && !why; i++)
    why = pane_wrong(i, text, w);
  strip = strip ? strchr(strip + 1, '\n') : NULL;
  if (strip)
    *strip = '\0'; /* the title, and the hops below it */
  if (!why && (strstr(text, "✖") || strstr(text, "▲") || strstr(text, "failing")))
    why = "it is told as failing";
  free(text);
  return why;
}

/* Every suffering pane tells of it, or the board where no pane is its own. */
static bool has_failed(void) {
  static struct board_box b;
  bool all = true;
  if (column->pane == NONE)
    return !column->says || fits(column->says);
  char *text = screen_text(s);
  for (size_t i = 0; i < PANES; i++)
    all &= !suffers(i) || (board_read(text, &panes[i].shows, &b) && board_marked(&b) && b.says[0]);
  free(text);
  return all;
}

static bool is_well(void) {
  static struct board_box b;
  bool all = true;
  char *text = screen_text(s);
  for (size_t i = 0; i < PANES; i++)
    all &= board_read(text, &panes[i].shows, &b) && !b.says[0] && board_age(&b) >= 0 &&
           (!good[i].there || !rows_differ(i, &b, NULL));
  free(text);
  return all && fits(" ● ok(  |$)") && !fits(" ● [0-9]+[sm] ago");
}

static void take_good(void) {
  char *text = screen_text(s);
  for (size_t i = 0; i < PANES; i++)
    board_read(text, &panes[i].shows, &good[i]);
  board_tale(text, &told);
  free(text);
}

static bool help_shown(void) {
  return fits("Help: keys that");
}

static bool help_gone(void) {
  return !help_shown();
}

/* ---- looking, all the time ------------------------------------------------------------------- */

/* What was first seen wrong. One picture is written in pieces: what is wrong stands twice. */
static struct {
  const struct weather *w; /* NULL: not looking */
  const char *suspect, *why;
  char *text;
} seen;

static void look(void) {
  if (!seen.w || seen.why)
    return;
  const char *why = help_shown() ? NULL : board_wrong(seen.w);
  if (why && why == seen.suspect) {
    seen.why = why;
    fprintf(stderr, "# seen: %s: %s\n", why, about);
    seen.text = screen_text(s);
  }
  seen.suspect = why;
}

static void watch(long ms) {
  for (long end = now_ms() + ms; now_ms() < end;) {
    screen_watch(s, LOOK_MS);
    look();
  }
}

static bool until(bool (*holds)(void), long ms) {
  for (long end = now_ms() + ms; !holds(); watch(LOOK_MS))
    if (now_ms() >= end)
      return false;
  return true;
}

static long resident_kib(void) {
  char path[64];
  long pages = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", screen_pid(s));
  FILE *f = fopen(path, "r");
  if (!f || fscanf(f, "%*d %ld", &pages) != 1)
    pages = 0;
  if (f)
    fclose(f);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- one fault ------------------------------------------------------------------------------- */

static const char *key_in_time(void) {
  screen_keys_ahead(s, "?");
  if (!until(help_shown, KEY_MS))
    return "a key waits";
  screen_keys_ahead(s, "<Esc>");
  return until(help_gone, 2000) ? NULL : "a key waits";
}

/* As the operator does: everything is read again. */
static void ask_again(void) {
  screen_keys_ahead(s, "<C-r>");
}

/* Waits until a call has met the fault: one that was under way before it did not. What is
 * refused is not counted. */
static bool meets(const struct weather *w) {
  unsigned met = 0, calls;
  const long began = now_ms();
  const long patience = 2 * round_ms() + (w->how & SLOW ? SLOW_MS : 0);
  for (long ask = began; !met && now_ms() < began + patience; watch(250)) {
    if (now_ms() >= ask && (column->seldom || w->how & PAGES)) {
      ask_again();
      ask = now_ms() + ASK_MS;
    }
    control_faults_count(&met, &calls);
    if ((w->how & LOST) == LOST && has_failed())
      break;
  }
  return met != 0 || (w->how & LOST) == LOST;
}

/* While it lasts; NULL: all holds. */
static const char *during(const struct weather *w) {
  const char *why;
  char *foreign;
  const long seen_ms = round_ms() + (w->how & SLOW ? SLOW_MS : SEEN_MS);

  if (w->how & CONTENT) {
    ask_again();
    watch(ALL_READ_MS);
  } else if (!(w->how & FAILS)) {
    watch(BEAR_MS);
  } else if (!until(has_failed, seen_ms)) {
    return "the pane does not say so";
  }
  if ((why = key_in_time()))
    return why;
  watch(BEAR_MS);
  foreign = screen_foreign(s);
  if (foreign)
    fprintf(stderr, "# %s\n", foreign);
  free(foreign);
  return foreign ? "a foreign sequence was written" : NULL;
}

/* The longest time until the next try that a pane tells of, in milliseconds. Minutes are no promise
 * that anybody waits for, but where AWS asked to slow down: *minutes. */
static long promised(bool *minutes) {
  static struct board_box b;
  char *text = screen_text(s);
  long most = 0;
  *minutes = false;
  for (size_t i = 0; i < PANES; i++) {
    char unit = 's';
    int n = 0;
    const char *at =
        board_read(text, &panes[i].shows, &b) ? strstr(b.status, "next try in ") : NULL;
    /* NOLINTNEXTLINE(cert-err34-c): the program's own number */
    if (!at || sscanf(at, "next try in %d%c", &n, &unit) != 2)
      continue;
    *minutes |= unit == 'm';
    if (unit == 's' && n * 1000L > most)
      most = n * 1000L;
  }
  free(text);
  return most;
}

/* By itself, but for what was throttled: that goes at an eighth of its pace, and is asked for. */
static bool well_in_time(const struct weather *w) {
  bool minutes;
  long ask = now_ms();
  long end = ask + promised(&minutes) + round_ms() + (w->how & SLOW ? SLOW_MS : WELL_MS) +
             (w->how & HANGS ? HANG_MS : 0) + (w->how & TEXTS ? NAMES_MS : 0);
  for (; !is_well(); watch(LOOK_MS)) {
    if (now_ms() >= end)
      return false;
    if (now_ms() < ask || !(w->how & SLOW))
      continue;
    promised(&minutes);
    if (minutes)
      ask_again();
    ask = now_ms() + ASK_MS;
  }
  return true;
}

static const char *news(const struct weather *w) {
  static struct board_tale now;
  char *text = screen_text(s);
  const bool there = board_tale(text, &now);
  free(text);
  const char *event =
      there ? board_news(&told, &now, w->how & TEXTS ? TOLD_ODD : TOLD) : "there is no timeline";
  if (event)
    fprintf(stderr, "# told: %s\n", event);
  return event ? "the timeline tells what was not" : NULL;
}

static bool begin(const struct weather *w) {
  const bool pages = w->how & PAGES && column->pages;
  char spec[160];
  snprintf(spec, sizeof spec, "%s%s%s%s%s", w->spec, column->service ? ",on=" : "",
           column->service ? column->service : "", pages ? ":" : "", pages ? column->pages : "");
  take_good();
  seen.w = w;
  seen.why = seen.suspect = NULL;
  seen.text = NULL;
  return control_fault(spec);
}

static bool memory_comes_back(long before) {
  for (long end = now_ms() + MEMORY_MS; resident_kib() > before + MEMORY_KIB; screen_watch(s, 250))
    if (now_ms() >= end)
      return false;
  return true;
}

/* Until all is well again. *well: how long that took. NULL: all held. */
static const char *weathered(const struct weather *w, long *well) {
  const char *why = meets(w) ? during(w) : "no call met it";
  unsigned met, calls;
  if (why && !seen.why)
    seen.text = screen_text(s);
  if (!control_faults_end(&met, &calls) && !why)
    why = "the simulator does not end it";
  const long began = now_ms();
  const bool is_over = well_in_time(w);
  *well = now_ms() - began;
  if (seen.why)
    return seen.why;
  if (!why && !is_over) {
    why = "not well again";
    seen.text = screen_text(s);
  }
  return why;
}

static void play(const struct weather *w) {
  const long before = resident_kib();
  long well;
  if (!begin(w))
    screen_fail(s, "the simulator did not take the fault", w->spec);
  const char *why = weathered(w, &well);
  seen.w = NULL;
  const bool comes_back = memory_comes_back(before);
  if (!why && !comes_back)
    why = "memory stays";
  if (!why)
    why = news(w);
  printf("%s\t%s\t%s\t%ld ms\t%ld KiB\n", w->spec, column->name, why ? why : "held", well,
         resident_kib() - before);
  fflush(stdout);
  if (why && !seen.text)
    seen.text = screen_text(s);
  if (why)
    fprintf(stderr, "# %s on %s: %s\n%s\n", w->spec, column->name, why, seen.text);
  free(seen.text);
  seen.text = NULL;
  failed |= why != NULL;
  if (why && !is_well()) { /* the next one begins well */
    ask_again();
    well_in_time(w);
  }
  const char *ms = strstr(w->spec, "ms=");
  if (ms) /* the simulator keeps calls back that it has promised to keep back */
    screen_watch(s, atoi(ms + 3));
}

/* Connections are one simulator's at one address, whatever service they are for: what befalls them
 * befalls all. */
static bool wanted(const struct weather *w, const char *const *names) {
  if (((w->how & LOST) == LOST && column->pane != ALL) ||
      (!(w->how & BEHIND) && column->pane == NONE))
    return false;
  if (!*names)
    return true;
  for (; *names; names++)
    if (!strcmp(w->spec, *names))
      return true;
  return false;
}

static const char *const *names;

static void every_fault(void **state) {
  char bundle[64], trust[96], config[sizeof CONFIG];
  (void)state;
  snprintf(bundle, sizeof bundle, "/tmp/cawsole-test-%ld.pem", (long)getpid());
  snprintf(config, sizeof config, CONFIG, column->interval);
  snprintf(trust, sizeof trust, "AWS_CA_BUNDLE=%s", bundle);
  s = console_start(&(struct console_setup){.rows = 80,
                                            .cols = 200,
                                            .sim = {"--speed", "1", "--tls", "--ca-out", bundle},
                                            .env = {trust},
                                            .config = config});
  console_ready(s);
  screen_watch(s, 5000);
  if (!until(is_well, 20000))
    screen_fail(s, "the board is not well before any fault", column->name);
  for (size_t i = 0; i < WEATHERS; i++)
    if (wanted(&weathers[i], names))
      play(&weathers[i]);
  unlink(bundle);
  control_end();
  assert_false(failed);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(every_fault, console_end)};

  for (size_t i = 0; argc > 1 && i < COLUMNS; i++)
    if (!strcmp(columns[i].name, argv[1]))
      column = &columns[i];
  if (!column) {
    fprintf(stderr, "usage: weather COLUMN|all [FAULT...]; columns:");
    for (size_t i = 0; i < COLUMNS; i++)
      fprintf(stderr, " %s", columns[i].name);
    fprintf(stderr, "\n");
    return 64;
  }
  names = (const char *const *)(argv + 2);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
