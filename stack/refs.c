/* From a thing to the next one: the references of the request path, followed. What could not be
 * joined is kept with the reason.
 */
#include "config.h"

#include "stack/derived.h"
#include "stack/things.h"

#include "aws/api/apigatewayv2.h"
#include "aws/api/cloudfront.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { REFS_MAX = 50000 };

static const struct aws_str nothing = {NULL, 0};

const unsigned stack_ref_kinds =
    STACK_BIT(STACK_DISTRIBUTION) | STACK_BIT(STACK_VPC_ORIGIN) | STACK_BIT(STACK_LOAD_BALANCER) |
    STACK_BIT(STACK_LISTENER) | STACK_BIT(STACK_RULE) | STACK_BIT(STACK_TARGET_GROUP) |
    STACK_BIT(STACK_TARGET) | STACK_BIT(STACK_TASK) | STACK_BIT(STACK_SERVICE) |
    STACK_BIT(STACK_TASK_DEFINITION) | STACK_BIT(STACK_DB_INSTANCE) | STACK_BIT(STACK_DB_CLUSTER) |
    STACK_BIT(STACK_PARAMETER) | STACK_BIT(STACK_SECRET) | STACK_BIT(STACK_BUCKET) |
    STACK_BIT(STACK_API) | STACK_BIT(STACK_INTEGRATION);

/* ---- one reference --------------------------------------------------------------------------- */

struct from { /* where it starts, and what it is called */
  struct stack *s;
  enum stack_kind kind;
  struct aws_str id;
  char what[48];
};

static void add(const struct from *f, enum stack_kind to_kind, struct aws_str to, const char *fmt,
                ...) AWS_PRINTF(4, 5);

static void add(const struct from *f, enum stack_kind to_kind, struct aws_str to, const char *fmt,
                ...) {
  struct stack_derived *d = f->s->derived;
  if (d->nrefs >= REFS_MAX || !aws_grow(&d->refs, &d->cap, d->nrefs + 1, sizeof *d->refs))
    return;
  struct stack_ref *r = &d->refs[d->nrefs++];
  *r = (struct stack_ref){.from_kind = f->kind, .to_kind = to_kind, .from = f->id, .to = to};
  memcpy(r->what, f->what, sizeof r->what);
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(r->why, sizeof r->why, fmt, ap);
  va_end(ap);
}

/* "is not here", or "not known yet" when the kind has not been read whole. */
static void add_missing(const struct from *f, enum stack_kind to_kind, struct aws_str name) {
  if (stack_rows_of(f->s, to_kind)->loaded)
    add(f, to_kind, nothing, "no %s %.*s in this account and region", stack_kind_singular(to_kind),
        AWS_STR_ARG(name));
  else
    add(f, to_kind, nothing, "%s %.*s: %s not read", stack_kind_singular(to_kind),
        AWS_STR_ARG(name), stack_kind_words(to_kind));
}

static void add_found(const struct from *f, enum stack_kind to_kind, struct aws_str id,
                      struct aws_str name, const char *how) {
  const struct stack_row *row = stack_rows_find(f->s, to_kind, id);
  if (row)
    add(f, to_kind, row->id, "%s", how);
  else
    add_missing(f, to_kind, name);
}

static struct from start(struct stack *s, const struct stack_row *row, enum stack_kind k,
                         const char *fmt, ...) AWS_PRINTF(4, 5);

static struct from start(struct stack *s, const struct stack_row *row, enum stack_kind k,
                         const char *fmt, ...) {
  struct from f = {.s = s, .kind = k, .id = row->id};
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(f.what, sizeof f.what, fmt, ap);
  va_end(ap);
  return f;
}

/* ---- host names ------------------------------------------------------------------------------ */

static bool same_host(struct aws_str a, struct aws_str b) {
  return a.n == b.n && a.n && !strncasecmp(a.p, b.p, a.n);
}

