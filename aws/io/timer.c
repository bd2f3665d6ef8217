/* Timers, and what is to be done in the next turn. */
#include "aws/io/internal.h"

#include <stdlib.h>

/* As many as are ever waited for at a time, calls under retry aside. */
enum { STOCK = 32 };

struct aws_timer {
  struct aws_timer *next; /* in stock */
  aws_ms at;
  uint64_t seq;
  size_t index;
  aws_timer_fn fn;
  void *arg;
};

static bool before(const struct aws_timer *a, const struct aws_timer *b) {
  return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void put(struct io_timers *t, size_t i, struct aws_timer *timer) {
  t->heap[i] = timer;
  timer->index = i;
}

static void sift_up(struct io_timers *t, size_t i) {
  struct aws_timer *timer = t->heap[i];
  for (; i > 0 && before(timer, t->heap[(i - 1) / 2]); i = (i - 1) / 2)
    put(t, i, t->heap[(i - 1) / 2]);
  put(t, i, timer);
}

static void sift_down(struct io_timers *t, size_t i) {
  struct aws_timer *timer = t->heap[i];
  for (size_t child; (child = 2 * i + 1) < t->n; i = child) {
    if (child + 1 < t->n && before(t->heap[child + 1], t->heap[child]))
      child++;
    if (!before(t->heap[child], timer))
      break;
    put(t, i, t->heap[child]);
  }
  put(t, i, timer);
}

static void take(struct io_timers *t, struct aws_timer *timer) {
  size_t i = timer->index;
  struct aws_timer *last = t->heap[--t->n];
  if (last == timer)
    return;
  put(t, i, last);
  sift_down(t, i);
  sift_up(t, last->index);
}

static struct aws_timer *from_stock(struct io_timers *t) {
  struct aws_timer *timer = t->spare;
  if (!timer)
    return aws_calloc(1, sizeof *timer);
  t->spare = timer->next;
  return timer;
}

static void to_stock(struct io_timers *t, struct aws_timer *timer) {
  timer->next = t->spare;
  t->spare = timer;
}

bool io_timers_init(struct io_timers *t) {
  if (!aws_grow(&t->heap, &t->cap, STOCK, sizeof *t->heap))
    return false;
  for (int i = 0; i < STOCK; i++) {
    struct aws_timer *timer = aws_calloc(1, sizeof *timer);
    if (!timer)
      return false;
    to_stock(t, timer);
  }
  return true;
}

struct aws_timer *aws_io_timer(struct aws_io *io, aws_ms at, aws_timer_fn fn, void *arg) {
  struct io_timers *t = &io->timers;
  struct aws_timer *timer = from_stock(t);
  if (!timer)
    return NULL;
  if (!aws_grow(&t->heap, &t->cap, t->n + 1, sizeof *t->heap)) {
    to_stock(t, timer);
    return NULL;
  }
  /* A time gone by is now: made again and again in a callback, such a timer must not stand before
   * those that wait for their turn. */
  aws_ms now = io->clock.mono(io->clock.arg);
  *timer =
      (struct aws_timer){.at = at > now ? at : now, .seq = t->next_seq++, .fn = fn, .arg = arg};
  t->heap[t->n] = timer;
  sift_up(t, t->n++);
  return timer;
}

void aws_io_timer_cancel(struct aws_io *io, struct aws_timer *t) {
  if (!t)
    return;
  take(&io->timers, t);
  to_stock(&io->timers, t);
}

void io_timers_done(struct io_timers *t) {
  for (size_t i = 0; i < t->n; i++)
    free(t->heap[i]);
  while (t->spare) {
    struct aws_timer *timer = t->spare;
    t->spare = timer->next;
    free(timer);
  }
  free(t->heap);
  memset(t, 0, sizeof *t);
}

int64_t io_timers_wait(const struct io_timers *t, aws_ms now) {
  if (t->n == 0)
    return -1;
  return t->heap[0]->at > now ? t->heap[0]->at - now : 0;
}

struct aws_timer *io_timers_due(struct io_timers *t, aws_ms now, uint64_t older_than) {
  if (t->n == 0 || t->heap[0]->at > now || t->heap[0]->seq >= older_than)
    return NULL;
  struct aws_timer *timer = t->heap[0];
  take(t, timer);
  return timer;
}

void io_timer_fire(struct io_timers *t, struct aws_timer *timer) {
  aws_timer_fn fn = timer->fn;
  void *arg = timer->arg;
  to_stock(t, timer);
  fn(arg);
}

/* ---- the next turn --------------------------------------------------------------------------- */

void aws_io_later(struct aws_io *io, struct aws_later *l, aws_timer_fn fn, void *arg) {
  struct io_laters *list = &io->laters;
  aws_io_later_cancel(io, l);
  *l = (struct aws_later){.prev = list->last, .seq = io->timers.next_seq++, .fn = fn, .arg = arg};
  if (list->last)
    list->last->next = l;
  else
    list->first = l;
  list->last = l;
}

void aws_io_later_cancel(struct aws_io *io, struct aws_later *l) {
  struct io_laters *list = &io->laters;
  if (!l->fn)
    return;
  if (l->prev)
    l->prev->next = l->next;
  else
    list->first = l->next;
  if (l->next)
    l->next->prev = l->prev;
  else
    list->last = l->prev;
  *l = (struct aws_later){.fn = NULL};
}

bool io_laters_run(struct aws_io *io, uint64_t older_than) {
  struct aws_later *l = io->laters.first;
  if (!l || l->seq >= older_than)
    return false;
  aws_timer_fn fn = l->fn;
  void *arg = l->arg;
  aws_io_later_cancel(io, l);
  fn(arg);
  return true;
}
