/* The chain: places are tried in order, the first that has keys wins. */
#include "config.h"

#include "aws/auth/settings.h"

#include <stdio.h>
#include <stdlib.h>

static const struct provider {
  const char *name;
  aws_provider_fn find;
} chain[] = {
    {"environment", aws_provider_environment},
    {"shared-credentials-file", aws_provider_shared_file},
    {"config-file", aws_provider_config_file},
};

/* ---- key sets -------------------------------------------------------------------------------- */

bool aws_creds_set(struct aws_creds *out, struct aws_str id, struct aws_str secret,
                   struct aws_str token, struct aws_error *err) {
  if (id.n >= sizeof out->key_id) {
    aws_error_set(err, AWS_E_CREDENTIALS, "the access key id is longer than %zu characters",
                  sizeof out->key_id - 1);
    return false;
  }
  memcpy(out->key_id, id.p, id.n);
  out->key_id[id.n] = '\0';
  if (aws_secret_set(&out->secret, secret) && (token.n == 0 || aws_secret_set(&out->token, token)))
    return true;
  aws_error_set(err, AWS_E_MEMORY, "no memory for credentials");
  return false;
}

void aws_creds_done(struct aws_creds *c) {
  aws_secret_done(&c->secret);
  aws_secret_done(&c->token);
  aws_wipe(c, sizeof *c);
}

enum aws_provided aws_provider_section(const struct aws_ini_section *section, const char *path,
                                       const char *heading, struct aws_creds *out,
                                       struct aws_buf *looked, struct aws_error *err) {
  if (!section) {
    aws_buf_addf(looked, "%s (no such profile in it)", path ? path : "a file (there is no HOME)");
    return AWS_PROVIDED_NONE;
  }
  struct aws_str id = aws_ini_get(section, AWS_STR_LIT("aws_access_key_id"));
  struct aws_str secret = aws_ini_get(section, AWS_STR_LIT("aws_secret_access_key"));
  struct aws_str token = aws_ini_get(section, AWS_STR_LIT("aws_session_token"));
  if (token.n == 0)
    token = aws_ini_get(section, AWS_STR_LIT("aws_security_token"));
  if (id.n == 0 && secret.n == 0) {
    aws_buf_addf(looked, "%s ([%s%s] has no aws_access_key_id)", path, heading, section->name);
    return AWS_PROVIDED_NONE;
  }
  if (id.n == 0 || secret.n == 0) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s: [%s%s] has %s but not %s", path, heading,
                  section->name, id.n ? "aws_access_key_id" : "aws_secret_access_key",
                  id.n ? "aws_secret_access_key" : "aws_access_key_id");
    return AWS_PROVIDED_FAILED;
  }
  return aws_creds_set(out, id, secret, token, err) ? AWS_PROVIDED : AWS_PROVIDED_FAILED;
}

/* ---- the search ------------------------------------------------------------------------------ */

struct aws_creds_search {
  struct aws_io *io;
  struct aws_later later;
  const struct aws_settings *settings;
  aws_creds_fn fn;
  void *arg;
};

static bool run_chain(const struct aws_settings *s, struct aws_creds *out, struct aws_error *err) {
  struct aws_buf looked;
  aws_buf_init(&looked, sizeof err->text);
  enum aws_provided got = AWS_PROVIDED_NONE;
  for (size_t i = 0; i < sizeof chain / sizeof chain[0] && got == AWS_PROVIDED_NONE; i++) {
    if (i > 0)
      aws_buf_add_c(&looked, ", ");
    got = chain[i].find(s, out, &looked, err);
    if (got == AWS_PROVIDED)
      snprintf(out->provider, sizeof out->provider, "%s", chain[i].name);
  }
  if (got == AWS_PROVIDED_NONE)
    aws_error_set(
        err, AWS_E_CREDENTIALS,
        "no credentials for profile %s. Looked at: %s. Set one of them up, or name another "
        "profile with --profile",
        s->profile, looked.p ? looked.p : "");
  aws_buf_done(&looked);
  return got == AWS_PROVIDED;
}

static void on_turn(void *arg) {
  struct aws_creds_search search = *(struct aws_creds_search *)arg;
  free(arg);
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  bool ok = run_chain(search.settings, &creds, &err);
  search.fn(search.arg, ok ? &creds : NULL, ok ? NULL : &err);
  aws_creds_done(&creds);
}

struct aws_creds_search *aws_creds_find(struct aws_io *io, const struct aws_settings *s,
                                        aws_creds_fn fn, void *arg) {
  struct aws_creds_search *search = aws_calloc(1, sizeof *search);
  if (!search)
    return NULL;
  *search = (struct aws_creds_search){.io = io, .settings = s, .fn = fn, .arg = arg};
  aws_io_later(io, &search->later, on_turn, search);
  return search;
}

void aws_creds_cancel(struct aws_creds_search *search) {
  if (!search)
    return;
  aws_io_later_cancel(search->io, &search->later);
  free(search);
}
