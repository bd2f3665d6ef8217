/* Points in time as an operator reads them, in local time. */
#ifndef CAWSOLE_TUI_WHEN_H
#define CAWSOLE_TUI_WHEN_H

#include "aws/base.h"

#define TUI_WHEN_MAX 32
/* "12:03:40" today, "21 Nov 14:03" before; 0: "". */
const char *tui_when(aws_ms at, aws_ms now, char out[TUI_WHEN_MAX]);
/* "2026-11-21 12:03:40 +0100"; 0: "". */
const char *tui_when_full(aws_ms at, char out[TUI_WHEN_MAX]);

#endif
