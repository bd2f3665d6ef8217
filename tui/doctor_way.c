/* The way there, before anything is asked: most set-ups that do not work end here. */
#include "aws/api.h"
#include "tui/doctor_lines.h"

#include <stdio.h>

enum { PLACES_MOST = 24 };

/* ---- waiting --------------------------------------------------------------------------------- */

static void wait_for(struct aws_io *io, const size_t *left) {
  while (*left)
    if (!aws_io_turn(io, 0) && *left)
      aws_io_wait(io, NULL, 0, -1);
}

/* ---- the name, and the proxy ----------------------------------------------------------------- */

struct names {
  size_t left, n;
  char first[64];
  struct aws_error err;
};

static void on_names(void *arg, const struct aws_str *addrs, size_t n,
                     const struct aws_error *err) {
  struct names *names = arg;
  names->left = 0;
  names->n = n;
  if (n)
    snprintf(names->first, sizeof names->first, "%.*s", AWS_STR_ARG(addrs[0]));
  if (err)
    names->err = *err;
}

struct proxied {
  size_t left;
  bool is;
};

static void on_proxied(void *arg, bool proxied) {
  struct proxied *p = arg;
  p->left = 0;
  p->is = proxied;
}

static bool by_proxy(struct aws_io *io, const char *url) {
  struct proxied p = {.left = 1};
  if (aws_io_proxied(io, url, on_proxied, &p))
    wait_for(io, &p.left);
  return p.is;
}

static void say_name(struct doctor *d, struct aws_io *io, const char *host, bool proxied) {
  struct names names = {.left = 1};
  struct aws_str rest = aws_str_from(host), name = aws_str_split(&rest, ':');
  if (host[0] == '[' || !aws_io_resolve(io, name, on_names, &names))
    return; /* an address is no name */
  wait_for(io, &names.left);
  if (names.n) {
    doctor_say(d, FOUND_WELL, "name", "%.*s is %s%s", AWS_STR_ARG(name), names.first,
               names.n > 1 ? " and others" : "");
  } else if (proxied) {
    doctor_say(d, FOUND_NOTE, "name", "%.*s has no address here: the proxy looks it up",
               AWS_STR_ARG(name));
  } else {
    d->hops |= 1u << AWS_HOP_NAME;
    doctor_say(d, FOUND_FAULT, "name", "%s", names.err.text);
    doctor_advise(
        "look at the spelling of the region, at DNS and VPN; where a proxy is the only way "
        "out, set HTTPS_PROXY");
  }
}

/* ---- TLS ------------------------------------------------------------------------------------- */

struct place {
  const struct aws_service *service;
  char url[420], host[100];
  size_t *left;
  struct aws_tls tls;
  struct aws_error err;
  bool told;
};

static void on_tls(void *arg, const struct aws_tls *tls, const struct aws_error *err) {
  struct place *p = arg;
  p->tls = *tls;
  if (err)
    p->err = *err;
  --*p->left;
}

/* "host: why" without the host. */
static const char *reason(const struct place *p) {
  const char *at = strstr(p->err.text, ": ");
  return at ? at + 2 : p->err.text;
}

static bool alike(const struct place *a, const struct place *b) {
  return strcmp(a->tls.version, b->tls.version) == 0 && strcmp(a->tls.issuer, b->tls.issuer) == 0 &&
         strcmp(reason(a), reason(b)) == 0;
}

/* What the certificate says, where that is what is wrong. */
static const char *certificate(const struct doctor *d, const struct place *p, char out[260]) {
  char good[AWS_TIME_MAX], now[AWS_TIME_MAX];
  const struct aws_clock *clock = d->tui->clock;
  aws_ms here = clock->wall(clock->arg) / 1000 * 1000;
  bool early = here < p->tls.since;
  out[0] = '\0';
  aws_time_iso(early ? p->tls.since : p->tls.until, good);
  aws_time_iso(here, now);
  if (p->err.hop == AWS_HOP_TLS_DATE && p->tls.until)
    snprintf(out, 260, "; it is good %s %s, and here it is %s", early ? "from" : "until", good,
             now);
  else if (p->err.hop == AWS_HOP_TLS_NAME && p->tls.host[0])
    snprintf(out, 260, "; asked was %s, and it is for %.90s", p->host, p->tls.host);
  return out;
}

static void say_certificate(struct doctor *d, const struct place *p, const char *who) {
  const char *issuer = p->tls.issuer;
  char more[260];
  doctor_say(d, FOUND_FAULT, doctor_hop(p->err.hop), "%s: %s%s%s%s", who, reason(p),
             certificate(d, p, more), issuer[0] ? "; signed by " : "", issuer);
  if (p->err.hop == AWS_HOP_TLS_DATE)
    doctor_advise("if the clock here is wrong, set it: timedatectl set-ntp true; else whoever runs "
                  "that host, or the proxy in between, has to renew the certificate");
  else if (p->err.hop == AWS_HOP_TLS_NAME)
    doctor_advise("look at --endpoint-url, AWS_ENDPOINT_URL and endpoint_url, at where DNS leads, "
                  "and whether a proxy answers in that host's place");
  else if (issuer[0])
    doctor_advise("if that is your company's proxy, name its certificate in AWS_CA_BUNDLE or as "
                  "ca_bundle in the profile; if you do not know it, do not trust it");
  else
    doctor_advise_of(&p->err);
}

