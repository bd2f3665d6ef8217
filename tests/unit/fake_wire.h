/* A wire without sockets, a clock that jumps and a root for files, for tests of what asks AWS: the
 * linker puts them in the place of aws_io_http, aws_file_read and aws_file_replace
 * (-Wl,--wrap=...). */
#ifndef CAWSOLE_TESTS_UNIT_FAKE_WIRE_H
#define CAWSOLE_TESTS_UNIT_FAKE_WIRE_H

#include "aws/io.h"

struct wire_answer {
  int status; /* 0: nobody answers */
  struct aws_http_header headers[16];
  size_t nheaders;
  char body[8192];
};

typedef void (*wire_fn)(void *arg, const struct aws_http_request *rq, struct wire_answer *a);

struct fake_wire {
  wire_fn fn;
  void *arg;
  char root[512]; /* before every path that is read or written */
  unsigned requests, writes;
  bool keep_writes; /* else nothing is written */
  aws_ms now;       /* wall clock; 100 ms on with every turn */
  aws_ms mono;
  int real_ms; /* that every turn really takes, where a program has to run */
};
extern struct fake_wire wire;
extern const struct aws_clock wire_clock;

/* Turns the loop until *done or `ms` of the fake clock are over; returns *done. */
bool wire_run(struct aws_io *io, const bool *done, aws_ms ms);
/* A header of a request, any case; "" when it has none. */
struct aws_str wire_header(const struct aws_http_request *rq, const char *name);
/* Parameter of a form, decoded into out; "" when there is none. */
void wire_param(struct aws_str form, const char *name, char *out, size_t n);

#endif
