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

/* ---- the keeper ------------------------------------------------------------------------------ */

/* Keeps the keys of the clients good: runs the chain, again 15 minutes before they expire (or when
 * a quarter of their time is left), when AWS refuses them, and when the files change (looked at
 * every 30 seconds); one search at a time, whoever asks. While it runs the old keys stay in use
 * until they expire; after that, calls wait. For keys that cost the operator an MFA code it is 5
 * minutes, or a tenth of their time, and a change of files that does not concern them is none.
 */
struct aws_identity;

/* Keys that were got with an MFA code, for the next keeper with the same profile of the same files:
 * AWS takes a code but once. In memory alone, for no longer than they are good. */
struct aws_keyring;
struct aws_keyring *aws_keyring_new(void);       /* NULL: no memory */
void aws_keyring_free(struct aws_keyring *ring); /* wiped; NULL is fine */

struct aws_identity_config {
  struct aws_io *io;
  const struct aws_settings *settings; /* reloaded into a copy when the files change */
  const struct aws_operator *op;       /* NULL: nobody can be asked */
  struct aws_keyring *ring;            /* borrowed; NULL: none */
  const char *region; /* whose STS is asked where the settings name none; borrowed, or NULL */
  /* New keys were found, and the clients get them as soon as this returns: what must not go out
   * with them is held back here. May be NULL. */
  void (*coming)(void *arg, const struct aws_creds *creds);
  /* New keys are in use, or (err) none could be had: at the start, for those that expire within 10
   * minutes, or for those that AWS refused. May be NULL. */
  void (*changed)(void *arg, const struct aws_creds *creds, const struct aws_error *err);
  void *arg;
};
/* Begins to look at once; cfg is copied, what it points to borrowed. NULL: no memory. */
struct aws_identity *aws_identity_new(const struct aws_identity_config *cfg);
void aws_identity_free(struct aws_identity *id); /* not from within `changed`; NULL is fine */
/* From now on the client has its keys from here. False: no memory. Either may be freed first, but
 * a client only after it was detached. */
struct aws_client;
bool aws_identity_attach(struct aws_identity *id, struct aws_client *c) AWS_MUST_CHECK;
void aws_identity_detach(struct aws_identity *id, struct aws_client *c);
/* For tests. NULL: none yet, or none that are still good. Borrowed until the next turn of the loop.
 */
const struct aws_creds *aws_identity_creds(const struct aws_identity *id);
/* The operator asks: looks again, and asks again for what was cancelled. */
void aws_identity_renew(struct aws_identity *id);

/* ---- the region ------------------------------------------------------------------------------ */

/* Asks the instance metadata service, where nothing else names a region. region: borrowed; NULL:
 * this is no instance, or it does not say. The handle is good until the callback begins. NULL:
 * AWS_EC2_METADATA_DISABLED, or no memory; no callback. Everything is borrowed until the end. */
typedef void (*aws_region_fn)(void *arg, const char *region);
struct aws_region_search;
struct aws_region_search *aws_region_find(struct aws_io *io, const struct aws_settings *settings,
                                          aws_region_fn fn, void *arg);
void aws_region_cancel(struct aws_region_search *search); /* no callback; NULL is fine */

/* ---- the chain ------------------------------------------------------------------------------- */

/* Runs the chain in the order of the AWS CLI; the first place that is configured wins, and when it
 * fails, so does the search. The callback gets the credentials (borrowed) or an error that names
 * what was looked at. The handle is good until the callback begins; NULL: no memory, no callback.
 * op may be NULL: nobody can be asked, so what needs an MFA code or a login is an error. All else
 * is borrowed until the callback. */
typedef void (*aws_creds_fn)(void *arg, const struct aws_creds *creds, const struct aws_error *err);
struct aws_creds_search;
/* One search, for tests: the console keeps its keys by aws_identity_new. */
struct aws_creds_search *aws_creds_find(struct aws_io *io, const struct aws_settings *s,
                                        const struct aws_operator *op, aws_creds_fn fn, void *arg);
void aws_creds_cancel(struct aws_creds_search *search); /* no callback; NULL is fine */

#endif
