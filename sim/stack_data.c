/* Databases, parameters, secrets and alarms out of a stack file. */
#include "sim/reader.h"

#include <stdlib.h>

/* ---- databases ------------------------------------------------------------------------------- */

#define INSTANCE_FIELDS                                                                            \
  {"id", SIM_R_TEXT, offsetof(struct sim_db_instance, id), true},                                  \
      {"class", SIM_R_TEXT, offsetof(struct sim_db_instance, class), true},                        \
      {"promotion_tier", SIM_R_INT, offsetof(struct sim_db_instance, promotion_tier), false}, {    \
    "zone", SIM_R_SUB, 0, false                                                                    \
  }

static void set_zone(struct sim_reader *r, const config_setting_t *s, struct sim_db_instance *d) {
  int zone = 0;

  config_setting_lookup_int(s, "zone", &zone);
  d->zone = &r->w->zones[zone > 0 && zone < SIM_ZONES ? zone : 0];
  if (d->multi_az)
    d->secondary_zone = &r->w->zones[d->zone == &r->w->zones[0] ? 1 : 0];
}

static bool finish_instance(struct sim_world *w, struct sim_db_instance *d) {
  d->status = "available";
  d->arn = sim_text(w, "arn:aws:rds:%s:%s:db:%s", w->region, w->account, d->id);
  d->resource_id = sim_text(w, "db-%s", sim_made_id(w, 26));
  d->address = sim_text(w, "%s." SIM_DB_DOMAIN ".%s.rds.amazonaws.com", d->id, w->region);
  d->created = w->began - 180 * SIM_DAY;
  return d->arn && d->resource_id && d->address;
}

static bool read_instance(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      INSTANCE_FIELDS,
      {"engine", SIM_R_TEXT, offsetof(struct sim_db_instance, engine), true},
      {"engine_version", SIM_R_TEXT, offsetof(struct sim_db_instance, engine_version), true},
      {"port", SIM_R_INT, offsetof(struct sim_db_instance, port), true},
      {"storage", SIM_R_INT, offsetof(struct sim_db_instance, allocated_gib), false},
      {"max_storage", SIM_R_INT, offsetof(struct sim_db_instance, max_allocated_gib), false},
      {"storage_type", SIM_R_TEXT, offsetof(struct sim_db_instance, storage_type), false},
      {"multi_az", SIM_R_BOOL, offsetof(struct sim_db_instance, multi_az), false},
      {"iam", SIM_R_BOOL, offsetof(struct sim_db_instance, iam_auth), false},
      {"encrypted", SIM_R_BOOL, offsetof(struct sim_db_instance, encrypted), false},
      {"deletion_protection", SIM_R_BOOL, offsetof(struct sim_db_instance, deletion_protection),
       false},
      {"backup_days", SIM_R_INT, offsetof(struct sim_db_instance, backup_days), false},
      {"parameter_group", SIM_R_TEXT, offsetof(struct sim_db_instance, parameter_group), false},
      {"parameter_status", SIM_R_TEXT, offsetof(struct sim_db_instance, parameter_status), false},
  };
  struct sim_db_instance *d = sim_read_new(r, &r->w->db_instances, sizeof *d);

  if (!d)
    return false;
  d->storage_type = "gp3";
  d->allocated_gib = 20;
  d->backup_days = 7;
  d->writer = true;
  d->parameter_group = "default.postgres15";
  d->parameter_status = "in-sync";
  if (!SIM_READ(fields, s, d))
    return false;
  set_zone(r, s, d);
  return finish_instance(r->w, d);
}

static bool read_member(struct sim_reader *r, const config_setting_t *s, struct sim_db_cluster *c) {
  static const struct sim_read_field fields[] = {INSTANCE_FIELDS};
  struct sim_db_instance *d = sim_read_new(r, &r->w->db_instances, sizeof *d);

  if (!d)
    return false;
  *d = (struct sim_db_instance){.cluster = c,
                                .engine = c->engine,
                                .engine_version = c->engine_version,
                                .storage_type = "aurora",
                                .parameter_group = "default.aurora-postgresql15",
                                .parameter_status = "in-sync",
                                .port = c->port,
                                .allocated_gib = 1,
                                .promotion_tier = 1,
                                .backup_days = c->backup_days,
                                .encrypted = c->encrypted,
                                .iam_auth = c->iam_auth,
                                .writer = c->members.n == 0};
  if (!SIM_READ(fields, s, d) || !sim_vec_add(&c->members, d))
    return false;
  set_zone(r, s, d);
  return finish_instance(r->w, d);
}

