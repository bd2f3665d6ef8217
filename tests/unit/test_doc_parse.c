/* Both parsers: what they read, what they refuse, and how much of it. */
#include "aws/doc.h"
#include "tests/unit/test.h"

typedef cJSON *(*parse_fn)(struct aws_arena *a, const char *p, size_t n, struct aws_error *err);

static void check_text(parse_fn parse, const char *in, const char *path, const char *want) {
  struct aws_arena a;
  struct aws_error err;
  aws_arena_init(&a, 1 << 20);
  cJSON *root = parse(&a, in, strlen(in), &err);
  if (!root)
    fail_msg("%s: %s", in, err.text);
  struct aws_str got = aws_doc_str(root, path);
  if (!want)
    assert_null(got.p);
  else if (!aws_str_eq_c(got, want))
    fail_msg("%s at %s: '%.*s', not '%s'", in, path, AWS_STR_ARG(got), want);
  aws_arena_done(&a);
}

static void check_refused(parse_fn parse, const char *in, size_t n, const char *why) {
  struct aws_arena a;
  struct aws_error err;
  aws_error_clear(&err);
  aws_arena_init(&a, 1 << 20);
  cJSON *root = parse(&a, in, n, &err);
  if (root)
    fail_msg("taken: %s", in);
  assert_int_equal(err.code, AWS_E_BODY);
  if (!strstr(err.text, why))
    fail_msg("%s: '%s' does not say '%s'", in, err.text, why);
  aws_arena_done(&a);
}

