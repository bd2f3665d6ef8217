/* The catalogue of metrics and what each was in a given minute. Everything is a function of the
 * seed, the minute and what the world remembers of it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
 */
#include "sim/metric.h"
#include "sim/stable.h"

#include <math.h>

#define EDGE_REQUESTS 12300.0    /* a minute, at the first distribution */
#define BALANCED_REQUESTS 4900.0 /* at the first load balancer */
#define BYTES_DOWN 21000.0       /* a request */
#define BYTES_UP 900.0
#define ORIGIN_SHARE 0.4 /* of what viewers ask reaches the services */
#define GIB (1024.0 * 1024 * 1024)
#define TWO_PI 6.283185307179586

/* ---- the weather ----------------------------------------------------------------------------- */

/* -1 to 1, the same for the same minute. */
static double chance(const struct metric_subject *s, aws_ms t, uint64_t salt) {
  const uint64_t bits = sim_stable(s->w, s->key, (uint64_t)(t / SIM_MINUTE) * 16 + salt);
  return (double)(bits >> 11) / (double)(UINT64_C(1) << 52) - 1;
}

/* About 1: a slow swell with ripples on it. */
static double wave(const struct metric_subject *s, aws_ms t) {
  const double phase = (double)(sim_stable(s->w, s->key, 7) % 1000) / 1000;
  const double turn = (double)(t / SIM_MINUTE % 97) / 97;
  return 1 + 0.16 * sin(TWO_PI * (turn + phase)) + 0.05 * chance(s, t, 1);
}

/* The first of its kind is the busy one. */
static double share(const struct sim_vec *all, const void *one) {
  return all->n && all->v[0] == one ? 1 : 0.15;
}

/* ---- services -------------------------------------------------------------------------------- */

struct memory {
  double running, bad, worst; /* tasks; share of targets that fail, over the minute and at most */
};

static struct memory remember(const struct sim_world *w, const struct sim_service *s, aws_ms t) {
  const aws_ms minute = t / SIM_MINUTE, traced = w->traced / SIM_MINUTE;
  const struct sim_trace_minute *m = &s->trace[minute % SIM_TRACE_MINUTES];

  if (minute <= traced && minute > traced - SIM_TRACE_MINUTES && m->looks)
    return (struct memory){m->running, m->bad_sum / 100.0 / m->looks, m->worst / 100.0};
  if (minute <= traced)
    return (struct memory){.running = s->desired};
  const size_t all = s->group ? s->group->targets.n : 0;
  const int failing = s->group ? sim_count_targets(s->group, SIM_TARGET_UNHEALTHY) : 0;
  const double bad = all ? (double)failing / (double)all : 0;
  return (struct memory){sim_count_running(s, NULL), bad, bad};
}

static double service_cpu(const struct metric_subject *s, aws_ms t) {
  const struct memory m = remember(s->w, s->service, t);
  const double swing = 1 + (wave(s, t) - 1) / 2; /* calm enough for autoscaling to let it be */
  const double percent = m.running > 0 ? 100 * s->service->load / m.running * swing : NAN;
  return percent > 100 ? 100 : percent;
}

static double service_memory(const struct metric_subject *s, aws_ms t) {
  const struct memory m = remember(s->w, s->service, t);
  const double base = 38 + (double)(sim_stable(s->w, s->key, 3) % 24);
  return m.running > 0 ? base + 1.5 * chance(s, t, 2) + 6 * (wave(s, t) - 1) : NAN;
}

/* A cluster's is the mean of its services'. */
static double cluster_mean(const struct metric_subject *s, aws_ms t, metric_minute_fn of) {
  double sum = 0;
  size_t n = 0;

  for (size_t i = 0; i < s->cluster->services.n; i++) {
    struct metric_subject one = *s;
    one.service = s->cluster->services.v[i];
    one.key = one.service->name;
    const double value = of(&one, t);
    if (isnan(value))
      continue;
    sum += value;
    n++;
  }
  return n ? sum / (double)n : NAN;
}

static double cluster_cpu(const struct metric_subject *s, aws_ms t) {
  return cluster_mean(s, t, service_cpu);
}

