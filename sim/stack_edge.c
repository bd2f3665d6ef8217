/* Buckets, APIs, load balancers and distributions out of a stack file. */
#include "sim/reader.h"

#include <stdio.h>
#include <stdlib.h>

#define AGE_DAYS 210 /* how long ago the stack was built */

static aws_ms long_ago(struct sim_world *w) {
  return w->began - AGE_DAYS * SIM_DAY - (aws_ms)sim_random_below(w, (uint64_t)SIM_DAY);
}

static bool read_bucket(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_bucket, name), true},
      {"region", SIM_R_TEXT, offsetof(struct sim_bucket, region), false},
  };
  struct sim_bucket *b = sim_read_new(r, &r->w->buckets, sizeof *b);

  if (!b || !SIM_READ(fields, s, b))
    return false;
  if (!b->region)
    b->region = r->w->region;
  b->created = long_ago(r->w);
  return true;
}

/* ---- load balancing -------------------------------------------------------------------------- */

struct sim_target_group *sim_group_new(struct sim_world *w, const char *name) {
  struct sim_target_group *g = aws_arena_alloc(&w->arena, sizeof *g);

  if (!g)
    return NULL;
  *g = (struct sim_target_group){.name = name,
                                 .protocol = "HTTP",
                                 .vpc = w->vpc,
                                 .path = "/health",
                                 .matcher = "200-299",
                                 .port = 8080,
                                 .interval_s = 10,
                                 .timeout_s = 5,
                                 .healthy_threshold = 2,
                                 .unhealthy_threshold = 2,
                                 .drain_s = 30};
  g->created = long_ago(w);
  g->arn = sim_text(w, "arn:aws:elasticloadbalancing:%s:%s:targetgroup/%s/%s", w->region,
                    w->account, name, sim_made_hex(w, 16));
  return g->arn ? g : NULL;
}

static bool add_address(struct sim_reader *r, struct sim_target_group *g, const char *ip) {
  struct sim_target *t = aws_calloc(1, sizeof *t);

  if (!t || !sim_vec_add(&g->targets, t)) {
    free(t);
    return false;
  }
  snprintf(t->ip, sizeof t->ip, "%s", ip);
  t->port = g->port;
  t->zone = &r->w->zones[0];
  t->state = SIM_TARGET_HEALTHY;
  t->answer = 200;
  return true;
}

static bool read_group(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field name_field[] = {
      {"name", SIM_R_TEXT, 0, true},
      {"port", SIM_R_SUB, 0, false},
      {"path", SIM_R_SUB, 0, false},
      {"matcher", SIM_R_SUB, 0, false},
      {"interval", SIM_R_SUB, 0, false},
      {"timeout", SIM_R_SUB, 0, false},
      {"healthy_threshold", SIM_R_SUB, 0, false},
      {"unhealthy_threshold", SIM_R_SUB, 0, false},
      {"drain", SIM_R_SUB, 0, false},
      {"addresses", SIM_R_SUB, 0, false},
  };
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_target_group, name), true},
      {"port", SIM_R_INT, offsetof(struct sim_target_group, port), true},
      {"path", SIM_R_TEXT, offsetof(struct sim_target_group, path), false},
      {"matcher", SIM_R_TEXT, offsetof(struct sim_target_group, matcher), false},
      {"interval", SIM_R_INT, offsetof(struct sim_target_group, interval_s), false},
      {"timeout", SIM_R_INT, offsetof(struct sim_target_group, timeout_s), false},
      {"healthy_threshold", SIM_R_INT, offsetof(struct sim_target_group, healthy_threshold), false},
      {"unhealthy_threshold", SIM_R_INT, offsetof(struct sim_target_group, unhealthy_threshold),
       false},
      {"drain", SIM_R_INT, offsetof(struct sim_target_group, drain_s), false},
      {"addresses", SIM_R_SUB, 0, false},
  };
  const char *name = NULL;
  struct sim_vec addresses = {0};

  if (!SIM_READ(name_field, s, &name))
    return false;
  struct sim_target_group *g = sim_group_new(r->w, name);
  bool ok = g && SIM_READ(fields, s, g) && sim_vec_add(&r->w->target_groups, g) &&
            sim_read_texts(r, s, "addresses", &addresses);
  for (size_t i = 0; ok && i < addresses.n; i++)
    ok = add_address(r, g, addresses.v[i]);
  sim_vec_done(&addresses);
  if (ok && (g->interval_s < 5 || g->healthy_threshold < 1 || g->unhealthy_threshold < 1))
    return sim_read_error(r, s, "interval must be 5 or more, thresholds 1 or more");
  return ok;
}

