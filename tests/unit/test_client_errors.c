/* Calls that go wrong: errors in every wire shape, retries, writes, a clock that is off. */
#include "config.h"

#include "client_script.h"

#include "aws/client/retry.h"

enum { ATTEMPTS = 3 }; /* of the standard mode */

/* ---- errors ---------------------------------------------------------------------------------- */

struct wrong {
  const struct aws_op *op;
  struct client_scene scene;
  enum aws_errc code;
  bool retryable;
  const char *aws_code, *request_id, *word;
};

static const struct wrong wrongs[] = {
    {&ecs_list_clusters,
     {400, "x-amzn-RequestId: r1\r\nX-Amzn-ErrorType: AccessDeniedException:http://x/\r\n",
      "{\"Message\":\"User: ann is not authorized to perform: ecs:ListClusters\"}"},
     AWS_E_DENIED,
     false,
     "AccessDeniedException",
     "r1",
     "ecs:ListClusters"},
    {&ecs_list_clusters,
     {400, NULL, "{\"__type\":\"com.amazonaws.ecs#ThrottlingException\",\"message\":null}"},
     AWS_E_THROTTLED,
     true,
     "ThrottlingException",
     "",
     "slow down"},
    {&ssm_describe_parameters,
     {400, NULL, "{\"__type\":\"ExpiredTokenException\",\"message\":\"expired\"}"},
     AWS_E_EXPIRED,
     false,
     "ExpiredTokenException",
     "",
     "log in again"},
    {&elbv2_describe_load_balancers,
     {400, NULL,
      "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>LoadBalancerNotFound</Code>"
      "<Message>One or more load balancers not found</Message></Error><RequestId>r2</RequestId>"
      "</ErrorResponse>"},
     AWS_E_NOT_FOUND,
     false,
     "LoadBalancerNotFound",
     "r2",
     "DescribeLoadBalancers"},
    {&rds_describe_instances,
     {503, "Retry-After: 3\r\n",
      "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
      "</ErrorResponse>"},
     AWS_E_THROTTLED,
     true,
     "Throttling",
     "",
     "Rate exceeded"},
    {&cloudfront_get_distribution,
     {404, "x-amz-cf-id: cf1\r\n",
      "<ErrorResponse><Error><Code>NoSuchDistribution</Code><Message>gone</Message></Error>"
      "</ErrorResponse>"},
     AWS_E_NOT_FOUND,
     false,
     "NoSuchDistribution",
     "cf1",
     "gone"},
    {&s3_list_buckets,
     {403, NULL,
      "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature</Message>"
      "<RequestId>r3</RequestId></Error>"},
     AWS_E_CREDENTIALS,
     false,
     "SignatureDoesNotMatch",
     "r3",
     "check the profile"},
    {&apigatewayv2_get_apis,
     {429, "x-amzn-errortype: TooManyRequestsException\r\n", "{\"message\":\"Too Many Requests\"}"},
     AWS_E_THROTTLED,
     true,
     "TooManyRequestsException",
     "",
     "Too Many"},
    {&ecs_list_clusters,
     {502, NULL, "<html><head><title>502</title></head><body>Bad<br></body></html>"},
     AWS_E_SERVICE,
     true,
     "",
     "",
     "HTTP 502"},
    {&ecs_list_clusters, {500, NULL, ""}, AWS_E_SERVICE, true, "", "", "HTTP 500"},
    {&ecs_list_clusters, {301, NULL, ""}, AWS_E_SERVICE, false, "", "", "HTTP 301"},
    {&ecs_list_clusters, {403, NULL, "{}"}, AWS_E_DENIED, false, "", "", "HTTP 403"},
    {&ecs_list_clusters,
     {400, NULL, "{\"__type\":\"InvalidParameterException\",\"message\":\"no\"}"},
     AWS_E_SERVICE,
     false,
     "InvalidParameterException",
     "",
     "ListClusters: InvalidParameter"},
};

