/* Pages made into rows: what a thing's id, parent and name are, kind by kind. */
#include "config.h"

#include "stack/things.h"

#include "aws/api/apigatewayv2.h"
#include "aws/api/autoscaling.h"
#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"
#include "aws/api/s3.h"
#include "aws/api/secretsmanager.h"
#include "aws/api/ssm.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 16 << 20 };

/* What identifies a row. Text that is not in the item is made in the sheet's own arena. */
struct ident {
  struct aws_str id, parent, name;
  bool unwanted;       /* AWS lists it, and it is none of the stack's things */
  const char *without; /* what it lacks that all of its kind have; NULL: nothing */
  size_t too_long;     /* bytes of what would have had to be made; 0: nothing was too long */
};

static struct aws_str make(struct ident *out, struct aws_arena *a, const char *fmt, ...)
    AWS_PRINTF(3, 4);

static struct aws_str make(struct ident *out, struct aws_arena *a, const char *fmt, ...) {
  char text[STACK_ID_MAX + 1];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  if (n < 0 || (size_t)n >= sizeof text) {
    out->too_long = n < 0 ? SIZE_MAX : (size_t)n;
    return (struct aws_str){NULL, 0};
  }
  return aws_arena_copy(a, (struct aws_str){text, (size_t)n});
}

static struct aws_str either(struct aws_str a, struct aws_str b) {
  return a.n ? a : b;
}

typedef void (*ident_fn)(struct ident *out, const void *item, struct aws_str key,
                         struct aws_arena *a);

static void ident_distribution(struct ident *out, const void *item, struct aws_str key,
                               struct aws_arena *a) {
  const struct cloudfront_distribution *d = item;
  (void)key, (void)a;
  out->id = either(d->arn, d->id);
  out->name = d->aliases.n ? *(const struct aws_str *)d->aliases.items : d->domain_name;
}

/* The key of a single invalidation's part is "<distribution's ARN>|<invalidation's id>". */
static void ident_invalidation(struct ident *out, const void *item, struct aws_str key,
                               struct aws_arena *a) {
  const struct cloudfront_invalidation *v = item;
  out->parent = aws_str_split(&key, '|');
  out->id = make(out, a, "%.*s|%.*s", AWS_STR_ARG(out->parent), AWS_STR_ARG(v->id));
  out->parent = aws_arena_copy(a, out->parent);
  out->name = v->id;
}

static void ident_vpc_origin(struct ident *out, const void *item, struct aws_str key,
                             struct aws_arena *a) {
  const struct cloudfront_vpc_origin *v = item;
  (void)key, (void)a;
  out->id = v->id;
  out->name = either(v->endpoint_name, v->id);
}

static void ident_load_balancer(struct ident *out, const void *item, struct aws_str key,
                                struct aws_arena *a) {
  const struct elbv2_load_balancer *v = item;
  (void)key, (void)a;
  out->id = v->arn;
  out->name = v->name;
}

static void ident_listener(struct ident *out, const void *item, struct aws_str key,
                           struct aws_arena *a) {
  const struct elbv2_listener *v = item;
  out->id = v->arn;
  out->parent = v->load_balancer_arn.n ? v->load_balancer_arn : aws_arena_copy(a, key);
  out->name = make(out, a, "%.*s:%" PRId64, AWS_STR_ARG(v->protocol), v->port);
}

static void ident_rule(struct ident *out, const void *item, struct aws_str key,
                       struct aws_arena *a) {
  const struct elbv2_rule *v = item;
  out->id = v->arn;
  out->parent = aws_arena_copy(a, key);
  out->name = v->is_default ? AWS_STR_LIT("default rule")
                            : make(out, a, "rule %.*s", AWS_STR_ARG(v->priority));
}

