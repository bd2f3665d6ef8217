/* The world the simulator answers from: plain structs for every kind of thing, joined by pointers.
 *
 * Ownership: things and their texts live as long as the world (its arena), but tasks, targets,
 * deployments, events and invalidations, which come and go and are freed by the engine. Handlers
 * read; what changes the world goes through the functions of live.h, so that consequences follow.
 *
 * Time: all times in here are the world's own, which runs `speed` times as fast as the wall's from
 * the moment the simulator started. Replies carry wall time: sim_wall() converts. At speed 0
 * the world's time goes on only as far as it is told to, and replies carry that.
 */
#ifndef CAWSOLE_SIM_WORLD_H
#define CAWSOLE_SIM_WORLD_H

#include "aws/base.h"

#define SIM_SECOND ((aws_ms)1000)
#define SIM_MINUTE (60 * SIM_SECOND)
#define SIM_HOUR (60 * SIM_MINUTE)
#define SIM_DAY (24 * SIM_HOUR)

/* A growing list of pointers; what they point to never moves. `struct sim_task *t = v->v[i];` */
struct sim_vec {
  void **v;
  size_t n, cap;
};

struct sim_world;

/* ---- network --------------------------------------------------------------------------------- */

#define SIM_ZONES 2
struct sim_zone {
  const char *name;          /* eu-west-1a */
  const char *subnet;        /* private subnet: tasks and databases */
  const char *public_subnet; /* load balancers */
  unsigned addresses;        /* given out so far */
};

/* ---- CloudFront, S3, API Gateway ------------------------------------------------------------- */

enum sim_origin_kind { SIM_ORIGIN_S3, SIM_ORIGIN_CUSTOM, SIM_ORIGIN_VPC };
struct sim_origin {
  const char *id, *domain_name, *path;
  enum sim_origin_kind kind;
  const char *vpc_origin_id; /* SIM_ORIGIN_VPC */
};
struct sim_behavior {
  const char *path_pattern, *origin_id;
};
struct sim_invalidation { /* freed with the world */
  char id[24];
  char *caller_reference;
  char **paths;
  size_t npaths;
  aws_ms created, completes; /* Completed from then on */
};
struct sim_distribution {
  const char *id, *arn, *domain_name, *comment, *etag, *default_origin_id, *price_class, *web_acl;
  struct sim_vec aliases;       /* const char */
  struct sim_vec origins;       /* struct sim_origin */
  struct sim_vec behaviors;     /* struct sim_behavior */
  struct sim_vec invalidations; /* struct sim_invalidation, oldest first */
  aws_ms last_modified;
  aws_ms deployed; /* InProgress until then */
  bool enabled;
};
struct sim_vpc_origin {
  const char *id, *arn, *name, *endpoint_arn;
  aws_ms created;
};
struct sim_bucket {
  const char *name, *region;
  aws_ms created;
};
struct sim_integration {
  const char *id, *type, *uri, *method, *connection_type, *connection_id, *payload_version;
};
struct sim_api {
  const char *id, *name, *protocol, *description, *endpoint;
  aws_ms created;
  struct sim_vec integrations; /* struct sim_integration */
};

/* ---- load balancing -------------------------------------------------------------------------- */

