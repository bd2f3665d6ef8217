/* The table of --once: short lines that people read, each thing and each cause told once. */
#include "config.h"

#include "test.h"

#include "stack_fake.h"
#include "tui/once.h"

#include <stdlib.h>

/* The whole table; freed by the caller. */
static char *table(struct stack *s) {
  char *text = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&text, &n);
  assert_non_null(out);
  tui_once_table(s, out);
  fclose(out);
  return text;
}

static size_t count(const char *text, const char *needle) {
  size_t n = 0;
  for (const char *p = text; (p = strstr(p, needle)); p += strlen(needle))
    n++;
  return n;
}

static void check(const char *text, const char *const *lines, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!strstr(text, lines[i]))
      fail_msg("no \"%s\" in\n%s", lines[i], text);
  assert_null(strstr(text, " \n"));
  assert_null(strstr(text, "_"));
}

static void tells_what_there_is(void **state) {
  (void)state;
  static const char *const lines[] = {
      "default  eu-west-1  123456789012  OpsRole  healthy\n",
      "\nCloudFront  ok ",
      "\nload balancers             1\n",
      "\nservices                   1\n  web                       ok        2/2      rev 41\n",
      "\ntarget groups              1\n  web                       ok        2/2 healthy\n",
      "\ndatabase instances         1\n",
      "\n  shop-db                   ok        available     postgres\n",
  };
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 20000);
  char *text = table(s);
  check(text, lines, COUNT(lines));
  assert_int_equal(count(text, "not well"), 0);
  assert_int_equal(count(text, "could not be read"), 0);
  assert_null(strstr(text, "database clusters")); /* there is none */
  free(text);
  fake_free(s);
}

static void tells_what_is_wrong(void **state) {
  (void)state;
  static const struct fake_answer trouble[] = {
      {.op = "DescribeTargetHealth",
       .items = "[{\"Target\":{\"Id\":\"10.0.0.1\",\"Port\":80},\"TargetHealth\":{\"State\":"
                "\"unhealthy\",\"Description\":\"Health checks failed with these codes: [502]\"}},"
                "{\"Target\":{\"Id\":\"10.0.0.2\",\"Port\":80},\"TargetHealth\":{\"State\":"
                "\"healthy\"}}]"},
      {.op = "DescribeAlarms",
       .items =
           "[{\"AlarmName\":\"web-\\u001b[31m5xx\",\"AlarmArn\":\"a\",\"StateValue\":\"ALARM\","
           "\"StateReason\":\"because\"}]"}};
  static const char *const lines[] = {
      "  degraded: ALB ", "<- look here\n",   "  1 not well\n", "  web                       ",
      "1/2 healthy",      "\n  10.0.0.1:80 ",
  };
  fake_answers(trouble, COUNT(trouble), fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 20000);
  char *text = table(s);
  check(text, lines, COUNT(lines));
  assert_null(strchr(text, '\033'));
  assert_int_equal(count(text, "look here"), 1);
  free(text);
  fake_free(s);
}

/* One cause for many kinds, and none of them counted as if it had been read. */
static void tells_each_cause_once(void **state) {
  (void)state;
  static const struct fake_answer away[] = {
      {.op = "DescribeLoadBalancers", .error = AWS_E_NETWORK, .aws_code = "no route to AWS"},
      {.op = "DescribeTargetGroups", .error = AWS_E_NETWORK, .aws_code = "no route to AWS"},
      {.op = "ListDistributions", .error = AWS_E_DENIED, .aws_code = "AccessDenied"},
  };
  fake_answers(away, COUNT(away), fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 20000);
  char *text = table(s);
  static const char *const lines[] = {
      "\ncould not be read\n",
      "load balancers, listeners, listener rules, target groups, targets\n"};
  check(text, lines, COUNT(lines));
  if (count(text, "no route to AWS") != 1 || count(text, "AccessDenied") != 1)
    fail_msg("%s", text);
  assert_null(strstr(text, "come from"));
  assert_null(strstr(text, "\nload balancers  "));
  assert_null(strstr(text, "<- look here")); /* nothing is known to be at fault */
  free(text);
  fake_free(s);
}

