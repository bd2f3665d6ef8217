/* The keeper of the keys, and what it asks the operator, with a clock that is turned by hand. */
#include "config.h"

#include "aws/api.h"
#include "identity_world.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char roles[] = "[default]\nrole_arn = arn:aws:iam::123456789012:role/Ops\n"
                            "source_profile = base\n[profile base]\n"
                            "aws_access_key_id = AKIDBASE\naws_secret_access_key = base\n";

/* ---- a client that asks who it is ------------------------------------------------------------ */

struct caller {
  struct world *w;
  struct aws_identity *id;
  struct aws_client *client;
  unsigned good, bad;      /* calls that ended */
  unsigned news, failures; /* told by the keeper */
  struct aws_error call_err, err;
};

static struct aws_keyring *ring; /* of the keepers that begin now, or NULL */

static void on_done(void *arg, const struct aws_error *err) {
  struct caller *c = arg;
  *(err ? &c->bad : &c->good) += 1;
  if (err)
    c->call_err = *err;
}

static void call_op(struct caller *c, const struct aws_op *op) {
  struct aws_error err = {0};
  cJSON *in = op->write ? cJSON_CreateObject() : NULL;
  assert_non_null(aws_call(c->client, op, in, NULL, NULL, on_done, c, &err));
}

static void call(struct caller *c) {
  call_op(c, &sts_get_caller_identity);
}

static void on_changed(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  struct caller *c = arg;
  *(creds ? &c->news : &c->failures) += 1;
  if (err)
    c->err = *err;
}

static void begin_with(struct caller *c, struct world *w,
                       void (*coming)(void *arg, const struct aws_creds *creds)) {
  struct aws_client_config cfg = {.io = w->io, .region = "eu-west-1", .seed = 1};
  struct aws_error err = {0};
  *c = (struct caller){.w = w};
  struct aws_identity_config keep = {.io = w->io,
                                     .settings = w->settings,
                                     .op = &w->op,
                                     .ring = ring,
                                     .coming = coming,
                                     .changed = on_changed,
                                     .arg = c};
  c->client = aws_client_new(&cfg, &err);
  c->id = aws_identity_new(&keep);
  assert_true(c->client && c->id && aws_identity_attach(c->id, c->client));
}

static void begin(struct caller *c, struct world *w) {
  begin_with(c, w, NULL);
}

static void end(struct caller *c) {
  aws_identity_detach(c->id, c->client);
  aws_client_free(c->client);
  aws_identity_free(c->id);
}

static int set_up(void **state) {
  static struct world w;
  world_open(&w);
  *state = &w;
  return 0;
}

static int tear_down(void **state) {
  world_close(*state);
  return 0;
}

/* ---- keeping --------------------------------------------------------------------------------- */

static void test_calls_wait_for_one_search(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  for (int i = 0; i < 3; i++)
    call(&c);
  assert_null(aws_identity_creds(c.id));
  world_pass(w, 100);
  assert_int_equal(c.good, 3);
  assert_int_equal(w->assumed, 1);
  assert_int_equal(c.news, 1);
  assert_string_equal(w->last_key, "ASIA1");
  assert_string_equal(aws_identity_creds(c.id)->provider, "assume-role");
  assert_string_equal(aws_identity_creds(c.id)->account, "123456789012");
  assert_true(aws_identity_creds(c.id)->account_sure);
  assert_string_equal(aws_identity_creds(c.id)->arn,
                      "arn:aws:sts::123456789012:assumed-role/Ops/x");
  end(&c);
}

static const struct aws_op reboot;

static void hold_back(void *arg, const struct aws_creds *creds) {
  struct caller *c = arg;
  assert_non_null(creds);
  aws_client_only(c->client, &reboot);
}

/* Whoever keeps the client may hold calls back before the first goes out with new keys. */
static void test_new_keys_are_announced(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin_with(&c, w, hold_back);
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(c.news, 1);
  assert_int_equal(w->identified, 0);
  aws_client_only(c.client, NULL);
  world_pass(w, 1000);
  assert_int_equal(c.good, 1);
  end(&c);
}

