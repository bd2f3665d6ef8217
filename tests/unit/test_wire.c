/* What goes out: addresses and bodies against AWS's own tools, as recorded beside the
 * checkout (SHARED_DIR), and against cases of its own everywhere. */
#include "config.h"

#include "aws/api.h"
#include "aws/auth/canonical.h"
#include "aws/client/serialize.h"
#include "test.h"

#include <stdio.h>

/* ---- files ----------------------------------------------------------------------------------- */

static char *read_shared(const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/aws/%s", SHARED_DIR, name);
  FILE *f = fopen(path, "rb");
  if (!f) {
    print_message("no %s\n", path);
    return NULL;
  }
  char *p = calloc(1, 1 << 20);
  assert_non_null(p);
  size_t n = fread(p, 1, (1 << 20) - 1, f);
  assert_true(n > 0);
  fclose(f);
  return p;
}

/* ---- golden requests ------------------------------------------------------------------------- */

/* The recorded inputs spell times as text; the row's protocol wants them its own way. */
static void fix_times(cJSON *node, bool json) {
  for (cJSON *c = node->child; c; c = c->next) {
    int year, rest;
    if (cJSON_IsString(c) && sscanf(c->valuestring, "%4d-%2d", &year, &rest) == 2 &&
        strstr(c->valuestring, "+00:00")) {
      aws_ms t;
      char iso[AWS_TIME_MAX];
      c->valuestring[10] = 'T';
      assert_true(aws_time_parse(aws_str_from(c->valuestring), &t));
      aws_time_iso(t, iso);
      cJSON *new = json ? cJSON_CreateNumber((double)t / 1000) : cJSON_CreateString(iso);
      char *name = strdup(c->string);
      cJSON_ReplaceItemInObjectCaseSensitive(node, name, new);
      free(name);
      c = new;
    }
    fix_times(c, json);
  }
}

static bool same_json(const char *a, const char *b) {
  cJSON *x = cJSON_Parse(a), *y = cJSON_Parse(b);
  bool same = x && y && cJSON_Compare(x, y, true);
  cJSON_Delete(x);
  cJSON_Delete(y);
  return same;
}

static bool same_query(const char *a, const char *b) {
  struct aws_buf x, y;
  aws_buf_init(&x, 1 << 20);
  aws_buf_init(&y, 1 << 20);
  bool same = aws_canonical_query(&x, aws_str_from(a)) &&
              aws_canonical_query(&y, aws_str_from(b)) &&
              aws_str_eq(aws_buf_str(&x), aws_buf_str(&y));
  aws_buf_done(&x);
  aws_buf_done(&y);
  return same;
}

/* AWS's tools write a space in a form as '+', ours as %20. */
static bool same_form(const char *got, const char *want) {
  struct aws_buf text;
  aws_buf_init(&text, 1 << 20);
  for (; *want; want++)
    aws_buf_add_c(&text, *want == '+' ? "%20" : (char[]){*want, '\0'});
  bool same = same_query(got, text.p);
  aws_buf_done(&text);
  return same;
}

static bool same_xml(const char *a, const char *b) {
  struct aws_arena arena;
  struct aws_error err = {0};
  aws_arena_init(&arena, 1 << 20);
  cJSON *x = aws_xml_parse(&arena, a, strlen(a), &err),
        *y = aws_xml_parse(&arena, b, strlen(b), &err);
  char *p = cJSON_PrintUnformatted(x), *q = cJSON_PrintUnformatted(y);
  bool same = p && q && strcmp(p, q) == 0 && strcmp(x->string, y->string) == 0;
  cJSON_free(p);
  cJSON_free(q);
  aws_arena_done(&arena);
  return same;
}

static bool same_body(const struct aws_op *op, const char *got, const char *want) {
  if (!want[0] || !got[0])
    return got[0] == want[0];
  switch (op->service->protocol) {
  case AWS_QUERY:
    return same_form(got, want);
  case AWS_REST_XML:
    return same_xml(got, want);
  default:
    return same_json(got, want);
  }
}

