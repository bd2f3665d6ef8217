/* The line format of ~/.aws/config and ~/.aws/credentials. It looks like INI but is its own:
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
#ifndef CAWSOLE_AWS_AUTH_INI_H
#define CAWSOLE_AWS_AUTH_INI_H

#include "aws/base.h"

enum aws_ini_kind { AWS_INI_PROFILE, AWS_INI_SSO_SESSION, AWS_INI_SERVICES };

struct aws_ini_prop {
  char *key;            /* lower case */
  struct aws_buf value; /* lines of a continued value are joined by '\n' */
};

struct aws_ini_section {
  enum aws_ini_kind kind;
  char *name;
  bool prefixed; /* [profile default] and not [default] */
  bool aside;    /* a name that the format does not have: for whoever asks for that very one */
  struct aws_ini_prop *props;
  size_t n, cap;
};

struct aws_ini {
  struct aws_ini_section *sections;
  size_t n, cap;
};

#define AWS_INI_MAX_BYTES (1u << 20)

/* Reads text into a zeroed *ini. credentials: profiles are [NAME], not [profile NAME]. path is for
 * the error's sentence only. False: *err set (AWS_E_CONFIG, AWS_E_MEMORY), *ini to be freed all the
 * same. */
bool aws_ini_parse(struct aws_ini *ini, bool credentials, struct aws_str text, const char *path,
                   struct aws_error *err) AWS_MUST_CHECK;
void aws_ini_done(struct aws_ini *ini); /* values are overwritten */
const struct aws_ini_section *aws_ini_find(const struct aws_ini *ini, enum aws_ini_kind kind,
                                           struct aws_str name);
/* {NULL, 0}: no such property, or no section. */
struct aws_str aws_ini_get(const struct aws_ini_section *s, struct aws_str key);
/* A property of the indented block that is the value of `key`. */
struct aws_str aws_ini_get_sub(const struct aws_ini_section *s, struct aws_str key,
                               struct aws_str sub);

#endif
