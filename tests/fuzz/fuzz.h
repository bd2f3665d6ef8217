/* A fuzz target is one function that reads bytes from outside and must survive any of them. It is
 * linked with libFuzzer (--enable-fuzz) or with replay.c, which feeds it its corpus. */
#ifndef CAWSOLE_TESTS_FUZZ_FUZZ_H
#define CAWSOLE_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input: ends the program, as a fuzzer wants it. */
#define FUZZ_HOLDS(condition)                                                                      \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);               \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)

#endif
