/* A place that credentials may come from: one provider, one file, one row in chain.c. */
#ifndef CAWSOLE_AWS_IDENTITY_PROVIDER_H
#define CAWSOLE_AWS_IDENTITY_PROVIDER_H

#include "aws/auth/settings.h"
#include "aws/identity.h"

struct aws_provider_run;

struct aws_provider {
  const char *name; /* becomes aws_creds.provider */
  size_t size;      /* of its state, zeroed before start; overwritten after stop */
  /* Never waits: begins, and ends with exactly one of the three functions below, at once or from a
   * later callback. After that it does nothing more but stop. */
  void (*start)(struct aws_provider_run *run, void *state);
  /* Cancels what is under way and frees what the state holds; called once, whatever the end, and
   * never from within one of the provider's own callbacks. NULL: nothing to do. */
  void (*stop)(void *state);
};

/* What a provider is given; borrowed, good until stop. */
struct aws_provider_run {
  struct aws_io *io;
  const struct aws_settings *settings;
  const struct aws_profile *profile; /* whose properties count */
  const struct aws_operator *op;     /* NULL: nobody can be asked */
  const char *region;                /* for want of another one; or NULL */
  const char
      *refused; /* id of a key that AWS no longer takes: a cache that has it is stale; or NULL */
  bool source;  /* the profile is the source of a role, so variables that name roles do not count */
};

/* Not configured here: the next place is asked. The reason ("no AWS_ACCESS_KEY_ID in the
 * environment") becomes part of the error when nothing is found; NULL: not worth a word. */
void aws_provider_none(struct aws_provider_run *run, const char *reason, ...) AWS_PRINTF(2, 3);
/* Configured, and does not work: ends the chain. The text names the profile or file and the way
 * out. */
void aws_provider_fail(struct aws_provider_run *run, const struct aws_error *err);
/* Moves the key set out of *creds. */
void aws_provider_give(struct aws_provider_run *run, struct aws_creds *creds);

/* As aws_creds_find, when AWS took the key of that id no longer: caches that hold it are stale.
 * NULL: none. Borrowed. */
struct aws_creds_search *aws_creds_find_anew(const struct aws_provider_run *run,
                                             const char *refused, aws_creds_fn fn, void *arg);

/* The credentials that a role is taken on with: those of another profile, or of one named place
 * whatever the order. As aws_creds_find, to be cancelled in stop; NULL: *err set (no such profile,
 * it was asked already, no memory), no callback. */
struct aws_creds_search *aws_creds_find_source(struct aws_provider_run *run, struct aws_str profile,
                                               aws_creds_fn fn, void *arg, struct aws_error *err);
struct aws_creds_search *aws_creds_find_at(struct aws_provider_run *run,
                                           const struct aws_provider *place, aws_creds_fn fn,
                                           void *arg, struct aws_error *err);

/* The places. */
extern const struct aws_provider aws_provider_assume_role;
extern const struct aws_provider aws_provider_config_file;
extern const struct aws_provider aws_provider_container;
extern const struct aws_provider aws_provider_environment;
extern const struct aws_provider aws_provider_imds;
extern const struct aws_provider aws_provider_login;
extern const struct aws_provider aws_provider_process;
extern const struct aws_provider aws_provider_shared_file;
extern const struct aws_provider aws_provider_sso;
extern const struct aws_provider aws_provider_web_identity;

/* Static keys of one section; what the two file providers have in common. */
void aws_provider_section(struct aws_provider_run *run, const struct aws_ini_section *section,
                          const char *path, const char *heading);

#endif
