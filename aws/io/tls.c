/* What everybody wants of TLS, and what a secret needs besides. */
#include "config.h"

#include "aws/io/internal.h"

#include <openssl/ssl.h>

void io_tls_options(const struct aws_io *io, CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (io->ca_file || io->ca_path) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, io->ca_file);
    curl_easy_setopt(easy, CURLOPT_CAPATH, io->ca_path);
  }
}

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