static void test_renewed_ahead(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 44 * 60 * 1000); /* an hour less 15 minutes is 45 */
  assert_int_equal(w->assumed, 1);
  world_pass(w, 2 * 60 * 1000);
  assert_int_equal(w->assumed, 2);
  call(&c);
  world_pass(w, 100);
  assert_string_equal(w->last_key, "ASIA2");
  world_pass(w, 24 * 3600 * 1000);
  assert_in_range(w->assumed, 30, 36); /* every 45 minutes, no more */
  end(&c);
}

static void test_old_keys_until_they_expire(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 44 * 60 * 1000);
  strcpy(w->refused_key, "AKIDBASE"); /* the role can no longer be taken on */
  world_pass(w, 5 * 60 * 1000);
  assert_int_equal(c.failures, 0); /* still good for more than ten minutes */
  world_pass(w, 5 * 60 * 1000);
  assert_in_range(c.failures, 1, 6);
  call(&c);
  world_pass(w, 100);
  assert_int_equal(c.good, 1);
  assert_string_equal(w->last_key, "ASIA1");
  world_pass(w, 10 * 60 * 1000); /* and over */
  call(&c);
  world_pass(w, 100);
  assert_int_equal(c.bad, 1);
  assert_non_null(strstr(c.call_err.text, "role arn:aws:iam::123456789012:role/Ops"));
  w->refused_key[0] = '\0';
  world_pass(w, 2 * 60 * 1000); /* it comes back by itself */
  call(&c);
  world_pass(w, 100);
  assert_int_equal(c.good, 2);
  assert_string_equal(w->last_key, "ASIA2");
  end(&c);
}

static void test_refused_key_is_replaced_once(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 60 * 1000);
  strcpy(w->refused_key, "ASIA1");
  call(&c);
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(c.good, 2);
  assert_int_equal(w->assumed, 2); /* one for both */
  assert_string_equal(w->last_key, "ASIA2");
  strcpy(w->refused_key, "ASIA2"); /* and the next one at once: no third within the minute */
  unsigned before = wire.requests;
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(c.bad, 1);
  assert_int_equal(w->assumed, 2);
  assert_int_equal(wire.requests - before, 1);
  end(&c);
}

static const struct aws_op reboot = {.name = "RebootEverything",
                                     .service =
                                         &(const struct aws_service){
                                             .id = "sts",
                                             .endpoint_var = "STS",
                                             .host_prefix = "sts",
                                             .signing_name = "sts",
                                             .protocol = AWS_QUERY,
                                             .version = "2011-06-15",
                                         },
                                     .write = true};

/* New keys may come minutes later, from a login: nobody is to be surprised by a write then. */
static void test_refused_write_is_not_sent_again(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 60 * 1000);
  strcpy(w->refused_key, "ASIA1");
  call_op(&c, &reboot);
  world_pass(w, 60 * 1000);
  assert_int_equal(c.good, 0);
  assert_int_equal(c.bad, 1);
  assert_int_equal(w->identified, 0); /* never done */
  assert_false(c.call_err.maybe_done);
  assert_non_null(strstr(c.call_err.text, "nothing was changed"));
  assert_int_equal(w->assumed, 2); /* and yet there are new keys, for the next one */
  call_op(&c, &reboot);
  world_pass(w, 1000);
  assert_int_equal(c.good, 1);
  assert_int_equal(w->identified, 1);
  end(&c);
}

static void test_write_does_not_wait_for_keys(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  call_op(&c, &reboot);
  assert_int_equal(c.bad, 0); /* not from within */
  world_pass(w, 1000);
  assert_int_equal(c.bad, 1);
  assert_int_equal(w->assumed, 1);
  assert_int_equal(w->identified, 0);
  assert_non_null(strstr(c.call_err.text, "nothing was changed"));
  end(&c);
}

static void test_others_wait_for_the_only_one(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 60 * 1000);
  aws_client_only(c.client, &reboot);
  call(&c);
  world_pass(w, 60 * 1000);
  assert_int_equal(w->identified, 0);
  call_op(&c, &reboot);
  world_pass(w, 1000);
  assert_int_equal(w->identified, 1);
  aws_client_only(c.client, NULL);
  world_pass(w, 1000);
  assert_int_equal(w->identified, 2);
  aws_client_only(c.client, &sts_get_caller_identity);
  call_op(&c, &reboot);
  world_pass(w, 1000);
  assert_int_equal(c.bad, 1);
  assert_int_equal(w->identified, 2);
  end(&c);
}

