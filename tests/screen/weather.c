/* Bad weather: each fault of the simulator played on the calls of one pane, and what must hold.
 *
 *   weather PANE|all [FAULT...]
 *
 * plays them on that pane's calls, or on everybody's, and prints a line a fault,
 * "FAULT<tab>PANE<tab>held", or in place of "held" what did not. The faults are run one after the
 * other on one console, so that what one leaves behind would spoil the next.
 */
#include "config.h"

#include "console.h"
#include "control.h"

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
  KEY_MS = 500,      /* the longest that a key may wait for its picture */
  SEEN_MS = 8000,    /* the longest until a pane says what is wrong with a call */
  ASK_MS = 5000,     /* between Ctrl-R and Ctrl-R */
  WELL_MS = 2000,    /* until it is well again, after a round */
  SLOW_MS = 120000,  /* at an eighth of the pace, to which throttles slow down */
  MEMORY_KIB = 8192, /* the most that a fault may leave behind */
  MEMORY_MS = 30000  /* so long after it */
};

struct pane {
  const char *name, *service, *title, *rows; /* rows: what stands in it while all is well */
  int interval;                              /* at which AWS's limits leave room for trying again */
  long round_ms;                             /* in which all of it is read once then */
  bool seldom;                               /* nobody waits for that: it is asked for */
};
static const struct pane panes[] = {
    {"cloudfront", "cloudfront", "1 CloudFront", "E1A2B3C4D5E6F7", 1, 13000, false},
    {"targets", "elbv2", "2 Targets", "shop-prod-web .*4/4", 2, 26000, false},
    {"services", "ecs", "3 ECS services", "worker .*2/2", 1, 13000, false},
    {"databases", "rds", "4 Databases", "aurora +● available +2 nodes", 2, 26000, false},
    {"parameters", "ssm", "5 Parameters", "allowed-origins", 1, 63000, true},
};
static const struct pane everyone = {"all", NULL, NULL, NULL, 1, 63000, false};
#define PANES (sizeof panes / sizeof panes[0])

enum {
  BEARS = 0,        /* it may go on as if nothing were */
  FAILS = 1,        /* the pane must say so: old rows, a sentence, the next try */
  LOST = FAILS | 2, /* the same; it befalls connections, and those are everybody's */
  SHARED = 4,       /* it befalls the keys, which are everybody's, too */
  SLOW = 8          /* polls slow down by it */
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
    {"latency,ms=3000", BEARS},
    {"latency,ms=20000", BEARS},
    {"reset-before", FAILS},
    {"reply-lost", FAILS},
    {"reset-within", FAILS},
    {"reset-after", BEARS},
    {"drip,rate=200", BEARS},
    {"truncated", FAILS},
    {"over-long", FAILS},
    {"endless,bytes=40000000", FAILS},
    {"content-type", BEARS},
    {"html", FAILS},
    {"html,status=200", FAILS},
    {"garbage", FAILS},
    {"deep", FAILS},
    {"gzip-bomb,megabytes=512", FAILS},
    {"invalid-utf8", BEARS},
    {"control-text", BEARS},
    {"hostile-text", BEARS},
    {"huge-text", BEARS},
    {"nulls", BEARS},
    {"missing", BEARS},
    {"wrong-types", BEARS},
    {"out-of-range", BEARS},
    {"duplicates", BEARS},
    {"empty-pages", BEARS},
    {"token-loop", BEARS},
    {"page-denied", BEARS},
    {"redirect", FAILS},
    {"server-error", FAILS},
    {"access-denied", FAILS},
    {"expired-token", FAILS | SHARED},
    {"clock", BEARS},
    /* last: what was throttled goes slowly for minutes */
    {"throttled", FAILS | SLOW},
    {"throttled,status=429", FAILS | SLOW},
    {"throttled,status=503", FAILS | SLOW},
    {"retry-after,seconds=2", FAILS | SLOW},
};
#define WEATHERS (sizeof weathers / sizeof weathers[0])

static const struct pane *pane;
static struct screen *s;
static bool failed;

