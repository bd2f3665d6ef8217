#include "config.h"

#include "aws/api/ssooidc.h"
#include "aws/identity/sso_login.h"

#include <stdio.h>

enum { INTERVAL_S = 5, INTERVAL_MOST_S = 60, CODE_GOOD_S = 600, CODE_GOOD_MOST_S = 3600 };

static aws_ms now(const struct aws_sso_login *l) {
  const struct aws_clock *clock = aws_io_clock(l->run->io);
  return clock->wall(clock->arg);
}

static void hide(struct aws_sso_login *l) {
  if (!l->prompting)
    return;
  l->prompting = false;
  l->run->op->hide(l->run->op->arg, &l->prompt);
}

static void end(struct aws_sso_login *l, const struct aws_error *err) {
  struct aws_error said = {0};
  hide(l);
  aws_io_timer_cancel(l->run->io, l->timer);
  l->timer = NULL;
  if (err) {
    said = *err;
    aws_error_wrap(&said, "login at %.*s", AWS_STR_ARG(l->session->start_url));
  }
  l->fn(l->arg, err ? NULL : &l->token, err ? &said : NULL);
}

static void ask(struct aws_sso_login *l, const struct aws_op *op, cJSON *in, aws_exchange_fn fn) {
  struct aws_error err = {0};
  struct aws_question q = {.op = op, .in = in, .region = l->session->region.p};
  if (!aws_exchange_begin(&l->exchange, l->run, &q, fn, l, &err))
    end(l, &err);
}

/* An object of texts; NULL: no memory. */
static cJSON *object(const char *const *names, const struct aws_str *values, size_t n) {
  cJSON *in = cJSON_CreateObject();
  for (size_t i = 0; i < n; i++)
    if (!in || !cJSON_AddStringToObject(in, names[i], values[i].p)) {
      aws_json_wipe_delete(in);
      return NULL;
    }
  return in;
}

/* ---- waiting for the operator ---------------------------------------------------------------- */

static void poll_later(struct aws_sso_login *l);

static void on_token(void *arg, const void *item, const struct aws_error *failed) {
  struct aws_sso_login *l = arg;
  struct aws_error err = {0};
  if (!failed) {
    bool ok = aws_sso_token_renew(&l->token, item, now(l), &err);
    end(l, ok ? NULL : &err);
  } else if (strcmp(failed->aws_code, "AuthorizationPendingException") == 0 ||
             strcmp(failed->aws_code, "authorization_pending") == 0 ||
             failed->code == AWS_E_NETWORK) {
    poll_later(l);
  } else if (strcmp(failed->aws_code, "SlowDownException") == 0 ||
             strcmp(failed->aws_code, "slow_down") == 0) {
    l->interval_ms += INTERVAL_S * 1000;
    poll_later(l);
  } else {
    end(l, failed);
  }
}

/* Somebody may have run `aws sso login` in the meantime. */
static bool found_on_disk(struct aws_sso_login *l) {
  struct aws_sso_token t = {.expires = 0};
  struct aws_error ignored = {0};
  if (aws_sso_token_read(l->path, &t, &ignored) == AWS_FILE_READ && t.expires > now(l)) {
    aws_sso_token_done(&l->token);
    l->token = t;
    return true;
  }
  aws_sso_token_done(&t);
  return false;
}

static void on_time(void *arg) {
  struct aws_sso_login *l = arg;
  struct aws_error err = {0};
  l->timer = NULL;
  if (found_on_disk(l)) {
    end(l, NULL);
    return;
  }
  if (now(l) >= l->until) {
    aws_error_set(&err, AWS_E_CANCELLED, "the code was not confirmed in time; try again");
    end(l, &err);
    return;
  }
  static const char *const names[] = {"clientId", "clientSecret", "grantType", "deviceCode"};
  struct aws_str values[] = {
      aws_secret_str(&l->token.client_id), aws_secret_str(&l->token.client_secret),
      AWS_STR_LIT("urn:ietf:params:oauth:grant-type:device_code"), aws_secret_str(&l->device_code)};
  ask(l, &ssooidc_create_token, object(names, values, 4), on_token);
}

static void poll_later(struct aws_sso_login *l) {
  const struct aws_clock *clock = aws_io_clock(l->run->io);
  struct aws_error err = {0};
  l->timer = aws_io_timer(l->run->io, clock->mono(clock->arg) + l->interval_ms, on_time, l);
  if (l->timer)
    return;
  aws_error_set(&err, AWS_E_MEMORY, "no memory to wait for the login");
  end(l, &err);
}

static void on_cancelled(void *owner) {
  struct aws_sso_login *l = owner;
  struct aws_error err = {0};
  aws_error_set(&err, AWS_E_CANCELLED, "the login was cancelled");
  aws_exchange_stop(&l->exchange); /* called by the console, never from the exchange */
  end(l, &err);
}

static void on_answered(void *owner, struct aws_str code) {
  (void)owner, (void)code; /* there is nothing to type */
}

