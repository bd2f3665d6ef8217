/* Looks at the way to a host without asking it for anything: does it go through a proxy, and what
 * comes of TLS. */
#include "config.h"

#include "aws/io/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum { CONNECT_MS = 5000, TOTAL_MS = 10000 };

struct probe {
  struct io_job job; /* first */
  char *url;
  char detail[CURL_ERROR_SIZE];
  aws_proxied_fn on_proxied; /* the one or the other */
  aws_tls_fn on_tls;
  void *arg;
  struct curl_slist *nowhere;
  bool direct;
  struct aws_tls tls;
};

static void probe_free(struct probe *p) {
  curl_slist_free_all(p->nowhere);
  free(p->url);
  free(p);
}

static void say(struct probe *p, const struct aws_error *err) {
  if (p->on_proxied)
    p->on_proxied(p->arg, !p->direct && !err);
  else if (p->on_tls)
    p->on_tls(p->arg, &p->tls, err);
}

static void release(struct io_job *job) {
  struct probe *p = (struct probe *)job;
  struct aws_error err = {0};
  aws_error_set(&err, AWS_E_CANCELLED, "%s: no longer looked at", p->url);
  say(p, &err);
  probe_free(p);
}

static void deliver(struct io_job *job) {
  struct probe *p = (struct probe *)job;
  struct aws_error err = {0};
  bool failed = p->on_tls && job->result != CURLE_OK;
  if (failed) {
    io_curl_error(&err, job->result, job->easy, io_url_host(p->url), p->detail);
    io_proxy_error(&err, job->result, job->easy, p->url);
  }
  io_easy_give(job->io, job->easy);
  say(p, failed ? &err : NULL);
  probe_free(p);
}

static struct probe *begin(struct aws_io *io, const char *url, void *arg) {
  struct probe *p = aws_calloc(1, sizeof *p);
  if (!p)
    return NULL;
  p->url = strdup(url);
  p->arg = arg;
  p->job.deliver = deliver;
  p->job.release = release;
  p->job.easy = p->url ? io_easy_take(io) : NULL;
  if (!p->job.easy) {
    probe_free(p);
    return NULL;
  }
  CURL *e = p->job.easy;
  curl_easy_setopt(e, CURLOPT_URL, p->url);
  curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
  curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
  curl_easy_setopt(e, CURLOPT_ERRORBUFFER, p->detail);
  io_proxy_choose(e, p->url, io_url_host(p->url));
  return p;
}

static bool start(struct aws_io *io, struct probe *p) {
  if (io_job_start(io, &p->job))
    return true;
  io_easy_give(io, p->job.easy);
  probe_free(p);
  return false;
}

/* ---- by a proxy? ----------------------------------------------------------------------------- */

/* Where nobody is (RFC 5737). */
#define NOWHERE "192.0.2.1"

static curl_socket_t on_address(void *arg, curlsocktype purpose, struct curl_sockaddr *addr) {
  struct probe *p = arg;
  char text[INET_ADDRSTRLEN] = "";
  (void)purpose;
  if (addr->family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&addr->addr;
    inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
  }
  p->direct = p->direct || strcmp(text, NOWHERE) == 0;
  return CURL_SOCKET_BAD;
}

/* libcurl's own choice is looked at: told that the host is nowhere, it turns there, or to a proxy.
 */
bool aws_io_proxied(struct aws_io *io, const char *url, aws_proxied_fn fn, void *arg) {
  struct probe *p = begin(io, url, arg);
  if (!p)
    return false;
  p->on_proxied = fn;
  p->nowhere = curl_slist_append(NULL, "::" NOWHERE ":");
  if (!p->nowhere) {
    io_easy_give(io, p->job.easy);
    probe_free(p);
    return false;
  }
  curl_easy_setopt(p->job.easy, CURLOPT_CONNECT_TO, p->nowhere);
  curl_easy_setopt(p->job.easy, CURLOPT_OPENSOCKETFUNCTION, on_address);
  curl_easy_setopt(p->job.easy, CURLOPT_OPENSOCKETDATA, p);
  return start(io, p);
}

/* ---- TLS ------------------------------------------------------------------------------------- */

