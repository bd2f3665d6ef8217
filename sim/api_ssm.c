/* Systems Manager Parameter Store.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/
 */
#include "sim/ssm.h"
#include "sim/stable.h"

#include <stdio.h>
#include <stdlib.h>

/* What a page of a filtered list looks at: AWS pages by what it scans, so that pages may come short
 * of what was asked for, or empty, with a token. */
#define SCANNED_PER_RESULT 4

static const struct sim_parameter_version *latest(const struct sim_parameter *p) {
  return p->versions.v[p->versions.n - 1];
}

/* A SecureString that nobody asked to decrypt is ciphertext, and longer than what it hides. */
static const char *ciphertext(const struct sim_request *rq, const struct sim_parameter *p,
                              const struct sim_parameter_version *v) {
  static const unsigned char head[] = {0x01, 0x02, 0x02, 0x00, 0x78};
  unsigned char bytes[sizeof(head) + 160 + 256];
  const size_t n = strlen(v->value), size = sizeof(head) + 160 + (n < 256 ? n : 256);

  memcpy(bytes, head, sizeof(head));
  for (size_t i = sizeof(head); i < size; i++)
    bytes[i] = (unsigned char)sim_stable(rq->world, p->name, (uint64_t)v->version << 16 | i);
  return sim_base64(rq->arena, bytes, size);
}

static const char *value_of(const struct sim_request *rq, const struct sim_parameter *p,
                            const struct sim_parameter_version *v) {
  if (strcmp(p->type, "SecureString") != 0 || sim_in_bool(rq, "WithDecryption", false))
    return v->value;
  return ciphertext(rq, p, v);
}

/* ---- lists ----------------------------------------------------------------------------------- */

typedef void (*write_fn)(struct sim_request *rq, const struct sim_parameter *p);

static void write_metadata(struct sim_request *rq, const struct sim_parameter *p) {
  const struct sim_parameter_version *v = latest(p);

  sim_begin(rq, NULL);
  sim_str(rq, "Name", p->name);
  sim_str(rq, "ARN", p->arn);
  sim_str(rq, "Type", p->type);
  sim_str(rq, "KeyId", p->key_id);
  sim_time(rq, "LastModifiedDate", v->modified);
  sim_str(rq, "LastModifiedUser", v->user);
  sim_str(rq, "Description", p->description);
  sim_int(rq, "Version", v->version);
  sim_str(rq, "Tier", p->tier);
  sim_empty_list(rq, "Policies");
  sim_str(rq, "DataType", p->data_type);
  sim_end(rq);
}

static void write_value(struct sim_request *rq, const struct sim_parameter *p,
                        const struct sim_parameter_version *v, const char *selector) {
  sim_begin(rq, NULL);
  sim_str(rq, "Name", p->name);
  sim_str(rq, "Type", p->type);
  sim_str(rq, "Value", value_of(rq, p, v));
  sim_int(rq, "Version", v->version);
  sim_str(rq, "Selector", selector);
  sim_time(rq, "LastModifiedDate", v->modified);
  sim_str(rq, "ARN", p->arn);
  sim_str(rq, "DataType", p->data_type);
  sim_end(rq);
}

static void write_latest(struct sim_request *rq, const struct sim_parameter *p) {
  write_value(rq, p, latest(p), NULL);
}

static bool matches(const struct sim_request *rq, const struct sim_parameter *p) {
  const char *path = sim_in_str(rq, "Path");

  return (!path || ssm_below(p->name, path, sim_in_bool(rq, "Recursive", false))) &&
         ssm_filters_match(rq, p);
}

