/* What AWS says, in the words of people who know their stack: no ids and ARNs where a name does,
 * the HTTP code in front, the service's events short enough for a narrow pane. */
#include "config.h"

#include "stack/happening.h"

#include "aws/api/cloudwatch.h"
#include "aws/api/ecs.h"
#include "aws/api/elbv2.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

static const char *find(struct aws_str text, const char *needle) {
  size_t n = strlen(needle);
  for (size_t i = 0; i + n <= text.n; i++)
    if (!memcmp(text.p + i, needle, n))
      return text.p + i;
  return NULL;
}

/* What follows the needle; {NULL, 0}: it is not there. */
static struct aws_str after(struct aws_str text, const char *needle) {
  const char *at = find(text, needle);
  if (!at)
    return (struct aws_str){NULL, 0};
  at += strlen(needle);
  return (struct aws_str){at, (size_t)(text.p + text.n - at)};
}

/* ---- plain words ----------------------------------------------------------------------------- */

struct words {
  char *out;
  size_t n, size;
};

static void put(struct words *w, struct aws_str s) {
  for (size_t i = 0; i < s.n && w->n + 1 < w->size; i++) {
    bool blank = isspace((unsigned char)s.p[i]) != 0;
    if (blank && (!w->n || w->out[w->n - 1] == ' '))
      continue;
    w->out[w->n++] = blank ? ' ' : s.p[i];
  }
}

/* The name in an ARN: of a target group and a load balancer the part before the hash. */
static struct aws_str name_in_arn(struct aws_str arn) {
  struct aws_str rest = after(arn, ":targetgroup/");
  if (!rest.p)
    return stack_short(arn);
  return aws_str_split(&rest, '/');
}

static void put_words(struct words *w, struct aws_str text);

/* "(word value)": some words are known to say nothing to people. */
static void put_bracket(struct words *w, struct aws_str inside) {
  static const char *const dropped[] = {"service ", "port ", "deployment "};
  for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
    if (aws_str_starts(inside, dropped[i]))
      return;
  struct aws_str value = after(inside, " ");
  if (aws_str_starts(inside, "task "))
    put(w, (struct aws_str){value.p, value.n < 8 ? value.n : 8});
  else if (aws_str_starts(inside, "target-group "))
    put(w, name_in_arn(value));
  else if (aws_str_starts(inside, "reason "))
    put_words(w, value);
  else {
    put(w, AWS_STR_LIT("("));
    put_words(w, inside);
    put(w, AWS_STR_LIT(")"));
  }
}

/* The end of what the bracket at p opens, or NULL. */
static const char *closing(const char *p, const char *end) {
  int open = 0;
  for (; p < end; p++) {
    open += (*p == '(') - (*p == ')');
    if (!open)
      return p;
  }
  return NULL;
}

static void put_words(struct words *w, struct aws_str text) {
  static const struct {
    const char *says, *means;
  } phrases[] = {
      {"Health checks failed with these codes: [", ""},
      {"ECS deployment circuit breaker: ", ""},
      {"deploymentId ", ""},
  };
  const char *p = text.p, *end = text.p + text.n;
  while (p < end) {
    struct aws_str rest = {p, (size_t)(end - p)};
    const char *close = *p == '(' ? closing(p, end) : NULL;
    size_t phrase = 0;
    while (phrase < sizeof phrases / sizeof *phrases && !aws_str_starts(rest, phrases[phrase].says))
      phrase++;
    if (close) {
      put_bracket(w, (struct aws_str){p + 1, (size_t)(close - p - 1)});
      p = close + 1;
    } else if (phrase < sizeof phrases / sizeof *phrases) {
      put(w, aws_str_from(phrases[phrase].means));
      p += strlen(phrases[phrase].says);
      const char *bracket = phrase == 0 ? memchr(p, ']', (size_t)(end - p)) : NULL;
      if (bracket) {
        put(w, (struct aws_str){p, (size_t)(bracket - p)});
        p = bracket + 1;
      }
    } else if (aws_str_starts(rest, "arn:") || aws_str_starts(rest, "ecs-svc/")) {
      const char *stop = p;
      while (stop < end && !isspace((unsigned char)*stop) && *stop != ',' && *stop != ')')
        stop++;
      if (*p == 'a')
        put(w, name_in_arn((struct aws_str){p, (size_t)(stop - p)}));
      p = stop;
    } else {
      put(w, (struct aws_str){p, 1});
      p++;
    }
  }
}

void stack_plain_words(struct aws_str text, char *out, size_t size) {
  struct words w = {out, 0, size};
  put_words(&w, text);
  while (w.n && strchr(" .:", out[w.n - 1]))
    w.n--;
  out[w.n] = '\0';
}

/* ---- reasons --------------------------------------------------------------------------------- */

void stack_target_why(const struct elbv2_target *v, char *out, size_t size) {
  struct aws_str reason = aws_str_after_last(v->reason, '.');
  out[0] = '\0';
  if (aws_str_starts(v->state, "unhealthy"))
    stack_plain_words(v->description.n ? v->description : reason, out, size);
}

/* "... datapoints [155.0 (12/09/26 10:00:00), ...] was greater than the threshold (50.0)": the
 * newest point comes first. An alarm on an expression has no metric. */
