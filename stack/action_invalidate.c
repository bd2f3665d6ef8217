/* Invalidate paths of a distribution.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
 * https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html */
#include "action_internal.h"
#include "stack/things.h"

#include "aws/api/cloudfront.h"

#include <inttypes.h>
#include <stdio.h>

#define PATHS_MAX 3000   /* in progress, per distribution */
#define WILDCARDS_MAX 15 /* in progress, per distribution */
#define PATH_LEN_MAX 4000
#define PATHS_SHOWN 12
#define LOOKUPS_MAX 5 /* that AWS answered and that told nothing */
#define TRIES_MAX 20  /* all of them: the network may be away for a while */
#define REFRESHES_MAX 4

/* From SLOT_OPEN on: open invalidations in detail. */
enum { SLOT_DISTRIBUTION, SLOT_LIST, SLOT_WRITE, SLOT_OPEN };

struct invalidate_work {
  struct aws_buf text; /* the paths, one a line */
  size_t npaths, nwild;
  bool everything;        /* a path is slash-star */
  size_t open, open_wild; /* in progress now */
  bool open_known;        /* all open ones could be read */
  bool lost; /* an answer was: from now on a refusal does not tell that nothing was done */
  unsigned lookups, tries;

  unsigned refreshed; /* times that its row was asked for */
  char reference[64]; /* CallerReference: once for the action, kept for looking it up */
  char invalidation[64];
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
    if (c <= ' ' || c >= 0x7f || strchr("<>\"#{}|\\^[]`", c))
      return "blanks, unsafe and non-ASCII characters must be percent-encoded (%20)";
    if (c == '%' && !percent_ok(p, i))
      return "% must be followed by two hexadecimal digits";
  }
  return NULL;
}

static bool take_path(struct stack_action *a, struct aws_map *seen, struct aws_str path) {
  struct invalidate_work *w = a->work;
  const char *wrong = path_wrong(path);

  if (wrong) {
    snprintf(a->view.input_error, sizeof a->view.input_error, "%.*s: %s",
             (int)(path.n > 60 ? 60 : path.n), path.p, wrong);
    return false;
  }
  if (aws_map_get(seen, path))
    return true;
  if (w->npaths == PATHS_MAX || !aws_map_put(seen, path, w)) {
    snprintf(a->view.input_error, sizeof a->view.input_error,
             "that is too much at once: at most %d paths", PATHS_MAX);
    return false;
  }
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
  struct aws_map seen = {0}; /* keys lie in values[0] */
  bool ok = true;

  aws_buf_clear(&w->text);
  w->npaths = w->nwild = 0;
  w->everything = false;
  while (ok && (line = aws_str_split(&rest, '\n')).p) {
    line = aws_str_trim(line);
    ok = !line.n || take_path(a, &seen, line);
  }
  aws_map_done(&seen);
  if (ok && !w->npaths)
    snprintf(a->view.input_error, sizeof a->view.input_error, "give at least one path");
  if (ok && w->text.failed)
    snprintf(a->view.input_error, sizeof a->view.input_error, "there is no memory for so much");
  return ok && w->npaths && !w->text.failed;
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
      .hint = "one path or several, /images/* or /index.html; * only at the end; /* is everything",
  };
  a->view.inputs = &w->input;
  a->view.ninputs = 1;
  action_need_input(a);
}

/* The distribution and the list of its invalidations, or the action's end. */
static bool both_read(struct stack_action *a) {
  const struct action_slot *list = &a->slots[SLOT_LIST], *d = &a->slots[SLOT_DISTRIBUTION];
  struct aws_error err = d->err.code ? d->err : list->err;

  if (err.code == AWS_E_NOT_FOUND) {
    action_refuse(a, "%s is not there any more", a->view.subject);
    return false;
  }
  if (err.code) {
    aws_error_wrap(&err, "not sent, %s could not be read",
                   d->err.code ? "the distribution" : "its open invalidations");
    action_fail(a, &err);
    return false;
  }
  return true;
}

