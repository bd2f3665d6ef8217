/* Rollouts: when one began, whether it is a way back, and what is remembered of those that failed
 * and of counts that were raised, since AWS forgets it within minutes. */
#include "config.h"

#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/ecs.h"

#include <stdio.h>
#include <stdlib.h>

enum { REMEMBERED_MS = 3600000, SCALING_OUT_MS = 5 * 60000, SERVICES_MAX = 5000 };

struct memory { /* of one service */
  char *id;
  int64_t desired, floor; /* floor: tasks that ran when more were wanted */
  aws_ms raised_at;       /* mono; 0: not on the way up */
  aws_ms failed_at;       /* wall */
  int64_t failed_rev;
  char failed_id[128]; /* the deployment */
  char now_id[128];    /* the deployment that is wanted, and its revision */
  int64_t now_rev, taken_rev;
  aws_ms now_began, taken_at, taken_began; /* wall */
};

struct stack_rollouts {
  struct aws_map by_id; /* service -> struct memory */
  struct memory **all;
  size_t n, cap;
};

static struct memory *memory_of(const struct stack *s, struct aws_str id) {
  return aws_map_get(&s->rollouts->by_id, id);
}

static struct memory *remember(struct stack *s, struct aws_str id) {
  struct stack_rollouts *r = s->rollouts;
  if (r->n >= SERVICES_MAX || !aws_grow(&r->all, &r->cap, r->n + 1, sizeof *r->all))
    return NULL;
  struct memory *m = aws_calloc(1, sizeof *m);
  char *copy = aws_calloc(id.n + 1, 1);
  if (m && copy) {
    memcpy(copy, id.p, id.n);
    m->id = copy;
    if (aws_map_put(&r->by_id, (struct aws_str){copy, id.n}, m))
      return r->all[r->n++] = m;
  }
  free(copy);
  free(m);
  return NULL;
}

const struct ecs_deployment *stack_primary(const struct ecs_service *v) {
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++)
    if (aws_str_eq_c(d[i].status, "PRIMARY"))
      return &d[i];
  return NULL;
}

/* ---- rollouts that failed -------------------------------------------------------------------- */

static void note_failure(struct memory *m, aws_ms at, struct aws_str deployment, int64_t rev) {
  if (aws_str_eq_c(deployment, m->failed_id) && (m->failed_rev || !rev))
    return;
  m->failed_at = at;
  m->failed_rev = rev;
  snprintf(m->failed_id, sizeof m->failed_id, "%.*s", AWS_STR_ARG(deployment));
}

/* The revision of a deployment that is gone: that of a task that it had started. */
static int64_t revision_started_by(struct stack *s, const struct stack_row *row,
                                   struct aws_str deployment) {
  size_t n;
  const struct stack_row *const *tasks = stack_rows_tasks(s, row->id, true, &n);
  for (size_t i = 0; i < n; i++) {
    const struct ecs_task *t = tasks[i]->item;
    if (aws_str_eq(t->started_by, deployment))
      return stack_revision(t->task_definition);
  }
  return 0;
}

/* "(service web) (deployment ecs-svc/123) deployment failed: tasks failed to start." */
static void read_events(struct stack *s, const struct stack_row *row, struct memory *m) {
  const struct ecs_service *v = row->item;
  const struct ecs_event *e = v->events.items;
  for (size_t i = 0; i < v->events.n; i++) {
    struct aws_str rest = e[i].message;
    bool known = e[i].created < m->failed_at || (e[i].created == m->failed_at && m->failed_rev);
    if (known || e[i].created < stack_wall(s) - REMEMBERED_MS)
      return; /* the revision may still be to come, with the tasks */
    if (!aws_str_has(rest, AWS_STR_LIT("deployment failed")))
      continue;
    const char *at = strstr(rest.p, "(deployment ");
    rest = aws_str_from(at ? at + sizeof "(deployment" : "");
    struct aws_str id = aws_str_split(&rest, ')');
    note_failure(m, e[i].created, id, revision_started_by(s, row, id));
    return;
  }
}