/* Nothing answers at all: one cause, every kind, and not one number. */
static void tells_that_nothing_answers(void **state) {
  (void)state;
  static const struct fake_answer away[] = {
      {.op = "GetCallerIdentity", .error = AWS_E_NETWORK, .aws_code = "gone"}};
  struct fake_answer all[40];
  size_t n = 0;
  all[n++] = away[0];
  for (size_t i = 1; i < fake_shop_n && n < COUNT(all); i++)
    all[n++] =
        (struct fake_answer){.op = fake_shop[i].op, .error = AWS_E_NETWORK, .aws_code = "gone"};
  fake_answers(all, n, NULL, 0);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 60000);
  char *text = table(s);
  assert_null(strstr(text, "\n\n\n"));
  assert_null(strstr(text, "eu-west-1    "));
  assert_int_equal(count(text, "\ngone\n"), 1);
  free(text);
  fake_free(s);
}

/* Nobody counted them. */
static void tells_no_count_of_what_was_not_read(void **state) {
  (void)state;
  static const struct fake_answer gone[] = {
      {.op = "DescribeTargetHealth", .error = AWS_E_THROTTLED, .aws_code = "Throttling"}};
  fake_answers(gone, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 60000);
  char *text = table(s);
  assert_non_null(strstr(text, "?/? healthy"));
  assert_null(strstr(text, "0/0"));
  free(text);
  fake_free(s);
}

/* Large stacks: what is well is counted, what is not is listed, up to a screenful. */
static void keeps_short(void **state) {
  (void)state;
  struct aws_buf sick;
  aws_buf_init(&sick, 1 << 20);
  for (int i = 0; i < 100; i++)
    aws_buf_addf(&sick,
                 "%s{\"Target\":{\"Id\":\"10.0.0.%d\",\"Port\":80},\"TargetHealth\":{\"State\":"
                 "\"unhealthy\"}}",
                 i ? "," : "[", i);
  aws_buf_add_char(&sick, ']');
  const struct fake_answer many[] = {{.op = "DescribeTargetHealth", .items = sick.p}};
  fake_answers(many, 1, fake_shop, fake_shop_n);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 20000);
  char *text = table(s);
  assert_int_equal(count(text, "\n  10.0.0."), 40);
  assert_non_null(strstr(text, "  and 60 more\n"));
  assert_non_null(strstr(text, "100 not well"));
  free(text);
  fake_free(s);
  aws_buf_done(&sick);
}

/* The document ends in the logs of whatever runs it. */
static void the_model_tells_no_value_of_an_environment(void **state) {
  (void)state;
  fake_answers(fake_shop, fake_shop_n, NULL, 0);
  struct stack *s = fake_stack(NULL, true);
  fake_pass(s, 20000);
  struct aws_buf b;
  aws_buf_init(&b, 1 << 20);
  stack_json(s, &b);
  cJSON *all = cJSON_ParseWithLength(b.p, b.n);
  assert_non_null(all);
  assert_null(strstr(b.p, "postgres://"));
  assert_non_null(strstr(b.p, "\"environment\":[{\"name\":\"DB_URL\",\"value\":\"\xe2\x80\xa2"));
  assert_non_null(
      strstr(b.p, "\"valueFrom\":\"/shop/prod/token\"")); /* where a secret lies is none */
  cJSON_Delete(all);
  aws_buf_done(&b);
  fake_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tells_what_there_is),
      cmocka_unit_test(tells_what_is_wrong),
      cmocka_unit_test(tells_each_cause_once),
      cmocka_unit_test(tells_that_nothing_answers),
      cmocka_unit_test(tells_no_count_of_what_was_not_read),
      cmocka_unit_test(keeps_short),
      cmocka_unit_test(the_model_tells_no_value_of_an_environment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
