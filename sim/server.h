/* The HTTP side: a listening socket on loopback, one thread, one loop. */
#ifndef CAWSOLE_SIM_SERVER_H
#define CAWSOLE_SIM_SERVER_H

#include "sim/route.h"

#define SIM_BODY_MAX ((size_t)4 << 20) /* of a request */

struct sim_server_options {
  int port;         /* 0: a free one */
  aws_ms latency;   /* every answer waits that long, without holding up any other */
  const char *cert; /* PEM texts; NULL: plain HTTP */
  const char *key;
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

/* A self-signed certificate for 127.0.0.1 and localhost, good for a week, and its key, both PEM and
 * owned by the caller (free). False: *err says why. */
bool sim_tls_make(char **cert, char **key, struct aws_error *err);

#endif
