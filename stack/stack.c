/* One stack from its beginning to its end, and the small things that every file of the room asks.
 */
#include "config.h"

#include "stack/internal.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- configuration ------------------------------------------------------------------------------
 */

static bool copy_text(char **out, const char *text) {
  if (!text)
    return true;
  size_t n = strlen(text) + 1;
  *out = aws_calloc(n, 1);
  if (*out)
    memcpy(*out, text, n);
  return *out != NULL;
}

static bool copy_pairs(struct stack_config *to, const struct stack_config *from) {
  bool ok = true;
  if (from->nfilters) {
    to->filters = aws_calloc(from->nfilters, sizeof *to->filters);
    if (!to->filters)
      return false;
    to->nfilters = from->nfilters;
  }
  if (from->nlinks) {
    to->links = aws_calloc(from->nlinks, sizeof *to->links);
    if (!to->links)
      return false;
    to->nlinks = from->nlinks;
  }
  for (size_t i = 0; i < to->nfilters; i++)
    ok = ok && copy_text(&to->filters[i].kind, from->filters[i].kind) &&
         copy_text(&to->filters[i].pattern, from->filters[i].pattern);
  for (size_t i = 0; i < to->nlinks; i++)
    ok = ok && copy_text(&to->links[i].from, from->links[i].from) &&
         copy_text(&to->links[i].to, from->links[i].to);
  return ok;
}

static bool copy_config(struct stack_config *to, const struct stack_config *from) {
  *to = *from;
  to->name = to->profile = to->region = to->account = NULL;
  to->environment = to->parameters_path = to->audit_path = NULL;
  to->filters = NULL;
  to->links = NULL;
  to->nfilters = to->nlinks = 0;
  return copy_pairs(to, from) && copy_text(&to->name, from->name ? from->name : "default") &&
         copy_text(&to->profile, from->profile) && copy_text(&to->region, from->region) &&
         copy_text(&to->account, from->account) && copy_text(&to->environment, from->environment) &&
         copy_text(&to->parameters_path, from->parameters_path) &&
         copy_text(&to->audit_path, from->audit_path);
}

/* ---- life ---------------------------------------------------------------------------------------
 */

/* Enough that the longest chain of calls, and not their number, decides how soon the board is
 * whole. */
enum { PER_HOST = 16 };

/* The region may be missing: then the stack exists, and refuses to start with a sentence. */
static bool make_client(struct stack *s, struct aws_error *err) {
  const char *region = aws_settings_region(s->deps.settings); /* what was asked for is in it */
  if (!region)
    region = s->cfg.region;
  if (!region || !*region) {
    aws_error_set(&s->refusal, AWS_E_CONFIG,
                  "no region: none on the command line (--region), in AWS_REGION, in the profile "
                  "\"%s\" or in the stack's configuration",
                  aws_settings_profile(s->deps.settings));
    s->state = STACK_REFUSED;
    region = "";
  }
  snprintf(s->region, sizeof s->region, "%s", region);
  const struct aws_client_config cc = {.io = s->io,
                                       .settings = s->deps.settings,
                                       .region = *s->region ? s->region : "us-east-1",
                                       .per_host = PER_HOST,
                                       .seed = s->deps.seed};
  s->client = aws_client_new(&cc, err);
  if (!s->client)
    return false;
  aws_client_on_sent(s->client, stack_budget_sent, s);
  return true;
}

struct stack *stack_new(const struct stack_config *cfg, const struct stack_deps *deps,
                        struct aws_error *err) {
  struct stack *s = aws_calloc(1, sizeof *s);
  if (!s) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a stack");
    return NULL;
  }
  s->deps = *deps;
  s->io = deps->io;
  if (!s->deps.clock)
    s->deps.clock = &aws_clock_system;
  s->random = deps->seed ? deps->seed : (uint64_t)stack_wall(s) ^ (uint64_t)(uintptr_t)s;
  s->generation = 1;
  for (size_t k = 0; k < STACK_KINDS; k++) {
    s->kinds[k].pub.kind = (enum stack_kind)k;
    aws_arena_init(&s->shown[k].text, 4u << 20);
  }
  aws_arena_init(&s->show_service.text, 4096);
  if (!copy_config(&s->cfg, cfg) || !stack_poll_init(s) || !stack_health_init(s) ||
      !stack_path_init(s) || !stack_metrics_init(s) || !stack_timeline_init(s)) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for the stack \"%s\"", cfg->name ? cfg->name : "");
    stack_free(s);
    return NULL;
  }
  if (!make_client(s, err) || !stack_actions_init(s, err) || !stack_values_init(s, err)) {
    stack_free(s);
    return NULL;
  }
  return s;
}

