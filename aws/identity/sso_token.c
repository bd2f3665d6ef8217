#include "config.h"

#include "aws/api/ssooidc.h"
#include "aws/doc.h"
#include "aws/identity/sha1.h"
#include "aws/identity/sso_token.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 64 << 10, SECONDS_MOST = 366 * 24 * 3600 };

/* ---- which session --------------------------------------------------------------------------- */

/* A property that may stand in the profile and in the session, but not with two values. */
static bool merge(const struct aws_profile *p, const struct aws_ini_section *section,
                  const char *key, struct aws_str *out, struct aws_error *err) {
  struct aws_str own = aws_profile_get(p, key), shared = aws_ini_get(section, aws_str_from(key));
  *out = shared.n > 0 ? shared : own;
  if (section && own.n > 0 && shared.n > 0 && !aws_str_eq(own, shared)) {
    aws_error_set(err, AWS_E_CONFIG,
                  "profile %s: %s is not what [sso-session %s] has: leave it to the session",
                  p->name, key, section->name);
    return false;
  }
  if (out->n > 0)
    return true;
  aws_error_set(err, AWS_E_CONFIG, "profile %s%s%s has no %s", p->name,
                section ? ", sso-session " : "", section ? section->name : "", key);
  return false;
}

bool aws_sso_session_find(const struct aws_settings *s, const struct aws_profile *profile,
                          struct aws_sso_session *out, struct aws_error *err) {
  const struct aws_ini_section *section = NULL;
  *out = (struct aws_sso_session){.name = aws_profile_get(profile, "sso_session")};
  if (out->name.n > 0) {
    section = aws_ini_find(&s->config, AWS_INI_SSO_SESSION, out->name);
    if (!section) {
      aws_error_set(err, AWS_E_CONFIG, "profile %s: there is no [sso-session %.60s] in %.120s",
                    profile->name, out->name.p, s->config_path ? s->config_path : "~/.aws/config");
      return false;
    }
    out->scopes = aws_ini_get(section, AWS_STR_LIT("sso_registration_scopes"));
  }
  return merge(profile, section, "sso_start_url", &out->start_url, err) &&
         merge(profile, section, "sso_region", &out->region, err);
}

char *aws_sso_token_path(const struct aws_settings *s, const struct aws_sso_session *session) {
  char hash[AWS_SHA1_HEX], path[80];
  if (!aws_sha1_hex(session->name.n > 0 ? session->name : session->start_url, hash))
    return NULL;
  snprintf(path, sizeof path, "~/.aws/sso/cache/%s.json", hash);
  return aws_settings_path(s, path);
}

/* ---- the token ------------------------------------------------------------------------------- */

void aws_sso_token_done(struct aws_sso_token *t) {
  aws_secret_done(&t->access);
  aws_secret_done(&t->refresh);
  aws_secret_done(&t->client_id);
  aws_secret_done(&t->client_secret);
  *t = (struct aws_sso_token){0};
}

/* Older versions of the CLI wrote "2026-01-15T20:00:00UTC". */
static bool read_time(struct aws_str s, aws_ms *out) {
  char text[AWS_TIME_MAX];
  if (!aws_str_ends(s, "UTC"))
    return aws_time_parse(s, out);
  int n = snprintf(text, sizeof text, "%.*sZ", (int)(s.n - strlen("UTC")), s.p);
  return n > 0 && (size_t)n < sizeof text && aws_time_parse(aws_str_from(text), out);
}

static bool keep(struct aws_secret *to, const cJSON *doc, const char *name) {
  struct aws_str value = aws_doc_str(doc, name);
  return value.n == 0 || aws_secret_set(to, value);
}

static bool parse(const char *path, struct aws_str text, struct aws_sso_token *out,
                  struct aws_error *err) {
  struct aws_arena arena;
  aws_arena_init(&arena, 16 * FILE_MAX);
  const cJSON *doc = aws_json_parse(&arena, text.p, text.n, err);
  bool ok = doc && keep(&out->access, doc, "accessToken") &&
            keep(&out->refresh, doc, "refreshToken") && keep(&out->client_id, doc, "clientId") &&
            keep(&out->client_secret, doc, "clientSecret");
  if (!doc)
    aws_error_set(err, AWS_E_CONFIG, "%s is not JSON", path);
  else if (!ok)
    aws_error_set(err, AWS_E_MEMORY, "%s: no memory to read it", path);
  else if (!out->access.p || !read_time(aws_doc_str(doc, "expiresAt"), &out->expires)) {
    aws_error_set(err, AWS_E_CONFIG, "%s has no accessToken with an expiresAt", path);
    ok = false;
  } else if (!read_time(aws_doc_str(doc, "registrationExpiresAt"), &out->registration_expires)) {
    out->registration_expires = 0;
  }
  aws_arena_wipe_done(&arena);
  return ok;
}

enum aws_file aws_sso_token_read(const char *path, struct aws_sso_token *out,
                                 struct aws_error *err) {
  struct aws_buf text;
  aws_buf_init(&text, FILE_MAX);
  enum aws_file got = aws_file_read(path, &text, err);
  if (got == AWS_FILE_READ && !parse(path, aws_buf_str(&text), out, err))
    got = AWS_FILE_FAILED;
  aws_buf_wipe_done(&text);
  if (got != AWS_FILE_READ)
    aws_sso_token_done(out);
  return got;
}

static void add(struct aws_buf *b, const char *name, struct aws_str value) {
  if (value.n == 0)
    return;
  aws_buf_addf(b, "%s\"%s\": ", b->n > 1 ? ", " : "", name);
  aws_buf_add_json(b, value);
}

static void add_time(struct aws_buf *b, const char *name, aws_ms t) {
  char text[AWS_TIME_MAX];
  aws_time_iso(t / 1000 * 1000, text);
  if (t > 0)
    add(b, name, aws_str_from(text));
}

bool aws_sso_token_write(const char *path, const struct aws_sso_session *session,
                         const struct aws_sso_token *t, struct aws_error *err) {
  struct aws_buf b;
  aws_buf_init(&b, FILE_MAX);
  aws_buf_add_char(&b, '{');
  add(&b, "startUrl", session->start_url);
  add(&b, "region", session->region);
  add(&b, "accessToken", aws_secret_str(&t->access));
  add_time(&b, "expiresAt", t->expires);
  add(&b, "clientId", aws_secret_str(&t->client_id));
  add(&b, "clientSecret", aws_secret_str(&t->client_secret));
  add_time(&b, "registrationExpiresAt", t->registration_expires);
  add(&b, "refreshToken", aws_secret_str(&t->refresh));
  aws_buf_add_c(&b, "}");
  if (b.failed)
    aws_error_set(err, AWS_E_MEMORY, "%s: no memory to write it", path);
  bool ok = !b.failed && aws_file_replace(path, aws_buf_str(&b), err);
  aws_buf_wipe_done(&b);
  return ok;
}

bool aws_sso_token_renew(struct aws_sso_token *t, const struct ssooidc_token *answer, aws_ms now,
                         struct aws_error *err) {
  if (answer->access_token.n == 0 || answer->expires_in <= 0 || answer->expires_in > SECONDS_MOST) {
    aws_error_set(err, AWS_E_BODY, "the answer of sso-oidc has no token that is good for a time");
    return false;
  }
  t->expires = now + answer->expires_in * 1000;
  if (aws_secret_set(&t->access, answer->access_token) &&
      (answer->refresh_token.n == 0 || aws_secret_set(&t->refresh, answer->refresh_token)))
    return true;
  aws_error_set(err, AWS_E_MEMORY, "no memory for a token");
  return false;
}
