/* Elastic Load Balancing v2: load balancers, listeners, rules, target groups and their targets.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ */
#include "sim/elbv2.h"

#define PAGE_MAX 400
#define NAMES_MAX 20
#define ZONE_ID "Z32O12XQLNTSW2" /* Route 53's zone of load balancers in eu-west-1 */

/* ---- lists ----------------------------------------------------------------------------------- */

/* What an operation lists, in the request's arena. */
struct found {
  const void **v;
  size_t n, cap;
};

static bool add(struct sim_request *rq, struct found *f, const void *item) {
  if (f->n == f->cap) {
    size_t cap = f->cap ? 2 * f->cap : 64;
    const void **v = aws_arena_alloc_n(rq->arena, cap, sizeof *v);
    if (!v) {
      sim_error(rq, 500, "InternalFailure", "out of memory");
      return false;
    }
    if (f->n)
      memcpy(v, f->v, f->n * sizeof *v);
    f->v = v;
    f->cap = cap;
  }
  f->v[f->n++] = item;
  return true;
}

typedef void (*write_item)(struct sim_request *rq, const void *item);

static void answer(struct sim_request *rq, const char *list, const struct found *f,
                   write_item write) {
  struct sim_page page;

  if (!sim_page(rq, "Marker", "PageSize", PAGE_MAX, f->n, &page))
    return;
  sim_list(rq, list, NULL);
  for (size_t i = page.first; f->v && i < page.end; i++) {
    sim_begin(rq, NULL);
    write(rq, f->v[i]);
    sim_end(rq);
  }
  sim_end(rq);
  sim_next(rq, "NextMarker", &page);
}

/* At most one of these parameters may be sent; with `one`, exactly one. */
static bool check_one(struct sim_request *rq, const char *const *names, bool one) {
  const char *had = NULL;

  for (; *names; names++) {
    if (!sim_in_has(rq, *names))
      continue;
    if (had) {
      sim_error(rq, 400, "ValidationError", "%s and %s cannot be specified together", had, *names);
      return false;
    }
    had = *names;
  }
  if (!had && one)
    sim_error(rq, 400, "ValidationError", "You must specify what to describe by ARN");
  return had || !one;
}

/* ---- load balancers -------------------------------------------------------------------------- */

static const struct sim_load_balancer *wanted_lb(struct sim_request *rq, const char *key,
                                                 bool arn) {
  const struct sim_load_balancer *lb = NULL;

  if (arn && !elbv2_is_arn(rq, key, ":loadbalancer/", "load balancer"))
    return NULL;
  lb = sim_find_load_balancer(rq->world, key);
  if (!lb || arn != !strcmp(lb->arn, key)) {
    if (arn)
      sim_error(rq, 400, "LoadBalancerNotFound", "One or more load balancers not found");
    else
      sim_error(rq, 400, "LoadBalancerNotFound", "Load balancers '[%s]' not found", key);
    return NULL;
  }
  return lb;
}

static void write_lb(struct sim_request *rq, const void *item) {
  const struct sim_load_balancer *lb = item;

  sim_str(rq, "LoadBalancerArn", lb->arn);
  sim_str(rq, "DNSName", lb->dns_name);
  sim_str(rq, "CanonicalHostedZoneId", ZONE_ID);
  sim_time(rq, "CreatedTime", lb->created);
  sim_str(rq, "LoadBalancerName", lb->name);
  sim_str(rq, "Scheme", lb->scheme);
  sim_str(rq, "VpcId", lb->vpc);
  sim_begin(rq, "State");
  sim_str(rq, "Code", "active");
  sim_end(rq);
  sim_str(rq, "Type", "application");
  sim_list(rq, "AvailabilityZones", NULL);
  for (size_t i = 0; i < SIM_ZONES; i++) {
    const struct sim_zone *z = &rq->world->zones[i];
    sim_begin(rq, NULL);
    sim_str(rq, "ZoneName", z->name);
    sim_str(rq, "SubnetId", strcmp(lb->scheme, "internal") ? z->public_subnet : z->subnet);
    sim_empty_list(rq, "LoadBalancerAddresses");
    sim_end(rq);
  }
  sim_end(rq);
  sim_list(rq, "SecurityGroups", NULL);
  sim_str(rq, NULL, lb->security_group);
  sim_end(rq);
  sim_str(rq, "IpAddressType", "ipv4");
}

