/* The parts of the server, as they call each other. */
#ifndef CAWSOLE_SIM_HTTP_H
#define CAWSOLE_SIM_HTTP_H

#include "sim/server.h"

#include <microhttpd.h>
#include <sys/select.h>

/* One request on its way: from its first line to its last byte sent. */
struct exchange {
  struct sim_server *server;
  struct MHD_Connection *connection;
  char *target; /* path and query as they came */
  struct aws_buf body;
  bool begun, too_large, waited, answered;
  /* The answer; response NULL: the connection ends without one. */
  struct MHD_Response *response;
  unsigned status;
  struct sim_wire wire;
  /* While it waits (suspended): until then, monotonic. */
  bool parked;
  aws_ms due;
  struct exchange *next;
};

struct sim_server {
  const struct sim_server_options *options;
  struct sim_gate *gate;
  struct MHD_Daemon *daemons[SIM_CERTS]; /* one a certificate; the first alone without TLS */
  size_t ndaemons;
  struct exchange *parked; /* by due time */
  aws_ms next_tick;
  pid_t parent;
  int port, listener; /* listener -1: connections are refused */
};

/* park.c */
struct sim_now sim_server_now(void);
/* Suspends it for so long. */
void exchange_park(struct exchange *x, aws_ms wait);
/* Lets those go on whose time has come. */
void exchange_resume(struct sim_server *s, aws_ms now);

/* exchange.c: what libmicrohttpd calls. */
void *exchange_begin(void *arg, const char *target, struct MHD_Connection *c);
enum MHD_Result exchange_step(void *arg, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *nupload, void **state);
void exchange_end(void *arg, struct MHD_Connection *c, void **state,
                  enum MHD_RequestTerminationCode why);

/* wire.c. Takes rq's body; NULL: no answer is to be sent, or out of memory. */
struct MHD_Response *wire_response(struct exchange *x, struct sim_request *rq);
/* What the fault wants when nothing, or all, was sent. */
void wire_end(const struct exchange *x);

/* control.c. False: the target is none of its own. */
bool control_answer(struct exchange *x, const char *method);

/* listen.c */
bool listen_open(struct sim_server *s, int port);
void listen_close(struct sim_server *s);
/* Takes the connections that wait; opens and closes the listener as faults want it. */
void listen_accept(struct sim_server *s);
void listen_obey(struct sim_server *s);

#endif
