/* What a signature covers: a path, a query and a header's value, a line each. Whatever they are,
 * the canonical forms must be canonical: one spelling, nothing to resolve, no line of one's own. */
#include "aws/auth/canonical.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { OUT_MAX = 1 << 20 };

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%";

static bool only(struct aws_str s, const char *extra) {
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] == '\0' || (!strchr(plain, s.p[i]) && !strchr(extra, s.p[i])))
      return false;
  return true;
}

static void check_path(struct aws_str path) {
  struct aws_sign_config cfg = {.region = "r", .service = "s"};
  struct aws_buf out;
  aws_buf_init(&out, OUT_MAX);
  aws_canonical_path(&out, path, &cfg);
  struct aws_str s = aws_buf_str(&out);
  FUZZ_HOLDS(!out.failed && s.n > 0 && s.p[0] == '/' && only(s, "/"));
  FUZZ_HOLDS(!strstr(s.p, "//") && !strstr(s.p, "/./") && !strstr(s.p, "/../"));
  FUZZ_HOLDS(!aws_str_ends(s, "/.") && !aws_str_ends(s, "/.."));
  aws_buf_done(&out);
}

static void check_query(struct aws_str query) {
  struct aws_buf once, twice;
  aws_buf_init(&once, OUT_MAX);
  aws_buf_init(&twice, OUT_MAX);
  if (aws_canonical_query(&once, query)) {
    FUZZ_HOLDS(only(aws_buf_str(&once), "=&"));
    FUZZ_HOLDS(aws_canonical_query(&twice, aws_buf_str(&once)));
    FUZZ_HOLDS(aws_str_eq(aws_buf_str(&once), aws_buf_str(&twice)));
  }
  aws_buf_done(&once);
  aws_buf_done(&twice);
}

static void check_headers(struct aws_str value) {
  struct aws_canonical_headers h = {.n = 0};
  struct aws_buf out;
  aws_buf_init(&out, OUT_MAX);
  FUZZ_HOLDS(aws_canonical_header_add(&h, AWS_STR_LIT("X-Value"), value));
  FUZZ_HOLDS(aws_canonical_header_add(&h, AWS_STR_LIT("Host"), AWS_STR_LIT("h")));
  aws_canonical_headers(&out, &h);
  struct aws_str s = aws_buf_str(&out);
  FUZZ_HOLDS(!out.failed && aws_str_starts(s, "host:h\nx-value:") && aws_str_ends(s, "\n"));
  s = (struct aws_str){s.p + strlen("host:h\nx-value:"), s.n - strlen("host:h\nx-value:") - 1};
  FUZZ_HOLDS(aws_str_trim(s).n == s.n && !aws_str_has(s, AWS_STR_LIT("  ")));
  FUZZ_HOLDS(!memchr(s.p, '\n', s.n) && !memchr(s.p, '\r', s.n) && !memchr(s.p, '\t', s.n));
  aws_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct aws_str rest = {(const char *)data, size};
  check_path(aws_str_split(&rest, '\n'));
  check_query(aws_str_split(&rest, '\n'));
  check_headers(rest);
  return 0;
}