static struct aws_str without_dualstack(struct aws_str host) {
  const size_t n = sizeof "dualstack." - 1;
  if (host.n > n && !strncasecmp(host.p, "dualstack.", n))
    return (struct aws_str){host.p + n, host.n - n};
  return host;
}

/* The bucket of "b.s3.eu-west-1.amazonaws.com", "b.s3.amazonaws.com",
 * "b.s3.dualstack.r.amazonaws.com", "b.s3-website-us-east-1.amazonaws.com" or
 * "b.s3-website.eu-central-1.amazonaws.com". A bucket's own name may hold dots: the last ".s3" that
 * is followed by '.' or '-' counts. */
static struct aws_str bucket_of(struct aws_str host, bool *website) {
  if (!aws_str_has(host, AWS_STR_LIT(".amazonaws.com")))
    return nothing;
  for (size_t i = host.n; i-- > 1;) {
    struct aws_str rest = {host.p + i, host.n - i};
    if (!aws_str_starts(rest, ".s3.") && !aws_str_starts(rest, ".s3-"))
      continue;
    *website = aws_str_starts(rest, ".s3-website");
    return (struct aws_str){host.p, i};
  }
  return nothing;
}

static const struct stack_row *load_balancer_of(struct stack *s, struct aws_str host) {
  const struct stack_collection *c = stack_rows_of(s, STACK_LOAD_BALANCER);
  host = without_dualstack(host);
  for (size_t i = 0; i < c->n; i++)
    if (same_host(((const struct elbv2_load_balancer *)c->rows[i]->item)->dns_name, host))
      return c->rows[i];
  return NULL;
}

/* ---- origins --------------------------------------------------------------------------------- */

static bool join_link(const struct from *f, struct aws_str host) {
  const struct stack_config *c = &f->s->cfg;
  static const enum stack_kind kinds[] = {STACK_LOAD_BALANCER, STACK_API};
  for (size_t i = 0; i < c->nlinks; i++) {
    if (!same_host(host, aws_str_from(c->links[i].from)))
      continue;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
      const struct stack_row *row = stack_rows_named(f->s, kinds[k], c->links[i].to);
      if (!row)
        continue;
      add(f, kinds[k], row->id, "by the link in the configuration");
      return true;
    }
    add(f, STACK_LOAD_BALANCER, nothing,
        "the configuration links it to %s, and no load balancer or API has that name",
        c->links[i].to);
    return true;
  }
  return false;
}

static bool join_vpc_origin(const struct from *f, const struct cloudfront_origin *o) {
  if (!o->vpc_origin_id.n)
    return false;
  const struct stack_row *row = stack_rows_find(f->s, STACK_VPC_ORIGIN, o->vpc_origin_id);
  if (!row) {
    add_missing(f, STACK_VPC_ORIGIN, o->vpc_origin_id);
    return true;
  }
  const struct cloudfront_vpc_origin *v = row->item;
  char how[160];
  snprintf(how, sizeof how, "by VPC origin %.*s", AWS_STR_ARG(v->id));
  add_found(f, STACK_LOAD_BALANCER, v->endpoint_arn, v->endpoint_arn, how);
  return true;
}

static bool join_bucket(const struct from *f, struct aws_str host) {
  bool website = false;
  struct aws_str bucket = bucket_of(host, &website);
  if (!bucket.n)
    return false;
  add_found(f, STACK_BUCKET, bucket, bucket,
            website ? "by its website endpoint" : "by its REST endpoint");
  return true;
}

static bool join_api(const struct from *f, struct aws_str host) {
  if (!aws_str_has(host, AWS_STR_LIT(".execute-api.")))
    return false;
  struct aws_str rest = host, id = aws_str_split(&rest, '.');
  add_found(f, STACK_API, id, id, "by its execute-api domain");
  return true;
}

