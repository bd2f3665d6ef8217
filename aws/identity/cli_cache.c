#include "config.h"

#include "aws/auth/file.h"
#include "aws/doc.h"
#include "aws/identity/cli_cache.h"
#include "aws/identity/keys.h"
#include "aws/identity/sha1.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 64 << 10, GOOD_FOR_MS = 15 * 60 * 1000 };

/* The members of the request in the order and the spelling of Python's json.dumps. */
static const struct member {
  const char *name, *key;
  bool number;
} members[] = {
    {"DurationSeconds", "duration_seconds", true},
    {"ExternalId", "external_id", false},
    {"RoleArn", "role_arn", false},
    {"RoleSessionName", "role_session_name", false},
    {"SerialNumber", "mfa_serial", false},
};

/* ~/.aws/cli/cache/<SHA-1 of the request>.json; to be freed. */
static char *cache_path(const struct aws_provider_run *run) {
  struct aws_buf args;
  char hash[AWS_SHA1_HEX], path[80];
  aws_buf_init(&args, 8192);
  aws_buf_add_char(&args, '{');
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    struct aws_str value = aws_profile_get(run->profile, members[i].key);
    int64_t number = 0;
    if (value.n == 0 || (members[i].number && !aws_str_to_int(value, &number)))
      continue;
    aws_buf_addf(&args, "%s\"%s\": ", args.n > 1 ? ", " : "", members[i].name);
    if (members[i].number)
      aws_buf_addf(&args, "%lld", (long long)number);
    else
      aws_buf_add_json(&args, value);
  }
  aws_buf_add_char(&args, '}');
  bool ok = !args.failed && aws_sha1_hex(aws_buf_str(&args), hash);
  aws_buf_done(&args);
  if (!ok)
    return NULL;
  snprintf(path, sizeof path, "~/.aws/cli/cache/%s.json", hash);
  return aws_settings_path(run->settings, path);
}

static bool is_good(const struct aws_provider_run *run, const struct aws_creds *c) {
  const struct aws_clock *clock = aws_io_clock(run->io);
  return c->expires > clock->wall(clock->arg) + GOOD_FOR_MS &&
         !(run->refused && strcmp(run->refused, c->key_id) == 0);
}

bool aws_cli_cache_parse(struct aws_creds *out, struct aws_str text) {
  struct aws_error ignored = {0};
  struct aws_arena arena;
  aws_arena_init(&arena, 16 * FILE_MAX);
  const cJSON *doc = aws_json_parse(&arena, text.p, text.n, &ignored);
  struct aws_str id = aws_doc_str(doc, "Credentials/AccessKeyId"),
                 secret = aws_doc_str(doc, "Credentials/SecretAccessKey"),
                 token = aws_doc_str(doc, "Credentials/SessionToken"),
                 account = aws_doc_str(doc, "Credentials/AccountId");
  bool ok = doc && id.n > 0 && secret.n > 0 && token.n > 0 &&
            aws_time_parse(aws_doc_str(doc, "Credentials/Expiration"), &out->expires) &&
            aws_creds_set(out, id, secret, token, &ignored);
  if (ok && account.n < sizeof out->account)
    snprintf(out->account, sizeof out->account, "%.*s", AWS_STR_ARG(account));
  out->account_sure = out->account[0] != '\0';
  struct aws_str arn = aws_doc_str(doc, "AssumedRoleUser/Arn");
  if (ok && !out->account_sure)
    aws_keys_of_arn(out, arn);
  if (ok && arn.n < sizeof out->arn)
    snprintf(out->arn, sizeof out->arn, "%.*s", AWS_STR_ARG(arn));
  aws_arena_wipe_done(&arena);
  if (!ok)
    aws_creds_done(out);
  return ok;
}

bool aws_cli_cache_read(const struct aws_provider_run *run, struct aws_creds *out) {
  struct aws_error ignored = {0};
  struct aws_buf text;
  char *path = cache_path(run);
  aws_buf_init(&text, FILE_MAX);
  bool ok = path && aws_file_read(path, &text, &ignored) == AWS_FILE_READ &&
            aws_cli_cache_parse(out, aws_buf_str(&text));
  if (ok && !is_good(run, out)) {
    aws_creds_done(out);
    ok = false;
  }
  aws_buf_wipe_done(&text);
  free(path);
  return ok;
}