static void test_same_static_keys_are_no_news(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/credentials",
              "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = one\n");
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 100);
  strcpy(w->refused_key, "AKIDONE");
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(c.bad, 1);
  assert_non_null(strstr(c.call_err.text, "key AKIDONE (shared-credentials-file)"));
  assert_string_equal(c.call_err.aws_code, "ExpiredToken");
  assert_int_equal(wire.requests, 1); /* not sent again with what was just refused */
  w->refused_key[0] = '\0';
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(c.good, 1); /* a whim of AWS is not for good */
  end(&c);
}

static void test_changed_files_are_read(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/credentials",
              "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key = one\n");
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 1000);
  world_write(w, ".aws/credentials",
              "[default]\naws_access_key_id = AKIDTWO\naws_secret_access_key = second\n");
  world_pass(w, 31 * 1000);
  call(&c);
  world_pass(w, 100);
  assert_string_equal(w->last_key, "AKIDTWO");
  world_write(w, ".aws/credentials", "[default]\nwrong\n"); /* told, and the old ones stay */
  world_pass(w, 31 * 1000);
  assert_int_equal(c.failures, 1);
  assert_non_null(strstr(c.err.text, "line 2"));
  call(&c);
  world_pass(w, 100);
  assert_int_equal(c.good, 2);
  end(&c);
}

static void test_a_source_that_is_down(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", roles);
  world_load(w, NULL);
  w->sts_down = true;
  begin(&c, w);
  call(&c);
  world_pass(w, 60 * 1000);
  assert_int_equal(c.bad, 1);
  assert_int_equal(c.call_err.code, AWS_E_NETWORK);
  assert_non_null(strstr(c.call_err.text, "profile default"));
  w->sts_down = false;
  world_pass(w, 3 * 60 * 1000);
  assert_int_equal(c.news, 1);
  end(&c);
}

/* ---- the operator ---------------------------------------------------------------------------- */

static const char mfa[] = "[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/Ops\n"
                          "source_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/ann\n"
                          "external_id = ext\nduration_seconds = 900\n"
                          "[profile base]\naws_access_key_id = AKIDBASE\n"
                          "aws_secret_access_key = base\n";

static void test_mfa_code(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", mfa);
  world_load(w, "ops");
  strcpy(w->code, "123456");
  begin(&c, w);
  call(&c);
  world_pass(w, 1000);
  assert_non_null(w->prompt);
  assert_int_equal(w->prompt->kind, AWS_PROMPT_CODE);
  assert_string_equal(w->asked, "MFA code of arn:aws:iam::123456789012:mfa/ann, for profile ops");
  aws_prompt_answer(w->prompt, AWS_STR_LIT("12345"));
  assert_non_null(strstr(w->asked, "six digits"));
  aws_prompt_answer(w->prompt, AWS_STR_LIT(" 654321 "));
  world_pass(w, 1000);
  assert_non_null(strstr(w->asked, "did not accept"));
  assert_int_equal(c.good + c.bad, 0); /* the call waits */
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 1000);
  assert_null(w->prompt);
  assert_int_equal(c.good, 1);
  assert_true(aws_identity_creds(c.id)->with_code);
  assert_null(strstr(c.err.text, "123456"));
  end(&c);
}

static void test_mfa_request(void **state) {
  struct world *w = *state;
  struct caller c;
  char value[64];
  static const char *const want[][2] = {{"RoleArn", "arn:aws:iam::123456789012:role/Ops"},
                                        {"ExternalId", "ext"},
                                        {"DurationSeconds", "900"},
                                        {"SerialNumber", "arn:aws:iam::123456789012:mfa/ann"},
                                        {"TokenCode", "123456"}};
  world_write(w, ".aws/config", mfa);
  world_load(w, "ops");
  strcpy(w->code, "123456");
  begin(&c, w);
  world_pass(w, 1000);
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 1000);
  for (size_t i = 0; i < COUNT(want); i++) {
    wire_param(aws_str_from(w->last_body), want[i][0], value, sizeof value);
    assert_string_equal(value, want[i][1]);
  }
  assert_string_equal(w->last_key, "AKIDBASE");
  end(&c);
}

