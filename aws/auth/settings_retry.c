/* How often a request is sent. */
#include "config.h"

#include "aws/auth/settings.h"

enum { ATTEMPTS_LEGACY = 5, ATTEMPTS = 3, ATTEMPTS_MOST = 50 };

/* The variable, or else the property; *said_by tells which for the sentence of an error. */
static struct aws_str setting(const struct aws_settings *s, const char *variable, const char *key,
                              const char **said_by) {
  const char *v = aws_settings_env(s, variable);
  *said_by = v ? variable : key;
  return v ? aws_str_from(v) : aws_settings_get(s, key);
}

bool aws_settings_choose_retry(struct aws_settings *s, struct aws_error *err) {
  static const struct {
    const char *name;
    enum aws_retry_mode mode;
  } modes[] = {{"standard", AWS_RETRY_STANDARD},
               {"adaptive", AWS_RETRY_STANDARD},
               {"legacy", AWS_RETRY_LEGACY}};
  const char *said_by;
  struct aws_str mode = setting(s, "AWS_RETRY_MODE", "retry_mode", &said_by);
  size_t i = 0;
  while (mode.n > 0 && i < 3 && !aws_str_eq_c(mode, modes[i].name))
    i++;
  if (i == 3) {
    aws_error_set(err, AWS_E_CONFIG, "%s is \"%.40s\"; it can be standard, adaptive or legacy",
                  said_by, mode.p);
    return false;
  }
  s->retry.mode = modes[i].mode;
  s->retry.max_attempts = s->retry.mode == AWS_RETRY_LEGACY ? ATTEMPTS_LEGACY : ATTEMPTS;
  struct aws_str text = setting(s, "AWS_MAX_ATTEMPTS", "max_attempts", &said_by);
  int64_t n;
  if (text.n == 0)
    return true;
  if (!aws_str_to_int(text, &n) || n < 1) {
    aws_error_set(err, AWS_E_CONFIG, "%s is \"%.40s\"; it can be a number from 1 to %d", said_by,
                  text.p, ATTEMPTS_MOST);
    return false;
  }
  s->retry.max_attempts = n > ATTEMPTS_MOST ? ATTEMPTS_MOST : (int)n;
  return true;
}