static long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- what the screen says -------------------------------------------------------------------- */

/* The right end of a pane's frame: its age, or what is wrong. */
static void status_of(const struct pane *p, char *out, size_t size) {
  char *text = screen_text(s), *from = strstr(text, p->title);
  char *to = from ? strstr(from, "\xe2\x94\x90") : NULL;
  snprintf(out, size, "%.*s", to ? (int)(to - from) : 0, from ? from : "");
  free(text);
}

static bool says(const struct pane *p, const char *const *words) {
  char status[512];
  status_of(p, status, sizeof status);
  for (; *words; words++)
    if (strstr(status, *words))
      return true;
  return status[0] == '\0';
}

static const char *const trouble[] = {" old",      "next try", "trying again",
                                      "not asked", "not read", NULL};
static const char *const again[] = {"next try", "trying again", "not asked", NULL};

static bool in_trouble(const struct pane *p) {
  return says(p, trouble);
}

static bool fits(const char *regex) {
  return screen_row(s, regex) >= 0;
}

static bool until(bool (*holds)(void), long ms) {
  for (long end = now_ms() + ms; !holds(); screen_watch(s, 50))
    if (now_ms() >= end)
      return false;
  return true;
}

static bool suffers(size_t i) {
  return pane == &everyone || pane == &panes[i];
}

static bool has_failed(void) {
  for (size_t i = 0; i < PANES; i++)
    if (suffers(i) && !says(&panes[i], again))
      return false;
  return true;
}

static bool rows_stay(void) {
  for (size_t i = 0; i < PANES; i++)
    if (suffers(i) && !fits(panes[i].rows))
      return false;
  return true;
}

static bool is_well(void) {
  for (size_t i = 0; i < PANES; i++)
    if (in_trouble(&panes[i]) || !fits(panes[i].rows))
      return false;
  return true;
}

static bool others_fresh(void) {
  for (size_t i = 0; i < PANES; i++)
    if (!suffers(i) && (in_trouble(&panes[i]) || !fits(panes[i].rows)))
      return false;
  return true;
}

static bool help_shown(void) {
  return fits("Help: keys that");
}

