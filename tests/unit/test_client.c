/* Calls against a scripted server: pages, batches, retries, errors, the queue, the clock. */
#include "config.h"

#include "aws/api.h"
#include "aws/client/retry.h"
#include "server.h"
#include "test.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* ---- a server that plays a script
 * ---------------------------------------------------------------- */

struct scene {
  int status; /* 0: hang up without an answer, -1: hold */
  const char *headers, *body;
};

struct script {
  const struct scene *scenes; /* one for each request in turn; the last goes on for ever */
  size_t n, at;
  char targets[4096], bodies[8192], dates[1024], auth[4096]; /* what came, a line a request */
  unsigned last_on_connection;
};

static void note(char *log, size_t size, const char *text) {
  size_t n = strlen(log);
  snprintf(log + n, size - n, "%s\n", text);
}

static void play(void *arg, const struct test_request *rq, struct test_answer *a) {
  struct script *s = arg;
  const struct scene *scene = &s->scenes[s->at < s->n ? s->at : s->n - 1];
  char text[2048];
  s->at++;
  s->last_on_connection = rq->on_connection;
  test_request_header(rq, "X-Amz-Target", text, sizeof text);
  note(s->targets, sizeof s->targets, text[0] ? text : rq->target);
  note(s->bodies, sizeof s->bodies, rq->body.p);
  test_request_header(rq, "X-Amz-Date", text, sizeof text);
  note(s->dates, sizeof s->dates, text);
  test_request_header(rq, "Authorization", text, sizeof text);
  note(s->auth, sizeof s->auth, text);
  if (scene->status > 0)
    test_answer_set(a, scene->status, scene->headers, scene->body);
  a->close = scene->status == 0;
  a->hold = scene->status < 0;
}

/* ---- fixture
 * ------------------------------------------------------------------------------------- */

