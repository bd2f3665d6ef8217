/* Target health: state, reason and description in the load balancer's words. */
#include "sim/elbv2.h"

#include "aws/doc.h"

#include <stdio.h>

struct health {
  const char *state, *reason, *description;
};

static struct health health_of(const struct sim_target_group *g, const struct sim_target *t,
                               char text[80]) {
  if (!g->load_balancers.n)
    return (struct health){
        "unused", "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer"};
  switch (t->state) {
  case SIM_TARGET_INITIAL:
    if (t->registering)
      return (struct health){"initial", "Elb.RegistrationInProgress",
                             "Target registration is in progress"};
    return (struct health){"initial", "Elb.InitialHealthChecking",
                           "Initial health checks in progress"};
  case SIM_TARGET_DRAINING:
    return (struct health){"draining", "Target.DeregistrationInProgress",
                           "Target deregistration is in progress"};
  case SIM_TARGET_UNHEALTHY:
    if (!t->answer)
      return (struct health){"unhealthy", "Target.Timeout", "Request timed out"};
    snprintf(text, 80, "Health checks failed with these codes: [%d]", t->answer);
    return (struct health){"unhealthy", "Target.ResponseCodeMismatch", text};
  default:
    return (struct health){"healthy", NULL, NULL};
  }
}

static bool includes(const struct sim_request *rq, const char *what) {
  const cJSON *list = sim_in_list(rq, "Include"), *item;

  cJSON_ArrayForEach(item, list) if (!strcmp(sim_item_str(item), what) ||
                                     !strcmp(sim_item_str(item), "All")) return true;
  return false;
}

static void write_target(struct sim_request *rq, const char *ip, int port, const char *zone,
                         struct health health) {
  sim_begin(rq, NULL);
  sim_begin(rq, "Target");
  sim_str(rq, "Id", ip);
  sim_int(rq, "Port", port);
  sim_str(rq, "AvailabilityZone", zone);
  sim_end(rq);
  sim_strf(rq, "HealthCheckPort", "%d", port);
  sim_begin(rq, "TargetHealth");
  sim_str(rq, "State", health.state);
  sim_str(rq, "Reason", health.reason);
  sim_str(rq, "Description", health.description);
  sim_end(rq);
  if (includes(rq, "AnomalyDetection")) {
    sim_begin(rq, "AnomalyDetection");
    sim_str(rq, "Result", "normal");
    sim_str(rq, "MitigationInEffect", "no");
    sim_end(rq);
  }
  sim_begin(rq, "AdministrativeOverride");
  sim_str(rq, "State", "no_override");
  sim_str(rq, "Reason", "AdministrativeOverride.NoOverride");
  sim_str(rq, "Description", "No override is currently active on target");
  sim_end(rq);
  sim_end(rq);
}

static const struct sim_target *find_target(const struct sim_target_group *g, const char *ip,
                                            int64_t port) {
  for (size_t i = 0; i < g->targets.n; i++) {
    const struct sim_target *t = g->targets.v[i];
    if (!strcmp(t->ip, ip) && t->port == port)
      return t;
  }
  return NULL;
}

/* Only the targets that were asked for; those that are not registered are said to be so. */
static void write_asked(struct sim_request *rq, const struct sim_target_group *g,
                        const cJSON *asked) {
  static const struct health absent = {"unused", "Target.NotRegistered",
                                       "Target is not registered to the target group"};
  const cJSON *item;
  char text[80];

  cJSON_ArrayForEach(item, asked) {
    struct aws_str ip = aws_doc_str(item, "Id"), port = aws_doc_str(item, "Port");
    int64_t number = g->port;
    if (port.p)
      aws_str_to_int(port, &number);
    const struct sim_target *t = find_target(g, ip.p ? ip.p : "", number);
    if (t)
      write_target(rq, t->ip, t->port, t->zone->name, health_of(g, t, text));
    else
      write_target(rq, ip.p ? ip.p : "", (int)number, NULL, absent);
  }
}

void elbv2_describe_target_health(struct sim_request *rq) {
  const struct sim_target_group *g = elbv2_wanted_group(rq, sim_in_str(rq, "TargetGroupArn"), true);
  const cJSON *asked = sim_in_list(rq, "Targets"), *item;
  char text[80];

  if (!g)
    return;
  cJSON_ArrayForEach(item, asked) if (!aws_doc_at(item, "Id")) {
    sim_invalid(rq, "Targets: Id is missing");
    return;
  }
  sim_list(rq, "TargetHealthDescriptions", NULL);
  for (size_t i = 0; !asked && i < g->targets.n; i++) {
    const struct sim_target *t = g->targets.v[i];
    write_target(rq, t->ip, t->port, t->zone->name, health_of(g, t, text));
  }
  if (asked)
    write_asked(rq, g, asked);
  sim_end(rq);
}
