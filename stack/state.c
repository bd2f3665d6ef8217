/* What a stack says of itself, and the small things that every file of the room asks. */
#include "config.h"

#include "stack/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { WAIT_SHOWN_MS = 5000 };

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

const struct stack_keys *stack_keys(const struct stack *s) {
  return &s->keys;
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

/* An ordinary renewal is over long before. */
bool stack_held(const struct stack *s) {
  return s->held && s->state == STACK_RUNNING &&
         stack_mono(s) - s->who_since >= STACK_HELD_SHOWN_MS;
}

const char *stack_asked(const struct stack *s) {
  if (!s->asked)
    return NULL;
  return s->asked->kind == AWS_PROMPT_LOGIN ? "waiting for the login" : "waiting for the MFA code";
}

struct stack_wait stack_waits(const struct stack *s) {
  bool keys = s->keys.key_id[0], held = s->held && s->state == STACK_RUNNING;
  if (s->region_search)
    return (struct stack_wait){.what = "asking the instance for its region",
                               .for_ms = stack_mono(s) - s->started};
  aws_ms since = keys ? s->who_since : s->started;
  if (s->state == STACK_REFUSED || !since)
    return (struct stack_wait){.what = NULL};
  return (struct stack_wait){.what = keys ? "asking STS who we are" : "looking for credentials",
                             .for_ms = stack_mono(s) - since,
                             .held = held,
                             .worth_ms = held ? STACK_HELD_SHOWN_MS : WAIT_SHOWN_MS};
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
  if (s->state != STACK_RUNNING) {
    cJSON_Delete(in);
    if (s->state == STACK_REFUSED)
      *err = s->refusal;
    else
      aws_error_set(err, AWS_E_CONFIG, "not asked: the account is not known yet");
    return NULL;
  }
  return aws_call(s->client, op, in, opt ? opt : &asked, on_page, on_done, arg, err);
}

int64_t stack_revision(struct aws_str task_definition) {
  int64_t n = 0;
  return aws_str_to_int(aws_str_after_last(task_definition, ':'), &n) ? n : 0;
}

struct stack_rev_text stack_rev(int64_t rev) {
  struct stack_rev_text out = {"?"};
  if (rev > 0)
    snprintf(out.text, sizeof out.text, "%" PRId64, rev);
  return out;
}

void stack_cut(char *text, size_t size) {
  static const char sign[] = "\xe2\x80\xa6";
  size_t n = strlen(text);
  if (n + 1 < size || size <= sizeof sign)
    return;
  n -= sizeof sign - 1;
  while (n && ((unsigned char)text[n] & 0xc0) == 0x80) /* within a character */
    n--;
  memcpy(text + n, sign, sizeof sign);
}

struct aws_str stack_short(struct aws_str arn) {
  struct aws_str s = aws_str_after_last(arn, '/');
  return s.n == arn.n ? aws_str_after_last(arn, ':') : s;
}

struct stack_clock_text stack_clock_words(aws_ms wall) {
  struct stack_clock_text out = {"?"};
  struct tm tm;
  time_t t = (time_t)(wall / 1000);
  if (localtime_r(&t, &tm))
    snprintf(out.text, sizeof out.text, "%02u:%02u", (unsigned)tm.tm_hour % 24u,
             (unsigned)tm.tm_min % 60u);
  return out;
}
