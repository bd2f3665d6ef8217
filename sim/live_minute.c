/* What happens by the minute: the memory that metrics are made from, and autoscaling.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */
#include "sim/engine.h"

#include <math.h>

#define OUT_MINUTES 3 /* above the target for so long: out */
#define IN_MINUTES 15 /* below nine tenths of it for so long: in */
#define COOLDOWN SIM_MINUTE

void sim_trace(struct sim_service *s, aws_ms minute, bool fresh) {
  int running = sim_count_running(s, NULL), bad = 0, all = 0;
  struct sim_trace_minute *m = &s->trace[minute / SIM_MINUTE % SIM_TRACE_MINUTES];

  for (size_t i = 0; s->group && i < s->group->targets.n; i++) {
    const struct sim_target *t = s->group->targets.v[i];
    all += t->state != SIM_TARGET_DRAINING;
    bad += t->state == SIM_TARGET_UNHEALTHY;
  }
  if (fresh)
    *m = (struct sim_trace_minute){.looks = 0};
  m->running = (uint16_t)(running > UINT16_MAX ? UINT16_MAX : running);
  bad = all ? bad * 100 / all : 0;
  m->worst = bad > m->worst ? (uint8_t)bad : m->worst;
  if (m->looks == UINT8_MAX)
    return;
  m->bad_sum = (uint16_t)(m->bad_sum + bad);
  m->looks++;
}

static bool cpu_of(const struct sim_world *w, const struct sim_service *s, aws_ms minute,
                   double *out) {
  struct sim_dimension dims[2] = {{"ClusterName", s->cluster->name}, {"ServiceName", s->name}};
  struct sim_sample sample;

  if (!sim_metric(w, "AWS/ECS", "CPUUtilization", dims, 2, minute, SIM_MINUTE, &sample))
    return false;
  *out = sample.average;
  return true;
}

/* Target tracking: as many tasks as bring the metric to its target, and when it acts, within
 * bounds. */
static void track(struct sim_world *w, struct sim_service *s, aws_ms minute) {
  double cpu;

  if (!cpu_of(w, s, minute - SIM_MINUTE, &cpu))
    return;
  s->high_minutes = cpu > s->cpu_target ? s->high_minutes + 1 : 0;
  s->low_minutes = cpu < 0.9 * s->cpu_target ? s->low_minutes + 1 : 0;
  bool out = s->high_minutes >= OUT_MINUTES, in = s->low_minutes >= IN_MINUTES;
  const struct sim_deployment *d = s->deployments.n ? s->deployments.v[0] : NULL;
  if ((!out && !in) || (s->scaled && w->now < s->scaled + COOLDOWN))
    return;
  if (in && d && d->rollout == SIM_ROLLOUT_IN_PROGRESS)
    return; /* held back while a deployment runs */
  int running = sim_count_running(s, NULL), want = (int)ceil(running * cpu / s->cpu_target);
  if ((out && want <= s->desired) || (in && want >= s->desired))
    return;
  want = want < s->min ? s->min : want > s->max ? s->max : want;
  if (want == s->desired)
    return;
  s->scaled = w->now;
  s->high_minutes = s->low_minutes = 0;
  sim_scale(w, s, want);
}

void sim_minute(struct sim_world *w, aws_ms minute) {
  for (size_t i = 0; i < w->services.n; i++) {
    struct sim_service *s = w->services.v[i];
    sim_trace(s, minute, true);
    if (s->max)
      track(w, s, minute);
  }
}
