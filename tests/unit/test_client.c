/* Calls: pages, batches, the queue. */
#include "config.h"

#include "client_script.h"

#include "aws/client/agent.h"

#include <strings.h>

/* ---- pages ----------------------------------------------------------------------------------- */

static void test_pages(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(
      f, {200, NULL, "{\"clusterArns\":[\"a\",\"b\"],\"nextToken\":\"t1\"}"},
      {200, NULL, "{\"clusterArns\":[],\"nextToken\":\"t2\"}"}, /* empty, and yet not the last */
      {200, NULL, "{\"clusterArns\":[\"c\"],\"nextToken\":null}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
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
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t1\"}"},
              {200, NULL, "{\"clusterArns\":[\"b\"],\"nextToken\":\"t2\"}"},
              {200, NULL, "{\"clusterArns\":[\"c\"],\"nextToken\":\"t1\"}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_true(o.failed);
  assert_int_equal(o.err.code, AWS_E_BODY);
  assert_non_null(strstr(o.err.text, "same page token twice"));
  assert_int_equal(o.pages, 3);
  assert_int_equal(f->script.at, 3);
}

static void test_max_pages(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t1\"}"},
              {200, NULL, "{\"clusterArns\":[\"b\"],\"nextToken\":\"t2\"}"});
  struct aws_call_options opt = {.max_pages = 2};
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, &opt);
  assert_false(o.failed);
  assert_int_equal(o.pages, 2);
  assert_int_equal(f->script.at, 2);
}

static void test_xml_pages(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f,
              {200, "ETag: E1\r\n",
               "<DistributionList><IsTruncated>true</IsTruncated><NextMarker>m</NextMarker><Items>"
               "<DistributionSummary><Id>E1</Id><ARN>arn:E1</ARN><Status>Deployed</Status>"
               "<LastModifiedTime>2026-01-15T12:00:00Z</LastModifiedTime><DomainName>d</DomainName>"
               "<Enabled>true</Enabled></DistributionSummary>"
               "<DistributionSummary><Id>E2</Id><ARN>arn:E2</ARN><Status>Deployed</Status>"
               "<LastModifiedTime>2026-01-15T12:00:00Z</LastModifiedTime><DomainName>d</DomainName>"
               "<Enabled>true</Enabled></DistributionSummary></Items></DistributionList>"},
              {200, NULL,
               "<DistributionList><IsTruncated>false</IsTruncated><NextMarker>m</NextMarker>"
               "<Quantity>0</Quantity>"
               "</DistributionList>"});
  struct client_outcome o = client_run(f, &cloudfront_list_distributions, NULL, NULL);
  assert_false(o.failed);
  assert_int_equal(o.items, 2);
  assert_int_equal(o.pages, 2);
  assert_string_equal(f->script.targets, "/2020-05-31/distribution?MaxItems=100\n"
                                         "/2020-05-31/distribution?MaxItems=100&Marker=m\n");
  assert_non_null(strstr(f->script.auth, "/us-east-1/cloudfront/"));
}

static void test_query_result(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f,
              {200, NULL,
               "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
               "<Arn>arn:aws:iam::123456789012:user/ann</Arn></GetCallerIdentityResult>"
               "<ResponseMetadata><RequestId>r1</RequestId></ResponseMetadata>"
               "</GetCallerIdentityResponse>"});
  struct client_outcome o = {0};
  struct aws_call_options opt = {.raw = true};
  client_begin(f, &sts_get_caller_identity, NULL, &opt, &o);
  assert_true(test_run(f->io, f->server, &o.done, 5000));
  const struct sts_identity *id = aws_page_item(o.kept, 0); /* outlives the call */
  assert_string_equal(id->account.p, "123456789012");
  assert_true(aws_str_starts(aws_str_from(o.raw), "<GetCallerIdentityResponse>"));
  aws_page_unref(o.kept);
}

static void test_single_item_and_empty(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(
      f,
      {200, NULL,
       "{\"taskDefinition\":{\"taskDefinitionArn\":\"td:3\",\"family\":\"web\",\"revision\":3}}"});
  struct client_outcome o =
      client_run(f, &ecs_describe_task_definition, "{\"taskDefinition\":\"web\"}", NULL);
  assert_int_equal(o.items, 1);
  CLIENT_PLAY(f, {200, NULL,
                  "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/>"
                  "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"});
  o = client_run(f, &rds_describe_instances, NULL, NULL);
  assert_false(o.failed);
  assert_int_equal(o.pages, 1);
  assert_int_equal(o.items, 0);
}