static double cluster_memory(const struct metric_subject *s, aws_ms t) {
  return cluster_mean(s, t, service_memory);
}

/* ---- load balancers -------------------------------------------------------------------------- */

/* Tasks and the share of them that fail, behind one group; fixed targets count as they are. */
static struct memory behind(const struct sim_world *w, const struct sim_target_group *g, aws_ms t) {
  for (size_t i = 0; i < w->services.n; i++) {
    const struct sim_service *s = w->services.v[i];
    if (s->group == g)
      return remember(w, s, t);
  }
  const int failing = sim_count_targets(g, SIM_TARGET_UNHEALTHY);
  const double bad = g->targets.n ? failing / (double)g->targets.n : 0;
  return (struct memory){(double)g->targets.n, bad, bad};
}

static bool fed_by(const struct sim_target_group *g, const struct sim_load_balancer *lb) {
  for (size_t i = 0; i < g->load_balancers.n; i++)
    if (g->load_balancers.v[i] == lb)
      return true;
  return false;
}

/* The share of a load balancer's answers that its targets spoil. */
static double spoiled(const struct metric_subject *s, aws_ms t) {
  double bad = 0;
  size_t n = 0;

  for (size_t i = 0; i < s->w->target_groups.n; i++) {
    const struct sim_target_group *g = s->w->target_groups.v[i];
    if (!fed_by(g, s->load_balancer))
      continue;
    bad += behind(s->w, g, t).bad;
    n++;
  }
  return n ? bad / (double)n : 0;
}

static double lb_requests(const struct metric_subject *s, aws_ms t) {
  return floor(BALANCED_REQUESTS * share(&s->w->load_balancers, s->load_balancer) * wave(s, t));
}

/* A group's part of its load balancer's requests. */
static double group_requests(const struct metric_subject *s, aws_ms t) {
  size_t n = 0;

  for (size_t i = 0; i < s->w->target_groups.n; i++)
    n += fed_by(s->w->target_groups.v[i], s->load_balancer);
  return n ? floor(BALANCED_REQUESTS * share(&s->w->load_balancers, s->load_balancer) / (double)n *
                   wave(s, t))
           : 0;
}

static double requests(const struct metric_subject *s, aws_ms t) {
  return s->group ? group_requests(s, t) : lb_requests(s, t);
}

/* The share of answers that are 5xx, made by targets. */
static double target_5xx_share(const struct metric_subject *s, aws_ms t) {
  const double bad = s->group ? behind(s->w, s->group, t).bad : spoiled(s, t);
  return 0.0004 + 0.6 * bad + 0.5 * sim_edge_error_rate(s->w, t);
}

static double target_5xx(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * target_5xx_share(s, t));
}

static double target_4xx(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * (0.018 + 0.004 * chance(s, t, 4)));
}

static double target_3xx(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * (0.03 + 0.005 * chance(s, t, 5)));
}

static double target_2xx(const struct metric_subject *s, aws_ms t) {
  return requests(s, t) - target_3xx(s, t) - target_4xx(s, t) - target_5xx(s, t);
}

/* The load balancer's own: nobody to pass the request to, or nobody who answers. */
static double lb_502(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * 0.3 * spoiled(s, t));
}

static double lb_503(const struct metric_subject *s, aws_ms t) {
  const double bad = spoiled(s, t);
  return bad > 0.9 ? floor(requests(s, t) * (bad - 0.5)) : 0;
}

static double lb_504(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * 0.2 * sim_edge_error_rate(s->w, t));
}

static double lb_5xx(const struct metric_subject *s, aws_ms t) {
  return lb_502(s, t) + lb_503(s, t) + lb_504(s, t);
}

static double lb_4xx(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * 0.002 * (1 + chance(s, t, 6)));
}

static double lb_new_connections(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * 0.12);
}

static double lb_active_connections(const struct metric_subject *s, aws_ms t) {
  return floor(requests(s, t) * 0.31);
}

static double lb_bytes(const struct metric_subject *s, aws_ms t) {
  return requests(s, t) * 7300;
}

static double lb_capacity_units(const struct metric_subject *s, aws_ms t) {
  return requests(s, t) / 60 / 25;
}

