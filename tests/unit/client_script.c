#include "config.h"

#include "client_script.h"

#include <stdio.h>
#include <time.h>

const struct aws_call_options client_asked = {.asked = true};

/* ---- a server that plays a script ------------------------------------------------------------ */

static void note(char *log, size_t size, const char *text) {
  size_t n = strlen(log);
  snprintf(log + n, size - n, "%s\n", text);
}

static void play(void *arg, const struct test_request *rq, struct test_answer *a) {
  struct client_script *s = arg;
  const struct client_scene *scene = &s->scenes[s->at < s->n ? s->at : s->n - 1];
  char text[2048];
  s->at++;
  s->last_on_connection = rq->on_connection;
  test_request_header(rq, "X-Amz-Target", text, sizeof text);
  note(s->targets, sizeof s->targets, text[0] ? text : rq->target);
  note(s->bodies, sizeof s->bodies, rq->body.p);
  test_request_header(rq, "X-Amz-Date", text, sizeof text);
  note(s->dates, sizeof s->dates, text);
  test_request_header(rq, "Authorization", text, sizeof text);
  note(s->auth, sizeof s->auth, text);
  test_request_header(rq, "User-Agent", text, sizeof text);
  note(s->agents, sizeof s->agents, text);
  test_request_header(rq, "amz-sdk-invocation-id", text, sizeof text);
  note(s->invocations, sizeof s->invocations, text);
  test_request_header(rq, "amz-sdk-request", text, sizeof text);
  note(s->attempts, sizeof s->attempts, text);
  if (scene->status > 0)
    test_answer_set(a, scene->status, scene->headers, scene->body);
  a->close = scene->status == 0;
  a->hold = scene->status < 0;
}

/* ---- fixture --------------------------------------------------------------------------------- */

/* Time runs a hundred times as fast, so that a retry's pause takes no time of ours. */
static aws_ms fast_mono(void *arg) {
  (void)arg;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return ((aws_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000) * 100;
}
static aws_ms fixed_wall(void *arg) {
  (void)arg;
  return INT64_C(1768478400000); /* 2026-01-15T12:00:00Z */
}

static const char *no_env(void *arg, const char *name) {
  (void)arg;
  (void)name;
  return NULL;
}

static void on_sent(void *arg, const struct aws_sent *sent) {
  struct client_fixture *f = arg;
  f->sent++;
  f->sent_throttled += sent->throttled;
  f->sent_retried += sent->retried;
}

int client_set_up(void **state) {
  static struct client_fixture f;
  memset(&f, 0, sizeof f);
  struct aws_error err = {0};
  struct aws_clock clock = {fixed_wall, fast_mono, NULL};
  f.io = aws_io_new(&clock, NULL, &err);
  f.server = test_server_new(play, &f.script);
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", test_server_port(f.server));
  struct aws_settings_input in = {.getenv = no_env, .endpoint = url};
  f.settings = aws_settings_load(&in, &err);
  struct aws_client_config cfg = {.io = f.io,
                                  .settings = f.settings,
                                  .region = "eu-central-1",
                                  .per_host = 4,
                                  .seed = 7,
                                  .total_ms = 300};
  f.client = aws_client_new(&cfg, &err);
  strcpy(f.creds.key_id, "testing");
  if (!aws_secret_set(&f.creds.secret, AWS_STR_LIT("testing")) ||
      !aws_client_set_creds(f.client, &f.creds))
    return -1;
  aws_client_on_sent(f.client, on_sent, &f);
  *state = &f;
  return 0;
}

int client_tear_down(void **state) {
  struct client_fixture *f = *state;
  aws_client_free(f->client);
  aws_settings_free(f->settings);
  aws_io_free(f->io);
  test_server_free(f->server);
  aws_creds_done(&f->creds);
  return 0;
}

static void on_page(void *arg, struct aws_page *page) {
  struct client_outcome *o = arg;
  assert_false(o->done);
  o->pages++;
  o->items += page->n;
  o->failures += page->nfailures;
  for (size_t i = 0; i < page->n && !page->type; i++) {
    const struct aws_str *s = aws_page_item(page, i);
    note(o->names, sizeof o->names, s->p);
  }
  struct aws_str raw = aws_call_raw(o->call);
  snprintf(o->raw, sizeof o->raw, "%.*s", AWS_STR_ARG(raw));
  if (!o->kept)
    o->kept = aws_page_ref(page);
  if (o->cancel_at_first)
    aws_call_cancel(o->call);
}

static void on_done(void *arg, const struct aws_error *err) {
  struct client_outcome *o = arg;
  assert_false(o->done);
  o->done = true;
  o->failed = err != NULL;
  if (err)
    o->err = *err;
}

void client_begin(struct client_fixture *f, const struct aws_op *op, const char *input,
                  const struct aws_call_options *opt, struct client_outcome *o) {
  struct aws_error err = {0};
  *o = (struct client_outcome){.cancel_at_first = o->cancel_at_first};
  o->call =
      aws_call(f->client, op, input ? cJSON_Parse(input) : NULL, opt, on_page, on_done, o, &err);
  assert_non_null(o->call);
  assert_false(o->done);
}

void client_finish(struct client_fixture *f, struct client_outcome *o) {
  assert_true(test_run(f->io, f->server, &o->done, 5000));
  aws_page_unref(o->kept);
  o->kept = NULL;
}

struct client_outcome client_run(struct client_fixture *f, const struct aws_op *op,
                                 const char *input, const struct aws_call_options *opt) {
  struct client_outcome o = {0};
  client_begin(f, op, input, opt, &o);
  client_finish(f, &o);
  return o;
}
