/* Reads "service prefix global region fips dualstack", a line each, 0 or 1 for the flags and "-"
 * for no region; prints "host signing-region" or "-": for differential_endpoints.py to hold against
 * botocore. */
#include "config.h"

#include "aws/auth/endpoint.h"

#include <stdio.h>

int main(void) {
  char service[64], prefix[64], region[64];
  int global, fips, dualstack;
  while (scanf("%63s %63s %d %63s %d %d", service, prefix, &global, region, &fips, &dualstack) ==
         6) {
    struct aws_endpoint_ask ask = {.service = service,
                                   .host_prefix = prefix,
                                   .global = global != 0,
                                   .region = strcmp(region, "-") ? region : NULL,
                                   .fips = fips != 0,
                                   .dualstack = dualstack != 0};
    struct aws_endpoint e;
    struct aws_error err = {0};
    if (aws_endpoint_resolve(&ask, &e, &err))
      printf("%s %s\n", e.host, e.signing_region);
    else
      puts("-");
  }
  return 0;
}
