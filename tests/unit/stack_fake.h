/* An AWS of a few lines for the stack's tests: a clock that is turned by hand, timers, and calls
 * that are answered from a table. It takes the place of the client and of the loop's wait. */
#ifndef CAWSOLE_TESTS_UNIT_STACK_FAKE_H
#define CAWSOLE_TESTS_UNIT_STACK_FAKE_H

#include "stack/path.h"
#include "stack/state.h"
#include "stack/timeline.h"

/* The first row that fits answers: same operation, and `has` is part of the input's JSON text. */
struct fake_answer {
  const char *op;
  const char *has;      /* NULL: whatever is asked */
  const char *items;    /* JSON array of items, or of texts for list operations; NULL: no items */
  int pages;            /* the items again on each of so many pages; 0: 1 */
  enum aws_errc error;  /* instead of items */
  const char *aws_code; /* of the error */
};

#define FAKE_START 1768474800000 /* 2026-01-15T11:00:00Z */

/* Rows in front hide those behind them. Both are borrowed. NULL: nothing. */
void fake_answers(const struct fake_answer *rows, size_t n, const struct fake_answer *more,
                  size_t m);
struct stack *fake_stack(const struct stack_config *cfg, bool once);
struct stack *fake_settled(const struct stack_config *cfg); /* live, with its first fill done */
void fake_free(struct stack *s);
/* Lets time pass: calls take `latency` ms (1 unless set), timers come due. */
void fake_pass(struct stack *s, aws_ms ms);
void fake_latency(aws_ms ms);
void fake_no_timers(bool none); /* no memory for any */
/* The keeper found keys, or (err) none. */
void fake_keys(const struct aws_creds *creds, const struct aws_error *err);
aws_ms fake_now(void); /* monotonic */
/* The region that the settings name ("eu-west-1" unless set), or NULL, and the one that the
 * instance is in; NULL: this is none. */
void fake_region(const char *named, const char *found);

/* Names that have addresses, which come `after` ms; no other has any. Borrowed. */
struct fake_name {
  const char *host;
  const char *addrs[4]; /* NULL at the end */
  aws_ms after;
};
void fake_names(const struct fake_name *rows, size_t n);

/* What was sent since fake_forget(): HTTP requests, pages counted one by one. */
size_t fake_sent(const char *op); /* NULL: all */
void fake_forget(void);
const char *fake_last_input(const char *op); /* "" when it was not sent */
const char *fake_last_region(const char *op);
bool fake_was_sent(const char *op, const char *has); /* has: part of the input's JSON text */
size_t fake_most_in_flight(const char *op);

/* Everything that a small stack has, well and steady: one of each kind. */
extern const struct fake_answer fake_shop[];
extern const size_t fake_shop_n;

#define FAKE_ARN(service, rest) "arn:aws:" service ":eu-west-1:123456789012:" rest
#define FAKE_LB FAKE_ARN("elasticloadbalancing", "loadbalancer/app/front/50dc6c495c0c9188")
#define FAKE_LISTENER FAKE_ARN("elasticloadbalancing", "listener/app/front/50dc6c495c0c9188/1")
#define FAKE_GROUP FAKE_ARN("elasticloadbalancing", "targetgroup/web/73e2d6bc24d8a067")
#define FAKE_CLUSTER FAKE_ARN("ecs", "cluster/shop")
#define FAKE_GROUP_CHECKS                                                                          \
  "\"Protocol\":\"HTTP\",\"HealthCheckProtocol\":\"HTTP\",\"HealthCheckPath\":\"/health\""
#define FAKE_SERVICE FAKE_ARN("ecs", "service/shop/web")
#define FAKE_TASKDEF(rev) FAKE_ARN("ecs", "task-definition/web:" rev)
#define FAKE_DISTRIBUTION "arn:aws:cloudfront::123456789012:distribution/E1"

#endif