void stack_free(struct stack *s) {
  if (!s)
    return;
  stack_actions_free(s);
  stack_values_free(s);
  stack_identity_stop(s);
  stack_metrics_free(s);
  stack_path_free(s);
  stack_rows_free(s);
  stack_poll_free(s);
  stack_health_free(s);
  stack_timeline_free(s);
  aws_client_free(s->client);
  for (size_t k = 0; k < STACK_KINDS; k++)
    aws_arena_done(&s->shown[k].text);
  aws_arena_done(&s->show_service.text);
  stack_config_done(&s->cfg);
  free(s);
}

void stack_start(struct stack *s) {
  s->started = stack_mono(s);
  if (s->state == STACK_REFUSED) {
    stack_changed(s, STACK_CHANGED_STATE);
    return;
  }
  stack_identity_start(s);
}

unsigned stack_take_changes(struct stack *s) {
  stack_update(s); /* may add to them */
  unsigned changes = s->changes;
  s->changes = 0;
  return changes;
}

bool stack_settled(const struct stack *s) {
  return s->state == STACK_REFUSED || s->settled_at != 0;
}

/* ---- what the stack says of itself ----------------------------------------------------------- */

enum stack_state stack_state(const struct stack *s) {
  return s->state;
}

const struct aws_error *stack_refusal(const struct stack *s) {
  return s->refusal.code == AWS_OK ? NULL : &s->refusal;
}

const char *stack_name(const struct stack *s) {
  return s->cfg.name;
}

const char *stack_region(const struct stack *s) {
  return s->region;
}

struct aws_str stack_account(const struct stack *s) {
  return aws_str_from(s->account);
}

struct aws_str stack_caller_arn(const struct stack *s) {
  return aws_str_from(s->caller);
}

struct aws_str stack_role(const struct stack *s) {
  return aws_str_from(s->role);
}

bool stack_read_only(const struct stack *s) {
  return s->deps.read_only || s->cfg.read_only;
}

bool stack_production(const struct stack *s) {
  return s->cfg.production;
}

struct aws_client *stack_client(struct stack *s) {
  return s->client;
}

const struct stack_config *stack_cfg(const struct stack *s) {
  return &s->cfg;
}

const struct aws_clock *stack_clock(const struct stack *s) {
  return s->deps.clock;
}

int64_t stack_clock_skew(const struct stack *s) {
  return aws_client_skew(s->client);
}

/* ---- helpers --------------------------------------------------------------------------------- */

aws_ms stack_wall(const struct stack *s) {
  return s->deps.clock->wall(s->deps.clock->arg);
}

aws_ms stack_mono(const struct stack *s) {
  return s->deps.clock->mono(s->deps.clock->arg);
}

/* SplitMix64: jitter only, nothing that has to be hard to guess. */
double stack_random(struct stack *s) {
  uint64_t z = s->random += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

void stack_changed(struct stack *s, unsigned bits) {
  s->changes |= bits;
}

const char *stack_edge_region(const struct stack *s) {
  static const char *const other_partitions[] = {"cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"};
  for (size_t i = 0; i < sizeof other_partitions / sizeof *other_partitions; i++)
    if (!strncmp(s->region, other_partitions[i], strlen(other_partitions[i])))
      return NULL;
  return "us-east-1";
}

struct aws_call *stack_call(struct stack *s, const struct aws_op *op, cJSON *in,
                            const struct aws_call_options *opt, aws_page_fn on_page,
                            aws_done_fn on_done, void *arg, struct aws_error *err) {
  static const struct aws_call_options asked = {.asked = true};
  return aws_call(s->client, op, in, opt ? opt : &asked, on_page, on_done, arg, err);
}

const void *stack_item(const struct stack_row *row) {
  return row ? row->item : NULL;
}

const struct stack_row *stack_find_name(const struct stack *s, enum stack_kind k,
                                        const char *name) {
  const struct stack_collection *c = stack_collection(s, k);
  for (size_t i = 0; i < c->n; i++)
    if (aws_str_eq_c(c->rows[i]->name, name))
      return c->rows[i];
  return NULL;
}

int64_t stack_revision(struct aws_str task_definition) {
  int64_t n = 0;
  return aws_str_to_int(aws_str_after_last(task_definition, ':'), &n) ? n : 0;
}

struct aws_str stack_short(struct aws_str arn) {
  struct aws_str s = aws_str_after_last(arn, '/');
  return s.n == arn.n ? aws_str_after_last(arn, ':') : s;
}

void stack_event_addf(struct stack *s, aws_ms at, enum stack_event_source source,
                      enum stack_level level, enum stack_kind k, struct aws_str id, const char *fmt,
                      ...) {
  struct stack_event e = {
      .at = at ? at : stack_wall(s), .source = source, .level = level, .kind = k};
  snprintf(e.id, sizeof e.id, "%.*s", AWS_STR_ARG(id));
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(e.text, sizeof e.text, fmt, ap);
  va_end(ap);
  stack_timeline_add(s, &e);
}
