/* A set of keys: filled, copied, wiped. */
#include "config.h"

#include "aws/auth.h"

bool aws_creds_set(struct aws_creds *out, struct aws_str id, struct aws_str secret,
                   struct aws_str token, struct aws_error *err) {
  if (id.n >= sizeof out->key_id) {
    aws_error_set(err, AWS_E_CREDENTIALS, "the access key id is longer than %zu characters",
                  sizeof out->key_id - 1);
    return false;
  }
  memcpy(out->key_id, id.p, id.n);
  out->key_id[id.n] = '\0';
  if (aws_secret_set(&out->secret, secret) && (token.n == 0 || aws_secret_set(&out->token, token)))
    return true;
  aws_error_set(err, AWS_E_MEMORY, "no memory for credentials");
  return false;
}

bool aws_creds_copy(struct aws_creds *to, const struct aws_creds *from) {
  struct aws_creds copy = *from;
  copy.secret = copy.token = (struct aws_secret){0};
  if (!aws_secret_set(&copy.secret, aws_secret_str(&from->secret)) ||
      (from->token.p && !aws_secret_set(&copy.token, aws_secret_str(&from->token)))) {
    aws_creds_done(&copy);
    return false;
  }
  aws_creds_done(to);
  *to = copy;
  return true;
}

void aws_creds_done(struct aws_creds *c) {
  aws_secret_done(&c->secret);
  aws_secret_done(&c->token);
  aws_wipe(c, sizeof *c);
}
