/* Roll a service back to an earlier revision of its family: UpdateService with taskDefinition.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html */
#include "action_ecs.h"

#include <stdio.h>
#include <stdlib.h>

#define REVISIONS_MAX (ACTION_SLOTS - ECS_SLOT_REVISION) /* the one in use, then earlier ones */

struct rollback_work {
  struct ecs_work ecs;
  char target[256]; /* ARN */
  struct stack_choice choices[REVISIONS_MAX];
  size_t nchoices;
  struct stack_input input;
};

/* ---- what differs ------------------------------------------------------------------------------
 */

static bool looks_secret(struct aws_str name) {
  static const char *const words[] = {"PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "PRIVATE"};

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t n = strlen(words[i]);
    for (size_t at = 0; at + n <= name.n; at++) {
      size_t k = 0;
      while (k < n && (name.p[at + k] & ~0x20) == words[i][k])
        k++;
      if (k == n)
        return true;
    }
  }
  return false;
}

static const struct ecs_detail *find_env(const struct aws_list *list, struct aws_str name) {
  const struct ecs_detail *e = list->items;

  for (size_t i = 0; i < list->n; i++)
    if (aws_str_eq(e[i].name, name))
      return &e[i];
  return NULL;
}

static const struct ecs_secret *find_secret(const struct aws_list *list, struct aws_str name) {
  const struct ecs_secret *e = list->items;

  for (size_t i = 0; i < list->n; i++)
    if (aws_str_eq(e[i].name, name))
      return &e[i];
  return NULL;
}

static void diff_text(struct aws_buf *b, const char *what, struct aws_str now,
                      struct aws_str then) {
  if (!aws_str_eq(now, then))
    aws_buf_addf(b, "%s %.*s -> %.*s\n", what, AWS_STR_ARG(now), AWS_STR_ARG(then));
}

/* Plain settings are shown with their values, but for those whose name says that they are secret.
 */
static void diff_env(struct aws_buf *b, const struct ecs_container_definition *now,
                     const struct ecs_container_definition *then) {
  const struct ecs_detail *e = then->environment.items;

  for (size_t i = 0; i < then->environment.n; i++) {
    const struct ecs_detail *o = find_env(&now->environment, e[i].name);
    if (o && aws_str_eq(o->value, e[i].value))
      continue;
    if (looks_secret(e[i].name))
      aws_buf_addf(b, "%.*s %s\n", AWS_STR_ARG(e[i].name), o ? "differs" : "is set");
    else
      aws_buf_addf(b, "%.*s %.*s -> %.*s\n", AWS_STR_ARG(e[i].name),
                   AWS_STR_ARG(o ? o->value : AWS_STR_LIT("(not set)")), AWS_STR_ARG(e[i].value));
  }
  e = now->environment.items;
  for (size_t i = 0; i < now->environment.n; i++)
    if (!find_env(&then->environment, e[i].name))
      aws_buf_addf(b, "%.*s is no longer set\n", AWS_STR_ARG(e[i].name));
}

static void diff_secrets(struct aws_buf *b, const struct ecs_container_definition *now,
                         const struct ecs_container_definition *then) {
  const struct ecs_secret *e = then->secrets.items;

  for (size_t i = 0; i < then->secrets.n; i++) {
    const struct ecs_secret *o = find_secret(&now->secrets, e[i].name);
    if (!o || !aws_str_eq(o->value_from, e[i].value_from))
      aws_buf_addf(b, "%.*s from %.*s\n", AWS_STR_ARG(e[i].name), AWS_STR_ARG(e[i].value_from));
  }
  e = now->secrets.items;
  for (size_t i = 0; i < now->secrets.n; i++)
    if (!find_secret(&then->secrets, e[i].name))
      aws_buf_addf(b, "%.*s is no longer given\n", AWS_STR_ARG(e[i].name));
}

static const struct ecs_container_definition *find_container(const struct ecs_task_definition *d,
                                                             struct aws_str name) {
  const struct ecs_container_definition *c = d->containers.items;

  for (size_t i = 0; i < d->containers.n; i++)
    if (aws_str_eq(c[i].name, name))
      return &c[i];
  return NULL;
}

