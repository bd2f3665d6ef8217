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

/* What stands for the character of len bytes at p, or NULL when it stands for itself. */
typedef const char *(*escape_fn)(const unsigned char *p, size_t len, char scratch[8]);

/* A terminal acts on controls, C1 among them, and turns text round at bidi marks. JSON is printed
 * and journals are looked at there, and its readers take either spelling. */
static bool acts_on_a_terminal(unsigned c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

static const char *json_escape(const unsigned char *p, size_t len, char scratch[8]) {
  unsigned c = len == 1 ? p[0] : len == 2 ? (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu) : 0xffff;
  if (len == 3)
    c = (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
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
    if (!acts_on_a_terminal(c))
      return NULL;
    memcpy(scratch, "\\u", 2);
    for (unsigned i = 0; i < 4; i++)
      scratch[2 + i] = hex_upper[c >> (12 - 4 * i) & 15];
    scratch[6] = '\0';
    return scratch;
  }
}

static const char *xml_escape(const unsigned char *p, size_t len, char scratch[8]) {
  (void)scratch;
  if (len > 1)
    return NULL;
  switch (*p) {
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
    return *p >= 0x20 || *p == '\n' || *p == '\t' ? NULL : replacement;
  }
}

static bool add_escaped(struct aws_buf *b, struct aws_str s, escape_fn escape) {
  char scratch[8];
  size_t from = 0, i = 0;

  while (i < s.n) {
    size_t len = utf8_len(s.p + i, s.n - i);
    const char *as = len == 0 ? replacement : escape((const unsigned char *)s.p + i, len, scratch);
    if (as) {
      aws_buf_add(b, s.p + from, i - from);
      aws_buf_add_c(b, as);
      from = i + (len ? len : 1);
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
