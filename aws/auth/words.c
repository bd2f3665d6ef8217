#include "config.h"

#include "aws/auth/words.h"

#include <stdlib.h>

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Reads one word at *p into out; false: a quote stays open. Within single quotes nothing is
 * special, within double quotes a backslash before '"' and '\' alone. */
static bool read_word(const char **p, const char *end, char **out) {
  char quote = '\0';
  const char *s = *p;
  for (; s < end && (quote || !is_blank(*s)); s++) {
    bool escape =
        *s == '\\' && quote != '\'' && s + 1 < end && (!quote || s[1] == '"' || s[1] == '\\');
    if (escape)
      *(*out)++ = *++s;
    else if (quote ? *s == quote : (*s == '\'' || *s == '"'))
      quote = quote ? '\0' : *s;
    else
      *(*out)++ = *s;
  }
  *(*out)++ = '\0';
  *p = s;
  return !quote;
}

bool aws_words_split(struct aws_words *w, struct aws_str line, struct aws_error *err) {
  *w = (struct aws_words){.text = aws_calloc(line.n + 2, 1)};
  line = line.p ? line : AWS_STR_LIT("");
  const char *p = line.p, *end = line.p + line.n, *why = NULL;
  char *out = w->text;
  if (!out) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a command line");
    return false;
  }
  if (memchr(line.p, '\0', line.n))
    why = "a NUL byte";
  while (!why) {
    while (p < end && is_blank(*p))
      p++;
    if (p == end)
      break;
    if (w->n == AWS_WORDS_MAX) {
      why = "too many words";
      break;
    }
    w->word[w->n++] = out;
    if (!read_word(&p, end, &out))
      why = "a quote that is not closed";
  }
  if (!why && w->n == 0)
    why = "no command";
  if (!why)
    return true;
  aws_error_set(err, AWS_E_CONFIG, "the command line has %s", why);
  aws_words_done(w);
  return false;
}

void aws_words_done(struct aws_words *w) {
  free(w->text);
  *w = (struct aws_words){.text = NULL};
}
