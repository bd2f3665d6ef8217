/* Which profile, which files: read once, and chosen from. */
#include "config.h"

#include "aws/auth/file.h"
#include "aws/auth/settings.h"

#include <stdlib.h>

enum { PATH_MAX_BYTES = 4096 };

/* ---- the files ------------------------------------------------------------------------------- */

/* *out NULL: there is no home to look in. False: no memory. */
static bool locate(const struct aws_settings *s, const char *variable, const char *otherwise,
                   char **out) {
  const char *path = aws_settings_env(s, variable);
  struct aws_buf text;
  aws_buf_init(&text, PATH_MAX_BYTES);
  bool ok = aws_settings_expand(s, path ? path : otherwise, &text);
  *out = ok ? aws_settings_path(s, text.p) : NULL;
  ok = *out || (ok && text.p[0] == '~' && !aws_settings_home(s));
  aws_buf_done(&text);
  return ok;
}

static bool load_file(struct aws_ini *ini, bool credentials, const char *path,
                      struct aws_error *err) {
  if (!path)
    return true;
  struct aws_buf text;
  aws_buf_init(&text, AWS_INI_MAX_BYTES);
  bool ok = aws_file_read(path, &text, err) != AWS_FILE_FAILED && /* missing: as if empty */
            aws_ini_parse(ini, credentials, aws_buf_str(&text), path, err);
  aws_buf_wipe_done(&text);
  return ok;
}

/* ---- the profile ------------------------------------------------------------------------------
 */

static int name_cmp(const void *a, const void *b) {
  return aws_str_cmp(*(const struct aws_str *)a, *(const struct aws_str *)b);
}

static bool collect_names(struct aws_settings *s, const struct aws_ini *ini) {
  for (size_t i = 0; i < ini->n; i++) {
    struct aws_str name = aws_str_from(ini->sections[i].name);
    bool known = ini->sections[i].aside && memchr(name.p, ' ', name.n); /* hardly a profile */
    if (ini->sections[i].kind != AWS_INI_PROFILE)
      continue;
    for (size_t k = 0; k < s->nnames && !known; k++)
      known = aws_str_eq(s->names[k], name);
    if (known)
      continue;
    if (!aws_grow(&s->names, &s->names_cap, s->nnames + 1, sizeof *s->names))
      return false;
    s->names[s->nnames++] = name;
  }
  return true;
}

static void unknown_profile(const struct aws_settings *s, const char *said_by,
                            struct aws_error *err) {
  struct aws_buf names;
  aws_buf_init(&names, 200);
  for (size_t i = 0; i < s->nnames; i++)
    aws_buf_addf(&names, "%s%.*s", i ? ", " : "", AWS_STR_ARG(s->names[i]));
  aws_error_set(err, AWS_E_CONFIG, "profile %s (%s) is not in %s or %s; there is: %.*s%s",
                s->profile, said_by, s->config_path ? s->config_path : "~/.aws/config",
                s->credentials_path ? s->credentials_path : "~/.aws/credentials",
                AWS_STR_ARG(aws_buf_str(&names)),
                names.failed ? ", ..."
                : s->nnames  ? ""
                             : "none");
  aws_buf_done(&names);
}

static bool choose_profile(struct aws_settings *s, const struct aws_settings_input *in,
                           struct aws_error *err) {
  static const char *const variables[] = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"};
  const char *name = in->profile, *said_by = in->profile_by ? in->profile_by : "--profile";
  s->profile_from_option = name != NULL;
  for (size_t i = 0; i < 2 && !name; i++) {
    said_by = variables[i];
    name = aws_settings_env(s, said_by);
  }
  s->profile = strdup(name ? name : "default");
  if (!s->profile || !collect_names(s, &s->config) || !collect_names(s, &s->credentials)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the settings");
    return false;
  }
  if (s->nnames > 0)
    qsort(s->names, s->nnames, sizeof *s->names, name_cmp);
  struct aws_profile chosen;
  bool found = aws_settings_find_profile(s, aws_str_from(s->profile), &chosen);
  s->in_config = chosen.in_config;
  s->in_credentials = chosen.in_credentials;
  if (found || strcmp(s->profile, "default") == 0)
    return true;
  unknown_profile(s, said_by, err);
  return false;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void choose_variants(struct aws_settings *s) {
  s->fips = s->fips || aws_settings_is_true(s, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
  s->dualstack = aws_settings_is_true(s, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
}

/* The last is what the AWS CLI falls back to. */
static const char *ca_bundle(struct aws_settings *s) {
  const char *own = aws_settings_env(s, "AWS_CA_BUNDLE");
  struct aws_str profile = aws_settings_get(s, "ca_bundle");
  s->ca_by = own ? "AWS_CA_BUNDLE" : profile.n > 0 ? "ca_bundle" : "REQUESTS_CA_BUNDLE";
  if (own)
    return own;
  return profile.n > 0 ? profile.p : aws_settings_env(s, s->ca_by);
}

static bool load(struct aws_settings *s, const struct aws_settings_input *in,
                 struct aws_error *err) {
  if (!locate(s, "AWS_CONFIG_FILE", "~/.aws/config", &s->config_path) ||
      !locate(s, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", &s->credentials_path)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the settings");
    return false;
  }
  if (!load_file(&s->config, false, s->config_path, err) ||
      !load_file(&s->credentials, true, s->credentials_path, err) || !choose_profile(s, in, err) ||
      !aws_settings_choose_region(s, in->region, err) || !aws_settings_choose_retry(s, err))
    return false;
  choose_variants(s);
  const char *ca = ca_bundle(s);
  s->ca_file = ca ? strdup(ca) : NULL;
  s->endpoint = in->endpoint ? strdup(in->endpoint) : NULL;
  if ((in->endpoint && !s->endpoint) || (ca && !s->ca_file)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the settings");
    return false;
  }
  return aws_settings_check_services(s, err);
}

struct aws_settings *aws_settings_load(const struct aws_settings_input *in, struct aws_error *err) {
  struct aws_settings *s = aws_calloc(1, sizeof *s);
  if (!s) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the settings");
    return NULL;
  }
  s->getenv = in->getenv;
  s->getenv_arg = in->getenv_arg;
  if (load(s, in, err))
    return s;
  aws_settings_free(s);
  return NULL;
}

struct aws_settings *aws_settings_reload(const struct aws_settings *s, struct aws_error *err) {
  struct aws_settings_input in = {.getenv = s->getenv,
                                  .getenv_arg = s->getenv_arg,
                                  .profile = s->profile_from_option ? s->profile : NULL,
                                  .region = s->region_said,
                                  .endpoint = s->endpoint};
  return aws_settings_load(&in, err);
}

void aws_settings_free(struct aws_settings *s) {
  if (!s)
    return;
  for (size_t i = 0; i < s->nendpoints; i++) {
    free(s->endpoints[i].service);
    free(s->endpoints[i].url);
  }
  free(s->endpoints);
  free(s->names);
  aws_ini_done(&s->config);
  aws_ini_done(&s->credentials);
  free(s->config_path);
  free(s->credentials_path);
  free(s->profile);
  free(s->region);
  free(s->region_said);
  free(s->endpoint);
  free(s->ca_file);
  free(s);
}
