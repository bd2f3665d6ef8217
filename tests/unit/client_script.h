/* A client and the scripted server it talks to, for the tests of calls. */
#ifndef CAWSOLE_TESTS_UNIT_CLIENT_SCRIPT_H
#define CAWSOLE_TESTS_UNIT_CLIENT_SCRIPT_H

#include "aws/api.h"
#include "server.h"
#include "test.h"

struct client_scene {
  int status; /* 0: hang up without an answer, -1: hold */
  const char *headers, *body;
};

struct client_script {
  const struct client_scene *scenes; /* one for each request in turn; the last goes on for ever */
  size_t n, at;
  char targets[4096], bodies[8192], dates[1024], auth[4096]; /* what came, a line a request */
  char agents[4096], invocations[1024], attempts[1024];
  unsigned last_on_connection;
};

struct client_fixture {
  struct aws_io *io;
  struct test_server *server;
  struct aws_settings *settings;
  struct aws_client *client;
  struct aws_creds creds;
  struct client_script script;
  size_t sent, sent_throttled, sent_retried;
};

int client_set_up(void **state);
int client_tear_down(void **state);

/* What came of a call. */
struct client_outcome {
  bool done, failed;
  struct aws_error err;
  size_t pages, items, failures;
  char names[2048], raw[256];
  struct aws_call *call;
  bool cancel_at_first;
  struct aws_page *kept;
};

extern const struct aws_call_options client_asked;

void client_begin(struct client_fixture *f, const struct aws_op *op, const char *input,
                  const struct aws_call_options *opt, struct client_outcome *o);
void client_finish(struct client_fixture *f, struct client_outcome *o);
/* Both; input is JSON or NULL. */
struct client_outcome client_run(struct client_fixture *f, const struct aws_op *op,
                                 const char *input, const struct aws_call_options *opt);

#define CLIENT_PLAY(f, ...)                                                                        \
  do {                                                                                             \
    static const struct client_scene scenes[] = {__VA_ARGS__};                                     \
    memset(&(f)->script, 0, sizeof(f)->script);                                                    \
    (f)->script.scenes = scenes;                                                                   \
    (f)->script.n = COUNT(scenes);                                                                 \
  } while (0)
#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, client_set_up, client_tear_down)

#endif
