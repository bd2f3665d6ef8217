/* Endpoints that the operator configured, for one service or for all.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
#include "config.h"

#include "aws/auth/settings.h"

#include <stdlib.h>
#include <strings.h>

enum { SERVICE_MAX = 64 };

static char fold(char c, bool upper) {
  if (upper)
    return (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
  return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool none_count(const struct aws_settings *s) {
  return aws_settings_is_true(s, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                              "ignore_configured_endpoint_urls");
}

bool aws_settings_check_services(const struct aws_settings *s, struct aws_error *err) {
  struct aws_str group = aws_settings_get(s, "services");
  const struct aws_ini_section *found = aws_ini_find(&s->config, AWS_INI_SERVICES, group);
  if (group.n == 0 || (found && found->n > 0) || s->endpoint || none_count(s) ||
      aws_settings_env(s, "AWS_ENDPOINT_URL"))
    return true;
  aws_error_set(err, AWS_E_CONFIG,
                "profile %s has services = %.60s, and %s has %s [services %.60s]: its endpoints "
                "are not known, and no request goes to AWS instead",
                s->profile, group.p, s->config_path ? s->config_path : "~/.aws/config",
                found ? "nothing in" : "no", group.p);
  return false;
}

static struct aws_str look_up(const struct aws_settings *s, const char *service) {
  if (s->endpoint)
    return aws_str_from(s->endpoint);
  if (none_count(s))
    return (struct aws_str){0};
  char variable[sizeof "AWS_ENDPOINT_URL_" + SERVICE_MAX] = "AWS_ENDPOINT_URL_";
  char key[SERVICE_MAX + 1];
  size_t n = strlen(service), prefix = strlen(variable);
  if (n > SERVICE_MAX)
    return (struct aws_str){0};
  for (size_t i = 0; i <= n; i++) {
    variable[prefix + i] = fold(service[i], true);
    key[i] = fold(service[i], false);
  }
  const char *env = aws_settings_env(s, variable);
  env = env ? env : aws_settings_env(s, "AWS_ENDPOINT_URL");
  if (env)
    return aws_str_from(env);
  struct aws_str group = aws_settings_get(s, "services"), url = {0};
  if (group.n > 0)
    url = aws_ini_get_sub(aws_ini_find(&s->config, AWS_INI_SERVICES, group), aws_str_from(key),
                          AWS_STR_LIT("endpoint_url"));
  return url.n > 0 ? url : aws_settings_get(s, "endpoint_url");
}

/* What was found is kept: the text must live as long as the settings. */
const char *aws_settings_endpoint(const struct aws_settings *settings, const char *service_id) {
  struct aws_settings *s = (struct aws_settings *)settings; /* the memo alone is changed */
  for (size_t i = 0; i < s->nendpoints; i++)
    if (strcasecmp(s->endpoints[i].service, service_id) == 0)
      return s->endpoints[i].url;
  struct aws_str url = look_up(s, service_id);
  struct endpoint_entry e = {.service = strdup(service_id)};
  if (url.n > 0 && (e.url = aws_calloc(url.n + 1, 1)))
    memcpy(e.url, url.p, url.n);
  if (!e.service || (url.n > 0 && !e.url) ||
      !aws_grow(&s->endpoints, &s->endpoints_cap, s->nendpoints + 1, sizeof *s->endpoints)) {
    free(e.service);
    free(e.url);
    return url.n > 0 ? "" : NULL; /* a request meant for somewhere else must not go to AWS */
  }
  s->endpoints[s->nendpoints++] = e;
  return e.url;
}