static void describe_load_balancers(struct sim_request *rq) {
  static const char *const ways[] = {"LoadBalancerArns", "Names", NULL};
  const struct sim_world *w = rq->world;
  struct found f = {0};

  if (!check_one(rq, ways, false))
    return;
  bool asked = sim_in_list(rq, "LoadBalancerArns") || sim_in_list(rq, "Names");
  for (size_t i = 0; !asked && i < w->load_balancers.n; i++)
    if (!add(rq, &f, w->load_balancers.v[i]))
      return;
  for (int arns = 0; arns < 2; arns++) {
    const cJSON *keys = sim_in_list(rq, arns ? "LoadBalancerArns" : "Names"), *key;
    cJSON_ArrayForEach(key, keys) {
      const struct sim_load_balancer *lb = wanted_lb(rq, sim_item_str(key), arns);
      if (!lb || !add(rq, &f, lb))
        return;
    }
  }
  answer(rq, "LoadBalancers", &f, write_lb);
}

/* ---- listeners and rules --------------------------------------------------------------------- */

static void write_forward(struct sim_request *rq, const struct sim_rule *rule) {
  const struct sim_forward *first = rule->forwards.v[0];

  if (rule->forwards.n == 1)
    sim_str(rq, "TargetGroupArn", first->group->arn);
  sim_begin(rq, "ForwardConfig");
  sim_list(rq, "TargetGroups", NULL);
  for (size_t i = 0; i < rule->forwards.n; i++) {
    const struct sim_forward *f = rule->forwards.v[i];
    sim_begin(rq, NULL);
    sim_str(rq, "TargetGroupArn", f->group->arn);
    sim_int(rq, "Weight", f->weight);
    sim_end(rq);
  }
  sim_end(rq);
  sim_begin(rq, "TargetGroupStickinessConfig");
  sim_bool(rq, "Enabled", false);
  sim_end(rq);
  sim_end(rq);
}

static void write_redirect(struct sim_request *rq) {
  sim_begin(rq, "RedirectConfig");
  sim_str(rq, "Protocol", "HTTPS");
  sim_str(rq, "Port", "443");
  sim_str(rq, "Host", "#{host}");
  sim_str(rq, "Path", "/#{path}");
  sim_str(rq, "Query", "#{query}");
  sim_str(rq, "StatusCode", "HTTP_301");
  sim_end(rq);
}

static void write_actions(struct sim_request *rq, const char *name, const struct sim_rule *rule) {
  sim_list(rq, name, NULL);
  sim_begin(rq, NULL);
  sim_str(rq, "Type", rule->redirect ? "redirect" : "forward");
  sim_int(rq, "Order", 1);
  if (rule->redirect)
    write_redirect(rq);
  else
    write_forward(rq, rule);
  sim_end(rq);
  sim_end(rq);
}

static void write_listener(struct sim_request *rq, const void *item) {
  const struct sim_listener *l = item;
  const struct sim_rule *rule = l->rules.n ? l->rules.v[l->rules.n - 1] : NULL;

  sim_str(rq, "ListenerArn", l->arn);
  sim_str(rq, "LoadBalancerArn", l->load_balancer->arn);
  sim_int(rq, "Port", l->port);
  sim_str(rq, "Protocol", l->protocol);
  if (l->certificate) {
    sim_list(rq, "Certificates", NULL);
    sim_begin(rq, NULL);
    sim_str(rq, "CertificateArn", l->certificate);
    sim_end(rq);
    sim_end(rq);
    sim_str(rq, "SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06");
  }
  if (rule)
    write_actions(rq, "DefaultActions", rule);
  if (l->certificate) {
    sim_begin(rq, "MutualAuthentication");
    sim_str(rq, "Mode", "off");
    sim_end(rq);
  }
}

static const struct sim_listener *find_listener(const struct sim_world *w, const char *arn) {
  for (size_t i = 0; i < w->load_balancers.n; i++) {
    const struct sim_load_balancer *lb = w->load_balancers.v[i];
    for (size_t j = 0; j < lb->listeners.n; j++) {
      const struct sim_listener *l = lb->listeners.v[j];
      if (!strcmp(l->arn, arn))
        return l;
    }
  }
  return NULL;
}

static const struct sim_listener *wanted_listener(struct sim_request *rq, const char *arn) {
  if (!elbv2_is_arn(rq, arn, ":listener/", "listener"))
    return NULL;
  const struct sim_listener *l = find_listener(rq->world, arn);
  if (!l)
    sim_error(rq, 400, "ListenerNotFound", "One or more listeners not found");
  return l;
}