struct sim_load_balancer *sim_load_balancer_new(struct sim_world *w, const char *name,
                                                const char *scheme) {
  struct sim_load_balancer *lb = aws_arena_alloc(&w->arena, sizeof *lb);

  if (!lb || !sim_vec_add(&w->load_balancers, lb))
    return NULL;
  bool internal = !strcmp(scheme, "internal");
  lb->name = name;
  lb->scheme = scheme;
  lb->vpc = w->vpc;
  lb->created = long_ago(w);
  lb->security_group = sim_text(w, "sg-%s", sim_made_hex(w, 17));
  lb->arn = sim_text(w, "arn:aws:elasticloadbalancing:%s:%s:loadbalancer/app/%s/%s", w->region,
                     w->account, name, sim_made_hex(w, 16));
  lb->dns_name = sim_text(w, "%s%s-%llu.%s.elb.amazonaws.com", internal ? "internal-" : "", name,
                          1000000000ull + sim_random_below(w, 1000000000u), w->region);
  return lb->arn && lb->dns_name ? lb : NULL;
}

struct sim_listener *sim_listener_new(struct sim_world *w, struct sim_load_balancer *lb, int port,
                                      const char *protocol) {
  struct sim_listener *l = aws_arena_alloc(&w->arena, sizeof *l);

  if (!l || !sim_vec_add(&lb->listeners, l))
    return NULL;
  l->load_balancer = lb;
  l->port = port;
  l->protocol = protocol;
  const char *path = strstr(lb->arn, "loadbalancer/") + strlen("loadbalancer/");
  l->arn = sim_text(w, "arn:aws:elasticloadbalancing:%s:%s:listener/%s/%s", w->region, w->account,
                    path, sim_made_hex(w, 16));
  if (!strcmp(protocol, "HTTPS"))
    l->certificate = sim_text(w, "arn:aws:acm:%s:%s:certificate/%s-4e2b-4c1d-9f3a-%s", w->region,
                              w->account, sim_made_hex(w, 8), sim_made_hex(w, 12));
  return l->arn ? l : NULL;
}

/* priority 0: the default rule, which goes last; g NULL: a redirect. */
bool sim_listener_forward(struct sim_world *w, struct sim_listener *l, struct sim_target_group *g,
                          int priority, const char *path) {
  struct sim_rule *rule = aws_arena_alloc(&w->arena, sizeof *rule);
  struct sim_forward *f = aws_arena_alloc(&w->arena, sizeof *f);
  size_t at = l->rules.n;

  if (!rule || !f || !sim_vec_add(&l->rules, rule))
    return false;
  const char *tail = strstr(l->arn, ":listener/") + strlen(":listener/");
  rule->arn = sim_text(w, "arn:aws:elasticloadbalancing:%s:%s:listener-rule/%s/%s", w->region,
                       w->account, tail, sim_made_hex(w, 16));
  rule->priority = priority;
  rule->path = path;
  rule->redirect = !g;
  for (; priority && at; at--) { /* by priority, the default one last */
    struct sim_rule *before = l->rules.v[at - 1];
    if (before->priority && before->priority <= priority)
      break;
    l->rules.v[at] = before;
  }
  l->rules.v[at] = rule;
  if (!g)
    return rule->arn != NULL;
  f->group = g;
  f->weight = 1;
  bool known = false;
  for (size_t i = 0; i < g->load_balancers.n; i++)
    known |= g->load_balancers.v[i] == l->load_balancer;
  return rule->arn && sim_vec_add(&rule->forwards, f) &&
         (known || sim_vec_add(&g->load_balancers, l->load_balancer));
}

struct listener_text {
  const char *protocol, *forward, *path, *host;
  int port, priority;
  bool redirect;
};

