#include "config.h"

#include "aws/identity/login_cache.h"

#include "aws/auth/digest.h"
#include "aws/identity/keys.h"

#include <stdio.h>
#include <stdlib.h>

static const struct aws_keys_form cached = {.id = "accessKeyId",
                                            .secret = "secretAccessKey",
                                            .token = "sessionToken",
                                            .expires = "expiresAt",
                                            .account = "accountId",
                                            .temporary = true};
static const struct aws_keys_form fresh = {
    .id = "accessKeyId", .secret = "secretAccessKey", .token = "sessionToken"};

char *aws_login_path(const struct aws_settings *s, struct aws_str session, struct aws_error *err) {
  struct aws_digest d;
  unsigned char hash[AWS_SHA256_SIZE];
  char hex[2 * AWS_SHA256_SIZE + 1];
  const char *dir = aws_settings_env(s, "AWS_LOGIN_CACHE_DIRECTORY");
  bool ok = aws_digest_init(&d) && aws_digest_sha256(&d, session, hash);
  aws_digest_done(&d);
  struct aws_buf path;
  aws_buf_init(&path, 4096);
  if (ok) {
    aws_digest_hex(hash, hex);
    ok = aws_settings_expand(s, dir ? dir : "~/.aws/login/cache", &path) &&
         aws_buf_addf(&path, "/%s.json", hex);
  }
  char *out = ok ? aws_settings_path(s, path.p) : NULL;
  aws_buf_done(&path);
  if (!out)
    aws_error_set(err, AWS_E_CREDENTIALS, "there is no home directory to find the login cache in");
  return out;
}

bool aws_login_parse(struct aws_login *l, struct aws_str text, struct aws_error *err) {
  static const char what[] = "the login cache";
  memset(l, 0, sizeof *l);
  l->doc = aws_keys_parse(&l->arena, text, what, err);
  if (!l->doc)
    return false;
  const cJSON *keys = aws_doc_at(l->doc, "accessToken");
  const struct {
    const char *name;
    struct aws_str *to;
  } members[] = {
      {"clientId", &l->client_id}, {"refreshToken", &l->refresh_token}, {"dpopKey", &l->key}};
  if (!cJSON_IsObject(keys)) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s has no accessToken", what);
    return false;
  }
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    *members[i].to = aws_doc_str(l->doc, members[i].name);
    if (members[i].to->n == 0) {
      aws_error_set(err, AWS_E_CREDENTIALS, "%s has no %s", what, members[i].name);
      return false;
    }
  }
  return aws_keys_take(&l->creds, keys, &cached, what, err);
}

void aws_login_done(struct aws_login *l) {
  aws_creds_done(&l->creds);
  aws_arena_wipe_done(&l->arena);
  l->doc = NULL;
}

bool aws_login_read_answer(struct aws_creds *out, struct aws_arena *a,
                           struct aws_str *refresh_token, const struct aws_login *old,
                           struct aws_str body, aws_ms now, struct aws_error *err) {
  static const char what[] = "the answer of sign-in";
  const cJSON *doc = aws_keys_parse(a, body, what, err);
  const cJSON *keys = doc ? aws_doc_at(doc, "accessToken") : NULL;
  const cJSON *seconds = doc ? aws_doc_at(doc, "expiresIn") : NULL;
  if (!doc)
    return false;
  if (!cJSON_IsObject(keys) || !cJSON_IsNumber(seconds) || !(seconds->valuedouble >= 1) ||
      seconds->valuedouble > 7 * 86400) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s has no %s", what,
                  cJSON_IsObject(keys) ? "expiresIn" : "accessToken");
    return false;
  }
  if (!aws_keys_take(out, keys, &fresh, what, err))
    return false;
  memcpy(out->account, old->creds.account, sizeof out->account);
  out->account_sure = out->account[0] != '\0'; /* the same session */
  out->expires = (now / 1000 + (aws_ms)seconds->valuedouble) * 1000;
  *refresh_token = aws_doc_str(doc, "refreshToken");
  if (refresh_token->n == 0)
    *refresh_token = old->refresh_token;
  return true;
}

static void add_keys(struct aws_buf *out, const struct aws_creds *creds) {
  char when[AWS_TIME_MAX];
  aws_time_iso(creds->expires, when);
  aws_buf_add_c(out, "{\"accessKeyId\":");
  aws_buf_add_json(out, aws_str_from(creds->key_id));
  aws_buf_add_c(out, ",\"secretAccessKey\":");
  aws_buf_add_json(out, aws_secret_str(&creds->secret));
  aws_buf_add_c(out, ",\"sessionToken\":");
  aws_buf_add_json(out, creds->token.p ? aws_secret_str(&creds->token) : AWS_STR_LIT(""));
  aws_buf_add_c(out, ",\"accountId\":");
  aws_buf_add_json(out, aws_str_from(creds->account));
  aws_buf_addf(out, ",\"expiresAt\":\"%s\"}", when);
}

/* What we do not know is kept as it was. */
static bool add_other(struct aws_buf *out, const cJSON *member) {
  int size = 2 * AWS_KEYS_MAX_BYTES;
  char *text = malloc((size_t)size);
  bool ok = text && cJSON_PrintPreallocated((cJSON *)(uintptr_t)member, text, size, false) &&
            aws_buf_add_c(out, text);
  if (text)
    aws_wipe(text, (size_t)size);
  free(text);
  return ok;
}

bool aws_login_print(struct aws_buf *out, const struct aws_login *old,
                     const struct aws_creds *creds, struct aws_str refresh_token) {
  bool ok = true;
  aws_buf_add_char(out, '{');
  for (const cJSON *m = old->doc->child; m && ok; m = m->next) {
    if (m != old->doc->child)
      aws_buf_add_char(out, ',');
    aws_buf_add_json(out, aws_str_from(m->string));
    aws_buf_add_char(out, ':');
    if (strcmp(m->string, "accessToken") == 0)
      add_keys(out, creds);
    else if (strcmp(m->string, "refreshToken") == 0)
      aws_buf_add_json(out, refresh_token);
    else
      ok = add_other(out, m);
  }
  aws_buf_add_c(out, "}\n");
  return ok && !out->failed;
}
