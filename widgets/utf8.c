/* UTF-8 as RFC 3629 has it: the shortest form, no surrogates, nothing above U+10FFFF. */
#include <widgets/cells.h>

static bool continues(const unsigned char *p, size_t n) {
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xc0) != 0x80)
      return false;
  return true;
}

size_t wid_utf8_decode(struct wid_str s, uint32_t *code) {
  const unsigned char *p = (const unsigned char *)s.p;
  if (s.n == 0)
    return 0;
  if (p[0] < 0x80) {
    *code = p[0];
    return 1;
  }
  size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
  if (p[0] < 0xc2 || p[0] > 0xf4 || s.n < n || !continues(p, n))
    return 0;
  uint32_t c = p[0] & (0xffu >> (n + 1));
  for (size_t i = 1; i < n; i++)
    c = c << 6 | (p[i] & 0x3fu);
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
    return 0;
  *code = c;
  return n;
}

size_t wid_utf8_encode(uint32_t code, char out[4]) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code >= 0xd800 && code <= 0xdfff)
    return 0;
  if (code < 0x10000) {
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  if (code > 0x10ffff)
    return 0;
  out[0] = (char)(0xf0 | code >> 18);
  out[1] = (char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code >> 6 & 0x3f));
  out[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}
