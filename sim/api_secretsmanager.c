/* Secrets Manager: the list of secrets, never a value.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
#include "sim/sim.h"
#include "sim/stable.h"

#include "aws/doc.h"

#include <stdlib.h>
#include <strings.h>

/* ---- filters --------------------------------------------------------------------------------- */

struct secret_view { /* what filters and sorting look at */
  const struct sim_secret *secret;
  const struct sim_world *world;
};

static bool starts(const char *text, const char *prefix, bool fold) {
  const size_t n = strlen(prefix);
  return text && (fold ? strncasecmp(text, prefix, n) : strncmp(text, prefix, n)) == 0;
}

/* One value of one filter; "!" before it turns it round. Prefixes, as AWS has it. */
static bool value_matches(const struct secret_view *v, const char *key, const char *value) {
  const bool all = strcmp(key, "all") == 0;
  const struct sim_secret *s = v->secret;
  bool hit = false;

  if (all || strcmp(key, "name") == 0)
    hit = hit || starts(s->name, value, false);
  if (all || strcmp(key, "description") == 0)
    hit = hit || starts(s->description, value, true);
  if (all || strcmp(key, "tag-key") == 0)
    hit = hit || starts("Project", value, false) || starts("Environment", value, false);
  if (all || strcmp(key, "tag-value") == 0)
    hit = hit || starts(v->world->project, value, false) ||
          starts(v->world->environment, value, false);
  if (strcmp(key, "primary-region") == 0)
    hit = strcmp(v->world->region, value) == 0;
  return hit;
}

static bool filter_matches(const struct secret_view *v, const cJSON *filter) {
  const struct aws_str key = aws_doc_str(filter, "Key");
  const cJSON *value;

  cJSON_ArrayForEach(value, aws_doc_at(filter, "Values")) {
    const char *text = sim_item_str(value);
    const bool not = text[0] == '!';
    if (value_matches(v, key.p ? key.p : "all", text + not ) != not )
      return true;
  }
  return false;
}

static bool check_filters(struct sim_request *rq, const cJSON *filters) {
  static const char *const keys[] = {"name",           "description",    "tag-key", "tag-value",
                                     "primary-region", "owning-service", "all"};
  const cJSON *filter;

  cJSON_ArrayForEach(filter, filters) {
    const struct aws_str key = aws_doc_str(filter, "Key");
    const cJSON *values = aws_doc_at(filter, "Values");
    bool known = false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
      known = known || aws_str_eq_c(key, keys[i]);
    if (!known) {
      sim_error(rq, 400, "ValidationException",
                "1 validation error detected: Value '%s' at 'filters.1.member.key' failed to "
                "satisfy constraint: Member must satisfy enum value set: [all, name, tag-key, "
                "description, tag-value, primary-region, owning-service]",
                key.p ? key.p : "null");
      return false;
    }
    if (!values || !values->child) {
      sim_error(rq, 400, "InvalidParameterException", "Invalid filter values for key: %s", key.p);
      return false;
    }
  }
  return true;
}

/* ---- order ----------------------------------------------------------------------------------- */

static aws_ms accessed(const struct sim_secret *s) {
  return s->rotated > s->changed ? s->rotated : s->changed;
}

static int by_name(const void *a, const void *b) {
  return strcmp((*(struct sim_secret *const *)a)->name, (*(struct sim_secret *const *)b)->name);
}

static int by_time(aws_ms x, aws_ms y, const void *a, const void *b) {
  return x < y ? -1 : x > y ? 1 : by_name(a, b);
}

static int by_created(const void *a, const void *b) {
  return by_time((*(struct sim_secret *const *)a)->created,
                 (*(struct sim_secret *const *)b)->created, a, b);
}

static int by_changed(const void *a, const void *b) {
  return by_time((*(struct sim_secret *const *)a)->changed,
                 (*(struct sim_secret *const *)b)->changed, a, b);
}

static int by_accessed(const void *a, const void *b) {
  return by_time(accessed(*(struct sim_secret *const *)a), accessed(*(struct sim_secret *const *)b),
                 a, b);
}

static const char *const sort_keys[] = {"created-date", "last-accessed-date", "last-changed-date",
                                        "name", NULL};
static int (*const sort_functions[])(const void *, const void *) = {by_created, by_accessed,
                                                                    by_changed, by_name};