static void diff_definitions(struct aws_buf *b, const struct ecs_task_definition *now,
                             const struct ecs_task_definition *then) {
  const struct ecs_container_definition *c = then->containers.items;

  diff_text(b, "cpu", now->cpu, then->cpu);
  diff_text(b, "memory", now->memory, then->memory);
  diff_text(b, "task role", now->task_role, then->task_role);
  diff_text(b, "execution role", now->execution_role, then->execution_role);
  for (size_t i = 0; i < then->containers.n; i++) {
    const struct ecs_container_definition *o = find_container(now, c[i].name);
    if (!o) {
      aws_buf_addf(b, "container %.*s %.*s comes back\n", AWS_STR_ARG(c[i].name),
                   AWS_STR_ARG(c[i].image));
      continue;
    }
    diff_text(b, "image", o->image, c[i].image);
    diff_env(b, o, &c[i]);
    diff_secrets(b, o, &c[i]);
  }
  c = now->containers.items;
  for (size_t i = 0; i < now->containers.n; i++)
    if (!find_container(then, c[i].name))
      aws_buf_addf(b, "container %.*s goes\n", AWS_STR_ARG(c[i].name));
  if (!b->n)
    aws_buf_add_c(b, "no difference in image, settings or sizes\n");
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static void add_choice(struct rollback_work *w, const struct ecs_task_definition *now,
                       const struct ecs_task_definition *d) {
  struct stack_choice *c = &w->choices[w->nchoices++];
  char when[AWS_TIME_MAX] = "";
  struct aws_buf b;

  aws_buf_init(&b, 8192);
  diff_definitions(&b, now, d);
  if (d->registered)
    aws_time_iso(d->registered, when);
  snprintf(c->value, sizeof c->value, "%.*s", AWS_STR_ARG(d->arn));
  snprintf(c->title, sizeof c->title, "%.*s  %.10s", AWS_STR_ARG(ecs_revision(d->arn)), when);
  snprintf(c->detail, sizeof c->detail, "%.*s", AWS_STR_ARG(aws_buf_str(&b)));
  aws_buf_done(&b);
}

static void revisions_read(struct stack_action *a) {
  struct rollback_work *w = a->work;
  const struct ecs_task_definition *now = action_item(a, ECS_SLOT_REVISION, 0);

  if (!now) {
    action_fail(a, &a->slots[ECS_SLOT_REVISION].err);
    return;
  }
  w->nchoices = 0;
  for (unsigned i = ECS_SLOT_REVISION + 1; i < ACTION_SLOTS; i++) {
    const struct ecs_task_definition *d = action_item(a, i, 0);
    if (d)
      add_choice(w, now, d);
  }
  if (!w->nchoices) {
    action_refuse(a, "there is no earlier revision of %.*s that could be read",
                  AWS_STR_ARG(now->family));
    return;
  }
  w->input = (struct stack_input){
      .label = "Roll back to",
      .kind = STACK_INPUT_CHOICE,
      .hint = "what differs from the revision in use is shown for each",
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
  char text[256];

  snprintf(text, sizeof text, "%.*s", AWS_STR_ARG(arn));
  cJSON_AddStringToObject(in, "taskDefinition", text);
  action_ask(a, slot, &ecs_describe_task_definition, in);
}

static int64_t revision_number(struct aws_str arn) {
  int64_t n = 0;
  return aws_str_to_int(aws_str_after_last(arn, ':'), &n) ? n : 0;
}

static void list_read(struct stack_action *a) {
  const struct ecs_service *svc = action_item(a, ECS_SLOT_SERVICE, 0);
  const struct action_slot *list = &a->slots[ECS_SLOT_LIST];
  unsigned slot = ECS_SLOT_REVISION;

  if (list->err.code) {
    action_fail(a, &list->err);
    return;
  }
  action_ask_begin(a, revisions_read);
  ask_revision(a, slot++, svc->task_definition);
  for (size_t i = 0; i < action_items(a, ECS_SLOT_LIST) && slot < ACTION_SLOTS; i++) {
    struct aws_str arn = *(const struct aws_str *)action_item(a, ECS_SLOT_LIST, i);
    if (revision_number(arn) < revision_number(svc->task_definition))
      ask_revision(a, slot++, arn);
  }
  action_ask_end(a);
}

static void rollback_read_done(struct stack_action *a) {
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc || !ecs_can_deploy(a, svc))
    return;
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

static void rollback_plan(struct stack_action *a) {
  struct rollback_work *w = a->work;
  const struct ecs_service *svc = ecs_action_service(a);

  if (!svc)
    return;
  const struct stack_choice *c = chosen(w, w->target);
  struct aws_str now = ecs_revision(svc->task_definition);
  struct aws_str then = ecs_revision(aws_str_from(w->target));
  if (aws_str_eq_c(svc->task_definition, w->target)) {
    action_refuse(a, "it is on %.*s already", AWS_STR_ARG(then));
    return;
  }
  snprintf(a->before, sizeof a->before, "%.*s", AWS_STR_ARG(now));
  snprintf(a->after, sizeof a->after, "%.*s", AWS_STR_ARG(then));
  action_plan_line(a, STACK_OK, "task definition %.*s -> %.*s, all %lld tasks are replaced",
                   AWS_STR_ARG(now), AWS_STR_ARG(then), (long long)svc->desired);
  struct aws_str rest = aws_str_from(c ? c->detail : NULL), line;
  for (int i = 0; i < 8 && (line = aws_str_split(&rest, '\n')).p; i++)
    if (line.n)
      action_plan_line(a, STACK_OK, "  %.*s", AWS_STR_ARG(line));
  ecs_plan_deployment(a, svc);
  a->view.typed = stack_production(a->s);
  snprintf(a->view.way_back, sizeof a->view.way_back, "to undo: deploy %.*s again",
           AWS_STR_ARG(now));
}

static bool rollback_arrived(const struct stack_action *a, const struct ecs_service *svc) {
  const struct rollback_work *w = a->work;
  return aws_str_eq_c(svc->task_definition, w->target);
}

static void rollback_send(struct stack_action *a) {
  struct rollback_work *w = a->work;
  cJSON *change = cJSON_CreateObject();

  cJSON_AddStringToObject(change, "taskDefinition", w->target);
  ecs_action_update(a, change, rollback_arrived);
}

const struct action_ops action_rollback = {
    .def = {"rollback", "Roll service back", "roll back", 'b', 1u << STACK_SERVICE, false},
    .work_size = sizeof(struct rollback_work),
    .read = rollback_read,
    .input = rollback_input,
    .plan = rollback_plan,
    .fingerprint = ecs_fingerprint,
    .send = rollback_send,
    .watch = ecs_action_watch,
};
