/* Keys that cost the operator an MFA code outlive the session that asked for it: in memory, for the
 * same profile alone, and for no longer than they are good.
 */
#include "config.h"

#include "aws/identity/keyring.h"

#include <stdlib.h>

enum { KEPT = 8, PROFILES_MOST = 8, MARK_MAX = 4 << 20 };

struct aws_keyring {
  struct kept {
    struct aws_key_mark mark; /* not known: free */
    struct aws_creds creds;
    aws_ms came;
    uint64_t seq;
  } of[KEPT];
  uint64_t seq;
};

/* ---- marks ----------------------------------------------------------------------------------- */

/* With lengths, so that no two sets of properties read the same. */
static void add(struct aws_buf *b, struct aws_str text) {
  aws_buf_addf(b, "%zu:", text.n);
  aws_buf_add_str(b, text);
}

static void add_section(struct aws_buf *b, const struct aws_ini_section *section) {
  aws_buf_addf(b, "%zu;", section ? section->n : 0);
  for (size_t i = 0; section && i < section->n; i++) {
    add(b, aws_str_from(section->props[i].key));
    add(b, aws_buf_str(&section->props[i].value));
  }
}

/* False: not all that leads to the keys is in it. */
static bool add_profiles(struct aws_buf *b, const struct aws_settings *s) {
  struct aws_str name = aws_str_from(s->profile);
  struct aws_profile p;
  for (int i = 0; i < PROFILES_MOST && name.n > 0; i++) {
    add(b, name);
    if (!aws_settings_find_profile(s, name, &p))
      return false;
    add_section(b, p.in_config);
    add_section(b, p.in_credentials);
    add_section(b,
                aws_ini_find(&s->config, AWS_INI_SSO_SESSION, aws_profile_get(&p, "sso_session")));
    struct aws_str source = aws_profile_get(&p, "source_profile");
    name = aws_str_eq(source, name) ? (struct aws_str){NULL, 0} : source; /* its own keys */
  }
  return name.n == 0 && !b->failed;
}

struct aws_key_mark aws_key_mark_of(const struct aws_settings *s) {
  struct aws_key_mark mark = {.known = false};
  struct aws_digest d;
  struct aws_buf text;
  aws_buf_init(&text, MARK_MAX);
  aws_buf_add_char(&text, s->profile_from_option ? 'o' : '-');
  if (add_profiles(&text, s) && aws_digest_init(&d)) {
    mark.known = aws_digest_sha256(&d, aws_buf_str(&text), mark.digest);
    aws_digest_done(&d);
  }
  aws_buf_wipe_done(&text);
  return mark;
}

static bool is_same(const struct aws_key_mark *a, const struct aws_key_mark *b) {
  return a->known && b->known && memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

/* ---- the ring -------------------------------------------------------------------------------- */

struct aws_keyring *aws_keyring_new(void) {
  return aws_calloc(1, sizeof(struct aws_keyring));
}

static void forget(struct kept *k) {
  aws_creds_done(&k->creds);
  k->mark.known = false;
}

void aws_keyring_free(struct aws_keyring *ring) {
  for (size_t i = 0; ring && i < KEPT; i++)
    forget(&ring->of[i]);
  free(ring);
}

static struct kept *find(const struct aws_keyring *ring, const struct aws_key_mark *mark) {
  for (size_t i = 0; ring && i < KEPT; i++)
    if (is_same(&ring->of[i].mark, mark))
      return (struct kept *)(uintptr_t)&ring->of[i];
  return NULL;
}

/* A free place, or that of the oldest. */
static struct kept *place(struct aws_keyring *ring) {
  struct kept *oldest = &ring->of[0];
  for (size_t i = 0; i < KEPT; i++) {
    if (!ring->of[i].mark.known)
      return &ring->of[i];
    if (ring->of[i].seq < oldest->seq)
      oldest = &ring->of[i];
  }
  return oldest;
}

void aws_keyring_put(struct aws_keyring *ring, const struct aws_key_mark *mark,
                     const struct aws_creds *creds, aws_ms came) {
  if (!ring || !mark->known)
    return;
  struct kept *k = find(ring, mark);
  k = k ? k : place(ring);
  if (!aws_creds_copy(&k->creds, creds)) {
    forget(k);
    return;
  }
  k->mark = *mark;
  k->came = came;
  k->seq = ++ring->seq;
}

const struct aws_creds *aws_keyring_get(const struct aws_keyring *ring,
                                        const struct aws_key_mark *mark, aws_ms *came) {
  const struct kept *k = find(ring, mark);
  if (!k)
    return NULL;
  *came = k->came;
  return &k->creds;
}

void aws_keyring_tidy(struct aws_keyring *ring, aws_ms now) {
  for (size_t i = 0; ring && i < KEPT; i++)
    if (ring->of[i].mark.known && ring->of[i].creds.expires <= now)
      forget(&ring->of[i]);
}

void aws_keyring_drop(struct aws_keyring *ring, const char *key_id) {
  for (size_t i = 0; ring && i < KEPT; i++)
    if (ring->of[i].mark.known && strcmp(ring->of[i].creds.key_id, key_id) == 0)
      forget(&ring->of[i]);
}
