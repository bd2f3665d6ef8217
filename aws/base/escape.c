/* Text written the way URIs, JSON and XML want it. */
#include "config.h"

#include "aws/base.h"

static const char hex_upper[] = "0123456789ABCDEF";

static bool is_unreserved(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool aws_buf_add_uri(struct aws_buf *b, struct aws_str s, bool keep_slash) {
  size_t from = 0;
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (is_unreserved(c) || (c == '/' && keep_slash))
      continue;
    char pct[3] = {'%', hex_upper[c >> 4], hex_upper[c & 15]};
    aws_buf_add(b, s.p + from, i - from);
    aws_buf_add(b, pct, sizeof pct);
    from = i + 1;
  }
  return aws_buf_add(b, s.p ? s.p + from : NULL, s.n - from) && !b->failed;
}

/* Length of the well-formed UTF-8 sequence at p (RFC 3629: no surrogates, no overlong forms,
 * nothing above U+10FFFF); 0 when the bytes there are not one. */
static size_t utf8_len(const char *text, size_t n) {
  const unsigned char *p = (const unsigned char *)text;
  unsigned char lo = 0x80, hi = 0xBF;
  size_t len;

  if (p[0] < 0x80)
    return 1;
  if (p[0] >= 0xC2 && p[0] <= 0xDF) {
    len = 2;
  } else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
    len = 3;
    lo = p[0] == 0xE0 ? 0xA0 : lo;
    hi = p[0] == 0xED ? 0x9F : hi;
  } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
    len = 4;
    lo = p[0] == 0xF0 ? 0x90 : lo;
    hi = p[0] == 0xF4 ? 0x8F : hi;
  } else {
    return 0;
  }
  if (n < len || p[1] < lo || p[1] > hi)
    return 0;
  for (size_t i = 2; i < len; i++)
    if ((p[i] & 0xC0) != 0x80)
      return 0;
  return len;
}

static const char replacement[] = "\xEF\xBF\xBD";

/* What stands for byte c, or NULL when it stands for itself. */
typedef const char *(*escape_fn)(unsigned char c, char scratch[8]);

static const char *json_escape(unsigned char c, char scratch[8]) {
  switch (c) {
  case '"':
    return "\\\"";
  case '\\':
    return "\\\\";
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    if (c >= 0x20)
      return NULL;
    memcpy(scratch, "\\u00", 4);
    scratch[4] = hex_upper[c >> 4];
    scratch[5] = hex_upper[c & 15];
    scratch[6] = '\0';
    return scratch;
  }
}

static const char *xml_escape(unsigned char c, char scratch[8]) {
  (void)scratch;
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&apos;";
  case '\r': /* a parser would read a bare one as a line feed */
    return "&#13;";
  default:
    return c >= 0x20 || c == '\n' || c == '\t' ? NULL : replacement;
  }
}

static bool add_escaped(struct aws_buf *b, struct aws_str s, escape_fn escape) {
  char scratch[8];
  size_t from = 0, i = 0;

  while (i < s.n) {
    size_t len = utf8_len(s.p + i, s.n - i);
    const char *as = len == 0 ? replacement : NULL;
    if (len == 1)
      as = escape((unsigned char)s.p[i], scratch);
    if (as) {
      aws_buf_add(b, s.p + from, i - from);
      aws_buf_add_c(b, as);
      from = i + 1;
    }
    i += len ? len : 1;
  }
  return aws_buf_add(b, s.p ? s.p + from : NULL, s.n - from) && !b->failed;
}

bool aws_buf_add_json(struct aws_buf *b, struct aws_str s) {
  return aws_buf_add_char(b, '"') && add_escaped(b, s, json_escape) && aws_buf_add_char(b, '"');
}

bool aws_buf_add_xml(struct aws_buf *b, struct aws_str s) {
  return add_escaped(b, s, xml_escape);
}
