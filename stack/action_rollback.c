/* Roll a service back to an earlier revision of its family: UpdateService with taskDefinition.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
#include "action_ecs.h"

#include <stdio.h>

#define DIFFERENCES_SHOWN 12
#define REVISIONS_MAX (ACTION_SLOTS - ECS_SLOT_REVISION) /* the one in use, then earlier ones */

struct rollback_work {
  struct ecs_work ecs;
  char target[384]; /* ARN */
  struct stack_choice choices[REVISIONS_MAX];
  size_t nchoices, unread; /* unread: revisions that could not be */
  char hint[128];
  struct stack_input input;
};

/* ---- reading -----------------------------------------------------------------------------------
 */

/* As many whole lines as fit; says so when there are more. */
static void fit_lines(char *out, size_t size, struct aws_str text) {
  static const char more[] = "and more that is not shown here\n";
  struct aws_str line;
  size_t used = 0;

  out[0] = '\0';
  while ((line = aws_str_split(&text, '\n')).p && line.n) {
    if (used + line.n + 1 + sizeof more > size) {
      memcpy(out + used, more, sizeof more);
      return;
    }
    used += (size_t)snprintf(out + used, size - used, "%.*s\n", AWS_STR_ARG(line));
  }
}

/* As far as the service tells: it does not keep what it ran for long. */
static const char *how_it_ran(const struct stack_action *a, struct aws_str arn) {
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  const struct ecs_deployment *d = svc->deployments.items;
  const struct stack_row *row = stack_find(a->s, STACK_SERVICE, aws_str_from(a->id));
  struct stack_rollout r = row ? stack_rollout_of(a->s, row) : (struct stack_rollout){.from = 0};

  for (size_t i = 0; i < svc->deployments.n; i++)
    if (aws_str_eq(d[i].task_definition, arn) && d[i].running > 0)
      return ", tasks of it still run";
  if (r.failed_rev && r.failed_rev == stack_revision(arn))
    return ", failed";
  return r.from && r.from == stack_revision(arn) ? ", ran before" : "";
}

static void add_choice(struct stack_action *a, const struct ecs_task_definition *now,
                       const struct ecs_task_definition *d) {
  struct rollback_work *w = a->work;
  struct stack_choice *c = &w->choices[w->nchoices++];
  char when[AWS_TIME_MAX] = "";
  struct aws_buf b;

  aws_buf_init(&b, 8192);
  ecs_definition_diff(&b, now, d);
  if (d->registered)
    aws_time_iso(d->registered, when);
  snprintf(c->value, sizeof c->value, "%.*s", AWS_STR_ARG(d->arn));
  snprintf(c->title, sizeof c->title, "%.*s%s%.10s%s", AWS_STR_ARG(ecs_revision(d->arn)),
           when[0] ? "  registered " : "", when, how_it_ran(a, d->arn));
  fit_lines(c->detail, sizeof c->detail, aws_buf_str(&b));
  aws_buf_done(&b);
}

static void revisions_read(struct stack_action *a) {
  struct rollback_work *w = a->work;
  const struct ecs_task_definition *now = action_item(a, ECS_SLOT_REVISION, 0);

  if (!now) {
    struct aws_error err = a->slots[ECS_SLOT_REVISION].err;
    if (!err.code)
      aws_error_set(&err, AWS_E_BODY, "AWS answered without a task definition");
    aws_error_wrap(&err, "not sent, the revision in use could not be read");
    action_fail(a, &err);
    return;
  }
  w->nchoices = w->unread = 0;
  for (unsigned i = ECS_SLOT_REVISION + 1; i < ACTION_SLOTS; i++) {
    const struct ecs_task_definition *d = action_item(a, i, 0);
    if (d && d->arn.n < sizeof w->choices[0].value)
      add_choice(a, now, d);
    else
      w->unread += a->slots[i].asked;
  }
  snprintf(w->hint, sizeof w->hint, "what differs from %.*s", AWS_STR_ARG(ecs_revision(now->arn)));
  if (w->unread)
    snprintf(w->hint, sizeof w->hint, "%zu more could not be read", w->unread);
  if (!w->nchoices) {
    action_refuse(a, "there is no earlier revision of %.*s that could be read",
                  AWS_STR_ARG(now->family));
    return;
  }
  w->input = (struct stack_input){
      .label = "Roll back to",
      .kind = STACK_INPUT_CHOICE,
      .hint = w->hint,
      .nchoices = w->nchoices,
      .choices = w->choices,
  };
  memcpy(w->input.initial, w->choices[0].value, sizeof w->input.initial);
  a->view.inputs = &w->input;
  a->view.ninputs = 1;
  action_need_input(a);
}

static void ask_revision(struct stack_action *a, unsigned slot, struct aws_str arn) {
  cJSON *in = cJSON_CreateObject();
  char text[384];

  snprintf(text, sizeof text, "%.*s", AWS_STR_ARG(arn));
  cJSON_AddStringToObject(in, "taskDefinition", text);
  action_ask(a, slot, &ecs_describe_task_definition, in);
}

/* An earlier revision of the same family. */
static bool is_earlier(struct aws_str arn, struct aws_str now) {
  struct aws_str a = ecs_revision(arn), b = ecs_revision(now);
  return aws_str_eq(aws_str_split(&a, ':'), aws_str_split(&b, ':')) &&
         stack_revision(arn) < stack_revision(now);
}

