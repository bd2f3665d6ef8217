/* A configured endpoint, or a region (with every variant): the first byte tells which. What is
 * accepted must be safe to put into an address and a Host header. */
#include "aws/api.h"
#include "aws/auth/endpoint.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check(const struct aws_endpoint *e) {
  FUZZ_HOLDS(strcmp(e->scheme, "http") == 0 || strcmp(e->scheme, "https") == 0);
  FUZZ_HOLDS(e->host[0] != '\0' && strpbrk(e->host, "/?#@\\ \r\n\t") == NULL);
  FUZZ_HOLDS(strpbrk(e->path, "?#@\\ \r\n\t") == NULL);
  FUZZ_HOLDS(e->path[0] == '\0' || e->path[0] == '/');
  FUZZ_HOLDS(strspn(e->signing_region, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
             strlen(e->signing_region));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char text[2048];
  if (size == 0 || size >= sizeof text)
    return 0;
  memcpy(text, data + 1, size - 1);
  text[size - 1] = '\0';
  bool region = data[0] == 'r';
  for (unsigned i = 0; i < 4 * aws_services_n; i++) {
    const struct aws_service *service = aws_services[i / 4];
    struct aws_endpoint_ask ask = {.service = service->id,
                                   .host_prefix = service->host_prefix,
                                   .global = service->global,
                                   .region = region ? text : "eu-central-1",
                                   .fips = region && (i & 1),
                                   .dualstack = region && (i & 2),
                                   .override = region ? NULL : text};
    struct aws_endpoint e;
    struct aws_error err = {0};
    if (aws_endpoint_resolve(&ask, &e, &err))
      check(&e);
    else
      FUZZ_HOLDS(err.code == AWS_E_CONFIG && err.text[0] != '\0');
  }
  return 0;
}
