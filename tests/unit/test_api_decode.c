/* Replies as AWS writes them, through the tables of the operations that ask for them. */
#include "aws/api.h"
#include "tests/unit/test.h"

struct fixture {
  struct aws_arena tree, out;
  struct aws_list list;
  struct aws_odd odd;
};

/* result: path to what the operation's own paths start from (query wraps it, rest-xml does not). */
static void read_reply(struct fixture *f, const struct aws_op *op, const char *result,
                       const char *text) {
  struct aws_error err;
  f->odd = (struct aws_odd){0};
  aws_arena_init(&f->tree, 1 << 22);
  aws_arena_init(&f->out, 1 << 22);
  cJSON *root = text[0] == '<' ? aws_xml_parse(&f->tree, text, strlen(text), &err)
                               : aws_json_parse(&f->tree, text, strlen(text), &err);
  if (!root)
    fail_msg("%s: %s", op->name, err.text);
  const cJSON *items = aws_doc_at(aws_doc_at(root, result), op->items);
  assert_non_null(items);
  assert_true(aws_decode_list(&f->out, op->item, items, &f->list, &f->odd));
  assert_int_equal(f->odd.n, 0);
}

static void done(struct fixture *f) {
  aws_arena_done(&f->tree);
  aws_arena_done(&f->out);
}

static void test_ecs_services(void **state) {
  (void)state;
  struct fixture f;
  read_reply(
      &f, &ecs_describe_services, "",
      "{\"failures\":[],\"services\":[{\"serviceArn\":\"arn:aws:ecs:eu-central-1:123456789012:"
      "service/shop/web\",\"serviceName\":\"web\",\"clusterArn\":\"arn:aws:ecs:eu-central-1:"
      "123456789012:cluster/shop\",\"loadBalancers\":[{\"targetGroupArn\":\"tg\",\"containerName\":"
      "\"web\",\"containerPort\":8080}],\"serviceRegistries\":[],\"status\":\"ACTIVE\","
      "\"desiredCount\":3,\"runningCount\":2,\"pendingCount\":1,\"capacityProviderStrategy\":["
      "{\"capacityProvider\":\"FARGATE_SPOT\",\"weight\":4,\"base\":0}],\"taskDefinition\":\"td:"
      "7\","
      "\"deploymentConfiguration\":{\"deploymentCircuitBreaker\":{\"enable\":true,\"rollback\":"
      "true},"
      "\"maximumPercent\":200,\"minimumHealthyPercent\":50,\"strategy\":\"ROLLING\"},"
      "\"deployments\":[{\"id\":\"ecs-svc/1\",\"status\":\"PRIMARY\",\"taskDefinition\":\"td:7\","
      "\"desiredCount\":3,\"pendingCount\":1,\"runningCount\":2,\"failedTasks\":0,\"createdAt\":"
      "1768474800.123,\"updatedAt\":1.768474801E9,\"launchType\":\"FARGATE\",\"rolloutState\":"
      "\"IN_PROGRESS\",\"rolloutStateReason\":\"ECS deployment ecs-svc/1 in progress.\"}],"
      "\"events\":[{\"id\":\"e2\",\"createdAt\":1768474800,\"message\":\"(service web) has started "
      "1 "
      "tasks: (task 42).\"},{\"id\":\"e1\",\"createdAt\":1768474700,\"message\":\"(service web) "
      "was "
      "unable to place a task.\"}],\"createdAt\":1768000000.5,\"schedulingStrategy\":\"REPLICA\","
      "\"deploymentController\":{\"type\":\"ECS\"},\"enableExecuteCommand\":true}]}");
  assert_int_equal(f.list.n, 1);
  const struct ecs_service *s = f.list.items;
  assert_string_equal(s->name.p, "web");
  assert_int_equal(s->desired, 3);
  assert_int_equal(s->running, 2);
  assert_int_equal(s->minimum_healthy_percent, 50);
  assert_int_equal(s->maximum_percent, 200);
  assert_true(s->circuit_breaker && s->circuit_rollback && s->exec_enabled);
  assert_string_equal(s->controller.p, "ECS");
  assert_null(s->launch_type.p);
  assert_null(s->current_deployment.p);
  assert_true(s->created == 1768000000500);
  assert_int_equal(s->registries.n, 0);
  assert_int_equal(s->events.n, 2);
  assert_string_equal(((const struct ecs_event *)s->events.items)[1].id.p, "e1");
  const struct ecs_deployment *d = s->deployments.items;
  assert_true(d->created == 1768474800123 && d->updated == 1768474801000);
  assert_string_equal(d->rollout_state.p, "IN_PROGRESS");
  assert_int_equal(((const struct ecs_load_balancer *)s->load_balancers.items)->container_port,
                   8080);
  assert_int_equal(((const struct ecs_provider *)s->providers.items)->weight, 4);
  done(&f);
}