static bool join_load_balancer(const struct from *f, struct aws_str host) {
  const struct stack_row *row = load_balancer_of(f->s, host);
  if (row)
    add(f, STACK_LOAD_BALANCER, row->id, "by DNS name");
  else if (aws_str_has(host, AWS_STR_LIT(".elb.")) &&
           aws_str_has(host, AWS_STR_LIT("amazonaws.com")))
    add_missing(f, STACK_LOAD_BALANCER, host);
  else
    return false;
  return true;
}

/* A name of the operator's own: it leads where its addresses do. */
static void join_addresses(const struct from *f, struct aws_str host) {
  const struct stack_collection *c = stack_rows_of(f->s, STACK_LOAD_BALANCER);
  bool pending = false;
  for (size_t i = 0; i < c->n; i++) {
    const struct elbv2_load_balancer *v = c->rows[i]->item;
    enum stack_resolved r = stack_names_same(f->s, host, v->dns_name);
    if (r == STACK_RESOLVED_SAME) {
      add(f, STACK_LOAD_BALANCER, c->rows[i]->id, "by the same addresses");
      return;
    }
    pending = pending || r == STACK_RESOLVED_NOT_YET;
  }
  if (pending)
    add(f, STACK_LOAD_BALANCER, nothing, "%.*s is being looked up", AWS_STR_ARG(host));
  else
    add(f, STACK_LOAD_BALANCER, nothing,
        "%.*s leads to no load balancer, API or bucket of this account and region",
        AWS_STR_ARG(host));
}

static void join_origins(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_DISTRIBUTION);
  for (size_t i = 0; i < c->n; i++) {
    const struct cloudfront_distribution *d = c->rows[i]->item;
    const struct cloudfront_origin *o = d->origins.items;
    for (size_t j = 0; j < d->origins.n; j++) {
      struct from f = start(s, c->rows[i], STACK_DISTRIBUTION, "origin %.*s", AWS_STR_ARG(o[j].id));
      struct aws_str host = o[j].domain_name;
      if (!join_vpc_origin(&f, &o[j]) && !join_link(&f, host) && !join_bucket(&f, host) &&
          !join_api(&f, host) && !join_load_balancer(&f, host))
        join_addresses(&f, host);
    }
  }
}

/* ---- APIs ------------------------------------------------------------------------------------ */

static bool join_registry(const struct from *f, struct aws_str registry) {
  const struct stack_collection *c = stack_rows_of(f->s, STACK_SERVICE);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_service *v = c->rows[i]->item;
    const struct ecs_registry *r = v->registries.items;
    for (size_t j = 0; j < v->registries.n; j++)
      if (aws_str_eq(r[j].arn, registry)) {
        add(f, STACK_SERVICE, c->rows[i]->id, "through its Cloud Map service");
        return true;
      }
  }
  return false;
}

static struct aws_str host_of(struct aws_str url) {
  const char *at = url.p ? strstr(url.p, "://") : NULL;
  if (!at)
    return nothing;
  struct aws_str rest = aws_str_from(at + 3), host = aws_str_split(&rest, '/');
  return aws_str_split(&host, ':');
}

static void join_integration(const struct from *f, const struct apigatewayv2_integration *v) {
  char how[160];
  snprintf(how, sizeof how, "through VPC link %.*s", AWS_STR_ARG(v->connection_id));
  if (aws_str_has(v->uri, AWS_STR_LIT(":elasticloadbalancing:")))
    add_found(f, STACK_LISTENER, v->uri, v->uri, how);
  else if (aws_str_has(v->uri, AWS_STR_LIT(":servicediscovery:"))) {
    if (!join_registry(f, v->uri))
      add(f, STACK_SERVICE, nothing, "no ECS service registers in %.*s", AWS_STR_ARG(v->uri));
  } else {
    const struct stack_row *row = load_balancer_of(f->s, host_of(v->uri));
    if (row)
      add(f, STACK_LOAD_BALANCER, row->id, "by DNS name");
    else
      add(f, STACK_LISTENER, nothing, "%.*s to %.*s is no part of this path", AWS_STR_ARG(v->type),
          AWS_STR_ARG(v->uri.n ? v->uri : AWS_STR_LIT("nowhere")));
  }
}

