#include "config.h"

#include "stack_world.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIM_SPEED "100"

/* ---- time ---------------------------------------------------------------------------------------
 */

aws_ms world_real_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (aws_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static aws_ms fast_mono(void *arg) {
  const struct world *w = arg;
  return world_real_ms() * w->speed + w->jumped;
}

static aws_ms real_wall(void *arg) {
  (void)arg;
  return aws_clock_system.wall(aws_clock_system.arg);
}

void world_slow_down(struct world *w) {
  w->jumped += world_real_ms() * (w->speed - 1);
  w->speed = 1;
}

void world_jump(struct world *w, aws_ms ms) {
  w->jumped += ms;
}

void world_turn(struct world *w) {
  static const bool never = false;
  test_run(w->io, w->proxy, &never, 2);
}

/* ---- the simulator ------------------------------------------------------------------------------
 */

static void start_sim(struct world *w, const char *speed, const char *option, const char *value,
                      const char *flag) {
  const char *dir = getenv("CAWSOLE_BUILDDIR");
  char path[4096], line[128] = "";
  int out[2];

  snprintf(path, sizeof path, "%s/cawsole-sim", dir ? dir : ".");
  if (pipe(out) != 0)
    abort();
  w->sim = fork();
  if (w->sim == 0) {
    dup2(out[1], STDOUT_FILENO);
    close(out[0]);
    execl(path, path, "--port", "0", "--speed", speed, "--die-with-parent", option, value, flag,
          (char *)NULL);
    _exit(127);
  }
  close(out[1]);
  w->sim_out = out[0];
  size_t n = 0;
  while (n + 1 < sizeof line && read(out[0], line + n, 1) == 1 && line[n] != '\n')
    n++;
  const char *colon = strrchr(line, ':');
  w->sim_port = colon ? atoi(colon + 1) : 0;
  assert_int_not_equal(w->sim_port, 0);
}

static int connect_sim(const struct world *w) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in a = {.sin_family = AF_INET,
                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                          .sin_port = htons((uint16_t)w->sim_port)};

  if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
    abort();
  return fd;
}

/* ---- the proxy ----------------------------------------------------------------------------------
 */

static bool send_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    p += sent;
    n -= (size_t)sent;
  }
  return true;
}

/* Head and body of one answer. */
static bool receive(int fd, struct aws_buf *out) {
  size_t want = 0;
  char part[16384];

  while (!want || out->n < want) {
    ssize_t n = recv(fd, part, sizeof part, 0);
    if (n <= 0)
      return false;
    aws_buf_add(out, part, (size_t)n);
    const char *end = want ? NULL : strstr(out->p, "\r\n\r\n");
    if (!end)
      continue;
    const char *length = strcasestr(out->p, "\r\nContent-Length:");
    want = (size_t)(end + 4 - out->p) + (length ? strtoul(length + 17, NULL, 10) : 0);
  }
  return true;
}

static void forward(struct world *w, const struct test_request *rq, struct aws_buf *answer) {
  struct aws_buf all; /* in one piece: Nagle's algorithm would wait between several */
  bool ok = false;

  aws_buf_init(&all, 2 << 20);
  aws_buf_addf(&all, "%s\r\n", rq->head);
  aws_buf_add_str(&all, rq->body);
  for (int attempt = 0; attempt < 2 && !ok; attempt++) {
    if (w->upstream < 0)
      w->upstream = connect_sim(w);
    aws_buf_clear(answer);
    ok = send_all(w->upstream, all.p, all.n) && receive(w->upstream, answer);
    if (ok)
      break;
    close(w->upstream); /* the simulator closed a kept connection */
    w->upstream = -1;
  }
  aws_buf_done(&all);
  if (!ok)
    abort();
}

static void name_op(const struct test_request *rq, char *out, size_t size) {
  char target[128];

  test_request_header(rq, "X-Amz-Target", target, sizeof target);
  const char *dot = strrchr(target, '.');
  if (dot)
    snprintf(out, size, "%s", dot + 1);
  else if (strcmp(rq->method, "POST") == 0 && strstr(rq->target, "/invalidation"))
    snprintf(out, size, "CreateInvalidation");
  else if (strstr(rq->target, "/invalidation/"))
    snprintf(out, size, "GetInvalidation");
  else if (strstr(rq->target, "/invalidation"))
    snprintf(out, size, "ListInvalidations");
  else
    snprintf(out, size, "%.63s", rq->target);
}

