/* A role taken on with the keys of another profile or place, with an MFA code where one is asked
 * for. https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
 */
#include "config.h"

#include "aws/api/sts.h"
#include "aws/identity/cli_cache.h"
#include "aws/identity/exchange.h"

#include <stdio.h>

enum { CODE_DIGITS = 6, CODES_MOST = 3 };

struct assume_role {
  struct aws_provider_run *run;
  struct aws_creds_search *source;
  struct aws_creds base; /* what the role is taken on with */
  struct aws_prompt prompt;
  bool prompting;
  int codes; /* asked for so far */
  struct aws_exchange exchange;
};

static const struct {
  const char *name;
  const struct aws_provider *place;
} sources[] = {
    {"Ec2InstanceMetadata", &aws_provider_imds},
    {"EcsContainer", &aws_provider_container},
    {"Environment", &aws_provider_environment},
};

static struct aws_str setting(const struct assume_role *a, const char *key) {
  return aws_profile_get(a->run->profile, key);
}

static void fail(struct assume_role *a, const struct aws_error *err) {
  struct aws_error said = *err;
  aws_error_wrap(&said, "profile %s, role %.*s", a->run->profile->name,
                 AWS_STR_ARG(setting(a, "role_arn")));
  aws_provider_fail(a->run, &said);
}

/* ---- the call -------------------------------------------------------------------------------- */

static void ask_code(struct assume_role *a, const char *why);

static bool code_was_wrong(const struct assume_role *a, const struct aws_error *err) {
  return a->codes > 0 && a->codes < CODES_MOST && err->code == AWS_E_DENIED &&
         strstr(err->text, "MultiFactorAuthentication failed");
}

static void on_answer(void *arg, const void *item, const struct aws_error *failed) {
  struct assume_role *a = arg;
  struct aws_creds creds = {.with_code = a->codes > 0 || a->base.with_code};
  struct aws_error err = {0};
  if (failed && code_was_wrong(a, failed)) {
    ask_code(a, "AWS did not accept the last one; ");
    return;
  }
  if (failed)
    fail(a, failed);
  else if (aws_sts_creds(item, &creds, &err))
    aws_provider_give(a->run, &creds);
  else
    fail(a, &err);
  aws_creds_done(&creds);
}

static bool add(cJSON *in, const char *name, struct aws_str value) {
  return value.n == 0 || cJSON_AddStringToObject(in, name, value.p);
}

static cJSON *make_input(struct assume_role *a, struct aws_str code, struct aws_error *err) {
  cJSON *in = cJSON_CreateObject();
  aws_error_set(err, AWS_E_MEMORY, "no memory to ask sts");
  if (in && add(in, "RoleArn", setting(a, "role_arn")) &&
      aws_sts_session_name(a->run, setting(a, "role_session_name"), in) &&
      add(in, "ExternalId", setting(a, "external_id")) &&
      (code.n == 0 ||
       (add(in, "SerialNumber", setting(a, "mfa_serial")) && add(in, "TokenCode", code))) &&
      aws_sts_duration(a->run, in, err))
    return in;
  cJSON_Delete(in);
  return NULL;
}

static void ask_sts(struct assume_role *a, struct aws_str code) {
  struct aws_error err = {0};
  cJSON *in = make_input(a, code, &err);
  struct aws_question q = {
      .op = &sts_assume_role, .in = in, .creds = &a->base, .region = aws_sts_region(a->run)};
  if (!in || !aws_exchange_begin(&a->exchange, a->run, &q, on_answer, a, &err))
    fail(a, &err);
}

/* ---- the code -------------------------------------------------------------------------------- */

static void hide(struct assume_role *a) {
  if (!a->prompting)
    return;
  a->prompting = false;
  a->run->op->hide(a->run->op->arg, &a->prompt);
}

static void on_code(void *owner, struct aws_str answer) {
  struct assume_role *a = owner;
  struct aws_str typed = aws_str_trim(answer);
  int64_t number;
  if (typed.n != CODE_DIGITS || !aws_str_to_int(typed, &number) || number < 0) {
    hide(a);
    ask_code(a, "a code is six digits; ");
    return;
  }
  char code[CODE_DIGITS + 1];
  memcpy(code, typed.p, CODE_DIGITS);
  code[CODE_DIGITS] = '\0';
  hide(a);
  ask_sts(a, (struct aws_str){code, CODE_DIGITS});
  aws_wipe(code, sizeof code);
}

