/* Who is asking: credentials, GetCallerIdentity, and the account pin.
 *
 * A stack with an account pin sends nothing else before the pin is checked. Without one the feeds
 * do not wait for the first answer. Keys that come later may be those of another account, whose
 * answers must not appear under the name of this one: unless they are proven to be of the account
 * that is shown, everything else is held back until it is known whose they are.
 */
#include "config.h"

#include "stack/asking.h"
#include "stack/happening.h"

#include "aws/api/sts.h"

#include <stdio.h>

enum { RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 60000 };

/* It is known whose the keys are, or nobody asks any more. */
static void settle_who(struct stack *s) {
  if (s->keys_refused)
    aws_error_clear(&s->keys_error);
  s->keys_refused = false;
  if (stack_held(s))
    s->dirty |= STACK_BIT_TIME;
  s->who_since = 0;
  s->held = false;
  aws_io_timer_cancel(s->io, s->held_timer);
  s->held_timer = NULL;
}

static void refuse(struct stack *s, const struct aws_error *err) {
  settle_who(s);
  s->refusal = *err;
  s->state = STACK_REFUSED;
  aws_client_only(s->client, &sts_get_caller_identity); /* what is under way ends here */
  stack_poll_stop(s);
  stack_changed(s, STACK_CHANGED_STATE);
}

static void run(struct stack *s) {
  if (s->state != STACK_STARTING)
    return;
  s->state = STACK_RUNNING;
  aws_client_only(s->client, NULL);
  stack_changed(s, STACK_CHANGED_STATE);
  if (!s->deps.identity_only)
    stack_poll_start(s);
}

void stack_arn_role(struct aws_str arn, char *out, size_t size) {
  struct aws_str what = aws_str_after_last(arn, ':');
  struct aws_str type = aws_str_split(&what, '/');
  if (aws_str_eq_c(type, "assumed-role"))
    type = aws_str_split(&what, '/');
  else if (what.n) {
    struct aws_str name = aws_str_after_last(what, '/');
    snprintf(out, size, "%.*s %.*s", AWS_STR_ARG(type), AWS_STR_ARG(name));
    return;
  }
  snprintf(out, size, "%.*s", AWS_STR_ARG(type));
}

static void on_identity_page(void *arg, struct aws_page *page) {
  struct stack *s = arg;
  if (!page->n)
    return;
  const struct sts_identity *id = aws_page_item(page, 0);
  if (s->identified && s->account[0] && !aws_str_eq_c(id->account, s->account)) {
    aws_error_set(&s->moved, AWS_E_CONFIG,
                  "the credentials now belong to account %.12s, and this board shows account %s: "
                  "nothing more is sent. Choose the profile again",
                  id->account.p ? id->account.p : "", s->account);
    return;
  }
  snprintf(s->account, sizeof s->account, "%.*s", AWS_STR_ARG(id->account));
  snprintf(s->caller, sizeof s->caller, "%.*s", AWS_STR_ARG(id->arn));
  stack_arn_role(aws_str_from(s->caller), s->role, sizeof s->role);
}

static void ask(void *arg);

/* Whoever was asked about is no longer who asks. */
static void forget(struct stack *s) {
  if (s->identity_call)
    aws_call_cancel(s->identity_call);
  s->identity_call = NULL;
  if (s->identity_timer)
    aws_io_timer_cancel(s->io, s->identity_timer);
  s->identity_timer = NULL;
}

static void ask_again(struct stack *s) {
  unsigned shift = s->identity_fails < 6 ? s->identity_fails : 6;
  aws_ms wait = (aws_ms)RETRY_FIRST_MS << shift;
  s->identity_fails++;
  s->identity_timer =
      aws_io_timer(s->io, stack_mono(s) + (wait < RETRY_MOST_MS ? wait : RETRY_MOST_MS), ask, s);
}

/* Nothing else is sent before it is known who is asking. */
static bool first(const struct stack *s) {
  return s->cfg.account || s->deps.identity_first;
}

/* Keys of the account that is shown: that much is known without STS. */
static bool proven(const struct stack *s, const struct aws_creds *creds) {
  if (!s->shown_key[0])
    return false;
  return strcmp(creds->key_id, s->shown_key) == 0 ||
         (creds->account_sure && strcmp(creds->account, s->shown_account) == 0);
}

static bool must_hold(const struct stack *s, const struct aws_creds *creds) {
  return (first(s) || s->shown_key[0]) && !proven(s, creds);
}

static void shown_by(struct stack *s, const char *key, const char *account) {
  snprintf(s->shown_key, sizeof s->shown_key, "%s", key);
  snprintf(s->shown_account, sizeof s->shown_account, "%s", account);
}

static bool final_error(const struct aws_error *err) {
  return err->code == AWS_E_CREDENTIALS || err->code == AWS_E_EXPIRED ||
         err->code == AWS_E_DENIED || err->code == AWS_E_CONFIG || err->code == AWS_E_USAGE;
}