static bool read_db_cluster(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"id", SIM_R_TEXT, offsetof(struct sim_db_cluster, id), true},
      {"engine", SIM_R_TEXT, offsetof(struct sim_db_cluster, engine), true},
      {"engine_version", SIM_R_TEXT, offsetof(struct sim_db_cluster, engine_version), true},
      {"port", SIM_R_INT, offsetof(struct sim_db_cluster, port), true},
      {"iam", SIM_R_BOOL, offsetof(struct sim_db_cluster, iam_auth), false},
      {"encrypted", SIM_R_BOOL, offsetof(struct sim_db_cluster, encrypted), false},
      {"deletion_protection", SIM_R_BOOL, offsetof(struct sim_db_cluster, deletion_protection),
       false},
      {"backup_days", SIM_R_INT, offsetof(struct sim_db_cluster, backup_days), false},
      {"serverless_minimum", SIM_R_DOUBLE, offsetof(struct sim_db_cluster, serverless_min), false},
      {"serverless_maximum", SIM_R_DOUBLE, offsetof(struct sim_db_cluster, serverless_max), false},
      {"parameter_group", SIM_R_TEXT, offsetof(struct sim_db_cluster, parameter_group), false},
      {"members", SIM_R_SUB, 0, true},
  };
  struct sim_world *w = r->w;
  struct sim_db_cluster *c = sim_read_new(r, &w->db_clusters, sizeof *c);

  if (!c)
    return false;
  c->backup_days = 7;
  c->parameter_group = "default.aurora-postgresql15";
  if (!SIM_READ(fields, s, c))
    return false;
  c->status = "available";
  c->created = w->began - 180 * SIM_DAY;
  c->arn = sim_text(w, "arn:aws:rds:%s:%s:cluster:%s", w->region, w->account, c->id);
  c->resource_id = sim_text(w, "cluster-%s", sim_made_id(w, 26));
  c->endpoint = sim_text(w, "%s.cluster-" SIM_DB_DOMAIN ".%s.rds.amazonaws.com", c->id, w->region);
  c->reader_endpoint =
      sim_text(w, "%s.cluster-ro-" SIM_DB_DOMAIN ".%s.rds.amazonaws.com", c->id, w->region);
  const config_setting_t *members = config_setting_get_member(s, "members");
  for (int i = 0; i < config_setting_length(members); i++)
    if (!read_member(r, config_setting_get_elem(members, (unsigned)i), c))
      return false;
  return c->arn && c->resource_id && c->endpoint && c->reader_endpoint;
}

/* ---- parameters and secrets ------------------------------------------------------------------ */

struct sim_parameter *sim_parameter_new(struct sim_world *w, const char *name, const char *type,
                                        const char *value, int versions) {
  struct sim_parameter *p = aws_arena_alloc(&w->arena, sizeof *p);

  if (!p)
    return NULL;
  bool secure = !strcmp(type, "SecureString");
  *p = (struct sim_parameter){.name = name,
                              .type = type,
                              .description = "",
                              .key_id = secure ? "alias/aws/ssm" : NULL,
                              .tier = "Standard",
                              .data_type = "text"};
  p->arn = sim_text(w, "arn:aws:ssm:%s:%s:parameter%s%s", w->region, w->account,
                    name[0] == '/' ? "" : "/", name);
  int first = versions > 100 ? versions - 99 : 1; /* AWS keeps a hundred */
  for (int i = first; i <= versions; i++) {
    struct sim_parameter_version *v = aws_arena_alloc(&w->arena, sizeof *v);
    if (!v || !sim_vec_add(&p->versions, v))
      return NULL;
    v->version = i;
    v->value = i == versions ? value : sim_text(w, "%s-%d", value, i);
    v->user = sim_text(w, "arn:aws:sts::%s:assumed-role/OpsRole/deploy", w->account);
    v->modified = w->began - (aws_ms)(versions - i + 1) * 2 * SIM_DAY -
                  (aws_ms)sim_random_below(w, (uint64_t)SIM_DAY);
    if (!v->value || !v->user)
      return NULL;
  }
  return p->arn ? p : NULL;
}