static void ident_target_group(struct ident *out, const void *item, struct aws_str key,
                               struct aws_arena *a) {
  const struct elbv2_target_group *v = item;
  const bool http = aws_str_starts(v->check_protocol, "HTTP");
  (void)key, (void)a;
  if (!aws_str_eq_c(v->target_type, "lambda")) /* a function has none of these */
    out->without = !v->protocol.n             ? "protocol"
                   : !v->port                 ? "port"
                   : !v->check_protocol.n     ? "HealthCheckProtocol"
                   : http && !v->check_path.n ? "HealthCheckPath"
                                              : NULL;
  out->id = v->arn;
  out->name = v->name;
}

static void ident_target(struct ident *out, const void *item, struct aws_str key,
                         struct aws_arena *a) {
  const struct elbv2_target *v = item;
  if (!v->port && !aws_str_starts(v->id, "arn:")) /* a function has none, an address must */
    out->without = "port";
  out->parent = aws_arena_copy(a, key);
  out->name = v->port ? make(out, a, "%.*s:%" PRId64, AWS_STR_ARG(v->id), v->port) : v->id;
  out->id = make(out, a, "%.*s|%.*s", AWS_STR_ARG(key), AWS_STR_ARG(out->name));
}

static void ident_cluster(struct ident *out, const void *item, struct aws_str key,
                          struct aws_arena *a) {
  const struct ecs_cluster *v = item;
  (void)key, (void)a;
  out->id = v->arn;
  out->name = v->name;
}

static void ident_service(struct ident *out, const void *item, struct aws_str key,
                          struct aws_arena *a) {
  const struct ecs_service *v = item;
  out->unwanted = aws_str_eq_c(v->status, "INACTIVE"); /* deleted, and described for a while */
  out->id = v->arn;
  out->parent = v->cluster_arn.n ? v->cluster_arn : aws_arena_copy(a, key);
  out->name = v->name;
}

static void ident_task(struct ident *out, const void *item, struct aws_str key,
                       struct aws_arena *a) {
  const struct ecs_task *v = item;
  (void)key, (void)a;
  out->id = v->arn;
  out->parent = v->cluster_arn;
  out->name = stack_short(v->arn);
}

static void ident_task_definition(struct ident *out, const void *item, struct aws_str key,
                                  struct aws_arena *a) {
  const struct ecs_task_definition *v = item;
  (void)key, (void)a;
  out->id = v->arn;
  out->name = aws_str_after_last(v->arn, '/');
}

static void ident_scalable_target(struct ident *out, const void *item, struct aws_str key,
                                  struct aws_arena *a) {
  const struct autoscaling_target *v = item; /* an ECS service has one dimension to scale */
  (void)key, (void)a;
  out->id = out->name = v->resource_id;
}

static void ident_scaling_policy(struct ident *out, const void *item, struct aws_str key,
                                 struct aws_arena *a) {
  const struct autoscaling_policy *v = item;
  (void)key, (void)a;
  out->id = v->arn;
  out->parent = v->resource_id;
  out->name = v->name;
}

static bool other_database(struct aws_str engine) { /* the same API answers for these */
  return aws_str_eq_c(engine, "neptune") || aws_str_eq_c(engine, "docdb");
}

/* The instance names its cluster by identifier; the cluster's ARN differs from its own only in the
 * last two parts. */
static void ident_db_instance(struct ident *out, const void *item, struct aws_str key,
                              struct aws_arena *a) {
  const struct rds_instance *v = item;
  (void)key;
  out->unwanted = other_database(v->engine);
  if (aws_str_starts(v->engine, "aurora") && !v->cluster_id.n)
    out->without = "cluster";
  out->id = either(v->arn, v->id);
  out->name = v->id;
  struct aws_str tail = aws_str_after_last(v->arn, ':');
  if (v->cluster_id.n && v->arn.n > tail.n + 4)
    out->parent = make(out, a, "%.*s:cluster:%.*s", (int)(v->arn.n - tail.n - 4), v->arn.p,
                       AWS_STR_ARG(v->cluster_id));
}

static void ident_db_cluster(struct ident *out, const void *item, struct aws_str key,
                             struct aws_arena *a) {
  const struct rds_cluster *v = item;
  (void)key, (void)a;
  out->unwanted = other_database(v->engine);
  out->id = either(v->arn, v->id);
  out->name = v->id;
}

