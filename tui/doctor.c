#include "tui/doctor.h"

#include "aws/api.h"
#include "tui/once.h"
#include "widgets/cells.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SKEW_S 30 /* AWS takes five minutes; this much is worth a word */
#define SKEW_MOST_S 300

enum finding { FOUND_WELL, FOUND_NOTE, FOUND_FAULT };

/* How bad it is so far: the exit status. */
struct doctor {
  struct tui *tui;
  unsigned faults;
};

/* ---- lines --------------------------------------------------------------------------------------
 */

static void put(const char *text) {
  char clean[2048];
  wid_cells_fit(clean, sizeof clean, wid_str_from(text), INT_MAX, WID_CLIP_END);
  fputs(clean, stdout);
}

static void say(struct doctor *d, enum finding how, const char *what, const char *fmt, ...)
    AWS_PRINTF(4, 5);

static void say(struct doctor *d, enum finding how, const char *what, const char *fmt, ...) {
  static const char *const words[] = {"ok", "note", "FAULT"};
  char text[1024];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  printf("%-6s %-22s ", words[how], what);
  put(text);
  putchar('\n');
  d->faults += how == FOUND_FAULT;
}

static void advise(const char *text) {
  printf("%-30s", "");
  put(text);
  putchar('\n');
}

static const char *clock_text(aws_ms at, char out[32]) {
  time_t s = (time_t)(at / 1000);
  struct tm tm;
  if (!localtime_r(&s, &tm) || !strftime(out, 32, "%Y-%m-%d %H:%M:%S %z", &tm))
    out[0] = '\0';
  return out;
}

/* ---- the set-up ------------------------------------------------------------------------------ */

static void say_file(struct doctor *d, const char *what, const char *path) {
  if (!path)
    say(d, FOUND_NOTE, what, "none: there is no home directory to look in");
  else if (access(path, R_OK) == 0)
    say(d, FOUND_WELL, what, "%s", path);
  else
    say(d, FOUND_NOTE, what, "%s is not there", path);
}

static void set_up(struct doctor *d) {
  const struct tui *t = d->tui;
  const struct aws_str *profiles;
  size_t n = aws_settings_profiles(t->aws, &profiles);
  say_file(d, "AWS configuration", aws_settings_config_path(t->aws));
  say_file(d, "AWS credentials file", aws_settings_credentials_path(t->aws));
  if (n)
    say(d, FOUND_WELL, "profile", "%s, of %zu", aws_settings_profile(t->aws), n);
  else
    say(d, FOUND_WELL, "profile", "%s: none is configured", aws_settings_profile(t->aws));
  say(d, FOUND_WELL, "stack", "%s%s%s", stack_name(t->stack),
      stack_cfg(t->stack)->account ? ", pinned to account " : "",
      stack_cfg(t->stack)->account ? stack_cfg(t->stack)->account : "");
  if (*stack_region(t->stack))
    say(d, FOUND_WELL, "region", "%s", stack_region(t->stack));
  struct aws_error err;
  if (stack_journal_ok(t->stack, &err))
    say(d, FOUND_WELL, "journal", "can be written");
  else
    say(d, FOUND_NOTE, "journal", "actions are refused, as %s", err.text);
  const char *ca = aws_settings_ca_file(t->aws);
  if (ca)
    say(d, FOUND_NOTE, "certificates", "%s in place of the system's", ca);
}

/* ---- the way there ----------------------------------------------------------------------------
 */

struct names {
  bool done;
  size_t n;
  char first[64];
  struct aws_error err;
};

static void on_names(void *arg, const struct aws_str *addrs, size_t n,
                     const struct aws_error *err) {
  struct names *names = arg;
  names->done = true;
  names->n = n;
  if (n)
    snprintf(names->first, sizeof names->first, "%.*s", AWS_STR_ARG(addrs[0]));
  if (err)
    names->err = *err;
}

