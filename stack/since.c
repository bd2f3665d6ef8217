/* Since when a hop is at fault, and what happened then: the rollout that its services were in, or
 * the event that was told of the very thing. What is not known is not said. */
#include "config.h"

#include "stack/derived.h"
#include "stack/happening.h"
#include "stack/judged.h"
#include "stack/things.h"

#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROLLOUT_WITHIN_MS = 10 * 60000, EVENT_BEFORE_MS = 60000, EVENT_WITHIN_MS = 10 * 60000 };

/* ---- which rollout can be to blame ----------------------------------------------------------- */

bool stack_registers_in(const struct ecs_service *v, struct aws_str group) {
  const struct ecs_load_balancer *lb = v->load_balancers.items;
  for (size_t i = 0; i < v->load_balancers.n; i++)
    if (aws_str_eq(lb[i].target_group_arn, group))
      return true;
  return false;
}

/* Of its own service, of the one behind its target group; of any when requests fail all over. */
static bool may_blame(const struct stack_hop *h, const struct stack_row *service) {
  if (h->kind == STACK_HOP_DB || h->beside)
    return false;
  if (h->worst_kind == STACK_SERVICE)
    return aws_str_eq(h->worst_id, service->id);
  if (h->worst_kind == STACK_TARGET_GROUP)
    return stack_registers_in(service->item, h->worst_id);
  return h->rating.symptom;
}

static void blame(struct stack *s, const struct stack_row *service, aws_ms at, int64_t rev,
                  struct stack_onset *o) {
  if (at < stack_wall(s) - ROLLOUT_WITHIN_MS || at <= o->at)
    return;
  o->at = at;
  o->rev = rev;
  snprintf(o->service, sizeof o->service, "%.*s", AWS_STR_ARG(service->id));
}

/* The newest that began shortly before. A way back is the cure: what was taken back is to blame. */
static bool blame_rollout(struct stack *s, const struct stack_hop *h, struct stack_onset *o) {
  const struct stack_collection *c = stack_rows_of(s, STACK_SERVICE);
  for (size_t i = 0; i < c->n; i++) {
    const struct ecs_service *v = c->rows[i]->item;
    const struct ecs_deployment *d = v->deployments.items;
    if (!may_blame(h, c->rows[i]))
      continue;
    struct stack_rollout r = stack_rollout_of(s, c->rows[i]);
    if (r.taken_rev)
      blame(s, c->rows[i], r.taken_began, r.taken_rev, o);
    for (size_t j = 0; !r.taken_rev && j < v->deployments.n; j++)
      blame(s, c->rows[i], d[j].created, stack_revision(d[j].task_definition), o);
  }
  return o->service[0] != '\0';
}

/* ---- which event ----------------------------------------------------------------------------- */

static bool is_of(const struct stack_event *e, struct aws_str id, struct aws_str parent) {
  size_t n = strlen(e->id);
  if (!n)
    return false;
  if (aws_str_eq_c(id, e->id) || aws_str_eq_c(parent, e->id))
    return true;
  return n > id.n && id.n && !memcmp(e->id, id.p, id.n) && e->id[id.n] == '|'; /* a target of it */
}

/* The first warning of it since it was well; else the last that was noted. */
static bool blame_event(struct stack *s, const struct stack_hop *h, struct stack_onset *o) {
  const struct stack_row *row = stack_rows_find(s, h->worst_kind, h->worst_id);
  struct aws_str parent = row && h->kind == STACK_HOP_DB ? row->parent : (struct aws_str){NULL, 0};
  aws_ms from = o->well_at ? o->well_at - EVENT_BEFORE_MS : stack_wall(s) - EVENT_WITHIN_MS;
  const struct stack_event *warned = NULL, *noted = NULL;
  for (size_t i = 0, n = stack_timeline_count(s); i < n; i++) {
    const struct stack_event *e = stack_timeline_at(s, i);
    if (e->at < from)
      break;
    if (!is_of(e, h->worst_id, parent))
      continue;
    if (e->level >= STACK_WARN)
      warned = e;
    else if (e->level == STACK_NOTE && !noted)
      noted = e;
  }
  const struct stack_event *e = warned ? warned : noted;
  if (!e)
    return false;
  o->at = e->at;
  snprintf(o->text, sizeof o->text, "%.180s", e->text);
  return true;
}

static bool blame_alarm(struct stack *s, const struct stack_hop *h, struct stack_onset *o) {
  const struct cloudwatch_alarm *v = h->worst_kind == STACK_ALARM
                                         ? stack_item(stack_rows_find(s, STACK_ALARM, h->worst_id))
                                         : NULL;
  if (!v)
    return false;
  o->at = v->transitioned ? v->transitioned : v->updated;
  stack_alarm_why(v, o->text, sizeof o->text);
  return true;
}

/* ---- every hop ------------------------------------------------------------------------------- */

static void find_onset(struct stack *s, const struct stack_hop *h, struct stack_onset *o) {
  o->at = 0;
  o->text[0] = o->service[0] = '\0';
  o->rev = 0;
  if (blame_alarm(s, h, o) || blame_rollout(s, h, o) || blame_event(s, h, o))
    return;
  o->at = o->well_at ? stack_wall(s) : 0; /* faulty as long as we know it: no telling */
}