struct parameter_text {
  const char *name, *type, *value, *description;
  int version;
};

static bool read_parameter(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct parameter_text, name), true},
      {"type", SIM_R_TEXT, offsetof(struct parameter_text, type), true},
      {"value", SIM_R_TEXT, offsetof(struct parameter_text, value), true},
      {"description", SIM_R_TEXT, offsetof(struct parameter_text, description), false},
      {"version", SIM_R_INT, offsetof(struct parameter_text, version), false},
  };
  struct parameter_text t = {.version = 1, .description = ""};

  if (!SIM_READ(fields, s, &t))
    return false;
  if (strcmp(t.type, "String") != 0 && strcmp(t.type, "StringList") != 0 &&
      strcmp(t.type, "SecureString") != 0)
    return sim_read_error(r, s, "type is String, StringList or SecureString, not '%s'", t.type);
  if (t.version < 1)
    return sim_read_error(r, s, "version must be 1 or more");
  struct sim_parameter *p = sim_parameter_new(r->w, t.name, t.type, t.value, t.version);
  if (!p)
    return sim_read_error(r, s, "out of memory");
  p->description = t.description;
  return sim_vec_add(&r->w->parameters, p);
}

static bool read_secret(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_secret, name), true},
      {"description", SIM_R_TEXT, offsetof(struct sim_secret, description), false},
      {"value", SIM_R_TEXT, offsetof(struct sim_secret, value), false},
      {"rotation", SIM_R_BOOL, offsetof(struct sim_secret, rotation), false},
  };
  struct sim_secret *x = sim_read_new(r, &r->w->secrets, sizeof *x);

  if (!x || !SIM_READ(fields, s, x))
    return false;
  x->arn = sim_text(r->w, "arn:aws:secretsmanager:%s:%s:secret:%s-%s", r->w->region, r->w->account,
                    x->name, sim_made_id(r->w, 6));
  x->created = r->w->began - 180 * SIM_DAY;
  x->changed = r->w->began - 20 * SIM_DAY;
  x->rotated = x->rotation ? x->changed : 0;
  return x->arn != NULL;
}

/* ---- alarms ---------------------------------------------------------------------------------- */

static const char *const comparisons[][2] = {
    {">", "GreaterThanThreshold"},
    {">=", "GreaterThanOrEqualToThreshold"},
    {"<", "LessThanThreshold"},
    {"<=", "LessThanOrEqualToThreshold"},
};

/* "@NAME": what metrics call the load balancer or target group of that name. */
static const char *dimension_value(struct sim_world *w, const struct sim_env *e) {
  const char *arn, *tail;

  if (e->value[0] != '@')
    return e->value;
  if (!strcmp(e->name, "LoadBalancer")) {
    const struct sim_load_balancer *lb = sim_find_load_balancer(w, e->value + 1);
    arn = lb ? lb->arn : "";
    tail = strstr(arn, "loadbalancer/");
    return tail ? tail + strlen("loadbalancer/") : NULL;
  }
  const struct sim_target_group *g = sim_find_target_group(w, e->value + 1);
  return g ? strstr(g->arn, "targetgroup/") : NULL;
}

static bool read_dimensions(struct sim_reader *r, const config_setting_t *s, struct sim_alarm *a) {
  struct sim_vec pairs = {0};
  bool ok = sim_read_pairs(r, s, "dimensions", &pairs);
  size_t max = sizeof a->dimensions / sizeof a->dimensions[0];

  if (ok && pairs.n > max)
    ok = sim_read_error(r, s, "an alarm has at most %zu dimensions here", max);
  for (size_t i = 0; ok && i < pairs.n; i++) {
    const struct sim_env *e = pairs.v[i];
    const char *value = dimension_value(r->w, e);
    if (!value)
      ok = sim_read_error(r, s, "there is no '%s'", e->value + 1);
    a->dimensions[a->ndimensions++] = (struct sim_dimension){e->name, value};
  }
  sim_vec_done(&pairs);
  return ok;
}