static bool same_url(const char *got, const char *want) {
  size_t n = strcspn(want, "?");
  return strncmp(got, want, n) == 0 && strcspn(got, "?") == n &&
         same_query(want[n] ? want + n + 1 : "", got[n] ? got + n + 1 : "");
}

/* Every recorded header but the signature's own must be there, and no other but Host. */
static bool same_headers(const char *got, const cJSON *want, bool *same_signature) {
  size_t lines = 0;
  for (const char *p = got; *p; p++)
    lines += *p == '\n';
  bool same = lines == (size_t)cJSON_GetArraySize(want) + 1;
  const cJSON *h;
  cJSON_ArrayForEach(h, want) {
    char line[2048];
    snprintf(line, sizeof line, "\n%s: %s\n", h->string, h->valuestring);
    bool found = strstr(got, line) != NULL;
    if (strcmp(h->string, "Authorization") == 0)
      *same_signature = *same_signature || found;
    else
      same = same && found;
  }
  return same && strncmp(got, "Host: ", 6) == 0;
}

struct totals {
  size_t checked, right, same_bytes;
};

static void check_golden(struct aws_client *c, const struct aws_creds *creds, const cJSON *json,
                         struct totals *t) {
  const char *protocol = cJSON_GetStringValue(cJSON_GetObjectItem(json, "protocol"));
  const struct aws_op *row =
      aws_op_find(cJSON_GetStringValue(cJSON_GetObjectItem(json, "service")),
                  cJSON_GetStringValue(cJSON_GetObjectItem(json, "operation")));
  if (!row)
    return;
  struct aws_service service = *row->service;
  struct aws_op op = *row;
  op.size_in = NULL; /* the recorded inputs say themselves how long a page is */
  op.service = &service;
  if (strcmp(protocol, "query") == 0 && service.protocol != AWS_QUERY) {
    service.protocol = AWS_QUERY; /* CloudWatch was recorded in both forms */
    service.version = "2010-08-01";
  }
  cJSON *in = cJSON_Duplicate(cJSON_GetObjectItem(json, "parameters"), true);
  fix_times(in, service.protocol != AWS_QUERY);
  struct aws_wire w;
  struct aws_error err = {0};
  assert_true(aws_call_wire(c, &op, in, cJSON_GetStringValue(cJSON_GetObjectItem(json, "region")),
                            creds, INT64_C(1768478400000), &w, &err));
  bool signature = op.anonymous;
  bool ok = same_url(w.url.p, cJSON_GetStringValue(cJSON_GetObjectItem(json, "url"))) &&
            strcmp(w.method.p, cJSON_GetStringValue(cJSON_GetObjectItem(json, "method"))) == 0 &&
            same_headers(w.headers.p, cJSON_GetObjectItem(json, "headers"), &signature) &&
            same_body(&op, w.body.p, cJSON_GetStringValue(cJSON_GetObjectItem(json, "body")));
  bool bytes = strcmp(w.body.p, cJSON_GetStringValue(cJSON_GetObjectItem(json, "body"))) == 0;
  if (bytes && !signature)
    ok = false;
  if (!ok)
    print_message("differs: %s %s\n%s\n%s%s\n", service.id, op.name, w.url.p, w.headers.p,
                  w.body.p);
  t->checked++;
  t->right += ok;
  t->same_bytes += bytes && signature;
  aws_wire_done(&w);
  cJSON_Delete(in);
}

static struct aws_client *new_client(struct aws_io **io) {
  struct aws_error err = {0};
  *io = aws_io_new(NULL, NULL, &err);
  assert_non_null(*io);
  struct aws_client_config cfg = {.io = *io, .region = "eu-central-1", .seed = 1};
  struct aws_client *c = aws_client_new(&cfg, &err);
  assert_non_null(c);
  return c;
}