static void follow(struct stack *s, const struct stack_hop *h, struct stack_onset *o) {
  uint64_t both[2] = {(uint64_t)h->worst_kind, aws_hash(h->worst_id.p, h->worst_id.n)};
  uint64_t what = aws_hash(both, sizeof both);
  if (h->rating.level < STACK_UNKNOWN) {
    o->faulty = false;
    if (!h->stale)
      o->well_at = stack_wall(s);
    return;
  }
  if (h->rating.level == STACK_UNKNOWN || (o->faulty && o->what == what))
    return;
  o->faulty = true;
  o->what = what;
  find_onset(s, h, o);
}

/* ---- in words -------------------------------------------------------------------------------- */

static void AWS_PRINTF(2, 3) say(struct stack_path *p, const char *fmt, ...) {
  size_t n = strlen(p->since);
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(p->since + n, sizeof p->since - n, fmt, ap);
  va_end(ap);
}

/* How the rollout stands now, however it stood when the fault began. */
static void say_rollout(struct stack *s, struct stack_path *p, const struct stack_onset *o,
                        const char *before) {
  const struct stack_row *row = stack_rows_find(s, STACK_SERVICE, aws_str_from(o->service));
  if (!row)
    return;
  struct stack_rollout r = stack_rollout_of(s, row);
  bool failed = r.failed_at && (r.failed_rev == o->rev || !r.failed_rev);
  say(p, "%sECS %.*s rev %s", before, AWS_STR_ARG(row->name), stack_rev(o->rev).text);
  if (failed && r.rev != o->rev)
    say(p, " failed %s, %s to %" PRId64, stack_clock_words(r.failed_at).text,
        r.rolling ? "rolling back" : "rolled back", r.rev);
  else if (failed)
    say(p, " failed %s", stack_clock_words(r.failed_at).text);
  else if (r.taken_rev == o->rev && r.rolling)
    say(p, ", rolling back to %s since %s: %" PRId64 "/%" PRId64, stack_rev(r.rev).text,
        stack_clock_words(r.taken_at).text, r.running, r.desired);
  else if (r.taken_rev == o->rev)
    say(p, ", rolled back to %s at %s", stack_rev(r.rev).text, stack_clock_words(r.taken_at).text);
  else if (r.rev != o->rev)
    say(p, ", rev %s since %s", stack_rev(r.rev).text, stack_clock_words(r.since).text);
  else
    say(p, r.rolling ? " rolling out" : " rolled out");
}

/* The summary says already that it failed, and what comes of it. */
static bool say_failure(struct stack *s, struct stack_path *p, const struct stack_hop *h,
                        const struct stack_onset *o) {
  const struct stack_row *row = stack_rows_find(s, STACK_SERVICE, aws_str_from(o->service));
  struct stack_rollout r = {.rolling = false};
  if (row && h->worst_kind == STACK_SERVICE)
    r = stack_rollout_of(s, row);
  if (!r.failed_at || r.failed_rev != o->rev)
    return false;
  p->since_at = r.failed_at;
  say(p, "since %s: rev %s was being rolled out from %s", stack_clock_words(r.failed_at).text,
      stack_rev(o->rev).text, stack_clock_words(o->at).text);
  return true;
}

static void say_unhealthy(struct stack *s, struct stack_path *p, const char *before) {
  const struct stack_collection *c = stack_rows_of(s, STACK_TARGET);
  char why[64] = "";
  size_t n = 0;
  for (size_t i = 0; i < c->n; i++) {
    const struct elbv2_target *v = c->rows[i]->item;
    if (stack_state_level(STACK_TARGET, v->state) != STACK_BAD)
      continue;
    if (!n++)
      stack_target_why(v, why, sizeof why);
  }
  if (n)
    say(p, "%s%zu target%s unhealthy%s%s%s", before, n, n == 1 ? "" : "s", why[0] ? " (" : "", why,
        why[0] ? ")" : "");
}

/* Where requests fail, all the hops that feel it. */
static void say_felt(struct stack_path *p, const char *before) {
  for (size_t i = 0, n = 0; i < p->n; i++) {
    const struct stack_hop *h = &p->hops[i];
    if (h->present && h->rating.level >= STACK_WARN && h->rating.symptom)
      say(p, "%s%s", n++ ? ", " : before, h->title);
  }
}

static void say_onset(struct stack *s, struct stack_path *p, const struct stack_hop *h,
                      const struct stack_onset *o) {
  char head[24];
  snprintf(head, sizeof head, "since %s: ", stack_clock_words(o->at).text);
  p->since_at = o->at;
  if (!o->at)
    return;
  if (o->service[0] && say_failure(s, p, h, o))
    return;
  if (o->service[0])
    say_rollout(s, p, o, head);
  else if (o->text[0] && h->worst_kind != STACK_TARGET_GROUP) /* these are counted */
    say(p, "%s%s", head, o->text);
  if (h->kind == STACK_HOP_ALB || h->kind == STACK_HOP_ECS)
    say_unhealthy(s, p, p->since[0] ? ", " : head);
  if (!p->since[0] && h->rating.symptom)
    say_felt(p, head);
}

void stack_since(struct stack *s, struct stack_path *p) {
  p->since[0] = '\0';
  p->since_at = 0;
  for (size_t i = 0; i < p->n; i++) {
    struct stack_hop *h = &p->hops[i];
    struct stack_onset *o = &s->derived->onsets[h->kind];
    follow(s, h, o);
    if (h->first_fault && p->level >= STACK_WARN)
      say_onset(s, p, h, o);
  }
}