void stack_alarm_why(const struct cloudwatch_alarm *v, char *out, size_t size) {
  struct aws_str point = after(v->reason, "["), limit = after(v->reason, "threshold (");
  struct aws_str value = aws_str_split(&point, ' '), bound = aws_str_split(&limit, ')');
  double is = 0, may = 0;
  bool less = find(v->reason, "less than") != NULL, equal = find(v->reason, "or equal") != NULL;
  if (aws_str_to_double(value, &is) && aws_str_to_double(bound, &may))
    snprintf(out, size, "%.*s%s%g %s%s %g", AWS_STR_ARG(v->metric), v->metric.n ? " " : "", is,
             less ? "<" : ">", equal ? "=" : "", may);
  else
    snprintf(out, size, "%.*s", AWS_STR_ARG(v->reason));
}

/* ---- service events -------------------------------------------------------------------------- */

/* has: what the message must hold. Several are told by `many`, where # is the number that follows
 * `has`; tail: with what follows. of: what happens to the tasks or the deployment that it names;
 * that is told once, whoever reports it, where it can happen once. */
static const struct phrase {
  const char *has, *one, *many;
  bool tail;
  const char *of;
  bool once;
  enum stack_level level;
  bool turning;
} phrases[] = {
    {.has = "has started ",
     "started 1 task",
     "started # tasks",
     false,
     "started",
     true,
     STACK_NOTE,
     false},
    {.has = "has stopped ",
     "stopped 1 task",
     "stopped # tasks",
     false,
     "stopped",
     true,
     STACK_NOTE,
     false},
    {.has = "is unhealthy in ",
     "1 task unhealthy in ",
     "# tasks unhealthy in ",
     true,
     "unhealthy",
     false,
     STACK_WARN,
     false},
    {.has = "has begun draining connections on ",
     "draining 1 task",
     "draining # tasks",
     .level = STACK_NOTE},
    {.has = "deregistered ",
     "deregistered 1 target",
     "deregistered # targets",
     .level = STACK_NOTE},
    {.has = "registered ", "registered 1 target", "registered # targets", .level = STACK_NOTE},
    {.has = "deployment completed", .of = "completed", .once = true, .level = STACK_OK},
    {.has = "deployment failed", .of = "failed", .once = true, .level = STACK_BAD, .turning = true},
    {.has = "rolling back to",
     "rolling back",
     .of = "rollback",
     .once = true,
     .level = STACK_WARN,
     .turning = true},
    {.has = "steady state", "steady state", .level = STACK_OK},
    {.has = "unhealthy", .level = STACK_WARN},
    {.has = "unable to", .level = STACK_WARN},
    {.has = "failed", .level = STACK_WARN},
    {.has = "circuit breaker", .level = STACK_WARN},
    {.has = "impaired", .level = STACK_WARN},
    {.has = "", .level = STACK_NOTE},
};

static const struct phrase *phrase_of(struct aws_str message) {
  size_t i = 0;
  while (phrases[i].has[0] && !find(message, phrases[i].has))
    i++;
  return &phrases[i];
}

static unsigned number_at(struct aws_str text) {
  unsigned n = 0;
  for (size_t i = 0; i < text.n && isdigit((unsigned char)text.p[i]) && n < 100000; i++)
    n = n * 10 + (unsigned)(text.p[i] - '0');
  return n;
}

/* The tasks or the deployment that the message names: "(task ID)", "(deployment ID)". */
static unsigned add_named(struct stack_fold *f, const struct phrase *ph, struct aws_str message) {
  bool task = ph->many != NULL;
  const char *opens = task                            ? "(task "
                      : find(message, "(deployment ") ? "(deployment "
                                                      : "deployment ";
  unsigned n = 0;
  for (struct aws_str rest = after(message, opens); rest.p; rest = after(rest, opens)) {
    size_t len = 0;
    while (len < rest.n && !strchr(" ).", rest.p[len]))
      len++;
    stack_fold_member(f, ph->of, task ? STACK_TASK : STACK_KINDS, (struct aws_str){rest.p, len}, 1,
                      ph->once);
    n++;
    if (!task)
      break;
  }
  return n < STACK_FOLD_MEMBERS ? n : STACK_FOLD_MEMBERS;
}

void stack_tell_service_event(struct stack *s, const struct ecs_event *e, struct aws_str id,
                              struct aws_str name) {
  const struct phrase *ph = phrase_of(e->message);
  struct stack_event one = {.at = e->created,
                            .source = STACK_EVENT_SERVICE,
                            .level = ph->level,
                            .turning = ph->turning,
                            .kind = STACK_SERVICE};
  struct stack_fold f = {.kind = STACK_SERVICE, .id = id, .divides = ph->of && !ph->many};
  unsigned number = number_at(after(e->message, ph->has));
  unsigned named = ph->of ? add_named(&f, ph, e->message) : 0;
  char words[200] = "", service[64];
  if (ph->tail || !ph->one)
    stack_plain_words(ph->tail ? after(e->message, ph->has) : e->message, words, sizeof words);
  if (!ph->many || !number)
    number = 1;
  if (number > named)
    stack_fold_member(&f, "told", STACK_KINDS, e->id, number - named, false);
  snprintf(service, sizeof service, "ECS %.*s: ", (int)(name.n < 50 ? name.n : 50),
           name.p ? name.p : "");
  snprintf(one.id, sizeof one.id, "%.*s", AWS_STR_ARG(id));
  snprintf(one.text, sizeof one.text, "%s%s%.180s", service, ph->one ? ph->one : "", words);
  snprintf(f.many, sizeof f.many, "%s%s%.80s", service,
           ph->many  ? ph->many
           : ph->one ? ph->one
                     : "",
           words);
  stack_timeline_fold(s, &one, &f);
}
