/* References followed, hops, the first fault, what it began with. */
#include "config.h"

#include "test.h"

#include "stack_fake.h"

#include <stdio.h>

static const struct stack_ref *ref_of(struct stack *s, const char *what) {
  const struct stack_ref *refs;
  size_t n = stack_refs(s, &refs);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(refs[i].what, what))
      return &refs[i];
  return NULL;
}

static void joined(struct stack *s, const char *what, enum stack_kind kind, const char *to,
                   const char *why) {
  const struct stack_ref *r = ref_of(s, what);
  if (!r)
    fail_msg("%s: no reference", what);
  if (!r->to.p || !aws_str_eq_c(r->to, to))
    fail_msg("%s leads to %.*s (%s), not %s", what, AWS_STR_ARG(r->to), r->why, to);
  assert_int_equal(r->to_kind, kind);
  if (!strstr(r->why, why))
    fail_msg("%s: %s, not %s", what, r->why, why);
  assert_non_null(stack_find(s, kind, r->to));
}

static void not_joined(struct stack *s, const char *what, const char *why) {
  const struct stack_ref *r = ref_of(s, what);
  if (!r)
    fail_msg("%s was dropped", what);
  assert_null(r->to.p);
  if (!strstr(r->why, why))
    fail_msg("%s: %s", what, r->why);
}

/* JSON is easier to read as it is. */
// clang-format off
#define ORIGIN(id, host, more) "{\"Id\":\"" id "\",\"DomainName\":\"" host "\"" more "}"
#define VPC_ORIGIN(id) ",\"VpcOriginConfig\":{\"VpcOriginId\":\"" id "\"}"
#define INTEGRATION(id, uri)                                                                       \
  "{\"integrationId\":\"" id "\",\"integrationType\":\"HTTP_PROXY\",\"integrationUri\":\"" uri     \
  "\",\"connectionType\":\"VPC_LINK\",\"connectionId\":\"vl1\"}"
#define MAP_ARN FAKE_ARN("servicediscovery", "service/srv-1")
#define SECRET_ARN FAKE_ARN("secretsmanager", "secret:shop/db-AbCdEf")
#define SECRET(name, from) "{\"name\":\"" name "\",\"valueFrom\":\"" from "\"}"
#define VARIABLE(name, value) "{\"name\":\"" name "\",\"value\":\"" value "\"}"

static const char origins[] =
    "[{\"Id\":\"E1\",\"ARN\":\"" FAKE_DISTRIBUTION "\",\"Status\":\"Deployed\",\"Enabled\":true,"
    "\"Origins\":{\"Items\":["
    ORIGIN("rest", "shop-site.s3.eu-west-1.amazonaws.com", "") ","
    ORIGIN("rest-old", "shop-site.s3.amazonaws.com", "") ","
    ORIGIN("site", "shop.pages.s3-website.eu-central-1.amazonaws.com", "") ","
    ORIGIN("site-old", "shop-site.s3-website-us-east-1.amazonaws.com", "") ","
    ORIGIN("lost", "shop-gone.s3.amazonaws.com", "") ","
    ORIGIN("api", "a1b2.execute-api.eu-west-1.amazonaws.com", "") ","
    ORIGIN("alb", "front-1.eu-west-1.elb.amazonaws.com", "") ","
    ORIGIN("dual", "dualstack.FRONT-1.eu-west-1.elb.amazonaws.com", "") ","
    ORIGIN("private", "ignored.example.com", VPC_ORIGIN("vo_1")) ","
    ORIGIN("linked", "origin.example.com", "") ","
    ORIGIN("own", "lost.example.com", "") "]}}]";

static const char containers[] =
    "[{\"taskDefinitionArn\":\"" FAKE_TASKDEF("41") "\","
    "\"containerDefinitions\":[{\"name\":\"web\",\"secrets\":["
    SECRET("BY_NAME", "/shop/prod/token") ","
    SECRET("BY_ARN", FAKE_ARN("ssm", "parameter/shop/prod/token")) ","
    SECRET("FLAT", FAKE_ARN("ssm", "parameter/flat")) ","
    SECRET("KEY", SECRET_ARN ":password::") ","
    SECRET("GONE", "/shop/prod/gone") "],"
    "\"environment\":["
    VARIABLE("DB", "postgres://shop-db.c1.eu-west-1.rds.amazonaws.com/x") ","
    VARIABLE("RO", "shop.cluster-ro-c1.eu-west-1.rds.amazonaws.com") ","
    VARIABLE("ELSE", "other.c9.eu-west-1.rds.amazonaws.com") ","
    VARIABLE("LOG", "info") "]}]}]";

