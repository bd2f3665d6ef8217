/* Clusters, task definitions and services out of a stack file. */
#include "sim/reader.h"

static bool read_cluster(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_cluster, name), true},
  };
  struct sim_cluster *c = sim_read_new(r, &r->w->clusters, sizeof *c);

  if (!c || !SIM_READ(fields, s, c))
    return false;
  c->arn = sim_text(r->w, "arn:aws:ecs:%s:%s:cluster/%s", r->w->region, r->w->account, c->name);
  return c->arn != NULL;
}

/* ---- task definitions ------------------------------------------------------------------------ */

struct sim_task_definition *sim_definition_add(struct sim_world *w, struct sim_task_definition *d) {
  const char *key = sim_text(w, "%s:%d", d->family, d->revision);
  size_t at = w->task_definitions.n;

  d->arn = sim_text(w, "arn:aws:ecs:%s:%s:task-definition/%s", w->region, w->account, key);
  d->active = true;
  if (!key || !d->arn || !sim_vec_add(&w->task_definitions, d) ||
      !aws_map_put(&w->definition_by_key, aws_str_from(key), d))
    return NULL;
  for (; at; at--) { /* by family, then revision */
    struct sim_task_definition *before = w->task_definitions.v[at - 1];
    int c = strcmp(before->family, d->family);
    if (c < 0 || (c == 0 && before->revision < d->revision))
      break;
    w->task_definitions.v[at] = before;
  }
  w->task_definitions.v[at] = d;
  return d;
}

static const char *made_digest(struct sim_world *w, const char *image) {
  struct sim_world g = {.random = w->seed};
  char hex[65];

  for (const char *p = image; *p; p++)
    g.random = g.random * 131 + (unsigned char)*p;
  sim_random_hex(&g, hex, 64);
  return sim_text(w, "sha256:%s", hex);
}

struct revision_text {
  const char *image;
  int number, answers, dies_after;
};
static const struct sim_read_field revision_fields[] = {
    {"number", SIM_R_INT, offsetof(struct revision_text, number), true},
    {"image", SIM_R_TEXT, offsetof(struct revision_text, image), true},
    {"answers", SIM_R_INT, offsetof(struct revision_text, answers), false},
    {"dies_after", SIM_R_INT, offsetof(struct revision_text, dies_after), false},
};

static bool read_revision(struct sim_reader *r, const config_setting_t *s,
                          const struct sim_task_definition *like, bool shares, aws_ms registered) {
  struct revision_text t = {.answers = 200};
  struct sim_task_definition *d = sim_read_new(r, NULL, sizeof *d);

  if (!d || !SIM_READ(revision_fields, s, &t))
    return false;
  *d = *like;
  d->shares = shares;
  d->revision = t.number;
  d->image = sim_text(r->w, "%s.dkr.ecr.%s.amazonaws.com/%s", r->w->account, r->w->region, t.image);
  d->digest = made_digest(r->w, t.image);
  d->answers = t.answers;
  d->dies_after_s = t.dies_after;
  d->registered = registered;
  return d->image && d->digest && sim_definition_add(r->w, d);
}

/* "secret:NAME" is a secret's ARN, all else a parameter's. */
static bool resolve_secrets(struct sim_world *w, struct sim_vec *secrets) {
  for (size_t i = 0; i < secrets->n; i++) {
    struct sim_env *e = secrets->v[i];
    if (!strncmp(e->value, "secret:", 7)) {
      const struct sim_secret *found = NULL;
      for (size_t j = 0; j < w->secrets.n; j++) {
        const struct sim_secret *x = w->secrets.v[j];
        if (!strcmp(x->name, e->value + 7))
          found = x;
      }
      if (found)
        e->value = sim_text(w, "%s:password::", found->arn);
    } else if (e->value[0] == '/') {
      e->value = sim_text(w, "arn:aws:ssm:%s:%s:parameter%s", w->region, w->account, e->value);
    }
    if (!e->value)
      return false;
  }
  return true;
}

