/* https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html */
#include "sim/ssm.h"

#include "aws/doc.h"

#include <ctype.h>
#include <stdio.h>

static const char *key_of(const cJSON *filter) {
  const struct aws_str key = aws_doc_str(filter, "Key");
  return key.p ? key.p : "";
}

static const char *option_of(const cJSON *filter) {
  const struct aws_str option = aws_doc_str(filter, "Option");
  const bool path = strcmp(key_of(filter), "Path") == 0;
  return option.p ? option.p : path ? "OneLevel" : "Equals";
}

bool ssm_has_label(const struct sim_parameter_version *v, const char *label) {
  return v->label && strcmp(v->label, label) == 0;
}

bool ssm_below(const char *name, const char *path, bool recursive) {
  size_t n = strlen(path);

  while (n > 0 && path[n - 1] == '/')
    n--;
  if (name[0] != '/')
    return n == 0; /* a name without a slash stands at the first level */
  if (strncmp(name, path, n) != 0 || name[n] != '/' || !name[n + 1])
    return false;
  return recursive || !strchr(name + n + 1, '/');
}

bool ssm_path_check(struct sim_request *rq, const char *path) {
  bool good = path[0] == '/';

  for (const char *p = path; *p && good; p++)
    good = isalnum((unsigned char)*p) || strchr("/._-", *p);
  if (!good)
    sim_error(rq, 400, "ValidationException",
              "The parameter doesn't meet the parameter name requirements. The parameter name must "
              "begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" "
              "(case-insensitive). It must use only letters, numbers, or the following symbols: . "
              "(period), - (hyphen), _ (underscore). Special characters are not allowed. All "
              "sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: "
              "/get/parameters2-/by1./path0_.");
  return good;
}

/* ---- checks ---------------------------------------------------------------------------------- */

struct filter_rule {
  const char *key;
  bool by_path;           /* GetParametersByPath takes it too */
  bool describe;          /* DescribeParameters takes it */
  const char *options[4]; /* NULL-terminated */
  const char *values[4];  /* allowed ones; none: any */
};

static const struct filter_rule rules[] = {
    {"Path", false, true, {"Recursive", "OneLevel", NULL}, {NULL}},
    {"Name", false, true, {"Equals", "BeginsWith", "Contains", NULL}, {NULL}},
    {"Type", true, true, {"Equals", "BeginsWith", NULL}, {"String", "StringList", "SecureString"}},
    {"KeyId", true, true, {"Equals", "BeginsWith", NULL}, {NULL}},
    {"Tier", false, true, {"Equals", NULL}, {"Standard", "Advanced", "Intelligent-Tiering"}},
    {"DataType", false, true, {"Equals", NULL}, {NULL}},
    {"Label", true, false, {"Equals", NULL}, {NULL}},
};
#define NRULES (sizeof(rules) / sizeof(rules[0]))
/* Tags go by "tag:KEY". */
static const struct filter_rule tag_rule = {
    "tag:", false, true, {"Equals", "BeginsWith", NULL}, {NULL}};

static const struct filter_rule *rule_for(const char *key, enum ssm_filter_set set) {
  if (strncmp(key, "tag:", 4) == 0 && key[4])
    return set == SSM_FILTERS_DESCRIBE ? &tag_rule : NULL;
  for (size_t i = 0; i < NRULES; i++)
    if (strcmp(rules[i].key, key) == 0 &&
        (set == SSM_FILTERS_DESCRIBE ? rules[i].describe : rules[i].by_path))
      return &rules[i];
  return NULL;
}

static bool is_one(const char *text, const char *const *words, size_t n) {
  for (size_t i = 0; i < n && words[i]; i++)
    if (strcmp(words[i], text) == 0)
      return true;
  return false;
}

static bool known_key(const char *key) {
  for (size_t i = 0; i < NRULES; i++)
    if (strcmp(rules[i].key, key) == 0)
      return true;
  return strncmp(key, "tag:", 4) == 0 && key[4];
}

/* The rule of a filter's key; NULL after an error was answered. */
static const struct filter_rule *check_key(struct sim_request *rq, const cJSON *filter,
                                           enum ssm_filter_set set) {
  const char *key = key_of(filter);
  const struct filter_rule *rule = rule_for(key, set);

  if (!known_key(key)) {
    sim_error(
        rq, 400, "ValidationException",
        "1 validation error detected: Value '%s' at 'parameterFilters.1.member.key' failed to "
        "satisfy constraint: Member must satisfy regular expression pattern: "
        "tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType",
        key);
    return NULL;
  }
  if (!rule) {
    sim_error(rq, 400, "InvalidFilterKey",
              "The following filter key is not valid: %s. Valid filter keys include: %s.", key,
              set == SSM_FILTERS_BY_PATH ? "[Type, KeyId, Label]"
                                         : "[Path, Name, Type, KeyId, Tier, DataType]");
    return NULL;
  }
  for (const cJSON *other = filter->next; other; other = other->next)
    if (strcmp(key_of(other), key) == 0) {
      sim_error(rq, 400, "InvalidFilterKey",
                "The following filter is duplicated in the request: %s. A request can contain only "
                "one occurrence of a specific filter.",
                key);
      return NULL;
    }
  return rule;
}

