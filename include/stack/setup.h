/* One stack as the configuration names it. Plain data: the tui reads the file and fills it. */
#ifndef CAWSOLE_STACK_SETUP_H
#define CAWSOLE_STACK_SETUP_H

#include "aws/base.h"

/* What is filtered: the kind's plural name and a shell pattern (fnmatch) on the thing's name;
 * things of a kind that has patterns are kept when one matches. */
struct stack_filter {
  char *kind, *pattern;
};

/* A link that cannot be found by following references: an origin's name to a load balancer. */
struct stack_link {
  char *from, *to; /* "shop-origin.example.com", "web-alb" (a load balancer's or API's name) */
};

struct stack_thresholds {    /* 0: not rated */
  double error_rate_percent; /* CloudFront 5xxErrorRate, ALB 5xx of all requests; default 5 */
  double latency_ms;         /* ALB p95; default 0 */
  double cpu_percent;        /* ECS and RDS; default 90 */
  double memory_percent;     /* ECS; default 90 */
  double free_storage_gib;   /* RDS; default 0 */
};

struct stack_config {
  char *name;    /* "default" when no file names one */
  char *profile; /* NULL: as given on the command line or in the environment */
  char *region;
  char *account;     /* 12 digits: the pin, or NULL */
  char *environment; /* "production", "staging", ...; NULL counts as production */
  bool production;   /* environment is NULL or begins with "prod", "Prod", ... */
  bool read_only;
  bool reveal_forbidden;
  char *parameters_path; /* "/shop/prod": only below it; NULL: all */
  int interval_s;        /* of what is on screen; 0: 5. Others follow from it */
  bool metrics;          /* false: CloudWatch metrics are never asked for (they cost money) */
  struct stack_filter *filters;
  size_t nfilters;
  struct stack_link *links;
  size_t nlinks;
  struct stack_thresholds thresholds;
  char *audit_path; /* journal file; NULL: $XDG_STATE_HOME/cawsole/audit.jsonl */
};

void stack_config_init(struct stack_config *c); /* defaults */
void stack_config_done(struct stack_config *c);
/* A copy of every text. False: no memory; *to is to be given back all the same. */
bool stack_config_copy(struct stack_config *to, const struct stack_config *from);

#endif