static void join_integrations(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_INTEGRATION);
  for (size_t i = 0; i < c->n; i++) {
    const struct apigatewayv2_integration *v = c->rows[i]->item;
    struct from f = start(s, c->rows[i], STACK_API, "integration %.*s", AWS_STR_ARG(v->id));
    const struct stack_row *api = stack_rows_find(s, STACK_API, c->rows[i]->parent);
    if (api)
      f.id = api->id;
    join_integration(&f, v);
  }
}

/* ---- load balancers -------------------------------------------------------------------------- */

static void join_actions(const struct from *f, const struct aws_list *actions) {
  const struct elbv2_action *a = actions->items;
  for (size_t i = 0; i < actions->n; i++) {
    const struct elbv2_forward *w = a[i].forwards.items;
    for (size_t j = 0; j < a[i].forwards.n; j++) {
      char how[40];
      snprintf(how, sizeof how, "forward, weight %" PRId64, w[j].weight);
      add_found(f, STACK_TARGET_GROUP, w[j].target_group_arn, w[j].target_group_arn, how);
    }
    if (!a[i].forwards.n && a[i].target_group_arn.n)
      add_found(f, STACK_TARGET_GROUP, a[i].target_group_arn, a[i].target_group_arn, "forward");
  }
}

static void join_listeners(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_LISTENER);
  for (size_t i = 0; i < c->n; i++) {
    const struct elbv2_listener *v = c->rows[i]->item;
    const struct stack_row *lb = stack_rows_find(s, STACK_LOAD_BALANCER, c->rows[i]->parent);
    if (lb) {
      struct from f =
          start(s, lb, STACK_LOAD_BALANCER, "listener %.*s", AWS_STR_ARG(c->rows[i]->name));
      add(&f, STACK_LISTENER, c->rows[i]->id, "its own");
    }
    struct from f =
        start(s, c->rows[i], STACK_LISTENER, "listener %.*s", AWS_STR_ARG(c->rows[i]->name));
    join_actions(&f, &v->default_actions);
  }
  c = stack_rows_of(s, STACK_RULE);
  for (size_t i = 0; i < c->n; i++) {
    const struct elbv2_rule *v = c->rows[i]->item;
    if (v->is_default)
      continue; /* the listener's default actions again */
    struct from f = start(s, c->rows[i], STACK_RULE, "%.*s", AWS_STR_ARG(c->rows[i]->name));
    join_actions(&f, &v->actions);
  }
}

static bool index_groups(struct stack *s, struct aws_map *services) {
  const struct stack_collection *c = stack_rows_of(s, STACK_SERVICE);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_service *v = c->rows[i]->item;
    const struct ecs_load_balancer *lb = v->load_balancers.items;
    for (size_t j = 0; j < v->load_balancers.n; j++)
      if (lb[j].target_group_arn.n &&
          !aws_map_put(services, lb[j].target_group_arn, (void *)(uintptr_t)c->rows[i]))
        return false;
  }
  return true;
}

static void join_target_groups(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_TARGET_GROUP);
  struct aws_map services = {0};
  bool indexed = index_groups(s, &services);
  for (size_t i = 0; indexed && i < c->n; i++) {
    struct from f =
        start(s, c->rows[i], STACK_TARGET_GROUP, "targets %.*s", AWS_STR_ARG(c->rows[i]->name));
    const struct stack_row *service = aws_map_get(&services, c->rows[i]->id);
    if (service)
      add(&f, STACK_SERVICE, service->id, "the service registers its tasks");
    else
      add(&f, STACK_SERVICE, nothing, "no ECS service registers tasks in it");
  }
  aws_map_done(&services);
}

/* ---- targets --------------------------------------------------------------------------------- */

