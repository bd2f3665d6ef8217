/* From an ask to an address. */
#include "config.h"

#include "aws/auth/endpoint.h"

#include <stdio.h>

/* Puts the parts into a pattern of the table. */
static bool fill(char *out, size_t size, const char *pattern, const struct aws_endpoint_ask *ask,
                 const struct aws_partition *p, const char *region) {
  size_t n = 0;
  while (*pattern) {
    char one[2] = {*pattern, '\0'};
    const char *part = one;
    size_t step = 1;
    if (*pattern == '{') {
      char c = pattern[1];
      part = c == 'p'   ? ask->host_prefix
             : c == 'r' ? region
             : c == 's' ? p->suffix
                        : p->dualstack_suffix;
      step = 3;
    }
    size_t len = strlen(part);
    if (len >= size - n)
      return false;
    memcpy(out + n, part, len + 1);
    n += len;
    pattern += step;
  }
  return true;
}

static bool resolve_own(const struct aws_endpoint_ask *ask, const struct aws_partition *p,
                        struct aws_endpoint *out, struct aws_error *err) {
  const char *pattern = aws_endpoint_pattern(ask, p, out->signing_region);
  snprintf(out->scheme, sizeof out->scheme, "https");
  if (!pattern)
    aws_error_set(err, AWS_E_CONFIG, "%s has no %s%s%s endpoint in %s; turn %s off for it",
                  ask->service, ask->fips ? "FIPS" : "", ask->fips && ask->dualstack ? " " : "",
                  ask->dualstack ? "dual-stack" : "", out->signing_region,
                  ask->fips ? "AWS_USE_FIPS_ENDPOINT" : "AWS_USE_DUALSTACK_ENDPOINT");
  else if (fill(out->host, sizeof out->host, pattern, ask, p, out->signing_region))
    return true;
  else
    aws_error_set(err, AWS_E_CONFIG, "the host name of %s is too long", ask->service);
  return false;
}

/* ---- overrides ------------------------------------------------------------------------------- */

static bool all_of(struct aws_str s, const char *extra) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
          (c != '\0' && strchr(extra, c))))
      return false;
  }
  return true;
}

static bool copy(char *to, size_t size, struct aws_str s) {
  if (s.n >= size)
    return false;
  memcpy(to, s.p, s.n);
  to[s.n] = '\0';
  return true;
}

/* libcurl leaves the scheme's own port out of the Host header, so the signature must. */
static struct aws_str without_port(struct aws_str host, bool tls) {
  const char *port = tls ? ":443" : ":80";
  if (aws_str_ends(host, port))
    host.n -= strlen(port);
  return host;
}

static bool resolve_override(const char *url, struct aws_endpoint *out) {
  struct aws_str s = aws_str_from(url);
  bool tls = aws_str_starts(s, "https://");
  if (!tls && !aws_str_starts(s, "http://"))
    return false;
  size_t skip = tls ? strlen("https://") : strlen("http://");
  snprintf(out->scheme, sizeof out->scheme, "%s", tls ? "https" : "http");
  s = (struct aws_str){s.p + skip, s.n - skip};
  size_t n = strcspn(s.p, "/");
  struct aws_str host = {s.p, n}, path = {s.p + n, s.n - n};
  while (path.n > 0 && path.p[path.n - 1] == '/')
    path.n--;
  host = without_port(host, tls);
  for (size_t i = 0; i < host.n; i++)
    if (host.p[i] == ':' && i + 1 == host.n)
      return false;
  return host.n > 0 && host.p[0] != ':' && all_of(host, "-._:[]") && all_of(path, "-._~%/") &&
         copy(out->host, sizeof out->host, host) && copy(out->path, sizeof out->path, path);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool choose_region(const struct aws_endpoint_ask *ask, const char **region,
                          struct aws_error *err) {
  *region = ask->region && ask->region[0] ? ask->region : ask->global ? "us-east-1" : NULL;
  if (!*region) {
    aws_error_set(err, AWS_E_CONFIG,
                  "no region: set AWS_REGION, or region in the profile, or use --region");
    return false;
  }
  size_t n = strlen(*region);
  if (n <= 63 && strspn(*region, "abcdefghijklmnopqrstuvwxyz0123456789-") == n)
    return true;
  aws_error_set(err, AWS_E_CONFIG, "\"%.63s\" is not the name of a region", *region);
  return false;
}

bool aws_endpoint_resolve(const struct aws_endpoint_ask *ask, struct aws_endpoint *out,
                          struct aws_error *err) {
  const char *region;
  *out = (struct aws_endpoint){.path = ""};
  if (!choose_region(ask, &region, err))
    return false;
  const struct aws_partition *p = aws_partition_of(region);
  snprintf(out->signing_region, sizeof out->signing_region, "%s",
           ask->global ? p->global_region : region);
  if (!ask->override)
    return resolve_own(ask, p, out, err);
  if (ask->fips || ask->dualstack) {
    aws_error_set(
        err, AWS_E_CONFIG,
        "the endpoint %.100s is configured for %s, and %s endpoints are asked for as well: "
        "turn off one of the two",
        ask->override, ask->service, ask->fips ? "FIPS" : "dual-stack");
    return false;
  }
  if (resolve_override(ask->override, out))
    return true;
  aws_error_set(err, AWS_E_CONFIG,
                "the endpoint \"%.100s\" for %s is not an address like http://127.0.0.1:4566",
                ask->override, ask->service);
  return false;
}