static void test_page_size(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(
      f, {200, NULL,
          "<R><DescribeLoadBalancersResult><LoadBalancers/></DescribeLoadBalancersResult></R>"});
  client_run(f, &elbv2_describe_load_balancers, NULL, NULL);
  client_run(f, &elbv2_describe_load_balancers, "{\"PageSize\":5}", NULL);
  client_run(f, &elbv2_describe_load_balancers, "{\"Names\":[\"a\"]}",
             NULL); /* AWS takes no size here */
  assert_string_equal(f->script.bodies,
                      "Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=400\n"
                      "Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=5\n"
                      "Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=a\n");
}

static void test_unreadable(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, "x-amzn-RequestId: r9\r\n", "{\"clusterArns\":["});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_true(o.failed);
  assert_int_equal(o.err.code, AWS_E_BODY);
  assert_string_equal(o.err.request_id, "r9");
  assert_non_null(strstr(o.err.text, "ListClusters"));
  CLIENT_PLAY(f, {200, NULL, ""});
  o = client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_int_equal(o.err.code, AWS_E_BODY);
}

/* An answer that cannot be what AWS meant is none, and says of what it is so. */
static void test_impossible(void **state) {
  struct client_fixture *f = *state;
#define CLUSTER(rest) "{\"clusters\":[{\"clusterArn\":\"arn:c\",\"clusterName\":\"c\"" rest "}]}"
  static const char *const says[] = {
      "a Cluster without status",
      "a Cluster without status",
      "a Cluster with an impossible status",
      "a Cluster with an impossible runningTasksCount",
      "a Cluster with an impossible runningTasksCount",
      "a Cluster that is none",
      "no clusters",
      "no clusters",
  };
  CLIENT_PLAY(f, {200, NULL, CLUSTER("")}, {200, NULL, CLUSTER(",\"status\":null")},
              {200, NULL, CLUSTER(",\"status\":[]")},
              {200, NULL, CLUSTER(",\"status\":\"ACTIVE\",\"runningTasksCount\":-1")},
              {200, NULL, CLUSTER(",\"status\":\"ACTIVE\",\"runningTasksCount\":4294967296")},
              {200, NULL, "{\"clusters\":[7]}"}, {200, NULL, "{}"},
              {200, NULL, "{\"clusters\":null,\"failures\":[]}"},
              {200, NULL, CLUSTER(",\"status\":\"ACTIVE\"")});
  for (size_t i = 0; i < COUNT(says); i++) {
    struct client_outcome o = client_run(f, &ecs_describe_clusters, "{\"clusters\":[\"c\"]}", NULL);
    const char *was = strstr(o.err.text, "the answer has ");
    assert_true(o.failed && o.items == 0);
    assert_int_equal(o.err.code, AWS_E_BODY);
    assert_non_null(was);
    assert_string_equal(was + strlen("the answer has "), says[i]);
  }
  assert_false(client_run(f, &ecs_describe_clusters, "{\"clusters\":[\"c\"]}", NULL).failed);
}

/* ---- batches --------------------------------------------------------------------------------- */

/* As little as AWS ever says of one. */
#define SERVICE(name)                                                                              \
  "{\"serviceArn\":\"arn:" name "\",\"serviceName\":\"" name "\",\"clusterArn\":\"c\","            \
  "\"status\":\"ACTIVE\",\"desiredCount\":1,\"runningCount\":1,\"pendingCount\":0,"                \
  "\"createdAt\":1768478400}"

static void test_batches(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(
      f, {200, NULL,
          "{\"services\":[" SERVICE("a") "," SERVICE("b") "],\"failures\":[{\"arn\":"
                                                          "\"arn:x\",\"reason\":\"MISSING\"}]}"});
  cJSON *in = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(in, "services");
  cJSON_AddStringToObject(in, "cluster", "c");
  for (int i = 0; i < 55; i++)
    cJSON_AddItemToArray(list, cJSON_CreateString("s"));
  char *text = cJSON_PrintUnformatted(in);
  struct client_outcome o = client_run(f, &ecs_describe_services, text, NULL);
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

  o = client_run(f, &ecs_describe_services, "{\"services\":[]}", NULL);
  assert_false(o.failed);
  assert_int_equal(o.pages, 0);
  assert_int_equal(f->script.at, 6);
}

static void test_invalid_parameters(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f,
              {200, NULL,
               "{\"Parameters\":[{\"Name\":\"/"
               "a\",\"Type\":\"String\",\"Version\":1}],\"InvalidParameters\":[\"/b\",\"/c\"]}"});
  struct client_outcome o = {0};
  client_begin(f, &ssm_get_parameters, "{\"Names\":[\"/a\",\"/b\",\"/c\"]}", NULL, &o);
  assert_true(test_run(f->io, f->server, &o.done, 5000));
  assert_int_equal(o.failures, 2);
  assert_string_equal(o.kept->failures[1].arn.p, "/c");
  aws_page_unref(o.kept);
}