/* What is no number is left out, as by the AWS CLI; a number that AWS refuses is told at once. */
static void test_durations(void **state) {
  struct world *w = *state;
  static const struct {
    const char *said, *sent; /* NULL: an error */
  } rows[] = {{"900", "900"}, {"43200", "43200"}, {"1h", ""},     {"3600.0", ""},
              {"", ""},       {"899", NULL},      {"43201", NULL}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct caller c;
    char text[400], value[64] = "";
    snprintf(text, sizeof text,
             "[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/Ops\nsource_profile = base\n"
             "duration_seconds = %s\n[profile base]\naws_access_key_id = AKIDBASE\n"
             "aws_secret_access_key = base\n",
             rows[i].said);
    world_close(w);
    world_open(w);
    world_write(w, ".aws/config", text);
    world_load(w, "ops");
    begin(&c, w);
    world_pass(w, 1000);
    wire_param(aws_str_from(w->last_body), "DurationSeconds", value, sizeof value);
    assert_string_equal(value, rows[i].sent ? rows[i].sent : "");
    call(&c);
    world_pass(w, 1000);
    assert_int_equal(c.good, rows[i].sent ? 1 : 0);
    if (!rows[i].sent)
      assert_non_null(strstr(c.call_err.text, "is not from 900 to 43200"));
    end(&c);
  }
}

static void test_mfa_cancelled(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", mfa);
  world_load(w, "ops");
  strcpy(w->code, "123456");
  begin(&c, w);
  call(&c);
  world_pass(w, 1000);
  aws_prompt_cancel(w->prompt);
  world_pass(w, 10 * 60 * 1000);
  assert_int_equal(c.bad, 1);
  assert_int_equal(c.call_err.code, AWS_E_CANCELLED);
  assert_int_equal(w->shown, 1); /* not asked again and again */
  aws_identity_renew(c.id);
  world_pass(w, 1000);
  assert_int_equal(w->shown, 2);
  end(&c); /* with the question open: it is hidden */
}

static void test_mfa_is_asked_before_the_end(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", mfa);
  world_load(w, "ops");
  strcpy(w->code, "123456");
  w->session_s = 3600;
  begin(&c, w);
  world_pass(w, 1000);
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 54 * 60 * 1000);
  assert_null(w->prompt);
  world_pass(w, 2 * 60 * 1000); /* five minutes before the end */
  assert_non_null(w->prompt);
  call(&c); /* the old keys are still good: nobody waits for the operator */
  world_pass(w, 1000);
  assert_int_equal(c.good, 1);
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 1000);
  assert_int_equal(w->assumed, 2);
  end(&c);
}

/* The least that AWS gives is a quarter of an hour. */
static void test_short_sessions(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", mfa);
  world_load(w, "ops");
  strcpy(w->code, "123456");
  w->session_s = 900;
  begin(&c, w);
  world_pass(w, 1000);
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 13 * 60 * 1000);
  assert_int_equal(w->shown, 1);
  world_pass(w, 60 * 1000);
  assert_int_equal(w->shown, 2);
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 1000);
  end(&c);
  world_write(w, ".aws/config", roles); /* without a code */
  world_load(w, NULL);
  w->code[0] = '\0';
  w->assumed = 0;
  begin(&c, w);
  world_pass(w, 60 * 60 * 1000);
  assert_in_range(w->assumed, 5, 7); /* not every minute */
  end(&c);
}

/* The second session of a console; true: it had keys without a question. */
static bool has_keys_at_once(struct world *w, const char *profile) {
  struct caller c;
  world_load(w, profile);
  begin(&c, w);
  call(&c);
  world_pass(w, 1000);
  bool asked = w->prompt != NULL, good = c.good == 1;
  assert_int_not_equal(asked, good);
  if (good)
    assert_true(aws_identity_creds(c.id)->with_code);
  end(&c);
  return good;
}

#define MFA_PROFILE(name, role)                                                                    \
  "[profile " name "]\nrole_arn = arn:aws:iam::123456789012:role/" role                            \
  "\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/ann\n"
#define BASE(key) "[profile base]\naws_access_key_id = " key "\naws_secret_access_key = base\n"

static int drop_ring(void **state) {
  aws_keyring_free(ring);
  ring = NULL;
  return tear_down(state);
}

