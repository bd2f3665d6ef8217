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
    {"cluster-*", STACK_BAD},
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

static const struct state_row target_states[] = {
    {"healthy", STACK_OK},  {"initial", STACK_NOTE},   {"draining", STACK_NOTE},
    {"unused", STACK_NOTE}, {"unhealthy*", STACK_BAD},
};

#define ROWS(v) v, sizeof(v) / sizeof *(v)

static const struct {
  const struct state_row *rows;
  size_t n;
} states[STACK_KINDS] = {
    [STACK_LOAD_BALANCER] = {ROWS(load_balancer_states)},
    [STACK_TARGET] = {ROWS(target_states)},
    [STACK_DB_INSTANCE] = {ROWS(database_states)},
    [STACK_DB_CLUSTER] = {ROWS(database_states)},
};

enum stack_level stack_state_level(enum stack_kind k, struct aws_str state) {
  for (size_t i = 0; i < states[k].n; i++)
    if (state_fits(state, states[k].rows[i].state))
      return states[k].rows[i].level;
  return STACK_UNKNOWN;
}