static void look_for_failures(struct stack *s, const struct stack_row *row, struct memory *m) {
  const struct ecs_service *v = row->item;
  const struct ecs_deployment *d = v->deployments.items;
  read_events(s, row, m);
  for (size_t i = 0; i < v->deployments.n; i++) {
    aws_ms at = d[i].updated ? d[i].updated : d[i].created;
    if (aws_str_eq_c(d[i].rollout_state, "FAILED") &&
        (at >= m->failed_at || aws_str_eq_c(d[i].id, m->failed_id)))
      note_failure(m, at, d[i].id, stack_revision(d[i].task_definition));
  }
}

/* ---- rollouts that were taken back ----------------------------------------------------------- */

static const struct ecs_deployment *newest_before(const struct ecs_service *v,
                                                  const struct ecs_deployment *now) {
  const struct ecs_deployment *d = v->deployments.items, *newest = NULL;
  for (size_t i = 0; i < v->deployments.n; i++)
    if (&d[i] != now && d[i].created < now->created && (!newest || d[i].created > newest->created))
      newest = &d[i];
  return newest;
}

/* A new deployment of an earlier revision takes back the one before it. AWS forgets that one as
 * soon as its tasks have gone. */
static void look_for_way_back(const struct ecs_service *v, struct memory *m) {
  const struct ecs_deployment *now = stack_primary(v);
  if (!now || aws_str_eq_c(now->id, m->now_id))
    return;
  const struct ecs_deployment *before = m->now_id[0] ? NULL : newest_before(v, now);
  int64_t rev = stack_revision(now->task_definition);
  if (before) {
    m->now_rev = stack_revision(before->task_definition);
    m->now_began = before->created;
  }
  bool back = rev && rev < m->now_rev && now->created > m->now_began;
  m->taken_rev = back ? m->now_rev : 0;
  m->taken_began = m->now_began;
  m->taken_at = now->created;
  m->now_rev = rev;
  m->now_began = now->created;
  snprintf(m->now_id, sizeof m->now_id, "%.*s", AWS_STR_ARG(now->id));
}

/* ---- counts that were raised ----------------------------------------------------------------- */

static bool is_scaling_out(struct stack *s, const struct ecs_service *v, struct memory *m) {
  aws_ms now = stack_mono(s);
  if (v->desired > m->desired) {
    m->floor = m->raised_at ? m->floor : m->desired;
    m->raised_at = now;
  }
  m->desired = v->desired;
  if (v->running >= v->desired)
    m->raised_at = 0;
  return m->raised_at && v->running >= m->floor && now - m->raised_at < SCALING_OUT_MS;
}

bool stack_service_seen(struct stack *s, const struct stack_row *row) {
  const struct ecs_service *v = row->item;
  struct memory *m = memory_of(s, row->id);
  if (!m) {
    m = remember(s, row->id);
    if (!m)
      return false;
    m->desired = v->desired;
  }
  look_for_failures(s, row, m);
  look_for_way_back(v, m);
  return is_scaling_out(s, v, m);
}

/* ---- how it stands --------------------------------------------------------------------------- */

/* Of a controller other than ECS's own a deployment has no rollout state. */
struct aws_str stack_rollout_strange(const struct ecs_service *v) {
  static const char *const known[] = {"", "COMPLETED", "FAILED", "IN_PROGRESS"};
  static const char *const statuses[] = {"PRIMARY", "ACTIVE", "INACTIVE"};
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++) {
    bool well = false, its = false;
    for (size_t j = 0; j < sizeof known / sizeof *known; j++)
      well = well || aws_str_eq_c(d[i].rollout_state, known[j]);
    for (size_t j = 0; j < sizeof statuses / sizeof *statuses; j++)
      its = its || aws_str_eq_c(d[i].status, statuses[j]);
    if (!well)
      return d[i].rollout_state;
    if (!its)
      return d[i].status.p ? d[i].status : AWS_STR_LIT("");
  }
  return (struct aws_str){NULL, 0};
}

/* Controllers without a rollout state are rolling while there is more than one deployment. */
bool stack_rolling(const struct ecs_service *v) {
  const struct ecs_deployment *d = stack_primary(v);
  if (d && d->rollout_state.n)
    return aws_str_eq_c(d->rollout_state, "IN_PROGRESS");
  return v->deployments.n > 1 && !stack_rollout_strange(v).p;
}

