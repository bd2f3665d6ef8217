/* Who we are towards AWS: the credential chain, and the operator's part in it.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
#ifndef CAWSOLE_AWS_IDENTITY_H
#define CAWSOLE_AWS_IDENTITY_H

#include "aws/auth.h"

/* ---- what only the operator can do ----------------------------------------------------------- */

enum aws_prompt_kind {
  AWS_PROMPT_CODE, /* an MFA code is wanted: aws_prompt_answer */
  AWS_PROMPT_LOGIN /* log in with a browser at url, where `code` is shown; it goes on by itself */
};

/* A question that is open from show to hide. */
struct aws_prompt {
  enum aws_prompt_kind kind;
  char text[320];          /* "MFA code of arn:aws:iam::123456789012:mfa/ann, for profile ops" */
  char url[512], code[64]; /* LOGIN only */
  aws_ms until;            /* LOGIN: the code is good until then; 0: not known */
  /* private */
  void (*answered)(void *owner, struct aws_str code);
  void (*cancelled)(void *owner);
  void *owner;
};

/* How the operator is asked. hide comes exactly once for each show: after an answer, when the
 * question settled itself, and when whoever asked was cancelled. */
struct aws_operator {
  void (*show)(void *arg, struct aws_prompt *p);
  void (*hide)(void *arg, struct aws_prompt *p);
  void *arg;
};

/* Both hide the prompt, within or after show. The code is copied. */
void aws_prompt_answer(struct aws_prompt *p, struct aws_str code);
void aws_prompt_cancel(struct aws_prompt *p);

/* ---- the chain ------------------------------------------------------------------------------- */

/* Runs the chain in the order of the AWS CLI; the first place that is configured wins, and when it
 * fails, so does the search. The callback gets the credentials (borrowed) or an error that names
 * what was looked at. The handle is good until the callback begins; NULL: no memory, no callback.
 * op may be NULL: nobody can be asked, so what needs an MFA code or a login is an error. All else
 * is borrowed until the callback. */
typedef void (*aws_creds_fn)(void *arg, const struct aws_creds *creds, const struct aws_error *err);
struct aws_creds_search;
struct aws_creds_search *aws_creds_find(struct aws_io *io, const struct aws_settings *s,
                                        const struct aws_operator *op, aws_creds_fn fn, void *arg);
void aws_creds_cancel(struct aws_creds_search *search); /* no callback; NULL is fine */

#endif
