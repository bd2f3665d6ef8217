/* What the files and the environment say. */
#include "config.h"

#include "aws/auth/settings.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* ---- environment and paths ------------------------------------------------------------------- */

const char *aws_settings_env(const struct aws_settings *s, const char *name) {
  const char *v = s->getenv ? s->getenv(s->getenv_arg, name) : getenv(name);
  return v && v[0] ? v : NULL;
}

/* Only the process's own environment falls back to the passwd entry: a demo must find no home. */
const char *aws_settings_home(const struct aws_settings *s) {
  const char *h = aws_settings_env(s, "HOME");
  if (h || s->getenv)
    return h;
  const struct passwd *pw = getpwuid(getuid());
  return pw ? pw->pw_dir : NULL;
}

static char *join(const char *a, const char *b) {
  size_t na = strlen(a), nb = strlen(b);
  char *p = aws_calloc(na + nb + 1, 1);
  if (p) {
    memcpy(p, a, na);
    memcpy(p + na, b, nb);
  }
  return p;
}

/* The length of "NAME" or "{NAME}" at the beginning of s, 0: neither; *name without braces. */
static size_t variable_at(const char *s, struct aws_str *name) {
  bool braces = s[0] == '{';
  size_t n = braces ? strcspn(s + 1, "}")
                    : strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
  *name = (struct aws_str){s + braces, n};
  return braces ? (s[1 + n] ? n + 2 : 0) : n;
}

bool aws_settings_expand(const struct aws_settings *s, const char *path, struct aws_buf *out) {
  while (*path) {
    struct aws_str name = {0};
    size_t n = *path == '$' ? variable_at(path + 1, &name) : 0;
    char variable[128];
    const char *value = NULL;
    if (n > 0 && name.n < sizeof variable) {
      snprintf(variable, sizeof variable, "%.*s", AWS_STR_ARG(name));
      value = s->getenv ? s->getenv(s->getenv_arg, variable) : getenv(variable);
    }
    if (value)
      aws_buf_add_c(out, value);
    else
      aws_buf_add(out, path, 1 + n);
    path += 1 + n;
  }
  return aws_buf_add_c(out, "");
}

static const char *home_of(const char *user, size_t n) {
  char name[128];
  if (n >= sizeof name)
    return NULL;
  snprintf(name, sizeof name, "%.*s", (int)n, user);
  const struct passwd *pw = getpwnam(name);
  return pw ? pw->pw_dir : NULL;
}

char *aws_settings_path(const struct aws_settings *s, const char *path) {
  if (path[0] != '~')
    return strdup(path);
  size_t n = strcspn(path + 1, "/");
  const char *h = n == 0 ? aws_settings_home(s) : home_of(path + 1, n);
  if (h)
    return join(h, path + 1 + n);
  return n == 0 ? NULL : strdup(path);
}

/* ---- profiles -------------------------------------------------------------------------------- */

bool aws_settings_find_profile(const struct aws_settings *s, struct aws_str name,
                               struct aws_profile *out) {
  *out =
      (struct aws_profile){.in_config = aws_ini_find(&s->config, AWS_INI_PROFILE, name),
                           .in_credentials = aws_ini_find(&s->credentials, AWS_INI_PROFILE, name)};
  const struct aws_ini_section *any = out->in_config ? out->in_config : out->in_credentials;
  out->name = any ? any->name : NULL;
  return any != NULL;
}

struct aws_str aws_profile_get(const struct aws_profile *p, const char *key) {
  struct aws_str v = aws_ini_get(p->in_credentials, aws_str_from(key));
  return v.p ? v : aws_ini_get(p->in_config, aws_str_from(key));
}

bool aws_profile_has_keys(const struct aws_profile *p) {
  return aws_profile_get(p, "aws_access_key_id").n > 0 ||
         aws_profile_get(p, "aws_secret_access_key").n > 0;
}

/* ---- what was chosen ----------------------------------------------------------------------------
 */

bool aws_settings_is_true(const struct aws_settings *s, const char *variable, const char *key) {
  const char *v = aws_settings_env(s, variable);
  v = v ? v : aws_settings_get(s, key).p;
  return v && strcasecmp(v, "true") == 0;
}

const char *aws_settings_profile(const struct aws_settings *s) {
  return s->profile;
}

const char *aws_settings_region(const struct aws_settings *s) {
  return s->region;
}

const char *aws_settings_region_said(const struct aws_settings *s) {
  return s->region_said;
}

bool aws_settings_fips(const struct aws_settings *s) {
  return s->fips;
}

bool aws_settings_dualstack(const struct aws_settings *s) {
  return s->dualstack;
}

struct aws_retry_settings aws_settings_retry(const struct aws_settings *s) {
  return s->retry;
}

const char *aws_settings_ca_file(const struct aws_settings *s) {
  return s->ca_file;
}

const char *aws_settings_ca_by(const struct aws_settings *s) {
  return s->ca_file ? s->ca_by : NULL;
}

const char *aws_settings_config_path(const struct aws_settings *s) {
  return s->config_path;
}

const char *aws_settings_credentials_path(const struct aws_settings *s) {
  return s->credentials_path;
}

size_t aws_settings_profiles(const struct aws_settings *s, const struct aws_str **out) {
  *out = s->names;
  return s->nnames;
}

struct aws_str aws_settings_of_profile(const struct aws_settings *s, struct aws_str profile,
                                       const char *key) {
  const struct aws_str k = aws_str_from(key);
  struct aws_str v = aws_ini_get(aws_ini_find(&s->credentials, AWS_INI_PROFILE, profile), k);
  return v.p ? v : aws_ini_get(aws_ini_find(&s->config, AWS_INI_PROFILE, profile), k);
}

struct aws_str aws_settings_get(const struct aws_settings *s, const char *key) {
  struct aws_str v = aws_ini_get(s->in_credentials, aws_str_from(key));
  return v.p ? v : aws_ini_get(s->in_config, aws_str_from(key));
}
