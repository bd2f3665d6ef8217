/* The certificate that --tls serves with: made anew at every start, never stored by us. */
#include "sim/server.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#define VALID_SECONDS (7L * 24 * 3600)

static bool add_extension(X509 *cert, int nid, const char *value) {
  X509V3_CTX ctx;

  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
  X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
  bool ok = ext && X509_add_ext(cert, ext, -1);
  X509_EXTENSION_free(ext);
  return ok;
}

/* Its own authority, so that a client can trust it by name of its file alone. */
static bool fill(X509 *cert, EVP_PKEY *key) {
  static const unsigned char name[] = "cawsole-sim";
  X509_NAME *subject = X509_get_subject_name(cert);

  return X509_set_version(cert, X509_VERSION_3) &&
         ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)time(NULL)) &&
         X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
         X509_gmtime_adj(X509_getm_notAfter(cert), VALID_SECONDS) && X509_set_pubkey(cert, key) &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) &&
         X509_set_issuer_name(cert, subject) &&
         add_extension(cert, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(cert, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
         add_extension(cert, NID_ext_key_usage, "serverAuth") &&
         add_extension(cert, NID_subject_key_identifier, "hash") &&
         add_extension(cert, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost") &&
         X509_sign(cert, key, EVP_sha256()) > 0;
}

static char *text_of(BIO *bio) {
  char *data = NULL;
  long n = BIO_get_mem_data(bio, &data);
  char *out = n > 0 ? aws_calloc((size_t)n + 1, 1) : NULL;

  if (out)
    memcpy(out, data, (size_t)n);
  return out;
}

bool sim_tls_make(char **cert_pem, char **key_pem, struct aws_error *err) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *cert = X509_new();
  BIO *a = BIO_new(BIO_s_mem()), *b = BIO_new(BIO_s_mem());

  *cert_pem = *key_pem = NULL;
  if (key && cert && a && b && fill(cert, key) && PEM_write_bio_X509(a, cert) &&
      PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL)) {
    *cert_pem = text_of(a);
    *key_pem = text_of(b);
  }
  X509_free(cert);
  EVP_PKEY_free(key);
  BIO_free(a);
  BIO_free(b);
  if (*cert_pem && *key_pem)
    return true;
  free(*cert_pem);
  free(*key_pem);
  aws_error_set(err, AWS_E_CONFIG, "no certificate could be made: %s",
                ERR_reason_error_string(ERR_peek_last_error()));
  return false;
}