static void list_read(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct cloudfront_distribution_detail *d = action_item(a, SLOT_DISTRIBUTION, 0);
  unsigned slot = SLOT_OPEN;

  if (!both_read(a))
    return;
  for (unsigned i = SLOT_OPEN; i < ACTION_SLOTS; i++)
    action_slot_clear(a, i);
  action_ask_begin(a, open_read);
  for (size_t i = 0; i < action_items(a, SLOT_LIST); i++) {
    const struct cloudfront_invalidation_summary *v = action_item(a, SLOT_LIST, i);
    if (!aws_str_eq_c(v->status, "InProgress") || slot == ACTION_SLOTS)
      continue;
    cJSON *in = cJSON_CreateObject();
    cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
    cJSON_AddStringToObject(in, "Id", v->id.p);
    action_ask(a, slot++, &cloudfront_get_invalidation, in);
  }
  w->open_known = d && d->in_progress_invalidations <= (int64_t)slot - SLOT_OPEN;
  action_ask_end(a);
}

static const struct cloudfront_distribution *distribution(const struct stack_action *a) {
  return stack_item(stack_find(a->s, STACK_DISTRIBUTION, aws_str_from(a->id)));
}

static void invalidate_read(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct cloudfront_distribution *d = distribution(a);
  cJSON *in = cJSON_CreateObject(), *of = cJSON_CreateObject();

  if (!a->rechecking) {
    if (!d) {
      cJSON_Delete(in);
      cJSON_Delete(of);
      action_refuse(a, "%s is no longer among the distributions read", a->id);
      return;
    }
    aws_buf_init(&w->text, PATHS_MAX * (PATH_LEN_MAX + 1));
    struct aws_str alias =
        d->aliases.n ? *(const struct aws_str *)d->aliases.items : d->domain_name;
    snprintf(a->view.subject, sizeof a->view.subject, "distribution %.*s %.*s", AWS_STR_ARG(d->id),
             AWS_STR_ARG(alias));
    snprintf(a->view.type_this, sizeof a->view.type_this, "%.*s", AWS_STR_ARG(alias));
    action_title(a, "Invalidate %.*s", AWS_STR_ARG(alias));
  }
  cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
  cJSON_AddStringToObject(of, "Id", stack_short(aws_str_from(a->id)).p);
  action_ask_begin(a, list_read);
  action_ask(a, SLOT_DISTRIBUTION, &cloudfront_get_distribution, of);
  action_ask_pages(a, SLOT_LIST, &cloudfront_list_invalidations, in, 1); /* newest first */
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

/* The paths: as many as fit the plan, and as many as fit the journal. */
static void plan_paths(struct stack_action *a) {
  const struct invalidate_work *w = a->work;
  struct aws_str rest = aws_buf_str(&w->text), line;
  size_t shown = 0, noted = 0, used = strlen(a->after), room = sizeof a->after - 32;

  for (size_t i = 0; (line = aws_str_split(&rest, '\n')).p && line.n; i++) {
    if (noted == i && used + 1 + line.n < room) {
      used += (size_t)snprintf(a->after + used, sizeof a->after - used, " %.*s", AWS_STR_ARG(line));
      noted++;
    }
    if (i < PATHS_SHOWN) {
      action_plan_line(a, STACK_OK, "  %.*s", (int)(line.n > 150 ? 150 : line.n), line.p);
      shown++;
    }
  }
  if (noted < w->npaths)
    snprintf(a->after + used, sizeof a->after - used, " and %zu more", w->npaths - noted);
  if (shown < w->npaths)
    action_plan_line(a, STACK_OK, "  and %zu more", w->npaths - shown);
}

static void invalidate_plan(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct cloudfront_distribution *d = distribution(a);

  snprintf(a->before, sizeof a->before, "%zu paths in progress", w->open);
  snprintf(a->after, sizeof a->after, "invalidate %zu path%s", w->npaths,
           w->npaths == 1 ? "" : "s");
  action_plan_line(a, STACK_OK, "%zu path%s, %zu with a wildcard:", w->npaths,
                   w->npaths == 1 ? "" : "s", w->nwild);
  plan_paths(a);
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
    aws_json_add(items, NULL, cJSON_CreateString(text));
  }
  cJSON_AddStringToObject(b, "CallerReference", w->reference);
  return b;
}

