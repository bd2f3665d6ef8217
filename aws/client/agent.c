#include "config.h"

#include "aws/client/agent.h"

#include "aws/auth/settings.h"

#include <sys/utsname.h>

enum { TOKEN_MAX = 50 };

/* What may stand in a token; the rest becomes '-'. */
static void add_token(struct aws_buf *out, const char *text) {
  static const char others[] = "!$%&'*+-.^_`|~";
  struct aws_str s = aws_str_from(text);
  for (size_t i = 0; i < s.n && i < TOKEN_MAX; i++) {
    char c = s.p[i];
    bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr(others, c);
    aws_buf_add_char(out, ok ? c : '-');
  }
}

static void add(struct aws_buf *out, const char *before, const char *token, const char *value) {
  aws_buf_add_c(out, before);
  add_token(out, token);
  if (value)
    aws_buf_add_char(out, '#');
  if (value)
    add_token(out, value);
}

/* The letters of the SDKs for what is in use. */
static void add_features(struct aws_buf *out, const struct aws_settings *s, const char *provider) {
  static const char retry[] = {[AWS_RETRY_STANDARD] = 'E', [AWS_RETRY_LEGACY] = 'D'};
  static const struct {
    const char *provider, *letter;
  } places[] = {
      {"assume-role", "i"}, {"config-file", "n"},
      {"container", "z"},   {"credential-process", "w"},
      {"environment", "g"}, {"instance-metadata", "0"},
      {"login", "AD"},      {"shared-credentials-file", "n"},
      {"sso", "s"},         {"web-identity", "k"},
  };
  aws_buf_add_c(out, " m/");
  aws_buf_add_char(out, retry[s ? aws_settings_retry(s).mode : AWS_RETRY_STANDARD]);
  if (s && (s->endpoint || aws_settings_env(s, "AWS_ENDPOINT_URL")))
    aws_buf_add_c(out, ",N");
  for (size_t i = 0; provider && i < sizeof places / sizeof places[0]; i++)
    if (strcmp(provider, places[i].provider) == 0)
      aws_buf_addf(out, ",%s", places[i].letter);
}

void aws_user_agent(struct aws_buf *out, const struct aws_settings *s, const char *provider) {
  static const char *const modes[] = {
      [AWS_RETRY_STANDARD] = "standard", [AWS_RETRY_LEGACY] = "legacy"};
  struct utsname u;
  aws_buf_add_c(out, "cawsole/" PACKAGE_VERSION " ua/2.1");
  if (uname(&u) == 0) {
    add(out, " os/", strcmp(u.sysname, "Darwin") == 0 ? "macos" : "linux", u.release);
    add(out, " md/", "arch", u.machine);
  }
  aws_buf_add_c(out, " lang/c");
  const char *exec_env = s ? aws_settings_env(s, "AWS_EXECUTION_ENV") : NULL;
  const char *app = s ? aws_settings_env(s, "AWS_SDK_UA_APP_ID") : NULL;
  if (s && !app)
    app = aws_settings_get(s, "sdk_ua_app_id").p;
  if (exec_env)
    add(out, " exec-env/", exec_env, NULL);
  add_features(out, s, provider);
  add(out, " cfg/", "retry-mode", modes[s ? aws_settings_retry(s).mode : AWS_RETRY_STANDARD]);
  if (app && app[0])
    add(out, " app/", app, NULL);
}
