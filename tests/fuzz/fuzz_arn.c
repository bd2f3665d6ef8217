/* An ARN, taken apart for its name, its role and its region. */
#include "stack/state.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_str arn = {(const char *)data, size};
  struct aws_str name = stack_short(arn);
  FUZZ_HOLDS(name.n <= size && (name.n == 0 || name.p + name.n == arn.p + size));
  FUZZ_HOLDS(name.n == 0 || !memchr(name.p, '/', name.n));
  char role[64], region[32];
  stack_arn_role(arn, role, sizeof role);
  stack_arn_region(arn, region, sizeof region);
  FUZZ_HOLDS(strlen(role) < sizeof role && strlen(region) < sizeof region);
  FUZZ_HOLDS(!strchr(region, ':') && (aws_str_starts(arn, "arn:") || region[0] == '\0'));
  return 0;
}
