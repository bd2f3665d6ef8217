/* The journal of what was done: JSON lines, appended only, one whole line a write.
 *
 * Internal to the stack room. A line never holds a secret: actions hand over words, not values.
 */
#ifndef CAWSOLE_STACK_AUDIT_H
#define CAWSOLE_STACK_AUDIT_H

#include "stack/model.h"

#define AUDIT_NO_PLACE                                                                             \
  "the journal has no place: set HOME, XDG_STATE_HOME or journal in the configuration"

/* The longest line that is written, in bytes. */
#define AUDIT_LINE_MAX 8192

struct audit_line {
  const char *event;          /* "planned" "sent" "ended" "revealed" */
  const char *action;         /* "scale" */
  uint64_t number;            /* of the action in this session: joins its lines */
  struct aws_str resource;    /* ARN or name of what is acted on */
  const char *before, *after; /* in words; NULL: left out */
  const char *request_id, *outcome, *text;
};

/* Where the journal is: the configuration's audit_path, else $XDG_STATE_HOME/cawsole/audit.jsonl,
 * else
 * ~/.local/state/cawsole/audit.jsonl; a demo writes demo-audit.jsonl instead. False: none of them
 * can be named or the name is longer than size. */
bool audit_path(const struct stack *s, char *out, size_t size);

/* Adds the line to b as one JSON object and a newline, whatever bytes its words hold; b->failed: it
 * is longer than b may be. */
void audit_print(struct aws_buf *b, const struct stack *s, const struct audit_line *l);

/* Appends and syncs. The file is made with mode 0600, its directories with 0700; one of ours that
 * was there gets that mode. False: *err says which file and why; the caller must then not write to
 * AWS. */
bool audit_write(const struct stack *s, const struct audit_line *l,
                 struct aws_error *err) AWS_MUST_CHECK;

#endif
