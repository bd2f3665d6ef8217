/* credential_process: another program says the keys.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
#include "config.h"

#include "aws/auth/words.h"
#include "aws/identity/keys.h"
#include "aws/identity/machine.h"
#include "aws/identity/provider.h"

#include <stdio.h>

enum { TIMEOUT_MS = 60000, ERR_MAX_BYTES = 4096, COMPLAINT_MAX = 200 };

struct process {
  struct aws_provider_run *run;
  struct aws_child *child;
};

static void fail(struct aws_provider_run *run, struct aws_error *err) {
  aws_error_wrap(err, "credential_process of profile %s", run->profile->name);
  err->code = err->code == AWS_E_MEMORY ? AWS_E_MEMORY : AWS_E_CREDENTIALS;
  aws_provider_fail(run, err);
}

/* Not 0: in the program's own words. */
static void say_status(const struct aws_child_reply *r, struct aws_error *err) {
  struct aws_buf words;
  aws_buf_init(&words, COMPLAINT_MAX + 1);
  aws_text_tame(&words, r->err, COMPLAINT_MAX);
  const char *text = words.p ? words.p : "it says nothing on stderr";
  if (r->signal)
    aws_error_set(err, AWS_E_CREDENTIALS, "the program was ended by signal %d: %s", r->signal,
                  text);
  else
    aws_error_set(err, AWS_E_CREDENTIALS, "the program ended with status %d: %s", r->status, text);
  aws_buf_done(&words);
}

bool aws_process_read(struct aws_creds *out, struct aws_str text, struct aws_error *err) {
  static const struct aws_keys_form form = {.id = "AccessKeyId",
                                            .secret = "SecretAccessKey",
                                            .token = "SessionToken",
                                            .expires = "Expiration",
                                            .account = "AccountId"};
  struct aws_arena a;
  const cJSON *doc = aws_keys_parse(&a, text, "what it printed", err);
  const cJSON *version = doc ? aws_doc_at(doc, "Version") : NULL;
  bool ok = false;
  if (doc && (!cJSON_IsNumber(version) || version->valuedouble < 1 || version->valuedouble > 1))
    aws_error_set(err, AWS_E_CREDENTIALS, "what it printed has no \"Version\": 1");
  else if (doc)
    ok = aws_keys_take(out, doc, &form, "what it printed", err);
  aws_arena_wipe_done(&a);
  return ok;
}

static void on_end(void *arg, const struct aws_child_reply *reply, const struct aws_error *why) {
  struct process *p = arg;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  p->child = NULL;
  bool ok = false;
  if (!reply)
    err = *why;
  else if (reply->status != 0)
    say_status(reply, &err);
  else
    ok = aws_process_read(&creds, reply->out, &err);
  struct aws_str account = aws_profile_get(p->run->profile, "aws_account_id");
  if (ok && !creds.account[0] && account.n < sizeof creds.account)
    snprintf(creds.account, sizeof creds.account, "%.*s", AWS_STR_ARG(account));
  if (ok)
    aws_provider_give(p->run, &creds);
  else
    fail(p->run, &err);
  aws_creds_done(&creds);
}

static void start(struct aws_provider_run *run, void *state) {
  struct process *p = state;
  struct aws_str line = aws_profile_get(run->profile, "credential_process");
  struct aws_words words = {.text = NULL};
  struct aws_error err = {0};
  p->run = run;
  if (line.n == 0) {
    aws_provider_none(run, NULL);
    return;
  }
  if (aws_words_split(&words, line, &err)) {
    struct aws_child_request rq = {.argv = words.word,
                                   .timeout_ms = TIMEOUT_MS,
                                   .out_max = AWS_KEYS_MAX_BYTES,
                                   .err_max = ERR_MAX_BYTES};
    p->child = aws_io_child(run->io, &rq, on_end, p, &err);
  }
  if (!p->child)
    fail(run, &err);
  aws_words_done(&words);
}

static void stop(void *state) {
  struct process *p = state;
  if (p->child)
    aws_io_child_cancel(p->run->io, p->child);
}

const struct aws_provider aws_provider_process = {
    .name = "credential-process", .size = sizeof(struct process), .start = start, .stop = stop};
