/* The making and unmaking of worlds. */
#include "sim/stack.h"

#include <stdlib.h>

#define WORLD_MAX ((size_t)1 << 30)

static struct sim_world *world_alloc(struct aws_error *err) {
  struct sim_world *w = aws_calloc(1, sizeof *w);

  if (!w) {
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
    return NULL;
  }
  aws_arena_init(&w->arena, WORLD_MAX);
  return w;
}

struct sim_world *sim_world_new_empty(const struct sim_world *like, struct aws_error *err) {
  struct sim_world *w = world_alloc(err);

  if (!w)
    return NULL;
  w->account = sim_text(w, "%s", like->account);
  w->principal = sim_text(w, "%s", like->principal);
  w->now = like->now;
  w->began = like->began;
  w->speed = like->speed;
  return w;
}

struct sim_world *sim_world_new(const struct sim_world_options *o, struct aws_error *err) {
  struct sim_world *w = world_alloc(err);

  if (!w)
    return NULL;
  w->account = "123456789012";
  w->region = "eu-west-1";
  w->seed = w->random = o->seed;
  w->speed = o->speed;
  w->now = w->began = o->now;
  struct sim_cluster *c = aws_arena_alloc(&w->arena, sizeof *c);
  c->name = "shop-prod";
  c->arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/shop-prod";
  if (!sim_vec_add(&w->clusters, c))
    return NULL;
  return w;
}

void sim_world_free(struct sim_world *w) {
  if (!w)
    return;
  sim_vec_done(&w->clusters);
  aws_arena_done(&w->arena);
  free(w);
}