static bool help_gone(void) {
  return !help_shown();
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

/* As the operator does. */
static void ask_again(bool all) {
  for (size_t i = 0; i < PANES; i++)
    if (suffers(i) && (all || panes[i].seldom)) {
      screen_keys_ahead(s, (const char[]){panes[i].title[0], '\0'});
      screen_keys_ahead(s, "<C-r>");
    }
}

/* Waits until a call has met the fault: one that was under way before it did not. What is
 * refused is not counted. */
static bool meets(const struct weather *w) {
  unsigned met = 0, calls;
  const long began = now_ms();
  for (long ask = began; !met && now_ms() < began + 2 * pane->round_ms; screen_watch(s, 250)) {
    if (now_ms() >= ask) {
      ask_again(false);
      ask = now_ms() + ASK_MS;
    }
    control_faults_count(&met, &calls);
    if (w->how == LOST && has_failed())
      break;
  }
  return met != 0 || w->how == LOST;
}

/* While it lasts; NULL: all holds. */
static const char *during(const struct weather *w) {
  const char *why;
  char *foreign;
  const bool must = w->how & FAILS;
  const long seen_ms = pane->round_ms + (w->how & SLOW ? SLOW_MS : SEEN_MS);
  const bool seen = until(has_failed, must ? seen_ms : 2500);

  if (!seen && must)
    return "the pane does not say so";
  if (seen && must && !rows_stay())
    return "the last good rows are gone";
  if (!(w->how & SHARED) && !others_fresh())
    return "another pane suffers";
  if ((why = key_in_time()))
    return why;
  foreign = screen_foreign(s);
  if (foreign)
    fprintf(stderr, "# %s\n", foreign);
  free(foreign);
  return foreign ? "a foreign sequence was written" : NULL;
}

/* The longest time until the next try that a pane tells of, in milliseconds; minutes: one tells of
 * minutes, or of none at all. */
static long promised(bool *minutes) {
  long most = 0;
  *minutes = false;
  for (size_t i = 0; i < PANES; i++) {
    char status[512], unit = 's';
    int n = 0;
    status_of(&panes[i], status, sizeof status);
    *minutes |= strstr(status, "not asked again") != NULL;
    const char *at = strstr(status, "next try in ");
    /* NOLINTNEXTLINE(cert-err34-c): the program's own number */
    if (!at || sscanf(at, "next try in %d%c", &n, &unit) != 2)
      continue;
    *minutes |= unit == 'm';
    if (unit == 's' && n * 1000L > most)
      most = n * 1000L;
  }
  return most;
}

/* Nobody waits for minutes: the operator asks. */
static bool well_in_time(const struct weather *w) {
  bool minutes;
  long ask = now_ms();
  long end = ask + promised(&minutes) + pane->round_ms + (w->how & SLOW ? SLOW_MS : WELL_MS);
  for (; !is_well(); screen_watch(s, 50)) {
    if (now_ms() >= end)
      return false;
    if (now_ms() < ask)
      continue;
    promised(&minutes);
    if (minutes)
      ask_again(true);
    ask = now_ms() + ASK_MS;
  }
  return true;
}

static void play(const struct weather *w) {
  long before = resident_kib(), began;
  unsigned met, calls;
  char spec[128];

  snprintf(spec, sizeof spec, "%s%s%s", w->spec, pane->service ? ",on=" : "",
           pane->service ? pane->service : "");
  if (!control_fault(spec))
    screen_fail(s, "the simulator did not take the fault", spec);
  const char *why = meets(w) ? during(w) : "no call met it";
  char *text = why ? screen_text(s) : NULL;
  if (!control_faults_end(&met, &calls) && !why)
    why = "the simulator does not end it";
  began = now_ms();
  if (!well_in_time(w) && !why) {
    why = "not well again";
    text = screen_text(s);
  }
  long well = now_ms() - began;
  for (long end = now_ms() + MEMORY_MS; resident_kib() > before + MEMORY_KIB && now_ms() < end;)
    screen_watch(s, 250);
  if (!why && resident_kib() > before + MEMORY_KIB)
    why = "memory stays";
  printf("%s\t%s\t%s\t%ld ms\t%ld KiB\n", w->spec, pane->name, why ? why : "held", well,
         resident_kib() - before);
  fflush(stdout);
  if (text)
    fprintf(stderr, "# %s on %s: %s\n%s\n", w->spec, pane->name, why, text);
  free(text);
  failed |= why != NULL;
  if (why)
    well_in_time(w);
  const char *ms = strstr(w->spec, "ms=");
  if (ms) /* the simulator keeps calls back that it has promised to keep back */
    screen_watch(s, atoi(ms + 3));
}

static bool wanted(const struct weather *w, const char *const *names) {
  if (w->how == LOST && pane != &everyone)
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
  snprintf(config, sizeof config, CONFIG, pane->interval);
  snprintf(trust, sizeof trust, "AWS_CA_BUNDLE=%s", bundle);
  s = console_start(&(struct console_setup){.rows = 60,
                                            .cols = 200,
                                            .sim = {"--speed", "1", "--tls", "--ca-out", bundle},
                                            .env = {trust},
                                            .config = config});
  console_ready(s);
  if (!until(is_well, 20000))
    screen_fail(s, "the board is not well before any fault", pane->name);
  screen_watch(s, 5000);
  for (size_t i = 0; i < WEATHERS; i++)
    if (wanted(&weathers[i], names))
      play(&weathers[i]);
  unlink(bundle);
  control_end();
  assert_false(failed);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(every_fault, console_end)};

  for (size_t i = 0; argc > 1 && i < PANES; i++)
    if (!strcmp(panes[i].name, argv[1]))
      pane = &panes[i];
  if (argc > 1 && !strcmp(everyone.name, argv[1]))
    pane = &everyone;
  if (!pane) {
    fprintf(stderr,
            "usage: weather all|cloudfront|targets|services|databases|parameters [FAULT...]\n");
    return 64;
  }
  names = (const char *const *)(argv + 2);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