static void answer_first(struct world *w, struct caller *c) {
  ring = aws_keyring_new();
  world_write(w, ".aws/config",
              MFA_PROFILE("ops", "Ops") MFA_PROFILE("dev", "Dev") BASE("AKIDBASE"));
  world_load(w, "ops");
  strcpy(w->code, "123456");
  w->session_s = 3600;
  begin(c, w);
  world_pass(w, 1000);
  aws_prompt_answer(w->prompt, AWS_STR_LIT("123456"));
  world_pass(w, 1000);
  assert_non_null(aws_identity_creds(c->id));
}

static void test_a_code_lasts_for_the_next_session(void **state) {
  struct world *w = *state;
  struct caller c;
  answer_first(w, &c);
  end(&c);
  assert_true(has_keys_at_once(w, "ops"));
  assert_false(has_keys_at_once(w, "dev")); /* never for another profile */
  assert_true(has_keys_at_once(w, "ops"));
  assert_int_equal(w->assumed, 1);
  world_write(w, ".aws/config", MFA_PROFILE("ops", "Admin") BASE("AKIDBASE"));
  assert_false(has_keys_at_once(w, "ops")); /* nor for what is another one by now */
  world_write(w, ".aws/config", MFA_PROFILE("ops", "Ops") BASE("AKIDELSE"));
  assert_false(has_keys_at_once(w, "ops"));
  world_write(w, ".aws/config", MFA_PROFILE("ops", "Ops") BASE("AKIDBASE"));
  assert_true(has_keys_at_once(w, "ops"));
  strcpy(w->refused_key, "ASIA1");
  assert_false(has_keys_at_once(w, "ops")); /* and not once AWS refused them */
  w->refused_key[0] = '\0';
  assert_false(has_keys_at_once(w, "ops"));
}

static void test_kept_keys_end(void **state) {
  struct world *w = *state;
  struct caller c;
  answer_first(w, &c);
  end(&c);
  wire.now += 54 * 60 * 1000;
  assert_true(has_keys_at_once(w, "ops"));
  wire.now += 60 * 1000; /* now one would be asked anyway */
  assert_false(has_keys_at_once(w, "ops"));
}

/* Somebody edits the files for another reason. */
static void test_files_of_others_cost_no_code(void **state) {
  struct world *w = *state;
  struct caller c;
  answer_first(w, &c);
  world_write(w, ".aws/config", MFA_PROFILE("ops", "Ops") BASE("AKIDBASE") "[profile new]\n");
  world_pass(w, 60 * 1000);
  assert_int_equal(w->shown, 1);
  world_write(w, ".aws/config", MFA_PROFILE("ops", "Other") BASE("AKIDBASE"));
  world_pass(w, 60 * 1000);
  assert_int_equal(w->shown, 2);
  end(&c);
}

/* What was given once may be asked for again by the operator. */
static void test_the_operator_wants_other_keys(void **state) {
  struct world *w = *state;
  struct caller c;
  answer_first(w, &c);
  aws_identity_renew(c.id);
  world_pass(w, 1000);
  assert_int_equal(w->shown, 2);
  end(&c);
}

static void test_session_of_the_cli(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", mfa);
  /* SHA-1 of {"DurationSeconds": 900, "ExternalId": "ext", "RoleArn": ..., "SerialNumber": ...} */
  world_write(w, ".aws/cli/cache/77283b24247e8029d3d912daed1b7b3e852bddf0.json",
              "{\"Credentials\":{\"AccessKeyId\":\"ASIACLI\",\"SecretAccessKey\":\"s\","
              "\"SessionToken\":\"t\",\"Expiration\":\"2026-01-15T13:00:00+00:00\"}}");
  world_load(w, "ops");
  begin(&c, w);
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(w->shown, 0);
  assert_string_equal(w->last_key, "ASIACLI");
  strcpy(w->refused_key, "ASIACLI"); /* then the cache is no answer, and the code is asked for */
  call(&c);
  world_pass(w, 1000);
  assert_int_equal(w->shown, 1);
  end(&c);
}

/* ---- IAM Identity Center --------------------------------------------------------------------- */

/* SHA-1 of "corp" */
#define SSO_CACHE_NAME ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"

static const char sso[] = "[default]\nsso_session = corp\nsso_account_id = 123456789012\n"
                          "sso_role_name = Ops\n[sso-session corp]\nsso_region = eu-central-1\n"
                          "sso_start_url = https://corp.awsapps.com/start\n"
                          "sso_registration_scopes = sso:account:access, x:y\n";