/* Time runs a hundred times as fast, so that a retry's pause takes no time of ours. */
static aws_ms fast_mono(void *arg) {
  (void)arg;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return ((aws_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000) * 100;
}
static aws_ms fixed_wall(void *arg) {
  (void)arg;
  return INT64_C(1768478400000); /* 2026-01-15T12:00:00Z */
}

struct fixture {
  struct aws_io *io;
  struct test_server *server;
  struct aws_settings *settings;
  struct aws_client *client;
  struct aws_creds creds;
  struct script script;
  size_t sent, sent_throttled, sent_retried;
};

static const char *no_env(void *arg, const char *name) {
  (void)arg;
  (void)name;
  return NULL;
}

static void on_sent(void *arg, const struct aws_sent *sent) {
  struct fixture *f = arg;
  f->sent++;
  f->sent_throttled += sent->throttled;
  f->sent_retried += sent->retried;
}

static int set_up(void **state) {
  static struct fixture f;
  memset(&f, 0, sizeof f);
  struct aws_error err = {0};
  struct aws_clock clock = {fixed_wall, fast_mono, NULL};
  f.io = aws_io_new(&clock, NULL, &err);
  f.server = test_server_new(play, &f.script);
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", test_server_port(f.server));
  struct aws_settings_input in = {.getenv = no_env, .endpoint = url};
  f.settings = aws_settings_load(&in, &err);
  struct aws_client_config cfg = {.io = f.io,
                                  .settings = f.settings,
                                  .region = "eu-central-1",
                                  .per_host = 4,
                                  .seed = 7,
                                  .total_ms = 300};
  f.client = aws_client_new(&cfg, &err);
  strcpy(f.creds.key_id, "testing");
  if (!aws_secret_set(&f.creds.secret, AWS_STR_LIT("testing")) ||
      !aws_client_set_creds(f.client, &f.creds))
    return -1;
  aws_client_on_sent(f.client, on_sent, &f);
  *state = &f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  aws_client_free(f->client);
  aws_settings_free(f->settings);
  aws_io_free(f->io);
  test_server_free(f->server);
  aws_creds_done(&f->creds);
  return 0;
}

/* ---- what came of a call
 * ------------------------------------------------------------------------- */

struct outcome {
  bool done, failed;
  struct aws_error err;
  size_t pages, items, failures;
  char names[2048], raw[256];
  struct aws_call *call;
  bool cancel_at_first;
  struct aws_page *kept;
};

static void on_page(void *arg, struct aws_page *page) {
  struct outcome *o = arg;
  assert_false(o->done);
  o->pages++;
  o->items += page->n;
  o->failures += page->nfailures;
  for (size_t i = 0; i < page->n && !page->type; i++) {
    const struct aws_str *s = aws_page_item(page, i);
    note(o->names, sizeof o->names, s->p);
  }
  struct aws_str raw = aws_call_raw(o->call);
  snprintf(o->raw, sizeof o->raw, "%.*s", AWS_STR_ARG(raw));
  if (!o->kept)
    o->kept = aws_page_ref(page);
  if (o->cancel_at_first)
    aws_call_cancel(o->call);
}

static void on_done(void *arg, const struct aws_error *err) {
  struct outcome *o = arg;
  assert_false(o->done);
  o->done = true;
  o->failed = err != NULL;
  if (err)
    o->err = *err;
}

static void begin(struct fixture *f, const struct aws_op *op, const char *input,
                  const struct aws_call_options *opt, struct outcome *o) {
  struct aws_error err = {0};
  *o = (struct outcome){.cancel_at_first = o->cancel_at_first};
  o->call =
      aws_call(f->client, op, input ? cJSON_Parse(input) : NULL, opt, on_page, on_done, o, &err);
  assert_non_null(o->call);
  assert_false(o->done);
}

static void finish(struct fixture *f, struct outcome *o) {
  assert_true(test_run(f->io, f->server, &o->done, 5000));
  aws_page_unref(o->kept);
  o->kept = NULL;
}

#define PLAY(f, ...)                                                                               \
  do {                                                                                             \
    static const struct scene scenes[] = {__VA_ARGS__};                                            \
    memset(&(f)->script, 0, sizeof(f)->script);                                                    \
    (f)->script.scenes = scenes;                                                                   \
    (f)->script.n = COUNT(scenes);                                                                 \
  } while (0)

static struct outcome run(struct fixture *f, const struct aws_op *op, const char *input,
                          const struct aws_call_options *opt) {
  struct outcome o = {0};
  begin(f, op, input, opt, &o);
  finish(f, &o);
  return o;
}

static const struct aws_call_options asked = {.asked = true};

/* ---- pages
 * --------------------------------------------------------------------------------------- */

static void test_pages(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\",\"b\"],\"nextToken\":\"t1\"}"},
       {200, NULL, "{\"clusterArns\":[],\"nextToken\":\"t2\"}"}, /* empty, and yet not the last */
       {200, NULL, "{\"clusterArns\":[\"c\"],\"nextToken\":null}"});
  struct outcome o = run(f, &ecs_list_clusters, NULL, NULL);
  assert_false(o.failed);
  assert_int_equal(o.pages, 3);
  assert_string_equal(o.names, "a\nb\nc\n");
  assert_string_equal(f->script.bodies, "{\"maxResults\":100}\n"
                                        "{\"maxResults\":100,\"nextToken\":\"t1\"}\n"
                                        "{\"maxResults\":100,\"nextToken\":\"t2\"}\n");
  assert_non_null(strstr(f->script.targets, "AmazonEC2ContainerServiceV20141113.ListClusters"));
  assert_int_equal(f->sent, 3);
}

static void test_repeated_token(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t1\"}"},
       {200, NULL, "{\"clusterArns\":[\"b\"],\"nextToken\":\"t2\"}"},
       {200, NULL, "{\"clusterArns\":[\"c\"],\"nextToken\":\"t1\"}"});
  struct outcome o = run(f, &ecs_list_clusters, NULL, NULL);
  assert_true(o.failed);
  assert_int_equal(o.err.code, AWS_E_BODY);
  assert_non_null(strstr(o.err.text, "same page token twice"));
  assert_int_equal(o.pages, 3);
  assert_int_equal(f->script.at, 3);
}