enum sim_target_state {
  SIM_TARGET_INITIAL,
  SIM_TARGET_HEALTHY,
  SIM_TARGET_UNHEALTHY,
  SIM_TARGET_DRAINING
};
struct sim_task;
struct sim_target { /* freed when drained */
  char ip[16];
  int port;
  const struct sim_zone *zone;
  enum sim_target_state state;
  int streak;       /* checks in a row with the same outcome; positive: passed */
  bool registering; /* initial, and not checked yet */
  int answer;       /* status code of the last check; 0: timed out */
  aws_ms next_check, drained;
  struct sim_task *task; /* NULL: a fixed address, or its task is gone */
};
struct sim_target_group {
  const char *name, *arn, *protocol, *vpc, *path, *matcher;
  int port, interval_s, timeout_s, healthy_threshold, unhealthy_threshold, drain_s;
  aws_ms created;
  struct sim_vec load_balancers; /* struct sim_load_balancer that forward to it */
  struct sim_vec targets;        /* struct sim_target */
};
struct sim_forward {
  struct sim_target_group *group;
  int weight;
};
struct sim_rule {
  const char *arn;
  int priority;            /* 0: the listener's default rule */
  const char *host, *path; /* conditions; NULL: none */
  bool redirect;           /* to HTTPS, instead of forwarding */
  struct sim_vec forwards; /* struct sim_forward */
};
struct sim_listener {
  const char *arn, *protocol, *certificate; /* certificate: HTTPS only */
  int port;
  struct sim_load_balancer *load_balancer;
  struct sim_vec rules; /* struct sim_rule, by priority, the default one last */
};
struct sim_load_balancer {
  const char *name, *arn, *dns_name, *scheme, *vpc, *security_group;
  aws_ms created;
  struct sim_vec listeners; /* struct sim_listener */
};

/* ---- ECS ------------------------------------------------------------------------------------- */

struct sim_env {
  const char *name, *value; /* of a secret: where it comes from (ARN or parameter name) */
};
struct sim_task_definition {
  const char *arn, *family, *container, *image, *digest, *cpu, *memory, *log_group, *command;
  int revision, port; /* port 0: none */
  bool active;
  aws_ms registered;
  struct sim_vec environment, secrets; /* struct sim_env */
  bool shares;                         /* those two lists are another revision's */
  /* How it behaves: what its health check path answers, and seconds to exit after starting (0: it
   * does not exit). */
  int answers, dies_after_s;
};

enum sim_task_status { /* in the order of a task's life */
                       SIM_TASK_PROVISIONING,
                       SIM_TASK_PENDING,
                       SIM_TASK_ACTIVATING,
                       SIM_TASK_RUNNING,
                       SIM_TASK_DEACTIVATING,
                       SIM_TASK_STOPPING,
                       SIM_TASK_DEPROVISIONING,
                       SIM_TASK_STOPPED
};
struct sim_service;
struct sim_deployment;
struct sim_task { /* freed an hour after it stopped */
  char id[33];
  struct sim_task *next_in_bucket;
  uint64_t seq; /* ever growing: the order of ListTasks */
  struct sim_service *service;
  struct sim_task_definition *definition;
  char deployment[28]; /* "ecs-svc/..." that started it */
  const struct sim_zone *zone;
  char ip[16], eni[24], mac[18];
  enum sim_task_status status;
  bool stop_wanted;          /* desiredStatus STOPPED */
  int healthy;               /* container health: 1 healthy, 0 unknown yet, -1 unhealthy */
  aws_ms next;               /* when it takes its next step; 0: waits for something else */
  struct sim_target *target; /* in its service's group; NULL: none */
  aws_ms created, pull_started, pull_stopped, started, stopping, execution_stopped, stopped;
  const char *stop_code;
  char reason[200]; /* stoppedReason */
  int exit_code;    /* -1: none */
};
struct sim_event { /* freed when the newest 100 push it out */
  char id[37];
  aws_ms created;
  char *message;
};
enum sim_rollout { SIM_ROLLOUT_IN_PROGRESS, SIM_ROLLOUT_COMPLETED, SIM_ROLLOUT_FAILED };
struct sim_deployment { /* freed when the service has none of its tasks any more */
  char id[28];
  struct sim_task_definition *definition;
  bool primary;
  int desired, failed_tasks;
  enum sim_rollout rollout;
  bool is_rollback;
  aws_ms created, updated;
  char reason[160];
  uint64_t number; /* in the service deployment's ARN */
};
#define SIM_EVENTS_MAX 100
#define SIM_TRACE_MINUTES 180
struct sim_service {
  const char *name, *arn, *role, *security_group;
  struct sim_cluster *cluster;
  struct sim_task_definition *definition;
  int desired, min_percent, max_percent, grace_s;
  bool breaker, breaker_rollback, exec;
  const char *container;
  int container_port;             /* 0: behind no load balancer */
  struct sim_target_group *group; /* or NULL */
  aws_ms created;
  struct sim_task_definition *last_good; /* of the last deployment that completed */
  struct sim_vec deployments; /* struct sim_deployment, the primary first, then the newest */
  struct sim_vec events;      /* struct sim_event, oldest first (replies turn it round) */
  struct sim_vec tasks;       /* struct sim_task, not stopped, by seq */
  struct sim_vec stopped;     /* struct sim_task, oldest first */
  bool steady;                /* has said so */
  double load;                /* what it has to do, in tasks at 100 % CPU, at its base */
  /* Autoscaling (application-autoscaling): max 0 when it has none. */
  int min, max;
  double cpu_target;
  int high_minutes, low_minutes; /* how long the metric has asked for more, for less */
  aws_ms scaled;                 /* when it last acted; 0: never */
  aws_ms scalable_since;
  /* One entry a minute, trace[minute % SIM_TRACE_MINUTES]: what metrics of the past are made from.
   */
  struct sim_trace_minute {
    uint16_t running, bad_sum; /* percent of its targets that fail, of so many looks */
    uint8_t looks, worst;      /* and at most */
  } trace[SIM_TRACE_MINUTES];
};
struct sim_cluster {
  const char *name, *arn;
  struct sim_vec services; /* struct sim_service */
  struct aws_map by_name;  /* its services by name and by ARN */
};

