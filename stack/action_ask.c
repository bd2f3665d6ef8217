/* What an action asks of AWS: slots that hold the pages of an answer each, and rounds of them. */
#include "action_internal.h"

#include <stdlib.h>

#define ACTION_PRIORITY 100 /* before every poll that waits */

void action_slot_clear(struct stack_action *a, unsigned slot) {
  struct action_slot *t = &a->slots[slot];

  if (t->call) {
    aws_call_cancel(t->call);
    a->open--;
  }
  for (size_t i = 0; i < t->n; i++)
    aws_page_unref(t->pages[i]);
  free(t->pages);
  memset(t, 0, sizeof *t);
}

static void slot_page(void *arg, struct aws_page *page) {
  struct action_slot *t = arg;

  if (!aws_grow(&t->pages, &t->cap, t->n + 1, sizeof *t->pages)) {
    aws_error_set(&t->err, AWS_E_MEMORY, "out of memory");
    t->err.maybe_done = t->write;
    return;
  }
  t->pages[t->n++] = aws_page_ref(page);
  if (t->write)
    memcpy(t->a->request_id, page->request_id, sizeof t->a->request_id);
}

void action_ask_begin(struct stack_action *a, void (*answered)(struct stack_action *a)) {
  a->answered = answered;
  a->open++;
}

void action_ask_end(struct stack_action *a) {
  if (--a->open == 0)
    a->answered(a);
}

static void slot_done(void *arg, const struct aws_error *err) {
  struct action_slot *t = arg;

  t->call = NULL;
  if (err)
    t->err = *err;
  if (err && t->write && err->request_id[0])
    memcpy(t->a->request_id, err->request_id, sizeof t->a->request_id);
  action_ask_end(t->a);
}

/* A write is not asked for in the client's sense: that would send it again after a lost connection.
 * A throttle says that nothing was done. */
void action_ask_pages(struct stack_action *a, unsigned slot, const struct aws_op *op, cJSON *in,
                      int max_pages) {
  struct action_slot *t = &a->slots[slot];
  const struct aws_call_options opt = {
      .asked = !op->write, .again = op->write, .priority = ACTION_PRIORITY, .max_pages = max_pages};
  struct aws_error err = {.code = AWS_OK};

  action_slot_clear(a, slot);
  t->a = a;
  t->asked = true;
  t->write = op->write;
  a->open++;
  t->call = stack_call(a->s, op, in, &opt, slot_page, slot_done, t, &err);
  if (!t->call) {
    t->err = err;
    a->open--; /* begin holds one more: this is never the last */
  }
}

void action_ask(struct stack_action *a, unsigned slot, const struct aws_op *op, cJSON *in) {
  action_ask_pages(a, slot, op, in, 0);
}

size_t action_items(const struct stack_action *a, unsigned slot) {
  size_t n = 0;

  for (size_t i = 0; i < a->slots[slot].n; i++)
    n += a->slots[slot].pages[i]->n;
  return n;
}

const void *action_item(const struct stack_action *a, unsigned slot, size_t i) {
  const struct action_slot *t = &a->slots[slot];

  for (size_t p = 0; p < t->n; p++) {
    if (i < t->pages[p]->n)
      return aws_page_item(t->pages[p], i);
    i -= t->pages[p]->n;
  }
  return NULL;
}