static const struct sim_read_field rule_fields[] = {
    {"priority", SIM_R_INT, offsetof(struct listener_text, priority), true},
    {"path", SIM_R_TEXT, offsetof(struct listener_text, path), false},
    {"host", SIM_R_TEXT, offsetof(struct listener_text, host), false},
    {"forward", SIM_R_TEXT, offsetof(struct listener_text, forward), true},
};
static const struct sim_read_field listener_fields[] = {
    {"port", SIM_R_INT, offsetof(struct listener_text, port), true},
    {"protocol", SIM_R_TEXT, offsetof(struct listener_text, protocol), true},
    {"forward", SIM_R_TEXT, offsetof(struct listener_text, forward), false},
    {"redirect", SIM_R_BOOL, offsetof(struct listener_text, redirect), false},
    {"rules", SIM_R_SUB, 0, false},
};

static bool read_rule(struct sim_reader *r, const config_setting_t *s, struct sim_listener *l,
                      const struct listener_text *t) {
  struct sim_target_group *g = t->forward ? sim_find_target_group(r->w, t->forward) : NULL;

  if (!g && !t->redirect)
    return sim_read_error(r, s, "there is no target group '%s'", t->forward ? t->forward : "");
  if (!sim_listener_forward(r->w, l, g, t->priority, t->path))
    return sim_read_error(r, s, "out of memory");
  for (size_t i = 0; i < l->rules.n; i++) {
    struct sim_rule *rule = l->rules.v[i];
    if (rule->priority == t->priority)
      rule->host = t->host;
  }
  return true;
}

static bool read_listener(struct sim_reader *r, const config_setting_t *s,
                          struct sim_load_balancer *lb) {
  struct listener_text t = {0};

  if (!SIM_READ(listener_fields, s, &t))
    return false;
  struct sim_listener *l = sim_listener_new(r->w, lb, t.port, t.protocol);
  if (!l || !read_rule(r, s, l, &t))
    return false;
  const config_setting_t *rules = config_setting_get_member(s, "rules");
  for (int i = 0; rules && i < config_setting_length(rules); i++) {
    const config_setting_t *rule = config_setting_get_elem(rules, (unsigned)i);
    struct listener_text x = {0};
    if (!SIM_READ(rule_fields, rule, &x) || !read_rule(r, rule, l, &x))
      return false;
  }
  return true;
}

struct lb_text {
  const char *name, *scheme;
};
static const struct sim_read_field lb_fields[] = {
    {"name", SIM_R_TEXT, offsetof(struct lb_text, name), true},
    {"scheme", SIM_R_TEXT, offsetof(struct lb_text, scheme), false},
    {"listeners", SIM_R_SUB, 0, false},
};

static bool read_load_balancer(struct sim_reader *r, const config_setting_t *s) {
  struct lb_text t = {.scheme = "internet-facing"};

  if (!SIM_READ(lb_fields, s, &t))
    return false;
  struct sim_load_balancer *lb = sim_load_balancer_new(r->w, t.name, t.scheme);
  const config_setting_t *list = config_setting_get_member(s, "listeners");
  for (int i = 0; lb && list && i < config_setting_length(list); i++)
    if (!read_listener(r, config_setting_get_elem(list, (unsigned)i), lb))
      return false;
  return lb != NULL;
}

/* ---- APIs ------------------------------------------------------------------------------------ */

/* "NAME:PORT" */
static struct sim_listener *find_listener(struct sim_world *w, const char *name_port) {
  struct aws_str port = aws_str_from(name_port), name = aws_str_split(&port, ':');

  for (size_t i = 0; i < w->load_balancers.n; i++) {
    struct sim_load_balancer *lb = w->load_balancers.v[i];
    for (size_t j = 0; aws_str_eq_c(name, lb->name) && j < lb->listeners.n; j++) {
      struct sim_listener *l = lb->listeners.v[j];
      if (port.p && l->port == strtol(port.p, NULL, 10))
        return l;
    }
  }
  return NULL;
}

struct integration_text {
  const char *listener, *uri, *method;
};
static const struct sim_read_field integration_fields[] = {
    {"listener", SIM_R_TEXT, offsetof(struct integration_text, listener), false},
    {"uri", SIM_R_TEXT, offsetof(struct integration_text, uri), false},
    {"method", SIM_R_TEXT, offsetof(struct integration_text, method), false},
};

