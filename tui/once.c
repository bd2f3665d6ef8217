#include "tui/once.h"

#include "stack/path.h"
#include "widgets/cells.h"

#include <limits.h>
#include <stdio.h>

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

/* Text of AWS's, cut and filled to a column; cols 0: as long as it is. */
static void put(struct aws_str s, int cols) {
  char text[1024];
  struct wid_str w = {s.p, s.n};
  wid_cells_fit(text, sizeof text, w, cols ? cols : (int)sizeof text / 4, WID_CLIP_MIDDLE);
  int used = wid_cells_width(wid_str_from(text), INT_MAX);
  printf("%s%*s", text, cols > used ? cols - used + 1 : 1, "");
}

static void put_c(const char *s, int cols) {
  put(aws_str_from(s), cols);
}

static void end_line(void) {
  putchar('\n');
}

static void print_head(const struct stack *s, enum stack_level level, const char *reason) {
  put_c(stack_name(s), 0);
  put_c(stack_region(s) ? stack_region(s) : "", 0);
  put(stack_account(s), 0);
  put(stack_role(s), 0);
  put_c(level <= STACK_NOTE ? "healthy" : tui_level_word(level), 0);
  put_c(reason, 0);
  end_line();
}

static void print_path(const struct stack *s) {
  const struct stack_path *p = stack_path(s);
  end_line();
  for (size_t i = 0; i < p->n; i++) {
    const struct stack_hop *h = &p->hops[i];
    if (!h->present)
      continue;
    put_c(h->title, 11);
    put_c(tui_level_word(h->rating.level), 9);
    for (size_t f = 0; f < STACK_HOP_FACTS; f++)
      put_c(h->facts[f], 14);
    put_c(h->rating.reason, 0);
    put_c(h->first_fault ? "<- look here" : "", 0);
    end_line();
  }
}

static void print_kind(const struct stack *s, enum stack_kind k) {
  const struct stack_collection *c = stack_collection(s, k);
  size_t faults = 0;
  if (!c->n && c->error.code == AWS_OK)
    return;
  for (size_t i = 0; i < c->n; i++)
    faults += c->rows[i]->rating.level >= STACK_UNKNOWN;
  put_c(stack_kind_plural(k), 20);
  printf("%6zu", c->n);
  printf(faults ? "  %zu not well\n" : "\n", faults);
  if (c->error.code != AWS_OK) {
    fputs("  not read: ", stdout);
    put_c(c->error.text, 0);
    end_line();
  }
  for (size_t i = 0; i < c->n; i++) {
    const struct stack_row *row = c->rows[i];
    if (row->rating.level < STACK_UNKNOWN)
      continue;
    fputs("  ", stdout);
    put_c(tui_level_word(row->rating.level), 9);
    put(row->name, 36);
    put_c(row->rating.reason, 0);
    end_line();
  }
}

static int print_json(const struct stack *s) {
  struct aws_buf out;
  aws_buf_init(&out, JSON_MAX);
  stack_json(s, &out);
  aws_buf_add_char(&out, '\n');
  bool ok = !out.failed && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
  if (!ok)
    fputs("cawsole: the JSON could not be written\n", stderr);
  aws_buf_done(&out);
  return ok;
}

/* Nothing could be asked: the reason for people, the empty model for programs. */
int tui_once_refused(const struct tui *t) {
  char text[1024];
  struct wid_str why = wid_str_from(stack_refusal(t->stack)->text);
  wid_cells_fit(text, sizeof text, why, (int)sizeof text, WID_CLIP_END);
  fprintf(stderr, "cawsole: %s\n", text);
  if (t->options->json)
    print_json(t->stack);
  return TUI_EXIT_UNKNOWN;
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
    return print_json(t->stack) ? tui_once_status(level) : TUI_EXIT_UNKNOWN;
  print_head(t->stack, level, reason);
  print_path(t->stack);
  end_line();
  for (unsigned k = 0; k < STACK_KINDS; k++)
    print_kind(t->stack, k);
  return fflush(stdout) == 0 ? tui_once_status(level) : TUI_EXIT_UNKNOWN;
}
