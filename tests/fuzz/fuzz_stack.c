/* The simulator's stack file: a world, or a sentence that names the line. */
#include "sim/sim.h"
#include "sim/stack.h"
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

/* libconfig forgets the text that it was reading when it finds a mistake. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libconfig.so";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char path[] = "/tmp/cawsole-fuzz-XXXXXX";
  static int fd = -1;
  if (fd < 0)
    fd = mkstemp(path);
  FUZZ_HOLDS(fd >= 0 && ftruncate(fd, 0) == 0);
  FUZZ_HOLDS(pwrite(fd, data, size, 0) == (ssize_t)size);
  struct sim_world_options o = {
      .stack_file = path, .seed = 1, .speed = 1, .now = (aws_ms)1768478400000};
  struct aws_error err = {0};
  struct sim_world *w = sim_world_new(&o, &err);
  FUZZ_HOLDS(w || (err.code != AWS_OK && err.text[0] != '\0'));
  sim_world_free(w);
  return 0;
}