static void send_batch(struct stack_action *a);

static void created(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  const struct action_slot *t = &a->slots[SLOT_WRITE];
  const struct cloudfront_invalidation *v = action_item(a, SLOT_WRITE, 0);

  if (v && v->id.n) {
    snprintf(w->invalidation, sizeof w->invalidation, "%.*s", AWS_STR_ARG(v->id));
    aws_error_clear(&a->view.error);
    stack_refresh(a->s, STACK_INVALIDATION);
    action_progress(a, -1, "invalidation %s created", w->invalidation);
    action_sent(a);
    return;
  }
  if (t->err.code && !t->err.maybe_done && !w->lost) {
    action_not_done(a, &t->err);
    return;
  }
  /* The same CallerReference and paths give back the invalidation that the lost answer was about,
   * or make it: this is how the outcome is looked up. Refusing the lookup tells nothing of it. */
  w->lost = true;
  a->view.error = t->err;
  w->lookups += t->err.code != AWS_E_NETWORK;
  if (w->tries++ < TRIES_MAX && w->lookups < LOOKUPS_MAX) {
    action_progress(
        a, -1,
        "the answer was lost: asking again by the same CallerReference, of which AWS makes one");
    action_again(a, send_batch);
    return;
  }
  action_end(a, STACK_OUTCOME_UNKNOWN,
             "no answer, nor when looked up by its CallerReference %s: see the open invalidations",
             w->reference);
}

static void send_batch(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  cJSON *in = cJSON_CreateObject();

  cJSON_AddStringToObject(in, "DistributionId", stack_short(aws_str_from(a->id)).p);
  aws_json_add(in, "InvalidationBatch", batch(w));
  action_ask_begin(a, created);
  action_ask(a, SLOT_WRITE, &cloudfront_create_invalidation, in);
  action_ask_end(a);
}

static void invalidate_send(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  uint64_t random = (uint64_t)(stack_random(a->s) * 9007199254740992.0);

  snprintf(w->reference, sizeof w->reference, "cawsole-%" PRId64 "-%016" PRIx64, stack_wall(a->s),
           random);
  send_batch(a);
}

/* The list brings its row, and without the paths. Both are asked for at once: the operator acted,
 * and what an action asks for itself has used up what polls may ask. */
static void show_paths(struct stack_action *a) {
  struct invalidate_work *w = a->work;
  char id[sizeof a->id + sizeof w->invalidation + 1];

  snprintf(id, sizeof id, "%s|%s", a->id, w->invalidation);
  const struct cloudfront_invalidation *v =
      stack_item(stack_find(a->s, STACK_INVALIDATION, aws_str_from(id)));
  if (!(v && v->paths.n) && w->refreshed++ < REFRESHES_MAX)
    stack_refresh(a->s, STACK_INVALIDATION);
}

static void watched(struct stack_action *a) {
  const struct cloudfront_invalidation *v = action_item(a, SLOT_OPEN, 0);
  struct invalidate_work *w = a->work;
  long long s = (long long)action_elapsed(a) / 1000;

  a->view.error = a->slots[SLOT_OPEN].err;
  show_paths(a);
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
    .def = {"invalidate", "Invalidate paths", "invalidate", 1u << STACK_DISTRIBUTION, true},
    .work_size = sizeof(struct invalidate_work),
    .read = invalidate_read,
    .input = invalidate_input,
    .plan = invalidate_plan,
    .fingerprint = invalidate_fingerprint,
    .send = invalidate_send,
    .watch = invalidate_watch,
    .done = invalidate_done,
};
