/* What differs between two revisions of a task definition, in words. */
#include "action_ecs.h"

#include <ctype.h>
#include <stdio.h>

#define LINE_MAX_BYTES 180 /* fits a line of a plan */

/* A value may hold anything, line breaks too: it must not look like a line of ours. */
static void add_line(struct aws_buf *b, const char *fmt, ...) AWS_PRINTF(2, 3);
static void add_line(struct aws_buf *b, const char *fmt, ...) {
  char line[LINE_MAX_BYTES];
  va_list ap;

  va_start(ap, fmt);
  int n = vsnprintf(line, sizeof line, fmt, ap);
  va_end(ap);
  for (char *p = line; *p; p++)
    if ((unsigned char)*p < ' ' || *p == 0x7f)
      *p = ' ';
  aws_buf_addf(b, "%s%s\n", line, n >= LINE_MAX_BYTES ? "..." : "");
}

static bool has_word(struct aws_str text, const char *upper) {
  size_t n = strlen(upper);

  for (size_t at = 0; at + n <= text.n; at++) {
    size_t k = 0;
    while (k < n && toupper((unsigned char)text.p[at + k]) == upper[k])
      k++;
    if (k == n)
      return true;
  }
  return false;
}

/* By its name, or because it is a URL with a password in it. */
static bool looks_secret(struct aws_str name, struct aws_str value) {
  static const char *const words[] = {"PASS", "PWD",        "SECRET",  "TOKEN", "KEY",
                                      "AUTH", "CREDENTIAL", "PRIVATE", "DSN"};

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (has_word(name, words[i]))
      return true;
  return aws_str_has(value, AWS_STR_LIT("://")) && aws_str_has(value, AWS_STR_LIT("@"));
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

static const struct ecs_container_definition *find_container(const struct ecs_task_definition *d,
                                                             struct aws_str name) {
  const struct ecs_container_definition *c = d->containers.items;

  for (size_t i = 0; i < d->containers.n; i++)
    if (aws_str_eq(c[i].name, name))
      return &c[i];
  return NULL;
}

static void diff_text(struct aws_buf *b, struct aws_str where, const char *what, struct aws_str now,
                      struct aws_str then) {
  if (!aws_str_eq(now, then))
    add_line(b, "%.*s%s%s: %.*s → %.*s", AWS_STR_ARG(where), where.n ? " " : "", what,
             AWS_STR_ARG(now.n ? now : AWS_STR_LIT("none")),
             AWS_STR_ARG(then.n ? then : AWS_STR_LIT("none")));
}

static void diff_number(struct aws_buf *b, struct aws_str where, const char *what, int64_t now,
                        int64_t then) {
  if (now != then)
    add_line(b, "%.*s %s: %lld → %lld", AWS_STR_ARG(where), what, (long long)now, (long long)then);
}

static bool same_words(const struct aws_list *a, const struct aws_list *b) {
  const struct aws_str *x = a->items, *y = b->items;

  for (size_t i = 0; a->n == b->n && i < a->n; i++)
    if (!aws_str_eq(x[i], y[i]))
      return false;
  return a->n == b->n;
}

static void diff_env(struct aws_buf *b, const struct ecs_container_definition *now,
                     const struct ecs_container_definition *then) {
  const struct ecs_detail *e = then->environment.items;

  for (size_t i = 0; i < then->environment.n; i++) {
    const struct ecs_detail *o = find_env(&now->environment, e[i].name);
    if (o && aws_str_eq(o->value, e[i].value))
      continue;
    if (looks_secret(e[i].name, e[i].value) || (o && looks_secret(o->name, o->value)))
      add_line(b, "%.*s %s", AWS_STR_ARG(e[i].name), o ? "differs" : "is set");
    else
      diff_text(b, e[i].name, "setting", o ? o->value : AWS_STR_LIT("(not set)"), e[i].value);
  }
  e = now->environment.items;
  for (size_t i = 0; i < now->environment.n; i++)
    if (!find_env(&then->environment, e[i].name))
      add_line(b, "%.*s is no longer set", AWS_STR_ARG(e[i].name));
}

static void diff_secrets(struct aws_buf *b, const struct ecs_container_definition *now,
                         const struct ecs_container_definition *then) {
  const struct ecs_secret *e = then->secrets.items;

  for (size_t i = 0; i < then->secrets.n; i++) {
    const struct ecs_secret *o = find_secret(&now->secrets, e[i].name);
    if (!o || !aws_str_eq(o->value_from, e[i].value_from))
      add_line(b, "%.*s from %.*s", AWS_STR_ARG(e[i].name), AWS_STR_ARG(e[i].value_from));
  }
  e = now->secrets.items;
  for (size_t i = 0; i < now->secrets.n; i++)
    if (!find_secret(&then->secrets, e[i].name))
      add_line(b, "%.*s is no longer given", AWS_STR_ARG(e[i].name));
}

static void diff_container(struct aws_buf *b, const struct ecs_container_definition *now,
                           const struct ecs_container_definition *then) {
  diff_text(b, then->name, "image", now->image, then->image);
  diff_number(b, then->name, "cpu", now->cpu, then->cpu);
  diff_number(b, then->name, "memory", now->memory, then->memory);
  if (!same_words(&now->command, &then->command))
    add_line(b, "%.*s command differs", AWS_STR_ARG(then->name));
  diff_env(b, now, then);
  diff_secrets(b, now, then);
}

void ecs_definition_diff(struct aws_buf *b, const struct ecs_task_definition *now,
                         const struct ecs_task_definition *then) {
  const struct ecs_container_definition *c = then->containers.items;
  const struct aws_str task = AWS_STR_LIT("task");

  for (size_t i = 0; i < then->containers.n; i++) {
    const struct ecs_container_definition *o = find_container(now, c[i].name);
    if (o)
      diff_container(b, o, &c[i]);
    else
      add_line(b, "container %.*s comes back with image %.*s", AWS_STR_ARG(c[i].name),
               AWS_STR_ARG(c[i].image));
  }
  c = now->containers.items;
  for (size_t i = 0; i < now->containers.n; i++)
    if (!find_container(then, c[i].name))
      add_line(b, "container %.*s goes", AWS_STR_ARG(c[i].name));
  diff_text(b, task, "cpu", now->cpu, then->cpu);
  diff_text(b, task, "memory", now->memory, then->memory);
  diff_text(b, task, "network", now->network_mode, then->network_mode);
  diff_text(b, task, "role", now->task_role, then->task_role);
  diff_text(b, task, "execution role", now->execution_role, then->execution_role);
  if (!b->n)
    add_line(b, "no difference in image, settings or sizes");
}