static void test_max_pages(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t1\"}"},
       {200, NULL, "{\"clusterArns\":[\"b\"],\"nextToken\":\"t2\"}"});
  struct aws_call_options opt = {.max_pages = 2};
  struct outcome o = run(f, &ecs_list_clusters, NULL, &opt);
  assert_false(o.failed);
  assert_int_equal(o.pages, 2);
  assert_int_equal(f->script.at, 2);
}

static void test_xml_pages(void **state) {
  struct fixture *f = *state;
  PLAY(f,
       {200, "ETag: E1\r\n",
        "<DistributionList><IsTruncated>true</IsTruncated><NextMarker>m</NextMarker><Items>"
        "<DistributionSummary><Id>E1</Id></DistributionSummary>"
        "<DistributionSummary><Id>E2</Id></DistributionSummary></Items></DistributionList>"},
       {200, NULL,
        "<DistributionList><IsTruncated>false</IsTruncated><NextMarker>m</NextMarker>"
        "</DistributionList>"});
  struct outcome o = run(f, &cloudfront_list_distributions, NULL, NULL);
  assert_false(o.failed);
  assert_int_equal(o.items, 2);
  assert_int_equal(o.pages, 2);
  assert_string_equal(f->script.targets, "/2020-05-31/distribution?MaxItems=100\n"
                                         "/2020-05-31/distribution?MaxItems=100&Marker=m\n");
  assert_non_null(strstr(f->script.auth, "/us-east-1/cloudfront/"));
}

static void test_query_result(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL,
           "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
           "<Arn>arn:aws:iam::123456789012:user/ann</Arn></GetCallerIdentityResult>"
           "<ResponseMetadata><RequestId>r1</RequestId></ResponseMetadata>"
           "</GetCallerIdentityResponse>"});
  struct outcome o = {0};
  struct aws_call_options opt = {.raw = true};
  begin(f, &sts_get_caller_identity, NULL, &opt, &o);
  assert_true(test_run(f->io, f->server, &o.done, 5000));
  const struct sts_identity *id = aws_page_item(o.kept, 0); /* outlives the call */
  assert_string_equal(id->account.p, "123456789012");
  assert_true(aws_str_starts(aws_str_from(o.raw), "<GetCallerIdentityResponse>"));
  aws_page_unref(o.kept);
}

static void test_single_item_and_empty(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"taskDefinition\":{\"family\":\"web\",\"revision\":3}}"});
  struct outcome o = run(f, &ecs_describe_task_definition, "{\"taskDefinition\":\"web\"}", NULL);
  assert_int_equal(o.items, 1);
  PLAY(f, {200, NULL,
           "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/>"
           "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"});
  o = run(f, &rds_describe_instances, NULL, NULL);
  assert_false(o.failed);
  assert_int_equal(o.pages, 1);
  assert_int_equal(o.items, 0);
}

static void test_page_size(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "<R><DescribeLoadBalancersResult/></R>"});
  run(f, &elbv2_describe_load_balancers, NULL, NULL);
  run(f, &elbv2_describe_load_balancers, "{\"PageSize\":5}", NULL);
  run(f, &elbv2_describe_load_balancers, "{\"Names\":[\"a\"]}", NULL); /* AWS takes no size here */
  assert_string_equal(f->script.bodies,
                      "Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=400\n"
                      "Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=5\n"
                      "Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=a\n");
}

static void test_unreadable(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, "x-amzn-RequestId: r9\r\n", "{\"clusterArns\":["});
  struct outcome o = run(f, &ecs_list_clusters, NULL, NULL);
  assert_true(o.failed);
  assert_int_equal(o.err.code, AWS_E_BODY);
  assert_string_equal(o.err.request_id, "r9");
  assert_non_null(strstr(o.err.text, "ListClusters"));
  PLAY(f, {200, NULL, ""});
  o = run(f, &ecs_list_clusters, NULL, NULL);
  assert_int_equal(o.err.code, AWS_E_BODY);
}

/* ---- batches
 * ------------------------------------------------------------------------------------- */

