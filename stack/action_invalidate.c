/* Invalidate paths of a distribution.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
 * https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html */
#include "action_internal.h"

#include "aws/api/cloudfront.h"

#include <inttypes.h>
#include <stdio.h>

#define PATHS_MAX 3000   /* in progress, per distribution */
#define WILDCARDS_MAX 15 /* in progress, per distribution */
#define PATH_LEN_MAX 4000

enum { SLOT_LIST, SLOT_WRITE, SLOT_OPEN /* and all after it: open invalidations in detail */ };

struct invalidate_work {
  struct aws_buf text; /* the paths, one a line */
  size_t npaths, nwild;
  bool everything;        /* a path is slash-star */
  size_t open, open_wild; /* in progress now */
  bool open_known;        /* all open ones could be read */
  char reference[64];     /* CallerReference: once for the action, kept for looking it up */
  char invalidation[64];
  bool resent;
  struct stack_input input;
};

/* ---- paths -------------------------------------------------------------------------------------
 */

static bool percent_ok(struct aws_str p, size_t i) {
  static const char hex[] = "0123456789abcdefABCDEF";
  return i + 2 < p.n && strchr(hex, p.p[i + 1]) && strchr(hex, p.p[i + 2]) && p.p[i + 1] &&
         p.p[i + 2];
}

/* CloudFront's own rules. NULL: fine, else what is wrong. */
static const char *path_wrong(struct aws_str p) {
  if (!p.n || p.p[0] != '/')
    return "a path begins with /";
  if (p.n > PATH_LEN_MAX)
    return "a path has at most 4,000 characters";
  for (size_t i = 0; i < p.n; i++) {
    unsigned char c = (unsigned char)p.p[i];
    if (c == '*' && i + 1 != p.n)
      return "* is a wildcard only at the end; elsewhere CloudFront takes it for the character "
             "itself";
    if (c == '~')
      return "CloudFront does not invalidate paths with ~: use a wildcard before it";
    if (c <= ' ' || c >= 0x7f || strchr("<>\"{}|\\^`", c))
      return "blanks, unsafe and non-ASCII characters must be percent-encoded (%20)";
    if (c == '%' && !percent_ok(p, i))
      return "% must be followed by two hexadecimal digits";
  }
  return NULL;
}

static bool listed_already(const struct invalidate_work *w, struct aws_str path) {
  struct aws_str rest = aws_buf_str(&w->text), line;

  while ((line = aws_str_split(&rest, '\n')).p)
    if (aws_str_eq(line, path))
      return true;
  return false;
}

static bool take_path(struct stack_action *a, struct aws_str path) {
  struct invalidate_work *w = a->work;
  const char *wrong = path_wrong(path);

  if (wrong) {
    snprintf(a->view.input_error, sizeof a->view.input_error, "%.*s: %s",
             (int)(path.n > 60 ? 60 : path.n), path.p, wrong);
    return false;
  }
  if (listed_already(w, path))
    return true;
  aws_buf_add_str(&w->text, path);
  aws_buf_add_char(&w->text, '\n');
  w->npaths++;
  w->nwild += path.p[path.n - 1] == '*';
  w->everything |= aws_str_eq_c(path, "/*");
  return true;
}

