/* A stack grown to the size that benchmarks ask for. */
#include "sim/reader.h"

#include <stdio.h>

#define GROUPS_MAX 50
#define GROUPS_MIN 2

static const char *const trades[] = {"cart",    "search",  "catalog", "pricing", "orders",
                                     "billing", "stock",   "mail",    "media",   "reviews",
                                     "geo",     "auth",    "audit",   "report",  "export",
                                     "import",  "session", "profile", "gift",    "tax"};
#define TRADES (sizeof trades / sizeof trades[0])

static struct sim_task_definition *grown_definition(struct sim_world *w, const char *name) {
  struct sim_task_definition *first = w->task_definitions.v[0], *d = NULL;

  for (int revision = 6; revision <= 7; revision++) {
    d = aws_arena_alloc(&w->arena, sizeof *d);
    if (!d)
      return NULL;
    *d = *first;
    d->shares = true;
    d->family = sim_text(w, "%s-%s-%s", w->project, w->environment, name);
    d->container = name;
    d->revision = revision;
    d->port = 8080;
    d->answers = 200;
    d->dies_after_s = 0;
    d->image = sim_text(w, "%s.dkr.ecr.%s.amazonaws.com/%s/%s:1.%d.0", w->account, w->region,
                        w->project, name, revision);
    d->digest = sim_text(w, "sha256:%s%s", sim_made_hex(w, 32), sim_made_hex(w, 32));
    d->log_group = sim_text(w, "/ecs/%s", d->family);
    d->registered = w->began - (8 - revision) * 5 * SIM_DAY;
    if (!d->family || !d->image || !d->digest || !d->log_group || !sim_definition_add(w, d))
      return NULL;
  }
  return d;
}

static struct sim_service *grown_service(struct sim_world *w, size_t i) {
  const struct sim_service *first = w->services.v[0];
  struct sim_service *s = aws_arena_alloc(&w->arena, sizeof *s);
  const char *name =
      i < TRADES ? trades[i] : sim_text(w, "%s-%zu", trades[i % TRADES], i / TRADES + 1);

  if (!s || !name)
    return NULL;
  s->name = name;
  s->cluster = first->cluster;
  s->definition = grown_definition(w, name);
  s->min_percent = 50;
  s->max_percent = 200;
  s->breaker = s->breaker_rollback = s->exec = true;
  s->grace_s = 30;
  s->load = 0.3 + (double)sim_random_below(w, 30) / 100.0;
  return s->definition && sim_service_add(w, s) ? s : NULL;
}

/* The groups that come go behind the internal load balancer, made where there is none. */
static struct sim_listener *grown_listener(struct sim_world *w) {
  for (size_t i = 0; i < w->load_balancers.n; i++) {
    const struct sim_load_balancer *lb = w->load_balancers.v[i];
    if (!strcmp(lb->scheme, "internal") && lb->listeners.n)
      return lb->listeners.v[0];
  }
  const char *name = sim_text(w, "%s-%s-internal", w->project, w->environment);
  struct sim_load_balancer *lb = name ? sim_load_balancer_new(w, name, "internal") : NULL;

  return lb ? sim_listener_new(w, lb, 80, "HTTP") : NULL;
}

static bool grow_group(struct sim_world *w, struct sim_listener *l, struct sim_service *s,
                       int priority) {
  const char *name = sim_text(w, "%s-%s-%s", w->project, w->environment, s->name);
  const char *path = sim_text(w, "/%s/*", s->name);
  struct sim_target_group *g = name && path ? sim_group_new(w, name) : NULL;

  if (!g || !sim_vec_add(&w->target_groups, g))
    return false;
  s->group = g;
  s->container_port = s->definition->port;
  if (!l->rules.n && !sim_listener_forward(w, l, g, 0, NULL))
    return false;
  return sim_listener_forward(w, l, g, priority, path);
}

/* What the one at `at` gets when n are shared out evenly. */
static int part_of(int n, int among, int at) {
  return among > 0 ? n / among + (at < n % among) : 0;
}

/* Shares n tasks out: a quarter, or one each, among the services that have a group, the rest among
 * the others, if there are any. */
static void share(struct sim_world *w, int n, int groups) {
  int others = (int)w->services.n - groups;
  int targets = !others ? n : n / 4 > groups ? n / 4 : groups;
  int rest = n - targets, given = 0, left = 0;

  for (size_t i = 0; i < w->services.n; i++) {
    struct sim_service *s = w->services.v[i];
    double cpu = s->load / (double)(s->desired > 0 ? s->desired : 1);
    if (s->group) {
      s->desired = part_of(targets, groups, given++);
    } else {
      s->desired = part_of(rest, others, left++);
    }
    s->load = cpu * (double)s->desired;
    if (s->max && s->desired > s->max)
      s->max = 0; /* beyond what its autoscaling would have let it grow to */
  }
}

bool sim_grow_tasks(struct sim_world *w, int tasks) {
  size_t services = (size_t)tasks / 10, base = w->services.n;
  size_t groups = (size_t)tasks / 20, have = 0;

  if (!base || !w->task_definitions.n)
    return true;
  groups = groups > GROUPS_MAX ? GROUPS_MAX : groups < GROUPS_MIN ? GROUPS_MIN : groups;
  if (services < base)
    services = base;
  for (size_t i = 0; i < base; i++)
    have += ((struct sim_service *)w->services.v[i])->group != NULL;
  for (size_t i = base; i < services; i++)
    if (!grown_service(w, i - base))
      return false;
  struct sim_listener *l = have < groups ? grown_listener(w) : NULL;
  if (have < groups && !l)
    return false;
  for (size_t i = base; i < services && have < groups; i++, have++)
    if (!grow_group(w, l, w->services.v[i], (int)(i - base) + 1))
      return false;
  share(w, tasks, (int)have);
  return true;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const char *const settings[] = {"timeout-ms",  "pool-size", "log-level", "retry-limit",
                                       "batch-size",  "api-key",   "cache-ttl", "queue-url",
                                       "feature-set", "base-url"};
#define SETTINGS (sizeof settings / sizeof settings[0])

static bool grow_parameter(struct sim_world *w, size_t i) {
  size_t setting = i % SETTINGS, trade = i / SETTINGS % TRADES, round = i / SETTINGS / TRADES;
  char tail[24] = "";

  if (round)
    snprintf(tail, sizeof tail, "-%zu", round + 1);
  const char *name = sim_text(w, "/%s/%s/%s%s/%s", w->project, w->environment, trades[trade], tail,
                              settings[setting]);
  const char *type = setting == 5 ? "SecureString" : setting == 8 ? "StringList" : "String";
  const char *value = setting == 8 ? "basic,extra,trial"
                      : setting == 7
                          ? "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
                          : sim_text(w, "%llu", (unsigned long long)sim_random_below(w, 5000));
  struct sim_parameter *p =
      name && value ? sim_parameter_new(w, name, type, value, 1 + (int)(i % 3)) : NULL;
  return p && sim_vec_add(&w->parameters, p);
}

bool sim_grow_parameters(struct sim_world *w, int parameters) {
  size_t want = (size_t)parameters;

  while (w->parameters.n > want) {
    struct sim_parameter *last = w->parameters.v[--w->parameters.n];
    sim_vec_done(&last->versions);
  }
  for (size_t i = 0; w->parameters.n < want; i++)
    if (!grow_parameter(w, i))
      return false;
  return true;
}
