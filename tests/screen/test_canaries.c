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
#define REVEALED_64 "b29rcy5leGFtcGxlLmNvbS9leGFtcGxlLWhv" /* of it, as a copy writes it */
#define CHILD "child-environment"
#define PROCESS_KEY "CNRYPROCESSKEY000002"
#define PROCESS_SECRET "cnry/Process+Secret/Key+0000000000000002"
#define ENV_SECRET "cnry/Environment+Secret/Key+000000000003"
#define ENV_TOKEN "cnry-environment-session-token-4"
#define CONTAINER_TOKEN "example-token" /* the word that the simulator's container wants */
#define IMDS_TOKEN "sim-imds-token"     /* and what its instance gives out */
#define WEB_TOKEN "cnry.web.identity.token.5"
#define LOGIN_SECRET "cnry/Login+Secret/Key+000000000000000006"
#define LOGIN_TOKEN "cnry-login-session-token-7"
#define LOGIN_REFRESH "sim-refresh-cnry-8"
#define DPOP "MHcCAQEEIEL3nPu3GlPbHCnc86sJUMif3B23sKhQtxYs24gz3a0VoAoGCCqGSM49"
#define LOGIN_SESSION "arn:aws:sts::012345678910:assumed-role/Admin/admin"
#define LOGIN_FILE "4b0ba8f99f075c0633e122fd73346ce203a3faf18ea0310eb2d29df1bab2e255.json"

enum { VALUE_MAX = 2048, FILE_MAX = 8 << 20, BLOCK_MAX = 256 << 20 };

static struct canary {
  const char *kind;
  char value[VALUE_MAX];
  bool digits; /* a number: within a longer one it is none of ours */
} canaries[] = {
    {"access key", KEY, false},
    {"secret access key", SECRET, false},
    {"MFA code", CODE, true},
    {"revealed parameter", REVEALED, false},
    {"secret of a role", "", false},
    {"token of a role", "", false},
    {"secret of a portal", "", false},
    {"token of a portal", "", false},
    {"SSO access token", "", false},
    {"SSO refresh token", "", false},
    {"SSO client secret", "", false},
    {"revealed parameter in base 64", REVEALED_64, false},
    {"key of a process", PROCESS_KEY, false},
    {"secret of a process", PROCESS_SECRET, false},
    {"secret key of the environment", ENV_SECRET, false},
    {"session token of the environment", ENV_TOKEN, false},
    {"token for a container", CONTAINER_TOKEN, false},
    {"token of an instance", IMDS_TOKEN, false},
    {"web identity token", WEB_TOKEN, false},
    {"secret of a login", LOGIN_SECRET, false},
    {"token of a login", LOGIN_TOKEN, false},
    {"refresh token of a login", LOGIN_REFRESH, false},
    {"DPoP key of a login", DPOP, false},
    {"secret of an instance", "", false},
    {"session of an instance", "", false},
    {"secret of a container", "", false},
    {"session of a container", "", false},
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
  C_REVEALED_64,
  C_PROCESS_KEY,
  C_PROCESS,
  C_ENV,
  C_ENV_TOKEN,
  C_CONTAINER_TOKEN,
  C_IMDS_TOKEN,
  C_WEB_TOKEN,
  C_LOGIN,
  C_LOGIN_TOKEN,
  C_LOGIN_REFRESH,
  C_DPOP,
  C_NODE,
  C_NODE_TOKEN,
  C_TASK,
  C_TASK_TOKEN,
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
static void search_file(const char *path, const char *place, unsigned allowed) {
  size_t n;
  char *text = read_file(path, &n);
  if (!n)
    fail_msg("%s is empty or cannot be read", path);
  report(place, ALL, all_in(text, n), 0, allowed);
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
static unsigned searched; /* files */
static unsigned shared;   /* what lies in ~/.aws, shared with the AWS CLI and with nobody else */

static int search_one(const char *path, const struct stat *st, int kind, struct FTW *walk) {
  bool aws = strstr(path, "/.aws/") != NULL;
  (void)walk;
  if (kind != FTW_F)
    return 0;
  if (st->st_mode & 077)
    fail_msg("%s can be read by others", path);
  if (st->st_size)
    search_file(path, path + strlen(root) + 1, aws ? shared : 0);
  searched++;
  return 0;
}

/* Every file below a folder. */
static void search_folder(const char *path, const char *place) {
  root = path;
  unsigned before = searched;
  nftw(root, search_one, 16, FTW_PHYS);
  printf("# %-36s %u searched\n", place, searched - before);
}

/* The session before has left values that this one may not meet again. */
static void forget_taken(void) {
  for (unsigned i = C_ROLE; i <= C_SSO_CLIENT; i++)
    canaries[i].value[0] = '\0';
  for (unsigned i = C_NODE; i <= C_TASK_TOKEN; i++)
    canaries[i].value[0] = '\0';
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
    struct canary *c = &canaries[strstr(role, "Portal") ? C_PORTAL
                                 : strstr(role, "node") ? C_NODE
                                 : strstr(role, "task") ? C_TASK
                                                        : C_ROLE];
    snprintf(c[0].value, VALUE_MAX, "%.40s", key.secret);
    snprintf(c[1].value, VALUE_MAX, "%.64s", key.token);
    return true;
  }
  return false;
}

/* ---- the session ----------------------------------------------------------------------------- */

enum { CREDENTIALS, CONFIG, LOG, CA, KEYS, WEB, FILES };
static char files[FILES][256]; /* "VARIABLE=path" */
static char temporary[64], logins[64];

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

static const char *make_folder(char *path, size_t size, const char *name) {
  static char text[2][96];
  static unsigned turn;
  char *out = text[turn++ % 2];
  snprintf(path, size, "/tmp/cawsole-canary-%ld.%s", (long)getpid(), name);
  if (mkdir(path, 0700) < 0)
    fail_msg("%s: %s", path, strerror(errno));
  snprintf(out, sizeof text[0], "%s=%s", name, path);
  return out;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk) {
  (void)st, (void)kind, (void)walk;
  return remove(path);
}

static void remove_folder(char *path) {
  if (*path)
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  *path = '\0';
}

static int end(void **state) {
  for (int i = 0; i < FILES; i++)
    if (files[i][0])
      unlink(path_of(i));
  int ended = console_end(state);
  remove_folder(temporary);
  remove_folder(logins);
  return ended;
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
          make_folder(temporary, sizeof temporary, "TMPDIR"), tls ? files[CA] : NULL, NULL}});
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
  screen_keys(s, "3/web<Enter>");
  screen_expect(s, "/web 1 of 3");
  screen_expect(s, "▸ web .*4/4");
  screen_keys(s, "s");
  screen_expect(s, "Desired count");
  screen_keys(s, "5<Enter>");
  screen_expect(s, "y yes");
  screen_keys(s, "y");
  screen_expect(s, "desired 5|5 wanted|of 5");
  screen_keys_ahead(s, "<Esc>");
  screen_expect(s, "ECS services");
  screen_keys(s, "5/slack<Enter><Esc>x");
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

