/* What AWS and the operator named, on its way into the journal: the first line is the resource, the
 * second the caller, then before, after, the request's id and the rest. Whatever they are, one line
 * comes of them, and a reader of JSON finds the same words in it. */
#include "stack/audit.h"
#include "stack/state.h"
#include "tests/fuzz/fuzz.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <widgets/cells.h>

enum { LINE_MAX_BYTES = 1 << 20, WORDS = 5 };

static aws_ms no_time(void *arg) {
  (void)arg;
  return 0;
}

/* JSON is UTF-8; what is none of it is replaced, and only that. */
static bool is_plain(struct aws_str s) {
  for (size_t i = 0; i < s.n; i++)
    if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == '\0')
      return false;
  return true;
}

static void must_say(const cJSON *line, const char *name, struct aws_str words) {
  const cJSON *said = cJSON_GetObjectItemCaseSensitive(line, name);
  if (words.n == 0) {
    FUZZ_HOLDS(!said);
    return;
  }
  FUZZ_HOLDS(cJSON_IsString(said));
  if (is_plain(words))
    FUZZ_HOLDS(aws_str_eq_c(words, said->valuestring));
}

static void must_be_one_line(struct aws_str s) {
  FUZZ_HOLDS(s.n > 2 && s.p[0] == '{' && s.p[s.n - 2] == '}' && s.p[s.n - 1] == '\n');
  for (size_t i = 0; i + 1 < s.n; i++)
    FUZZ_HOLDS((unsigned char)s.p[i] >= ' ');
  for (struct wid_str left = {s.p, s.n}; left.n > 0;) {
    uint32_t c;
    size_t n = wid_utf8_decode(left, &c);
    FUZZ_HOLDS(n > 0 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x2028 && c <= 0x202e));
    left = (struct wid_str){left.p + n, left.n - n};
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct aws_clock clock = {no_time, no_time, NULL};
  static struct stack s;
  struct aws_str rest = {(const char *)data, size}, resource = aws_str_split(&rest, '\n'),
                 caller = aws_str_split(&rest, '\n');
  char *words[WORDS];
  struct aws_buf out;

  s = (struct stack){.deps.clock = &clock, .region = "eu-west-1"};
  snprintf(s.caller, sizeof s.caller, "%.*s", AWS_STR_ARG(caller));
  for (size_t i = 0; i < WORDS; i++) {
    struct aws_str word = i + 1 < WORDS ? aws_str_split(&rest, '\n') : rest;
    words[i] = calloc(word.n + 1, 1); /* not strndup: sanitizers want a whole string for that */
    FUZZ_HOLDS(words[i]);
    if (word.n)
      memcpy(words[i], word.p, word.n);
  }
  const struct audit_line line = {.event = "planned",
                                  .action = "scale",
                                  .resource = resource,
                                  .before = words[0],
                                  .after = words[1],
                                  .request_id = words[2],
                                  .outcome = words[3],
                                  .text = words[4]};
  aws_buf_init(&out, LINE_MAX_BYTES);
  audit_print(&out, &s, &line);
  if (!out.failed) {
    must_be_one_line(aws_buf_str(&out));
    cJSON *read = cJSON_ParseWithOpts(out.p, NULL, true);
    FUZZ_HOLDS(read);
    must_say(read, "resource", resource);
    must_say(read, "caller", aws_str_from(s.caller));
    must_say(read, "before", aws_str_from(words[0]));
    must_say(read, "after", aws_str_from(words[1]));
    must_say(read, "request_id", aws_str_from(words[2]));
    must_say(read, "outcome", aws_str_from(words[3]));
    must_say(read, "text", aws_str_from(words[4]));
    cJSON_Delete(read);
  }
  for (size_t i = 0; i < WORDS; i++)
    free(words[i]);
  aws_buf_done(&out);
  return 0;
}
