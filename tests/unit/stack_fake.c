#include "config.h"

#include "stack_fake.h"

#include "stack/derived.h"

#include <stdio.h>
#include <stdlib.h>

enum { CALLS_MAX = 4096, TIMERS_MAX = 64, SENT_MAX = 40000 };
#define NEVER INT64_MAX

struct aws_call {
  const struct aws_op *op;
  cJSON *in;
  aws_page_fn on_page;
  aws_done_fn on_done;
  void *arg;
  char region[24];
  aws_ms due; /* NEVER: held back, see aws_client_only */
  bool cancelled;
};
struct aws_timer {
  aws_ms at;
  aws_timer_fn fn;
  void *arg;
};
struct aws_client {
  const struct aws_op *only;
  aws_sent_fn fn;
  void *arg;
};
struct sent {
  const struct aws_op *op;
  char region[24];
  char *input;
};

static struct {
  aws_ms mono, latency;
  const struct fake_answer *rows[2];
  size_t nrows[2];
  struct aws_call *calls[CALLS_MAX];
  size_t ncalls;
  struct aws_timer *timers[TIMERS_MAX];
  size_t ntimers;
  struct sent sent[SENT_MAX];
  size_t nsent;
  size_t most[64];
  const struct aws_op *most_op[64];
  struct aws_client client;
  bool no_timers;
} f = {.mono = 1000, .latency = 1};

/* ---- clock and timers ------------------------------------------------------------------------ */

static aws_ms mono(void *arg) {
  (void)arg;
  return f.mono;
}

static aws_ms wall(void *arg) {
  (void)arg;
  return FAKE_START + f.mono;
}

static const struct aws_clock fake_clock = {wall, mono, NULL};

aws_ms fake_now(void) {
  return f.mono;
}

struct aws_timer *aws_io_timer(struct aws_io *io, aws_ms at, aws_timer_fn fn, void *arg) {
  (void)io;
  if (f.no_timers)
    return NULL;
  struct aws_timer *t = calloc(1, sizeof *t);
  if (!t || f.ntimers == TIMERS_MAX)
    abort();
  *t = (struct aws_timer){at, fn, arg};
  f.timers[f.ntimers++] = t;
  return t;
}