static void on_no_code(void *owner) {
  struct assume_role *a = owner;
  struct aws_error err = {0};
  hide(a);
  aws_error_set(&err, AWS_E_CANCELLED, "no MFA code was given");
  fail(a, &err);
}

static void ask_code(struct assume_role *a, const char *why) {
  struct aws_str serial = setting(a, "mfa_serial");
  if (!a->run->op || a->codes == CODES_MOST) {
    struct aws_error err = {0};
    aws_error_set(
        &err, AWS_E_CREDENTIALS,
        "%sa code of %.*s is needed%s `aws sts get-caller-identity --profile %s` asks for "
        "one, and its session is used here too",
        why, AWS_STR_ARG(serial),
        a->run->op ? ", and three were asked for." : ", and nobody can be asked.",
        a->run->profile->name);
    fail(a, &err);
    return;
  }
  a->codes++;
  a->prompt = (struct aws_prompt){
      .kind = AWS_PROMPT_CODE, .answered = on_code, .cancelled = on_no_code, .owner = a};
  snprintf(a->prompt.text, sizeof a->prompt.text, "%sMFA code of %.*s, for profile %s", why,
           AWS_STR_ARG(serial), a->run->profile->name);
  a->prompting = true;
  a->run->op->show(a->run->op->arg, &a->prompt);
}

/* ---- what it is taken on with ---------------------------------------------------------------- */

static void on_source(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  struct assume_role *a = arg;
  struct aws_error memory = {0};
  a->source = NULL;
  if (!err && !aws_creds_copy(&a->base, creds)) {
    aws_error_set(&memory, AWS_E_MEMORY, "no memory for credentials");
    err = &memory;
  }
  if (err)
    fail(a, err);
  else if (setting(a, "mfa_serial").n > 0)
    ask_code(a, "");
  else
    ask_sts(a, (struct aws_str){0});
}

static bool find_named(struct assume_role *a, struct aws_str name, struct aws_error *err) {
  for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
    if (aws_str_eq_c(name, sources[i].name)) {
      a->source = aws_creds_find_at(a->run, sources[i].place, on_source, a, err);
      return a->source != NULL;
    }
  aws_error_set(err, AWS_E_CONFIG,
                "credential_source = %.60s is none of Environment, Ec2InstanceMetadata and "
                "EcsContainer",
                name.p);
  return false;
}

static bool find_source(struct assume_role *a, struct aws_error *err) {
  struct aws_str profile = setting(a, "source_profile"), named = setting(a, "credential_source");
  if (profile.n > 0 && named.n > 0)
    aws_error_set(err, AWS_E_CONFIG,
                  "the profile has both source_profile and credential_source: take one away");
  else if (profile.n == 0 && named.n == 0)
    aws_error_set(err, AWS_E_CONFIG,
                  "the profile has neither source_profile nor credential_source: say whose keys "
                  "take on the role");
  else if (named.n > 0)
    return find_named(a, named, err);
  else
    a->source = aws_creds_find_source(a->run, profile, on_source, a, err);
  return a->source != NULL;
}

/* ---- the provider ---------------------------------------------------------------------------- */

static void start(struct aws_provider_run *run, void *state) {
  struct assume_role *a = state;
  struct aws_creds creds = {.expires = 0};
  struct aws_error err = {0};
  a->run = run;
  bool keys_first = run->source && aws_profile_has_keys(run->profile);
  if (setting(a, "role_arn").n == 0 || setting(a, "web_identity_token_file").n > 0 || keys_first) {
    aws_provider_none(run, NULL);
  } else if (aws_cli_cache_read(run, &creds)) {
    creds.with_code = setting(a, "mfa_serial").n > 0;
    aws_provider_give(run, &creds);
  } else if (!find_source(a, &err)) {
    fail(a, &err);
  }
}

static void stop(void *state) {
  struct assume_role *a = state;
  hide(a);
  aws_creds_cancel(a->source);
  aws_exchange_stop(&a->exchange);
  aws_creds_done(&a->base);
}

const struct aws_provider aws_provider_assume_role = {
    .name = "assume-role", .size = sizeof(struct assume_role), .start = start, .stop = stop};
