#include "tui/when.h"

#include <time.h>

const char *tui_when(aws_ms at, aws_ms now, char out[TUI_WHEN_MAX]) {
  time_t a = (time_t)(at / 1000), b = (time_t)(now / 1000);
  struct tm then, today;
  out[0] = '\0';
  if (!at || !localtime_r(&a, &then) || !localtime_r(&b, &today))
    return out;
  bool same = then.tm_yday == today.tm_yday && then.tm_year == today.tm_year;
  if (!strftime(out, TUI_WHEN_MAX, same ? "%H:%M:%S" : "%d %b %H:%M", &then))
    out[0] = '\0';
  return out;
}

const char *tui_when_full(aws_ms at, char out[TUI_WHEN_MAX]) {
  time_t a = (time_t)(at / 1000);
  struct tm then;
  out[0] = '\0';
  if (at && localtime_r(&a, &then) && !strftime(out, TUI_WHEN_MAX, "%Y-%m-%d %H:%M:%S %z", &then))
    out[0] = '\0';
  return out;
}