/* What masks a value but its key: it is shown again before each. */
static void masks_otherwise(struct screen *s) {
  static const struct {
    const char *keys, *place;
    bool deep;
  } ways[] = {{"cx", "memory after copying it", false},
              {"1", "memory after leaving its pane", false},
              {"d<Esc>", "memory after another view", false},
              {"", "memory after half a minute", true}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (ways[i].deep && !getenv("CAWSOLE_DEEP")) {
      printf("# %-36s not waited for: CAWSOLE_DEEP=1 does\n", ways[i].place);
      continue;
    }
    screen_keys(s, "5/slack<Enter><Esc>x");
    screen_expect(s, "shown [0-9]+s");
    screen_expect(s, REVEALED);
    screen_keys_ahead(s, ways[i].keys);
    for (int k = 0; ways[i].deep && k < 40 && screen_row(s, "shown [0-9]+s") >= 0; k++)
      screen_watch(s, 1000);
    screen_expect_gone(s, "shown [0-9]+s");
    screen_idle(s);
    search_memory(s, ways[i].place, ONE(C_REVEALED) | ONE(C_REVEALED_64), 0);
  }
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
  masks_otherwise(s);
  raw = screen_raw(s, &n);
  report("written to the terminal, copy too", ALL, all_in(raw, n), shown | ONE(C_REVEALED_64), 0);
  search_arguments(s);
  no_core_file(s);
}