static void test_ecs_tasks(void **state) {
  (void)state;
  struct fixture f;
  read_reply(
      &f, &ecs_describe_tasks, "",
      "{\"failures\":[{\"arn\":\"x\",\"reason\":\"MISSING\"}],\"tasks\":[{\"attachments\":[{\"id\":"
      "\"a\",\"type\":\"ElasticNetworkInterface\",\"status\":\"DELETED\",\"details\":[{\"name\":"
      "\"subnetId\",\"value\":\"subnet-1\"},{\"name\":\"privateIPv4Address\",\"value\":\"10.0.1."
      "9\"}]}"
      "],\"availabilityZone\":\"eu-central-1a\",\"containers\":[{\"name\":\"web\",\"exitCode\":137,"
      "\"reason\":\"OutOfMemoryError: Container killed due to memory usage\",\"lastStatus\":"
      "\"STOPPED\",\"networkInterfaces\":[{\"attachmentId\":\"a\",\"privateIpv4Address\":\"10.0.1."
      "9\"}"
      "],\"healthStatus\":\"UNKNOWN\"},{\"name\":\"log\",\"lastStatus\":\"STOPPED\"}],\"cpu\":"
      "\"256\","
      "\"group\":\"service:web\",\"lastStatus\":\"STOPPED\",\"desiredStatus\":\"STOPPED\","
      "\"memory\":"
      "\"512\",\"stopCode\":\"EssentialContainerExited\",\"stoppedReason\":\"Essential container "
      "in "
      "task "
      "exited\",\"stoppedAt\":1768474800.123,\"taskArn\":\"arn:task/"
      "1\",\"clusterArn\":\"arn:c\",\"taskDefinitionArn\":\"td:1\"}]}");
  const struct ecs_task *t = f.list.items;
  assert_int_equal(f.list.n, 1);
  assert_string_equal(t->stop_code.p, "EssentialContainerExited");
  assert_true(t->stopped == 1768474800123 && t->started == 0);
  assert_int_equal(t->containers.n, 2);
  const struct ecs_container *c = t->containers.items;
  assert_int_equal(c[0].exit_code, 137);
  assert_string_equal(((const struct ecs_interface *)c[0].interfaces.items)->private_ip.p,
                      "10.0.1.9");
  /* No exit code is not an exit code of 0. */
  size_t exit_code = 0;
  while (strcmp(ecs_task_type.fields[4].type->fields[exit_code].path, "exitCode") != 0)
    exit_code++;
  assert_true(aws_has(&c[0], exit_code));
  assert_false(aws_has(&c[1], exit_code));
  const struct ecs_attachment *a = t->attachments.items;
  assert_string_equal(((const struct ecs_detail *)a->details.items)[1].value.p, "10.0.1.9");
  done(&f);
}

