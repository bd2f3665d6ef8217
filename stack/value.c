/* Values of parameters: plain ones read for the rows on screen, secret ones only on demand and only
 * for a while.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
#include "audit.h"
#include "stack/action.h"
#include "stack/derived.h"
#include "stack/things.h"

#include "aws/api/ssm.h"

#include <stdlib.h>

#define VALUES_MAX 2000
#define REVEAL_MS 30000
#define AGAIN_MS 60000 /* after an error */

struct value {
  struct stack *s;
  struct aws_str name; /* own copy */
  struct aws_secret text;
  enum stack_value_state state;
  int64_t version;       /* the newest that was asked for or came */
  bool asking;           /* among the plain values under way; what was read before stays */
  aws_ms until;          /* mono: masked, or asked again after an error */
  struct aws_call *call; /* of a reveal */
};

struct stack_values {
  struct value **v;
  size_t n, cap;
  struct aws_map by_name;
  struct aws_call *call; /* plain values; one at a time */
  struct aws_timer *timer;
};

bool stack_values_init(struct stack *s, struct aws_error *err) {
  s->values = aws_calloc(1, sizeof *s->values);
  if (!s->values)
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
  return s->values != NULL;
}

static void value_free(struct value *v) {
  aws_call_cancel(v->call);
  aws_secret_done(&v->text);
  free((char *)(uintptr_t)v->name.p);
  free(v);
}

void stack_values_free(struct stack *s) {
  struct stack_values *all = s->values;

  if (!all)
    return;
  aws_call_cancel(all->call);
  aws_io_timer_cancel(s->io, all->timer);
  for (size_t i = 0; i < all->n; i++)
    value_free(all->v[i]);
  aws_map_done(&all->by_name);
  free(all->v);
  free(all);
  s->values = NULL;
}

static bool on_screen(const struct stack *s, struct aws_str name) {
  const struct stack_shown *shown = &s->shown[STACK_PARAMETER];

  for (size_t i = 0; i < shown->n; i++) {
    const struct ssm_parameter_metadata *p =
        stack_item(stack_rows_find(s, STACK_PARAMETER, shown->ids[i]));
    if (p && aws_str_eq(p->name, name))
      return true;
  }
  return false;
}

/* Drops what is neither on screen nor under way, when there is too much of it. */
static void drop_some(struct stack *s) {
  struct stack_values *all = s->values;
  size_t kept = 0;

  if (all->n < VALUES_MAX)
    return;
  aws_map_done(&all->by_name);
  for (size_t i = 0; i < all->n; i++) {
    struct value *v = all->v[i];
    bool keep = v->asking || v->call || on_screen(s, v->name);
    if (keep && aws_map_put(&all->by_name, v->name, v))
      all->v[kept++] = v;
    else
      value_free(v);
  }
  all->n = kept;
}

static struct value *find_or_add(struct stack *s, struct aws_str name) {
  struct stack_values *all = s->values;
  struct value *v = aws_map_get(&all->by_name, name);

  if (v)
    return v;
  drop_some(s);
  v = aws_calloc(1, sizeof *v);
  char *copy = aws_calloc(name.n + 1, 1);
  if (!v || !copy || !aws_grow(&all->v, &all->cap, all->n + 1, sizeof *all->v)) {
    free(v);
    free(copy);
    return NULL;
  }
  memcpy(copy, name.p, name.n);
  v->s = s;
  v->name = (struct aws_str){copy, name.n};
  if (!aws_map_put(&all->by_name, v->name, v)) {
    value_free(v);
    return NULL;
  }
  all->v[all->n++] = v;
  return v;
}

static void values_changed(struct stack *s) {
  stack_changed(s, STACK_CHANGED_STATE);
}

/* ---- hiding ------------------------------------------------------------------------------------
 */

static void hide(struct value *v) {
  aws_call_cancel(v->call);
  v->call = NULL;
  aws_secret_done(&v->text);
  v->state = STACK_VALUE_MASKED;
  v->version = 0; /* should it be a plain one after all, it is read again */
}

/* What is not known to be plain is secret. */
static bool is_secret(const struct stack *s, struct aws_str name) {
  const struct ssm_parameter_metadata *p = stack_item(stack_rows_find(s, STACK_PARAMETER, name));

  return !p || (!aws_str_eq_c(p->type, "String") && !aws_str_eq_c(p->type, "StringList"));
}

static void set_timer(struct stack *s);

