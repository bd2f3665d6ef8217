/* Key sets as other programs and services write them: small JSON objects. */
#ifndef CAWSOLE_AWS_IDENTITY_KEYS_H
#define CAWSOLE_AWS_IDENTITY_KEYS_H

#include "aws/auth.h"
#include "aws/doc.h"

/* What the members are called; NULL: there is none. */
struct aws_keys_form {
  const char *id, *secret, *token, *expires, *account;
  bool temporary; /* token and expires must be there */
};

enum { AWS_KEYS_MAX_BYTES = 64 * 1024 }; /* of the text; its tree gets 16 times that */

/* Parses the text into an arena that was not initialised, to be wiped when done, whatever comes
 * back. what: "the answer of http://169.254.170.2", begins the sentence of an error, in which
 * nothing of the text is repeated. NULL: *err set; it is no JSON object. */
const cJSON *aws_keys_parse(struct aws_arena *a, struct aws_str text, const char *what,
                            struct aws_error *err);
/* Fills a zeroed key set from the object. False: *err set. */
bool aws_keys_take(struct aws_creds *out, const cJSON *doc, const struct aws_keys_form *form,
                   const char *what, struct aws_error *err) AWS_MUST_CHECK;

/* Whose account the keys are, from the ARN that came with them: arn:aws:sts::123456789012:... */
void aws_keys_of_arn(struct aws_creds *out, struct aws_str arn);

/* Text that others wrote, fit for a sentence on any terminal: what is not printable ASCII becomes
 * '?', white space one blank, at most `max` bytes. */
void aws_text_tame(struct aws_buf *out, struct aws_str text, size_t max);

#endif
