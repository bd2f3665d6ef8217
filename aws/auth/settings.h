/* What settings and credential providers share. */
#ifndef CAWSOLE_AWS_AUTH_SETTINGS_H
#define CAWSOLE_AWS_AUTH_SETTINGS_H

#include "aws/auth.h"
#include "aws/auth/ini.h"

struct aws_settings {
  aws_getenv_fn getenv;
  void *getenv_arg;
  char *config_path, *credentials_path; /* NULL: there is no home to look in */
  struct aws_ini config, credentials;
  char *profile;
  bool profile_from_option; /* then keys in the environment do not count */
  /* The profile in either file; NULL: not there. */
  const struct aws_ini_section *in_config, *in_credentials;
  char *region;
  char *endpoint; /* --endpoint-url */
  char *ca_file;
  struct aws_str *names;
  size_t nnames, names_cap;
  struct endpoint_entry {
    char *service, *url; /* url NULL: looked up, and none */
  } * endpoints;
  size_t nendpoints, endpoints_cap;
};

/* A variable; NULL when unset or empty. */
const char *aws_settings_env(const struct aws_settings *s, const char *name);

/* Providers: one file each. NONE appends to `looked` why there is nothing; FAILED sets *err and
 * ends the chain: a place that was configured wrongly is not passed over. */
enum aws_provided { AWS_PROVIDED, AWS_PROVIDED_NONE, AWS_PROVIDED_FAILED };
typedef enum aws_provided (*aws_provider_fn)(const struct aws_settings *s, struct aws_creds *out,
                                             struct aws_buf *looked, struct aws_error *err);
enum aws_provided aws_provider_environment(const struct aws_settings *s, struct aws_creds *out,
                                           struct aws_buf *looked, struct aws_error *err);
enum aws_provided aws_provider_shared_file(const struct aws_settings *s, struct aws_creds *out,
                                           struct aws_buf *looked, struct aws_error *err);
enum aws_provided aws_provider_config_file(const struct aws_settings *s, struct aws_creds *out,
                                           struct aws_buf *looked, struct aws_error *err);

/* Static keys of one section; what the two file providers have in common. */
enum aws_provided aws_provider_section(const struct aws_ini_section *section, const char *path,
                                       const char *heading, struct aws_creds *out,
                                       struct aws_buf *looked, struct aws_error *err);
/* Copies a key set; false: *err set. token may be {NULL, 0}. */
bool aws_creds_set(struct aws_creds *out, struct aws_str id, struct aws_str secret,
                   struct aws_str token, struct aws_error *err) AWS_MUST_CHECK;

#endif