static void add_line(char *log, size_t size, const char *text) {
  size_t n = strlen(log);
  snprintf(log + n, size - n, "%s\n", text);
}

static void note_names(struct world *w, const struct test_request *rq) {
  cJSON *in = cJSON_Parse(rq->body.p);
  const cJSON *names = cJSON_GetObjectItem(in, "Names"), *name;
  bool decrypt = cJSON_IsTrue(cJSON_GetObjectItem(in, "WithDecryption"));
  size_t n = (size_t)cJSON_GetArraySize(names);

  w->value_requests++;
  w->most_names = n > w->most_names ? n : w->most_names;
  cJSON_ArrayForEach(name, names) {
    if (decrypt)
      add_line(w->decrypted, sizeof w->decrypted, name->valuestring);
    else
      add_line(w->asked, sizeof w->asked, name->valuestring);
  }
  cJSON_Delete(in);
}

static void note(struct world *w, const char *op, const struct test_request *rq) {
  if (!strcmp(op, "UpdateService") || !strcmp(op, "CreateInvalidation")) {
    struct world_write *write = &w->writes[w->nwrites < WORLD_WRITES ? w->nwrites : 0];
    snprintf(write->op, sizeof write->op, "%.31s", op);
    snprintf(write->body, sizeof write->body, "%s", rq->body.p);
    w->nwrites++;
  }
  if (!strcmp(op, "GetParameters"))
    note_names(w, rq);
}

static struct trick *find_trick(struct world *w, const char *op) {
  for (size_t i = 0; i < COUNT(w->tricks); i++)
    if (w->tricks[i].times && !strcmp(w->tricks[i].op, op))
      return &w->tricks[i];
  return NULL;
}

static void handle(void *arg, const struct test_request *rq, struct test_answer *a) {
  struct world *w = arg;
  char op[64], head[160];

  name_op(rq, op, sizeof op);
  note(w, op, rq);
  struct trick *t = find_trick(w, op);
  const char *arn = strcmp(op, "DescribeServices") ? NULL : strstr(rq->body.p, ":service/");
  bool single = arn && !strstr(arn + 1, ":service/");
  if (!t || (t->kind == TRICK_STALE && !single)) {
    forward(w, rq, &a->bytes);
    if (single) {
      aws_buf_clear(&w->stale);
      aws_buf_add_str(&w->stale, aws_buf_str(&a->bytes));
    }
    return;
  }
  t->times--;
  if (t->kind == TRICK_STALE) {
    aws_buf_add_str(&a->bytes, aws_buf_str(&w->stale));
    return;
  }
  if (t->kind == TRICK_ANSWER) {
    snprintf(head, sizeof head, "x-amzn-RequestId: forged-by-the-proxy\r\n%s%s%s",
             t->error[0] ? "x-amzn-ErrorType: " : "", t->error, t->error[0] ? "\r\n" : "");
    test_answer_set(a, t->status, head, t->body);
    return;
  }
  if (t->kind == TRICK_LOSE_ANSWER)
    forward(w, rq, &a->bytes);
  aws_buf_clear(&a->bytes);
  a->close = true;
}

void world_trick(struct world *w, struct trick t) {
  for (size_t i = 0; i < COUNT(w->tricks); i++)
    if (!w->tricks[i].times) {
      w->tricks[i] = t;
      return;
    }
  abort();
}

/* ---- the stack ----------------------------------------------------------------------------------
 */

static const char *environment(void *arg, const char *name) {
  (void)arg;
  if (!strcmp(name, "AWS_ACCESS_KEY_ID") || !strcmp(name, "AWS_SECRET_ACCESS_KEY"))
    return "testing";
  return NULL;
}