static void test_task_definition(void **state) {
  (void)state;
  struct fixture f;
  struct aws_error err;
  struct ecs_task_definition t;
  static const char text[] =
      "{\"taskDefinition\":{\"taskDefinitionArn\":\"td:7\",\"containerDefinitions\":[{\"name\":"
      "\"web\","
      "\"image\":\"web:1.2\",\"cpu\":0,\"essential\":true,\"environment\":[{\"name\":\"PGHOST\","
      "\"value\":\"orders.example\"}],\"secrets\":[{\"name\":\"PGPASSWORD\",\"valueFrom\":\"/shop/"
      "pw\"}"
      "],\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":\"/shop/"
      "web\","
      "\"awslogs-region\":\"eu-central-1\"}}}],\"family\":\"web\",\"revision\":7,\"cpu\":\"256\"}}";
  aws_arena_init(&f.tree, 1 << 20);
  aws_arena_init(&f.out, 1 << 20);
  cJSON *root = aws_json_parse(&f.tree, text, sizeof text - 1, &err);
  const struct aws_op *op = &ecs_describe_task_definition;
  assert_true(aws_decode(&f.out, op->item, aws_doc_at(root, op->items), &t, NULL));
  assert_int_equal(t.revision, 7);
  const struct ecs_container_definition *c = t.containers.items;
  assert_int_equal(t.containers.n, 1);
  assert_string_equal(((const struct ecs_secret *)c->secrets.items)->value_from.p, "/shop/pw");
  assert_int_equal(c->log_options.n, 2);
  assert_string_equal(((const struct aws_pair *)c->log_options.items)[0].value.p, "/shop/web");
  done(&f);
}

static void test_rds(void **state) {
  (void)state;
  struct fixture f;
  read_reply(
      &f, &rds_describe_instances, "DescribeDBInstancesResult",
      "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\n"
      " <DescribeDBInstancesResult>\n  <DBInstances>\n   <DBInstance>\n"
      "    <DBInstanceIdentifier>orders</DBInstanceIdentifier><DBInstanceClass>db.t4g.medium"
      "</DBInstanceClass><Engine>postgres</Engine><DBInstanceArn>arn:orders</"
      "DBInstanceArn><DBInstanceStatus>available</DBInstanceStatus>"
      "<Endpoint><Port>5432</Port><Address>orders.example</Address><HostedZoneId>Z1</HostedZoneId>"
      "</Endpoint><AllocatedStorage>20</AllocatedStorage><InstanceCreateTime>"
      "2026-01-15T12:00:00.123Z</InstanceCreateTime><DBParameterGroups><DBParameterGroup>"
      "<DBParameterGroupName>pg15</DBParameterGroupName><ParameterApplyStatus>pending-reboot"
      "</ParameterApplyStatus></DBParameterGroup></DBParameterGroups><MultiAZ>true</MultiAZ>"
      "<PubliclyAccessible>false</PubliclyAccessible><IAMDatabaseAuthenticationEnabled>true"
      "</IAMDatabaseAuthenticationEnabled>\n   </DBInstance>\n   <DBInstance>"
      "<DBInstanceIdentifier>new</DBInstanceIdentifier><Engine>mysql</Engine>"
      "<DBInstanceArn>arn:new</DBInstanceArn><DBInstanceStatus>creating</"
      "DBInstanceStatus><Endpoint/><DBParameterGroups/>"
      "</DBInstance>\n  </DBInstances>\n </DescribeDBInstancesResult>\n"
      " <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\n"
      "</DescribeDBInstancesResponse>\n");
  const struct rds_instance *i = f.list.items;
  assert_int_equal(f.list.n, 2);
  assert_string_equal(i[0].id.p, "orders");
  assert_string_equal(i[0].address.p, "orders.example");
  assert_int_equal(i[0].port, 5432);
  assert_int_equal(i[0].allocated_gib, 20);
  assert_true(i[0].created == 1768478400123);
  assert_true(i[0].multi_az && i[0].iam_auth && !i[0].public);
  assert_string_equal(
      ((const struct rds_parameter_group *)i[0].parameter_groups.items)->apply_status.p,
      "pending-reboot");
  assert_string_equal(i[1].id.p, "new");
  assert_null(i[1].address.p);
  assert_int_equal(i[1].parameter_groups.n, 0);
  done(&f);
}