void aws_io_timer_cancel(struct aws_io *io, struct aws_timer *t) {
  (void)io;
  for (size_t i = 0; i < f.ntimers; i++)
    if (f.timers[i] == t) {
      f.timers[i] = f.timers[--f.ntimers];
      free(t);
      return;
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

static struct {
  const struct fake_name *rows;
  size_t n, under_way;
} names;

struct lookup {
  const struct fake_name *name;
  aws_resolve_fn fn;
  void *arg;
};

void fake_names(const struct fake_name *rows, size_t n) {
  names.rows = rows;
  names.n = n;
}

static void looked_up(void *arg) {
  struct lookup l = *(struct lookup *)arg;
  struct aws_str addrs[4];
  size_t n = 0;
  free(arg);
  names.under_way--;
  for (; n < 4 && l.name->addrs[n]; n++)
    addrs[n] = aws_str_from(l.name->addrs[n]);
  l.fn(l.arg, addrs, n, NULL);
}

bool aws_io_resolve(struct aws_io *io, struct aws_str host, aws_resolve_fn fn, void *arg) {
  for (size_t i = 0; i < names.n; i++)
    if (aws_str_eq_c(host, names.rows[i].host)) {
      struct lookup *l = malloc(sizeof *l);
      if (!l)
        abort();
      *l = (struct lookup){&names.rows[i], fn, arg};
      names.under_way++;
      return aws_io_timer(io, f.mono + l->name->after, looked_up, l) != NULL;
    }
  return false;
}

/* ---- settings and credentials ---------------------------------------------------------------- */

static const char *region = "eu-west-1", *found_region;

const char *aws_settings_region(const struct aws_settings *s) {
  (void)s;
  return region;
}

const char *aws_settings_profile(const struct aws_settings *s) {
  (void)s;
  return "default";
}

struct region_search {
  aws_region_fn fn;
  void *arg;
} region_search;

void fake_region(const char *named, const char *found) {
  region = named;
  found_region = found;
}

static void tell_region(void *arg) {
  (void)arg;
  region_search.fn(region_search.arg, found_region);
}

struct aws_region_search *aws_region_find(struct aws_io *io, const struct aws_settings *s,
                                          aws_region_fn fn, void *arg) {
  (void)s;
  region_search = (struct region_search){fn, arg};
  if (!found_region || !aws_io_timer(io, f.mono + 1000, tell_region, NULL))
    return NULL;
  return (struct aws_region_search *)(void *)&region_search;
}

void aws_region_cancel(struct aws_region_search *search) {
  (void)search;
}

bool aws_client_set_region(struct aws_client *c, const char *name) {
  (void)c, (void)name;
  return true;
}

static struct {
  struct aws_identity_config cfg;
  struct aws_timer *timer;
} keeper;

static void found(void *arg) {
  const struct aws_creds creds = {.key_id = "AKIDEXAMPLE"};
  (void)arg;
  keeper.timer = NULL;
  fake_keys(&creds, NULL);
}

struct aws_identity *aws_identity_new(const struct aws_identity_config *cfg) {
  keeper.cfg = *cfg;
  keeper.timer = aws_io_timer(cfg->io, f.mono, found, NULL);
  return (struct aws_identity *)(void *)&keeper;
}

void fake_keys(const struct aws_creds *creds, const struct aws_error *err) {
  if (creds)
    keeper.cfg.coming(keeper.cfg.arg, creds);
  keeper.cfg.changed(keeper.cfg.arg, creds, err);
}

bool aws_identity_attach(struct aws_identity *id, struct aws_client *c) {
  (void)id, (void)c;
  return true;
}

void aws_identity_detach(struct aws_identity *id, struct aws_client *c) {
  (void)id, (void)c;
}

void aws_identity_renew(struct aws_identity *id) {
  (void)id;
}

void aws_identity_free(struct aws_identity *id) {
  if (!id)
    return;
  aws_io_timer_cancel(NULL, keeper.timer);
  keeper.timer = NULL;
}

void aws_creds_done(struct aws_creds *c) {
  aws_secret_done(&c->secret);
}

/* ---- the client ------------------------------------------------------------------------------ */

struct aws_client *aws_client_new(const struct aws_client_config *cfg, struct aws_error *err) {
  (void)cfg, (void)err;
  f.client.only = NULL;
  return &f.client;
}

void aws_client_free(struct aws_client *c) {
  (void)c;
}

bool aws_client_set_creds(struct aws_client *c, const struct aws_creds *creds) {
  (void)c, (void)creds;
  return true;
}

void aws_client_on_sent(struct aws_client *c, aws_sent_fn fn, void *arg) {
  c->fn = fn;
  c->arg = arg;
}

int64_t aws_client_skew(const struct aws_client *c) {
  (void)c;
  return 0;
}

struct aws_str aws_call_raw(const struct aws_call *call) {
  (void)call;
  return AWS_STR_LIT("{}");
}

static void count_in_flight(const struct aws_op *op) {
  size_t n = 0, at = 0;
  for (size_t i = 0; i < f.ncalls; i++)
    n += f.calls[i]->op == op && !f.calls[i]->cancelled;
  while (at < 63 && f.most_op[at] && f.most_op[at] != op)
    at++;
  f.most_op[at] = op;
  if (n > f.most[at])
    f.most[at] = n;
}

static void send_call(struct aws_call *call) {
  if (f.nsent == SENT_MAX)
    abort();
  struct sent *s = &f.sent[f.nsent++];
  call->due = f.mono + f.latency;
  count_in_flight(call->op);
  s->op = call->op;
  memcpy(s->region, call->region, sizeof s->region);
  s->input = call->in ? cJSON_PrintUnformatted(call->in) : NULL;
}

struct aws_call *aws_call(struct aws_client *c, const struct aws_op *op, cJSON *in,
                          const struct aws_call_options *opt, aws_page_fn on_page,
                          aws_done_fn on_done, void *arg, struct aws_error *err) {
  (void)err;
  struct aws_call *call = calloc(1, sizeof *call);
  if (!call || f.ncalls == CALLS_MAX)
    abort();
  *call = (struct aws_call){op, in, on_page, on_done, arg, "", NEVER, false};
  snprintf(call->region, sizeof call->region, "%s", opt && opt->region ? opt->region : "");
  f.calls[f.ncalls++] = call;
  if (!c->only || c->only == op)
    send_call(call);
  return call;
}

void aws_client_only(struct aws_client *c, const struct aws_op *op) {
  c->only = op;
  for (size_t i = 0; i < f.ncalls; i++)
    if (f.calls[i]->due == NEVER && !f.calls[i]->cancelled && (!op || op == f.calls[i]->op))
      send_call(f.calls[i]);
}

void aws_call_cancel(struct aws_call *call) {
  if (call)
    call->cancelled = true;
}

struct aws_page *aws_page_ref(struct aws_page *p) {
  p->refs++;
  return p;
}

void aws_page_unref(struct aws_page *p) {
  if (!p || --p->refs)
    return;
  aws_arena_done(&p->arena);
  free(p);
}

const void *aws_page_item(const struct aws_page *p, size_t i) {
  size_t size = p->type ? p->type->size : sizeof(struct aws_str);
  return (const char *)p->items + i * size;
}

/* ---- answering ------------------------------------------------------------------------------- */

static const struct fake_answer *answer_for(const struct aws_call *call) {
  char *text = call->in ? cJSON_PrintUnformatted(call->in) : NULL;
  const struct fake_answer *found = NULL;
  for (size_t t = 0; t < 2 && !found; t++)
    for (size_t i = 0; i < f.nrows[t] && !found; i++) {
      const struct fake_answer *a = &f.rows[t][i];
      if (!strcmp(a->op, call->op->name) && (!a->has || (text && strstr(text, a->has))))
        found = a;
    }
  cJSON_free(text);
  return found;
}

static struct aws_page *page_of(const struct aws_op *op, const char *items) {
  struct aws_page *p = calloc(1, sizeof *p);
  cJSON *list = items ? cJSON_Parse(items) : NULL;
  if (!p || (items && !list))
    abort(); /* a test's own JSON is wrong */
  p->refs = 1;
  p->type = op->item;
  p->fetched_at = wall(NULL);
  aws_arena_init(&p->arena, 64 << 20);
  p->n = (size_t)cJSON_GetArraySize(list);
  size_t size = op->item ? op->item->size : sizeof(struct aws_str);
  p->items = aws_arena_alloc_n(&p->arena, p->n ? p->n : 1, size);
  size_t i = 0;
  for (const cJSON *c = list ? list->child : NULL; c; c = c->next, i++) {
    char *at = (char *)p->items + i * size;
    if (!op->item)
      *(struct aws_str *)(void *)at = aws_arena_copy(&p->arena, aws_str_from(c->valuestring));
    else if (!aws_decode(&p->arena, op->item, c, at, NULL))
      abort();
  }
  cJSON_Delete(list);
  return p;
}

static void tell_sent(const struct aws_op *op, bool throttled, int status) {
  const struct aws_sent sent = {.op = op,
                                .http_status = status,
                                .reached = status != 0,
                                .throttled = throttled,
                                .at = wall(NULL),
                                .bytes = 100};
  f.client.fn(f.client.arg, &sent);
}

static void give(struct aws_call *call) {
  const struct fake_answer *a = answer_for(call);
  int pages = a && a->pages ? a->pages : 1;
  if (a && a->error) {
    struct aws_error err = {0};
    aws_error_set(&err, a->error, "%s: %s", call->op->name, a->aws_code ? a->aws_code : "failed");
    snprintf(err.aws_code, sizeof err.aws_code, "%s", a->aws_code ? a->aws_code : "");
    tell_sent(call->op, a->error == AWS_E_THROTTLED, a->error == AWS_E_NETWORK ? 0 : 400);
    call->on_done(call->arg, &err);
    return;
  }
  for (int i = 0; i < pages && !call->cancelled; i++) {
    struct aws_page *page = page_of(call->op, a ? a->items : NULL);
    tell_sent(call->op, false, 200);
    call->on_page(call->arg, page);
    aws_page_unref(page);
  }
  if (!call->cancelled)
    call->on_done(call->arg, NULL);
}

static bool answer_one(void) {
  for (size_t i = 0; i < f.ncalls; i++) {
    struct aws_call *call = f.calls[i];
    if (call->due > f.mono && !call->cancelled)
      continue;
    memmove(&f.calls[i], &f.calls[i + 1], (--f.ncalls - i) * sizeof f.calls[0]);
    if (!call->cancelled)
      give(call);
    cJSON_Delete(call->in);
    free(call);
    return true;
  }
  return false;
}

static bool fire_one(void) {
  for (size_t i = 0; i < f.ntimers; i++) {
    if (f.timers[i]->at > f.mono)
      continue;
    struct aws_timer t = *f.timers[i];
    free(f.timers[i]);
    f.timers[i] = f.timers[--f.ntimers];
    t.fn(t.arg);
    return true;
  }
  return false;
}

static aws_ms next_thing(aws_ms end) {
  aws_ms next = end;
  for (size_t i = 0; i < f.ncalls; i++)
    next = f.calls[i]->due < next ? f.calls[i]->due : next;
  for (size_t i = 0; i < f.ntimers; i++)
    next = f.timers[i]->at < next ? f.timers[i]->at : next;
  return next > f.mono ? next : f.mono;
}

void fake_pass(struct stack *s, aws_ms ms) {
  aws_ms end = f.mono + ms;
  for (;;) {
    while (answer_one() || fire_one())
      continue;
    stack_update(s);
    if (f.mono >= end)
      return;
    f.mono = next_thing(end);
  }
}

/* ---- what tests ask -------------------------------------------------------------------------- */

void fake_no_timers(bool none) {
  f.no_timers = none;
}

void fake_latency(aws_ms ms) {
  f.latency = ms;
}

void fake_answers(const struct fake_answer *rows, size_t n, const struct fake_answer *more,
                  size_t m) {
  f.rows[0] = rows;
  f.nrows[0] = n;
  f.rows[1] = more;
  f.nrows[1] = m;
}

size_t fake_sent(const char *op) {
  size_t n = 0;
  for (size_t i = 0; i < f.nsent; i++)
    n += !op || !strcmp(f.sent[i].op->name, op);
  return n;
}

void fake_forget(void) {
  for (size_t i = 0; i < f.nsent; i++)
    cJSON_free(f.sent[i].input);
  f.nsent = 0;
  memset(f.most, 0, sizeof f.most);
}

static const struct sent *last(const char *op) {
  for (size_t i = f.nsent; i-- > 0;)
    if (!strcmp(f.sent[i].op->name, op))
      return &f.sent[i];
  return NULL;
}

const char *fake_last_input(const char *op) {
  const struct sent *s = last(op);
  return s && s->input ? s->input : "";
}

bool fake_was_sent(const char *op, const char *has) {
  for (size_t i = 0; i < f.nsent; i++)
    if (!strcmp(f.sent[i].op->name, op) && f.sent[i].input && strstr(f.sent[i].input, has))
      return true;
  return false;
}

const char *fake_last_region(const char *op) {
  const struct sent *s = last(op);
  return s ? s->region : "";
}

size_t fake_most_in_flight(const char *op) {
  for (size_t i = 0; i < 64 && f.most_op[i]; i++)
    if (!strcmp(f.most_op[i]->name, op))
      return f.most[i];
  return 0;
}

struct stack *fake_stack(const struct stack_config *cfg, bool once) {
  struct stack_config own;
  struct aws_error err = {0};
  stack_config_init(&own);
  f.mono = 1000;
  const struct stack_deps deps = {.clock = &fake_clock, .once = once, .seed = 7};
  struct stack *s = stack_new(cfg ? cfg : &own, &deps, &err);
  if (!s)
    abort();
  fake_forget();
  stack_start(s);
  return s;
}

struct stack *fake_settled(const struct stack_config *cfg) {
  struct stack *s = fake_stack(cfg, false);
  for (int i = 0; i < 600 && !stack_settled(s); i++)
    fake_pass(s, 100);
  if (!stack_settled(s))
    abort();
  return s;
}

void fake_free(struct stack *s) {
  stack_free(s);
  while (answer_one()) /* what was cancelled */
    continue;
  while (names.under_way) /* nobody can cancel a lookup */
    for (size_t i = 0; i < f.ntimers; i++)
      if (f.timers[i]->fn == looked_up) {
        struct aws_timer *t = f.timers[i];
        void *lookup = t->arg;
        aws_io_timer_cancel(NULL, t);
        looked_up(lookup);
        break;
      }
  fake_names(NULL, 0);
  fake_forget();
  f.latency = 1;
}

/* ---- a small shop ---------------------------------------------------------------------------- */

const struct fake_answer fake_shop[] = {
    {.op = "GetCallerIdentity",
     .items = "[{\"Account\":\"123456789012\",\"Arn\":"
              "\"arn:aws:sts::123456789012:assumed-role/OpsRole/anna\",\"UserId\":\"A\"}]"},
    {.op = "ListDistributions",
     .items = "[{\"Id\":\"E1\",\"ARN\":\"" FAKE_DISTRIBUTION "\",\"Status\":\"Deployed\","
              "\"DomainName\":\"d1.cloudfront.net\",\"Enabled\":true,"
              "\"Aliases\":{\"Items\":[\"shop.example.com\"]},\"Origins\":{\"Items\":["
              "{\"Id\":\"front\",\"DomainName\":\"front-1.eu-west-1.elb.amazonaws.com\"},"
              "{\"Id\":\"site\",\"DomainName\":\"shop-site.s3.eu-west-1.amazonaws.com\"}]}}]"},
    {.op = "DescribeLoadBalancers",
     .items = "[{\"LoadBalancerArn\":\"" FAKE_LB "\",\"LoadBalancerName\":\"front\",\"Type\":"
              "\"application\",\"DNSName\":\"front-1.eu-west-1.elb.amazonaws.com\",\"State\":"
              "{\"Code\":\"active\"}}]"},
    {.op = "DescribeListeners",
     .items = "[{\"ListenerArn\":\"" FAKE_LISTENER "\",\"LoadBalancerArn\":\"" FAKE_LB "\","
              "\"Port\":443,\"Protocol\":\"HTTPS\",\"DefaultActions\":[{\"Type\":\"forward\","
              "\"TargetGroupArn\":\"" FAKE_GROUP "\"}]}]"},
    {.op = "DescribeTargetGroups",
     .items = "[{\"TargetGroupArn\":\"" FAKE_GROUP
              "\",\"TargetGroupName\":\"web\",\"Port\":8080," FAKE_GROUP_CHECKS ","
              "\"LoadBalancerArns\":[\"" FAKE_LB "\"]}]"},
    {.op = "DescribeTargetHealth",
     .items = "[{\"Target\":{\"Id\":\"10.0.10.17\",\"Port\":8080},\"TargetHealth\":{\"State\":"
              "\"healthy\"}},{\"Target\":{\"Id\":\"10.0.20.31\",\"Port\":8080},\"TargetHealth\":"
              "{\"State\":\"healthy\"}}]"},
    {.op = "ListClusters", .items = "[\"" FAKE_CLUSTER "\"]"},
    {.op = "DescribeClusters",
     .items = "[{\"clusterArn\":\"" FAKE_CLUSTER "\",\"clusterName\":\"shop\",\"status\":"
              "\"ACTIVE\",\"runningTasksCount\":2,\"activeServicesCount\":1}]"},
    {.op = "ListServices", .items = "[\"" FAKE_SERVICE "\"]"},
    {.op = "DescribeServices",
     .items =
         "[{\"serviceArn\":\"" FAKE_SERVICE "\",\"serviceName\":\"web\",\"clusterArn\":"
         "\"" FAKE_CLUSTER "\",\"status\":\"ACTIVE\",\"desiredCount\":2,\"runningCount\":2,"
         "\"taskDefinition\":\"" FAKE_TASKDEF(
             "41") "\",\"loadBalancers\":[{"
                   "\"targetGroupArn\":\"" FAKE_GROUP "\"}],\"deployments\":[{\"id\":\"ecs-svc/1\","
                   "\"status\":\"PRIMARY\",\"taskDefinition\":\"" FAKE_TASKDEF(
                       "41") "\","
                             "\"desiredCount\":2,\"runningCount\":2,\"rolloutState\":\"COMPLETED\"}"
                             "]}]"},
    {.op = "ListTasks",
     .has = "RUNNING",
     .items = "[\"" FAKE_ARN("ecs", "task/shop/b2") "\",\"" FAKE_ARN("ecs", "task/shop/a1") "\"]"},
    {.op = "DescribeTasks",
     .items = "[{\"taskArn\":\"" FAKE_ARN(
         "ecs", "task/shop/a1") "\",\"clusterArn\":\"" FAKE_CLUSTER
                                "\",\"group\":\"service:web\",\"lastStatus\":\"RUNNING\","
                                "\"desiredStatus\":"
                                "\"RUNNING\",\"taskDefinitionArn\":\"" FAKE_TASKDEF(
                                    "41") "\"},"
                                          "{\"taskArn\":\"" FAKE_ARN(
                                              "ecs",
                                              "task/shop/b2") "\",\"clusterArn\":\"" FAKE_CLUSTER
                                                              "\",\"group\":\"service:web\","
                                                              "\"lastStatus\":\"RUNNING\","
                                                              "\"desiredStatus\":"
                                                              "\"RUNNING\",\"taskDefinitionArn\":"
                                                              "\"" FAKE_TASKDEF("41") "\"}]"},
    {.op = "DescribeTaskDefinition",
     .items = "[{\"taskDefinitionArn\":\"" FAKE_TASKDEF(
         "41") "\",\"family\":\"web\",\"revision\":"
               "41,\"containerDefinitions\":[{\"name\":\"web\",\"image\":\"shop/web:41\","
               "\"environment\":[{\"name\":\"DB_URL\",\"value\":"
               "\"postgres://shop-db.c1.eu-west-1.rds.amazonaws.com/shop\"}],"
               "\"secrets\":[{\"name\":\"TOKEN\",\"valueFrom\":\"/shop/prod/token\"},"
               "{\"name\":\"GONE\",\"valueFrom\":\"/shop/prod/gone\"}]}]}]"},
    {.op = "DescribeDBInstances",
     .items = "[{\"DBInstanceIdentifier\":\"shop-db\",\"DBInstanceArn\":\"" FAKE_ARN(
         "rds", "db:shop-db") "\",\"DBInstanceStatus\":\"available\",\"Engine\":"
                              "\"postgres\",\"Endpoint\":{\"Address\":\"shop-db.c1.eu-west-1.rds."
                              "amazonaws.com\","
                              "\"Port\":5432}}]"},
    {.op = "DescribeParameters",
     .items = "[{\"Name\":\"/shop/prod/token\",\"Type\":\"SecureString\",\"Version\":3}]"},
    {.op = "ListBuckets", .items = "[{\"Name\":\"shop-site\"}]"},
};
const size_t fake_shop_n = sizeof fake_shop / sizeof *fake_shop;
