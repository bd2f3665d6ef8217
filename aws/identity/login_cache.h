/* The file that `aws login` leaves, and that whoever renews the tokens writes anew. */
#ifndef CAWSOLE_AWS_IDENTITY_LOGIN_CACHE_H
#define CAWSOLE_AWS_IDENTITY_LOGIN_CACHE_H

#include "aws/auth/settings.h"
#include "aws/doc.h"

/* What the file says. Points into the arena. */
struct aws_login {
  struct aws_arena arena;
  const cJSON *doc;
  struct aws_creds creds;
  struct aws_str client_id, refresh_token, key;
};

/* The file's path for a value of login_session, to be freed. NULL: *err set. */
char *aws_login_path(const struct aws_settings *s, struct aws_str session, struct aws_error *err);
/* Reads the text of the file. True or false, aws_login_done follows; false: *err set. */
bool aws_login_parse(struct aws_login *l, struct aws_str text,
                     struct aws_error *err) AWS_MUST_CHECK;
void aws_login_done(struct aws_login *l); /* overwrites */

/* The answer of sign-in: fills a zeroed key set and *refresh_token (into the arena, which is made
 * and has to be wiped). The account is that of `old`. */
bool aws_login_read_answer(struct aws_creds *out, struct aws_arena *a,
                           struct aws_str *refresh_token, const struct aws_login *old,
                           struct aws_str body, aws_ms now, struct aws_error *err) AWS_MUST_CHECK;
/* The file with the new tokens in the place of the old ones; all else as it was. */
bool aws_login_print(struct aws_buf *out, const struct aws_login *old,
                     const struct aws_creds *creds, struct aws_str refresh_token) AWS_MUST_CHECK;

#endif