static void test_errors(void **state) {
  struct client_fixture *f = *state;
  for (size_t i = 0; i < COUNT(wrongs); i++) {
    const struct wrong *w = &wrongs[i];
    memset(&f->script, 0, sizeof f->script);
    f->script.scenes = &w->scene;
    f->script.n = 1;
    struct client_outcome o = client_run(f, w->op, "{\"Id\":\"E1\"}", NULL);
    if (!strstr(o.err.text, w->word) || o.err.code != w->code)
      print_message("%zu: %s\n", i, o.err.text);
    assert_true(o.failed);
    assert_int_equal(o.err.code, w->code);
    assert_int_equal(o.err.http_status, w->scene.status);
    assert_int_equal(o.err.retryable, w->retryable);
    assert_string_equal(o.err.aws_code, w->aws_code);
    assert_string_equal(o.err.request_id, w->request_id);
    assert_non_null(strstr(o.err.text, w->word));
    assert_int_equal(f->script.at, 1); /* a poll is not sent again */
  }
  assert_int_equal(f->sent_throttled, 3);
  CLIENT_PLAY(f, {503, "Retry-After: 7\r\n", ""});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_int_equal(o.err.retry_after_ms, 7000);
  CLIENT_PLAY(f, {503, "x-amz-retry-after: 9223372036854775807\r\n", ""});
  o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_int_equal(o.err.retry_after_ms, 0);
}

/* AWS answers a wrong signature with the request as it understood it. */
static void test_refused_signature(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {403, NULL,
                  "{\"__type\":\"InvalidSignatureException\",\"message\":\"It does not match.\\n\\n"
                  "The Canonical String for this request should have been\\n'POST\\n/\\n\\n"
                  "x-amz-security-token:IQoJb3JpZ2luX2Vj\"}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_int_equal(o.err.code, AWS_E_CREDENTIALS);
  assert_non_null(strstr(o.err.text, "It does not match."));
  assert_null(strstr(o.err.text, "IQoJb3JpZ2luX2Vj"));
  assert_null(strchr(o.err.text, '\n'));
}

static void test_bad_input(void **state) {
  struct client_fixture *f = *state;
  struct aws_error err = {0};
  assert_null(
      aws_call(f->client, &cloudfront_get_distribution, NULL, NULL, NULL, NULL, NULL, &err));
  assert_int_equal(err.code, AWS_E_USAGE);
  assert_non_null(strstr(err.text, "GetDistribution"));
  static const char *const other_paths[] = {"{\"Id\":\".\"}", "{\"Id\":\"..\"}", "{\"Id\":\"\"}"};
  for (size_t i = 0; i < COUNT(other_paths); i++)
    assert_null(aws_call(f->client, &cloudfront_get_distribution, cJSON_Parse(other_paths[i]), NULL,
                         NULL, NULL, NULL, &err));
}

static void test_long_region(void **state) {
  struct client_fixture *f = *state;
  char region[80];
  memset(region, 'a', sizeof region);
  region[sizeof region - 1] = '\0';
  struct aws_client_config cfg = {.io = f->io, .region = region};
  struct aws_error err = {0};
  assert_null(aws_client_new(&cfg, &err)); /* cut, it would be another region's name */
  assert_int_equal(err.code, AWS_E_CONFIG);
}

/* ---- retries --------------------------------------------------------------------------------- */

static void test_retry(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {503, NULL, ""}, {0, NULL, NULL},
              {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t\"}"},
              {400, NULL, "{\"__type\":\"ThrottlingException\"}"},
              {200, NULL, "{\"clusterArns\":[\"b\"]}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, &client_asked);
  assert_false(o.failed);
  assert_string_equal(o.names, "a\nb\n");
  assert_int_equal(f->script.at, 5);
  assert_int_equal(f->sent_retried, 2); /* the kept connection that broke was renewed below us */

  CLIENT_PLAY(f, {500, NULL, ""});
  o = client_run(f, &ecs_list_clusters, NULL, &client_asked);
  assert_true(o.failed);
  assert_int_equal(f->script.at, ATTEMPTS);

  CLIENT_PLAY(f, {403, NULL, "{\"__type\":\"AccessDeniedException\"}"});
  o = client_run(f, &ecs_list_clusters, NULL, &client_asked);
  assert_int_equal(f->script.at, 1);
  CLIENT_PLAY(f, {503, "Retry-After: 600\r\n", ""}); /* nobody waits ten minutes */
  o = client_run(f, &ecs_list_clusters, NULL, &client_asked);
  assert_int_equal(f->script.at, 1);
}

/* A poll is skipped when AWS says no at once, and goes on when it says no in the middle. */
static void test_retry_of_polls(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\"}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_true(o.failed);
  assert_int_equal(f->script.at, 1);
  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t\"}"},
              {400, NULL, "{\"__type\":\"ThrottlingException\"}"},
              {200, NULL, "{\"clusterArns\":[\"b\"]}"});
  o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_false(o.failed);
  assert_string_equal(o.names, "a\nb\n");
  assert_int_equal(f->script.at, 3);
}

