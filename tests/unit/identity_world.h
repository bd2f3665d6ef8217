/* A home directory, a clock, an STS and an IAM Identity Center for tests of who asks. */
#ifndef CAWSOLE_TESTS_UNIT_IDENTITY_WORLD_H
#define CAWSOLE_TESTS_UNIT_IDENTITY_WORLD_H

#include "aws/client.h"
#include "aws/identity.h"
#include "fake_wire.h"
#include "test.h"

#define WORLD_START INT64_C(1768478400000) /* 2026-01-15T12:00:00Z */

struct world {
  char home[64];
  struct aws_io *io;
  struct aws_settings *settings;
  /* The operator. */
  struct aws_operator op;
  struct aws_prompt *prompt; /* open, or NULL */
  unsigned shown, hidden;
  char asked[320];
  /* AWS. */
  unsigned assumed, keys_given, tokens, registered, devices, identified; /* calls */
  int64_t session_s;                                                     /* how long keys live */
  bool sts_down;                                                         /* nobody answers */
  char refused_key[32];   /* AWS takes it no longer */
  char code[8];           /* the MFA code that is right; "" : none is asked for */
  char last_key[64];      /* that the last signed request was made with */
  char last_body[4096];   /* of the last request to STS or OIDC */
  char last_bearer[64];   /* token that GetRoleCredentials was asked with */
  const char *token_says; /* error code of CreateToken; NULL: a token */
};

void world_open(struct world *w);
void world_close(struct world *w);
/* Writes HOME/path, folders made as needed. */
void world_write(struct world *w, const char *path, const char *text);
/* HOME/path into out; false: not there. */
bool world_read(const struct world *w, const char *path, char *out, size_t n);
void world_load(struct world *w, const char *profile); /* after the files are written */
/* Lets ms of the clock pass, in steps of a second at most. */
void world_pass(struct world *w, aws_ms ms);

#endif