static void load_settings(struct world *w, const char *scheme, int port) {
  struct aws_error err = {0};
  char url[64];

  snprintf(url, sizeof url, "%s://127.0.0.1:%d", scheme, port);
  const struct aws_settings_input in = {
      .getenv = environment, .region = "eu-west-1", .endpoint = url};
  aws_settings_free(w->settings);
  w->settings = aws_settings_load(&in, &err);
  w->deps.settings = w->settings;
}

static void begin(struct world *w) {
  memset(w, 0, sizeof *w);
  w->upstream = -1;
  aws_buf_init(&w->stale, 1 << 20);
  snprintf(w->dir, sizeof w->dir, "/tmp/cawsole-test-XXXXXX");
  assert_non_null(mkdtemp(w->dir));
}

static void go_on(struct world *w, const char *ca_file) {
  struct aws_error err = {0};

  w->speed = WORLD_SPEED;
  w->clock = (struct aws_clock){real_wall, fast_mono, w};
  w->io = aws_io_new(&w->clock, ca_file, &err);
  w->proxy = test_server_new(handle, w);
  snprintf(w->journal, sizeof w->journal, "%s/state/audit.jsonl", w->dir);
  stack_config_init(&w->cfg);
  w->cfg.name = strdup("shop");
  w->cfg.audit_path = strdup(w->journal);
  w->cfg.metrics = false;
  w->deps = (struct stack_deps){.io = w->io, .clock = &w->clock, .seed = 4711};
  load_settings(w, "http", test_server_port(w->proxy));
}

void world_start(struct world *w, const char *scenario) {
  begin(w);
  start_sim(w, SIM_SPEED, "--scenario", scenario ? scenario : "steady", NULL);
  go_on(w, NULL);
}

void world_start_still(struct world *w, const char *scenario) {
  begin(w);
  start_sim(w, "0", "--scenario", scenario, NULL);
  go_on(w, NULL);
}

void world_live(struct world *w, int seconds) {
  struct aws_buf answer;
  char body[16], text[160];
  const int fd = connect_sim(w), n = snprintf(body, sizeof body, "%d", seconds);

  aws_buf_init(&answer, 1 << 16);
  snprintf(text, sizeof text,
           "POST /_sim/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", n, body);
  assert_true(send_all(fd, text, strlen(text)) && receive(fd, &answer));
  assert_true(strncmp(answer.p, "HTTP/1.1 200", 12) == 0);
  aws_buf_done(&answer);
  close(fd);
}

void world_start_tls(struct world *w) {
  char path[96];

  begin(w);
  snprintf(path, sizeof path, "%s/ca.pem", w->dir);
  start_sim(w, SIM_SPEED, "--ca-out", path, "--tls");
  go_on(w, path);
  load_settings(w, "https", w->sim_port);
}

void world_without_proxy(struct world *w) {
  load_settings(w, "http", w->sim_port);
}

void world_open(struct world *w) {
  struct aws_error err = {0};

  w->stack = stack_new(&w->cfg, &w->deps, &err);
  assert_non_null(w->stack);
  stack_start(w->stack);
  WORLD_UNTIL(w, stack_state(w->stack) == STACK_RUNNING && stack_account(w->stack).n > 0);
  stack_show_kind(w->stack, STACK_SERVICE, true);
}

void world_close(struct world *w) {
  stack_free(w->stack);
  w->stack = NULL;
}

void world_stop(struct world *w) {
  char state[80];

  world_close(w);
  stack_config_done(&w->cfg);
  aws_settings_free(w->settings);
  aws_io_free(w->io);
  test_server_free(w->proxy);
  aws_buf_done(&w->stale);
  if (w->upstream >= 0)
    close(w->upstream);
  close(w->sim_out);
  kill(w->sim, SIGTERM);
  waitpid(w->sim, NULL, 0);
  snprintf(state, sizeof state, "%s/ca.pem", w->dir);
  (void)remove(state);
  snprintf(state, sizeof state, "%s/state", w->dir);
  if (remove(w->journal) != 0)
    (void)rmdir(w->journal);
  (void)rmdir(state);
  (void)rmdir(w->dir);
}