static void token_file(struct world *w, const char *access, const char *expires) {
  char text[1024];
  snprintf(text, sizeof text,
           "{\"startUrl\":\"https://corp.awsapps.com/start\",\"region\":\"eu-central-1\","
           "\"accessToken\":\"%s\",\"expiresAt\":\"%s\",\"clientId\":\"c\",\"clientSecret\":\"cs\","
           "\"registrationExpiresAt\":\"2026-03-01T00:00:00Z\",\"refreshToken\":\"old-refresh\"}",
           access, expires);
  world_write(w, SSO_CACHE_NAME, text);
}

static void test_login_by_device(void **state) {
  struct world *w = *state;
  struct caller c;
  char text[2048], path[256];
  struct stat st;
  world_write(w, ".aws/config", sso);
  world_load(w, NULL);
  w->token_says = "AuthorizationPendingException";
  begin(&c, w);
  call(&c);
  world_pass(w, 2000);
  assert_non_null(w->prompt);
  assert_int_equal(w->prompt->kind, AWS_PROMPT_LOGIN);
  assert_string_equal(w->prompt->url, "https://device.sso/?user_code=ABCD-EFGH");
  assert_string_equal(w->prompt->code, "ABCD-EFGH");
  world_pass(w, 11000);
  assert_int_equal(w->tokens, 2); /* every five seconds */
  w->token_says = "SlowDownException";
  world_pass(w, 5000);
  assert_int_equal(w->tokens, 3);
  w->token_says = NULL;
  world_pass(w, 5000);
  assert_int_equal(w->tokens, 3); /* slower: after ten */
  world_pass(w, 3000);
  assert_int_equal(w->tokens, 4);
  assert_null(w->prompt);
  assert_int_equal(c.good, 1);
  assert_string_equal(w->last_bearer, "access-4");
  assert_string_equal(aws_identity_creds(c.id)->provider, "sso");
  assert_true(world_read(w, SSO_CACHE_NAME, text, sizeof text));
  assert_non_null(strstr(text, "\"accessToken\": \"access-4\""));
  assert_non_null(strstr(text, "\"refreshToken\": \"refresh-4\""));
  assert_non_null(strstr(text, "\"clientSecret\": \"client-secret\""));
  assert_non_null(strstr(text, "\"expiresAt\": \"2026-01-15T20:"));
  snprintf(path, sizeof path, "%s/%s", w->home, SSO_CACHE_NAME);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  end(&c);
}

