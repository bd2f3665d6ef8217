/* A set-up that cannot even be loaded: which part of it is wrong is found out by leaving parts out;
 * then what is left is looked at. */
#include "tui/doctor_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  WITHOUT_CA = 1,
  WITHOUT_PROFILE = 2,
  WITHOUT_REGION = 4,
  WITHOUT_FILES = 8,
  WITHOUT_ALL = 15
};

static const struct part {
  unsigned without;
  const char *what, *advice;
} parts[] = {
    {WITHOUT_CA, "certificates",
     "name a PEM file that can be read in AWS_CA_BUNDLE or as ca_bundle, or unset it"},
    {WITHOUT_PROFILE, "profile",
     "name one that there is with --profile, AWS_PROFILE or in the configuration; aws configure "
     "list-profiles lists them"},
    {WITHOUT_REGION, "region",
     "name one of AWS's with --region, AWS_REGION or in the configuration"},
    {WITHOUT_FILES, "AWS files", "mend that line, or move the file away"},
    {WITHOUT_ALL, "AWS set-up", "mend what is named there"},
};

/* Variables that are not there for whoever leaves that part out. */
static const char *lookup(void *arg, const char *name) {
  static const struct {
    unsigned part;
    const char *name, *instead;
  } hidden[] = {
      {WITHOUT_CA, "AWS_CA_BUNDLE", NULL},
      {WITHOUT_CA, "REQUESTS_CA_BUNDLE", NULL},
      {WITHOUT_PROFILE, "AWS_PROFILE", NULL},
      {WITHOUT_PROFILE, "AWS_DEFAULT_PROFILE", NULL},
      {WITHOUT_REGION, "AWS_REGION", NULL},
      {WITHOUT_REGION, "AWS_DEFAULT_REGION", NULL},
      {WITHOUT_FILES, "AWS_CONFIG_FILE", "/dev/null"},
      {WITHOUT_FILES, "AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
      {WITHOUT_FILES, "AWS_PROFILE", NULL},
      {WITHOUT_FILES, "AWS_DEFAULT_PROFILE", NULL},
      {WITHOUT_ALL, "AWS_RETRY_MODE", NULL},
      {WITHOUT_ALL, "AWS_MAX_ATTEMPTS", NULL},
  };
  unsigned without = *(const unsigned *)arg;
  for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
    if ((without & hidden[i].part) == hidden[i].part && strcmp(hidden[i].name, name) == 0)
      return hidden[i].instead;
  return getenv(name);
}

struct rest {
  struct aws_settings *aws;
  struct aws_io *io;
  unsigned without; /* the settings look here as long as they live */
};

static void rest_done(struct rest *r) {
  aws_settings_free(r->aws);
  aws_io_free(r->io);
  *r = (struct rest){NULL, NULL, 0};
}

static bool load(struct doctor *d, struct rest *r, unsigned without) {
  const struct tui_options *o = d->tui->options;
  const struct stack_config *c = tui_settings_stack(&d->tui->settings, o->stack);
  struct aws_error ignored = {0};
  struct aws_settings_input in = {
      .getenv = lookup, .getenv_arg = &r->without, .endpoint = o->endpoint};
  if (!(without & (WITHOUT_PROFILE | WITHOUT_FILES)))
    in.profile = o->profile ? o->profile : c ? c->profile : NULL;
  if (!(without & WITHOUT_REGION))
    in.region = o->region ? o->region : c ? c->region : NULL;
  r->without = without;
  r->aws = aws_settings_load(&in, &ignored);
  const char *ca = r->aws && !(without & WITHOUT_CA) ? aws_settings_ca_file(r->aws) : NULL;
  r->io = r->aws ? aws_io_new(d->tui->clock, ca, &ignored) : NULL;
  if (r->io)
    return true;
  rest_done(r);
  return false;
}

static void say_file(struct doctor *d, const char *what, const char *path) {
  if (!path)
    doctor_say(d, FOUND_NOTE, what, "none: there is no home directory to look in");
  else if (access(path, R_OK) == 0)
    doctor_say(d, FOUND_WELL, what, "%s", path);
  else
    doctor_say(d, FOUND_NOTE, what, "%s is not there", path);
}

void doctor_files(struct doctor *d, const struct aws_settings *aws) {
  say_file(d, "AWS configuration", aws_settings_config_path(aws));
  say_file(d, "AWS credentials file", aws_settings_credentials_path(aws));
}

/* Without keys the way there is all that can be looked at. */
static void go_on(struct doctor *d, const struct rest *r) {
  struct aws_error err = {0};
  const char *region = aws_settings_region(r->aws);
  if (!(r->without & WITHOUT_FILES))
    doctor_files(d, r->aws);
  if (!region) {
    doctor_say(d, FOUND_NOTE, "region", "not known so far: the way there is not looked at");
    return;
  }
  doctor_say(d, FOUND_WELL, "region", "%s", region);
  const struct aws_client_config cc = {.io = r->io, .settings = r->aws, .region = region};
  struct aws_client *c = aws_client_new(&cc, &err);
  if (c)
    doctor_way(d, r->io, c, NULL, 0);
  aws_client_free(c);
}

void doctor_unopened(struct doctor *d, const struct aws_error *why) {
  const struct tui *t = d->tui;
  struct rest r = {NULL, NULL, 0};
  size_t i = 0;
  if (t->options->stack && !tui_settings_stack(&t->settings, t->options->stack)) {
    doctor_say(d, FOUND_FAULT, "stack", "%s", why->text);
    doctor_advise("name one of the configuration with --stack, or none");
    if (!load(d, &r, 0))
      return;
  } else if (load(d, &r, 0)) {
    doctor_say(d, FOUND_FAULT, "session", "%s", why->text);
    doctor_advise("mend that, and run it again");
  } else {
    while (i < sizeof parts / sizeof parts[0] - 1 && !load(d, &r, parts[i].without))
      i++;
    doctor_say(d, FOUND_FAULT, parts[i].what, "%s", why->text);
    doctor_advise("%s", parts[i].advice);
    if (!r.io && !load(d, &r, parts[i].without))
      return;
  }
  go_on(d, &r);
  rest_done(&r);
}