static double response_time(const struct metric_subject *s, aws_ms t) {
  const double bad = s->group ? behind(s->w, s->group, t).bad : spoiled(s, t);
  return 0.046 * wave(s, t) * (1 + 2.5 * bad + 6 * sim_edge_error_rate(s->w, t));
}

static double group_healthy(const struct metric_subject *s, aws_ms t) {
  const struct memory m = behind(s->w, s->group, t);
  return m.running - round(m.running * m.worst);
}

static double group_unhealthy(const struct metric_subject *s, aws_ms t) {
  const struct memory m = behind(s->w, s->group, t);
  return round(m.running * m.worst);
}

static double group_requests_per_target(const struct metric_subject *s, aws_ms t) {
  const double healthy = group_healthy(s, t);
  return healthy > 0 ? requests(s, t) / healthy : NAN;
}

/* ---- edge ------------------------------------------------------------------------------------ */

static double edge_requests(const struct metric_subject *s, aws_ms t) {
  return floor(EDGE_REQUESTS * share(&s->w->distributions, s->distribution) * wave(s, t));
}

static double edge_down(const struct metric_subject *s, aws_ms t) {
  return edge_requests(s, t) * BYTES_DOWN;
}

static double edge_up(const struct metric_subject *s, aws_ms t) {
  return edge_requests(s, t) * BYTES_UP;
}

/* Percent. Viewers of the busy distribution see what the services behind it spoil. */
static double edge_5xx(const struct metric_subject *s, aws_ms t) {
  double bad = 0;

  if (s->w->distributions.n && s->w->distributions.v[0] == s->distribution) {
    struct metric_subject origin = *s;
    bad = sim_edge_error_rate(s->w, t);
    if (s->w->load_balancers.n) {
      origin.load_balancer = s->w->load_balancers.v[0];
      bad += ORIGIN_SHARE * 0.6 * spoiled(&origin, t);
    }
  }
  return 0.12 + 0.06 * chance(s, t, 4) + 100 * bad;
}

static double edge_4xx(const struct metric_subject *s, aws_ms t) {
  return 1.1 + 0.3 * chance(s, t, 5);
}

static double edge_errors(const struct metric_subject *s, aws_ms t) {
  return edge_5xx(s, t) + edge_4xx(s, t);
}

/* ---- APIs ------------------------------------------------------------------------------------ */

static double api_count(const struct metric_subject *s, aws_ms t) {
  return floor(BALANCED_REQUESTS * 0.6 * share(&s->w->apis, s->api) * wave(s, t));
}

static double api_5xx(const struct metric_subject *s, aws_ms t) {
  struct metric_subject origin = *s;
  double bad = 0.5 * sim_edge_error_rate(s->w, t);

  if (s->w->load_balancers.n) {
    origin.load_balancer = s->w->load_balancers.v[0];
    bad += 0.6 * spoiled(&origin, t);
  }
  return floor(api_count(s, t) * (0.0003 + bad));
}

static double api_4xx(const struct metric_subject *s, aws_ms t) {
  return floor(api_count(s, t) * 0.012);
}

static double api_integration_latency(const struct metric_subject *s, aws_ms t) {
  return 51 * wave(s, t) * (1 + 6 * sim_edge_error_rate(s->w, t));
}

static double api_latency(const struct metric_subject *s, aws_ms t) {
  return api_integration_latency(s, t) + 7;
}

static double api_bytes(const struct metric_subject *s, aws_ms t) {
  return api_count(s, t) * 7300;
}

/* ---- databases ------------------------------------------------------------------------------- */

static bool db_is_down(const struct sim_db_instance *db, aws_ms t) {
  return t + SIM_MINUTE > db->unavailable_since && t < db->unavailable_until;
}

static double db_cpu(const struct metric_subject *s, aws_ms t) {
  const double base = !s->db->cluster ? 24 : s->db->writer ? 41 : 18;
  return db_is_down(s->db, t) ? NAN : base * wave(s, t);
}