/* A full disk: nothing can be written. */
static void fill_disk(bool full) {
  static struct rlimit before;
  signal(SIGXFSZ, full ? SIG_IGN : SIG_DFL);
  if (full)
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit now = {full ? 0 : before.rlim_cur, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
}

static void test_token_that_cannot_be_kept(void **state) {
  struct world *w = *state;
  struct caller c;
  char text[2048];
  world_write(w, ".aws/config", sso);
  token_file(w, "old-access", "2026-01-15T12:05:00Z"); /* to be renewed */
  world_load(w, NULL);
  begin(&c, w);
  call(&c);
  fill_disk(true);
  world_pass(w, 2000);
  fill_disk(false);
  assert_int_equal(c.good, 1);
  assert_string_equal(w->last_bearer, "access-1");
  end(&c);
  snprintf(text, sizeof text, "%s/%s", w->home, SSO_CACHE_NAME);
  assert_int_equal(unlink(text), 0);
  begin(&c, w); /* and a login */
  call(&c);
  fill_disk(true);
  world_pass(w, 8000);
  fill_disk(false);
  assert_int_equal(w->shown, 1);
  assert_int_equal(c.good, 1);
  assert_string_equal(w->last_bearer, "access-2");
  assert_false(world_read(w, SSO_CACHE_NAME, text, sizeof text));
  end(&c);
}

static void test_login_elsewhere_ends_the_prompt(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", sso);
  world_load(w, NULL);
  w->token_says = "AuthorizationPendingException";
  begin(&c, w);
  world_pass(w, 2000);
  assert_non_null(w->prompt);
  token_file(w, "by-the-cli", "2026-01-15T20:00:00Z");
  world_pass(w, 6000);
  assert_null(w->prompt);
  assert_string_equal(w->last_bearer, "by-the-cli");
  end(&c);
}

static void test_login_not_confirmed(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", sso);
  world_load(w, NULL);
  w->token_says = "AuthorizationPendingException";
  begin(&c, w);
  world_pass(w, 11 * 60 * 1000);
  assert_null(w->prompt);
  assert_int_equal(c.failures, 1);
  assert_non_null(strstr(c.err.text, "not confirmed in time"));
  assert_int_equal(w->shown, 1);
  end(&c);
}

static void test_token_is_renewed(void **state) {
  struct world *w = *state;
  struct caller c;
  char text[2048];
  world_write(w, ".aws/config", sso);
  token_file(w, "old", "2026-01-15T12:10:00UTC");
  world_load(w, NULL);
  begin(&c, w);
  world_pass(w, 1000);
  assert_int_equal(w->tokens, 1);
  assert_string_equal(w->last_bearer, "access-1");
  assert_true(world_read(w, SSO_CACHE_NAME, text, sizeof text));
  assert_non_null(strstr(text, "access-1"));
  assert_non_null(strstr(text, "\"clientSecret\": \"cs\""));
  assert_non_null(strstr(text, "\"registrationExpiresAt\": \"2026-03-01T00:00:00Z\""));
  end(&c);
}

static void test_old_token_while_it_lives(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", sso);
  token_file(w, "old", "2026-01-15T12:10:00Z");
  world_load(w, NULL);
  w->token_says = "InvalidGrantException";
  begin(&c, w);
  world_pass(w, 1000);
  assert_int_equal(w->shown, 0);
  assert_string_equal(w->last_bearer, "old");
  end(&c);
}

static void test_dead_token_leads_to_login(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", sso);
  token_file(w, "dead", "2026-01-15T20:00:00Z");
  world_load(w, NULL);
  w->token_says = "AuthorizationPendingException";
  begin(&c, w);
  world_pass(w, 2000);
  assert_non_null(w->prompt);
  end(&c);
}

static void test_nobody_to_ask(void **state) {
  struct world *w = *state;
  struct caller c;
  world_write(w, ".aws/config", sso);
  world_load(w, NULL);
  struct aws_identity_config keep = {
      .io = w->io, .settings = w->settings, .changed = on_changed, .arg = &c};
  memset(&c, 0, sizeof c);
  struct aws_identity *id = aws_identity_new(&keep);
  world_pass(w, 1000);
  assert_int_equal(c.failures, 1);
  assert_non_null(strstr(c.err.text, "aws sso login --profile default"));
  assert_non_null(strstr(c.err.text, SSO_CACHE_NAME));
  token_file(w, "later", "2026-01-15T20:00:00Z"); /* and then somebody does */
  world_pass(w, 31 * 1000);
  assert_int_equal(c.news, 1);
  aws_identity_free(id);
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define WITH_RING(test) cmocka_unit_test_setup_teardown(test, set_up, drop_ring)
  const struct CMUnitTest tests[] = {
      WITH(test_calls_wait_for_one_search),
      WITH(test_new_keys_are_announced),
      WITH(test_renewed_ahead),
      WITH(test_old_keys_until_they_expire),
      WITH(test_refused_key_is_replaced_once),
      WITH(test_refused_write_is_not_sent_again),
      WITH(test_write_does_not_wait_for_keys),
      WITH(test_others_wait_for_the_only_one),
      WITH(test_same_static_keys_are_no_news),
      WITH(test_changed_files_are_read),
      WITH(test_a_source_that_is_down),
      WITH(test_mfa_code),
      WITH(test_mfa_request),
      WITH(test_durations),
      WITH(test_mfa_cancelled),
      WITH(test_mfa_is_asked_before_the_end),
      WITH(test_short_sessions),
      WITH_RING(test_a_code_lasts_for_the_next_session),
      WITH_RING(test_kept_keys_end),
      WITH_RING(test_files_of_others_cost_no_code),
      WITH_RING(test_the_operator_wants_other_keys),
      WITH(test_session_of_the_cli),
      WITH(test_login_by_device),
      WITH(test_token_that_cannot_be_kept),
      WITH(test_login_elsewhere_ends_the_prompt),
      WITH(test_login_not_confirmed),
      WITH(test_token_is_renewed),
      WITH(test_old_token_while_it_lives),
      WITH(test_dead_token_leads_to_login),
      WITH(test_nobody_to_ask),
  };
  return cmocka_run_group_tests_name("aws/identity keeper", tests, NULL, NULL);
}
