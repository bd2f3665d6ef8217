/* Canaries: a session with a secret of every kind in it, and a search for each of them wherever it
 * might have been left. `make canaries` prints the report: what, where, found or not.
 *
 * A search that finds nothing proves little, so each secret is looked for first where it must be.
 */
#include "config.h"

#include "console.h"
#include "sim/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "CNRYACCESSKEY0000001"
#define SECRET "cnry/Secret+Access/Key+0000000000000001"
#define CODE "290157" /* the one code that the simulator takes */
#define REVEALED "hooks.example.com/example-hook"
#define CHILD "child-environment"

enum { VALUE_MAX = 2048, FILE_MAX = 8 << 20, BLOCK_MAX = 256 << 20 };

static struct canary {
  const char *kind;
  char value[VALUE_MAX];
  bool digits; /* a number: within a longer one it is none of ours */
} canaries[] = {
    {"access key", KEY, false},        {"secret access key", SECRET, false},
    {"MFA code", CODE, true},          {"revealed parameter", REVEALED, false},
    {"secret of a role", "", false},   {"token of a role", "", false},
    {"secret of a portal", "", false}, {"token of a portal", "", false},
    {"SSO access token", "", false},   {"SSO refresh token", "", false},
    {"SSO client secret", "", false},
};
enum {
  C_KEY,
  C_SECRET,
  C_CODE,
  C_REVEALED,
  C_ROLE,
  C_ROLE_TOKEN,
  C_PORTAL,
  C_PORTAL_TOKEN,
  C_SSO,
  C_SSO_REFRESH,
  C_SSO_CLIENT,
  CANARIES
};

static unsigned leaks;

/* ---- searching ------------------------------------------------------------------------------- */

static bool is_digit(const char *text, size_t n, size_t at) {
  return at < n && text[at] >= '0' && text[at] <= '9';
}

static bool found_in(const char *text, size_t n, const struct canary *c) {
  size_t len = strlen(c->value);
  const char *end = text + n;
  for (const char *p = text; len && (size_t)(end - p) >= len; p++) {
    p = memchr(p, c->value[0], (size_t)(end - p) - len + 1);
    if (!p)
      return false;
    size_t at = (size_t)(p - text);
    bool within = c->digits && ((at && is_digit(text, n, at - 1)) || is_digit(text, n, at + len));
    if (!memcmp(p, c->value, len) && !within)
      return true;
  }
  return false;
}

/* Sets of canaries: a bit each. */
#define ONE(which) (1u << (which))
#define ALL (ONE(CANARIES) - 1)

static unsigned all_in(const char *text, size_t n) {
  unsigned found = 0;
  for (unsigned i = 0; i < CANARIES; i++)
    found |= found_in(text, n, &canaries[i]) ? ONE(i) : 0;
  return found;
}

/* One line of the report. wanted: what must be there, or the search is none; allowed: what may. */
static void report(const char *place, unsigned looked_for, unsigned found, unsigned wanted,
                   unsigned allowed) {
  unsigned leaked = found & ~wanted & ~allowed, missing = wanted & ~found;
  printf("# %-36s", place);
  for (unsigned i = 0; i < CANARIES; i++)
    if (((found | missing) & ONE(i)) != 0)
      printf(" %s%s;", canaries[i].kind,
             leaked & ONE(i)    ? " LEAKED"
             : missing & ONE(i) ? " NOT FOUND where it must be"
                                : ", which belongs there");
  if (!found && !missing)
    printf(" none of %d", __builtin_popcount(looked_for));
  printf("\n");
  leaks += leaked != 0 || missing != 0;
}

static char *read_file(const char *path, size_t *n) {
  char *text = calloc(1, FILE_MAX + 1);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t got;
  assert_non_null(text);
  *n = 0;
  while (fd >= 0 && *n < FILE_MAX && (got = read(fd, text + *n, FILE_MAX - *n)) > 0)
    *n += (size_t)got;
  if (fd >= 0)
    close(fd);
  return text;
}

/* A file that is not there, or empty, proves nothing. */
static void search_file(const char *path, const char *place) {
  size_t n;
  char *text = read_file(path, &n);
  if (!n)
    fail_msg("%s is empty or cannot be read", path);
  report(place, ALL, all_in(text, n), 0, 0);
  free(text);
}