static void time_over(void *arg) {
  struct stack *s = arg;
  struct stack_values *all = s->values;
  aws_ms now = stack_mono(s);

  all->timer = NULL;
  for (size_t i = 0; i < all->n; i++)
    if (all->v[i]->state == STACK_VALUE_SHOWN && all->v[i]->until <= now)
      hide(all->v[i]);
  values_changed(s);
  set_timer(s);
}

static void set_timer(struct stack *s) {
  struct stack_values *all = s->values;
  aws_ms next = 0;

  for (size_t i = 0; i < all->n; i++)
    if (all->v[i]->state == STACK_VALUE_SHOWN && (!next || all->v[i]->until < next))
      next = all->v[i]->until;
  aws_io_timer_cancel(s->io, all->timer);
  all->timer = next ? aws_io_timer(s->io, next, time_over, s) : NULL;
  /* Without a timer nothing would mask it again. */
  for (size_t i = 0; next && !all->timer && i < all->n; i++)
    if (all->v[i]->state == STACK_VALUE_SHOWN)
      hide(all->v[i]);
}

void stack_hide(struct stack *s, struct aws_str name) {
  for (size_t i = 0; i < s->values->n; i++) {
    struct value *v = s->values->v[i];
    if (v->call || v->state == STACK_VALUE_SHOWN)
      if (!name.p || aws_str_eq(v->name, name))
        hide(v);
  }
  set_timer(s);
  values_changed(s);
}

/* ---- plain values ------------------------------------------------------------------------------
 */

static void plain_page(void *arg, struct aws_page *page) {
  struct stack *s = arg;
  const struct ssm_parameter *p = page->items;

  for (size_t i = 0; i < page->n; i++) {
    struct value *v = aws_map_get(&s->values->by_name, p[i].name);
    if (!v || !v->asking || v->call)
      continue;
    int64_t version = p[i].version > v->version ? p[i].version : v->version;
    v->asking = false;
    /* It may have become secret since its description was read; what came is its ciphertext. */
    if (!aws_str_eq_c(p[i].type, "String") && !aws_str_eq_c(p[i].type, "StringList"))
      hide(v);
    else
      v->state = aws_secret_set(&v->text, p[i].value) ? STACK_VALUE_PLAIN : STACK_VALUE_NONE;
    v->version = version;
  }
  values_changed(s);
}

/* Those that did not come. err NULL: AWS does not know them. */
static void plain_failed(struct stack *s, const struct aws_error *err) {
  struct stack_values *all = s->values;

  for (size_t i = 0; i < all->n; i++) {
    struct value *v = all->v[i];
    if (!v->asking)
      continue;
    v->asking = false;
    v->version = 0; /* asked again when `until` is over */
    v->until = stack_mono(s) + AGAIN_MS;
    if (v->state != STACK_VALUE_ASKED)
      continue;
    v->state = STACK_VALUE_ERROR;
    if (!aws_secret_set(&v->text, aws_str_from(err ? err->text : "no such parameter")))
      v->state = STACK_VALUE_NONE;
  }
  values_changed(s);
}

static void plain_done(void *arg, const struct aws_error *err) {
  struct stack *s = arg;

  s->values->call = NULL;
  plain_failed(s, err);
  stack_values_rows(s); /* what came on screen meanwhile */
}

/* The value on screen is missing, of an older version, or failed some time ago. */
static bool wants(struct stack *s, const struct ssm_parameter_metadata *p) {
  struct value *v = p && p->name.n ? find_or_add(s, p->name) : NULL;

  if (!v || v->asking || v->call)
    return false;
  if (!aws_str_eq_c(p->type, "String") && !aws_str_eq_c(p->type, "StringList")) {
    if (v->state == STACK_VALUE_NONE || v->state == STACK_VALUE_PLAIN)
      hide(v);
    return false;
  }
  if (v->state == STACK_VALUE_SHOWN)
    return false;
  return v->version < p->version && v->until <= stack_mono(s);
}

static void hide_what_left(struct stack *s) {
  for (size_t i = 0; i < s->values->n; i++) {
    struct value *v = s->values->v[i];
    if ((v->call || v->state == STACK_VALUE_SHOWN) && !on_screen(s, v->name))
      hide(v);
  }
  set_timer(s);
}

