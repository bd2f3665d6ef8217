/* A call: its parts, its callbacks, its end. */
#include "config.h"

#include "aws/client/internal.h"

#include <stdlib.h>

/* ---- batches --------------------------------------------------------------------------------- */

/* A part with a copy of `in` and up to max items moved from the front of `list`. */
static bool fill_part(struct aws_part *p, const cJSON *in, const char *name, cJSON *list, int max) {
  p->in = cJSON_Duplicate(in, true);
  cJSON *slice = p->in ? cJSON_AddArrayToObject(p->in, name) : NULL;
  for (int i = 0; slice && i < max && list->child; i++)
    cJSON_AddItemToArray(slice, cJSON_DetachItemFromArray(list, 0));
  return slice != NULL;
}

static bool make_parts(struct aws_call *call, size_t n, struct aws_error *err) {
  call->parts = n ? aws_calloc(n, sizeof *call->parts) : NULL;
  if (n && !call->parts) {
    aws_error_set(err, AWS_E_MEMORY, "no memory for a call");
    return false;
  }
  call->nparts = call->parts_left = n;
  for (size_t i = 0; i < n; i++) {
    call->parts[i].call = call;
    call->parts[i].attempt = 1;
  }
  return true;
}

bool aws_call_split(struct aws_call *call, cJSON *in, struct aws_error *err) {
  const struct aws_op *op = call->op;
  const cJSON *list = op->batch ? cJSON_GetObjectItemCaseSensitive(in, op->batch) : NULL;
  int count = cJSON_IsArray(list) ? cJSON_GetArraySize(list) : -1;
  if (count < 0 || (count > 0 && count <= op->batch_max)) {
    if (!make_parts(call, 1, err))
      return false;
    call->parts[0].in = in;
    return true;
  }
  size_t n = ((size_t)count + (size_t)op->batch_max - 1) / (size_t)op->batch_max;
  if (!make_parts(call, n, err))
    return false;
  cJSON *rest = cJSON_DetachItemFromObjectCaseSensitive(in, op->batch);
  bool ok = true;
  for (size_t i = 0; i < n && ok; i++)
    ok = fill_part(&call->parts[i], in, op->batch, rest, op->batch_max);
  cJSON_Delete(rest);
  if (ok)
    cJSON_Delete(in);
  else
    aws_error_set(err, AWS_E_MEMORY, "no memory for a call");
  return ok;
}

/* ---- callbacks and the end ------------------------------------------------------------------- */

/* Cancels what is under way, and frees what the part holds. */
static void release(struct aws_part *p) {
  struct aws_io *io = p->call->client->io;
  if (p->transfer) {
    aws_io_cancel(io, p->transfer);
    p->call->host->active--;
    p->transfer = NULL;
  }
  aws_io_timer_cancel(io, p->timer);
  p->timer = NULL;
  aws_io_later_cancel(io, &p->later);
  if (p->waiting)
    aws_host_remove(p->call->host, p);
  if (p->call->opt.secret)
    aws_json_wipe_delete(p->in);
  else
    cJSON_Delete(p->in);
  p->in = NULL;
  free(p->tokens);
  p->tokens = NULL;
}

static void detach(struct aws_call *call) {
  struct aws_client *c = call->client;
  for (size_t i = 0; i < call->nparts; i++)
    release(&call->parts[i]);
  aws_io_later_cancel(c->io, &call->nothing);
  if (call->prev)
    call->prev->next = call->next;
  else if (c->calls == call)
    c->calls = call->next;
  if (call->next)
    call->next->prev = call->prev;
  call->prev = call->next = NULL;
}

void aws_call_free(struct aws_call *call) {
  detach(call);
  free(call->parts);
  free(call);
}

bool aws_call_deliver(struct aws_call *call, struct aws_page *page, struct aws_str raw) {
  call->raw = call->opt.raw ? raw : (struct aws_str){0};
  call->busy = true;
  if (call->on_page)
    call->on_page(call->arg, page);
  call->busy = false;
  call->raw = (struct aws_str){0};
  aws_page_unref(page);
  if (!call->cancelled)
    return true;
  aws_call_free(call);
  return false;
}

void aws_call_finish(struct aws_call *call, const struct aws_error *err) {
  struct aws_client *c = call->client;
  struct aws_host *host = call->host;
  struct aws_error kept = {0};
  if (err)
    kept = *err; /* it may lie in a part */
  detach(call);
  call->busy = true;
  if (call->on_done)
    call->on_done(call->arg, err ? &kept : NULL);
  free(call->parts);
  free(call);
  aws_host_pump(c, host);
}

void aws_call_cancel(struct aws_call *call) {
  if (!call)
    return;
  struct aws_client *c = call->client;
  struct aws_host *host = call->host;
  if (call->busy) {
    call->cancelled = true;
    for (size_t i = 0; i < call->nparts; i++)
      release(&call->parts[i]);
  } else {
    aws_call_free(call);
  }
  aws_host_pump(c, host);
}

struct aws_str aws_call_raw(const struct aws_call *call) {
  return call->raw;
}