static void describe_listeners(struct sim_request *rq) {
  static const char *const ways[] = {"LoadBalancerArn", "ListenerArns", NULL};
  const char *arn = sim_in_str(rq, "LoadBalancerArn");
  const cJSON *arns = sim_in_list(rq, "ListenerArns"), *item;
  struct found f = {0};

  if (!check_one(rq, ways, true))
    return;
  if (arn) {
    const struct sim_load_balancer *lb = wanted_lb(rq, arn, true);
    if (!lb)
      return;
    for (size_t i = 0; i < lb->listeners.n; i++)
      if (!add(rq, &f, lb->listeners.v[i]))
        return;
  }
  cJSON_ArrayForEach(item, arns) {
    const struct sim_listener *l = wanted_listener(rq, sim_item_str(item));
    if (!l || !add(rq, &f, l))
      return;
  }
  answer(rq, "Listeners", &f, write_listener);
}

static void write_condition(struct sim_request *rq, const char *field, const char *config,
                            const char *value) {
  if (!value)
    return;
  sim_begin(rq, NULL);
  sim_str(rq, "Field", field);
  sim_list(rq, "Values", NULL);
  sim_str(rq, NULL, value);
  sim_end(rq);
  sim_begin(rq, config);
  sim_list(rq, "Values", NULL);
  sim_str(rq, NULL, value);
  sim_end(rq);
  sim_end(rq);
  sim_end(rq);
}

static void write_rule(struct sim_request *rq, const void *item) {
  const struct sim_rule *rule = item;

  sim_str(rq, "RuleArn", rule->arn);
  if (rule->priority)
    sim_strf(rq, "Priority", "%d", rule->priority);
  else
    sim_str(rq, "Priority", "default");
  sim_list(rq, "Conditions", NULL);
  write_condition(rq, "host-header", "HostHeaderConfig", rule->host);
  write_condition(rq, "path-pattern", "PathPatternConfig", rule->path);
  sim_end(rq);
  write_actions(rq, "Actions", rule);
  sim_bool(rq, "IsDefault", rule->priority == 0);
}

static const struct sim_rule *find_rule(const struct sim_world *w, const char *arn) {
  for (size_t i = 0; i < w->load_balancers.n; i++) {
    const struct sim_load_balancer *lb = w->load_balancers.v[i];
    for (size_t j = 0; j < lb->listeners.n; j++) {
      const struct sim_listener *l = lb->listeners.v[j];
      for (size_t k = 0; k < l->rules.n; k++) {
        const struct sim_rule *rule = l->rules.v[k];
        if (!strcmp(rule->arn, arn))
          return rule;
      }
    }
  }
  return NULL;
}

static void describe_rules(struct sim_request *rq) {
  static const char *const ways[] = {"ListenerArn", "RuleArns", NULL};
  const char *arn = sim_in_str(rq, "ListenerArn");
  const cJSON *arns = sim_in_list(rq, "RuleArns"), *item;
  struct found f = {0};

  if (!check_one(rq, ways, true))
    return;
  if (arn) {
    const struct sim_listener *l = wanted_listener(rq, arn);
    if (!l)
      return;
    for (size_t i = 0; i < l->rules.n; i++)
      if (!add(rq, &f, l->rules.v[i]))
        return;
  }
  cJSON_ArrayForEach(item, arns) {
    if (!elbv2_is_arn(rq, sim_item_str(item), ":listener-rule/", "rule"))
      return;
    const struct sim_rule *rule = find_rule(rq->world, sim_item_str(item));
    if (!rule) {
      sim_error(rq, 400, "RuleNotFound", "One or more rules not found");
      return;
    }
    if (!add(rq, &f, rule))
      return;
  }
  answer(rq, "Rules", &f, write_rule);
}

/* ---- target groups --------------------------------------------------------------------------- */

static void write_group(struct sim_request *rq, const void *item) {
  const struct sim_target_group *g = item;

  sim_str(rq, "TargetGroupArn", g->arn);
  sim_str(rq, "TargetGroupName", g->name);
  sim_str(rq, "Protocol", g->protocol);
  sim_int(rq, "Port", g->port);
  sim_str(rq, "VpcId", g->vpc);
  sim_str(rq, "HealthCheckProtocol", g->protocol);
  sim_str(rq, "HealthCheckPort", "traffic-port");
  sim_bool(rq, "HealthCheckEnabled", true);
  sim_int(rq, "HealthCheckIntervalSeconds", g->interval_s);
  sim_int(rq, "HealthCheckTimeoutSeconds", g->timeout_s);
  sim_int(rq, "HealthyThresholdCount", g->healthy_threshold);
  sim_int(rq, "UnhealthyThresholdCount", g->unhealthy_threshold);
  sim_str(rq, "HealthCheckPath", g->path);
  sim_begin(rq, "Matcher");
  sim_str(rq, "HttpCode", g->matcher);
  sim_end(rq);
  sim_list(rq, "LoadBalancerArns", NULL);
  for (size_t i = 0; i < g->load_balancers.n; i++) {
    const struct sim_load_balancer *lb = g->load_balancers.v[i];
    sim_str(rq, NULL, lb->arn);
  }
  sim_end(rq);
  sim_str(rq, "TargetType", "ip");
  sim_str(rq, "ProtocolVersion", "HTTP1");
  sim_str(rq, "IpAddressType", "ipv4");
}