static double db_connections(const struct metric_subject *s, aws_ms t) {
  double tasks = 0;

  if (db_is_down(s->db, t))
    return 0;
  for (size_t i = 0; i < s->w->services.n && i < 64; i++)
    tasks += remember(s->w, s->w->services.v[i], t).running;
  return floor((s->db->cluster && !s->db->writer ? 4 : 9) * tasks * wave(s, t));
}

static double db_free_memory(const struct metric_subject *s, aws_ms t) {
  return 2.4 * GIB * (2 - wave(s, t));
}

/* Fills by a gibibyte a day. Aurora's storage is the cluster's. */
static double db_free_storage(const struct metric_subject *s, aws_ms t) {
  const double days = (double)(t - s->db->created) / (double)SIM_DAY;
  const double used = fmin(0.2 * s->db->allocated_gib + days, 0.6 * s->db->allocated_gib);
  return s->db->cluster ? NAN : (s->db->allocated_gib - used) * GIB;
}

static double db_reads(const struct metric_subject *s, aws_ms t) {
  return db_is_down(s->db, t) ? NAN : 140 * wave(s, t);
}

static double db_writes(const struct metric_subject *s, aws_ms t) {
  return db_is_down(s->db, t) ? NAN : s->db->cluster && !s->db->writer ? 1 : 64 * wave(s, t);
}

static double db_read_latency(const struct metric_subject *s, aws_ms t) {
  return 0.0006 * wave(s, t);
}

static double db_write_latency(const struct metric_subject *s, aws_ms t) {
  return 0.0013 * wave(s, t);
}

static double db_read_bytes(const struct metric_subject *s, aws_ms t) {
  return db_reads(s, t) * 8192;
}

static double db_write_bytes(const struct metric_subject *s, aws_ms t) {
  return db_writes(s, t) * 8192;
}

static double db_queue(const struct metric_subject *s, aws_ms t) {
  return s->db->cluster ? NAN : 0.2 * wave(s, t);
}

static double db_load(const struct metric_subject *s, aws_ms t) {
  return db_is_down(s->db, t) ? NAN : 0.9 * wave(s, t);
}

/* Milliseconds; of readers. */
static double db_replica_lag(const struct metric_subject *s, aws_ms t) {
  const bool reader = s->db->cluster && !s->db->writer;
  return !reader || db_is_down(s->db, t) ? NAN : 12 + 5 * chance(s, t, 4);
}

static const struct sim_db_cluster *serverless(const struct metric_subject *s) {
  const struct sim_db_cluster *c = s->db ? s->db->cluster : s->db_cluster;
  return c && c->serverless_max > 0 ? c : NULL;
}

static double db_capacity(const struct metric_subject *s, aws_ms t) {
  const struct sim_db_cluster *c = serverless(s);
  if (!c)
    return NAN;
  const double want =
      c->serverless_min + 0.25 * (c->serverless_max - c->serverless_min) * wave(s, t);
  return floor(want * 2) / 2; /* in half units */
}

static double db_capacity_used(const struct metric_subject *s, aws_ms t) {
  const struct sim_db_cluster *c = serverless(s);
  return c ? 100 * db_capacity(s, t) / c->serverless_max : NAN;
}

/* Of a cluster: the sum or mean of the members in the role that is asked for. */
static double of_members(const struct metric_subject *s, aws_ms t, metric_minute_fn of, bool mean) {
  double sum = 0;
  size_t n = 0;

  for (size_t i = 0; i < s->db_cluster->members.n; i++) {
    struct metric_subject one = *s;
    one.db = s->db_cluster->members.v[i];
    one.key = one.db->id;
    if (s->role && one.db->writer != (strcmp(s->role, "WRITER") == 0))
      continue;
    const double value = of(&one, t);
    if (isnan(value))
      continue;
    sum += value;
    n++;
  }
  return n == 0 ? NAN : mean ? sum / (double)n : sum;
}

static double cluster_db_cpu(const struct metric_subject *s, aws_ms t) {
  return of_members(s, t, db_cpu, true);
}

static double cluster_db_connections(const struct metric_subject *s, aws_ms t) {
  return of_members(s, t, db_connections, false);
}