/* *taken: the first revision has the lists, and frees them. */
static bool read_revisions(struct sim_reader *r, const config_setting_t *s,
                           const struct sim_task_definition *like, bool *taken) {
  const config_setting_t *list = config_setting_get_member(s, "revisions");
  int n = config_setting_length(list);
  for (int i = 0; i < n; i++) {
    aws_ms age = (aws_ms)(n - i) * 6 * SIM_DAY - 3 * SIM_DAY;
    if (!read_revision(r, config_setting_get_elem(list, (unsigned)i), like, i > 0,
                       r->w->began - age))
      return false;
    *taken = true;
  }
  return n > 0 || sim_read_error(r, s, "a task definition needs a revision");
}

static bool read_definition(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"family", SIM_R_TEXT, offsetof(struct sim_task_definition, family), true},
      {"container", SIM_R_TEXT, offsetof(struct sim_task_definition, container), true},
      {"port", SIM_R_INT, offsetof(struct sim_task_definition, port), false},
      {"cpu", SIM_R_TEXT, offsetof(struct sim_task_definition, cpu), false},
      {"memory", SIM_R_TEXT, offsetof(struct sim_task_definition, memory), false},
      {"command", SIM_R_TEXT, offsetof(struct sim_task_definition, command), false},
      {"environment", SIM_R_SUB, 0, false},
      {"secrets", SIM_R_SUB, 0, false},
      {"revisions", SIM_R_SUB, 0, true},
  };
  struct sim_task_definition like = {.cpu = "256", .memory = "512"};
  bool taken = false;
  bool ok = SIM_READ(fields, s, &like) && sim_read_pairs(r, s, "environment", &like.environment) &&
            sim_read_pairs(r, s, "secrets", &like.secrets) && resolve_secrets(r->w, &like.secrets);

  if (ok) {
    like.log_group = sim_text(r->w, "/ecs/%s", like.family);
    ok = read_revisions(r, s, &like, &taken);
  }
  if (!taken) {
    sim_vec_done(&like.environment);
    sim_vec_done(&like.secrets);
  }
  return ok;
}

/* ---- services -------------------------------------------------------------------------------- */

bool sim_service_add(struct sim_world *w, struct sim_service *s) {
  s->arn = sim_text(w, "arn:aws:ecs:%s:%s:service/%s/%s", w->region, w->account, s->cluster->name,
                    s->name);
  s->role =
      sim_text(w, "arn:aws:iam::%s:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
               w->account);
  s->security_group = sim_text(w, "sg-%s", sim_made_hex(w, 17));
  s->created = w->began - 200 * SIM_DAY;
  s->last_good = s->definition;
  s->container = s->definition->container;
  s->container_port = s->group ? s->definition->port : 0;
  return s->arn && s->role && s->security_group && sim_vec_add(&w->services, s) &&
         sim_vec_add(&s->cluster->services, s) &&
         aws_map_put(&s->cluster->by_name, aws_str_from(s->name), s) &&
         aws_map_put(&s->cluster->by_name, aws_str_from(s->arn), s);
}

struct service_text {
  const char *cluster, *family, *group;
  int revision;
  double cpu;
};

/* Turns names into things; what a service needs and does not find is an error. */
static bool resolve_service(struct sim_reader *r, const config_setting_t *at, struct sim_service *s,
                            const struct service_text *t) {
  s->cluster = sim_find_cluster(r->w, t->cluster);
  if (!s->cluster)
    return sim_read_error(r, at, "there is no cluster '%s'", t->cluster);
  const char *key = t->revision ? sim_text(r->w, "%s:%d", t->family, t->revision) : t->family;
  s->definition = sim_find_definition(r->w, key);
  if (!s->definition)
    return sim_read_error(r, at, "there is no task definition '%s'", key ? key : t->family);
  if (t->group) {
    s->group = sim_find_target_group(r->w, t->group);
    if (!s->group)
      return sim_read_error(r, at, "there is no target group '%s'", t->group);
  }
  s->load = (double)(s->desired > 0 ? s->desired : 1) * t->cpu / 100.0;
  return true;
}

