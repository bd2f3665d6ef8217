/* Caches that the AWS CLI shares with us, and the answer that renews one. The first byte chooses:
 * `aws login`, its renewal, a role's session, IAM Identity Center. */
#include "aws/identity/cli_cache.h"
#include "aws/identity/login_cache.h"
#include "aws/identity/sso_token.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <unistd.h>

static const char login[] =
    "{\"accessToken\":{\"accessKeyId\":\"A\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
    "\"accountId\":\"1\",\"expiresAt\":\"2026-01-15T12:00:00Z\"},\"clientId\":\"c\","
    "\"refreshToken\":\"r\",\"dpopKey\":\"k\",\"x\":[1]}";

/* What was read is written so that it reads the same. */
static void check_print(const struct aws_login *l) {
  struct aws_buf text;
  struct aws_error err = {0};
  struct aws_login again;
  aws_buf_init(&text, 1 << 20);
  if (aws_login_print(&text, l, &l->creds, l->refresh_token)) {
    FUZZ_HOLDS(aws_login_parse(&again, aws_buf_str(&text), &err) || text.n > 65536);
    FUZZ_HOLDS(text.n > 65536 || strcmp(again.creds.key_id, l->creds.key_id) == 0);
    aws_login_done(&again);
  }
  aws_buf_wipe_done(&text);
}

static void read_login(struct aws_str text) {
  struct aws_login l;
  struct aws_error err = {0};
  if (aws_login_parse(&l, text, &err)) {
    FUZZ_HOLDS(l.creds.key_id[0] && l.client_id.n && l.refresh_token.n && l.key.n);
    check_print(&l);
  } else {
    FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0');
  }
  aws_login_done(&l);
}

static void read_answer(struct aws_str text) {
  struct aws_login old;
  struct aws_arena a;
  struct aws_creds creds = {.expires = 0};
  struct aws_str refresh_token = {0};
  struct aws_error err = {0};
  FUZZ_HOLDS(aws_login_parse(&old, AWS_STR_LIT(login), &err));
  if (aws_login_read_answer(&creds, &a, &refresh_token, &old, text, 1, &err))
    FUZZ_HOLDS(creds.expires >= 1000 && refresh_token.n > 0 && strcmp(creds.account, "1") == 0);
  else
    FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0');
  aws_creds_done(&creds);
  aws_arena_wipe_done(&a);
  aws_login_done(&old);
}

static void read_token(struct aws_str text) {
  static char path[] = "/tmp/cawsole-fuzz-XXXXXX";
  static int fd = -1;
  if (fd < 0)
    fd = mkstemp(path);
  FUZZ_HOLDS(fd >= 0 && ftruncate(fd, 0) == 0);
  FUZZ_HOLDS(pwrite(fd, text.p, text.n, 0) == (ssize_t)text.n);
  struct aws_sso_token t = {.expires = 0};
  struct aws_error err = {0};
  if (aws_sso_token_read(path, &t, &err) == AWS_FILE_READ)
    FUZZ_HOLDS(t.access.n > 0 && t.expires <= AWS_MS_MOST && t.registration_expires <= AWS_MS_MOST);
  else
    FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0');
  aws_sso_token_done(&t);
}

static void read_session(struct aws_str text) {
  struct aws_creds c = {.expires = 0};
  if (aws_cli_cache_parse(&c, text)) {
    FUZZ_HOLDS(c.key_id[0] && c.secret.n > 0 && c.token.n > 0 && c.expires <= AWS_MS_MOST);
    FUZZ_HOLDS(!c.account_sure || c.account[0]);
  } else {
    FUZZ_HOLDS(!c.key_id[0] && c.secret.n == 0 && c.token.n == 0);
  }
  aws_creds_done(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_str text = {(const char *)data + 1, size - 1};
  if (size == 0)
    return 0;
  if (data[0] == 'l')
    read_login(text);
  else if (data[0] == 'a')
    read_answer(text);
  else if (data[0] == 'r')
    read_session(text);
  else
    read_token(text);
  return 0;
}
