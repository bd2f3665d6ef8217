/* The one loop: transfers and timers, one draw if anything is dirty, the wait, signals, keys. */
#include "tui/signals.h"
#include "tui/tui.h"
#include "widgets/term.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define CALLBACK_MS 4 /* of one turn; a key waits for the rest of it, then it is drawn */
#define DATA_MS 33    /* data is drawn at most thirty times a second */
#define TIDY_MS 30000 /* between two times that freed memory is given back */
#define LATER_MS 1000 /* what hardly shows waits for more to come */

static aws_ms mono(const struct tui *t) {
  return t->clock->mono(t->clock->arg);
}

/* ---- the test's descriptor ----------------------------------------------------------------------
 */

static void tell(const struct tui *t, const char *line, size_t n) {
  if (t->test_fd >= 0 && write(t->test_fd, line, n) < 0)
    return; /* nobody listens any more; the console goes on */
}

static bool quiet(const struct tui *t) {
  if (!t->stack || stack_state(t->stack) == STACK_REFUSED || t->prompt)
    return true; /* nothing moves before the operator does */
  if (!stack_settled(t->stack))
    return false;
  for (unsigned k = 0; k < STACK_KINDS; k++)
    if (stack_collection(t->stack, k)->refreshing)
      return false;
  return true;
}

static void tell_idle(struct tui *t) {
  char line[40];
  if (t->test_fd < 0 || t->dirty > TUI_DIRTY_LATER || !quiet(t))
    return;
  int n = snprintf(line, sizeof line, "idle %llu\n", (unsigned long long)t->events);
  tell(t, line, (size_t)n);
}

/* ---- one turn -------------------------------------------------------------------------------- */

static void take_changes(struct tui *t) {
  unsigned changes = t->stack ? stack_take_changes(t->stack) : 0;
  if (!changes)
    return;
  for (size_t i = 0; i < t->nviews; i++)
    if (t->views[i]->ops->changed)
      t->views[i]->ops->changed(t->views[i], changes);
  if (changes & STACK_CHANGED_BELL) {
    if (t->settings.bell)
      wid_term_bell();
    if (t->settings.flash)
      t->flash_until = tui_now(t) + 1500;
  }
  tui_dirty(t, changes & ~(unsigned)STACK_CHANGED_STATE ? TUI_DIRTY_DATA : TUI_DIRTY_LATER);
  if (changes & STACK_CHANGED_STATE && !stack_settled(t->stack))
    tui_dirty(t, TUI_DIRTY_DATA);
}

/* Milliseconds until the next draw is due; 0: now, -1: nothing to draw. */
static int draw_due(struct tui *t) {
  aws_ms left = -1, wall = tui_now(t);
  if (t->next_change)
    left = t->next_change > wall ? t->next_change - wall : 0;
  if (t->dirty == TUI_DIRTY_KEY)
    return 0;
  if (t->dirty != TUI_CLEAN) {
    aws_ms due = t->dirty_at + (t->dirty == TUI_DIRTY_DATA ? DATA_MS : LATER_MS) - mono(t);
    due = due > 0 ? due : 0;
    left = left < 0 || due < left ? due : left;
  }
  return left > 60000 ? 60000 : (int)left;
}

static void on_keys(struct tui *t) {
  struct wid_event e;
  while (!t->quit && wid_term_read(&e)) {
    t->events++;
    if (e.kind == WID_EVENT_EOF)
      t->quit = true;
    else
      tui_event(t, &e);
  }
}

static void draw(struct tui *t) {
  static const char first[] = "first-frame\n";
  t->dirty = TUI_CLEAN;
  t->next_change = 0;
  tui_draw(t);
  if (!t->drawn)
    tell(t, first, sizeof first - 1);
  t->drawn = true;
}

/* Draws what is due; milliseconds until the next draw as draw_due. Keys that wait were typed before
 * what is drawn now was seen: they go first, so that they answer none of it. */
static int show(struct tui *t) {
  take_changes(t);
  int due = draw_due(t);
  if (due == 0) {
    on_keys(t);
    draw(t);
    due = draw_due(t);
  }
  return due;
}

static void on_signals(struct tui *t) {
  int sig;
  while ((sig = tui_signals_next()) != 0) {
    switch (sig) {
    case SIGWINCH:
      wid_term_resize();
      tui_dirty(t, TUI_DIRTY_KEY);
      break;
    case SIGTSTP:
      wid_term_suspend();
      tui_dirty(t, TUI_DIRTY_KEY);
      break;
    case SIGCONT:
      wid_term_resume();
      tui_dirty(t, TUI_DIRTY_KEY);
      break;
    case SIGINT: /* Ctrl-C */
      tui_quit(t);
      break;
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT:
      t->quit = true;
      break;
    default: /* SIGCHLD: who started the child looks after it */
      break;
    }
  }
}

/* Replies that were let go leave holes among what is kept: between refreshes their pages go back to
 * the system. */
static void tidy(struct tui *t) {
#ifdef __GLIBC__
  aws_ms now = mono(t);
  if (now - t->tidied_at < TIDY_MS || !quiet(t))
    return;
  t->tidied_at = now;
  malloc_trim(0);
#else
  (void)t;
#endif
}

void tui_run(struct tui *t) {
  struct aws_io_fd fds[2] = {{.fd = wid_term_fd()}, {.fd = t->signal_fd}};
  tui_dirty(t, TUI_DIRTY_KEY);
  t->tidied_at = mono(t);
  while (!t->quit) {
    tui_prompt_follow(t);
    if (t->dirty == TUI_DIRTY_KEY)
      show(t); /* what a key asked for does not wait for a turn of replies */
    bool more = aws_io_turn(t->io, CALLBACK_MS);
    tui_prompt_follow(t);
    int due = show(t);
    if (!more) {
      tell_idle(t);
      tidy(t);
    }
    fds[0].ready = fds[1].ready = false;
    aws_io_wait(t->io, fds, 2, more ? 0 : due);
    on_signals(t);
    on_keys(t);
  }
}
