/* ECS: clusters, services, tasks and task definitions.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ */
#include "sim/ecs.h"

#include <stdlib.h>

#define SERVICES_A_CALL 10
#define THINGS_A_CALL 100

void ecs_write_missing(struct sim_request *rq, const char *kind, const char *name) {
  const struct sim_world *w = rq->world;

  sim_begin(rq, NULL);
  if (!strncmp(name, "arn:", 4))
    sim_str(rq, "arn", name);
  else
    sim_strf(rq, "arn", "arn:aws:ecs:%s:%s:%s/%s", rq->region, w->account, kind, name);
  sim_str(rq, "reason", "MISSING");
  sim_end(rq);
}

/* The list of names of a Describe call; NULL: empty or too long, and an error was answered. */
static const cJSON *wanted_names(struct sim_request *rq, const char *parameter, const char *what,
                                 int max) {
  const cJSON *names = sim_in_list(rq, parameter);
  int n = cJSON_GetArraySize(names);

  if (!n)
    sim_error(rq, 400, "InvalidParameterException", "%s cannot be empty.", what);
  else if (n > max)
    sim_error(rq, 400, "InvalidParameterException", "%s cannot have more than %d elements.", what,
              max);
  return n && n <= max ? names : NULL;
}

/* ---- clusters -------------------------------------------------------------------------------- */

static void list_clusters(struct sim_request *rq) {
  const struct sim_world *w = rq->world;
  struct sim_page page;

  if (!sim_page(rq, "nextToken", "maxResults", THINGS_A_CALL, w->clusters.n, &page))
    return;
  sim_list(rq, "clusterArns", NULL);
  for (size_t i = page.first; i < page.end; i++) {
    const struct sim_cluster *c = w->clusters.v[i];
    sim_str(rq, NULL, c->arn);
  }
  sim_end(rq);
  sim_next(rq, "nextToken", &page);
}

static void write_pair(struct sim_request *rq, const char *name, const char *value) {
  sim_begin(rq, NULL);
  sim_str(rq, "name", name);
  sim_str(rq, "value", value);
  sim_end(rq);
}

static void write_statistics(struct sim_request *rq, int running, int pending, size_t services) {
  const struct {
    const char *name;
    int64_t value;
  } rows[] = {{"runningEC2TasksCount", 0},    {"runningFargateTasksCount", running},
              {"pendingEC2TasksCount", 0},    {"pendingFargateTasksCount", pending},
              {"activeEC2ServiceCount", 0},   {"activeFargateServiceCount", (int64_t)services},
              {"drainingEC2ServiceCount", 0}, {"drainingFargateServiceCount", 0}};

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    sim_begin(rq, NULL);
    sim_str(rq, "name", rows[i].name);
    sim_strf(rq, "value", "%lld", (long long)rows[i].value);
    sim_end(rq);
  }
}

static void write_cluster(struct sim_request *rq, const struct sim_cluster *c) {
  int running = 0, pending = 0;

  for (size_t i = 0; i < c->services.n; i++) {
    running += sim_count_running(c->services.v[i], NULL);
    pending += sim_count_pending(c->services.v[i], NULL);
  }
  sim_begin(rq, NULL);
  sim_str(rq, "clusterArn", c->arn);
  sim_str(rq, "clusterName", c->name);
  sim_str(rq, "status", "ACTIVE");
  sim_int(rq, "registeredContainerInstancesCount", 0);
  sim_int(rq, "runningTasksCount", running);
  sim_int(rq, "pendingTasksCount", pending);
  sim_int(rq, "activeServicesCount", (int64_t)c->services.n);
  sim_list(rq, "statistics", NULL);
  if (ecs_includes(rq, "STATISTICS"))
    write_statistics(rq, running, pending, c->services.n);
  sim_end(rq);
  if (ecs_includes(rq, "TAGS"))
    ecs_write_tags(rq, "tags");
  else
    sim_empty_list(rq, "tags");
  sim_list(rq, "settings", NULL);
  if (ecs_includes(rq, "SETTINGS"))
    write_pair(rq, "containerInsights", "disabled");
  sim_end(rq);
  sim_list(rq, "capacityProviders", NULL);
  sim_str(rq, NULL, "FARGATE");
  sim_str(rq, NULL, "FARGATE_SPOT");
  sim_end(rq);
  sim_empty_list(rq, "defaultCapacityProviderStrategy");
  sim_end(rq);
}

