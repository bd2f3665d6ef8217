/* Which proxy a request goes through.
 *
 * libcurl reads https_proxy, HTTPS_PROXY, http_proxy, all_proxy, ALL_PROXY, no_proxy and NO_PROXY
 * by itself. What the AWS CLI does besides is here.
 */
#include "config.h"

#include "aws/io/internal.h"

#include <stdlib.h>

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
  if (host.n > 0 && host.p[0] == '[')
    return (struct aws_str){host.p, strcspn(host.p, "]") + 1};
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

/* libcurl takes http_proxy in lower case alone: a CGI program finds what its caller wrote in a
 * header Proxy under the other name (CVE-2016-5385). This is no CGI program. */
static const char *upper_http_proxy(struct aws_str url) {
  const char *lower = getenv("http_proxy");
  if (!aws_str_starts(url, "http://") || (lower && lower[0]) || getenv("REQUEST_METHOD"))
    return NULL;
  const char *upper = getenv("HTTP_PROXY");
  return upper && upper[0] ? upper : NULL;
}

void io_proxy_choose(CURL *easy, const char *url, struct aws_str host) {
  const char *proxy = io_host_is_direct(host) ? "" : upper_http_proxy(aws_str_from(url));
  if (proxy)
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
}
