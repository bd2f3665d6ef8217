#include "tui/once.h"

#include "aws/api.h"
#include "widgets/cells.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define JSON_MAX ((size_t)512 << 20)
#define SAID_AFTER_MS 5000

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

/* Who says who we are; "": no address. */
static const char *sts_host(const struct tui *t, struct aws_client_host *host) {
  struct aws_error ignored = {0};
  const struct aws_service *sts = aws_service_find("sts");
  return aws_client_endpoint(stack_client(t->stack), sts, host, &ignored) ? host->host : "";
}

bool tui_once_remedy(const struct tui *t, char *out, size_t size) {
  const struct aws_error *why = stack_refusal(t->stack);
  struct aws_client_host host;
  if (why->code != AWS_E_SERVICE || !strstr(why->text, "sts "))
    return false;
  snprintf(out, size,
           "STS at %s failed: ask again in a minute; if that lasts, look at "
           "https://health.aws.amazon.com and whether a proxy answers in its place",
           sts_host(t, &host));
  return true;
}

/* Nothing could be asked: the reason for people, the empty model for programs. */
int tui_once_refused(const struct tui *t) {
  char text[1024];
  struct wid_str why = wid_str_from(stack_refusal(t->stack)->text);
  wid_cells_fit(text, sizeof text, why, (int)sizeof text, WID_CLIP_END);
  fprintf(stderr, "cawsole: %s\n", text);
  if (tui_once_remedy(t, text, sizeof text))
    fprintf(stderr, "cawsole: %s\n", text);
  return t->options->json ? print_json(t->stack, TUI_EXIT_UNKNOWN) : TUI_EXIT_UNKNOWN;
}

static bool going(const struct tui *t) {
  return stack_state(t->stack) != STACK_REFUSED && !stack_settled(t->stack);
}

/* Nothing is printed before that is over: whoever waits is told for what. True: said. */
static bool say_wait(const struct tui *t) {
  struct aws_client_host host;
  struct aws_str role = aws_settings_get(t->aws, "role_arn");
  if (!*stack_region(t->stack))
    fputs("cawsole: asking the instance for its region\n", stderr);
  else if (!stack_keys(t->stack)->key_id[0])
    fprintf(stderr, "cawsole: looking for the credentials of profile %s%s%.*s\n",
            aws_settings_profile(t->aws), role.n ? ", by role " : "", AWS_STR_ARG(role));
  else
    fprintf(stderr, "cawsole: asking STS at %s who we are; gives up after %lld s\n",
            sts_host(t, &host), (long long)(aws_client_patience(stack_client(t->stack)) / 1000));
  return true;
}

void tui_once_read(struct tui *t) {
  bool said = false;
  while (going(t)) {
    struct stack_wait w = stack_waits(t->stack);
    bool waits = !said && w.what;
    if (waits && w.for_ms >= SAID_AFTER_MS)
      said = say_wait(t);
    else if (!aws_io_turn(t->io, 0) && going(t))
      aws_io_wait(t->io, NULL, 0, waits ? (int)(SAID_AFTER_MS - w.for_ms) : -1);
  }
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
