/* The simulator's verifier: AWS's published example, each way to get it wrong, and the golden
 * requests where they lie beside the checkout (SHARED_DIR). */
#include "test.h"

#include "sim/verify.h"

#include <cjson/cJSON.h>
#include <stdio.h>

/* From AWS's "Examples of the complete Signature Version 4 signing process". */
static const char list_users[] =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define SIGNED_AT 1440938160000 /* 2015-08-30T12:36:00Z */

struct request {
  const char *authorization, *date, *host, *query, *extra_name, *extra_value;
  const char *key, *secret, *service, *region;
  aws_ms now;
};

static const struct request good = {
    .authorization = list_users,
    .date = "20150830T123600Z",
    .host = "iam.amazonaws.com",
    .query = "Version=2010-05-08&Action=ListUsers", /* order on the wire does not matter */
    .key = "AKIDEXAMPLE",
    .secret = SECRET,
    .service = "iam",
    .now = SIGNED_AT,
};

static enum sim_verdict verify(const struct request *r) {
  struct sim_http_header headers[5] = {
      {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}, {"Host", r->host}};
  struct aws_arena arena;
  struct sim_auth auth;
  size_t n = 2;

  if (r->date)
    headers[n++] = (struct sim_http_header){"X-Amz-Date", r->date};
  if (r->authorization)
    headers[n++] = (struct sim_http_header){"Authorization", r->authorization};
  if (r->extra_name)
    headers[n++] = (struct sim_http_header){r->extra_name, r->extra_value};
  struct sim_http h = {"GET", AWS_STR_LIT("/"), aws_str_from(r->query), headers, n, NULL, 0};
  struct sim_expect expect = {r->key, r->secret, r->service, r->region, r->now, 300000, false};
  aws_arena_init(&arena, 1 << 20);
  assert_true(sim_auth_read(&arena, &h, &auth));
  enum sim_verdict verdict = sim_verify(&arena, &h, &auth, &expect, NULL);
  aws_arena_done(&arena);
  return verdict;
}

static void test_published_example(void **state) {
  (void)state;
  assert_int_equal(verify(&good), SIM_VERDICT_GOOD);
}

#define CASE(wanted, member, value)                                                                \
  {                                                                                                \
    struct request r = good;                                                                       \
    r.member = value;                                                                              \
    assert_int_equal(verify(&r), wanted);                                                          \
  }

static void test_each_fault_has_its_verdict(void **state) {
  (void)state;
  CASE(SIM_VERDICT_NO_AUTH, authorization, NULL);
  CASE(SIM_VERDICT_MALFORMED, authorization, "Basic dGVzdDp0ZXN0");
  CASE(SIM_VERDICT_MALFORMED, authorization,
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1");
  CASE(SIM_VERDICT_MALFORMED, date, NULL);
  CASE(SIM_VERDICT_MALFORMED, date, "2015-08-30T12:36:00Z");
  CASE(SIM_VERDICT_KEY, key, "AKIDOTHER");
  CASE(SIM_VERDICT_SERVICE, service, "ecs");
  CASE(SIM_VERDICT_REGION, region, "eu-west-1");
  CASE(SIM_VERDICT_DATE, date, "20150831T123600Z");
  CASE(SIM_VERDICT_SKEWED, now, SIGNED_AT + 300001);
  CASE(SIM_VERDICT_EARLY, now, SIGNED_AT - 300001);
  CASE(SIM_VERDICT_GOOD, now, SIGNED_AT + 300000);
  CASE(SIM_VERDICT_SIGNATURE, secret, "another");
  CASE(SIM_VERDICT_SIGNATURE, host, "iam.example.com");
  CASE(SIM_VERDICT_SIGNATURE, query, "Action=ListUsers&Version=2010-05-09");
}

static void test_content_type_must_be_signed(void **state) {
  (void)state;
  CASE(SIM_VERDICT_MALFORMED, authorization,
       "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
       "SignedHeaders=host;x-amz-date, "
       "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

static void test_amz_headers_must_be_signed(void **state) {
  struct request r = good;

  (void)state;
  r.extra_name = "X-Amz-Target";
  r.extra_value = "AmazonSSM.PutParameter";
  assert_int_equal(verify(&r), SIM_VERDICT_MALFORMED);
  r.extra_name = "User-Agent"; /* what is no AWS header need not be */
  assert_int_equal(verify(&r), SIM_VERDICT_GOOD);
}

/* ---- golden requests ------------------------------------------------------------------------- */

static char *read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  char *text = NULL;

  if (!f)
    return NULL;
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  rewind(f);
  if (n > 0)
    text = calloc((size_t)n + 1, 1);
  if (text && fread(text, 1, (size_t)n, f) != (size_t)n)
    text[0] = '\0';
  fclose(f);
  return text;
}

static const char *text_of(const cJSON *o, const char *name) {
  const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));
  return s ? s : "";
}