/* One that may go on is sent again for a throttle and for nothing else, and never with what the
 * operator's own calls may need. */
static void test_patient_polls(void **state) {
  struct client_fixture *f = *state;
  const struct aws_call_options again = {.again = true};
  CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\"}"},
              {200, NULL, "{\"clusterArns\":[\"a\"]}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, &again);
  assert_false(o.failed);
  assert_int_equal(f->script.at, 2);
  CLIENT_PLAY(f, {500, NULL, ""});
  o = client_run(f, &ecs_list_clusters, NULL, &again);
  assert_true(o.failed);
  assert_int_equal(f->script.at, 1);
  for (int i = 0; i < 40; i++) { /* refused for good: the half of the quota is used up */
    CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\"}"});
    client_run(f, &ecs_list_clusters, NULL, &again);
  }
  assert_int_equal(f->script.at, 1);
  CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\"}"});
  client_run(f, &ecs_list_clusters, NULL, &client_asked);
  assert_int_equal(f->script.at, ATTEMPTS);
}

static void test_patient_writes(void **state) {
  struct client_fixture *f = *state;
  const struct aws_call_options again = {.again = true};
  const char *in = "{\"service\":\"web\",\"desiredCount\":3}";
  CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\"}"},
              {200, NULL,
               "{\"service\":{\"serviceArn\":\"arn:web\",\"serviceName\":\"web\",\"clusterArn\":"
               "\"arn:c\",\"status\":\"ACTIVE\",\"desiredCount\":1,\"runningCount\":1,"
               "\"pendingCount\":0,\"createdAt\":1}}"});
  struct client_outcome o = client_run(f, &ecs_update_service, in, &again);
  assert_false(o.failed);
  assert_int_equal(f->script.at, 2);
  CLIENT_PLAY(f, {400, NULL, "{\"__type\":\"ThrottlingException\"}"}, {-1, NULL, NULL});
  o = client_run(f, &ecs_update_service, in, &again); /* refused, then lost: not known */
  assert_true(o.failed && o.err.maybe_done);
  assert_int_equal(f->script.at, 2);
  static const struct client_scene once[] = {
      {503, NULL, "{\"__type\":\"ThrottlingException\"}"}, {500, NULL, ""}, {-1, NULL, NULL}};
  for (size_t i = 0; i < COUNT(once); i++) {
    memset(&f->script, 0, sizeof f->script);
    f->script.scenes = &once[i];
    f->script.n = 1;
    o = client_run(f, &ecs_update_service, in, &again);
    assert_true(o.failed);
    assert_int_equal(f->script.at, 1);
  }
}

static void test_writes(void **state) {
  struct client_fixture *f = *state;
  const char *in = "{\"service\":\"web\",\"desiredCount\":3}";
  static const struct {
    struct client_scene scene;
    bool maybe_done;
    size_t requests;
  } rows[] = {
      {{500, NULL, ""}, true, 1},
      {{0, NULL, NULL}, true, 1}, /* the connection broke: libcurl must not send it again either */
      {{-1, NULL, NULL}, true, 1},
      {{200, NULL, "{"}, true, 1},
      {{400, NULL, "{\"__type\":\"InvalidParameterException\"}"}, false, 1},
      {{400, NULL, "{\"__type\":\"ThrottlingException\"}"}, false, ATTEMPTS},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[]}"}); /* leaves a connection behind */
    client_run(f, &ecs_list_clusters, NULL, NULL);
    memset(&f->script, 0, sizeof f->script);
    f->script.scenes = &rows[i].scene;
    f->script.n = 1;
    struct client_outcome o = client_run(f, &ecs_update_service, in, &client_asked);
    assert_true(o.failed);
    assert_int_equal(o.err.maybe_done, rows[i].maybe_done);
    assert_int_equal(f->script.at, rows[i].requests);
    assert_int_equal(f->script.last_on_connection, 1);
  }
}