static void test_rds_events(void **state) {
  (void)state;
  struct fixture f;
  read_reply(&f, &rds_describe_events, "DescribeEventsResult",
             "<DescribeEventsResponse><DescribeEventsResult><Events><Event><Message>Multi-AZ "
             "instance failover completed</Message><SourceType>db-instance</SourceType>"
             "<EventCategories><EventCategory>failover</EventCategory><EventCategory>availability"
             "</EventCategory></EventCategories><Date>2026-01-15T12:00:00.000Z</Date>"
             "<SourceIdentifier>orders</SourceIdentifier></Event></Events></DescribeEventsResult>"
             "</DescribeEventsResponse>");
  const struct rds_event *e = f.list.items;
  assert_int_equal(f.list.n, 1);
  assert_int_equal(e->categories.n, 2);
  assert_string_equal(((const struct aws_str *)e->categories.items)[1].p, "availability");
  assert_true(e->date == 1768478400000);
  done(&f);
}

static void test_cloudfront(void **state) {
  (void)state;
  struct fixture f;
  read_reply(
      &f, &cloudfront_list_distributions, "",
      "<?xml version=\"1.0\"?>\n<DistributionList "
      "xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Marker></Marker><MaxItems>100"
      "</MaxItems><IsTruncated>false</IsTruncated><Quantity>1</Quantity><Items>"
      "<DistributionSummary><Id>E1</Id><ARN>arn:aws:cloudfront::123456789012:distribution/E1</ARN>"
      "<Status>Deployed</Status><LastModifiedTime>2026-01-15T12:00:00Z</LastModifiedTime>"
      "<DomainName>d1.cloudfront.net</DomainName><Aliases><Quantity>1</Quantity><Items><CNAME>"
      "www.example.com</CNAME></Items></Aliases><Origins><Quantity>2</Quantity><Items><Origin><Id>"
      "site</Id><DomainName>site.s3.eu-central-1.amazonaws.com</DomainName><OriginPath></"
      "OriginPath>"
      "<S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin>"
      "<Origin><Id>api</Id><DomainName>api.example.com</DomainName><CustomOriginConfig><HTTPPort>80"
      "</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy>"
      "</CustomOriginConfig></Origin></Items></Origins><OriginGroups><Quantity>0</Quantity>"
      "</OriginGroups><DefaultCacheBehavior><TargetOriginId>site</TargetOriginId>"
      "<ViewerProtocolPolicy>redirect-to-https</ViewerProtocolPolicy></DefaultCacheBehavior>"
      "<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior><PathPattern>/api/*</"
      "PathPattern>"
      "<TargetOriginId>api</TargetOriginId></CacheBehavior></Items></CacheBehaviors><Comment>"
      "shop &amp; more</Comment><Enabled>true</Enabled><Staging>false</Staging>"
      "</DistributionSummary></Items></DistributionList>");
  const struct cloudfront_distribution *d = f.list.items;
  assert_int_equal(f.list.n, 1);
  assert_string_equal(d->comment.p, "shop & more");
  assert_true(d->enabled);
  assert_string_equal(((const struct aws_str *)d->aliases.items)->p, "www.example.com");
  assert_int_equal(d->origins.n, 2);
  const struct cloudfront_origin *o = d->origins.items;
  assert_non_null(o[0].s3_identity.p);
  assert_null(o[1].s3_identity.p);
  assert_int_equal(o[1].https_port, 443);
  assert_int_equal(d->origin_groups.n, 0);
  assert_string_equal(d->default_behavior.target_origin_id.p, "site");
  assert_null(d->default_behavior.path_pattern.p);
  assert_string_equal(((const struct cloudfront_behavior *)d->behaviors.items)->path_pattern.p,
                      "/api/*");
  done(&f);
}

