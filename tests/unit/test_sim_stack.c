/* Stack files: the reference, growth, and what a wrong file is told; paging over what was read. */
#include "test.h"

#include "aws/doc.h"
#include "sim/sim.h"
#include "sim/stack.h"

#include <stdio.h>
#include <unistd.h>

#define START ((aws_ms)1768478400000)

static struct sim_world *load(const char *file, int tasks, int parameters, struct aws_error *err) {
  struct sim_world_options o = {.seed = 1,
                                .speed = 1,
                                .now = START,
                                .stack_file = file,
                                .tasks = tasks,
                                .parameters = parameters};

  return sim_world_new(&o, err);
}

/* ---- a request without the network ----------------------------------------------------------- */

static const struct sim_api_service ecs = {.name = "ecs",
                                           .protocol = SIM_JSON,
                                           .invalid_code = "InvalidParameterException",
                                           .token_code = "InvalidParameterException"};

/* Calls an ECS operation; the answer's tree lives in the arena. */
static const cJSON *call(struct sim_world *w, struct aws_arena *a, const char *op,
                         const char *json) {
  struct aws_error err = {0};
  struct sim_request rq = {
      .world = w, .service = &ecs, .protocol = SIM_JSON, .arena = a, .region = w->region};

  for (rq.op = sim_ops_ecs; strcmp(rq.op->name, op) != 0;)
    rq.op++;
  rq.out.world = w;
  rq.in = aws_json_parse(a, json, strlen(json), &err);
  assert_non_null(rq.in);
  aws_buf_init(&rq.out.buf, SIM_OUT_MAX);
  sim_begin(&rq, NULL);
  rq.op->handler(&rq);
  if (!rq.failed)
    sim_end(&rq);
  const cJSON *tree = aws_json_parse(a, rq.out.buf.p, rq.out.buf.n, &err);
  aws_buf_done(&rq.out.buf);
  assert_non_null(tree);
  return tree;
}

static int length(const cJSON *tree, const char *name) {
  return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(tree, name));
}

