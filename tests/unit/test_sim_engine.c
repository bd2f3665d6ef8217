/* The engine: what must hold at every second, whatever happens. */
#include "test.h"

#include "sim/engine.h"
#include "sim/stack.h"

#include <stdio.h>

#define START ((aws_ms)1768478400000)

static struct sim_world *new_world(uint64_t seed, const char *scenario, int tasks) {
  struct aws_error err = {0};
  struct sim_world_options o = {
      .seed = seed, .speed = 1, .now = START, .scenario = scenario, .tasks = tasks};
  struct sim_world *w = sim_world_new(&o, &err);

  if (!w)
    fail_msg("%s", err.text);
  return w;
}

static struct sim_service *service(struct sim_world *w, const char *name) {
  struct sim_service *s = sim_find_service(sim_find_cluster(w, "shop-prod"), name);

  assert_non_null(s);
  return s;
}

static int count_ready(const struct sim_service *s) {
  int n = 0;

  for (size_t i = 0; i < s->tasks.n; i++) {
    const struct sim_task *t = s->tasks.v[i];
    n += t->status == SIM_TASK_RUNNING && !t->stop_wanted &&
         (!t->target || t->target->state == SIM_TARGET_HEALTHY);
  }
  return n;
}

static int count_wanted(const struct sim_service *s) {
  int n = 0;

  for (size_t i = 0; i < s->tasks.n; i++)
    n += !((const struct sim_task *)s->tasks.v[i])->stop_wanted;
  return n;
}

/* One second of world time, with the deployment's bounds checked. */
static void second(struct sim_world *w, const struct sim_service *s) {
  sim_live(w, w->now + SIM_SECOND);
  int least = (s->desired * s->min_percent + 99) / 100, most = s->desired * s->max_percent / 100;
  if (count_ready(s) < least)
    fail_msg("%d tasks ready, at least %d wanted", count_ready(s), least);
  if (count_wanted(s) > (most > s->desired ? most : s->desired))
    fail_msg("%d tasks, at most %d allowed", count_wanted(s), most);
}

static bool is_steady(const struct sim_service *s) {
  return s->steady && s->deployments.n == 1;
}

static void test_rollout_keeps_its_bounds(void **state) {
  static const struct {
    int desired, min, max;
  } cases[] = {{4, 50, 200}, {4, 100, 200}, {4, 50, 100}, {5, 100, 150}, {1, 0, 100}, {2, 50, 200}};

  (void)state;
  for (uint64_t seed = 1; seed <= 5; seed++)
    for (size_t i = 0; i < COUNT(cases); i++) {
      struct sim_world *w = new_world(seed, NULL, 0);
      struct sim_service *s = service(w, "web");
      s->max = 0; /* no autoscaling */
      sim_scale(w, s, cases[i].desired);
      for (int t = 0; t < 240; t++)
        sim_live(w, w->now + SIM_SECOND);
      assert_true(is_steady(s));
      s->min_percent = cases[i].min;
      s->max_percent = cases[i].max;
      char old[28];
      snprintf(old, sizeof old, "%s", ((struct sim_deployment *)s->deployments.v[0])->id);
      assert_true(sim_deploy(w, s, NULL, false));
      int t = 0;
      for (; t < 1200 && !is_steady(s); t++)
        second(w, s);
      assert_true(is_steady(s));
      assert_int_equal(count_ready(s), cases[i].desired);
      const struct sim_deployment *d = s->deployments.v[0];
      assert_string_not_equal(d->id, old);
      assert_int_equal(d->rollout, SIM_ROLLOUT_COMPLETED);
      sim_world_free(w);
    }
}

static bool has_event(const struct sim_service *s, const char *part) {
  for (size_t i = 0; i < s->events.n; i++)
    if (strstr(((const struct sim_event *)s->events.v[i])->message, part))
      return true;
  return false;
}

static void test_bad_deploy_rolls_back(void **state) {
  struct sim_world *w = new_world(7, "bad-deploy", 0);
  struct sim_service *s = service(w, "web");
  struct sim_task_definition *good = s->definition;
  bool failed_targets = false, deployed = false;
  int t = 0;

  (void)state;
  for (; t < 600 && !(deployed && is_steady(s)); t++) {
    second(w, s);
    deployed |= s->definition != good;
    failed_targets |= sim_count_targets(s->group, SIM_TARGET_UNHEALTHY) > 0;
  }
  assert_true(deployed && failed_targets);
  assert_ptr_equal(s->definition, good);
  assert_true(is_steady(s));
  assert_true(has_event(s, "Health checks failed with these codes: [502]"));
  assert_true(has_event(s, "deployment failed: tasks failed to start."));
  assert_true(has_event(s, "rolling back to deployment ecs-svc/"));
  assert_int_equal(sim_count_targets(s->group, SIM_TARGET_HEALTHY), s->desired);
  const struct sim_api *api = w->apis.v[0];
  const struct sim_dimension dims[] = {{"ApiId", api->id}, {"Stage", "$default"}};
  const aws_ms next = (w->now + SIM_MINUTE - 1) / SIM_MINUTE * SIM_MINUTE;
  struct sim_sample errors;
  while (w->now <= next + SIM_MINUTE)
    second(w, s);
  assert_true(sim_metric(w, "AWS/ApiGateway", "5xx", dims, 2, next, SIM_MINUTE, &errors));
  assert_true(errors.sum < 10 && errors.count > 1000); /* a point says that there is none */
  sim_world_free(w);
}