static bool feeds(const struct sim_load_balancer *lb, const struct sim_target_group *g) {
  for (size_t i = 0; i < g->load_balancers.n; i++)
    if (g->load_balancers.v[i] == lb)
      return true;
  return false;
}

static void describe_target_groups(struct sim_request *rq) {
  static const char *const ways[] = {"LoadBalancerArn", "TargetGroupArns", "Names", NULL};
  const struct sim_world *w = rq->world;
  const char *arn = sim_in_str(rq, "LoadBalancerArn");
  const struct sim_load_balancer *lb = NULL;
  struct found f = {0};

  if (!check_one(rq, ways, false))
    return;
  if (arn) {
    lb = wanted_lb(rq, arn, true);
    if (!lb)
      return;
  }
  bool asked = sim_in_list(rq, "TargetGroupArns") || sim_in_list(rq, "Names");
  for (size_t i = 0; !asked && i < w->target_groups.n; i++)
    if ((!lb || feeds(lb, w->target_groups.v[i])) && !add(rq, &f, w->target_groups.v[i]))
      return;
  for (int arns = 0; arns < 2; arns++) {
    const cJSON *keys = sim_in_list(rq, arns ? "TargetGroupArns" : "Names"), *key;
    cJSON_ArrayForEach(key, keys) {
      const struct sim_target_group *g = elbv2_wanted_group(rq, sim_item_str(key), arns);
      if (!g || !add(rq, &f, g))
        return;
    }
  }
  answer(rq, "TargetGroups", &f, write_group);
}

/* ---- the table ------------------------------------------------------------------------------- */

#define PAGE_PARAMS                                                                                \
  {.name = "PageSize", .kind = SIM_P_INT, .min = 1, .max = PAGE_MAX}, {                            \
    .name = "Marker", .kind = SIM_P_STR                                                            \
  }

static const char *const includable[] = {"AnomalyDetection", "All", NULL};

static const struct sim_param describe_load_balancers_params[] = {
    PAGE_PARAMS,
    {.name = "LoadBalancerArns", .kind = SIM_P_LIST, .min = 0, .max = NAMES_MAX},
    {.name = "Names", .kind = SIM_P_LIST},
};
static const struct sim_param describe_listeners_params[] = {
    PAGE_PARAMS,
    {.name = "LoadBalancerArn", .kind = SIM_P_STR},
    {.name = "ListenerArns", .kind = SIM_P_LIST},
};
static const struct sim_param describe_rules_params[] = {
    PAGE_PARAMS,
    {.name = "ListenerArn", .kind = SIM_P_STR},
    {.name = "RuleArns", .kind = SIM_P_LIST},
};
static const struct sim_param describe_target_groups_params[] = {
    PAGE_PARAMS,
    {.name = "LoadBalancerArn", .kind = SIM_P_STR},
    {.name = "TargetGroupArns", .kind = SIM_P_LIST},
    {.name = "Names", .kind = SIM_P_LIST},
};
static const struct sim_param describe_target_health_params[] = {
    {.name = "TargetGroupArn", .kind = SIM_P_STR, .required = true},
    {.name = "Targets", .kind = SIM_P_LIST},
    {.name = "Include", .kind = SIM_P_LIST, .allowed = includable},
};

const struct sim_op sim_ops_elbv2[] = {
    {"DescribeLoadBalancers", describe_load_balancers, .SIM_PARAMS(describe_load_balancers_params)},
    {"DescribeListeners", describe_listeners, .SIM_PARAMS(describe_listeners_params)},
    {"DescribeRules", describe_rules, .SIM_PARAMS(describe_rules_params)},
    {"DescribeTargetGroups", describe_target_groups, .SIM_PARAMS(describe_target_groups_params)},
    {"DescribeTargetHealth", elbv2_describe_target_health,
     .SIM_PARAMS(describe_target_health_params)},
    {.name = NULL},
};
