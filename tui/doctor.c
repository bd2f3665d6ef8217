#include "tui/doctor.h"

#include "aws/api.h"
#include "tui/doctor_lines.h"
#include "tui/once.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SKEW_S 30 /* AWS takes five minutes; this much is worth a word */
#define SKEW_MOST_S 300

static const char *clock_text(aws_ms at, char out[32]) {
  time_t s = (time_t)(at / 1000);
  struct tm tm;
  if (!localtime_r(&s, &tm) || !strftime(out, 32, "%Y-%m-%d %H:%M:%S %z", &tm))
    out[0] = '\0';
  return out;
}

/* ---- the set-up ------------------------------------------------------------------------------ */

static void say_bundle(struct doctor *d) {
  const struct aws_settings *aws = d->tui->aws;
  const char *by = aws_settings_ca_by(aws);
  if (!by)
    return;
  bool of_profile = strcmp(by, "ca_bundle") == 0;
  doctor_say(d, FOUND_NOTE, "certificates", "%s (%s%s%s) in place of the system's",
             aws_settings_ca_file(aws), by, of_profile ? " of profile " : "",
             of_profile ? aws_settings_profile(aws) : "");
}

static void set_up(struct doctor *d) {
  const struct tui *t = d->tui;
  const struct aws_str *profiles;
  size_t n = aws_settings_profiles(t->aws, &profiles);
  doctor_files(d, t->aws);
  if (n)
    doctor_say(d, FOUND_WELL, "profile", "%s, of %zu", aws_settings_profile(t->aws), n);
  else
    doctor_say(d, FOUND_WELL, "profile", "%s: none is configured", aws_settings_profile(t->aws));
  doctor_say(d, FOUND_WELL, "stack", "%s%s%s", stack_name(t->stack),
             stack_cfg(t->stack)->account ? ", pinned to account " : "",
             stack_cfg(t->stack)->account ? stack_cfg(t->stack)->account : "");
  if (*stack_region(t->stack))
    doctor_say(d, FOUND_WELL, "region", "%s", stack_region(t->stack));
  struct aws_error err;
  if (stack_journal_ok(t->stack, &err))
    doctor_say(d, FOUND_WELL, "journal", "can be written");
  else
    doctor_say(d, FOUND_NOTE, "journal", "actions are refused, as %s", err.text);
  say_bundle(d);
}

/* Every service that the board will ask. */
static void way_there(struct doctor *d) {
  struct stack_need list[STACK_NEEDS_MAX];
  const struct aws_service *services[STACK_NEEDS_MAX];
  size_t n = stack_needs(d->tui->stack, list, STACK_NEEDS_MAX);
  for (size_t i = 0; i < n; i++)
    services[i] = list[i].op->service;
  doctor_way(d, d->tui->io, stack_client(d->tui->stack), services, n);
}

/* ---- who, and how far away ---------------------------------------------------------------------
 */

/* AWS's clock against ours: what is signed with a wrong time is refused. */
static void say_clock(struct doctor *d) {
  int64_t skew = stack_clock_skew(d->tui->stack);
  int64_t off = skew < 0 ? -skew : skew;
  if (off <= SKEW_S) {
    doctor_say(d, FOUND_WELL, "clock", "within %d s of AWS's", SKEW_S);
    return;
  }
  doctor_say(d, off > SKEW_MOST_S ? FOUND_FAULT : FOUND_NOTE, "clock", "%lld s %s AWS's",
             (long long)off, skew > 0 ? "behind" : "ahead of");
  doctor_advise("set it by NTP: timedatectl set-ntp true");
}

bool doctor_keys(const struct doctor *d, char *out, size_t size) {
  const struct stack_keys *k = stack_keys(d->tui->stack);
  struct aws_str id = aws_str_from(k->key_id);
  char until[32];
  size_t shown = id.n > 4 ? 4 : id.n;
  snprintf(out, size, "from %s, key ...%.*s%s%s", k->provider, (int)shown, id.p + id.n - shown,
           k->expires ? ", until " : "", k->expires ? clock_text(k->expires, until) : "");
  return id.n > 0;
}

static void say_keys(struct doctor *d) {
  char keys[400];
  if (doctor_keys(d, keys, sizeof keys))
    doctor_say(d, FOUND_WELL, "credentials", "%s", keys);
}

static void say_caller(struct doctor *d) {
  const struct stack *s = d->tui->stack;
  if (stack_account(s).n)
    doctor_say(d, FOUND_WELL, "account", "%.*s as %.*s", AWS_STR_ARG(stack_account(s)),
               AWS_STR_ARG(stack_caller_arn(s)));
  else {
    doctor_say(d, FOUND_FAULT, "account", "sts GetCallerIdentity did not say");
    doctor_advise("look again in a minute: without it nothing can be changed");
  }
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
  doctor_say(d, FOUND_FAULT, what, "%s%s%s", err->text, region ? ", in " : "",
             region ? region : "");
  doctor_advise_of(err);
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
    doctor_say(d, FOUND_WELL, what, "%zu, by %s",
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
    doctor_say(d, FOUND_WELL, "parameter values", "by ssm GetParameters");
  else {
    doctor_say(d, FOUND_FAULT, "parameter values", "%.*s", AWS_STR_ARG(text));
    doctor_advise("if it is not permitted, allow ssm:GetParameters in the role's policy");
  }
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

static void wait_for_region(struct tui *t) {
  while (stack_state(t->stack) != STACK_REFUSED && !*stack_region(t->stack))
    if (!aws_io_turn(t->io, 0))
      aws_io_wait(t->io, NULL, 0, 100);
}

int tui_doctor(struct tui *t, const struct aws_error *config, const struct aws_error *session) {
  struct doctor d = {.tui = t};
  if (config->code != AWS_OK) {
    doctor_say(&d, FOUND_FAULT, "configuration", "%s", config->text);
    doctor_advise("mend it, or name another file with --config; what follows does without it");
  }
  if (session->code != AWS_OK) {
    doctor_unopened(&d, session);
    return end(&d, true);
  }
  wait_for_region(t);
  set_up(&d);
  if (stack_state(t->stack) != STACK_REFUSED)
    way_there(&d);
  fflush(stdout);
  tui_once_read(t);
  if (stack_state(t->stack) == STACK_REFUSED) {
    doctor_refused(&d);
    return end(&d, true);
  }
  say_keys(&d);
  say_caller(&d);
  say_clock(&d);
  needs(&d);
  return end(&d, config->code != AWS_OK);
}

/* By which proxy STS was asked. */
static void say_by(struct doctor *d) {
  struct aws_client_host host;
  struct aws_error err = {0};
  struct aws_proxy proxy;
  char url[420];
  if (!aws_client_endpoint(stack_client(d->tui->stack), aws_service_find("sts"), &host, &err))
    return;
  snprintf(url, sizeof url, "%s://%s/", host.scheme, host.host);
  if (aws_io_proxy(url, &proxy))
    doctor_say(d, FOUND_WELL, "proxy", "%s (%s)", proxy.url, proxy.by);
}

int tui_whoami(struct tui *t) {
  struct doctor d = {.tui = t};
  tui_once_read(t);
  if (stack_state(t->stack) == STACK_REFUSED)
    return tui_once_refused(t);
  say_caller(&d);
  say_keys(&d);
  doctor_say(&d, FOUND_WELL, "region", "%s", stack_region(t->stack));
  doctor_say(&d, FOUND_WELL, "profile", "%s", aws_settings_profile(t->aws));
  say_by(&d);
  return end(&d, false);
}
