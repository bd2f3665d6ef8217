/* What a rating is made of: levels, the worst that was said of a thing, and AWS's words for states.
 */
#include "config.h"

#include "stack/judged.h"

#include <stdio.h>

const char *stack_level_name(enum stack_level l) {
  static const char *const names[] = {"ok", "note", "unknown", "warn", "bad"};
  return names[l];
}

void stack_rated(struct stack_rating *r, enum stack_level level, const char *fmt, ...) {
  if (level <= r->level)
    return;
  va_list ap;
  va_start(ap, fmt);
  r->level = level;
  r->symptom = false;
  vsnprintf(r->reason, sizeof r->reason, fmt, ap);
  va_end(ap);
}

/* ---- words for states ------------------------------------------------------------------------ */

struct state_row {
  const char *state; /* a trailing '*' stands for anything */
  enum stack_level level;
};

static bool state_fits(struct aws_str state, const char *pattern) {
  size_t n = strlen(pattern);
  if (n && pattern[n - 1] == '*')
    return state.n >= n - 1 && !memcmp(state.p, pattern, n - 1);
  return aws_str_eq_c(state, pattern);
}

/* https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html and, for
 * clusters,
 * .../AuroraUserGuide/accessing-monitoring.html */
static const struct state_row database_states[] = {
    {"available", STACK_OK},
    {"backing-up", STACK_NOTE},
    {"configuring-*", STACK_NOTE},
    {"converting-*", STACK_NOTE},
    {"creating", STACK_NOTE},
    {"backtracking", STACK_NOTE},
    {"cloning-failed", STACK_BAD},
    {"cloning-*", STACK_NOTE},
    {"deleting", STACK_NOTE},
    {"delete-precheck", STACK_NOTE},
    {"maintenance", STACK_NOTE},
    {"migrating", STACK_NOTE},
    {"modifying", STACK_NOTE},
    {"moving-to-vpc", STACK_NOTE},
    {"preparing-data-migration", STACK_NOTE},
    {"promoting", STACK_NOTE},
    {"renaming", STACK_NOTE},
    {"resetting-master-credentials", STACK_NOTE},
    {"starting", STACK_NOTE},
    {"storage-config-upgrade", STACK_NOTE},
    {"storage-initialization", STACK_NOTE},
    {"storage-optimization", STACK_NOTE},
    {"update-iam-db-auth", STACK_NOTE},
    {"upgrading", STACK_NOTE},
    {"scaling-*", STACK_NOTE},
    {"failing-over", STACK_WARN},
    {"rebooting", STACK_WARN},
    {"stopped", STACK_WARN},
    {"stopping", STACK_WARN},
    {"migration-failed", STACK_WARN},
    {"failed", STACK_BAD},
    {"inaccessible-*", STACK_BAD},
    {"incompatible-*", STACK_BAD},
    {"insufficient-capacity", STACK_BAD},
    {"restore-error", STACK_BAD},
    {"storage-full", STACK_BAD},
};

static const struct state_row load_balancer_states[] = {
    {"active", STACK_OK},
    {"provisioning", STACK_NOTE},
    {"active_impaired", STACK_WARN},
    {"failed", STACK_BAD},
};

/* https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html;
 * "unavailable" is AWS's own word for not knowing. */
static const struct state_row target_states[] = {
    {"healthy", STACK_OK},          {"initial", STACK_NOTE},  {"draining", STACK_NOTE},
    {"unused", STACK_NOTE},         {"unhealthy", STACK_BAD}, {"unhealthy.draining", STACK_BAD},
    {"unavailable", STACK_UNKNOWN},
};

static const struct state_row distribution_states[] = {
    {"Deployed", STACK_OK},
    {"InProgress", STACK_NOTE},
};

static const struct state_row invalidation_states[] = {
    {"Completed", STACK_OK},
    {"InProgress", STACK_NOTE},
};

static const struct state_row vpc_origin_states[] = {
    {"Deployed", STACK_OK},   {"Deploying", STACK_NOTE}, {"InProgress", STACK_NOTE},
    {"Updating", STACK_NOTE}, {"Deleting", STACK_NOTE},  {"Failed", STACK_BAD},
};

static const struct state_row cluster_states[] = {
    {"ACTIVE", STACK_OK},     {"PROVISIONING", STACK_NOTE}, {"DEPROVISIONING", STACK_NOTE},
    {"INACTIVE", STACK_NOTE}, {"FAILED", STACK_BAD},
};

static const struct state_row service_states[] = {
    {"ACTIVE", STACK_OK},
    {"DRAINING", STACK_NOTE},
    {"INACTIVE", STACK_NOTE},
};

/* https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
static const struct state_row task_states[] = {
    {"RUNNING", STACK_OK},          {"PROVISIONING", STACK_NOTE}, {"PENDING", STACK_NOTE},
    {"ACTIVATING", STACK_NOTE},     {"DEACTIVATING", STACK_NOTE}, {"STOPPING", STACK_NOTE},
    {"DEPROVISIONING", STACK_NOTE}, {"STOPPED", STACK_NOTE},      {"DELETED", STACK_NOTE},
};

/* Without data nothing is said of what it watches. */
static const struct state_row alarm_states[] = {
    {"OK", STACK_OK},
    {"INSUFFICIENT_DATA", STACK_OK},
    {"ALARM", STACK_WARN},
};

#define ROWS(v) v, sizeof(v) / sizeof *(v)

static const struct {
  const struct state_row *rows;
  size_t n;
} states[STACK_KINDS] = {
    [STACK_DISTRIBUTION] = {ROWS(distribution_states)},
    [STACK_INVALIDATION] = {ROWS(invalidation_states)},
    [STACK_VPC_ORIGIN] = {ROWS(vpc_origin_states)},
    [STACK_LOAD_BALANCER] = {ROWS(load_balancer_states)},
    [STACK_TARGET] = {ROWS(target_states)},
    [STACK_CLUSTER] = {ROWS(cluster_states)},
    [STACK_SERVICE] = {ROWS(service_states)},
    [STACK_TASK] = {ROWS(task_states)},
    [STACK_DB_INSTANCE] = {ROWS(database_states)},
    [STACK_DB_CLUSTER] = {ROWS(database_states)},
    [STACK_ALARM] = {ROWS(alarm_states)},
};

static const struct state_row *row_of(enum stack_kind k, struct aws_str state) {
  for (size_t i = 0; i < states[k].n; i++)
    if (state_fits(state, states[k].rows[i].state))
      return &states[k].rows[i];
  return NULL;
}

enum stack_level stack_state_level(enum stack_kind k, struct aws_str state) {
  const struct state_row *row = row_of(k, state);
  return row ? row->level : STACK_UNKNOWN;
}

bool stack_state_known(enum stack_kind k, struct aws_str state) {
  return row_of(k, state) != NULL;
}

void stack_rated_strange(struct stack_rating *r, const char *what, struct aws_str word) {
  stack_rated(r, STACK_UNKNOWN, "its %s is not understood%s%.*s", what, word.n ? ": " : "",
              word.n < 60 ? (int)word.n : 60, word.n ? word.p : "");
}