/* The deployment that failed and made ECS go back to an older one. One that was made since is the
 * operator's. */
static const struct ecs_deployment *failed_after(const struct ecs_service *v,
                                                 const struct ecs_deployment *now) {
  const struct ecs_deployment *d = v->deployments.items;
  for (size_t i = 0; i < v->deployments.n; i++)
    if (d[i].created > now->created && aws_str_eq_c(d[i].rollout_state, "FAILED"))
      return &d[i];
  return NULL;
}

/* A deployment that takes over again keeps the day it was made. */
static aws_ms back_since(const struct ecs_service *v, const struct ecs_deployment *now,
                         const struct ecs_deployment *failed) {
  const struct ecs_event *e = v->events.items;
  for (size_t i = 0; i < v->events.n; i++)
    if (aws_str_has(e[i].message, AWS_STR_LIT("rolling back to deployment")) &&
        aws_str_has(e[i].message, now->id))
      return e[i].created;
  if (failed && failed->updated)
    return failed->updated;
  return now->updated > now->created ? now->updated : now->created;
}

static void say_failed(const struct stack *s, const struct stack_row *row,
                       const struct ecs_deployment *now, struct stack_rollout *out) {
  const struct memory *m = memory_of(s, row->id);
  if (!m || !m->failed_at || m->failed_at < stack_wall(s) - REMEMBERED_MS)
    return;
  bool replaced = now && now->created > m->failed_at && !aws_str_eq_c(now->id, m->failed_id);
  if (replaced && !out->back)
    return;
  out->failed_at = m->failed_at;
  out->failed_rev = m->failed_rev;
}

/* AWS's own way back is told as the failure that it is. */
static void say_taken(const struct stack *s, const struct stack_row *row,
                      struct stack_rollout *out) {
  const struct memory *m = memory_of(s, row->id);
  if (!m || !m->taken_rev || out->back || m->taken_at < stack_wall(s) - REMEMBERED_MS ||
      m->now_rev != out->rev || (out->failed_at && out->failed_rev == m->taken_rev))
    return;
  out->taken_rev = m->taken_rev;
  out->taken_at = m->taken_at;
  out->taken_began = m->taken_began;
}

static void count_tasks(const struct ecs_service *v, const struct ecs_deployment *now,
                        struct stack_rollout *out) {
  const struct ecs_deployment *d = v->deployments.items;
  out->running = now ? now->running : v->running;
  out->desired = now ? now->desired : v->desired;
  for (size_t i = 0; now && i < v->deployments.n; i++)
    out->old += &d[i] != now ? d[i].running : 0;
}

struct stack_rollout stack_rollout_of(const struct stack *s, const struct stack_row *service) {
  const struct ecs_service *v = service->item;
  const struct ecs_deployment *now = stack_primary(v), *d = v->deployments.items;
  struct stack_rollout out = {.rolling = stack_rolling(v),
                              .strange = stack_rollout_strange(v).p != NULL,
                              .rev =
                                  stack_revision(now ? now->task_definition : v->task_definition)};
  for (size_t i = 0; i < v->deployments.n && !out.from; i++)
    if (&d[i] != now)
      out.from = stack_revision(d[i].task_definition);
  if (now) {
    const struct ecs_deployment *failed = failed_after(v, now);
    out.back = out.rolling &&
               (failed || aws_str_has(now->rollout_state_reason, AWS_STR_LIT("rolling back")));
    out.since = out.back ? back_since(v, now, failed) : now->created;
  }
  count_tasks(v, now, &out);
  say_failed(s, service, now, &out);
  say_taken(s, service, &out);
  return out;
}

/* ---- life ------------------------------------------------------------------------------------ */

bool stack_rollouts_init(struct stack *s) {
  s->rollouts = aws_calloc(1, sizeof *s->rollouts);
  return s->rollouts != NULL;
}

void stack_rollouts_free(struct stack *s) {
  struct stack_rollouts *r = s->rollouts;
  if (!r)
    return;
  for (size_t i = 0; i < r->n; i++) {
    free(r->all[i]->id);
    free(r->all[i]);
  }
  free(r->all);
  aws_map_done(&r->by_id);
  free(r);
  s->rollouts = NULL;
}
