/* When the scheduler has its next turn: one timer, brought forward by whatever comes due sooner. */
#include "config.h"

#include "stack/state.h"

static void on_time(void *arg) {
  struct stack *s = arg;
  s->tick = NULL;
  s->tick_at = STACK_NEVER;
  if (s->polling)
    s->on_tick(s);
}

void stack_wake_init(struct stack *s, void (*on_tick)(struct stack *s)) {
  s->on_tick = on_tick;
  s->tick_at = STACK_NEVER;
}

void stack_wake_at(struct stack *s, aws_ms at) {
  if (s->tick && s->tick_at <= at)
    return;
  if (s->tick)
    aws_io_timer_cancel(s->io, s->tick);
  s->tick = aws_io_timer(s->io, at, on_time, s);
  s->tick_at = at;
}

void stack_wake(struct stack *s) {
  if (s->polling)
    stack_wake_at(s, stack_mono(s));
}

void stack_wake_stop(struct stack *s) {
  if (s->tick)
    aws_io_timer_cancel(s->io, s->tick);
  s->tick = NULL;
}