/* ---- the process ----------------------------------------------------------------------------- */

/* Gives each block of memory that a process may write to until one is what is wanted. -1: this
 * system does not let us look. */
static int look_through_memory(int pid, bool (*wanted)(const char *, size_t, const void *),
                               const void *arg) {
  char path[64], line[512];
  bool found = false, read_some = false;
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  int mem = open(path, O_RDONLY | O_CLOEXEC);
  while (maps && mem >= 0 && !found && fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char modes[8];
    if (sscanf(line, "%lx-%lx %7s", &from, &to, modes) != 3 || modes[1] != 'w')
      continue;
    char *block = to - from <= BLOCK_MAX ? malloc(to - from) : NULL; /* a shadow is larger */
    ssize_t got = block ? pread(mem, block, to - from, (off_t)from) : -1;
    read_some = read_some || got > 0;
    found = got > 0 && wanted(block, (size_t)got, arg);
    free(block);
  }
  if (maps)
    fclose(maps);
  if (mem >= 0)
    close(mem);
  return read_some ? found : -1;
}

static bool has_canary(const char *text, size_t n, const void *canary) {
  return found_in(text, n, canary);
}

static void search_memory(const struct screen *s, const char *place, unsigned looked_for,
                          unsigned wanted) {
  unsigned found = 0;
  for (unsigned i = 0; i < CANARIES; i++) {
    int seen =
        looked_for & ONE(i) ? look_through_memory(screen_pid(s), has_canary, &canaries[i]) : 0;
    if (seen < 0) {
      printf("# %-36s cannot be looked at here\n", place);
      return;
    }
    found |= seen ? ONE(i) : 0;
  }
#if defined(__SANITIZE_ADDRESS__)
  report(place, looked_for, found, wanted, ALL); /* freed memory is kept in quarantine there */
#else
  report(place, looked_for, found, wanted, 0);
#endif
}

static int parent_of(const char *pid) {
  char path[64], line[512];
  int parent = 0;
  snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
  FILE *f = fopen(path, "r");
  const char *after = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
  if (!after || sscanf(after, ") %*c %d", &parent) != 1)
    parent = 0;
  if (f)
    fclose(f);
  return parent;
}

/* The console's and those of its children. */
static void search_arguments(const struct screen *s) {
  DIR *proc = opendir("/proc");
  const struct dirent *e;
  unsigned found = 0, looked_at = 0;
  while (proc && (e = readdir(proc)) != NULL) {
    char path[64];
    size_t n;
    if (atoi(e->d_name) != screen_pid(s) && parent_of(e->d_name) != screen_pid(s))
      continue;
    snprintf(path, sizeof path, "/proc/%.20s/cmdline", e->d_name);
    char *text = read_file(path, &n);
    found |= all_in(text, n);
    looked_at += n > 0;
    free(text);
  }
  if (proc)
    closedir(proc);
  if (looked_at)
    report("argument lists", ALL, found, 0, 0);
  else
    printf("# %-36s cannot be looked at here\n", "argument lists");
}

static void no_core_file(const struct screen *s) {
  char path[64];
  size_t n;
  snprintf(path, sizeof path, "/proc/%d/limits", screen_pid(s));
  char *text = read_file(path, &n), *line = strstr(text, "Max core file size");
  if (line && strncmp(line + 26, "0 ", 2) != 0)
    screen_fail(s, "a core file would be written", line);
  printf("# %-36s %s\n", "core file", line ? "none is written" : "no /proc here");
  free(text);
}

/* ---- the files that are left ----------------------------------------------------------------- */

static const char *root;

static int search_one(const char *path, const struct stat *st, int kind, struct FTW *walk) {
  (void)st, (void)walk;
  if (kind != FTW_F || strstr(path, "/.aws/")) /* what is shared with the AWS CLI lies there */
    return 0;
  search_file(path, path + strlen(root) + 1);
  return 0;
}

