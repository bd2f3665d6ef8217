/* The configuration file: read, or refused in a sentence that names the line. */
#include "tests/fuzz/fuzz.h"
#include "tui/settings.h"

#include <string.h>

/* libconfig forgets the text that it was reading when it finds a mistake. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libconfig.so";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  FUZZ_HOLDS(text != NULL);
  if (size)
    memcpy(text, data, size);
  text[size] = '\0';
  struct tui_settings s;
  struct aws_error err = {0};
  tui_settings_init(&s);
  if (tui_settings_parse(&s, text, "cawsole.cfg", &err)) {
    FUZZ_HOLDS(s.nstacks <= TUI_STACKS_MAX);
    FUZZ_HOLDS(s.nstacks == 0 || tui_settings_stack(&s, NULL) == s.stacks);
  } else {
    FUZZ_HOLDS(err.code != AWS_OK && err.text[0] != '\0');
  }
  tui_settings_done(&s);
  free(text);
  return 0;
}
