/* libcurl's results as sentences. */
#include "aws/io/internal.h"

static const struct row {
  CURLcode rc;
  bool retryable;
  const char *text; /* follows the host's name */
} rows[] = {
    {CURLE_COULDNT_RESOLVE_HOST, true, "its name has no address; check the region and the network"},
    {CURLE_COULDNT_RESOLVE_PROXY, true, "the proxy's name has no address; check HTTPS_PROXY"},
    {CURLE_COULDNT_CONNECT, true, "the connection was refused or not answered"},
    {CURLE_OPERATION_TIMEDOUT, true, "it did not answer in time"},
    {CURLE_SSL_CONNECT_ERROR, true, "TLS could not be agreed on"},
    {CURLE_PEER_FAILED_VERIFICATION, false,
     "its certificate is not trusted; set AWS_CA_BUNDLE if a proxy signs its own"},
    {CURLE_SSL_CACERT_BADFILE, false, "the CA bundle cannot be read"},
    {CURLE_GOT_NOTHING, true, "it closed the connection without an answer"},
    {CURLE_SEND_ERROR, true, "the connection broke while sending"},
    {CURLE_RECV_ERROR, true, "the connection broke while receiving"},
    {CURLE_PARTIAL_FILE, true, "the answer ended early"},
    {CURLE_URL_MALFORMAT, false, "the address is malformed"},
    {CURLE_UNSUPPORTED_PROTOCOL, false, "only http and https are spoken"},
    {CURLE_WEIRD_SERVER_REPLY, true, "the answer is not HTTP"},
};

void io_curl_error(struct aws_error *err, CURLcode rc, CURL *easy, struct aws_str host,
                   const char *detail) {
  const struct row *row = NULL;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !row; i++)
    if (rows[i].rc == rc)
      row = &rows[i];
  if (rc == CURLE_OUT_OF_MEMORY)
    aws_error_set(err, AWS_E_MEMORY, "no memory for a request to %.*s", AWS_STR_ARG(host));
  else
    aws_error_set(err, AWS_E_NETWORK, "%.*s: %s%s%s%s", AWS_STR_ARG(host),
                  row ? row->text : curl_easy_strerror(rc), detail[0] ? " (" : "", detail,
                  detail[0] ? ")" : "");
  err->retryable = row && row->retryable;
  long sent = 0;
  curl_off_t began = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began);
  err->maybe_done = sent > 0 || began > 0;
}
