/* Keys as others say them. The first byte chooses: what a credential process prints, the answer of
 * a container's address, the instance metadata's (keys, token, roles), a command line, a
 * container's address. */
#include "aws/auth/words.h"
#include "aws/identity/keys.h"
#include "aws/identity/machine.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_keys(bool ok, const struct aws_creds *c, const struct aws_error *err) {
  if (ok)
    FUZZ_HOLDS(c->key_id[0] && c->secret.n > 0 && strlen(c->account) < sizeof c->account);
  else
    FUZZ_HOLDS(err->code != AWS_OK && err->text[0] != '\0');
  for (const char *p = err->text; *p; p++)
    FUZZ_HOLDS(*p >= ' ' && *p <= '~');
}

static void split(struct aws_str line) {
  struct aws_words w;
  struct aws_error err = {0};
  if (aws_words_split(&w, line, &err)) {
    FUZZ_HOLDS(w.n > 0 && w.n <= AWS_WORDS_MAX && !w.word[w.n]);
    size_t total = 0;
    for (size_t i = 0; i < w.n; i++)
      total += strlen(w.word[i]) + 1;
    FUZZ_HOLDS(total <= line.n + 1);
  } else {
    FUZZ_HOLDS(err.code == AWS_E_CONFIG);
  }
  aws_words_done(&w);
}

static void read_words(struct aws_str text) {
  const struct aws_str role = aws_imds_role(text);
  FUZZ_HOLDS(role.n <= text.n && !memchr(role.p ? role.p : "", '\n', role.n));
  FUZZ_HOLDS(aws_str_trim(role).n == role.n);
  if (aws_imds_is_token(text))
    for (size_t i = 0; i < text.n; i++)
      FUZZ_HOLDS(text.p[i] > ' ' && text.p[i] <= '~');
}

static const char *full_uri(void *arg, const char *name) {
  return strcmp(name, "AWS_CONTAINER_CREDENTIALS_FULL_URI") == 0 ? arg : NULL;
}

static void resolve(struct aws_str text) {
  char url[1024];
  if (text.n >= sizeof url || memchr(text.p ? text.p : "", 0, text.n))
    return;
  snprintf(url, sizeof url, "%.*s", AWS_STR_ARG(text));
  struct aws_settings s = {.getenv = full_uri, .getenv_arg = url};
  struct aws_buf out;
  struct aws_error err = {0};
  aws_buf_init(&out, 2048);
  if (aws_container_url(&s, &out, &err)) {
    FUZZ_HOLDS(strcmp(out.p, url) == 0 && !strpbrk(url, " \t\r\n\\#"));
    FUZZ_HOLDS(strncmp(url, "https://", 8) == 0 || strncmp(url, "http://localhost", 16) == 0 ||
               strncmp(url, "http://127.", 11) == 0 || strncmp(url, "http://[", 8) == 0 ||
               strncmp(url, "http://169.254.170.2", 20) == 0);
  } else {
    FUZZ_HOLDS(err.code == AWS_E_CREDENTIALS);
  }
  aws_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  struct aws_str text = {(const char *)data + 1, size - 1};
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  if (data[0] == 'p')
    check_keys(aws_process_read(&creds, text, &err), &creds, &err);
  else if (data[0] == 'c')
    check_keys(aws_container_read(&creds, 200, text, &err), &creds, &err);
  else if (data[0] == 'e')
    check_keys(aws_container_read(&creds, 500, text, &err), &creds, &err);
  else if (data[0] == 'i')
    check_keys(aws_imds_read(&creds, text, &err), &creds, &err);
  else if (data[0] == 'w')
    split(text);
  else if (data[0] == 't')
    read_words(text);
  else
    resolve(text);
  aws_creds_done(&creds);
  return 0;
}
