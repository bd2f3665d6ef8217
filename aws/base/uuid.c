/* A random name (RFC 9562, version 4). */
#include "config.h"

#include "aws/base.h"

#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

void aws_uuid(char out[AWS_UUID_MAX]) {
  unsigned char b[16];
  if (getentropy(b, sizeof b) != 0) { /* unique is enough: it is no secret */
    static uint64_t count;
    uint64_t half[2] = {aws_hash(&count, sizeof count), ++count};
    memcpy(b, half, sizeof b);
  }
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
  size_t n = 0;
  for (size_t i = 0; i < sizeof b; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out[n++] = '-';
    n += (size_t)snprintf(out + n, 3, "%02x", (unsigned)b[i]);
  }
}
