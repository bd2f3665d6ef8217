/* Parameters of every protocol into one tree: forms, query strings, CBOR. */
#include "test.h"

#include "sim/params.h"

static struct aws_arena arena;

static int set_up(void **state) {
  (void)state;
  aws_arena_init(&arena, 1 << 20);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  aws_arena_done(&arena);
  return 0;
}

static void expect_tree(const cJSON *tree, const char *json) {
  char *text = tree ? cJSON_PrintUnformatted(tree) : NULL;

  assert_non_null(text);
  assert_string_equal(text, json);
  cJSON_free(text);
}

static void test_forms(void **state) {
  static const struct {
    const char *form, *json;
  } cases[] = {
      {"Action=X&Version=1", "{\"Action\":\"X\",\"Version\":\"1\"}"},
      {"A.B=1&A.C=2", "{\"A\":{\"B\":\"1\",\"C\":\"2\"}}"},
      {"L.member.1=a&L.member.2=b", "{\"L\":[\"a\",\"b\"]}"},
      {"L.member.10=j&L.member.2=b", "{\"L\":[\"b\",\"j\"]}"},
      {"T.member.1.Id=x&T.member.1.Port=80", "{\"T\":[{\"Id\":\"x\",\"Port\":\"80\"}]}"},
      {"Filters.Filter.1.Name=n&Filters.Filter.1.Values.Value.1=v",
       "{\"Filters\":[{\"Name\":\"n\",\"Values\":[\"v\"]}]}"},
      {"N.1=a&N.2=b", "{\"N\":[\"a\",\"b\"]}"},
      {"M.entry.1.key=k&M.entry.1.value=v", "{\"M\":[{\"key\":\"k\",\"value\":\"v\"}]}"},
      {"A=a%20b+c%26", "{\"A\":\"a b c&\"}"},
      {"A=", "{\"A\":\"\"}"},
      {"&&A=1&", "{\"A\":\"1\"}"},
      {"", "{}"},
  };
  const char *why;

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    expect_tree(sim_form_parse(&arena, aws_str_from(cases[i].form), &why), cases[i].json);
}

static void test_bad_forms(void **state) {
  static const char *const forms[] = {
      "A=%", "A=%zz", "A.=1", ".A=1", "A=1&A=2", "A=1&A.B=2", "a.b.c.d.e.f.g.h.i.j.k.l.m=1"};
  const char *why;

  (void)state;
  for (size_t i = 0; i < COUNT(forms); i++)
    assert_null(sim_form_parse(&arena, aws_str_from(forms[i]), &why));
}

static void test_query_string(void **state) {
  cJSON *in = sim_node(&arena, cJSON_Object);

  (void)state;
  assert_true(sim_query_parse(&arena, AWS_STR_LIT("MaxItems=2&Marker=a%2Fb+c&versions"), in));
  expect_tree(in, "{\"MaxItems\":\"2\",\"Marker\":\"a/b+c\",\"versions\":\"\"}");
  assert_false(sim_query_parse(&arena, AWS_STR_LIT("a=%g0"), in));
}

static void test_cbor(void **state) {
  /* {"a": [1, -2, 1.5 (half), true, null], "t": 1(1000), "s": "x"} with an open map and list */
  static const unsigned char good[] = {0xbf, 0x61, 'a',  0x9f, 0x01, 0x21, 0xf9, 0x3e,
                                       0x00, 0xf5, 0xf6, 0xff, 0x61, 't',  0xc1, 0x19,
                                       0x03, 0xe8, 0x61, 's',  0x61, 'x',  0xff};
  const cJSON *tree = sim_cbor_parse(&arena, good, sizeof good), *list;

  (void)state;
  assert_non_null(tree);
  list = tree->child;
  assert_string_equal(list->string, "a");
  assert_int_equal(cJSON_GetArraySize(list), 5);
  assert_true(list->child->next->valuedouble == -2.0);
  assert_true(list->child->next->next->valuedouble == 1.5);
  assert_true(list->next->valuedouble == 1000.0);
  assert_string_equal(list->next->next->valuestring, "x");
  for (size_t n = 0; n < sizeof good; n++) /* cut anywhere it is no document */
    assert_null(sim_cbor_parse(&arena, good, n));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_forms, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_bad_forms, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_query_string, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_cbor, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
