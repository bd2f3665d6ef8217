/* XML from outside: parsed, then decoded as every type there is. */
#include "tests/fuzz/decode_all.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_arena a;
  struct aws_error err;

  aws_arena_init(&a, 8 << 20);
  const cJSON *root = aws_xml_parse(&a, (const char *)data, size, &err);
  if (root)
    fuzz_decode_all(root);
  else
    FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0');
  aws_arena_done(&a);
  return 0;
}
