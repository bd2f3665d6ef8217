/* Forms and query strings read into a tree, and the check of any tree against an operation's table.
 */
#include "sim/params.h"

#include "aws/doc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define FORM_DEPTH 12

cJSON *sim_node(struct aws_arena *a, int type) {
  cJSON *n = aws_arena_alloc(a, sizeof *n);

  if (n)
    n->type = type;
  return n;
}

cJSON *sim_node_text(struct aws_arena *a, struct aws_str value) {
  cJSON *n = sim_node(a, cJSON_String);

  if (!n)
    return NULL;
  n->valuestring = (char *)(uintptr_t)aws_arena_copy(a, value.p ? value : AWS_STR_LIT("")).p;
  return n->valuestring ? n : NULL;
}

/* cJSON keeps the last child in the first one's prev. */
void sim_node_add(cJSON *parent, const char *name, cJSON *item) {
  item->string = (char *)(uintptr_t)name;
  item->next = NULL;
  if (!parent->child) {
    parent->child = item;
    item->prev = item;
    return;
  }
  item->prev = parent->child->prev;
  parent->child->prev->next = item;
  parent->child->prev = item;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct aws_str sim_unescape(struct aws_arena *a, struct aws_str s, bool plus_is_space) {
  char *out = aws_arena_alloc(a, s.n + 1);
  size_t n = 0;

  if (!out)
    return (struct aws_str){0};
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '%') {
      if (i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0)
        return (struct aws_str){0};
      c = (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2]));
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out[n++] = c;
  }
  return (struct aws_str){out, n};
}

static bool all_digits(const char *s) {
  if (!s || !*s)
    return false;
  for (; *s; s++)
    if (!isdigit((unsigned char)*s))
      return false;
  return true;
}

static bool numbered(const cJSON *node) {
  if (!cJSON_IsObject(node) || !node->child)
    return false;
  for (const cJSON *c = node->child; c; c = c->next)
    if (!all_digits(c->string))
      return false;
  return true;
}

static int by_number(const void *a, const void *b) {
  const cJSON *x = *(cJSON *const *)a, *y = *(cJSON *const *)b;
  unsigned long m = strtoul(x->string, NULL, 10), n = strtoul(y->string, NULL, 10);

  return m < n ? -1 : m > n;
}

/* Children "1", "2", ... in that order, as an array. */
static bool number_to_array(struct aws_arena *a, cJSON *node, cJSON *items) {
  size_t n = 0;

  for (cJSON *c = items->child; c; c = c->next)
    n++;
  cJSON **sorted = aws_arena_alloc_n(a, n, sizeof *sorted);
  if (!sorted)
    return false;
  n = 0;
  for (cJSON *c = items->child; c; c = c->next)
    sorted[n++] = c;
  qsort(sorted, n, sizeof *sorted, by_number);
  node->type = cJSON_Array;
  node->child = NULL;
  for (size_t i = 0; i < n; i++)
    sim_node_add(node, NULL, sorted[i]);
  return true;
}

/* {"member":{"1":x}} and {"1":x} become [x], from the leaves up. */
static bool lists_from_numbers(struct aws_arena *a, cJSON *node) {
  for (cJSON *c = node->child; c; c = c->next)
    if (!lists_from_numbers(a, c))
      return false;
  if (!cJSON_IsObject(node) || !node->child)
    return true;
  if (numbered(node))
    return number_to_array(a, node, node);
  return true;
}

/* After lists_from_numbers {"member":[x]} is left where the list had a named element. */
static void lists_lose_element(cJSON *node, bool root) {
  if (!root && cJSON_IsObject(node) && node->child && !node->child->next &&
      cJSON_IsArray(node->child)) {
    node->type = cJSON_Array;
    node->child = node->child->child;
  }
  for (cJSON *c = node->child; c; c = c->next)
    lists_lose_element(c, false);
}

static cJSON *child_named(const cJSON *node, const char *name) {
  for (cJSON *c = node->child; c; c = c->next)
    if (!strcmp(c->string, name))
      return c;
  return NULL;
}

/* Walks to, and makes, the place that "A.member.1.B" names. */
static const char *form_put(struct aws_arena *a, cJSON *root, struct aws_str name,
                            struct aws_str value) {
  cJSON *at = root;

  if (aws_str_ends(name, "."))
    return "a parameter's name is malformed";
  for (int depth = 0; name.n || depth == 0; depth++) {
    struct aws_str step = aws_arena_copy(a, aws_str_split(&name, '.'));
    if (!step.p || !step.n || depth == FORM_DEPTH)
      return "a parameter's name is malformed";
    cJSON *c = child_named(at, step.p);
    if (!c) {
      c = name.n ? sim_node(a, cJSON_Object) : sim_node_text(a, value);
      if (!c)
        return "the form is too large";
      sim_node_add(at, step.p, c);
    } else if (!name.n || !cJSON_IsObject(c)) {
      return "a parameter is given twice";
    }
    at = c;
  }
  return NULL;
}