/* A page: as many results as asked for, or as many as the scan found. */
static void write_page(struct sim_request *rq, size_t preset, write_fn write) {
  const struct sim_vec *all = &rq->world->parameters;
  size_t want = (size_t)sim_in_int(rq, "MaxResults", (int64_t)preset);
  const bool filtered = sim_in_has(rq, "ParameterFilters") || sim_in_has(rq, "Filters");
  uint64_t position;
  size_t at, n = 0, scanned = 0;

  if (!sim_token_read(rq, "NextToken", &position))
    return;
  const size_t left = position < all->n ? all->n - position : 0;
  struct sim_page page = {.end = want < left ? want : left};
  if (!sim_page_fault(rq, "NextToken", &page))
    return;
  want = page.end;
  sim_list(rq, "Parameters", "member");
  for (at = position; at < all->n && n < want; at++) {
    if (filtered && scanned++ == want * SCANNED_PER_RESULT)
      break;
    if (matches(rq, all->v[at])) {
      write(rq, all->v[at]);
      n++;
    }
  }
  sim_end(rq);
  if (page.again)
    at = position;
  while (!page.again && !filtered && at < all->n && !matches(rq, all->v[at]))
    at++; /* no token for a page that would be empty */
  if (at < all->n)
    sim_token_write(rq, "NextToken", at);
}

static void describe_parameters(struct sim_request *rq) {
  if (ssm_filters_check(rq, SSM_FILTERS_DESCRIBE))
    write_page(rq, 10, write_metadata);
}

static void get_parameters_by_path(struct sim_request *rq) {
  if (ssm_path_check(rq, sim_in_str(rq, "Path")) && ssm_filters_check(rq, SSM_FILTERS_BY_PATH))
    write_page(rq, 10, write_latest);
}

/* ---- by name --------------------------------------------------------------------------------- */

/* "name", "name:version", "name:label", or an ARN of either. NULL: there is none; *selector points
 * at the colon when there was one. */
static const struct sim_parameter_version *resolve(const struct sim_request *rq, const char *text,
                                                   const struct sim_parameter **found,
                                                   const char **selector) {
  const char *resource = strstr(text, ":parameter/");
  const char *name = strncmp(text, "arn:", 4) == 0 && resource ? resource + 10 : text;
  const char *colon = strchr(name, ':');
  const struct aws_str plain = aws_arena_copy(
      rq->arena, (struct aws_str){name, colon ? (size_t)(colon - name) : strlen(name)});
  char *end = NULL;

  *selector = colon;
  *found = plain.p ? sim_find_parameter(rq->world, plain.p) : NULL;
  if (!*found && plain.p && name != text) /* an ARN hides whether the name has a leading slash */
    *found = sim_find_parameter(rq->world, plain.p + 1);
  if (!*found)
    return NULL;
  if (!colon)
    return latest(*found);
  const long version = strtol(colon + 1, &end, 10);
  for (size_t i = 0; i < (*found)->versions.n; i++) {
    const struct sim_parameter_version *v = (*found)->versions.v[i];
    if ((*end == '\0' && v->version == version) || ssm_has_label(v, colon + 1))
      return v;
  }
  return NULL;
}

static bool check_names(struct sim_request *rq, const cJSON *names) {
  for (const cJSON *a = names->child; a; a = a->next) {
    if (!cJSON_IsString(a) || !a->valuestring[0]) {
      sim_invalid(rq,
                  "1 validation error detected: Value '[]' at 'names' failed to satisfy "
                  "constraint: Member must satisfy constraint: [Member must have length greater "
                  "than or equal to 1]");
      return false;
    }
    for (const cJSON *b = a->next; b; b = b->next)
      if (strcmp(a->valuestring, sim_item_str(b)) == 0) {
        sim_invalid(rq, "You can't specify duplicate parameter names in the request: %s",
                    a->valuestring);
        return false;
      }
  }
  return true;
}

static void get_parameters(struct sim_request *rq) {
  const cJSON *names = sim_in_list(rq, "Names"), *name;
  const struct sim_parameter *p;
  const char *selector;

  if (!check_names(rq, names))
    return;
  sim_list(rq, "Parameters", "member");
  cJSON_ArrayForEach(name, names) {
    const struct sim_parameter_version *v = resolve(rq, sim_item_str(name), &p, &selector);
    if (v)
      write_value(rq, p, v, selector);
  }
  sim_end(rq);
  sim_list(rq, "InvalidParameters", "member");
  cJSON_ArrayForEach(name, names) if (!resolve(rq, sim_item_str(name), &p, &selector))
      sim_str(rq, NULL, sim_item_str(name));
  sim_end(rq);
}