static void test_golden_requests(void **state) {
  (void)state;
  char *text = read_shared("wire/requests.json");
  if (!text)
    skip();
  cJSON *doc = cJSON_Parse(text);
  struct aws_creds creds = {.key_id = "AKIDEXAMPLE"};
  assert_true(
      aws_secret_set(&creds.secret, AWS_STR_LIT("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")));
  struct aws_io *io;
  struct aws_client *c = new_client(&io);
  struct totals t = {0};
  const cJSON *json;
  cJSON_ArrayForEach(json, cJSON_GetObjectItem(doc, "requests")) check_golden(c, &creds, json, &t);
  print_message("golden requests of our operations: %zu of %zu, %zu to the byte\n", t.right,
                t.checked, t.same_bytes);
  assert_int_equal(t.right, t.checked);
  assert_int_equal(t.checked, 43);
  aws_client_free(c);
  aws_io_free(io);
  aws_creds_done(&creds);
  cJSON_Delete(doc);
  free(text);
}

/* ---- serialising ----------------------------------------------------------------------------- */

static void test_serialize(void **state) {
  (void)state;
  static const struct aws_service service = {
      .id = "x", .version = "2020-01-01", .xmlns = "http://x/", .protocol = AWS_REST_JSON};
  static const struct aws_op op = {.name = "Do",
                                   .service = &service,
                                   .path = "/a/{Id}/b/{Name}",
                                   .query = "Size=maxSize Tags",
                                   .lists = "Items=Path",
                                   .root = "Root"};
  static const char input[] =
      "{\"Id\":\"x/y z\",\"Name\":7,\"Size\":10,\"Tags\":[\"a b\",\"c&\"],\"Flag\":true,"
      "\"Root\":{\"Items\":[\"<1>\",\"2\"],\"N\":null,\"L\":[{\"K\":\"v\"}]},\"Empty\":[]}";
  cJSON *in = cJSON_Parse(input);
  struct aws_buf out;
  struct aws_error err = {0};
  aws_buf_init(&out, 4096);
  assert_true(aws_serialize_rest_path(&out, &op, in, &err));
  assert_string_equal(out.p, "/a/x%2Fy%20z/b/7");
  aws_buf_clear(&out);
  assert_true(aws_serialize_rest_query(&out, &op, in));
  assert_string_equal(out.p, "maxSize=10&Tags=a%20b&Tags=c%26");
  aws_buf_clear(&out);
  assert_true(aws_serialize_xml(&out, &op, in));
  assert_string_equal(out.p, "<Root xmlns=\"http://x/\"><Items><Path>&lt;1&gt;</Path><Path>2</Path>"
                             "</Items><L><member><K>v</K></member></L></Root>");
  aws_buf_clear(&out);
  assert_true(aws_serialize_rest_json(&out, &op, in));
  assert_string_equal(out.p, "{\"Flag\":true,\"Root\":{\"Items\":[\"<1>\",\"2\"],\"N\":null,"
                             "\"L\":[{\"K\":\"v\"}]},\"Empty\":[]}");
  aws_buf_clear(&out);
  assert_true(aws_serialize_query(&out, &op, in));
  assert_string_equal(out.p, "Action=Do&Version=2020-01-01&Id=x%2Fy%20z&Name=7&Size=10"
                             "&Tags.member.1=a%20b&Tags.member.2=c%26&Flag=true"
                             "&Root.Items.Path.1=%3C1%3E&Root.Items.Path.2=2"
                             "&Root.L.member.1.K=v");
  cJSON_DeleteItemFromObject(in, "Name");
  aws_buf_clear(&out);
  assert_false(aws_serialize_rest_path(&out, &op, in, &err));
  assert_string_equal(err.text, "x Do: the input has no Name");
  aws_buf_done(&out);
  cJSON_Delete(in);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden_requests),
      cmocka_unit_test(test_serialize),
  };
  return cmocka_run_group_tests_name("aws/client wire", tests, NULL, NULL);
}