/* AWS's sentence is long, and says what is wrong at its end or not at all. */
static const char *what_is_wrong(const struct aws_error *err) {
  static const struct {
    const char *code, *words;
  } known[] = {
      {"SignatureDoesNotMatch", "the secret key is wrong, or belongs to another access key"},
      {"InvalidClientTokenId", "AWS does not know this access key, or its session token"},
      {"ExpiredToken", "the keys have expired"},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(err->aws_code, known[i].code) == 0)
      return known[i].words;
  return "who is asking could not be found out";
}

/* A board that stands is not taken away by an answer that the next one may take back: new keys are
 * not known everywhere in AWS at once. What must be held stays held. */
static bool stands(const struct stack *s) {
  return s->identified && s->state == STACK_RUNNING;
}

/* An event once for each set of keys: the title goes on saying that STS is asked. */
static void tell(struct stack *s, const struct aws_error *err) {
  if (!stands(s))
    return;
  if (final_error(err) && s->held) { /* else the board goes on, and each call says how it ends */
    s->keys_error = *err;
    s->keys_refused = true;
    stack_changed(s, STACK_CHANGED_STATE);
  }
  if (s->identity_fails)
    return;
  stack_event_addf(s, 0, STACK_EVENT_STATE, STACK_WARN, STACK_ALARM, aws_str_from(""),
                   "STS does not say whose the new keys are%s: %s",
                   s->held ? ", and nothing else is asked" : "", err->text);
}

static void on_identity_done(void *arg, const struct aws_error *err) {
  struct stack *s = arg;
  s->identity_call = NULL;
  if (s->moved.code != AWS_OK) {
    refuse(s, &s->moved);
    return;
  }
  if (err && !s->deps.once && (!final_error(err) || stands(s))) {
    tell(s, err);
    ask_again(s); /* no network yet, say: the pin still holds everything back */
    return;
  }
  if (err && (first(s) || s->held || final_error(err))) {
    struct aws_error e = *err;
    aws_error_wrap(&e, "%s", what_is_wrong(err));
    refuse(s, &e);
    return;
  }
  if (!err && s->cfg.account && strcmp(s->cfg.account, s->account) != 0) {
    struct aws_error e = {0};
    aws_error_set(&e, AWS_E_CONFIG,
                  "these credentials belong to account %s, and the stack \"%s\" is pinned to "
                  "account %s: nothing else was sent. Choose another profile, or mend the pin",
                  s->account, s->cfg.name, s->cfg.account);
    refuse(s, &e);
    return;
  }
  bool anew = s->held && !s->identified && s->state == STACK_RUNNING;
  s->identified = true;
  if (!err)
    shown_by(s, s->keys.key_id, s->account);
  settle_who(s);
  stack_changed(s, STACK_CHANGED_STATE);
  if (anew) { /* nobody ever said whose the rows are */
    stack_poll_forget(s);
    stack_poll_start(s);
  }
  aws_client_only(s->client, NULL);
  run(s);
  if (s->deps.identity_only)
    s->settled_at = stack_mono(s);
  else
    stack_wake(s);
}

static void ask(void *arg) {
  struct stack *s = arg;
  struct aws_error err = {0};
  s->identity_timer = NULL;
  const struct aws_call_options opt = {.asked = true};
  s->identity_call = aws_call(s->client, &sts_get_caller_identity, NULL, &opt, on_identity_page,
                              on_identity_done, s, &err);
  if (!s->identity_call)
    refuse(s, &err);
}

