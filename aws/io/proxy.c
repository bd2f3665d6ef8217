/* Which proxy a request goes through: the variables as the AWS CLI reads them, which is how
 * Python's urllib does. libcurl reads them otherwise: it knows no "host:port" in NO_PROXY and takes
 * ALL_PROXY.
 */
#include "config.h"

#include "aws/io/internal.h"

#include <errno.h>
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

struct aws_str io_url_host(const char *url) {
  const char *p = strstr(url, "://");
  p = p ? p + 3 : url;
  return (struct aws_str){p, strcspn(p, "/?#")};
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
static const char *variable(const char *lower, const char *upper, const char **by) {
  const char *v = getenv(lower);
  *by = v ? lower : upper;
  v = v ? v : getenv(upper);
  return v ? v : "";
}

/* A CGI program finds under HTTP_PROXY what its caller wrote in a header Proxy (CVE-2016-5385). */
static const char *proxy_for(const char *url, const char **by) {
  if (!aws_str_starts(aws_str_from(url), "http://"))
    return variable("https_proxy", "HTTPS_PROXY", by);
  return variable("http_proxy", getenv("REQUEST_METHOD") ? "http_proxy" : "HTTP_PROXY", by);
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
  struct io_proxy p = {.url = ""};
  const char *by;
  p.url = proxy_for(url, &p.by);
  p.exempt = variable("no_proxy", "NO_PROXY", &by);
  if (io_host_is_direct(host) || is_exempt(p.exempt, url, host))
    p.url = "";
  return p;
}

void io_proxy_choose(CURL *easy, const char *url, struct aws_str host) {
  struct io_proxy p = io_proxy_find(url, host);
  curl_easy_setopt(easy, CURLOPT_PROXY, p.url);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, p.exempt);
}

/* ---- in words -------------------------------------------------------------------------------- */

/* libcurl alone knows whether a network of NO_PROXY has the address in it. */
static bool is_uncertain(const struct io_proxy *p, struct aws_str host) {
  host = without_port(host);
  bool number = host.n > 0 && host.p[0] == '[';
  if (!number && host.n > 0)
    number = strspn(host.p, "0123456789.") >= host.n;
  return number && strchr(p->exempt, '/');
}

bool aws_io_proxy(const char *url, struct aws_proxy *out) {
  struct aws_str host = io_url_host(url);
  struct io_proxy p = io_proxy_find(url, host);
  if (!p.url[0] || is_uncertain(&p, host))
    return false;
  struct aws_str from = aws_str_from(p.url), scheme = AWS_STR_LIT("http");
  const char *at = strstr(p.url, "://");
  if (at)
    scheme = (struct aws_str){p.url, (size_t)(at - p.url)};
  if (at)
    from = aws_str_from(at + 3);
  /* Whatever stands before the last '@' may be of a password, slashes and all. */
  from = aws_str_after_last(from, '@');
  from.n = strcspn(from.p, "/?#");
  snprintf(out->url, sizeof out->url, "%.*s://%.*s", AWS_STR_ARG(scheme), AWS_STR_ARG(from));
  out->by = p.by;
  return true;
}

static const char *done_by_proxy(CURLcode rc, CURL *easy, long status) {
  long why = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &why);
  if (status == 407)
    return "wants a user and a password, as in http://USER:PASSWORD@HOST:PORT";
  if (status >= 500)
    return "cannot reach that host";
  if (status >= 300)
    return "does not let us through to that host";
  switch (rc) {
  case CURLE_COULDNT_RESOLVE_PROXY:
    return "has no address: its name is not known, or is none";
  case CURLE_COULDNT_CONNECT:
    return why == ECONNREFUSED ? "refuses the connection" : "cannot be reached";
  case CURLE_OPERATION_TIMEDOUT:
    return "does not answer";
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
    return "speaks no TLS that could be agreed on: most are http://, not https://";
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_WEIRD_SERVER_REPLY:
    return "does not answer as a proxy does";
  default:
    return NULL;
  }
}

void io_proxy_error(struct aws_error *err, CURLcode rc, CURL *easy, const char *url) {
  struct aws_proxy p;
  curl_off_t began = 0;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began);
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
  if (began > 0 || (status >= 200 && status < 300) || !aws_io_proxy(url, &p))
    return;
  const char *words = done_by_proxy(rc, easy, status);
  if (!words)
    return;
  bool retryable = err->retryable && (status < 300 || status >= 500);
  bool maybe_done = err->maybe_done && status < 300; /* else CONNECT alone was sent */
  char code[40] = "";
  if (status >= 300)
    snprintf(code, sizeof code, " (HTTP %ld)", status);
  aws_error_set(err, AWS_E_NETWORK, "%.*s: the proxy %s (%s) %s%s", AWS_STR_ARG(io_url_host(url)),
                p.url, p.by, words, code);
  err->hop = AWS_HOP_PROXY;
  err->retryable = retryable;
  err->maybe_done = maybe_done;
}