void stack_values_rows(struct stack *s) {
  const struct stack_shown *shown = &s->shown[STACK_PARAMETER];
  struct aws_error err;

  hide_what_left(s);
  if (s->values->call || stack_state(s) != STACK_RUNNING)
    return;
  cJSON *names = cJSON_CreateArray();
  for (size_t i = 0; i < shown->n; i++) {
    const struct ssm_parameter_metadata *p =
        stack_item(stack_rows_find(s, STACK_PARAMETER, shown->ids[i]));
    if (!wants(s, p))
      continue;
    struct value *v = find_or_add(s, p->name);
    v->asking = true;
    if (v->state != STACK_VALUE_PLAIN)
      v->state = STACK_VALUE_ASKED;
    v->version = p->version;
    aws_json_add(names, NULL, cJSON_CreateString(p->name.p));
  }
  if (!names || !names->child) {
    cJSON_Delete(names);
    return;
  }
  cJSON *in = cJSON_CreateObject();
  aws_json_add(in, "Names", names);
  const struct aws_call_options opt = {.again = true};
  s->values->call = stack_call(s, &ssm_get_parameters, in, &opt, plain_page, plain_done, s, &err);
  if (!s->values->call)
    plain_failed(s, &err);
}

/* ---- revealing ---------------------------------------------------------------------------------
 */

static void reveal_page(void *arg, struct aws_page *page) {
  struct value *v = arg;
  const struct ssm_parameter *p = page->items;

  if (!page->n || !aws_str_eq(p[0].name, v->name) || !aws_secret_set(&v->text, p[0].value))
    return;
  v->state = STACK_VALUE_SHOWN;
  v->version = p[0].version;
  v->until = stack_mono(v->s) + REVEAL_MS;
}

static void reveal_done(void *arg, const struct aws_error *err) {
  struct value *v = arg;

  v->call = NULL;
  if (v->state == STACK_VALUE_ASKED) {
    v->state = STACK_VALUE_ERROR;
    if (!aws_secret_set(&v->text, aws_str_from(err ? err->text : "AWS gave no value for it")))
      v->state = STACK_VALUE_MASKED;
  }
  set_timer(v->s);
  values_changed(v->s);
}

bool stack_reveal(struct stack *s, struct aws_str name, struct aws_error *err) {
  const struct audit_line line = {.event = "revealed", .action = "reveal", .resource = name};

  if (stack_state(s) != STACK_RUNNING) {
    aws_error_set(err, AWS_E_USAGE, "not connected yet: wait until the account is known");
    return false;
  }
  if (s->cfg.reveal_forbidden) {
    aws_error_set(err, AWS_E_USAGE, "the configuration forbids revealing secrets in stack %s",
                  stack_name(s));
    return false;
  }
  struct value *v = find_or_add(s, name);
  if (!v) {
    aws_error_set(err, AWS_E_MEMORY, "out of memory");
    return false;
  }
  if (v->call || v->state == STACK_VALUE_SHOWN || v->state == STACK_VALUE_PLAIN)
    return true;
  if (!audit_write(s, &line, err))
    return false;
  cJSON *in = cJSON_CreateObject(), *names = cJSON_AddArrayToObject(in, "Names");
  aws_json_add(names, NULL, cJSON_CreateString(v->name.p));
  cJSON_AddBoolToObject(in, "WithDecryption", true);
  const struct aws_call_options opt = {.asked = true, .secret = true};
  aws_secret_done(&v->text);
  v->state = STACK_VALUE_ASKED;
  v->call = stack_call(s, &ssm_get_parameters, in, &opt, reveal_page, reveal_done, v, err);
  if (!v->call)
    v->state = STACK_VALUE_MASKED;
  values_changed(s);
  return v->call != NULL;
}

enum stack_value_state stack_value(const struct stack *s, struct aws_str name, struct aws_str *out,
                                   aws_ms *until) {
  const struct value *v = s->values ? aws_map_get(&s->values->by_name, name) : NULL;

  *out = (struct aws_str){NULL, 0};
  if (until)
    *until = 0;
  if (!v || v->state == STACK_VALUE_NONE)
    return is_secret(s, name) ? STACK_VALUE_MASKED : STACK_VALUE_NONE;
  if (v->state == STACK_VALUE_PLAIN || v->state == STACK_VALUE_SHOWN ||
      v->state == STACK_VALUE_ERROR)
    *out = aws_secret_str(&v->text);
  if (until && v->state == STACK_VALUE_SHOWN)
    *until = v->until;
  return v->state;
}