/* A task's addresses: its interface's, and those of its containers. */
static bool index_task(struct aws_map *tasks, const struct stack_row *row) {
  const struct ecs_task *t = row->item;
  const struct ecs_attachment *at = t->attachments.items;
  const struct ecs_container *c = t->containers.items;
  bool ok = true;
  for (size_t i = 0; i < t->attachments.n; i++) {
    const struct ecs_detail *d = at[i].details.items;
    for (size_t j = 0; j < at[i].details.n; j++)
      if (aws_str_eq_c(d[j].name, "privateIPv4Address") && d[j].value.n)
        ok = ok && aws_map_put(tasks, d[j].value, (void *)(uintptr_t)row);
  }
  for (size_t i = 0; i < t->containers.n; i++) {
    const struct ecs_interface *in = c[i].interfaces.items;
    for (size_t j = 0; j < c[i].interfaces.n; j++)
      if (in[j].private_ip.n)
        ok = ok && aws_map_put(tasks, in[j].private_ip, (void *)(uintptr_t)row);
  }
  return ok;
}

/* Those that stopped first: an address may be another task's by now. */
static bool index_tasks(struct stack *s, struct aws_map *tasks) {
  const struct stack_collection *c = stack_rows_of(s, STACK_TASK);
  bool ok = true;
  for (int running = 0; running < 2; running++)
    for (size_t i = 0; i < c->n; i++) {
      const struct ecs_task *t = c->rows[i]->item;
      if (!aws_str_eq_c(t->desired_status, "STOPPED") == running)
        ok = ok && index_task(tasks, c->rows[i]);
    }
  return ok;
}

static void join_task(const struct from *from, const struct stack_row *task) {
  const struct ecs_task *t = task->item;
  const struct stack_row *service = stack_service_of(from->s, t);
  struct from f = *from;
  snprintf(f.what, sizeof f.what, "task");
  add(&f, STACK_TASK, task->id, "by its address");
  snprintf(f.what, sizeof f.what, "service");
  if (service)
    add(&f, STACK_SERVICE, service->id, "the task's");
  snprintf(f.what, sizeof f.what, "revision");
  if (stack_rows_find(f.s, STACK_TASK_DEFINITION, t->task_definition))
    add(&f, STACK_TASK_DEFINITION, t->task_definition, "the task's");
}

static void join_targets(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_TARGET);
  struct aws_map tasks = {0};
  bool indexed = index_tasks(s, &tasks);
  for (size_t i = 0; indexed && i < c->n; i++) {
    const struct elbv2_target *v = c->rows[i]->item;
    const struct stack_row *task = aws_map_get(&tasks, v->id);
    struct from f = start(s, c->rows[i], STACK_TARGET, "task");
    if (task)
      join_task(&f, task);
    else if (!stack_rows_of(s, STACK_TASK)->loaded)
      add(&f, STACK_TASK, nothing, "tasks not read");
    else
      add(&f, STACK_TASK, nothing, "no task that was read has the address %.*s",
          AWS_STR_ARG(v->id));
  }
  aws_map_done(&tasks);
}

/* ---- task definitions ------------------------------------------------------------------------ */

static void join_parameter(const struct from *f, struct aws_str value) {
  struct aws_str name = value;
  const char *at = strstr(value.p, ":parameter/");
  if (aws_str_starts(value, "arn:") && at)
    name = aws_str_from(at + sizeof ":parameter" - 1); /* with its slash */
  const struct stack_row *row = stack_rows_find(f->s, STACK_PARAMETER, name);
  if (!row && name.p != value.p) /* a name at the first level is written without one */
    row = stack_rows_find(f->s, STACK_PARAMETER, (struct aws_str){name.p + 1, name.n - 1});
  if (row)
    add(f, STACK_PARAMETER, row->id, "by name");
  else
    add_missing(f, STACK_PARAMETER, name);
}

