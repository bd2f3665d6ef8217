/* The certificates that --tls serves with: made anew at every start, never stored by us. */
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

/* Whose name a certificate bears, who signs it and for how long it is good. */
static const struct {
  const char *name, *issuer, *hosts;
  bool foreign;     /* signed by an authority that nobody knows, or by itself */
  long from, until; /* seconds from now */
} certs[SIM_CERTS] = {
    [SIM_CERT_GOOD] = {"cawsole-sim", "cawsole-sim", "IP:127.0.0.1,DNS:localhost", false, -3600,
                       VALID_SECONDS},
    [SIM_CERT_SELF_SIGNED] = {"localhost", "localhost", "IP:127.0.0.1,DNS:localhost", true, -3600,
                              VALID_SECONDS},
    [SIM_CERT_EXPIRED] = {"localhost", "cawsole-sim", "IP:127.0.0.1,DNS:localhost", false,
                          -VALID_SECONDS, -3600},
    [SIM_CERT_WRONG_NAME] = {"other.example.com", "cawsole-sim", "DNS:other.example.com", false,
                             -3600, VALID_SECONDS},
    [SIM_CERT_INSPECTED] = {"localhost", "Inspecting Proxy CA", "IP:127.0.0.1,DNS:localhost", true,
                            -3600, VALID_SECONDS},
};

static bool name(X509_NAME *n, const char *text) {
  return X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0);
}

/* The good one is its own authority, so that a client can trust it by name of its file alone. */
static bool fill(X509 *cert, EVP_PKEY *key, EVP_PKEY *signer, size_t i) {
  const bool root = !strcmp(certs[i].name, certs[i].issuer);

  return X509_set_version(cert, X509_VERSION_3) &&
         ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)time(NULL) * SIM_CERTS + (long)i) &&
         X509_gmtime_adj(X509_getm_notBefore(cert), certs[i].from) &&
         X509_gmtime_adj(X509_getm_notAfter(cert), certs[i].until) && X509_set_pubkey(cert, key) &&
         name(X509_get_subject_name(cert), certs[i].name) &&
         name(X509_get_issuer_name(cert), certs[i].issuer) &&
         add_extension(cert, NID_basic_constraints, root ? "critical,CA:TRUE" : "CA:FALSE") &&
         add_extension(cert, NID_key_usage,
                       root ? "critical,digitalSignature,keyCertSign"
                            : "critical,digitalSignature") &&
         add_extension(cert, NID_ext_key_usage, "serverAuth") &&
         add_extension(cert, NID_subject_key_identifier, "hash") &&
         add_extension(cert, NID_subject_alt_name, certs[i].hosts) &&
         X509_sign(cert, signer, EVP_sha256()) > 0;
}

static char *text_of(BIO *bio) {
  char *data = NULL;
  long n = BIO_get_mem_data(bio, &data);
  char *out = n > 0 ? aws_calloc((size_t)n + 1, 1) : NULL;

  if (out)
    memcpy(out, data, (size_t)n);
  return out;
}

static bool make(struct sim_certs *c, size_t i, EVP_PKEY *key, EVP_PKEY *signer) {
  X509 *cert = X509_new();
  BIO *a = BIO_new(BIO_s_mem()), *b = BIO_new(BIO_s_mem());

  if (cert && a && b && fill(cert, key, signer, i) && PEM_write_bio_X509(a, cert) &&
      PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL)) {
    c->cert[i] = text_of(a);
    c->key[i] = text_of(b);
  }
  X509_free(cert);
  BIO_free(a);
  BIO_free(b);
  return c->cert[i] && c->key[i];
}

bool sim_certs_make(struct sim_certs *c, struct aws_error *err) {
  EVP_PKEY *ours = EVP_EC_gen("P-256"), *theirs = EVP_EC_gen("P-256");
  bool ok = ours && theirs;

  *c = (struct sim_certs){.cert = {NULL}};
  for (size_t i = 0; ok && i < SIM_CERTS; i++)
    ok = make(c, i, i == SIM_CERT_SELF_SIGNED ? theirs : ours, certs[i].foreign ? theirs : ours);
  if (!ok)
    aws_error_set(err, AWS_E_CONFIG, "no certificate could be made: %s",
                  ERR_reason_error_string(ERR_peek_last_error()));
  EVP_PKEY_free(ours);
  EVP_PKEY_free(theirs);
  return ok;
}

void sim_certs_done(struct sim_certs *c) {
  for (size_t i = 0; i < SIM_CERTS; i++) {
    free(c->cert[i]);
    free(c->key[i]);
  }
}