static const char rules[] =
    "[{\"RuleArn\":\"r1\",\"Priority\":\"10\",\"Actions\":[{\"Type\":\"forward\","
    "\"ForwardConfig\":{\"TargetGroups\":["
    "{\"TargetGroupArn\":\"" FAKE_GROUP "\",\"Weight\":90},"
    "{\"TargetGroupArn\":\"" FAKE_GROUP "9\",\"Weight\":10}]}}]},"
    "{\"RuleArn\":\"r0\",\"Priority\":\"default\",\"IsDefault\":true,\"Actions\":["
    "{\"Type\":\"forward\",\"TargetGroupArn\":\"" FAKE_GROUP "\"}]}]";

static const char service[] =
    "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\","
    "\"clusterArn\":\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\","
    "\"desiredCount\":2,\"runningCount\":2,\"taskDefinition\":\"" FAKE_TASKDEF("41") "\","
    "\"loadBalancers\":[{\"targetGroupArn\":\"" FAKE_GROUP "\"}],"
    "\"serviceRegistries\":[{\"registryArn\":\"" MAP_ARN "\"}]}]";

// clang-format off
static const char named_origins[] =
    "[{\"Id\":\"E1\",\"ARN\":\"" FAKE_DISTRIBUTION "\",\"Status\":\"Deployed\",\"Enabled\":true,"
    "\"Origins\":{\"Items\":["
    ORIGIN("alias", "www.example.com", "") ","
    ORIGIN("other", "other.example.com", "") ","
    ORIGIN("nobody", "nobody.example.com", "") ","
    ORIGIN("late", "late.example.com", "") "]}}]";
// clang-format on

static const struct fake_answer named[] = {{.op = "ListDistributions", .items = named_origins}};
static const struct fake_name names[] = {
    {"front-1.eu-west-1.elb.amazonaws.com", {"10.0.0.2", "10.0.0.3"}, 1},
    {"www.example.com", {"10.0.0.1", "10.0.0.2"}, 1},
    {"other.example.com", {"10.0.0.20", "110.0.0.3"}, 1}, /* alike, and others */
    {"late.example.com", {"10.0.0.3"}, 600000},
};

static const struct fake_answer wide[] = {
    {.op = "ListDistributions", .items = origins},
    {.op = "DescribeLoadBalancers", /* the second has no name yet that could be looked up */
     .items = "[{\"LoadBalancerArn\":\"" FAKE_LB "\",\"LoadBalancerName\":\"front\",\"Type\":"
              "\"application\",\"DNSName\":\"front-1.eu-west-1.elb.amazonaws.com\",\"State\":"
              "{\"Code\":\"active\"}},{\"LoadBalancerArn\":\"" FAKE_LB "x\","
              "\"LoadBalancerName\":\"new\",\"Type\":\"application\"}]"},
    {.op = "GetVpcOrigin",
     .items = "[{\"Id\":\"vo_1\",\"Status\":\"Deployed\","
              "\"VpcOriginEndpointConfig\":{\"Arn\":\"" FAKE_LB "\"}}]"},
    {.op = "ListBuckets", .items = "[{\"Name\":\"shop-site\"},{\"Name\":\"shop.pages\"}]"},
    {.op = "GetApis", .items = "[{\"apiId\":\"a1b2\",\"name\":\"shop-api\"}]"},
    {.op = "GetIntegrations",
     .items = "[" INTEGRATION("i1", FAKE_LISTENER) "," INTEGRATION("i2", MAP_ARN) "," INTEGRATION(
         "i3", "https://example.com/x") "," INTEGRATION("i4", MAP_ARN "2") "]"},
    {.op = "DescribeRules", .items = rules},
    {.op = "DescribeServices", .items = service},
    {.op = "DescribeTaskDefinition", .items = containers},
    {.op = "DescribeDBClusters",
     .items =
         "[{\"DBClusterIdentifier\":\"shop\",\"Status\":\"available\","
         "\"DBClusterArn\":\"" FAKE_ARN(
             "rds", "cluster:shop") "\","
                                    "\"Endpoint\":\"shop.cluster-c1.eu-west-1.rds.amazonaws.com\","
                                    "\"ReaderEndpoint\":\"shop.cluster-ro-c1.eu-west-1.rds."
                                    "amazonaws.com\"}]"},
    {.op = "DescribeParameters",
     .items = "[{\"Name\":\"/shop/prod/token\",\"Type\":\"SecureString\"},"
              "{\"Name\":\"flat\",\"Type\":\"String\"}]"},
    {.op = "ListSecrets", .items = "[{\"ARN\":\"" SECRET_ARN "\",\"Name\":\"shop/db\"}]"},
};
// clang-format on