/* The name alone, before anything is sent to it: most set-ups that do not work end here. */
static void say_name(struct doctor *d, const struct aws_client_host *host) {
  struct aws_io *io = d->tui->io;
  struct names names = {0};
  struct aws_str rest = aws_str_from(host->host), name = aws_str_split(&rest, ':');
  if (host->host[0] == '[' || !aws_io_resolve(io, name, on_names, &names))
    return; /* an address is no name */
  while (!names.done)
    if (!aws_io_turn(io, 0) && !names.done)
      aws_io_wait(io, NULL, 0, -1);
  if (names.n)
    say(d, FOUND_WELL, "name", "%.*s is %s%s", AWS_STR_ARG(name), names.first,
        names.n > 1 ? " and others" : "");
  else
    say(d, FOUND_FAULT, "name", "%s; a proxy may still find it", names.err.text);
}

static void way_there(struct doctor *d) {
  struct aws_client_host host;
  struct aws_error err = {0};
  if (!aws_client_endpoint(stack_client(d->tui->stack), aws_service_find("sts"), &host, &err)) {
    say(d, FOUND_FAULT, "endpoint", "%s", err.text);
    return;
  }
  say(d, FOUND_WELL, "endpoint", "%s://%s", host.scheme, host.host);
  say_name(d, &host);
}

/* ---- who, and how far away ---------------------------------------------------------------------
 */

/* AWS's clock against ours: what is signed with a wrong time is refused. */
static void say_clock(struct doctor *d) {
  int64_t skew = stack_clock_skew(d->tui->stack);
  int64_t off = skew < 0 ? -skew : skew;
  if (off <= SKEW_S)
    say(d, FOUND_WELL, "clock", "within %d s of AWS's", SKEW_S);
  else
    say(d, off > SKEW_MOST_S ? FOUND_FAULT : FOUND_NOTE, "clock", "%lld s %s AWS's: set it by NTP",
        (long long)off, skew > 0 ? "behind" : "ahead of");
}

static void say_keys(struct doctor *d) {
  const struct stack_keys *k = stack_keys(d->tui->stack);
  struct aws_str id = aws_str_from(k->key_id);
  char until[32];
  if (!id.n)
    return;
  size_t shown = id.n > 4 ? 4 : id.n;
  say(d, FOUND_WELL, "credentials", "from %s, key ...%.*s%s%s", k->provider, (int)shown,
      id.p + id.n - shown, k->expires ? ", until " : "",
      k->expires ? clock_text(k->expires, until) : "");
}

static void say_caller(struct doctor *d) {
  const struct stack *s = d->tui->stack;
  if (stack_account(s).n)
    say(d, FOUND_WELL, "account", "%.*s as %.*s", AWS_STR_ARG(stack_account(s)),
        AWS_STR_ARG(stack_caller_arn(s)));
  else
    say(d, FOUND_FAULT, "account", "sts GetCallerIdentity did not say");
}

/* ---- what the board needs -------------------------------------------------------------------- */

/* All the steps that bring one kind: one verdict. */
struct verdict {
  const struct aws_error *error; /* the first step's that failed */
  const char *region;            /* of that step, NULL: the stack's */
  size_t asked;
  char by[160]; /* "ecs ListTasks, DescribeTasks" */
};

static void add_by(struct verdict *v, const struct aws_op *op) {
  size_t n = strlen(v->by);
  if (op && !strstr(v->by, op->name))
    snprintf(v->by + n, sizeof v->by - n, "%s %s", n ? "," : op->service->id, op->name);
}

static struct verdict verdict_of(const struct stack_need *list, size_t n, enum stack_kind k) {
  struct verdict v = {0};
  for (size_t i = 0; i < n; i++) {
    if (list[i].kind != k)
      continue;
    if (list[i].error && !v.error) {
      v.error = list[i].error;
      v.region = list[i].region;
    }
    v.asked += list[i].parts;
    add_by(&v, list[i].list);
    add_by(&v, list[i].op);
  }
  return v;
}