static void ident_db_event(struct ident *out, const void *item, struct aws_str key,
                           struct aws_arena *a) {
  const struct rds_event *v = item;
  (void)key;
  out->id = make(out, a, "%.*s|%" PRId64 "|%.*s", AWS_STR_ARG(v->source_id), (int64_t)v->date,
                 AWS_STR_ARG(v->message));
  out->parent = v->source_arn;
  out->name = v->source_id;
}

static void ident_parameter(struct ident *out, const void *item, struct aws_str key,
                            struct aws_arena *a) {
  const struct ssm_parameter_metadata *v = item;
  (void)key, (void)a;
  out->id = out->name = v->name;
}

static void ident_secret(struct ident *out, const void *item, struct aws_str key,
                         struct aws_arena *a) {
  const struct secretsmanager_secret *v = item;
  (void)key, (void)a;
  out->id = v->arn;
  out->name = v->name;
}

static void ident_alarm(struct ident *out, const void *item, struct aws_str key,
                        struct aws_arena *a) {
  const struct cloudwatch_alarm *v = item;
  (void)key, (void)a;
  out->id = either(v->arn, v->name);
  out->name = v->name;
}

static void ident_bucket(struct ident *out, const void *item, struct aws_str key,
                         struct aws_arena *a) {
  const struct s3_bucket *v = item;
  (void)key, (void)a;
  out->id = out->name = v->name;
}

static void ident_api(struct ident *out, const void *item, struct aws_str key,
                      struct aws_arena *a) {
  const struct apigatewayv2_api *v = item;
  (void)key, (void)a;
  out->id = v->id;
  out->name = either(v->name, v->id);
}

static void ident_integration(struct ident *out, const void *item, struct aws_str key,
                              struct aws_arena *a) {
  const struct apigatewayv2_integration *v = item;
  out->parent = aws_arena_copy(a, key);
  out->id = make(out, a, "%.*s/%.*s", AWS_STR_ARG(key), AWS_STR_ARG(v->id));
  out->name = v->id;
}

static const struct {
  const char *plural, *singular;
  const struct aws_type *type;
} kinds[STACK_KINDS] = {
#define STACK_KIND(id, plural, singular, type, json) [STACK_##id] = {plural, singular, &type},
#include "stack/kinds.def"
#undef STACK_KIND
};

static const ident_fn idents[STACK_KINDS] = {
    [STACK_DISTRIBUTION] = ident_distribution,
    [STACK_INVALIDATION] = ident_invalidation,
    [STACK_VPC_ORIGIN] = ident_vpc_origin,
    [STACK_LOAD_BALANCER] = ident_load_balancer,
    [STACK_LISTENER] = ident_listener,
    [STACK_RULE] = ident_rule,
    [STACK_TARGET_GROUP] = ident_target_group,
    [STACK_TARGET] = ident_target,
    [STACK_CLUSTER] = ident_cluster,
    [STACK_SERVICE] = ident_service,
    [STACK_TASK] = ident_task,
    [STACK_TASK_DEFINITION] = ident_task_definition,
    [STACK_SCALABLE_TARGET] = ident_scalable_target,
    [STACK_SCALING_POLICY] = ident_scaling_policy,
    [STACK_DB_INSTANCE] = ident_db_instance,
    [STACK_DB_CLUSTER] = ident_db_cluster,
    [STACK_DB_EVENT] = ident_db_event,
    [STACK_PARAMETER] = ident_parameter,
    [STACK_SECRET] = ident_secret,
    [STACK_ALARM] = ident_alarm,
    [STACK_BUCKET] = ident_bucket,
    [STACK_API] = ident_api,
    [STACK_INTEGRATION] = ident_integration,
};