static void a_session(const char *option, bool tls) {
  char path[256];
  struct screen *s = start(option, tls);
  leaks = 0;
  forget_taken();
  use_everything(s);
  take_all(s);
  printf("# %-36s what of %d secrets was found (%s, %s)\n", "where", CANARIES, option,
         tls ? "https" : "http");
  while_it_runs(s);
  screen_keys(s, ":q!<Enter>");
  screen_exit(s);
  search_file(path_of(LOG), option, 0);
  snprintf(path, sizeof path, "%s/" CHILD, screen_home(s));
  search_file(path, "environment of a credential_process", 0);
  unlink(path);
  snprintf(path, sizeof path, "%s/.local/state/cawsole/audit.jsonl", screen_home(s));
  search_file(path, "journal", 0);
  unlink(path);
  shared = ONE(C_SSO) | ONE(C_SSO_REFRESH) | ONE(C_SSO_CLIENT) | ONE(C_ROLE) | ONE(C_ROLE_TOKEN) |
           ONE(C_PORTAL) | ONE(C_PORTAL_TOKEN);
  search_folder(screen_home(s), "files in HOME");
  search_folder(temporary, "files in TMPDIR");
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

/* ---- keys of machines ------------------------------------------------------------------------ */

/* An environment with keys and tokens in it, and a profile that wants none of them. */
static struct screen *start_machines(void) {
  static const char keys[] = "{\"Version\":1,\"AccessKeyId\":\"" PROCESS_KEY
                             "\",\"SecretAccessKey\":\"" PROCESS_SECRET "\"}";
  static char config[2048], metadata[128], container[160], path[160], text[2048];
  const char *url = console_simulator(
      (const char *const[]){"--speed", "1", "--credentials", PROCESS_KEY ":" PROCESS_SECRET, NULL});
  const char *login_dir = make_folder(logins, sizeof logins, "AWS_LOGIN_CACHE_DIRECTORY");
  write_file(KEYS, "KEYS", keys);
  write_file(WEB, "WEB", WEB_TOKEN);
  snprintf(config, sizeof config,
           "[profile process]\n"
           "credential_process = sh -c 'env > \"$HOME/" CHILD "\"; cat %s'\n"
           "[profile node]\ncredential_source = Ec2InstanceMetadata\n"
           "role_arn = arn:aws:iam::123456789012:role/Node\n"
           "[profile task]\ncredential_source = EcsContainer\n"
           "role_arn = arn:aws:iam::123456789012:role/Task\n"
           "[profile web]\nweb_identity_token_file = %s\n"
           "role_arn = arn:aws:iam::123456789012:role/Web\n"
           "[profile login]\nlogin_session = " LOGIN_SESSION "\n",
           path_of(KEYS), path_of(WEB));
  snprintf(text, sizeof text,
           "{\"accessToken\":{\"accessKeyId\":\"ASIACNRYLOGIN0000001\",\"secretAccessKey\":"
           "\"" LOGIN_SECRET "\",\"sessionToken\":\"" LOGIN_TOKEN
           "\",\"accountId\":\"123456789012\",\"expiresAt\":\"2020-01-01T00:00:00Z\"},"
           "\"tokenType\":\"aws_sigv4\",\"clientId\":\"arn:aws:signin:::devtools/same-device\","
           "\"refreshToken\":\"" LOGIN_REFRESH
           "\",\"dpopKey\":\"-----BEGIN EC PRIVATE KEY-----\\n" DPOP
           "\\nAwEHoUQDQgAEzK8Wx2osvKwVPMzD7X/Mzih740BV3DNiTqlxPUxj2lheE4A+N40S\\n"
           "2HRn7hl93Z/Yo9M1cOz+xCz928pVLvBnvg==\\n-----END EC PRIVATE KEY-----\\n\"}");
  snprintf(path, sizeof path, "%s/" LOGIN_FILE, logins);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0)
    fail_msg("%s cannot be written", path);
  snprintf(metadata, sizeof metadata, "AWS_EC2_METADATA_SERVICE_ENDPOINT=%s", url);
  snprintf(container, sizeof container,
           "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s/v2/credentials/guarded", url);
  name_file(LOG, "LOG");
  return console_start(&(struct console_setup){
      .plain = true,
      .args = {"--endpoint-url", url, "--region", "eu-west-1", "--profile", "process", "--trace",
               path_of(LOG)},
      .env = {write_file(CONFIG, "AWS_CONFIG_FILE", config), metadata, container, login_dir,
              "AWS_CONTAINER_AUTHORIZATION_TOKEN=" CONTAINER_TOKEN, "AWS_ACCESS_KEY_ID=" KEY,
              "AWS_SECRET_ACCESS_KEY=" ENV_SECRET, "AWS_SESSION_TOKEN=" ENV_TOKEN}});
}

static void switch_to(struct screen *s, const char *profile, const char *role) {
  char text[64];
  snprintf(text, sizeof text, ":profile %s<Enter>", profile);
  screen_keys(s, text);
  snprintf(text, sizeof text, "^ *%s .*%s", profile, role);
  screen_expect(s, text);
  screen_expect(s, "web .*4/4");
  screen_idle(s);
}

