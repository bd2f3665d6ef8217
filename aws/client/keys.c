/* Calls and the keys they are signed with: they wait while there are none, and are sent once more
 * when AWS refused the old ones. */
#include "config.h"

#include "aws/client/errors.h"
#include "aws/client/internal.h"

#include <stdio.h>

void aws_client_on_keys(struct aws_client *c, aws_keys_fn want, void *arg) {
  c->want = want;
  c->want_arg = arg;
  c->wanted = false;
}

void aws_client_set_agent(struct aws_client *c) {
  struct aws_buf agent;
  aws_buf_init(&agent, sizeof c->agent - 1);
  aws_user_agent(&agent, c->settings, c->have_creds ? c->creds.provider : NULL);
  snprintf(c->agent, sizeof c->agent, "%s", agent.p ? agent.p : "cawsole");
  aws_buf_done(&agent);
}

static void pump_all(struct aws_client *c) {
  for (struct aws_host *h = c->hosts; h; h = h->next)
    aws_host_pump(c, h);
}

bool aws_client_set_creds(struct aws_client *c, const struct aws_creds *creds) {
  if (!aws_creds_copy(&c->creds, creds))
    return false;
  c->have_creds = true;
  c->wanted = c->refused = false;
  c->keys_serial++;
  aws_client_set_agent(c);
  pump_all(c);
  return true;
}

void aws_client_hold(struct aws_client *c) {
  c->have_creds = false;
}

void aws_client_only(struct aws_client *c, const struct aws_op *op) {
  c->only = op;
  pump_all(c);
}

static bool waits(const struct aws_call *call) {
  bool waiting = false;
  for (size_t i = 0; i < call->nparts && !waiting; i++)
    waiting = call->parts[i].waiting;
  return waiting && !call->op->anonymous;
}

static struct aws_call *next_doomed(struct aws_client *c) {
  struct aws_call *call = c->calls;
  while (call && !call->doomed)
    call = call->next;
  return call;
}

/* A callback may begin and cancel other calls, so the list is looked at anew each time. */
void aws_client_no_creds(struct aws_client *c, const struct aws_error *err) {
  struct aws_error why = *err;
  c->wanted = c->refused = false;
  for (struct aws_call *call = c->calls; call; call = call->next)
    call->doomed = waits(call);
  for (struct aws_call *call; (call = next_doomed(c)) != NULL;) {
    call->doomed = false;
    aws_call_finish(call, &why);
  }
}

bool aws_part_rekey(struct aws_part *p, struct aws_error *err) {
  struct aws_client *c = p->call->client;
  if (!c->want || p->rekeyed || p->call->op->anonymous || !aws_error_is_keys(err))
    return false;
  p->rekeyed = true;
  if (p->keys_used == c->keys_serial && c->have_creds) {
    c->have_creds = false;
    c->refused = true;
    c->refusal = *err;
  }
  if (!p->call->op->write)
    return true;
  aws_error_wrap(err, "nothing was changed, ask for it again when there are other keys");
  if (!c->have_creds)
    aws_client_want_keys(c);
  return false;
}