static void test_failed_batch_ends_all(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {400, NULL,
                  "{\"__type\":\"ClusterNotFoundException\",\"message\":\"Cluster not found.\"}"});
  struct client_outcome o =
      client_run(f, &ecs_describe_services,
                 "{\"services\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}", NULL);
  assert_true(o.failed);
  assert_int_equal(o.err.code, AWS_E_NOT_FOUND);
}

/* ---- the queue ------------------------------------------------------------------------------- */

static void test_queue(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {-1, NULL, NULL}, {-1, NULL, NULL}, {-1, NULL, NULL}, {-1, NULL, NULL},
              {200, NULL, "{\"clusterArns\":[],\"serviceArns\":[]}"});
  struct client_outcome held[4] = {0}, low = {0}, high = {0}, operator= {0};
  struct aws_call_options low_opt = {.priority = 1}, high_opt = {.priority = 2};
  for (size_t i = 0; i < COUNT(held); i++)
    client_begin(f, &ecs_list_clusters, NULL, NULL, &held[i]);
  client_begin(f, &ecs_list_services, "{\"cluster\":\"low\"}", &low_opt, &low);
  client_begin(f, &ecs_list_services, "{\"cluster\":\"high\"}", &high_opt, &high);
  client_begin(f, &ecs_list_services, "{\"cluster\":\"operator\"}", &client_asked, &operator);
  bool never = false;
  test_run(f->io, f->server, &never, 100);
  assert_int_equal(f->script.at, 4); /* per_host */
  aws_call_cancel(held[0].call);     /* makes room for one at a time */
  client_finish(f, &low);
  assert_true(high.done && operator.done);
  aws_page_unref(high.kept);
  aws_page_unref(operator.kept);
  char *a = strstr(f->script.bodies, "operator"), *b = strstr(f->script.bodies, "high"),
       *c = strstr(f->script.bodies, "low");
  assert_true(a && b && c && a < b && b < c);
  for (size_t i = 1; i < COUNT(held); i++)
    client_finish(f, &held[i]); /* by its time-out */
  assert_int_equal(held[1].err.code, AWS_E_NETWORK);
  assert_false(held[0].done);
}

static void test_no_creds(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"]}"});
  struct aws_error err = {0};
  struct aws_client_config cfg = {
      .io = f->io, .settings = f->settings, .region = "eu-central-1", .seed = 7};
  struct aws_client *c = aws_client_new(&cfg, &err), *first = f->client;
  struct client_outcome o = {0};
  f->client = c;
  client_begin(f, &ecs_list_clusters, NULL, NULL, &o);
  bool never = false;
  test_run(f->io, f->server, &never, 50);
  assert_int_equal(f->script.at, 0);
  assert_true(aws_client_set_creds(c, &f->creds));
  client_finish(f, &o);
  assert_false(o.failed);
  f->client = first;
  aws_client_free(c);
}

static void test_cancel(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t1\"}"}, {503, NULL, ""});
  struct client_outcome o = {.cancel_at_first = true};
  client_begin(f, &ecs_list_clusters, NULL, &client_asked, &o);
  assert_false(test_run(f->io, f->server, &o.done, 100));
  assert_int_equal(o.pages, 1);
  aws_page_unref(o.kept);

  struct client_outcome between = {0}; /* cancelled while it waits to try again */
  CLIENT_PLAY(f, {503, "Retry-After: 20\r\n", ""});
  client_begin(f, &ecs_list_clusters, NULL, &client_asked, &between);
  assert_false(test_run(f->io, f->server, &between.done, 50));
  aws_call_cancel(between.call);
  aws_call_cancel(NULL);

  struct client_outcome left = {0}; /* freed with the client */
  CLIENT_PLAY(f, {-1, NULL, NULL});
  client_begin(f, &ecs_list_clusters, NULL, NULL, &left);
  test_run(f->io, f->server, &left.done, 50);
  assert_false(left.done);
}

static void test_secret(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {200, NULL,
                  "{\"Parameters\":[{\"Name\":\"/"
                  "a\",\"Type\":\"SecureString\",\"Version\":1,\"Value\":\"hunter2\"}]}"});
  struct aws_call_options opt = {.asked = true, .secret = true};
  struct client_outcome o = {0};
  client_begin(f, &ssm_get_parameters, "{\"Names\":[\"/a\"],\"WithDecryption\":true}", &opt, &o);
  assert_true(test_run(f->io, f->server, &o.done, 5000));
  assert_true(o.kept->secret);
  const struct ssm_parameter *p = aws_page_item(o.kept, 0);
  assert_string_equal(p->value.p, "hunter2");
  aws_page_unref(o.kept);
}

