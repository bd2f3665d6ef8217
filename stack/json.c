/* The whole model as one JSON document, for `--once --json`. Things carry AWS's member names. */
#include "config.h"

#include "stack/judged.h"
#include "stack/path.h"

#include "aws/api/ecs.h"

#include <inttypes.h>

static const char *health_word(enum stack_level l) {
  static const char *const words[] = {"healthy", "healthy", "unknown", "degraded", "failing"};
  return words[l];
}

static void member(struct aws_buf *b, const char *name) {
  aws_buf_add_json(b, aws_str_from(name));
  aws_buf_add_char(b, ':');
}

static void text_member(struct aws_buf *b, const char *name, struct aws_str value) {
  member(b, name);
  if (value.p)
    aws_buf_add_json(b, value);
  else
    aws_buf_add_c(b, "null");
}

static void time_member(struct aws_buf *b, const char *name, aws_ms t) {
  char text[AWS_TIME_MAX] = "";
  if (t)
    aws_time_iso(t, text);
  text_member(b, name, t ? aws_str_from(text) : (struct aws_str){NULL, 0});
}

static void error_member(struct aws_buf *b, const struct aws_error *e) {
  member(b, "error");
  if (!e || e->code == AWS_OK) {
    aws_buf_add_c(b, "null");
    return;
  }
  aws_buf_add_char(b, '{');
  text_member(b, "kind", aws_str_from(aws_errc_name(e->code)));
  aws_buf_add_char(b, ',');
  text_member(b, "code", aws_str_from(e->aws_code));
  aws_buf_add_char(b, ',');
  text_member(b, "request_id", aws_str_from(e->request_id));
  aws_buf_add_char(b, ',');
  text_member(b, "message", aws_str_from(e->text));
  aws_buf_add_char(b, '}');
}

/* Of when it is, and why it is not of now. */
static void stale_members(struct aws_buf *b, bool stale, aws_ms as_of, const char *why) {
  aws_buf_addf(b, "\"stale\":%s,", stale ? "true" : "false");
  text_member(b, "stale_why", aws_str_from(why));
  aws_buf_add_char(b, ',');
  time_member(b, "as_of", as_of);
}

static void hop(struct aws_buf *b, const struct stack_hop *h) {
  aws_buf_add_char(b, '{');
  text_member(b, "name", aws_str_from(h->title));
  aws_buf_add_char(b, ',');
  text_member(b, "health", aws_str_from(stack_level_name(h->rating.level)));
  aws_buf_add_char(b, ',');
  text_member(b, "reason", aws_str_from(h->rating.reason));
  aws_buf_addf(b, ",\"first_fault\":%s,\"moving\":%s,\"things\":%zu",
               h->first_fault ? "true" : "false", h->moving ? "true" : "false", h->count);
  aws_buf_add_char(b, ',');
  stale_members(b, h->stale, h->as_of, h->stale_why);
  aws_buf_addf(b, ",\"facts_stale\":%s", h->facts_stale ? "true" : "false");
  aws_buf_add_c(b, ",\"facts\":[");
  for (size_t i = 0, n = 0; i < STACK_HOP_FACTS; i++) {
    if (!h->facts[i][0])
      continue;
    aws_buf_add_c(b, n++ ? "," : "");
    aws_buf_add_json(b, aws_str_from(h->facts[i]));
  }
  aws_buf_add_c(b, "]}");
}

static void path(struct aws_buf *b, const struct stack_path *p) {
  aws_buf_add_c(b, "\"path\":[");
  for (size_t i = 0, n = 0; i < p->n; i++) {
    if (!p->hops[i].present)
      continue;
    aws_buf_add_c(b, n++ ? "," : "");
    hop(b, &p->hops[i]);
  }
  aws_buf_add_char(b, ']');
}

/* API Gateway's members begin with a capital in AWS's model and without one on the wire. Its items
 * are flat objects of texts: a name is a text that follows '{' or ','. */
static void add_capitalised(struct aws_buf *b, struct aws_str text) {
  bool within = false, name = false;
  char before = '\0';
  for (size_t i = 0; i < text.n; i++) {
    char c = text.p[i];
    bool escaped = within && before == '\\';
    if (c == '"' && !escaped) {
      name = !within && (before == '{' || before == ',');
      within = !within;
    } else if (name && c >= 'a' && c <= 'z')
      c = (char)(c - 'a' + 'A');
    if (c != '"')
      name = false;
    before = escaped ? '\0' : c;
    aws_buf_add_char(b, c);
  }
}