/* The text of a member of the first file in a folder of ~/.aws. */
static void take(const struct screen *s, const char *folder, const char *member, char *value) {
  char path[512];
  snprintf(path, sizeof path, "%s/.aws/%s", screen_home(s), folder);
  DIR *d = opendir(path);
  const struct dirent *e;
  while (d && !value[0] && (e = readdir(d)) != NULL) {
    size_t n;
    snprintf(path, sizeof path, "%s/.aws/%s/%.200s", screen_home(s), folder, e->d_name);
    char *text = strstr(e->d_name, ".json") ? read_file(path, &n) : NULL;
    char *at = text ? strstr(text, member) : NULL;
    if (at && (at = strchr(at + strlen(member) + 1, '"')) != NULL) {
      snprintf(value, VALUE_MAX, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
    }
    free(text);
  }
  if (d)
    closedir(d);
  if (!value[0])
    screen_fail(s, "the session left no such secret to look for", member);
}

/* The keys of a role are in nobody's file: the simulator, which gave them out, has them. */
static bool take_keys(const char *text, size_t n, const void *role) {
  static const char prefix[] = "ASIAEXAMPLE";
  const char *end = text + n;
  for (const char *p = text; (size_t)(end - p) >= sizeof(struct sim_key); p++) {
    struct sim_key key;
    p = memchr(p, *prefix, (size_t)(end - p) - sizeof key + 1);
    if (!p)
      return false;
    memcpy(&key, p, sizeof key);
    if (strncmp(key.id, prefix, sizeof prefix - 1) != 0 ||
        strncmp(key.principal, role, strlen(role)) != 0)
      continue;
    struct canary *c = &canaries[strstr(role, "Portal") ? C_PORTAL : C_ROLE];
    snprintf(c[0].value, VALUE_MAX, "%.40s", key.secret);
    snprintf(c[1].value, VALUE_MAX, "%.64s", key.token);
    return true;
  }
  return false;
}

/* ---- the session ----------------------------------------------------------------------------- */

enum { CREDENTIALS, CONFIG, LOG, CA, FILES };
static char files[FILES][256]; /* "VARIABLE=path" */

static const char *path_of(int i) {
  return strchr(files[i], '=') + 1;
}

static const char *name_file(int i, const char *variable) {
  snprintf(files[i], sizeof files[i], "%s=/tmp/cawsole-canary-%ld.%d", variable, (long)getpid(), i);
  return files[i];
}

static const char *write_file(int i, const char *variable, const char *text) {
  FILE *f = fopen((name_file(i, variable), path_of(i)), "w");
  if (!f || fputs(text, f) < 0 || fclose(f) != 0)
    fail_msg("%s cannot be written", path_of(i));
  return files[i];
}

static int end(void **state) {
  for (int i = 0; i < FILES; i++)
    if (files[i][0])
      unlink(path_of(i));
  return console_end(state);
}

static struct screen *start(const char *option, bool tls) {
  name_file(LOG, "LOG");
  name_file(CA, "AWS_CA_BUNDLE");
  struct screen *s = console_start(&(struct console_setup){
      .sim = {"--speed", "1", "--credentials", KEY ":" SECRET, tls ? "--tls" : NULL, "--ca-out",
              path_of(CA), NULL},
      .args = {"--profile", "good", option, path_of(LOG), NULL},
      .env = {
          write_file(CREDENTIALS, "AWS_SHARED_CREDENTIALS_FILE",
                     "[good]\naws_access_key_id = " KEY "\naws_secret_access_key = " SECRET "\n"),
          write_file(CONFIG, "AWS_CONFIG_FILE",
                     "[profile good]\nregion = eu-west-1\n"
                     "[profile child]\nregion = eu-west-1\n"
                     "credential_process = sh -c 'env > \"$HOME/" CHILD "\"; echo no >&2; exit 1'\n"
                     "[profile coded]\nsource_profile = good\n"
                     "role_arn = arn:aws:iam::123456789012:role/Coded-mfa\n"
                     "mfa_serial = arn:aws:iam::123456789012:mfa/ann\n"
                     "[profile portal]\nsso_session = corp\nsso_account_id = 123456789012\n"
                     "sso_role_name = Portal\n"
                     "[sso-session corp]\nsso_region = eu-west-1\n"
                     "sso_start_url = https://corp.example.com/start\n"),
          tls ? files[CA] : NULL, NULL}});
  console_ready(s);
  screen_expect(s, "web .*4/4");
  return s;
}

static void use_everything(struct screen *s) {
  screen_keys(s, ":profile child<Enter>");
  screen_expect(s, "Not connected");
  screen_keys(s, ":profile coded<Enter>");
  screen_expect(s, "MFA code");
  screen_keys_ahead(s, CODE "<Enter>");
  screen_expect(s, "^ *coded .*Coded-mfa");
  screen_expect(s, "web .*4/4");
  screen_keys(s, ":profile portal<Enter>");
  screen_expect(s, "^ *portal .*Portal");
  screen_expect(s, "web .*4/4");
  screen_keys(s, "5/slack<Enter>x");
  screen_expect(s, "shown [0-9]+s");
  screen_expect(s, REVEALED);
  screen_idle(s);
}

static void search_screen(const struct screen *s, const char *place, unsigned wanted) {
  char *text = screen_text(s);
  report(place, ALL, all_in(text, strlen(text)), wanted, 0);
  free(text);
}

static void take_all(const struct screen *s) {
  static const char *const roles[] = {"assumed-role/Coded-mfa/", "assumed-role/Portal/"};
  for (size_t i = 0; i < 2; i++)
    if (!look_through_memory(console_simulator_pid(), take_keys, roles[i]))
      screen_fail(s, "the simulator gave out no keys", roles[i]);
  take(s, "sso/cache", "\"accessToken\"", canaries[C_SSO].value);
  take(s, "sso/cache", "\"refreshToken\"", canaries[C_SSO_REFRESH].value);
  take(s, "sso/cache", "\"clientSecret\"", canaries[C_SSO_CLIENT].value);
}

/* Shows a value, hides it, and looks on the screen and in memory both times. */
static void while_it_runs(struct screen *s) {
  const unsigned shown = ONE(C_REVEALED), in_use = ONE(C_PORTAL) | ONE(C_PORTAL_TOKEN);
  size_t n;
  search_screen(s, "screen while a value is revealed", shown);
  search_memory(s, "memory while it is, and keys in use", shown | in_use, shown | in_use);
  screen_keys(s, "x");
  screen_expect_gone(s, "shown [0-9]+s");
  screen_idle(s);
  search_screen(s, "screen after masking", 0);
  const unsigned kept = ONE(C_ROLE) | ONE(C_ROLE_TOKEN); /* they cost a code, and are still good */
  search_memory(s, "memory after that, of a code, a role", shown | ONE(C_CODE) | kept, kept);
  const char *raw = screen_raw(s, &n);
  report("written to the terminal so far", ALL, all_in(raw, n), shown, 0);
  search_arguments(s);
  no_core_file(s);
}

static void a_session(const char *option, bool tls) {
  char path[256];
  struct screen *s = start(option, tls);
  leaks = 0;
  use_everything(s);
  take_all(s);
  printf("# %-36s what of %d secrets was found (%s, %s)\n", "where", CANARIES, option,
         tls ? "https" : "http");
  while_it_runs(s);
  screen_keys(s, "q");
  screen_exit(s);
  search_file(path_of(LOG), option);
  snprintf(path, sizeof path, "%s/" CHILD, screen_home(s));
  search_file(path, "environment of a credential_process");
  unlink(path);
  root = screen_home(s);
  nftw(root, search_one, 16, FTW_PHYS);
  fflush(stdout);
  assert_int_equal(leaks, 0);
}

static void with_a_log(void **state) {
  (void)state;
  a_session("--log", true);
}

static void with_a_trace(void **state) {
  (void)state;
  a_session("--trace", false);
}

/* The demo's simulator is a child that needs nobody's keys. */
static void a_demo(void **state) {
  struct screen *s = console_start(&(struct console_setup){
      .env = {"AWS_ACCESS_KEY_ID=" KEY, "AWS_SECRET_ACCESS_KEY=" SECRET, NULL}});
  char path[64], line[256];
  size_t n;
  FILE *f;
  int child = 0;
  (void)state;
  console_ready(s);
  leaks = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", screen_pid(s), screen_pid(s));
  f = fopen(path, "r");
  if (!f || !fgets(line, sizeof line, f) || sscanf(line, "%d", &child) != 1) {
    if (f)
      fclose(f);
    print_message("this system does not list the children of a process\n");
    skip();
  }
  fclose(f);
  snprintf(path, sizeof path, "/proc/%d/environ", child);
  char *text = read_file(path, &n);
  assert_true(n > 0);
  report("environment of the demo's simulator", ALL, all_in(text, n), 0, 0);
  free(text);
  assert_int_equal(leaks, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, end)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(with_a_log), TEST(with_a_trace), TEST(a_demo)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
