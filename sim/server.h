/* The HTTP side: a listening socket on loopback, one thread, one loop. */
#ifndef CAWSOLE_SIM_SERVER_H
#define CAWSOLE_SIM_SERVER_H

#include "sim/route.h"

#define SIM_BODY_MAX ((size_t)4 << 20) /* of a request */

/* Certificates, the good one first; the others are for faults. */
enum sim_cert {
  SIM_CERT_GOOD,
  SIM_CERT_SELF_SIGNED,
  SIM_CERT_EXPIRED,
  SIM_CERT_WRONG_NAME,
  SIM_CERT_INSPECTED,
  SIM_CERTS
};
struct sim_certs {
  char *cert[SIM_CERTS], *key[SIM_CERTS]; /* PEM texts */
};

struct sim_server_options {
  int port;                      /* 0: a free one */
  aws_ms latency;                /* every answer waits that long, without holding up any other */
  const struct sim_certs *certs; /* NULL: plain HTTP */
  bool die_with_parent;
};

struct sim_server;

/* Binds 127.0.0.1 alone. NULL with *err set: the port is taken, or the library refuses. Options and
 * gate are borrowed. */
struct sim_server *sim_server_new(const struct sim_server_options *o, struct sim_gate *gate,
                                  struct aws_error *err);
int sim_server_port(const struct sim_server *s);
/* Serves, and lets the world live, until SIGTERM or SIGINT (or the parent is gone). */
void sim_server_run(struct sim_server *s);
void sim_server_free(struct sim_server *s);

/* Certificates for 127.0.0.1 and localhost, made anew, the good one its own authority and good for
 * a week. False: *err says why. */
bool sim_certs_make(struct sim_certs *c, struct aws_error *err);
void sim_certs_done(struct sim_certs *c);

#endif
