/* ~/.aws/config and ~/.aws/credentials. */
#include "aws/auth/ini.h"
#include "tests/fuzz/fuzz.h"

static void read_as(bool credentials, struct aws_str text) {
  struct aws_ini ini = {0};
  struct aws_error err = {0};
  bool ok = aws_ini_parse(&ini, credentials, text, "file", &err);
  FUZZ_HOLDS(ok || (err.code == AWS_E_CONFIG && err.text[0] != '\0'));
  for (size_t i = 0; ok && i < ini.n; i++) {
    const struct aws_ini_section *s = &ini.sections[i];
    FUZZ_HOLDS(s->name[0] != '\0' && strlen(s->name) <= text.n);
    for (size_t k = 0; k < s->n; k++) {
      struct aws_str key = aws_str_from(s->props[k].key);
      struct aws_str value = aws_ini_get(s, key);
      FUZZ_HOLDS(value.p && value.n <= text.n);
      aws_ini_get_sub(s, key, AWS_STR_LIT("endpoint_url"));
    }
  }
  aws_ini_done(&ini);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_str text = {(const char *)data, size};
  read_as(false, text);
  read_as(true, text);
  return 0;
}
