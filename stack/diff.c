/* What changed between two answers, as events. One function a kind looks at a row as it was and as
 * it is; was NULL: it is new. On the first fill only what AWS itself dates within the last hour is
 * told.
 */
#include "config.h"

#include "stack/happening.h"
#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/cloudfront.h"
#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"
#include "aws/api/rds.h"
#include "aws/api/ssm.h"

#include <inttypes.h>
#include <stdio.h>

static const struct aws_str nothing = {NULL, 0};
static const aws_ms HOUR = 3600 * 1000;

struct diff {
  struct stack *s;
  enum stack_kind kind;
  bool first; /* nothing was known of this kind before */
};

typedef void (*diff_fn)(const struct diff *d, const struct stack_row *was,
                        const struct stack_row *now);

static bool recent(const struct diff *d, aws_ms at) {
  return at > stack_wall(d->s) - HOUR;
}

/* The story turns with this one. */
#define TELL_TURN(d, at, source, level, id, ...)                                                   \
  do {                                                                                             \
    struct stack_event turn = event_of(d, at, source, level, id);                                  \
    turn.turning = true;                                                                           \
    snprintf(turn.text, sizeof turn.text, __VA_ARGS__);                                            \
    stack_timeline_add((d)->s, &turn);                                                             \
  } while (0)

#define TELL(d, at, source, level, id, ...)                                                        \
  stack_event_addf((d)->s, at, source, level, (d)->kind, id, __VA_ARGS__)

/* The event, to be folded with those like it. */
static struct stack_event event_of(const struct diff *d, aws_ms at, enum stack_event_source source,
                                   enum stack_level level, struct aws_str id) {
  struct stack_event e = {
      .at = at ? at : stack_wall(d->s), .source = source, .level = level, .kind = d->kind};
  snprintf(e.id, sizeof e.id, "%.*s", AWS_STR_ARG(id));
  return e;
}

/* ---- plain states ---------------------------------------------------------------------------- */

static const char *short_kind(enum stack_kind k) {
  switch (k) {
  case STACK_DISTRIBUTION:
    return "CloudFront";
  case STACK_LOAD_BALANCER:
    return "LB";
  case STACK_DB_INSTANCE:
    return "db";
  case STACK_DB_CLUSTER:
    return "db cluster";
  default:
    return stack_kind_singular(k);
  }
}

static void tell_state(const struct diff *d, const struct stack_row *now, enum stack_level level,
                       struct aws_str before, struct aws_str after) {
  if (!before.p || aws_str_eq(before, after))
    return;
  TELL(d, 0, STACK_EVENT_STATE, level, now->id, "%s %.*s: %.*s, was %.*s", short_kind(d->kind),
       AWS_STR_ARG(now->name), AWS_STR_ARG(after), AWS_STR_ARG(before));
}

static enum stack_level plain_level(struct aws_str state, const char *fine) {
  return aws_str_eq_c(state, fine) ? STACK_OK : STACK_NOTE;
}

static void diff_distribution(const struct diff *d, const struct stack_row *was,
                              const struct stack_row *now) {
  const struct cloudfront_distribution *a = stack_item(was), *b = now->item;
  if (a)
    tell_state(d, now, plain_level(b->status, "Deployed"), a->status, b->status);
  if (a && a->enabled != b->enabled)
    TELL(d, 0, STACK_EVENT_STATE, STACK_NOTE, now->id, "CloudFront %.*s: %s",
         AWS_STR_ARG(now->name), b->enabled ? "enabled" : "disabled");
}

/* Told by the feed that reads each one whole, with its paths. */
static void diff_invalidation(const struct diff *d, const struct stack_row *was,
                              const struct stack_row *now) {
  const struct cloudfront_invalidation *a = stack_item(was), *b = now->item;
  const struct aws_str *path = b->paths.items;
  if (!a && !recent(d, b->create_time))
    return;
  if (a && aws_str_eq(a->status, b->status))
    return;
  if (!a)
    TELL(d, b->create_time, STACK_EVENT_INVALIDATION, STACK_NOTE, now->id,
         "invalidation %.*s started%s%.*s%s", AWS_STR_ARG(b->id), b->paths.n ? ": " : "",
         AWS_STR_ARG(b->paths.n ? path[0] : nothing), b->paths.n > 1 ? " and more" : "");
  else
    TELL(d, 0, STACK_EVENT_INVALIDATION, STACK_OK, now->id, "invalidation %.*s %.*s",
         AWS_STR_ARG(b->id), AWS_STR_ARG(b->status));
}