static void describe_clusters(struct sim_request *rq) {
  const cJSON *names = sim_in_list(rq, "clusters"), *name;
  bool asked = cJSON_GetArraySize(names) > 0;

  if (asked && !wanted_names(rq, "clusters", "Clusters", THINGS_A_CALL))
    return;
  sim_list(rq, "clusters", NULL);
  if (!asked && sim_find_cluster(rq->world, NULL))
    write_cluster(rq, sim_find_cluster(rq->world, NULL));
  cJSON_ArrayForEach(name, names) {
    const struct sim_cluster *c = sim_find_cluster(rq->world, sim_item_str(name));
    if (c)
      write_cluster(rq, c);
  }
  sim_end(rq);
  sim_list(rq, "failures", NULL);
  if (!asked && !sim_find_cluster(rq->world, NULL))
    ecs_write_missing(rq, "cluster", "default");
  cJSON_ArrayForEach(name, names) if (!sim_find_cluster(rq->world, sim_item_str(name)))
      ecs_write_missing(rq, "cluster", sim_item_str(name));
  sim_end(rq);
}

/* ---- services -------------------------------------------------------------------------------- */

static bool only_others(const struct sim_request *rq) {
  const char *launch = sim_in_str(rq, "launchType"),
             *strategy = sim_in_str(rq, "schedulingStrategy");

  return (launch && strcmp(launch, "FARGATE") != 0) ||
         (strategy && strcmp(strategy, "REPLICA") != 0);
}

static void list_services(struct sim_request *rq) {
  const struct sim_cluster *c = ecs_wanted_cluster(rq);
  struct sim_page page;

  if (!c || !sim_page(rq, "nextToken", "maxResults", SERVICES_A_CALL,
                      only_others(rq) ? 0 : c->services.n, &page))
    return;
  sim_list(rq, "serviceArns", NULL);
  for (size_t i = page.first; i < page.end; i++) {
    const struct sim_service *s = c->services.v[i];
    sim_str(rq, NULL, s->arn);
  }
  sim_end(rq);
  sim_next(rq, "nextToken", &page);
}