static bool invalidate_input(struct stack_action *a, const char *const *values) {
  struct invalidate_work *w = a->work;
  struct aws_str rest = aws_str_from(values[0]), line;

  aws_buf_clear(&w->text);
  w->npaths = w->nwild = 0;
  w->everything = false;
  while ((line = aws_str_split(&rest, '\n')).p) {
    line = aws_str_trim(line);
    if (line.n && !take_path(a, line))
      return false;
  }
  if (!w->npaths || w->text.failed) {
    snprintf(a->view.input_error, sizeof a->view.input_error, "%s",
             w->text.failed ? "that is too much at once: at most 3,000 paths"
                            : "give at least one path");
    aws_buf_done(&w->text);
    return false;
  }
  return true;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

static void count_open(struct stack_action *a) {
  struct invalidate_work *w = a->work;

  w->open = w->open_wild = 0;
  for (unsigned i = SLOT_OPEN; i < ACTION_SLOTS; i++) {
    const struct cloudfront_invalidation *v = action_item(a, i, 0);
    const struct aws_str *paths = v ? v->paths.items : NULL;
    w->open_known &= !a->slots[i].asked || v;
    for (size_t k = 0; v && k < v->paths.n; k++) {
      w->open++;
      w->open_wild += aws_str_ends(paths[k], "*");
    }
  }
}

static void open_read(struct stack_action *a) {
  struct invalidate_work *w = a->work;

  count_open(a);
  if (a->rechecking) {
    action_plan(a);
    return;
  }
  w->input = (struct stack_input){
      .label = "Paths",
      .kind = STACK_INPUT_LINES,
      .initial = "/",
      .hint = "one path or several; * only at the end; /* is everything",
  };
  a->view.inputs = &w->input;
  a->view.ninputs = 1;
  action_need_input(a);
}

static void list_read(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct action_slot *list = &a->slots[SLOT_LIST];
  unsigned slot = SLOT_OPEN;

  if (list->err.code) {
    struct aws_error err = list->err;
    aws_error_wrap(&err, "not sent, the open invalidations could not be read");
    action_fail(a, &err);
    return;
  }
  w->open_known = true;
  for (unsigned i = SLOT_OPEN; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  action_ask_begin(a, open_read);
  for (size_t i = 0; i < action_items(a, SLOT_LIST); i++) {
    const struct cloudfront_invalidation_summary *v = action_item(a, SLOT_LIST, i);
    if (!aws_str_eq_c(v->status, "InProgress"))
      continue;
    if (slot == ACTION_SLOTS) {
      w->open_known = false;
      break;
    }
    cJSON *in = cJSON_CreateObject();
    cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
    cJSON_AddStringToObject(in, "Id", v->id.p);
    action_ask(a, slot++, &cloudfront_get_invalidation, in);
  }
  action_ask_end(a);
}

static const struct cloudfront_distribution *distribution(const struct stack_action *a) {
  return stack_item(stack_find(a->s, STACK_DISTRIBUTION, aws_str_from(a->id)));
}

static void invalidate_read(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct cloudfront_distribution *d = distribution(a);
  cJSON *in = cJSON_CreateObject();

  if (!a->rechecking) {
    if (!d) {
      cJSON_Delete(in);
      action_refuse(a, "%s is no longer among the distributions read", a->id);
      return;
    }
    aws_buf_init(&w->text, PATHS_MAX * 256);
    struct aws_str alias =
        d->aliases.n ? *(const struct aws_str *)d->aliases.items : d->domain_name;
    snprintf(a->view.subject, sizeof a->view.subject, "distribution %.*s %.*s", AWS_STR_ARG(d->id),
             AWS_STR_ARG(alias));
    snprintf(a->view.type_this, sizeof a->view.type_this, "%.*s", AWS_STR_ARG(d->id));
  }
  cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
  action_ask_begin(a, list_read);
  action_ask(a, SLOT_LIST, &cloudfront_list_invalidations, in);
  action_ask_end(a);
}

/* ---- planning ----------------------------------------------------------------------------------
 */

static void plan_limits(struct stack_action *a) {
  struct invalidate_work *w = a->work;

  if (!w->open_known)
    action_plan_line(a, STACK_NOTE,
                     "not all open invalidations could be read: the limits may be nearer");
  action_plan_line(a, STACK_OK, "in progress now: %zu of %d paths, %zu of %d wildcards", w->open,
                   PATHS_MAX, w->open_wild, WILDCARDS_MAX);
  if (w->open + w->npaths > PATHS_MAX)
    action_refuse(
        a, "%zu paths are in progress and CloudFront takes %d at a time: wait, or give fewer",
        w->open, PATHS_MAX);
  else if (w->open_wild + w->nwild > WILDCARDS_MAX)
    action_refuse(
        a,
        "%zu wildcard paths are in progress and CloudFront takes %d at a time: wait, or give fewer",
        w->open_wild, WILDCARDS_MAX);
}

static void invalidate_plan(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct cloudfront_distribution *d = distribution(a);
  struct aws_str rest = aws_buf_str(&w->text), line;
  size_t shown = 0;

  snprintf(a->before, sizeof a->before, "%zu paths in progress", w->open);
  snprintf(a->after, sizeof a->after, "invalidate %zu path%s", w->npaths,
           w->npaths == 1 ? "" : "s");
  action_plan_line(a, STACK_OK, "%zu path%s, %zu with a wildcard:", w->npaths,
                   w->npaths == 1 ? "" : "s", w->nwild);
  while (shown < 12 && (line = aws_str_split(&rest, '\n')).p && line.n) {
    size_t used = strlen(a->after);
    snprintf(a->after + used, sizeof a->after - used, " %.*s", AWS_STR_ARG(line));
    action_plan_line(a, STACK_OK, "  %.*s", (int)(line.n > 150 ? 150 : line.n), line.p);
    shown++;
  }
  if (shown < w->npaths)
    action_plan_line(a, STACK_OK, "  and %zu more", w->npaths - shown);
  if (w->everything)
    action_plan_line(
        a, STACK_WARN,
        "everything is fetched from the origins again: they take the whole load meanwhile");
  if (d && !d->enabled)
    action_plan_line(a, STACK_NOTE, "the distribution is disabled");
  action_plan_line(a, STACK_NOTE, "the first 1,000 paths of a month are free, then USD 0.005 each");
  a->view.typed = w->everything && stack_production(a->s);
  snprintf(
      a->view.way_back, sizeof a->view.way_back,
      "an invalidation cannot be undone; the objects are cached again when they are asked for");
  plan_limits(a);
}

static void invalidate_fingerprint(const struct stack_action *a, char *out, size_t size) {
  const struct invalidate_work *w = a->work;
  bool fits = w->open + w->npaths <= PATHS_MAX && w->open_wild + w->nwild <= WILDCARDS_MAX;
  snprintf(out, size, "%s", fits ? "fits" : "too many in progress");
}

/* ---- sending and watching ----------------------------------------------------------------------
 */

static cJSON *batch(const struct invalidate_work *w) {
  cJSON *b = cJSON_CreateObject(), *paths = cJSON_AddObjectToObject(b, "Paths");
  struct aws_str rest = aws_buf_str(&w->text), line;
  cJSON *items;

  cJSON_AddNumberToObject(paths, "Quantity", (double)w->npaths);
  items = cJSON_AddArrayToObject(paths, "Items");
  while ((line = aws_str_split(&rest, '\n')).p && line.n) {
    char text[PATH_LEN_MAX + 1];
    memcpy(text, line.p, line.n);
    text[line.n] = '\0';
    cJSON_AddItemToArray(items, cJSON_CreateString(text));
  }
  cJSON_AddStringToObject(b, "CallerReference", w->reference);
  return b;
}

static void send_batch(struct stack_action *a);

static void resend(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  w->resent = true;
  send_batch(a);
}

static void created(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct action_slot *t = &a->slots[SLOT_WRITE];
  const struct cloudfront_invalidation *v = action_item(a, SLOT_WRITE, 0);

  if (v) {
    snprintf(w->invalidation, sizeof w->invalidation, "%.*s", AWS_STR_ARG(v->id));
    a->view.error.code = AWS_OK;
    stack_refresh(a->s, STACK_INVALIDATION);
    action_progress(a, -1, "invalidation %s created", w->invalidation);
    action_sent(a);
  } else if (t->err.code && !t->err.maybe_done) {
    action_fail(a, &t->err);
  } else if (!w->resent) {
    /* The same CallerReference and paths give back the invalidation that the lost answer was about,
     * or make it: this is how the outcome is looked up. */
    a->view.error = t->err;
    action_progress(a, -1, "the answer was lost: looking it up by its CallerReference");
    action_again(a, resend);
  } else {
    a->view.error = t->err;
    action_end(a, STACK_OUTCOME_UNKNOWN,
               "no answer, also when it was looked up by its CallerReference %s: see the open "
               "invalidations before trying again",
               w->reference);
  }
}

static void send_batch(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  cJSON *in = cJSON_CreateObject();

  cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
  cJSON_AddItemToObject(in, "InvalidationBatch", batch(w));
  action_ask_begin(a, created);
  action_ask(a, SLOT_WRITE, &cloudfront_create_invalidation, in);
  action_ask_end(a);
}

static void invalidate_send(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  uint64_t random = (uint64_t)(stack_random(a->s) * 9007199254740992.0);

  snprintf(w->reference, sizeof w->reference, "cawsole-%" PRId64 "-%016" PRIx64, a->sent_at,
           random);
  send_batch(a);
}

static void watched(struct stack_action *a) {
  const struct cloudfront_invalidation *v = action_item(a, SLOT_OPEN, 0);
  struct invalidate_work *w = a->work;
  long long s = (long long)(action_now(a) - a->sent_at) / 1000;

  a->view.error = a->slots[SLOT_OPEN].err;
  if (v && aws_str_eq_c(v->status, "Completed")) {
    stack_refresh(a->s, STACK_INVALIDATION);
    action_end(a, STACK_OUTCOME_DONE, "invalidation %s completed after %lldm %02llds",
               w->invalidation, s / 60, s % 60);
    return;
  }
  action_progress(a, -1, "invalidation %s in progress, %lldm %02llds", w->invalidation, s / 60,
                  s % 60);
}

static void invalidate_watch(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  cJSON *in = cJSON_CreateObject();

  cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
  cJSON_AddStringToObject(in, "Id", w->invalidation);
  action_ask_begin(a, watched);
  action_ask(a, SLOT_OPEN, &cloudfront_get_invalidation, in);
  action_ask_end(a);
}

static void invalidate_done(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  aws_buf_done(&w->text);
}

const struct action_ops action_invalidate = {
    .def = {"invalidate", "Invalidate paths", "invalidate", 'i', 1u << STACK_DISTRIBUTION, false},
    .work_size = sizeof(struct invalidate_work),
    .read = invalidate_read,
    .input = invalidate_input,
    .plan = invalidate_plan,
    .fingerprint = invalidate_fingerprint,
    .send = invalidate_send,
    .watch = invalidate_watch,
    .done = invalidate_done,
};