/* Splits "https://host/path?query". */
static void split_url(const char *url, char *host, size_t size, struct aws_str *path,
                      struct aws_str *query) {
  const char *p = strstr(url, "://") + 3, *slash = strchr(p, '/');

  snprintf(host, size, "%.*s", (int)(slash - p), p);
  *query = aws_str_from(slash);
  *path = aws_str_split(query, '?');
}

static enum sim_verdict verify_golden(const cJSON *rq, bool spoil) {
  struct sim_http_header headers[32];
  struct sim_auth auth;
  struct aws_arena arena;
  struct aws_str path, query;
  char host[256];
  size_t n = 0;
  const char *service = text_of(rq, "signing_name");
  struct aws_str body = aws_str_from(text_of(rq, "body"));
  const cJSON *h;

  split_url(text_of(rq, "url"), host, sizeof host, &path, &query);
  headers[n++] = (struct sim_http_header){"Host", host};
  cJSON_ArrayForEach(h, cJSON_GetObjectItemCaseSensitive(rq, "headers")) {
    assert_true(n < COUNT(headers));
    headers[n++] = (struct sim_http_header){h->string, h->valuestring};
  }
  if (spoil)
    body = AWS_STR_LIT("something else");
  struct sim_http http = {text_of(rq, "method"), path, query, headers, n, body.p, body.n};
  struct sim_expect expect = {
      "AKIDEXAMPLE",         SECRET, service, text_of(rq, "signing_region"), 1768478400000, 300000,
      !strcmp(service, "s3")};
  aws_arena_init(&arena, 1 << 22);
  assert_true(sim_auth_read(&arena, &http, &auth));
  enum sim_verdict verdict = sim_verify(&arena, &http, &auth, &expect, NULL);
  aws_arena_done(&arena);
  return verdict;
}

static void test_golden_requests(void **state) {
  char *text = read_file(SHARED_DIR "/aws/wire/requests.json");
  const cJSON *rq;
  int checked = 0;

  (void)state;
  if (!text) {
    print_message("no golden requests at " SHARED_DIR ": skipped\n");
    skip();
  }
  cJSON *root = cJSON_Parse(text);
  assert_non_null(root);
  cJSON_ArrayForEach(rq, cJSON_GetObjectItemCaseSensitive(root, "requests")) {
    if (!strcmp(text_of(rq, "signature_version"), "none"))
      continue;
    enum sim_verdict verdict = verify_golden(rq, false);
    if (verdict != SIM_VERDICT_GOOD)
      fail_msg("%s %s: verdict %d", text_of(rq, "service"), text_of(rq, "operation"), verdict);
    verdict = verify_golden(rq, true);
    assert_true(verdict == SIM_VERDICT_SIGNATURE || verdict == SIM_VERDICT_PAYLOAD);
    checked++;
  }
  print_message("%d golden requests verified\n", checked);
  assert_true(checked >= 112);
  cJSON_Delete(root);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_published_example),
      cmocka_unit_test(test_each_fault_has_its_verdict),
      cmocka_unit_test(test_content_type_must_be_signed),
      cmocka_unit_test(test_amz_headers_must_be_signed),
      cmocka_unit_test(test_golden_requests),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
