/* The chain: places are asked in order, the first that is configured wins. */
#include "config.h"

#include "aws/identity/provider.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* The order of the AWS CLI. */
static const struct row {
  const struct aws_provider *provider;
  bool unless_named; /* not with a profile that was named by an option */
  bool of_source;    /* asked for the source of a role, too */
} chain[] = {
    {&aws_provider_environment, true, false},  /* AWS_ACCESS_KEY_ID */
    {&aws_provider_assume_role, false, true},  /* role_arn */
    {&aws_provider_web_identity, false, true}, /* web_identity_token_file */
    {&aws_provider_sso, false, true},          /* sso_session, sso_start_url */
    {&aws_provider_shared_file, false, true},  /* keys in ~/.aws/credentials */
    {&aws_provider_login, false, true},        /* login_session */
    {&aws_provider_process, false, true},      /* credential_process */
    {&aws_provider_config_file, false, true},  /* keys in ~/.aws/config */
    {&aws_provider_container, false, false},   /* AWS_CONTAINER_CREDENTIALS_... */
    {&aws_provider_imds, false, false},
};

enum result { PENDING, NONE, FAILED, GIVEN };

struct aws_creds_search {
  struct aws_provider_run run;           /* what the provider sees */
  const struct aws_creds_search *parent; /* of a source: the search of the role */
  struct aws_profile profile;
  const struct aws_provider *place;    /* the only one that is asked, or NULL: the chain */
  size_t next;                         /* row of the chain */
  const struct aws_provider *provider; /* that is asked now, or NULL */
  void *state;
  struct aws_later later;
  enum result result;
  struct aws_creds creds;
  struct aws_error err;
  struct aws_buf looked;
  aws_creds_fn fn;
  void *arg;
};

static struct aws_creds_search *of(struct aws_provider_run *run) {
  return (struct aws_creds_search *)(void *)((char *)run - offsetof(struct aws_creds_search, run));
}

/* ---- the provider's end ---------------------------------------------------------------------- */

static void on_result(void *arg);

static void end(struct aws_creds_search *s, enum result result) {
  s->result = result;
  aws_io_later(s->run.io, &s->later, on_result, s);
}

void aws_provider_none(struct aws_provider_run *run, const char *reason, ...) {
  struct aws_creds_search *s = of(run);
  if (reason) {
    char text[512];
    va_list ap;
    va_start(ap, reason);
    vsnprintf(text, sizeof text, reason, ap);
    va_end(ap);
    aws_buf_addf(&s->looked, "%s%s", s->looked.n ? ", " : "", text);
  }
  end(s, NONE);
}

void aws_provider_fail(struct aws_provider_run *run, const struct aws_error *err) {
  of(run)->err = *err;
  end(of(run), FAILED);
}

void aws_provider_give(struct aws_provider_run *run, struct aws_creds *creds) {
  struct aws_creds_search *s = of(run);
  aws_creds_done(&s->creds);
  s->creds = *creds;
  memset(creds, 0, sizeof *creds);
  end(s, GIVEN);
}

/* ---- from place to place --------------------------------------------------------------------- */

static void stop_provider(struct aws_creds_search *s) {
  if (s->provider && s->provider->stop)
    s->provider->stop(s->state);
  if (s->provider && s->state)
    aws_wipe(s->state, s->provider->size);
  free(s->state);
  s->state = NULL;
  s->provider = NULL;
}

static const struct aws_provider *next_place(struct aws_creds_search *s) {
  if (s->place)
    return s->next++ == 0 ? s->place : NULL;
  while (s->next < sizeof chain / sizeof chain[0]) {
    const struct row *row = &chain[s->next++];
    bool named = row->unless_named && s->run.settings->profile_from_option;
    if (s->run.source ? row->of_source : !named)
      return row->provider;
    if (named && !s->run.source)
      aws_buf_addf(&s->looked, "the %s (not when a profile is named)", row->provider->name);
  }
  return NULL;
}

static void say_nothing_found(struct aws_creds_search *s) {
  const char *looked = s->looked.p ? s->looked.p : "";
  if (s->place)
    aws_error_set(&s->err, AWS_E_CREDENTIALS, "no credentials: %s", looked);
  else if (s->run.source)
    aws_error_set(&s->err, AWS_E_CREDENTIALS,
                  "profile %s, the source_profile of %s, has no credentials. Looked at: %s",
                  s->profile.name, s->parent->profile.name, looked);
  else
    aws_error_set(&s->err, AWS_E_CREDENTIALS,
                  "no credentials for profile %s. Looked at: %s. Set one of them up, or name "
                  "another profile with --profile",
                  s->profile.name, looked);
}

static void release(struct aws_creds_search *s) {
  stop_provider(s);
  aws_io_later_cancel(s->run.io, &s->later);
  aws_buf_done(&s->looked);
  aws_creds_done(&s->creds);
  free(s);
}

