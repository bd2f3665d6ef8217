/* Host names by partition; https://docs.aws.amazon.com/general/latest/gr/rande.html */
#include "config.h"

#include "aws/client/endpoint.h"

#include <stdio.h>

/* By the beginning of a region's name; the last row takes the rest. */
static const struct partition {
  const char *prefix, *suffix;
  const char *global_region; /* that global services are signed for */
} partitions[] = {
    {"cn-", "amazonaws.com.cn", "cn-northwest-1"},
    {"us-gov-", "amazonaws.com", "us-gov-west-1"},
    {"eusc-", "amazonaws.eu", "eusc-de-east-1"},
    {"us-iso-", "c2s.ic.gov", "us-iso-east-1"},
    {"us-isob-", "sc2s.sgov.gov", "us-isob-east-1"},
    {"eu-isoe-", "cloud.adc-e.uk", "eu-isoe-west-1"},
    {"us-isof-", "csp.hci.ic.gov", "us-isof-south-1"},
    {"", "amazonaws.com", "us-east-1"},
};

/* Hosts that follow no rule. */
static const struct exception {
  const char *service, *region, *host; /* region: as signed for */
} exceptions[] = {
    {"cloudfront", "cn-northwest-1", "cloudfront.cn-northwest-1.amazonaws.com.cn"},
    {"s3", "us-east-1", "s3.amazonaws.com"},
};

static const struct partition *partition_of(const char *region) {
  const struct partition *p = partitions;
  while (strncmp(region, p->prefix, strlen(p->prefix)) != 0)
    p++;
  return p;
}

static bool resolve_own(const struct aws_service *service, const char *region,
                        struct aws_endpoint *out) {
  const struct partition *p = partition_of(region);
  strcpy(out->scheme, "https");
  for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
    if (strcmp(exceptions[i].service, service->id) == 0 &&
        strcmp(exceptions[i].region, out->signing_region) == 0)
      return snprintf(out->host, sizeof out->host, "%s", exceptions[i].host) > 0;
  int n = service->global
              ? snprintf(out->host, sizeof out->host, "%s.%s", service->host_prefix, p->suffix)
              : snprintf(out->host, sizeof out->host, "%s.%s.%s", service->host_prefix, region,
                         p->suffix);
  return n > 0 && (size_t)n < sizeof out->host;
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

bool aws_endpoint_resolve(const struct aws_service *service, const char *region,
                          const char *override, struct aws_endpoint *out, struct aws_error *err) {
  *out = (struct aws_endpoint){.path = ""};
  if (!region || !region[0]) {
    if (!service->global) {
      aws_error_set(err, AWS_E_CONFIG,
                    "no region: set AWS_REGION, or region in the profile, or use --region");
      return false;
    }
    region = "us-east-1";
  }
  if (strlen(region) > 63 ||
      strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region)) {
    aws_error_set(err, AWS_E_CONFIG, "\"%.63s\" is not the name of a region", region);
    return false;
  }
  snprintf(out->signing_region, sizeof out->signing_region, "%s",
           service->global ? partition_of(region)->global_region : region);
  if (!override)
    return resolve_own(service, region, out);
  if (resolve_override(override, out))
    return true;
  aws_error_set(err, AWS_E_CONFIG,
                "the endpoint \"%.100s\" for %s is not an address like http://127.0.0.1:4566",
                override, service->id);
  return false;
}