static void describe_services(struct sim_request *rq) {
  const struct sim_cluster *c = ecs_wanted_cluster(rq);
  const cJSON *names, *name;

  if (!c)
    return;
  names = wanted_names(rq, "services", "Services", SERVICES_A_CALL);
  if (!names)
    return;
  sim_list(rq, "services", NULL);
  cJSON_ArrayForEach(name, names) {
    const struct sim_service *s = sim_find_service(c, sim_item_str(name));
    if (!s)
      continue;
    sim_begin(rq, NULL);
    ecs_write_service(rq, s);
    sim_end(rq);
  }
  sim_end(rq);
  sim_list(rq, "failures", NULL);
  cJSON_ArrayForEach(name, names) if (!sim_find_service(c, sim_item_str(name)))
      ecs_write_missing(rq, "service", sim_item_str(name));
  sim_end(rq);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

/* What ListTasks lets through, and up to where it has listed: tasks are listed in order of seq. */
struct task_filter {
  const struct sim_service *service;
  const char *family, *started_by;
  bool stopped, nothing;
  uint64_t after;
};

static bool read_filter(struct sim_request *rq, const struct sim_cluster *c,
                        struct task_filter *f) {
  const char *service = sim_in_str(rq, "serviceName"), *status = sim_in_str(rq, "desiredStatus");

  f->family = sim_in_str(rq, "family");
  f->started_by = sim_in_str(rq, "startedBy");
  f->stopped = status && !strcmp(status, "STOPPED");
  f->nothing = only_others(rq) || sim_in_has(rq, "containerInstance") ||
               (status && !strcmp(status, "PENDING"));
  if (service) {
    f->service = sim_find_service(c, service);
    if (!f->service) {
      sim_error(rq, 400, "ServiceNotFoundException", "Service not found.");
      return false;
    }
  }
  return sim_token_read(rq, "nextToken", &f->after);
}

static bool passes(const struct task_filter *f, const struct sim_task *t) {
  return t->seq > f->after && t->stop_wanted == f->stopped &&
         (!f->family || !strcmp(f->family, t->definition->family)) &&
         (!f->started_by || !strcmp(f->started_by, t->deployment));
}

static int by_seq(const void *a, const void *b) {
  const struct sim_task *x = *(struct sim_task *const *)a, *y = *(struct sim_task *const *)b;

  return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static size_t add_passing(const struct task_filter *f, const struct sim_vec *tasks,
                          struct sim_task **out, size_t n) {
  for (size_t i = 0; i < tasks->n; i++)
    if (passes(f, tasks->v[i]))
      out[n++] = tasks->v[i];
  return n;
}

/* All that pass, by seq, in the request's arena; NULL: out of memory. */
static struct sim_task **select_tasks(struct sim_request *rq, const struct sim_cluster *c,
                                      const struct task_filter *f, size_t *n) {
  size_t all = 1;

  for (size_t i = 0; i < c->services.n; i++) {
    const struct sim_service *s = c->services.v[i];
    all += s->tasks.n + s->stopped.n;
  }
  struct sim_task **found = aws_arena_alloc_n(rq->arena, all, sizeof *found);
  *n = 0;
  for (size_t i = 0; found && !f->nothing && i < c->services.n; i++) {
    const struct sim_service *s = c->services.v[i];
    if (f->service && s != f->service)
      continue;
    *n = add_passing(f, &s->tasks, found, *n);
    *n = add_passing(f, &s->stopped, found, *n);
  }
  if (found && *n)
    qsort(found, *n, sizeof *found, by_seq);
  return found;
}

static void list_tasks(struct sim_request *rq) {
  const struct sim_cluster *c = ecs_wanted_cluster(rq);
  struct task_filter f = {0};
  size_t n, max = (size_t)sim_in_int(rq, "maxResults", THINGS_A_CALL);

  if (!c || !read_filter(rq, c, &f))
    return;
  struct sim_task **tasks = select_tasks(rq, c, &f, &n);
  if (!tasks) {
    sim_error(rq, 500, "ServerException", "out of memory");
    return;
  }
  sim_list(rq, "taskArns", NULL);
  for (size_t i = 0; i < n && i < max; i++)
    sim_strf(rq, NULL, "arn:aws:ecs:%s:%s:task/%s/%s", rq->world->region, rq->world->account,
             c->name, tasks[i]->id);
  sim_end(rq);
  if (n > max)
    sim_token_write(rq, "nextToken", tasks[max - 1]->seq);
}

static const struct sim_task *task_of(const struct sim_request *rq, const struct sim_cluster *c,
                                      const char *id) {
  const struct sim_task *t = sim_find_task(rq->world, id);

  return t && t->service->cluster == c ? t : NULL;
}

static void describe_tasks(struct sim_request *rq) {
  const struct sim_cluster *c = ecs_wanted_cluster(rq);
  const cJSON *ids, *id;
  const char *kind = "task";

  if (!c)
    return;
  ids = wanted_names(rq, "tasks", "Tasks", THINGS_A_CALL);
  if (!ids)
    return;
  sim_list(rq, "tasks", NULL);
  cJSON_ArrayForEach(id, ids) {
    const struct sim_task *t = task_of(rq, c, sim_item_str(id));
    if (!t)
      continue;
    sim_begin(rq, NULL);
    ecs_write_task(rq, t);
    sim_end(rq);
  }
  sim_end(rq);
  sim_list(rq, "failures", NULL);
  cJSON_ArrayForEach(id, ids) if (!task_of(rq, c, sim_item_str(id)))
      ecs_write_missing(rq, kind, sim_item_str(id));
  sim_end(rq);
}

/* ---- task definitions ------------------------------------------------------------------------ */

static void describe_task_definition(struct sim_request *rq) {
  const struct sim_task_definition *d =
      sim_find_definition(rq->world, sim_in_str(rq, "taskDefinition"));

  if (!d) {
    sim_error(rq, 400, "ClientException", "Unable to describe task definition.");
    return;
  }
  sim_begin(rq, "taskDefinition");
  ecs_write_definition(rq, d);
  sim_end(rq);
  if (ecs_includes(rq, "TAGS"))
    ecs_write_tags(rq, "tags");
  else
    sim_empty_list(rq, "tags");
}

static bool listed(const struct sim_request *rq, const struct sim_task_definition *d) {
  const char *family = sim_in_str(rq, "familyPrefix"), *status = sim_in_str(rq, "status");

  if (family && strcmp(family, d->family) != 0)
    return false;
  return !strcmp(status ? status : "ACTIVE", d->active ? "ACTIVE" : "INACTIVE");
}

static void list_task_definitions(struct sim_request *rq) {
  const struct sim_world *w = rq->world;
  const struct sim_task_definition **found =
      aws_arena_alloc_n(rq->arena, w->task_definitions.n + 1, sizeof *found);
  const char *sort = sim_in_str(rq, "sort");
  bool down = sort && !strcmp(sort, "DESC");
  struct sim_page page;
  size_t n = 0;

  for (size_t i = 0; found && i < w->task_definitions.n; i++) {
    const struct sim_task_definition *d =
        w->task_definitions.v[down ? w->task_definitions.n - 1 - i : i];
    if (listed(rq, d))
      found[n++] = d;
  }
  if (!sim_page(rq, "nextToken", "maxResults", THINGS_A_CALL, n, &page))
    return;
  sim_list(rq, "taskDefinitionArns", NULL);
  for (size_t i = page.first; found && i < page.end; i++)
    sim_str(rq, NULL, found[i]->arn);
  sim_end(rq);
  sim_next(rq, "nextToken", &page);
}

/* ---- the table ------------------------------------------------------------------------------- */

#define PAGE_PARAMS                                                                                \
  {.name = "maxResults", .kind = SIM_P_INT, .min = 1, .max = 100}, {                               \
    .name = "nextToken", .kind = SIM_P_STR                                                         \
  }

static const char *const launch_types[] = {"EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES", NULL};
static const char *const strategies[] = {"REPLICA", "DAEMON", NULL};
static const char *const task_statuses[] = {"RUNNING", "PENDING", "STOPPED", NULL};
static const char *const definition_statuses[] = {"ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS", NULL};
static const char *const orders[] = {"ASC", "DESC", NULL};
static const char *const tags[] = {"TAGS", NULL};
static const char *const cluster_fields[] = {"ATTACHMENTS", "CONFIGURATIONS", "SETTINGS",
                                             "STATISTICS",  "TAGS",           NULL};

static const struct sim_param list_clusters_params[] = {PAGE_PARAMS};
static const struct sim_param describe_clusters_params[] = {
    {.name = "clusters", .kind = SIM_P_LIST},
    {.name = "include", .kind = SIM_P_LIST, .allowed = cluster_fields},
};
static const struct sim_param list_services_params[] = {
    PAGE_PARAMS,
    {.name = "cluster", .kind = SIM_P_STR},
    {.name = "launchType", .kind = SIM_P_STR, .allowed = launch_types},
    {.name = "schedulingStrategy", .kind = SIM_P_STR, .allowed = strategies},
};
static const struct sim_param describe_services_params[] = {
    {.name = "cluster", .kind = SIM_P_STR},
    {.name = "services", .kind = SIM_P_LIST, .required = true},
    {.name = "include", .kind = SIM_P_LIST, .allowed = tags},
};
static const struct sim_param list_tasks_params[] = {
    PAGE_PARAMS,
    {.name = "cluster", .kind = SIM_P_STR},
    {.name = "serviceName", .kind = SIM_P_STR},
    {.name = "family", .kind = SIM_P_STR},
    {.name = "startedBy", .kind = SIM_P_STR},
    {.name = "containerInstance", .kind = SIM_P_STR},
    {.name = "desiredStatus", .kind = SIM_P_STR, .allowed = task_statuses},
    {.name = "launchType", .kind = SIM_P_STR, .allowed = launch_types},
};
static const struct sim_param describe_tasks_params[] = {
    {.name = "cluster", .kind = SIM_P_STR},
    {.name = "tasks", .kind = SIM_P_LIST, .required = true},
    {.name = "include", .kind = SIM_P_LIST, .allowed = tags},
};
static const struct sim_param describe_task_definition_params[] = {
    {.name = "taskDefinition", .kind = SIM_P_STR, .required = true},
    {.name = "include", .kind = SIM_P_LIST, .allowed = tags},
};
static const struct sim_param list_task_definitions_params[] = {
    PAGE_PARAMS,
    {.name = "familyPrefix", .kind = SIM_P_STR},
    {.name = "status", .kind = SIM_P_STR, .allowed = definition_statuses},
    {.name = "sort", .kind = SIM_P_STR, .allowed = orders},
};

const struct sim_op sim_ops_ecs[] = {
    {"ListClusters", list_clusters, .SIM_PARAMS(list_clusters_params)},
    {"DescribeClusters", describe_clusters, .SIM_PARAMS(describe_clusters_params)},
    {"ListServices", list_services, .SIM_PARAMS(list_services_params)},
    {"DescribeServices", describe_services, .SIM_PARAMS(describe_services_params)},
    {"ListTasks", list_tasks, .SIM_PARAMS(list_tasks_params)},
    {"DescribeTasks", describe_tasks, .SIM_PARAMS(describe_tasks_params)},
    {"DescribeTaskDefinition", describe_task_definition,
     .SIM_PARAMS(describe_task_definition_params)},
    {"ListTaskDefinitions", list_task_definitions, .SIM_PARAMS(list_task_definitions_params)},
    {"UpdateService", ecs_update_service, .SIM_PARAMS(ecs_update_service_params)},
    {.name = NULL},
};
