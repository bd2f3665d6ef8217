/* What differs: between two revisions of a task definition, in the words of a plan, and between two
 * answers, which decides whether rows are made anew. */
#include "config.h"

#include "stack/action_ecs.h"
#include "stack/things.h"
#include "test.h"

#include <stdio.h>

enum { ARENA_MAX = 1 << 20 };

static struct aws_arena arena;

static int begin(void **state) {
  (void)state;
  aws_arena_init(&arena, ARENA_MAX);
  return 0;
}

static int end(void **state) {
  (void)state;
  aws_arena_done(&arena);
  return 0;
}

static void read_json(const struct aws_type *type, const char *json, void *out) {
  struct aws_error err = {0};
  struct aws_odd odd = {0};
  const cJSON *node = aws_json_parse(&arena, json, strlen(json), &err);
  if (!node || !aws_decode(&arena, type, node, out, &odd) || (odd.n && !odd.missing))
    fail_msg("%s: %s", json, err.text);
}

/* ---- of a task definition -------------------------------------------------------------------- */

static const struct difference {
  const char *now, *then, *said;
} differences[] = {
    {"{}", "{}", "no difference in image, settings or sizes\n"},
    {"{'cpu':'256','memory':'512','networkMode':'awsvpc','taskRoleArn':'a'}",
     "{'cpu':'512','memory':'512','networkMode':'bridge','executionRoleArn':'b'}",
     "task cpu: 256 → 512\n"
     "task network: awsvpc → bridge\n"
     "task role: a → none\n"
     "task execution role: none → b\n"},
    {"{'containerDefinitions':[{'name':'web','image':'web:2','cpu':10,'memory':20}]}",
     "{'containerDefinitions':[{'name':'web','image':'web:1','cpu':11,'memory':21}]}",
     "web image: web:2 → web:1\n"
     "web cpu: 10 → 11\n"
     "web memory: 20 → 21\n"},
    {"{'containerDefinitions':[{'name':'web','command':['a','b']},{'name':'new','image':'n'}]}",
     "{'containerDefinitions':[{'name':'web','command':['a','c']},{'name':'old','image':'o'}]}",
     "web command differs\n"
     "container old comes back with image o\n"
     "container new goes\n"},
    {"{'containerDefinitions':[{'name':'web','command':['a']}]}",
     "{'containerDefinitions':[{'name':'web','command':['a','b']}]}", "web command differs\n"},
    {"{'containerDefinitions':[{'name':'web','environment':"
     "[{'name':'A','value':'1'},{'name':'SAME','value':'s'},{'name':'GONE','value':'g'}]}]}",
     "{'containerDefinitions':[{'name':'web','environment':"
     "[{'name':'A','value':'2'},{'name':'SAME','value':'s'},{'name':'NEW','value':'n'}]}]}",
     "A setting: 1 → 2\n"
     "NEW setting: (not set) → n\n"
     "GONE is no longer set\n"},
    {"{'containerDefinitions':[{'name':'web','secrets':"
     "[{'name':'A','valueFrom':'/x'},{'name':'SAME','valueFrom':'/s'},"
     "{'name':'GONE','valueFrom':'/g'}]}]}",
     "{'containerDefinitions':[{'name':'web','secrets':"
     "[{'name':'A','valueFrom':'/y'},{'name':'SAME','valueFrom':'/s'},"
     "{'name':'NEW','valueFrom':'/n'}]}]}",
     "A from /y\n"
     "NEW from /n\n"
     "GONE is no longer given\n"},
    /* no line of a value's own */
    {"{'cpu':'1'}", "{'cpu':'2\\ncontainer web goes\\u001b[31m'}",
     "task cpu: 1 → 2 container web goes [31m\n"},
};

static void read_definition(const char *text, struct ecs_task_definition *out) {
  char json[1024];
  snprintf(json, sizeof json, "%s", text);
  for (char *c = json; *c; c++)
    if (*c == '\'')
      *c = '"';
  *out = (struct ecs_task_definition){0};
  read_json(&ecs_task_definition_type, json, out);
}

static void says(const char *now, const char *then, struct aws_buf *said) {
  struct ecs_task_definition a, b;
  read_definition(now, &a);
  read_definition(then, &b);
  aws_buf_init(said, 8192);
  ecs_definition_diff(said, &a, &b);
  assert_false(said->failed);
}

static void in_words(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(differences); i++) {
    struct aws_buf said;
    says(differences[i].now, differences[i].then, &said);
    assert_string_equal(said.p, differences[i].said);
    aws_buf_done(&said);
  }
}

/* People put secrets into plain settings: a plan, a screen and a journal must not repeat them. */
static void no_secret_is_said(void **state) {
  static const char *const names[] = {"DB_PASSWORD",  "PGPASS",    "ADMIN_PWD",  "client_secret",
                                      "GITHUB_TOKEN", "API_KEY",   "BASIC_AUTH", "CREDENTIALS",
                                      "PRIVATE_PART", "SENTRY_DSN"};
  (void)state;
  for (size_t i = 0; i < COUNT(names); i++) {
    char now[256], then[256], want[64];
    struct aws_buf said;
    snprintf(
        now, sizeof now,
        "{'containerDefinitions':[{'name':'w','environment':[{'name':'%s','value':'hush1'}]}]}",
        names[i]);
    snprintf(
        then, sizeof then,
        "{'containerDefinitions':[{'name':'w','environment':[{'name':'%s','value':'hush2'}]}]}",
        names[i]);
    says(now, then, &said);
    snprintf(want, sizeof want, "%s differs\n", names[i]);
    assert_string_equal(said.p, want);
    aws_buf_done(&said);
    says("{'containerDefinitions':[{'name':'w'}]}", then, &said);
    snprintf(want, sizeof want, "%s is set\n", names[i]);
    assert_string_equal(said.p, want);
    aws_buf_done(&said);
  }
}

