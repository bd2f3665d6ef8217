/* A time as AWS and HTTP servers write it: a Date header, ISO 8601, epoch seconds. */
#include "aws/base.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  aws_ms t = 42, again;
  if (!aws_time_parse((struct aws_str){(const char *)data, size}, &t)) {
    FUZZ_HOLDS(t == 42);
    return 0;
  }
  FUZZ_HOLDS(t >= AWS_MS_LEAST && t <= AWS_MS_MOST);
  char text[AWS_TIME_MAX];
  aws_time_iso(t, text);
  FUZZ_HOLDS(aws_time_parse(aws_str_from(text), &again) && again == t);
  aws_time_amz(t, text);
  FUZZ_HOLDS(strlen(text) == strlen("20260115T120000Z"));
  return 0;
}
