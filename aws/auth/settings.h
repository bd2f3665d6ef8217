/* What settings and credential providers share. */
#ifndef CAWSOLE_AWS_AUTH_SETTINGS_H
#define CAWSOLE_AWS_AUTH_SETTINGS_H

#include "aws/auth.h"
#include "aws/auth/ini.h"

struct aws_settings {
  aws_getenv_fn getenv; /* NULL: the process's own */
  void *getenv_arg;
  char *config_path, *credentials_path; /* NULL: there is no home to look in */
  struct aws_ini config, credentials;
  char *profile;
  bool profile_from_option; /* then keys in the environment do not count */
  /* The profile in either file; NULL: not there. */
  const struct aws_ini_section *in_config, *in_credentials;
  char *region, *region_said; /* "us-east-1" and "fips-us-east-1" */
  bool fips, dualstack;
  struct aws_retry_settings retry;
  char *endpoint; /* --endpoint-url */
  char *ca_file;
  const char *ca_by; /* the variable or the property that names it */
  struct aws_str *names;
  size_t nnames, names_cap;
  struct endpoint_entry {
    char *service, *url; /* url NULL: looked up, and none */
  } * endpoints;
  size_t nendpoints, endpoints_cap;
};

/* A variable; NULL when unset or empty. */
const char *aws_settings_env(const struct aws_settings *s, const char *name);
/* The variable, or where there is none the profile's property, is "true". */
bool aws_settings_is_true(const struct aws_settings *s, const char *variable, const char *key);
/* Sets s->retry. False: *err set. */
bool aws_settings_choose_retry(struct aws_settings *s, struct aws_error *err) AWS_MUST_CHECK;
/* Sets s->region and s->region_said, and s->fips where the region's name says so. False: *err set.
 */
bool aws_settings_choose_region(struct aws_settings *s, const char *option,
                                struct aws_error *err) AWS_MUST_CHECK;
/* False: the profile's services section, which requests could need, is not there; *err set. */
bool aws_settings_check_services(const struct aws_settings *s,
                                 struct aws_error *err) AWS_MUST_CHECK;

/* NULL: there is none. */
const char *aws_settings_home(const struct aws_settings *s);
/* Adds the path with "$NAME" and "${NAME}" replaced by variables that are set, as the AWS CLI does
 * for the places of its files. False: no memory, or too long for `out`. */
bool aws_settings_expand(const struct aws_settings *s, const char *path,
                         struct aws_buf *out) AWS_MUST_CHECK;
/* A path with "~" or "~user" at its start read as a home directory, as in every SDK; to be freed.
 * NULL: no memory, or there is no home. */
char *aws_settings_path(const struct aws_settings *s, const char *path);

/* One profile of the files, be it the chosen one or the source of a role. */
struct aws_profile {
  const char *name;
  const struct aws_ini_section *in_config, *in_credentials; /* NULL: not there */
};
/* False: in neither file. All is borrowed from the settings. */
bool aws_settings_find_profile(const struct aws_settings *s, struct aws_str name,
                               struct aws_profile *out);
/* As aws_settings_get; credentials beat config. */
struct aws_str aws_profile_get(const struct aws_profile *p, const char *key);
/* Whether it has a key of its own, whole or half. */
bool aws_profile_has_keys(const struct aws_profile *p);

#endif