/* arn:aws:secretsmanager:region:account:secret:name-AbCdEf[:key:stage:version] */
static struct aws_str secret_arn(struct aws_str value) {
  size_t colons = 0;
  for (size_t i = 0; i < value.n; i++)
    if (value.p[i] == ':' && ++colons == 7)
      return (struct aws_str){value.p, i};
  return value;
}

static void join_secrets(const struct from *from, const struct ecs_container_definition *v) {
  const struct ecs_secret *secret = v->secrets.items;
  struct from f = *from;
  for (size_t i = 0; i < v->secrets.n; i++) {
    struct aws_str value = secret[i].value_from;
    if (!value.n)
      continue;
    snprintf(f.what, sizeof f.what, "secret %.*s", AWS_STR_ARG(secret[i].name));
    if (aws_str_has(value, AWS_STR_LIT(":secretsmanager:"))) {
      struct aws_str arn = secret_arn(value);
      add_found(&f, STACK_SECRET, arn, arn, "by ARN");
    } else
      join_parameter(&f, value);
  }
}

/* A value that holds a database's endpoint, be it alone or within a URL. */
static bool join_database(const struct from *f, struct aws_str value) {
  const struct stack_collection *c = stack_rows_of(f->s, STACK_DB_CLUSTER);
  for (size_t i = 0; i < c->n; i++) {
    const struct rds_cluster *v = c->rows[i]->item;
    bool reader = v->reader_endpoint.n && aws_str_has(value, v->reader_endpoint);
    if (!reader && !(v->endpoint.n && aws_str_has(value, v->endpoint)))
      continue;
    add(f, STACK_DB_CLUSTER, c->rows[i]->id, "by its %s endpoint", reader ? "reader" : "writer");
    return true;
  }
  c = stack_rows_of(f->s, STACK_DB_INSTANCE);
  for (size_t i = 0; i < c->n; i++) {
    const struct rds_instance *v = c->rows[i]->item;
    if (!v->address.n || !aws_str_has(value, v->address))
      continue;
    add(f, STACK_DB_INSTANCE, c->rows[i]->id, "by its endpoint");
    return true;
  }
  return false;
}

static void join_environment(const struct from *from, const struct ecs_container_definition *v) {
  const struct ecs_detail *e = v->environment.items;
  struct from f = *from;
  for (size_t i = 0; i < v->environment.n; i++) {
    if (!aws_str_has(e[i].value, AWS_STR_LIT(".rds.")))
      continue;
    snprintf(f.what, sizeof f.what, "environment %.*s", AWS_STR_ARG(e[i].name));
    if (!join_database(&f, e[i].value))
      add(&f, STACK_DB_INSTANCE, nothing, "no database here has the endpoint that it names");
  }
}

static void join_services(struct stack *s) {
  const struct stack_collection *c = stack_rows_of(s, STACK_SERVICE);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_service *v = c->rows[i]->item;
    struct from f = start(s, c->rows[i], STACK_SERVICE, "task definition");
    if (v->task_definition.n)
      add_found(&f, STACK_TASK_DEFINITION, v->task_definition, v->task_definition, "its own");
  }
  c = stack_rows_of(s, STACK_TASK_DEFINITION);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_task_definition *v = c->rows[i]->item;
    const struct ecs_container_definition *d = v->containers.items;
    struct from f = start(s, c->rows[i], STACK_TASK_DEFINITION, "task definition");
    for (size_t j = 0; j < v->containers.n; j++) {
      join_secrets(&f, &d[j]);
      join_environment(&f, &d[j]);
    }
  }
}

void stack_refs_update(struct stack *s) {
  if (s->derived->refs_ok)
    return;
  s->derived->nrefs = 0;
  s->derived->refs_ok = true;
  join_origins(s);
  join_integrations(s);
  join_listeners(s);
  join_target_groups(s);
  join_services(s);
  join_targets(s); /* the most of all: last, so that they leave room for the others */
}