static void test_batches(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL,
           "{\"services\":[{\"serviceName\":\"a\"},{\"serviceName\":\"b\"}],\"failures\":[{\"arn\":"
           "\"arn:x\",\"reason\":\"MISSING\"}]}"});
  cJSON *in = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(in, "services");
  cJSON_AddStringToObject(in, "cluster", "c");
  for (int i = 0; i < 55; i++)
    cJSON_AddItemToArray(list, cJSON_CreateString("s"));
  char *text = cJSON_PrintUnformatted(in);
  struct outcome o = run(f, &ecs_describe_services, text, NULL);
  assert_false(o.failed);
  assert_int_equal(f->script.at, 6);
  assert_int_equal(o.pages, 6);
  assert_int_equal(o.items, 12);
  assert_int_equal(o.failures, 6);
  assert_non_null(strstr(f->script.bodies,
                         "{\"cluster\":\"c\",\"services\":[\"s\",\"s\",\"s\",\"s\","
                         "\"s\",\"s\",\"s\",\"s\",\"s\",\"s\"]}\n"));
  assert_non_null(strstr(f->script.bodies, "[\"s\",\"s\",\"s\",\"s\",\"s\"]}\n"));
  cJSON_free(text);
  cJSON_Delete(in);

  o = run(f, &ecs_describe_services, "{\"services\":[]}", NULL);
  assert_false(o.failed);
  assert_int_equal(o.pages, 0);
  assert_int_equal(f->script.at, 6);
}

static void test_invalid_parameters(void **state) {
  struct fixture *f = *state;
  PLAY(f,
       {200, NULL, "{\"Parameters\":[{\"Name\":\"/a\"}],\"InvalidParameters\":[\"/b\",\"/c\"]}"});
  struct outcome o = {0};
  begin(f, &ssm_get_parameters, "{\"Names\":[\"/a\",\"/b\",\"/c\"]}", NULL, &o);
  assert_true(test_run(f->io, f->server, &o.done, 5000));
  assert_int_equal(o.failures, 2);
  assert_string_equal(o.kept->failures[1].arn.p, "/c");
  aws_page_unref(o.kept);
}

static void test_failed_batch_ends_all(void **state) {
  struct fixture *f = *state;
  PLAY(f,
       {400, NULL, "{\"__type\":\"ClusterNotFoundException\",\"message\":\"Cluster not found.\"}"});
  struct outcome o =
      run(f, &ecs_describe_services,
          "{\"services\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}", NULL);
  assert_true(o.failed);
  assert_int_equal(o.err.code, AWS_E_NOT_FOUND);
}

/* ---- errors
 * -------------------------------------------------------------------------------------- */