/* Values in a container's environment may be secrets, and this document ends in logs. */
static void hide_values(struct aws_buf *b, struct aws_arena *a,
                        struct ecs_container_definition *c) {
  struct ecs_detail *e = aws_arena_alloc_n(a, c->environment.n, sizeof *e);
  if (e)
    memcpy(e, c->environment.items, c->environment.n * sizeof *e);
  else { /* no memory to hide them */
    c->environment.n = 0;
    b->failed = true;
  }
  for (size_t i = 0; i < c->environment.n; i++)
    e[i].value = AWS_STR_LIT("\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
  c->environment.items = e;
}

static void task_definition(struct aws_buf *b, const struct ecs_task_definition *of) {
  struct ecs_task_definition d = *of;
  struct ecs_container_definition *c;
  struct aws_arena a;
  aws_arena_init(&a, b->max);
  c = d.containers.n ? aws_arena_alloc_n(&a, d.containers.n, sizeof *c) : NULL;
  if (c)
    memcpy(c, d.containers.items, d.containers.n * sizeof *c);
  else if (d.containers.n) {
    d.containers.n = 0;
    b->failed = true;
  }
  d.containers.items = c;
  for (size_t i = 0; c && i < d.containers.n; i++)
    if (c[i].environment.n)
      hide_values(b, &a, &c[i]);
  aws_item_json(b, &ecs_task_definition_type, &d);
  aws_arena_done(&a);
}

static void item(struct aws_buf *b, enum stack_kind k, const struct stack_row *row) {
  if (k == STACK_TASK_DEFINITION) {
    task_definition(b, row->item);
    return;
  }
  if (k != STACK_API && k != STACK_TARGET && k != STACK_INVALIDATION) {
    aws_item_json(b, stack_kind_type(k), row->item);
    return;
  }
  struct aws_buf own;
  aws_buf_init(&own, b->max);
  aws_item_json(&own, stack_kind_type(k), row->item);
  struct aws_str text = aws_buf_str(&own);
  if (own.failed) /* half an item is no JSON */
    b->failed = true;
  else if (k == STACK_API)
    add_capitalised(b, text);
  else { /* whose it is, an item does not say: "{...}" with one member in front */
    aws_buf_add_char(b, '{');
    if (k == STACK_TARGET)
      text_member(b, "TargetGroupArn", row->parent);
    else
      text_member(b, "DistributionId", stack_short(row->parent));
    aws_buf_add_char(b, ',');
    aws_buf_add(b, text.p + 1, text.n - 1);
  }
  aws_buf_done(&own);
}

static void collection(struct aws_buf *b, const struct stack *s, enum stack_kind k) {
  const struct stack_collection *c = stack_collection(s, k);
  aws_ms at = c->loaded ? c->fetched_at : 0;
  member(b, stack_kind_plural(k));
  aws_buf_add_char(b, '{');
  time_member(b, "fetched_at", at);
  aws_buf_add_c(b, ",\"age_ms\":");
  if (at)
    aws_buf_addf(b, "%" PRId64, (int64_t)(stack_wall(s) - at));
  else
    aws_buf_add_c(b, "null");
  aws_buf_addf(b, ",\"stale\":%s,", stack_reading_of(s, k).stale ? "true" : "false");
  error_member(b, &c->error);
  aws_buf_add_c(b, ",\"items\":[");
  for (size_t i = 0; i < c->n; i++) {
    aws_buf_add_c(b, i ? ",\n" : "");
    item(b, k, c->rows[i]);
  }
  aws_buf_add_c(b, "]}");
}

static void collections(struct aws_buf *b, const struct stack *s) {
  static const bool shown[STACK_KINDS] = {
#define STACK_KIND(id, plural, singular, type, json) [STACK_##id] = json,
#include "stack/kinds.def"
#undef STACK_KIND
  };
  aws_buf_add_c(b, "\"collections\":{");
  for (int k = 0, n = 0; k < STACK_KINDS; k++) {
    if (!shown[k])
      continue;
    aws_buf_add_c(b, n++ ? ",\n" : "\n");
    collection(b, s, (enum stack_kind)k);
  }
  aws_buf_add_char(b, '}');
}

static void requests(struct aws_buf *b, const struct stack *s) {
  const struct stack_api_use *uses;
  size_t n = stack_api_uses(s, &uses);
  aws_buf_addf(b, "\"requests\":{\"total\":%" PRIu64 ",\"by_service\":{",
               stack_budget(s).calls_total);
  for (size_t i = 0, out = 0; i < n; i++) {
    bool before = false;
    uint64_t calls = 0;
    for (size_t j = 0; j < n; j++) {
      bool same = !strcmp(uses[i].service, uses[j].service);
      before = before || (same && j < i);
      calls += same ? uses[j].calls : 0;
    }
    if (before || !calls)
      continue;
    aws_buf_add_c(b, out++ ? "," : "");
    member(b, uses[i].service);
    aws_buf_addf(b, "%" PRIu64, calls);
  }
  aws_buf_add_c(b, "}}");
}

void stack_json(const struct stack *s, struct aws_buf *b) {
  char reason[200];
  enum stack_level level = stack_health(s, reason, sizeof reason);
  const struct stack_path *p = stack_path(s);
  aws_ms end = s->settled_at ? s->settled_at : stack_mono(s);
  aws_buf_add_char(b, '{');
  text_member(b, "stack", aws_str_from(stack_name(s)));
  aws_buf_add_char(b, ',');
  text_member(b, "account", stack_account(s));
  aws_buf_add_char(b, ',');
  text_member(b, "region", aws_str_from(stack_region(s)));
  aws_buf_add_char(b, ',');
  text_member(b, "role", stack_role(s));
  aws_buf_add_char(b, ',');
  text_member(b, "health", aws_str_from(health_word(level)));
  aws_buf_add_char(b, ',');
  text_member(b, "reason", aws_str_from(reason));
  aws_buf_add_char(b, ',');
  stale_members(b, p->stale, p->as_of, p->stale_why);
  aws_buf_add_char(b, ',');
  error_member(b, stack_refusal(s));
  aws_buf_add_char(b, ',');
  path(b, p);
  aws_buf_add_c(b, ",\n");
  collections(b, s);
  aws_buf_add_c(b, ",\n");
  requests(b, s);
  aws_buf_addf(b, ",\"elapsed_ms\":%" PRId64 "}\n", (int64_t)(end - s->started));
}