/* ---- databases ------------------------------------------------------------------------------- */

struct sim_db_cluster;
struct sim_db_instance {
  const char *id, *arn, *resource_id, *class, *engine, *engine_version, *storage_type, *address;
  const char *parameter_group, *parameter_status; /* "in-sync", "pending-reboot" */
  const char *status;                             /* "available", ... : static text */
  const struct sim_zone *zone, *secondary_zone;   /* secondary: multi-AZ */
  struct sim_db_cluster *cluster;                 /* Aurora members only */
  int port, allocated_gib, max_allocated_gib, promotion_tier, backup_days;
  bool multi_az, encrypted, iam_auth, deletion_protection, writer;
  aws_ms created;
  aws_ms unavailable_since, unavailable_until; /* of the last failover or reboot; 0: never */
};
struct sim_db_cluster {
  const char *id, *arn, *resource_id, *engine, *engine_version, *endpoint, *reader_endpoint;
  const char *parameter_group, *status;
  int port, backup_days;
  bool encrypted, iam_auth, deletion_protection;
  double serverless_min, serverless_max; /* ACU; max 0: provisioned */
  aws_ms created;
  struct sim_vec members; /* struct sim_db_instance */
};
struct sim_db_event {
  aws_ms date;
  const char *source_id, *source_type, *source_arn, *category, *message;
};

/* ---- settings, alarms ------------------------------------------------------------------------ */

struct sim_parameter_version {
  int version;
  const char *value, *user, *label; /* label NULL: none */
  aws_ms modified;
};
struct sim_parameter {
  const char *name, *arn, *type, *description, *tier, *data_type;
  const char *key_id;      /* of a SecureString */
  struct sim_vec versions; /* struct sim_parameter_version, oldest first, at least one */
};
struct sim_secret {
  const char *name, *arn, *description, *value;
  bool rotation;
  aws_ms created, changed, rotated;
};
struct sim_dimension {
  const char *name, *value;
};
enum sim_alarm_state { SIM_ALARM_OK, SIM_ALARM_ALARM, SIM_ALARM_INSUFFICIENT };
struct sim_alarm {
  const char *name, *arn, *description, *region, *namespace, *metric, *statistic, *comparison;
  const char *missing; /* TreatMissingData */
  struct sim_dimension dimensions[3];
  size_t ndimensions;
  double threshold;
  int period_s, evaluations;
  enum sim_alarm_state state;
  aws_ms updated, transitioned, looked; /* looked: when it was last evaluated */
  char reason[256];
};

/* ---- the whole ------------------------------------------------------------------------------- */

struct sim_scenario;
struct sim_world {
  struct aws_arena arena;
  const char *account, *region, *project, *environment, *principal, *vpc, *domain;
  struct sim_zone zones[SIM_ZONES];

