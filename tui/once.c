#include "tui/once.h"

#include "widgets/cells.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define JSON_MAX ((size_t)512 << 20)

int tui_once_status(enum stack_level l) {
  switch (l) {
  case STACK_OK:
  case STACK_NOTE:
    return TUI_EXIT_OK;
  case STACK_WARN:
    return TUI_EXIT_DEGRADED;
  case STACK_BAD:
    return TUI_EXIT_FAILING;
  case STACK_UNKNOWN:
    break;
  }
  return TUI_EXIT_UNKNOWN;
}

static int cannot_write(int why) {
  fprintf(stderr, "cawsole: cannot write: %s\n", why ? strerror(why) : "some of it was lost");
  return TUI_EXIT_UNKNOWN;
}

int tui_printed(int status) {
  errno = 0;
  return fflush(stdout) == 0 && !ferror(stdout) ? status : cannot_write(errno);
}

static int print_json(const struct stack *s, int status) {
  struct aws_buf out;
  aws_buf_init(&out, JSON_MAX);
  stack_json(s, &out);
  aws_buf_add_char(&out, '\n');
  if (out.failed)
    status = cannot_write(ENOMEM);
  else
    status = fwrite(out.p, 1, out.n, stdout) == out.n ? tui_printed(status) : cannot_write(errno);
  aws_buf_done(&out);
  return status;
}

/* Nothing could be asked: the reason for people, the empty model for programs. */
int tui_once_refused(const struct tui *t) {
  char text[1024];
  struct wid_str why = wid_str_from(stack_refusal(t->stack)->text);
  wid_cells_fit(text, sizeof text, why, (int)sizeof text, WID_CLIP_END);
  fprintf(stderr, "cawsole: %s\n", text);
  return t->options->json ? print_json(t->stack, TUI_EXIT_UNKNOWN) : TUI_EXIT_UNKNOWN;
}

static bool going(const struct tui *t) {
  return stack_state(t->stack) != STACK_REFUSED && !stack_settled(t->stack);
}

void tui_once_read(struct tui *t) {
  while (going(t))
    if (!aws_io_turn(t->io, 0) && going(t))
      aws_io_wait(t->io, NULL, 0, -1);
}

int tui_once(struct tui *t) {
  char reason[256] = "";
  tui_once_read(t);
  if (stack_state(t->stack) == STACK_REFUSED)
    return tui_once_refused(t);
  enum stack_level level = stack_health(t->stack, reason, sizeof reason);
  if (t->options->json)
    return print_json(t->stack, tui_once_status(level));
  tui_once_table(t->stack, stdout);
  return tui_printed(tui_once_status(level));
}