static void of_machines(void **state) {
  const unsigned used = ONE(C_IMDS_TOKEN) | ONE(C_WEB_TOKEN) | ONE(C_LOGIN) | ONE(C_LOGIN_TOKEN) |
                        ONE(C_LOGIN_REFRESH) | ONE(C_DPOP) | ONE(C_NODE) | ONE(C_NODE_TOKEN) |
                        ONE(C_TASK) | ONE(C_TASK_TOKEN);
  static const char *const roles[] = {"assumed-role/shop-prod-node/",
                                      "assumed-role/shop-prod-task/"};
  struct screen *s = start_machines();
  char path[256];
  size_t n;
  (void)state;
  leaks = 0;
  forget_taken();
  console_ready(s);
  screen_expect(s, "web .*4/4");
  switch_to(s, "node", "Node");
  switch_to(s, "task", "Task");
  switch_to(s, "web", "Web");
  switch_to(s, "login", "OpsRole");
  switch_to(s, "process", "");
  for (size_t i = 0; i < 2; i++)
    if (!look_through_memory(console_simulator_pid(), take_keys, roles[i]))
      screen_fail(s, "the simulator gave out no keys", roles[i]);
  printf("# %-36s what of %d secrets was found (keys of machines)\n", "where", CANARIES);
  search_memory(s, "memory, of keys in use and before", used | ONE(C_PROCESS), ONE(C_PROCESS));
  search_screen(s, "screen", 0);
  const char *raw = screen_raw(s, &n);
  report("written to the terminal", ALL, all_in(raw, n), 0, 0);
  search_arguments(s);
  screen_keys(s, "q");
  screen_exit(s);
  search_file(path_of(LOG), "--trace", 0);
  snprintf(path, sizeof path, "%s/" CHILD, screen_home(s));
  search_file(path, "environment of a credential_process", 0);
  unlink(path);
  shared = used;
  search_folder(screen_home(s), "files in HOME");
  snprintf(path, sizeof path, "%s/" LOGIN_FILE, logins);
  search_file(path, "cache of the login", ONE(C_DPOP) | ONE(C_LOGIN_REFRESH));
  fflush(stdout);
  assert_int_equal(leaks, 0);
}

/* ---- the process itself ---------------------------------------------------------------------- */

/* The files of a process that may not be dumped are root's, whoever runs it. */
static void its_memory_is_its_own(void **state) {
  const char *program = getenv("CAWSOLE_BUILDDIR");
  char path[512];
  struct stat st;
  (void)state;
#if defined(__SANITIZE_ADDRESS__)
  print_message("the leak check needs to look into the process\n");
  skip();
#endif
  snprintf(path, sizeof path, "%s/cawsole", program ? program : ".");
  const char *as_nobody[] = {
      "/usr/bin/setpriv", "--reuid=65534", "--clear-groups", path, "--demo", NULL};
  if (geteuid() == 0 && access(as_nobody[0], X_OK) != 0) {
    print_message(
        "root may look into every process, and setpriv is not here to be somebody else\n");
    skip();
  }
  struct screen *s = screen_start(&(struct screen_setup){
      .rows = 36, .cols = 120, .argv = geteuid() == 0 ? as_nobody : as_nobody + 3});
  console_ready(s);
  snprintf(path, sizeof path, "/proc/%d/mem", screen_pid(s));
  if (stat(path, &st) < 0) {
    print_message("no /proc here\n");
    skip();
  }
  printf("# %-36s %s\n", "memory, to others of the same user", st.st_uid ? "OPEN" : "closed");
  fflush(stdout);
  if (st.st_uid != 0)
    screen_fail(s, "another process of the user's may look into its memory", path);
}

/* The demo's simulator is a child that needs nobody's keys. */
static void a_demo(void **state) {
  struct screen *s = console_start(
      &(struct console_setup){.env = {"AWS_ACCESS_KEY_ID=" KEY, "AWS_SECRET_ACCESS_KEY=" SECRET,
                                      "AWS_SESSION_TOKEN=" ENV_TOKEN,
                                      "AWS_CONTAINER_AUTHORIZATION_TOKEN=" CONTAINER_TOKEN, NULL}});
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
  const struct CMUnitTest tests[] = {TEST(with_a_log), TEST(with_a_trace), TEST(of_machines),
                                     TEST(its_memory_is_its_own), TEST(a_demo)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