/* What fails for a quarter of a minute spoils a quarter of its requests. */
static void test_part_of_a_minute_is_part_of_its_errors(void **state) {
  struct sim_world *w = new_world(7, NULL, 0);
  struct sim_service *s = service(w, "web");
  const struct sim_load_balancer *lb = w->load_balancers.v[0];
  const struct sim_dimension dims[] = {{"LoadBalancer", strstr(lb->arn, "app/")},
                                       {"TargetGroup", strstr(s->group->arn, "targetgroup/")}};
  const aws_ms minute = START;
  struct sim_sample errors, all, hosts;

  (void)state;
  while (w->now <= START + SIM_MINUTE)
    second(w, s);
  for (int look = 0; look < 4; look++) {
    for (size_t i = 0; i < s->group->targets.n; i++)
      ((struct sim_target *)s->group->targets.v[i])->state =
          look == 2 ? SIM_TARGET_UNHEALTHY : SIM_TARGET_HEALTHY;
    sim_trace(s, minute, look == 0);
  }
#define GROUP(name, out)                                                                           \
  assert_true(sim_metric(w, "AWS/ApplicationELB", name, dims, 2, minute, SIM_MINUTE, out))
  GROUP("RequestCount", &all);
  GROUP("HTTPCode_Target_5XX_Count", &errors);
  GROUP("UnHealthyHostCount", &hosts);
  assert_true(errors.sum > 0.1 * all.sum && errors.sum < 0.2 * all.sum); /* of 60 % */
  assert_int_equal((int)hosts.maximum, s->desired);
  sim_world_free(w);
}

/* Rolled back by hand in the middle of it: what works is not stopped to make room. */
static void test_rollback_by_hand(void **state) {
  struct sim_world *w = new_world(7, "bad-deploy", 0);
  struct sim_service *s = service(w, "web");
  struct sim_task_definition *good = s->definition;

  (void)state;
  for (int t = 0; t < 200 && !sim_count_targets(s->group, SIM_TARGET_UNHEALTHY); t++)
    second(w, s);
  assert_ptr_not_equal(s->definition, good);
  assert_true(sim_deploy(w, s, good, false));
  for (int t = 0; t < 600 && !is_steady(s); t++) {
    second(w, s);
    assert_true(count_ready(s) >= s->desired);
  }
  assert_true(is_steady(s));
  assert_ptr_equal(s->definition, good);
  sim_world_free(w);
}

/* Without its circuit breaker a bad revision keeps failing, and the old tasks keep serving. */
static void test_without_breaker_it_goes_on(void **state) {
  struct sim_world *w = new_world(7, "bad-deploy", 0);
  struct sim_service *s = service(w, "web");

  (void)state;
  s->breaker = false;
  for (int t = 0; t < 600; t++)
    second(w, s);
  const struct sim_deployment *d = s->deployments.v[0];
  assert_int_equal(d->rollout, SIM_ROLLOUT_IN_PROGRESS);
  assert_true(d->failed_tasks > s->desired);
  assert_int_equal(s->deployments.n, 2);
  sim_world_free(w);
}

static void test_scaling(void **state) {
  struct sim_world *w = new_world(3, NULL, 0);
  struct sim_service *s = service(w, "api");
  static const int counts[] = {9, 1, 0, 3};

  (void)state;
  s->max = 0;
  for (size_t i = 0; i < COUNT(counts); i++) {
    sim_scale(w, s, counts[i]);
    for (int t = 0; t < 300 && !is_steady(s); t++)
      sim_live(w, w->now + SIM_SECOND);
    assert_true(is_steady(s));
    assert_int_equal(count_ready(s), counts[i]);
    assert_int_equal((int)s->group->targets.n, counts[i]);
  }
  sim_world_free(w);
}

/* A count set outside the bounds stands until autoscaling acts, and then it is brought inside. */
static void test_autoscaling_acts_within_bounds(void **state) {
  struct sim_world *w = new_world(5, NULL, 0);
  struct sim_service *s = service(w, "web");

  (void)state;
  sim_scale(w, s, 12);
  for (int t = 0; t < 5 * 60; t++)
    sim_live(w, w->now + SIM_SECOND);
  assert_int_equal(s->desired, 12); /* more than the maximum of 10, and nothing to act on yet */
  for (int t = 0; t < 40 * 60 && s->desired == 12; t++)
    sim_live(w, w->now + SIM_SECOND);
  assert_in_range(s->desired, s->min, s->max);
  s->load = 40; /* far more than ten tasks can do */
  for (int t = 0; t < 30 * 60; t++)
    sim_live(w, w->now + SIM_SECOND);
  assert_int_equal(s->desired, s->max);
  sim_world_free(w);
}

