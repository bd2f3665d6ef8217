/* The command line, a word a line: read, or refused in a sentence. */
#include "tests/fuzz/fuzz.h"
#include "tui/options.h"

#include <string.h>

enum { WORDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1), *argv[WORDS_MAX + 1] = {(char[]){"cawsole"}};
  FUZZ_HOLDS(text != NULL);
  if (size)
    memcpy(text, data, size);
  text[size] = '\0';
  int argc = 1;
  for (char *at = text; *at && argc < WORDS_MAX; argc++) {
    argv[argc] = at;
    at += strcspn(at, "\n");
    if (*at)
      *at++ = '\0';
  }
  struct tui_options o;
  struct aws_error err = {0};
  if (tui_options_parse(&o, argc, argv, &err)) {
    FUZZ_HOLDS(!o.json || o.once);
    FUZZ_HOLDS(!o.log || !o.trace);
    FUZZ_HOLDS(!o.demo || (!o.profile && !o.region && !o.endpoint && !o.stack));
    FUZZ_HOLDS(!o.profile || *o.profile);
  } else {
    FUZZ_HOLDS(err.code == AWS_E_USAGE && err.text[0] != '\0');
  }
  free(text);
  return 0;
}
