/* Which region, and what it has to look like: it becomes part of host names. */
#include "config.h"

#include "aws/auth/settings.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_region(struct aws_str r) {
  if (r.n == 0 || r.n > 63)
    return false;
  for (size_t i = 0; i < r.n; i++)
    if (!((r.p[i] >= 'a' && r.p[i] <= 'z') || (r.p[i] >= '0' && r.p[i] <= '9') || r.p[i] == '-'))
      return false;
  return r.p[0] != '-' && r.p[r.n - 1] != '-';
}

/* Names of old that stand for a region and something else: "fips-us-east-1", "us-east-1-fips", and
 * "aws-global", "aws-cn-global" for the region that a partition's global services are signed for.
 */
static struct aws_str real_region(struct aws_str r, bool *fips) {
  static const struct {
    const char *name, *region;
  } globals[] = {
      {"aws-global", "us-east-1"},
      {"aws-cn-global", "cn-northwest-1"},
      {"aws-us-gov-global", "us-gov-west-1"},
      {"aws-iso-global", "us-iso-east-1"},
      {"aws-iso-b-global", "us-isob-east-1"},
      {"aws-iso-e-global", "eu-isoe-west-1"},
      {"aws-iso-f-global", "us-isof-south-1"},
  };
  if (aws_str_starts(r, "fips-") && r.n > 5) {
    *fips = true;
    r = (struct aws_str){r.p + 5, r.n - 5};
  } else if (aws_str_ends(r, "-fips")) {
    *fips = true;
    r.n -= 5;
  }
  for (size_t i = 0; i < sizeof globals / sizeof globals[0]; i++)
    if (aws_str_eq_c(r, globals[i].name))
      return aws_str_from(globals[i].region);
  return r;
}

bool aws_settings_choose_region(struct aws_settings *s, const char *option, struct aws_error *err) {
  const struct {
    const char *said_by;
    struct aws_str value;
  } places[] = {{"--region", aws_str_from(option)},
                {"AWS_REGION", aws_str_from(aws_settings_env(s, "AWS_REGION"))},
                {"AWS_DEFAULT_REGION", aws_str_from(aws_settings_env(s, "AWS_DEFAULT_REGION"))},
                {"the profile", aws_settings_get(s, "region")}};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (!places[i].value.p || (i > 0 && places[i].value.n == 0))
      continue;
    if (!is_region(places[i].value)) {
      aws_error_set(err, AWS_E_CONFIG, "\"%.40s\" (%s) is not the name of a region",
                    places[i].value.p, places[i].said_by);
      return false;
    }
    struct aws_str region = real_region(places[i].value, &s->fips);
    s->region = strndup(region.p, region.n);
    s->region_said = strdup(places[i].value.p);
    if (!s->region || !s->region_said)
      aws_error_set(err, AWS_E_MEMORY, "no memory for the settings");
    return s->region && s->region_said;
  }
  return true;
}