static void diff_load_balancer(const struct diff *d, const struct stack_row *was,
                               const struct stack_row *now) {
  const struct elbv2_load_balancer *a = stack_item(was), *b = now->item;
  if (a)
    tell_state(d, now, stack_state_level(STACK_LOAD_BALANCER, b->state_code), a->state_code,
               b->state_code);
}

static void diff_target(const struct diff *d, const struct stack_row *was,
                        const struct stack_row *now) {
  const struct elbv2_target *a = stack_item(was), *b = now->item;
  if (a ? aws_str_eq(a->state, b->state) : d->first)
    return;
  enum stack_level level = stack_state_level(STACK_TARGET, b->state);
  const struct stack_row *group = stack_rows_find(d->s, STACK_TARGET_GROUP, now->parent);
  struct aws_str name = group ? group->name : now->parent;
  struct stack_event one =
      event_of(d, 0, STACK_EVENT_STATE, level == STACK_BAD ? STACK_WARN : level, now->id);
  struct stack_fold f = {.kind = STACK_TARGET_GROUP, .id = now->parent};
  char why[80];
  stack_target_why(b, why, sizeof why);
  stack_fold_member(&f, "target", STACK_TARGET, now->id, 1, false);
  snprintf(one.text, sizeof one.text, "target %.*s %.*s%s%s", AWS_STR_ARG(now->name),
           AWS_STR_ARG(b->state), why[0] ? ": " : "", why);
  /* what tells one from another first: the rest may be cut off */
  snprintf(f.many, sizeof f.many, "# targets %.*s%s%s (%.*s)", AWS_STR_ARG(b->state),
           why[0] ? ": " : "", why, AWS_STR_ARG(name));
  stack_timeline_fold(d->s, &one, &f);
}

/* ---- ECS ------------------------------------------------------------------------------------- */

static bool told(const struct ecs_service *a, struct aws_str event) {
  const struct ecs_event *e = a ? a->events.items : NULL;
  for (size_t i = 0; a && i < a->events.n; i++)
    if (aws_str_eq(e[i].id, event))
      return true;
  return false;
}

/* They come newest first, and what was told before ends the list: the ids are stable. */
static void diff_service_events(const struct diff *d, const struct ecs_service *a,
                                const struct ecs_service *b, struct aws_str id) {
  const struct ecs_event *e = b->events.items;
  size_t n = 0;
  while (n < b->events.n && !told(a, e[n].id) && recent(d, e[n].created))
    n++;
  while (n-- > 0)
    stack_tell_service_event(d->s, &e[n], id, b->name);
}

static const struct ecs_deployment *deployment_of(const struct ecs_service *v, struct aws_str id) {
  const struct ecs_deployment *d = v ? v->deployments.items : NULL;
  for (size_t i = 0; v && i < v->deployments.n; i++)
    if (aws_str_eq(d[i].id, id))
      return &d[i];
  return NULL;
}

/* What AWS's service events tell of the deployment as well. */
static void tell_rollout(const struct diff *d, aws_ms at, enum stack_level level, bool turning,
                         const char *word, const struct ecs_deployment *v, struct aws_str id,
                         const char *text) {
  struct stack_event one = event_of(d, at, STACK_EVENT_DEPLOYMENT, level, id);
  struct stack_fold f = {.kind = STACK_SERVICE, .id = id, .divides = true};
  one.turning = turning;
  snprintf(one.text, sizeof one.text, "%s", text);
  snprintf(f.many, sizeof f.many, "%.159s", text);
  stack_fold_member(&f, word, STACK_KINDS, v->id, 1, true);
  stack_timeline_fold(d->s, &one, &f);
}

/* The revision that the deployment takes the place of; 0: none that is known. */
static int64_t replaced(const struct ecs_service *v, const struct ecs_deployment *by) {
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++)
    if (&d[i] != by && !aws_str_eq(d[i].task_definition, by->task_definition))
      return stack_revision(d[i].task_definition);
  return 0;
}

