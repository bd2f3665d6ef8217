/* Which stack is watched: options, configuration and environment put together. A session is made
 * whole before the one before it is let go: its loop, its connections and its answers go with it,
 * so nothing of the old account can arrive under the new name.
 */
#include "tui/tui.h"

#include <stdlib.h>

#define DEMO_REGION "eu-west-1"

/* A session in the making; all of it owned. */
struct session {
  struct aws_io *io;
  struct aws_settings *aws;
  struct stack_config *plain; /* of a stack that no file names */
  struct stack *stack;
  struct tui_choice choice;
};

static void drop(const char *own) {
  free((char *)(uintptr_t)own);
}

void tui_choice_done(struct tui_choice *c) {
  drop(c->stack);
  drop(c->profile);
  drop(c->region);
}

static void session_done(struct session *n) {
  if (n->stack)
    stack_free(n->stack);
  aws_settings_free(n->aws);
  aws_io_free(n->io);
  if (n->plain)
    stack_config_done(n->plain);
  free(n->plain);
  tui_choice_done(&n->choice);
}

static bool copy(const char **to, const char *from) {
  *to = from ? strdup(from) : NULL;
  return !from || *to;
}

bool tui_choice_copy(struct tui_choice *to, const struct tui_choice *from, struct aws_error *err) {
  if (copy(&to->stack, from->stack) && copy(&to->profile, from->profile) &&
      copy(&to->region, from->region))
    return true;
  aws_error_set(err, AWS_E_MEMORY, "no memory");
  return false;
}

static void unknown_stack(const struct tui *t, const char *name, struct aws_error *err) {
  struct aws_buf names;
  aws_buf_init(&names, 300);
  for (size_t i = 0; i < t->settings.nstacks; i++)
    aws_buf_addf(&names, "%s%s", i ? ", " : "", t->settings.stacks[i].name);
  aws_error_set(err, AWS_E_CONFIG, "no stack %s is configured: the configuration file names %.*s%s",
                name, AWS_STR_ARG(aws_buf_str(&names)),
                !t->settings.nstacks ? "none; --config takes another file"
                : names.failed       ? ", ..."
                                     : "");
  aws_buf_done(&names);
}

/* The stack that is meant: the one named; else the first configured, unless a profile was asked
 * for, which stands for itself. *out NULL: it is no configured one. */
static bool configured(const struct tui *t, const struct tui_choice *choice,
                       const struct stack_config **out, struct aws_error *err) {
  *out = NULL;
  if (t->options->demo || (!choice->stack && choice->profile))
    return true;
  *out = tui_settings_stack(&t->settings, choice->stack);
  if (*out || !choice->stack)
    return true;
  unknown_stack(t, choice->stack, err);
  return false;
}

static const char *first_of(const char *a, const char *b, const char *c) {
  return a ? a : b ? b : c;
}

static struct aws_settings *load(const struct tui *t, const struct tui_choice *choice,
                                 const struct stack_config *c, struct aws_error *err) {
  const struct tui_options *o = t->options;
  if (o->demo) {
    const struct aws_settings_input in = {
        .getenv = tui_demo_getenv, .region = DEMO_REGION, .endpoint = t->demo.url};
    return aws_settings_load(&in, err);
  }
  struct aws_settings_input in = {.endpoint = o->endpoint};
  in.profile = first_of(choice->profile, c ? c->profile : NULL, c ? o->profile : NULL);
  in.profile_by = in.profile == choice->profile && t->stack ? ":profile"
                  : c && in.profile == c->profile           ? "the configuration"
                                                            : "--profile";
  in.region = first_of(choice->region, c ? c->region : NULL, c ? o->region : NULL);
  struct aws_settings *aws = aws_settings_load(&in, err);
  /* A profile that says nothing of a region is looked at where the one before it was. */
  const char *before = t->aws ? aws_settings_region_said(t->aws) : NULL;
  if (!before && t->stack && *stack_region(t->stack)) /* the instance named it */
    before = stack_region(t->stack);
  if (!aws || aws_settings_region(aws) || !before)
    return aws;
  aws_settings_free(aws);
  in.region = before;
  return aws_settings_load(&in, err);
}

/* A stack that nobody configured is called by its profile. */
static struct stack_config *plain_config(const struct tui *t, const struct aws_settings *aws,
                                         struct aws_error *err) {
  struct stack_config *plain = aws_calloc(1, sizeof *plain);
  if (plain) {
    stack_config_init(plain);
    free(plain->name);
    plain->name = strdup(t->options->demo ? "demo" : aws_settings_profile(aws));
  }
  if (plain && plain->name)
    return plain;
  if (plain)
    stack_config_done(plain);
  free(plain);
  aws_error_set(err, AWS_E_MEMORY, "no memory");
  return NULL;
}

static bool make(const struct tui *t, struct session *n, const struct stack_config **config,
                 struct aws_error *err) {
  const struct tui_options *o = t->options;
  bool headless = o->once || o->doctor || o->whoami;
  if (!configured(t, &n->choice, config, err))
    return false;
  n->aws = load(t, &n->choice, *config, err);
  if (!n->aws)
    return false;
  if (!*config)
    *config = n->plain = plain_config(t, n->aws, err);
  n->io = *config ? aws_io_new(t->clock, aws_settings_ca_file(n->aws), err) : NULL;
  if (!n->io)
    return false;
  aws_io_log(n->io, t->log);
  const struct stack_deps deps = {.io = n->io,
                                  .settings = n->aws,
                                  .clock = t->clock,
                                  .read_only = o->read_only,
                                  .operator= headless ? NULL : & t->operator,
                                  .ring = t->ring,
                                  .once = headless,
                                  .identity_first = o->whoami || o->doctor,
                                  .identity_only = o->whoami,
                                  .demo = o->demo != NULL};
  n->stack = stack_new(*config, &deps, err);
  return n->stack != NULL;
}

bool tui_session_open(struct tui *t, const struct tui_choice *choice, struct aws_error *err) {
  const struct stack_config *config = NULL;
  struct session n = {0};
  if (!tui_choice_copy(&n.choice, choice, err) || !make(t, &n, &config, err)) {
    session_done(&n);
    return false;
  }
  tui_session_close(t);
  t->io = n.io;
  t->aws = n.aws;
  t->plain = n.plain;
  t->config = config;
  t->stack = n.stack;
  t->choice = n.choice;
  stack_start(t->stack);
  if (!t->options->read_only && !config->read_only && !stack_journal_ok(t->stack, err))
    tui_say(t, WID_ERROR, "no journal: actions are refused, as %s", err->text);
  return true;
}

void tui_session_close(struct tui *t) {
  struct session old = {t->io, t->aws, t->plain, t->stack, t->choice};
  t->io = NULL;
  t->aws = NULL;
  t->plain = NULL;
  t->config = NULL;
  t->stack = NULL;
  t->choice = (struct tui_choice){NULL, NULL, NULL};
  session_done(&old);
}
