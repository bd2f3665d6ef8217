/* libcurl's results as sentences. */
#include "aws/io/internal.h"

static const struct row {
  CURLcode rc;
  bool retryable;
  enum aws_hop hop;
  const char *text; /* follows the host's name */
} rows[] = {
    {CURLE_COULDNT_RESOLVE_HOST, true, AWS_HOP_NAME,
     "its name has no address; check the region and the network"},
    {CURLE_COULDNT_RESOLVE_PROXY, true, AWS_HOP_PROXY,
     "the proxy's name has no address; check HTTPS_PROXY"},
    {CURLE_COULDNT_CONNECT, true, AWS_HOP_CONNECTION, "the connection was refused or not answered"},
    {CURLE_OPERATION_TIMEDOUT, true, AWS_HOP_CONNECTION, "it did not answer in time"},
    {CURLE_SSL_CONNECT_ERROR, true, AWS_HOP_TLS, "TLS could not be agreed on"},
    {CURLE_PEER_FAILED_VERIFICATION, false, AWS_HOP_TLS,
     "its certificate is not trusted; set AWS_CA_BUNDLE if a proxy signs its own"},
    {CURLE_SSL_CACERT_BADFILE, false, AWS_HOP_TLS, "the CA bundle cannot be read"},
    {CURLE_GOT_NOTHING, true, AWS_HOP_CONNECTION, "it closed the connection without an answer"},
    {CURLE_SEND_ERROR, true, AWS_HOP_CONNECTION, "the connection broke while sending"},
    {CURLE_RECV_ERROR, true, AWS_HOP_CONNECTION, "the connection broke while receiving"},
    {CURLE_PARTIAL_FILE, true, AWS_HOP_CONNECTION, "the answer ended early"},
    {CURLE_URL_MALFORMAT, false, AWS_HOP_NONE, "the address is malformed"},
    {CURLE_UNSUPPORTED_PROTOCOL, false, AWS_HOP_NONE, "only http and https are spoken"},
    {CURLE_WEIRD_SERVER_REPLY, true, AWS_HOP_CONNECTION, "the answer is not HTTP"},
};

/* What is wrong with a certificate is in libcurl's words alone. No bundle of certificates cures
 * these. */
static const struct bad {
  const char *said;
  struct row row;
} bad[] = {
    {"not yet valid",
     {.hop = AWS_HOP_TLS_DATE,
      .text = "its certificate is not good yet: look at the clock here and at the certificate's "
              "date"}},
    {"expir",
     {.hop = AWS_HOP_TLS_DATE,
      .text = "its certificate has expired: look at the clock here and at the certificate's date"}},
    {"match",
     {.hop = AWS_HOP_TLS_NAME,
      .text = "its certificate is for another name: look at endpoint_url and DNS, and whether a "
              "proxy answers in its place"}},
};

static const struct row *row_of(CURLcode rc, const char *detail) {
  for (size_t i = 0; rc == CURLE_PEER_FAILED_VERIFICATION && i < sizeof bad / sizeof bad[0]; i++)
    if (strstr(detail, bad[i].said))
      return &bad[i].row;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].rc == rc)
      return &rows[i];
  return NULL;
}

void io_curl_error(struct aws_error *err, CURLcode rc, CURL *easy, struct aws_str host,
                   const char *detail) {
  const struct row *row = row_of(rc, detail);
  if (strstr(detail, "Unsupported proxy")) /* the whole address follows, password and all */
    detail = "";
  if (rc == CURLE_OUT_OF_MEMORY)
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request to %.*s", AWS_STR_ARG(host));
  else
    aws_error_set(err, AWS_E_NETWORK, "%.*s: %s%s%s%s", AWS_STR_ARG(host),
                  row ? row->text : curl_easy_strerror(rc), detail[0] ? " (" : "", detail,
                  detail[0] ? ")" : "");
  err->retryable = row && row->retryable;
  err->hop = row ? row->hop : AWS_HOP_NONE;
  long sent = 0;
  curl_off_t began = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began);
  err->maybe_done = sent > 0 || began > 0;
}