static void tell_started(const struct diff *d, const struct ecs_service *v,
                         const struct ecs_deployment *now, struct aws_str id) {
  int64_t rev = stack_revision(now->task_definition), old = replaced(v, now);
  char from[32] = "", text[200];
  bool back = aws_str_has(now->rollout_state_reason, AWS_STR_LIT("rolling back"));
  if (old)
    snprintf(from, sizeof from, "%" PRId64 "\xe2\x86\x92", old);
  snprintf(text, sizeof text, "ECS %.*s rev %s%s %s", AWS_STR_ARG(v->name), from,
           stack_rev(rev).text, back ? "rolling back" : "rolling out");
  tell_rollout(d, now->created, back ? STACK_WARN : STACK_NOTE, back, back ? "rollback" : "begun",
               now, id, text);
}

static void tell_moved(const struct diff *d, const struct ecs_service *v,
                       const struct ecs_deployment *now, struct aws_str id) {
  int64_t rev = stack_revision(now->task_definition);
  char why[100], text[200];
  bool back = aws_str_has(now->rollout_state_reason, AWS_STR_LIT("rolling back"));
  stack_plain_words(now->rollout_state_reason, why, sizeof why);
  if (aws_str_eq_c(now->rollout_state, "FAILED")) {
    snprintf(text, sizeof text, "ECS %.*s rev %s rollout FAILED%s%s", AWS_STR_ARG(v->name),
             stack_rev(rev).text, why[0] ? ": " : "", why);
    tell_rollout(d, 0, STACK_BAD, true, "failed", now, id, text);
  } else if (aws_str_eq_c(now->rollout_state, "IN_PROGRESS")) { /* it had ended: ECS goes back */
    int64_t old = replaced(v, now);
    char from[32] = "";
    if (old)
      snprintf(from, sizeof from, "%" PRId64 "\xe2\x86\x92", old);
    snprintf(text, sizeof text, "ECS %.*s rev %s%s rolling back", AWS_STR_ARG(v->name), from,
             stack_rev(rev).text);
    tell_rollout(d, 0, STACK_WARN, true, "rollback", now, id, text);
  } else if (aws_str_eq_c(now->rollout_state, "COMPLETED")) {
    snprintf(text, sizeof text, "ECS %.*s rev %s %s", AWS_STR_ARG(v->name), stack_rev(rev).text,
             back ? "rolled back" : "rollout completed");
    tell_rollout(d, 0, STACK_OK, back, "completed", now, id, text);
  }
}

static void diff_deployments(const struct diff *d, const struct ecs_service *a,
                             const struct ecs_service *b, struct aws_str id) {
  const struct ecs_deployment *v = b->deployments.items;
  for (size_t i = 0; i < b->deployments.n; i++) {
    const struct ecs_deployment *old = deployment_of(a, v[i].id);
    if (!old && recent(d, v[i].created))
      tell_started(d, b, &v[i], id);
    if (old && v[i].rollout_state.n && !aws_str_eq(old->rollout_state, v[i].rollout_state))
      tell_moved(d, b, &v[i], id);
  }
}

static void diff_service(const struct diff *d, const struct stack_row *was,
                         const struct stack_row *now) {
  const struct ecs_service *a = stack_item(was), *b = now->item;
  diff_deployments(d, a, b, now->id); /* first: they divide what the events tell */
  diff_service_events(d, a, b, now->id);
  if (a && a->desired != b->desired)
    TELL(d, 0, STACK_EVENT_STATE, STACK_NOTE, now->id,
         "ECS %.*s wants %" PRId64 " task%s, was %" PRId64, AWS_STR_ARG(b->name), b->desired,
         b->desired == 1 ? "" : "s", a->desired);
}

static void tell_stopped(const struct diff *d, const struct stack_row *now, const char *why) {
  const struct ecs_task *t = now->item;
  struct stack_event one =
      event_of(d, t->stopped ? t->stopped : t->stopping, STACK_EVENT_STATE, STACK_WARN, now->id);
  const struct stack_row *service = stack_service_of(d->s, t);
  struct aws_str name = aws_str_after_last(t->group, ':');
  struct stack_fold f = {.kind = STACK_SERVICE, .id = service ? service->id : t->group};
  char words[100];
  stack_plain_words(aws_str_from(why), words, sizeof words);
  stack_fold_member(&f, "stopped", STACK_TASK, now->id, 1, true);
  snprintf(one.text, sizeof one.text, "task %.8s of %.*s stopped: %s", now->name.p,
           AWS_STR_ARG(name), words);
  snprintf(f.many, sizeof f.many, "# tasks of %.*s stopped: %s", AWS_STR_ARG(name), words);
  stack_timeline_fold(d->s, &one, &f);
}