static bool read_integration(struct sim_reader *r, const config_setting_t *s, struct sim_api *api) {
  struct integration_text t = {.method = "ANY"};
  struct sim_integration *x = sim_read_new(r, &api->integrations, sizeof *x);

  if (!x || !SIM_READ(integration_fields, s, &t))
    return false;
  x->id = sim_made_hex(r->w, 7);
  x->type = "HTTP_PROXY";
  x->method = t.method;
  x->payload_version = "1.0";
  x->connection_type = "INTERNET";
  x->uri = t.uri;
  if (t.listener) {
    struct sim_listener *l = find_listener(r->w, t.listener);
    if (!l)
      return sim_read_error(r, s, "there is no listener '%s'", t.listener);
    x->uri = l->arn;
    x->connection_type = "VPC_LINK";
    x->connection_id = sim_made_hex(r->w, 6);
  }
  return x->uri ? true : sim_read_error(r, s, "listener or uri is missing");
}

static bool read_api(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"name", SIM_R_TEXT, offsetof(struct sim_api, name), true},
      {"description", SIM_R_TEXT, offsetof(struct sim_api, description), false},
      {"integrations", SIM_R_SUB, 0, false},
  };
  struct sim_api *api = sim_read_new(r, &r->w->apis, sizeof *api);

  if (!api || !SIM_READ(fields, s, api))
    return false;
  api->id = sim_text(r->w, "a%s", sim_made_hex(r->w, 9));
  api->protocol = "HTTP";
  api->endpoint = sim_text(r->w, "https://%s.execute-api.%s.amazonaws.com", api->id, r->w->region);
  api->created = long_ago(r->w);
  const config_setting_t *list = config_setting_get_member(s, "integrations");
  for (int i = 0; list && i < config_setting_length(list); i++)
    if (!read_integration(r, config_setting_get_elem(list, (unsigned)i), api))
      return false;
  return api->id && api->endpoint;
}

/* ---- CloudFront ------------------------------------------------------------------------------ */

struct vpc_origin_text {
  const char *name, *load_balancer;
};
static const struct sim_read_field vpc_origin_fields[] = {
    {"name", SIM_R_TEXT, offsetof(struct vpc_origin_text, name), true},
    {"load_balancer", SIM_R_TEXT, offsetof(struct vpc_origin_text, load_balancer), true},
};

static bool read_vpc_origin(struct sim_reader *r, const config_setting_t *s) {
  struct vpc_origin_text t = {.name = NULL};
  struct sim_vpc_origin *v = sim_read_new(r, &r->w->vpc_origins, sizeof *v);

  if (!v || !SIM_READ(vpc_origin_fields, s, &t))
    return false;
  const struct sim_load_balancer *lb = sim_find_load_balancer(r->w, t.load_balancer);
  if (!lb)
    return sim_read_error(r, s, "there is no load balancer '%s'", t.load_balancer);
  v->name = t.name;
  v->id = sim_text(r->w, "vo_%s", sim_made_id(r->w, 22));
  v->arn = sim_text(r->w, "arn:aws:cloudfront::%s:vpcorigin/%s", r->w->account, v->id);
  v->endpoint_arn = lb->arn;
  v->created = long_ago(r->w);
  return v->arn != NULL;
}

struct origin_text {
  const char *id, *path, *bucket, *api, *load_balancer, *vpc_origin, *domain;
};
static const struct sim_read_field origin_fields[] = {
    {"id", SIM_R_TEXT, offsetof(struct origin_text, id), true},
    {"path", SIM_R_TEXT, offsetof(struct origin_text, path), false},
    {"bucket", SIM_R_TEXT, offsetof(struct origin_text, bucket), false},
    {"api", SIM_R_TEXT, offsetof(struct origin_text, api), false},
    {"load_balancer", SIM_R_TEXT, offsetof(struct origin_text, load_balancer), false},
    {"vpc_origin", SIM_R_TEXT, offsetof(struct origin_text, vpc_origin), false},
    {"domain", SIM_R_TEXT, offsetof(struct origin_text, domain), false},
};

/* Where an origin's requests go; NULL: it names a thing that is not there. */
static const char *origin_domain(struct sim_world *w, const struct origin_text *t,
                                 struct sim_origin *o) {
  o->kind = SIM_ORIGIN_CUSTOM;
  if (t->bucket) {
    const char *region = w->region;
    for (size_t i = 0; i < w->buckets.n; i++) {
      const struct sim_bucket *b = w->buckets.v[i];
      if (!strcmp(b->name, t->bucket))
        region = b->region;
    }
    o->kind = SIM_ORIGIN_S3;
    return sim_text(w, "%s.s3.%s.amazonaws.com", t->bucket, region);
  }
  for (size_t i = 0; t->api && i < w->apis.n; i++) {
    const struct sim_api *a = w->apis.v[i];
    if (!strcmp(a->name, t->api))
      return a->endpoint + strlen("https://");
  }
  for (size_t i = 0; t->vpc_origin && i < w->vpc_origins.n; i++) {
    const struct sim_vpc_origin *v = w->vpc_origins.v[i];
    if (strcmp(v->name, t->vpc_origin) != 0)
      continue;
    o->kind = SIM_ORIGIN_VPC;
    o->vpc_origin_id = v->id;
    return sim_find_load_balancer(w, v->endpoint_arn)->dns_name;
  }
  const struct sim_load_balancer *lb =
      t->load_balancer ? sim_find_load_balancer(w, t->load_balancer) : NULL;
  return lb ? lb->dns_name : t->domain;
}