static void say_denied(struct doctor *d, const char *what, const struct aws_error *err,
                       const char *region) {
  say(d, FOUND_FAULT, what, "%s%s%s", err->text, region ? ", in " : "", region ? region : "");
  if (err->code == AWS_E_DENIED)
    advise("allow it in the role's policy: the README has the whole policy");
}

/* Asked for nothing: what it would be asked for is not here, or could not be read, which another
 * line says. */
static void say_verdict(struct doctor *d, enum stack_kind k, const struct verdict *v) {
  char what[32];
  snprintf(what, sizeof what, "%s", k == STACK_KINDS ? "metrics" : stack_kind_plural(k));
  for (char *p = what; *p; p++)
    if (*p == '_')
      *p = ' ';
  if (v->error)
    say_denied(d, what, v->error, v->region);
  else if (v->asked)
    say(d, FOUND_WELL, what, "%zu, by %s",
        k == STACK_KINDS ? v->asked : stack_collection(d->tui->stack, k)->n, v->by);
}

/* Values are read for rows on screen: here, for the first that is no secret. */
static void try_value(struct doctor *d) {
  struct stack *s = d->tui->stack;
  const struct stack_collection *c = stack_collection(s, STACK_PARAMETER);
  struct aws_str text;
  size_t i = 0;
  while (i < c->n && stack_value(s, c->rows[i]->name, &text, NULL) == STACK_VALUE_MASKED)
    i++;
  if (i == c->n)
    return;
  char copy[2048]; /* the row is not to be relied on when time passes */
  snprintf(copy, sizeof copy, "%.*s", AWS_STR_ARG(c->rows[i]->name));
  struct aws_str name = aws_str_from(copy);
  stack_show_rows(s, STACK_PARAMETER, &c->rows[i]->id, 1);
  while (stack_value(s, name, &text, NULL) == STACK_VALUE_ASKED)
    if (!aws_io_turn(d->tui->io, 0))
      aws_io_wait(d->tui->io, NULL, 0, 100);
  if (stack_value(s, name, &text, NULL) == STACK_VALUE_PLAIN)
    say(d, FOUND_WELL, "parameter values", "by ssm GetParameters");
  else
    say(d, FOUND_FAULT, "parameter values", "%.*s", AWS_STR_ARG(text));
}

static void needs(struct doctor *d) {
  struct stack_need list[STACK_NEEDS_MAX];
  size_t n = stack_needs(d->tui->stack, list, STACK_NEEDS_MAX);
  for (int k = 0; k <= STACK_KINDS; k++) {
    struct verdict v = verdict_of(list, n, (enum stack_kind)k);
    say_verdict(d, (enum stack_kind)k, &v);
    if (k == STACK_PARAMETER)
      try_value(d);
  }
}

/* ---- the two ------------------------------------------------------------------------------------
 */

static int end(const struct doctor *d, bool empty) {
  int status = empty ? TUI_EXIT_UNKNOWN : d->faults ? TUI_EXIT_DEGRADED : TUI_EXIT_OK;
  return tui_printed(status);
}

int tui_doctor(struct tui *t) {
  struct doctor d = {t, 0};
  set_up(&d);
  if (stack_state(t->stack) != STACK_REFUSED)
    way_there(&d);
  fflush(stdout);
  tui_once_read(t);
  say_keys(&d);
  if (stack_state(t->stack) == STACK_REFUSED) {
    say(&d, FOUND_FAULT, "connection", "%s", stack_refusal(t->stack)->text);
    return end(&d, true);
  }
  say_caller(&d);
  say_clock(&d);
  needs(&d);
  return end(&d, false);
}

int tui_whoami(struct tui *t) {
  struct doctor d = {t, 0};
  tui_once_read(t);
  if (stack_state(t->stack) == STACK_REFUSED)
    return tui_once_refused(t);
  say_caller(&d);
  say_keys(&d);
  say(&d, FOUND_WELL, "region", "%s", stack_region(t->stack));
  say(&d, FOUND_WELL, "profile", "%s", aws_settings_profile(t->aws));
  return end(&d, false);
}
