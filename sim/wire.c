/* Answers on their way out: whole, or as a fault will have them. */
#include "sim/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BLOCK 65536
#define DRIP_MS 100

/* A body that is given out piece by piece. */
struct outflow {
  struct exchange *x;
  char *body;
  size_t n;      /* of the body, which white space follows */
  uint64_t stop; /* where the connection ends; UINT64_MAX: nowhere */
  size_t step;   /* bytes in DRIP_MS; 0: as they fit */
  aws_ms next;
};

static ssize_t give(void *arg, uint64_t at, char *out, size_t max) {
  struct outflow *f = arg;
  const aws_ms now = sim_server_now().mono;
  uint64_t most = max;

  if (at >= f->stop)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (f->step && now < f->next) {
    exchange_park(f->x, f->next - now);
    return 0;
  }
  f->next = now + DRIP_MS;
  if (f->step && most > f->step)
    most = f->step;
  if (most > f->stop - at)
    most = f->stop - at;
  for (uint64_t i = 0; i < most; i++)
    out[i] = at + i < f->n ? f->body[at + i] : ' ';
  return (ssize_t)most;
}

static void flow_end(void *arg) {
  struct outflow *f = arg;

  free(f->body);
  free(f);
}

static struct MHD_Response *flow(struct exchange *x, struct aws_buf *b, uint64_t size) {
  struct outflow *f = aws_calloc(1, sizeof *f);

  if (!f)
    return NULL;
  *f = (struct outflow){.x = x, .body = b->p, .n = b->n, .stop = UINT64_MAX};
  *b = (struct aws_buf){0};
  if (x->wire.fault == SIM_WIRE_WITHIN)
    f->stop = f->n / 2;
  if (x->wire.fault == SIM_WIRE_SHORT)
    f->stop = f->n;
  if (x->wire.fault == SIM_WIRE_DRIP)
    f->step = (size_t)(x->wire.number * DRIP_MS / 1000) + 1;
  return MHD_create_response_from_callback(size, BLOCK, give, f, flow_end);
}

static struct MHD_Response *whole(struct aws_buf *b) {
  struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(
      b->n, b->p ? b->p : "", b->p ? free : NULL);

  if (r)
    *b = (struct aws_buf){0}; /* the response's now */
  return r;
}

/* The header says less than there is: the rest goes out by itself, once the library is done. */
static struct MHD_Response *over_long(struct exchange *x, struct aws_buf *b) {
  const size_t more = (size_t)x->wire.number, said = b->n > more ? b->n - more : 0;
  aws_buf_clear(&x->body); /* which was read */
  aws_buf_add(&x->body, b->p + said, b->n - said);
  b->n = said;
  return whole(b);
}

struct MHD_Response *wire_response(struct exchange *x, struct sim_request *rq) {
  struct aws_buf *b = &rq->out.buf;
  struct MHD_Response *r;

  switch (x->wire.fault) {
  case SIM_WIRE_RESET:
    return NULL;
  case SIM_WIRE_WITHIN:
  case SIM_WIRE_DRIP:
    return flow(x, b, b->n);
  case SIM_WIRE_SHORT:
  case SIM_WIRE_ENDLESS:
    return flow(x, b, b->n + (uint64_t)x->wire.number);
  case SIM_WIRE_LONG:
    return over_long(x, b);
  case SIM_WIRE_AFTER:
    r = whole(b);
    if (r)
      MHD_add_response_header(r, "Connection", "close");
    return r;
  default:
    return whole(b);
  }
}

/* A reset and no end: dissolving the association sends it at once. */
void wire_end(const struct exchange *x) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  const struct linger at_once = {.l_onoff = 1};
  const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

  if (!info || x->wire.fault == SIM_WIRE_WELL)
    return;
  if (x->wire.fault == SIM_WIRE_LONG) {
    (void)send(info->connect_fd, x->body.p, x->body.n, MSG_NOSIGNAL);
    return;
  }
  (void)setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  (void)connect(info->connect_fd, &nobody, sizeof nobody);
}