static void test_stopped_tasks_are_seen_for_an_hour(void **state) {
  struct sim_world *w = new_world(2, NULL, 0);
  struct sim_service *s = service(w, "worker");
  char id[33];

  (void)state;
  s->max = 0;
  snprintf(id, sizeof id, "%s", ((struct sim_task *)s->tasks.v[0])->id);
  sim_scale(w, s, 0);
  for (int t = 0; t < 120; t++)
    sim_live(w, w->now + SIM_SECOND);
  const struct sim_task *t = sim_find_task(w, id);
  assert_non_null(t);
  assert_int_equal(t->status, SIM_TASK_STOPPED);
  assert_string_equal(t->stop_code, "ServiceSchedulerInitiated");
  sim_live(w, w->now + SIM_HOUR);
  sim_live(w, w->now + SIM_MINUTE);
  assert_null(sim_find_task(w, id));
  assert_int_equal((int)s->stopped.n, 0);
  sim_world_free(w);
}

/* Everything that a run decides, in a number. */
static uint64_t story(uint64_t seed) {
  struct sim_world *w = new_world(seed, "bad-deploy", 60);
  uint64_t h = 0;

  for (int t = 0; t < 400; t++)
    sim_live(w, w->now + 700);
  for (size_t i = 0; i < w->services.n; i++) {
    const struct sim_service *s = w->services.v[i];
    for (size_t j = 0; j < s->events.n; j++) {
      const struct sim_event *e = s->events.v[j];
      for (const char *p = e->message; *p; p++)
        h = h * 1099511628211u + (unsigned char)*p;
      h = h * 31 + (uint64_t)e->created;
    }
  }
  sim_world_free(w);
  return h;
}

static void test_same_seed_same_story(void **state) {
  (void)state;
  assert_true(story(11) == story(11));
  assert_true(story(11) != story(12));
}

static void test_events_are_bounded_and_unlike(void **state) {
  struct sim_world *w = new_world(1, NULL, 0);
  struct sim_service *s = service(w, "web");

  (void)state;
  for (int i = 0; i < 300; i++)
    sim_service_event(w, s, "event %d", i);
  assert_int_equal((int)s->events.n, SIM_EVENTS_MAX);
  for (size_t i = 1; i < s->events.n; i++)
    assert_string_not_equal(((struct sim_event *)s->events.v[i])->id,
                            ((struct sim_event *)s->events.v[i - 1])->id);
  assert_string_equal(((struct sim_event *)s->events.v[99])->message, "(service web) event 299");
  sim_world_free(w);
}

/* Whatever second of a minute it starts in: its first whole minute has errors enough for the alarm,
 * which goes off a minute later. */
static void test_edge_errors_are_soon_seen(void **state) {
  (void)state;
  for (int lead = 0; lead < 60; lead += 7) {
    struct aws_error err = {0};
    struct sim_world_options o = {
        .seed = 1, .speed = 1, .now = START + lead * SIM_SECOND, .scenario = "edge-errors"};
    struct sim_world *w = sim_world_new(&o, &err);
    assert_non_null(w);
    const struct sim_distribution *d = w->distributions.v[0];
    const struct sim_dimension dims[] = {{"DistributionId", d->id}, {"Region", "Global"}};
    const aws_ms whole = (o.now + SIM_MINUTE - 1) / SIM_MINUTE * SIM_MINUTE;
    struct sim_sample sample;
    while (w->now < whole + 2 * SIM_MINUTE + 2 * SIM_SECOND)
      sim_live(w, w->now + SIM_SECOND);
    assert_true(
        sim_metric(w, "AWS/CloudFront", "5xxErrorRate", dims, 2, whole, SIM_MINUTE, &sample));
    assert_true(sample.average > 5);
    size_t alarms = 0;
    for (size_t i = 0; i < w->alarms.n; i++) {
      const struct sim_alarm *a = w->alarms.v[i];
      alarms += a->state == SIM_ALARM_ALARM && !strcmp(a->name, "shop-prod-cloudfront-5xx");
    }
    assert_int_equal((int)alarms, 1);
    sim_world_free(w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rollout_keeps_its_bounds),
      cmocka_unit_test(test_bad_deploy_rolls_back),
      cmocka_unit_test(test_part_of_a_minute_is_part_of_its_errors),
      cmocka_unit_test(test_rollback_by_hand),
      cmocka_unit_test(test_without_breaker_it_goes_on),
      cmocka_unit_test(test_scaling),
      cmocka_unit_test(test_autoscaling_acts_within_bounds),
      cmocka_unit_test(test_stopped_tasks_are_seen_for_an_hour),
      cmocka_unit_test(test_same_seed_same_story),
      cmocka_unit_test(test_events_are_bounded_and_unlike),
      cmocka_unit_test(test_edge_errors_are_soon_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