static bool check_values(struct sim_request *rq, const cJSON *filter,
                         const struct filter_rule *rule) {
  const cJSON *values = aws_doc_at(filter, "Values"), *value;

  if (!values || !values->child) {
    sim_error(rq, 400, "InvalidFilterValue",
              "The following filter values are missing : null for filter key %s", key_of(filter));
    return false;
  }
  cJSON_ArrayForEach(value, values) {
    const char *text = sim_item_str(value);
    if (rule->values[0] && !is_one(text, rule->values, 4)) {
      sim_error(rq, 400, "InvalidFilterOption",
                "The following filter value is not valid: %s. Valid values include: [%s, %s, %s].",
                text, rule->values[0], rule->values[1], rule->values[2]);
      return false;
    }
    if (strcmp(rule->key, "Path") == 0 && !ssm_path_check(rq, text))
      return false;
  }
  return true;
}

bool ssm_filters_check(struct sim_request *rq, enum ssm_filter_set set) {
  const cJSON *filters = sim_in_list(rq, "ParameterFilters"), *filter;

  if (filters && sim_in_list(rq, "Filters")) {
    sim_error(rq, 400, "ValidationException",
              "You can use either Filters or ParameterFilters in a single request.");
    return false;
  }
  cJSON_ArrayForEach(filter, filters) {
    const struct filter_rule *rule = check_key(rq, filter, set);
    if (!rule)
      return false;
    if (!is_one(option_of(filter), rule->options, 4)) {
      sim_error(
          rq, 400, "InvalidFilterOption",
          "The following filter option is not valid: %s. Valid options include: [%s%s%s%s%s].",
          option_of(filter), rule->options[0], rule->options[1] ? ", " : "",
          rule->options[1] ? rule->options[1] : "", rule->options[2] ? ", " : "",
          rule->options[2] ? rule->options[2] : "");
      return false;
    }
    if (!check_values(rq, filter, rule))
      return false;
  }
  return true;
}

/* ---- matching -------------------------------------------------------------------------------- */

static bool text_matches(const char *have, const char *option, const char *want) {
  if (!have)
    return false;
  if (strcmp(option, "BeginsWith") == 0)
    return strncmp(have, want, strlen(want)) == 0;
  if (strcmp(option, "Contains") == 0)
    return strstr(have, want) != NULL;
  return strcmp(have, want) == 0;
}

static bool label_matches(const struct sim_parameter *p, const char *label) {
  for (size_t i = 0; i < p->versions.n; i++)
    if (ssm_has_label(p->versions.v[i], label))
      return true;
  return false;
}

static const char *tag_value(const struct sim_world *w, const char *key) {
  if (strcmp(key, "Project") == 0)
    return w->project;
  return strcmp(key, "Environment") == 0 ? w->environment : NULL;
}

static bool value_matches(const struct sim_request *rq, const struct sim_parameter *p,
                          const cJSON *filter, const char *value) {
  const char *key = key_of(filter), *option = option_of(filter);

  if (strcmp(key, "Path") == 0)
    return ssm_below(p->name, value, strcmp(option, "Recursive") == 0);
  if (strcmp(key, "Name") == 0) /* a leading slash may be left out of what is sought */
    return text_matches(p->name, option, value) ||
           (p->name[0] == '/' && value[0] != '/' && text_matches(p->name + 1, option, value));
  if (strcmp(key, "Type") == 0)
    return text_matches(p->type, option, value);
  if (strcmp(key, "KeyId") == 0)
    return text_matches(p->key_id, option, value);
  if (strcmp(key, "Tier") == 0)
    return text_matches(p->tier, option, value);
  if (strcmp(key, "DataType") == 0)
    return text_matches(p->data_type, option, value);
  if (strcmp(key, "Label") == 0)
    return label_matches(p, value);
  return text_matches(tag_value(rq->world, key + 4), option, value);
}

bool ssm_filters_match(const struct sim_request *rq, const struct sim_parameter *p) {
  const cJSON *filters = sim_in_list(rq, "ParameterFilters"), *filter, *value;

  if (!filters)
    filters = sim_in_list(rq, "Filters");
  cJSON_ArrayForEach(filter, filters) {
    bool any = false;
    cJSON_ArrayForEach(value, aws_doc_at(filter, "Values")) any =
        any || value_matches(rq, p, filter, sim_item_str(value));
    if (!any)
      return false;
  }
  return true;
}
