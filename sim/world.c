/* Lists, texts, the seeded generator, the clock and the ways to find things. */
#include "sim/world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool sim_vec_add(struct sim_vec *v, void *item) {
  if (!aws_grow(&v->v, &v->cap, v->n + 1, sizeof(void *)))
    return false;
  v->v[v->n++] = item;
  return true;
}

void sim_vec_remove(struct sim_vec *v, size_t at) {
  if (at >= v->n)
    return;
  memmove(v->v + at, v->v + at + 1, (v->n - at - 1) * sizeof(void *));
  v->n--;
}

void sim_vec_done(struct sim_vec *v) {
  free(v->v);
  *v = (struct sim_vec){0};
}

const char *sim_text(struct sim_world *w, const char *fmt, ...) {
  char text[8192];
  va_list ap;

  va_start(ap, fmt);
  int n = vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  if (n < 0)
    return NULL;
  size_t len = (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
  return aws_arena_copy(&w->arena, (struct aws_str){text, len}).p;
}

/* splitmix64: small, and the same everywhere for the same seed. */
uint64_t sim_random(struct sim_world *w) {
  uint64_t z = (w->random += UINT64_C(0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

uint64_t sim_random_below(struct sim_world *w, uint64_t n) {
  return n ? sim_random(w) % n : 0;
}

void sim_random_hex(struct sim_world *w, char *out, size_t n) {
  uint64_t bits = 0;

  for (size_t i = 0; i < n; i++) {
    if (i % 16 == 0)
      bits = sim_random(w);
    out[i] = "0123456789abcdef"[bits & 15];
    bits >>= 4;
  }
  out[n] = '\0';
}

void sim_random_uuid(struct sim_world *w, char out[37]) {
  char hex[33];

  sim_random_hex(w, hex, 32);
  hex[12] = '4';
  hex[16] = "89ab"[(unsigned char)hex[16] & 3];
  snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

aws_ms sim_wall(const struct sim_world *w, aws_ms t) {
  if (t <= w->began || w->speed <= 0)
    return t;
  return w->began + llround((double)(t - w->began) / w->speed);
}

aws_ms sim_unwall(const struct sim_world *w, aws_ms t) {
  if (t <= w->began || w->speed <= 0)
    return t;
  return w->began + llround((double)(t - w->began) * w->speed);
}

/* Ids are random hex: any few digits spread well, and FNV takes what a client makes up. */
size_t sim_task_bucket(const char *id) {
  uint32_t h = 2166136261u;

  for (; *id; id++)
    h = (h ^ (unsigned char)*id) * 16777619u;
  return h % SIM_TASK_BUCKETS;
}

/* ---- finding -----------------------------------------------------------------------------------
 */

static struct aws_str key_of(const char *s) {
  return aws_str_from(s ? s : "");
}

struct sim_cluster *sim_find_cluster(const struct sim_world *w, const char *name_or_arn) {
  if (!name_or_arn || !*name_or_arn)
    name_or_arn = "default";
  for (size_t i = 0; i < w->clusters.n; i++) {
    struct sim_cluster *c = w->clusters.v[i];
    if (!strcmp(name_or_arn, c->name) || !strcmp(name_or_arn, c->arn))
      return c;
  }
  return NULL;
}

struct sim_service *sim_find_service(const struct sim_cluster *c, const char *name_or_arn) {
  if (!c || !name_or_arn)
    return NULL;
  return aws_map_get(&c->by_name, key_of(name_or_arn));
}

struct sim_task_definition *sim_find_definition(const struct sim_world *w, const char *key_or_arn) {
  const char *key = key_or_arn ? key_or_arn : "";
  const char *slash = strstr(key, ":task-definition/");

  if (slash)
    key = slash + strlen(":task-definition/");
  struct sim_task_definition *d = aws_map_get(&w->definition_by_key, key_of(key));
  if (d || strchr(key, ':'))
    return d;
  /* A family alone stands for its newest active revision. */
  for (size_t i = 0; i < w->task_definitions.n; i++) {
    struct sim_task_definition *t = w->task_definitions.v[i];
    if (t->active && !strcmp(t->family, key) && (!d || t->revision > d->revision))
      d = t;
  }
  return d;
}

#define FIND(list, type, test)                                                                     \
  for (size_t i = 0; i < (list).n; i++) {                                                          \
    type *x = (list).v[i];                                                                         \
    if (test)                                                                                      \
      return x;                                                                                    \
  }                                                                                                \
  return NULL

struct sim_load_balancer *sim_find_load_balancer(const struct sim_world *w, const char *key) {
  if (!key)
    return NULL;
  FIND(w->load_balancers, struct sim_load_balancer, !strcmp(x->arn, key) || !strcmp(x->name, key));
}

struct sim_target_group *sim_find_target_group(const struct sim_world *w, const char *key) {
  if (!key)
    return NULL;
  FIND(w->target_groups, struct sim_target_group, !strcmp(x->arn, key) || !strcmp(x->name, key));
}

struct sim_distribution *sim_find_distribution(const struct sim_world *w, const char *id) {
  if (!id)
    return NULL;
  FIND(w->distributions, struct sim_distribution, !strcmp(x->id, id));
}

struct sim_task *sim_find_task(const struct sim_world *w, const char *id_or_arn) {
  const char *slash = id_or_arn ? strrchr(id_or_arn, '/') : NULL;
  const char *id = slash ? slash + 1 : id_or_arn;

  for (struct sim_task *t = id ? w->task_buckets[sim_task_bucket(id)] : NULL; t;
       t = t->next_in_bucket)
    if (!strcmp(t->id, id))
      return t;
  return NULL;
}

struct sim_parameter *sim_find_parameter(const struct sim_world *w, const char *name) {
  return aws_map_get(&w->parameter_by_name, key_of(name));
}

struct sim_db_instance *sim_find_db_instance(const struct sim_world *w, const char *id) {
  if (!id)
    return NULL;
  FIND(w->db_instances, struct sim_db_instance, !strcmp(x->id, id) || !strcmp(x->arn, id));
}

struct sim_db_cluster *sim_find_db_cluster(const struct sim_world *w, const char *id) {
  if (!id)
    return NULL;
  FIND(w->db_clusters, struct sim_db_cluster, !strcmp(x->id, id) || !strcmp(x->arn, id));
}
