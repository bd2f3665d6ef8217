/* Any AWS thing as lines of text, by its type's own table of fields. */
#ifndef CAWSOLE_TUI_FIELDS_H
#define CAWSOLE_TUI_FIELDS_H

#include "aws/doc.h"
#include "widgets/text.h"

/* Adds every field that AWS sent. */
void tui_fields_add(struct wid_text *t, const struct aws_type *type, const void *item);
/* Adds a reply as AWS sent it, JSON or XML, broken into lines and indented. */
void tui_fields_add_raw(struct wid_text *t, struct aws_str raw);
/* The same as plain text. Takes anything, well formed or not. */
void tui_fields_indent(struct aws_buf *out, struct aws_str raw);

#endif
