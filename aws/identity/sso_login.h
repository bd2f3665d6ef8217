/* Logging in without a browser of our own: the operator opens an address somewhere and confirms a
 * code (OAuth 2.0 device authorization, RFC 8628). */
#ifndef CAWSOLE_AWS_IDENTITY_SSO_LOGIN_H
#define CAWSOLE_AWS_IDENTITY_SSO_LOGIN_H

#include "aws/identity/exchange.h"
#include "aws/identity/sso_token.h"

/* token: a new one, its registration within, borrowed; NULL with err set. */
typedef void (*aws_sso_login_fn)(void *arg, const struct aws_sso_token *token,
                                 const struct aws_error *err);

struct aws_sso_login { /* zeroed at first */
  const struct aws_provider_run *run;
  const struct aws_sso_session *session;
  const char *path; /* of the token: somebody else may log in meanwhile */
  aws_sso_login_fn fn;
  void *arg;
  struct aws_exchange exchange;
  struct aws_timer *timer;
  struct aws_prompt prompt;
  bool prompting;
  struct aws_secret device_code;
  struct aws_sso_token token;
  int64_t interval_ms;
  aws_ms until;
};

/* Needs run->op. All is borrowed until the callback or aws_sso_login_stop; the callback may come
 * before this returns. */
void aws_sso_login_begin(struct aws_sso_login *l, const struct aws_provider_run *run,
                         const struct aws_sso_session *session, const char *path,
                         aws_sso_login_fn fn, void *arg);
void aws_sso_login_stop(struct aws_sso_login *l); /* not from within the callback */

#endif