static bool read_origin(struct sim_reader *r, const config_setting_t *s,
                        struct sim_distribution *d) {
  struct origin_text t = {.path = ""};
  struct sim_origin *o = sim_read_new(r, &d->origins, sizeof *o);

  if (!o || !SIM_READ(origin_fields, s, &t))
    return false;
  o->id = t.id;
  o->path = t.path;
  o->domain_name = origin_domain(r->w, &t, o);
  return o->domain_name ? true : sim_read_error(r, s, "origin '%s' leads nowhere", t.id);
}

static bool read_behavior(struct sim_reader *r, const config_setting_t *s,
                          struct sim_distribution *d) {
  static const struct sim_read_field fields[] = {
      {"path", SIM_R_TEXT, offsetof(struct sim_behavior, path_pattern), true},
      {"origin", SIM_R_TEXT, offsetof(struct sim_behavior, origin_id), true},
  };
  struct sim_behavior *b = sim_read_new(r, &d->behaviors, sizeof *b);

  return b && SIM_READ(fields, s, b);
}

static bool read_distribution(struct sim_reader *r, const config_setting_t *s) {
  static const struct sim_read_field fields[] = {
      {"id", SIM_R_TEXT, offsetof(struct sim_distribution, id), true},
      {"comment", SIM_R_TEXT, offsetof(struct sim_distribution, comment), false},
      {"default_origin", SIM_R_TEXT, offsetof(struct sim_distribution, default_origin_id), true},
      {"price_class", SIM_R_TEXT, offsetof(struct sim_distribution, price_class), false},
      {"web_acl", SIM_R_TEXT, offsetof(struct sim_distribution, web_acl), false},
      {"aliases", SIM_R_SUB, 0, false},
      {"origins", SIM_R_SUB, 0, true},
      {"behaviors", SIM_R_SUB, 0, false},
  };
  struct sim_distribution *d = sim_read_new(r, &r->w->distributions, sizeof *d);

  if (!d)
    return false;
  d->comment = d->web_acl = "";
  d->price_class = "PriceClass_All";
  d->enabled = true;
  if (!SIM_READ(fields, s, d) || !sim_read_texts(r, s, "aliases", &d->aliases))
    return false;
  d->arn = sim_text(r->w, "arn:aws:cloudfront::%s:distribution/%s", r->w->account, d->id);
  d->domain_name = sim_text(r->w, "d%s.cloudfront.net", sim_made_hex(r->w, 13));
  d->etag = sim_text(r->w, "E%s", sim_made_id(r->w, 13));
  d->last_modified = r->w->began - 9 * SIM_DAY;
  d->deployed = d->last_modified + 4 * SIM_MINUTE;
  const config_setting_t *list = config_setting_get_member(s, "origins");
  for (int i = 0; i < config_setting_length(list); i++)
    if (!read_origin(r, config_setting_get_elem(list, (unsigned)i), d))
      return false;
  list = config_setting_get_member(s, "behaviors");
  for (int i = 0; list && i < config_setting_length(list); i++)
    if (!read_behavior(r, config_setting_get_elem(list, (unsigned)i), d))
      return false;
  return d->arn && d->domain_name && d->etag;
}

bool sim_read_edge(struct sim_reader *r, const config_setting_t *root) {
  return sim_read_each(r, root, "buckets", read_bucket) &&
         sim_read_each(r, root, "target_groups", read_group) &&
         sim_read_each(r, root, "load_balancers", read_load_balancer) &&
         sim_read_each(r, root, "apis", read_api) &&
         sim_read_each(r, root, "vpc_origins", read_vpc_origin) &&
         sim_read_each(r, root, "distributions", read_distribution);
}