static void list_read(struct stack_action *a) {
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  const struct action_slot *list = &a->slots[ECS_SLOT_LIST];
  unsigned slot = ECS_SLOT_REVISION;

  if (list->err.code) {
    struct aws_error err = list->err;
    aws_error_wrap(&err, "not sent, the earlier revisions could not be listed");
    action_fail(a, &err);
    return;
  }
  for (unsigned i = slot; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  action_ask_begin(a, revisions_read);
  ask_revision(a, slot++, svc->task_definition);
  for (size_t i = 0; i < action_items(a, ECS_SLOT_LIST) && slot < ACTION_SLOTS; i++) {
    struct aws_str arn = *(const struct aws_str *)action_item(a, ECS_SLOT_LIST, i);
    if (is_earlier(arn, svc->task_definition))
      ask_revision(a, slot++, arn);
  }
  action_ask_end(a);
}

static void rollback_read_done(struct stack_action *a) {
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc || !ecs_can_deploy(a, svc))
    return;
  action_title(a, "Roll back %.*s (now rev %s)", AWS_STR_ARG(svc->name),
               stack_rev(stack_revision(svc->task_definition)).text);
  if (a->rechecking) {
    action_plan(a);
    return;
  }
  struct aws_str rev = ecs_revision(svc->task_definition), family = aws_str_split(&rev, ':');
  char prefix[256];
  cJSON *in = cJSON_CreateObject();
  snprintf(prefix, sizeof prefix, "%.*s", AWS_STR_ARG(family));
  cJSON_AddStringToObject(in, "familyPrefix", prefix);
  cJSON_AddStringToObject(in, "status", "ACTIVE");
  cJSON_AddStringToObject(in, "sort", "DESC");
  action_ask_begin(a, list_read);
  action_ask(a, ECS_SLOT_LIST, &ecs_list_task_definitions, in);
  action_ask_end(a);
}

static void rollback_read(struct stack_action *a) {
  if (a->rechecking || ecs_action_begin(a))
    ecs_action_ask(a, false, rollback_read_done);
}

/* ---- planning and sending ----------------------------------------------------------------------
 */

static const struct stack_choice *chosen(const struct rollback_work *w, const char *value) {
  for (size_t i = 0; i < w->nchoices; i++)
    if (strcmp(w->choices[i].value, value) == 0)
      return &w->choices[i];
  return NULL;
}

static bool rollback_input(struct stack_action *a, const char *const *values) {
  struct rollback_work *w = a->work;
  const struct stack_choice *c = chosen(w, values[0]);

  if (!c) {
    snprintf(a->view.input_error, sizeof a->view.input_error, "choose one of the revisions shown");
    return false;
  }
  memcpy(w->target, c->value, sizeof w->target);
  return true;
}

/* The choices say what differs from the revision that was in use when they were read. */
static void plan_difference(struct stack_action *a, const struct ecs_service *svc) {
  const struct rollback_work *w = a->work;
  const struct ecs_task_definition *read = action_item(a, ECS_SLOT_REVISION, 0);
  const struct stack_choice *c = chosen(w, w->target);
  struct aws_str rest = aws_str_from(c ? c->detail : NULL), line;

  if (!read || !aws_str_eq(read->arn, svc->task_definition)) {
    action_plan_line(a, STACK_WARN,
                     "the service changed its revision: choose again to see what differs");
    return;
  }
  for (int i = 0; i < DIFFERENCES_SHOWN && (line = aws_str_split(&rest, '\n')).p; i++)
    if (line.n)
      action_plan_line(a, STACK_OK, "  %.*s", AWS_STR_ARG(line));
  if (rest.n)
    action_plan_line(a, STACK_NOTE, "  and more that is not shown here");
}

static void rollback_plan(struct stack_action *a) {
  struct rollback_work *w = a->work;
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc)
    return;
  struct aws_str now = ecs_revision(svc->task_definition);
  struct aws_str then = ecs_revision(aws_str_from(w->target));
  if (aws_str_eq_c(svc->task_definition, w->target)) {
    action_refuse(a, "it is on %.*s already", AWS_STR_ARG(then));
    return;
  }
  snprintf(a->before, sizeof a->before, "%.*s", AWS_STR_ARG(now));
  snprintf(a->after, sizeof a->after, "%.*s", AWS_STR_ARG(then));
  action_plan_line(a, STACK_OK, "task definition %.*s → %.*s, all %lld tasks are replaced",
                   AWS_STR_ARG(now), AWS_STR_ARG(then), (long long)svc->desired);
  ecs_plan_fault(a);
  plan_difference(a, svc);
  ecs_plan_deployment(a, svc);
  a->view.typed = stack_production(a->s);
  /* Whoever rolls back does not want that revision again. */
  snprintf(a->view.way_back, sizeof a->view.way_back,
           "to go forward again: deploy a mended revision, as the service's deployments do");
}

static bool rollback_arrived(const struct stack_action *a, const struct ecs_service *svc) {
  const struct rollback_work *w = a->work;
  return ecs_deploys_anew(&w->ecs, svc, w->target);
}

static void rollback_send(struct stack_action *a) {
  struct rollback_work *w = a->work;
  cJSON *change = cJSON_CreateObject();

  cJSON_AddStringToObject(change, "taskDefinition", w->target);
  ecs_action_update(a, change, rollback_arrived);
}

const struct action_ops action_rollback = {
    .def = {"rollback", "Roll service back", "roll back", 1u << STACK_SERVICE, false},
    .work_size = sizeof(struct rollback_work),
    .read = rollback_read,
    .input = rollback_input,
    .plan = rollback_plan,
    .fingerprint = ecs_fingerprint,
    .outdated = ecs_outdated,
    .send = rollback_send,
    .watch = ecs_action_watch,
};
