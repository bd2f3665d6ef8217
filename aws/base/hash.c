/* Keyed hashing and a map from text to pointers: names come from outside, and nobody outside can
 * choose names that collide without knowing the key. SipHash: https://www.aumasson.jp/siphash/ */
#include "config.h"

#include "aws/base.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static uint64_t rotl(uint64_t x, int b) {
  return (x << b) | (x >> (64 - b));
}

struct sip {
  uint64_t v0, v1, v2, v3;
};

static void sip_round(struct sip *s) {
  s->v0 += s->v1;
  s->v2 += s->v3;
  s->v1 = rotl(s->v1, 13) ^ s->v0;
  s->v3 = rotl(s->v3, 16) ^ s->v2;
  s->v0 = rotl(s->v0, 32);
  s->v2 += s->v1;
  s->v0 += s->v3;
  s->v1 = rotl(s->v1, 17) ^ s->v2;
  s->v3 = rotl(s->v3, 21) ^ s->v0;
  s->v2 = rotl(s->v2, 32);
}

static uint64_t load_le(const unsigned char *p, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++)
    v |= (uint64_t)p[i] << (8 * i);
  return v;
}

uint64_t aws_siphash(const uint64_t key[2], const void *data, size_t n) {
  const unsigned char *p = data;
  struct sip s = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
                  key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
  uint64_t last = (uint64_t)n << 56;

  for (; n >= 8; n -= 8, p += 8) {
    uint64_t m = load_le(p, 8);
    s.v3 ^= m;
    sip_round(&s);
    sip_round(&s);
    s.v0 ^= m;
  }
  last |= load_le(p, n);
  s.v3 ^= last;
  sip_round(&s);
  sip_round(&s);
  s.v0 ^= last;
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; i++)
    sip_round(&s);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static const uint64_t *process_key(void) {
  static uint64_t key[2];
  static bool made;
  if (!made) {
    /* Without a source of randomness tables still work, they are only easier to attack. */
    if (getentropy(key, sizeof key) != 0)
      key[0] = (uint64_t)time(NULL) * 0x9E3779B97F4A7C15u ^ (uint64_t)getpid();
    made = true;
  }
  return key;
}

uint64_t aws_hash(const void *p, size_t n) {
  return aws_siphash(process_key(), p, n);
}

/* ---- map: open addressing, linear probing, at most three quarters full ----------------------- */

struct aws_map_slot {
  struct aws_str key; /* p NULL: free */
  uint64_t hash;
  void *value;
};

static struct aws_map_slot *find_slot(struct aws_map_slot *slots, size_t cap, struct aws_str key,
                                      uint64_t hash) {
  size_t i = (size_t)hash & (cap - 1);
  while (slots[i].key.p && !(slots[i].hash == hash && aws_str_eq(slots[i].key, key)))
    i = (i + 1) & (cap - 1);
  return &slots[i];
}

void aws_map_done(struct aws_map *m) {
  free(m->slots);
  *m = (struct aws_map){0};
}

void *aws_map_get(const struct aws_map *m, struct aws_str key) {
  if (m->n == 0 || !key.p)
    return NULL;
  return find_slot(m->slots, m->cap, key, aws_hash(key.p, key.n))->value;
}

static bool map_grow(struct aws_map *m) {
  size_t cap = m->cap ? m->cap * 2 : 16;
  if (cap < m->cap)
    return false;
  struct aws_map_slot *slots = aws_calloc(cap, sizeof *slots);
  if (!slots)
    return false;
  for (size_t i = 0; i < m->cap; i++)
    if (m->slots[i].key.p)
      *find_slot(slots, cap, m->slots[i].key, m->slots[i].hash) = m->slots[i];
  free(m->slots);
  m->slots = slots;
  m->cap = cap;
  return true;
}

bool aws_map_put(struct aws_map *m, struct aws_str key, void *value) {
  if (!key.p || (m->n >= m->cap / 4 * 3 && !map_grow(m)))
    return false;
  uint64_t hash = aws_hash(key.p, key.n);
  struct aws_map_slot *slot = find_slot(m->slots, m->cap, key, hash);
  if (!slot->key.p)
    m->n++;
  *slot = (struct aws_map_slot){key, hash, value};
  return true;
}
