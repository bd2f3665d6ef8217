#include "sim/stable.h"

/* FNV-1a over the text, then the finaliser of splitmix64: good enough to look random. */
uint64_t sim_stable(const struct sim_world *w, const char *text, uint64_t salt) {
  uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (w->seed * UINT64_C(0x9e3779b97f4a7c15));
  for (const char *p = text; *p; p++)
    h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
  h += (salt + 1) * UINT64_C(0x9e3779b97f4a7c15);
  h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
  return h ^ (h >> 31);
}

void sim_stable_hex(const struct sim_world *w, const char *text, char *out, size_t n) {
  uint64_t bits = 0;
  for (size_t i = 0; i < n; i++) {
    if (i % 16 == 0)
      bits = sim_stable(w, text, i / 16);
    out[i] = "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
  out[n] = '\0';
}

void sim_stable_uuid(const struct sim_world *w, const char *text, char out[37]) {
  char hex[33];
  sim_stable_hex(w, text, hex, 32);
  size_t from = 0;
  for (size_t to = 0; to < 36; to++)
    out[to] = to == 8 || to == 13 || to == 18 || to == 23 ? '-' : hex[from++];
  out[14] = '4'; /* RFC 9562: version 4, variant 10 */
  out[19] = "89ab"[out[19] & 3];
  out[36] = '\0';
}

const char *sim_base64(struct aws_arena *a, const unsigned char *p, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *text = aws_arena_alloc(a, (n + 2) / 3 * 4 + 1);
  if (!text)
    return NULL;
  char *out = text;
  for (size_t i = 0; i < n; i += 3) {
    unsigned bits = (unsigned)p[i] << 16;
    bits |= i + 1 < n ? (unsigned)p[i + 1] << 8 : 0;
    bits |= i + 2 < n ? p[i + 2] : 0;
    *out++ = digits[bits >> 18];
    *out++ = digits[bits >> 12 & 63];
    *out++ = i + 1 < n ? digits[bits >> 6 & 63] : '=';
    *out++ = i + 2 < n ? digits[bits & 63] : '=';
  }
  *out = '\0';
  return text;
}