static void test_elbv2(void **state) {
  (void)state;
  struct fixture f;
  read_reply(
      &f, &elbv2_describe_target_health, "DescribeTargetHealthResult",
      "<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>"
      "<member><HealthCheckPort>8080</HealthCheckPort><TargetHealth><State>unhealthy</State>"
      "<Reason>Target.ResponseCodeMismatch</Reason><Description>Health checks failed with "
      "these codes: [502]</Description></TargetHealth><Target><Id>10.0.1.9</Id><Port>8080"
      "</Port><AvailabilityZone>eu-central-1a</AvailabilityZone></Target></member>"
      "</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>");
  const struct elbv2_target *t = f.list.items;
  assert_string_equal(t->id.p, "10.0.1.9");
  assert_string_equal(t->reason.p, "Target.ResponseCodeMismatch");
  assert_int_equal(t->port, 8080);
  done(&f);
  read_reply(&f, &elbv2_describe_rules, "DescribeRulesResult",
             "<DescribeRulesResponse><DescribeRulesResult><Rules><member><RuleArn>r</RuleArn>"
             "<Priority>10</Priority><IsDefault>false</IsDefault><Conditions><member><Field>"
             "path-pattern</Field><PathPatternConfig><Values><member>/api/*</member></Values>"
             "</PathPatternConfig><Values><member>/api/*</member></Values></member></Conditions>"
             "<Actions><member><Type>forward</Type><Order>1</Order><ForwardConfig><TargetGroups>"
             "<member><TargetGroupArn>tg1</TargetGroupArn><Weight>90</Weight></member><member>"
             "<TargetGroupArn>tg2</TargetGroupArn><Weight>10</Weight></member></TargetGroups>"
             "</ForwardConfig></member></Actions></member></Rules></DescribeRulesResult>"
             "</DescribeRulesResponse>");
  const struct elbv2_rule *r = f.list.items;
  assert_string_equal(r->priority.p, "10");
  const struct elbv2_condition *c = r->conditions.items;
  assert_int_equal(c->values.n, 1);
  assert_string_equal(((const struct aws_str *)c->path_values.items)->p, "/api/*");
  const struct elbv2_action *a = r->actions.items;
  assert_int_equal(a->forwards.n, 2);
  assert_int_equal(((const struct elbv2_forward *)a->forwards.items)[1].weight, 10);
  done(&f);
}

static void test_metrics(void **state) {
  (void)state;
  struct fixture f;
  read_reply(&f, &cloudwatch_get_metric_data, "",
             "{\"MetricDataResults\":[{\"Id\":\"m0\",\"Label\":\"CPUUtilization\",\"Timestamps\":"
             "[1768478400,1.76847846E9],\"Values\":[12.5,70],\"StatusCode\":\"Complete\"},{\"Id\":"
             "\"m1\",\"Timestamps\":[],\"Values\":[]}]}");
  const struct cloudwatch_series *s = f.list.items;
  assert_int_equal(f.list.n, 2);
  assert_int_equal(s[0].timestamps.n, 2);
  assert_true(((const aws_ms *)s[0].timestamps.items)[1] == 1768478460000);
  assert_true(((const double *)s[0].values.items)[0] > 12.4);
  assert_int_equal(s[1].values.n, 0);
  done(&f);
}

static void test_names(void **state) {
  (void)state;
  struct fixture f;
  read_reply(&f, &ecs_list_tasks, "", "{\"taskArns\":[\"a\",\"b\"],\"nextToken\":\"t\"}");
  assert_int_equal(f.list.n, 2);
  assert_string_equal(((const struct aws_str *)f.list.items)[1].p, "b");
  done(&f);
  assert_ptr_equal(aws_op_find("ecs", "ListTasks"), &ecs_list_tasks);
  assert_ptr_equal(aws_op_find("rds", "DescribeEvents"), &rds_describe_events);
  assert_null(aws_op_find("rds", "ListTasks"));
  assert_null(aws_op_find("ecs", "listTasks"));
  assert_ptr_equal(aws_service_find("elbv2"), elbv2_describe_rules.service);
  assert_null(aws_service_find("ELBV2"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ecs_services),    cmocka_unit_test(test_ecs_tasks),
      cmocka_unit_test(test_task_definition), cmocka_unit_test(test_rds),
      cmocka_unit_test(test_rds_events),      cmocka_unit_test(test_cloudfront),
      cmocka_unit_test(test_elbv2),           cmocka_unit_test(test_metrics),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests_name("api/decode", tests, NULL, NULL);
}
