/* Answers: one set of calls in three formats, errors in every protocol's shape, and the two clocks.
 */
#include "test.h"

#include "aws/doc.h"
#include "sim/params.h"
#include "sim/route.h"
#include "sim/stack.h"

#include <stdio.h>

#define START ((aws_ms)1768478400000) /* 2026-01-15T12:00:00Z */

/* ---- the writer ------------------------------------------------------------------------------ */

static void write_sample(struct sim_request *rq) {
  sim_begin(rq, NULL);
  sim_str(rq, "text", "a<b>&\"c\"");
  sim_str(rq, "absent", NULL);
  sim_int(rq, "small", -1);
  sim_int(rq, "large", 5000000000);
  sim_double(rq, "half", 0.5);
  sim_bool(rq, "yes", true);
  sim_time(rq, "when", START + 123);
  sim_time(rq, "never", 0);
  sim_empty_list(rq, "empty");
  sim_list(rq, "items", "Item");
  sim_begin(rq, NULL);
  sim_str(rq, "id", "1");
  sim_end(rq);
  sim_str(rq, NULL, "two");
  sim_end(rq);
  sim_end(rq);
}

static void sample(struct aws_arena *a, enum sim_format format, enum sim_time_format times,
                   struct sim_request *rq) {
  *rq = (struct sim_request){.arena = a};
  rq->out.format = format;
  rq->out.times = times;
  aws_buf_init(&rq->out.buf, SIM_OUT_MAX);
  write_sample(rq);
}

static void test_formats(void **state) {
  struct sim_request rq;
  struct aws_arena a;

  (void)state;
  aws_arena_init(&a, 1 << 20);
  sample(&a, SIM_FORMAT_JSON, SIM_TIME_EPOCH, &rq);
  static const char json[] =
      "{\"text\":\"a<b>&\\\"c\\\"\",\"small\":-1,\"large\":5000000000,\"half\":0.5,\"yes\":true,"
      "\"when\":1768478400.123,\"empty\":[],\"items\":[{\"id\":\"1\"},\"two\"]}";
  assert_string_equal(rq.out.buf.p, json);
  aws_buf_done(&rq.out.buf);

  sample(&a, SIM_FORMAT_XML, SIM_TIME_ISO, &rq);
  assert_string_equal(rq.out.buf.p,
                      "<member><text>a&lt;b&gt;&amp;&quot;c&quot;</text><small>-1</small>"
                      "<large>5000000000</large><half>0.5</half><yes>true</yes>"
                      "<when>2026-01-15T12:00:00.123Z</when><empty></empty>"
                      "<items><Item><id>1</id></Item><Item>two</Item></items></member>");
  aws_buf_done(&rq.out.buf);

  sample(&a, SIM_FORMAT_CBOR, SIM_TIME_EPOCH, &rq);
  struct aws_error err = {0};
  const cJSON *cbor = sim_cbor_parse(&a, (const unsigned char *)rq.out.buf.p, rq.out.buf.n);
  assert_non_null(cbor);
  assert_true(cJSON_Compare(cbor, aws_json_parse(&a, json, sizeof json - 1, &err), true));
  aws_buf_done(&rq.out.buf);
  aws_arena_done(&a);
}

/* ---- errors ---------------------------------------------------------------------------------- */

struct shape {
  const char *method, *path, *header, *value, *body; /* one header */
  unsigned status;
  const char *type, *part;
};

static void check_shape(struct sim_gate *gate, const struct shape *c) {
  const struct sim_http_header headers[] = {{"Host", "127.0.0.1"}, {c->header, c->value}};
  struct sim_http h = {c->method, aws_str_from(c->path), {NULL, 0}, headers, c->header ? 2 : 1,
                       c->body,   strlen(c->body)};
  struct aws_arena a;
  aws_arena_init(&a, 1 << 20);
  struct sim_request rq = {.arena = &a};

  sim_answer(gate, &h, &(const struct sim_now){.wall = START}, &rq);
  if (rq.status != c->status || !strstr(rq.out.buf.p, c->part))
    fail_msg("%s %s: %u %s", c->method, c->path, rq.status, rq.out.buf.p);
  assert_string_equal(sim_content_type(&rq), c->type);
  assert_int_equal((int)strlen(rq.id), 36);
  aws_buf_done(&rq.out.buf);
  aws_arena_done(&a);
}

static void test_unsigned_requests_in_every_protocol(void **state) {
  static const char form[] = "application/x-www-form-urlencoded; charset=utf-8";
  static const struct shape cases[] = {
      {"POST", "/", "X-Amz-Target", "AmazonSSM.GetParameters", "{}", 400,
       "application/x-amz-json-1.1",
       "{\"__type\":\"MissingAuthenticationTokenException\",\"message\":"},
      {"POST", "/", "X-Amz-Target", "GraniteServiceVersion20100801.GetMetricData", "{}", 400,
       "application/x-amz-json-1.0", "{\"__type\":\"MissingAuthenticationTokenException\""},
      {"POST", "/", "Content-Type", form, "Action=DescribeDBInstances&Version=2014-10-31", 403,
       "text/xml", "<Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code>"},
      {"GET", "/2020-05-31/distribution", NULL, NULL, "", 403, "text/xml",
       "<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error>"},
      {"GET", "/v2/apis", NULL, NULL, "", 403, "application/json", "{\"message\":"},
      {"GET", "/", NULL, NULL, "", 403, "application/xml", "<Error><Code>AccessDenied</Code>"},
      {"POST", "/", "X-Amz-Target", "DynamoDB_20120810.Scan", "{}", 404,
       "application/x-amz-json-1.1", "UnknownOperationException"},
  };
  struct aws_error err = {0};
  struct sim_world_options o = {.seed = 1, .speed = 1, .now = START};
  static struct sim_faults none;
  static struct sim_keys keys;
  struct sim_gate gate = {
      .faults = &none, .keys = &keys, .access_key = "testing", .secret = "testing"};

  (void)state;
  gate.world = sim_world_new(&o, &err);
  assert_non_null(gate.world);
  gate.elsewhere = sim_world_new_empty(gate.world, &err);
  for (size_t i = 0; i < COUNT(cases); i++)
    check_shape(&gate, &cases[i]);
  sim_world_free(gate.elsewhere);
  sim_world_free(gate.world);
}

/* ---- time -------------------------------------------------------------------------------------
 */

static void test_clocks(void **state) {
  const struct sim_world w = {.began = START, .speed = 60};

  (void)state;
  assert_true(sim_wall(&w, START - SIM_DAY) == START - SIM_DAY); /* the past is everybody's */
  assert_true(sim_wall(&w, START + SIM_MINUTE) == START + SIM_SECOND);
  assert_true(sim_unwall(&w, START + SIM_SECOND) == START + SIM_MINUTE);
}

static void test_faults_last_as_long_as_they_are_told(void **state) {
  static struct sim_faults f;
  struct aws_error err = {0};

  (void)state;
  assert_true(sim_faults_add(&f, "refused,after=2,for=3", 1000, &err));
  assert_false(sim_faults_refuse(&f, 2999));
  assert_true(sim_faults_refuse(&f, 3000));
  assert_true(sim_faults_refuse(&f, 5999));
  assert_false(sim_faults_refuse(&f, 6000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_faults_last_as_long_as_they_are_told),
      cmocka_unit_test(test_formats),
      cmocka_unit_test(test_unsigned_requests_in_every_protocol),
      cmocka_unit_test(test_clocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
