/* A real stack against a real simulator, for tests of acting: every request goes through a proxy in
 * this process that counts writes, keeps their bodies, and can lose, refuse or forge an answer.
 * Time runs fast: SIM_SPEED times in the simulator, WORLD_SPEED times on the stack's monotonic
 * clock. */
#ifndef CAWSOLE_TESTS_UNIT_STACK_WORLD_H
#define CAWSOLE_TESTS_UNIT_STACK_WORLD_H

#include "server.h"
#include "stack/action.h"
#include "test.h"

#include <cjson/cJSON.h>
#include <sys/types.h>

#define WORLD_SPEED 50
#define WORLD_WRITES 8

enum trick_kind {
  TRICK_LOSE_ANSWER,  /* the simulator gets the request, nobody gets the answer */
  TRICK_LOSE_REQUEST, /* taken off the wire, and hung up on */
  TRICK_ANSWER,       /* by status and body, without asking the simulator */
  TRICK_STALE         /* what DescribeServices of a single service answered last, once more */
};

struct trick {
  const char *op; /* "UpdateService" */
  enum trick_kind kind;
  unsigned times;    /* how often; counts down */
  int status;        /* TRICK_ANSWER */
  const char *error; /* its error code, "" for none */
  const char *body;
};

struct world_write {
  char op[32], body[2048];
};

struct world {
  pid_t sim;
  int sim_out, sim_port;
  struct test_server *proxy;
  int upstream; /* kept connection to the simulator; -1: none */
  struct aws_clock clock;
  aws_ms jumped, speed;
  struct aws_io *io;
  struct aws_settings *settings;
  struct stack_config cfg;
  struct stack_deps deps;
  struct stack *stack;
  struct trick tricks[4];
  struct aws_buf stale;
  struct world_write writes[WORLD_WRITES]; /* that reached the proxy */
  size_t nwrites;
  char asked[4096], decrypted[512];  /* names of GetParameters requests, a line each */
  size_t value_requests, most_names; /* how many of these, most names in one */
  char dir[64], journal[96], other[96];
};

/* Starts simulator and proxy; scenario NULL: steady. Then world_open. */
void world_start(struct world *w, const char *scenario);
/* Its world stands still but for world_live, which lets it live for so many seconds. */
void world_start_still(struct world *w, const char *scenario);
void world_live(struct world *w, int seconds);
/* Over TLS, and without the proxy. */
void world_start_tls(struct world *w);
void world_without_proxy(struct world *w); /* before world_open */
void world_open(struct world *w);          /* makes and starts a stack of w->cfg and w->deps */
void world_close(struct world *w);         /* frees the stack alone */
void world_stop(struct world *w);
void world_turn(struct world *w);
/* From now on the stack's clock goes as the real one does: for what has to last. */
void world_slow_down(struct world *w);
void world_jump(struct world *w, aws_ms ms); /* moves the monotonic clock on */
void world_trick(struct world *w, struct trick t);

/* Turns until cond is true; fails the test after 20 seconds. */
#define WORLD_UNTIL(w, cond)                                                                       \
  do {                                                                                             \
    aws_ms world_end = world_real_ms() + 20000;                                                    \
    while (!(cond)) {                                                                              \
      world_turn(w);                                                                               \
      if (world_real_ms() > world_end)                                                             \
        fail_msg("never came: %s", #cond);                                                         \
    }                                                                                              \
  } while (0)
aws_ms world_real_ms(void);

/* The row of that name, once there is one; borrowed until the next turn. */
const struct stack_row *world_row(struct world *w, enum stack_kind k, const char *name);

/* ---- playing an action -------------------------------------------------------------------------
 */

struct stack_action *world_act(struct world *w, const char *action, enum stack_kind k,
                               const char *name);
/* Until the action waits in that step; fails when it ends otherwise. */
const struct stack_action_view *world_step(struct world *w, struct stack_action *a,
                                           enum stack_action_step step);
const struct stack_action_view *world_input(struct world *w, struct stack_action *a,
                                            const char *value); /* up to CONFIRM */
/* Confirms, and each new plan that the living world makes necessary, until that many writes came in
 * all or it ended. */
void world_send(struct world *w, struct stack_action *a, size_t writes);
/* Confirms, with what it wants typed, and follows it to its end, which must be `outcome`. */
const struct stack_action_view *world_confirm(struct world *w, struct stack_action *a,
                                              enum stack_outcome outcome);
bool world_plan_says(const struct stack_action_view *v, enum stack_level level, const char *text);

/* The i-th line of the journal, counted from the end when negative; fails when it is not there.
 * Freed with cJSON_Delete. */
cJSON *world_journal(struct world *w, int i);
size_t world_journal_lines(struct world *w);
const char *json_text(const cJSON *object, const char *member); /* "" when it is not there */

#endif
