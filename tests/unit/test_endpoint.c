/* Hosts, regions and overrides: every row of AWS's endpoint list where it lies beside the checkout
 * (SHARED_DIR), and cases of its own everywhere. */
#include "config.h"

#include "aws/api.h"
#include "aws/auth/endpoint.h"
#include "test.h"

#include <stdio.h>

/* Of services that no operation of ours belongs to; their endpoints are in the table all the same.
 */
static const struct aws_service others[] = {
    {.id = "apigateway", .host_prefix = "apigateway"},
    {.id = "budgets", .host_prefix = "budgets", .global = true},
    {.id = "cloudtrail", .host_prefix = "cloudtrail"},
    {.id = "dynamodb", .host_prefix = "dynamodb"},
    {.id = "ec2", .host_prefix = "ec2"},
    {.id = "ecr", .host_prefix = "api.ecr"},
    {.id = "eks", .host_prefix = "eks"},
    {.id = "elasticache", .host_prefix = "elasticache"},
    {.id = "guardduty", .host_prefix = "guardduty"},
    {.id = "lambda", .host_prefix = "lambda"},
    {.id = "logs", .host_prefix = "logs"},
    {.id = "resourcegroupstaggingapi", .host_prefix = "tagging"},
    {.id = "route53", .host_prefix = "route53", .global = true},
    {.id = "signin", .host_prefix = "signin"},
    {.id = "sso", .host_prefix = "portal.sso"},
    {.id = "sso-oidc", .host_prefix = "oidc"},
    {.id = "wafv2", .host_prefix = "wafv2"},
};

static struct aws_endpoint_ask ask_for(const char *id, const char *region) {
  const struct aws_service *s = aws_service_find(id);
  for (size_t i = 0; !s && i < COUNT(others); i++)
    if (strcmp(others[i].id, id) == 0)
      s = &others[i];
  if (!s)
    print_message("no service %s\n", id);
  assert_non_null(s);
  return (struct aws_endpoint_ask){
      .service = s->id, .host_prefix = s->host_prefix, .global = s->global, .region = region};
}

/* ---- AWS's list ------------------------------------------------------------------------------ */

/* "s3(bucket my-bucket)": a row of a service whose host gets something put before it. */
static const char *put_before(struct aws_str *service) {
  struct aws_str rest = *service, id = aws_str_split(&rest, '(');
  *service = id;
  if (!rest.p)
    return "";
  return aws_str_eq_c(id, "s3") ? "my-bucket." : "stream-";
}

static bool check_row(struct aws_str line) {
  struct aws_str f[5];
  for (size_t i = 0; i < COUNT(f); i++)
    f[i] = aws_str_split(&line, '\t');
  const char *before = put_before(&f[0]);
  char id[64], region[64], host[512];
  snprintf(id, sizeof id, "%.*s", AWS_STR_ARG(f[0]));
  snprintf(region, sizeof region, "%.*s", AWS_STR_ARG(f[1]));
  struct aws_endpoint_ask ask = ask_for(id, region);
  ask.fips = aws_str_starts(f[2], "fips");
  ask.dualstack = aws_str_ends(f[2], "dualstack");
  struct aws_endpoint e;
  struct aws_error err = {0};
  if (!aws_endpoint_resolve(&ask, &e, &err)) {
    print_message("%s %s: %s\n", id, region, err.text);
    return false;
  }
  snprintf(host, sizeof host, "%s%s", before, e.host);
  bool ok = aws_str_eq_c(f[3], host) && aws_str_eq_c(f[4], e.signing_region) &&
            strcmp(e.scheme, "https") == 0 && e.path[0] == '\0';
  if (!ok)
    print_message("%s %s %.*s: %s, signed for %s\n", id, region, AWS_STR_ARG(f[2]), host,
                  e.signing_region);
  return ok;
}

static void test_list(void **state) {
  (void)state;
  FILE *f = fopen(SHARED_DIR "/aws/endpoints.tsv", "rb");
  if (!f) {
    print_message("no AWS test data at %s\n", SHARED_DIR);
    skip();
  }
  static char text[1 << 16];
  size_t n = fread(text, 1, sizeof text - 1, f), rows = 0, right = 0;
  fclose(f);
  assert_true(n > 0 && n < sizeof text - 1);
  struct aws_str rest = {text, n};
  aws_str_split(&rest, '\n'); /* the names of the columns */
  while (rest.n > 0) {
    rows++;
    right += check_row(aws_str_split(&rest, '\n'));
  }
  print_message("endpoints: %zu of %zu\n", right, rows);
  assert_int_equal(right, rows);
  assert_true(rows >= 290);
}

/* ---- our own cases --------------------------------------------------------------------------- */