static void diff_task(const struct diff *d, const struct stack_row *was,
                      const struct stack_row *now) {
  const struct ecs_task *a = stack_item(was), *b = now->item;
  char why[160];
  struct aws_str service = aws_str_after_last(b->group, ':');
  if (aws_str_eq_c(b->desired_status, "STOPPED")) {
    if (!a && recent(d, b->stopped ? b->stopped : b->stopping) &&
        stack_task_failed(b, why, sizeof why))
      tell_stopped(d, now, why);
  } else if (a && !aws_str_eq(a->health_status, b->health_status) &&
             aws_str_eq_c(b->health_status, "UNHEALTHY"))
    TELL(d, 0, STACK_EVENT_STATE, STACK_WARN, now->id, "task %.8s of %.*s UNHEALTHY", now->name.p,
         AWS_STR_ARG(service));
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void diff_db_instance(const struct diff *d, const struct stack_row *was,
                             const struct stack_row *now) {
  const struct rds_instance *a = stack_item(was), *b = now->item;
  if (a)
    tell_state(d, now, stack_state_level(STACK_DB_INSTANCE, b->status), a->status, b->status);
  if (a && a->zone.n && b->zone.n && !aws_str_eq(a->zone, b->zone))
    TELL(d, 0, STACK_EVENT_STATE, STACK_WARN, now->id, "db %.*s moved to %.*s",
         AWS_STR_ARG(now->name), AWS_STR_ARG(b->zone));
}

static struct aws_str writer_of(const struct rds_cluster *v) {
  const struct rds_member *m = v->members.items;
  for (size_t i = 0; i < v->members.n; i++)
    if (m[i].writer)
      return m[i].instance_id;
  return nothing;
}

static void diff_db_cluster(const struct diff *d, const struct stack_row *was,
                            const struct stack_row *now) {
  const struct rds_cluster *a = stack_item(was), *b = now->item;
  if (!a)
    return;
  struct aws_str old = writer_of(a), writer = writer_of(b);
  tell_state(d, now, stack_state_level(STACK_DB_CLUSTER, b->status), a->status, b->status);
  if (old.n && writer.n && !aws_str_eq(old, writer))
    TELL_TURN(d, 0, STACK_EVENT_STATE, STACK_WARN, now->id, "%.*s: writer is %.*s, was %.*s",
              AWS_STR_ARG(now->name), AWS_STR_ARG(writer), AWS_STR_ARG(old));
}

/* The thing that an RDS event is about, when it is one that is watched or may still turn out to be;
 * else the event itself. */
static struct aws_str source_of(const struct diff *d, const struct stack_row *now,
                                enum stack_kind *k) {
  static const struct {
    enum stack_kind kind;
    const char *type;
  } kinds[] = {{STACK_DB_INSTANCE, "db-instance"}, {STACK_DB_CLUSTER, "db-cluster"}};
  const struct rds_event *e = now->item;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const struct stack_collection *c = stack_rows_of(d->s, kinds[i].kind);
    bool its = aws_str_eq_c(e->source_type, kinds[i].type);
    *k = kinds[i].kind;
    if (stack_rows_find(d->s, *k, e->source_arn) || (its && !c->loaded && e->source_arn.n))
      return e->source_arn;
    for (size_t j = 0; its && j < c->n; j++)
      if (aws_str_eq(c->rows[j]->name, e->source_id))
        return c->rows[j]->id;
  }
  *k = d->kind;
  return now->id;
}

static void diff_db_event(const struct diff *d, const struct stack_row *was,
                          const struct stack_row *now) {
  static const struct {
    const char *says;
    enum stack_level level;
    bool turning;
  } words[] = {
      {"failover started", STACK_WARN, true},  {"failover completed", STACK_OK, true},
      {"ailed over", STACK_WARN, true},        {"unhealthy", STACK_WARN, false},
      {"unable to", STACK_WARN, false},        {"failed", STACK_WARN, false},
      {"ran out of storage", STACK_BAD, true}, {"", STACK_NOTE, false},
  };
  const struct rds_event *b = now->item;
  if (was || !recent(d, b->date))
    return;
  size_t w = 0;
  while (!aws_str_has(b->message, aws_str_from(words[w].says)))
    w++;
  enum stack_kind k;
  struct aws_str id = source_of(d, now, &k);
  struct stack_event e = event_of(d, b->date, STACK_EVENT_DATABASE, words[w].level, id);
  e.kind = k;
  e.turning = words[w].turning;
  snprintf(e.text, sizeof e.text, "%.*s: %.*s", AWS_STR_ARG(b->source_id), AWS_STR_ARG(b->message));
  stack_timeline_add(d->s, &e);
}

