/* Which proxy a request goes through: the variables as the AWS CLI reads them, which is how
 * Python's urllib does. libcurl reads them otherwise: it knows no "host:port" in NO_PROXY and takes
 * ALL_PROXY.
 */
#include "config.h"

#include "aws/io/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* "127.0.0.1", not "127.evil.example". */
static bool is_loopback_v4(struct aws_str host) {
  if (!aws_str_starts(host, "127."))
    return false;
  for (size_t i = 0; i < host.n; i++)
    if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
      return false;
  return true;
}

static struct aws_str without_port(struct aws_str host) {
  if (host.n > 0 && host.p[0] == '[') {
    const char *end = memchr(host.p, ']', host.n);
    return (struct aws_str){host.p, end ? (size_t)(end - host.p) + 1 : host.n};
  }
  return aws_str_split(&host, ':');
}

bool io_host_is_direct(struct aws_str host) {
  static const char *const direct[] = {"localhost",     "[::1]",          "169.254.169.254",
                                       "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]",
                                       "[fd00:ec2::23]"};
  host = without_port(host);
  for (size_t i = 0; i < sizeof direct / sizeof direct[0]; i++)
    if (aws_str_eq_c(host, direct[i]))
      return true;
  return is_loopback_v4(host);
}

/* The lower-case name goes before the other one, even where it is set to nothing. */
static const char *variable(const char *lower, const char *upper) {
  const char *v = getenv(lower);
  v = v ? v : getenv(upper);
  return v ? v : "";
}

/* A CGI program finds under HTTP_PROXY what its caller wrote in a header Proxy (CVE-2016-5385). */
static const char *proxy_for(const char *url) {
  if (!aws_str_starts(aws_str_from(url), "http://"))
    return variable("https_proxy", "HTTPS_PROXY");
  return variable("http_proxy", getenv("REQUEST_METHOD") ? "http_proxy" : "HTTP_PROXY");
}

/* The host itself, or one below it: "example.com" and ".example.com" are the same. */
static bool covers(struct aws_str entry, struct aws_str host) {
  while (entry.n > 0 && entry.p[0] == '.')
    entry = (struct aws_str){entry.p + 1, entry.n - 1};
  if (entry.n == 0 || entry.n > host.n)
    return false;
  const char *tail = host.p + (host.n - entry.n);
  return strncasecmp(tail, entry.p, entry.n) == 0 && (entry.n == host.n || tail[-1] == '.');
}

/* An entry may have a port; then it is for that one alone. */
static bool is_exempt(const char *list, const char *url, struct aws_str host) {
  struct aws_str bare = without_port(host), rest = aws_str_from(list);
  char full[512];
  const char *port = bare.n < host.n                                ? ""
                     : aws_str_starts(aws_str_from(url), "http://") ? ":80"
                                                                    : ":443";
  if ((size_t)snprintf(full, sizeof full, "%.*s%s", AWS_STR_ARG(host), port) >= sizeof full)
    full[0] = '\0';
  if (strcmp(list, "*") == 0)
    return true;
  while (rest.n > 0) {
    struct aws_str entry = aws_str_trim(aws_str_split(&rest, ','));
    if (covers(entry, bare) || covers(entry, aws_str_from(full)))
      return true;
  }
  return false;
}

struct io_proxy io_proxy_find(const char *url, struct aws_str host) {
  struct io_proxy p = {.url = proxy_for(url), .exempt = variable("no_proxy", "NO_PROXY")};
  if (io_host_is_direct(host) || is_exempt(p.exempt, url, host))
    p.url = "";
  return p;
}

void io_proxy_choose(CURL *easy, const char *url, struct aws_str host) {
  struct io_proxy p = io_proxy_find(url, host);
  curl_easy_setopt(easy, CURLOPT_PROXY, p.url);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, p.exempt);
}
