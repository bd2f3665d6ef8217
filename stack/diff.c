/* What changed between two answers, as events. One function a kind looks at a row as it was and as
 * it is; was NULL: it is new. On the first fill only what AWS itself dates within the last hour is
 * told.
 */
#include "config.h"

#include "stack/internal.h"

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

#define TELL(d, at, source, level, id, ...)                                                        \
  stack_event_addf((d)->s, at, source, level, (d)->kind, id, __VA_ARGS__)

/* ---- plain states ---------------------------------------------------------------------------- */

static void tell_state(const struct diff *d, const struct stack_row *now, enum stack_level level,
                       struct aws_str before, struct aws_str after) {
  if (!before.p || aws_str_eq(before, after))
    return;
  TELL(d, 0, STACK_EVENT_STATE, level, now->id, "%s %.*s: %.*s, was %.*s",
       stack_kind_singular(d->kind), AWS_STR_ARG(now->name), AWS_STR_ARG(after),
       AWS_STR_ARG(before));
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
    TELL(d, 0, STACK_EVENT_STATE, STACK_NOTE, now->id, "distribution %.*s: %s",
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
    tell_state(d, now, plain_level(b->state_code, "active"), a->state_code, b->state_code);
}

static void diff_target(const struct diff *d, const struct stack_row *was,
                        const struct stack_row *now) {
  const struct elbv2_target *a = stack_item(was), *b = now->item;
  if (a ? aws_str_eq(a->state, b->state) : d->first)
    return;
  bool bad = aws_str_starts(b->state, "unhealthy"), fine = aws_str_eq_c(b->state, "healthy");
  struct aws_str why = bad ? (b->description.n ? b->description : b->reason) : nothing;
  TELL(d, 0, STACK_EVENT_STATE,
       bad    ? STACK_WARN
       : fine ? STACK_OK
              : STACK_NOTE,
       now->id, "target %.*s %.*s%s%.*s", AWS_STR_ARG(now->name), AWS_STR_ARG(b->state),
       why.n ? ": " : "", AWS_STR_ARG(why));
}

/* ---- ECS ------------------------------------------------------------------------------------- */

static bool told(const struct ecs_service *a, struct aws_str event) {
  const struct ecs_event *e = a ? a->events.items : NULL;
  for (size_t i = 0; a && i < a->events.n; i++)
    if (aws_str_eq(e[i].id, event))
      return true;
  return false;
}

static enum stack_level event_level(struct aws_str message) {
  static const struct {
    const char *says;
    enum stack_level level;
  } rows[] = {
      {"unhealthy", STACK_WARN},       {"unable to", STACK_WARN},          {"failed", STACK_WARN},
      {"circuit breaker", STACK_WARN}, {"rolling back", STACK_WARN},       {"impaired", STACK_WARN},
      {"steady state", STACK_OK},      {"deployment completed", STACK_OK},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (aws_str_has(message, aws_str_from(rows[i].says)))
      return rows[i].level;
  return STACK_NOTE;
}

/* Newest first, and what was told before ends the list: the ids are stable. */
static void diff_service_events(const struct diff *d, const struct ecs_service *a,
                                const struct ecs_service *b, struct aws_str id) {
  const struct ecs_event *e = b->events.items;
  for (size_t i = 0; i < b->events.n; i++) {
    if (told(a, e[i].id) || !recent(d, e[i].created))
      return;
    TELL(d, e[i].created, STACK_EVENT_SERVICE, event_level(e[i].message), id, "%.*s",
         AWS_STR_ARG(e[i].message));
  }
}

static const struct ecs_deployment *deployment_of(const struct ecs_service *v, struct aws_str id) {
  const struct ecs_deployment *d = v ? v->deployments.items : NULL;
  for (size_t i = 0; v && i < v->deployments.n; i++)
    if (aws_str_eq(d[i].id, id))
      return &d[i];
  return NULL;
}

static void diff_deployments(const struct diff *d, const struct ecs_service *a,
                             const struct ecs_service *b, struct aws_str id) {
  const struct ecs_deployment *v = b->deployments.items;
  for (size_t i = 0; i < b->deployments.n; i++) {
    const struct ecs_deployment *old = deployment_of(a, v[i].id);
    int64_t rev = stack_revision(v[i].task_definition);
    if (!old && recent(d, v[i].created))
      TELL(d, v[i].created, STACK_EVENT_DEPLOYMENT, STACK_NOTE, id,
           "ECS %.*s deployment %.*s rev %" PRId64, AWS_STR_ARG(b->name), AWS_STR_ARG(v[i].id),
           rev);
    if (!old || aws_str_eq(old->rollout_state, v[i].rollout_state) || !v[i].rollout_state.n)
      continue;
    bool failed = aws_str_eq_c(v[i].rollout_state, "FAILED");
    TELL(d, 0, STACK_EVENT_DEPLOYMENT,
         failed                                            ? STACK_BAD
         : aws_str_eq_c(v[i].rollout_state, "IN_PROGRESS") ? STACK_NOTE
                                                           : STACK_OK,
         id, "ECS %.*s rev %" PRId64 " rollout %.*s%s%.*s", AWS_STR_ARG(b->name), rev,
         AWS_STR_ARG(v[i].rollout_state), v[i].rollout_state_reason.n ? ": " : "",
         AWS_STR_ARG(v[i].rollout_state_reason));
  }
}

static void diff_service(const struct diff *d, const struct stack_row *was,
                         const struct stack_row *now) {
  const struct ecs_service *a = stack_item(was), *b = now->item;
  diff_service_events(d, a, b, now->id);
  diff_deployments(d, a, b, now->id);
  if (a && a->desired != b->desired)
    TELL(d, 0, STACK_EVENT_STATE, STACK_NOTE, now->id,
         "ECS %.*s desired count %" PRId64 ", was %" PRId64, AWS_STR_ARG(b->name), b->desired,
         a->desired);
}

static void diff_task(const struct diff *d, const struct stack_row *was,
                      const struct stack_row *now) {
  const struct ecs_task *a = stack_item(was), *b = now->item;
  char why[160];
  aws_ms at = b->stopped ? b->stopped : b->stopping;
  struct aws_str service = aws_str_after_last(b->group, ':');
  if (aws_str_eq_c(b->desired_status, "STOPPED")) {
    if (!a && recent(d, at) && stack_task_failed(b, why, sizeof why))
      TELL(d, at, STACK_EVENT_STATE, STACK_WARN, now->id, "task %.8s of %.*s stopped: %s",
           now->name.p, AWS_STR_ARG(service), why);
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
    tell_state(d, now, stack_database_level(b->status), a->status, b->status);
  if (a && a->zone.n && b->zone.n && !aws_str_eq(a->zone, b->zone))
    TELL(d, 0, STACK_EVENT_STATE, STACK_WARN, now->id, "database instance %.*s moved to %.*s",
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
  tell_state(d, now, stack_database_level(b->status), a->status, b->status);
  if (old.n && writer.n && !aws_str_eq(old, writer))
    TELL(d, 0, STACK_EVENT_STATE, STACK_WARN, now->id, "%.*s: writer is %.*s, was %.*s",
         AWS_STR_ARG(now->name), AWS_STR_ARG(writer), AWS_STR_ARG(old));
}

static void diff_db_event(const struct diff *d, const struct stack_row *was,
                          const struct stack_row *now) {
  const struct rds_event *b = now->item;
  if (!was && recent(d, b->date))
    TELL(d, b->date, STACK_EVENT_DATABASE, event_level(b->message), b->source_arn, "%.*s: %.*s",
         AWS_STR_ARG(b->source_id), AWS_STR_ARG(b->message));
}

static void diff_alarm(const struct diff *d, const struct stack_row *was,
                       const struct stack_row *now) {
  const struct cloudwatch_alarm *a = stack_item(was), *b = now->item;
  aws_ms at = b->transitioned ? b->transitioned : b->updated;
  bool alarm = aws_str_eq_c(b->state, "ALARM");
  if (a ? aws_str_eq(a->state, b->state) : !alarm || !recent(d, at))
    return;
  TELL(d, at, STACK_EVENT_ALARM, alarm ? STACK_WARN : STACK_OK, now->id, "alarm %.*s %.*s%s%.*s",
       AWS_STR_ARG(b->name), AWS_STR_ARG(b->state), alarm && b->reason.n ? ": " : "",
       AWS_STR_ARG(alarm ? b->reason : nothing));
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
    for (size_t j = 0; j < now->v[i]->n; j++) {
      const struct stack_row *row = &now->v[i]->rows[j];
      diffs[d.kind](&d, aws_map_get(&map, row->id), row);
    }
  }
  aws_map_done(&map);
}