static void test_json_text(void **state) {
  (void)state;
  static const struct {
    const char *in, *path, *want;
  } rows[] = {
      {"\"x\"", "", "x"},
      {"{\"a\":{\"b\":\"x\"}}", "a/b", "x"},
      {"{\"a\":{\"b\":\"\"}}", "a/b", ""},
      {"{\"a\":true,\"b\":false}", "b", "false"},
      {"{\"a\":true}", "a", "true"},
      {"{\"a\":null}", "a", NULL},
      {"{\"a\":1}", "a", NULL},
      {"{\"a\":\"x\"}", "A", NULL},
      {"{\"a\":\"x\"}", "a/b", NULL},
      {"{\"a\":\"x\",\"a\":\"y\"}", "a", "x"},
      {"{\"ab\":\"y\",\"a\":\"x\"}", "a", "x"},
      {" \n{\"a\":\"\\u00e9\\ud83d\\ude00\\n\"}\r\n", "a", "\xc3\xa9\xf0\x9f\x98\x80\n"},
      {"{\"a\":\"x\\u0000y\"}", "a", "x\xef\xbf\xbdy"},
      {"{\"a\":\"x\\\\u0000y\"}", "a", "x\\u0000y"},
      {"{\"a\":\"x\\\\\\u0000\"}", "a", "x\\\xef\xbf\xbd"},
      {"\xef\xbb\xbf{\"a\":\"x\"}", "a", "x"},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    check_text(aws_json_parse, rows[i].in, rows[i].path, rows[i].want);
}

static void test_json_refused(void **state) {
  (void)state;
  static const struct {
    struct aws_str in;
    const char *why;
  } rows[] = {
      {{"", 0}, "empty"},
      {AWS_STR_LIT(" "), "not JSON"},
      {AWS_STR_LIT("{"), "not JSON"},
      {AWS_STR_LIT("{\"a\":}"), "not JSON"},
      {AWS_STR_LIT("{\"a\":\"x}"), "not JSON"},
      {AWS_STR_LIT("{\"a\":\"\\ud800\"}"), "not JSON"},
      {AWS_STR_LIT("{\"a\":\"\\x\"}"), "not JSON"},
      {AWS_STR_LIT("[1,2"), "not JSON"},
      {AWS_STR_LIT("nul"), "not JSON"},
      {AWS_STR_LIT("{\"a\":NaN}"), "not JSON"},
      {AWS_STR_LIT("{} x"), "goes on"},
      {AWS_STR_LIT("{}{}"), "goes on"},
      {AWS_STR_LIT("{\"a\":\"x\0y\"}"), "NUL"},
      {AWS_STR_LIT("{}\0"), "NUL"},
      {AWS_STR_LIT("<html>gateway</html>"), "not JSON"},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    check_refused(aws_json_parse, rows[i].in.p, rows[i].in.n, rows[i].why);
}

static void test_xml_text(void **state) {
  (void)state;
  static const struct {
    const char *in, *path, *want;
  } rows[] = {
      {"<a>x</a>", "", "x"},
      {"<a/>", "", ""},
      {"<a><b/></a>", "b", ""},
      {"<a><b>x</b><b>y</b></a>", "b", "x"},
      {"<?xml version=\"1.0\"?>\n<a xmlns=\"http://x/\">\n <b c=\"d\">\n<e>x</e>\n</b>\n</a>\n",
       "b/e", "x"},
      {"<n:a xmlns:n=\"u\"><n:b>x</n:b></n:a>", "b", "x"},
      {"<a><b>&lt;&amp;&gt;&quot;&apos;&#233;&#x20ac;</b></a>", "b", "<&>\"'\xc3\xa9\xe2\x82\xac"},
      {"<a><b><![CDATA[<c>]]> d</b></a>", "b", "<c> d"},
      {"<a><b> x \n</b></a>", "b", " x \n"},
      {"<a>one<b>x</b>two</a>", "b", "x"},
      {"<a><b>x</b>two</a>", "", NULL},
      {"<a><!-- c --><b>x<!-- c -->y</b><?pi?></a>", "b", "xy"},
      {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>", "", "\xc3\xa9"},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    check_text(aws_xml_parse, rows[i].in, rows[i].path, rows[i].want);
}

static void test_xml_refused(void **state) {
  (void)state;
  static const struct {
    struct aws_str in;
    const char *why;
  } rows[] = {
      {{"", 0}, "no element found"},
      {AWS_STR_LIT("<a>"), "not XML"},
      {AWS_STR_LIT("<a></b>"), "mismatched"},
      {AWS_STR_LIT("<a/><b/>"), "junk"},
      {AWS_STR_LIT("<a/>x"), "not XML"},
      {AWS_STR_LIT("<a>&nbsp;</a>"), "undefined entity"},
      {AWS_STR_LIT("<a>\0</a>"), "not XML"},
      {AWS_STR_LIT("<a>&#0;</a>"), "not XML"},
      {AWS_STR_LIT("<a>\xff</a>"), "not XML"},
      {AWS_STR_LIT("<!DOCTYPE a><a/>"), "DTD"},
      {AWS_STR_LIT("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), "DTD"},
      {AWS_STR_LIT("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), "DTD"},
      {AWS_STR_LIT("{\"a\":1}"), "not XML"},
  };
  for (size_t i = 0; i < COUNT(rows); i++)
    check_refused(aws_xml_parse, rows[i].in.p, rows[i].in.n, rows[i].why);
}

static void nest(struct aws_buf *b, const char *open, const char *close, int levels) {
  aws_buf_init(b, 1 << 20);
  for (int i = 0; i < levels; i++)
    aws_buf_add_c(b, open);
  aws_buf_add_c(b, "1");
  for (int i = 0; i < levels; i++)
    aws_buf_add_c(b, close);
  assert_false(b->failed);
}

static void test_depth(void **state) {
  (void)state;
  static const struct {
    parse_fn parse;
    const char *open, *close;
  } rows[] = {
      {aws_json_parse, "[", "]"}, {aws_json_parse, "{\"a\":", "}"}, {aws_xml_parse, "<a>", "</a>"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_buf b;
    struct aws_arena a;
    struct aws_error err;
    nest(&b, rows[i].open, rows[i].close, AWS_DOC_DEPTH_MAX);
    aws_arena_init(&a, 1 << 20);
    assert_non_null(rows[i].parse(&a, b.p, b.n, &err));
    aws_arena_done(&a);
    aws_buf_done(&b);
    nest(&b, rows[i].open, rows[i].close, AWS_DOC_DEPTH_MAX + 1);
    check_refused(rows[i].parse, b.p, b.n, "nested");
    aws_buf_done(&b);
    nest(&b, rows[i].open, rows[i].close, 30000);
    check_refused(rows[i].parse, b.p, b.n, "");
    aws_buf_done(&b);
  }
}

/* A list of siblings is as deep as one, however long. */
static void test_wide(void **state) {
  (void)state;
  struct aws_buf json, xml;
  struct aws_arena a;
  struct aws_error err;
  aws_buf_init(&json, 1 << 24);
  aws_buf_init(&xml, 1 << 24);
  aws_buf_add_c(&json, "[[1]");
  aws_buf_add_c(&xml, "<l><m>0</m>");
  for (int i = 1; i < 100000; i++) {
    aws_buf_addf(&json, ",[%d]", i);
    aws_buf_addf(&xml, "<m>%d</m>", i);
  }
  aws_buf_add_c(&json, "]");
  aws_buf_add_c(&xml, "</l>");
  aws_arena_init(&a, 1 << 26);
  cJSON *root = aws_json_parse(&a, json.p, json.n, &err);
  assert_non_null(root);
  assert_int_equal(cJSON_GetArraySize(root), 100000);
  root = aws_xml_parse(&a, xml.p, xml.n, &err);
  assert_non_null(root);
  assert_int_equal(cJSON_GetArraySize(root), 100000);
  assert_string_equal(root->string, "l");
  assert_string_equal(root->child->prev->valuestring, "99999");
  aws_arena_done(&a);
  aws_buf_done(&json);
  aws_buf_done(&xml);
}

static void test_memory(void **state) {
  (void)state;
  static const char json[] =
      "{\"a\":[1,2,3,4,5,6,7,8,9],\"b\":\"xxxxxxxxxxxxxxxxxxxxxxxxx\\u0000\"}";
  static const char xml[] = "<r><a><b>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</b><c>y</c></a></r>";
  for (size_t max = 0; max < 400; max += 7) {
    struct aws_arena a;
    struct aws_error err;
    aws_arena_init(&a, max);
    assert_null(aws_json_parse(&a, json, sizeof json - 1, &err));
    assert_int_equal(err.code, AWS_E_MEMORY);
    aws_arena_done(&a);
    aws_arena_init(&a, max * 2 / 3);
    assert_null(aws_xml_parse(&a, xml, sizeof xml - 1, &err));
    assert_int_equal(err.code, AWS_E_MEMORY);
    aws_arena_done(&a);
  }
  /* Whoever uses cJSON by itself still gets memory that can be freed. */
  cJSON *own = cJSON_Parse("{\"a\":[1,2,3]}");
  assert_non_null(own);
  char *text = cJSON_PrintUnformatted(own);
  assert_string_equal(text, "{\"a\":[1,2,3]}");
  cJSON_free(text);
  cJSON_Delete(own);
}

static void test_at(void **state) {
  (void)state;
  assert_null(aws_doc_at(NULL, ""));
  assert_null(aws_doc_at(NULL, "a"));
  assert_null(aws_doc_str(NULL, "a").p);
  struct aws_arena a;
  struct aws_error err;
  aws_arena_init(&a, 1 << 16);
  static const char text[] = "{\"a\":{\"list\":[{\"x\":1}]},\"n\":null}";
  cJSON *root = aws_json_parse(&a, text, sizeof text - 1, &err);
  assert_ptr_equal(aws_doc_at(root, ""), root);
  assert_true(cJSON_IsArray(aws_doc_at(root, "a/list")));
  assert_null(aws_doc_at(root, "a/list/x"));
  assert_null(aws_doc_at(root, "n"));
  assert_null(aws_doc_at(root, "a/li"));
  assert_null(aws_doc_at(root, "a/listx"));
  aws_arena_done(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json_text), cmocka_unit_test(test_json_refused),
      cmocka_unit_test(test_xml_text),  cmocka_unit_test(test_xml_refused),
      cmocka_unit_test(test_depth),     cmocka_unit_test(test_wide),
      cmocka_unit_test(test_memory),    cmocka_unit_test(test_at),
  };
  return cmocka_run_group_tests_name("doc/parse", tests, NULL, NULL);
}