  aws_ms now;   /* the world's time */
  aws_ms began; /* when the simulator started: world and wall time agree there */
  double speed;
  uint64_t seed, random; /* random: state of the generator */
  uint64_t next_seq;     /* of tasks */
  aws_ms stepped;        /* up to when the engine has run: a whole second */
  aws_ms traced;         /* up to when minutes are recorded: a whole minute */

  struct sim_vec distributions;    /* struct sim_distribution */
  struct sim_vec vpc_origins;      /* struct sim_vpc_origin */
  struct sim_vec buckets;          /* struct sim_bucket, by name */
  struct sim_vec apis;             /* struct sim_api */
  struct sim_vec load_balancers;   /* struct sim_load_balancer */
  struct sim_vec target_groups;    /* struct sim_target_group */
  struct sim_vec clusters;         /* struct sim_cluster */
  struct sim_vec services;         /* struct sim_service, of all clusters */
  struct sim_vec task_definitions; /* struct sim_task_definition, by family, then revision */
  struct sim_vec db_instances;     /* struct sim_db_instance, by id */
  struct sim_vec db_clusters;      /* struct sim_db_cluster, by id */
  struct sim_vec db_events;        /* struct sim_db_event, oldest first */
  struct sim_vec parameters;       /* struct sim_parameter, by name */
  struct sim_vec secrets;          /* struct sim_secret */
  struct sim_vec alarms;           /* struct sim_alarm, by name */

  struct aws_map parameter_by_name;
  struct aws_map definition_by_key; /* "family:revision" */
#define SIM_TASK_BUCKETS 8192
  struct sim_task *task_buckets[SIM_TASK_BUCKETS]; /* by id; sim_find_task */

  const struct sim_scenario *scenario; /* NULL: steady */
  aws_ms scenario_began;
  int scenario_step; /* the scenario's own count of what it has done */
};

/* Appends; false when out of memory. */
bool sim_vec_add(struct sim_vec *v, void *item) AWS_MUST_CHECK;
void sim_vec_remove(struct sim_vec *v, size_t at); /* keeps the order; frees nothing but the slot */
void sim_vec_done(struct sim_vec *v);

/* Texts that live as long as the world; NULL when there is no memory. */
const char *sim_text(struct sim_world *w, const char *fmt, ...) AWS_PRINTF(2, 3);

/* The seeded generator: the next 64 bits, a number in [0, n), and lower-case hex digits (n of them
 * and a NUL into out). */
uint64_t sim_random(struct sim_world *w);
uint64_t sim_random_below(struct sim_world *w, uint64_t n);
void sim_random_hex(struct sim_world *w, char *out, size_t n);
void sim_random_uuid(struct sim_world *w, char out[37]);

size_t sim_task_bucket(const char *id);

/* World time to wall time and back; they agree up to the moment the simulator started. */
aws_ms sim_wall(const struct sim_world *w, aws_ms world_time);
aws_ms sim_unwall(const struct sim_world *w, aws_ms wall_time);

/* Finding things; NULL: there is none. cluster NULL or "" means "default", as ECS has it. Names and
 * ARNs are both taken. */
struct sim_cluster *sim_find_cluster(const struct sim_world *w, const char *name_or_arn);
struct sim_service *sim_find_service(const struct sim_cluster *c, const char *name_or_arn);
struct sim_task_definition *sim_find_definition(const struct sim_world *w, const char *key_or_arn);
struct sim_load_balancer *sim_find_load_balancer(const struct sim_world *w,
                                                 const char *arn_or_name);
struct sim_target_group *sim_find_target_group(const struct sim_world *w, const char *arn_or_name);
struct sim_task *sim_find_task(const struct sim_world *w, const char *id_or_arn);
struct sim_distribution *sim_find_distribution(const struct sim_world *w, const char *id);
struct sim_parameter *sim_find_parameter(const struct sim_world *w, const char *name);
struct sim_db_instance *sim_find_db_instance(const struct sim_world *w, const char *id);
struct sim_db_cluster *sim_find_db_cluster(const struct sim_world *w, const char *id);

#endif
