/* At most so many requests a host at once; the rest waits in order of priority, then of coming. */
#include "config.h"

#include "aws/client/internal.h"

#include <stdio.h>
#include <stdlib.h>

struct aws_host *aws_host_get(struct aws_client *c, const struct aws_endpoint *e) {
  char name[sizeof c->hosts->name];
  snprintf(name, sizeof name, "%s://%s", e->scheme, e->host);
  for (struct aws_host *h = c->hosts; h; h = h->next)
    if (strcmp(h->name, name) == 0)
      return h;
  struct aws_host *h = aws_calloc(1, sizeof *h);
  if (!h)
    return NULL;
  memcpy(h->name, name, sizeof name);
  h->next = c->hosts;
  c->hosts = h;
  return h;
}

void aws_hosts_free(struct aws_client *c) {
  while (c->hosts) {
    struct aws_host *h = c->hosts;
    c->hosts = h->next;
    free(h);
  }
}

static bool goes_before(const struct aws_part *a, const struct aws_part *b) {
  const struct aws_call_options *x = &a->call->opt, *y = &b->call->opt;
  return x->asked != y->asked ? x->asked : x->priority > y->priority;
}

void aws_host_add(struct aws_host *h, struct aws_part *p) {
  struct aws_part **at = &h->waiting;
  while (*at && !goes_before(p, *at))
    at = &(*at)->next_waiting;
  p->next_waiting = *at;
  *at = p;
  p->waiting = true;
}

void aws_host_remove(struct aws_host *h, struct aws_part *p) {
  struct aws_part **at = &h->waiting;
  while (*at && *at != p)
    at = &(*at)->next_waiting;
  if (*at)
    *at = p->next_waiting;
  p->waiting = false;
}

bool aws_part_may_go(const struct aws_part *p) {
  const struct aws_call *call = p->call;
  const struct aws_client *c = call->client;
  if (call->op->anonymous)
    return true;
  if (!c->have_creds || (c->only && c->only != call->op))
    return false;
  return !call->op->write || call->keys_serial == c->keys_serial;
}

void aws_client_want_keys(struct aws_client *c) {
  if (c->wanted || !c->want)
    return;
  c->wanted = true;
  c->want(c->want_arg, c->refused ? c->creds.key_id : NULL, c->refused ? &c->refusal : NULL);
}

void aws_host_pump(struct aws_client *c, struct aws_host *h) {
  struct aws_part *next;
  for (struct aws_part *p = h->waiting; p && h->active < c->per_host; p = next) {
    next = p->next_waiting;
    bool may_go = aws_part_may_go(p);
    if (!may_go && !c->have_creds)
      aws_client_want_keys(c);
    if (!may_go && !p->call->op->write)
      continue;
    aws_host_remove(h, p);
    c->send(p);
  }
}
