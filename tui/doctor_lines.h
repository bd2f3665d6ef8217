/* What the files of the doctor share: its lines, and the way there. */
#ifndef CAWSOLE_TUI_DOCTOR_LINES_H
#define CAWSOLE_TUI_DOCTOR_LINES_H

#include "tui/tui.h"

enum finding { FOUND_WELL, FOUND_NOTE, FOUND_FAULT };

/* How bad it is so far: the exit status. */
struct doctor {
  struct tui *tui;
  unsigned faults;
  unsigned hops; /* a bit for each hop at which the way to STS was said to end */
};

/* One line of the table, wrapped to 80 columns. */
void doctor_say(struct doctor *d, enum finding how, const char *what, const char *fmt, ...)
    AWS_PRINTF(4, 5);
/* What to do, below the line that it belongs to. */
void doctor_advise(const char *fmt, ...) AWS_PRINTF(1, 2);
/* The same for an error that no line knows more about. */
void doctor_advise_of(const struct aws_error *err);

/* doctor_way.c: endpoint, name, proxy and TLS, of STS first. The services may name it again. */
void doctor_way(struct doctor *d, struct aws_io *io, const struct aws_client *c,
                const struct aws_service *const *services, size_t n);

/* What is asked with: where the keys are from, and the end of their name. False: there are none. */
bool doctor_keys(const struct doctor *d, char *out, size_t size);

/* doctor_refused.c: the keys, and why who we are is not known. */
void doctor_refused(struct doctor *d);
/* The name of the line that tells of a way that ended there. */
const char *doctor_hop(enum aws_hop hop);

/* doctor_load.c: why no session could be opened, and what is well all the same. */
void doctor_unopened(struct doctor *d, const struct aws_error *why);
void doctor_files(struct doctor *d, const struct aws_settings *aws);

#endif
