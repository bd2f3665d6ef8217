/* cawsole whoami and cawsole doctor: what the board stands on, said step by step. */
#ifndef CAWSOLE_TUI_DOCTOR_H
#define CAWSOLE_TUI_DOCTOR_H

#include "tui/tui.h"

/* The session is open, with options->once set; but the doctor takes one that could not be opened,
 * and a configuration that could not be read, too: the errors say why, AWS_OK: it could. Each
 * returns an exit status (enum tui_exit): whoami 0, or 3 when nobody could say; doctor 0 when all
 * is well, 1 when the board would have gaps, 3 when it would stay empty. */
int tui_whoami(struct tui *t);
int tui_doctor(struct tui *t, const struct aws_error *config, const struct aws_error *session);

#endif