struct wrong {
  const struct aws_op *op;
  struct scene scene;
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
  struct fixture *f = *state;
  for (size_t i = 0; i < COUNT(wrongs); i++) {
    const struct wrong *w = &wrongs[i];
    memset(&f->script, 0, sizeof f->script);
    f->script.scenes = &w->scene;
    f->script.n = 1;
    struct outcome o = run(f, w->op, "{\"Id\":\"E1\"}", NULL);
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
  PLAY(f, {503, "Retry-After: 7\r\n", ""});
  struct outcome o = run(f, &ecs_list_clusters, NULL, NULL);
  assert_int_equal(o.err.retry_after_ms, 7000);
}

static void test_bad_input(void **state) {
  struct fixture *f = *state;
  struct aws_error err = {0};
  assert_null(
      aws_call(f->client, &cloudfront_get_distribution, NULL, NULL, on_page, on_done, NULL, &err));
  assert_int_equal(err.code, AWS_E_USAGE);
  assert_non_null(strstr(err.text, "GetDistribution"));
}

/* ---- retries
 * ------------------------------------------------------------------------------------- */

static void test_retry(void **state) {
  struct fixture *f = *state;
  PLAY(f, {503, NULL, ""}, {0, NULL, NULL},
       {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t\"}"},
       {400, NULL, "{\"__type\":\"ThrottlingException\"}"},
       {200, NULL, "{\"clusterArns\":[\"b\"]}"});
  struct outcome o = run(f, &ecs_list_clusters, NULL, &asked);
  assert_false(o.failed);
  assert_string_equal(o.names, "a\nb\n");
  assert_int_equal(f->script.at, 5);
  assert_int_equal(f->sent_retried, 2); /* the kept connection that broke was renewed below us */

  PLAY(f, {500, NULL, ""});
  o = run(f, &ecs_list_clusters, NULL, &asked);
  assert_true(o.failed);
  assert_int_equal(f->script.at, AWS_RETRY_ATTEMPTS);

  PLAY(f, {403, NULL, "{\"__type\":\"AccessDeniedException\"}"});
  o = run(f, &ecs_list_clusters, NULL, &asked);
  assert_int_equal(f->script.at, 1);
  PLAY(f, {503, "Retry-After: 600\r\n", ""}); /* nobody waits ten minutes */
  o = run(f, &ecs_list_clusters, NULL, &asked);
  assert_int_equal(f->script.at, 1);
}

static void test_writes(void **state) {
  struct fixture *f = *state;
  const char *in = "{\"service\":\"web\",\"desiredCount\":3}";
  static const struct {
    struct scene scene;
    bool maybe_done;
    size_t requests;
  } rows[] = {
      {{500, NULL, ""}, true, 1},
      {{0, NULL, NULL}, true, 1}, /* the connection broke: libcurl must not send it again either */
      {{-1, NULL, NULL}, true, 1},
      {{200, NULL, "{"}, true, 1},
      {{400, NULL, "{\"__type\":\"InvalidParameterException\"}"}, false, 1},
      {{400, NULL, "{\"__type\":\"ThrottlingException\"}"}, false, AWS_RETRY_ATTEMPTS},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    PLAY(f, {200, NULL, "{\"clusterArns\":[]}"}); /* leaves a connection behind */
    run(f, &ecs_list_clusters, NULL, NULL);
    memset(&f->script, 0, sizeof f->script);
    f->script.scenes = &rows[i].scene;
    f->script.n = 1;
    struct outcome o = run(f, &ecs_update_service, in, &asked);
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
  aws_retry_init(&r, 1);
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

/* ---- the clock
 * ----------------------------------------------------------------------------------- */

static void test_clock_skew(void **state) {
  struct fixture *f = *state;
  PLAY(f,
       {403, "Date: Thu, 15 Jan 2026 13:00:00 GMT\r\n",
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: 20260115\"}"},
       {200, "Date: Thu, 15 Jan 2026 13:00:00 GMT\r\n", "{\"clusterArns\":[\"a\"]}"});
  struct outcome o = run(f, &ecs_list_clusters, NULL, NULL); /* a poll, and yet sent again */
  assert_false(o.failed);
  assert_int_equal(f->script.at, 2);
  assert_true(strncmp(f->script.dates, "20260115T120000Z\n20260115T130000Z\n", 33) == 0);
  assert_in_range(aws_client_skew(f->client), 3599, 3601);

  PLAY(f,
       {403, "Date: Thu, 15 Jan 2026 13:00:00 GMT\r\n",
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: 20260115\"}"});
  o = run(f, &ecs_list_clusters, NULL, NULL); /* the clock is right now: a real error */
  assert_true(o.failed);
  assert_int_equal(f->script.at, 1);
}

/* ---- the queue
 * ----------------------------------------------------------------------------------- */

static void test_queue(void **state) {
  struct fixture *f = *state;
  PLAY(f, {-1, NULL, NULL}, {-1, NULL, NULL}, {-1, NULL, NULL}, {-1, NULL, NULL},
       {200, NULL, "{\"clusterArns\":[]}"});
  struct outcome held[4] = {0}, low = {0}, high = {0}, operator= {0};
  struct aws_call_options low_opt = {.priority = 1}, high_opt = {.priority = 2};
  for (size_t i = 0; i < COUNT(held); i++)
    begin(f, &ecs_list_clusters, NULL, NULL, &held[i]);
  begin(f, &ecs_list_services, "{\"cluster\":\"low\"}", &low_opt, &low);
  begin(f, &ecs_list_services, "{\"cluster\":\"high\"}", &high_opt, &high);
  begin(f, &ecs_list_services, "{\"cluster\":\"operator\"}", &asked, &operator);
  bool never = false;
  test_run(f->io, f->server, &never, 100);
  assert_int_equal(f->script.at, 4); /* per_host */
  aws_call_cancel(held[0].call);     /* makes room for one at a time */
  finish(f, &low);
  assert_true(high.done && operator.done);
  aws_page_unref(high.kept);
  aws_page_unref(operator.kept);
  char *a = strstr(f->script.bodies, "operator"), *b = strstr(f->script.bodies, "high"),
       *c = strstr(f->script.bodies, "low");
  assert_true(a && b && c && a < b && b < c);
  for (size_t i = 1; i < COUNT(held); i++)
    finish(f, &held[i]); /* by its time-out */
  assert_int_equal(held[1].err.code, AWS_E_NETWORK);
  assert_false(held[0].done);
}

static void test_no_creds(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"]}"});
  struct aws_error err = {0};
  struct aws_client_config cfg = {
      .io = f->io, .settings = f->settings, .region = "eu-central-1", .seed = 7};
  struct aws_client *c = aws_client_new(&cfg, &err), *first = f->client;
  struct outcome o = {0};
  f->client = c;
  begin(f, &ecs_list_clusters, NULL, NULL, &o);
  bool never = false;
  test_run(f->io, f->server, &never, 50);
  assert_int_equal(f->script.at, 0);
  assert_true(aws_client_set_creds(c, &f->creds));
  finish(f, &o);
  assert_false(o.failed);
  f->client = first;
  aws_client_free(c);
}

static void test_cancel(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t1\"}"}, {503, NULL, ""});
  struct outcome o = {.cancel_at_first = true};
  begin(f, &ecs_list_clusters, NULL, &asked, &o);
  assert_false(test_run(f->io, f->server, &o.done, 100));
  assert_int_equal(o.pages, 1);
  aws_page_unref(o.kept);

  struct outcome between = {0}; /* cancelled while it waits to try again */
  PLAY(f, {503, "Retry-After: 20\r\n", ""});
  begin(f, &ecs_list_clusters, NULL, &asked, &between);
  assert_false(test_run(f->io, f->server, &between.done, 50));
  aws_call_cancel(between.call);
  aws_call_cancel(NULL);

  struct outcome left = {0}; /* freed with the client */
  PLAY(f, {-1, NULL, NULL});
  begin(f, &ecs_list_clusters, NULL, NULL, &left);
  test_run(f->io, f->server, &left.done, 50);
  assert_false(left.done);
}

