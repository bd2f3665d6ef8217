/* Credentials given out and remembered. */
#include "sim/keys.h"

#include <stdio.h>

const struct sim_key *sim_keys_give(struct sim_request *rq, int64_t seconds, const char *role,
                                    const char *session) {
  struct sim_keys *all = rq->keys;
  struct sim_key *k = &all->v[all->next++ % SIM_KEYS_MAX];
  struct sim_world w = {.random = all->random};

  *k = (struct sim_key){.expires = rq->wall + (rq->short_lived ? rq->lives : seconds) * 1000};
  snprintf(k->id, sizeof k->id, "ASIAEXAMPLE");
  sim_random_hex(&w, k->id + 11, 9);
  for (char *c = k->id; *c; c++)
    if (*c >= 'a' && *c <= 'z')
      *c = (char)(*c - 'a' + 'A');
  sim_random_hex(&w, k->secret, 40);
  sim_random_hex(&w, k->token, 64);
  all->random = w.random;
  snprintf(k->principal, sizeof k->principal, "assumed-role/%.64s/%.64s", role, session);
  return k;
}

const struct sim_key *sim_keys_find(const struct sim_keys *k, const char *id) {
  for (size_t i = 0; i < SIM_KEYS_MAX; i++)
    if (k->v[i].id[0] && !strcmp(k->v[i].id, id))
      return &k->v[i];
  return NULL;
}