static void write_version(struct sim_request *rq, const struct sim_parameter *p,
                          const struct sim_parameter_version *v) {
  sim_begin(rq, NULL);
  sim_str(rq, "Name", p->name);
  sim_str(rq, "Type", p->type);
  sim_str(rq, "KeyId", p->key_id);
  sim_time(rq, "LastModifiedDate", v->modified);
  sim_str(rq, "LastModifiedUser", v->user);
  sim_str(rq, "Description", p->description);
  sim_str(rq, "Value", value_of(rq, p, v));
  sim_int(rq, "Version", v->version);
  sim_list(rq, "Labels", "member");
  if (v->label)
    sim_str(rq, NULL, v->label);
  sim_end(rq);
  sim_str(rq, "Tier", p->tier);
  sim_empty_list(rq, "Policies");
  sim_str(rq, "DataType", p->data_type);
  sim_end(rq);
}

static void get_parameter_history(struct sim_request *rq) {
  const char *name = sim_in_str(rq, "Name"), *selector;
  const struct sim_parameter *p;
  struct sim_page page;

  resolve(rq, name, &p, &selector);
  if (!p || selector) {
    sim_error(rq, 400, "ParameterNotFound", "Parameter %s not found.", name);
    return;
  }
  if (!sim_page(rq, "NextToken", "MaxResults", 50, p->versions.n, &page))
    return;
  sim_list(rq, "Parameters", "member");
  for (size_t i = page.first; i < page.end; i++)
    write_version(rq, p, p->versions.v[i]);
  sim_end(rq);
  sim_next(rq, "NextToken", &page);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const struct sim_param describe_params[] = {
    {.name = "Filters", .kind = SIM_P_LIST},
    {.name = "ParameterFilters", .kind = SIM_P_LIST},
    {.name = "MaxResults", .kind = SIM_P_INT, .min = 1, .max = 50},
    {.name = "NextToken", .kind = SIM_P_STR},
    {.name = "Shared", .kind = SIM_P_BOOL},
};
static const struct sim_param by_path_params[] = {
    {.name = "Path", .kind = SIM_P_STR, .required = true, .min = 1, .max = 2048},
    {.name = "Recursive", .kind = SIM_P_BOOL},
    {.name = "ParameterFilters", .kind = SIM_P_LIST},
    {.name = "WithDecryption", .kind = SIM_P_BOOL},
    {.name = "MaxResults", .kind = SIM_P_INT, .min = 1, .max = 10},
    {.name = "NextToken", .kind = SIM_P_STR},
};
static const struct sim_param parameters_params[] = {
    {.name = "Names", .kind = SIM_P_LIST, .required = true, .min = 1, .max = 10},
    {.name = "WithDecryption", .kind = SIM_P_BOOL},
};
static const struct sim_param history_params[] = {
    {.name = "Name", .kind = SIM_P_STR, .required = true, .min = 1, .max = 2048},
    {.name = "WithDecryption", .kind = SIM_P_BOOL},
    {.name = "MaxResults", .kind = SIM_P_INT, .min = 1, .max = 50},
    {.name = "NextToken", .kind = SIM_P_STR},
};

const struct sim_op sim_ops_ssm[] = {
    {.name = "DescribeParameters", .handler = describe_parameters, .SIM_PARAMS(describe_params)},
    {.name = "GetParametersByPath", .handler = get_parameters_by_path, .SIM_PARAMS(by_path_params)},
    {.name = "GetParameters", .handler = get_parameters, .SIM_PARAMS(parameters_params)},
    {.name = "GetParameterHistory", .handler = get_parameter_history, .SIM_PARAMS(history_params)},
    {.name = NULL},
};
