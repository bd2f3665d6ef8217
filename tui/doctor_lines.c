/* The doctor's lines: how it is, what is looked at, what was found; and what to do about it. */
#include "tui/doctor_lines.h"

#include "widgets/cells.h"

#include <limits.h>
#include <stdio.h>

enum { COLUMNS = 80, INDENT = 30, TEXT_MAX = 2048 };

/* From the column after the indent on; a word that is longer than a line stays whole. */
static void put(const char *text) {
  char clean[TEXT_MAX];
  int column = INDENT;
  wid_cells_fit(clean, sizeof clean, wid_str_from(text), INT_MAX, WID_CLIP_END);
  struct aws_str rest = aws_str_from(clean);
  while (rest.n > 0) {
    struct aws_str word = aws_str_split(&rest, ' ');
    int width = wid_cells_width((struct wid_str){word.p, word.n}, INT_MAX);
    bool first = column == INDENT;
    if (!first && column + 1 + width > COLUMNS) {
      printf("\n%*s", INDENT, "");
      column = INDENT;
      first = true;
    }
    printf("%s%.*s", first ? "" : " ", AWS_STR_ARG(word));
    column += width + !first;
  }
  putchar('\n');
}

void doctor_say(struct doctor *d, enum finding how, const char *what, const char *fmt, ...) {
  static const char *const words[] = {"ok", "note", "FAULT"};
  char text[TEXT_MAX];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  printf("%-6s %-22s ", words[how], what);
  put(text);
  d->faults += how == FOUND_FAULT;
}

void doctor_advise(const char *fmt, ...) {
  char text[TEXT_MAX] = "-> ";
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text + 3, sizeof text - 3, fmt, ap);
  va_end(ap);
  printf("%*s", INDENT, "");
  put(text);
}

void doctor_advise_of(const struct aws_error *err) {
  static const struct {
    const char *aws_code;
    enum aws_errc code;
    const char *advice;
  } known[] = {
      {"SignatureDoesNotMatch", AWS_OK, "set both halves of the key anew: aws configure"},
      {"InvalidClientTokenId", AWS_OK,
       "the key was deleted, or lacks its session token: get new ones, or name another profile"},
      {NULL, AWS_E_DENIED, "allow it in the role's policy: the README has the whole policy"},
      {NULL, AWS_E_EXPIRED, "get new keys: aws sso login, aws login, or whatever made these"},
      {NULL, AWS_E_CREDENTIALS,
       "name a profile that has keys with --profile, or set one up: aws "
       "configure, aws configure sso"},
      {NULL, AWS_E_NETWORK,
       "the lines above say how far it gets: look at network, VPN, firewall, HTTPS_PROXY and "
       "NO_PROXY"},
      {NULL, AWS_E_THROTTLED, "others ask AWS too: wait a minute, then look again"},
      {NULL, AWS_E_CONFIG, "mend what is named there, or name another profile with --profile"},
      {NULL, AWS_E_BODY, "does a proxy change the answers? --trace FILE shows what came"},
      {NULL, AWS_E_CANCELLED, "the console reads them all, in its own time"},
  };
  if (err->hop == AWS_HOP_PROXY) {
    doctor_advise(
        "put it right in that variable; where AWS is reached without a proxy, unset it, or "
        "name the host in NO_PROXY");
    return;
  }
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (known[i].aws_code ? strcmp(known[i].aws_code, err->aws_code) == 0
                          : known[i].code == err->code) {
      doctor_advise("%s", known[i].advice);
      return;
    }
  doctor_advise("look again in a minute; --trace FILE shows what was asked and answered");
}
