/* The host names of AWS as data: partitions, the rule, and every service that breaks it. The facts
 * are those of the SDKs' endpoint rule sets.
 */
#include "config.h"

#include "aws/auth/endpoint.h"

/* The last row takes the rest. */
static const struct aws_partition partitions[] = {
    {"cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1"},
    {"gov", "us-gov-", "amazonaws.com", "api.aws", "us-gov-west-1"},
    {"eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"},
    {"iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"},
    {"iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"},
    {"iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"},
    {"iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"},
    {"aws", "", "amazonaws.com", "api.aws", "us-east-1"},
};

/* A set of variants; of an ask, one of them. */
enum { PLAIN = 1, FIPS = 2, DUAL = 4, BOTH = 8 };

static const struct rule {
  const char *service;
  const char *where; /* partitions, or one region; NULL: everywhere */
  unsigned variants;
  const char *host; /* NULL: there is none */
} rules[] = {
    /* In GovCloud the ordinary endpoint is the FIPS one, with exceptions. */
    {"application-autoscaling", "gov", FIPS, "{p}.{r}.{s}"},
    {"cloudtrail", "gov", FIPS, "{p}.{r}.{s}"},
    {"cloudwatch", "gov", FIPS, "{p}.{r}.{s}"},
    {"cloudwatch", "gov", BOTH, "{p}.{r}.{d}"},
    {"dynamodb", "gov", FIPS, "{p}.{r}.{s}"},
    {"ec2", "gov", FIPS, "{p}.{r}.{s}"},
    {"eks", "gov", FIPS, "{p}.{r}.{s}"},
    {"elasticache", "gov", FIPS, "{p}.{r}.{s}"},
    {"elbv2", "gov", FIPS, "{p}.{r}.{s}"},
    {"guardduty", "gov", FIPS, "{p}.{r}.{s}"},
    {"logs", "gov", FIPS, "{p}.{r}.{s}"},
    {"rds", "gov", FIPS, "{p}.{r}.{s}"},
    {"ssm", "gov", FIPS, "{p}.{r}.{s}"},
    {"sso", "gov", FIPS, "{p}.{r}.{s}"},
    {"sso-oidc", "gov", FIPS, "{p}.{r}.{s}"},
    {"sts", "gov", FIPS, "{p}.{r}.{s}"},

    {"budgets", "eusc", PLAIN, "{p}.{r}.{d}"},
    {"budgets", "iso-b iso-e iso-f", PLAIN, "{p}.global.{s}"},
    {"budgets", "aws eusc", DUAL, "{p}.{r}.{d}"},

    {"cloudfront", "cn", PLAIN, "{p}.{r}.{s}"},
    {"cloudfront", "cn", FIPS, "{p}-fips.{r}.{s}"},
    {"cloudfront", "aws", DUAL, "{p}.global.{d}"},
    {"cloudfront", "aws", BOTH, "{p}-fips.global.{d}"},

    {"ecr", NULL, DUAL, "ecr.{r}.{d}"},
    {"ecr", NULL, BOTH, "ecr-fips.{r}.{d}"},

    {"eks", "aws", FIPS, "fips.{p}.{r}.{s}"},

    {"route53", "gov", PLAIN | FIPS, "{p}.us-gov.{s}"},
    {"route53", "gov", DUAL | BOTH, "{p}.us-gov.{d}"},
    {"route53", "aws cn eusc", DUAL, "{p}.global.{d}"},
    {"route53", "aws", BOTH, "{p}-fips.global.{d}"},

    {"s3", "us-east-1", PLAIN, "{p}.{s}"},
    {"s3", "cn", FIPS | BOTH, NULL},
    {"s3", NULL, DUAL, "{p}.dualstack.{r}.{s}"},
    {"s3", NULL, BOTH, "{p}-fips.dualstack.{r}.{s}"},

    {"secretsmanager", "aws gov cn", DUAL, "{p}.{r}.{s}"},
    {"secretsmanager", "aws gov", BOTH, "{p}-fips.{r}.{s}"},

    {"signin", "aws", PLAIN, "{r}.{p}.aws.amazon.com"},
    {"signin", "cn", PLAIN, "{r}.{p}.amazonaws.cn"},
    {"signin", "gov", PLAIN, "{r}.{p}.amazonaws-us-gov.com"},
    {"signin", "eusc", PLAIN, "{r}.{p}.amazonaws-eusc.eu"},
    {"signin", "iso", PLAIN, "{r}.{p}.c2shome.ic.gov"},
    {"signin", "iso-b", PLAIN, "{r}.{p}.sc2shome.sgov.gov"},
    {"signin", "iso-e", PLAIN, "{r}.{p}.csphome.adc-e.uk"},
    {"signin", "iso-f", PLAIN, "{r}.{p}.csphome.hci.ic.gov"},
    {"signin", "us-gov-west-1", FIPS, "{p}-fips.amazonaws-us-gov.com"},
    {"signin", "gov", FIPS, "{r}.{p}-fips.amazonaws-us-gov.com"},
};

/* What holds where no row does: [global][fips][dualstack]. */
static const char *const defaults[2][2][2] = {
    {{"{p}.{r}.{s}", "{p}.{r}.{d}"}, {"{p}-fips.{r}.{s}", "{p}-fips.{r}.{d}"}},
    {{"{p}.{s}", "{p}.{d}"}, {"{p}-fips.{s}", "{p}-fips.{d}"}},
};

const struct aws_partition *aws_partition_of(const char *region) {
  const struct aws_partition *p = partitions;
  while (strncmp(region, p->prefix, strlen(p->prefix)) != 0)
    p++;
  return p;
}

static bool is_there(const char *where, const struct aws_partition *p, const char *region) {
  struct aws_str rest = aws_str_from(where);
  while (rest.n > 0) {
    struct aws_str word = aws_str_split(&rest, ' ');
    if (aws_str_eq_c(word, p->name) || aws_str_eq_c(word, region))
      return true;
  }
  return where == NULL;
}

const char *aws_endpoint_pattern(const struct aws_endpoint_ask *ask, const struct aws_partition *p,
                                 const char *region) {
  unsigned variant = ask->fips ? (ask->dualstack ? BOTH : FIPS) : (ask->dualstack ? DUAL : PLAIN);
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if ((rules[i].variants & variant) && strcmp(rules[i].service, ask->service) == 0 &&
        is_there(rules[i].where, p, region))
      return rules[i].host;
  return defaults[ask->global][ask->fips][ask->dualstack];
}

bool aws_region_fits(const char *name) {
  static const char *const areas[] = {"gov", "iso", "isob", "isoe", "isof", "de"};
  static const char *const sides[] = {"north",     "south",     "east",      "west",     "central",
                                      "northeast", "northwest", "southeast", "southwest"};
  struct aws_str rest = aws_str_from(name), place = aws_str_split(&rest, '-');
  struct aws_str side = aws_str_split(&rest, '-');
  bool known = false, long_place = aws_str_eq_c(place, "eusc");
  for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
    if (aws_str_eq_c(side, areas[i])) {
      side = aws_str_split(&rest, '-');
      break;
    }
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
    known = known || aws_str_eq_c(side, sides[i]);
  int64_t number;
  return known && (place.n == 2 || long_place) && aws_str_to_int(rest, &number) && number > 0;
}