void stack_identity_asked(struct stack *s) {
  if (!s->identity_timer)
    return;
  aws_io_timer_cancel(s->io, s->identity_timer);
  ask(s);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void on_held_long(void *arg) {
  struct stack *s = arg;
  s->held_timer = NULL;
  s->dirty |= STACK_BIT_TIME; /* what is shown is marked old */
  stack_changed(s, STACK_CHANGED_STATE);
}

/* Before the client has them. */
static void on_coming(void *arg, const struct aws_creds *creds) {
  struct stack *s = arg;
  forget(s); /* whoever was asked about is no longer who asks */
  if (must_hold(s, creds))
    aws_client_only(s->client, &sts_get_caller_identity);
}

static void begin_who(struct stack *s, const struct aws_creds *creds) {
  settle_who(s);
  s->who_since = stack_mono(s);
  s->held = must_hold(s, creds);
  if (s->held)
    s->held_timer = aws_io_timer(s->io, s->who_since + STACK_HELD_SHOWN_MS, on_held_long, s);
  if (s->account[0] && proven(s, creds) && creds->arn[0]) {
    snprintf(s->caller, sizeof s->caller, "%s", creds->arn);
    stack_arn_role(aws_str_from(s->caller), s->role, sizeof s->role);
  }
  if (!s->held && !s->shown_key[0])
    shown_by(s, creds->key_id, creds->account_sure ? creds->account : "");
}

static void take_keys(struct stack *s, const struct aws_creds *creds) {
  snprintf(s->keys.provider, sizeof s->keys.provider, "%s", creds->provider);
  snprintf(s->keys.key_id, sizeof s->keys.key_id, "%s", creds->key_id);
  s->keys.expires = creds->expires;
  aws_error_clear(&s->keys_error);
  aws_error_clear(&s->moved);
  s->identity_fails = 0;
  forget(s);
  begin_who(s, creds);
  if (s->state == STACK_REFUSED) { /* what was wrong may have been mended */
    s->state = STACK_STARTING;
    aws_error_clear(&s->refusal);
  }
  stack_changed(s, STACK_CHANGED_STATE);
  aws_client_only(s->client, s->held ? &sts_get_caller_identity : NULL);
  ask(s);
  if (s->state == STACK_STARTING && !s->held)
    run(s);
}

/* Keys that cannot be renewed leave the board as it is: its last good rows, and why they are old.
 */
static void on_keys(void *arg, const struct aws_creds *creds, const struct aws_error *err) {
  struct stack *s = arg;
  if (creds) {
    take_keys(s, creds);
  } else if (s->deps.once || !s->keys.key_id[0]) {
    refuse(s, err);
  } else {
    s->keys_error = *err;
    s->keys_refused = false;
    stack_changed(s, STACK_CHANGED_STATE);
  }
}

/* The board says what is waited for; the question itself is somebody else's to show. */
static void on_show(void *arg, struct aws_prompt *asked) {
  struct stack *s = arg;
  s->asked = asked;
  s->dirty |= STACK_BIT_TIME;
  stack_changed(s, STACK_CHANGED_STATE);
  s->deps.operator->show(s->deps.operator->arg, asked);
}

static void on_hide(void *arg, struct aws_prompt *asked) {
  struct stack *s = arg;
  if (s->asked == asked)
    s->asked = NULL;
  s->dirty |= STACK_BIT_TIME;
  stack_changed(s, STACK_CHANGED_STATE);
  s->deps.operator->hide(s->deps.operator->arg, asked);
}

static void keep_keys(struct stack *s) {
  s->operator=(struct aws_operator){on_show, on_hide, s};
  const struct aws_identity_config cfg = {.io = s->io,
                                          .settings = s->deps.settings,
                                          .op = s->deps.operator? &s->operator: NULL,
                                          .ring = s->deps.ring,
                                          .region = s->region,
                                          .coming = on_coming,
                                          .changed = on_keys,
                                          .arg = s };
  struct aws_error err = {0};
  s->keeper = aws_identity_new(&cfg);
  if (s->keeper && aws_identity_attach(s->keeper, s->client))
    return;
  aws_error_set(&err, AWS_E_MEMORY, "no memory to look for credentials");
  refuse(s, &err);
}

/* The demo's key pair is the simulator's own: nothing is looked up. */
static void use_demo_creds(struct stack *s) {
  struct aws_creds creds = {.key_id = "testing", .provider = "demo"};
  struct aws_error err = {0};
  if (aws_secret_set(&creds.secret, AWS_STR_LIT("testing")) &&
      aws_client_set_creds(s->client, &creds)) {
    take_keys(s, &creds);
  } else {
    aws_error_set(&err, AWS_E_MEMORY, "no memory for the credentials");
    refuse(s, &err);
  }
  aws_creds_done(&creds);
}

void stack_renew_keys(struct stack *s) {
  if (s->keeper)
    aws_identity_renew(s->keeper);
}

const struct aws_error *stack_keys_error(const struct stack *s) {
  return s->keys_error.code == AWS_OK ? NULL : &s->keys_error;
}

/* ---- where ----------------------------------------------------------------------------------- */

void stack_region_set(struct stack *s, const char *region) {
  snprintf(s->region, sizeof s->region, "%s", region);
  if (aws_region_fits(region))
    return;
  aws_error_set(&s->refusal, AWS_E_CONFIG,
                "\"%.40s\" is no region of AWS's: mend it where it is given (--region, AWS_REGION, "
                "the profile \"%s\", the stack's configuration)",
                region, aws_settings_profile(s->deps.settings));
  s->state = STACK_REFUSED;
}

static void on_region(void *arg, const char *region) {
  struct stack *s = arg;
  struct aws_error err = {0};
  s->region_search = NULL;
  stack_changed(s, STACK_CHANGED_STATE);
  if (region && aws_client_set_region(s->client, region)) {
    stack_region_set(s, region);
    if (s->state != STACK_REFUSED)
      stack_identity_start(s);
    return;
  }
  aws_error_set(&err, AWS_E_CONFIG,
                "no region: none on the command line (--region), in AWS_REGION, in the profile "
                "\"%s\" or in the stack's configuration, and no instance metadata tells one",
                aws_settings_profile(s->deps.settings));
  refuse(s, &err);
}

static void find_region(struct stack *s) {
  s->region_search = aws_region_find(s->io, s->deps.settings, on_region, s);
  if (!s->region_search)
    on_region(s, NULL);
}

void stack_identity_start(struct stack *s) {
  if (!s->region[0])
    find_region(s);
  else if (s->deps.demo)
    use_demo_creds(s);
  else
    keep_keys(s);
}

void stack_identity_stop(struct stack *s) {
  if (s->keeper)
    aws_identity_detach(s->keeper, s->client);
  aws_identity_free(s->keeper);
  aws_region_cancel(s->region_search);
  s->region_search = NULL;
  s->keeper = NULL;
  forget(s);
  settle_who(s);
}