/* Walks all pages; the number of items. */
static int walk(struct sim_world *w, const char *op, const char *list, const char *rest) {
  char json[512], token[128] = "";
  int n = 0;

  for (int pages = 0; pages < 10000; pages++) {
    struct aws_arena a;
    aws_arena_init(&a, 64 << 20);
    snprintf(json, sizeof json, "{\"cluster\":\"shop-prod\"%s%s%s%s}", rest,
             token[0] ? ",\"nextToken\":\"" : "", token, token[0] ? "\"" : "");
    const cJSON *tree = call(w, &a, op, json);
    n += length(tree, list);
    snprintf(token, sizeof token, "%.*s", AWS_STR_ARG(aws_doc_str(tree, "nextToken")));
    aws_arena_done(&a);
    if (!token[0])
      return n;
  }
  fail_msg("%s has no last page", op);
  return 0;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void test_reference_file_is_the_built_in(void **state) {
  struct aws_error err = {0};
  struct sim_world *a = load(NULL, 0, 0, &err), *b = load(REFERENCE_CFG, 0, 0, &err);

  (void)state;
  if (!a || !b)
    fail_msg("%s", err.text);
  struct aws_arena x, y;
  aws_arena_init(&x, 64 << 20);
  aws_arena_init(&y, 64 << 20);
  static const char services[] =
      "{\"cluster\":\"shop-prod\",\"services\":[\"web\",\"api\",\"worker\"]}";
  assert_true(cJSON_Compare(call(a, &x, "DescribeServices", services),
                            call(b, &y, "DescribeServices", services), true));
  assert_int_equal((int)a->parameters.n, (int)b->parameters.n);
  assert_int_equal((int)a->alarms.n, 13);
  aws_arena_done(&x);
  aws_arena_done(&y);
  sim_world_free(a);
  sim_world_free(b);
}

static int all_targets(const struct sim_world *w) {
  int n = 0;

  for (size_t i = 0; i < w->target_groups.n; i++)
    n += (int)((const struct sim_target_group *)w->target_groups.v[i])->targets.n;
  return n;
}

static void test_growth(void **state) {
  static const struct {
    int tasks, parameters, services, groups, targets, balancers;
  } cases[] = {
      {200, 500, 20, 10, 50, 2},
      {1000, 10, 100, 50, 250, 2},
      {10000, 10000, 1000, 50, 2500, 2},
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct aws_error err = {0};
    struct sim_world *w = load(NULL, cases[i].tasks, cases[i].parameters, &err);
    if (!w)
      fail_msg("%s", err.text);
    assert_int_equal((int)w->services.n, cases[i].services);
    assert_int_equal((int)w->target_groups.n, cases[i].groups);
    assert_int_equal((int)w->load_balancers.n, cases[i].balancers);
    assert_int_equal((int)w->parameters.n, cases[i].parameters);
    assert_int_equal(all_targets(w), cases[i].targets);
    assert_int_equal(walk(w, "ListTasks", "taskArns", ""), cases[i].tasks);
    assert_int_equal(walk(w, "ListServices", "serviceArns", ""), cases[i].services);
    sim_world_free(w);
  }
}

static void test_tokens_hold_for_the_same_question_only(void **state) {
  struct aws_error err = {0};
  struct sim_world *w = load(NULL, 200, 0, &err);
  struct aws_arena a;
  char json[256];

  (void)state;
  assert_non_null(w);
  aws_arena_init(&a, 64 << 20);
  const cJSON *page = call(w, &a, "ListServices", "{\"cluster\":\"shop-prod\"}");
  assert_int_equal(length(page, "serviceArns"), 10);
  snprintf(json, sizeof json, "{\"cluster\":\"shop-prod\",\"nextToken\":\"%s\"}",
           aws_doc_str(page, "nextToken").p);
  assert_int_equal(length(call(w, &a, "ListServices", json), "serviceArns"), 10);
  snprintf(json, sizeof json,
           "{\"cluster\":\"shop-prod\",\"launchType\":\"FARGATE\",\"nextToken\":\"%s\"}",
           aws_doc_str(page, "nextToken").p);
  const cJSON *refused = call(w, &a, "ListServices", json);
  assert_true(aws_str_eq_c(aws_doc_str(refused, "__type"), "InvalidParameterException"));
  aws_arena_done(&a);
  sim_world_free(w);
}

static void test_wrong_files_are_told_why(void **state) {
  static const struct {
    const char *text, *said;
  } cases[] = {
      {"account = ", ":1:"},
      {"region = \"eu-west-1\";", "'account' is missing"},
      {"HEAD colour = 1;", "'colour' is not a key that belongs here"},
      {"HEAD services = ( { name = \"x\"; cluster = \"y\"; family = \"z\"; desired = 1; } );",
       "there is no cluster 'y'"},
      {"HEAD buckets = ( { name = 3; } );", "'name' must be a text in quotes"},
      {"HEAD buckets = { };", "'buckets' must be a list"},
      {"HEAD parameters = ( { name = \"/a\"; type = \"Text\"; value = \"1\"; } );", "not 'Text'"},
      {"HEAD alarms = ( { name = \"a\"; namespace = \"n\"; metric = \"m\"; statistic = \"Sum\"; "
       "threshold = 1; "
       "period = 61; evaluations = 1; dimensions = { }; } );",
       "multiple of 60"},
  };
  static const char head[] =
      "account = \"1\"; region = \"r\"; project = \"p\"; environment = \"e\";";

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct aws_error err = {0};
    char path[] = "/tmp/test_sim_stack.XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert_non_null(f);
    if (!strncmp(cases[i].text, "HEAD", 4))
      fprintf(f, "%s%s", head, cases[i].text + 4);
    else
      fputs(cases[i].text, f);
    fclose(f);
    assert_null(load(path, 0, 0, &err));
    unlink(path);
    if (!strstr(err.text, cases[i].said) || !strstr(err.text, path))
      fail_msg("said: %s", err.text);
  }
}

static void test_unknown_scenario(void **state) {
  struct aws_error err = {0};
  struct sim_world_options o = {.seed = 1, .speed = 1, .now = START, .scenario = "calm"};

  (void)state;
  assert_null(sim_world_new(&o, &err));
  assert_non_null(strstr(err.text, "calm"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reference_file_is_the_built_in),
      cmocka_unit_test(test_growth),
      cmocka_unit_test(test_tokens_hold_for_the_same_question_only),
      cmocka_unit_test(test_wrong_files_are_told_why),
      cmocka_unit_test(test_unknown_scenario),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