/* Where they differ from the collection's name. */
const char *stack_kind_words(enum stack_kind k) {
  static const char *const words[STACK_KINDS] = {
      [STACK_VPC_ORIGIN] = "VPC origins",
      [STACK_LOAD_BALANCER] = "load balancers",
      [STACK_RULE] = "listener rules",
      [STACK_TARGET_GROUP] = "target groups",
      [STACK_TASK_DEFINITION] = "task definitions",
      [STACK_SCALABLE_TARGET] = "scalable targets",
      [STACK_SCALING_POLICY] = "scaling policies",
      [STACK_DB_INSTANCE] = "database instances",
      [STACK_DB_CLUSTER] = "database clusters",
      [STACK_DB_EVENT] = "database events",
      [STACK_API] = "APIs",
  };
  return words[k] ? words[k] : kinds[k].plural;
}

const char *stack_kind_plural(enum stack_kind k) {
  return kinds[k].plural;
}

const char *stack_kind_singular(enum stack_kind k) {
  return kinds[k].singular;
}

const struct aws_type *stack_kind_type(enum stack_kind k) {
  return kinds[k].type;
}

static bool kept(const struct stack *s, enum stack_kind k, struct aws_str name) {
  bool asked = false;
  for (size_t i = 0; i < s->cfg.nfilters; i++) {
    const struct stack_filter *f = &s->cfg.filters[i];
    if (strcmp(f->kind, kinds[k].plural) != 0)
      continue;
    asked = true;
    if (name.p && !fnmatch(f->pattern, name.p, 0))
      return true;
  }
  return !asked;
}

/* Fills one row; false: the thing is not wanted, is none, or there is no memory for it. */
static bool make_row(struct stack *s, struct stack_part *p, struct stack_sheet *sh,
                     const void *item, struct stack_row *row) {
  const struct stack_feed_def *def = p->feed->def;
  struct ident id = {.without = NULL};
  if (def->convert)
    item = def->convert(&sh->text, item);
  if (!item)
    return false;
  idents[def->kind](&id, item, p->key, &sh->text);
  if (!id.without && !id.id.n && !id.too_long && !sh->text.failed)
    id.without = "name";
  if (id.id.n > STACK_ID_MAX || id.too_long)
    p->long_id = id.too_long ? id.too_long : id.id.n;
  if (id.without && !id.unwanted)
    p->without = id.without;
  if (id.unwanted || id.without || !id.id.n || id.id.n > STACK_ID_MAX || id.too_long ||
      !kept(s, def->kind, id.name))
    return false;
  row->item = item;
  row->id = id.id;
  row->parent = id.parent;
  row->name = id.name;
  row->fetched_at = sh->page->fetched_at;
  return true;
}

struct stack_sheet *stack_sheet_new(struct stack *s, struct stack_part *p, struct aws_page *page) {
  struct stack_sheet *sh = aws_calloc(1, sizeof *sh);
  if (!sh)
    return NULL;
  sh->refs = 1;
  sh->page = aws_page_ref(page);
  aws_arena_init(&sh->text, TEXT_MAX);
  sh->rows = page->n ? aws_calloc(page->n, sizeof *sh->rows) : NULL;
  if (page->n && !sh->rows) {
    stack_sheet_unref(sh);
    return NULL;
  }
  for (size_t i = 0; i < page->n; i++)
    if (make_row(s, p, sh, aws_page_item(page, i), &sh->rows[sh->n]))
      sh->n++;
  p->lost = p->lost || sh->text.failed;
  return sh;
}

struct stack_sheet *stack_sheet_ref(struct stack_sheet *sh) {
  sh->refs++;
  return sh;
}

void stack_sheet_unref(struct stack_sheet *sh) {
  if (!sh || --sh->refs)
    return;
  aws_page_unref(sh->page);
  aws_arena_done(&sh->text);
  free(sh->rows);
  free(sh);
}

bool stack_sheets_add(struct stack_sheets *v, struct stack_sheet *takes) {
  if (!takes || !aws_grow(&v->v, &v->cap, v->n + 1, sizeof *v->v)) {
    stack_sheet_unref(takes);
    return false;
  }
  v->v[v->n++] = takes;
  return true;
}

void stack_sheets_clear(struct stack_sheets *v) {
  for (size_t i = 0; i < v->n; i++)
    stack_sheet_unref(v->v[i]);
  free(v->v);
  *v = (struct stack_sheets){0};
}
