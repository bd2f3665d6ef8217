/* Time, and the exchanges that wait for it. */
#include "sim/http.h"

struct sim_now sim_server_now(void) {
  const struct aws_clock *c = &aws_clock_system;

  return (struct sim_now){.wall = c->wall(c->arg), .mono = c->mono(c->arg)};
}

void exchange_park(struct exchange *x, aws_ms wait) {
  struct exchange **at = &x->server->parked;

  x->due = sim_server_now().mono + wait;
  while (*at && (*at)->due <= x->due)
    at = &(*at)->next;
  x->next = *at;
  *at = x;
  x->parked = true;
  MHD_suspend_connection(x->connection);
}

void exchange_resume(struct sim_server *s, aws_ms now) {
  while (s->parked && s->parked->due <= now) {
    struct exchange *x = s->parked;
    s->parked = x->next;
    x->parked = false;
    MHD_resume_connection(x->connection);
  }
}