static bool read_alarm(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_alarm, name), true},
      {"description", SIM_R_TEXT, offsetof(struct sim_alarm, description), false},
      {"region", SIM_R_TEXT, offsetof(struct sim_alarm, region), false},
      {"namespace", SIM_R_TEXT, offsetof(struct sim_alarm, namespace), true},
      {"metric", SIM_R_TEXT, offsetof(struct sim_alarm, metric), true},
      {"statistic", SIM_R_TEXT, offsetof(struct sim_alarm, statistic), true},
      {"comparison", SIM_R_TEXT, offsetof(struct sim_alarm, comparison), false},
      {"threshold", SIM_R_DOUBLE, offsetof(struct sim_alarm, threshold), true},
      {"period", SIM_R_INT, offsetof(struct sim_alarm, period_s), true},
      {"evaluations", SIM_R_INT, offsetof(struct sim_alarm, evaluations), true},
      {"dimensions", SIM_R_SUB, 0, true},
  };
  struct sim_world *w = r->w;
  struct sim_alarm *a = sim_read_new(r, &w->alarms, sizeof *a);
  const char *comparison = NULL;

  if (!a)
    return false;
  *a = (struct sim_alarm){.description = "",
                          .region = w->region,
                          .comparison = ">",
                          .missing = "notBreaching",
                          .state = SIM_ALARM_OK};
  if (!SIM_READ(fields, s, a) || !read_dimensions(r, s, a))
    return false;
  for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++)
    if (!strcmp(a->comparison, comparisons[i][0]))
      comparison = comparisons[i][1];
  if (!comparison)
    return sim_read_error(r, s, "comparison is one of > >= < <=, not '%s'", a->comparison);
  if (a->period_s < 60 || a->period_s % 60 || a->evaluations < 1 || a->evaluations > 100)
    return sim_read_error(r, s, "period is a multiple of 60, evaluations 1 to 100");
  a->comparison = comparison;
  a->arn = sim_text(w, "arn:aws:cloudwatch:%s:%s:alarm:%s", a->region, w->account, a->name);
  a->updated = a->transitioned = w->began - 12 * SIM_DAY;
  return a->arn != NULL;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* Things of these kinds begin with a pointer to their name: answers list them by it. */
static int by_name(const void *a, const void *b) {
  return strcmp(**(const char *const *const *)a, **(const char *const *const *)b);
}

static void sort(struct sim_vec *v) {
  if (v->n)
    qsort(v->v, v->n, sizeof v->v[0], by_name);
}

_Static_assert(offsetof(struct sim_bucket, name) == 0, "sorted by name");
_Static_assert(offsetof(struct sim_db_instance, id) == 0, "sorted by id");
_Static_assert(offsetof(struct sim_db_cluster, id) == 0, "sorted by id");
_Static_assert(offsetof(struct sim_parameter, name) == 0, "sorted by name");
_Static_assert(offsetof(struct sim_alarm, name) == 0, "sorted by name");

void sim_sort(struct sim_world *w) {
  sort(&w->buckets);
  sort(&w->db_instances);
  sort(&w->db_clusters);
  sort(&w->parameters);
  sort(&w->alarms);
}

bool sim_read_data(struct sim_reader *r, const config_setting_t *root) {
  return sim_read_each(r, root, "db_clusters", read_db_cluster) &&
         sim_read_each(r, root, "db_instances", read_instance) &&
         sim_read_each(r, root, "parameters", read_parameter) &&
         sim_read_each(r, root, "alarms", read_alarm);
}

/* Read before the rest: task definitions refer to secrets. */
bool sim_read_secrets(struct sim_reader *r, const config_setting_t *root) {
  return sim_read_each(r, root, "secrets", read_secret);
}
