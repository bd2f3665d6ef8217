/* Calls that are begun and cancelled at any moment, within callbacks of other calls too, against a
 * server that answers well, badly or not at all. The dice are seeded: a failure comes back. */
#include "config.h"

#include "client_script.h"

enum { CALLS = 24, ROUNDS = 1500 };

struct one {
  struct aws_call *call; /* NULL: none under way */
};

static struct chaos {
  struct client_fixture *f;
  struct one calls[CALLS];
  uint64_t seed;
  unsigned begun, ended, failed, cancelled, pages;
} chaos;

static unsigned dice(unsigned sides) {
  chaos.seed = chaos.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(chaos.seed >> 33) % sides;
}

static void begin(struct one *one);

static void cancel(struct one *one) {
  struct aws_call *call = one->call;
  one->call = NULL;
  chaos.cancelled += call != NULL;
  aws_call_cancel(call);
}

/* What a callback may do to calls, its own among them. */
static void mischief(void) {
  struct one *one = &chaos.calls[dice(CALLS)];
  switch (dice(6)) {
  case 0:
    cancel(one);
    break;
  case 1:
    if (!one->call)
      begin(one);
    break;
  default:
    break;
  }
}

static void on_page(void *arg, struct aws_page *page) {
  struct one *one = arg;
  assert_non_null(one->call); /* a cancelled call is heard of no more */
  assert_true(page->n < 100);
  chaos.pages++;
  mischief();
}

static void on_done(void *arg, const struct aws_error *err) {
  struct one *one = arg;
  assert_non_null(one->call);
  assert_true(!err || (err->code != AWS_OK && err->text[0] != '\0'));
  one->call = NULL;
  chaos.ended++;
  chaos.failed += err != NULL;
  mischief();
}

static void begin(struct one *one) {
  static const struct {
    const struct aws_op *op;
    const char *input;
  } what[] = {
      {&ecs_list_clusters, "{}"},
      {&ecs_describe_services, "{\"services\":[]}"},
      {&ecs_describe_services, "{\"services\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\","
                               "\"9\",\"10\",\"11\",\"12\",\"13\",\"14\",\"15\",\"16\",\"17\","
                               "\"18\",\"19\",\"20\",\"21\"]}"},
      {&ecs_update_service, "{\"service\":\"web\"}"},
      {&rds_describe_instances, "{}"},
      {&cloudfront_get_distribution, "{\"Id\":\"E1\"}"},
  };
  unsigned i = dice(COUNT(what));
  const struct aws_call_options opt = {.asked = dice(2),
                                       .raw = dice(2),
                                       .secret = dice(4) == 0,
                                       .priority = (int)dice(3),
                                       .max_pages = (int)dice(3)};
  struct aws_error err = {0};
  struct aws_call *call = aws_call(chaos.f->client, what[i].op, cJSON_Parse(what[i].input), &opt,
                                   on_page, on_done, one, &err);
  assert_non_null(call);
  one->call = call;
  chaos.begun++;
}

/* How much happens in a round hangs on the machine: slow ones go on for longer. */
static bool enough(void) {
  return chaos.pages > 50 && chaos.cancelled > 50 && chaos.failed > 50 &&
         chaos.ended > chaos.failed;
}

static void test_chaos(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t\"}"},
              {200, NULL, "{\"clusterArns\":[\"a\"]}"}, {200, NULL, "{"},
              {503, "Retry-After: 1\r\n", ""}, {0, NULL, NULL}, {-1, NULL, NULL},
              {400, NULL, "{\"__type\":\"ThrottlingException\"}"},
              {403, "Date: Thu, 15 Jan 2026 18:00:00 GMT\r\n",
               "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: x\"}"},
              {200, "Date: Thu, 15 Jan 2026 12:00:00 GMT\r\n", "<A><AResult/></A>"});
  chaos = (struct chaos){.f = f, .seed = 42};
  for (int round = 0; round < ROUNDS || (!enough() && round < 50 * ROUNDS); round++) {
    struct one *one = &chaos.calls[dice(CALLS)];
    if (!one->call)
      begin(one);
    else if (dice(8) == 0)
      cancel(one);
    f->script.at = dice((unsigned)f->script.n);
    f->script.targets[0] = f->script.bodies[0] = f->script.dates[0] = f->script.auth[0] = '\0';
    test_server_step(f->server);
    aws_io_turn(f->io, (int)dice(2));
    if (dice(4) == 0)
      aws_io_wait(f->io, NULL, 0, 1);
  }
  unsigned left = 0;
  for (size_t i = 0; i < CALLS; i++)
    left += chaos.calls[i].call != NULL;
  assert_int_equal(chaos.begun, chaos.ended + chaos.cancelled + left);
  assert_true(enough());
  /* what is left is freed with the client */
}

int main(void) {
  const struct CMUnitTest tests[] = {CLIENT_TEST(test_chaos)};
  return cmocka_run_group_tests_name("aws/client chaos", tests, NULL, NULL);
}