static void test_secret(void **state) {
  struct fixture *f = *state;
  PLAY(f, {200, NULL, "{\"Parameters\":[{\"Name\":\"/a\",\"Value\":\"hunter2\"}]}"});
  struct aws_call_options opt = {.asked = true, .secret = true};
  struct outcome o = {0};
  begin(f, &ssm_get_parameters, "{\"Names\":[\"/a\"],\"WithDecryption\":true}", &opt, &o);
  assert_true(test_run(f->io, f->server, &o.done, 5000));
  assert_true(o.kept->secret);
  const struct ssm_parameter *p = aws_page_item(o.kept, 0);
  assert_string_equal(p->value.p, "hunter2");
  aws_page_unref(o.kept);
}

int main(void) {
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      WITH(test_pages),
      WITH(test_repeated_token),
      WITH(test_max_pages),
      WITH(test_xml_pages),
      WITH(test_query_result),
      WITH(test_single_item_and_empty),
      WITH(test_page_size),
      WITH(test_unreadable),
      WITH(test_batches),
      WITH(test_invalid_parameters),
      WITH(test_failed_batch_ends_all),
      WITH(test_errors),
      WITH(test_bad_input),
      WITH(test_retry),
      WITH(test_writes),
      cmocka_unit_test(test_quota),
      WITH(test_clock_skew),
      WITH(test_queue),
      WITH(test_no_creds),
      WITH(test_cancel),
      WITH(test_secret),
  };
  return cmocka_run_group_tests_name("aws/client", tests, NULL, NULL);
}