static int64_t within(int64_t v, int64_t most, int64_t otherwise) {
  return v > 0 && v <= most ? v : otherwise;
}

static void show(struct aws_sso_login *l, const struct ssooidc_device *d) {
  struct aws_prompt *p = &l->prompt;
  struct aws_str url = d->url_complete;
  if (url.n == 0 || url.n >= sizeof p->url)
    url = d->url;
  *p = (struct aws_prompt){.kind = AWS_PROMPT_LOGIN,
                           .until = l->until,
                           .answered = on_answered,
                           .cancelled = on_cancelled,
                           .owner = l};
  snprintf(p->text, sizeof p->text, "Log in to IAM Identity Center for profile %s",
           l->run->profile->name);
  snprintf(p->url, sizeof p->url, "%.*s", AWS_STR_ARG(url));
  snprintf(p->code, sizeof p->code, "%.*s", AWS_STR_ARG(d->user_code));
  l->prompting = true;
  poll_later(l);
  if (l->timer)
    l->run->op->show(l->run->op->arg, p);
}

/* ---- getting an address and a code ----------------------------------------------------------- */

static void on_device(void *arg, const void *item, const struct aws_error *failed) {
  struct aws_sso_login *l = arg;
  const struct ssooidc_device *d = item;
  struct aws_error err = {0};
  if (failed) {
    end(l, failed);
    return;
  }
  if (d->device_code.n == 0 || d->user_code.n == 0 || d->url.n == 0)
    aws_error_set(&err, AWS_E_BODY, "the answer of sso-oidc has no code or no address");
  else if (!aws_secret_set(&l->device_code, d->device_code))
    aws_error_set(&err, AWS_E_MEMORY, "no memory for a login");
  if (err.code != AWS_OK) {
    end(l, &err);
    return;
  }
  l->interval_ms = within(d->interval, INTERVAL_MOST_S, INTERVAL_S) * 1000;
  l->until = now(l) + within(d->expires_in, CODE_GOOD_MOST_S, CODE_GOOD_S) * 1000;
  show(l, d);
}

static void on_client(void *arg, const void *item, const struct aws_error *failed) {
  struct aws_sso_login *l = arg;
  const struct ssooidc_client *c = item;
  struct aws_error err = {0};
  if (failed) {
    end(l, failed);
    return;
  }
  if (c->id.n == 0 || c->secret.n == 0)
    aws_error_set(&err, AWS_E_BODY, "the answer of sso-oidc names no client");
  else if (!aws_secret_set(&l->token.client_id, c->id) ||
           !aws_secret_set(&l->token.client_secret, c->secret))
    aws_error_set(&err, AWS_E_MEMORY, "no memory for a login");
  if (err.code != AWS_OK) {
    end(l, &err);
    return;
  }
  if (c->secret_expires > 0 && c->secret_expires < AWS_MS_MOST / 1000)
    l->token.registration_expires = c->secret_expires * 1000;
  static const char *const names[] = {"clientId", "clientSecret", "startUrl"};
  struct aws_str values[] = {c->id, c->secret, l->session->start_url};
  ask(l, &ssooidc_start_device, object(names, values, 3), on_device);
}

/* The scopes of the session, parted by commas; a client without any gets no refresh token. */
static bool add_scopes(const struct aws_sso_session *session, cJSON *in) {
  if (session->name.n == 0)
    return true;
  struct aws_str rest = session->scopes.n > 0 ? session->scopes : AWS_STR_LIT("sso:account:access");
  cJSON *list = cJSON_AddArrayToObject(in, "scopes");
  while (list && rest.n > 0) {
    struct aws_str scope = aws_str_trim(aws_str_split(&rest, ','));
    char text[128];
    if (scope.n == 0 || scope.n >= sizeof text)
      continue;
    snprintf(text, sizeof text, "%.*s", AWS_STR_ARG(scope));
    cJSON *item = cJSON_CreateString(text);
    if (!item || !cJSON_AddItemToArray(list, item))
      return false;
  }
  return list != NULL;
}

void aws_sso_login_begin(struct aws_sso_login *l, const struct aws_provider_run *run,
                         const struct aws_sso_session *session, const char *path,
                         aws_sso_login_fn fn, void *arg) {
  static const char *const names[] = {"clientName", "clientType"};
  struct aws_str values[] = {AWS_STR_LIT("cawsole"), AWS_STR_LIT("public")};
  l->run = run;
  l->session = session;
  l->path = path;
  l->fn = fn;
  l->arg = arg;
  cJSON *in = object(names, values, 2);
  if (in && !add_scopes(session, in)) {
    cJSON_Delete(in);
    in = NULL;
  }
  ask(l, &ssooidc_register_client, in, on_client);
}

void aws_sso_login_stop(struct aws_sso_login *l) {
  if (!l->run)
    return;
  hide(l);
  aws_io_timer_cancel(l->run->io, l->timer);
  aws_exchange_stop(&l->exchange);
  aws_secret_done(&l->device_code);
  aws_sso_token_done(&l->token);
  *l = (struct aws_sso_login){0};
}