static void say_bad_proxy(struct doctor *d, const struct place *p, const char *who) {
  const char *why = reason(p);
  static const char words[] = "the proxy ";
  if (strncmp(why, words, sizeof words - 1) == 0)
    why += sizeof words - 1;
  doctor_say(d, FOUND_FAULT, "proxy", "%s: %s", why, who);
  doctor_advise_of(&p->err);
}

static void say_alike(struct doctor *d, struct place *p, size_t n) {
  char who[300] = "";
  for (size_t i = 0; i < n; i++) {
    if (p[i].told || !alike(&p[0], &p[i]))
      continue;
    size_t at = strlen(who);
    snprintf(who + at, sizeof who - at, "%s%s", at ? ", " : "", p[i].service->id);
    p[i].told = true;
    if (p->err.code == AWS_E_NETWORK && strcmp(p[i].service->id, "sts") == 0)
      d->hops |= 1u << p->err.hop;
  }
  if (p->err.hop == AWS_HOP_PROXY)
    say_bad_proxy(d, p, who);
  else if (p->err.code != AWS_OK)
    say_certificate(d, p, who);
  else
    doctor_say(d, FOUND_WELL, "TLS", "%s, certificate of %s: %s",
               p->tls.version[0] ? p->tls.version : "agreed on",
               p->tls.issuer[0] ? p->tls.issuer : "an unknown issuer", who);
}

/* A host is looked at once, whoever goes there. */
static size_t add_place(struct place *places, size_t n, const struct aws_client *c,
                        const struct aws_service *service) {
  struct aws_client_host host;
  struct aws_error err = {0};
  struct place *p = &places[n];
  if (n == PLACES_MOST || !aws_client_endpoint(c, service, &host, &err) ||
      strcmp(host.scheme, "https") != 0)
    return n;
  *p = (struct place){.service = service};
  snprintf(p->url, sizeof p->url, "%s://%s/", host.scheme, host.host);
  snprintf(p->host, sizeof p->host, "%.99s", host.host);
  for (size_t i = 0; i < n; i++)
    if (strcmp(places[i].url, p->url) == 0)
      return n;
  return n + 1;
}

static void look(struct aws_io *io, struct place *places, size_t n) {
  size_t left = 0;
  for (size_t i = 0; i < n; i++) {
    places[i].left = &left;
    if (aws_io_tls(io, places[i].url, on_tls, &places[i]))
      left++;
    else
      aws_error_set(&places[i].err, AWS_E_MEMORY, "no memory to look at %s", places[i].url);
  }
  wait_for(io, &left);
}

/* A proxy that lets STS through is well; why one does not is said of all whom it does not. */
static void say_proxy(struct doctor *d, struct aws_io *io, const struct aws_service *sts,
                      const char *url, const struct place *places, size_t n) {
  struct aws_proxy proxy;
  struct place plain = {.service = sts};
  const struct place *p = n && strcmp(places[0].url, url) == 0 ? places : &plain;
  if (!aws_io_proxy(url, &proxy))
    return;
  snprintf(plain.url, sizeof plain.url, "%s", url);
  if (p == &plain)
    look(io, &plain, 1);
  if (p->err.hop != AWS_HOP_PROXY)
    doctor_say(d, FOUND_WELL, "proxy", "%s (%s)", proxy.url, proxy.by);
  else if (p == &plain)
    say_alike(d, &plain, 1);
}

/* ---- the whole ------------------------------------------------------------------------------- */

void doctor_way(struct doctor *d, struct aws_io *io, const struct aws_client *c,
                const struct aws_service *const *services, size_t n) {
  struct aws_client_host host;
  struct aws_error err = {0};
  struct place places[PLACES_MOST + 1];
  size_t nplaces = 0;
  const struct aws_service *sts = aws_service_find("sts");
  if (!aws_client_endpoint(c, sts, &host, &err)) {
    doctor_say(d, FOUND_FAULT, "endpoint", "%s", err.text);
    doctor_advise("mend the region (--region, AWS_REGION, the profile) or the address "
                  "(--endpoint-url, AWS_ENDPOINT_URL, endpoint_url)");
    return;
  }
  char url[420];
  snprintf(url, sizeof url, "%s://%s/", host.scheme, host.host);
  bool proxied = by_proxy(io, url);
  doctor_say(d, FOUND_WELL, "endpoint", "%s://%s%s", host.scheme, host.host,
             proxied ? ", by a proxy" : "");
  say_name(d, io, host.host, proxied);
  nplaces = add_place(places, nplaces, c, sts);
  for (size_t i = 0; i < n; i++)
    nplaces = add_place(places, nplaces, c, services[i]);
  look(io, places, nplaces);
  if (proxied)
    say_proxy(d, io, sts, url, places, nplaces);
  for (size_t i = 0; i < nplaces; i++) {
    bool named = places[i].err.hop == AWS_HOP_NAME && d->hops & 1u << AWS_HOP_NAME;
    if (!places[i].told && !(named && strcmp(places[i].url, url) == 0))
      say_alike(d, &places[i], nplaces - i);
  }
}
