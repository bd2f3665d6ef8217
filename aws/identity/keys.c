#include "config.h"

#include "aws/identity/keys.h"

#include <stdio.h>

const cJSON *aws_keys_parse(struct aws_arena *a, struct aws_str text, const char *what,
                            struct aws_error *err) {
  struct aws_error why = {0};
  aws_arena_init(a, 16 * AWS_KEYS_MAX_BYTES);
  const cJSON *doc = text.n <= AWS_KEYS_MAX_BYTES ? aws_json_parse(a, text.p, text.n, &why) : NULL;
  if (cJSON_IsObject(doc))
    return doc;
  if (why.code == AWS_E_MEMORY && text.n <= AWS_KEYS_MAX_BYTES)
    aws_error_set(err, AWS_E_MEMORY, "no memory to read %s", what);
  else
    aws_error_set(err, AWS_E_CREDENTIALS, "%s is not a JSON object with credentials", what);
  return NULL;
}

static struct aws_str member(const cJSON *doc, const char *name) {
  const cJSON *m = name ? aws_doc_at(doc, name) : NULL;
  return m && cJSON_IsString(m) ? aws_str_from(m->valuestring) : (struct aws_str){0};
}

static bool lacks(const char *name, const char *what, struct aws_error *err) {
  aws_error_set(err, AWS_E_CREDENTIALS, "%s has no %s", what, name);
  return false;
}

/* They go into headers and files: what is no printable ASCII is no key. */
static bool is_plain(struct aws_str s) {
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] <= ' ' || s.p[i] > '~')
      return false;
  return true;
}

bool aws_keys_take(struct aws_creds *out, const cJSON *doc, const struct aws_keys_form *form,
                   const char *what, struct aws_error *err) {
  struct aws_str id = member(doc, form->id), secret = member(doc, form->secret),
                 token = member(doc, form->token), expires = member(doc, form->expires),
                 account = member(doc, form->account);
  if (id.n == 0)
    return lacks(form->id, what, err);
  if (secret.n == 0)
    return lacks(form->secret, what, err);
  if (!is_plain(id) || !is_plain(secret) || !is_plain(token) || !is_plain(account)) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s has keys with characters that no key has", what);
    return false;
  }
  if (token.n == 0 && form->temporary)
    return lacks(form->token, what, err);
  if (expires.n == 0 && form->temporary)
    return lacks(form->expires, what, err);
  if (expires.n > 0 && !aws_time_parse(expires, &out->expires)) {
    aws_error_set(err, AWS_E_CREDENTIALS, "%s: %s is not a time", what, form->expires);
    return false;
  }
  if (account.n > 0 && account.n < sizeof out->account)
    snprintf(out->account, sizeof out->account, "%.*s", AWS_STR_ARG(account));
  out->account_sure = out->account[0] != '\0';
  return aws_creds_set(out, id, secret, token, err);
}

void aws_keys_of_arn(struct aws_creds *out, struct aws_str arn) {
  struct aws_str account = {0};
  for (int i = 0; i < 5; i++)
    account = aws_str_split(&arn, ':');
  if (account.n == 0 || account.n >= sizeof out->account)
    return;
  snprintf(out->account, sizeof out->account, "%.*s", AWS_STR_ARG(account));
  out->account_sure = true;
}

void aws_text_tame(struct aws_buf *out, struct aws_str text, size_t max) {
  text = aws_str_trim(text);
  bool blank = false;
  for (size_t i = 0, n = 0; i < text.n && n < max; i++) {
    unsigned char c = (unsigned char)text.p[i];
    bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (space && blank)
      continue;
    blank = space;
    aws_buf_add_char(out, space ? ' ' : c < 0x20 || c > 0x7e ? '?' : (char)c);
    n++;
  }
}