static void sort(struct sim_request *rq, struct sim_secret **v, size_t n) {
  const char *by = sim_in_str(rq, "SortBy");
  const char *order = sim_in_str(rq, "SortOrder");

  for (size_t i = 0; sort_keys[i]; i++)
    if (strcmp(by ? by : "created-date", sort_keys[i]) == 0)
      qsort(v, n, sizeof(*v), sort_functions[i]);
  if (order && strcmp(order, "asc") == 0)
    return;
  for (size_t i = 0; i < n / 2; i++) { /* AWS: the newest first, unless asked otherwise */
    struct sim_secret *t = v[i];
    v[i] = v[n - 1 - i];
    v[n - 1 - i] = t;
  }
}

/* ---- answer ---------------------------------------------------------------------------------- */

static void write_tag(struct sim_request *rq, const char *key, const char *value) {
  sim_begin(rq, NULL);
  sim_str(rq, "Key", key);
  sim_str(rq, "Value", value);
  sim_end(rq);
}

static void write_rotation(struct sim_request *rq, const struct sim_secret *s) {
  const struct sim_world *w = rq->world;

  sim_bool(rq, "RotationEnabled", s->rotation);
  if (!s->rotation)
    return;
  sim_strf(rq, "RotationLambdaARN", "arn:aws:lambda:%s:%s:function:%s-rotate-secret", w->region,
           w->account, w->project);
  sim_begin(rq, "RotationRules");
  sim_int(rq, "AutomaticallyAfterDays", 30);
  sim_end(rq);
  sim_time(rq, "LastRotatedDate", s->rotated);
}

static void write_versions(struct sim_request *rq, const struct sim_secret *s) {
  char current[37], previous[37];

  sim_stable_uuid(rq->world, s->arn, current);
  sim_stable_uuid(rq->world, s->name, previous);
  sim_begin(rq, "SecretVersionsToStages");
  sim_list(rq, current, "member");
  sim_str(rq, NULL, "AWSCURRENT");
  sim_end(rq);
  if (s->changed > s->created) {
    sim_list(rq, previous, "member");
    sim_str(rq, NULL, "AWSPREVIOUS");
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_secret(struct sim_request *rq, const struct sim_secret *s) {
  sim_begin(rq, NULL);
  sim_str(rq, "ARN", s->arn);
  sim_str(rq, "Name", s->name);
  sim_str(rq, "Description", s->description);
  write_rotation(rq, s);
  sim_time(rq, "LastChangedDate", s->changed);
  sim_time(rq, "LastAccessedDate", accessed(s) / SIM_DAY * SIM_DAY); /* AWS keeps the day only */
  sim_list(rq, "Tags", "member");
  write_tag(rq, "Project", rq->world->project);
  write_tag(rq, "Environment", rq->world->environment);
  sim_end(rq);
  write_versions(rq, s);
  sim_time(rq, "CreatedDate", s->created);
  sim_end(rq);
}

static void list_secrets(struct sim_request *rq) {
  const struct sim_vec *all = &rq->world->secrets;
  const cJSON *filters = sim_in_list(rq, "Filters"), *filter;
  struct sim_secret **match = aws_arena_alloc_n(rq->arena, all->n + 1, sizeof(*match));
  struct sim_page page;
  size_t n = 0;

  if (!match) {
    sim_error(rq, 500, "InternalServiceError", "out of memory");
    return;
  }
  if (!check_filters(rq, filters))
    return;
  for (size_t i = 0; i < all->n; i++) {
    const struct secret_view view = {all->v[i], rq->world};
    bool good = true;
    cJSON_ArrayForEach(filter, filters) good = good && filter_matches(&view, filter);
    if (good)
      match[n++] = all->v[i];
  }
  sort(rq, match, n);
  if (!sim_page(rq, "NextToken", "MaxResults", 100, n, &page))
    return;
  sim_list(rq, "SecretList", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_secret(rq, match[i]);
  sim_end(rq);
  sim_next(rq, "NextToken", &page);
}

static const char *const orders[] = {"asc", "desc", NULL};
static const struct sim_param list_secrets_params[] = {
    {.name = "IncludePlannedDeletion", .kind = SIM_P_BOOL},
    {.name = "MaxResults", .kind = SIM_P_INT, .min = 1, .max = 100},
    {.name = "NextToken", .kind = SIM_P_STR, .min = 1, .max = 4096},
    {.name = "Filters", .kind = SIM_P_LIST, .max = 10},
    {.name = "SortOrder", .kind = SIM_P_STR, .allowed = orders},
    {.name = "SortBy", .kind = SIM_P_STR, .allowed = sort_keys},
};

const struct sim_op sim_ops_secretsmanager[] = {
    {.name = "ListSecrets", .handler = list_secrets, .SIM_PARAMS(list_secrets_params)},
    {.name = NULL},
};