cJSON *sim_form_parse(struct aws_arena *a, struct aws_str form, const char **why) {
  cJSON *root = sim_node(a, cJSON_Object);
  size_t pairs = 0;

  *why = "the form is too large";
  while (root && form.n) {
    struct aws_str value = aws_str_split(&form, '&');
    if (!value.n)
      continue;
    struct aws_str name = sim_unescape(a, aws_str_split(&value, '='), true);
    value = sim_unescape(a, value.p ? value : AWS_STR_LIT(""), true);
    if (!name.p || !value.p) {
      *why = "the form's encoding is malformed";
      return NULL;
    }
    if (++pairs > SIM_FORM_MAX)
      return NULL;
    *why = form_put(a, root, name, value);
    if (*why)
      return NULL;
    *why = "the form is too large";
  }
  if (!root || !lists_from_numbers(a, root))
    return NULL;
  lists_lose_element(root, true);
  return root;
}

bool sim_query_parse(struct aws_arena *a, struct aws_str query, cJSON *into) {
  size_t pairs = 0;

  while (query.n) {
    struct aws_str value = aws_str_split(&query, '&');
    if (!value.n)
      continue;
    struct aws_str name = sim_unescape(a, aws_str_split(&value, '='), false);
    value = sim_unescape(a, value.p ? value : AWS_STR_LIT(""), false);
    cJSON *node = value.p ? sim_node_text(a, value) : NULL;
    if (!name.p || !node || ++pairs > SIM_FORM_MAX)
      return false;
    sim_node_add(into, name.p, node);
  }
  return true;
}

/* ---- checks ---------------------------------------------------------------------------------- */

/* Query and rest parameters are texts whatever they mean. */
static bool is_kind(const cJSON *v, enum sim_param_kind kind) {
  int64_t i;
  aws_ms t;
  bool text = cJSON_IsString(v);

  switch (kind) {
  case SIM_P_STR:
    return text;
  case SIM_P_INT:
    return cJSON_IsNumber(v) || (text && aws_str_to_int(aws_str_from(v->valuestring), &i));
  case SIM_P_BOOL:
    return cJSON_IsBool(v) ||
           (text && (!strcmp(v->valuestring, "true") || !strcmp(v->valuestring, "false")));
  case SIM_P_TIME:
    return cJSON_IsNumber(v) || (text && aws_time_parse(aws_str_from(v->valuestring), &t));
  case SIM_P_LIST:
    return cJSON_IsArray(v) || (text && !*v->valuestring);
  case SIM_P_STRUCT:
    return cJSON_IsObject(v);
  }
  return false;
}

static bool is_allowed(const char *text, const char *const *allowed) {
  for (; *allowed; allowed++)
    if (!strcmp(text, *allowed))
      return true;
  return false;
}

static bool check_allowed(struct sim_request *rq, const struct sim_param *p, const cJSON *v) {
  char all[512];
  size_t n = 0;

  if (!p->allowed || (cJSON_IsString(v) && is_allowed(v->valuestring, p->allowed)))
    return true;
  all[0] = '\0';
  for (const char *const *s = p->allowed; *s && n < sizeof all - 1; s++)
    n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", s == p->allowed ? "" : ", ", *s);
  sim_invalid(
      rq,
      "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member "
      "must satisfy enum value set: [%s]",
      sim_item_str(v), p->name, all);
  return false;
}

static bool check_bounds(struct sim_request *rq, const struct sim_param *p, const cJSON *v) {
  const char *what = p->kind == SIM_P_INT ? "value" : "length";
  char number[24];
  int64_t n;

  if (!p->min && !p->max)
    return true;
  if (p->kind == SIM_P_INT)
    n = sim_in_int(rq, p->name, 0);
  else if (p->kind == SIM_P_LIST)
    n = cJSON_GetArraySize(v);
  else
    n = (int64_t)strlen(sim_item_str(v));
  if (n >= p->min && n <= p->max)
    return true;
  snprintf(number, sizeof number, "%lld", (long long)n);
  bool low = n < p->min;
  sim_invalid(
      rq,
      "1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member "
      "must have %s %s than or equal to %lld",
      p->kind == SIM_P_STR ? sim_item_str(v) : number, p->name, what, low ? "greater" : "less",
      (long long)(low ? p->min : p->max));
  return false;
}

static bool check_one(struct sim_request *rq, const struct sim_param *p) {
  const cJSON *v = aws_doc_at(rq->in, p->name);

  if (!v) {
    if (!p->required)
      return true;
    sim_invalid(
        rq,
        "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member "
        "must not be null",
        p->name);
    return false;
  }
  if (!is_kind(v, p->kind)) {
    bool json = rq->protocol == SIM_JSON || rq->protocol == SIM_CBOR;
    if (json)
      sim_error(rq, 400, "SerializationException", "%s has the wrong type", p->name);
    else
      sim_error(rq, 400, "MalformedInput", "%s has the wrong type", p->name);
    return false;
  }
  if (!check_bounds(rq, p, v))
    return false;
  if (p->kind == SIM_P_STR)
    return check_allowed(rq, p, v);
  if (p->kind == SIM_P_LIST)
    for (const cJSON *c = v->child; c; c = c->next)
      if (!check_allowed(rq, p, c))
        return false;
  return true;
}

bool sim_params_check(struct sim_request *rq) {
  for (size_t i = 0; i < rq->op->nparams; i++)
    if (!check_one(rq, &rq->op->params[i]))
      return false;
  return true;
}