static void follows_references(void **state) {
  (void)state;
  struct stack_config cfg;
  char from[] = "origin.example.com", to[] = "front";
  struct stack_link link = {from, to};
  stack_config_init(&cfg);
  cfg.links = &link;
  cfg.nlinks = 1;
  fake_answers(wide, COUNT(wide), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(&cfg);
  joined(s, "origin rest", STACK_BUCKET, "shop-site", "REST");
  joined(s, "origin rest-old", STACK_BUCKET, "shop-site", "REST");
  joined(s, "origin site", STACK_BUCKET, "shop.pages", "website");
  joined(s, "origin site-old", STACK_BUCKET, "shop-site", "website");
  not_joined(s, "origin lost", "no bucket shop-gone");
  joined(s, "origin api", STACK_API, "a1b2", "execute-api");
  joined(s, "origin alb", STACK_LOAD_BALANCER, FAKE_LB, "DNS name");
  joined(s, "origin dual", STACK_LOAD_BALANCER, FAKE_LB, "DNS name");
  joined(s, "origin private", STACK_LOAD_BALANCER, FAKE_LB, "VPC origin vo_1");
  joined(s, "origin linked", STACK_LOAD_BALANCER, FAKE_LB, "configuration");
  not_joined(s, "origin own", "lost.example.com leads to no load balancer");
  joined(s, "integration i1", STACK_LISTENER, FAKE_LISTENER, "VPC link vl1");
  joined(s, "integration i2", STACK_SERVICE, FAKE_SERVICE, "Cloud Map");
  not_joined(s, "integration i3", "no part of this path");
  not_joined(s, "integration i4", "no ECS service registers");
  joined(s, "listener HTTPS:443", STACK_LISTENER, FAKE_LISTENER, "own");
  joined(s, "rule 10", STACK_TARGET_GROUP, FAKE_GROUP, "weight 90");
  assert_null(ref_of(s, "default rule"));
  joined(s, "targets web", STACK_SERVICE, FAKE_SERVICE, "registers");
  joined(s, "secret BY_NAME", STACK_PARAMETER, "/shop/prod/token", "name");
  joined(s, "secret BY_ARN", STACK_PARAMETER, "/shop/prod/token", "name");
  joined(s, "secret FLAT", STACK_PARAMETER, "flat", "name");
  joined(s, "secret KEY", STACK_SECRET, SECRET_ARN, "ARN");
  not_joined(s, "secret GONE", "no parameter /shop/prod/gone");
  joined(s, "environment DB", STACK_DB_INSTANCE, FAKE_ARN("rds", "db:shop-db"), "endpoint");
  joined(s, "environment RO", STACK_DB_CLUSTER, FAKE_ARN("rds", "cluster:shop"), "reader");
  not_joined(s, "environment ELSE", "no database here");
  assert_null(ref_of(s, "environment LOG"));
  fake_free(s);
}

/* A target is an address: whose it is, its task says. */
static void a_target_leads_to_its_task(void **state) {
  (void)state;
#define TASK_AT(id, ip, desired, rev)                                                              \
  "{\"taskArn\":\"" FAKE_ARN(                                                                      \
      "ecs", "task/shop/" id) "\",\"clusterArn\":\"" FAKE_CLUSTER                                  \
                              "\",\"group\":\"service:web\",\"lastStatus\":\"" desired             \
                              "\",\"desiredStatus\":\"" desired                                    \
                              "\",\"taskDefinitionArn\":\"" FAKE_TASKDEF(                          \
                                  rev) "\",\"attachments\":[{\"details\":[{\"name\":"              \
                                       "\"privateIPv4Address\",\"value\":\"" ip "\"}]}]}"
  static const struct fake_answer tasks[] = {
      {.op = "DescribeTasks",
       .items = "[" TASK_AT("a1", "10.0.10.17", "RUNNING", "41") "," TASK_AT("b2", "10.0.10.17",
                                                                             "STOPPED", "40") "]"}};
  fake_answers(tasks, COUNT(tasks), fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  const struct stack_ref *refs;
  size_t n = stack_refs(s, &refs), found = 0, missing = 0;
  static const struct {
    enum stack_kind kind;
    const char *to;
  } wanted[] = {{STACK_TASK, FAKE_ARN("ecs", "task/shop/a1")},
                {STACK_SERVICE, FAKE_SERVICE},
                {STACK_TASK_DEFINITION, FAKE_TASKDEF("41")}};
  for (size_t i = 0; i < n; i++) {
    if (refs[i].from_kind != STACK_TARGET)
      continue;
    if (aws_str_eq_c(refs[i].from, FAKE_GROUP "|10.0.10.17:8080"))
      for (size_t k = 0; k < COUNT(wanted); k++)
        found += refs[i].to_kind == wanted[k].kind && aws_str_eq_c(refs[i].to, wanted[k].to);
    else
      missing += !refs[i].to.p && strstr(refs[i].why, "has the address 10.0.20.31");
  }
  assert_int_equal(found, COUNT(wanted));
  assert_int_equal(missing, 1);
  fake_free(s);
}

static void what_is_not_read_is_said_so(void **state) {
  (void)state;
  static const struct fake_answer no[] = {{.op = "DescribeParameters", .error = AWS_E_DENIED}};
  fake_answers(no, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  not_joined(s, "secret TOKEN", "parameters not read");
  assert_int_equal(stack_path(s)->hops[STACK_HOP_SSM].rating.level, STACK_UNKNOWN);
  assert_true(stack_path(s)->hops[STACK_HOP_SSM].present);
  fake_free(s);
}

/* ---- hops ------------------------------------------------------------------------------------ */

static void names_the_first_fault(void **state) {
  (void)state;
  static const struct fake_answer trouble[] = {
      {.op = "DescribeTargetHealth",
       .items = "[{\"Target\":{\"Id\":\"a\",\"Port\":80},\"TargetHealth\":{\"State\":\"healthy\"}},"
                "{\"Target\":{\"Id\":\"b\",\"Port\":80},\"TargetHealth\":{\"State\":\"healthy\"}},"
                "{\"Target\":{\"Id\":\"c\",\"Port\":80},\"TargetHealth\":{\"State\":\"unhealthy\","
                "\"Reason\":\"Target.ResponseCodeMismatch\"}}]"},
      {.op = "DescribeServices",
       .items =
           "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":"
           "\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\",\"desiredCount\":3,\"runningCount\":3,"
           "\"loadBalancers\":[{\"targetGroupArn\":\"" FAKE_GROUP "\"}],"
           "\"taskDefinition\":\"" FAKE_TASKDEF(
               "42") "\",\"deployments\":[{\"id\":\"ecs-svc/2\","
                     "\"status\":\"PRIMARY\",\"taskDefinition\":\"" FAKE_TASKDEF(
                         "42") "\",\"createdAt\":"
                               "1768474700,\"failedTasks\":1,\"desiredCount\":3,\"runningCount\":1,"
                               "\"rolloutState\":\"IN_PROGRESS\"},{\"id\":\"ecs-svc/"
                               "1\",\"status\":\"ACTIVE\","
                               "\"taskDefinition\":\"" FAKE_TASKDEF("41") "\"}]}]"},
  };
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  assert_string_equal(stack_path(s)->summary, "");
  assert_string_equal(stack_path(s)->hops[STACK_HOP_ECS].facts[0], "2/2 tasks");
  assert_false(stack_path(s)->hops[STACK_HOP_API].present);
  fake_answers(trouble, COUNT(trouble), fake_shop, fake_shop_n);
  fake_pass(s, 30000);
  const struct stack_path *p = stack_path(s);
  assert_int_equal(p->level, STACK_WARN);
  assert_true(p->hops[STACK_HOP_ALB].first_fault);
  assert_false(p->hops[STACK_HOP_ECS].first_fault);
  assert_int_equal(p->hops[STACK_HOP_ECS].rating.level, STACK_WARN);
  assert_true(p->hops[STACK_HOP_ECS].moving);
  assert_string_equal(p->summary, "degraded: ALB web 2/3 healthy: ResponseCodeMismatch");
  assert_int_equal(p->hops[STACK_HOP_ALB].worst_kind, STACK_TARGET_GROUP);
  assert_true(aws_str_eq_c(p->hops[STACK_HOP_ALB].worst_id, FAKE_GROUP));
  assert_string_equal(p->hops[STACK_HOP_ECS].facts[0], "web 1/3"); /* of the new revision */
  assert_string_equal(p->hops[STACK_HOP_ECS].facts[1], "rev 41→42");
  assert_string_equal(p->since, "since 10:58: ECS web rev 42 rolling out, 1 target unhealthy "
                                "(ResponseCodeMismatch)");
  assert_int_equal(p->since_at, 1768474700000);
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  fake_pass(s, 60000);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  assert_string_equal(stack_path(s)->since, "");
  fake_free(s);
}

/* Where nothing is, one looks in the wrong place; a site of buckets alone is all there is. */
static void nothing_found_is_not_well(void **state) {
  (void)state;
  static const struct fake_answer who[] = {
      {.op = "GetCallerIdentity", .items = "[{\"Account\":\"123456789012\",\"Arn\":\"a\"}]"},
      {.op = "ListBuckets", .items = "[{\"Name\":\"shop-site\"}]"}};
  static const struct fake_answer site[] = {
      {.op = "ListDistributions",
       .items = "[{\"Id\":\"E1\",\"ARN\":\"" FAKE_DISTRIBUTION "\",\"Status\":\"Deployed\","
                "\"Enabled\":true,\"Origins\":{\"Items\":[{\"Id\":\"site\",\"DomainName\":"
                "\"shop-site.s3.eu-west-1.amazonaws.com\"}]}}]"}};
  for (int once = 0; once < 2; once++) {
    fake_answers(who, COUNT(who), NULL, 0);
    struct stack *s = fake_stack(NULL, once);
    fake_pass(s, 5000);
    assert_int_equal(stack_path(s)->level, STACK_UNKNOWN);
    assert_string_equal(stack_path(s)->summary, "unknown: nothing found in eu-west-1");
    fake_free(s);
    fake_answers(fake_shop, 2, who, COUNT(who)); /* its distribution leads to a load balancer */
    s = fake_stack(NULL, once);
    fake_pass(s, 5000);
    assert_string_equal(stack_path(s)->summary, "unknown: nothing found in eu-west-1");
    fake_free(s);
    fake_answers(site, COUNT(site), who, COUNT(who));
    s = fake_stack(NULL, once);
    fake_pass(s, 5000);
    assert_int_equal(stack_path(s)->level, STACK_OK);
    fake_free(s);
  }
}

static void rings_once_when_a_hop_turns_bad(void **state) {
  (void)state;
  static const struct fake_answer full[] = {
      {.op = "DescribeDBInstances",
       .items = "[{\"DBInstanceIdentifier\":\"shop-db\",\"DBInstanceStatus\":\"storage-full\"}]"}};
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  assert_false(stack_take_changes(s) & STACK_CHANGED_BELL);
  fake_answers(full, 1, fake_shop, fake_shop_n);
  fake_pass(s, 40000);
  assert_true(stack_take_changes(s) & STACK_CHANGED_BELL);
  fake_pass(s, 60000);
  assert_false(stack_take_changes(s) & STACK_CHANGED_BELL);
  assert_int_equal(stack_path(s)->level, STACK_BAD);
  char why[100];
  assert_int_equal(stack_health(s, why, sizeof why), STACK_BAD);
  assert_string_equal(why, "failing: RDS shop-db storage-full");
  fake_free(s);
}

static void alarm_belongs_to_its_hop(void **state) {
  (void)state;
  static const struct fake_answer ring[] = {
      {.op = "DescribeAlarms",
       .items =
           "[{\"AlarmName\":\"alb-5xx\",\"AlarmArn\":\"a1\",\"StateValue\":\"ALARM\","
           "\"Namespace\":\"AWS/ApplicationELB\"},{\"AlarmName\":\"queue\",\"AlarmArn\":\"a2\","
           "\"StateValue\":\"ALARM\",\"Namespace\":\"AWS/SQS\"}]"}};
  fake_answers(ring, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  const struct stack_path *p = stack_path(s);
  assert_int_equal(p->alarms, 2);
  assert_int_equal(p->hops[STACK_HOP_ALB].rating.level, STACK_WARN);
  assert_string_equal(p->hops[STACK_HOP_ALB].rating.reason, "alarm alb-5xx");
  assert_int_equal(p->hops[STACK_HOP_ECS].rating.level, STACK_OK);
  /* The same alarms came from both regions: each is one thing. */
  assert_int_equal(stack_collection(s, STACK_ALARM)->n, 2);
  fake_free(s);
}

/* What fails further down is felt at the edge: the strip names where it is. */
static void cause_comes_before_symptom(void **state) {
  (void)state;
  static const struct fake_answer felt[] = {
      {.op = "GetMetricData",
       .has = "5xxErrorRate",
       .items = "[{\"Id\":\"m1\",\"Timestamps\":[1768474680],\"Values\":[6.1]}]"},
      {.op = "DescribeDBInstances",
       .items = "[{\"DBInstanceIdentifier\":\"shop-db\",\"DBInstanceStatus\":\"rebooting\"}]"}};
  fake_answers(felt, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  assert_true(stack_path(s)->hops[STACK_HOP_CDN].first_fault);
  assert_string_equal(stack_path(s)->summary,
                      "degraded: CloudFront shop.example.com 5xx 6.1% (limit 5.0%)");
  fake_free(s);
  fake_answers(felt, 2, fake_shop, fake_shop_n);
  s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  assert_int_equal(stack_path(s)->hops[STACK_HOP_CDN].rating.level, STACK_WARN);
  assert_false(stack_path(s)->hops[STACK_HOP_CDN].first_fault);
  assert_true(stack_path(s)->hops[STACK_HOP_DB].first_fault);
  fake_free(s);
}

/* An API in front, and a tenth of all requests failing from the targets on. */
#define POINT(id, v) "{\"Id\":\"" id "\",\"Timestamps\":[1768474740],\"Values\":[" #v "]}"
static const struct fake_answer errors[] = {
    {.op = "GetMetricData", .has = "5xxErrorRate", .items = "[" POINT("m1", 10.4) "]"},
    {.op = "GetMetricData",
     .has = "RequestCount",
     .items = "[" POINT("m0", 600) "," POINT("m1", 48) "," POINT("m2", 1000) "," POINT(
         "m4", 50) "," POINT("m5", 40) "]"},
    {.op = "GetApis", .items = "[{\"apiId\":\"a1b2\",\"name\":\"shop-api\"}]"},
};

static void errors_are_blamed_on_the_deepest_that_has_them(void **state) {
  (void)state;
  fake_answers(errors, COUNT(errors), fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  const struct stack_path *p = stack_path(s);
  assert_string_equal(p->hops[STACK_HOP_CDN].rating.reason,
                      "shop.example.com 5xx 10.4% (limit 5.0%)");
  assert_string_equal(p->hops[STACK_HOP_API].rating.reason, "shop-api 5xx 8.0% (limit 5.0%)");
  assert_string_equal(p->hops[STACK_HOP_ALB].rating.reason, "front 5xx 9.0% (limit 5.0%)");
  assert_string_equal(p->hops[STACK_HOP_ALB].facts[1], "5xx 9.0%");
  assert_true(p->hops[STACK_HOP_ALB].first_fault);
  assert_false(p->hops[STACK_HOP_CDN].first_fault || p->hops[STACK_HOP_API].first_fault);
  assert_string_equal(p->since, ""); /* nobody knows since when */
  fake_free(s);
}

/* The minute's rate stands as soon as it is published, though its counts may still grow. */
static void errors_are_seen_in_the_minute_that_tells_them(void **state) {
  (void)state;
  static struct fake_answer later[COUNT(errors)];
  memcpy(later, errors, sizeof later);
  later[0].items = "[{\"Id\":\"m1\",\"Timestamps\":[1768474800],\"Values\":[10.4]}]";
  fake_answers(&errors[2], 1, fake_shop, fake_shop_n);
  struct stack *s = fake_settled(NULL);
  assert_int_equal(stack_path(s)->level, STACK_OK);
  fake_answers(later, COUNT(later), fake_shop, fake_shop_n);
  fake_pass(s, 66000); /* 11:01:07: the minute from 11:00 is over since seven seconds */
  assert_int_equal(stack_path(s)->hops[STACK_HOP_CDN].rating.level, STACK_WARN);
  assert_non_null(strstr(stack_path(s)->since, ": CloudFront, API, ALB"));
  fake_free(s);
}

/* A balancer has no point for a minute without an error: the next minute's requests tell. */
#define OF_THREE(id) /* 10:57 to 10:59 */                                                          \
  "{\"Id\":\"" id "\",\"Timestamps\":[1768474620,1768474680,1768474740],"                          \
  "\"Values\":[1000,1000,1000]}"
static void errors_are_over_with_the_minute_that_has_none(void **state) {
  (void)state;
  static const struct fake_answer over[] = {
      {.op = "GetMetricData",
       .has = "RequestCount",
       .items =
           "[" OF_THREE("m0") ",{\"Id\":\"m2\",\"Timestamps\":[1768474620],\"Values\":[500]}]"}};
  fake_answers(over, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  assert_string_equal(stack_path(s)->hops[STACK_HOP_ALB].facts[1], "5xx 0.0%");
  assert_int_equal(stack_path(s)->hops[STACK_HOP_ALB].rating.level, STACK_OK);
  fake_free(s);
}

/* ---- the document ---------------------------------------------------------------------------- */

static const cJSON *at(const cJSON *doc, const char *path) {
  const cJSON *node = aws_doc_at(doc, path);
  if (!node)
    fail_msg("the document has no %s", path);
  return node;
}

static cJSON *model_of(const struct stack *s) {
  struct aws_buf b;
  aws_buf_init(&b, 1 << 20);
  stack_json(s, &b);
  cJSON *doc = cJSON_ParseWithLengthOpts(b.p, b.n, NULL, false);
  assert_non_null(doc);
  aws_buf_done(&b);
  return doc;
}

/* A script must not take for the present what is of ten minutes ago. */
static void prints_of_when_it_is(void **state) {
  static const struct fake_answer no[] = {
      {.op = "DescribeServices", .error = AWS_E_THROTTLED, .aws_code = "ThrottlingException"}};
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_settled(NULL);
  cJSON *doc = model_of(s);
  assert_true(cJSON_IsFalse(at(doc, "stale")));
  assert_true(cJSON_IsFalse(at(doc, "collections/services/stale")));
  cJSON_Delete(doc);
  fake_answers(no, 1, fake_shop, fake_shop_n);
  fake_pass(s, 60000);
  doc = model_of(s);
  const cJSON *hop = NULL, *ecs = NULL;
  cJSON_ArrayForEach(
      hop, at(doc, "path")) if (strcmp(aws_doc_at(hop, "name")->valuestring, "ECS") == 0) ecs = hop;
  assert_non_null(ecs);
  assert_true(cJSON_IsTrue(at(doc, "stale")));
  assert_string_equal(at(doc, "stale_why")->valuestring, "ECS throttled");
  assert_true(cJSON_IsString(at(doc, "as_of")));
  assert_true(cJSON_IsTrue(aws_doc_at(ecs, "stale")));
  assert_true(cJSON_IsTrue(aws_doc_at(ecs, "facts_stale")));
  assert_string_equal(aws_doc_at(ecs, "stale_why")->valuestring, "throttled");
  assert_true(cJSON_IsString(aws_doc_at(ecs, "as_of")));
  assert_true(cJSON_IsTrue(at(doc, "collections/services/stale")));
  assert_true(at(doc, "collections/services/age_ms")->valueint > 30000);
  assert_true(cJSON_IsFalse(at(doc, "collections/db_instances/stale")));
  cJSON_Delete(doc);
  fake_free(s);
}

static void prints_the_whole_model(void **state) {
  (void)state;
  static const struct fake_answer no[] = {
      {.op = "DescribeDBClusters", .error = AWS_E_DENIED, .aws_code = "AccessDenied"}};
  fake_answers(no, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 5000);
  cJSON *doc = model_of(s);
  assert_string_equal(at(doc, "account")->valuestring, "123456789012");
  assert_string_equal(at(doc, "health")->valuestring, "unknown");
  assert_string_equal(at(doc, "collections/services/items")->child->child->string, "serviceArn");
  assert_string_equal(
      aws_doc_at(at(doc, "collections/targets/items")->child, "TargetGroupArn")->valuestring,
      FAKE_GROUP);
  assert_string_equal(at(doc, "collections/db_clusters/error/code")->valuestring, "AccessDenied");
  assert_true(cJSON_IsNull(cJSON_GetObjectItem(at(doc, "collections/db_clusters"), "fetched_at")));
  assert_true(cJSON_IsNull(cJSON_GetObjectItem(at(doc, "collections/db_clusters"), "age_ms")));
  assert_true(cJSON_IsTrue(at(doc, "collections/db_clusters/stale")));
  assert_true(cJSON_IsFalse(at(doc, "collections/services/stale")));
  assert_in_range(at(doc, "collections/services/age_ms")->valueint, 1, 5000);
  assert_int_equal(cJSON_GetArraySize(at(doc, "collections")), 16);
  assert_true(at(doc, "requests/total")->valuedouble > 20);
  assert_int_equal(at(doc, "requests/by_service/sts")->valueint, 1);
  cJSON_Delete(doc);
  fake_free(s);
}

/* A name of the operator's own leads where its addresses do. */
static void follows_names(void **state) {
  struct stack_config cfg;
  (void)state;
  stack_config_init(&cfg);
  fake_answers(named, COUNT(named), fake_shop, fake_shop_n);
  fake_names(names, COUNT(names));
  struct stack *s = fake_settled(&cfg);
  not_joined(s, "origin alias", "www.example.com is being looked up");
  fake_pass(s, 1000);
  joined(s, "origin alias", STACK_LOAD_BALANCER, FAKE_LB, "same addresses");
  not_joined(s, "origin other", "other.example.com leads to no load balancer");
  not_joined(s, "origin nobody", "nobody.example.com leads to no load balancer");
  not_joined(s, "origin late", "late.example.com is being looked up");
  fake_pass(s, 601000);
  joined(s, "origin late", STACK_LOAD_BALANCER, FAKE_LB, "same addresses");
  fake_free(s);
}

/* The answer to a lookup comes when the stack has gone. */
static void a_name_comes_too_late(void **state) {
  struct stack_config cfg;
  (void)state;
  stack_config_init(&cfg);
  fake_answers(named, COUNT(named), fake_shop, fake_shop_n);
  fake_names(names, COUNT(names));
  struct stack *s = fake_settled(&cfg);
  not_joined(s, "origin late", "being looked up");
  fake_free(s); /* the sanitizers see what is left, or used */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(follows_references),
      cmocka_unit_test(follows_names),
      cmocka_unit_test(a_name_comes_too_late),
      cmocka_unit_test(a_target_leads_to_its_task),
      cmocka_unit_test(what_is_not_read_is_said_so),
      cmocka_unit_test(names_the_first_fault),
      cmocka_unit_test(nothing_found_is_not_well),
      cmocka_unit_test(rings_once_when_a_hop_turns_bad),
      cmocka_unit_test(alarm_belongs_to_its_hop),
      cmocka_unit_test(cause_comes_before_symptom),
      cmocka_unit_test(errors_are_blamed_on_the_deepest_that_has_them),
      cmocka_unit_test(errors_are_over_with_the_minute_that_has_none),
      cmocka_unit_test(errors_are_seen_in_the_minute_that_tells_them),
      cmocka_unit_test(prints_the_whole_model),
      cmocka_unit_test(prints_of_when_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
