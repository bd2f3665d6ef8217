/* A small HTTP server for tests, in the same thread and loop as the client under test. */
#ifndef CAWSOLE_TESTS_UNIT_SERVER_H
#define CAWSOLE_TESTS_UNIT_SERVER_H

#include "aws/io.h"

struct test_request {
  char method[8];
  char target[2048];
  char *head; /* request line and headers */
  struct aws_str body;
  unsigned connection;    /* 1 for the first one accepted, and so on */
  unsigned on_connection; /* 1 for the first request of a connection */
};

struct test_answer {
  struct aws_buf bytes; /* head and body; use test_answer_set */
  bool close;           /* after the bytes; with no bytes: without an answer */
  bool hold;            /* say nothing and keep the connection */
};

typedef void (*test_handler)(void *arg, const struct test_request *rq, struct test_answer *a);

struct test_server;
struct test_server *test_server_new(test_handler fn, void *arg);
void test_server_free(struct test_server *s);
int test_server_port(const struct test_server *s);
unsigned test_server_requests(const struct test_server *s);

/* headers: "Name: value\r\n"..., or NULL. */
void test_answer_set(struct test_answer *a, int status, const char *headers, const char *body);
/* The value of a header of the request; copied into out, "" when there is none. */
void test_request_header(const struct test_request *rq, const char *name, char *out, size_t n);

/* Takes what came and answers it; test_run does so by itself. */
void test_server_step(struct test_server *s);
/* Turns server and client until *done or `ms` of real time are over; returns *done. */
bool test_run(struct aws_io *io, struct test_server *s, const bool *done, int ms);

#endif
