/* What a secret needs of TLS. */
#include "config.h"

#include "aws/io/internal.h"

#include <openssl/ssl.h>

static CURLcode cleanse(CURL *easy, void *ctx, void *arg) {
  (void)easy, (void)arg;
  SSL_CTX_set_options(ctx, SSL_OP_CLEANSE_PLAINTEXT);
  return CURLE_OK;
}

void io_tls_secret(CURL *easy) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  if (v->ssl_version && strncmp(v->ssl_version, "OpenSSL/", strlen("OpenSSL/")) == 0)
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, cleanse);
}