static void diff_alarm(const struct diff *d, const struct stack_row *was,
                       const struct stack_row *now) {
  const struct cloudwatch_alarm *a = stack_item(was), *b = now->item;
  aws_ms at = b->transitioned ? b->transitioned : b->updated;
  bool alarm = aws_str_eq_c(b->state, "ALARM");
  char why[160] = "";
  if (a ? aws_str_eq(a->state, b->state) : !alarm || !recent(d, at))
    return;
  if (alarm)
    stack_alarm_why(b, why, sizeof why);
  TELL_TURN(d, at, STACK_EVENT_ALARM, alarm ? STACK_WARN : STACK_OK, now->id, "alarm %.*s %.*s%s%s",
            AWS_STR_ARG(b->name), AWS_STR_ARG(b->state), why[0] ? ": " : "", why);
}

static void diff_parameter(const struct diff *d, const struct stack_row *was,
                           const struct stack_row *now) {
  const struct ssm_parameter_metadata *a = stack_item(was), *b = now->item;
  if (!a && !d->first && recent(d, b->last_modified))
    TELL(d, b->last_modified, STACK_EVENT_STATE, STACK_NOTE, now->id, "parameter %.*s created",
         AWS_STR_ARG(now->name));
  if (a && a->version != b->version)
    TELL(d, b->last_modified, STACK_EVENT_STATE, STACK_NOTE, now->id,
         "parameter %.*s version %" PRId64 ", was %" PRId64, AWS_STR_ARG(now->name), b->version,
         a->version);
}

static const diff_fn diffs[STACK_KINDS] = {
    [STACK_DISTRIBUTION] = diff_distribution,
    [STACK_INVALIDATION] = diff_invalidation,
    [STACK_LOAD_BALANCER] = diff_load_balancer,
    [STACK_TARGET] = diff_target,
    [STACK_SERVICE] = diff_service,
    [STACK_TASK] = diff_task,
    [STACK_DB_INSTANCE] = diff_db_instance,
    [STACK_DB_CLUSTER] = diff_db_cluster,
    [STACK_DB_EVENT] = diff_db_event,
    [STACK_ALARM] = diff_alarm,
    [STACK_PARAMETER] = diff_parameter,
};

/* ---- two sets of sheets ---------------------------------------------------------------------- */

static bool index_rows(struct aws_map *map, const struct stack_sheets *v) {
  for (size_t i = 0; i < v->n; i++)
    for (size_t j = 0; j < v->v[i]->n; j++)
      if (!aws_map_put(map, v->v[i]->rows[j].id, &v->v[i]->rows[j]))
        return false;
  return true;
}

static bool same_sheet(const struct stack_sheets *old, const struct stack_sheets *now, size_t i) {
  return i < old->n && old->v[i] == now->v[i];
}

void stack_timeline_diff(struct stack *s, const struct stack_part *p,
                         const struct stack_sheets *old, const struct stack_sheets *now,
                         bool first) {
  struct diff d = {s, p->feed->def->kind, first};
  struct aws_map map = {0};
  if (!diffs[d.kind] || p->feed->def->convert)
    return; /* a list of summaries: the feed that reads the things themselves tells */
  bool indexed = index_rows(&map, old);
  for (size_t i = 0; indexed && i < now->n; i++) {
    if (same_sheet(old, now, i))
      continue;
    for (size_t j = 0; indexed && j < now->v[i]->n; j++) {
      const struct stack_row *row = &now->v[i]->rows[j], *was = aws_map_get(&map, row->id);
      diffs[d.kind](&d, was, row);
      indexed = aws_map_put(&map, row->id, (void *)(uintptr_t)row); /* if it is listed twice */
    }
  }
  aws_map_done(&map);
}