static void finish(struct aws_creds_search *s) {
  bool ok = s->result == GIVEN;
  struct aws_creds creds = s->creds;
  struct aws_error err = s->err;
  aws_creds_fn fn = s->fn;
  void *arg = s->arg;
  memset(&s->creds, 0, sizeof s->creds);
  release(s);
  fn(arg, ok ? &creds : NULL, ok ? NULL : &err);
  aws_creds_done(&creds);
}

static void ask_next(struct aws_creds_search *s) {
  const struct aws_provider *p = next_place(s);
  if (!p) {
    s->result = FAILED;
    say_nothing_found(s);
    finish(s);
    return;
  }
  s->result = PENDING;
  s->provider = p;
  s->state = p->size ? aws_calloc(1, p->size) : NULL;
  if (p->size && !s->state) {
    s->provider = NULL;
    s->result = FAILED;
    aws_error_set(&s->err, AWS_E_MEMORY, "no memory to look for credentials");
    finish(s);
    return;
  }
  p->start(&s->run, s->state);
}

static void on_result(void *arg) {
  struct aws_creds_search *s = arg;
  if (s->result == GIVEN && !s->creds.provider[0])
    snprintf(s->creds.provider, sizeof s->creds.provider, "%s", s->provider->name);
  stop_provider(s);
  if (s->result == GIVEN || s->result == FAILED)
    finish(s);
  else
    ask_next(s);
}

/* ---- beginning and ending -------------------------------------------------------------------- */

static struct aws_creds_search *begin(const struct aws_provider_run *run,
                                      const struct aws_profile *profile, aws_creds_fn fn,
                                      void *arg) {
  struct aws_creds_search *s = aws_calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->run = *run;
  s->profile = *profile;
  s->run.profile = &s->profile;
  s->fn = fn;
  s->arg = arg;
  aws_buf_init(&s->looked, sizeof s->err.text);
  end(s, NONE); /* so that the first place is asked in the next turn */
  return s;
}

struct aws_creds_search *aws_creds_find_anew(const struct aws_provider_run *run,
                                             const char *refused, aws_creds_fn fn, void *arg) {
  const struct aws_settings *s = run->settings;
  struct aws_provider_run own = *run;
  struct aws_profile profile = {s->profile, s->in_config, s->in_credentials};
  own.refused = refused;
  return begin(&own, &profile, fn, arg);
}

struct aws_creds_search *aws_creds_find(struct aws_io *io, const struct aws_settings *settings,
                                        const struct aws_operator *op, aws_creds_fn fn, void *arg) {
  struct aws_provider_run run = {.io = io, .settings = settings, .op = op};
  return aws_creds_find_anew(&run, NULL, fn, arg);
}

/* A profile may be its own source when it has keys; any other one that comes again is a ring. */
static bool is_ring(const struct aws_creds_search *role, const struct aws_profile *source) {
  if (strcmp(role->profile.name, source->name) == 0)
    return !aws_profile_has_keys(source);
  for (role = role->parent; role; role = role->parent)
    if (strcmp(role->profile.name, source->name) == 0)
      return true;
  return false;
}

static struct aws_creds_search *begin_below(struct aws_provider_run *run,
                                            const struct aws_profile *profile,
                                            const struct aws_provider *place, aws_creds_fn fn,
                                            void *arg, struct aws_error *err) {
  struct aws_creds_search *s = begin(run, profile, fn, arg);
  if (!s) {
    aws_error_set(err, AWS_E_MEMORY, "no memory to look for credentials");
    return NULL;
  }
  s->parent = of(run);
  s->place = place;
  s->run.source = true;
  return s;
}

struct aws_creds_search *aws_creds_find_source(struct aws_provider_run *run, struct aws_str profile,
                                               aws_creds_fn fn, void *arg, struct aws_error *err) {
  struct aws_profile source;
  if (!aws_settings_find_profile(run->settings, profile, &source)) {
    aws_error_set(err, AWS_E_CONFIG,
                  "profile %s has source_profile = %.*s, and there is no such profile in %s or %s",
                  run->profile->name, AWS_STR_ARG(profile),
                  run->settings->config_path ? run->settings->config_path : "~/.aws/config",
                  run->settings->credentials_path ? run->settings->credentials_path
                                                  : "~/.aws/credentials");
    return NULL;
  }
  if (is_ring(of(run), &source)) {
    aws_error_set(err, AWS_E_CONFIG,
                  "profile %s has source_profile = %s, which leads back to itself: an infinite "
                  "loop. Give one of them keys, or another source",
                  run->profile->name, source.name);
    return NULL;
  }
  return begin_below(run, &source, NULL, fn, arg, err);
}

struct aws_creds_search *aws_creds_find_at(struct aws_provider_run *run,
                                           const struct aws_provider *place, aws_creds_fn fn,
                                           void *arg, struct aws_error *err) {
  return begin_below(run, run->profile, place, fn, arg, err);
}

void aws_creds_cancel(struct aws_creds_search *search) {
  if (search)
    release(search);
}
