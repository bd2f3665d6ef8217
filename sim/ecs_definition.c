/* Task definitions as ECS describes them. */
#include "sim/ecs.h"

#include <stdio.h>
#include <stdlib.h>

static void write_pairs(struct sim_request *rq, const char *list, const char *value,
                        const struct sim_vec *pairs) {
  sim_list(rq, list, NULL);
  for (size_t i = 0; i < pairs->n; i++) {
    const struct sim_env *e = pairs->v[i];
    sim_begin(rq, NULL);
    sim_str(rq, "name", e->name);
    sim_str(rq, value, e->value);
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_ports(struct sim_request *rq, const struct sim_task_definition *d) {
  sim_list(rq, "portMappings", NULL);
  if (d->port) {
    sim_begin(rq, NULL);
    sim_int(rq, "containerPort", d->port);
    sim_int(rq, "hostPort", d->port);
    sim_str(rq, "protocol", "tcp");
    sim_strf(rq, "name", "%s-%d-tcp", d->container, d->port);
    sim_str(rq, "appProtocol", "http");
    sim_end(rq);
  }
  sim_end(rq);
}

static void write_logs(struct sim_request *rq, const struct sim_task_definition *d) {
  sim_begin(rq, "logConfiguration");
  sim_str(rq, "logDriver", "awslogs");
  sim_begin(rq, "options");
  sim_str(rq, "awslogs-group", d->log_group);
  sim_str(rq, "awslogs-region", rq->world->region);
  sim_str(rq, "awslogs-stream-prefix", "ecs");
  sim_end(rq);
  sim_empty_list(rq, "secretOptions");
  sim_end(rq);
}

static void write_health_check(struct sim_request *rq, const struct sim_task_definition *d) {
  sim_begin(rq, "healthCheck");
  sim_list(rq, "command", NULL);
  sim_str(rq, NULL, "CMD-SHELL");
  if (d->port)
    sim_strf(rq, NULL, "curl -f http://localhost:%d/health || exit 1", d->port);
  else
    sim_str(rq, NULL, "test -f /tmp/alive || exit 1");
  sim_end(rq);
  sim_int(rq, "interval", 30);
  sim_int(rq, "timeout", 5);
  sim_int(rq, "retries", 3);
  sim_int(rq, "startPeriod", 10);
  sim_end(rq);
}

/* "node,worker.js": the words of the command. */
static void write_command(struct sim_request *rq, const char *command) {
  struct aws_str rest = aws_str_from(command);

  sim_list(rq, "command", NULL);
  while (rest.n)
    sim_strn(rq, NULL, aws_str_split(&rest, ','));
  sim_end(rq);
}

static void write_container(struct sim_request *rq, const struct sim_task_definition *d) {
  sim_begin(rq, NULL);
  sim_str(rq, "name", d->container);
  sim_str(rq, "image", d->image);
  sim_int(rq, "cpu", strtol(d->cpu, NULL, 10));
  sim_int(rq, "memory", strtol(d->memory, NULL, 10));
  write_ports(rq, d);
  sim_bool(rq, "essential", true);
  if (d->command)
    write_command(rq, d->command);
  write_pairs(rq, "environment", "value", &d->environment);
  sim_empty_list(rq, "mountPoints");
  sim_empty_list(rq, "volumesFrom");
  write_pairs(rq, "secrets", "valueFrom", &d->secrets);
  sim_int(rq, "stopTimeout", 30);
  sim_bool(rq, "readonlyRootFilesystem", true);
  write_logs(rq, d);
  write_health_check(rq, d);
  sim_empty_list(rq, "systemControls");
  sim_end(rq);
}

static void write_requires(struct sim_request *rq) {
  static const char *const names[] = {"com.amazonaws.ecs.capability.logging-driver.awslogs",
                                      "ecs.capability.execution-role-awslogs",
                                      "com.amazonaws.ecs.capability.ecr-auth",
                                      "ecs.capability.execution-role-ecr-pull",
                                      "ecs.capability.container-health-check",
                                      "ecs.capability.secrets.ssm.environment-variables",
                                      "ecs.capability.task-eni",
                                      "com.amazonaws.ecs.capability.task-iam-role"};

  sim_list(rq, "requiresAttributes", NULL);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    sim_begin(rq, NULL);
    sim_str(rq, "name", names[i]);
    sim_end(rq);
  }
  sim_end(rq);
}

void ecs_write_definition(struct sim_request *rq, const struct sim_task_definition *d) {
  const struct sim_world *w = rq->world;

  sim_str(rq, "taskDefinitionArn", d->arn);
  sim_list(rq, "containerDefinitions", NULL);
  write_container(rq, d);
  sim_end(rq);
  sim_str(rq, "family", d->family);
  sim_strf(rq, "taskRoleArn", "arn:aws:iam::%s:role/%s-task", w->account, d->family);
  sim_strf(rq, "executionRoleArn", "arn:aws:iam::%s:role/%s-execution", w->account, d->family);
  sim_str(rq, "networkMode", "awsvpc");
  sim_int(rq, "revision", d->revision);
  sim_empty_list(rq, "volumes");
  sim_str(rq, "status", d->active ? "ACTIVE" : "INACTIVE");
  write_requires(rq);
  sim_empty_list(rq, "placementConstraints");
  sim_list(rq, "compatibilities", NULL);
  sim_str(rq, NULL, "EC2");
  sim_str(rq, NULL, "FARGATE");
  sim_end(rq);
  sim_begin(rq, "runtimePlatform");
  sim_str(rq, "cpuArchitecture", "X86_64");
  sim_str(rq, "operatingSystemFamily", "LINUX");
  sim_end(rq);
  sim_list(rq, "requiresCompatibilities", NULL);
  sim_str(rq, NULL, "FARGATE");
  sim_end(rq);
  sim_str(rq, "cpu", d->cpu);
  sim_str(rq, "memory", d->memory);
  sim_time(rq, "registeredAt", d->registered);
  sim_strf(rq, "registeredBy", "arn:aws:sts::%s:assumed-role/deploy/pipeline", w->account);
  sim_bool(rq, "enableFaultInjection", false);
}
