/* What the simulator is told to play: faults, one a line, as --fault and /_sim/faults take them. */
#include "sim/fault.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sim_faults faults = {.n = 0};
  struct aws_str rest = {(const char *)data, size};
  struct aws_buf list;
  char spec[512];
  while (rest.n) {
    struct aws_str line = aws_str_split(&rest, '\n');
    struct aws_error err = {0};
    size_t before = faults.n;
    snprintf(spec, sizeof spec, "%.*s", AWS_STR_ARG(line));
    if (sim_faults_add(&faults, spec, 1000, &err)) {
      const struct sim_play *p = &faults.plays[before];
      FUZZ_HOLDS(faults.n == before + 1 && p->def);
      FUZZ_HOLDS(p->share >= 0 && p->share <= 1 && p->from >= 1000);
    } else {
      FUZZ_HOLDS(faults.n == before && err.code == AWS_E_USAGE && err.text[0] != '\0');
    }
  }
  aws_buf_init(&list, 1 << 16);
  sim_faults_list(&faults, 2000, &list);
  sim_faults_end(&faults, "latency");
  aws_buf_done(&list);
  return 0;
}