static void no_password_in_an_address_is_said(void **state) {
  struct aws_buf said;
  (void)state;
  says("{'containerDefinitions':[{'name':'w','environment':"
       "[{'name':'DATABASE_URL','value':'postgres://shop:hush@db/shop'}]}]}",
       "{'containerDefinitions':[{'name':'w','environment':"
       "[{'name':'DATABASE_URL','value':'postgres://db/shop'}]}]}",
       &said);
  assert_string_equal(said.p, "DATABASE_URL differs\n");
  aws_buf_done(&said);
}

static void a_long_value_is_cut(void **state) {
  char then[600];
  struct aws_buf said;
  int n = snprintf(then, sizeof then, "{'cpu':'");
  (void)state;
  memset(then + n, 'x', 400);
  snprintf(then + n + 400, sizeof then - (size_t)n - 400, "'}");
  says("{'cpu':'1'}", then, &said);
  assert_in_range(said.n, 100, 200);
  assert_non_null(strstr(said.p, "xxx...\n"));
  aws_buf_done(&said);
}

/* ---- of two answers -------------------------------------------------------------------------- */

struct inner {
  uint64_t has;
  struct aws_str name;
};
struct outer {
  uint64_t has;
  struct aws_str text;
  int64_t number;
  double share;
  bool on;
  aws_ms at;
  struct inner in;
  struct aws_list list, words, numbers, times, pairs;
};
static const struct aws_field inner_fields[] = {AWS_F_STR(inner, name, "name")};
static const struct aws_type inner_type = {"Inner", sizeof(struct inner), inner_fields, 1};
static const struct aws_field outer_fields[] = {
    AWS_F_STR(outer, text, "text"),
    AWS_F_INT(outer, number, "number"),
    AWS_F_DOUBLE(outer, share, "share"),
    AWS_F_BOOL(outer, on, "on"),
    AWS_F_TIME(outer, at, "at"),
    AWS_F_STRUCT(outer, in, "in", &inner_type),
    AWS_F_LIST(outer, list, "list", &inner_type),
    AWS_F_STRS(outer, words, "words"),
    AWS_F_DOUBLES(outer, numbers, "numbers"),
    AWS_F_TIMES(outer, times, "times"),
    AWS_F_MAP(outer, pairs, "pairs"),
};
static const struct aws_type outer_type = {"Outer", sizeof(struct outer), outer_fields,
                                           COUNT(outer_fields)};

static const char first[] =
    "{\"text\":\"a\",\"number\":1,\"share\":0.5,\"on\":true,\"at\":1700000000,"
    "\"in\":{\"name\":\"n\"},\"list\":[{\"name\":\"x\"},{\"name\":\"y\"}],\"words\":[\"v\",\"w\"],"
    "\"numbers\":[1,2],\"times\":[1700000000,1700000001],\"pairs\":{\"k\":\"v\",\"l\":\"w\"}}";

/* What of it is written otherwise, once each. */
static const struct {
  const char *from, *to;
} changes[] = {
    {"\"a\"", "\"b\""},
    {"\"a\"", "null"},
    {"\"number\":1", "\"number\":2"},
    {"0.5", "0.25"},
    {"true", "false"},
    {"1700000000,\"in\"", "1700000005,\"in\""},
    {"\"n\"}", "\"m\"}"},
    {"\"y\"", "\"z\""},
    {",{\"name\":\"y\"}", ""},
    {"[\"v\",\"w\"]", "[\"v\",\"u\"]"},
    {"[\"v\",\"w\"]", "[]"},
    {"[1,2]", "[1,3]"},
    {"1700000001]", "1700000002]"},
    {"\"k\":\"v\"", "\"k\":\"u\""},
    {"\"l\"", "\"m\""},
};

static bool same_answer(const char *one, const char *other) {
  struct outer a = {0}, b = {0};
  read_json(&outer_type, one, &a);
  read_json(&outer_type, other, &b);
  const struct aws_page x = {.type = &outer_type, .items = &a, .n = 1},
                        y = {.type = &outer_type, .items = &b, .n = 1};
  return stack_page_same(&x, &y);
}

static void the_same_is_known(void **state) {
  (void)state;
  assert_true(same_answer(first, first));
  assert_true(same_answer("{}", "{}"));
}

static void each_change_is_seen(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(changes); i++) {
    char other[512];
    const char *at = strstr(first, changes[i].from);
    assert_non_null(at);
    snprintf(other, sizeof other, "%.*s%s%s", (int)(at - first), first, changes[i].to,
             at + strlen(changes[i].from));
    if (same_answer(first, other) || same_answer(other, first))
      fail_msg("%s for %s was not seen", changes[i].to, changes[i].from);
  }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(in_words),
      TEST(no_secret_is_said),
      TEST(no_password_in_an_address_is_said),
      TEST(a_long_value_is_cut),
      TEST(the_same_is_known),
      TEST(each_change_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
