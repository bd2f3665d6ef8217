/* A key is four HMACs and holds for a day, so the last few are kept. */
#include "aws/auth/key_cache.h"

#include <stdio.h>
#include <stdlib.h>

enum { SLOTS = 32, SCOPE_MAX = 160 };

struct slot {
  struct aws_secret secret;
  char scope[SCOPE_MAX]; /* date/region/service; "" marks a free slot */
  unsigned char key[AWS_SHA256_SIZE];
};

struct aws_key_cache {
  struct aws_digest digest;
  struct slot slots[SLOTS];
  unsigned next; /* the slot that is overwritten next */
};

struct aws_key_cache *aws_key_cache_new(void) {
  struct aws_key_cache *c = aws_calloc(1, sizeof *c);
  if (c && !aws_digest_init(&c->digest)) {
    free(c);
    return NULL;
  }
  return c;
}

static void slot_done(struct slot *s) {
  aws_secret_done(&s->secret);
  aws_wipe(s->key, sizeof s->key);
  s->scope[0] = '\0';
}

void aws_key_cache_free(struct aws_key_cache *c) {
  if (!c)
    return;
  for (size_t i = 0; i < SLOTS; i++)
    slot_done(&c->slots[i]);
  aws_digest_done(&c->digest);
  free(c);
}

struct aws_digest *aws_key_cache_digest(struct aws_key_cache *c) {
  return &c->digest;
}

static bool derive(struct aws_digest *d, struct aws_str secret, const struct aws_str *parts,
                   size_t nparts, unsigned char key[AWS_SHA256_SIZE]) {
  struct aws_buf first;
  aws_buf_init(&first, secret.n + sizeof "AWS4");
  bool ok = aws_buf_add_c(&first, "AWS4") && aws_buf_add_str(&first, secret) &&
            aws_digest_hmac(d, first.p, first.n, parts[0], key);
  aws_buf_wipe_done(&first);
  for (size_t i = 1; ok && i < nparts; i++)
    ok = aws_digest_hmac(d, key, AWS_SHA256_SIZE, parts[i], key);
  return ok;
}

const unsigned char *aws_key_cache_get(struct aws_key_cache *c, struct aws_str secret,
                                       struct aws_str date, const char *region,
                                       const char *service) {
  const struct aws_str parts[] = {date, aws_str_from(region), aws_str_from(service),
                                  AWS_STR_LIT("aws4_request")};
  char scope[SCOPE_MAX];
  if (parts[0].n + parts[1].n + parts[2].n + 3 > sizeof scope)
    return NULL;
  char *p = scope;
  for (size_t i = 0; i < 3; i++) {
    memcpy(p, parts[i].p, parts[i].n);
    p += parts[i].n;
    *p++ = i < 2 ? '/' : '\0';
  }
  for (size_t i = 0; i < SLOTS; i++)
    if (strcmp(c->slots[i].scope, scope) == 0 &&
        aws_str_eq(aws_secret_str(&c->slots[i].secret), secret))
      return c->slots[i].key;

  struct slot *s = &c->slots[c->next];
  c->next = (c->next + 1) % SLOTS;
  slot_done(s);
  if (!aws_secret_set(&s->secret, secret) ||
      !derive(&c->digest, secret, parts, sizeof parts / sizeof parts[0], s->key)) {
    slot_done(s);
    return NULL;
  }
  memcpy(s->scope, scope, sizeof scope);
  return s->key;
}