static void test_hosts(void **state) {
  (void)state;
  static const struct {
    const char *service, *region;
    bool fips, dualstack;
    const char *host, *signed_for; /* host NULL: refused */
  } rows[] = {
      {"ecs", "eu-central-1", false, false, "ecs.eu-central-1.amazonaws.com", "eu-central-1"},
      {"ecs", "us-east-1", true, false, "ecs-fips.us-east-1.amazonaws.com", "us-east-1"},
      {"ecs", "us-gov-west-1", true, false, "ecs-fips.us-gov-west-1.amazonaws.com",
       "us-gov-west-1"},
      {"rds", "us-gov-east-1", true, false, "rds.us-gov-east-1.amazonaws.com", "us-gov-east-1"},
      {"cloudwatch", "us-gov-west-1", true, true, "monitoring.us-gov-west-1.api.aws",
       "us-gov-west-1"},
      {"cloudfront", "cn-north-1", false, false, "cloudfront.cn-northwest-1.amazonaws.com.cn",
       "cn-northwest-1"},
      {"cloudfront", "eu-west-1", true, true, "cloudfront-fips.global.api.aws", "us-east-1"},
      {"cloudfront", "", false, false, "cloudfront.amazonaws.com", "us-east-1"},
      {"s3", "us-east-1", false, false, "s3.amazonaws.com", "us-east-1"},
      {"s3", "us-east-1", false, true, "s3.dualstack.us-east-1.amazonaws.com", "us-east-1"},
      {"s3", "cn-north-1", true, false, NULL, NULL},
      {"ecs", "us-isob-east-1", false, false, "ecs.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"},
      {"ecs", "eu-isoe-west-1", false, true, "ecs.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
       "eu-isoe-west-1"},
      {"signin", "eu-central-1", false, false, "eu-central-1.signin.aws.amazon.com",
       "eu-central-1"},
      {"ecs", "", false, false, NULL, NULL},
      {"ecs", "x.evil.com/#", false, false, NULL, NULL},
      {"cloudfront", "x.evil.com/#", false, false, NULL, NULL},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_endpoint_ask ask = ask_for(rows[i].service, rows[i].region);
    ask.fips = rows[i].fips;
    ask.dualstack = rows[i].dualstack;
    struct aws_endpoint e;
    struct aws_error err = {0};
    bool ok = aws_endpoint_resolve(&ask, &e, &err);
    assert_int_equal(ok, rows[i].host != NULL);
    if (!ok) {
      assert_int_equal(err.code, AWS_E_CONFIG);
      continue;
    }
    assert_string_equal(e.host, rows[i].host);
    assert_string_equal(e.signing_region, rows[i].signed_for);
  }
}

static void test_sentences(void **state) {
  (void)state;
  struct aws_endpoint e;
  struct aws_error err = {0};
  struct aws_endpoint_ask ask = ask_for("ecs", NULL);
  assert_false(aws_endpoint_resolve(&ask, &e, &err));
  assert_non_null(strstr(err.text, "AWS_REGION"));
  ask = ask_for("s3", "cn-north-1");
  ask.fips = true;
  assert_false(aws_endpoint_resolve(&ask, &e, &err));
  assert_string_equal(err.text, "s3 has no FIPS endpoint in cn-north-1; turn AWS_USE_FIPS_ENDPOINT "
                                "off for it");
  ask = ask_for("ecs", "us-east-1");
  ask.override = "http://localhost:4566";
  ask.fips = true;
  assert_false(aws_endpoint_resolve(&ask, &e, &err));
  assert_non_null(strstr(err.text, "http://localhost:4566"));
  assert_non_null(strstr(err.text, "FIPS"));
  ask.fips = false;
  ask.dualstack = true;
  assert_false(aws_endpoint_resolve(&ask, &e, &err));
  assert_non_null(strstr(err.text, "dual-stack"));
}

static void test_overrides(void **state) {
  (void)state;
  static const struct {
    const char *url, *scheme, *host, *path; /* host NULL: refused */
  } rows[] = {
      {"http://127.0.0.1:5000", "http", "127.0.0.1:5000", ""},
      {"http://127.0.0.1:5000/", "http", "127.0.0.1:5000", ""},
      {"https://proxy.example.org/aws/v1//", "https", "proxy.example.org", "/aws/v1"},
      {"https://example.org:443", "https", "example.org", ""},
      {"http://example.org:80/x", "http", "example.org", "/x"},
      {"http://[::1]:4566", "http", "[::1]:4566", ""},
      {"127.0.0.1:5000", NULL, NULL, NULL},
      {"ftp://example.org", NULL, NULL, NULL},
      {"https://", NULL, NULL, NULL},
      {"https://:80", NULL, NULL, NULL},
      {"https://host:", NULL, NULL, NULL},
      {"https://user:pw@example.org", NULL, NULL, NULL},
      {"https://example.org?x=1", NULL, NULL, NULL},
      {"https://example.org/a b", NULL, NULL, NULL},
      {"https://example.org/\r\nHost: x", NULL, NULL, NULL},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct aws_endpoint_ask ask = ask_for("ecs", "eu-central-1");
    struct aws_endpoint e;
    struct aws_error err = {0};
    ask.override = rows[i].url;
    bool ok = aws_endpoint_resolve(&ask, &e, &err);
    assert_int_equal(ok, rows[i].host != NULL);
    if (!ok) {
      assert_int_equal(err.code, AWS_E_CONFIG);
      continue;
    }
    assert_string_equal(e.scheme, rows[i].scheme);
    assert_string_equal(e.host, rows[i].host);
    assert_string_equal(e.path, rows[i].path);
    assert_string_equal(e.signing_region, "eu-central-1");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_list),
      cmocka_unit_test(test_hosts),
      cmocka_unit_test(test_sentences),
      cmocka_unit_test(test_overrides),
  };
  return cmocka_run_group_tests_name("aws/auth endpoints", tests, NULL, NULL);
}
