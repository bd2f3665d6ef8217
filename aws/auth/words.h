/* A command line cut into words as a shell would, without one: quotes and backslashes, no
 * variables, no "~", no pipes. */
#ifndef CAWSOLE_AWS_AUTH_WORDS_H
#define CAWSOLE_AWS_AUTH_WORDS_H

#include "aws/base.h"

enum { AWS_WORDS_MAX = 64 };

struct aws_words {
  char *text; /* holds them all */
  size_t n;
  const char *word[AWS_WORDS_MAX + 1]; /* NULL after the last */
};

/* False: *err set (AWS_E_CONFIG: an open quote, no word, or too many). */
bool aws_words_split(struct aws_words *w, struct aws_str line,
                     struct aws_error *err) AWS_MUST_CHECK;
void aws_words_done(struct aws_words *w);

#endif