const struct stack_row *world_row(struct world *w, enum stack_kind k, const char *name) {
  for (aws_ms end = world_real_ms() + 20000; world_real_ms() < end; world_turn(w)) {
    const struct stack_collection *c = stack_collection(w->stack, k);
    for (size_t i = 0; i < c->n; i++)
      if (aws_str_eq_c(c->rows[i]->name, name))
        return c->rows[i];
  }
  fail_msg("no %s %s", stack_kind_singular(k), name);
  return NULL;
}

/* ---- playing an action --------------------------------------------------------------------------
 */

struct stack_action *world_act(struct world *w, const char *action, enum stack_kind k,
                               const char *name) {
  struct aws_error err = {0};
  const struct stack_row *row = world_row(w, k, name);
  struct stack_action *a =
      stack_action_start(w->stack, stack_action_find(action), k, &row->id, 1, &err);

  if (!a)
    fail_msg("%s", err.text);
  return a;
}

const struct stack_action_view *world_step(struct world *w, struct stack_action *a,
                                           enum stack_action_step step) {
  const struct stack_action_view *v = stack_action_view(a);

  WORLD_UNTIL(w, v->step == step || v->step == STACK_STEP_ENDED);
  if (v->step != step)
    fail_msg("%s: %s", stack_outcome_name(v->outcome), v->progress);
  return v;
}

const struct stack_action_view *world_input(struct world *w, struct stack_action *a,
                                            const char *value) {
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_INPUT);

  stack_action_input(a, &value);
  if (v->input_error[0])
    fail_msg("%s", v->input_error);
  return world_step(w, a, STACK_STEP_CONFIRM);
}

void world_send(struct world *w, struct stack_action *a, size_t writes) {
  const struct stack_action_view *v = world_step(w, a, STACK_STEP_CONFIRM);
  for (unsigned plans = 0; v->step != STACK_STEP_ENDED && w->nwrites < writes;) {
    if (v->step == STACK_STEP_CONFIRM && v->plans != plans) {
      plans = v->plans;
      stack_action_confirm(a, v->typed ? v->type_this : NULL);
    }
    WORLD_UNTIL(w, v->step == STACK_STEP_ENDED || w->nwrites >= writes ||
                       (v->step == STACK_STEP_CONFIRM && v->plans != plans));
  }
}

const struct stack_action_view *world_confirm(struct world *w, struct stack_action *a,
                                              enum stack_outcome outcome) {
  const struct stack_action_view *v = stack_action_view(a);

  world_send(w, a, SIZE_MAX);
  if (v->outcome != outcome)
    fail_msg("%s: %s", stack_outcome_name(v->outcome), v->progress);
  return v;
}

bool world_plan_says(const struct stack_action_view *v, enum stack_level level, const char *text) {
  for (size_t i = 0; i < v->nplan; i++)
    if (v->plan[i].level == level && strstr(v->plan[i].text, text))
      return true;
  for (size_t i = 0; i < v->nplan; i++)
    print_message("  [%s] %s\n", stack_level_name(v->plan[i].level), v->plan[i].text);
  return false;
}

/* ---- the journal --------------------------------------------------------------------------------
 */

static char *read_journal(struct world *w, size_t *lines) {
  char *text = calloc(1, 1 << 16);
  FILE *f = fopen(w->journal, "re");

  if (f && fread(text, 1, (1 << 16) - 1, f) == 0)
    text[0] = '\0';
  if (f)
    fclose(f);
  *lines = 0;
  for (const char *p = text; *p; p++)
    *lines += *p == '\n';
  return text;
}

size_t world_journal_lines(struct world *w) {
  size_t n;
  free(read_journal(w, &n));
  return n;
}

cJSON *world_journal(struct world *w, int i) {
  size_t n, at;
  char *text = read_journal(w, &n);
  struct aws_str rest = aws_str_from(text), line = {NULL, 0};

  at = i < 0 ? n + (size_t)i : (size_t)i;
  assert_true(at < n);
  for (size_t k = 0; k <= at; k++)
    line = aws_str_split(&rest, '\n');
  cJSON *object = cJSON_ParseWithLength(line.p, line.n);
  assert_non_null(object);
  free(text);
  return object;
}

const char *json_text(const cJSON *object, const char *member) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, member));
  return text ? text : "";
}