static double cluster_db_lag(const struct metric_subject *s, aws_ms t) {
  return of_members(s, t, db_replica_lag, true);
}

static double cluster_volume(const struct metric_subject *s, aws_ms t) {
  return (38 + (double)(t - s->db_cluster->created) / (double)SIM_DAY * 0.1) * GIB;
}

/* ---- catalogue ------------------------------------------------------------------------------- */

#define EDGE(name, kind, fn)                                                                       \
  { "AWS/CloudFront", {"DistributionId", "Region"}, name, kind, fn, NULL }
#define BALANCER(name, kind, fn)                                                                   \
  { "AWS/ApplicationELB", {"LoadBalancer"}, name, kind, fn, NULL }
#define GROUP(name, kind, fn)                                                                      \
  { "AWS/ApplicationELB", {"LoadBalancer", "TargetGroup"}, name, kind, fn, NULL }
#define SERVICE(name, kind, fn)                                                                    \
  { "AWS/ECS", {"ClusterName", "ServiceName"}, name, kind, fn, NULL }
#define CLUSTER(name, kind, fn)                                                                    \
  { "AWS/ECS", {"ClusterName"}, name, kind, fn, NULL }
#define DB(name, kind, fn)                                                                         \
  { "AWS/RDS", {"DBInstanceIdentifier"}, name, kind, fn, NULL }
#define DB_CLUSTER(name, kind, fn)                                                                 \
  { "AWS/RDS", {"DBClusterIdentifier"}, name, kind, fn, NULL }
#define DB_ROLE(name, kind, fn)                                                                    \
  { "AWS/RDS", {"DBClusterIdentifier", "Role"}, name, kind, fn, NULL }
#define API(name, kind, fn)                                                                        \
  { "AWS/ApiGateway", {"ApiId"}, name, kind, fn, NULL }
#define API_SHARE(name, fn)                                                                        \
  { "AWS/ApiGateway", {"ApiId"}, name, METRIC_COUNTER, fn, api_count }
#define STAGE(name, kind, fn)                                                                      \
  { "AWS/ApiGateway", {"ApiId", "Stage"}, name, kind, fn, NULL }
#define STAGE_SHARE(name, fn)                                                                      \
  { "AWS/ApiGateway", {"ApiId", "Stage"}, name, METRIC_COUNTER, fn, api_count }

