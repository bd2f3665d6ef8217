/* The making and unmaking of worlds. */
#include "sim/stack.h"

#include "sim/reader.h"

#include <stdlib.h>

#define WORLD_MAX ((size_t)1 << 30)

/* reference.cfg, made into a C text by the makefile. */
extern const char sim_reference_cfg[];

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
  w->project = sim_text(w, "%s", like->project);
  w->environment = sim_text(w, "%s", like->environment);
  w->domain = sim_text(w, "%s", like->domain);
  w->now = like->now;
  w->began = like->began;
  w->speed = like->speed;
  return w;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_head(struct sim_reader *r, const config_setting_t *root) {
  static const struct sim_read_field fields[] = {
      {"account", SIM_R_TEXT, offsetof(struct sim_world, account), true},
      {"region", SIM_R_TEXT, offsetof(struct sim_world, region), true},
      {"project", SIM_R_TEXT, offsetof(struct sim_world, project), true},
      {"environment", SIM_R_TEXT, offsetof(struct sim_world, environment), true},
      {"domain", SIM_R_TEXT, offsetof(struct sim_world, domain), false},
      {"principal", SIM_R_TEXT, offsetof(struct sim_world, principal), false},
      {"distributions", SIM_R_SUB, 0, false},
      {"vpc_origins", SIM_R_SUB, 0, false},
      {"buckets", SIM_R_SUB, 0, false},
      {"apis", SIM_R_SUB, 0, false},
      {"load_balancers", SIM_R_SUB, 0, false},
      {"target_groups", SIM_R_SUB, 0, false},
      {"clusters", SIM_R_SUB, 0, false},
      {"task_definitions", SIM_R_SUB, 0, false},
      {"services", SIM_R_SUB, 0, false},
      {"db_clusters", SIM_R_SUB, 0, false},
      {"db_instances", SIM_R_SUB, 0, false},
      {"parameters", SIM_R_SUB, 0, false},
      {"secrets", SIM_R_SUB, 0, false},
      {"alarms", SIM_R_SUB, 0, false},
  };
  struct sim_world *w = r->w;

  w->domain = "example.com";
  w->principal = "user/operator";
  if (!SIM_READ(fields, root, w))
    return false;
  w->principal = sim_text(w, "arn:aws:%s::%s:%s", strncmp(w->principal, "user/", 5) ? "sts" : "iam",
                          w->account, w->principal);
  w->vpc = sim_text(w, "vpc-0%s", sim_made_hex(w, 16));
  for (int i = 0; i < SIM_ZONES; i++) {
    struct sim_zone *z = &w->zones[i];
    z->name = sim_text(w, "%s%c", w->region, 'a' + i);
    z->subnet = sim_text(w, "subnet-0%s", sim_made_hex(w, 16));
    z->public_subnet = sim_text(w, "subnet-0%s", sim_made_hex(w, 16));
    if (!z->name || !z->subnet || !z->public_subnet)
      return false;
  }
  return w->vpc && w->principal;
}

static bool index_parameters(struct sim_world *w) {
  for (size_t i = 0; i < w->parameters.n; i++) {
    struct sim_parameter *p = w->parameters.v[i];
    if (!aws_map_put(&w->parameter_by_name, aws_str_from(p->name), p))
      return false;
  }
  return true;
}

static bool load(struct sim_world *w, const struct sim_world_options *o, struct aws_error *err) {
  config_t cfg;
  struct sim_reader r = {w, err, o->stack_file ? o->stack_file : "reference.cfg"};
  bool ok;

  config_init(&cfg);
  ok = o->stack_file ? config_read_file(&cfg, o->stack_file)
                     : config_read_string(&cfg, sim_reference_cfg);
  if (!ok)
    aws_error_set(err, AWS_E_CONFIG, "%s:%d: %s", r.file, config_error_line(&cfg),
                  config_error_text(&cfg));
  const config_setting_t *root = config_root_setting(&cfg);
  ok = ok && read_head(&r, root) && sim_read_secrets(&r, root) && sim_read_edge(&r, root) &&
       sim_read_app(&r, root) && sim_read_data(&r, root);
  config_destroy(&cfg);
  return ok;
}

static bool start_scenario(struct sim_world *w, const char *name, struct aws_error *err) {
  w->scenario = sim_scenario_find(name ? name : "steady");
  w->scenario_began = w->began;
  if (!w->scenario) {
    struct aws_buf names;
    aws_buf_init(&names, 200);
    for (size_t i = 0; sim_scenario_at(i); i++)
      aws_buf_addf(&names, "%s%s", i ? ", " : "", sim_scenario_at(i)->name);
    aws_error_set(err, AWS_E_USAGE, "there is no scenario %s; there are %.*s", name,
                  AWS_STR_ARG(aws_buf_str(&names)));
    aws_buf_done(&names);
    return false;
  }
  if (w->scenario->begin)
    w->scenario->begin(w);
  return true;
}

