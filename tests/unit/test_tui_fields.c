/* Replies broken into lines. */
#include "test.h"

#include "tui/fields.h"

static void check(const char *raw, const char *wanted) {
  struct aws_buf out;
  aws_buf_init(&out, 4096);
  tui_fields_indent(&out, aws_str_from(raw));
  assert_string_equal(out.p ? out.p : "", wanted);
  aws_buf_done(&out);
}

static void json_gets_lines(void **state) {
  (void)state;
  check(
      "{\"a\":1,\"b\":[],\"c\":[{\"d\":\"x, {y}: \\\"z\\\"\"}]}",
      "{\n  \"a\": 1,\n  \"b\": [],\n  \"c\": [\n    {\n      \"d\": \"x, {y}: \\\"z\\\"\"\n    }\n"
      "  ]\n}");
  check(" { } ", "{}");
  check("\"text\"", "\"text\"");
}

static void xml_gets_lines(void **state) {
  (void)state;
  check(
      "<?xml version=\"1.0\"?>\n<A><B>one two</B><C/>\n  <D><E>x</E></D></A>",
      "<?xml version=\"1.0\"?>\n<A>\n  <B>one two</B>\n  <C/>\n  <D>\n    <E>x</E>\n  </D>\n</A>");
}

/* What a broken answer may look like: it ends, and keeps every word. */
static void nonsense_is_kept(void **state) {
  static const char *const rows[] = {"",   "]]]]}}}",  "{{{{[[[[", "\"open",    "\"back\\", "<",
                                     "</", "</a></b>", "<a",       "a < b > c", "{\"a\":",  ",,::"};
  (void)state;
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_buf out;
    aws_buf_init(&out, 4096);
    tui_fields_indent(&out, aws_str_from(rows[i]));
    assert_false(out.failed);
    size_t kept = 0, sent = 0;
    for (size_t j = 0; j < out.n; j++)
      kept += !strchr(" \n", out.p[j]);
    for (size_t j = 0; rows[i][j]; j++)
      sent += !strchr(" \n", rows[i][j]);
    assert_int_equal(kept, sent);
    aws_buf_done(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_gets_lines),
      cmocka_unit_test(xml_gets_lines),
      cmocka_unit_test(nonsense_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
