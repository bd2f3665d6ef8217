/* The request path: CloudFront -> API / S3 -> ALB -> ECS -> databases, and Parameter Store beside
 * it, found by following references; each hop rated, the first faulty one marked.
 */
#ifndef CAWSOLE_STACK_PATH_H
#define CAWSOLE_STACK_PATH_H

#include "stack/model.h"

enum stack_hop_kind {
  STACK_HOP_CDN,
  STACK_HOP_API,
  STACK_HOP_ALB,
  STACK_HOP_ECS,
  STACK_HOP_DB,
  STACK_HOP_S3,
  STACK_HOP_SSM,
  STACK_HOPS
};

#define STACK_HOP_FACTS 3

struct stack_hop {
  enum stack_hop_kind kind;
  const char *title; /* "CloudFront" "API" "ALB" "ECS" "RDS"/"Aurora"/"Databases" "S3" "SSM" */
  bool present;      /* there is such a thing here */
  bool beside;       /* drawn apart from the chain: S3, SSM */
  bool moving;       /* a rollout, an invalidation, a failover is under way */
  bool first_fault;  /* the hop to look at */
  /* As it was at as_of. stale: since then something that it is judged by could not be read, or is
   * overdue. What is too old to stand for the present is STACK_UNKNOWN. */
  struct stack_rating rating;
  bool stale;
  aws_ms as_of;                    /* wall; the oldest reading that it is judged by; 0: none */
  char stale_why[40];              /* "throttled", "no connection", "overdue"; "" when fresh */
  char facts[STACK_HOP_FACTS][40]; /* short: "310 rps", "p95 412ms", "web 3/5"; "" when unknown */
  bool facts_stale;                /* some of them are older than they should be */
  enum stack_kind worst_kind;      /* where the worst thing is: Enter goes there */
  struct aws_str worst_id;
  size_t count; /* things of this hop */
};

struct stack_path {
  struct stack_hop hops[STACK_HOPS]; /* in request order, beside ones last */
  size_t n;
  enum stack_level level; /* UNKNOWN as soon as nothing at all can be read */
  char summary[200];      /* "degraded: ALB web 3/5 healthy", "unknown: no connection since 12:01";
                             "" when all is well */
  bool stale;             /* some hop that is present is: the level may no longer be true */
  aws_ms as_of;           /* the oldest of those; 0: fresh, or never read */
  char stale_why[64];     /* "ECS throttled", "no connection"; "" when fresh */
  char since[200]; /* what happened when the fault that the summary names began: "since 12:01:
                      ECS web rev 42 rolling out, 2 targets unhealthy (502)"; "" when nothing
                      is known to have happened */
  aws_ms since_at; /* its onset; 0: none, or not known */
  size_t alarms;   /* in ALARM */
};
const struct stack_path *stack_path(const struct stack *s);

/* The hop that the operator should look at; NULL: all is well. */
const struct stack_hop *stack_path_fault(const struct stack *s);
/* The one ECS service behind a target group, a target, a load balancer or a task, or the service
 * itself. Where there are several or none, and the thing is what the path finds at fault: the
 * service at fault. Else NULL, and *n says how many there are. */
const struct stack_row *stack_service_behind(const struct stack *s, enum stack_kind k,
                                             struct aws_str id, size_t *n);
/* The one behind what the path finds at fault, whose rollout began it, or which alone is not well;
 * NULL: no service is, or nothing tells which. */
const struct stack_row *stack_service_at_fault(const struct stack *s);

/* References that were followed, for the describe view and the JSON: from a thing to the next one.
 * to.p == NULL: it could not be joined; why says so. */
struct stack_ref {
  enum stack_kind from_kind, to_kind;
  struct aws_str from, to;
  char what[48]; /* "origin api", "listener 443", "secret DB_PASSWORD" */
  char why[160]; /* how it was joined ("by DNS name"), or why not */
};
size_t stack_refs(const struct stack *s, const struct stack_ref **out);

#endif