static bool check_service(struct sim_reader *r, const config_setting_t *at,
                          const struct sim_service *s) {
  if (s->desired < 0 || s->desired > 5000)
    return sim_read_error(r, at, "desired must be 0 to 5000");
  if (s->min_percent < 0 || s->min_percent > 100 || s->max_percent < 100 || s->max_percent > 200)
    return sim_read_error(r, at, "minimum_healthy must be 0 to 100, maximum 100 to 200");
  if (s->max && (s->min < 0 || s->min > s->max || s->cpu_target <= 0))
    return sim_read_error(r, at, "autoscaling needs minimum, maximum (not below it) and cpu");
  return true;
}

static bool read_scaling(struct sim_reader *r, const config_setting_t *s, struct sim_service *x) {
  static const struct sim_read_field fields[] = {
      {"minimum", SIM_R_INT, offsetof(struct sim_service, min), true},
      {"maximum", SIM_R_INT, offsetof(struct sim_service, max), true},
      {"cpu", SIM_R_DOUBLE, offsetof(struct sim_service, cpu_target), true},
  };
  const config_setting_t *scaling = config_setting_get_member(s, "autoscaling");

  x->scalable_since = r->w->began - 190 * SIM_DAY;
  return !scaling || SIM_READ(fields, scaling, x);
}

static bool read_service(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field names[] = {
      {"cluster", SIM_R_TEXT, offsetof(struct service_text, cluster), true},
      {"family", SIM_R_TEXT, offsetof(struct service_text, family), true},
      {"target_group", SIM_R_TEXT, offsetof(struct service_text, group), false},
      {"revision", SIM_R_INT, offsetof(struct service_text, revision), false},
      {"cpu", SIM_R_DOUBLE, offsetof(struct service_text, cpu), false},
      {"name", SIM_R_SUB, 0, true},
      {"desired", SIM_R_SUB, 0, true},
      {"minimum_healthy", SIM_R_SUB, 0, false},
      {"maximum", SIM_R_SUB, 0, false},
      {"grace", SIM_R_SUB, 0, false},
      {"circuit_breaker", SIM_R_SUB, 0, false},
      {"rollback", SIM_R_SUB, 0, false},
      {"exec", SIM_R_SUB, 0, false},
      {"autoscaling", SIM_R_SUB, 0, false},
  };
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_service, name), true},
      {"desired", SIM_R_INT, offsetof(struct sim_service, desired), true},
      {"minimum_healthy", SIM_R_INT, offsetof(struct sim_service, min_percent), false},
      {"maximum", SIM_R_INT, offsetof(struct sim_service, max_percent), false},
      {"grace", SIM_R_INT, offsetof(struct sim_service, grace_s), false},
      {"circuit_breaker", SIM_R_BOOL, offsetof(struct sim_service, breaker), false},
      {"rollback", SIM_R_BOOL, offsetof(struct sim_service, breaker_rollback), false},
      {"exec", SIM_R_BOOL, offsetof(struct sim_service, exec), false},
      {"cluster", SIM_R_SUB, 0, true},
      {"family", SIM_R_SUB, 0, true},
      {"target_group", SIM_R_SUB, 0, false},
      {"revision", SIM_R_SUB, 0, false},
      {"cpu", SIM_R_SUB, 0, false},
      {"autoscaling", SIM_R_SUB, 0, false},
  };
  struct service_text t = {.cpu = 40.0};
  struct sim_service *x = sim_read_new(r, NULL, sizeof *x);

  if (!x)
    return false;
  x->min_percent = 100;
  x->max_percent = 200;
  if (!SIM_READ(names, s, &t) || !SIM_READ(fields, s, x) || !read_scaling(r, s, x) ||
      !resolve_service(r, s, x, &t) || !check_service(r, s, x))
    return false;
  return sim_service_add(r->w, x);
}

bool sim_read_app(struct sim_reader *r, const config_setting_t *root) {
  return sim_read_each(r, root, "clusters", read_cluster) &&
         sim_read_each(r, root, "task_definitions", read_definition) &&
         sim_read_each(r, root, "services", read_service);
}