/* ---- who we are --------------------------------------------------------------------------------
 */

static void test_marks(void **state) {
  struct client_fixture *f = *state;
  CLIENT_PLAY(f, {500, NULL, ""}, {200, NULL, "{\"clusterArns\":[\"a\"],\"nextToken\":\"t\"}"},
              {200, NULL, "{\"clusterArns\":[],\"serviceArns\":[]}"});
  struct client_outcome o = client_run(f, &ecs_list_clusters, NULL, &client_asked);
  assert_false(o.failed);
  assert_string_equal(f->script.attempts, "attempt=1; max=3\nattempt=2; max=3\nattempt=1; max=3\n");
  const char *id = f->script.invocations; /* one for each page, however often it is asked for */
  assert_int_equal(strlen(id), 3 * AWS_UUID_MAX);
  assert_memory_equal(id, id + AWS_UUID_MAX, AWS_UUID_MAX);
  assert_memory_not_equal(id, id + 2 * AWS_UUID_MAX, AWS_UUID_MAX);
  assert_int_equal(id[14], '4');
  assert_true(strncmp(f->script.agents, "cawsole/", 8) == 0);
  assert_non_null(strstr(f->script.agents, " m/E,N cfg/retry-mode#standard\n"));
  assert_null(strstr(f->script.auth, "amz-sdk")); /* not signed: a proxy may drop them */

  CLIENT_PLAY(f, {200, NULL, "{\"clusterArns\":[],\"serviceArns\":[]}"});
  client_run(f, &ecs_list_clusters, NULL, NULL);
  assert_string_equal(f->script.attempts, "attempt=1; max=1\n");
}

static const char *agent_env(void *arg, const char *name) {
  if (strcmp(name, "AWS_EXECUTION_ENV") == 0)
    return "AWS_ECS FARGATE/1\r\nX: y";
  if (strcmp(name, "AWS_SDK_UA_APP_ID") == 0)
    return "night shift (ops) and a name that is far longer than fifty";
  return strcmp(name, "AWS_RETRY_MODE") == 0 ? arg : NULL;
}

/* What is not done is not claimed: adaptive has no limiter of its own here. */
static void test_agent(void **state) {
  (void)state;
  static char modes[][12] = {"legacy", "standard", "adaptive"};
  static const char *const wants[] = {" m/D,0 cfg/retry-mode#legacy ",
                                      " m/E,0 cfg/retry-mode#standard ",
                                      " m/E,0 cfg/retry-mode#standard "};
  for (size_t i = 0; i < COUNT(modes); i++) {
    struct aws_error err = {0};
    struct aws_settings_input in = {.getenv = agent_env, .getenv_arg = modes[i]};
    struct aws_settings *s = aws_settings_load(&in, &err);
    assert_non_null(s);
    struct aws_buf agent;
    aws_buf_init(&agent, AWS_AGENT_MAX_BYTES);
    aws_user_agent(&agent, s, "instance-metadata");
    assert_non_null(strstr(agent.p, " exec-env/AWS_ECS-FARGATE-1--X--y "));
    assert_non_null(strstr(agent.p, wants[i]));
    assert_non_null(strstr(agent.p, " app/night-shift--ops--and-a-name-that-is-far-longer-"));
    assert_null(strpbrk(agent.p, "\r\n()"));
    assert_non_null(strstr(agent.p, " ua/2.1 os/"));
    aws_buf_done(&agent);
    aws_settings_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      CLIENT_TEST(test_pages),
      CLIENT_TEST(test_repeated_token),
      CLIENT_TEST(test_max_pages),
      CLIENT_TEST(test_xml_pages),
      CLIENT_TEST(test_query_result),
      CLIENT_TEST(test_single_item_and_empty),
      CLIENT_TEST(test_page_size),
      CLIENT_TEST(test_unreadable),
      CLIENT_TEST(test_impossible),
      CLIENT_TEST(test_batches),
      CLIENT_TEST(test_invalid_parameters),
      CLIENT_TEST(test_failed_batch_ends_all),
      CLIENT_TEST(test_queue),
      CLIENT_TEST(test_no_creds),
      CLIENT_TEST(test_cancel),
      CLIENT_TEST(test_secret),
      CLIENT_TEST(test_marks),
      cmocka_unit_test(test_agent),
  };
  return cmocka_run_group_tests_name("aws/client", tests, NULL, NULL);
}
