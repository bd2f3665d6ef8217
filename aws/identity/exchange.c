#include "config.h"

#include "aws/identity/exchange.h"

static void on_page(void *arg, struct aws_page *page) {
  struct aws_exchange *x = arg;
  if (!x->page && page->n > 0)
    x->page = aws_page_ref(page);
}

static void on_done(void *arg, const struct aws_error *err) {
  struct aws_exchange *x = arg;
  struct aws_page *page = x->page;
  struct aws_error nothing = {0};
  x->call = NULL;
  x->page = NULL;
  if (!err && !page) {
    aws_error_set(&nothing, AWS_E_BODY, "the answer is empty");
    err = &nothing;
  }
  x->fn(x->arg, err ? NULL : aws_page_item(page, 0), err);
  aws_page_unref(page);
}

bool aws_exchange_begin(struct aws_exchange *x, const struct aws_provider_run *run,
                        const struct aws_question *q, aws_exchange_fn fn, void *arg,
                        struct aws_error *err) {
  struct aws_client_config cfg = {
      .io = run->io, .settings = run->settings, .region = q->region, .per_host = 1};
  struct aws_call_options opt = {.asked = true, .secret = true, .max_pages = 1};
  if (!q->in)
    aws_error_set(err, AWS_E_MEMORY, "no memory to ask %s", q->op->service->id);
  if (q->in && !x->client)
    x->client = aws_client_new(&cfg, err);
  if (!q->in || !x->client) {
    aws_json_wipe_delete(q->in);
    return false;
  }
  if (q->creds && !aws_client_set_creds(x->client, q->creds)) {
    aws_json_wipe_delete(q->in);
    aws_error_set(err, AWS_E_MEMORY, "no memory to ask %s", q->op->service->id);
    return false;
  }
  x->fn = fn;
  x->arg = arg;
  opt.region = q->region;
  x->call = aws_call(x->client, q->op, q->in, &opt, on_page, on_done, x, err);
  return x->call != NULL;
}

void aws_exchange_stop(struct aws_exchange *x) {
  aws_client_free(x->client);
  aws_page_unref(x->page);
  *x = (struct aws_exchange){0};
}