static void test_quota(void **state) {
  (void)state;
  struct aws_retry r;
  struct aws_error err = {.code = AWS_E_SERVICE, .retryable = true};
  int cost = 0, granted = 0;
  aws_retry_init(&r, (struct aws_retry_settings){AWS_RETRY_STANDARD, 3}, 1);
  int64_t longest = 0;
  for (int i = 0; i < 1000; i++) {
    int64_t delay = aws_retry_delay(&r, &err, 1 + i % 2, &cost);
    granted += delay >= 0;
    longest = delay > longest ? delay : longest;
    assert_true(delay <= (i % 2 ? 2000 : 1000));
  }
  assert_int_equal(granted, AWS_RETRY_QUOTA / 5);
  assert_true(longest > 1000); /* the jitter uses its range */
  aws_retry_give_back(&r, 0);
  assert_int_equal(r.tokens, 1);
  aws_retry_give_back(&r, 5);
  assert_true(aws_retry_delay(&r, &err, 1, &cost) >= 0);
  assert_int_equal(cost, 5);
  for (int i = 0; i < 1000; i++)
    aws_retry_give_back(&r, 5);
  assert_int_equal(r.tokens, AWS_RETRY_QUOTA);
  err.retry_after_ms = 15000;
  assert_true(aws_retry_delay(&r, &err, 1, &cost) >= 15000);
}

static void test_retry_settings(void **state) {
  (void)state;
  struct aws_error err = {.code = AWS_E_SERVICE, .retryable = true};
  int cost = 0;
  struct aws_retry r;
  aws_retry_init(&r, (struct aws_retry_settings){AWS_RETRY_STANDARD, 1}, 1);
  assert_int_equal(aws_retry_delay(&r, &err, 1, &cost), -1);
  assert_int_equal(aws_retry_delays(&r), 0);
  aws_retry_init(&r, (struct aws_retry_settings){AWS_RETRY_LEGACY, 5}, 1);
  assert_int_equal(aws_retry_delays(&r), 1000 + 2000 + 4000 + 8000);
  int granted = 0;
  for (int i = 0; i < 1000; i++)
    granted += aws_retry_delay(&r, &err, 1 + i % 5, &cost) >= 0;
  assert_int_equal(granted, 800); /* the fifth attempt is the last; no quota */
  aws_retry_init(&r, (struct aws_retry_settings){AWS_RETRY_STANDARD, 50}, 1);
  for (int i = 1; i < 50; i++) {
    int64_t delay = aws_retry_delay(&r, &err, i, &cost);
    assert_in_range(delay, 0, 20000);
  }
  assert_int_equal(aws_retry_delays(&r), 31000 + 44 * 20000);
}

/* ---- the clock ------------------------------------------------------------------------------- */

static void test_clock_skew(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(
      f,
      {403, "Date: Thu, 15 Jan 2026 13:00:00 GMT\r\n",
       "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: 20260115\"}"},
      {200, "Date: Thu, 15 Jan 2026 13:00:00 GMT\r\n", "{\"clusterArns\":[\"a\"]}"});
  struct client_outcome o =
      client_run(f, &ecs_list_clusters, NULL, NULL); /* a poll, and yet sent again */
  assert_false(o.failed);
  assert_int_equal(f->script.at, 2);
  assert_true(strncmp(f->script.dates, "20260115T120000Z\n20260115T130000Z\n", 33) == 0);
  assert_in_range(aws_client_skew(f->client), 3599, 3601);

  CLIENT_PLAY(
      f,
      {403, "Date: Thu, 15 Jan 2026 13:00:00 GMT\r\n",
       "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: 20260115\"}"});
  o = client_run(f, &ecs_list_clusters, NULL, NULL); /* the clock is right now: a real error */
  assert_true(o.failed);
  assert_int_equal(f->script.at, 1);
}

/* A date that cannot be must not move the clock, nor overflow it. */
static void test_absurd_date(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, "Date: 9223372036854775.807\r\n", "{\"clusterArns\":[]}"},
              {200, "Date: -9223372036854775.807\r\n", "{\"clusterArns\":[]}"});
  for (int i = 0; i < 2; i++) {
    struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
    assert_false(o.failed);
    assert_int_equal(aws_client_skew(f->client), 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      CLIENT_TEST(test_errors),         CLIENT_TEST(test_refused_signature),
      CLIENT_TEST(test_bad_input),      CLIENT_TEST(test_retry),
      CLIENT_TEST(test_retry_of_polls), CLIENT_TEST(test_patient_polls),
      CLIENT_TEST(test_retry_of_polls), CLIENT_TEST(test_patient_writes),
      CLIENT_TEST(test_writes),         cmocka_unit_test(test_retry_settings),
      cmocka_unit_test(test_quota),     CLIENT_TEST(test_clock_skew),
      CLIENT_TEST(test_absurd_date),    CLIENT_TEST(test_long_region),
  };
  return cmocka_run_group_tests_name("aws/client errors", tests, NULL, NULL);
}