static int probe_slot(void) {
  static int slot = -1;
  if (slot < 0)
    slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  return slot;
}

static void put(char *out, size_t size, const ASN1_STRING *value) {
  unsigned char *text = NULL;
  int n = value ? ASN1_STRING_to_UTF8(&text, value) : -1;
  if (n > 0)
    snprintf(out, size, "%.*s", n, (const char *)text);
  OPENSSL_free(text);
}

static void note_issuer(struct aws_tls *tls, const X509 *cert) {
  static const int names[] = {NID_commonName, NID_organizationName, NID_organizationalUnitName};
  const X509_NAME *issuer = X509_get_issuer_name(cert);
  tls->issuer[0] = '\0';
  for (size_t i = 0; issuer && !tls->issuer[0] && i < sizeof names / sizeof names[0]; i++) {
    int at = X509_NAME_get_index_by_NID((X509_NAME *)(uintptr_t)issuer, names[i], -1);
    const X509_NAME_ENTRY *entry = at < 0 ? NULL : X509_NAME_get_entry(issuer, at);
    if (entry)
      put(tls->issuer, sizeof tls->issuer, X509_NAME_ENTRY_get_data(entry));
  }
}

/* RFC 6125: the names are those of the extension; an address says nothing that helps. */
static void note_host(struct aws_tls *tls, const X509 *cert) {
  GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
  tls->host[0] = '\0';
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && !tls->host[0]; i++) {
    int type = 0;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
    if (type == GEN_DNS)
      put(tls->host, sizeof tls->host, value);
  }
  GENERAL_NAMES_free(names);
}

static aws_ms time_of(const ASN1_TIME *t) {
  ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
  int days = 0, seconds = 0;
  bool ok = epoch && t && ASN1_TIME_diff(&days, &seconds, epoch, t);
  ASN1_TIME_free(epoch);
  return ok ? ((aws_ms)days * 86400 + seconds) * 1000 : 0;
}

static void note_certificate(struct aws_tls *tls, const X509 *cert) {
  if (!cert)
    return;
  note_issuer(tls, cert);
  note_host(tls, cert);
  tls->since = time_of(X509_get0_notBefore(cert));
  tls->until = time_of(X509_get0_notAfter(cert));
}

static struct probe *probe_of(const SSL *ssl) {
  return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), probe_slot());
}

/* The certificate that is not trusted is the one worth a word; the verdict stays OpenSSL's. */
static int on_verify(int ok, X509_STORE_CTX *store) {
  const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  struct probe *p = ssl ? probe_of(ssl) : NULL;
  if (p && !ok)
    note_certificate(&p->tls, X509_STORE_CTX_get_current_cert(store));
  return ok;
}

static void on_state(const SSL *ssl, int where, int value) {
  struct probe *p = probe_of(ssl);
  (void)value;
  if (!p || !(where & SSL_CB_HANDSHAKE_DONE))
    return;
  snprintf(p->tls.version, sizeof p->tls.version, "%s", SSL_get_version(ssl));
  note_certificate(&p->tls, SSL_get0_peer_certificate(ssl));
  SSL_CTX_set_ex_data(SSL_get_SSL_CTX(ssl), probe_slot(), NULL); /* it outlives the probe */
}

static CURLcode on_context(CURL *easy, void *context, void *arg) {
  SSL_CTX *ctx = context;
  (void)easy;
  if (probe_slot() < 0 || !SSL_CTX_set_ex_data(ctx, probe_slot(), arg))
    return CURLE_OK; /* then it is not told how, only whether */
  SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
  SSL_CTX_set_info_callback(ctx, on_state);
  return CURLE_OK;
}

bool aws_io_tls(struct aws_io *io, const char *url, aws_tls_fn fn, void *arg) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  struct probe *p = begin(io, url, arg);
  if (!p)
    return false;
  p->on_tls = fn;
  io_tls_options(io, p->job.easy);
  if (v->ssl_version && strncmp(v->ssl_version, "OpenSSL/", strlen("OpenSSL/")) == 0) {
    curl_easy_setopt(p->job.easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    curl_easy_setopt(p->job.easy, CURLOPT_SSL_CTX_DATA, p);
  }
  return start(io, p);
}
