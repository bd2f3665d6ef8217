/* Which stack is watched: options, configuration and environment put together. */
#include "tui/tui.h"

#include <stdlib.h>

#define DEMO_REGION "eu-west-1"

/* The stack that the command line means: the one named; else the first configured, unless a profile
 * was asked for, which stands for itself. NULL: none is configured. */
static const struct stack_config *configured(const struct tui *t, const char *name) {
  if (t->options->demo || (!name && t->options->profile))
    return NULL;
  return tui_settings_stack(&t->settings, name);
}

static struct aws_settings *load(const struct tui *t, const struct stack_config *c,
                                 struct aws_error *err) {
  const struct tui_options *o = t->options;
  struct aws_settings_input in = {0};
  if (o->demo) {
    in = (struct aws_settings_input){
        .getenv = tui_demo_getenv, .region = DEMO_REGION, .endpoint = t->demo.url};
  } else {
    in.profile = o->profile ? o->profile : c ? c->profile : NULL;
    in.profile_by = o->profile ? "--profile" : "the configuration";
    in.region = o->region ? o->region : c ? c->region : NULL;
    in.endpoint = o->endpoint;
  }
  return aws_settings_load(&in, err);
}

static bool open_io(struct tui *t, const struct aws_settings *aws, struct aws_error *err) {
  if (!t->io)
    t->io = aws_io_new(t->clock, aws_settings_ca_file(aws), err);
  return t->io != NULL;
}

/* A stack that nobody configured is called by its profile. */
static bool name_plain(struct tui *t, const struct aws_settings *aws, struct aws_error *err) {
  const char *name = t->options->demo ? "demo" : aws_settings_profile(aws);
  free(t->plain.name);
  t->plain.name = strdup(name);
  if (!t->plain.name)
    aws_error_set(err, AWS_E_MEMORY, "no memory");
  return t->plain.name != NULL;
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

bool tui_session_open(struct tui *t, const char *name, struct aws_error *err) {
  const struct stack_config *c = configured(t, name);
  if (name && !c) {
    unknown_stack(t, name, err);
    return false;
  }
  struct aws_settings *aws = load(t, c, err);
  if (!aws)
    return false;
  struct stack *s = NULL;
  if (open_io(t, aws, err) && (c || name_plain(t, aws, err))) {
    struct stack_deps deps = {.io = t->io,
                              .settings = aws,
                              .clock = t->clock,
                              .read_only = t->options->read_only,
                              .once = t->options->once,
                              .demo = t->options->demo != NULL};
    s = stack_new(c ? c : &t->plain, &deps, err);
  }
  if (!s) {
    aws_settings_free(aws);
    return false;
  }
  tui_session_close(t);
  t->aws = aws;
  t->config = c ? c : &t->plain;
  t->stack = s;
  stack_start(s);
  return true;
}

void tui_session_close(struct tui *t) {
  if (t->stack)
    stack_free(t->stack);
  if (t->aws)
    aws_settings_free(t->aws);
  t->stack = NULL;
  t->aws = NULL;
}