const struct metric_row metric_rows[] = {
    EDGE("Requests", METRIC_COUNTER, edge_requests),
    EDGE("BytesDownloaded", METRIC_COUNTER, edge_down),
    EDGE("BytesUploaded", METRIC_COUNTER, edge_up),
    EDGE("4xxErrorRate", METRIC_GAUGE, edge_4xx),
    EDGE("5xxErrorRate", METRIC_GAUGE, edge_5xx),
    EDGE("TotalErrorRate", METRIC_GAUGE, edge_errors),
    BALANCER("RequestCount", METRIC_COUNTER, requests),
    BALANCER("TargetResponseTime", METRIC_LATENCY, response_time),
    BALANCER("HTTPCode_Target_2XX_Count", METRIC_COUNTER, target_2xx),
    BALANCER("HTTPCode_Target_3XX_Count", METRIC_COUNTER, target_3xx),
    BALANCER("HTTPCode_Target_4XX_Count", METRIC_COUNTER, target_4xx),
    BALANCER("HTTPCode_Target_5XX_Count", METRIC_COUNTER, target_5xx),
    BALANCER("HTTPCode_ELB_4XX_Count", METRIC_COUNTER, lb_4xx),
    BALANCER("HTTPCode_ELB_5XX_Count", METRIC_COUNTER, lb_5xx),
    BALANCER("HTTPCode_ELB_502_Count", METRIC_COUNTER, lb_502),
    BALANCER("HTTPCode_ELB_503_Count", METRIC_COUNTER, lb_503),
    BALANCER("HTTPCode_ELB_504_Count", METRIC_COUNTER, lb_504),
    BALANCER("ActiveConnectionCount", METRIC_COUNTER, lb_active_connections),
    BALANCER("NewConnectionCount", METRIC_COUNTER, lb_new_connections),
    BALANCER("ProcessedBytes", METRIC_COUNTER, lb_bytes),
    BALANCER("ConsumedLCUs", METRIC_GAUGE, lb_capacity_units),
    GROUP("HealthyHostCount", METRIC_GAUGE, group_healthy),
    GROUP("UnHealthyHostCount", METRIC_GAUGE, group_unhealthy),
    GROUP("RequestCount", METRIC_COUNTER, requests),
    GROUP("RequestCountPerTarget", METRIC_COUNTER, group_requests_per_target),
    GROUP("TargetResponseTime", METRIC_LATENCY, response_time),
    GROUP("HTTPCode_Target_2XX_Count", METRIC_COUNTER, target_2xx),
    GROUP("HTTPCode_Target_3XX_Count", METRIC_COUNTER, target_3xx),
    GROUP("HTTPCode_Target_4XX_Count", METRIC_COUNTER, target_4xx),
    GROUP("HTTPCode_Target_5XX_Count", METRIC_COUNTER, target_5xx),
    SERVICE("CPUUtilization", METRIC_GAUGE, service_cpu),
    SERVICE("MemoryUtilization", METRIC_GAUGE, service_memory),
    CLUSTER("CPUUtilization", METRIC_GAUGE, cluster_cpu),
    CLUSTER("MemoryUtilization", METRIC_GAUGE, cluster_memory),
    DB("CPUUtilization", METRIC_GAUGE, db_cpu),
    DB("DatabaseConnections", METRIC_GAUGE, db_connections),
    DB("FreeableMemory", METRIC_GAUGE, db_free_memory),
    DB("FreeStorageSpace", METRIC_GAUGE, db_free_storage),
    DB("ReadIOPS", METRIC_GAUGE, db_reads),
    DB("WriteIOPS", METRIC_GAUGE, db_writes),
    DB("ReadLatency", METRIC_LATENCY, db_read_latency),
    DB("WriteLatency", METRIC_LATENCY, db_write_latency),
    DB("ReadThroughput", METRIC_GAUGE, db_read_bytes),
    DB("WriteThroughput", METRIC_GAUGE, db_write_bytes),
    DB("DiskQueueDepth", METRIC_GAUGE, db_queue),
    DB("DBLoad", METRIC_GAUGE, db_load),
    DB("AuroraReplicaLag", METRIC_GAUGE, db_replica_lag),
    DB("ServerlessDatabaseCapacity", METRIC_GAUGE, db_capacity),
    DB("ACUUtilization", METRIC_GAUGE, db_capacity_used),
    DB_CLUSTER("CPUUtilization", METRIC_GAUGE, cluster_db_cpu),
    DB_CLUSTER("DatabaseConnections", METRIC_GAUGE, cluster_db_connections),
    DB_CLUSTER("AuroraReplicaLagMaximum", METRIC_GAUGE, cluster_db_lag),
    DB_CLUSTER("VolumeBytesUsed", METRIC_GAUGE, cluster_volume),
    DB_CLUSTER("ServerlessDatabaseCapacity", METRIC_GAUGE, db_capacity),
    DB_CLUSTER("ACUUtilization", METRIC_GAUGE, db_capacity_used),
    DB_ROLE("CPUUtilization", METRIC_GAUGE, cluster_db_cpu),
    DB_ROLE("DatabaseConnections", METRIC_GAUGE, cluster_db_connections),
    API("Count", METRIC_COUNTER, api_count),
    API_SHARE("4xx", api_4xx),
    API_SHARE("5xx", api_5xx),
    API("Latency", METRIC_LATENCY, api_latency),
    API("IntegrationLatency", METRIC_LATENCY, api_integration_latency),
    API("DataProcessed", METRIC_COUNTER, api_bytes),
    STAGE("Count", METRIC_COUNTER, api_count),
    STAGE_SHARE("4xx", api_4xx),
    STAGE_SHARE("5xx", api_5xx),
    STAGE("Latency", METRIC_LATENCY, api_latency),
    STAGE("IntegrationLatency", METRIC_LATENCY, api_integration_latency),
    STAGE("DataProcessed", METRIC_COUNTER, api_bytes),
    {.name = NULL},
};
