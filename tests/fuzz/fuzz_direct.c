/* Whether a host is asked without a proxy: this machine and the addresses of machine credentials,
 * and no name that only looks like one of them. */
#include "aws/io/internal.h"
#include "tests/fuzz/fuzz.h"

#include <ctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_str host = {(const char *)data, size};
  if (!io_host_is_direct(host))
    return 0;
  FUZZ_HOLDS(size >= 4);
  if (host.p[0] == '[' || aws_str_starts(host, "localhost"))
    return 0;
  FUZZ_HOLDS(aws_str_starts(host, "127.") || aws_str_starts(host, "169.254."));
  for (size_t i = 0; i < size && host.p[i] != ':'; i++)
    FUZZ_HOLDS(host.p[i] == '.' || isdigit((unsigned char)host.p[i]));
  return 0;
}