struct sim_world *sim_world_new(const struct sim_world_options *o, struct aws_error *err) {
  struct sim_world *w = world_alloc(err);

  if (!w)
    return NULL;
  w->seed = w->random = o->seed;
  w->speed = o->speed;
  w->now = w->began = o->now;
  bool ok = load(w, o, err);
  if (ok && o->tasks)
    ok = sim_grow_tasks(w, o->tasks);
  if (ok && o->parameters)
    ok = sim_grow_parameters(w, o->parameters);
  if (ok) /* else something may have no name */
    sim_sort(w);
  ok = ok && index_parameters(w) && sim_past(w) && sim_data_past(w) &&
       start_scenario(w, o->scenario, err);
  if (ok)
    return w;
  if (!err->text[0])
    aws_error_set(err, AWS_E_MEMORY, "the stack does not fit into memory");
  sim_world_free(w);
  return NULL;
}

/* ---- the end of the world -------------------------------------------------------------------- */

static void free_each(struct sim_vec *v) {
  for (size_t i = 0; i < v->n; i++)
    free(v->v[i]);
  sim_vec_done(v);
}

static void free_invalidation(struct sim_invalidation *x) {
  for (size_t i = 0; i < x->npaths; i++)
    free(x->paths[i]);
  free(x->paths);
  free(x->caller_reference);
  free(x);
}

static void free_edge(struct sim_world *w) {
  for (size_t i = 0; i < w->distributions.n; i++) {
    struct sim_distribution *d = w->distributions.v[i];
    sim_vec_done(&d->aliases);
    sim_vec_done(&d->origins);
    sim_vec_done(&d->behaviors);
    for (size_t j = 0; j < d->invalidations.n; j++)
      free_invalidation(d->invalidations.v[j]);
    sim_vec_done(&d->invalidations);
  }
  for (size_t i = 0; i < w->apis.n; i++)
    sim_vec_done(&((struct sim_api *)w->apis.v[i])->integrations);
  for (size_t i = 0; i < w->load_balancers.n; i++) {
    struct sim_load_balancer *lb = w->load_balancers.v[i];
    for (size_t j = 0; j < lb->listeners.n; j++) {
      struct sim_listener *l = lb->listeners.v[j];
      for (size_t k = 0; k < l->rules.n; k++)
        sim_vec_done(&((struct sim_rule *)l->rules.v[k])->forwards);
      sim_vec_done(&l->rules);
    }
    sim_vec_done(&lb->listeners);
  }
  for (size_t i = 0; i < w->target_groups.n; i++) {
    struct sim_target_group *g = w->target_groups.v[i];
    sim_vec_done(&g->load_balancers);
    free_each(&g->targets);
  }
}

static void free_app(struct sim_world *w) {
  for (size_t i = 0; i < w->services.n; i++) {
    struct sim_service *s = w->services.v[i];
    free_each(&s->deployments);
    for (size_t j = 0; j < s->events.n; j++)
      sim_event_free(s->events.v[j]);
    sim_vec_done(&s->events);
    free_each(&s->tasks);
    free_each(&s->stopped);
  }
  for (size_t i = 0; i < w->clusters.n; i++) {
    struct sim_cluster *c = w->clusters.v[i];
    sim_vec_done(&c->services);
    aws_map_done(&c->by_name);
  }
  for (size_t i = 0; i < w->task_definitions.n; i++) {
    struct sim_task_definition *d = w->task_definitions.v[i];
    if (d->shares)
      continue;
    sim_vec_done(&d->environment);
    sim_vec_done(&d->secrets);
  }
}

void sim_world_free(struct sim_world *w) {
  if (!w)
    return;
  free_edge(w);
  free_app(w);
  for (size_t i = 0; i < w->db_clusters.n; i++)
    sim_vec_done(&((struct sim_db_cluster *)w->db_clusters.v[i])->members);
  for (size_t i = 0; i < w->parameters.n; i++)
    sim_vec_done(&((struct sim_parameter *)w->parameters.v[i])->versions);
  struct sim_vec *all[] = {&w->distributions,    &w->vpc_origins,   &w->buckets,     &w->apis,
                           &w->load_balancers,   &w->target_groups, &w->clusters,    &w->services,
                           &w->task_definitions, &w->db_instances,  &w->db_clusters, &w->db_events,
                           &w->parameters,       &w->secrets,       &w->alarms};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    sim_vec_done(all[i]);
  aws_map_done(&w->parameter_by_name);
  aws_map_done(&w->definition_by_key);
  aws_arena_done(&w->arena);
  free(w);
}
